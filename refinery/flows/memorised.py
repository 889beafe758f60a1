"""Whether a change has learnt the failing case by heart: what it names that only the case, and nothing in the repository, knows.

It looks at numbers, dates and names with a digit in them, which is what answers and cases differ by. Words alone are not looked at,
and a value that is pieced together escapes; scenarios for neighbours of the case are what catches those.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence

from refinery.domain import Scenario
from safety.changes import ChangeSet, FileChange
from safety.verdict import Effect, Finding

RULE = "memorised"
PARTICULAR = re.compile(r"\w(?:[\w.,:/@+-]*\w)?")
SHORTEST_GIVEN, SHORTEST_WANTED = 4, 3
"""Shorter ones stand in programs for many reasons."""


def memorised(
    changes: ChangeSet, red: Sequence[Scenario], elsewhere: Callable[[], Iterable[str]], *, asked: bool = True
) -> tuple[Finding, ...]:
    """A finding for each line that names a particular of a failing input, or an expected value that stands nowhere in the repository.

    `elsewhere` gives the repository's texts; it is only called when there is something to look up. Without `asked` only expected values
    are looked for: a search does not write what is particular to an input but where a setting is spelt like it.
    """
    given = _particulars((scenario.input for scenario in red), SHORTEST_GIVEN)
    wanted = _particulars((each.value for scenario in red for each in scenario.expect), SHORTEST_WANTED) - given
    found = [each for change in changes for each in _named(change, given | wanted if asked else wanted)]
    known: set[str] = set()
    if any(name in wanted for _, _, name in found):
        known = {name for text in elsewhere() for name in _in(text, SHORTEST_WANTED)}
    return tuple(
        Finding(RULE, path, line, _says(name, name in given), Effect.NEEDS_APPROVAL)
        for path, line, name in found
        if name in given or name not in known
    )


def _says(name: str, given: bool) -> str:
    if given:
        return f"names {name}, which is particular to the failing case: a rule would not need it"
    return f"writes {name}, which the failing case expects and nothing in the repository knows: an answer learnt by heart, or a new fact"


def _named(change: FileChange, wanted: set[str]) -> list[tuple[str, int, str]]:
    old = frozenset((change.before or "").splitlines())
    found = [
        (change.path, number, name)
        for number, line in enumerate((change.after or "").splitlines(), 1)
        if line not in old
        for name in sorted(_in(line, SHORTEST_WANTED) & wanted)
    ]
    known = _in(change.before or "", SHORTEST_WANTED) if found else set()
    return [each for each in found if each[2] not in known]


def _particulars(values: Iterable[object], shortest: int) -> set[str]:
    return {name for value in values for name in _in(json.dumps(value, ensure_ascii=False, default=str), shortest)}


def _in(text: str, shortest: int) -> set[str]:
    names = (name for name in PARTICULAR.findall(text) if len(name) >= shortest and any(letter.isdigit() for letter in name))
    return {_plain(name) for name in names}


def _plain(name: str) -> str:
    """Numbers by their value, so that 841.5 is 841.50."""
    try:
        return str(float(name.replace(",", "")))
    except ValueError:
        return name
