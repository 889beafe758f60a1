"""Attribute names of OpenTelemetry gen_ai (old and new), OpenInference, Vercel AI and traceloop -> the fields of a Span."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias, TypeVar

from adapters import messages, notation
from adapters.trace import Document, Failure, Json, Kind, Message, Span, Status, Usage

Attributes: TypeAlias = dict[str, Json]

NAMES: Mapping[str, tuple[str, ...]] = {
    "agent": ("gen_ai.agent.name", "agent.name", "ai.agent.name", "agent_name", "agent"),
    "tool": ("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "mcp.tool.name", "tool_name"),
    "model": (
        "gen_ai.response.model",
        "ai.response.model",
        "llm.response.model",
        "gen_ai.request.model",
        "llm.model_name",
        "ai.model.id",
        "embedding.model_name",
        "reranker.model_name",
        "llm.request.model",
    ),
    "input": (
        "input.value",
        "gen_ai.tool.call.arguments",
        "ai.toolCall.args",
        "ai.toolCall.input",
        "traceloop.entity.input",
        "mlflow.spanInputs",
        "langfuse.observation.input",
        "gen_ai.retrieval.query.text",
        "reranker.query",
        "ai.prompt",
        "ai.value",
        "ai.values",
        "gen_ai.prompt",
        "input",
    ),
    "output": (
        "output.value",
        "gen_ai.tool.call.result",
        "ai.toolCall.result",
        "ai.toolCall.output",
        "traceloop.entity.output",
        "mlflow.spanOutputs",
        "langfuse.observation.output",
        "ai.response.text",
        "ai.result.text",
        "ai.response.object",
        "ai.result.object",
        "gen_ai.completion",
        "output",
    ),
    "tokens_in": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "llm.usage.prompt_tokens",
    ),
    "tokens_out": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
        "llm.usage.completion_tokens",
    ),
    "cost": ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.usage.total_cost", "gen_ai.cost.total_cost", "operation.cost"),
    "messages_in": ("gen_ai.input.messages", "ai.prompt.messages"),
    "messages_out": ("gen_ai.output.messages",),
    "instructions": ("gen_ai.system_instructions",),
    "calls": ("ai.response.toolCalls", "ai.result.toolCalls"),
    "documents": ("gen_ai.retrieval.documents",),
    "error_type": ("exception.type", "error.type"),
    "error_message": ("exception.message", "error.message"),
    "error_stack": ("exception.stacktrace",),
}
"""A field of ours by the names it is recorded under, the most trustworthy first. Others that say something else stay attributes."""

NAMED = frozenset({"agent", "tool", "model"})
"""Fields that only a text can fill."""

FIELDS = {name: (ours, rank) for ours, names in NAMES.items() for rank, name in enumerate(names)}

NUMBERED = {
    "llm.input_messages.": "messages_in",
    "llm.output_messages.": "messages_out",
    "gen_ai.prompt.": "messages_in",
    "gen_ai.completion.": "messages_out",
    "retrieval.documents.": "documents",
    "reranker.output_documents.": "documents",
}
"""Lists that are recorded one attribute an entry, as `llm.input_messages.0.message.role`."""
PREFIXES = tuple(NUMBERED)

KINDS: Mapping[str, Mapping[str, Kind]] = {
    "openinference.span.kind": {kind.upper(): kind for kind in Kind},
    "traceloop.span.kind": {"workflow": Kind.CHAIN, "task": Kind.CHAIN, "agent": Kind.AGENT, "tool": Kind.TOOL},
    "gen_ai.operation.name": {
        "chat": Kind.LLM,
        "text_completion": Kind.LLM,
        "generate_content": Kind.LLM,
        "completion": Kind.LLM,
        "embeddings": Kind.EMBEDDING,
        "retrieval": Kind.RETRIEVER,
        "create_agent": Kind.AGENT,
        "invoke_agent": Kind.AGENT,
        "execute_tool": Kind.TOOL,
        "invoke_workflow": Kind.CHAIN,
    },
    "ai.operationId": {
        "ai.generateText": Kind.CHAIN,
        "ai.streamText": Kind.CHAIN,
        "ai.generateObject": Kind.CHAIN,
        "ai.streamObject": Kind.CHAIN,
        "ai.generateText.doGenerate": Kind.LLM,
        "ai.streamText.doStream": Kind.LLM,
        "ai.generateObject.doGenerate": Kind.LLM,
        "ai.streamObject.doStream": Kind.LLM,
        "ai.toolCall": Kind.TOOL,
        "ai.embed": Kind.CHAIN,
        "ai.embedMany": Kind.CHAIN,
        "ai.embed.doEmbed": Kind.EMBEDDING,
        "ai.embedMany.doEmbed": Kind.EMBEDDING,
        "ai.rerank.doRerank": Kind.RERANKER,
    },
    "llm.request.type": {"chat": Kind.LLM, "completion": Kind.LLM, "embedding": Kind.EMBEDDING, "rerank": Kind.RERANKER},
    "langfuse.observation.type": {"generation": Kind.LLM, **{kind.value: kind for kind in Kind}},
    "mlflow.spanType": {"CHAT_MODEL": Kind.LLM, **{kind.upper(): kind for kind in Kind}},
    "langsmith.span.kind": {kind.value: kind for kind in Kind},
}
"""What a span is, by the attribute that says so, asked in this order."""

TELLING = frozenset({*KINDS, "gen_ai.system", "gen_ai.provider.name", "llm.model_name", "ai.model.id"})
"""A bare set of attributes that has one of these was part of a span."""

STATUSES = {
    0: Status.UNSET,
    1: Status.OK,
    2: Status.ERROR,
    "STATUS_CODE_UNSET": Status.UNSET,
    "STATUS_CODE_OK": Status.OK,
    "STATUS_CODE_ERROR": Status.ERROR,
    "UNSET": Status.UNSET,
    "OK": Status.OK,
    "ERROR": Status.ERROR,
}


ROLES = {2: "server", 3: "client", 4: "producer", 5: "consumer"}
"""What a span is to other services; internal (1) and unsaid (0) are not worth an attribute."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened during a span, with its time."""

    name: str
    time_ns: int | None
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Recorded:
    """A span as a recorder of the OpenTelemetry family has it, before its attributes are understood."""

    id: str
    name: str
    parent_id: str | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    status: Json = 0
    """As a number or a name."""
    says: str = ""
    """The status' description."""
    attributes: Attributes = field(default_factory=dict)
    events: tuple[Event, ...] = ()


