"""A Phoenix on loopback, in the shapes that version 20 of the real one gives; `make test-live` talks to that."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from adapters.trace import Json
from tests.fakes.loopback import Answer, Asked, Loopback, given, said
from tests.fakes.runs import Said, Step, by_trace, failed, roots

Thing = TypeVar("Thing")
KEY = "px-0123456789abcdef-secret"
PROJECT = "billing-prod"
TRACES, SPANS = f"/v1/projects/{PROJECT}/traces", f"/v1/projects/{PROJECT}/spans"


class FakePhoenix(Loopback):
    """Answers from its runs."""

    def __init__(self, *steps: Step, said: tuple[Said, ...] = (), filters: bool = True) -> None:
        super().__init__()
        self.by_trace = by_trace(steps)
        self.steps, self.said, self.filters = list(steps), said, filters

    def reply(self, asked: Asked) -> Answer:
        if given(asked, "authorization") != f"Bearer {KEY}":
            return Answer(f"Invalid token {KEY[:5]}".encode(), 401, kind="text/plain")
        if asked.path == "/v1/projects":
            return said({"data": [{"name": PROJECT, "id": "UHJvamVjdDoy"}], "next_cursor": None})
        if asked.path == TRACES:
            return self._traces(asked.words)
        if asked.path == SPANS:
            found = sorted(self.by_trace.get(str(asked.words.get("trace_id")), ()), key=lambda step: -step.number)
            return _page(found, asked.words, _span)
        if asked.path.endswith("/trace_annotations"):
            listed = [each for each in self.said if _id(each.trace, self.steps) == asked.words.get("trace_ids")]
            return _page(listed, asked.words, _annotation)
        if asked.path.endswith("/span_annotations"):
            return said({"data": [], "next_cursor": None})
        return Answer(b"Project not found", 404, kind="text/plain")

    def _traces(self, words: dict[str, Json]) -> Answer:
        condition = str(words.get("filter", "")) if self.filters else ""
        if condition.endswith(">"):
            return Answer(b"invalid syntax", 400, kind="text/plain")
        bad = failed(self.steps) | {each.trace for each in self.said if each.value <= 0}
        found = [step for step in roots(self.steps) if "error_count > 0" not in condition or step.trace in bad]
        named = re.search(r's\.name == "(.*?)"', condition)
        if named:
            found = [step for step in found if any(each.name == named[1] for each in self.steps if each.trace == step.trace)]
        since, until = str(words.get("start_time", "")), str(words.get("end_time", "9"))
        return _page([step for step in found if since <= step.start.isoformat() < until], words, _trace)


def _id(trace: int, steps: list[Step]) -> str:
    return next(step.trace_id for step in steps if step.trace == trace)


def _page(found: Sequence[Thing], words: dict[str, Json], shown: Callable[[Thing], Json]) -> Answer:
    size, at = int(str(words.get("limit", 100))), int(str(words.get("cursor", "at-0")).removeprefix("at-"))
    more = f"at-{at + size}" if at + size < len(found) else None
    return said({"data": [shown(each) for each in found[at : at + size]], "next_cursor": more})


def _trace(step: Step) -> Json:
    return {
        "id": f"VHJhY2U6{step.trace}",
        "trace_id": step.trace_id,
        "project_id": "UHJvamVjdDoy",
        "start_time": step.start.isoformat(),
        "end_time": step.end.isoformat(),
        "token_count_prompt": 7,
        "token_count_completion": 3,
        "token_count_total": 10,
        "spans": None,
    }


def _span(step: Step) -> Json:
    attributes: dict[str, Json] = {"input.value": step.asked, "output.value": step.answered}
    if step.tokens:
        attributes |= {"llm.token_count.prompt": step.tokens[0], "llm.token_count.completion": step.tokens[1], "llm.model_name": "m-1"}
    if step.kind == "tool":
        attributes["tool.name"] = step.name
    event: Json = {"name": "exception", "timestamp": step.end.isoformat(), "attributes": {"exception.message": step.error}}
    return {
        "id": f"U3Bhbjo{step.number}",
        "name": step.name,
        "context": {"trace_id": step.trace_id, "span_id": step.span_id},
        "span_kind": step.kind.upper(),
        "parent_id": step.parent_id,
        "start_time": step.start.isoformat(),
        "end_time": step.end.isoformat(),
        "status_code": "ERROR" if step.error else "UNSET",
        "status_message": "",
        "attributes": attributes,
        "events": [event] if step.error else [],
    }


def _annotation(each: Said) -> Json:
    result: Json = {"label": None, "score": each.value, "explanation": each.comment}
    return {"id": "x", "name": each.name, "annotator_kind": "HUMAN", "result": result, "metadata": {}, "source": "API"}
