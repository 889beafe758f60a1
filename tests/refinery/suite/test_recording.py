"""The calls of a trace become recordings, whatever wrote the trace down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from adapters.files import read
from adapters.redaction import Found
from adapters.trace import Document, Failure, Kind, Message, Span, Status, ToolCall, Trace
from refinery.domain import HttpTools, Outside, Recording, Tools
from refinery.suite.capsule.recording import Recorded, recorded

ALL = Tools()
PRICE = Tools(python={"price": "shop.tools:price"})


def nothing(_: str) -> Iterator[Found]:
    yield from ()


def taken(*spans: Span, tools: Tools = ALL) -> Recorded:
    return recorded((Trace("ab12", spans),), tools, nothing)


def tool(number: int, given: str, came: str = "", **more: object) -> Span:
    return Span(f"s{number}", "price", Kind.TOOL, tool="price", input=given, output=came, **more)  # type: ignore[arg-type]


def test_arguments_and_results_are_read_as_json_python_or_text() -> None:
    spans = (
        tool(0, '{"plan": "pro"}', '{"amount": 45}', start_ns=0, end_ns=2_000_000),
        tool(1, "{'plan': 'pro', 'ok': True}", "plain words"),
        tool(2, "pro", "NaN"),
        tool(3, "", "null"),
        tool(4, "[1]", '"text"'),
    )
    assert taken(*spans).world.calls == (
        Recording("price", {"plan": "pro"}, result={"amount": 45}, seconds=0.002, span_id="s0"),
        Recording("price", {"plan": "pro", "ok": True}, result="plain words", span_id="s1"),
        Recording("price", "pro", result="NaN", span_id="s2"),
        Recording("price", any_arguments=True, span_id="s3"),
        Recording("price", [1], result="text", span_id="s4"),
    )


def test_text_that_was_recorded_as_text_stays_text() -> None:
    (call,) = taken(tool(0, "{}", "12", attributes={"output.mime_type": "text/plain"})).world.calls
    assert call.result == "12"


def test_failures_are_errors_and_what_is_missing_is_told() -> None:
    failed = tool(0, "{}", "", failure=Failure("shop.ToolError", "none left"), status=Status.ERROR)
    found = taken(failed, tool(1, "{}", "it broke", status=Status.ERROR), tool(2, "{}"))
    assert [each.error for each in found.world.calls] == ["shop.ToolError: none left", "RuntimeError: it broke", ""]
    assert found.notes[1] == "the trace does not hold the results of some calls; they are recorded as null: price (1)"


def test_retrieved_documents_are_the_result_where_there_is_no_other() -> None:
    span = Span("r", "search", Kind.RETRIEVER, input="refunds", documents=(Document("30 days", "d1", 0.5, {"date": "2026-01-01"}),))
    (call,) = taken(span).world.calls
    assert call.result == [{"content": "30 days", "id": "d1", "score": 0.5, "metadata": {"date": "2026-01-01"}}]
    assert (call.tool, call.arguments) == ("search", "refunds")


def test_only_named_tools_are_taken_and_the_others_told() -> None:
    other = Span("o", "mail", Kind.TOOL, tool="mail", input="{}", output="sent")
    found = taken(tool(0, "{}", "1"), other, tools=PRICE)
    assert [each.tool for each in found.world.calls] == ["price"]
    assert "left out: mail (1)" in found.notes[0]
    assert "names no tools" in taken(other).notes[0]


def test_a_callable_is_known_by_its_code_whatever_its_span_stands_for() -> None:
    spans = (
        Span("f", "my step", Kind.CHAIN, input='{"plan": 1}', output="1", attributes={"code.function.name": "shop.tools.price"}),
        Span("m", "price", Kind.LLM, input="whatever was asked", output="45 EUR"),
    )
    assert taken(*spans, tools=PRICE).world.calls == (
        Recording("price", {"plan": 1}, result=1, span_id="f"),
        Recording("price", "whatever was asked", result="45 EUR", span_id="m"),
    )


def test_a_span_around_the_same_call_counts_once() -> None:
    outer, inner = tool(0, '{"a": 1}', "1"), tool(1, '{"a": 1}', "1", parent_id="s0")
    assert [each.span_id for each in taken(outer, inner, tool(2, '{"a": 1}', "2")).world.calls] == ["s0", "s2"]


def test_calls_that_only_messages_tell_of() -> None:
    asked = Message("assistant", "", tool_calls=(ToolCall("price", '{"plan": "pro"}', "c1"), ToolCall("mail", "{}", "c2")))
    answered = (Message("tool", "45", tool_call_id="c1"), Message("tool", "sent", tool_call_id="c2"))
    first = Span("m1", "model", Kind.LLM, output_messages=(asked,))
    second = Span("m2", "model", Kind.LLM, input_messages=(asked, *answered))
    third = Span("m3", "model", Kind.LLM, input_messages=(asked, *answered))
    assert taken(first, second, third, tools=PRICE).world.calls == (Recording("price", {"plan": "pro"}, result=45, span_id="m2"),)


def test_requests_are_calls_where_http_tools_are_named() -> None:
    span = Span("h", "GET", Kind.UNKNOWN, output='{"ok": 1}', attributes={"http.request.method": "GET", "url.full": "http://x/a/b?c=1"})
    assert taken(span, tools=Tools(http=(HttpTools("URL"),))).world.calls == (
        Recording("GET /a/b", {"c": "1"}, result={"ok": 1}, span_id="h"),
    )
    assert taken(span).world.calls == ()


def test_secrets_are_masked_and_the_world_says_so() -> None:
    def find(text: str) -> Iterator[Found]:
        yield from (Found("secret", word) for word in text.split() if word.startswith("sk-"))

    trace = Trace("ab", (tool(0, '{"key": "sk-12345"}', "took sk-12345"),))
    found = recorded((trace,), Tools(outside=Outside.PASS), find)
    assert found.world.calls == (Recording("price", {"key": "[secret-1]"}, result="took [secret-1]", span_id="s0"),)
    assert (found.world.masked, found.world.outside) == (True, Outside.PASS)
    assert "1 secrets were masked in the recording" in found.notes


def test_further_traces_add_only_calls_that_the_first_does_not_have() -> None:
    one, other = Trace("ab", (tool(0, '{"a": 1}', "1"),)), Trace("cd", (tool(1, '{"a": 1}', "2"), tool(2, '{"a": 2}', "3")))
    assert [each.span_id for each in recorded((one, other), ALL, nothing).world.calls] == ["s0", "s2"]


def test_a_chat_with_tools(tmp_path: Path) -> None:
    chat = [
        {"role": "user", "content": "price?"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "function": {"name": "price", "arguments": '{"plan":"pro"}'}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "45"},
        {"role": "assistant", "content": "45 EUR"},
    ]
    (tmp_path / "chat.json").write_text(json.dumps(chat))
    (trace,) = read(tmp_path / "chat.json").traces
    assert recorded((trace,), PRICE, nothing).world.calls == (Recording("price", {"plan": "pro"}, result=45, span_id="m2"),)
