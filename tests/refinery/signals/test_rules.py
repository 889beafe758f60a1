"""Each rule sees what it is for, quotes it verbatim, and is silent where all is well."""

from __future__ import annotations

import json

import pytest

from adapters.trace import Document, Failure, Json, Kind, Message, Span, Status, ToolCall, Trace
from refinery.domain import Layer
from refinery.signals.error_status import error_status
from refinery.signals.registry import read
from tests.refinery.signals.build import categories, chat, model, retrieval, root, seen, tool, trace
from tests.refinery.signals.test_stacks import PYTHON

FINE = trace(
    root("The Pro plan costs 49.00 USD per month.", "What does Pro cost?"),
    tool("lookup_price", {"plan": "pro"}, {"plan": "pro", "amount": "49.00", "currency": "USD"}),
    model("The Pro plan costs 49.00 USD per month."),
    task="What does Pro cost?",
)


def test_a_good_run_gives_no_signal() -> None:
    assert read(FINE).found == ()


# -- errors -------------------------------------------------------------------------------------------------------


def test_an_exception_is_told_with_its_places() -> None:
    (found,) = seen(trace(root(), tool("price", {}, "", failure=Failure("KeyError", "'pro'", PYTHON))), "exceptions")
    assert found.places[0].path == "/srv/app/prices.py"
    assert found.layer is Layer.CODE
    assert found.quotes[0].text == "KeyError: 'pro'"


def test_a_traceback_in_printed_output_is_an_exception() -> None:
    given = chat(("Coder", "```python\nprint(table['pro'])\n```"), ("Terminal", "exitcode: 1 (execution failed)\nCode output: " + PYTHON))
    assert [found.step for found in seen(given, "exceptions")] == [1]


def test_a_span_without_stack_takes_its_place_from_code_attributes() -> None:
    fields: dict[str, Json] = {"code.filepath": "app/prices.py", "code.lineno": 8, "code.function": "price"}
    span = Span("price", "price", Kind.TOOL, "root", status=Status.ERROR, failure=Failure("ValueError", "no plan"), attributes=fields)
    (found,) = seen(trace(root(), span), "exceptions")
    assert (found.places[0].path, found.places[0].line) == ("app/prices.py", 8)


def test_an_error_status_without_exception_is_told() -> None:
    span = Span("s", "fetch", Kind.TOOL, "root", tool="fetch", status=Status.ERROR, failure=Failure("", "upstream said no"))
    (found,) = seen(trace(root(), span), "error_status")
    assert found.quotes[0].text == "upstream said no"


@pytest.mark.parametrize(
    "reply",
    [
        "SQL Error: no such table: customers",
        "Error: payment amount does not add up",
        '{"error": "customer not found"}',
        '{"success": false, "message": "card declined"}',
        '{"status": "failed", "detail": "limit"}',
        '{"statusCode": 503, "message": "down"}',
        "404 Client Error: Not Found for url: http://x.test/a",
        "Permission denied",
        "exitcode: 1 (execution failed)\nCode output: boom",
        '{"isError": true, "content": [{"type": "text", "text": "no access"}]}',
        "ValueError: bad plan",
        "This site can’t be reached",
    ],
)
def test_an_error_in_good_clothes_is_seen(reply: str) -> None:
    (found, *_) = seen(trace(root("Done."), tool("act", {}, reply)), "polite_errors")
    assert found.category == "tool-error"
    assert found.quotes


@pytest.mark.parametrize(
    "reply",
    [
        '{"error": null, "price": 3}',
        '{"errors": [], "ok": true}',
        '{"status": "ok"}',
        "Name | Revenue\nError Handling Handbook | 20",
        "The invoice is paid.",
        "exitcode: 0 (execution succeeded)\nCode output: 12",
        "A long report on what was not found in the survey. " * 20,
    ],
)
def test_a_good_reply_is_no_error(reply: str) -> None:
    assert seen(trace(root("Done."), tool("act", {}, reply)), "polite_errors") == ()


def test_a_long_error_is_quoted_in_part() -> None:
    (found,) = seen(trace(root("Done."), tool("act", {}, "Error: " + "too long a story " * 200)), "polite_errors")
    assert 100 < len(found.quotes[0].text) <= 300


def test_timeouts_and_rate_limits_are_told_apart() -> None:
    late = trace(root(), tool("crm", {}, "", failure=Failure("TimeoutError", "timed out after 30 s")))
    many = trace(root(), tool("crm", {}, "Error: 429 Too Many Requests"))
    assert categories(seen(late, "waiting")) == ["timeout"]
    assert categories(seen(many, "waiting")) == ["rate-limit"]
    assert seen(trace(root(), tool("crm", {}, "The timeout is set to 30 s.")), "waiting") == ()


