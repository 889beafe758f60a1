"""The person in a guided session, asked about one change at a time: kept is only what they say yes to."""

from __future__ import annotations

from dataclasses import dataclass, field

from refinery.cli.person import diff
from refinery.cli.talk import Left, Talk
from refinery.domain import Diagnosis, Said
from refinery.flows.consult import symptom
from refinery.flows.session.telling import Behaviour, note_of_no, offer, why
from refinery.store.port import Store
from refinery.workbench import Question

CHOICES = {
    "k": "keep it: it is put aside for you, your files stay as they are",
    "n": "next: not this one, look for another",
    "w": "why: the reasons, and what exactly would change",
    "s": "stop for now, and decide later",
}


@dataclass(slots=True)
class Decider:
    """Answers what a fix asks in somebody's name, by asking them."""

    talk: Talk
    store: Store
    diagnosis: Diagnosis
    refused: dict[str, str] = field(default_factory=dict)
    """What memory is to know of the changes that were not wanted, by the candidate's id."""

    def keep(self, question: Question) -> bool:
        """Whether a fix that passed its trial is kept."""
        self.talk.heading("A change that mends it")
        self._show(question)
        while True:
            match self.talk.choose("What shall be done with it?", CHOICES, "s"):
                case "k":
                    return True
                case "n":
                    reason = self.talk.ask("What is wrong with it? It is remembered. (Enter: no reason)")
                    self.refused[question.commit] = note_of_no(question.hypothesis, reason)
                    self.note()
                    self.talk.tell("It is not offered again for this. Looking for another …")
                    return False
                case "w":
                    self._explain(question)
                case _:
                    raise Left

    def approve(self, question: Question) -> Said:
        """Whether a change may be tried that the safety check lets nobody but a person allow."""
        self.talk.heading(f"This needs your permission before it is even tried: {question.hypothesis.change}")
        for finding in question.verdict.findings:
            self.talk.tell(f"{finding.path}: {finding.says}", "  - ")
        self._changes(question)
        return Said.YES if self.talk.yes("Allow this very change to be tried? If not, it is not offered again.", default=False) else Said.NO

    def note(self) -> None:
        """Let memory keep what was refused, with the reasons."""
        for commit, says in self.refused.items():
            self.store.record_fix(commit, symptom(self.diagnosis, ()), says, "declined")

    def _show(self, question: Question) -> None:
        made = offer(question)
        for case in made.cured:
            self._behaviour("In this conversation" if len(made.cured) == 1 else f"Case {case.case}", case)
        if question.hypothesis.example:
            self.talk.tell(f"In short: {question.hypothesis.example}")
        for case in made.worse:
            self._behaviour(f"Got worse, by chance or not: case {case.case}", case)
        if made.others and not made.worse:
            self.talk.tell(f"Got worse: none of {made.others} other {'case' if made.others == 1 else 'cases'} that were compared.")
        elif not made.others:
            self.talk.tell("Got worse: unknown, there is no other case to compare with.")
        self.talk.tell(f"Likelihood that it helps: {made.likelihood}")
        self.talk.tell(f"Risk: {made.risk}")
        self.talk.tell(f"Effort: {made.effort}")
        self.talk.tell(f"What it does inside: {question.hypothesis.change}")

    def _behaviour(self, name: str, case: Behaviour) -> None:
        before, after = case.passed
        self.talk.tell(f"{name}:")
        self.talk.tell(f"{case.before}   (right {before} times)", "  before: ")
        self.talk.tell(f"{case.after}   (right {after} times)", "  after:  ")

    def _explain(self, question: Question) -> None:
        for paragraph in why(question):
            self.talk.tell(paragraph)
        quotes = self.diagnosis.evidence[:1]
        for quote in quotes:
            self.talk.tell(f"It stands in the conversation: “{' '.join(quote.text.split())[:300]}”")
        self._changes(question)

    def _changes(self, question: Question) -> None:
        self.talk.tell("What would change, for whoever reads the files (- goes, + comes):")
        for change in question.changes:
            for line in diff(change.path, change.before or "", change.after or ""):
                self.talk.tell(line, "  ")
