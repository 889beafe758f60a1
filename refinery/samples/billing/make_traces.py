"""Makes the failing traces by running the agent under the OpenTelemetry SDK: `python -m refinery.samples.billing.make_traces [FOLDER]`.

Clock and ids are fixed, and paths are written as on the server the agent would run on, so that every run gives the same bytes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast
from unittest import mock

from google.protobuf.json_format import MessageToDict
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator

from adapters.trace import Json

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE / "repository"
SERVER = "/srv/billing-agent"
TICK = 370_000
"""Nanoseconds between two looks at the clock."""
CARETS = re.compile(r"^\s+[~^]+\n", re.MULTILINE)
"""Python 3.11 and later underline the failing expression, each version in its own way."""

Input = Mapping[str, str]
Agent = Callable[[Input], object]

QUESTIONS: Mapping[str, Input] = {
    "old-refund-policy": {"question": "What is your refund policy?", "customer_id": "C-1001", "asked_on": "2026-09-14"},
    "renewal-not-on-file": {"question": "When does our subscription renew?", "customer_id": "C-1002", "asked_on": "2026-09-14"},
    "price-in-dollars": {"question": "What does the Pro plan cost per month?", "customer_id": "C-1003", "asked_on": "2026-09-14"},
    "refund-on-the-last-day": {"question": "Can we get a refund for INV-2043?", "customer_id": "C-1003", "asked_on": "2026-09-11"},
    "draft-invoice-crashes": {"question": "What is the status of INV-2044?", "customer_id": "C-1003", "asked_on": "2026-09-14"},
    "price-agreed-by-phone": {"question": "What does the Team plan cost us per year?", "customer_id": "C-1005", "asked_on": "2026-09-14"},
}
"""The question behind each complaint."""


class FixedIds(IdGenerator):
    """Ids drawn from a name instead of from chance."""

    def __init__(self) -> None:
        self._name = ""
        self._drawn = 0

    def begin(self, name: str) -> None:
        """Draw from this name from now on."""
        self._name, self._drawn = name, 0

    def generate_trace_id(self) -> int:
        return int.from_bytes(self._digest("trace")[:16])

    def generate_span_id(self) -> int:
        self._drawn += 1
        return int.from_bytes(self._digest(str(self._drawn))[:8])

    def _digest(self, what: str) -> bytes:
        return hashlib.sha256(f"{self._name}/{what}".encode()).digest()


class FixedClock:
    """A clock that goes on by the same step whenever it is looked at."""

    def __init__(self, start: int) -> None:
        self._now = start

    def __call__(self) -> int:
        self._now += TICK
        return self._now


def main(arguments: Sequence[str]) -> None:
    """Write one file per question into the folder given, or beside this file."""
    folder = Path(arguments[0]) if arguments else HERE / "traces"
    folder.mkdir(parents=True, exist_ok=True)
    for name, line in recorded():
        (folder / f"{name}.jsonl").write_text(line + "\n", encoding="utf-8")


def recorded() -> Iterator[tuple[str, str]]:
    """Each question's name with its trace as one line of OTLP JSON."""
    exporter, ids = InMemorySpanExporter(), FixedIds()
    provider = TracerProvider(resource=Resource({"service.name": "billing-agent", "service.version": "1.8.2"}), id_generator=ids)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    agent = the_agent()
    for name, given in QUESTIONS.items():
        exporter.clear()
        ids.begin(name)
        run(agent, given, FixedClock(noon(given["asked_on"])))
        yield name, otlp_json(exporter.get_finished_spans())


def run(agent: Agent, given: Input, clock: FixedClock) -> None:
    """One run. What the agent raises is on its spans, which is all that is wanted of it."""
    with mock.patch("opentelemetry.sdk.trace.time_ns", clock), contextlib.suppress(Exception):
        agent(dict(given))


def noon(day: str) -> int:
    """Twelve o'clock UTC of a day, in nanoseconds of Unix time."""
    return int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()) * 1_000_000_000


def the_agent() -> Agent:
    """The agent's callable, from the repository beside this file, without leaving bytecode in it."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(REPOSITORY))
    return cast(Agent, importlib.import_module("billing_agent.app").answer)


def otlp_json(spans: Sequence[ReadableSpan]) -> str:
    """Spans as one line of OTLP JSON, which writes ids in hex where protobuf's own JSON has base64."""
    request = cast(dict[str, Json], MessageToDict(encode_spans(spans), use_integers_for_enums=True))
    return json.dumps(_neutral(request), ensure_ascii=False, separators=(",", ":"))


def _neutral(value: Json, key: str = "") -> Json:
    if isinstance(value, dict):
        return {name: _neutral(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_neutral(inner) for inner in value]
    if not isinstance(value, str):
        return value
    if key in ("traceId", "spanId", "parentSpanId"):
        return base64.b64decode(value).hex()
    return CARETS.sub("", value).replace(str(REPOSITORY), SERVER)


if __name__ == "__main__":
    main(sys.argv[1:])
