"""Stretches of days whose last day is left out, since what has a time of day is compared with the day itself, which is its midnight."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import base_of, name_of

FAMILY = "last day"
LAST = frozenset(
    {"end", "ends", "until", "till", "last", "to", "stop", "through", "thru", "upto", "latest", "finish", "before", "deadline"}
)
"""What the last day of a stretch is called."""
DAY = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\dT-]| \d)")
"""A day without a time, as people write it."""
SAID, LIKELY, PARSED = 0.8, 0.6, 0.5
DAY_OF = "[:10]"


def propose(site: Site) -> Iterator[Mutation]:
    """Days compared with days, where the data say that one side has a time of day."""
    for node in site.statement.nodes if site.world.timed else ():
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            for op, lower, upper in zip(node.ops, sides, sides[1:], strict=False):
                if isinstance(op, ast.LtE):
                    yield from _until(site, lower, upper)
                elif isinstance(op, ast.GtE):
                    yield from _until(site, upper, lower)
                elif isinstance(op, ast.Eq) and not isinstance(upper, ast.Constant):
                    yield from _day_of(site, lower, upper, LIKELY)


def _until(site: Site, moment: ast.expr, last: ast.expr) -> Iterator[Mutation]:
    """`row["taken"] <= end`: a moment of the last day stands behind the day as a text, and as a midnight."""
    if not parts(name_of(last)) & LAST:
        return
    said = any(DAY.search(line) for line in site.clues.asked.lines[0])
    yield from _day_of(site, moment, last, SAID if said else LIKELY)
    if "datetime" in site.module.text and isinstance(moment, ast.Name) and isinstance(last, ast.Name | ast.Attribute | ast.Subscript):
        days = f"{site.src(moment)}.date()", f"{site.src(last)}.date()"
        changes = sorted((*site.module.span(each), text) for each, text in zip((moment, last), days, strict=True))
        says = f"Compare the days, so that the whole of `{short(site.src(last), 24)}` belongs to it"
        yield site.at_once(changes, FAMILY, says, PARSED)
        yield site.put(moment, days[0], FAMILY, says, PARSED - 0.1)


def _day_of(site: Site, moment: ast.expr, other: ast.expr, prior: float) -> Iterator[Mutation]:
    """The day of a text with a time of day, beside a text that has none."""
    read = isinstance(moment, ast.Name) or base_of(moment) is not None
    plain = isinstance(other, ast.Name) or base_of(other) is not None
    if read and plain and name_of(moment) in site.world.timed and name_of(other) not in site.world.timed:
        says = f"Compare the day of `{short(site.src(moment), 24)}`, so that the whole day belongs to it"
        yield site.put(moment, f"{grouped(site, moment)}{DAY_OF}", FAMILY, says, prior)
