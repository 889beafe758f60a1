"""Fixes that were tried, remembered by the symptom they were meant to cure: similar failures recall them, and an undone one warns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Protocol

from knowledge.embedding import hashed, likeness
from knowledge.passage import Fix, Passage


class Fixes(Protocol):
    """Where fixes are kept; remembering one commit again replaces what was known of it."""

    def record_fix(self, commit: str, symptom: str, cure: str, outcome: str) -> None: ...

    def fixes(self) -> tuple[Fix, ...]: ...


SIMILAR = 0.3
"""Likeness below which two symptoms have nothing to do with each other."""

_PARTICULAR = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d+(?:[.,:]\d+)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Memory:
    """What was learnt from fixes, in the storage it is given."""

    storage: Fixes

    def remember(self, fix: Fix) -> None:
        """Keep a fix with what became of it."""
        self.storage.record_fix(fix.commit, fix.symptom, fix.cure, fix.outcome)

    def recall(self, symptom: str, limit: int = 3) -> tuple[Fix, ...]:
        """Fixes of similar failures, the most similar first; look at `outcome`: an undone one is a warning."""
        wanted = hashed(_general(symptom))
        scored = [replace(fix, score=likeness(wanted, hashed(_general(fix.symptom)))) for fix in self.storage.fixes()]
        similar = [fix for fix in scored if fix.score >= SIMILAR]
        return tuple(sorted(similar, key=lambda fix: (-fix.score, fix.commit))[:limit])

    def advice(self, symptom: str, limit: int = 3) -> tuple[Passage, ...]:
        """The same as passages, to be given to whoever looks for a fix, and cited."""
        return tuple(advice(fix) for fix in self.recall(symptom, limit))


def _general(symptom: str) -> str:
    """Numbers, ids and addresses differ from run to run and say nothing of the failure's kind."""
    return _PARTICULAR.sub(" ", symptom)


def advice(fix: Fix) -> Passage:
    """A remembered fix as a passage."""
    became = {
        "kept": "It was kept.",
        "rejected": "WARNING: it was tried and rejected, since it did not help or broke something else.",
        "undecided": "It was tried, and there was not enough evidence to say whether it helps.",
        "declined": "It passed the gate, and a person chose not to keep it.",
        "undone": "WARNING: it was kept at first and undone later, so it did harm or proved wrong. "
        "Do not propose it again without saying why it would do now.",
    }.get(fix.outcome, f"Outcome: {fix.outcome}.")
    text = f"A similar failure was met before: {fix.symptom}\n\nWhat was done: {fix.cure}\n\n{became}"
    return Passage(f"fix-{fix.commit[:12]}", f"Remembered fix {fix.commit[:12]} ({fix.outcome})", text, f"commit {fix.commit}", fix.score)
