"""What a search may believe of the cures that it found."""

from __future__ import annotations

from dataclasses import replace

from refinery.domain import Attempt, Cause, Edit, Execution, Hypothesis, Layer, Scenario
from refinery.flows.cures import (
    AGAIN,
    ENOUGH,
    LIKELY,
    STEPS,
    SURELY,
    Cures,
    borne_out,
    doubted,
    heard,
    in_pairs,
    interchangeable,
    joined,
    sparing,
)
from refinery.flows.neighbours import Neighbour, Neighbourhood, Seen, harmless, neighbours
from refinery.flows.screen import Screened
from refinery.repair.pairs import FLOOR
from safety.changes import FileChange

RED = frozenset({"a", "b"})
BEFORE = "def one(x):\n    return x + 1\n\n\ndef two(x):\n    return x + 2\n"
IN_ONE = FileChange("m.py", BEFORE, BEFORE.replace("x + 1", "x - 1"))


def wrong(name: str, output: str = "", cause: Cause = Cause.CHECKS, error: str = "") -> Attempt:
    return Attempt(name, 0, False, cause=cause, output=output or name, error=error)


def ran(**lines: set[int]) -> list[Execution]:
    return [Execution(name, False, {"m.py": frozenset(numbers)}) for name, numbers in lines.items()]


def cures(*attempts: Attempt, executions: list[Execution] | None = None) -> Cures[str]:
    return Cures(RED, executions or [], attempts or (wrong("a"), wrong("b")))


def hypothesis(new: str, old: str = "x", at: int | None = None) -> Hypothesis:
    return Hypothesis(f"Use {new}", "why.", Layer.CODE, (Edit("m.py", old, new, at),), confidence=0.5)


def test_the_first_cure_is_not_taken_before_others_were_looked_for() -> None:
    found = cures()
    found.saw("first", Screened(RED))
    early = found.compared
    for number in range(AGAIN):
        found.saw(str(number), Screened())
    assert (early, found.compared) == (False, True)
    assert found.take_whole() == ["first"]
    assert found.take_whole() == []


def test_a_cure_that_holds_all_of_another_and_more_is_not_compared() -> None:
    one, other = hypothesis("y", at=1), hypothesis("z", at=9)
    both = joined(one, other)
    assert both
    assert sparing([both, one]) == [1]
    assert sparing([one, other]) == [0, 1]
    assert sparing([one, one]) == [0, 1]


def test_after_a_comparison_that_came_to_nothing_the_next_waits_for_several_cures() -> None:
    found = cures()
    found.doubted = True
    found.saw("one", Screened(RED))
    for number in range(2 * AGAIN):
        found.saw(str(number), Screened())
    early = found.compared
    for number in range(ENOUGH - 1):
        found.saw(f"more {number}", Screened(RED))
    assert (early, found.compared) == (False, True)


def test_a_cure_of_some_that_runs_in_the_failures_it_leaves_is_not_believed() -> None:
    found = cures(executions=ran(a={1, 2}, b={1, 2}))
    assert not found.alone([IN_ONE], Screened(frozenset({"a"})))


def test_a_cure_of_some_is_believed_where_the_others_run_elsewhere() -> None:
    found = cures(executions=ran(a={1, 2}, b={5, 6}))
    assert found.alone([IN_ONE], Screened(frozenset({"a"})))


def test_a_cure_of_some_is_believed_where_the_others_fail_otherwise() -> None:
    found = cures(wrong("a"), wrong("b", cause=Cause.EXIT, error="KeyError: 'x'"), executions=ran(a={1, 2}, b={1, 2}))
    assert found.alone([IN_ONE], Screened(frozenset({"a"})))


def test_what_a_setting_reaches_is_not_known() -> None:
    found = cures(executions=ran(a={1, 2}, b={5, 6}))
    assert not found.alone([FileChange("c.json", "1", "2")], Screened(frozenset({"a"})))


def test_failures_with_one_and_the_same_answer_are_a_kind() -> None:
    found = Cures[str](frozenset("abc"), (), (wrong("a", "Call us."), wrong("b", "Call us."), wrong("c", "45 EUR")))
    assert found.alone([FileChange("c.json", "1", "2")], Screened(frozenset({"a", "b"})))
    assert not found.alone([FileChange("c.json", "1", "2")], Screened(frozenset({"a"})))


