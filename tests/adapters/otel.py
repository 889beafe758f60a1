"""Builds OTLP requests for tests."""

from __future__ import annotations

from adapters import notation
from adapters.trace import Json

TRACE = "5b8efff798038103d269b633813fc60c"


def span(number: int, parent: int = 0, trace: str = TRACE, attributes: dict[str, str] | None = None, **more: Json) -> dict[str, Json]:
    """One span in OTLP JSON; its start is its number in seconds."""
    pairs: list[Json] = [{"key": key, "value": {"stringValue": value}} for key, value in (attributes or {}).items()]
    made: dict[str, Json] = {
        "traceId": trace,
        "spanId": f"{number:016x}",
        "parentSpanId": f"{parent:016x}" if parent else "",
        "name": f"span {number}",
        "startTimeUnixNano": str(number * 1_000_000_000),
        "endTimeUnixNano": str(number * 1_000_000_000 + 5),
        "attributes": pairs,
    }
    return made | more


def request(*spans: Json, service: str = "billing") -> dict[str, Json]:
    """An ExportTraceServiceRequest."""
    attributes: Json = [{"key": "service.name", "value": {"stringValue": service}}]
    scopes: Json = [{"scope": {"name": "tests", "version": "1"}, "spans": [*spans]}]
    return {"resourceSpans": [{"resource": {"attributes": attributes}, "scopeSpans": scopes}]}


def line(*spans: Json) -> bytes:
    """A request as one line of JSON."""
    return notation.dumps(request(*spans)) + b"\n"
