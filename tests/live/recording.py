"""Runs recorded by the OpenTelemetry SDK, as agents record them, and what they are by our own reading of what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode, Tracer

from adapters.otlp import decode_protobuf
from adapters.trace import Trace

PROJECT = "billing"


def recorded(url: str, headers: Mapping[str, str]) -> tuple[Trace, ...]:
    """Records some runs, sends them, and answers them as they were sent."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": "billing-agent", "openinference.project.name": PROJECT}))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("tests.live", "1.0")
    _plain(tracer)
    _failing(tracer)
    _gen_ai(tracer)
    _large(tracer)
    provider.shutdown()
    spans = memory.get_finished_spans()
    _send(url, headers, spans)
    return decode_protobuf(encode_spans(spans).SerializeToString()).traces


def _send(url: str, headers: Mapping[str, str], spans: Sequence[ReadableSpan]) -> None:
    """A trace at a time, as a batch processor would."""
    exporter = OTLPSpanExporter(endpoint=url, headers=dict(headers))
    by_trace: dict[int, list[ReadableSpan]] = {}
    for span in spans:
        context = span.get_span_context()
        assert context is not None
        by_trace.setdefault(context.trace_id, []).append(span)
    for each in by_trace.values():
        assert exporter.export(each) is SpanExportResult.SUCCESS
    exporter.shutdown()  # type: ignore[no-untyped-call]  # the exporter's own


def _plain(tracer: Tracer) -> None:
    with tracer.start_as_current_span("desk") as root:
        root.set_attributes({"openinference.span.kind": "AGENT", "agent.name": "desk", "session.id": "s-1"})
        root.set_attributes({"input.value": json.dumps({"question": "Was kostet Pro? – 価格 🙂"}), "output.value": "45 EUR"})
        with tracer.start_as_current_span("chat") as model:
            model.set_attributes({"openinference.span.kind": "LLM", "llm.model_name": "m-1", "llm.token_count.prompt": 7})
            model.set_attributes({"llm.token_count.completion": 3, "llm.input_messages.0.message.role": "user"})
            model.set_attributes({"llm.input_messages.0.message.content": "price?", "llm.output_messages.0.message.role": "assistant"})
            call = "llm.output_messages.0.message.tool_calls.0.tool_call"
            model.set_attributes({f"{call}.id": "c1", f"{call}.function.name": "look_up", f"{call}.function.arguments": '{"plan":"pro"}'})
            model.set_attributes({"numbers": [1.5, 2.5], "flags": [True, False], "words": ["a", "b"], "count": 12345678901, "deep": True})
        with tracer.start_as_current_span("search") as found:
            found.set_attributes({"openinference.span.kind": "RETRIEVER", "input.value": "pro price"})
            for place in range(12):
                head = f"retrieval.documents.{place}.document"
                found.set_attributes({f"{head}.id": f"d{place}", f"{head}.content": f"passage {place}", f"{head}.score": place / 10})


def _failing(tracer: Tracer) -> None:
    with tracer.start_as_current_span("desk") as root:
        root.set_attributes({"openinference.span.kind": "AGENT", "agent.name": "desk", "input.value": "What does Lite cost?"})
        with tracer.start_as_current_span("look_up") as tool:
            tool.set_attributes({"openinference.span.kind": "TOOL", "tool.name": "look_up", "input.value": '{"plan":"lite"}'})
            tool.record_exception(KeyError("lite"))
            tool.set_status(Status(StatusCode.ERROR, "no such plan"))
        root.add_event("gave up", {"after": 1})


def _gen_ai(tracer: Tracer) -> None:
    heard = [{"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}]
    said = [{"role": "assistant", "parts": [{"type": "text", "content": "Rainy."}], "finish_reason": "stop"}]
    with tracer.start_as_current_span("chat m-2") as model:
        model.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "m-2"})
        model.set_attributes({"gen_ai.input.messages": json.dumps(heard), "gen_ai.output.messages": json.dumps(said)})
        model.set_attributes({"gen_ai.usage.input_tokens": 11, "gen_ai.usage.output_tokens": 2})


def _large(tracer: Tracer) -> None:
    with tracer.start_as_current_span("batch") as root:
        root.set_attributes({"openinference.span.kind": "CHAIN", "input.value": "all of them", "output.value": "x" * 300_000})
        for number in range(350):
            with tracer.start_as_current_span(f"step {number}") as step:
                step.set_attributes({"openinference.span.kind": "TOOL", "tool.name": "step", "output.value": f"done {number}"})
