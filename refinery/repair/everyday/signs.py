"""One sign too many, too few or in the wrong place, with which a line still runs: a comma at its end, `=+`, `x == 5` by itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "sign mistyped"
NOTHING = "result dropped"
PLACES = re.compile(r"(?<!%)(?:%%)*%(?!%)[-+ #0]*\d*(?:\.\d+)?[sdrifgexX]")
POWERS = frozenset({"power", "exponent", "exp", "degree", "years", "periods", "squared"})
"""What is mostly an exponent."""
MANY = frozenset({"args", "params", "values", "row", "key", "shape", "choices", "fields"})
"""What may well hold one alone."""
MADE = frozenset({"list", "dict", "set", "defaultdict", "Counter", "deque"})


def propose(site: Site) -> Iterator[Mutation]:
    """The line without the slip."""
    statement = site.statement.node
    if isinstance(statement, ast.Assign | ast.Return) and isinstance(statement.value, ast.Tuple):
        yield from _comma(site, statement, statement.value)
    if isinstance(statement, ast.Assign):
        yield from _turned(site, statement)
        yield from _together(site, statement)
    elif isinstance(statement, ast.Assert) and isinstance(statement.test, ast.Tuple) and statement.test.elts:
        new = ", ".join(map(site.src, statement.test.elts[:2]))
        yield site.put(statement.test, new, FAMILY, f"Ask for `{short(new)}`: brackets make it always true", 0.95)
    elif isinstance(statement, ast.Expr):
        yield from _idle(site, statement, statement.value)
    for node in site.statement.nodes:
        if isinstance(node, ast.Tuple | ast.Call):
            yield from _filled(site, node.elts if isinstance(node, ast.Tuple) else node.args)
        elif isinstance(node, ast.NamedExpr) and isinstance(node.value, ast.Compare | ast.BoolOp):
            first = node.value.left if isinstance(node.value, ast.Compare) else node.value.values[0]
            cut = site.module.span(first)[1]
            new = f"({node.target.id} := {site.src(first)}){site.module.text[cut : site.module.span(node)[1]]}"
            if site.module.span(first)[0] == site.module.span(node.value)[0]:
                yield site.put(node, new, FAMILY, f"Give `{node.target.id}` what is asked about, not the answer", 0.7)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            based = isinstance(node.left, ast.Constant) and node.left.value in (2, 10)
            two = isinstance(node.right, ast.Constant) and node.right.value in (2, 3, 0.5)
            if based or two or parts(name_of(node.right)) & POWERS:
                new = f"{grouped(site, node.left)} ** {grouped(site, node.right)}"
                yield site.put(node, new, FAMILY, f"Take the power: `{short(new)}`", 0.85 if based else 0.75)
        elif isinstance(node, ast.Compare) and len(node.ops) == 2:
            yield from _between(site, node, node.comparators[0])


def _between(site: Site, node: ast.Compare, middle: ast.expr) -> Iterator[Mutation]:
    """`low < rows & rows < high` compares with `rows & rows`: `&` holds tighter than a comparison."""
    if isinstance(middle, ast.BinOp) and isinstance(middle.op, ast.BitAnd | ast.BitOr):
        sign = "&" if isinstance(middle.op, ast.BitAnd) else "|"
        (start, end), text = site.module.span(node), site.module.text
        new = f"({text[start : site.module.span(middle.left)[1]]}) {sign} ({text[site.module.span(middle.right)[0] : end]})"
        yield site.put(node, new, FAMILY, f"Compare first, then join: `{short(new)}`", 0.85)


def _comma(site: Site, statement: ast.Assign | ast.Return, value: ast.Tuple) -> Iterator[Mutation]:
    """`total = price + fee,` makes a tuple of one."""
    text = site.src(value)
    if len(value.elts) == 1 and text.endswith(",") and not isinstance(value.elts[0], ast.Starred):
        meant = isinstance(statement, ast.Assign) and parts(name_of(statement.targets[0])) & MANY
        says = f"Take `{short(text[:-1])}` itself, not a tuple of it"
        yield site.put(value, text[:-1].rstrip(), FAMILY, says, 0.4 if meant else 0.85)


def _turned(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """`count =+ 1` sets to 1."""
    start, end = site.module.span(statement.targets[-1])[1], site.module.span(statement.value)[0] + 1
    sign = re.fullmatch(r"\s*=([+-])", site.module.text[start:end])
    if sign and isinstance(statement.value, ast.UnaryOp) and (sign[1] == "+" or site.module.text[end] == " "):
        says = f"{'Add' if sign[1] == '+' else 'Take'} `{short(site.src(statement.value.operand))}`, do not set to it"
        yield site.between(start, end, f" {sign[1]}=", FAMILY, says, 0.95 if sign[1] == "+" else 0.85)


def _together(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """`left = right = []` is one list with two names."""
    called = name_of(statement.value.func) if isinstance(statement.value, ast.Call) else ""
    mutable = called in MADE or isinstance(statement.value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp)
    if mutable and len(statement.targets) > 1:
        value = site.src(statement.value)
        names, each = ", ".join(map(site.src, statement.targets)), ", ".join([value] * len(statement.targets))
        yield site.put(statement, f"{names} = {each}", "shared mutable", f"Give each of `{short(names)}` its own", 0.85)


def _idle(site: Site, statement: ast.Expr, value: ast.expr) -> Iterator[Mutation]:
    """`mode == "fast"` and `sorted(rows)` by themselves do nothing: what they give is thrown away."""
    if isinstance(value, ast.Compare) and len(value.ops) == 1 and isinstance(value.ops[0], ast.Eq):
        if isinstance(value.left, ast.Name | ast.Attribute | ast.Subscript):
            new = f"{site.src(value.left)} = {site.src(value.comparators[0])}"
            yield site.put(statement, new, FAMILY, f"Set `{short(site.src(value.left))}`, do not compare it", 0.9)
    elif isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name | ast.Attribute):
        new = f"{site.src(value.left)} = {site.src(value)}"
        yield site.put(statement, new, NOTHING, f"Keep what comes of `{short(site.src(value))}`", 0.9)
    elif isinstance(value, ast.Call) and site.src(value.func) in ("sorted", "reversed") and value.args:
        of = site.src(value.args[0])
        if isinstance(value.args[0], ast.Name | ast.Attribute):
            made = site.src(value) if site.src(value.func) == "sorted" else f"list({site.src(value)})"
            yield site.put(statement, f"{of} = {made}", NOTHING, f"Keep what `{site.src(value.func)}` gives", 0.85)
            method = "sort" if site.src(value.func) == "sorted" else "reverse"
            given = ", ".join(site.module.source(each) for each in value.keywords)
            yield site.put(statement, f"{of}.{method}({given})", NOTHING, f"Do `{method}` in place", 0.6)


def _filled(site: Site, items: list[ast.expr]) -> Iterator[Mutation]:
    """`"%s of %s" % one, two` fills in the first alone."""
    for place, item in enumerate(items):
        if not isinstance(item, ast.BinOp) or not isinstance(item.op, ast.Mod) or isinstance(item.right, ast.Tuple | ast.Dict):
            continue
        wanted = (
            len(PLACES.findall(str(item.left.value))) if isinstance(item.left, ast.Constant) and isinstance(item.left.value, str) else 0
        )
        if wanted > 1 and len(items) - place >= wanted:
            start, end = site.module.span(item.right)[0], site.module.span(items[place + wanted - 1])[1]
            new = f"({site.module.text[start:end]})"
            yield site.between(start, end, new, FAMILY, f"Fill in all of `{short(new)}`", 0.95)
