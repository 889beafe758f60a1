"""Values that hold several parts, as `red; blue`, and are taken for one; and those of one part that are taken for several."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.shapes import FIGURES
from refinery.repair.world import base_of, name_of

FAMILY = "parts of a value"
FIRST = "first part alone"
ONE_MORE = {"add": "update", "append": "extend"}
MANY_MORE = {"update": "add", "extend": "append"}
TAKES_ALL = frozenset({"set", "list", "sorted", "tuple", "frozenset", "len", "Counter"})
READS = frozenset({"int", "float", "Decimal", "Fraction"})
SEPARATED = re.compile(r"[\w.+'-]+(?: [\w.+'-]+)?(?:( ?[;|] ?)[\w.+'-]+(?: [\w.+'-]+)?)+")
SURE, LIKELY, SAME, BY_CHANCE = 0.8, 0.65, 0.55, 0.4
"""How likely a field of several parts is meant by them where its letters are gone through; where it is put somewhere as one; where it is
compared; and how likely something is of which it is only known that there are such fields."""
SUMMED, SUMMED_SEEN, LISTED = 0.25, 0.6, 0.2
"""How likely all parts are meant of which only the first is read as a number: their sum, the same where the data has such, and each."""


def propose(site: Site) -> Iterator[Mutation]:
    """The parts, where the data says that there are some."""
    statement = site.statement.node
    for node in site.statement.nodes:
        if isinstance(node, ast.Call):
            yield from _put(site, node)
            yield from _first(site, node)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _compared(site, node)
        elif isinstance(node, ast.SetComp | ast.ListComp | ast.GeneratorExp):
            yield from _gathered(site, node)
        elif isinstance(node, ast.Subscript):
            yield from _counted(site, node)
    if isinstance(statement, ast.For) and (between := _between(site, statement.iter)):
        yield _split(site, statement.iter, between, SURE)


def _field(site: Site, node: ast.expr) -> str:
    """The field of a record that is read, here or where a name has its value from."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("strip", "lower"):
        return _field(site, node.func.value)
    read = base_of(node)
    if read is not None:
        return read[1]
    if not isinstance(node, ast.Name) or site.function is None:
        return ""
    for each in site.module.inside(site.function):
        if isinstance(each, ast.Assign) and name_of(each.targets[0]) == node.id and not isinstance(each.value, ast.Name):
            return _field(site, each.value)
    return node.id


def _between(site: Site, node: ast.expr) -> str:
    """What stands between the parts of a field that has several; empty where it has one, or is split already."""
    field = _field(site, node) if site.world.parted and isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call) else ""
    return site.world.parted.get(field, "")


def _split(site: Site, node: ast.expr, between: str, prior: float) -> Mutation:
    text = site.src(node)
    return site.put(node, f'{text}.split("{between}")', FAMILY, f"Take `{short(text)}` part by part", prior)


