"""The vendors' APIs as they are spoken on the wire: what a request may cost, what a reply has used and said, how a refusal looks.

Three are known: Anthropic's Messages, and chat completions and responses in OpenAI's form. Requests to others have a vendor only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from adapters import notation
from adapters.trace import Json
from refinery.llm.prices import Tokens

ANTHROPIC, OPENAI = "anthropic", "openai"
VENDORS: Mapping[str, str] = {ANTHROPIC: "https://api.anthropic.com", OPENAI: "https://api.openai.com/v1"}
"""Where each is found when nothing else is said."""
VARIABLES: Mapping[str, tuple[str, ...]] = {
    ANTHROPIC: ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL"),
    OPENAI: ("OPENAI_BASE_URL", "OPENAI_API_BASE"),
}
"""By which variables programs are pointed elsewhere; the vendor's own comes first."""
KEYS: Mapping[str, str] = {ANTHROPIC: "ANTHROPIC_API_KEY", OPENAI: "OPENAI_API_KEY"}
SECRET_HEADERS = ("x-api-key", "authorization")
UNSTATED = 8192
"""Tokens of an answer whose length the request does not bound: what it is expected not to pass."""
IMAGE = 2000
"""Tokens that an image or file is counted for, which is sent as a text without blanks."""
PACKED = re.compile(r"[A-Za-z0-9+/=_-]{4096,}")


class Api(StrEnum):
    """A way to ask a model."""

    MESSAGES = "messages"
    CHAT = "chat"
    RESPONSES = "responses"
    EMBEDDINGS = "embeddings"
    OTHER = "other"
    """What costs nothing: lists of models, and tokens counted beforehand."""


