"""One change before the whole guard: what the tests of the rules ask."""

from __future__ import annotations

from collections.abc import Mapping

from safety.changes import ChangeSet, FileChange, Surroundings
from safety.guard import Guard
from safety.policy import Policy
from safety.rules.all import ALL
from safety.verdict import Verdict

DECLARED = ("httpx", "pydantic", "pyyaml")


def judge(
    path: str,
    before: str | None,
    after: str | None,
    *,
    policy: Policy | None = None,
    around: Surroundings | None = None,
    mode_before: str = "100644",
    mode_after: str = "100644",
) -> Verdict:
    """The verdict on a change of one file."""
    changes = ChangeSet((FileChange(path, before, after, mode_before, mode_after),))
    return Guard(ALL, policy or Policy()).judge(changes, around or Surroundings(declared=DECLARED, dev_declared=("pytest",)))


def judge_all(files: Mapping[str, tuple[str | None, str | None]], policy: Policy | None = None) -> Verdict:
    """The verdict on changes of several files."""
    changes = ChangeSet(tuple(FileChange(path, before, after) for path, (before, after) in files.items()))
    return Guard(ALL, policy or Policy()).judge(changes, Surroundings(declared=DECLARED))


def appended(path: str, before: str, more: str) -> Verdict:
    """The verdict on further lines at the end of a file."""
    return judge(path, before, before + more)


def rules_of(verdict: Verdict) -> set[str]:
    """The rules that object."""
    return {finding.rule for finding in verdict.findings}
