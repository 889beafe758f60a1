"""A hypothesis on its way to the gate: as file changes, with what the guard says, and the words in which its failure was told."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from refinery.domain import Attempt, Bill, Complaint, Diagnosis, Hypothesis, Impact, Scenario
from refinery.flows.screen import Screened
from safety.changes import ChangeSet, FileChange
from safety.verdict import Verdict

LOOKS = 3
"""Quick looks at a model's hypothesis before it counts as failed. They decide who reaches the gate, as in the search."""
LONGEST = 4_000
"""Characters of an answer beside the wanted one that are read."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A hypothesis as file changes, with the guard's answer and the targets it is meant to turn."""

    hypothesis: Hypothesis
    changes: ChangeSet
    verdict: Verdict
    targets: tuple[Scenario, ...]
    slug: str
    model: str = ""
    """Who wrote it, when a model did."""
    bill: Bill = field(default_factory=Bill)
    """What asking the model for it, and for those before it, cost."""
    impact: Impact | None = None
    """What it reaches; known once it is handed out."""

    @property
    def product(self) -> tuple[FileChange, ...]:
        """The changes without the scenarios that are committed with them."""
        edited = {edit.path for edit in self.hypothesis.edits}
        return tuple(change for change in self.changes if change.path in edited)


def words_of(complaint: Complaint, diagnosis: Diagnosis, attempts: Sequence[Attempt]) -> tuple[str, ...]:
    """The words in which the failure was described, for finding what speaks of the same; and what the runs said, as they said it, whole
    answers beside those that were wanted."""
    texts = [complaint.says, diagnosis.summary, diagnosis.expected]
    texts += [quote.text for quote in diagnosis.evidence]
    texts += [f"{expectation.kind} {expectation.value}" for scenario in complaint.targets for expectation in scenario.expect]
    aims = {scenario.id for scenario in complaint.targets}
    texts += [check.says for attempt in attempts if attempt.scenario in aims for check in attempt.checks if not check.passed]
    found = dict.fromkeys(word for text in texts for word in re.findall(r"[A-Za-z_][A-Za-z0-9_]{2,}", text))
    said = [attempt.says for attempt in attempts if attempt.scenario in aims and attempt.says]
    wanted = {scenario.id: each.value for scenario in complaint.targets for each in scenario.expect if each.name == "equals"}
    whole = [
        f"expected {json.dumps(wanted[attempt.scenario], ensure_ascii=False)}; the answer is {attempt.output!r}"
        for attempt in attempts
        if attempt.scenario in wanted and attempt.scenario in aims and attempt.output and not attempt.passed
    ]
    return tuple(dict.fromkeys((*found, *said, *(text for text in whole if len(text) <= LONGEST))))


def why(seen: Screened) -> str:
    """Why a hypothesis did not reach the gate, with what the agent did instead."""
    unmet = "; ".join(f"{attempt.scenario}: {attempt.says}" for attempt in seen.failed[:LOOKS])
    if seen.broke:
        return f"not taken to the gate: in {LOOKS} quick looks it cured {', '.join(sorted(seen.turned))} and broke others ({unmet})"
    return f"not taken to the gate: in {LOOKS} quick looks the failure stayed ({unmet})"
