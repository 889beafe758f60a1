from __future__ import annotations

import json
from pathlib import Path

from adapters.files import read
from adapters.langfuse import feedback, to_observed
from adapters.trace import Failure, Feedback, Json, Kind, Status, Usage

OBSERVATION: dict[str, Json] = {
    "id": "o1",
    "traceId": "t1",
    "type": "GENERATION",
    "name": "chat",
    "startTime": "2026-11-01T12:00:00.000Z",
    "endTime": "2026-11-01T12:00:01.500Z",
    "parentObservationId": "o0",
    "level": "DEFAULT",
    "input": '[{"role": "user", "content": "hi"}]',
    "output": '{"role": "assistant", "content": "hello"}',
    "model": "m-1",
    "usageDetails": {"input": 7, "output": 3, "total": 10, "cache": 2},
    "costDetails": {"input": 0.1, "total": 0.3},
    "totalCost": 0.3,
    "metadata": '{"attributes": {"gen_ai.agent.name": "desk", "x": 1}, "resourceAttributes": {"service.name": "s"}, "run": 5}',
}


def test_an_observation_has_its_fields_and_what_has_none_stays() -> None:
    span = to_observed(OBSERVATION)
    assert (span.kind, span.parent_id, span.model, span.agent, span.seconds) == (Kind.LLM, "o0", "m-1", "desk", 1.5)
    assert [(each.role, each.content) for each in (*span.input_messages, *span.output_messages)] == [("user", "hi"), ("assistant", "hello")]
    assert span.usage == Usage(7, 3, 0.3)
    assert span.attributes == {
        "x": 1,
        "metadata": {"run": 5},
        "usageDetails": {"input": 7, "output": 3, "total": 10, "cache": 2},
        "costDetails": {"input": 0.1, "total": 0.3},
    }


def test_what_was_not_counted_is_not_zero() -> None:
    none: dict[str, Json] = {"usageDetails": {}, "costDetails": {}, "totalCost": 0, "inputUsage": 0, "outputUsage": 0}
    assert to_observed({**OBSERVATION, **none}).usage == Usage()


def test_an_error_is_one_by_its_level() -> None:
    span = to_observed({**OBSERVATION, "level": "ERROR", "statusMessage": "no such plan"})
    assert (span.status, span.failure) == (Status.ERROR, Failure("", "no such plan"))
    warned = to_observed({**OBSERVATION, "level": "WARNING", "statusMessage": "slow"})
    assert (warned.failed, warned.attributes["statusMessage"]) == (False, "slow")


def test_an_export_is_read_as_a_file_with_scores_and_files_named(tmp_path: Path) -> None:
    scores: Json = [{"name": "correct", "value": 0, "dataType": "BOOLEAN", "source": "ANNOTATION", "comment": "too dear"}]
    media = {**OBSERVATION, "id": "o2", "input": "see @@@langfuseMedia:type=image/png|id=m1@@@", "output": None}
    trace: Json = {"id": "t1", "name": "desk", "tags": ["a"], "scores": scores, "metadata": "{}"}
    root: Json = {
        **OBSERVATION,
        "id": "o0",
        "type": "AGENT",
        "parentObservationId": None,
        "usageDetails": {},
        "costDetails": {},
        "totalCost": 0,
    }
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"trace": trace, "observations": [root, OBSERVATION, media]}))
    pulled = read(path)
    (read_trace,) = pulled.traces
    assert (read_trace.id, read_trace.name, len(read_trace.spans), read_trace.usage) == ("t1", "desk", 3, Usage(14, 6, 0.6))
    assert read_trace.feedback == (Feedback("correct", 0.0, "false", "too dear", "", "ANNOTATION"),)
    assert read_trace.failed
    assert [note.says for note in pulled.receipt.left_out] == ["a file was not downloaded (type=image/png|id=m1)"]


def test_a_score_of_either_api_says_the_same() -> None:
    old: Json = {"name": "mood", "stringValue": "bad", "value": 0, "dataType": "CATEGORICAL", "observationId": "o1", "source": "API"}
    new: Json = {"name": "mood", "value": "bad", "dataType": "CATEGORICAL", "subject": {"kind": "observation", "id": "o1"}, "source": "API"}
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    assert (feedback(old).label, feedback(old).span_id, feedback(old).bad) == ("bad", "o1", True)
    assert (feedback(new).label, feedback(new).span_id, feedback(new).bad) == ("bad", "o1", True)
