"""A Datadog on loopback: the export of LLM Observability as the types of its client have it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from adapters.trace import Json
from tests.fakes.loopback import Answer, Asked, Loopback, given, said
from tests.fakes.runs import Said, Step, by_trace

KEY, APPLICATION = "ddapi0123456789secret", "ddapp0123456789secret"
PROJECT = "billing-prod"
SEARCH = "/api/v2/llm-obs/v1/spans/events/search"


class FakeDatadog(Loopback):
    """Answers from its runs."""

    def __init__(self, *steps: Step, said: tuple[Said, ...] = ()) -> None:
        super().__init__()
        self.by_trace = by_trace(steps)
        self.steps, self.said = list(steps), said

    def reply(self, asked: Asked) -> Answer:
        if (given(asked, "dd-api-key"), given(asked, "dd-application-key")) != (KEY, APPLICATION):
            return said({"errors": [f"Forbidden {KEY}"]}, 403)
        if asked.path != SEARCH:
            return said({"errors": ["Not found"]}, 404)
        data = asked.words["data"]
        assert isinstance(data, dict)
        attributes = data["attributes"]
        assert data["type"] == "spans"
        assert isinstance(attributes, dict)
        conditions, page = attributes["filter"], attributes["page"]
        assert isinstance(conditions, dict)
        assert isinstance(page, dict)
        known = (
            self.by_trace.get(str(conditions.get("trace_id")), []) if "query" not in conditions and "trace_id" in conditions else self.steps
        )
        found = [step for step in known if _keeps(step, conditions)]
        found.sort(key=lambda step: (step.start, step.number), reverse=str(attributes["sort"]).startswith("-"))
        size, at = int(str(page.get("limit", 10))), int(str(page.get("cursor", "at-0")).removeprefix("at-"))
        meta: dict[str, Json] = {"elapsed": 1, "status": "done", "request_id": "r"}
        meta["page"] = {"after": f"at-{at + size}"} if at + size < len(found) else {}
        return said({"data": [self._span(step) for step in found[at : at + size]], "meta": meta, "links": {}})

    def _span(self, step: Step) -> Json:
        evaluation: dict[str, Json] = {
            each.name: {"value": each.value, "reasoning": each.comment, "eval_metric_type": "score"}
            for each in self.said
            if each.trace == step.trace and step.parent is None
        }
        made: dict[str, Json] = {
            "trace_id": step.trace_id,
            "span_id": step.span_id,
            "parent_id": step.parent_id or "undefined",
            "name": step.name,
            "ml_app": PROJECT,
            "span_kind": step.kind,
            "start_ns": step.start_ns,
            "duration": 500_000_000.0,
            "status": "error" if step.error else "ok",
            "input": {"value": step.asked},
            "output": {"value": step.answered},
            "tags": ["env:test"],
            "evaluation": evaluation,
        }
        if step.tokens:
            made |= {"model_name": "m-1", "metrics": {"input_tokens": float(step.tokens[0]), "output_tokens": float(step.tokens[1])}}
        if step.error:
            made["metadata"] = {"error": {"message": step.error, "type": "", "stack": ""}}
        return {"id": step.span_id, "type": "span", "attributes": made}


def _keeps(step: Step, conditions: dict[str, Json]) -> bool:
    """Where there is a query, all filters but the times are passed over, as the real one has it."""
    start = str(conditions.get("from", (datetime.now(UTC) - timedelta(minutes=15)).isoformat()))
    end = str(conditions.get("to", "now"))
    if step.start < datetime.fromisoformat(start) or (end != "now" and step.start >= datetime.fromisoformat(end)):
        return False
    query = conditions.get("query")
    if query is None:
        return conditions.get("trace_id") in (None, step.trace_id)
    words = str(query)
    app = re.search(r'ml_app:"(.*?)"', words)
    return (
        (app is None or app[1] == PROJECT)
        and ("@parent_id:undefined" not in words or step.parent is None)
        and ("@status:error" not in words or bool(step.error))
    )
