"""Values of the wrong kind: a number as text, text not cleaned, a figure not rounded; and results not kept within their bounds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import likeness
from refinery.repair.world import base_of, name_of

FAMILY = "missing conversion"
SHOWN = re.compile(r"\{([\w.]+):,?\.(\d+|\{\w+\})f\}")
CLEANERS = (("strip()", 0.3), ("lower()", 0.35), ("strip().lower()", 0.2), ("upper()", 0.2), ("strip().upper()", 0.2), ("casefold()", 0.1))

PADDED, PADDED_SOMEWHERE = 0.7, 0.5
"""How likely a cell is stripped in whose column there are blanks around cells; and where there are some in any column."""


def propose(site: Site) -> Iterator[Mutation]:
    """Conversions where kinds meet: comparisons, arithmetic, keys, arguments, results."""
    kinds = site.clues.any_of("not supported between", "unsupported operand", "can only concatenate", "must be str", "must be int",
                              "not 'str'", "not str", "sequence item", "invalid literal", "cannot convert", "unhashable")  # fmt: skip
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare):
            yield from _compared(site, node, kinds)
            yield from _as_shown(site, node)
        elif isinstance(node, ast.BinOp) and kinds:
            for side in (node.left, node.right):
                yield from _numbers(site, side, 0.5)
                yield site.put(side, f"str({site.src(side)})", FAMILY, f"Convert `{short(site.src(side))}` to text", 0.5)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name | ast.Attribute | ast.Subscript):
            yield from _cleaned(site, node.slice, 0.5)
            yield site.put(node.slice, f"str({site.src(node.slice)})", FAMILY, f"Look `{short(site.src(node.slice))}` up as text", 0.15)
        elif isinstance(node, ast.Call):
            yield from _called(site, node, kinds)
            yield from _half_up(site, node)
            yield from _cut_off(site, node)
            yield from _money(site, node)
        elif isinstance(node, ast.IfExp):
            yield from _digits(site, node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            yield from _begun(site, node)
    if "csv" in site.module.globals:
        yield from _truth_of_digits(site)
    iterated = site.statement.node.iter if isinstance(site.statement.node, ast.For) else None
    if isinstance(iterated, ast.Name):
        yield from _cleaned(site, iterated, 0.35)
    yield from _result(site)
    yield from _parts_so_far(site)


def _truth_of_digits(site: Site) -> Iterator[Mutation]:
    """`if row["count"]` of a table that is read as text, where "0" counts as true."""
    for node in site.statement.nodes:
        read = base_of(node) if isinstance(node, ast.Subscript | ast.Call) else None
        looks = site.world.shapes.get(read[1], "unknown") if read else ""
        if looks not in ("number", "unknown"):
            continue
        if site.tested(node):
            says = f"Take `{short(site.src(node))}` for the number that its text says"
            yield site.put(node, f"int({site.src(node)})", FAMILY, says, 0.7 if looks == "number" else 0.35)


def _compared(site: Site, node: ast.Compare, kinds: bool) -> Iterator[Mutation]:
    for side in (node.left, *node.comparators):
        if isinstance(side, ast.Constant):
            continue
        if kinds:
            yield from _numbers(site, side, 0.5)
        texts = any(isinstance(other, ast.Constant) and isinstance(other.value, str) for other in (node.left, *node.comparators))
        if texts or isinstance(node.ops[0], ast.In | ast.NotIn | ast.Eq):
            yield from _cleaned(site, side, 0.8)
        if isinstance(side, ast.Call) and isinstance(side.func, ast.Name):
            for name in site.names_at(side)[:6]:
                says = f"Compare `{name}` instead of `{short(site.src(side))}`"
                yield site.put(side, name, "compared with", says, 0.1 + 0.2 * likeness(name, site.src(side)))
        if isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In):
            yield site.put(side, f"str({site.src(side)})", FAMILY, f"Compare `{short(site.src(side))}` as text", 0.15)
            yield site.put(side, f"int({site.src(side)})", FAMILY, f"Compare `{short(site.src(side))}` as a number", 0.12)
        elif not kinds:
            yield site.put(side, f"float({site.src(side)})", FAMILY, f"Compare `{short(site.src(side))}` as a number", 0.15)
            yield site.put(side, f"abs({site.src(side)})", "absolute value", f"Compare the size of `{short(site.src(side))}`", 0.2)
            yield site.put(side, f"len({site.src(side)})", FAMILY, f"Compare the length of `{short(site.src(side))}`", 0.1)
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn | ast.Eq):
        left, right = node.left, node.comparators[0]
        if not isinstance(left, ast.Constant) and not isinstance(right, ast.Constant):
            start, end = site.module.span(left)[1], site.module.span(right)[0]
            both = f"{grouped(site, left)}.lower(){site.module.text[start:end]}{grouped(site, right)}.lower()"
            yield site.put(node, both, FAMILY, "Compare without regard to letter case", 0.25)


def _as_shown(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`value < 1000` of a value that is shown with so many places: what is compared is what is shown."""
    shown = SHOWN.findall(site.module.source(site.function)) if site.function else []
    for name, written in dict.fromkeys(shown):
        places = written.strip("{}")
        for side in (node.left, *node.comparators):
            if isinstance(side, ast.Name | ast.Attribute | ast.Subscript) and site.src(side) == name:
                new = f"round({name})" if places == "0" else f"round({name}, {places})"
                yield site.put(side, new, "rounding", f"Compare `{short(name)}` as it is shown, rounded", 0.5)


