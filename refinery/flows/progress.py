"""How near a failing run came to passing: by this an edit is known that is half of a cure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from refinery.domain import Attempt, Cause, Scenario
from refinery.suite.outcome import compact

COMPARED = 2000
"""Letters of two answers that are compared."""
EQUAL = re.compile(r"assert (.+?) == (.+)")
FRAME = re.compile(r'File "([^"]+)", line (\d+)')
NEARER = 0.02
"""By how much more alike two answers must be before one is called nearer."""

Standing = tuple[int, int, int, float]


def nearer(scenario: Scenario, before: Attempt, now: Attempt) -> bool:
    """Whether a failing run got further than one before it: a later line of the test, more checks met, an answer instead of a crash, or
    an answer that is more like the one that is wanted."""
    one, other = _standing(scenario, before), _standing(scenario, now)
    return other[:-1] > one[:-1] or (other[:-1] == one[:-1] and other[-1] > one[-1] + NEARER)


def _standing(scenario: Scenario, attempt: Attempt) -> Standing:
    reached = _reached(scenario, attempt) if scenario.test else 0
    return reached, sum(check.passed for check in attempt.checks), attempt.cause is Cause.CHECKS, _alike(scenario, attempt)


def _reached(scenario: Scenario, attempt: Attempt) -> int:
    """The last line of the test's own file that its traceback names; 0 where it names none."""
    file = scenario.test.partition("::")[0]
    return max((int(line) for path, line in FRAME.findall(attempt.error) if path.endswith(file)), default=0)


def _alike(scenario: Scenario, attempt: Attempt) -> float:
    """How much what came is like what should have come, 0 to 1."""
    both = sides(scenario, attempt)
    return _ratio(*both) if both else 0.0


def sides(scenario: Scenario, attempt: Attempt) -> tuple[str, str] | None:
    """What came, and what should have come in its place, as texts; None where that cannot be told."""
    if attempt.cause is not Cause.CHECKS:
        return None
    if scenario.test:
        compared = EQUAL.search(attempt.says)
        return (compared[1], compared[2]) if compared else None
    wanted = [check.value for check in scenario.expect if check.kind == "equals" and not check.negated]
    return (attempt.output, wanted[0] if isinstance(wanted[0], str) else compact(wanted[0])) if wanted else None


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one[:COMPARED], other[:COMPARED], autojunk=False).ratio()
