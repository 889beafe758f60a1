"""LangSmith run exports: runs as `list_runs` gives them, and the post and patch operations of its ingest, merged by id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters import messages, notation
from adapters.conventions import document
from adapters.gather import Gathering
from adapters.trace import Document, Failure, Json, Kind, Message, Span, Status, Usage

KINDS = {"llm": Kind.LLM, "tool": Kind.TOOL, "retriever": Kind.RETRIEVER, "embedding": Kind.EMBEDDING, "prompt": Kind.PROMPT} | {
    "chain": Kind.CHAIN,
    "parser": Kind.CHAIN,
}
FIELDS = frozenset(
    {"operation", "id", "name", "run_type", "parent_run_id", "trace_id", "start_time", "end_time", "inputs", "error", "child_runs"}
)
ANSWER = ("output", "answer", "result", "content", "text", "response")
TRACEBACK = "Traceback (most recent call last):"
TYPE = re.compile(r"([A-Za-z_][\w.]*)(?:\(|:\s|$)")


def is_run(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object is one run or one operation on a run."""
    if isinstance(value.get("dotted_order"), str):
        return True
    if not isinstance(value.get("id"), str):
        return False
    if value.get("operation") in ("post", "patch"):
        return True
    return isinstance(value.get("run_type"), str) and ("inputs" in value or "start_time" in value)


