"""A span as a recorder of the OpenTelemetry family has it, before its attributes are understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from adapters.trace import Json

Attributes: TypeAlias = dict[str, Json]


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


def named_scope(name: Json, version: Json, attributes: dict[str, Json]) -> dict[str, Json]:
    """The instrumentation that recorded a span, under the names that exporters without scopes use."""
    named: dict[str, Json] = {"otel.scope.name": name, "otel.scope.version": version, "otel.scope.attributes": attributes}
    return {key: value for key, value in named.items() if value}