def _half_up(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`amount.quantize(cent)` rounds halves to even; where money is counted, they are rounded up."""
    if name_of(node.func) == "quantize" and len(node.args) == 1 and not node.keywords:
        end = site.module.span(node.args[0])[1]
        brought = "decimal" in site.module.globals
        mode = f"{'decimal.' if brought else ''}ROUND_HALF_UP"
        rounded = site.between(end, end, f", rounding={mode}", "rounding", "Round halves up", 0.5)
        yield replace(rounded, imports="" if brought or "ROUND_HALF_UP" in site.module.globals else "decimal:ROUND_HALF_UP")


def _money(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`round(amount, 2)` of a decimal rounds halves to even."""
    brought = [name for name in ("Decimal", "decimal") if name in site.module.globals]
    if not (
        brought and isinstance(node.func, ast.Name) and node.func.id == "round" and len(node.args) == 2 and site.src(node.args[1]) == "2"
    ):
        return
    through = "" if brought[0] == "Decimal" else "decimal."
    made = f'{through}Decimal("0.01")'
    cents = [
        each.targets[0].id
        for each in site.module.tree.body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and site.src(each.value).replace("'", '"') == made
    ]
    new = f"{grouped(site, node.args[0])}.quantize({(cents or [made])[0]}, rounding={through}ROUND_HALF_UP)"
    rounded = site.put(node, new, "rounding", "Round to cents, halves up", 0.5 if "ROUND_HALF_UP" in site.module.globals else 0.35)
    yield replace(rounded, imports="" if through or "ROUND_HALF_UP" in site.module.globals else "decimal:ROUND_HALF_UP")


def _begun(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`total // size` leaves out what was begun: the last page, the last box."""
    text, by = grouped(site, node.left), grouped(site, node.right)
    inside = isinstance(site.parent(node), ast.BinOp | ast.UnaryOp)
    for new, prior in ((f"-(-{text} // {by})", 0.25), (f"({site.src(node.left)} + {by} - 1) // {by}", 0.2)):
        says = f"Count what is begun of `{short(by)}` as a whole one"
        yield site.put(node, f"({new})" if inside else new, "rounding", says, prior)


def _cut_off(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`int(a * b / c)` goes through a fraction, and towards nought where it is negative: `a * b // c` does not."""
    inner = node.args[0] if len(node.args) == 1 and isinstance(node.func, ast.Name) and node.func.id in ("int", "round", "floor") else None
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
        new = f"{site.src(inner.left)} // {grouped(site, inner.right)}"
        inside = isinstance(site.parent(node), ast.BinOp | ast.UnaryOp | ast.Attribute)
        yield site.put(node, f"({new})" if inside else new, "rounding", f"Divide whole numbers: `{short(new)}`", 0.4)


def _digits(site: Site, node: ast.IfExp) -> Iterator[Mutation]:
    """`word if word.isdigit() else ...` asks whether it is a number, and takes it as a text."""
    test = node.test
    if not (
        isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute) and test.func.attr in ("isdigit", "isdecimal", "isnumeric")
    ):
        return
    asked = site.src(test.func.value)
    for part in ast.walk(node.body):
        called = isinstance(outer := site.parent(part), ast.Call) and part in outer.args
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript) and site.src(part) == asked and not called:
            yield site.put(part, f"int({asked})", FAMILY, f"Take `{asked}` as a number where it is one", 0.6)


