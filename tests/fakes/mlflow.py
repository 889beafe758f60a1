"""An MLflow on loopback, in the shapes that version 3.17 of the real one gives; `make test-live` talks to that."""

from __future__ import annotations

import base64
import json
import operator
import re

from adapters.trace import Json
from tests.fakes.loopback import Answer, Asked, Loopback, given, said
from tests.fakes.runs import Said, Step, by_trace, failed, roots

KEY = "mlflow-token-0123456789-secret"
PROJECT = "billing-prod"
SEARCH, GET = "/api/3.0/mlflow/traces/search", "/api/3.0/mlflow/traces/get"
EXPERIMENTS = "/api/2.0/mlflow/experiments/search"


class FakeMLflow(Loopback):
    """Answers from its runs; `filed`: their spans are kept as files, as older ones do."""

    def __init__(self, *steps: Step, said: tuple[Said, ...] = (), filed: bool = False) -> None:
        super().__init__()
        self.by_trace = by_trace(steps)
        self.steps, self.said, self.filed = list(steps), said, filed

    def reply(self, asked: Asked) -> Answer:
        if given(asked, "authorization") != f"Bearer {KEY}":
            return said({"error_code": "UNAUTHENTICATED", "message": f"not {KEY}"}, 401)
        if asked.path == EXPERIMENTS:
            wanted = asked.words.get("filter", f"name = '{PROJECT}'") == f"name = '{PROJECT}'"
            return said({"experiments": [{"experiment_id": "7", "name": PROJECT}] if wanted else []})
        if asked.path == SEARCH:
            return self._search(asked.words)
        steps = self.by_trace.get(str(asked.words.get("trace_id", asked.words.get("request_id"))).removeprefix("tr-"), [])
        if asked.path == GET and steps:
            return said({"trace": {"trace_info": self._info(steps[0]), "spans": [] if self.filed else [_span(step) for step in steps]}})
        if asked.path == "/ajax-api/2.0/mlflow/get-trace-artifact" and steps and self.filed:
            return said({"spans": [_filed(step) for step in steps]})
        return said({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such trace"}, 404)

    def _search(self, words: dict[str, Json]) -> Answer:
        condition = str(words.get("filter", ""))
        size, at = int(str(words["max_results"])), int(str(words.get("page_token", "at-0")).removeprefix("at-"))
        if size > 500:
            return said({"error_code": "INVALID_PARAMETER_VALUE"}, 400)
        found = roots(self.steps)
        if "span.status" in condition:
            found = [step for step in found if step.trace in failed(self.steps)]
        if "trace.status" in condition:
            found = []  # the real one says OK of a trace whose inner step failed
        for sign, keeps in ((">=", operator.ge), ("<", operator.lt)):
            if bound := re.search(rf"timestamp_ms {sign} (\d+)", condition):
                found = [step for step in found if keeps(step.start_ns // 1_000_000, int(bound[1]))]
        more: dict[str, Json] = {"next_page_token": f"at-{at + size}"} if at + size < len(found) else {}
        return said({"traces": [self._info(step) for step in found[at : at + size]], **more})

    def _info(self, step: Step) -> dict[str, Json]:
        listed: list[Json] = [
            {
                "assessment_name": each.name,
                "feedback": {"value": each.value},
                "rationale": each.comment,
                "source": {"source_type": "HUMAN"},
                "last_update_time": "2026-11-02T00:00:00Z",
            }
            for each in self.said
            if each.trace == step.trace
        ]
        return {
            "trace_id": f"tr-{step.trace_id}",
            "request_time": step.start.isoformat(),
            "execution_duration": "0.5s",
            "state": "OK",
            "tags": {"mlflow.traceName": "desk", "mlflow.artifactLocation": "/art"},
            "trace_metadata": {"mlflow.user": "ada"},
            "assessments": listed,
        }


def _attributes(step: Step) -> dict[str, Json]:
    kind = "CHAT_MODEL" if step.kind == "llm" else step.kind.upper()
    made: dict[str, Json] = {"mlflow.spanType": kind, "mlflow.spanInputs": step.asked, "mlflow.spanOutputs": step.answered}
    if step.tokens:
        made |= {"mlflow.chat.tokenUsage": {"input_tokens": step.tokens[0], "output_tokens": step.tokens[1]}, "mlflow.llm.model": "m-1"}
    return made


def _span(step: Step) -> Json:
    events: list[Json] = [{"name": "exception", "attributes": [_pair("exception.message", step.error)]}] if step.error else []
    return {
        "trace_id": _base64(step.trace_id),
        "span_id": _base64(step.span_id),
        "parent_span_id": _base64(step.parent_id or ""),
        "name": step.name,
        "start_time_unix_nano": step.start_ns,
        "end_time_unix_nano": step.start_ns + 500_000_000,
        "attributes": [_pair(key, value) for key, value in _attributes(step).items()],
        "events": events,
        "status": {"code": "STATUS_CODE_ERROR"} if step.error else {},
    }


def _filed(step: Step) -> Json:
    span = _span(step)
    assert isinstance(span, dict)
    return span | {"attributes": {key: json.dumps(value) for key, value in _attributes(step).items()}, "events": []}


def _pair(key: str, value: Json) -> Json:
    if isinstance(value, dict):
        return {"key": key, "value": {"kvlist_value": {"values": [_pair(name, inner) for name, inner in value.items()]}}}
    return {"key": key, "value": {"int_value": value} if isinstance(value, int) else {"string_value": value}}


def _base64(text: str) -> str:
    return base64.b64encode(bytes.fromhex(text)).decode()
