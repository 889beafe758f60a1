"""Parts of a date, or of a time of day, that are compared without the larger part they belong to: each year has the same months."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters

FAMILY = "larger part"
LARGER = {"month": "year", "day": "month", "minute": "hour"}
SURE: dict[str, float] = {"month": 0.75, "day": 0.5, "minute": 0.65}
"""How likely the larger part was forgotten: in the same month of another year, things are seldom alike; birthdays are."""
WHOLE, NOW = 0.55, 0.55
"""How likely the whole day is meant where days of the month are compared; and the present year where none is named."""
PRESENT = re.compile(r"(?:^|_)(?:now|today|current|this)(?:_|$)")
SLICED = (("[5:7]", "[:7]"), ("[8:10]", "[:10]"), ("[8:]", "[:10]"), (".isocalendar()[1]", ".isocalendar()[:2]"))
"""Parts of a text, and of a week's count, with what holds the larger part too."""
CODES = {"%m": "%Y-%m", "%B": "%B %Y", "%d": "%Y-%m-%d", "%W": "%Y-%W", "%V": "%G-%V"}


def propose(site: Site) -> Iterator[Mutation]:
    """The larger part compared too, where nothing around asks for it."""
    if isinstance(site.statement.node, (*FUNCTIONS, ast.ClassDef)):
        return
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            one, other = node.left, node.comparators[0]
            yield from _part(site, node, one, other)
            if not isinstance(one, ast.Attribute) and isinstance(other, ast.Attribute):
                yield from _part(site, node, other, one)
            yield from _cut(site, node)
        elif isinstance(node, ast.Lambda) and isinstance(site.parent(node), ast.keyword):
            yield from _key(site, node.body)


def _part(site: Site, node: ast.Compare, part: ast.expr, other: ast.expr) -> Iterator[Mutation]:
    """`a.month == b.month`, and `a.month == month` beside a `year`."""
    larger = LARGER.get(part.attr) if isinstance(part, ast.Attribute) else None
    if larger is None or not isinstance(part, ast.Attribute) or _asked(site, node, larger):
        return
    of, equal = site.src(part.value), isinstance(node.ops[0], ast.Eq)
    for theirs, prior in _others(site, node, part.attr, other):
        sign, joint = ("==", "and") if equal else ("!=", "or")
        new = f"{of}.{larger} {sign} {theirs} {joint} {site.src(node)}"
        yield site.put(node, _bracketed(site, node, new, joint), FAMILY, f"Compare the {larger} of `{short(of)}` too", prior)
    if part.attr == "day" and isinstance(other, ast.Attribute) and other.attr == "day":
        for form in ("{}", "{}.date()"):
            start, end = (form.format(site.src(each.value)) for each in (part, other))
            yield site.put(node, f"{start} {'==' if equal else '!='} {end}", FAMILY, "Compare the whole days", WHOLE)


def _others(site: Site, node: ast.expr, part: str, other: ast.expr) -> Iterator[tuple[str, float]]:
    """What the larger part can be compared with: that of the same thing, a name called so, or the present."""
    larger = LARGER[part]
    if isinstance(other, ast.Attribute) and other.attr == part:
        yield f"{site.src(other.value)}.{larger}", SURE[part]
        return
    names = [*site.names_at(node), *(parameters(site.function) if site.function else ())]
    called = name_of(other).replace(part, larger) if isinstance(other, ast.Name) else ""
    named = next((name for name in (called, larger) if name in names and name != site.src(other)), None)
    if named is not None:
        yield named, SURE[part] + 0.1
    elif larger == "year" and not isinstance(other, ast.Constant):
        yield from ((f"{name}.year", NOW) for name in dict.fromkeys(names) if PRESENT.search(name) and "month" not in name)


def _asked(site: Site, node: ast.expr, larger: str) -> bool:
    """Whether anything in the same expression, or a condition the statement stands under, asks for the larger part."""
    asks = re.compile(rf"\.{larger}\b|{larger}\w* ?[!=]=")
    around = [outer for outer in site.module.above(node) if isinstance(outer, ast.expr)]
    conditions = [outer.test for outer in site.module.above(site.statement.node) if isinstance(outer, ast.If)]
    return any(asks.search(site.src(each)) for each in (node, *around[-1:], *conditions))


def _bracketed(site: Site, node: ast.expr, new: str, joint: str) -> str:
    outer = site.parent(node)
    same = isinstance(outer, ast.BoolOp) and isinstance(outer.op, ast.And if joint == "and" else ast.Or)
    loose = joint == "and" and isinstance(outer, ast.BoolOp)
    return new if same or loose or not isinstance(outer, ast.BoolOp | ast.UnaryOp | ast.Compare | ast.BinOp) else f"({new})"


def _cut(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`a[5:7] == b[5:7]` of texts, and the same code of `strftime` on both sides."""
    left, right = site.src(node.left), site.src(node.comparators[0])
    pairs = [(short_, long) for short_, long in SLICED if left.endswith(short_) and right.endswith(short_)]
    for short_, long in pairs:
        new = f"{left.removesuffix(short_)}{long}"
        changes = [(*site.module.span(node.left), new)]
        changes.append((*site.module.span(node.comparators[0]), f"{right.removesuffix(short_)}{long}"))
        yield site.at_once(changes, FAMILY, f"Compare `{short(new)}`, with the larger part", 0.7)
    for code, whole in CODES.items():
        written = [f".strftime({quote}{code}{quote})" for quote in "\"'"]
        if any(left.endswith(each) and right.endswith(each) for each in written):
            changes = [(*site.module.span(each), site.src(each).replace(code, whole)) for each in (node.left, node.comparators[0])]
            yield site.at_once(changes, FAMILY, f"Compare by `{whole}`, with the larger part", 0.7)


def _key(site: Site, body: ast.expr) -> Iterator[Mutation]:
    """`key=lambda each: each.day.month` puts the same months of all years together."""
    if isinstance(body, ast.Attribute) and body.attr in ("month", "minute"):
        new = f"({site.src(body.value)}.{LARGER[body.attr]}, {site.src(body)})"
        yield site.put(body, new, FAMILY, f"Order by the {LARGER[body.attr]} first", 0.5)
