"""Dates that are put together by hand: months behind the last, days that a month lacks, years that are not over, days of the week."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.moments import DAYS, stepped
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of, text_of

FAMILY = "calendar"
DATED = ("date", "datetime")
STEP, STEP_SAID = 0.25, 0.4
"""How likely days in a row are all one step off; and so where the failure speaks of the one that would come in, or go out."""
ASKED = {"weekday": 0, "isoweekday": 1}
"""How the first day of the week is counted."""
MONTH, MONTH_ALONE = 0.8, 0.5
"""How likely a month that is counted on is meant to go over into another year, with the year beside it, and by itself."""
ALONE = (ast.Tuple, ast.Call, ast.JoinedStr, ast.Assign, ast.Return, ast.Dict, ast.keyword, ast.List)
"""Where a month is an answer, not a place in a list or a part of a sum."""
BESIDES = frozenset({"range", "abs", "min", "max"})


def propose(site: Site) -> Iterator[Mutation]:
    """What a calendar adds to counting."""
    statement = site.statement.node
    for node in site.statement.nodes:
        if isinstance(node, ast.Call):
            yield from _month(site, node)
            yield from _day(site, node)
            yield from _to_a_working_day(site, node)
        elif isinstance(node, ast.BinOp):
            yield from _years(site, node)
            yield from _beside_a_year(site, node)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _weekend(site, node)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from _one_step_off(site, node)
    if isinstance(statement, ast.AugAssign):
        yield from _moved_on(site, statement)
    if isinstance(statement, ast.Assign) and site.function is None:
        yield from _named_day(site, statement)


def _one_step_off(site: Site, node: ast.List | ast.Tuple | ast.Set) -> Iterator[Mutation]:
    """Days, or months, that stand together, all of them the next or the former."""
    texts = [text for each in node.elts if (text := text_of(each))]
    for new in stepped(texts) if len(texts) == len(node.elts) else ():
        said = any(site.clues.says(word) for word in {*new} ^ {*texts})
        spans = [site.module.span(each) for each in node.elts]
        changes = [(start + 1, end - 1, word) for (start, end), word in zip(spans, new, strict=True)]
        if all(site.module.text[start:end] == text for (start, end, _), text in zip(changes, texts, strict=True)):
            yield site.at_once(changes, FAMILY, f"Take {', '.join(new)}", STEP_SAID if said else STEP)


def _month(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`date(on.year, on.month + 1, 1)` has no month after the last: it is the first of the next year."""
    year, month = _part(node, "year", 0), _part(node, "month", 1)
    if (
        not isinstance(month, ast.BinOp)
        or not isinstance(month.op, ast.Add | ast.Sub)
        or (site.function and "12" in site.src(site.function))
    ):
        return
    yield from _first_before(site, node, month)
    counted = site.src(month.left)
    if not counted.split(".")[-1].lower().endswith("month"):
        return
    by = f" {'+' if isinstance(month.op, ast.Add) else '-'} {grouped(site, month.right)}"
    shift = " - 1" + by
    one = by == " + 1"
    own = f"{counted} % 12 + 1" if one else f"({counted}{shift}) % 12 + 1"
    more = f"{counted} // 12" if one else f"({counted}{shift}) // 12"
    says = f"Go on with the next year behind the last month in `{short(site.src(node))}`"
    if year is not None:
        start, end = site.module.span(year)[0], site.module.span(month)[1]
        between = site.module.text[site.module.span(year)[1] : site.module.span(month)[0]]
        yield site.between(start, end, f"{site.src(year)} + {more}{between}{own}", FAMILY, says, 0.85)
    elif isinstance(node.func, ast.Attribute) and node.func.attr == "replace":
        start, end = site.module.span(month)
        yield site.between(start, end, f"{own}, year={site.src(node.func.value)}.year + {more}", FAMILY, says, 0.85)


