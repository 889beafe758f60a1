"""What is remembered of fixes of similar failures: told to whoever looks for one, and a warning where one is proposed again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from knowledge.passage import Fix
from refinery.domain import Decision, Hypothesis
from refinery.flows.noted import Note, notes, read
from refinery.repair.pairs import FLOOR
from refinery.repo.entries import State
from refinery.repo.history import History
from refinery.repo.publish import NOTES
from refinery.repo.repository import Repository
from refinery.store.port import Store

ALIKE = 0.5
"""Likeness of two failures from which on a reader is told of the other one."""
MOST_TOLD = 2
LONGEST = 200
"""Characters of a cure that are told; in a note it may be anything."""
UNDONE = "undone"
BECAME = {
    "kept": "was kept",
    UNDONE: "was kept, and undone later",
    "declined": "passed its trial, and a person did not want it",
    "rejected": "was tried and did not help",
    "undecided": "was tried without a clear answer",
}
OUTCOMES = {Decision.ACCEPT: "declined", Decision.REJECT: "rejected", Decision.NOT_ENOUGH: "undecided"}
"""How a fix that was not kept is remembered."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Fixes of failures like the one at hand, the most alike first."""

    fixes: tuple[Fix, ...] = ()

    def warned(self, hypothesis: Hypothesis) -> Hypothesis:
        """The same; or with a warning among its risks, and half as likely, where people took the same back or did not want it."""
        bad = next((fix for fix in self.fixes if fix.outcome in (UNDONE, "declined") and _is(fix.cure, hypothesis.change)), None)
        if bad is None:
            return hypothesis
        reason = bad.cure.removeprefix(hypothesis.change).lstrip(". ")
        warning = f"the same change {BECAME[bad.outcome]} ({bad.commit[:12]})" + (f": {reason}" if reason else "")
        risks = "; ".join(filter(None, (hypothesis.risks.rstrip("."), warning)))
        return replace(hypothesis, risks=risks, confidence=max(min(hypothesis.confidence, FLOOR), hypothesis.confidence / 2))

    @property
    def undone(self) -> bool:
        """Whether people took one back: the past of the files then holds it, and is no witness for it."""
        return any(fix.outcome == UNDONE for fix in self.fixes)

    def told(self) -> tuple[str, ...]:
        """What a reader of a report should know of it, a sentence each."""
        alike = [fix for fix in self.fixes if fix.score >= ALIKE][:MOST_TOLD]
        return tuple(
            f"a failure like this was met before: “{_line(fix.cure)}” {BECAME.get(fix.outcome, fix.outcome)} ({fix.commit[:12]})"
            for fix in alike
        )


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]


def _is(cure: str, change: str) -> bool:
    """Whether what is remembered is this change, perhaps with the reason why somebody did not want it."""
    return cure == change or cure.startswith(f"{change}. ")


def learn(repository: Repository, history: History, store: Store, mark: Path) -> None:
    """Bring into the store what the repository's notes know of fixes and it does not: a fresh clone has the notes, and no memory.

    What was undone is seen in the history. `mark` names a file by which it is known that nothing has changed since the last time.
    """
    tip = repository.git.ask("rev-parse", "--verify", "--quiet", NOTES).text.strip()
    now = f"{tip} {repository.head()}"
    if not tip or (mark.is_file() and mark.read_text("utf-8") == now):
        return
    known = {fix.commit: fix for fix in store.fixes()}
    for text in notes(repository):
        try:
            note = read(text)
        except ValueError:  # none of ours, or of a version that did not say enough
            continue
        if note.whole:
            for fix in told_by(note):
                if known.setdefault(fix.commit, fix) is fix:
                    store.record_fix(fix.commit, fix.symptom, fix.cure, fix.outcome)
    for entry in history.history():
        met = known.get(entry.commit)
        if met and entry.state is State.UNDONE and met.outcome == "kept":
            store.record_fix(met.commit, met.symptom, met.cure, UNDONE)
    mark.write_text(now, "utf-8")


def told_by(note: Note) -> tuple[Fix, ...]:
    """What a note knows of the fix it is about, and of those that were tried before it."""
    raw = note.raw
    found = []
    for step in raw["steps"]:
        commit, gate, change = step.get("commit"), step.get("gate"), _table(step.get("hypothesis")).get("change")
        if commit and gate and change:
            outcome = "kept" if commit == note.seal.commit else OUTCOMES.get(gate.get("decision"), "undecided")
            found.append(Fix(_symptom(raw), str(change), str(commit), outcome))
    return tuple(found)


def _symptom(raw: Mapping[str, Any]) -> str:
    """What the failure looked like; a note of an earlier version tells it by its diagnosis alone."""
    diagnosis = _table(raw.get("diagnosis"))
    return str(raw.get("symptom") or f"{diagnosis.get('category', 'unclear')}: {diagnosis.get('summary', '')}")


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
