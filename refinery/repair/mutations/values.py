"""Values fixed in the code that should come from what is at hand (a record, a parameter), and constants for one another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, memorising, short
from refinery.repair.wording import likeness
from refinery.repair.world import name_of, role

FAMILY = "hard-coded value"
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|[$€£]")
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP"}
PAIRS = (("asc", "desc"), ("first", "last"), ("min", "max"), ("oldest", "newest"), ("left", "right"), ("inner", "outer"),
         ("strict", "lenient"),
         ("start", "end"), ("before", "after"), ("%d/%m/%Y", "%m/%d/%Y"), ("%Y-%m-%d", "%Y-%d-%m"), ("%H", "%I"), (", ", ","),
         ("ignore", "strict"),
         ("r", "rb"), ("w", "a"), ("utf-8", "utf-8-sig"), (" ", ""), ("\n", "\n\n"), (";", ","), ("\t", ","))  # fmt: skip
MOST_BESIDE = 8
OVERFIT = "the text is taken from elsewhere and may fit this case only"


def propose(site: Site) -> Iterator[Mutation]:
    """Constants and default names replaced by values in scope of the same name, or by constants of the same role."""
    for node in site.statement.nodes:
        if _replaceable(site, node):
            yield from _from_scope(site, node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _text(site, node, node.value)
        elif isinstance(node, ast.JoinedStr):
            yield from _literal_in_text(site, node)


def _replaceable(site: Site, node: ast.expr) -> bool:
    parent = site.parent(node)
    if isinstance(node, ast.Constant):
        return node.value is not None and not isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue)
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return False
    return not (isinstance(parent, ast.Call) and parent.func is node) and not isinstance(parent, ast.Attribute)


def _from_scope(site: Site, node: ast.expr) -> Iterator[Mutation]:
    """What is for `currency` is taken from a `currency` at hand."""
    wanted = _roles(site, node)
    if not wanted:
        return
    text = site.src(node)
    seen = {text}
    for value, name in _at_hand(site, node):
        if value in seen or value.split(".")[0].split("[")[0] == text:
            continue
        near = max(1.0 if name == goal else likeness(name, goal) for goal in wanted)
        if near >= 0.5:
            seen.add(value)
            prior = (0.3 + 0.5 * near) * (1.0 if isinstance(node, ast.Constant) else 0.6 if isinstance(node, ast.Name) else 0.75)
            says = f"Take `{wanted[0]}` from `{short(value)}` instead of `{short(text, 24)}`"
            prior *= 1.0 + 0.3 * site.clues.mention(name)
            prior *= _stranger(site, node, name)
            yield site.put(node, value, FAMILY, says, prior)
            yield from _everywhere(site, node, value, f"{says} throughout", prior * 0.95)


def _stranger(site: Site, node: ast.expr, name: str) -> float:
    """A constant may stand for anything; what has the right name already, or is only compared with its namesake, is less likely wrong."""
    if isinstance(node, ast.Constant):
        return 0.45 if node.value in (0, 1, -1) and not isinstance(node.value, bool) else 1.0
    compared = isinstance(site.parent(node), ast.Compare)
    return (0.4 if name_of(node) == name else 1.0) * (0.6 if compared else 1.0)


def _everywhere(site: Site, node: ast.expr, value: str, says: str, prior: float) -> Iterator[Mutation]:
    """The same replacement wherever the function reads the same thing from here on."""
    if site.function is None:
        return
    text, kind = site.src(node), type(node)
    same = [
        site.module.span(other)
        for other in site.module.inside(site.function)
        if isinstance(other, kind) and isinstance(other, ast.expr) and other.lineno >= node.lineno and site.src(other) == text
        if not isinstance(getattr(other, "ctx", None), ast.Store)
    ]
    if len(same) < 2 or "\n" in text:
        return
    start, end = min(same)[0], max(same)[1]
    moved = [(first - start, last - start, value) for first, last in same]
    yield site.between(start, end, spliced(site.module.text[start:end], moved), FAMILY, says, prior)


def _roles(site: Site, node: ast.expr) -> list[str]:
    """What the value is for: by where it goes, by its own name, and for a text by the names it is known under."""
    found = [role(site.module, node), name_of(node) if not isinstance(node, ast.Constant) else ""]
    parent = site.parent(node)
    if isinstance(parent, ast.Call) and node in parent.args:
        known = site.world.functions.get(name_of(parent.func))
        if known is not None:
            names = [argument.arg for argument in known[1].args.args if argument.arg != "self"]
            place = parent.args.index(node)
            found += names[place : place + 1]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found += [name for name, _ in site.world.owners.get(node.value, {}).items()][:4]
    if isinstance(parent, ast.BoolOp | ast.IfExp | ast.BinOp):
        found.append(role(site.module, parent))
    return list(dict.fromkeys(name for name in found if name))


def _at_hand(site: Site, node: ast.expr) -> Iterator[tuple[str, str]]:
    names = site.names_at(node)
    for name in names:
        yield name, name
    for path in site.paths:
        yield path, re.split(r"[.\[]", path.replace('"]', "").replace("']", "").replace('"', "").replace("'", ""))[-1]
    for owner in names[:10]:
        for member in sorted(site.world.reach(owner)):
            if member in site.world.functions:
                continue
            yield site.world.reading(owner, member), member
    for name in site.module.globals:
        if name.isupper():
            yield name, name
    if "self" not in names:
        return
    for member in sorted(site.world.members.get("self", ())):
        for inner in sorted(site.world.members.get(member, ())):
            if member not in site.world.functions and inner not in site.world.functions:
                yield f"self.{member}.{inner}", inner


def _text(site: Site, node: ast.Constant, value: str) -> Iterator[Mutation]:
    parent = site.parent(node)
    if isinstance(parent, ast.Expr | ast.JoinedStr):
        return
    quote = site.src(node)[:1] if site.src(node)[:1] in "\"'" else '"'
    name = role(site.module, node)
    for one, other in (*PAIRS, *((b, a) for a, b in PAIRS)):
        if value == one:
            yield site.put(node, _quoted(other, quote), "neighbour text", f"Use {other!r} instead of {value!r}", 0.35)
    for stem in sorted(site.world.beside.get(value, ()))[:MOST_BESIDE]:
        prior = 0.3 + 0.2 * site.clues.mention(stem)
        yield site.put(node, _quoted(stem, quote), "neighbour file", f"Use {stem!r}, a file that stands beside {value!r}", prior)
    is_key = (isinstance(parent, ast.Dict) and node in parent.keys) or isinstance(parent, ast.Subscript)
    if name and not is_key:
        candidates = [text for text, _ in site.world.roles[name].most_common(8) if isinstance(text, str) and text != value]
        for text in candidates:
            mutation = site.put(
                node, _quoted(text, quote), "other constant", f"Use {text!r} instead of {value!r} for `{name}`", 0.3, OVERFIT
            )
            choice = isinstance(parent, ast.Compare | ast.keyword | ast.arguments)
            yield mutation if choice else memorising(mutation)
    if isinstance(parent, ast.Compare) and value != value.lower():
        yield site.put(node, _quoted(value.lower(), quote), "letter case", f"Compare with {value.lower()!r}", 0.3)
    if is_key:
        for cased in {value.lower(), value.upper(), value.replace("-", "_"), value.replace("_", "-")} - {value}:
            yield site.put(node, _quoted(cased, quote), "letter case", f"Use the key {cased!r}", 0.2)


def _literal_in_text(site: Site, node: ast.JoinedStr) -> Iterator[Mutation]:
    """A word in a formatted text that is a known value of something, replaced by that something."""
    start, end = site.module.span(node)
    text = site.module.text[start:end]
    quote = "'" if text.lstrip("fFrR").startswith('"') else '"'
    literal = [part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    for word in dict.fromkeys(word for part in literal for word in WORD.findall(part)):
        known = SYMBOLS.get(word, word)
        names = site.world.owners.get(known)
        place = text.find(word)
        if not names or place < 0 or text.count(word) != 1:
            continue
        for value, name in _at_hand(site, node):
            if any(name == owner or likeness(name, owner) >= 0.5 for owner in names):
                inner = value.replace('"', quote)
                new = text[:place] + "{" + inner + "}" + (" " if word in SYMBOLS else "") + text[place + len(word) :]
                yield site.put(node, new, FAMILY, f"Say `{short(value)}` instead of a fixed {word!r}", 0.6)


def _quoted(text: str, quote: str) -> str:
    plain = repr(text)
    return f'"{text}"' if quote == '"' and plain == f"'{text}'" and '"' not in text else plain