# -- what came back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", ["[]", '{"results": [], "took": 3}', "No results found.", '{"count": 0}', "null"])
def test_nothing_found_is_told(reply: str) -> None:
    (found,) = seen(trace(root("I do not know."), tool("search_docs", {"q": "refund"}, reply)), "empty_results")
    assert found.category == "empty-retrieval"
    assert found.layer is Layer.CONTEXT


def test_an_older_document_on_the_same_matter_is_stale_and_more_so_when_used() -> None:
    old = Document("Refunds are granted within 14 days of the invoice date.", "refunds-old", metadata={"effective": "2023-05-01"})
    new = Document("Refunds are granted within 30 days of the invoice date.", "refunds-new", metadata={"effective": "2025-09-01"})
    used = seen(trace(root("You have 14 days."), retrieval(old, new)), "stale_retrieval")
    right = seen(trace(root("You have 30 days."), retrieval(old, new)), "stale_retrieval")
    assert [signal.says.split()[3] for signal in used] == ["refunds-old"]
    assert used[0].weight > 0.7 > 0.4 > max((signal.weight for signal in right), default=0.0)


def test_a_document_that_says_it_no_longer_holds_is_stale() -> None:
    gone = Document("This policy was superseded by version 3. Fee: 5.", "p2")
    (found,) = seen(trace(root("The fee is 5."), retrieval(gone)), "stale_retrieval")
    assert "superseded by" in found.quotes[0].text


def test_a_document_that_expired_before_the_run_is_stale() -> None:
    (found,) = seen(
        trace(root("Yes."), retrieval(Document("Winter offer.", "w", metadata={"valid_until": "2025-03-01"}))), "stale_retrieval"
    )
    assert "2025-03-01" in found.says


def test_a_partial_result_nobody_followed_up_is_told() -> None:
    first = tool("list_orders", {"page": 1}, {"orders": [1, 2], "has_more": True}, id="a")
    second = tool("list_orders", {"page": 2}, {"orders": [3], "has_more": False}, id="b")
    assert categories(seen(trace(root("Two."), first), "partial_results")) == ["partial-result"]
    assert seen(trace(root("Three."), first, second), "partial_results") == ()


def test_a_field_read_later_is_missing_in_the_reply_before() -> None:
    price = Span("p", "lookup", Kind.TOOL, "root", tool="lookup", output='{"amount": 4900}', end_ns=2)
    end = Span(
        "f",
        "format",
        Kind.CHAIN,
        "root",
        input='{"amount": 4900}',
        failure=Failure("KeyError", "'currency'"),
        status=Status.ERROR,
        end_ns=3,
    )
    (found,) = seen(trace(root(), price, end), "missing_fields")
    assert (found.span_id, found.layer) == ("p", Layer.TOOL)
    assert found.weight > 0.7
    assert "`currency`" in found.says


def test_a_field_lost_between_an_inner_step_and_its_tool_is_told() -> None:
    outer = tool("get_customer", {"id": 7}, {"id": "C-7", "name": "Ada"}, id="outer")
    inner = Span("inner", "select", Kind.CHAIN, "outer", output='{"id": "C-7", "name": "Ada", "renewal_date": "2027-01-15"}')
    found = seen(trace(root("Unknown."), outer, inner, task="When is my renewal?"), "missing_fields")
    assert [(signal.span_id, "renewal_date" in signal.says) for signal in found] == [("outer", True)]


def test_a_blank_for_what_was_asked_points_at_the_reply_without_it() -> None:
    step = Span("w", "compose", Kind.CHAIN, "root", input='{"renews_on": "not on file"}', output="Next renewal: not on file.")
    found = seen(
        trace(root("Next renewal: not on file."), tool("customer", {}, {"plan": "team"}), step, task="When does it renew?"),
        "missing_fields",
    )
    assert [signal.span_id for signal in found] == ["customer"]


# -- form ---------------------------------------------------------------------------------------------------------


def test_json_that_was_asked_for_and_is_none_is_told() -> None:
    bad = trace(root(), model("Sure! The price is 3.", told="Answer with valid JSON only."))
    good = trace(root(), model('{"price": 3}', told="Answer with valid JSON only."))
    assert categories(seen(bad, "schema")) == ["schema-mismatch"]
    assert seen(good, "schema") == ()


