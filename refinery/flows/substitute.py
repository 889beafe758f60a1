"""What should have stood in the place of a step's result, where that can be known: said by the expert, or found in what is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from adapters.trace import Json
from refinery.domain import Expectation, Recording, World

DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class Substitute:
    """A result for a recorded call, and where it comes from."""

    result: Json
    source: str


@dataclass(frozen=True, slots=True)
class Known:
    """What a right result may be found in."""

    passing: tuple[Recording, ...] = ()
    """Calls of a run of the same task that passed."""
    checks: tuple[Expectation, ...] = ()
    category: str = ""
    """Of the failure, as it was diagnosed."""


def substitute(place: int, world: World, known: Known) -> Substitute | None:
    """The first result that can be derived for a recorded call; None where none can."""
    call = world.calls[place]
    return next((each for each in _derived(place, call, world, known) if call.error or each.result != call.result), None)


def substituted(world: World, place: int, result: Json) -> World:
    """The world with another result of one call."""
    calls = [*world.calls]
    calls[place] = replace(calls[place], result=result, error="")
    return replace(world, calls=tuple(calls))


def _derived(place: int, call: Recording, world: World, known: Known) -> Iterator[Substitute]:
    good = [each for each in known.passing if each.tool == call.tool and not each.error]
    nth = sum(each.tool == call.tool and each.arguments == call.arguments for each in world.calls[:place])
    same = [each for each in good if each.arguments == call.arguments and not each.any_arguments]
    if same:
        yield Substitute(same[min(nth, len(same) - 1)].result, "what the same call gave in a run that passed")
    if wanted := _expected(call, known.checks):
        for each in (*world.calls, *good):
            if each is not call and each.tool == call.tool and not each.error and _within(wanted, each.arguments):
                yield Substitute(each.result, "what the expected call gives")
    if call.error or "error" in known.category:
        for each in world.calls[place + 1 :]:
            if each.tool == call.tool and each.arguments == call.arguments and not each.error:
                yield Substitute(each.result, "what the same call gave later in the run")
    if "stale" in known.category and (fresh := freshest_first(call.result)) is not None:
        yield Substitute(fresh, "the same documents, the newest before the others")
    position = sum(each.tool == call.tool for each in world.calls[:place])
    if position < len(good):
        yield Substitute(good[position].result, "what the tool gave at this place in a run that passed")


def _expected(call: Recording, checks: Sequence[Expectation]) -> Json:
    """The arguments with which the tool should have been called, where a check says so and this call has others."""
    for check in checks:
        if check.kind == "tool-called" and not check.negated and isinstance(check.value, dict) and check.value.get("name") == call.tool:
            wanted = check.value.get("args")
            if wanted and not _within(wanted, call.arguments):
                return wanted
    return None


def _within(wanted: Json, found: Json) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and _within(value, found[key]) for key, value in wanted.items())
    return wanted == found


def freshest_first(result: Json) -> Json:
    """A list of documents ordered by the date that all of them bear, the newest first; None where they bear none."""
    if not isinstance(result, list) or len(result) < 2:
        return None
    tables = [_flat(each) for each in result]
    dated = [key for key in tables[0] if all(isinstance(value := each.get(key), str) and DATE.fullmatch(value) for each in tables)]
    if not dated:
        return None
    order = sorted(range(len(result)), key=lambda place: str(tables[place][dated[0]]), reverse=True)
    return [result[place] for place in order]


def _flat(value: Json) -> dict[str, Json]:
    """The members of a document, and those of its metadata."""
    found: dict[str, Json] = {}
    for key, part in value.items() if isinstance(value, dict) else ():
        found |= _flat(part) if isinstance(part, dict) else {key: part}
    return found
