"""What was made clean, cut or sorted under a name of its own, and the former is used behind it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import likeness
from refinery.repair.world import name_of, parameters

FAMILY = "raw for refined"
Path = ast.Name | ast.Attribute | ast.Subscript
KEEPING = frozenset({
    "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "capitalize", "replace", "removeprefix", "removesuffix",
    "expandtabs", "translate", "astimezone", "quantize", "normalize", "copy", "resolve", "expanduser", "absolute", "union", "difference",
    "intersection",
})  # fmt: skip
"""Methods that give the same kind of thing again."""
ALIKE = frozenset(
    {"sorted", "list", "reversed", "set", "tuple", "dict", "abs", "round", "deepcopy", "sub", "fromkeys", "escape", "unescape"}
)
"""Functions that give what can stand for what they are given."""
OTHERS = frozenset({
    "len", "int", "float", "str", "bool", "sum", "min", "max", "any", "all", "open", "range", "enumerate", "zip", "type", "isinstance",
    "Path", "Decimal", "hash", "id", "ord", "chr", "repr", "print", "getattr", "hasattr", "loads", "dumps", "match", "search", "fullmatch",
    "next", "Counter", "defaultdict", "iter", "super", "compile", "index", "find", "count", "get", "pop", "items", "keys", "values",
})  # fmt: skip
"""Functions that give another kind of thing."""
CLEANS = re.compile(
    r"(?i)clean|norm|strip|trim|filter|sort|uniq|valid|fix|sanit|canon|escape|lower|safe|prepar|round|adjust|clip|cap(?:ped)?$|merge|dedup"
    r"|shorten|tid(?:y|ied)|correct|redact|mask|complet|fold|expand|resolv|limit|discount|convert|scale"
)
"""What functions are called that make a thing better and leave it of its kind, and what comes of it."""
MADE, MADE_BY_ANOTHER, BESIDE = 0.45, 0.4, 0.25
"""How likely what is refined is meant where the raw stands; where a function made it that sounds so; and what it counts more where the
statement has the refined already."""
COUNTED = 0.2
"""The same where something was added or taken away: many need both, so that only what stands beside it tells."""
MOST = 4


def propose(site: Site) -> Iterator[Mutation]:
    """The derived name for the one that it was made of, behind where it was made."""
    statement = site.statement.node
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    made = list(_made(site))
    read = {node.id for node in site.statement.nodes if isinstance(node, ast.Name)} if made else set()
    found: list[Mutation] = []
    for node in site.statement.nodes if made else ():
        if not isinstance(node, Path) or not isinstance(node.ctx, ast.Load):
            continue
        text = site.src(node)
        for name, of, prior in made:
            if of == text and not _beside(site, node, name):
                says = f"Use `{name}`, which is made of `{short(text)}`, instead of it"
                likely = prior + (BESIDE if name in read else 0.0)
                if likely > COUNTED:
                    found.append(site.put(node, name, FAMILY, says, likely))
    yield from sorted(found, key=lambda each: -each.prior)[:MOST]


def _made(site: Site) -> Iterator[tuple[str, str, float]]:
    """What was made before, in the blocks around: its name, what it was made of, and how likely it is meant."""
    line, above = site.statement.node.lineno, set(site.module.above(site.statement.node))
    inside = site.module.inside(site.function) if site.function else ()
    for node in inside:
        if not isinstance(node, ast.Assign) or node.lineno >= line or site.parent(node) not in above or len(node.targets) > 1:
            continue
        for target, value in _each(node.targets[0], node.value):
            made = _source(site, value, target.id) if target.id not in site.stored else None
            if made is None:
                continue
            of, prior = site.src(made[0]), made[1]
            root = of.split(".")[0].split("[")[0]
            again = any(
                isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.id == root and node.lineno < each.lineno <= line
                for each in inside
            )
            if root in site.locals and target.id not in (root, of) and of != "self" and not again:
                yield target.id, of, prior


def _each(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.Name, ast.expr]]:
    """The names that are given values, each with its own."""
    if isinstance(target, ast.Name):
        yield target, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        yield from ((one, other) for one, other in zip(target.elts, value.elts, strict=True) if isinstance(one, ast.Name))


def _gives_its_own(site: Site, called: str) -> bool:
    """Whether a function of the user's gives what it was given, or what has taken its place."""
    function = site.world.functions.get(called, (None, None))[1]
    if function is None:
        return False
    given = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(given) and all(isinstance(each, ast.Name) and each.id in parameters(function)[:1] for each in given)


def _source(site: Site, value: ast.expr, name: str) -> tuple[Path, float] | None:
    """What a value is a cleaner, shorter or ordered form of, with how likely it stands for it; None where it is another kind of thing."""
    inner: ast.expr | None = None
    prior = MADE
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else name_of(value.func)
        if isinstance(value.func, ast.Attribute) and called in KEEPING:
            inner = value.func.value
        elif value.args and not isinstance(value.args[0], ast.Starred) and ((own := _gives_its_own(site, called)) or called not in OTHERS):
            inner = value.args[-1] if called == "sub" else value.args[0]
            prior = MADE if own or called in ALIKE else MADE_BY_ANOTHER
            if not own and called not in ALIKE and not CLEANS.search(f"{called} {name}") and not likeness(name, name_of(inner)):
                return None
    elif isinstance(value, ast.ListComp | ast.SetComp | ast.GeneratorExp) and len(value.generators) == 1:
        target, kept = value.generators[0].target, value.elt
        while isinstance(kept, ast.Call):
            kept = kept.func.value if isinstance(kept.func, ast.Attribute) else kept.args[0] if kept.args else kept.func
        inner = value.generators[0].iter if ast.unparse(kept) == ast.unparse(target) else None
    elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        inner = value.value
    elif isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        inner = value.values[0]
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub):
        moment = isinstance(value.right, ast.Call) and name_of(value.right.func) == "timedelta"
        inner, prior = value.left, MADE if moment else COUNTED
    if isinstance(inner, Path):
        return inner, prior
    below = _source(site, inner, name) if inner is not None else None
    return (below[0], min(prior, below[1])) if below else None


def _beside(site: Site, node: ast.expr, name: str) -> bool:
    """Whether a comparison sets the two beside each other, as one that asks whether anything was changed."""
    outer = site.parent(node)
    return isinstance(outer, ast.Compare | ast.BinOp) and any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(outer))
