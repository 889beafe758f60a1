"""A fix is told as behaviour, and a diagnosis in two sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refinery.domain import Attempt, Cause, Decision, Diagnosis, GateVerdict, Hypothesis, Layer
from refinery.flows.session.telling import in_two_sentences, note_of_no, offer, plainly, why
from refinery.workbench import Question
from safety.changes import ChangeSet, FileChange
from safety.verdict import Effect, Finding, Verdict

FIX = Hypothesis("Return the currency", "the look-up drops it", Layer.CODE, ())
CHANGES = ChangeSet((FileChange("desk/agent.py", "a\nb\n", "a\nc\n"), FileChange("scenarios/new.yaml", None, "- id: x\n")))


def tried(case: str, said: str, *passed: bool) -> list[Attempt]:
    return [Attempt(case, n, right, output=said, cause=None if right else Cause.CHECKS) for n, right in enumerate(passed)]


def question(before: list[Attempt], after: list[Attempt], changes: ChangeSet = CHANGES) -> Question:
    gate = GateVerdict(Decision.ACCEPT, "it passes in all scenarios", 1.0, None, 4, None, ("team",), (), (), 0.05, 0.0, deterministic=False)
    held = replace(gate, attempts={"base": tuple(before), "candidate": tuple(after)})
    return Question(FIX, changes, Verdict(()), held.says, "c1", held)


def test_a_cure_is_shown_by_what_the_agent_said_before_and_after() -> None:
    made = offer(question(tried("team", '"90 USD"', False, False), tried("team", '"90 GBP"', True, True)))
    (case,) = made.cured
    assert (case.before, case.after, case.passed) == ("90 USD", "90 GBP", ("0 of 2", "2 of 2"))
    assert made.likelihood.startswith("high: ")
    assert made.risk == "low: 1 file changes"
    assert made.effort == "small: 1 line to look at"


def test_a_case_that_got_worse_is_shown_with_the_try_that_went_wrong() -> None:
    before = [*tried("team", "90 USD", False), *tried("pro", "45 EUR", True, True), *tried("gold", "call us", True)]
    after = [*tried("team", "90 GBP", True), *tried("pro", "45 EUR", True), *tried("pro", "45 USD", False), *tried("gold", "call us", True)]
    made = offer(question(before, after))
    (worse,) = made.worse
    assert (worse.case, worse.before, worse.after, worse.passed) == ("pro", "45 EUR", "45 USD", ("2 of 2", "1 of 2"))
    assert made.others == 2


def test_a_cure_that_does_not_always_work_is_no_more_than_likely() -> None:
    made = offer(question(tried("team", "90 USD", False, False), [*tried("team", "90 GBP", True), *tried("team", "90 USD", False)]))
    assert made.likelihood == "medium: with the change the agent was right in 1 of 2 tries"


def test_remarks_of_the_guard_and_many_files_are_a_risk() -> None:
    asked = question([], [], ChangeSet((*CHANGES, FileChange("desk/other.py", "a\n", "b\n"))))
    assert offer(asked).risk.startswith("medium: 2 files change")
    remark = Verdict((Finding("size", "desk/agent.py", None, "long", Effect.NEEDS_APPROVAL),))
    assert offer(replace(asked, changes=CHANGES, verdict=remark)).risk == "medium: 1 file changes, the safety check had 1 remark"


@pytest.mark.parametrize(("confidence", "says"), [(0.9, "fairly sure"), (0.5, "likely"), (0.1, "a guess")])
def test_a_diagnosis_is_two_sentences_without_numbers_of_steps(confidence: float, says: str) -> None:
    found = Diagnosis("t", "Step 3 (look_up): it dropped the currency", "", Layer.TOOL, "c", "", 3, "s", confidence)
    first, second = in_two_sentences(found)
    assert first == "it dropped the currency."
    assert second.startswith("The cause lies in a tool that the agent uses; ")
    assert says in second


def test_a_run_without_a_sign_says_so() -> None:
    assert "No step" in in_two_sentences(Diagnosis("t", "nothing", "", Layer.CODE, "", "", None, None, 0.0))[1]


def test_words_of_the_trade_are_put_plainly_and_names_are_left_alone() -> None:
    assert plainly("the gate says 3 scenarios pass on the base commit") == "the comparison says 3 cases pass on the agent as it is now"
    assert plainly("refinery/commit-scenario in commit/x") == "refinery/commit-scenario in commit/x"
    assert not any("scenario" in each for each in why(question([], [])))


def test_a_no_is_noted_with_its_reason() -> None:
    assert note_of_no(FIX, "wrong place") == "Return the currency. The expert said no: wrong place"
    assert note_of_no(FIX, "") == "Return the currency. The expert said no"
