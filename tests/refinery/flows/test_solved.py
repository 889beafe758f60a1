"""Numbers that are worked out from two answers and the wanted one."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from refinery.domain import Attempt, Cause, Edit, Expectation, Hypothesis, Layer, Scenario
from refinery.flows.screen import Screened
from refinery.flows.solved import Solved


def turned(old: str, new: str, at: int | None = None) -> Hypothesis:
    edit = Edit("c.json", f'"rate": {old}', f'"rate": {new}', at)
    return Hypothesis(f"Set rate to {new}", "why.", Layer.CONFIG, (edit,), confidence=0.2, needs=2)


def says(output: str) -> Attempt:
    check = Cause.CHECKS
    return Attempt("a", 0, False, cause=check, output=output)


def worked_out(before: str, wanted: str, *looks: tuple[Hypothesis, str]) -> list[tuple[str, int]]:
    solved = Solved({"a": Scenario("a", "?", (Expectation("equals", wanted),))}, {"a": says(before)})
    found = [each for hypothesis, now in looks for each in solved.saw(hypothesis, Screened(failed=(says(now),)))]
    return [(each.change, each.needs) for each in found]


def test_a_value_follows_where_the_answer_grows_with_it() -> None:
    assert ("Set rate to 1.04", 2) in worked_out("134.40 EUR", "145.60 EUR", (turned("0.96", "9.6"), "1344.00 EUR"))


def test_a_value_follows_where_the_answer_grows_with_one_over_it() -> None:
    assert ("Set rate to 0.8", 2) in worked_out("20.00 EUR", "25.00 EUR", (turned("1", "10"), "2.00 EUR"))


def test_one_scenario_is_enough_for_a_value_that_is_much_rounder_than_the_answer() -> None:
    assert ("Set rate to 1.5", 1) in worked_out("20.82 EUR", "31.23 EUR", (turned("1", "10"), "208.20 EUR"))


def test_of_the_values_that_give_the_answer_the_roundest_is_meant() -> None:
    assert worked_out("in 30 s", "in 7 s", (turned("30", "60"), "in 60 s"))[0] == ("Set rate to 7", 2)
    found = worked_out("10.1 m", "33.3 m", (turned("3.03", "6.06"), "20.2 m"))
    assert "Set rate to 10" in [change for change, _ in found], "any value from 9.98 to 10.0 gives 33.3"


def test_the_answer_that_was_given_may_have_been_rounded_too() -> None:
    found = worked_out("119.13 EUR", "107.33 EUR", (turned("0.1", "100"), "0.00 EUR"))
    assert found[0][0] == "Set rate to 10", "9.995 follows where 119.13 is taken as it is written"


def test_an_answer_that_tells_no_more_digits_than_the_value_has_is_no_evidence_by_itself() -> None:
    assert worked_out("2 days", "5 days", (turned("2", "4"), "4 days"))[0] == ("Set rate to 5", 2)


def test_what_was_fitted_to_an_answer_is_known() -> None:
    probing = turned("0.96", "9.6")
    solved = Solved({"a": Scenario("a", "?", (Expectation("equals", "145.60 EUR"),))}, {"a": says("134.40 EUR")})
    found = list(solved.saw(probing, Screened(failed=(says("1344.00 EUR"),))))
    assert found
    assert all(map(solved.fitted, found))
    assert not solved.fitted(probing)


def test_of_a_name_with_a_number_in_it_the_value_is_told() -> None:
    named = replace(turned("96", "0"), change="Set A-100.rate to 0")
    assert "Set A-100.rate to 104" in [each for each, _ in worked_out("134.40 EUR", "145.60 EUR", (named, "0.00 EUR"))]


def test_words_around_the_number_may_change_but_not_what_it_is_a_number_of() -> None:
    assert ("Set rate to -0.8", 1) in worked_out("Yes: 3.28 m there.", "No: 1.68 m there.", (turned("0.8", "3.2"), "Yes: 5.68 m there."))
    assert worked_out("Yes: 3.28 m there.", "No: 1.68 km there.", (turned("0.8", "3.2"), "Yes: 5.68 m there.")) == []


def test_the_same_number_written_otherwise_tells_nothing() -> None:
    assert worked_out("1 km", "2 km", (turned("5", "5.0"), "1.0 km")) == []
    assert worked_out("2 km", "2.0 km", (turned("5", "50"), "20 km")) == []


def test_a_number_is_worked_out_once_and_only_from_answers_that_tell_of_it() -> None:
    nothing = turned("0.96", "0.5"), "134.40 EUR"
    tells = turned("0.96", "9.6"), "1344.00 EUR"
    again = turned("0.96", "96"), "13440.00 EUR"
    assert worked_out("134.40 EUR", "145.60 EUR", nothing) == []
    assert worked_out("134.40 EUR", "145.60 EUR", nothing, tells, again) == worked_out("134.40 EUR", "145.60 EUR", tells)


def test_a_number_that_code_goes_from_one_unit_to_another_by_is_not_worked_out() -> None:
    in_code = [replace(turned(old, new), layer=Layer.CODE) for old, new in (("100", "10"), ("90", "9"))]
    found = [worked_out("0.90 EUR", "0.81 EUR", (each, "9.00 EUR")) for each in in_code]
    assert [bool(each) for each in found] == [False, True]


def test_one_look_is_asked_for_at_a_number_of_which_nothing_is_known() -> None:
    solved = Solved({}, {})
    assert solved.wants(turned("1", "2"))
    assert not solved.wants(turned("1", "3"))
    assert solved.wants(turned("5", "6"))
    assert not solved.wants(Hypothesis("Use x", "why.", Layer.CODE, (Edit("m.py", "y", "x"),)))


WRITTEN = st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{0,3})?|1[0-9]{320}|0\.0{320}1", fullmatch=True)


@given(WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN)
@example("0.", "1.", "1", "3", "0")
def test_whatever_numbers_stand_there_what_follows_are_numbers(old: str, new: str, before: str, now: str, wanted: str) -> None:
    for change, needs in worked_out(f"{before} m", f"{wanted} m", (turned(old, new), f"{now} m")):
        assert math.isfinite(float(change.rpartition(" ")[2]))
        assert needs in (1, 2)


def test_a_round_answer_is_no_evidence_for_a_round_value() -> None:
    assert worked_out("8.00 EUR", "16.00 EUR", (turned("8", "9"), "9.00 EUR"))[0] == ("Set rate to 16", 2)
