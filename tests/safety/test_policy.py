"""What `--yes` may answer, and which change is which."""

from __future__ import annotations

import pytest

from safety.changes import ChangeSet, FileChange
from safety.policy import RULES, Policy
from safety.rules.all import ALL
from safety.verdict import Effect, Finding, Verdict


def verdict(**effects: Effect) -> Verdict:
    return Verdict(tuple(Finding(rule, "a.py", 1, "says", effect) for rule, effect in effects.items()))


ASK, BLOCK = Effect.NEEDS_APPROVAL, Effect.BLOCK


def test_the_rules_that_can_be_named_are_those_of_the_guard() -> None:
    assert tuple(rule.__name__ for rule in ALL) == RULES


@pytest.mark.parametrize(
    ("named", "found", "enough"),
    [
        ((), verdict(size=ASK), False),
        (("size",), verdict(size=ASK), True),
        (("size",), verdict(size=ASK, danger=ASK), False),
        (("size", "danger"), verdict(size=ASK, danger=ASK), True),
        (("size", "danger"), verdict(size=ASK, danger=BLOCK), False),
        (("danger",), verdict(danger=BLOCK), False),
        (("memorised",), verdict(memorised=ASK), False),
        (("size",), Verdict(), False),
    ],
)
def test_yes_answers_what_the_policy_names_and_never_what_is_blocked(named: tuple[str, ...], found: Verdict, enough: bool) -> None:
    assert Policy(yes_approves=named).yes_is_enough(found) is enough


BASE = FileChange("a.py", "x\n", "y\n")


@pytest.mark.parametrize(
    "other",
    [
        FileChange("b.py", "x\n", "y\n"),
        FileChange("a.py", "z\n", "y\n"),
        FileChange("a.py", "x\n", "z\n"),
        FileChange("a.py", None, "y\n"),
        FileChange("a.py", "x\n", None),
        FileChange("a.py", "x\n", "y\n", "100644", "100755"),
        FileChange("a.py", "x\n", "y\n\udcff"),
    ],
)
def test_changes_that_differ_in_anything_have_another_hash(other: FileChange) -> None:
    assert ChangeSet((BASE,)).digest != ChangeSet((other,)).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((BASE, FileChange("b", None, "1")), (FileChange("b", None, "1"), BASE)),
        ((BASE,), (FileChange("a.py", "x\n", "y\n", "100755", "100755"),)),
        ((FileChange("n", None, "1"),), (FileChange("n", None, "1", "100755", "100644"),)),
        ((FileChange("n", "1", None),), (FileChange("n", "1", None, "100755", "100755"),)),
    ],
)
def test_the_same_change_has_the_same_hash_as_proposed_and_as_committed(one: tuple[FileChange, ...], other: tuple[FileChange, ...]) -> None:
    assert ChangeSet(one).digest == ChangeSet(other).digest