def to_span(recorded: Recorded) -> Span:
    """The span with every convention understood; what has no field stays in its attributes."""
    found, numbered, rest = _sorted_out(recorded.attributes)
    failure, kept = _events(recorded.events, found, numbered) if recorded.events else (None, [])
    kind = _kind(recorded.attributes, rest, found, numbered)
    heard, said = _messages(found, numbered, rest)
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


def named_scope(name: Json, version: Json, attributes: dict[str, Json]) -> dict[str, Json]:
    """The instrumentation that recorded a span, under the names that exporters without scopes use."""
    named: dict[str, Json] = {"otel.scope.name": name, "otel.scope.version": version, "otel.scope.attributes": attributes}
    return {key: value for key, value in named.items() if value}


Found: TypeAlias = dict[str, tuple[int, str, Json]]
"""Our field -> rank and name of the attribute it was taken from, and the value."""
Numbered: TypeAlias = dict[str, Attributes]
"""Our field -> the attributes that make up its list."""


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
        elif name.startswith(PREFIXES) and (ours := _list_of(name)):
            numbered.setdefault(ours, {})[name] = value
        else:
            rest[name] = value
    return found, numbered, rest


@lru_cache(maxsize=4_096)
def _list_of(name: str) -> str:
    prefix = next(prefix for prefix in PREFIXES if name.startswith(prefix))
    return NUMBERED[prefix] if name[len(prefix) : len(prefix) + 1].isdigit() else ""


@lru_cache(maxsize=4_096)
def _steps(name: str) -> tuple[str, ...]:
    """The way from the list to the value: `0 message role`."""
    prefix = next(prefix for prefix in PREFIXES if name.startswith(prefix))
    return tuple(name[len(prefix) :].split("."))


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


def _single(heard: tuple[Message, ...]) -> str:
    """What went in, when that is plainly one message."""
    asked = [message for message in heard if message.role not in ("system", "developer")]
    return asked[0].content if len(asked) == 1 else ""


def _status(status: Json) -> Status:
    if isinstance(status, str):
        return STATUSES.get(status.rpartition(".")[2].upper(), Status.UNSET)
    return STATUSES.get(status, Status.UNSET) if isinstance(status, int) else Status.UNSET


# -- messages ------------------------------------------------------------------------------------------------------


def _messages(found: Found, numbered: Numbered, rest: Attributes) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
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
        read = messages.read({"role": "assistant", "content": _text(found, "output"), "tool_calls": value})
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
    for entry in _entries(flat):
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


def _entries(flat: Mapping[str, Json]) -> list[Attributes]:
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


# -- documents, usage, failure -------------------------------------------------------------------------------------


def _documents(found: Found, numbered: Numbered, rest: Attributes) -> tuple[Document, ...]:
    flat = numbered.get("documents")
    if flat:
        return tuple(document(inner if isinstance(inner := entry.get("document"), dict) else entry) for entry in _entries(flat))
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
    if "tokens_in" not in found and "tokens_out" not in found and "cost" not in found:
        return NOTHING
    return Usage(
        _figure(found, "tokens_in", rest, notation.whole),
        _figure(found, "tokens_out", rest, notation.whole),
        _figure(found, "cost", rest, notation.number),
    )


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
    spoken: dict[str, list[Json]] = {}
    for event in events:
        if event.name == "exception":
            if last is not None:
                kept.append(_kept(last))
            last = event
        elif event.name.startswith("gen_ai.") and (turn := _spoken(event)):
            spoken.setdefault(turn[0], []).extend(turn[1])
        else:
            kept.append(_kept(event))
    if last is not None:
        rest = dict(last.attributes)
        failure = Failure(*(notation.text(rest.pop(f"exception.{part}", "")) for part in ("type", "message", "stacktrace")))
        if rest.keys() - {"exception.escaped"}:
            kept.append(_kept(Event("exception", last.time_ns, rest)))
    for ours, listed in spoken.items():
        if ours not in found and ours not in numbered:
            found[ours] = (0, "events." + ours, listed)
    return failure, kept


def _kept(event: Event) -> Json:
    return {"name": event.name, "time_ns": event.time_ns, "attributes": event.attributes}


def _spoken(event: Event) -> tuple[str, list[Json]] | None:
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
