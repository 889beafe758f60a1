"""Attribute names of OpenTelemetry gen_ai (old and new), OpenInference, Vercel AI and traceloop -> the fields of a Span."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from adapters import notation, payload
from adapters.names import FIELDS, KINDS, NAMED, PREFIXES, STATUSES, SUMS
from adapters.recorded import Attributes, Event, Recorded
from adapters.spoken import Found, Numbered, entries, list_of, spoken, turns_of
from adapters.trace import Document, Failure, Json, Kind, Message, Span, Status, Usage


def to_span(recorded: Recorded) -> Span:
    """The span with every convention understood; what has no field stays in its attributes."""
    found, numbered, rest = _sorted_out(recorded.attributes)
    failure, kept = _events(recorded.events, found, numbered) if recorded.events else (None, [])
    kind = _kind(recorded.attributes, rest, found, numbered)
    for text, listed in (("input", "messages_in"), ("output", "messages_out")):
        if text in found and listed in found and _read(found[text][2]) == _read(found[listed][2]):
            del found[text]  # some platforms copy the messages there
    heard, said = spoken(found, numbered, rest)
    if kind is Kind.LLM and not (heard and said):
        heard, said = heard or _inside(found, "input", payload.heard), said or _inside(found, "output", payload.said)
    return Span(
        id=recorded.id,
        name=recorded.name,
        kind=kind,
        parent_id=recorded.parent_id,
        agent=_named(found, rest, kind, Kind.AGENT, "agent"),
        tool=_named(found, rest, kind, Kind.TOOL, "tool") or (recorded.name if kind is Kind.TOOL else ""),
        model=_text(found, "model"),
        start_ns=recorded.start_ns,
        end_ns=recorded.end_ns,
        status=_status(recorded.status),
        failure=_failure(recorded, failure, found, rest),
        input=_text(found, "input") or _single(heard),
        output=_text(found, "output") or "\n".join(message.content for message in said if message.content),
        input_messages=heard,
        output_messages=said,
        documents=_documents(found, numbered, rest) if "documents" in found or "documents" in numbered else (),
        usage=_usage(found, rest),
        attributes=rest | {"events": kept} if kept else rest,
    )


def _sorted_out(attributes: Attributes) -> tuple[Found, Numbered, Attributes]:
    found: Found = {}
    numbered: Numbered = {}
    rest: Attributes = {}
    for name, value in attributes.items():
        known = FIELDS.get(name)
        if known is not None and value is not None and value != "" and (known[0] not in NAMED or value.__class__ is str):
            ours, rank = known
            best = found.get(ours)
            if best is None:
                found[ours] = (rank, name, value)
            elif rank < best[0]:
                found[ours] = (rank, name, value)
                if best[2] != value:
                    rest[best[1]] = best[2]
            elif best[2] != value:
                rest[name] = value
        elif name.startswith(PREFIXES) and (ours := list_of(name)):
            numbered.setdefault(ours, {})[name] = value
        else:
            rest[name] = value
    return found, numbered, rest


def _kind(attributes: Attributes, rest: Attributes, found: Found, numbered: Numbered) -> Kind:
    for name, kinds in KINDS.items():
        said = attributes.get(name)
        if isinstance(said, str):
            kind = kinds.get(said) or kinds.get(said.upper()) or kinds.get(said.lower())
            if kind is not None:
                if name == "openinference.span.kind":
                    del rest[name]
                return kind
    if "tool" in found and "model" not in found:
        return Kind.TOOL
    has = found.keys() | numbered.keys()
    if "messages_in" in has or "messages_out" in has or {"model", "tokens_in"} <= has:
        return Kind.LLM
    return Kind.RETRIEVER if "documents" in has else Kind.UNKNOWN


def _named(found: Found, rest: Attributes, kind: Kind, wanted: Kind, ours: str) -> str:
    """The agent's or tool's name; traceloop has one name for whatever the span is."""
    name = _text(found, ours)
    if not name and kind is wanted:
        entity = rest.get("traceloop.entity.name")
        return entity if isinstance(entity, str) else ""
    return name


def _text(found: Found, ours: str) -> str:
    best = found.get(ours)
    return notation.text(best[2]) if best else ""


def _inside(found: Found, ours: str, read: Callable[[Json], tuple[Message, ...]]) -> tuple[Message, ...]:
    """The messages in a model's whole request or reply, where they were not recorded one by one."""
    best = found.get(ours)
    return read(best[2]) if best else ()


def _read(value: Json) -> Json:
    return notation.parsed(value) if isinstance(value, str) else value


def _single(heard: tuple[Message, ...]) -> str:
    """What went in, when that is plainly one message."""
    asked = [message for message in heard if message.role not in ("system", "developer")]
    return asked[0].content if len(asked) == 1 else ""


def _status(status: Json) -> Status:
    if isinstance(status, str):
        return STATUSES.get(status.rpartition(".")[2].upper(), Status.UNSET)
    return STATUSES.get(status, Status.UNSET) if isinstance(status, int) else Status.UNSET


# -- documents, usage, failure -------------------------------------------------------------------------------------


