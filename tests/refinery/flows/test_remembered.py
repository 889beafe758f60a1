"""What memory says to a hypothesis, and to a reader."""

from __future__ import annotations

import pytest

from knowledge.passage import Fix
from refinery.domain import Edit, Hypothesis, Layer
from refinery.flows.remembered import Remembered

CHANGE = "Return currency in look_up()"
GUESS = Hypothesis(CHANGE, "a guess", Layer.CODE, (Edit("a.py", "1", "2"),), risks="May be slow.", confidence=0.6)


def met(outcome: str, cure: str = CHANGE, score: float = 0.9) -> Remembered:
    return Remembered((Fix("USD for EUR", cure, "c" * 40, outcome, score),))


def test_what_was_undone_or_not_wanted_warns_with_its_reason() -> None:
    warned = met("declined", f"{CHANGE}. The expert said no: it belongs elsewhere").warned(GUESS)
    assert "May be slow; the same change passed its trial, and a person did not want it (cccccccccccc)" in warned.risks
    assert "it belongs elsewhere" in warned.risks
    assert warned.confidence < GUESS.confidence
    assert "undone later" in met("undone").warned(GUESS).risks


@pytest.mark.parametrize("memory", [Remembered(), met("kept"), met("undone", "Return nothing"), met("undone", f"{CHANGE} and in app()")])
def test_nothing_else_does(memory: Remembered) -> None:
    assert memory.warned(GUESS) == GUESS


def test_a_warning_makes_nothing_an_answer_learnt_by_heart() -> None:
    assert met("undone").warned(Hypothesis(CHANGE, "", Layer.CODE, (), confidence=0.1)).confidence == 0.08


def test_only_failures_that_are_much_alike_are_told() -> None:
    assert "“Return currency in look_up()” was kept (cccccccccccc)" in met("kept").told()[0]
    assert met("kept", score=0.4).told() == ()
