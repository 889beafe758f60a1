"""One chat message in any of the dialects that are recorded (OpenAI, Anthropic, LangChain, OpenTelemetry, Vercel) as a Message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from adapters import notation
from adapters.trace import Json, Message, ToolCall

ROLES = {
    "human": "user",
    "ai": "assistant",
    "AIMessageChunk": "assistant",
    "HumanMessageChunk": "user",
    "model": "assistant",
    "gpt": "assistant",
    "HumanMessage": "user",
    "AIMessage": "assistant",
    "SystemMessage": "system",
    "ToolMessage": "tool",
    "FunctionMessage": "function",
}
LANGCHAIN = frozenset({"human", "ai", "system", "tool", "function", "AIMessageChunk", "HumanMessageChunk", "chat"})
BODY = ("content", "parts", "value", "tool_calls", "function_call", "text")
TEXT = frozenset({"text", "input_text", "output_text"})
CALL = frozenset({"tool_call", "tool_use", "tool-call", "function_call", "server_tool_use"})
RESULT = frozenset({"tool_call_response", "tool_result", "tool-result", "function_call_output", "web_search_tool_result"})

THOUGHT = ("reasoning", "thinking")
"""In the type of a part these say that the model kept it to itself."""

ROUTINE = frozenset({"stop", "tool_calls", "tool_call", "tool-calls", "tool_use", "end_turn", "function_call"})
"""Reasons to finish that say nothing."""


@dataclass(slots=True)
class Reading:
    """A message under construction; `whole` turns false when something of it has no field."""

    texts: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    answers: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Read:
    """A message, and whether all that was recorded of it is in it."""

    message: Message
    whole: bool


def is_message(value: Json) -> bool:
    """Whether a value is one chat message of any dialect."""
    if not isinstance(value, dict):
        return False
    if value.get("lc") == 1 and isinstance(value.get("kwargs"), dict):
        kind = value.get("id")
        return isinstance(kind, list) and bool(kind) and isinstance(kind[-1], str) and "Message" in kind[-1]
    if isinstance(value.get("role"), str) or isinstance(value.get("from"), str):
        return any(key in value for key in BODY)
    return value.get("type") in LANGCHAIN and "content" in value


def are_messages(value: Json) -> bool:
    """Whether a value is a chat: a list of messages, at least one."""
    return isinstance(value, list) and bool(value) and all(is_message(each) for each in value)


def read_all(value: Json) -> tuple[Read, ...] | None:
    """All messages of a list (also of a batch of one list, or of responses items); None when it holds anything else."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if is_message(value):
        value = [value]
    if not isinstance(value, list) or not all(is_message(each) or is_item(each) for each in value):
        return None
    return tuple(read(each) for each in value if isinstance(each, dict))


def read(raw: Mapping[str, Json]) -> Read:
    """One message."""
    kwargs = raw.get("kwargs")
    if raw.get("lc") == 1 and isinstance(kwargs, dict):
        kind = raw.get("id")
        name = kind[-1] if isinstance(kind, list) and kind else ""
        raw = {"type": ROLES.get(notation.word(name), "chat"), **kwargs}
    if raw.get("type") in CALL | RESULT:
        raw = {"role": "assistant" if raw["type"] in CALL else "tool", "parts": [dict(raw)]}
    reading = Reading()
    role = notation.word(raw.get("role")) or notation.word(raw.get("from")) or notation.word(raw.get("type"))
    for key, value in raw.items():
        _take(reading, key, value)
    if role == "user" and only_results(raw.get("parts", raw.get("content"))):
        role = "tool"
    return Read(
        Message(
            role=ROLES.get(role, role),
            content="\n".join(reading.texts),
            name=notation.word(raw.get("name")),
            tool_calls=tuple(reading.calls),
            tool_call_id=notation.word(raw.get("tool_call_id")) or reading.answers,
        ),
        reading.whole,
    )


