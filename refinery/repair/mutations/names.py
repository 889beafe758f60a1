"""The wrong name: a variable, key, attribute, method or function taken for its neighbour."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import likeness, opposite, parts
from refinery.repair.world import World, base_of, name_of, parameters

FAMILY = "wrong name"
ALIGNED = 0.4
"""How likely a field is that holds what is right where this one holds what was said; with the share that it explains, twice that."""
ALIKE = {"date": 0.15, "switch": 0.15, "number": 0.1}
UNLIKE = -0.06
"""What it counts that another field of the record holds values of the same shape, or of another."""
UNREAD = 0.12
"""What it counts that the data has the other field, and no code reads it."""
ONLY_UNREAD = {"date": 0.5, "number": 0.5}
"""How likely a field is that is the only one of the same shape beside this one that no code reads."""
REFINED = 0.4
"""How likely a field is that code made of this one: the raw is read where the refined was meant."""
MADE_OF = 0.38
"""How likely a variable is that was made of this one: `clean = text.strip()`, and later `text` is read."""
BY_ANOTHER = 0.1
"""What it counts that things are put in order: many have more than one field to be ordered by."""
OTHER_SIDE = 0.7
"""How near a name is that names the other side of the same: `left` and `right`."""
FEW = 3
"""Functions that could be meant instead of another."""
INCONSISTENT = 0.3
"""What the exchange of a name counts that stands where another line of the function says it belongs."""
METHODS = (
    ("append", "extend"), ("add", "update"), ("append", "add"), ("startswith", "endswith"), ("lower", "upper"), ("strip", "lstrip"),
    ("strip", "rstrip"), ("lstrip", "rstrip"), ("find", "rfind"), ("index", "rindex"), ("keys", "values"), ("values", "items"),
    ("keys", "items"), ("split", "rsplit"), ("split", "splitlines"), ("pop", "popleft"), ("append", "appendleft"),
    ("union", "intersection"), ("intersection", "difference"), ("union", "difference"), ("issubset", "issuperset"),
    ("match", "search"), ("match", "fullmatch"), ("search", "fullmatch"), ("search", "findall"), ("partition", "rpartition"),
    ("remove", "discard"), ("replace", "strip"), ("isdigit", "isalnum"), ("isalpha", "isalnum"), ("read", "readlines"),
    ("sort", "reverse"), ("setdefault", "get"), ("insert", "append"), ("total_seconds", "seconds"), ("title", "capitalize"),
    ("strptime", "fromisoformat"), ("lower", "casefold"), ("removeprefix", "removesuffix"), ("lstrip", "removeprefix"),
    ("rstrip", "removesuffix"), ("debit", "credit"), ("seconds", "total_seconds"),
)  # fmt: skip
EXTREMES = {"min": "max", "max": "min"}
NEIGHBOURS = (
    ("any", "all"), ("min", "max"), ("floor", "ceil"), ("int", "round"), ("sorted", "reversed"), ("sum", "len"),
    ("zip", "enumerate"), ("set", "sorted"), ("set", "list"), ("list", "tuple"), ("set", "tuple"), ("floor", "round"),
    ("ceil", "round"), ("zip", "zip_longest"), ("sum", "max"), ("bisect_left", "bisect_right"), ("insort_left", "insort_right"),
    ("bisect", "bisect_left"), ("insort", "insort_left"), ("product", "combinations"),
    ("combinations", "permutations"), ("combinations", "combinations_with_replacement"),
)  # fmt: skip

AFFIXES = frozenset({"prefix", "suffix", "ext", "extension", "ending", "unit", "scheme", "affix"})
"""What a beginning or an end of words is called."""
ENDS = {"lstrip": "removeprefix", "rstrip": "removesuffix"}
"""What takes off a text as a whole, by what takes off its letters."""

OVER = ("expir", "due", "deadline", "until", "end", "valid", "best")
"""How words begin that name when something is over."""
RUNS_OUT = 0.8


def propose(site: Site) -> Iterator[Mutation]:
    """Neighbours of every name that is read."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield from _variable(site, node)
        elif isinstance(node, ast.Call):
            yield from _function(site, node)
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            yield from _field(site, node)
        if isinstance(node, ast.Attribute) and node.attr in EXTREMES and isinstance(node.value, ast.Name | ast.Attribute):
            yield from _extreme(site, node)
    statement = site.statement.node
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        yield from _target(site, statement.targets[0])


