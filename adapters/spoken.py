"""The messages that a span's attributes and events carry, in every convention."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from adapters import messages, notation
from adapters.names import NUMBERED, PREFIXES
from adapters.recorded import Attributes, Event
from adapters.trace import Json, Message

Found: TypeAlias = dict[str, tuple[int, str, Json]]
"""Our field -> rank and name of the attribute it was taken from, and the value."""
Numbered: TypeAlias = dict[str, Attributes]
"""Our field -> the attributes that make up its list."""


@lru_cache(maxsize=4_096)
def list_of(name: str) -> str:
    prefix = next(prefix for prefix in PREFIXES if name.startswith(prefix))
    return NUMBERED[prefix] if name[len(prefix) : len(prefix) + 1].isdigit() else ""


@lru_cache(maxsize=4_096)
def _steps(name: str) -> tuple[str, ...]:
    """The way from the list to the value: `0 message role`."""
    prefix = next(prefix for prefix in PREFIXES if name.startswith(prefix))
    return tuple(name[len(prefix) :].split("."))


def spoken(found: Found, numbered: Numbered, rest: Attributes) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    if not (found.keys() & SPOKEN or numbered):
        return (), ()
    heard = _list(numbered, "messages_in", rest) or _json_list(found, "messages_in", rest) or _prompt(found)
    said = _list(numbered, "messages_out", rest) or _json_list(found, "messages_out", rest)
    instructions = found.get("instructions")
    if instructions:
        value = instructions[2]
        parts = notation.parsed(value) if isinstance(value, str) else value
        heard = (Message("system", messages.content(value if parts is None else parts)), *heard)
    calls = found.get("calls")
    if calls and not said:
        value = notation.parsed(calls[2]) if isinstance(calls[2], str) else calls[2]
        read = messages.read(
            {"role": "assistant", "content": notation.text(found["output"][2] if "output" in found else None), "tool_calls": value}
        )
        if read.message.tool_calls:
            said = (read.message,)
        if not (read.whole and said):
            rest[calls[1]] = calls[2]
    return heard, said


SPOKEN = frozenset({"messages_in", "messages_out", "instructions", "calls", "input"})


def _json_list(found: Found, ours: str, rest: Attributes) -> tuple[Message, ...]:
    """Messages recorded as one JSON text, or as the list itself."""
    best = found.get(ours)
    if best is None:
        return ()
    value = notation.parsed(best[2]) if isinstance(best[2], str) else best[2]
    read = messages.read_all(value) if value is not None else None
    if read is None or not all(each.whole for each in read):
        rest[best[1]] = best[2]
    return tuple(each.message for each in read or ())


def _prompt(found: Found) -> tuple[Message, ...]:
    """The messages inside `ai.prompt` and the old `gen_ai.prompt`, which are also the span's input."""
    best = found.get("input")
    if best is None or best[1] not in ("ai.prompt", "gen_ai.prompt") or not isinstance(best[2], str):
        return ()
    value = notation.parsed(best[2])
    if isinstance(value, dict):
        given = value.get("messages")
        listed: list[Json] = [*given] if isinstance(given, list) else []
        if not listed and isinstance(value.get("prompt"), str):
            listed = [{"role": "user", "content": value["prompt"]}]
        if listed and isinstance(value.get("system"), str):
            listed.insert(0, {"role": "system", "content": value["system"]})
        value = listed
    read = messages.read_all(value) if value else None
    return tuple(each.message for each in read or ())


def _list(numbered: Numbered, ours: str, rest: Attributes) -> tuple[Message, ...]:
    """Messages recorded one attribute an entry."""
    flat = numbered.get(ours)
    if not flat:
        return ()
    read = []
    for entry in entries(flat):
        inner = entry.get("message")
        read.append(messages.read(_plain(inner if isinstance(inner, dict) else entry)))
    if not all(each.whole for each in read):
        rest.update(flat)
    return tuple(each.message for each in read)


def _plain(entry: Mapping[str, Json]) -> Attributes:
    """A numbered message in the shape that other dialects have."""
    plain: Attributes = {}
    for key, value in entry.items():
        if key == "contents":
            parts = [_unwrapped(part, "message_content") for part in _in_order(value)]
            plain["content"] = entry.get("content", parts)
        elif key == "tool_calls":
            plain[key] = [_unwrapped(call, "tool_call") for call in _in_order(value)]
        elif key in ("function_call_name", "function_call_arguments_json"):
            call: Attributes = {"name": entry.get("function_call_name"), "arguments": entry.get("function_call_arguments_json")}
            plain["function_call"] = call
        else:
            plain[key] = value
    return plain


def _unwrapped(value: Json, name: str) -> Json:
    return value[name] if isinstance(value, dict) and name in value else value


def entries(flat: Mapping[str, Json]) -> list[Attributes]:
    """The entries of a list, from `prefix.3.message.role` and the like."""
    tree: Attributes = {}
    for name, value in flat.items():
        at = tree
        *path, last = _steps(name)
        for step in path:
            inner = at.setdefault(step, {})
            at = inner if isinstance(inner, dict) else {}
        at[last] = value
    return [entry for entry in _in_order(tree) if isinstance(entry, dict)]


def _in_order(value: Json) -> list[Json]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    return [value[key] for key in sorted(value, key=lambda key: (int(key) if key.isdecimal() else 0, key))]


def turns_of(event: Event) -> tuple[str, list[Json]] | None:
    """The messages that an event of the older gen_ai conventions carries, and the side they belong to."""
    given: Mapping[str, Json] = event.attributes
    body = given.get("gen_ai.event.content", given.get("event_body", given.get("body")))
    if isinstance(body, str):
        body = notation.parsed(body)
    if isinstance(body, dict):
        merged: Attributes = {}
        merged.update(given)
        merged.update(body)
        given = merged
    if event.name in ("gen_ai.content.prompt", "gen_ai.content.completion"):
        ours = "messages_in" if event.name.endswith("prompt") else "messages_out"
        value = given.get("gen_ai." + event.name.rpartition(".")[2])
        listed = notation.parsed(value) if isinstance(value, str) else value
        if messages.are_messages(listed) and isinstance(listed, list):
            return ours, listed
        return (ours, [{"role": "user" if ours == "messages_in" else "assistant", "content": value}]) if value else None
    if event.name == "gen_ai.client.inference.operation.details":
        return None
    *_, speaker, what = event.name.split(".")
    if event.name == "gen_ai.choice":
        message = given.get("message", given)
        message = notation.parsed(message) if isinstance(message, str) else message
        return ("messages_out", [_turn(message, "assistant")]) if isinstance(message, dict) else None
    if what == "message" and speaker in ("system", "user", "assistant", "tool"):
        turn = _turn(given, speaker)
        if speaker == "tool" and "id" in given:
            turn["tool_call_id"] = given["id"]
        return "messages_in", [turn]
    return None


def _turn(given: Mapping[str, Json], speaker: str) -> Attributes:
    calls = given.get("tool_calls")
    turn: Attributes = {"role": given.get("role") or speaker, "content": given.get("content")}
    if calls:
        turn["tool_calls"] = notation.parsed(calls) if isinstance(calls, str) else calls
    return turn