def _put(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`seen.add(row["tags"])` adds all of them as one; `seen.update(row["tags"])` adds letters."""
    if len(node.args) != 1 or node.keywords:
        return
    value, called = node.args[0], node.func.attr if isinstance(node.func, ast.Attribute) else name_of(node.func)
    between = _between(site, value)
    alone = isinstance(site.parent(node), ast.Expr) and isinstance(node.func, ast.Attribute)
    if between and (called in TAKES_ALL or (alone and called in MANY_MORE)):
        yield _split(site, value, between, SURE)
    elif alone and called in ONE_MORE and isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        known = LIKELY if between else BY_CHANCE
        between = between or ("" if isinstance(value, ast.Call) else _anywhere(site, value))
        if between:
            start = site.module.span(node.func)[1] - len(called)
            new = f'{ONE_MORE[called]}({site.src(value)}.split("{between}"))'
            says = f"Add each part of `{short(site.src(value))}`"
            yield site.between(start, site.module.span(node)[1], new, FAMILY, says, known)
    elif alone and called in MANY_MORE and base_of(value) and site.world.shapes.get(_field(site, value)) == "text":
        end = site.module.span(node.func)[1]
        says = f"Add `{short(site.src(value))}` as one, not letter by letter"
        yield site.between(end - len(called), end, MANY_MORE[called], FAMILY, says, LIKELY)


def _anywhere(site: Site, value: ast.expr) -> str:
    """What stands between parts in some field of the data, or else in failing inputs, where a text was taken from a row by its place."""
    plain = isinstance(value, ast.Name) or (isinstance(value, ast.Subscript) and not base_of(value))
    signs = set(site.world.parted.values()) if plain else set()
    if plain and not signs:
        signs = {found[1] for line in site.clues.asked.lines[0] if (found := SEPARATED.fullmatch(line))}
    return signs.pop() if len(signs) == 1 else ""


def _gathered(site: Site, node: ast.SetComp | ast.ListComp | ast.GeneratorExp) -> Iterator[Mutation]:
    between = _between(site, node.elt)
    if between:
        last = site.module.span(node.generators[-1].ifs[-1] if node.generators[-1].ifs else node.generators[-1].iter)[1]
        (start, end), text = site.module.span(node.elt), site.src(node.elt)
        changes = [(start, end, "part"), (last, last, f' for part in {text}.split("{between}")')]
        yield site.at_once(changes, FAMILY, f"Take each part of `{short(text)}`", LIKELY)


def _compared(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`row["tags"] == tag` where it is one of several; `tag in row["tags"]` where it is a part of another."""
    left, right, asked = node.left, node.comparators[0], node.ops[0]
    if isinstance(asked, ast.In | ast.NotIn) and (between := _between(site, right)):
        yield _split(site, right, between, SAME)
    for cell, other in ((left, right), (right, left)) if isinstance(asked, ast.Eq | ast.NotEq) else ():
        if (between := _between(site, cell)) and not _between(site, other):
            new = f'{site.src(other)} {"in" if isinstance(asked, ast.Eq) else "not in"} {site.src(cell)}.split("{between}")'
            yield site.put(node, new, FAMILY, f"Ask whether it is one of the parts of `{short(site.src(cell))}`", SAME)


def _counted(site: Site, node: ast.Subscript) -> Iterator[Mutation]:
    """`counts[row["tags"]] += 1` counts each set of them by itself."""
    statement, between = site.statement.node, _between(site, node.slice)
    stored = isinstance(statement, ast.AugAssign) and statement.target is node
    filled = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and site.src(statement).startswith(site.src(node))
    if between and (stored or filled):
        text = site.src(node.slice)
        body = site.src(statement).replace(text, "part", 1)
        new = f'for part in {text}.split("{between}"):\n    {body}'
        yield site.add(new, "instead", FAMILY, f"Count under each part of `{short(text)}`", LIKELY)


def _first(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`float(text.split("+")[0])` reads one number where there may be several."""
    first = node.args[0] if len(node.args) == 1 and isinstance(node.func, ast.Name) else None
    if not isinstance(first, ast.Subscript) or site.src(first.slice) != "0" or name_of(node.func) not in READS or site.function is None:
        return
    parts, inside = first.value, site.module.inside(site.function)
    made: ast.expr | None = parts
    if isinstance(parts, ast.Name):
        made = next((each.value for each in inside if isinstance(each, ast.Assign) and name_of(each.targets[0]) == parts.id), None)
        if sum(isinstance(each, ast.Name) and each.id == parts.id and isinstance(each.ctx, ast.Load) for each in inside) > 1:
            return
    cut = isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute) and made.func.attr in ("split", "findall")
    if not cut or not isinstance(made, ast.Call) or not isinstance(made.func, ast.Attribute):
        return
    sign = made.args[0].value if made.args and isinstance(made.args[0], ast.Constant) else ""
    told = {found[1] or "" for found in FIGURES.finditer(ast.get_docstring(site.function) or "")} | site.world.figures
    several = made.func.attr == "findall" or bool(_between(site, made.func.value)) or str(sign).strip() in told
    each = f"{site.src(node.func)}(part) for part in {site.src(parts)}"
    says = f"Read all parts of `{short(site.src(parts))}`, not only the first"
    yield site.put(node, f"sum({each})", FIRST, says, SUMMED_SEEN if several else SUMMED)
    if isinstance(site.parent(node), ast.Return):
        yield site.put(node, f"[{each}]", FIRST, says, LISTED)
