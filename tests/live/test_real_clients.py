"""The vendors' own clients understand our fake servers, so what our adapters are tried with is what the vendors say."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from adapters.trace import Json
from tests.fakes import datadog as fake_datadog
from tests.fakes import langfuse as fake_langfuse
from tests.fakes.runs import Said, desk, span_id, trace_id

CLIENTS = Path(__file__).parent / "clients"


def read(live: Path, name: str, *words: str) -> dict[str, Json]:
    done = subprocess.run([str(live / "bin" / "python"), str(CLIENTS / name), *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Json] = json.loads(done.stdout)
    return found


def test_langfuses_client_reads_the_fake_langfuse(live: Path) -> None:
    with fake_langfuse.FakeLangfuse(*desk(1), *desk(2, tools=3), said=(Said(2, "correct", 0.5, "so so"),)) as server:
        found = read(live, "langfuse_reads.py", server.url, fake_langfuse.PUBLIC, fake_langfuse.KEY, trace_id(2))
    assert found["observations"] == [
        *([span_id(2, number), "TOOL", "look_up", {}] for number in (4, 3, 2)),
        [span_id(2, 1), "GENERATION", "model", {"input": 7, "output": 3, "total": 10}],
        [span_id(2, 0), "AGENT", "desk", {}],
    ]
    assert found["scores"] == [["correct", 0.5, "trace", trace_id(2)]]
    assert found["projects"] == [fake_langfuse.PROJECT]


def test_datadogs_client_reads_the_fake_datadog(live: Path) -> None:
    with fake_datadog.FakeDatadog(*desk(1), *desk(2, error="no such plan")) as server:
        found = read(live, "datadog_reads.py", server.url, fake_datadog.KEY, fake_datadog.APPLICATION, trace_id(2))
    assert found["spans"] == [
        [span_id(2, 0), "agent", "desk", "ok"],
        [span_id(2, 1), "llm", "model", "ok"],
        [span_id(2, 2), "tool", "look_up", "error"],
    ]