def _numbers(site: Site, node: ast.expr, prior: float) -> Iterator[Mutation]:
    text = site.src(node)
    yield site.put(node, f"int({text})", FAMILY, f"Convert `{short(text)}` to a whole number", prior)
    yield site.put(node, f"float({text})", FAMILY, f"Convert `{short(text)}` to a number", prior)


def _cleaned(site: Site, node: ast.expr, weight: float) -> Iterator[Mutation]:
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return
    if isinstance(node, ast.Call) and name_of(node.func) in ("len", "int", "float", "type", "set", "range"):
        return
    text = site.src(node)
    for method, prior in CLEANERS:
        if method.split(".")[0][:-2] in text:
            continue
        says = f"Compare `{short(text)}` after `{method}`"
        yield site.put(node, f"{text}.{method}", FAMILY, says, max(prior * weight, _padded(site, node) if method == "strip()" else 0.0))


def _padded(site: Site, node: ast.expr) -> float:
    """How likely blanks are meant to be stripped off a cell: the data have such, in its column or in one that is not named."""
    read = base_of(node) if isinstance(node, ast.Subscript) else None
    if read is not None:
        return PADDED if read[1] in site.world.padded else 0.0
    return PADDED_SOMEWHERE if site.world.padded and isinstance(node, ast.Subscript) and "csv" in site.module.globals else 0.0


def _called(site: Site, node: ast.Call, kinds: bool) -> Iterator[Mutation]:
    name = name_of(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
    if (
        isinstance(node.func, ast.Attribute)
        and node.func.attr == "join"
        and len(node.args) == 1
        and not isinstance(node.args[0], ast.GeneratorExp)
    ):
        text = site.src(node.args[0])
        yield site.put(node.args[0], f"map(str, {text})", FAMILY, f"Join the items of `{short(text)}` as text", 0.7 if kinds else 0.08)
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "add", "index", "count", "setdefault") and node.args:
        yield from _cleaned(site, node.args[0], 0.6)
    if isinstance(node.func, ast.Name) and name == "int" and len(node.args) == 1:
        text = site.src(node.args[0])
        yield site.put(node, f"float({text})", FAMILY, f"Read `{short(text)}` with its decimals", 0.35)
        smaller = isinstance(node.args[0], ast.BinOp) and isinstance(node.args[0].op, ast.Mult)
        yield site.put(node, f"round({text})", FAMILY, f"Round `{short(text)}` instead of cutting it off", 0.6 if smaller else 0.35)
    if isinstance(node.func, ast.Name) and name == "round" and len(node.args) == 2:
        yield site.put(node, site.src(node.args[0]), FAMILY, f"Do not round `{short(site.src(node.args[0]))}` here", 0.25)
    if isinstance(node.func, ast.Name) and name in ("float", "int", "Decimal") and len(node.args) == 1:
        text = grouped(site, node.args[0])
        for extra in ('.replace(",", "")', '.strip().lstrip("$")', ".strip()", '.rstrip("%")', '.lstrip("$€£").replace(",", "")'):
            says = f"Clean `{short(text)}` before reading it as a number"
            yield site.put(node.args[0], text + extra, FAMILY, says, 0.45 if kinds or "ValueError" in site.clues.errors else 0.1)
    if kinds:
        for argument in node.args[:3]:
            if isinstance(argument, ast.Name | ast.Attribute | ast.Subscript):
                for kind in ("str", "int", "float", "tuple", "list"):
                    yield site.put(
                        argument, f"{kind}({site.src(argument)})", FAMILY, f"Hand `{short(site.src(argument))}` on as {kind}", 0.25
                    )


