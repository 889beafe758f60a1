"""When a claim holds, when it does not, and when that cannot be said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refinery.domain import Claimed, Decision, GateVerdict, Interval, Point
from refinery.flows.verify import GATE, concluded

CLAIM = Claimed("accept", 0.9, Interval(0.6, 0.97), 12, 0.04, ("a",), "note")
SAME = GateVerdict(Decision.ACCEPT, "a passes.", 0.8, Interval(0.5, 0.95), 12, 0.3, ("a",), (), (), 0.04, 80.0, False)


def test_what_is_seen_again_holds() -> None:
    assert concluded(CLAIM, SAME, (), "") == (True, "the claim holds: a passes.")


def test_an_effect_that_is_there_but_smaller_than_all_that_was_claimed_does_not_hold() -> None:
    smaller = replace(SAME, effect=0.4, interval=Interval(0.2, 0.55))
    holds, says = concluded(CLAIM, smaller, (), "")
    assert holds is False
    assert "+0.40 [0.20, 0.55] where it was +0.90 [0.60, 0.97]" in says


@pytest.mark.parametrize(
    ("decision", "holds", "says"),
    [
        (Decision.REJECT, False, "the claim does not hold: a passes."),
        (Decision.NOT_ENOUGH, None, "not enough evidence to say: a passes."),
    ],
)
def test_the_gates_answer_decides(decision: Decision, holds: bool | None, says: str) -> None:
    assert concluded(CLAIM, replace(SAME, decision=decision), (), "") == (holds, says)


def test_a_failure_that_does_not_show_any_more_without_the_fix_does_not_hold() -> None:
    steady = replace(CLAIM, effect=1.0, interval=None)
    gone = replace(SAME, decision=Decision.NOT_ENOUGH, effect=0.0, interval=None, deterministic=True, says="a does not fail on the base.")
    holds, says = concluded(steady, gone, (), "")
    assert holds is False
    assert "+0.00 where it was +1.00; a does not fail on the base" in says


def test_a_bigger_effect_than_claimed_holds() -> None:
    assert concluded(replace(CLAIM, effect=0.1, interval=Interval(0.05, 0.2)), SAME, (), "")[0] is True


def test_evidence_that_was_tampered_with_does_not_hold_whatever_the_gate_says() -> None:
    holds, says = concluded(CLAIM, SAME, (Point("note", False, "the note was changed"),), "")
    assert holds is False
    assert says == "the claim does not hold: the note was changed; measured afresh: a passes."


def test_what_could_not_be_tried_is_not_held_against_the_claim() -> None:
    assert concluded(CLAIM, None, (), "the base is gone") == (None, "cannot be verified: the base is gone")
    assert concluded(CLAIM, SAME, (), "no agent") == (None, "cannot be verified: no agent")


def test_why_nothing_was_measured_is_told_beside_evidence_that_is_broken() -> None:
    says = concluded(CLAIM, None, (Point("guard", False, "the guard blocks it"),), "it was not run")[1]
    assert says == "the claim does not hold: the guard blocks it; it was not run"


def test_a_claim_without_an_effect_is_not_called_bigger_than_what_is_seen() -> None:
    assert concluded(Claimed("unknown", None, None, None, None, ("a",), "trailers"), SAME, (), "")[0] is True


@pytest.mark.parametrize(
    ("trailer", "effect", "low"),
    [
        ("accept; effect +1.00; 10 runs an arm; alpha 0.04", "+1.00", None),
        ("accept; effect -0.25 [-0.50, 0.10]; 10 runs an arm; alpha 6.1e-05", "-0.25", "-0.50"),
        ("not-enough-evidence; effect not measured; 0 runs an arm; alpha 0.04", None, None),
    ],
)
def test_the_gates_trailer_is_read_back(trailer: str, effect: str | None, low: str | None) -> None:
    read = GATE.fullmatch(trailer)
    assert read
    assert (read["effect"], read["low"]) == (effect, low)
