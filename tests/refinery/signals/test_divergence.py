"""Where the right calls are known, the first that was not right is named; looking things up is free."""

from __future__ import annotations

from adapters.trace import Json, Trace
from refinery.domain import Diagnosis
from refinery.signals.diagnosis import diagnose
from refinery.signals.divergence import Wanted
from tests.refinery.signals.build import chat, model, root, tool, trace

REFUND = Wanted("refund_order", {"order": "A-7", "to": "card"})


def run(*calls: tuple[str, Json, Json], answer: str = "Done, the money is on its way.") -> Trace:
    """A recorded run that makes these calls."""
    tools = [tool(name, given, returned, id=f"c{number}") for number, (name, given, returned) in enumerate(calls)]
    return trace(root(answer), *tools, model(answer))


def told(given: Trace, *wanted: Wanted, passing: tuple[Trace, ...] = ()) -> Diagnosis:
    """The diagnosis, its quotes checked."""
    found = diagnose(given, failed=True, wanted=None if passing else wanted, passing=passing)
    assert all(given.span(quote.span_id).contains(quote.text) for quote in found.evidence)
    return found


def test_a_wrong_argument_is_named_with_what_was_expected() -> None:
    given = run(("find_order", {"id": "A-7"}, {"order": "A-7"}), ("refund_order", {"order": "A-7", "to": "voucher"}, "ok"))
    found = told(given, REFUND)
    assert (found.span_id, found.category) == ("c1", "wrong-argument")
    assert 'to = "voucher", where "card" was expected' in found.summary
    assert found.confidence >= 0.9
    assert "voucher" in found.evidence[0].text


def test_a_call_that_changes_something_and_was_not_expected_is_named() -> None:
    given = run(("cancel_order", {"order": "A-7"}, "ok"), ("refund_order", {"order": "A-7", "to": "card"}, "ok"))
    found = told(given, REFUND)
    assert (found.span_id, found.category) == ("c0", "unwanted-call")


def test_an_expected_call_that_was_never_made_is_named() -> None:
    found = told(run(("find_order", {"id": "A-7"}, {"order": "A-7"})), REFUND)
    assert found.category == "missing-call"
    assert "refund_order" in found.summary


def test_a_call_that_failed_changed_nothing_and_its_repetition_may_be_right() -> None:
    gold: Json = {"order": "A-7", "to": "gold"}
    wrong = ("refund_order", gold, "Error: no such way of payment")
    found = told(run(wrong, ("refund_order", {"to": "card", "order": "A-7", "note": "sorry"}, "ok")), REFUND)
    assert "wrong-argument" not in [signal.category for signal in found.signals]
    assert any("Every expected call was made" in note for note in found.notes)


def test_the_order_of_calls_and_looking_things_up_are_free() -> None:
    keep = Wanted("send_mail", {"to": "ada@example.test"})
    given = run(
        ("send_mail", {"to": "ada@example.test"}, "ok"), ("find_order", {}, "A-7"), ("refund_order", {"order": "A-7", "to": "card"}, "ok")
    )
    assert not [signal for signal in told(given, REFUND, keep).signals if signal.rule == "divergence"]


def test_where_nothing_may_be_changed_any_change_is_wrong() -> None:
    assert told(run(("cancel_order", {"order": "A-7"}, "ok"))).span_id == "c0"


def test_a_run_parts_from_the_nearest_run_that_passed() -> None:
    good = run(("find_order", {"id": "A-7"}, "A-7"), ("refund_order", {"order": "A-7", "to": "card"}, "ok"))
    other = run(("close_account", {"name": "Ada"}, "ok"))
    bad = run(("find_order", {"id": "A-7"}, "A-7"), ("refund_order", {"order": "A-9", "to": "card"}, "ok"))
    found = told(bad, passing=(other, good))
    assert (found.span_id, found.category) == ("c1", "wrong-argument")
    assert '"A-7" belongs to run' in found.summary


def test_without_changing_calls_the_first_result_that_differs_is_told() -> None:
    good = run(("look_up", {"plan": "pro"}, {"price": 49}), answer="It costs 49.")
    bad = run(("look_up", {"plan": "pro"}, {"price": 490}), answer="It costs 490.")
    found = told(bad, passing=(good,))
    assert [signal.span_id for signal in found.signals if signal.category == "parted"] == ["c0"]


def test_what_is_known_comes_before_what_is_suspected_in_a_talk_too() -> None:
    talk = chat(("Boss", "Please refund it."), ("Doer", "I believe 4711 and Mr Hale and Stone Street are right, made up as they are."))
    found = diagnose(talk, failed=True, wanted=[REFUND])
    assert found.category == "missing-call"


def test_a_tool_whose_name_does_not_say_that_it_changes_anything_is_left_in_peace() -> None:
    given = run(("price", {"plan": "pro"}, 49), ("refund_order", {"order": "A-7", "to": "card"}, "ok"))
    assert not [signal for signal in told(given, REFUND).signals if signal.rule == "divergence"]