def _variable(site: Site, node: ast.Name) -> Iterator[Mutation]:
    parent = site.parent(node)
    if node.id in site.module.globals and node.id not in site.locals:
        if isinstance(parent, ast.Call) and parent.func is node:
            return
        others: tuple[str, ...] = tuple(name for name in site.module.globals if name.isupper() == node.id.isupper() and name.isupper())
    else:
        others = site.names_at(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        return
    ranked = sorted(
        ((_nearness(site, node.id, other), -place, other) for place, other in enumerate(others) if other not in (node.id, "self", "cls")),
        reverse=True,
    )
    whole = not isinstance(parent, ast.Attribute)
    agreed = INCONSISTENT if _looked_up(site, node, parent) else 1.0
    made = site.module.made_of(site.function) if site.function is not None else {}
    for other in others:
        if node.id in made.get(other, ()) and other != node.id and other not in site.stored:
            yield site.put(node, other, "raw for refined", f"Use `{other}`, which is made of `{node.id}`, instead of it", agreed * MADE_OF)
    for score, _, other in ranked[:8]:
        says = f"Use `{other}` instead of `{node.id}`"
        yield site.put(node, other, FAMILY, says, agreed * (0.2 + 0.3 * score if whole else 0.14 + 0.2 * score))
    if whole:
        for path in site.paths[:16]:
            if path.split(".")[0].split("[")[0] != node.id:
                near = likeness(node.id, path)
                yield site.put(node, path, FAMILY, f"Use `{short(path)}` instead of `{node.id}`", agreed * (0.08 + 0.3 * near))


def _extreme(site: Site, node: ast.Attribute) -> Iterator[Mutation]:
    """`date.max` for `date.min`: what has none comes last, not first; what runs out, and never does, is the last to be taken."""
    parent = site.parent(node)
    if not (isinstance(parent, ast.Call) and parent.func is node):
        other = EXTREMES[node.attr]
        new = f"{site.src(node.value)}.{other}"
        missing = parts(site.src(parent).removesuffix(site.src(node))) if isinstance(parent, ast.BoolOp | ast.IfExp) else frozenset()
        prior = RUNS_OUT if other == "max" and any(word.startswith(OVER) for word in missing) else 0.5
        yield site.put(node, new, "other extreme", f"Take `{new}` instead of `{site.src(node)}`", prior)


def _looked_up(site: Site, node: ast.Name, parent: ast.AST | None) -> bool:
    """Whether it is asked of a container whether it holds the name, and the function reads or stores the container under that name."""
    if not (isinstance(parent, ast.Compare) and parent.left is node and isinstance(parent.ops[0], ast.In | ast.NotIn)):
        return False
    read = f"{site.src(parent.comparators[0])}[{node.id}]"
    return site.function is not None and read in site.module.source(site.function)


def _nearness(site: Site, a: str, b: str) -> float:
    """Names that share words, or letters, are taken for each other; so are those that are used the same way."""
    score = 0.6 * likeness(a, b) + 0.25 * SequenceMatcher(None, a, b).ratio()
    if site.function is not None:
        uses = site.module.uses(site.function)
        uses_a, uses_b = uses.get(a), uses.get(b)
        if uses_a and uses_b:
            score += 0.35 * len(uses_a & uses_b) / len(uses_a | uses_b)
    return min(max(score, OTHER_SIDE if opposite(a, b) else 0.0), 1.0)


def _target(site: Site, node: ast.Name) -> Iterator[Mutation]:
    for name in site.locals[:8]:
        if name != node.id:
            yield site.put(node, name, FAMILY, f"Keep the result in `{name}` instead of `{node.id}`", 0.08 + 0.2 * likeness(name, node.id))


def _field(site: Site, node: ast.Attribute | ast.Subscript | ast.Call) -> Iterator[Mutation]:
    """Another key or attribute of the same record."""
    record = base_of(node)
    parent = site.parent(node)
    if record is None or (isinstance(parent, ast.Call) and parent.func is node):
        return
    base, key, how = record
    if how == "attribute" and isinstance(base, ast.Name):
        for path in site.paths:
            owner, _, member = path.partition(".")
            if member == key and owner != base.id:
                yield site.put(node, path, "wrong field", f"Read `{path}` instead of `{short(site.src(node))}`", 0.35)
    world = site.world
    siblings = {*world.companions.get(key, ()), *world.reach(name_of(base))} - {key}
    known = world.attributes if how == "attribute" else world.keys
    missing = key in site.clues.named
    scores: dict[str, float] = {}
    mistaken = world.mistaken.get(key, {})
    ordered = BY_ANOTHER if _orders(site, node) else 0.0
    idle = [each for each in siblings if world.unused(each) and world.shapes[each] == world.shapes.get(key)]
    for other in {*siblings, *mistaken, *_near(key, known)}:
        if other == key or not other.isidentifier() or (how == "attribute" and other in world.functions):
            continue
        near = max(likeness(other, key), SequenceMatcher(None, other, key).ratio() - 0.3)
        near = max(near, OTHER_SIDE if opposite(other, key) else 0.0)
        scores[other] = (0.12 if other in siblings else 0.05) + 0.35 * near + 0.2 * site.clues.mention(other) + (0.25 if missing else 0.0)
        if other in siblings:
            scores[other] = max(scores[other] + _fitting(world, key, other) + ordered, REFINED if other in world.refined[key] else 0.0)
        if [other] == idle:
            scores[other] = max(scores[other], ONLY_UNREAD.get(world.shapes[other], 0.0))
        if other in mistaken:
            scores[other] = max(scores[other], ALIGNED * (1.0 + mistaken[other]))
    for other, prior in sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:8]:
        text = site.src(node)
        place = text.rfind(key)
        if place < 0:
            continue
        new = text[:place] + other + text[place + len(key) :]
        yield site.put(node, new, "wrong field", f"Read `{other}` instead of `{key}` from `{short(site.src(base), 24)}`", prior)