def is_batch(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object is the body of an ingest request."""
    given = [run for key in ("post", "patch") if isinstance(listed := value.get(key), list) for run in listed]
    return any(isinstance(run, dict) and is_run(run) for run in given)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run was first met, and what is known of it."""

    where: str
    run: dict[str, Json]


class Runs:
    """Operations merged into runs, until all are read."""

    def __init__(self) -> None:
        self._runs: dict[str, Place] = {}
        self._posted: set[str] = set()

    def batch(self, value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
        """All operations of an ingest body; what creates a run is read before what changes it."""
        for key in ("post", "patch"):
            listed = value.get(key)
            for number, run in enumerate(listed if isinstance(listed, list) else []):
                place = f"{where} {key}[{number}]".strip()
                if isinstance(run, dict):
                    self.add({"operation": key, **run}, gathering, place)
                else:
                    gathering.not_understood.add(place, "not a run")

    def add(self, value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
        """One run, or one operation on it, with the runs inside it."""
        waiting: list[Mapping[str, Json]] = [value]
        while waiting:
            run = waiting.pop()
            identity = notation.word(run.get("id")) or _dotted(run)[-1]
            if not identity:
                gathering.not_understood.add(where, "a run without an id")
                continue
            self._merge(identity, run, gathering, where)
            children = run.get("child_runs")
            above: dict[str, Json] = {"parent_run_id": identity, "trace_id": run.get("trace_id")}
            waiting.extend(above | child for child in (children if isinstance(children, list) else []) if isinstance(child, dict))

    def into(self, gathering: Gathering) -> None:
        """Every run as a span."""
        for identity, place in self._runs.items():
            gathering.span(self._trace_of(identity), _span(identity, place.run), place.where)

    def _merge(self, identity: str, run: Mapping[str, Json], gathering: Gathering, where: str) -> None:
        known = self._runs.get(identity)
        posts = run.get("operation") != "patch"
        if posts and identity in self._posted:
            gathering.not_understood.add(where, f"run {identity} is there again; the first one is kept")
            return
        if posts:
            self._posted.add(identity)
        if known is None:
            self._runs[identity] = Place(where, dict(run))
            return
        for key, value in run.items():
            older = known.run.get(key)
            if isinstance(value, dict) and isinstance(older, dict) and key == "extra":
                known.run[key] = _joined(value, older) if posts else _joined(older, value)
            elif value not in (None, "", {}, []) and not (posts and older):
                known.run[key] = value

    def _trace_of(self, identity: str) -> str:
        """As the run says, else the topmost of its parents."""
        seen: set[str] = set()
        while identity in self._runs and identity not in seen:
            seen.add(identity)
            run = self._runs[identity].run
            trace_id = notation.word(run.get("trace_id")) or _dotted(run)[0]
            if trace_id:
                return trace_id
            parent = notation.word(run.get("parent_run_id"))
            if not parent:
                break
            identity = parent
        return identity


def _joined(older: dict[str, Json], newer: dict[str, Json]) -> dict[str, Json]:
    """Both, the newer first, also one level down."""
    joined = dict(older)
    for key, value in newer.items():
        below = joined.get(key)
        joined[key] = {**below, **value} if isinstance(value, dict) and isinstance(below, dict) else value
    return joined


def _dotted(run: Mapping[str, Json]) -> list[str]:
    """The ids in a run's dotted order, from the trace's to its own."""
    return [part.partition("Z")[2] for part in notation.word(run.get("dotted_order")).split(".")]


def _span(identity: str, run: Mapping[str, Json]) -> Span:
    extra = _object(run.get("extra"))
    metadata = _object(extra.get("metadata"))
    outputs = run.get("outputs")
    kind = KINDS.get(notation.word(run.get("run_type")), Kind.UNKNOWN)
    name = notation.word(run.get("name"))
    heard, said = _heard(run.get("inputs")), _said(outputs)
    answer = _answer(outputs, said)
    dotted = _dotted(run)
    failure = _failure(notation.text(run.get("error")))
    rest = {key: value for key, value in run.items() if key not in FIELDS and value not in (None, "", [], {})}
    if answer is None or (isinstance(outputs, dict) and len(outputs) == 1 and outputs.get(next(iter(outputs))) == answer):
        rest.pop("outputs", None)
    return Span(
        id=identity,
        name=name,
        kind=kind,
        parent_id=notation.word(run.get("parent_run_id")) or (dotted[-2] if len(dotted) > 1 else None),
        agent=notation.word(metadata.get("lc_agent_name")) or notation.word(metadata.get("agent_name")),
        tool=name if kind is Kind.TOOL else "",
        model=_model(extra, metadata, outputs),
        start_ns=notation.nanoseconds(run.get("start_time")),
        end_ns=notation.nanoseconds(run.get("end_time")),
        status=_status(run, failure),
        failure=failure,
        input=_arguments(run.get("inputs")) if kind is Kind.TOOL else _only_text(run.get("inputs")),
        output=notation.text(outputs) if answer is None and outputs else answer or "",
        input_messages=heard,
        output_messages=said,
        documents=_documents(outputs),
        usage=_usage(run, outputs, metadata),
        attributes=rest,
    )


def _status(run: Mapping[str, Json], failure: Failure | None) -> Status:
    said = notation.word(run.get("status"))
    if failure or said == "error":
        return Status.ERROR
    return Status.OK if said == "success" else Status.UNSET


def _failure(error: str) -> Failure | None:
    """LangSmith writes `ValueError('bad')` and the traceback into one text."""
    if not error:
        return None
    message, mark, stack = error.partition(TRACEBACK)
    message = message.strip()
    last = message or (stack.strip().splitlines() or [""])[-1]
    found = TYPE.match(last)
    return Failure(found[1] if found else "", message or last, mark + stack)


# -- what went in and came out -------------------------------------------------------------------------------------


def _only_text(value: Json) -> str:
    """The one text of an object that holds nothing else; the whole as JSON otherwise."""
    if isinstance(value, dict) and len(value) == 1 and isinstance(only := next(iter(value.values())), str):
        return only
    return notation.text(value) if value else ""


def _arguments(inputs: Json) -> str:
    """What a tool was given: also a single argument keeps its name, but for `input`, which is LangChain's word for all of them."""
    return _only_text(inputs) if isinstance(inputs, dict) and inputs.keys() == {"input"} else notation.text(inputs) if inputs else ""


def _answer(outputs: Json, said: tuple[Message, ...]) -> str | None:
    """The one text that came out; None when it takes the whole object to say it."""
    if isinstance(outputs, dict):
        for key in ANSWER:
            value = outputs.get(key)
            if isinstance(value, str) and value and len(outputs) == 1:
                return value
        if len(outputs) == 1 and isinstance(only := next(iter(outputs.values())), str):
            return only
    return said[-1].content or None if said and not said[-1].tool_calls else None


def _heard(inputs: Json) -> tuple[Message, ...]:
    return _read(_object(inputs).get("messages"))


def _said(outputs: Json) -> tuple[Message, ...]:
    """The messages of a model's reply (LangChain generations, OpenAI choices), of a tool's, or of a graph's state."""
    held = _object(outputs)
    generations = held.get("generations")
    while isinstance(generations, list) and generations and isinstance(generations[0], list):
        generations = generations[0]
    for listed in (generations, held.get("choices")):
        if isinstance(listed, list):
            turns = [_object(each).get("message") or _object(each).get("delta") for each in listed]
            found = _read([turn for turn in turns if messages.is_message(turn)])
            texts = [notation.word(_object(each).get("text")) for each in listed]
            return found or tuple(Message("assistant", text) for text in texts if text)
    for key in ("messages", "output", "message"):
        found = _read(held.get(key))
        if found:
            return found
    return _read(outputs)


def _read(value: Json) -> tuple[Message, ...]:
    return tuple(each.message for each in (messages.read_all(value) if value else None) or ())


def _documents(outputs: Json) -> tuple[Document, ...]:
    listed = _object(outputs).get("documents") or _object(outputs).get("output")
    if not isinstance(listed, list):
        return ()
    raws = [each for each in listed if isinstance(each, dict) and ("page_content" in each or "page_content" in _object(each.get("kwargs")))]
    return tuple(document(raw) for raw in raws) if len(raws) == len(listed) else ()


def _model(extra: Mapping[str, Json], metadata: Mapping[str, Json], outputs: Json) -> str:
    asked = _object(extra.get("invocation_params"))
    answered = _object(_object(outputs).get("llm_output"))
    given = (metadata.get("ls_model_name"), asked.get("model"), asked.get("model_name"), answered.get("model_name"))
    return next((notation.word(name) for name in given if notation.word(name)), "")


def _usage(run: Mapping[str, Json], outputs: Json, metadata: Mapping[str, Json]) -> Usage:
    """From wherever the figures stand; LangSmith's own sums come first."""
    held = _object(outputs)
    counted = [run, _object(held.get("usage_metadata")), _object(metadata.get("usage_metadata")), _object(held.get("usage"))]
    counted.append(_object(_object(held.get("llm_output")).get("token_usage")))
    generations = held.get("generations")
    while isinstance(generations, list) and generations:
        generations = generations[0]
    message = _object(_object(generations).get("message"))
    counted.append(_object(_object(message.get("kwargs") or message).get("usage_metadata")))
    return Usage(
        _first(counted, "prompt_tokens", "input_tokens"),
        _first(counted, "completion_tokens", "output_tokens"),
        notation.number(run.get("total_cost")),
    )


def _first(counted: list[Mapping[str, Json]] | list[dict[str, Json]], *names: str) -> int | None:
    return next((figure for held in counted for name in names if (figure := notation.whole(held.get(name))) is not None), None)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
