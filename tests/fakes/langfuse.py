"""A Langfuse on loopback: its newer API as the types of its SDK have it, its older one as servers of before have it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from adapters.trace import Json
from tests.fakes.loopback import Answer, Asked, Loopback, given, said
from tests.fakes.runs import Said, Step, by_trace, failed, roots

Thing = TypeVar("Thing")
PUBLIC, KEY = "pk-lf-01234567", "sk-lf-0123456789-secret"
PROJECT = "billing-prod"
NEW, SCORES, OLD, OLD_OBSERVATIONS = (
    "/api/public/v2/observations",
    "/api/public/v3/scores",
    "/api/public/traces",
    "/api/public/observations",
)
GROUPS: dict[str, tuple[str, ...]] = {
    "core": ("id", "traceId", "startTime", "endTime", "projectId", "parentObservationId", "type"),
    "basic": ("name", "level", "statusMessage", "version", "environment", "sessionId", "isRootObservation"),
    "time": ("completionStartTime", "createdAt", "updatedAt"),
    "io": ("input", "output"),
    "metadata": ("metadata",),
    "model": ("model", "modelParameters"),
    "usage": ("usageDetails", "costDetails", "totalCost"),
    "metrics": ("latency",),
    "trace_context": ("tags", "traceName"),
}


class FakeLangfuse(Loopback):
    """Answers from its runs; `new`: whether it has the newer API."""

    def __init__(self, *steps: Step, said: tuple[Said, ...] = (), new: bool = True, metadata: dict[str, Json] | None = None) -> None:
        super().__init__()
        self.by_trace = by_trace(steps)
        self.steps, self.said, self.new, self.metadata = list(steps), said, new, metadata or {}

    def reply(self, asked: Asked) -> Answer:
        if given(asked, "authorization") != f"Basic {base64.b64encode(f'{PUBLIC}:{KEY}'.encode()).decode()}":
            return said({"message": f"Invalid credentials {KEY}"}, 401)
        if asked.path == "/api/public/projects":
            return said({"data": [{"id": "p1", "name": PROJECT, "organization": {"id": "o1", "name": "Acme"}, "metadata": {}}]})
        if asked.path == NEW and self.new:
            return self._observations(asked.words)
        if asked.path == SCORES and self.new:
            return self._scores(asked.words)
        if asked.path == OLD:
            since, until = str(asked.words.get("fromTimestamp", "")), str(asked.words.get("toTimestamp", "9"))
            return _numbered([_trace(step) for step in roots(self.steps) if since <= step.start.isoformat() < until], asked.words)
        if asked.path == OLD_OBSERVATIONS:
            found = sorted((step for step in self.steps if step.error), key=lambda step: step.start, reverse=True)
            return _numbered([self._observation(step) for step in found], asked.words)
        whole = self.by_trace.get(asked.path.removeprefix(f"{OLD}/"), [])
        if whole:
            scores: list[Json] = [_old_score(each) for each in self.said if each.trace == whole[0].trace]
            return said({**_trace(whole[0]), "scores": scores, "observations": [self._observation(step) for step in whole]})
        return said({"error": "LangfuseNotFoundError", "message": "Not found within authorized project"}, 404)

    def _observations(self, words: dict[str, Json]) -> Answer:
        groups = str(words.get("fields", "core,basic")).split(",")
        if set(groups) - GROUPS.keys() - {"prompt"}:
            return said({"message": "Invalid request data"}, 400)
        one = "filter" not in words and "traceId" in words
        found = [*self.by_trace.get(str(words["traceId"]), ())] if one else [step for step in self.steps if self._keeps(step, words)]
        found.sort(key=lambda step: (step.start, step.number), reverse=True)
        wanted = {name for group in {*groups, "core"} for name in GROUPS.get(group, ())}
        expanded = str(words.get("expandMetadata", "")).split(",")

        def shown(step: Step) -> Json:
            made = {key: value for key, value in self._observation(step).items() if key in wanted}
            if "metadata" in made:
                cut: Json = {k: v if k in expanded or not isinstance(v, str) else v[:200] for k, v in self.metadata.items()}
                made["metadata"] = cut
            return made

        return _paged(found, words, shown)

    def _keeps(self, step: Step, words: dict[str, Json]) -> bool:
        """The `filter` takes precedence over the other words, as the real one has it."""
        if "filter" not in words:
            return words.get("traceId") in (None, step.trace_id)
        shown = self._observation(step)
        for each in json.loads(str(words["filter"])):
            value = shown.get({"traceTags": "tags"}.get(each["column"], each["column"]))
            if each["type"] == "datetime":
                at = datetime.fromisoformat(each["value"])
                if (step.start < at) if each["operator"] == ">=" else (step.start >= at):
                    return False
            elif each["operator"] == "matches":
                if each["value"].lower() not in str(value).lower():
                    return False
            elif each["operator"] == "all of":
                if not set(each["value"]) <= set(value if isinstance(value, list) else []):
                    return False
            elif value != each["value"]:
                return False
        return True

    def _scores(self, words: dict[str, Json]) -> Answer:
        if words.get("dataType", "NUMERIC") != "NUMERIC":
            return said({"data": [], "meta": {"limit": 50}})
        low, high = float(str(words.get("valueMin", "-inf"))), float(str(words.get("valueMax", "inf")))
        found = [
            each
            for each in self.said
            if low <= each.value <= high
            and words.get("name") in (None, each.name)
            and words.get("traceId") in (None, next(step.trace_id for step in self.steps if step.trace == each.trace))
        ]
        return _paged(found, words, lambda each: _score(each, self.steps))

    def _observation(self, step: Step) -> dict[str, Json]:
        details: dict[str, Json] = {"input": step.tokens[0], "output": step.tokens[1], "total": sum(step.tokens)} if step.tokens else {}
        return {
            "id": step.span_id,
            "traceId": step.trace_id,
            "projectId": "p1",
            "type": "GENERATION" if step.kind == "llm" else step.kind.upper(),
            "name": step.name,
            "startTime": step.start.isoformat(),
            "endTime": step.end.isoformat(),
            "parentObservationId": step.parent_id,
            "isRootObservation": step.parent is None,
            "level": "ERROR" if step.error else "DEFAULT",
            "statusMessage": step.error or None,
            "environment": "default",
            "input": step.asked,
            "output": step.answered,
            "metadata": self.metadata,
            "model": "m-1" if step.tokens else None,
            "usageDetails": details,
            "costDetails": {"total": 0.25} if step.tokens else {},
            "totalCost": 0.25 if step.tokens else 0,
            "latency": 0.5,
            "tags": ["billing"],
            "traceName": "desk",
            "updatedAt": step.end.isoformat(),
        }


def _trace(step: Step) -> dict[str, Json]:
    made: dict[str, Json] = {"id": step.trace_id, "name": "desk", "timestamp": step.start.isoformat(), "tags": ["billing"], "latency": 0.5}
    return made | {"updatedAt": step.end.isoformat(), "scores": [], "projectId": "p1", "public": False, "environment": "default"}


def _score(each: Said, steps: list[Step]) -> Json:
    trace = next(step for step in steps if step.trace == each.trace)
    at = trace.end.isoformat()
    made: dict[str, Json] = {"id": f"s{each.trace}", "projectId": "p1", "name": each.name, "source": "ANNOTATION", "timestamp": at}
    made |= {
        "environment": "default",
        "createdAt": at,
        "updatedAt": at,
        "dataType": "NUMERIC",
        "value": each.value,
        "comment": each.comment,
    }
    return made | {"subject": {"kind": "trace", "id": trace.trace_id}}


def _old_score(each: Said) -> Json:
    return {"name": each.name, "value": each.value, "dataType": "NUMERIC", "source": "ANNOTATION", "comment": each.comment}


def _paged(found: Sequence[Thing], words: dict[str, Json], shown: Callable[[Thing], Json]) -> Answer:
    size, at = int(str(words.get("limit", 50))), int(str(words.get("cursor", "at-0")).removeprefix("at-"))
    more: dict[str, Json] = {"cursor": f"at-{at + size}"} if at + size < len(found) else {}
    return said({"data": [shown(each) for each in found[at : at + size]], "meta": {"limit": size, **more}})


def _numbered(items: list[Json], words: dict[str, Json]) -> Answer:
    size, number = int(str(words.get("limit", 50))), int(str(words.get("page", 1)))
    meta: Json = {"page": number, "limit": size, "totalItems": len(items), "totalPages": -(-len(items) // size)}
    return said({"data": items[(number - 1) * size : number * size], "meta": meta})


__all__ = ["KEY", "NEW", "OLD", "PROJECT", "PUBLIC", "SCORES", "FakeLangfuse", "failed"]