def test_a_missing_required_argument_is_told() -> None:
    shape = [{"type": "function", "function": {"name": "book", "parameters": {"type": "object", "required": ["date", "seat"]}}}]
    asked = model("", ToolCall("book", '{"date": "2026-01-01"}', "1"), **{"llm.tools": json.dumps(shape)})
    (found,) = seen(trace(root(), asked, tool("book", {"date": "2026-01-01"}, "booked")), "schema")
    assert "`seat`" in found.says


def test_arguments_that_are_no_json_and_validation_errors_are_told() -> None:
    assert categories(seen(trace(root(), tool("book", '{"date": "2026', "ok")), "schema")) == ["schema-mismatch"]
    reply = "1 validation error for Booking\nseat\n  Field required"
    assert categories(seen(trace(root(), tool("book", {}, "Error: " + reply)), "schema")) == ["schema-mismatch"]


# -- how it went on -----------------------------------------------------------------------------------------------


def test_identical_calls_are_a_loop_from_the_second_on() -> None:
    calls = [tool("search", {"q": "x", "n": 1} if n % 2 else {"n": 1, "q": "x"}, "same", id=f"s{n}") for n in range(4)]
    (found,) = seen(trace(root("?"), *calls), "loops")
    assert (found.step, "4 times" in found.says) == (2, True)
    assert seen(trace(root("?"), *calls[:2]), "loops") == ()


def test_the_same_question_with_new_replies_is_no_loop() -> None:
    calls = [tool("state", {"job": 1}, f"{n * 30} % done", id=f"s{n}") for n in range(4)]
    assert seen(trace(root("Done."), *calls), "loops") == ()


def test_a_run_that_ends_by_its_closing_tool_is_complete() -> None:
    closed = trace(Span("root", "helper", Kind.AGENT), model("I will close it."), tool("mark_task_complete", {}, "ok"))
    assert seen(closed, "early_end") == ()


def test_a_courtesy_at_the_end_of_a_talk_does_not_hide_that_the_result_was_used() -> None:
    talk = [("user", "user", "Where is my parcel?"), ("tool", "parcel", '{"place": "Rotterdam", "carrier": "Zephyr", "day": "Thursday"}')]
    talk += [
        ("assistant", "assistant", "It lies in Rotterdam."),
        ("user", "user", "Thanks."),
        ("assistant", "assistant", "Have a lovely sunny afternoon!"),
    ]
    spans = tuple(
        Span(f"m{n}", who, Kind.TOOL if role == "tool" else Kind.MESSAGE, agent=who, output=text, attributes={"role": role})
        for n, (role, who, text) in enumerate(talk)
    )
    assert seen(Trace("t", spans, task="Where is my parcel?"), "ignored_results") == ()


def test_a_run_that_ends_in_a_tool_or_a_limit_is_told() -> None:
    silent = trace(root(), model("", ToolCall("search", "{}", "1")), tool("search", {}, "found it"))
    assert "no-answer" in categories(seen(silent, "early_end"))
    limit = trace(root("Agent stopped due to iteration limit or time limit."))
    assert "step-limit" in categories(seen(limit, "early_end"))
    cut = trace(root("It is"), model("It is", finish_reason="length"))
    assert "cut-off" in categories(seen(cut, "early_end"))


def test_an_answer_that_uses_nothing_of_the_result_is_told() -> None:
    given = tool("weather", {"city": "Oslo"}, {"temperature": 14, "sky": "overcast", "wind": "northerly breeze"})
    answer = "Expect brilliant sunshine and 31 degrees with barbecue conditions."
    assert categories(seen(trace(root(answer), given, task="Weather in Oslo?"), "ignored_results")) == ["ignored-result"]
    assert seen(trace(root("Overcast, 14 degrees."), given, task="Weather in Oslo?"), "ignored_results") == ()


# -- answers that contradict ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reply", "says"),
    [
        ("Your balance is 512 euros.", {"balance": 215}, "512"),
        ("The order is delivered.", {"order": "A-1", "status": "pending"}, "delivered"),
        ("It arrives on 5 March 2026.", {"order": "A-1", "arrival": "2026-03-09"}, "5 March 2026"),
    ],
)
def test_an_answer_that_differs_from_the_tool_is_told(answer: str, reply: dict[str, str | int], says: str) -> None:
    found = seen(trace(root(answer), tool("lookup", {}, dict(reply))), "contradictions")
    assert found
    assert says in found[0].says


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ("Your balance is 215.00.", {"balance": 215}),
        ("The total for 3 seats is 147.", {"price": 49, "seats": 3}),
        ("With 10 % off the price is 90.", {"price": 100, "discount_percent": 10}),
        ("The order is still pending.", {"status": "pending"}),
        ("It arrives on 9 March 2026.", {"arrival": "2026-03-09"}),
    ],
)
def test_what_follows_from_the_tool_is_no_contradiction(answer: str, reply: dict[str, str | int]) -> None:
    assert seen(trace(root(answer), tool("lookup", {}, dict(reply))), "contradictions") == ()


