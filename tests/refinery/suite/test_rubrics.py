from __future__ import annotations

from dataclasses import replace

from adapters.trace import Json
from refinery.domain import Attempt, Cause, Decision, Expectation, Scenario
from refinery.events import silent
from refinery.suite.attempt import judged
from refinery.suite.gate import decide
from refinery.suite.outcome import Outcome
from refinery.suite.rubrics import Recalled, Rubrics
from tests.fakes.bench import Played
from tests.fakes.judge import Keyed, Ruled
from tests.refinery.suite.conftest import Opened, asking

POLITE = ("llm-rubric", "is polite")


def tried(judge: Ruled | None, *checks: tuple[str, Json], threshold: float | None = None, **more: bool) -> Attempt:
    expect = tuple(Expectation(kind, value, **more) for kind, value in (checks or (POLITE,)))
    scenario = Scenario("a", {"q": 1}, expect, threshold=threshold)
    return judged(scenario, 0, Outcome("hello"), Rubrics(judge) if judge else None)


def test_a_rubric_is_judged_twice_and_both_verdicts_have_to_agree() -> None:
    judge = Ruled(True, True)
    assert tried(judge).passed
    assert judge.asked == [("is polite", {"q": 1}, "hello")] * 2
    failed = tried(Ruled(False))
    assert (failed.cause, failed.counts) == (Cause.CHECKS, True)
    assert "the judge says: because" in failed.says


def test_a_judge_that_disagrees_with_itself_blames_no_agent() -> None:
    attempt = tried(Ruled(True, False))
    assert (attempt.passed, attempt.cause, attempt.counts) == (False, Cause.JUDGE, False)
    assert attempt.judging is not None
    assert (attempt.judging.asked, attempt.judging.wavered) == (1, 1)
    assert "disagrees with itself" in attempt.says


def test_no_verdict_and_no_model_are_neither_pass_nor_fail() -> None:
    assert tried(Ruled(None)).cause is Cause.JUDGE
    nobody = tried(None)
    assert (nobody.passed, nobody.cause, nobody.judging) == (False, Cause.JUDGE, None)
    assert "no model" in nobody.says


def test_a_negated_rubric_turns_the_verdict_and_not_the_doubt() -> None:
    assert tried(Ruled(False), negated=True).passed
    assert tried(Ruled(True), negated=True).cause is Cause.CHECKS
    assert tried(Ruled(True, False), negated=True).cause is Cause.JUDGE


def test_the_judge_is_not_paid_for_what_has_failed_already() -> None:
    judge = Ruled(True)
    attempt = tried(judge, POLITE, ("contains", "goodbye"))
    assert (attempt.cause, judge.asked) == (Cause.CHECKS, [])
    assert "not asked" in attempt.checks[0].says
    tried(judge, POLITE, ("contains", "goodbye"), threshold=0.5)
    assert judge.asked, "with a threshold the rubric may still decide"


def test_what_judging_took_is_on_the_attempt() -> None:
    usage = tried(Ruled(True)).judging
    assert usage is not None
    assert (usage.usage.input_tokens, usage.usage.usd) == (200, 0.02)


def test_a_remembered_verdict_costs_nothing_and_is_for_quick_looks_alone() -> None:
    judge = Keyed("EUR")
    quick = Recalled(judge)
    first, again = quick.judge("r", "q", "20 EUR"), quick.judge("r", "q", "20 EUR")
    assert (first.passed, again.passed, judge.count) == (True, True, 1)
    assert (len(first.items), len(again.items)) == (1, 0)
    assert not quick.judge("r", "q", "20").passed
    for _ in range(2):
        Rubrics(judge).sitting("q").rule("r", "20 EUR")
    assert judge.count == 6, "evidence is judged anew each time"


def test_no_verdict_is_not_remembered() -> None:
    judge = Ruled(None, True)
    quick = Recalled(judge)
    assert [quick.judge("r", "q", "a").passed for _ in range(2)] == [None, True]


AGENT = "def answer(question):\n    return 'thanks'\n"


def test_a_run_bills_the_judge_on_its_own_line_and_says_whether_it_was_audited(opened: Opened) -> None:
    bench = opened(AGENT)
    runner = replace(bench._runner, rubrics=Rubrics(Ruled(True)))
    result = runner.run(bench._tree, [asking(None, POLITE)], trials=2)
    assert [each.pass_rate for each in result.scenarios] == [1.0]
    assert [(item.step, item.usd, item.input_tokens) for item in result.bill.items][1] == ("judge", 0.04, 400)
    notes = " ".join(result.notes)
    assert "ruled, prompt 1, never audited here" in notes
    assert "disagreed with itself on 0" in notes
    audited = replace(runner, rubrics=Rubrics(Ruled(True), audit="audited: agrees with people on 40 of 40"))
    assert "never audited" not in " ".join(audited.run(bench._tree, [asking(None, POLITE)], trials=1).notes)


def test_a_flip_of_the_judge_is_told_from_one_of_the_agent() -> None:
    wavering = Attempt("", 0, False, cause=Cause.JUDGE, output="hello", says="the judge disagrees with itself")
    steady = Attempt("", 0, True, output="hello")
    target = Scenario("a", None, (Expectation(*POLITE),))
    base = Played(lambda _, trial: Attempt("", 0, False, cause=Cause.CHECKS, output="no") if trial % 3 else wavering)
    candidate = Played(lambda _, trial: steady if trial % 4 else wavering)
    verdict = decide(base, candidate, [target], [], 20, 1, silent)
    assert verdict.decision is Decision.ACCEPT
    assert "judge" in {flip.cause for flip in verdict.flips}
