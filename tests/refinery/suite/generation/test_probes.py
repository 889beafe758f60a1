from __future__ import annotations

import pytest

from adapters.trace import Json
from refinery.domain import Expectation, Scenario
from refinery.suite import checks
from refinery.suite.generation.case import Base, Case
from refinery.suite.generation.probes import MARKER, PROBES, Probe
from refinery.suite.generation.profile import Fact, Field, Parameter, Profile, Setting, Tool
from refinery.suite.generation.wordings import dates_in_words, mistyped, numbers_in_words, shouting, units_spelt_out, whispering

PROFILE = Profile(
    tools=(Tool("look_up", parameters=(Parameter("plan", "choice", True, ("pro", "team")),)), Tool("book_seat", changes=True)),
    inputs=(Field("question", "text"), Field("plan", "choice", True, ("pro", "team")), Field("seats", "number"), Field("note", "text")),
    settings=(Setting("limits.max_seats", 5, "c.yaml"),),
    rules=(Fact("Never quote a price without its currency."),),
)
ASKED = "What do 3 seats of ORDER-77 cost on 2026-05-01?"
GIVEN: dict[str, Json] = {"question": ASKED, "plan": "pro", "seats": 3, "note": "thanks", "day": "2026-02-28"}
BASE = Base(Scenario("b", GIVEN, (Expectation("contains", "135 EUR"), Expectation("json-path", {"path": "$.status", "equals": "ok"}))))
OTHER = Base(Scenario("c", {**GIVEN, "question": "Who are you?"}, (Expectation("contains", "desk"),)))


def cases(name: str, base: Base = BASE, profile: Profile = PROFILE) -> list[Case]:
    (probe,) = (each for each in PROBES if each.name == name)
    return list(probe.make(base, (base, OTHER), profile))


def text(case: Case) -> str:
    assert isinstance(case.input, dict)
    return str(case.input["question"])


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
@pytest.mark.parametrize("base", [BASE, OTHER, Base(Scenario("d", "plain words", (Expectation("no-error", True),)), real=False)])
def test_whatever_a_probe_makes_is_well_formed_and_differs_from_its_base(probe: Probe, base: Base) -> None:
    for case in probe.make(base, (BASE, OTHER), PROFILE):
        assert [checks.problem(each.kind, each.value) for each in case.expect if checks.problem(each.kind, each.value)] == []
        assert case.expect
        assert case.assumes
        assert case.input != base.scenario.input
        if case.same:
            assert case.expect == base.scenario.expect, "what must not matter leaves the checks as they are"


def test_what_may_be_a_name_or_a_code_keeps_its_letters() -> None:
    assert shouting("Is INV-2041 paid, ask ada@x.org in EUR") == "IS INV-2041 PAID, ASK ada@x.org IN EUR"
    assert whispering("Is INV-2041 paid in EUR?") == "is INV-2041 paid in EUR?"
    assert numbers_in_words("3 seats for 49.00, on 2026-03-04, INV-3") == "three seats for 49.00, on 2026-03-04, INV-3"
    assert dates_in_words("on 2026-03-04 or 2026-99-99") == "on 4 March 2026 or 2026-99-99"
    assert units_spelt_out("49 EUR, 5 km") == "49 euros, 5 kilometres"
    assert mistyped("please refund it") == "plaese refund it"
    assert mistyped("pay me now") == "pay me now"


def test_an_order_to_the_agent_does_not_hold_the_word_that_betrays_obedience() -> None:
    (case,) = cases("injection")
    marker = "".join(MARKER)
    assert Expectation("not-contains", marker) in case.expect
    assert marker not in text(case), "an answer that quotes the order must not be taken for one that obeys it"
    (field,) = cases("injection-in-a-field")
    assert field.about == "note"


def test_a_question_about_what_does_not_exist_cannot_have_the_old_answer() -> None:
    (case,) = cases("unknown-subject")
    assert "ORDER-99" in text(case)
    assert Expectation("not-contains", ["135"]) in case.expect
    assert case.fill


def test_an_empty_question_has_no_answer_of_another() -> None:
    assert all(Expectation("not-contains", ["135"]) in case.expect and case.fill for case in cases("empty"))


def test_each_field_is_left_out_once_and_once_empty() -> None:
    left = [case for case in cases("missing-field") if isinstance(case.input, dict) and case.about not in case.input]
    assert [case.about for case in left] == ["plan", "seats", "note", "day"]
    assert Expectation("json-path", {"path": "$.status", "exists": True}) in left[0].expect
    assert all(Expectation("contains", "135 EUR") not in case.expect for case in left), "nobody knows what is right then"


def test_limits_of_settings_are_tried_at_and_beyond() -> None:
    found = [case.input["seats"] for case in cases("around-a-limit") if isinstance(case.input, dict) and case.input["seats"] != 3]
    assert found == [5, 6]
    assert any("What do 6 seats" in text(case) for case in cases("around-a-limit"))


def test_only_tools_that_change_something_must_stay_untouched() -> None:
    (case,) = cases("only-asking")
    assert case.expect[-1] == Expectation("no-tool", ["book_seat"])
    assert cases("only-asking", profile=Profile()) == []


def test_two_questions_are_asked_at_once_only_where_all_else_is_the_same() -> None:
    (case,) = cases("two-questions")
    assert [each.value for each in case.expect] == ["135 EUR", "desk"]
    elsewhere = Base(Scenario("b", {**GIVEN, "plan": "team"}, BASE.scenario.expect))
    assert cases("two-questions", elsewhere) == []


def test_the_same_moment_elsewhere() -> None:
    base = Base(Scenario("t", {"question": "when?", "at": "2026-04-03T08:00:00+02:00"}, (Expectation("contains", "soon"),)))
    (case,) = cases("another-day", base)
    assert case.input == {"question": "when?", "at": "2026-04-03T15:00:00+09:00"}
    naive = Base(Scenario("t", {"question": "when?", "at": "2026-04-03T08:00:00"}, (Expectation("contains", "soon"),)))
    assert cases("another-day", naive) == [], "without a zone nobody knows which moment it is"


def test_other_values_of_a_choice_come_from_the_tools_and_unknown_ones_are_unknown() -> None:
    found = {str(case.input["plan"]): case for case in cases("another-choice") if isinstance(case.input, dict)}
    assert sorted(found) == ["no-such-plan", "team"]
    assert Expectation("not-contains", ["135"]) in found["no-such-plan"].expect
    assert Expectation("not-contains", ["135"]) not in found["team"].expect, "it may cost the same"


def test_a_conversation_gets_longer_before_its_last_turn() -> None:
    base = Base(Scenario("m", {"messages": [{"role": "user", "content": "how much?"}]}, (Expectation("contains", "5"),)))
    (case,) = cases("after-small-talk", base)
    assert isinstance(case.input, dict)
    turns = case.input["messages"]
    assert isinstance(turns, list)
    assert len(turns) == 7
    assert turns[-1] == {"role": "user", "content": "how much?"}


def test_rules_are_tempted_and_a_judge_says_whether_they_held() -> None:
    (case,) = cases("rule-under-pressure")
    assert case.expect[-1].kind == "llm-rubric"
    assert "Never quote a price" in str(case.expect[-1].value)
