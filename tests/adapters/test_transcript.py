from __future__ import annotations

import copy
import json

import pytest

from adapters import files
from adapters.source import Pulled
from adapters.trace import Json, Kind, Message, Status, ToolCall, Trace

CALL: Json = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"id": "A1"}'}}
CHAT: list[Json] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Where is my order?"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "name": "look", "content": "Error: no such order"},
    {"role": "assistant", "content": "It is on its way."},
]


def read(value: Json) -> Pulled:
    return files.read_bytes(json.dumps(value).encode(), "chat.json")


def only(value: Json) -> Trace:
    (trace,) = read(value).traces
    return trace


def test_one_message_is_one_span_and_its_place_is_its_step() -> None:
    trace = only([*CHAT])
    assert [span.output for span in trace.spans] == ["Be brief.", "Where is my order?", "", "Error: no such order", "It is on its way."]
    assert [span.agent for span in trace.spans] == ["system", "user", "assistant", "assistant", "assistant"]
    assert trace.task == "Where is my order?"
    assert trace.step_of("m4") == 4


def test_a_tool_result_stands_below_the_message_that_called_it() -> None:
    asked, answered = only([*CHAT]).spans[2:4]
    assert asked.output_messages == (Message("assistant", "", tool_calls=(ToolCall("look", '{"id": "A1"}', "c1"),)),)
    assert (answered.kind, answered.tool, answered.input, answered.parent_id) == (Kind.TOOL, "look", '{"id": "A1"}', asked.id)
    assert answered.attributes == {"role": "tool"}


@pytest.mark.parametrize("key", ["messages", "history", "traj", "trajectory", "conversation"])
def test_a_chat_may_stand_under_several_names(key: str) -> None:
    assert len(only({key: [*CHAT]}).spans) == 5


def test_many_agents_are_known_by_name_or_by_role() -> None:
    trace = only({"history": [{"role": "user", "name": "Coder", "content": "a"}, {"role": "Orchestrator (thought)", "content": "b"}]})
    assert [(span.agent, span.attributes["role"]) for span in trace.spans] == [
        ("Coder", "user"),
        ("Orchestrator (thought)", "Orchestrator (thought)"),
    ]


def test_labels_never_enter_the_trace_and_the_receipt_says_so() -> None:
    labels: dict[str, Json] = {
        "mistake_agent": "LABEL",
        "mistake_step": "2",
        "mistake_reason": "LABEL",
        "ground_truth": "LABEL",
        "is_correct": False,
        "labels": ["LABEL"],
        "expected_answer": "LABEL",
        "info": {"task": {"actions": ["LABEL"], "outputs": ["LABEL"], "user_id": "u"}, "reward_info": {"actions": ["LABEL"]}},
    }
    pulled = read({"question": "How many?", "level": 2, "reward": 0.0, "history": [{"role": "user", "content": "x"}], **labels})
    (trace,) = pulled.traces
    assert "LABEL" not in repr(trace)
    assert (trace.task, trace.attributes["reward"], trace.attributes["level"]) == ("How many?", 0.0, 2)
    assert trace.attributes["info"] == {"task": {"user_id": "u"}}
    assert "mistake_agent" in pulled.receipt.left_out[0].says
    assert "info.task.actions" in pulled.receipt.left_out[0].says


def test_the_same_run_with_other_labels_is_the_same_trace() -> None:
    one, two = (only({"history": [*CHAT], "mistake_step": step}) for step in (1, 2))
    assert one == two


def test_two_runs_of_the_same_task_are_two_traces() -> None:
    pulled = read([{"traj": [*CHAT], "trial": 0}, {"traj": [*CHAT], "trial": 1}])
    assert len({trace.id for trace in pulled.traces}) == 2


def test_an_id_that_the_format_states_is_kept() -> None:
    assert only({"conversation_id": "abc", "messages": [*CHAT]}).id == "abc"


def test_anthropic_tool_results_are_tool_spans() -> None:
    use: Json = {"type": "tool_use", "id": "t", "name": "look", "input": {}}
    result: Json = {"type": "tool_result", "tool_use_id": "t", "content": "boom", "is_error": True}
    chat: list[Json] = [
        {"role": "assistant", "content": [{"type": "text", "text": "let me see"}, use]},
        {"role": "user", "content": [result]},
    ]
    asked, answered = only({"messages": [*chat]}).spans
    assert (asked.output, asked.output_messages[0].tool_calls) == ("let me see", (ToolCall("look", "{}", "t"),))
    assert (answered.kind, answered.tool, answered.output, answered.status) == (Kind.TOOL, "look", "boom", Status.ERROR)


def test_text_is_kept_to_the_last_blank() -> None:
    text = "  two\r\n\tlines \u200b\u00e9 \U0001f600 "
    assert only([{"role": "user", "content": text}]).spans[0].output == text


def test_sharegpt_and_langchain_speakers() -> None:
    chat: Json = [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "ho"}]
    assert only(chat).spans[1].output_messages == (Message("assistant", "ho"),)
    assert only([{"type": "human", "content": "hi"}]).spans[0].output_messages == (Message("user", "hi"),)


def test_lines_of_single_messages_are_one_chat() -> None:
    data = "\n".join(json.dumps(turn) for turn in CHAT).encode()
    (trace,) = files.read_bytes(data, "chat.jsonl").traces
    assert trace.spans == only([*CHAT]).spans


def test_lines_of_chats_are_one_trace_each() -> None:
    other = copy.deepcopy(CHAT)[:3]
    data = b"\n".join(json.dumps({"messages": chat}).encode() for chat in (CHAT, other))
    assert [len(trace.spans) for trace in files.read_bytes(data, "chats.jsonl").traces] == [5, 3]


def test_what_a_message_has_beyond_its_fields_stays_in_its_attributes() -> None:
    parts: Json = [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": "x"}}]
    (span,) = only([{"role": "user", "content": parts, "timestamp": "t"}]).spans
    assert span.attributes["timestamp"] == "t"
    assert span.output == 'see\n{"type":"image_url","image_url":{"url":"x"}}'
