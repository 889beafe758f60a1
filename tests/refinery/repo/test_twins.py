"""Two fixes that make the same edit, each with a scenario of its own: what accepting and undoing one means for the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from refinery.repo.accepting import PLAINLY
from refinery.repo.history import History, State
from refinery.repo.message import FIX, compose
from refinery.repo.sameness import fix_id
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import ADA, change, git


@pytest.fixture
def history(workspace: Workspace) -> History:
    """`first` and `second` change the same line; each adds its own scenario, and both are accepted in this order."""
    for name in ("first", "second"):
        changes = ChangeSet(
            (*change(workspace, "agent/app.py", "usd", "eur"), FileChange(f"scenarios/{name}.yaml", None, f"- id: {name}\n"))
        )
        text = compose("Use eur", ["Because."], [("Refinery-Scenarios", f"{name}-case"), (FIX, fix_id(changes))])
        workspace.keep(workspace.commit(workspace.repository.head(), changes, text, ADA), name)
    return History(workspace)


def states(history: History) -> dict[str, State]:
    return {each.slug: each.state for each in history.history()}


def test_accepting_an_edit_that_is_there_says_so(history: History) -> None:
    assert history.accept("first").notes == ()
    [note] = history.accept("second").notes
    assert note.startswith("its edit was there already, accepted with first;")


def test_a_commit_that_adds_the_rest_of_a_fix_is_not_called_something_else(history: History) -> None:
    history.accept("first")
    made = history.accept("second").made
    asked = history.show(made).asked
    assert asked
    assert (asked.rest, asked.same) == (True, False)
    assert "not there" not in asked.says
    assert "adds what was missing" in asked.says


def test_undoing_the_one_that_brought_the_edit_takes_the_other_back_too(root: Path, history: History) -> None:
    history.accept("first")
    history.accept("second")
    [note] = history.undo("first", PLAINLY).notes
    assert note == "second makes the same edit, so what it cures fails again, too: first-case, second-case"
    assert "eur" not in (root / "agent" / "app.py").read_text()
    assert states(history) == {"first": State.UNDONE, "second": State.UNDONE}


def test_bringing_it_back_brings_the_other_back(root: Path, history: History) -> None:
    history.accept("first")
    history.accept("second")
    history.undo("first", PLAINLY)
    [note] = history.redo("second", PLAINLY).notes
    assert note == "first makes the same edit, and is back with it"
    assert "eur" in (root / "agent" / "app.py").read_text()
    assert states(history) == {"first": State.MERGED, "second": State.MERGED}


def test_undoing_the_one_that_only_added_its_scenario_says_that_the_edit_stays(root: Path, history: History) -> None:
    history.accept("first")
    history.accept("second")
    [note] = history.undo("second", PLAINLY).notes
    assert note == "the edit itself stays: first, which is accepted too, brought it"
    assert "eur" in (root / "agent" / "app.py").read_text()
    assert states(history) == {"first": State.MERGED, "second": State.UNDONE}


def test_a_branch_that_undoes_one_undoes_the_other_once_it_is_merged(root: Path, history: History) -> None:
    history.accept("first")
    history.accept("second")
    done = history.undo("first")
    assert "fails again" in done.notes[0]
    assert states(history) == {"first": State.UNDO_OFFERED, "second": State.MERGED}
    git(root, "merge", "-q", done.branch)
    assert states(history) == {"first": State.UNDONE, "second": State.UNDONE}
