"""A server on loopback that answers as Anthropic and OpenAI do, streamed or not: what it is told to say, or the same to every question."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from adapters import notation
from adapters.trace import Json
from tests.fakes.loopback import Answer, Asked, Loopback

Say = Callable[[str, int], str]
"""What is said to a question, by the number of the request."""


def same(question: str, number: int) -> str:
    return f"you asked: {question}"


class ModelServer(Loopback):
    """Speaks messages, chat completions and responses."""

    def __init__(self, say: Say = same, status: int = 200) -> None:
        super().__init__()
        self.say = say
        self.status = status

    def reply(self, asked: Asked) -> Answer:
        if self.status != 200:
            return Answer(json.dumps({"error": {"type": "overloaded", "message": "no"}}).encode(), self.status)
        text = self.say(_question(asked.words), len(self.asked))
        shapes = {"/v1/messages": _messages, "/v1/chat/completions": _chat, "/v1/responses": _responses}
        shape = shapes.get(asked.path)
        if shape is None:
            return Answer(b'{"data": []}')
        whole, events = shape(text, asked.words)
        if not asked.words.get("stream"):
            return Answer(json.dumps(whole).encode())
        named = "".join((f"event: {each['type']}\n" if "type" in each else "") + f"data: {json.dumps(each)}\n\n" for each in events)
        return Answer((named + "data: [DONE]\n\n" * (shape is _chat)).encode(), kind="text/event-stream; charset=utf-8")


def _question(words: Mapping[str, Json]) -> str:
    turns = notation.items(words.get("messages")) or notation.items(words.get("input"))
    content = notation.fields(turns[-1]).get("content") if turns else words.get("input")
    return content if isinstance(content, str) else json.dumps(content)


def _call(words: Mapping[str, Json]) -> bool:
    """A model that was given tools asks for the first of them, once."""
    return bool(words.get("tools")) and "tool_result" not in json.dumps(words) and '"role": "tool"' not in json.dumps(words)


def _messages(text: str, words: Mapping[str, Json]) -> tuple[dict[str, object], list[dict[str, object]]]:
    called = _call(words)
    wanted: dict[str, object] = {"type": "tool_use", "id": "toolu_1", "name": "lookup_price", "input": {"plan": "pro"}}
    block: dict[str, object] = wanted if called else {"type": "text", "text": text}
    usage = {"input_tokens": 10, "output_tokens": 100, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    whole: dict[str, object] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": words.get("model"),
        "content": [block],
        "stop_reason": "tool_use" if called else "end_turn",
        "stop_sequence": None,
        "usage": usage,
    }
    begun = {**block, "input": {}} if called else {**block, "text": ""}
    grown = json.dumps(block["input"]) if called else text
    kind, name = ("input_json_delta", "partial_json") if called else ("text_delta", "text")
    deltas = [{"type": "content_block_delta", "index": 0, "delta": {"type": kind, name: each}} for each in _pieces(grown)]
    return whole, [
        {"type": "message_start", "message": {**whole, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": begun},
        {"type": "ping"},
        *deltas,
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None}, "usage": {"output_tokens": 100}},
        {"type": "message_stop"},
    ]


def _chat(text: str, words: Mapping[str, Json]) -> tuple[dict[str, object], list[dict[str, object]]]:
    usage = {"prompt_tokens": 10, "completion_tokens": 100, "total_tokens": 110, "prompt_tokens_details": {"cached_tokens": 4}}
    head: dict[str, object] = {"id": "chat_1", "created": 1, "model": words.get("model")}
    message = {"role": "assistant", "content": text}
    whole = {
        **head,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage,
    }
    part = {**head, "object": "chat.completion.chunk"}

    def chunk(delta: object, reason: str | None = None) -> dict[str, object]:
        return {**part, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

    events = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": each}) for each in _pieces(text)), chunk({}, "stop")]
    if notation.fields(words.get("stream_options")).get("include_usage"):
        events.append({**part, "choices": [], "usage": usage})
    return whole, events


def _responses(text: str, words: Mapping[str, Json]) -> tuple[dict[str, object], list[dict[str, object]]]:
    usage = {
        "input_tokens": 10,
        "output_tokens": 100,
        "total_tokens": 110,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    content = {"type": "output_text", "text": text, "annotations": []}
    item = {"type": "message", "id": "item_1", "role": "assistant", "status": "completed", "content": [content]}
    whole: dict[str, object] = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": words.get("model"),
        "status": "completed",
        "output": [item],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
    }
    place: dict[str, object] = {"item_id": "item_1", "output_index": 0, "content_index": 0}
    empty = {**item, "status": "in_progress", "content": []}
    events: list[dict[str, object]] = [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": [], "usage": None}},
        {"type": "response.output_item.added", "output_index": 0, "item": empty},
        {"type": "response.content_part.added", **place, "part": {**content, "text": ""}},
        *({"type": "response.output_text.delta", **place, "delta": each, "logprobs": []} for each in _pieces(text)),
        {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": content},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    return whole, [{**each, "sequence_number": number} for number, each in enumerate(events)]


def _pieces(text: str) -> list[str]:
    return [text[place : place + 5] for place in range(0, len(text), 5)]
