"""Times: durations in the wrong unit, a zone that is put on where a time should be converted, and the zone of somebody else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.moments import CODE, other_formats
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

UNITS = ("seconds", "minutes", "hours", "days", "weeks", "milliseconds")
SHORT = {"ms": "milliseconds", "millis": "milliseconds", "milli": "milliseconds", "sec": "seconds", "min": "minutes", "hr": "hours"}
"""Units as names shorten them."""
ZONE = frozenset({"zone", "tz", "timezone", "tzinfo", "zoneinfo", "utc"})
READS = ("fromisoformat", "strptime")
TAKES_ZONE = ("astimezone", "now", "fromtimestamp")
LOCAL = ("date", "time", "weekday", "isoweekday", "strftime")
STEPPED = ("day", "hour", "minute", "second", "microsecond")
"""Parts of a time that are not to be counted up by themselves."""


def propose(site: Site) -> Iterator[Mutation]:
    """Units of durations, conversions between zones, and the zones that are at hand."""
    zones: tuple[str, ...] | None = None
    for node in site.statement.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.search(node.value):
            yield from _codes(site, node)
        if isinstance(node, ast.Attribute) and node.attr in ("days", "seconds"):
            yield from _between(site, node)
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else name_of(node.func)
        if name in ("sleep", "fromtimestamp", "utcfromtimestamp") and node.args:
            yield from _in_seconds(site, node)
        if name in ("replace", "date", "datetime"):
            yield from _stepped(site, node, name)
        if name == "timedelta":
            yield from _units(site, node)
        elif name in LOCAL and isinstance(node.func, ast.Attribute):
            yield from _local(site, node.func.value)
        elif name in (*TAKES_ZONE, *READS, "replace", "combine", "datetime"):
            if zones is None:
                zones = tuple(_zones(site))
            yield from _zoned(site, node, name, zones)


def _between(site: Site, node: ast.Attribute) -> Iterator[Mutation]:
    """Days on the calendar for days that passed, and the other way round; all seconds for those beside the days."""
    if node.attr == "seconds":
        whole, parent = f"{grouped(site, node.value)}.total_seconds()", site.parent(node)
        says = "Count all seconds, those of whole days too"
        if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div)):
            yield site.put(node, f"int({whole})", "time between", says, 0.75)
        yield site.put(node, whole, "time between", says, 0.7)
    elif isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Sub):
        left, right = (grouped(site, side) for side in (node.value.left, node.value.right))
        if left.endswith(".date()") and right.endswith(".date()"):
            new = f"({left.removesuffix('.date()')} - {right.removesuffix('.date()')}).days"
            yield site.put(node, new, "time between", "Count the days that passed, not those on the calendar", 0.3)
        else:
            yield site.put(node, f"({left}.date() - {right}.date()).days", "time between", "Count days on the calendar", 0.5)


def _stepped(site: Site, node: ast.Call, name: str) -> Iterator[Mutation]:
    """`due.replace(hour=due.hour + 1)` fails at the end of a day; `due + timedelta(hours=1)` goes on to the next."""
    moved = node.keywords[0] if name == "replace" and len(node.keywords) == 1 and not node.args else None
    value, unit = (moved.value, moved.arg) if moved else (node.args[2], "day") if name == "date" and len(node.args) == 3 else (None, None)
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Sub) and isinstance(value.left, ast.Attribute)):
        return
    owner = site.src(value.left.value)
    others = (
        [f"{owner}.year", f"{owner}.month"]
        if name == "date"
        else [site.src(node.func.value) if isinstance(node.func, ast.Attribute) else ""]
    )
    same = [site.src(each) for each in node.args[:2]] == others if name == "date" else others == [owner]
    if not same or unit not in STEPPED or value.left.attr != unit:
        return
    through = "timedelta" not in site.module.globals and any(
        isinstance(each, ast.Import) and any(alias.name == "datetime" and not alias.asname for alias in each.names)
        for each in site.module.tree.body
    )
    sign = "+" if isinstance(value.op, ast.Add) else "-"
    new = f"{owner} {sign} {'datetime.' if through else ''}timedelta({unit}s={site.src(value.right)})"
    inside = isinstance(site.parent(node), ast.Attribute | ast.BinOp)
    says = f"Go on from one {unit} to another, over the end of a month too"
    stepped = site.put(node, f"({new})" if inside else new, "step of time", says, 0.9)
    yield replace(stepped, imports="" if through or "timedelta" in site.module.globals else "datetime:timedelta")


def _local(site: Site, moment: ast.expr) -> Iterator[Mutation]:
    """The day and the hour of a moment are those of a zone: of whose, a zone that is at hand says."""
    if not isinstance(moment, ast.Name | ast.Attribute | ast.Subscript | ast.Call) or "astimezone(" in site.src(moment):
        return
    if isinstance(moment, ast.Name) and moment.id in site.module.globals:
        return
    for zone in [each for each in _zones(site) if each not in site.module.globals and "timezone." not in each]:
        named = "ZoneInfo" in site.module.globals and f"{zone} = " not in site.module.text
        given = f"ZoneInfo({zone})" if named else zone
        says = f"Take `{short(site.src(moment))}` as it is in `{zone}`"
        yield site.put(moment, f"{site.src(moment)}.astimezone({given})", "time zone", says, 0.5)


def _codes(site: Site, node: ast.Constant) -> Iterator[Mutation]:
    """`%d.%m` for `%m.%d`, `%H` for `%I`: codes exchanged with those beside them, or taken for another of their kind."""
    if isinstance(site.parent(node), ast.JoinedStr):
        return
    for new, prior, _ in other_formats(site.src(node)):
        yield site.put(node, new, "format of a time", f"Read and write times as {new}", prior)


def _units(site: Site, node: ast.Call) -> Iterator[Mutation]:
    for keyword in node.keywords:
        if keyword.arg not in UNITS:
            continue
        start = site.module.span(keyword)[0]
        said = _said(site.src(keyword.value)) or _said(site.function.name if site.function else "")
        for unit in UNITS:
            if unit != keyword.arg:
                prior = 0.85 if unit in said else 0.1 if keyword.arg in said else 0.35
                says = f"Take `{short(site.src(keyword.value))}` as {unit}, not {keyword.arg}"
                yield site.between(start, start + len(keyword.arg), unit, "unit of time", says, prior)
    if len(node.args) == 1 and not node.keywords:
        start = site.module.span(node.args[0])[0]
        said = _said(site.src(node.args[0]))
        for unit in UNITS[:3]:
            says = f"Take `{short(site.src(node.args[0]))}` as {unit}, not days"
            yield site.between(start, start, f"{unit}=", "unit of time", says, 0.85 if unit in said else 0.3)


def _said(text: str) -> set[str]:
    """The units that names speak of."""
    return {SHORT.get(part, f"{part}s") for part in parts(text)} & set(UNITS)


def _in_seconds(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`sleep(delay_ms)` and `fromtimestamp(stamp)` count seconds."""
    text = site.src(node.args[0])
    far = site.clues.any_of("year is out of range", "out of range for platform", "date value out of range")
    told = "milliseconds" in _said(text) or (name_of(node.func) != "sleep" and far)
    if told and "/" not in text:
        yield site.put(node.args[0], f"{grouped(site, node.args[0])} / 1000", "unit of time", f"Make seconds of `{short(text)}`", 0.8)


