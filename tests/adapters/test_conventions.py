from __future__ import annotations

import json

import pytest

from adapters.conventions import to_span
from adapters.recorded import Event, Recorded
from adapters.trace import Document, Json, Kind, Message, Span, Status, ToolCall, Usage


def read(*events: Event, **attributes: Json) -> Span:
    given = {key.replace("__", "."): value for key, value in attributes.items()}
    return to_span(Recorded(id="1", name="a span", attributes=given, events=events))


def test_openinference_model_call() -> None:
    span = to_span(
        Recorded(
            id="1",
            name="ChatCompletion",
            attributes={
                "openinference.span.kind": "LLM",
                "llm.model_name": "m",
                "input.value": '{"messages": 1}',
                "output.value": "42",
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.contents.0.message_content.type": "text",
                "llm.input_messages.0.message.contents.0.message_content.text": "how many?",
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "count",
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"of": "x"}',
                "llm.token_count.prompt": 7,
                "llm.token_count.completion": 2,
                "llm.cost.total": 0.5,
                "llm.provider": "openai",
            },
        )
    )
    assert (span.kind, span.model, span.input, span.output) == (Kind.LLM, "m", '{"messages": 1}', "42")
    assert span.input_messages == (Message("user", "how many?"),)
    assert span.output_messages == (Message("assistant", "", tool_calls=(ToolCall("count", '{"of": "x"}', "c1"),)),)
    assert span.usage == Usage(7, 2, 0.5)
    assert span.attributes == {"llm.provider": "openai"}, "what has no field stays, and nothing else"


def test_ten_messages_are_in_the_order_of_their_numbers() -> None:
    flat: dict[str, Json] = {f"llm.input_messages.{n}.message.content": str(n) for n in range(12)}
    span = to_span(Recorded(id="1", name="s", attributes=flat))
    assert [message.content for message in span.input_messages] == [str(n) for n in range(12)]


def test_openinference_documents() -> None:
    span = to_span(
        Recorded(
            id="1",
            name="search",
            attributes={
                "openinference.span.kind": "RETRIEVER",
                "retrieval.documents.1.document.content": "second",
                "retrieval.documents.0.document.content": "first",
                "retrieval.documents.0.document.id": "d1",
                "retrieval.documents.0.document.score": 0.9,
                "retrieval.documents.0.document.metadata": '{"date": "2019-01-01"}',
            },
        )
    )
    assert span.documents == (Document("first", "d1", 0.9, {"date": "2019-01-01"}), Document("second"))


def test_gen_ai_messages_as_json() -> None:
    heard = [
        {"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "1", "name": "get", "arguments": {"city": "Paris"}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "rainy"}]},
    ]
    said = [{"role": "assistant", "parts": [{"type": "text", "content": "Rainy."}], "finish_reason": "stop"}]
    span = read(
        gen_ai__operation__name="chat",
        gen_ai__request__model="asked",
        gen_ai__response__model="given",
        gen_ai__system_instructions='[{"type": "text", "content": "be brief"}]',
        gen_ai__input__messages=json.dumps(heard),
        gen_ai__output__messages=json.dumps(said),
        gen_ai__usage__input_tokens="9",
    )
    assert (span.kind, span.model, span.output, span.usage) == (Kind.LLM, "given", "Rainy.", Usage(9))
    assert span.input_messages == (
        Message("system", "be brief"),
        Message("user", "Weather in Paris?"),
        Message("assistant", "", tool_calls=(ToolCall("get", '{"city":"Paris"}', "1"),)),
        Message("tool", "rainy", tool_call_id="1"),
    )
    assert span.attributes == {"gen_ai.operation.name": "chat", "gen_ai.request.model": "asked"}


def test_what_a_message_has_beyond_its_fields_stays_as_recorded() -> None:
    raw = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "cut"}], "finish_reason": "length"}])
    assert read(**{"gen_ai.output.messages": raw}).attributes == {"gen_ai.output.messages": raw}


def test_traceloop_numbered_prompts() -> None:
    span = to_span(
        Recorded(
            id="1",
            name="openai.chat",
            attributes={
                "llm.request.type": "chat",
                "gen_ai.prompt.0.role": "user",
                "gen_ai.prompt.0.content": "hi",
                "gen_ai.completion.0.role": "assistant",
                "gen_ai.completion.0.tool_calls.0.name": "look",
                "gen_ai.completion.0.tool_calls.0.arguments": "{}",
                "gen_ai.usage.prompt_tokens": 3,
                "gen_ai.usage.completion_tokens": 4,
            },
        )
    )
    assert (span.kind, span.input, span.usage) == (Kind.LLM, "hi", Usage(3, 4))
    assert span.output_messages == (Message("assistant", "", tool_calls=(ToolCall("look", "{}"),)),)


def test_old_gen_ai_events_are_messages() -> None:
    span = read(
        Event("gen_ai.system.message", 1, {"content": "be brief"}),
        Event("gen_ai.user.message", 2, {"content": "hi"}),
        Event("gen_ai.tool.message", 3, {"content": "rainy", "id": "c1"}),
        Event("gen_ai.choice", 4, {"index": 0, "message": '{"content": "hello"}'}),
        Event("cache.miss", 5, {}),
    )
    assert span.input_messages == (Message("system", "be brief"), Message("user", "hi"), Message("tool", "rainy", tool_call_id="c1"))
    assert (span.kind, span.output) == (Kind.LLM, "hello")
    assert span.attributes == {"events": [{"name": "cache.miss", "time_ns": 5, "attributes": {}}]}


