"""Exports of the OpenAI Agents SDK: objects that call themselves `trace` and `trace.span`."""

from __future__ import annotations

from collections.abc import Mapping

from adapters import messages, notation
from adapters.gather import Gathering
from adapters.trace import Failure, Json, Kind, Message, Span, Status, Usage

KINDS = {
    "agent": Kind.AGENT,
    "function": Kind.TOOL,
    "mcp_tools": Kind.TOOL,
    "generation": Kind.LLM,
    "response": Kind.LLM,
    "transcription": Kind.LLM,
    "speech": Kind.LLM,
    "guardrail": Kind.GUARDRAIL,
    "handoff": Kind.CHAIN,
    "speech_group": Kind.CHAIN,
    "task": Kind.CHAIN,
    "turn": Kind.CHAIN,
    "custom": Kind.CHAIN,
}
FIELDS = frozenset({"type", "name", "input", "output", "model", "usage"})


def recognises(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object says of itself that it is such a trace or span."""
    return value.get("object") in ("trace", "trace.span") and isinstance(value.get("id"), str)


def read(value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """One trace object (with the spans inside it, if there are) or one span."""
    if value["object"] == "trace":
        about = {key: inner for key, inner in value.items() if key not in ("object", "id", "workflow_name", "spans", "data") and inner}
        gathering.about(notation.word(value["id"]), about, notation.word(value.get("workflow_name")))
        for name in ("spans", "data"):
            inner = value.get(name)
            for place, span in enumerate(inner if isinstance(inner, list) else []):
                if isinstance(span, dict) and recognises(span):
                    read(span, gathering, f"{where} {name}[{place}]".strip())
        return
    trace_id = notation.word(value.get("trace_id"))
    if not trace_id:
        gathering.not_understood.add(where, f"span {notation.word(value['id'])} does not say which trace it belongs to")
        return
    gathering.span(trace_id, _span(value), where)


def _span(value: Mapping[str, Json]) -> Span:
    given = value.get("span_data")
    data: Mapping[str, Json] = given if isinstance(given, dict) else {}
    sort, name = notation.word(data.get("type")), notation.word(data.get("name"))
    kind = KINDS.get(sort, Kind.UNKNOWN)
    heard, said = _messages(data.get("input")), _messages(data.get("output"))
    error = value.get("error")
    failure = Failure("", notation.text(error.get("message")), notation.text(error.get("data"))) if isinstance(error, dict) else None
    usage = data.get("usage")
    rest = {f"span_data.{key}": inner for key, inner in data.items() if key not in FIELDS and inner not in (None, "", [], {})}
    known = ("object", "id", "trace_id", "parent_id", "started_at", "ended_at", "span_data", "error")
    rest.update({key: inner for key, inner in value.items() if key not in known and inner not in (None, "", [], {})})
    return Span(
        id=notation.word(value["id"]),
        name=name or sort or "span",
        kind=kind,
        parent_id=notation.word(value.get("parent_id")) or None,
        agent=name if kind is Kind.AGENT else notation.word(data.get("from_agent")),
        tool=name if kind is Kind.TOOL else "",
        model=notation.word(data.get("model")),
        start_ns=notation.nanoseconds(value.get("started_at")),
        end_ns=notation.nanoseconds(value.get("ended_at")),
        status=Status.ERROR if failure else Status.UNSET,
        failure=failure,
        input=notation.text(data.get("input")),
        output="\n".join(message.content for message in said if message.content) or notation.text(data.get("output")),
        input_messages=heard,
        output_messages=said,
        usage=_usage(usage) if isinstance(usage, dict) else Usage(),
        attributes={"span_data.type": sort, **rest, **({"span_data.usage": usage} if usage else {})},
    )


def _messages(value: Json) -> tuple[Message, ...]:
    read_ones = messages.read_all(value) if isinstance(value, list) and value else None
    return tuple(each.message for each in read_ones or ())


def _usage(usage: Mapping[str, Json]) -> Usage:
    return Usage(
        notation.whole(usage.get("input_tokens", usage.get("prompt_tokens"))),
        notation.whole(usage.get("output_tokens", usage.get("completion_tokens"))),
    )