def _zoned(site: Site, node: ast.Call, name: str, zones: tuple[str, ...]) -> Iterator[Mutation]:
    text = site.src(node)
    given = next((keyword for keyword in node.keywords if keyword.arg in ("tzinfo", "tz")), None)
    value = given.value if given else node.args[-1] if name in TAKES_ZONE and node.args else None
    if value is not None:
        for zone in zones:
            if zone != site.src(value):
                yield site.put(value, zone, "time zone", f"Use the zone `{zone}` instead of `{short(site.src(value))}`", 0.5)
    if not isinstance(node.func, ast.Attribute):
        return
    owner = site.src(node.func.value)
    if name == "replace" and given and len(node.keywords) == 1 and not node.args:
        zone = site.src(given.value)
        yield site.put(node, f"{owner}.astimezone({zone})", "time zone", f"Convert to `{short(zone)}`, do not only relabel", 0.6)
        yield site.put(node, owner, "time zone", f"Leave the zone of `{short(owner)}` as it is", 0.2)
        if isinstance(node.func.value, ast.Call) and name_of(node.func.value.func) == "astimezone":
            return
        for other in zones:
            new = f"{text}.astimezone({other})"
            if other != zone:
                yield site.put(node, new, "time zone", f"Convert `{short(text)}` to `{other}`", 0.3)
    elif name == "astimezone" and value is not None:
        yield site.put(
            node, f"{owner}.replace(tzinfo={site.src(value)})", "time zone", f"Read `{short(owner)}` as a time of that zone", 0.45
        )
    elif name in READS:
        for zone in zones:
            yield site.put(node, f"{text}.replace(tzinfo={zone})", "time zone", f"Read `{short(text)}` as a time of `{zone}`", 0.4)


def _zones(site: Site) -> Iterator[str]:
    """What is in scope and is called a zone: names, and fields of what is at hand."""
    names = site.locals
    found = [name for name in names if parts(name) & ZONE]
    for owner in names[:10]:
        found += [site.world.reading(owner, member) for member in sorted(site.world.reach(owner)) if parts(member) & ZONE]
    found += [name for name in site.module.globals if parts(name) & ZONE and name not in ("timezone", "ZoneInfo", "tzinfo")]
    if "timezone" in site.module.globals:
        found.append("timezone.utc")
    yield from list(dict.fromkeys(found))[:6]