def test_vercel_model_call() -> None:
    span = to_span(
        Recorded(
            id="1",
            name="ai.generateText.doGenerate",
            attributes={
                "ai.operationId": "ai.generateText.doGenerate",
                "ai.prompt.messages": '[{"role":"user","content":[{"type":"text","text":"Hi"}]}]',
                "ai.response.text": "",
                "ai.response.toolCalls": '[{"toolCallId":"c","toolName":"look","input":{"a":1}}]',
                "ai.usage.promptTokens": 63,
                "gen_ai.usage.input_tokens": 63,
            },
        )
    )
    assert (span.kind, span.input, span.usage) == (Kind.LLM, "Hi", Usage(63))
    assert span.output_messages[0].tool_calls == (ToolCall("look", '{"a":1}', "c"),)
    assert "ai.usage.promptTokens" not in span.attributes, "the same figure twice is one figure"


def test_a_vercel_outer_span_is_not_counted_beside_the_call_inside_it() -> None:
    span = read(ai__operationId="ai.generateText", ai__prompt='{"prompt":"Hi"}')
    assert (span.kind, span.input, span.input_messages) == (Kind.CHAIN, '{"prompt":"Hi"}', (Message("user", "Hi"),))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look"}, (Kind.TOOL, "look", "")),
        ({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "look"}, (Kind.TOOL, "look", "")),
        ({"traceloop.span.kind": "tool", "traceloop.entity.name": "look"}, (Kind.TOOL, "look", "")),
        ({"traceloop.span.kind": "agent", "traceloop.entity.name": "boss"}, (Kind.AGENT, "", "boss")),
        ({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "boss"}, (Kind.AGENT, "", "boss")),
        ({"openinference.span.kind": "TOOL"}, (Kind.TOOL, "a span", "")),
        ({"openinference.span.kind": "something new"}, (Kind.UNKNOWN, "", "")),
        ({}, (Kind.UNKNOWN, "", "")),
    ],
)
def test_kinds_tools_and_agents(attributes: dict[str, Json], expected: tuple[Kind, str, str]) -> None:
    span = to_span(Recorded(id="1", name="a span", attributes=attributes))
    assert (span.kind, span.tool, span.agent) == expected


def test_tool_arguments_and_result() -> None:
    span = read(gen_ai__tool__name="look", gen_ai__tool__call__arguments='{"a":  1}', gen_ai__tool__call__result={"ok": True})
    assert (span.kind, span.input, span.output) == (Kind.TOOL, '{"a":  1}', '{"ok":true}'), "text stays verbatim, other values become JSON"


def test_an_exception_event_is_the_failure() -> None:
    first = Event("exception", 1, {"exception.type": "Timeout", "exception.message": "slow"})
    last = Event("exception", 2, {"exception.type": "KeyError", "exception.message": "'a'", "exception.stacktrace": "Traceback"})
    span = read(first, last)
    assert span.failed
    assert span.failure is not None
    assert (span.failure.type, span.failure.message, span.failure.stacktrace) == ("KeyError", "'a'", "Traceback")
    assert isinstance(span.attributes["events"], list), "the one that was survived is kept"


def test_an_error_status_is_a_failure_with_its_message() -> None:
    span = to_span(Recorded(id="1", name="s", status=2, says="boom", attributes={"error.type": "500"}))
    assert span.failure is not None
    assert (span.status, span.failure.type, span.failure.message) == (Status.ERROR, "500", "boom")


def test_a_description_without_an_error_is_no_failure() -> None:
    span = to_span(Recorded(id="1", name="s", status=1, says="all fine"))
    assert (span.failed, span.attributes) == (False, {"otel.status_description": "all fine"})


@pytest.mark.parametrize("nonsense", [None, 7, [], {}, "", "{", "[1, 2]", '[{"role": 1}]', "[" * 400 + "]" * 400])
def test_nonsense_in_any_attribute_neither_raises_nor_gets_lost(nonsense: Json) -> None:
    names = [
        *("openinference.span.kind", "gen_ai.input.messages", "gen_ai.output.messages", "ai.prompt", "ai.response.toolCalls"),
        *("gen_ai.system_instructions", "llm.input_messages.0.message.content", "llm.input_messages.x", "retrieval.documents.0.document"),
        *("gen_ai.retrieval.documents", "gen_ai.usage.input_tokens", "llm.cost.total", "agent", "tool.name", "error.type"),
    ]
    for name in names:
        span = to_span(Recorded(id="1", name="s", attributes={name: nonsense}))
        assert isinstance(list(span.texts()), list)
    kept = to_span(Recorded(id="1", name="s", attributes={"gen_ai.usage.input_tokens": "many", "agent": {"name": "x"}}))
    assert kept.attributes == {"gen_ai.usage.input_tokens": "many", "agent": {"name": "x"}}