def _beside_a_year(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`(day.year, day.month - 1)` in a pair, a text or any call; and in two lines: behind the last month the year goes on."""
    counted, outer = site.src(node.left), site.parent(node)
    outer = site.parent(outer) if isinstance(outer, ast.FormattedValue) else outer
    steps = isinstance(node.op, ast.Add | ast.Sub) and counted.split(".")[-1].split("_")[-1].lower() == "month"
    if not steps or site.function is None or "12" in site.src(site.function) or not isinstance(outer, ALONE):
        return
    if isinstance(outer, ast.Call) and (name_of(outer.func) in BESIDES or _part(outer, "month", 1) is not None):
        return
    number = node.right.value if isinstance(node.right, ast.Constant) and type(node.right.value) is int else None
    shift = (number if isinstance(node.op, ast.Add) else -number) - 1 if number else None
    by = f" {'+' if isinstance(node.op, ast.Add) else '-'} {grouped(site, node.right)}"
    moved = counted if shift == 0 else f"({counted} {'+-'[shift < 0]} {abs(shift)})" if shift is not None else f"({counted} - 1{by})"
    own, says = f"{moved} % 12 + 1", f"Go on with the next year behind the last month of `{short(site.src(node))}`"
    wanted = counted[: -len("month")] + "year"
    block = site.module.block(site.statement.node) if isinstance(site.statement.node, ast.Assign) else []
    lines = [each.value for each in block if isinstance(each, ast.Assign)]
    near = [part for each in (outer, *lines) for part in ast.walk(each) if isinstance(part, ast.Name | ast.Attribute)]
    year = next((part for part in near if site.src(part) == wanted and isinstance(part.ctx, ast.Load)), None)
    if year is None:
        yield site.put(node, own, FAMILY, f"Begin anew behind the last month in `{short(site.src(node))}`", MONTH_ALONE)
    else:
        changes = sorted([(*site.module.span(year), f"{wanted} + {moved} // 12"), (*site.module.span(node), own)])
        yield site.at_once(changes, FAMILY, says, MONTH)


def _moved_on(site: Site, statement: ast.AugAssign) -> Iterator[Mutation]:
    """`month += 1`, and nothing asks whether the year is over."""
    name = site.src(statement.target)
    year = name[: -len("month")] + "year"
    if not name.endswith("month") or site.function is None or "12" in site.src(site.function) or site.src(statement.value) != "1":
        return
    forward = isinstance(statement.op, ast.Add)
    if year in site.locals and isinstance(statement.op, ast.Add | ast.Sub):
        over, first, sign = (f"{name} > 12", "1", "+") if forward else (f"{name} < 1", "12", "-")
        says = f"Go on with the {'next' if forward else 'last'} year when `{name}` leaves this one"
        yield site.add(f"if {over}:\n    {name} = {first}\n    {year} {sign}= 1", "after", FAMILY, says, MONTH)


def _first_before(site: Site, node: ast.Call, month: ast.BinOp) -> Iterator[Mutation]:
    """The first of the month before: a day before the first of this one, and of that month the first."""
    day, of = _part(node, "day", 2), month.left.value if isinstance(month.left, ast.Attribute) else None
    back = isinstance(month.op, ast.Sub) and site.src(month.right) == "1"
    if back and of is not None and day is not None and site.src(day) == "1" and "timedelta" in site.module.globals:
        new = f"({site.src(of)}.replace(day=1) - timedelta(days=1)).replace(day=1)"
        yield site.put(node, new, FAMILY, "Take the first of the month before, be it in the year before", MONTH_ALONE)


def _part(node: ast.Call, name: str, place: int) -> ast.expr | None:
    """What a date is given as its year, its month or its day."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else name_of(node.func)
    if called in DATED and len(node.args) > place:
        return node.args[place]
    given = next((each.value for each in node.keywords if each.arg == name), None)
    return given if called in (*DATED, "replace") else None


def _day(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`date(year, month, 31)`: the last day of the month where it has no such day."""
    if "day is out of range" not in site.clues.text:
        return
    year, month, day = (_part(node, name, place) for place, name in enumerate(("year", "month", "day")))
    through = "calendar.monthrange" if "monthrange" not in site.module.globals else "monthrange"
    imports = "calendar" if "." in through else ""
    of = site.src(node.func.value) if isinstance(node.func, ast.Attribute) and node.func.attr == "replace" else None
    if ((year is None or month is None or day is None) and of is None) or (day is None and year is None and month is None):
        return
    one, two = (site.src(given) if given is not None else f"{of}.{name}" for given, name in ((year, "year"), (month, "month")))
    last = f"{through}({one}, {two})[1]"
    says = f"Take the last day of the month where `{short(site.src(node))}` is none"
    if day is not None:
        yield replace(site.put(day, f"min({site.src(day)}, {last})", FAMILY, says, 0.9), imports=imports)
    else:
        end = site.module.span(node)[1] - 1
        yield replace(site.between(end, end, f", day=min({of}.day, {last})", FAMILY, says, 0.9), imports=imports)


def _years(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`today.year - born.year` counts a year that is not over; so does `days // 365`, a little."""
    if site.function is None or "month" in site.module.source(site.function):
        return
    says, inside = "Count only years that are over", isinstance(site.parent(node), ast.BinOp | ast.UnaryOp)
    if isinstance(node.op, ast.Sub) and all(isinstance(each, ast.Attribute) and each.attr == "year" for each in (node.left, node.right)):
        end, start = (site.src(each.value) for each in (node.left, node.right) if isinstance(each, ast.Attribute))
        prior = 0.75
    elif (
        isinstance(node.op, ast.FloorDiv | ast.Div) and site.src(node.right) in ("365", "365.25") and site.src(node.left).endswith(").days")
    ):
        gone = node.left.value if isinstance(node.left, ast.Attribute) else None
        if not isinstance(gone, ast.BinOp) or not isinstance(gone.op, ast.Sub):
            return
        end, start = site.src(gone.left), site.src(gone.right)
        prior = 0.6
    else:
        return
    new = f"{end}.year - {start}.year - (({end}.month, {end}.day) < ({start}.month, {start}.day))"
    yield site.put(node, f"({new})" if inside else new, FAMILY, says, prior)


def _weekend(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`day.weekday() in (6, 7)`: Monday is 0, Saturday 5 and Sunday 6; `isoweekday` counts from 1."""
    called = node.left
    first = ASKED.get(called.func.attr) if isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) else None
    if first is None:
        return
    right, saturday = node.comparators[0], 5 + first
    numbers = sorted(each.value for each in ast.walk(right) if isinstance(each, ast.Constant) and isinstance(each.value, int))
    says = f"Count Saturday as {saturday} and Sunday as {saturday + 1}"
    if len(numbers) == 2 and numbers[1] == numbers[0] + 1 and numbers[0] != saturday and min(numbers) >= 4:
        brackets = {ast.List: "[]", ast.Set: "{}"}.get(type(right), "()")
        yield site.put(right, f"{brackets[0]}{saturday}, {saturday + 1}{brackets[1]}", FAMILY, says, 0.85)
    elif len(numbers) == 1 and isinstance(right, ast.Constant):
        sign = type(node.ops[0])
        wanted = {ast.Gt: saturday - 1, ast.GtE: saturday, ast.Lt: saturday, ast.LtE: saturday - 1}.get(sign)
        if wanted is not None and numbers[0] != wanted and numbers[0] >= 4:
            yield site.put(right, str(wanted), FAMILY, says, 0.7)
        elif numbers[0] == 7 and not first:
            yield site.put(right, "6", FAMILY, says, 0.8)


def _to_a_working_day(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`day += timedelta(days=1)` where it is at the weekend: from Saturday it is two days to Monday, and from Sunday two back to Friday."""
    given = (node.args or [each.value for each in node.keywords if each.arg == "days"])[:1]
    stepped_by = given[0].value if name_of(node.func) == "timedelta" and given and isinstance(given[0], ast.Constant) else None
    outer = site.parent(site.statement.node)
    test = outer.test if isinstance(outer, ast.If) and stepped_by in (1, 2) else None
    if not isinstance(test, ast.Compare) or site.statement.node not in getattr(outer, "body", ()) or not isinstance(test.left, ast.Call):
        return
    func = test.left.func
    first = ASKED.get(func.attr) if isinstance(func, ast.Attribute) else None
    both = isinstance(test.ops[0], ast.Gt | ast.GtE | ast.In)
    whole, step = site.statement.node, site.parent(node)
    if first is None or not both or not isinstance(func, ast.Attribute) or site.src(func.value) not in site.src(whole):
        return
    sign = whole.op if isinstance(whole, ast.AugAssign) else step.op if isinstance(step, ast.BinOp) else None
    asked = site.src(test.left)
    new, to = (f"{7 + first} - {asked}", "Monday") if isinstance(sign, ast.Add) else (f"{asked} - {4 + first}", "Friday")
    if isinstance(sign, ast.Add | ast.Sub):
        yield site.put(given[0], new, FAMILY, f"Go to {to}, from Saturday as from Sunday", 0.8)


def _named_day(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """A constant that is called like a day of the week, in a file that asks for `weekday`."""
    name, value = name_of(statement.targets[0]).lower(), statement.value
    if name not in DAYS or not isinstance(value, ast.Constant) or type(value.value) is not int:
        return
    ways = [first for way, first in ASKED.items() if f".{way}(" in site.module.text]
    if len(ways) == 1 and value.value != DAYS.index(name) + ways[0]:
        number = DAYS.index(name) + ways[0]
        yield site.put(value, str(number), FAMILY, f"Count {name.capitalize()} as {number}, as the calendar does", 0.9)
