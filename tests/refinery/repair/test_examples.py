"""The answers of examples in prompts are made those that the others have."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.repair.clues import clues
from refinery.repair.examples import relabelled
from refinery.repair.members import Kin
from refinery.repair.prompts import Wording

PROMPT = "Sort mail.\n\nMail: buy this now\nKind: spam\n\nMail: your invoice\nKind: bill\n\nMail: buy that cheap\nKind: bill\n"


def made(text: str, said: str = "", *groups: Kin) -> dict[str, tuple[float, int]]:
    told = clues(Diagnosis("t", said, "", Layer.PROMPT, "x", "", 0, "s", 0.5), [])
    return {change.after: (score, change.needs) for score, change in relabelled([Wording("p.md", "p.md", text, str)], groups, told)}


def test_an_example_gets_the_answer_of_another_kind() -> None:
    found = made(PROMPT)
    assert len(found) == 3
    assert PROMPT.replace("cheap\nKind: bill", "cheap\nKind: spam") in found
    assert {needs for _, needs in found.values()} == {2}


def test_that_which_a_failure_has_and_should_have_is_likelier_and_so_is_an_example_with_its_words() -> None:
    found = made(PROMPT, "cheap things: expected 'spam', got 'bill'")
    best = max(found, key=lambda text: found[text])
    assert best == PROMPT.replace("cheap\nKind: bill", "cheap\nKind: spam")
    assert found[best][1] == 1


def test_code_may_know_more_answers_than_the_examples_have() -> None:
    found = made(PROMPT, "", Kin(("spam", "bill", "greeting"), "a list"))
    assert any("Kind: greeting" in text for text in found)
    assert not any("greeting" in text for text in made(PROMPT, "", Kin(("spam", "greeting"), "a list")))


def test_answers_that_are_each_another_are_no_kinds() -> None:
    assert made("Q: a?\nA: one\n\nQ: b?\nA: two\n\nQ: c?\nA: three\n") == {}


def test_examples_with_arrows_are_read_too() -> None:
    assert "good -> up\nfine -> up\nbad -> down\n" in made("good -> up\nfine -> down\nbad -> down\n")


def test_examples_in_a_table_of_two_columns_are_read_too() -> None:
    assert "| good | up |\n| fine | up |\n| bad | down |\n" in made("| good | up |\n| fine | down |\n| bad | down |\n")