PATHS = {
    (ANTHROPIC, "v1/messages"): Api.MESSAGES,
    (OPENAI, "chat/completions"): Api.CHAT,
    (OPENAI, "responses"): Api.RESPONSES,
    (OPENAI, "embeddings"): Api.EMBEDDINGS,
    (ANTHROPIC, "v1/messages/count_tokens"): Api.OTHER,
}
LISTS = {ANTHROPIC: "v1/models", OPENAI: "models"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request of an agent."""

    vendor: str
    method: str
    path: str
    """Below the vendor's base address, without the query."""
    body: Mapping[str, Json]
    """Empty where it has none."""

    @property
    def api(self) -> Api:
        return PATHS.get((self.vendor, self.path), Api.OTHER) if self.method == "POST" else Api.OTHER

    @property
    def known(self) -> bool:
        """Whether it asks a model or about models. The user's key opens more (files, batches, other people), and that stays shut."""
        if self.method == "GET":
            listed = LISTS[self.vendor]
            return self.path == listed or (self.path.startswith(f"{listed}/") and ".." not in self.path)
        return self.method == "POST" and (self.vendor, self.path) in PATHS

    @property
    def model(self) -> str:
        return notation.word(self.body.get("model"))

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is True

    @property
    def shows_usage(self) -> bool:
        """Whether the agent itself asks to be told, in a stream, what was used."""
        return notation.fields(self.body.get("stream_options")).get("include_usage") is True

    def told(self) -> dict[str, Json]:
        """The body to send, so that the answer says what it used: chat completions do not say that in a stream unless they are asked."""
        if self.api is not Api.CHAT or not self.streams or self.shows_usage:
            return dict(self.body)
        return {**self.body, "stream_options": {**notation.fields(self.body.get("stream_options")), "include_usage": True}}

    @property
    def most(self) -> Tokens | None:
        """A high estimate of what it may use; None for what is not answered by a model."""
        if self.api is Api.OTHER:
            return None
        text = json.dumps(self.body, ensure_ascii=False)
        plain, packed = PACKED.subn("", text)
        bounds = [self.body.get(name) for name in ("max_tokens", "max_completion_tokens", "max_output_tokens")]
        output = next((bound for bound in bounds if isinstance(bound, int) and not isinstance(bound, bool)), UNSTATED)
        output = 0 if self.api is Api.EMBEDDINGS else output
        answers = self.body.get("n") if self.api is Api.CHAT else 1
        return Tokens(len(plain.encode()) // 2 + 16 + IMAGE * packed, output=output * (answers if isinstance(answers, int) else 1))


# -- what came back -----------------------------------------------------------------------------------------------


def used(call: Call, reply: Json) -> Tokens | None:
    """What a whole reply says it has used; None when it does not say."""
    usage = notation.fields(notation.fields(reply).get("usage"))
    if call.api is Api.MESSAGES:
        counts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
        return Tokens(*(_count(usage, name) for name in counts)) if "output_tokens" in usage else None
    names = ("prompt_tokens", "completion_tokens") if "prompt_tokens" in usage else ("input_tokens", "output_tokens")
    if names[0] not in usage:
        return None
    given = _count(usage, names[0])
    cached = min(given, _count(notation.fields(usage.get(f"{names[0]}_details")), "cached_tokens"))
    return Tokens(given - cached, 0, cached, _count(usage, names[1]))


def heard(call: Call) -> list[Json]:
    """The messages that a model was given, the system's first."""
    body = call.body
    if call.api is Api.RESPONSES:
        given = body.get("input")
        before, turns = body.get("instructions"), [{"role": "user", "content": given}] if isinstance(given, str) else notation.items(given)
    else:
        before, turns = body.get("system"), notation.items(body.get("messages"))
    first: list[Json] = [{"role": "system", "content": before}] if before else []
    return [*first, *turns]


def said(call: Call, reply: Json) -> list[Json]:
    """The messages with which it answered."""
    held = notation.fields(reply)
    if call.api is Api.MESSAGES:
        return [{"role": "assistant", "content": held.get("content")}] if held.get("content") else []
    if call.api is Api.CHAT:
        return [message for each in notation.items(held.get("choices")) if (message := notation.fields(each).get("message"))]
    return notation.items(held.get("output")) if call.api is Api.RESPONSES else []


def whole(call: Call, events: Sequence[Json]) -> Json:
    """The reply that a stream comes to, as it would have been without one."""
    told = [notation.fields(event) for event in events]
    if call.api is Api.MESSAGES:
        return _message(told)
    if call.api is Api.CHAT:
        return _completion(told)
    return next((event["response"] for event in reversed(told) if isinstance(event.get("response"), dict)), {})


def is_last(event: Json) -> bool:
    """Whether a stream says no more after this."""
    kind = notation.fields(event).get("type")
    return event == "[DONE]" or kind in ("message_stop", "response.completed", "response.failed", "response.incomplete")


def is_usage_alone(call: Call, event: Json) -> bool:
    """Whether a part of a stream says nothing but what was used."""
    held = notation.fields(event)
    return call.api is Api.CHAT and held.get("choices") == [] and bool(held.get("usage"))


def refusal(vendor: str, status: int, kind: str, says: str) -> bytes:
    """An error as the vendor says it, so that its SDK raises what it raises for such."""
    if vendor == ANTHROPIC:
        names = {402: "billing_error", 404: "not_found_error", 400: "invalid_request_error", 401: "authentication_error"}
        return notation.dumps({"type": "error", "error": {"type": names.get(status, "api_error"), "message": says}})
    return notation.dumps({"error": {"message": says, "type": kind, "param": None, "code": kind}})


def _count(usage: Mapping[str, Json], name: str) -> int:
    return notation.whole(usage.get(name)) or 0


def _message(events: Sequence[dict[str, Json]]) -> Json:
    made: dict[str, Json] = {}
    blocks: dict[int, dict[str, Json]] = {}
    for event in events:
        block = blocks.get(notation.whole(event.get("index")) or 0)
        delta = notation.fields(event.get("delta"))
        match event.get("type"):
            case "message_start":
                made = dict(notation.fields(event.get("message")))
            case "content_block_start":
                blocks[notation.whole(event.get("index")) or 0] = dict(notation.fields(event.get("content_block")))
            case "content_block_delta" if block is not None:
                for name, value in delta.items():
                    if name != "type" and isinstance(value, str):
                        block[name] = notation.word(block.get(name)) + value
            case "message_delta":
                made |= delta
                made["usage"] = {**notation.fields(made.get("usage")), **notation.fields(event.get("usage"))}
    for block in blocks.values():
        if isinstance(typed := block.pop("partial_json", None), str):
            block["input"] = notation.parsed(typed) or {}
    return {**made, "content": [block for _, block in sorted(blocks.items())]}


def _completion(events: Sequence[dict[str, Json]]) -> Json:
    made: dict[str, Json] = {}
    choices: dict[int, dict[str, Json]] = {}
    for event in events:
        made |= {name: value for name, value in event.items() if name != "choices" and value is not None}
        for each in map(notation.fields, notation.items(event.get("choices"))):
            index = notation.whole(each.get("index")) or 0
            choice = choices.setdefault(index, {"index": index, "message": {"role": "assistant"}, "finish_reason": None})
            choice["finish_reason"] = each.get("finish_reason") or choice["finish_reason"]
            message = notation.fields(choice["message"])
            for name, value in notation.fields(each.get("delta")).items():
                if name == "tool_calls":
                    _add_calls(message, notation.items(value))
                elif name != "role" and isinstance(value, str):
                    message[name] = notation.word(message.get(name)) + value
    return {**made, "choices": [choice for _, choice in sorted(choices.items())]}


def _add_calls(message: dict[str, Json], parts: Sequence[Json]) -> None:
    calls = message.setdefault("tool_calls", [])
    for part in map(notation.fields, parts):
        index = notation.whole(part.get("index")) or 0
        if isinstance(calls, list):
            while len(calls) <= index:
                calls.append({"id": "", "type": "function", "function": {"name": "", "arguments": ""}})
            call = notation.fields(calls[index])
            call["id"] = notation.word(part.get("id")) or call["id"]
            function, more = notation.fields(call["function"]), notation.fields(part.get("function"))
            for name in ("name", "arguments"):
                function[name] = notation.word(function[name]) + notation.word(more.get(name))