def _documents(found: Found, numbered: Numbered, rest: Attributes) -> tuple[Document, ...]:
    flat = numbered.get("documents")
    if flat:
        return tuple(document(inner if isinstance(inner := entry.get("document"), dict) else entry) for entry in entries(flat))
    _, name, value = found["documents"]
    listed = notation.parsed(value) if isinstance(value, str) else value
    if not isinstance(listed, list):
        rest[name] = value
        return ()
    return tuple(document(each) if isinstance(each, dict) else Document(notation.text(each)) for each in listed)


def document(raw: Mapping[str, Json]) -> Document:
    """One retrieved passage, in the words of OpenInference, LangChain or gen_ai; what has no field becomes metadata."""
    inner = raw.get("kwargs") if raw.get("lc") == 1 else None
    raw = inner if isinstance(inner, dict) else raw
    metadata = raw.get("metadata")
    read = notation.parsed(metadata) if isinstance(metadata, str) else metadata
    known = {"content", "page_content", "text", "id", "score", "metadata", "type"}
    more: Attributes = {**read} if isinstance(read, dict) else {}
    more.update({key: value for key, value in raw.items() if key not in known and value is not None})
    if metadata is not None and not isinstance(read, dict):
        more["metadata"] = metadata
    body = next((raw[key] for key in ("content", "page_content", "text") if raw.get(key) is not None), None)
    return Document(notation.text(body), notation.word(raw.get("id")), notation.number(raw.get("score")), more)


def _usage(found: Found, rest: Attributes) -> Usage:
    if "usage" in found or "costs" in found:
        _unpack(found, rest)
    if "tokens_in" not in found and "tokens_out" not in found and "cost" not in found:
        return NOTHING
    return Usage(
        _figure(found, "tokens_in", rest, notation.whole),
        _figure(found, "tokens_out", rest, notation.whole),
        _figure(found, "cost", rest, notation.number),
    )


def _unpack(found: Found, rest: Attributes) -> None:
    """Figures that stand in one object, for those that do not stand by themselves; what it says beside them stays."""
    for ours in ("usage", "costs"):
        if ours not in found:
            continue
        _, name, value = found[ours]
        held = notation.parsed(value) if isinstance(value, str) else value
        if not isinstance(held, dict):
            rest[name] = value
            continue
        taken = {"total_tokens", "total", *SUMS["tokens_in"], *SUMS["tokens_out"]}
        for figure, names in SUMS.items():
            key = next((each for each in names if each in held), None)
            if key is not None and (ours == "costs") is (figure == "cost"):
                found.setdefault(figure, (0, f"{name}.{key}", held[key]))
                taken.add(key)
        if ours == "costs" or held.keys() - taken:
            rest[name] = value


NOTHING = Usage()
Figure = TypeVar("Figure", int, float)


def _figure(found: Found, ours: str, rest: Attributes, read: Callable[[Json], Figure | None]) -> Figure | None:
    if ours not in found:
        return None
    _, name, value = found[ours]
    figure = read(value)
    if figure is None:
        rest[name] = value
    return figure


def _events(events: Iterable[Event], found: Found, numbered: Numbered) -> tuple[Failure | None, list[Json]]:
    """The exception among a span's events (the last one is what it ended with); messages are moved to where messages are read."""
    failure: Failure | None = None
    kept: list[Json] = []
    last: Event | None = None
    turns: dict[str, list[Json]] = {}
    for event in events:
        if event.name == "exception":
            if last is not None:
                kept.append(_kept(last))
            last = event
        elif event.name.startswith("gen_ai.") and (turn := turns_of(event)):
            turns.setdefault(turn[0], []).extend(turn[1])
        else:
            kept.append(_kept(event))
    if last is not None:
        rest = dict(last.attributes)
        failure = Failure(*(notation.text(rest.pop(f"exception.{part}", "")) for part in ("type", "message", "stacktrace")))
        if rest.keys() - {"exception.escaped"}:
            kept.append(_kept(Event("exception", last.time_ns, rest)))
    for ours, listed in turns.items():
        if ours not in found and ours not in numbered:
            found[ours] = (0, "events." + ours, listed)
    return failure, kept


def _kept(event: Event) -> Json:
    return {"name": event.name, "time_ns": event.time_ns, "attributes": event.attributes}


def _failure(recorded: Recorded, failure: Failure | None, found: Found, rest: Attributes) -> Failure | None:
    """The exception event; else what attributes or the status say."""
    errors = [found[ours] for ours in ("error_type", "error_message", "error_stack") if ours in found]
    if failure is None and not errors and not recorded.says:
        return None
    given = failure or Failure("", "")
    says = recorded.says if _status(recorded.status) is Status.ERROR else ""
    made = Failure(
        given.type or _text(found, "error_type"),
        given.message or _text(found, "error_message") or says,
        given.stacktrace or _text(found, "error_stack"),
    )
    shown = (made.type, made.message, made.stacktrace)
    rest.update({name: value for _, name, value in errors if value not in shown})
    if recorded.says and not any(recorded.says in part for part in shown):
        rest["otel.status_description"] = recorded.says
    return made if any(shown) else None