def test_cures_of_some_are_paired_where_together_they_turn_all() -> None:
    found = cures()
    for name, turned in (("one", {"a"}), ("other", {"b"}), ("like one", {"a"})):
        found.saw(name, Screened(frozenset(turned)))
    assert [(one, other) for (one, _), (other, _) in found.pairs()] == [("one", "other"), ("other", "like one")]
    assert [(one, other) for (one, _), (other, _) in found.pairs(lambda what, _: what != "one")] == [("other", "like one")]


def test_a_cure_of_a_doubtful_kind_is_told_unless_many_scenarios_speak_for_it() -> None:
    name = replace(hypothesis("y"), doubtful=True)
    assert [doubted(name, voices) for voices in (1, SURELY - 1, SURELY)] == [True, True, False]
    assert [doubted(replace(name, doubtful=False, needs=2), voices) for voices in (1, 2)] == [True, False]
    assert not doubted(hypothesis("y"), 1)


def test_what_was_unlikely_from_the_start_is_told_unless_many_scenarios_speak_for_it() -> None:
    far = replace(hypothesis("y"), confidence=0.1)
    assert [doubted(far, voices) for voices in (1, SURELY - 1, SURELY)] == [True, True, False]
    assert not doubted(replace(far, origin="model"), 1)
    assert not doubted(replace(far, edits=far.edits * 2), 1), "of two edits each is likelier"


def test_texts_of_one_value_that_cure_alike_tell_that_any_would_do() -> None:
    def sets(old: str, new: str, layer: Layer = Layer.CONFIG) -> Hypothesis:
        return replace(hypothesis("x"), layer=layer, edits=(Edit("c.yaml", f"  - {{kind: {old}, n: 3}}", f"  - {{kind: {new}, n: 3}}"),))

    found = [sets("tall", "tiny"), sets("tall", "small"), sets("tall, n: 3", "tall, n: 4"), sets("tall, n: 3", "tall, n: 5")]
    assert interchangeable(found) == {0, 1}
    assert interchangeable(found[1:]) == set()
    assert interchangeable([replace(each, layer=Layer.CODE) for each in found]) == set()


def test_two_edits_of_one_text_are_not_joined() -> None:
    assert joined(hypothesis("y"), hypothesis("z")) is None
    both = joined(hypothesis("y", at=1), hypothesis("z", at=9))
    assert both is not None
    assert [edit.new for edit in both.edits] == ["y", "z"]


def test_neighbours_differ_from_a_scenario_in_one_place() -> None:
    red = Scenario("r", {"plan": "pro", "seats": 3}, ())
    green = Scenario("g", {"plan": "team", "seats": 1}, ())
    around = neighbours([red], [green])
    assert {"plan": "team", "seats": 3} in [each.input for each in around.near]
    assert all(isinstance(each.input, dict) and len(each.input) == 2 for each in around.near)
    assert all(each.input not in (red.input, green.input) for each in around.near)


def seen(*answers: object) -> list[Seen]:
    return [Seen((answer,), answer == "crash") for answer in answers]


GREEN = Neighbourhood((Neighbour(1, 0, red=False), Neighbour(2, 0, red=False)), (0,))


def test_a_cure_that_crashes_next_door_where_the_base_does_not_is_left_out() -> None:
    assert harmless(seen(1, 2, 0), [seen(1, "crash", 0), seen(1, 2, 0)], GREEN) == [1]
    assert harmless(seen(1, "crash", 0), [seen(1, "crash", 0)], GREEN) == [0]


def test_a_cure_that_upsets_what_lies_around_passing_scenarios_is_left_out_unless_somebody_reasoned() -> None:
    near = tuple(Neighbour({"n": number}, 1 + number % 4, False) for number in range(8))
    around = Neighbourhood((*near, Neighbour({"n": 9}, 0, True)), tuple({"own": number} for number in range(5)))
    base = seen(*range(9), *range(20, 25))
    upset = seen(*(90 + number for number in range(5)), *range(5, 8), 99, *range(20, 25))
    calm = seen(*range(7), 97, 99, *range(20, 25))
    assert harmless(base, [upset, calm], around) == [1]
    assert harmless(base, [upset, calm], around, reasoned=[0]) == [0, 1]


def test_what_is_answered_as_where_it_fails_may_change_around_passing_scenarios() -> None:
    near = tuple(Neighbour({"n": number}, 1, red=False) for number in range(8))
    around = Neighbourhood((*near, Neighbour({"n": 9}, 0, red=True)), ({"own": 0}, {"own": 1}))
    cure = seen(*("Try Ann." for _ in range(9)), "Try Bob.", "hello")
    assert harmless(seen(*("Nobody goes to Oakley." for _ in range(9)), "Nobody goes to Fernhill.", "hello"), [cure], around) == [0]
    assert harmless(seen(*("Somebody goes there." for _ in range(9)), "Nobody goes to Fernhill.", "hello"), [cure], around) == []


