from __future__ import annotations

import json
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters import files
from adapters.records import records
from adapters.source import NotFound, Pulled, Unreadable
from adapters.trace import Kind
from tests.adapters.otel import line, request, span


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def notes(pulled: Pulled) -> list[str]:
    return [f"{note.where.rpartition(': ')[2]}: {note.says}" for note in pulled.receipt.not_understood]


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    made = ExportTraceServiceRequest()
    made.resource_spans.add().scope_spans.add().spans.add(trace_id=b"\1" * 16, span_id=b"\2" * 8, name="x")
    assert files.read(put(tmp_path, "a.txt", made.SerializeToString())).receipt.spans == 1
    assert files.read(put(tmp_path, "b.pb", line(span(1)))).receipt.spans == 1


def test_spans_of_one_trace_over_several_lines_are_one_trace(tmp_path: Path) -> None:
    pulled = files.read(put(tmp_path, "a.jsonl", line(span(2, parent=1)) + b"\n" + line(span(1))))
    (trace,) = pulled.traces
    assert [one.name for one in trace.spans] == ["span 1", "span 2"]
    assert pulled.receipt.orphaned == ()


def test_a_broken_line_is_a_note_with_its_number_and_the_others_are_kept(tmp_path: Path) -> None:
    data = line(span(1)) + b'{"resourceSpans": [\n' + line(span(2))
    pulled = files.read(put(tmp_path, "a.jsonl", data))
    assert pulled.receipt.spans == 2
    assert notes(pulled)[0].startswith("line 2, column")


def test_a_broken_first_line_does_not_hide_the_rest(tmp_path: Path) -> None:
    pulled = files.read(put(tmp_path, "a.jsonl", b"{nonsense}\n" + line(span(1)) + line(span(2))))
    assert pulled.receipt.spans == 2
    assert notes(pulled)[0].startswith("line 1, column 2")


def test_a_document_that_ends_in_the_middle_keeps_what_was_whole(tmp_path: Path) -> None:
    whole = json.dumps(request(*(span(n) for n in range(1, 6))), indent=1)
    pulled = files.read(put(tmp_path, "a.json", whole[: whole.index("span 5")]))
    assert {one.name for one in pulled.traces[0].spans} >= {"span 1", "span 2", "span 3", "span 4"}
    assert "ends in the middle" in notes(pulled)[0]


def test_a_file_with_nothing_good_is_unreadable_and_names_the_place(tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", '{"resourceSpans": [\n  {"scopeSpans": nonsense')
    with pytest.raises(Unreadable, match=r"a\.json: line 2, column 18") as caught:
        files.read(path)
    assert "what can be read" in caught.value.hint
    with pytest.raises(Unreadable, match="byte 0: neither JSON nor OTLP"):
        files.read(put(tmp_path, "b.json", b"\x89PNG\0\0\0"))
    with pytest.raises(Unreadable, match="packed with gzip"):
        files.read(put(tmp_path, "c.json.gz", b"\x1f\x8b\x08"))
    with pytest.raises(Unreadable, match="line 1"):
        files.read(put(tmp_path, "d.jsonl", "no JSON at all\n"))


def test_no_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        files.read(tmp_path / "missing.json")


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("README.md", "# Traces\n\nSee below.", "plain text, not a trace"),
        ("empty.json", "", "the file is empty"),
        (
            "labels.jsonl",
            '{"id": 1, "mistake_step": 2}\n{"id": 2}\n',
            "2 records hold no trace, the first: an object with id",
        ),
        ("expected.json", '{"examples": [{"trace_id": "x", "inputs": {}}]}', "holds no trace: an object with examples"),
        ("number.json", "7", "holds no trace: int"),
    ],
)
def test_a_file_without_a_trace_is_a_note(tmp_path: Path, name: str, data: str, says: str) -> None:
    pulled = files.read(put(tmp_path, name, data))
    assert pulled.traces == ()
    assert says in notes(pulled)[0]


def test_a_span_that_is_there_twice_is_kept_once_and_noted(tmp_path: Path) -> None:
    pulled = files.read(put(tmp_path, "a.jsonl", line(span(1)) * 2 + line(span(1, name="other"))))
    assert [one.name for one in pulled.traces[0].spans] == ["span 1"]
    assert ["again" in note for note in notes(pulled)] == [True, True]
    assert "different" in notes(pulled)[1]


