"""Rules over calls: offered or not, once or twice, in the order that was prescribed, with what was really said."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from adapters.trace import Json, Kind, Message, Span, ToolCall, Trace
from tests.refinery.signals.build import categories, model, root, seen, tool, trace

REFUND: dict[str, Json] = {
    "name": "refund_order",
    "description": "Pays back.",
    "input_schema": {
        "type": "object",
        "properties": {"order": {"type": "string"}, "amount": {"type": "number"}, "to": {"type": "string", "enum": ["card", "voucher"]}},
        "required": ["order"],
        "additionalProperties": False,
    },
}


def calling(name: str, arguments: Json, **attributes: Json) -> Trace:
    """A model that was offered `refund_order` and makes one call."""
    told: dict[str, Json] = attributes or {"gen_ai.tool.definitions": [REFUND]}
    return trace(root("Done."), replace(model("", ToolCall(name, json.dumps(arguments), "c1")), attributes=told))


# -- what was offered ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "category", "says"),
    [
        ("cancel_order", {"order": "A-1"}, "wrong-tool", "there is no such tool"),
        ("refund_order", {"order": "A-1", "reason": "late"}, "wrong-argument", "`reason`, which it does not take"),
        ("refund_order", {"order": "A-1", "to": "cash"}, "wrong-argument", 'to = "cash", which is none of'),
        ("refund_order", {"order": 17}, "wrong-argument", "order = 17, which is no string"),
        ("refund_order", {"order": "A-1", "amount": True}, "wrong-argument", "which is no number"),
    ],
)
def test_a_call_that_the_offered_tools_rule_out_is_told(name: str, arguments: Json, category: str, says: str) -> None:
    found = seen(calling(name, arguments), "wrong_calls")
    assert categories(found) == [category]
    assert says in found[0].says


@pytest.mark.parametrize("arguments", [{"order": "A-1"}, {"order": "A-1", "amount": 3, "to": "card"}, {"order": "A-1", "to": None}])
def test_a_call_as_the_tool_is_described_is_fine(arguments: Json) -> None:
    assert seen(calling("refund_order", arguments), "wrong_calls") == ()


def test_tools_are_read_in_the_forms_in_which_recorders_write_them() -> None:
    openai: Json = {"type": "function", "function": {"name": "refund_order", "parameters": REFUND["input_schema"]}}
    forms: list[dict[str, Json]] = [
        {"llm.tools.0.tool.json_schema": json.dumps(openai)},
        {"llm.invocation_parameters": json.dumps({"tools": [openai], "temperature": 0})},
        {"gen_ai.request.tools": [openai]},
    ]
    for form in forms:
        assert categories(seen(calling("pay_back", {}, **form), "wrong_calls")) == ["wrong-tool"], form


def test_a_chat_with_tools_beside_it_is_held_to_them_and_one_without_is_not() -> None:
    call = Message("assistant", "", tool_calls=(ToolCall("cancel_order", "{}", "c"),))
    said = Span("m0", "assistant", Kind.MESSAGE, agent="assistant", output_messages=(call,), attributes={"role": "assistant"})
    assert categories(seen(Trace("c", (said,), attributes={"tools": [REFUND]}), "wrong_calls")) == ["wrong-tool"]
    assert seen(Trace("c", (said,)), "wrong_calls") == ()


# -- what nobody had said -----------------------------------------------------------------------------------------


def test_an_id_that_nothing_before_had_named_is_told() -> None:
    look = tool("find_customer", {"name": "Ada"}, {"customer": "cus_81", "order": "ORD-4711"})
    invented = trace(root("Done.", "Refund Ada's order"), look, tool("refund_order", {"order": "ORD-4712"}, {"status": "ok"}))
    found = seen(invented, "invented_arguments")
    assert categories(found) == ["invented-argument"]
    assert found[0].step == 2
    assert "ORD-4712" in found[0].says


@pytest.mark.parametrize("given", ["ORD-4711", "ord4711", "#ORD-4711"])
def test_an_id_that_a_tool_or_the_user_had_named_is_fine_in_any_spelling(given: str) -> None:
    look = tool("find_customer", {"name": "Ada"}, {"order": "ORD-4711"})
    assert seen(trace(root("Done."), look, tool("refund_order", {"order": given}, {"status": "ok"})), "invented_arguments") == ()
    said = trace(root("Done.", "Refund ORD-4711, please"), tool("refund_order", {"order": given}, {"status": "ok"}))
    assert seen(said, "invented_arguments") == ()


def test_amounts_dates_and_words_may_be_worked_out_and_a_refused_call_did_nothing() -> None:
    worked: Json = {
        "amount": 41.5,
        "on": "2026-03-01",
        "count": 12,
        "note": "for Ada",
        "at": "10:30",
        "price": "1234.50",
        "build": "v2.0.11",
    }
    assert seen(trace(root("Done."), tool("refund_order", worked, {"status": "ok"})), "invented_arguments") == ()
    refused = tool("refund_order", {"order": "ORD-4712"}, {"error": "no such order"})
    assert seen(trace(root("Done."), refused), "invented_arguments") == ()
    assert seen(trace(root("Done."), tool("get_order", {"order": "ORD-4712"}, {"status": "ok"})), "invented_arguments") == ()


def test_what_a_model_was_told_counts_as_heard() -> None:
    told = replace(model("I will.", id="m"), input_messages=(Message("user", "my card is pm_90817"),))
    assert seen(trace(root("Done."), told, tool("charge_card", {"card": "pm_90817"}, "ok")), "invented_arguments") == ()


# -- twice --------------------------------------------------------------------------------------------------------


def test_a_payment_that_is_made_twice_is_told() -> None:
    first, again = (tool("charge_card", {"card": "c", "amount": 5}, {"status": "ok"}, id=name) for name in ("one", "two"))
    found = seen(trace(root("Done."), first, again), "repeated_actions")
    assert [(signal.span_id, signal.category) for signal in found] == [("two", "repeated-action")]


def test_a_second_try_another_payment_a_look_up_and_an_update_are_fine() -> None:
    failed = tool("charge_card", {"card": "c"}, {"error": "declined"}, id="one")
    assert seen(trace(root("Done."), failed, tool("charge_card", {"card": "c"}, "ok", id="two")), "repeated_actions") == ()
    for name, one, two in (("charge_card", 1, 2), ("get_order", 1, 1), ("update_address", 1, 1)):
        calls = (tool(name, {"n": given}, "ok", id=str(number)) for number, given in enumerate((one, two)))
        assert seen(trace(root("Done."), *calls), "repeated_actions") == ()


# -- left out -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    [
        "Call verify_identity before refund_order.",
        "Only use refund_order after verify_identity has succeeded.",
        "Never call refund_order before verify_identity.",
        "Do not use refund_order without verify_identity.",
        "First, verify_identity, then refund_order.",
        "Once verify_identity has succeeded, you may use refund_order.",
    ],
)
def test_a_step_that_the_instruction_puts_before_another_and_that_was_left_out_is_told(rule: str) -> None:
    told = model("I pay it back.", told=f"You help customers. {rule} Be kind.")
    refund, verify = tool("refund_order", {"order": "A"}, {"status": "ok"}), tool("verify_identity", {"name": "Ada"}, {"ok": True})
    offer = tool("verify_identity", {"name": "Ada"}, {"ok": True}, id="late")
    found = seen(trace(root("Done."), told, refund, offer), "skipped_steps")
    assert [(signal.span_id, signal.category) for signal in found] == [("refund_order", "skipped-step")]
    assert "verify_identity" in found[0].quotes[-1].text
    assert seen(trace(root("Done."), told, verify, refund), "skipped_steps") == ()


def test_an_order_that_holds_only_in_some_cases_is_not_demanded() -> None:
    told = model("I pay it back.", told="If the customer is not known, call verify_identity before refund_order.")
    refund, late = tool("refund_order", {"order": "A"}, {"status": "ok"}), tool("verify_identity", {"name": "Ada"}, {"ok": True})
    assert seen(trace(root("Done."), told, refund, late), "skipped_steps") == ()


def test_a_step_that_must_always_be_taken_is_missed_and_one_that_depends_is_not() -> None:
    offers: Json = [{"name": name, "parameters": {"type": "object"}} for name in ("log_contact", "find_order")]
    look = tool("find_order", {"id": 1}, {"status": "open"})

    def run(rule: str) -> Trace:
        return trace(root("It is open."), replace(model("", told=rule), attributes={"llm.tools": offers}), look)

    assert categories(seen(run("You must always call log_contact."), "skipped_steps")) == ["skipped-step"]
    assert seen(run("If a customer is angry, always call log_contact."), "skipped_steps") == ()
    assert seen(run("You may call log_contact."), "skipped_steps") == ()


# -- handed over --------------------------------------------------------------------------------------------------


def test_work_delegated_to_a_named_colleague_who_never_acts_is_told() -> None:
    handed = tool("Delegate work to coworker", {"task": "check the price", "coworker": "Price Researcher"}, "ok", id="d")
    assert categories(seen(trace(root("Done."), handed, model("It is 5.")), "handoffs")) == ["lost-handoff"]
    taken = replace(model("It is 5."), agent="Price Researcher")
    assert seen(trace(root("Done."), handed, taken), "handoffs") == ()


def test_money_that_is_transferred_hands_no_work_over() -> None:
    assert seen(trace(root("Done."), tool("transfer_funds", {"to": "Ada", "amount": 5}, "ok")), "handoffs") == ()
