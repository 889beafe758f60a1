"""The calls of a trace as recordings: what each tool was asked, and what came of it, wherever the recorder wrote that down."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from adapters.redaction import Find, Masking
from adapters.trace import Document, Json, Kind, Span, Trace
from refinery.domain import Recording, Tools, World

CALLS = (Kind.TOOL, Kind.RETRIEVER)
FUNCTION = ("code.function.name", "code.function", "traceloop.entity.name")
"""Where instrumentation says which function a span is of."""
REQUEST = re.compile(r"[A-Z]+ /")
"""How a call is named that no route of refinery.toml gives a tool's name."""
TEXTUAL = ("output.mime_type", "ai.response.mime_type")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A world that was taken from traces."""

    world: World
    notes: tuple[str, ...] = ()
    """What of the traces it does not hold, and why."""


def recorded(traces: Sequence[Trace], tools: Tools, find: Find) -> Recorded:
    """The calls of a trace that the tools of refinery.toml answer for, of all tools where it names none; and those of further traces
    that are no call of the traces before.

    What `find` finds in them (secrets) is masked: the file is meant to be committed.
    """
    made: list[Recording] = []
    left: Counter[str] = Counter()
    empty: Counter[str] = Counter()
    for trace in traces:
        known = [(call.tool, call.arguments) for call in made]
        for call, whole in _calls(trace, tools):
            if (call.tool, call.arguments) in known:  # in the run that the world is of it came to something else
                continue
            if tools.any and call.tool not in tools.names and not _by_request(call.tool, tools):
                left[call.tool] += 1
                continue
            empty[call.tool] += not whole
            made.append(call)
    masking = Masking(find)
    calls = tuple(_masked(call, masking) for call in made)
    masked = masking.count > 0 or any("refinery.redacted" in trace.attributes for trace in traces)
    world = World(calls, tools.outside, masked=masked, trace=traces[0].id if traces else "")
    return Recorded(world, tuple(_notes(left, empty, masking.count, tools, calls)))


def _calls(trace: Trace, tools: Tools) -> Iterator[tuple[Recording, bool]]:
    """Every call, and whether its result is there; a span inside of one of the same call says it again."""
    known = {span.id: span for span in trace.spans}
    taken: dict[str, Recording] = {}
    for span in trace.spans:
        name = _name(span, tools)
        if not name:
            continue
        result = _result(span)
        request = REQUEST.match(name) is not None
        unknown = not request and not span.input.strip()
        call = Recording(
            tool=name,
            arguments=None if unknown else _sent(span) if request else _arguments(span.input),
            any_arguments=unknown,
            result=None if span.failed else result,
            error=_error(span),
            seconds=None if span.seconds is None else round(span.seconds, 4),
            span_id=span.id,
        )
        above = known.get(span.parent_id or "")
        while above is not None and above.id not in taken:
            above = known.get(above.parent_id or "") if above.parent_id != above.id else None
        if above is not None and (taken[above.id].tool, taken[above.id].arguments) == (call.tool, call.arguments):
            continue
        taken[span.id] = call
        yield call, bool(call.error or span.output) or result is not None
    seen = {call.tool for call in taken.values()}
    yield from ((call, True) for call in _spoken(trace) if call.tool not in seen)


def _name(span: Span, tools: Tools) -> str:
    """The name of the tool that a span is a call of; empty when it is none."""
    names = [span.tool, *(str(span.attributes.get(key, "")) for key in FUNCTION), span.name]
    for name in names:
        if name in tools.names:
            return name
    for tool, place in tools.python.items():
        if place.replace(":", ".") in names:
            return tool
    if (method := span.attributes.get("http.request.method") or span.attributes.get("http.method")) and span.output:
        return f"{method} {_path(span)}" if tools.http else ""
    if span.kind is Kind.RETRIEVER:
        return span.tool or span.name
    return span.tool if span.kind in CALLS else ""


def _path(span: Span) -> str:
    return urlsplit(_url(span)).path or "/"


def _sent(span: Span) -> Json:
    """What a request carries: what stands in its address, and its body where that is an object."""
    query: dict[str, Json] = {
        key: found[0] if len(found) == 1 else [*found] for key, found in parse_qs(urlsplit(_url(span)).query, True).items()
    }
    body = _arguments(span.input)
    return query | (body if isinstance(body, dict) else {"body": body} if body else {})


def _url(span: Span) -> str:
    return str(span.attributes.get("url.full") or span.attributes.get("http.url") or span.attributes.get("http.target") or "/")


def _by_request(name: str, tools: Tools) -> bool:
    return bool(tools.http) and REQUEST.match(name) is not None


def _spoken(trace: Trace) -> Iterator[Recording]:
    """Calls that only the messages of models tell of: an assistant asks, and a later message of the tool answers."""
    asked: dict[str, tuple[str, str]] = {}
    answered: set[str] = set()
    for span in trace.spans:
        for message in (*span.input_messages, *span.output_messages):
            for call in message.tool_calls:
                asked.setdefault(call.id or call.name, (call.name, call.arguments))
            key = message.tool_call_id or (message.name if message.role in ("tool", "function") else "")
            if key in asked and key not in answered:
                answered.add(key)
                name, arguments = asked[key]
                yield Recording(tool=name, arguments=_arguments(arguments), result=_value(message.content), span_id=span.id)


def _arguments(text: str) -> Json:
    """As JSON, as Python writes it, or as plain text."""
    value = _value(text)
    if isinstance(value, str) and text.lstrip()[:1] in ("{", "["):
        try:
            read: Json = json.loads(json.dumps(ast.literal_eval(text.strip())))
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            return value
        return read
    return {} if value is None else value


def _result(span: Span) -> Json:
    """What came out, as JSON where it is JSON; None where nothing was recorded."""
    if not span.output:
        spoken = "" if any(message.role in ("tool", "function") for message in span.output_messages) else None
        return [_passage(each) for each in span.documents] or spoken
    if any(str(span.attributes.get(key, "")).startswith("text/plain") for key in TEXTUAL):
        return span.output
    return _value(span.output)


def _passage(document: Document) -> Json:
    shape: dict[str, Json] = {"content": document.content}
    shape |= {"id": document.id} if document.id else {}
    shape |= {"score": document.score} if document.score is not None else {}
    return shape | ({"metadata": {**document.metadata}} if document.metadata else {})


def _error(span: Span) -> str:
    if not span.failed:
        return ""
    if span.failure is None:
        return f"RuntimeError: {span.output or 'the call failed'}"
    return f"{span.failure.type or 'RuntimeError'}: {span.failure.message}"


def _value(text: str) -> Json:
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    return value


def _refuse(constant: str) -> Json:
    raise ValueError(constant)


def _masked(call: Recording, masking: Masking) -> Recording:
    return Recording(
        tool=call.tool,
        arguments=masking.json(call.arguments),
        any_arguments=call.any_arguments,
        result=masking.json(call.result),
        error=masking.text(call.error),
        seconds=call.seconds,
        span_id=call.span_id,
    )


def _notes(left: Mapping[str, int], empty: Counter[str], masked: int, tools: Tools, calls: Sequence[Recording]) -> Iterator[str]:
    if not tools.any and calls:
        yield "refinery.toml names no tools under [world], so nothing is answered from the recording yet: name them there"
    if left:
        some = ", ".join(f"{tool} ({count})" for tool, count in left.items())
        yield f"calls of tools that refinery.toml does not name under [world] are left out: {some}"
    without = {tool: count for tool, count in empty.items() if count}
    if without:
        some = ", ".join(f"{tool} ({count})" for tool, count in without.items())
        yield f"the trace does not hold the results of some calls; they are recorded as null: {some}"
    if masked:
        yield f"{masked} secrets were masked in the recording"