def test_what_is_not_utf8_is_read_and_told(tmp_path: Path) -> None:
    data = line(span(1, name="caf\u00e9")).replace("\u00e9".encode(), b"\xe9") + line(span(2))
    pulled = files.read(put(tmp_path, "a.jsonl", data))
    assert [one.name for one in pulled.traces[0].spans] == ["caf\ufffd", "span 2"]
    assert "not UTF-8" in notes(pulled)[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_no_obstacle(tmp_path: Path, encoding: str) -> None:
    assert files.read(put(tmp_path, "a.json", line(span(1)).decode().encode(encoding))).receipt.spans == 1


def test_nan_and_lone_surrogates_are_what_programs_write(tmp_path: Path) -> None:
    chat = '[{"role": "user", "content": "cut \\ud83d", "score": NaN}]'
    (trace,) = files.read(put(tmp_path, "a.json", chat)).traces
    assert trace.spans[0].output == "cut \ufffd"
    assert trace.spans[0].attributes["score"] == "NaN"
    (again,) = files.read(put(tmp_path, "b.jsonl", chat + "\n" + "{}")).traces
    assert again.spans == trace.spans


@pytest.mark.parametrize("depth", [200, 300, 900, 5_000, 200_000])
def test_deep_nesting_does_no_harm(tmp_path: Path, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    chat = f'{{"messages": [{{"role": "user", "content": "hi", "more": {deep}}}]}}'
    pulled = files.read(put(tmp_path, "a.jsonl", line(span(1)).decode() + chat + "\n"))
    assert any(one.name == "span 1" for trace in pulled.traces for one in trace.spans)
    if depth > 250:
        assert pulled.receipt.truncated or "deep" in notes(pulled)[0]


@pytest.mark.parametrize("broken", [b'{"a": [1,\n' * 100_000, b"[\n" * 300_000])
def test_thoroughly_broken_text_is_given_up_before_it_takes_quadratic_time(broken: bytes) -> None:
    told: list[str] = []
    assert list(records(broken, lambda where, says: told.append(says))) == []
    assert told[-1] == "too much is broken; the rest of the file is not read"
    with pytest.raises(Unreadable):
        files.read_bytes(broken, "a.json")


def test_a_text_without_end_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="ends in the middle"):
        files.read_bytes(b'{"a": "' + b"x" * 1_000_000, "a.json")


def test_spans_as_the_console_exporter_prints_them(tmp_path: Path) -> None:
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("tests")
    with tracer.start_as_current_span("agent", attributes={"openinference.span.kind": "AGENT", "agent.name": "boss"}):
        try:
            with tracer.start_as_current_span("tool", attributes={"openinference.span.kind": "TOOL"}):
                raise KeyError("plan")
        except KeyError:
            pass
    provider.shutdown()
    printed = "\n".join(one.to_json() for one in memory.get_finished_spans())
    pulled = files.read(put(tmp_path, "console.log", printed))
    (trace,) = pulled.traces
    agent, tool = trace.spans
    assert notes(pulled) == []
    assert (agent.kind, agent.agent, tool.parent_id) == (Kind.AGENT, "boss", agent.id), "a tool acts for the agent above it"
    assert tool.agent == "boss", "a tool acts for the agent above it"
    assert tool.failure is not None
    assert (tool.failure.type, tool.failed, tool.failure.stacktrace.startswith("Traceback")) == ("KeyError", True, True)
    assert trace.attributes["telemetry.sdk.language"] == "python"


def test_spans_of_the_javascript_sdk_and_of_phoenix(tmp_path: Path) -> None:
    one = {
        "name": "a",
        "spanContext": {"traceId": "1" * 32, "spanId": "2" * 16},
        "startTime": [1770131997, 66000000],
        "attributes": {"llm": {"model_name": "m"}},
    }
    two = {
        "name": "b",
        "context": {"trace_id": "1" * 32, "span_id": "3" * 16},
        "parent_id": "2" * 16,
        "span_kind": "TOOL",
        "start_time": "2026-02-03T15:20:00.123456789Z",
    }
    (trace,) = files.read(put(tmp_path, "a.json", json.dumps({"data": [one, two]}))).traces
    assert [(s.name, s.kind, s.model, s.parent_id) for s in trace.spans] == [("a", Kind.UNKNOWN, "m", None), ("b", Kind.TOOL, "", "2" * 16)]
    assert [s.start_ns for s in trace.spans] == [1_770_131_997_066_000_000, 1_770_132_000_123_456_789]


def test_bare_attributes_are_a_span_with_the_same_id_each_time(tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", '{"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look", "input": "{}", "output": "42"}')
    (trace,) = files.read(path).traces
    assert trace == files.read(path).traces[0]
    assert (trace.spans[0].tool, trace.spans[0].output) == ("look", "42")


def test_openai_agents_exports(tmp_path: Path) -> None:
    items = [
        {"object": "trace", "id": "trace_1", "workflow_name": "Support"},
        {
            "object": "trace.span",
            "id": "span_2",
            "trace_id": "trace_1",
            "parent_id": "span_1",
            "started_at": "2026-01-01T00:00:01Z",
            "span_data": {"type": "function", "name": "look", "input": "{}", "output": "none found"},
            "error": {"message": "Error running tool", "data": {"tool_name": "look"}},
        },
        {
            "object": "trace.span",
            "id": "span_1",
            "trace_id": "trace_1",
            "started_at": "2026-01-01T00:00:00Z",
            "span_data": {"type": "agent", "name": "Triage", "tools": ["look"]},
        },
    ]
    (trace,) = files.read(put(tmp_path, "a.json", json.dumps({"data": items}))).traces
    assert (trace.id, trace.name) == ("trace_1", "Support")
    agent, tool = trace.spans
    assert (agent.agent, tool.agent, tool.tool, tool.output, tool.failed) == ("Triage", "Triage", "look", "none found", True)


def test_a_trajectory_is_a_trace_with_its_calls_and_its_sub_agents(tmp_path: Path) -> None:
    child = {
        "schema_version": "ATIF-v1.7",
        "trajectory_id": "child",
        "agent": {"name": "helper"},
        "steps": [{"step_id": 1, "source": "agent", "message": "found"}],
    }
    calls = [{"tool_call_id": "c", "function_name": "delegate", "arguments": {"a": 1}}]
    results = [{"source_call_id": "c", "content": "done", "subagent_trajectory_ref": [{"trajectory_id": "child"}]}, {"content": "screen"}]
    parent = {
        "schema_version": "ATIF-v1.7",
        "session_id": "s",
        "agent": {"name": "boss", "model_name": "m"},
        "subagent_trajectories": [child],
        "steps": [
            {"step_id": 1, "source": "user", "message": "do it", "timestamp": "2026-01-01T00:00:00Z"},
            {"step_id": 2, "source": "agent", "message": "ok", "tool_calls": calls, "observation": {"results": results}},
        ],
    }
    (trace,) = files.read(put(tmp_path, "a.json", json.dumps(parent))).traces
    assert (trace.id, trace.task) == ("s", "do it")
    assert [(s.id, s.parent_id, s.kind, s.agent, s.output) for s in trace.spans] == [
        ("step-1", None, Kind.MESSAGE, "user", "do it"),
        ("step-2", None, Kind.LLM, "boss", "ok"),
        ("step-2.1", "step-2", Kind.TOOL, "boss", "done"),
        ("child/step-1", "step-2.1", Kind.LLM, "helper", "found"),
        ("step-2.2", "step-2", Kind.TOOL, "boss", "screen"),
    ]


def test_a_trace_without_a_name_is_called_after_its_file(tmp_path: Path) -> None:
    chats = [[{"role": "user", "content": "a"}], [{"role": "user", "content": "b"}]]
    assert [t.name for t in files.read(put(tmp_path, "runs.json", json.dumps(chats))).traces] == ["runs #1", "runs #2"]


def test_the_task_is_what_the_user_asked() -> None:
    asked = {"openinference.span.kind": "AGENT", "input.value": '{"question": "How much?", "customer": {"country": "DE"}}'}
    assert files.read_bytes(line(span(1, attributes=asked)), "x").traces[0].task == "How much?"
    talked = {"input.value": '{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "How much?"}]}'}
    assert files.read_bytes(line(span(1, attributes=talked)), "x").traces[0].task == "How much?"


def test_a_million_faults_do_not_fill_the_receipt() -> None:
    pulled = files.read_bytes(line(span(1)) + b"{x}\n" * 10_000, "a.jsonl")
    assert len(pulled.receipt.not_understood) == 51
    assert pulled.receipt.not_understood[-1].says == "and 9950 more of this sort"
