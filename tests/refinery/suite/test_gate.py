from __future__ import annotations

import random
from dataclasses import replace

import pytest

from refinery.domain import Attempt, Call, Cause, CheckResult, Decision, GateVerdict
from refinery.events import Event, silent
from refinery.stats import unseen
from refinery.suite.gate import compare, decide
from tests.fakes.bench import Play, Played, broken, fixed, outcome, rates, scenario


def gate(before: Play, after: Play, targets: str = "t", others: str = "", trials: int = 5, rank: int = 1) -> GateVerdict:
    return decide(Played(before), Played(after), [*map(scenario, targets.split())], [*map(scenario, others.split())], trials, rank, silent)


def test_a_deterministic_cure_is_accepted_after_three_runs() -> None:
    base, candidate = Played(fixed(t=False, o=True)), Played(fixed(t=True, o=True))
    said: list[Event] = []
    verdict = decide(base, candidate, [scenario("t")], [scenario("o")], 5, 1, said.append)
    assert verdict.decision is Decision.ACCEPT
    assert verdict.says == (
        "t passes in 0 of 3 runs on the base and in 3 of 3 with the change; the other scenario did not get worse; "
        "every repeated run was the same to the byte."
    )
    assert (verdict.deterministic, verdict.evidence, verdict.effect, verdict.interval) == (True, 0.0, 1.0, None)
    assert base.runs == candidate.runs == {"t": 3, "o": 2}
    assert (verdict.trials, verdict.bill.runs) == (5, 10)
    assert [(flip.scenario, flip.before, flip.after, flip.cause) for flip in verdict.flips] == [("t", "0/3", "3/3", "agent")]
    assert len(said) == 10


