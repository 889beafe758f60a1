"""Phoenix and MLflow as they are: what comes back from them equals what went in."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters import mlflow as our_mlflow
from adapters import phoenix as our_phoenix
from adapters.notation import parsed
from adapters.source import Bound, NotFound, Opening, Query, Source
from adapters.trace import Json, Message, Span, Trace
from tests.live.recording import PROJECT, recorded

OWN = ("mlflow.", "openinference.project", "telemetry.", "service.", "otel.", "resource")
"""What the platforms put in, or do not keep, beside what was recorded."""


def posted(url: str, body: Json) -> Json:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: Json = json.loads(answer.read() or b"null")
        return found


def opening(project: str, **variables: str) -> Opening:
    return Opening(project, variables, Path("/nowhere"), Path("/nowhere"))


def listed(source: Source, query: Query, count: int) -> list[str]:
    """The traces, as soon as they are all there: the platforms take a moment to keep what they have acknowledged."""
    until = time.monotonic() + 60
    while True:
        try:
            found = [each.id for each in source.search(query)]
        except NotFound:  # the project comes with its first trace
            found = []
        if len(found) >= count or time.monotonic() > until:
            return found
        time.sleep(0.2)


def meaning(span: Span) -> dict[str, object]:
    """A span without its times, and without what is written in two ways, such as JSON with and without blanks."""
    return {
        "id": (span.id, span.parent_id, span.name),
        "who": (span.kind, span.agent, span.tool, span.model),
        "ended": (span.status, span.failure),
        "texts": (_value(span.input), _value(span.output)),
        "messages": [_turn(each) for each in (*span.input_messages, *span.output_messages)],
        "documents": span.documents,
        "usage": span.usage,
    }


def rest(span: Span) -> dict[str, object]:
    """What has no field; platforms add to it, and must not take from it."""
    return {
        key: _value(value) if isinstance(value, str) else value
        for key, value in span.attributes.items()
        if not key.startswith(OWN) and key != "events"
    }


def _value(text: str) -> object:
    found = parsed(text)
    return text if found is None else found


def _turn(message: Message) -> tuple[object, ...]:
    return (
        message.role,
        message.content,
        [(call.name, _value(call.arguments), call.id) for call in message.tool_calls],
        message.tool_call_id,
    )


def same(came: Trace, went: Trace, unit_ns: int) -> None:
    for there, here in zip(came.spans, went.spans, strict=True):
        assert meaning(there) == meaning(here)
        assert rest(there) == rest(there) | rest(here)
        for one, other in ((there.start_ns, here.start_ns), (there.end_ns, here.end_ns)):
            assert one is not None
            assert other is not None
            assert abs(one - other) < unit_ns
    assert (came.task, came.failed) == (went.task, went.failed)


def compare(source: Source, sent: tuple[Trace, ...], name_of: Callable[[str], str], unit_ns: int) -> None:
    ids = listed(source, Query(), len(sent))
    assert sorted(ids) == sorted(name_of(trace.id) for trace in sent)
    for trace in sent:
        pulled = source.fetch(name_of(trace.id))
        (came,) = pulled.traces
        same(came, trace, unit_ns)
        assert (pulled.receipt.spans, pulled.receipt.orphaned, pulled.receipt.not_understood) == (len(trace.spans), (), ())
        spans = [span for piece in source.pieces(came.id) for part in piece.traces for span in part.spans]
        assert {span.id for span in spans} == {span.id for span in trace.spans}
    (bad,) = [trace for trace in sent if trace.failed]
    assert [each.id for each in source.search(Query(failed=True))] == [name_of(bad.id)]


def test_phoenix_gives_back_what_went_in(phoenix: str) -> None:
    sent = recorded(f"{phoenix}/v1/traces", {})
    source = our_phoenix.opened(opening(PROJECT, PHOENIX_HOST=phoenix))
    compare(source, sent, str, 1_001)
    assert PROJECT in source.projects()
    plain = next(trace for trace in sent if trace.task.startswith("Was kostet"))
    assert [each.id for each in source.search(Query(text="kostet"))] == [plain.id]
    assert [each.id for each in source.search(Query(name="search"))] == [plain.id]
    judged: Json = {"trace_id": plain.id, "name": "correct", "annotator_kind": "HUMAN", "result": {"score": 0.0, "explanation": "too dear"}}
    posted(f"{phoenix}/v1/trace_annotations?sync=true", {"data": [judged]})
    judged = {"span_id": plain.spans[1].id, "name": "concise", "annotator_kind": "LLM", "result": {"label": "good"}}
    posted(f"{phoenix}/v1/span_annotations?sync=true", {"data": [judged]})
    (came,) = source.fetch(plain.id).traces
    assert [(each.name, each.value, each.label, each.comment, each.span_id) for each in came.feedback] == [
        ("correct", 0.0, "", "too dear", ""),
        ("concise", None, "good", "", plain.spans[1].id),
    ]
    assert plain.id in [each.id for each in source.search(Query(failed=True))]
    assert [each.id for each in source.search(Query(scores=(Bound("correct", "<", 0.5),)))] == [plain.id]
    with pytest.raises(NotFound):
        source.fetch("ab" * 16)
    source.close()


def test_mlflow_gives_back_what_went_in(mlflow: str) -> None:
    sent = recorded(f"{mlflow}/v1/traces", {"x-mlflow-experiment-id": "0"})
    source = our_mlflow.opened(opening("Default", MLFLOW_TRACKING_URI=mlflow))
    compare(source, sent, lambda identity: f"tr-{identity}", 1)
    assert source.projects() == ("Default",)
    plain = next(trace for trace in sent if trace.task.startswith("Was kostet"))
    assert [each.id for each in source.search(Query(name="search"))] == [f"tr-{plain.id}"]
    assert [each.id for each in source.search(Query(text="passage 11"))] == [f"tr-{plain.id}"]
    said: dict[str, Json] = {
        "assessment_name": "correct",
        "trace_id": f"tr-{plain.id}",
        "feedback": {"value": 0.0},
        "rationale": "too dear",
    }
    said |= {"source": {"source_type": "HUMAN", "source_id": "ada"}}
    said |= {"create_time": "2026-11-02T00:00:00Z", "last_update_time": "2026-11-02T00:00:00Z"}
    posted(f"{mlflow}/api/3.0/mlflow/traces/tr-{plain.id}/assessments", {"assessment": said})
    (came,) = source.fetch(f"tr-{plain.id}").traces
    assert [(each.name, each.value, each.comment, each.source) for each in came.feedback] == [("correct", 0.0, "too dear", "HUMAN")]
    assert [each.id for each in source.search(Query(scores=(Bound("correct", "<", 0.5),)))] == [f"tr-{plain.id}"]
    with pytest.raises(NotFound):
        source.fetch("tr-" + "ab" * 16)
    source.close()
