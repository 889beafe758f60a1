"""The messages inside what a call was given and what it answered, as the vendors' requests and replies have them."""

from __future__ import annotations

from collections.abc import Iterator

from adapters import messages, notation
from adapters.trace import Json, Message

ASKED = ("messages", "new_message", "contents", "input", "prompt")
"""Where a request keeps its messages."""
TOLD = ("system", "system_instruction", "systemInstruction", "instructions")
"""Where a request keeps what the model is told before them."""
ANSWERED = ("choices", "candidates", "generations", "messages", "output", "message", "content", "response", "delta", "text", "toolCalls")
"""Where a reply keeps its messages."""
DEEPEST = 6


def heard(value: Json) -> tuple[Message, ...]:
    """The messages of a request; empty when it holds none."""
    value = _parsed(value)
    if not isinstance(value, dict) or messages.is_message(value):
        return tuple(_listed(value))
    for key in ASKED:
        found = _parsed(value.get(key))
        said = (Message("user", found),) if isinstance(found, str) and found and key in ("contents", "prompt") else tuple(_listed(found))
        if said:
            places = (value, notation.fields(value.get("config")))
            told = next((text for held in places for name in TOLD if (text := messages.content(_parsed(held.get(name))))), "")
            return (Message("system", told), *said) if told and said[0].role not in ("system", "developer") else said
    return ()


def said(value: Json, deep: int = 0) -> tuple[Message, ...]:
    """The messages of a reply: of a chat model in any dialect, of a tool, or of a graph's state; empty when it holds none."""
    value = _parsed(value)
    if deep > DEEPEST:
        return ()
    if isinstance(value, list):
        found = tuple(_listed(value))
        return found or tuple(message for each in value if isinstance(each, dict | list) for message in said(each, deep + 1))
    if not isinstance(value, dict):
        return ()
    if messages.is_message(value) or _is_call(value):
        return tuple(_listed([value]))
    for key in ANSWERED:
        inner = value.get(key)
        if key == "text" and isinstance(inner, str) and inner and deep:
            return (Message("assistant", inner),)
        if isinstance(inner, dict | list) and (found := said(_with_role(inner), deep + 1)):
            return found
    return ()


def _listed(value: Json) -> Iterator[Message]:
    """The messages of a list: those among other things are taken, and requests for tools stand for the message that made them."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    listed = value if isinstance(value, list) else [value]
    if listed and all(_is_call(each) for each in listed):
        calls = tuple(call for each in listed if (call := messages.tool_call(each)) is not None)
        yield Message("assistant", "", tool_calls=calls)
        return
    if not any(messages.is_message(each) or messages.is_item(each) for each in listed):
        return
    for each in listed:
        if isinstance(each, dict) and not _is_definition(each) and (messages.is_message(each) or messages.is_item(each)):
            yield from (messages.read(turn).message for turn in _apart(each))


def _apart(turn: dict[str, Json]) -> list[dict[str, Json]]:
    """What several tools answered is a message each, so that each is told which call it answers."""
    for key in ("parts", "content"):
        parts = turn.get(key)
        if isinstance(parts, list) and len(parts) > 1 and messages.only_results(parts):
            return [{**turn, key: [part]} for part in parts]
    return [turn]


def _is_call(value: Json) -> bool:
    return isinstance(value, dict) and "toolName" in value and "toolCallId" in value and "output" not in value and "result" not in value


def _is_definition(raw: dict[str, Json]) -> bool:
    """Whether a tool's description stands among the messages, as some recorders have it."""
    body = _parsed(raw.get("content"))
    function = body.get("function") if isinstance(body, dict) else None
    return raw.get("role") == "tool" and isinstance(function, dict) and ("parameters" in function or "description" in function)


def _with_role(value: Json) -> Json:
    """A reply's content without a role is the model's."""
    if isinstance(value, dict) and "parts" in value and not value.get("role"):
        return {"role": "assistant", **value}
    return value


def _parsed(value: Json) -> Json:
    """What a text of JSON says; anything else as it is."""
    if isinstance(value, str):
        found = notation.parsed(value)
        return value if found is None else found
    return value