def test_targets_that_share_their_runs_are_one_witness_and_not_many() -> None:
    def asked(shares: bool) -> GateVerdict:
        before, after = fixed(a=False, b=False, c=False), fixed(a=True, b=True, c=True)
        targets = [replace(scenario(name), shares=shares) for name in "abc"]
        return decide(Played(before), Played(after), targets, [], 5, 1, silent)

    alone, shared = asked(False), asked(True)
    assert (alone.decision, alone.trials // 3) == (Decision.ACCEPT, 2)
    assert (shared.decision, shared.trials // 3, shared.deterministic) == (Decision.ACCEPT, 3, True)


def test_the_weakest_of_targets_that_share_their_runs_speaks_for_all() -> None:
    def asked(shares: bool) -> GateVerdict:
        before, after = rates(a="---------", b="-+-+-+-+-"), rates(a="+++++++++", b="+++++++++")
        targets = [replace(scenario(name), shares=shares) for name in "ab"]
        return decide(Played(before), Played(after), targets, [], 6, 1, silent)

    assert (asked(False).decision, asked(True).decision) == (Decision.ACCEPT, Decision.NOT_ENOUGH)
    assert (asked(False).interval is None, asked(True).interval is None) == (False, True)


def test_looking_at_a_second_hypothesis_costs_more_runs() -> None:
    base = Played(fixed(t=False))
    assert decide(base, Played(fixed(t=True)), [scenario("t")], [], 5, 2, silent).decision is Decision.ACCEPT
    assert base.runs == {"t": 4}


def test_a_copy_of_the_base_is_never_accepted() -> None:
    assert gate(fixed(t=False, o=True), fixed(t=False, o=True), others="o").decision is Decision.REJECT
    assert gate(rates(t="+-"), rates(t="+-"), trials=40).decision is Decision.NOT_ENOUGH


def test_a_target_that_is_green_on_the_base_proves_nothing() -> None:
    verdict = gate(fixed(t=True), fixed(t=True))
    assert verdict.decision is Decision.NOT_ENOUGH
    assert "does not fail on the base" in verdict.says


def test_a_regression_is_run_again_and_then_rejects() -> None:
    verdict = gate(fixed(t=False, o=True), fixed(t=True, o=False), others="o")
    assert (verdict.decision, verdict.regressions) == (Decision.REJECT, ("o",))
    assert [attempt.passed for attempt in verdict.attempts["candidate"] if attempt.scenario == "o"] == [False] * 5


def test_a_flip_that_does_not_come_back_is_no_regression() -> None:
    def flaky(name: str, trial: int) -> Attempt:
        return outcome(name == "t" or trial > 1)

    verdict = gate(fixed(t=False, o=True), flaky, others="o", trials=12)
    assert verdict.regressions == ()
    assert not verdict.deterministic


def test_one_target_of_two_is_not_enough() -> None:
    verdict = gate(fixed(t=False, u=False), fixed(t=True, u=False), targets="t u")
    assert verdict.decision is Decision.REJECT
    assert "u still fails" in verdict.says


def test_an_agent_that_varies_is_judged_by_the_evidence() -> None:
    verdict = gate(rates(t="-----+", o="+"), rates(t="+", o="+"), others="o", trials=12)
    assert verdict.decision is Decision.ACCEPT
    assert verdict.evidence == 1 / verdict.alpha
    assert verdict.interval is not None
    assert verdict.interval.low > 0
    assert verdict.smallest_effect is not None
    assert "evidence" in verdict.says


def test_before_accepting_the_others_have_the_rest_of_their_runs_where_harm_would_be_seen() -> None:
    base, candidate = Played(rates(t="-", o="+")), Played(rates(t="+", o="+"))
    verdict = decide(base, candidate, [scenario("t")], [scenario("o")], 7, 1, silent)
    assert verdict.decision is Decision.ACCEPT
    assert (base.runs, candidate.runs) == ({"t": 3, "o": 2}, {"t": 3, "o": 12})
    assert verdict.unseen_drop == pytest.approx(unseen(12))


def test_the_others_wait_until_an_improvement_is_shown() -> None:
    base, candidate = Played(rates(t="+-", o="+")), Played(rates(t="-+", o="+"))
    assert decide(base, candidate, [scenario("t")], [scenario("o")], 30, 1, silent).decision is Decision.NOT_ENOUGH
    assert (base.runs["o"], candidate.runs["o"]) == (2, 2)


def test_a_failure_seen_on_the_candidate_alone_is_looked_into_by_pairs() -> None:
    base, candidate = Played(rates(t="-", o="+")), Played(rates(t="+", o="+++++-+++-"))
    verdict = decide(base, candidate, [scenario("t")], [scenario("o")], 6, 1, silent)
    assert (verdict.decision, base.runs["o"] > 6) == (Decision.NOT_ENOUGH, True)
    assert "o may have got worse" in verdict.says


def test_a_failure_seen_on_the_candidate_alone_is_forgiven_when_the_base_fails_too() -> None:
    base, candidate = Played(rates(t="-", o="++++-")), Played(rates(t="+", o="+++++-"))
    verdict = decide(base, candidate, [scenario("t")], [scenario("o")], 6, 1, silent)
    assert verdict.decision is Decision.ACCEPT


def test_harm_elsewhere_rejects_a_cure() -> None:
    verdict = gate(rates(t="-", o="+"), rates(t="+", o="-"), others="o", trials=8)
    assert (verdict.decision, verdict.regressions) == (Decision.REJECT, ("o",))


def test_a_cure_is_not_accepted_while_another_scenario_is_in_doubt() -> None:
    verdict = gate(rates(t="-", o="+"), rates(t="+", o="+-++-"), others="o", trials=5)
    assert verdict.decision is Decision.NOT_ENOUGH
    assert "o may have got worse" in verdict.says


def test_a_scenario_that_fails_once_with_the_change_is_looked_at_for_longer() -> None:
    base = Played(rates(t="-", o="+", p="+"))
    candidate = Played(rates(t="+", o="+++-++++", p="+"))
    verdict = decide(base, candidate, [scenario("t")], [scenario("o"), scenario("p")], 5, 1, silent)
    assert (verdict.decision, base.runs["o"] > 5, base.runs["p"]) == (Decision.NOT_ENOUGH, True, 2)
    assert "o may have got worse" in verdict.says


def test_one_slip_that_never_comes_back_does_not_stop_a_cure() -> None:
    base = Played(rates(t="-", o="+"))
    verdict = decide(base, Played(rates(t="+", o="+++-" + 20 * "+")), [scenario("t")], [scenario("o")], 5, 1, silent)
    assert (verdict.decision, base.runs["o"]) == (Decision.ACCEPT, 20)
    assert verdict.unseen_drop is not None
    assert f"could now fail in up to {verdict.unseen_drop:.0%} of runs unseen" in verdict.says


def test_a_scenario_that_also_fails_on_the_base_gets_no_more_than_its_trials() -> None:
    base = Played(rates(t="-", o="++-"))
    assert decide(base, Played(rates(t="+", o="+-+")), [scenario("t")], [scenario("o")], 6, 1, silent).decision is Decision.ACCEPT
    assert base.runs["o"] == 6


def test_a_hopeless_candidate_is_given_up_before_its_trials_are_used_up() -> None:
    base = Played(rates(t="-"))
    verdict = decide(base, Played(rates(t="-")), [scenario("t")], [], 5, 1, silent)
    assert verdict.decision is Decision.REJECT
    assert "still fails every time" in verdict.says
    assert base.runs["t"] < 5


def test_too_few_trials_are_said_to_be_too_few() -> None:
    verdict = gate(rates(t="-+"), rates(t="+"), trials=3)
    assert verdict.decision is Decision.NOT_ENOUGH
    assert "no difference could have been shown" in verdict.says or "could have been shown with these trials" in verdict.says
    assert "the base disagrees with itself on 1 of 1 scenarios" in verdict.says


def test_runs_in_which_the_machine_failed_do_not_count() -> None:
    def sometimes(play: Play) -> Play:
        return lambda name, trial: broken() if trial == 1 else play(name, trial)

    verdict = gate(sometimes(rates(t="-")), rates(t="+"), trials=8)
    assert verdict.decision is Decision.ACCEPT
    assert "1 run does not count" in verdict.says
    assert "infrastructure" in {flip.cause for flip in verdict.flips}


def test_a_scenario_that_was_never_judged_leaves_the_question_open() -> None:
    verdict = gate(lambda _, __: broken(Cause.JUDGE), fixed(t=True))
    assert verdict.decision is Decision.NOT_ENOUGH
    assert "no run of t on the base says anything" in verdict.says
    assert gate(fixed(), fixed(), targets="").decision is Decision.NOT_ENOUGH


def test_a_tool_that_served_the_same_request_elsewhere_is_named() -> None:
    def flaking(_: str, trial: int) -> Attempt:
        failed = trial % 2 == 0
        return replace(outcome(not failed, str(trial)), calls=(Call("search", '{"q": 1}', failed=failed),))

    verdict = gate(flaking, rates(t="+"), trials=4)
    assert [flip.cause for flip in verdict.flips] == ["tool"]


def test_a_coin_is_hardly_ever_accepted_whatever_the_number_of_hypotheses() -> None:
    seed, accepted = random.Random(3), 0

    def coin(_: str, __: int) -> Attempt:
        return outcome(seed.random() < 0.5)

    for _ in range(100):
        accepted += any(gate(coin, coin, trials=12, rank=rank).decision is Decision.ACCEPT for rank in (1, 2, 3))
    assert accepted <= 8


def unharmed(before: Play, after: Play, names: str, trials: int = 5) -> GateVerdict:
    return compare(Played(before), Played(after), [*map(scenario, names.split())], trials, silent)


def test_a_change_that_moves_nothing_is_accepted_where_nothing_has_to_get_better() -> None:
    verdict = unharmed(fixed(a=True, b=False), fixed(a=True, b=False), "a b")
    assert (verdict.decision, verdict.effect, verdict.deterministic, verdict.targets) == (Decision.ACCEPT, 0.0, True, ())
    assert verdict.says == "neither of the 2 scenarios got worse; every repeated run was the same to the byte."


@pytest.mark.parametrize(
    ("names", "says"),
    [("a", "the one scenario did not get"), ("a b", "neither of the 2 scenarios got"), ("a b c", "none of the 3 scenarios got")],
)
def test_what_was_not_harmed_is_told_as_one_says_it(names: str, says: str) -> None:
    well = fixed(**dict.fromkeys(names.split(), True))
    assert unharmed(well, well, names).says.startswith(f"{says} worse")


def test_what_passes_now_is_told() -> None:
    assert "and b passes now" in unharmed(fixed(a=True, b=False), fixed(a=True, b=True), "a b").says
    assert "and b passes now" in unharmed(rates(a="+", b="-"), rates(a="+", b="+"), "a b").says


def test_a_regression_rejects_where_nothing_has_to_get_better() -> None:
    assert unharmed(fixed(a=True, b=True), fixed(a=True, b=False), "a b").regressions == ("b",)
    verdict = unharmed(rates(a="+", b="+"), rates(a="+", b="-"), "a b", trials=8)
    assert (verdict.decision, verdict.regressions) == (Decision.REJECT, ("b",))
    assert "b got worse: 8 of 8 before, 0 of 8 after" in verdict.says


def test_what_may_have_got_worse_leaves_the_question_open() -> None:
    verdict = unharmed(rates(a="+"), rates(a="++-+"), "a")
    assert verdict.decision is Decision.NOT_ENOUGH
    assert "a may have got worse" in verdict.says


def test_a_wavering_agent_is_not_blamed_for_its_own_chance() -> None:
    verdict = unharmed(rates(a="+-"), rates(a="-+"), "a", trials=10)
    assert verdict.decision is Decision.ACCEPT
    assert verdict.unseen_drop is not None


def test_nothing_is_accepted_on_no_scenario() -> None:
    assert unharmed(fixed(), fixed(), "").decision is Decision.NOT_ENOUGH


def ruled(passed: bool, output: str) -> Attempt:
    return replace(outcome(passed, output), checks=(CheckResult("llm-rubric: names the currency: in euros", passed),))


def test_a_judge_that_says_different_things_of_the_same_answer_is_named() -> None:
    verdict = gate(lambda _, trial: ruled(trial % 2 == 0, "the same"), lambda _, __: ruled(True, "the same"), trials=4)
    assert [flip.cause for flip in verdict.flips] == ["judge"]
    verdict = gate(lambda _, trial: ruled(trial % 2 == 0, f"another {trial}"), lambda _, __: ruled(True, "the same"), trials=4)
    assert [flip.cause for flip in verdict.flips] == ["agent"]


def recorded(play: Play, trials: int = 99) -> Play:
    """The same, with a model's replies read out from a recording of so many trials."""
    again = "its model calls got the recorded answers of an earlier trial again"
    return lambda name, trial: replace(play(name, trial), recorded=True, void=again if trial >= trials else "")


def test_a_replayed_reply_is_one_trial_however_often_it_is_read_out() -> None:
    for trials in (1, 99):
        verdict = gate(recorded(fixed(t=False), trials), recorded(fixed(t=True), trials), trials=40)
        assert (verdict.decision, verdict.deterministic) == (Decision.NOT_ENOUGH, False)
        assert "each scenario is one trial" in verdict.says
        assert "the machine or the judge" not in verdict.says


def test_many_scenarios_that_were_each_recorded_are_many_trials() -> None:
    names = "a b c d e"
    before, after = (recorded(fixed(**dict.fromkeys(names.split(), green))) for green in (False, True))
    assert gate(before, after, names).decision is Decision.ACCEPT


def test_what_gets_worse_in_a_replay_is_not_let_through() -> None:
    for trials, decision in ((1, Decision.NOT_ENOUGH), (99, Decision.REJECT)):
        old, new = (Played(recorded(fixed(o=green), trials)) for green in (True, False))
        assert compare(old, new, [scenario("o")], 5, silent).decision is decision
    same = Played(recorded(fixed(o=True), 1))
    assert compare(same, same, [scenario("o")], 5, silent).decision is Decision.ACCEPT