def tool_call(raw: Json) -> ToolCall | None:
    """A request to call a tool, in any dialect."""
    if not isinstance(raw, dict):
        return None
    function = raw.get("function")
    inner = function if isinstance(function, dict) else raw
    name = notation.word(_one(inner, ("name", "tool_name", "toolName", "function_name")))
    arguments = _one(inner, ("arguments", "args", "input", "parameters"))
    identity = notation.word(_one(raw, ("id", "call_id", "tool_call_id", "toolCallId", "tool_use_id")))
    if not name:
        return None
    return ToolCall(name, notation.text(arguments), identity)


def content(value: Json) -> str:
    """The text of a message's content: verbatim, or its text parts one below the other, other parts as JSON."""
    reading = Reading()
    _content(reading, value)
    return "\n".join(reading.texts)


def only_results(parts: Json) -> bool:
    """Whether a user's message does nothing but hand over what tools answered, as some vendors have it."""
    return isinstance(parts, list) and bool(parts) and all(isinstance(part, dict) and part.get("type") in RESULT for part in parts)


def _take(reading: Reading, key: str, value: Json) -> None:
    if key in ("content", "parts", "value", "text"):
        _content(reading, value)
    elif key == "tool_calls":
        _calls(reading, value)
    elif key == "function_call":
        _calls(reading, [value] if value else None)
    elif key == "additional_kwargs" and isinstance(value, dict):
        if not reading.calls and value.get("tool_calls"):
            _calls(reading, value["tool_calls"])
        reading.whole = reading.whole and not any(inner for name, inner in value.items() if name != "tool_calls")
    elif key not in ("role", "type", "from", "name", "tool_call_id") and value not in (None, "", [], {}):
        reading.whole = reading.whole and key == "finish_reason" and value in ROUTINE


def _calls(reading: Reading, value: Json) -> None:
    for raw in value if isinstance(value, list) else []:
        call = tool_call(raw)
        if call is None:
            reading.whole = False
        elif not any(call.id and call.id == other.id for other in reading.calls):
            reading.calls.append(call)


def _content(reading: Reading, value: Json) -> None:
    if isinstance(value, str):
        if value or not reading.texts:
            reading.texts.append(value)
    elif isinstance(value, list):
        for part in value:
            _part(reading, part)
    elif isinstance(value, dict):
        parts = value.get("parts")
        for part in parts if isinstance(parts, list) else [value]:
            _part(reading, part)
    elif value is not None:
        reading.texts.append(notation.text(value))


def _part(reading: Reading, part: Json) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(part, str):
        reading.texts.append(part)
    elif not isinstance(part, dict):
        reading.texts.append(notation.text(part))
    elif (kind in TEXT or kind is None) and isinstance(said := _one(part, ("text", "content")), str):
        reading.texts.append(said)
        reading.whole = reading.whole and len(part) <= 2
    elif kind is None and isinstance(called := _one(part, ("function_call", "functionCall")), dict):
        _calls(reading, [called])
    elif kind is None and isinstance(answered := _one(part, ("function_response", "functionResponse")), dict):
        reading.answers = reading.answers or notation.word(_one(answered, ("id", "name")))
        reading.texts.append(notation.text(answered.get("response")))
    elif kind in CALL and (call := tool_call(part)) is not None:
        if not any(call.id and call.id == other.id for other in reading.calls):
            reading.calls.append(call)
    elif kind in RESULT:
        reading.answers = reading.answers or notation.word(_one(part, ("tool_use_id", "tool_call_id", "call_id", "toolCallId", "id")))
        answer = _one(part, ("response", "content", "result", "output"))
        reading.texts.append(content(answer) if isinstance(answer, list) else notation.text(answer))
        reading.whole = reading.whole and len(part) <= 3
    elif isinstance(kind, str) and any(word in kind.lower() for word in THOUGHT):
        reading.whole = False  # what a model thought is not what it said; it stays as it was recorded
    else:
        reading.texts.append(notation.text(part))


def is_item(value: Json) -> bool:
    """An item of the responses API that is no message: a call, its output, reasoning."""
    return isinstance(value, dict) and isinstance(value.get("type"), str) and ("call_id" in value or value["type"] == "reasoning")


def _one(raw: Mapping[str, Json], names: Iterable[str]) -> Json:
    return next((raw[name] for name in names if raw.get(name) is not None), None)
