"""Expressions that come to something else in failing runs, and to the same in passing ones: what could stand in whose place.

Of all that could be written at a place, few things differ where the answer is wrong and nowhere else (dynamic synthesis, after Durieux and
Monperrus, "DynaMoth: dynamic code synthesis for automatic program repair", 2016; there of conditions and right sides of a known value, here
of every expression of a suspected statement, without one). It is no evidence: what is proposed has to cure like every other edit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ValidationError

from adapters.trace import Json
from refinery.domain import Replaced, Scenario
from refinery.flows.replaced import Read, can_be_asked
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen, in_order
from refinery.repair.replacing import refinery_values
from refinery.repair.replacing.instrument import instrument
from refinery.repair.synthesis import refinery_terms
from refinery.repair.synthesis.places import HELPER, Written, write
from refinery.repair.synthesis.terms import Term
from safety.changes import ChangeSet, FileChange

SECONDS = 1.0
"""How long expressions are worked out in one scenario at the most."""
ROOM = 3.0
"""Seconds more that the run around that may take."""
STATEMENTS = 30
"""The most suspicious, those first at which another value cures."""
PLACES = 150
FAILING, PASSING = 2, 6
"""Scenarios that are looked into."""
LEAST = 0.5
"""The share of passing runs that reach a place in which an expression has to come to the same."""
SEEN_ELSEWHERE = 0.35
"""What one counts that does not in all of them: what it comes to may not be asked for there."""
ASK = f"{HELPER}:ask"


class Told(BaseModel):
    """What the helper tells of one scenario."""

    reached: list[int] = []
    idle: list[int] = []
    """Places on which the answer does not hang."""
    rows: list[tuple[int, list[tuple[str, str, str, bool]]]] = []
    """By place, the texts that could be worked out each time: their kind, what is in them, and whether they came to something else."""


@dataclass(slots=True)
class _Kept:
    kind: str
    atom: str
    other: int = 0
    """Failing runs in which it comes to something else."""
    same: int = 0
    """Passing ones in which it comes to the same each time."""


def synthesised(
    shown: Reproduction,
    screen: Screen,
    sources: Mapping[str, str],
    read: Read,
    order: Sequence[tuple[str, int]],
    found: Sequence[Replaced],
) -> dict[tuple[str, int], tuple[Term, ...]]:
    """What could stand where, by statement. `order` are lines, the most suspicious first, `found` those at which another value cures."""
    failing = [each for each in shown.red if can_be_asked(each, screen)][:FAILING]
    passing = [each for each in shown.green if can_be_asked(each, screen)][:PASSING]
    if not failing:
        return {}
    said = {each.test.partition("::")[0] for each in (*failing, *passing)}
    lines = dict.fromkeys([*((each.path, each.line) for each in found), *order])
    made = write(sources, [line for line in lines if line[0] in sources and line[0] not in said][:STATEMENTS], PLACES)
    kept: dict[int, dict[str, _Kept]] = defaultdict(dict)
    looked = [told for told in _told(failing, made, sources, None, screen, read) if told.reached]
    for told in looked:
        for place, rows in told.rows:
            for text, kind, atom, other in rows:
                if other:
                    kept[place].setdefault(text, _Kept(kind, atom)).other += 1
    if not kept:
        return {}
    wanted: dict[str, Json] = {str(place): [*texts] for place, texts in kept.items()}
    reached: Counter[int] = Counter()
    for told in _told(passing, made, sources, wanted, screen, read):
        reached.update(set(told.reached) - set(told.idle))
        for place, rows in told.rows:
            for text, _, _, other in rows:
                if not other and text in kept[place] and place not in told.idle:
                    kept[place][text].same += 1
    terms: dict[tuple[str, int], list[Term]] = defaultdict(list)
    for place, texts in kept.items():
        where = made.places[place]
        for text, own in texts.items():
            same = own.same / reached[place] if reached[place] else 1.0
            if same >= LEAST:
                share = own.other / len(looked) * (1.0 if same == 1.0 else SEEN_ELSEWHERE)
                terms[where.path, where.line].append(Term(where.span, own.kind, text, own.atom, share))
    return {line: tuple(own) for line, own in terms.items()}


def _told(
    scenarios: Sequence[Scenario], made: Written, texts: Mapping[str, str], wanted: dict[str, Json] | None, screen: Screen, read: Read
) -> list[Told]:
    """What the helper tells of each; nothing of one that came to nothing."""
    if scenarios and scenarios[0].test:
        return _of_tests(scenarios, made, texts, wanted, screen, read)
    product = _product(made.files, texts)

    def ask(scenario: Scenario) -> Told:
        given: dict[str, Json] = {"agent": screen.runner.agent.python, "input": scenario.input, "seconds": SECONDS, "wanted": wanted}
        attempt = screen.entered(product, ASK, replace(scenario, input=given, expect=()), SECONDS + ROOM)
        return _read(attempt.output if attempt else "")

    with closing(in_order(ask, scenarios, screen.bench.limits.workers)) as looks:
        return [told for _, told in looks]


def _of_tests(
    tests: Sequence[Scenario], made: Written, texts: Mapping[str, str], wanted: dict[str, Json] | None, screen: Screen, read: Read
) -> list[Told]:
    """The same of tests, which are run together."""
    homes = dict(read(sorted({each.test.partition("::")[0] for each in tests})))
    files = instrument({}, homes, f"{HELPER}.watched({SECONDS}, {wanted})", HELPER).files
    attempts = screen.tested(_product({**made.files, **files}, {**texts, **homes}), tests, SECONDS + ROOM)
    return [_read(each.error.rpartition(refinery_values.MARK)[2].partition("\n")[0]) for each in attempts]


def _product(files: Mapping[str, str], texts: Mapping[str, str]) -> ChangeSet:
    """The files with the calls in them, and the helpers beside them."""
    helpers = [Path(str(each.__file__)) for each in (refinery_terms, refinery_values)]
    changes = [FileChange(path, texts[path], text) for path, text in files.items()]
    return ChangeSet((*changes, *(FileChange(each.name, None, each.read_text(encoding="utf-8")) for each in helpers)))


def _read(text: str) -> Told:
    try:
        return Told.model_validate_json(text)
    except ValidationError:  # it was ended, or the user's code wrote something else
        return Told()
