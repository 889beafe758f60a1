"""The person at the terminal: asked before something is kept in their name."""

from __future__ import annotations

from dataclasses import dataclass

from refinery.cli import show
from refinery.domain import Said
from refinery.workbench import Question


@dataclass(frozen=True, slots=True)
class Person:
    """Answers questions, where somebody is there to answer them."""

    progress: show.Progress
    asks: bool
    """False: an accepted fix is kept without asking (it is a branch, and undo takes it back)."""

    def keep(self, question: Question) -> bool:
        """Whether an accepted fix becomes a branch. Where nobody can be asked, it does."""
        if not self.asks or not show.someone_there():
            return True
        self._tell(question)
        return show.asked("Keep this fix on a branch of its own?")

    def approve(self, question: Question) -> Said:
        """What a person says to a change that needs one."""
        if not show.someone_there():
            return Said.NOBODY
        self._tell(question)
        return Said.YES if show.asked("Approve this very change?") else Said.NO

    def _tell(self, question: Question) -> None:
        self.progress.wipe()
        show.note("")
        show.note(question.hypothesis.change)
        for change in question.changes:
            for line in diff(change.path, change.before or "", change.after or ""):
                show.note(f"  {line}")
        for finding in question.verdict.findings:
            show.note(f"  {finding.rule}: {finding.path}: {finding.says}")
        show.note(question.says)


def diff(path: str, before: str, after: str) -> list[str]:
    """A unified diff without line ends."""
    import difflib

    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), f"a/{path}", f"b/{path}", lineterm="", n=2))