def _fitting(world: World, key: str, other: str) -> float:
    """What it counts that two fields of a record look alike in the data, or not, and that nobody reads the other."""
    one, two = world.shapes.get(key), world.shapes.get(other)
    alike = (ALIKE.get(one, 0.0) if one == two else UNLIKE) if one and two else 0.0
    return alike + (UNREAD if world.unused(other) and alike >= 0.0 else 0.0)


def _orders(site: Site, node: ast.expr) -> bool:
    """Whether it is what something is sorted by, or chosen by."""
    outer = next((each for each in site.module.above(node) if not isinstance(each, ast.Tuple | ast.UnaryOp)), None)
    return isinstance(outer, ast.Lambda) and isinstance(word := site.parent(outer), ast.keyword) and word.arg == "key"


def _near(key: str, known: Iterable[str]) -> Iterator[str]:
    """Names that share a word or most letters, or name the other side."""
    matcher = SequenceMatcher(None, "", key, autojunk=False)
    for name in known:
        matcher.set_seq1(name)
        close = matcher.real_quick_ratio() > 0.75 and matcher.quick_ratio() > 0.75 and matcher.ratio() > 0.75
        if close or likeness(name, key) >= 0.3 or opposite(name, key):
            yield name


def _function(site: Site, node: ast.Call) -> Iterator[Mutation]:
    func = node.func
    if isinstance(func, ast.Attribute):
        yield from _method(site, func)
        pairs = tuple(pair for pair in NEIGHBOURS if not any(hasattr(builtins, each) for each in pair))
        name, start = func.attr, site.module.span(func)[1] - len(func.attr)
    elif isinstance(func, ast.Name):
        pairs, name, start = NEIGHBOURS, func.id, site.module.span(func)[0]
    else:
        return
    for pair in pairs:
        if name in pair:
            other = pair[1 - pair.index(name)]
            changed = site.between(start, start + len(name), other, "neighbour function", f"Call `{other}` instead of `{name}`", 0.4)
            yield replace(changed, imports=_import(site, func, name, other))
    yield from _brought(site, func, name)
    known = site.world.functions.get(name)
    if known is None:
        return
    count = len(parameters(known[1]))
    scored = []
    for other, (module, function) in site.world.functions.items():
        within = module is site.module or other in site.module.globals
        if (
            other != name
            and within
            and not other.startswith("__")
            and len(parameters(function)) == count
            and _same_kind(function, known[1])
        ):
            if site.function is not None and other == site.function.name:
                continue
            scored.append((likeness(other, name) + 0.2 * site.clues.mention(other), other))
    base = 0.28 if len(scored) <= FEW else 0.15
    for near, other in sorted(scored, reverse=True)[:5]:
        says = f"Call `{other}` instead of `{name}`"
        yield site.between(start, start + len(name), other, "neighbour function", says, base + 0.35 * min(near, 1.0))


