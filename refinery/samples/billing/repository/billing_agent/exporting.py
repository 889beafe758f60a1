"""Sends spans to a collector. Importing this needs the OpenTelemetry SDK and its OTLP/HTTP exporter."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

EXPORTER = OTLPSpanExporter()
"""Made when this is imported, because it loads its HTTP library then; it connects when it first has something to send."""


def start(service: str) -> None:
    """Export from now on, unless tracing was set up by somebody before."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(EXPORTER))
    trace.set_tracer_provider(provider)
