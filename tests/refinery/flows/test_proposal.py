"""The words in which a failure was described."""

from __future__ import annotations

from adapters.trace import Trace
from refinery.domain import Attempt, Cause, Complaint, Diagnosis, Expectation, Layer, Scenario
from refinery.flows.proposal import words_of
from refinery.repair.aligned import instead

LONG = "the list goes on " * 20


def test_whole_answers_stand_beside_those_that_were_wanted_however_long_they_are() -> None:
    scenario = Scenario("a", "?", (Expectation("equals", {"kind": "bread", "text": LONG}),))
    attempt = Attempt("a", 0, False, cause=Cause.CHECKS, output=f'{{"kind": "cake", "text": "{LONG}"}}')
    said = words_of(Complaint(Trace("t", ()), (scenario,)), Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), (attempt,))
    assert [(each.wrong, each.right) for each in instead(said)] == [("cake", "bread")]


def test_what_is_too_long_to_be_read_is_left_out() -> None:
    scenario = Scenario("a", "?", (Expectation("equals", "bread"),))
    attempt = Attempt("a", 0, False, cause=Cause.CHECKS, output="x" * 100_000)
    said = words_of(Complaint(Trace("t", ()), (scenario,)), Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), (attempt,))
    assert max(map(len, said)) < 10_000
