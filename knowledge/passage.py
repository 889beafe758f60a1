"""What can be known: a passage of a guide, a fix that was tried, a failure pattern."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A short piece of a guide, with where it stands so that it can be cited."""

    id: str
    title: str
    text: str
    origin: str
    """The guide's file or address, and the section."""
    score: float = 0.0
    """How well it answers the query it was found by; 0 when it was not searched for."""
    asked: str = ""
    """What those call it who ask; it is searched, and neither shown nor kept."""
    questions: str = ""
    """Questions and complaints of those whose problem it solves, one a line; searched as well, and neither shown nor kept."""

    @property
    def searched(self) -> str:
        """The text by which it is found."""
        return "\n".join(part for part in (self.text, self.asked, self.questions) if part)


@dataclass(frozen=True, slots=True)
class Fix:
    """A fix that was tried, remembered by the symptom it was meant to cure."""

    symptom: str
    cure: str
    commit: str
    outcome: str
    """`kept`, `rejected`, `undecided`, `declined` or `undone`."""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way in which agents are known to fail."""

    name: str
    category: str
    symptom: str
    mechanism: str
    typical_fix: str
    scenario: str