def test_of_edits_that_brought_a_failure_nearer_one_of_each_effect_is_built_on() -> None:
    found = cures()
    near, far = frozenset({"a"}), RED
    found.saw("nothing", Screened(failed=(wrong("a"),)))
    found.saw("near", Screened(nearer=near, failed=(wrong("a", "1"),)))
    found.saw("as near", Screened(nearer=near, failed=(wrong("a", "1"),)))
    found.saw("nearer", Screened(nearer=far, failed=(wrong("a", "2"),)))
    found.saw("half", Screened(turned=near, moved=frozenset({"b"}), failed=(wrong("b", "3"),)))
    found.saw("harmful", Screened(turned=near, broke=frozenset({"c"}), failed=(wrong("c"),)))
    assert found.first_steps() == ["half", "nearer", "near"]


def test_only_the_best_are_built_on() -> None:
    found = cures()
    for number in range(2 * STEPS):
        found.saw(str(number), Screened(nearer=RED, failed=(wrong("a", str(number)),)))
    assert found.first_steps() == [str(number) for number in range(STEPS)]


def test_pairs_begin_with_the_likely_ones_and_leave_out_what_edits_the_same_text() -> None:
    step, same = hypothesis("y", at=3), hypothesis("z", at=3)
    likely, unlikely = replace(hypothesis("p", "q"), confidence=0.8), replace(hypothesis("r", "s"), confidence=0.1)
    told = list(in_pairs([step], [unlikely, same, step, likely]))
    assert [each.change for each in told] == ["Use y; use p", "Use y; use r"]
    assert told[0].confidence < 0.5 * step.confidence * likely.confidence, "two mistakes are less likely than one"


def test_pairs_of_two_edits_that_both_brought_a_failure_nearer_come_first() -> None:
    step, far, near = hypothesis("y", at=3), replace(hypothesis("p", "q"), confidence=0.5), replace(hypothesis("r", "s"), confidence=0.4)
    assert [each.change for each in in_pairs([step], [far, near])] == ["Use y; use p", "Use y; use r"]
    assert [each.change for each in in_pairs([step], [far, near], [near])] == ["Use y; use r", "Use y; use p"]


def test_a_far_fetched_cure_needs_more_than_one_scenario_unless_somebody_reasoned() -> None:
    guess = replace(hypothesis("y"), confidence=FLOOR)
    assert not borne_out(guess, 1)
    assert borne_out(guess, 2)
    assert borne_out(replace(guess, origin="model"), 1)
    assert borne_out(replace(guess, confidence=LIKELY[1]), 1)
    assert not borne_out(replace(guess, confidence=LIKELY[1]), 1, doubts=1)
    assert borne_out(replace(guess, confidence=LIKELY[0]), 1, doubts=1)
    assert not borne_out(guess, 2, doubts=1)
    assert borne_out(guess, 3, doubts=1)


def test_what_takes_whatever_is_at_hand_needs_two_scenarios_however_likely_it_is() -> None:
    name = replace(hypothesis("y"), confidence=0.9, needs=2)
    assert not borne_out(name, 1)
    assert borne_out(name, 2)
    assert heard(name, 1), "it is looked at all the same: it may speak against another"
    assert not heard(replace(name, confidence=0.19), 1)
    assert borne_out(replace(name, origin="model"), 1)
    assert joined(hypothesis("y"), replace(hypothesis("z", at=9), needs=2)).needs == 2  # type: ignore[union-attr]


def test_near_a_sentence_are_those_with_the_names_and_numbers_of_others_though_many_sentences_are_known() -> None:
    asked = [Scenario("red", "Net pay of E103 in 2025-02?", ())]
    others = [Scenario(str(number), f"Gross pay of E10{number} in 2025-0{number}", ()) for number in range(4, 9)]
    near = {each.input for each in neighbours(asked, others).near if each.red}
    assert {"Net pay of E104 in 2025-02?", "Net pay of E103 in 2025-04?"} <= near
    assert not near & {each.input for each in others}
    assert not any(str(each).startswith("Gross pay of E103") for each in near), "a first word has a capital whatever it is"


def test_near_a_sentence_without_names_is_the_same_with_another_number_and_without_its_end() -> None:
    near = {each.input for each in neighbours([Scenario("red", "refund me 30 euros now", ())], []).near}
    assert {"refund me 31 euros now", "refund me 29 euros now", "refund me 30 euros"} <= near