def test_a_call_in_another_currency_than_the_customers_is_told() -> None:
    customer = tool("customer", {"id": 1}, {"id": 1, "country": "SE"})
    price = tool("price", {"plan": "pro", "currency": "USD"}, {"amount": 49, "currency": "USD"})
    found = seen(trace(root("Pro costs 49 USD."), customer, price), "currencies_disagree")
    assert [signal.span_id for signal in found] == ["price", "root"]
    assert found[0].quotes[0].text == '"currency": "USD"'


def test_one_currency_throughout_is_fine() -> None:
    customer = tool("customer", {"id": 1}, {"id": 1, "country": "FR"})
    price = tool("price", {"currency": "EUR"}, {"amount": 49, "currency": "EUR"})
    assert seen(trace(root("Pro costs 49 €."), customer, price), "currencies_disagree") == ()


def test_an_action_that_nobody_did_is_told() -> None:
    looked = tool("get_order", {"id": 1}, {"id": 1, "state": "open"})
    done = tool("cancel_order", {"id": 1}, {"id": 1, "state": "cancelled"})
    said = model("I have cancelled your order.")
    assert categories(seen(trace(root(), looked, said), "claimed_actions")) == ["claimed-action"]
    assert seen(trace(root(), looked, done, said), "claimed_actions") == ()


def test_a_refusal_points_at_the_decision_and_notes_a_case_on_the_limit() -> None:
    edge = tool("check", {}, {"eligible": False, "days": 30, "limit": 30})
    past = tool("check", {}, {"eligible": False, "days": 45, "limit": 30})
    (on_it,) = seen(trace(root("I am sorry, that is not possible."), edge), "refusals")
    (beyond,) = seen(trace(root("I am sorry, that is not possible."), past), "refusals")
    assert on_it.weight > beyond.weight
    assert "on the limit" in on_it.says


# -- chats --------------------------------------------------------------------------------------------------------


def test_made_up_data_is_told_with_its_author() -> None:
    given = chat(
        ("Boss", "Find the prices."), ("Worker", "Let's assume the price is 10. We use hypothetical data."), task="Find the prices."
    )
    (found,) = seen(given, "invented_data")
    assert (found.agent, found.step) == ("Worker", 1)


def test_an_opening_about_something_else_is_told() -> None:
    task = "List the headstones shown behind the oldest flavour of the graveyard in the photo"
    given = chat(("Boss", "Debug the failing unit test in module alpha, step by step."), ("Worker", "Which module?"), task=task)
    assert categories(seen(given, "task_drift")) == ["task-misread"]
    assert seen(chat(("Boss", task), ("Worker", "ok"), task=task), "task_drift") == ()


def test_a_tool_chat_counts_each_call_once() -> None:
    """A transcript adapter gives both the message that asks and the tool's span beneath it."""
    spans: list[Span] = [Span("m0", "user", Kind.MESSAGE, agent="user", output="Find it.", attributes={"role": "user"})]
    for n in range(2):
        asked = (Message("assistant", "", tool_calls=(ToolCall("find", '{"q": 1}', f"c{n}"),)),)
        spans.append(Span(f"a{n}", "assistant", Kind.MESSAGE, agent="assistant", output_messages=asked, attributes={"role": "assistant"}))
        spans.append(Span(f"r{n}", "find", Kind.TOOL, f"a{n}", tool="find", input='{"q": 1}', output="here", attributes={"role": "tool"}))
    assert seen(Trace("t", tuple(spans)), "loops") == ()


def test_a_broken_rule_does_not_lose_the_others() -> None:
    def bad(given: Trace) -> tuple[()]:
        raise ValueError("boom")

    span = Span("s", "fetch", Kind.TOOL, "root", status=Status.ERROR)
    reading = read(trace(root(), span), (bad, error_status))
    assert [one.rule for one in reading.found] == ["error_status"]
    assert reading.broken[0].rule == "bad"
    assert "boom" in reading.broken[0].says
