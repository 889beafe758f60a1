"""Where things stand in the pictures of a report: plain geometry, drawn as SVG by the page."""

from __future__ import annotations

import math
from dataclasses import dataclass

from refinery.flows.story import Arm, Gate, Run, Runs, Tellable

MOST_ROWS = 60
"""Scenarios in the picture of pass rates; the table below it has the others."""
LEFT, WIDTH, RIGHT = 250.0, 420.0, 66.0
"""The room for names, for the scale, and for figures."""
LINE = 28.0
INSIDE = 135.0
"""What a remark on a bar takes."""
NAME = 34
"""Letters of a name that have room."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A pass rate and its interval on the scale."""

    x: float
    low: float
    high: float
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario."""

    name: str
    label: str
    y: float
    target: bool
    worse: bool
    base: Mark | None
    candidate: Mark | None


@dataclass(frozen=True, slots=True)
class Rates:
    """Pass rates with their intervals, before and after."""

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    width: float
    height: float
    more: int
    """Scenarios that are not drawn."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The evidence after each trial of the targets, on a logarithmic scale."""

    points: tuple[tuple[float, float, str], ...]
    line: str
    needed: float
    """Where the threshold lies."""
    needed_says: str
    ticks: tuple[tuple[float, str], ...]
    steps: tuple[tuple[float, str], ...]
    left: float
    right: float
    width: float
    height: float
    reached: int | None
    """The trial after which the threshold was reached."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of a run on the line of its time."""

    step: int
    label: str
    x: float
    y: float
    width: float
    indent: float
    broken: bool
    failed: bool
    says: str
    beside: float
    """Where a remark on it stands, and whether that begins or ends there."""
    anchor: str
    inside: bool


@dataclass(frozen=True, slots=True)
class Course:
    """A run from its first step to its last."""

    bars: tuple[Bar, ...]
    timed: bool
    """False: no times are known, and every step is drawn as wide as the others."""
    width: float
    height: float
    ends: str


def rates(gate: Gate) -> Rates:
    """Targets first, then what got worse, then the others."""
    rows = tuple(_row(each, place, gate) for place, each in enumerate(gate.arms[:MOST_ROWS]))
    ticks = tuple((_x(share / 4), f"{share * 25} %") for share in range(5))
    more = max(0, len(gate.arms) - MOST_ROWS) + gate.arms_left_out
    return Rates(rows, ticks, LEFT + WIDTH + RIGHT, 30 + LINE * len(rows) + 26, more)


def _row(each: Runs, place: int, gate: Gate) -> Row:
    y = 30 + LINE * place + LINE / 2
    base, candidate = _mark(each, "base"), _mark(each, "candidate")
    return Row(each.scenario, fitted(each.scenario), y, each.target, each.scenario in gate.regressions, base, candidate)


def _mark(each: Runs, arm: Arm) -> Mark | None:
    passed, counted = each.rate(arm)
    bounds = each.interval(arm)
    if bounds is None:
        return None
    says = f"{passed} of {counted} runs passed, 95 % interval {bounds.low:.0%} to {bounds.high:.0%}"
    return Mark(_x(passed / counted), _x(bounds.low), _x(bounds.high), says)


def _x(share: float) -> float:
    return round(LEFT + WIDTH * share, 1)


def fitted(name: str, room: int = NAME) -> str:
    """A name with its end, which tells most names apart, where it is too long."""
    return name if len(name) <= room else f"{name[: room // 2 - 1]}…{name[-room // 2 :]}"


def growth(gate: Gate, shared: bool) -> Growth | None:
    """None where no trial of a target is on record."""
    path = gate.growth(shared)
    if len(path) < 2 or not 0 < gate.alpha < 1:
        return None
    needed = 1 / gate.alpha
    most = max(*path, needed) * 1.5
    least = min(*path, 1.0) / 1.5
    left, width, top, height = 70.0, 560.0, 16.0, 180.0
    span = math.log10(most) - math.log10(least)

    def up(value: float) -> float:
        return round(top + height * (1 - (math.log10(max(value, least)) - math.log10(least)) / span), 1)

    def along(trial: int) -> float:
        return round(left + width * trial / (len(path) - 1), 1)

    points = tuple((along(trial), up(value), f"after {trial} trials of each: {value:,.3g}") for trial, value in enumerate(path))
    stride = max(1, math.ceil(span / 6))
    powers = range(math.ceil(math.log10(least)), math.floor(math.log10(most)) + 1, stride)
    ticks = tuple((up(10.0**power), f"{10.0**power:,.4g}" if -3 <= power <= 6 else f"1e{power}") for power in powers)
    every = max(1, (len(path) - 1) // 12)
    steps = tuple((along(trial), str(trial)) for trial in range(0, len(path), every))
    line = " ".join(f"{x},{y}" for x, y, _ in points)
    reached = next((trial for trial, value in enumerate(path) if value >= needed), None)
    right = left + width
    says = f"{needed:,.3g}"
    return Growth(points, line, up(needed), says, ticks, steps, left, right, right + 30, top + height + 46, reached)


def course(run: Run) -> Course | None:
    """None where no step is told."""
    steps = run.told
    if not steps:
        return None
    ends = [each.began + each.seconds for each in steps if each.began is not None and each.seconds is not None]
    whole = max(ends, default=0.0)
    timed = bool(whole) and all(each.began is not None and each.seconds is not None for each in steps)
    bars = tuple(_bar(each, place, len(steps), whole if timed else 0.0) for place, each in enumerate(steps))
    said = f"{whole:.2f} s" if whole >= 1 else f"{whole * 1000:.0f} ms"
    return Course(bars, timed, LEFT + WIDTH + RIGHT, 16 + 24.0 * len(bars) + 22, said if timed else "")


def _bar(each: Tellable, place: int, many: int, whole: float) -> Bar:
    began, took = (each.began or 0.0, each.seconds or 0.0) if whole else (float(place), 1.0)
    total = whole or float(many)
    lasted = "" if each.seconds is None else f", {each.seconds * 1000:.0f} ms"
    state = ", failed" if each.failure else ""
    says = f"step {each.step}: {each.kind} {each.name}{lasted}{state}{', where it went wrong' if each.broken else ''}"
    x = _x(min(0.995, max(0.0, began / total)))
    width = round(max(3.0, min(WIDTH * took / total, LEFT + WIDTH - x)), 1)
    inside, late = width > INSIDE, x + width > LEFT + WIDTH + RIGHT - INSIDE
    return Bar(
        step=each.step,
        label=fitted(f"{each.step} {each.name or each.kind}", 30),
        x=x,
        y=16 + 24.0 * place,
        width=width,
        indent=6.0 * each.depth,
        broken=each.broken,
        failed=bool(each.failure),
        says=says,
        beside=round(x + 8 if inside else x - 6 if late else x + width + 6, 1),
        anchor="end" if late and not inside else "start",
        inside=inside,
    )