def _import(site: Site, func: ast.expr, name: str, other: str) -> str:
    """Where a function is imported from that is not at hand yet, as its neighbour is."""
    if not isinstance(func, ast.Name) or other in site.module.globals or hasattr(builtins, other):
        return ""
    for node in site.module.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level and name in [alias.name for alias in node.names]:
            return f"{node.module}:{other}"
    return ""


def _brought(site: Site, func: ast.expr, name: str) -> Iterator[Mutation]:
    """Functions that are imported from the same place, and are called nearly the same."""
    if not isinstance(func, ast.Name):
        return
    for node in site.module.tree.body:
        others = [alias.asname or alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        for other in others if name in others else ():
            if other != name and likeness(other, name) > 0:
                says = f"Call `{other}` instead of `{name}`"
                yield site.put(func, other, "neighbour function", says, 0.3 + 0.3 * likeness(other, name))


def _method(site: Site, func: ast.Attribute) -> Iterator[Mutation]:
    end = site.module.span(func)[1]
    for pair in METHODS:
        if func.attr in pair and func.attr not in site.world.functions:
            other = pair[1 - pair.index(func.attr)]
            says = f"Call `{other}` instead of `{func.attr}`"
            sure = (ENDS.get(func.attr) == other and _is_affix(site.parent(func))) or (other == "extend" and _mere_copy(site))
            prior = 0.8 if sure else 0.35
            yield site.between(end - len(func.attr), end, other, "neighbour method", says, prior)


def _mere_copy(site: Site) -> bool:
    """`for part in parts: all.append(part)`: a loop that would make a copy of what it goes through."""
    statement, loop = site.statement.node, site.parent(site.statement.node)
    call = statement.value if isinstance(statement, ast.Expr) and isinstance(loop, ast.For) and loop.body == [statement] else None
    return isinstance(call, ast.Call) and len(call.args) == 1 and site.src(call.args[0]) == site.src(loop.target)  # type: ignore[union-attr]


def _is_affix(call: ast.AST | None) -> bool:
    """Whether what is taken off reads like an end of words, not like signs in any order: `rstrip(".csv")` takes letters too."""
    given = call.args[0] if isinstance(call, ast.Call) and len(call.args) == 1 else None
    if isinstance(given, ast.Name | ast.Attribute) and parts(name_of(given)) & AFFIXES:
        return True
    text = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
    return len(text) > 1 and any(letter.isalpha() for letter in text)


def _same_kind(one: ast.AST, other: ast.AST) -> bool:
    first, second = (getattr(node, "args", None) for node in (one, other))
    methods = [bool(part and part.args and part.args[0].arg == "self") for part in (first, second)]
    return isinstance(one, FUNCTIONS) and methods[0] == methods[1] and type(one) is type(other)
