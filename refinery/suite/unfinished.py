"""What a run of the suite has done so far, written down as it goes, so that one that was interrupted can be taken up again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from refinery.domain import AgentSpec, Attempt, BillItem, Call, Cause, CheckResult, Judging, Replayed, Scenario
from refinery.suite.runner import Done


class Unfinished:
    """The attempts of one run, in a file of their own; each belongs to a commit, an agent and a scenario as it is written."""

    def __init__(self, path: Path, commit: str, agent: AgentSpec, scenarios: Sequence[Scenario], tests: AgentSpec | None = None) -> None:
        self._path = path
        self._keys = {each.id: _key(commit, (tests if each.test else None) or agent, each) for each in scenarios}

    def done(self) -> Done:
        """Attempts that need not be made again. What does not fit the run that is asked for is left out; so is a torn last line."""
        found: dict[tuple[str, int], Attempt] = {}
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return found
        for line in lines:
            try:
                row = json.loads(line)
                attempt = _attempt(row["attempt"])
            except (ValueError, KeyError, TypeError):
                continue
            if self._keys.get(attempt.scenario) == row["key"]:
                found[attempt.scenario, attempt.trial] = attempt
        return found

    def begin(self) -> None:
        """Forget an earlier run."""
        self._path.unlink(missing_ok=True)

    def add(self, attempt: Attempt) -> None:
        """Write one attempt down."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": self._keys[attempt.scenario], "attempt": asdict(attempt)}) + "\n")

    def end(self) -> None:
        """The run is whole: nothing is left to be taken up."""
        self._path.unlink(missing_ok=True)


def _key(commit: str, agent: AgentSpec, scenario: Scenario) -> str:
    told = json.dumps([commit, asdict(agent), asdict(scenario)], sort_keys=True, default=str)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _attempt(row: dict[str, Any]) -> Attempt:
    checks = tuple(CheckResult(**each) for each in row.pop("checks"))
    calls = tuple(Call(**each) for each in row.pop("calls"))
    cause, judging, replayed = row.pop("cause"), row.pop("judging", None), row.pop("replayed", None)
    return Attempt(
        checks=checks,
        calls=calls,
        cause=None if cause is None else Cause(cause),
        judging=Judging(usage=BillItem(**judging.pop("usage")), **judging) if judging else None,
        replayed=None if replayed is None else tuple(Replayed(**each) for each in replayed),
        **row,
    )