def _parts_so_far(site: Site) -> Iterator[Mutation]:
    """`span = (span[0], end)`: the greater or the lesser of what stands there and what comes."""
    statement = site.statement.node
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple)) or isinstance(
        statement.targets[0], ast.Tuple | ast.List
    ):
        return
    target = site.src(statement.targets[0])
    if not any(site.src(part).startswith(f"{target}[") for part in statement.value.elts):
        return
    for place, part in enumerate(statement.value.elts):
        for function in ("max", "min") if not site.src(part).startswith(f"{target}[") else ():
            new = f"{function}({target}[{place}], {site.src(part)})"
            yield site.put(part, new, "bound", f"Keep the {function}imum of `{target}[{place}]` so far", 0.45)


def _result(site: Site) -> Iterator[Mutation]:
    """The value that a statement yields: rounded, sorted, made unique, bounded."""
    statement = site.statement.node
    value = getattr(statement, "value", None)
    if (
        not isinstance(statement, ast.Return | ast.Assign | ast.AugAssign)
        or not isinstance(value, ast.expr)
        or isinstance(value, ast.Constant)
    ):
        return
    text = site.src(value)
    if isinstance(value, ast.Tuple):
        return
    yield site.put(value, f"round({text}, 2)", "rounding", f"Round `{short(text)}` to two places", 0.25)
    if isinstance(value, ast.BinOp | ast.Name | ast.Call | ast.Attribute | ast.Subscript):
        yield site.put(value, f"max(0, {text})", "bound", f"Keep `{short(text)}` from going below 0", 0.2)
        yield site.put(value, f"int({text})", FAMILY, f"Make `{short(text)}` a whole number", 0.1)
        yield site.put(value, f"-{grouped(site, value)}", "sign", f"Change the sign of `{short(text)}`", 0.08)
    if isinstance(value, ast.Name | ast.Call | ast.ListComp | ast.Attribute | ast.List):
        yield site.put(value, f"sorted({text})", "order", f"Sort `{short(text)}`", 0.2)
        yield site.put(value, f"list(dict.fromkeys({text}))", "duplicates", f"Keep each item of `{short(text)}` once, in order", 0.2)
        yield site.put(value, f"list({text})", FAMILY, f"Make a list of `{short(text)}`", 0.2)
        yield site.put(value, f"{text}[::-1]", "order", f"Turn `{short(text)}` round", 0.15)
        yield site.put(value, f"[{text}]", FAMILY, f"Put `{short(text)}` into a list", 0.08)
        yield site.put(value, f"{grouped(site, value)}.strip()", FAMILY, f"Strip white space off `{short(text)}`", 0.12)
        yield site.put(value, f"{grouped(site, value)}.lower()", FAMILY, f"Use `{short(text)}` in lower case", 0.12)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and not isinstance(statement.targets[0], ast.Tuple | ast.List):
        target = site.src(statement.targets[0])
        if not isinstance(statement.targets[0], ast.Name) or target in site.locals:
            for function in ("max", "min"):
                yield site.put(value, f"{function}({target}, {text})", "bound", f"Keep the {function}imum of `{target}` so far", 0.3)
    if isinstance(statement, ast.Return) and isinstance(value, ast.List) and not value.elts:
        for name in site.locals[:6]:
            yield site.put(value, f"[{name}]", "special case", f"Return a list of `{name}` alone", 0.2)
            yield site.put(value, name, "special case", f"Return `{name}`", 0.2)
        yield site.put(value, "[[]]", "special case", "Return a list of one empty list", 0.2)
