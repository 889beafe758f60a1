"""Failing runs with other values in place of those that their statements work out: those that would cure tell where the mistake is.

A statement at which another value makes a failing run pass has a say in what is wrong, and a mistake in it is a likely one (value
replacement, after Jeffrey, Gupta and Gupta, "Fault localization using value replacement", 2008; of conditions after Zhang, Gupta and Gupta,
"Locating faults through automated predicate switching", 2006). It is no evidence of anything else: no edit is kept for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from adapters.trace import Json
from refinery.domain import Attempt, Compared, Execution, Replaced, Scenario
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen, in_order
from refinery.repair.aligned import instead
from refinery.repair.replacing import instrument, refinery_values
from refinery.repair.replacing.instrument import HELPER, Instrumented, Site
from refinery.suite.attempt import judged
from refinery.suite.checks.vocabulary import needs_spans
from refinery.suite.outcome import Outcome
from safety.changes import ChangeSet, FileChange

SECONDS = 2.0
"""How long other values are tried in one scenario at the most."""
ROOM = 6.0
"""Seconds more that the run around them may take."""
MOST = 2
"""Failing scenarios that are looked into."""
LARGEST = 200_000
"""Characters of code that calls are written into; what ran in the failing scenarios comes first."""
PAIRS = 8
"""Stretches of wrong answers in whose place the right ones are tried."""
ASK = f"{HELPER}:ask"

Read = Callable[[Sequence[str]], Mapping[str, str]]
"""Texts of files of the base, tests too."""


class Told(BaseModel):
    """What the helper tells of one scenario."""

    answers: list[tuple[str, list[tuple[int, int, str]]]] = []
    """Other answers, with the sites, the times (-1: each), and the names of the values that led there."""
    operands: list[tuple[int, int, str, Any, Any]] = []
    """What was compared: the site, the time, the sign, and the two."""


@dataclass(slots=True)
class _Found:
    cured: set[str] = field(default_factory=set)
    compared: list[Compared] = field(default_factory=list)


def replaced(
    shown: Reproduction,
    screen: Screen,
    sources: Mapping[str, str],
    read: Read,
    order: Sequence[tuple[str, int]],
    words: Collection[str] = (),
) -> tuple[Replaced, ...]:
    """The statements at which another value cures. `order` are lines, the most suspicious first, which have their turn in this order;
    `words` those of the failing checks.

    Nothing where it cannot be seen: for an agent that is no function of Python, that acts on the world, or whose checks look at more
    than its answer.
    """
    asked = [each for each in shown.red if _can_be_asked(each, screen)][:MOST]
    if not asked:
        return ()
    homes = {each.test.partition("::")[0] for each in shown.red if each.test}
    code = _code_that_ran(shown.executions, sources, homes)
    made = instrument.instrument(code)
    place = {line: number for number, line in enumerate(order)}
    numbers = sorted(range(len(made.sites)), key=lambda number: place.get((made.sites[number].path, made.sites[number].line), len(place)))
    found: dict[tuple[str, int], _Found] = defaultdict(_Found)
    tests = read(sorted(homes))
    lanes = max(1, screen.bench.limits.workers // len(asked))
    pairs = [[each.wrong, each.right] for each in instead(words) if each.wrong and each.right][:PAIRS]
    looking = in_order(
        lambda each: _tried(each, made, {**code, **tests}, numbers, lanes, pairs, screen), asked, screen.bench.limits.workers
    )
    with closing(looking) as looks:
        for scenario, told in looks:
            _note(scenario, told, made.sites, found)
    return tuple(Replaced(path, line, frozenset(each.cured), tuple(each.compared)) for (path, line), each in found.items())


def _can_be_asked(scenario: Scenario, screen: Screen) -> bool:
    """Whether a run can be made again as often as one likes, and looked at from inside: nobody else is asked, or paid."""
    agent = screen.runner.tests if scenario.test else screen.runner.agent
    if agent is None or agent.network or agent.http or agent.models != "direct":
        return False
    if scenario.test:
        return scenario.test.partition("::")[0].endswith(".py")  # tests of another runner are not looked into
    plain = scenario.world is None and not needs_spans(scenario) and all(each.kind != "rubric" for each in scenario.expect)
    return bool(agent.python) and plain


def _code_that_ran(executions: Sequence[Execution], sources: Mapping[str, str], tests: set[str]) -> dict[str, str]:
    """The files that ran in failing scenarios, as many as there is room for; tests say what is right."""
    ran = dict.fromkeys(path for each in executions if not each.passed for path in sorted(each.lines))
    found: dict[str, str] = {}
    for path in ran:
        text = sources.get(path, "")
        if text and path not in tests and sum(map(len, found.values())) + len(text) <= LARGEST:
            found[path] = text
    return found


def _tried(
    scenario: Scenario,
    made: Instrumented,
    texts: Mapping[str, str],
    order: Sequence[int],
    lanes: int,
    pairs: Sequence[Sequence[str]],
    screen: Screen,
) -> Told:
    """What the helper tells of one scenario; nothing when it came to nothing."""
    files = dict(made.files)
    home = scenario.test.partition("::")[0]
    if home and home not in texts:  # too large a file, or none of text
        return Told()
    if home:
        around = f"{HELPER}.tried({list(order)}, {SECONDS}, {lanes}, {pairs})"
        files |= instrument.instrument({}, {home: texts[home]}, around).files
    changes = [FileChange(path, texts[path], text) for path, text in files.items()]
    changes.append(FileChange(f"{HELPER}.py", None, Path(refinery_values.__file__).read_text(encoding="utf-8")))
    given: dict[str, Json] = {"agent": screen.runner.agent.python, "input": scenario.input, "order": list(order)}
    given |= {"seconds": SECONDS, "lanes": lanes, "pairs": [list(pair) for pair in pairs]}
    attempt = screen.entered(ChangeSet(tuple(changes)), ASK, replace(scenario, input=given, expect=()), SECONDS + ROOM)
    try:
        return Told.model_validate_json(_answered(attempt))
    except ValidationError:  # it was ended, or the user's code wrote something else
        return Told()


def _note(scenario: Scenario, told: Told, sites: Sequence[Site], found: Mapping[tuple[str, int], _Found]) -> None:
    """Put by at which statements the scenario was cured."""
    owed = [place for answer, places in told.answers if _is_right(scenario, answer) for place in places]
    for number, turn, _ in owed:
        if 0 <= number < len(sites):  # the user's code may have written anything
            own = found[sites[number].path, sites[number].line]
            own.cured.add(scenario.id)
            own.compared += [Compared(*row[2:]) for row in told.operands if row[0] == number and turn in (-1, row[1])]


def _answered(attempt: Attempt | None) -> str:
    """What the helper wrote: the answer of an agent, or the message of a test that it let fail."""
    if attempt is None:
        return ""
    return attempt.error.rpartition(refinery_values.MARK)[2].partition("\n")[0] or attempt.output


def _is_right(scenario: Scenario, answer: str) -> bool:
    """Whether an answer that the helper told is what the scenario wants."""
    if scenario.test:
        return answer == refinery_values.PASSED
    return not answer.startswith(refinery_values.RAISED) and judged(scenario, 0, Outcome(answer)).passed
