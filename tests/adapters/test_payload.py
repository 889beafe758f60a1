from __future__ import annotations

import json

import pytest

from adapters.payload import heard, said
from adapters.trace import Json, Message, ToolCall

CALL = ToolCall("look", '{"plan":"pro"}', "c1")
OPENAI: Json = {"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "look", "arguments": '{"plan":"pro"}'}}]}


@pytest.mark.parametrize(
    "request_",
    [
        [{"role": "user", "content": "hi"}],
        {"messages": [{"role": "user", "content": "hi"}], "model": "m"},
        {"messages": [[{"type": "human", "content": "hi"}]]},
        {"contents": "hi", "model": "gemini"},
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]},
        {"new_message": {"role": "user", "parts": [{"text": "hi"}]}, "session_id": "s"},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}]},
        {"prompt": "hi", "temperature": 0},
        {"messages": [{"lc": 1, "type": "constructor", "id": ["langchain", "schema", "HumanMessage"], "kwargs": {"content": "hi"}}]},
    ],
)
def test_every_vendors_request_says_the_same(request_: Json) -> None:
    assert heard(request_) == (Message("user", "hi"),)
    assert heard(json.dumps(request_)) == (Message("user", "hi"),)


@pytest.mark.parametrize(
    "request_",
    [
        {"system": "be brief", "messages": [{"role": "user", "content": "hi"}]},
        {"system": [{"type": "text", "text": "be brief"}], "messages": [{"role": "user", "content": "hi"}]},
        {"contents": [{"role": "user", "parts": [{"text": "hi"}]}], "config": {"system_instruction": "be brief"}},
        {"instructions": "be brief", "input": [{"role": "user", "content": "hi"}]},
    ],
)
def test_what_a_model_is_told_first_is_its_first_message(request_: Json) -> None:
    assert heard(request_) == (Message("system", "be brief"), Message("user", "hi"))


@pytest.mark.parametrize(
    "reply",
    [
        {"choices": [{"message": {"role": "assistant", "content": "45 EUR"}}], "id": "x"},
        {"role": "assistant", "content": [{"type": "text", "text": "45 EUR"}]},
        {
            "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "45 EUR"}]}],
            "object": "response",
        },
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "45 EUR"}]}, "finish_reason": "STOP"}]},
        {"content": {"parts": [{"text": "45 EUR"}]}},
        {"generations": [[{"text": "45 EUR", "message": {"type": "ai", "content": "45 EUR"}}]]},
        {"generations": [[{"text": "45 EUR"}]]},
        {"index": 0, "message": {"role": "assistant", "content": "45 EUR"}},
        {"messages": [{"type": "ai", "content": "45 EUR"}]},
    ],
)
def test_every_vendors_reply_says_the_same(reply: Json) -> None:
    assert said(reply) == (Message("assistant", "45 EUR"),)
    assert said(json.dumps(reply)) == (Message("assistant", "45 EUR"),)


@pytest.mark.parametrize(
    "reply",
    [
        OPENAI,
        [{"toolCallId": "c1", "toolName": "look", "input": '{"plan":"pro"}'}],
        {"content": [{"type": "tool_use", "id": "c1", "name": "look", "input": {"plan": "pro"}}], "role": "assistant"},
        {"output": [{"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"plan":"pro"}'}]},
        {"role": "assistant", "parts": [{"function_call": {"id": "c1", "name": "look", "args": {"plan": "pro"}}}]},
    ],
)
def test_a_request_for_a_tool_is_one_in_every_dialect(reply: Json) -> None:
    assert said(reply) == (Message("assistant", "", tool_calls=(CALL,)),)


def test_what_several_tools_answered_is_a_message_each() -> None:
    parts: Json = [{"type": "tool_result", "tool_use_id": f"c{n}", "content": f"answer {n}"} for n in (1, 2)]
    assert heard([{"role": "user", "content": parts}]) == (
        Message("tool", "answer 1", tool_call_id="c1"),
        Message("tool", "answer 2", tool_call_id="c2"),
    )


def test_a_tools_description_among_the_messages_is_no_message() -> None:
    described: Json = {"type": "function", "function": {"name": "look", "description": "looks", "parameters": {}}}
    assert heard([{"role": "user", "content": "hi"}, {"role": "tool", "content": described}]) == (Message("user", "hi"),)


def test_what_a_model_thought_is_not_what_it_said() -> None:
    parts: Json = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "45 EUR"}]
    assert said({"role": "assistant", "content": parts}) == (Message("assistant", "45 EUR"),)


@pytest.mark.parametrize(
    "value", [None, "", "plain", 3, [], {}, ["a"], {"amount": 45}, [{"amount": 45}], "{broken", {"input": "hi"}, {"raw": "x"}]
)
def test_what_is_no_chat_has_no_messages(value: Json) -> None:
    assert heard(value) == ()
    assert said(value) == ()
