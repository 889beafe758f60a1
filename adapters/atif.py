"""Agent Trajectory Interchange Format: one trajectory is one trace; a step is a span, and each of its tool calls is a span below it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from adapters import messages, notation
from adapters.gather import Gathering
from adapters.trace import Json, Kind, Message, Span, Trace, Usage

STEP = frozenset({"step_id", "timestamp", "source", "message", "model_name", "tool_calls", "observation"})
TOKENS = ("prompt_tokens", "completion_tokens", "cost_usd")


def recognises(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object says of itself that it is a trajectory."""
    version = value.get("schema_version")
    return isinstance(version, str) and version.startswith("ATIF") and isinstance(value.get("steps"), list)


def read(value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """One trajectory, with those of its sub-agents below the call that started them."""
    spans = _spans(value, "", None, gathering, where)
    if not spans:
        gathering.not_understood.add(where, "a trajectory without steps")
        return
    ids = [notation.word(value.get(name)) for name in ("session_id", "trajectory_id")]
    identity = "/".join(part for part in ids if part) or hashlib.sha256(notation.canonical(dict(value))).hexdigest()[:32]
    agent = _object(value.get("agent"))
    rest = {key: inner for key, inner in value.items() if key not in ("steps", "subagent_trajectories", "session_id", "trajectory_id")}
    task = next((span.output for span in spans if span.attributes.get("role") == "user" and span.output), "")
    gathering.trace(Trace(identity, tuple(spans), name=notation.word(agent.get("name")), task=task, attributes=rest), where)


def _spans(value: Mapping[str, Json], prefix: str, parent: str | None, gathering: Gathering, where: str) -> list[Span]:
    agent = _object(value.get("agent"))
    children = {
        notation.word(inner.get("trajectory_id")): inner for inner in _list(value.get("subagent_trajectories")) if isinstance(inner, dict)
    }
    made: list[Span] = []
    for place, step in enumerate(_list(value.get("steps"))):
        if not isinstance(step, dict):
            gathering.not_understood.add(f"{where} steps[{place}]".strip(), "not an object")
            continue
        span = _step(step, f"{prefix}step-{place + 1}", parent, agent)
        made.append(span)
        for below in _observed(step, span):
            made.append(below)
            for name in _started(below):
                if name in children:
                    made.extend(_spans(children.pop(name), f"{prefix}{name}/", below.id, gathering, where))
    for name, inner in children.items():
        made.extend(_spans(inner, f"{prefix}{name}/", parent, gathering, where))
    return made


def _step(step: Mapping[str, Json], identity: str, parent: str | None, agent: Mapping[str, Json]) -> Span:
    source = notation.word(step.get("source"))
    acts = source == "agent"
    metrics = _object(step.get("metrics"))
    calls = tuple(call for raw in _list(step.get("tool_calls")) if (call := messages.tool_call(raw)))
    said = messages.content(step.get("message"))
    rest = {key: inner for key, inner in step.items() if key not in STEP and key != "metrics"}
    more = {key: inner for key, inner in metrics.items() if key not in TOKENS}
    if isinstance(step.get("message"), list):
        rest["message"] = step["message"]
    return Span(
        id=identity,
        name=source or "step",
        kind=Kind.LLM if acts and step.get("llm_call_count") != 0 else Kind.MESSAGE,
        parent_id=parent,
        agent=notation.word(agent.get("name")) if acts else source,
        model=notation.word(step.get("model_name")) or (notation.word(agent.get("model_name")) if acts else ""),
        start_ns=notation.nanoseconds(step.get("timestamp")),
        output=said,
        output_messages=(Message("assistant" if acts else source, said, tool_calls=calls),),
        usage=_usage(metrics),
        attributes={"role": source, **rest, **({"metrics": more} if more else {})},
    )


def _observed(step: Mapping[str, Json], above: Span) -> list[Span]:
    """Each tool call with its result, and what was observed without a call."""
    results = [raw for raw in _list(_object(step.get("observation")).get("results")) if isinstance(raw, dict)]
    raws = [raw for raw in _list(step.get("tool_calls")) if isinstance(raw, dict)]
    made: list[Span] = []
    for raw in raws:
        call = messages.tool_call(raw)
        answers = [result for result in results if call and call.id and result.get("source_call_id") == call.id]
        if not answers and len(raws) == 1 and len(results) == 1 and not results[0].get("source_call_id"):
            answers = results  # a lone result belongs to the lone call
        results = [result for result in results if result not in answers]
        rest = {key: inner for key, inner in raw.items() if key not in ("tool_call_id", "function_name", "arguments")}
        name = call.name if call else "tool"
        made.append(_tool(f"{above.id}.{len(made) + 1}", above, name, name, call.arguments if call else "", answers, rest))
    made.extend(_tool(f"{above.id}.{len(made) + 1 + more}", above, "observation", "", "", [left], {}) for more, left in enumerate(results))
    return made


def _tool(identity: str, above: Span, name: str, tool: str, given: str, answers: list[dict[str, Json]], rest: dict[str, Json]) -> Span:
    outputs = [messages.content(answer.get("content")) for answer in answers]
    more: list[Json] = [{key: inner for key, inner in answer.items() if key != "content"} for answer in answers]
    if any(isinstance(answer.get("content"), list) for answer in answers):
        more = [*answers]
    return Span(
        id=identity,
        name=name,
        kind=Kind.TOOL,
        parent_id=above.id,
        agent=above.agent,
        tool=tool,
        input=given,
        output="\n".join(outputs),
        attributes={**rest, **({"observation": more} if any(more) else {})},
    )


def _started(span: Span) -> list[str]:
    """The sub-agents that a call started."""
    return [
        notation.word(ref.get("trajectory_id"))
        for result in _list(span.attributes.get("observation"))
        for ref in _list(_object(result).get("subagent_trajectory_ref"))
        if isinstance(ref, dict)
    ]


def _usage(metrics: Mapping[str, Json]) -> Usage:
    asked, answered, cost = (metrics.get(name) for name in TOKENS)
    return Usage(notation.whole(asked), notation.whole(answered), notation.number(cost))


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
