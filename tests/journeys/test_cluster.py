"""`refinery cluster`: failures in the store, grouped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.source import Pulled, Receipt
from adapters.trace import Failure, Span, Status, Trace
from refinery import wiring
from tests.journeys.conftest import Refinery
from tests.journeys.test_fix import part


@pytest.fixture
def filled(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, refinery: Refinery) -> None:
    """A store with three runs that died in the same way, and one that did not."""
    monkeypatch.setenv("REFINERY_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    lines = []
    for number in range(4):
        span = {
            "traceId": f"{number:032x}",
            "spanId": "ab" * 8,
            "name": "look_up",
            "startTimeUnixNano": f"{number + 1}",
            "endTimeUnixNano": "9",
        }
        status = {"status": {"code": 2, "message": f"KeyError: 'plan {number}'"}} if number else {}
        lines.append(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{**span, **status}]}]}]}))
    (tmp_path / "runs.jsonl").write_text("\n".join(lines))
    assert refinery("traces", "import", "runs.jsonl").status == 0


@pytest.mark.usefixtures("filled")
def test_what_fails_most_is_told_with_an_example(refinery: Refinery) -> None:
    shown = refinery("cluster")
    assert shown.status == 0
    assert "   3  " in shown.out
    told = refinery("cluster", "--json").json
    clusters = told["clusters"]
    assert isinstance(clusters, list)
    only = clusters[0]
    assert isinstance(only, dict)
    assert (only["count"], only["onset"], only["example"], only["path"]) == (3, 2, f"{1:032x}", ["look_up"])
    assert told["failed"] == 3


def test_where_nobody_marked_a_failure_each_command_says_the_next_step(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, refinery: Refinery
) -> None:
    monkeypatch.setenv("REFINERY_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chat.json").write_text('[{"role": "user", "content": "Price?"}, {"role": "assistant", "content": "6.90 EUR"}]')
    assert refinery("traces", "import", "chat.json").status == 0
    assert "refinery fix TRACE --says" in refinery("traces", "list", "--failed").out
    assert "refinery cluster --all" in refinery("cluster").out.replace("\n", " ")
    assert "--expected" in refinery("cluster", "--all").out
    assert "--expected" in refinery("diagnose", "chat.json").out
    assert "--says" not in refinery("diagnose", "chat.json", "--expected", "4.90 EUR").out
    assert "--says" in refinery("fix").err


@pytest.mark.usefixtures("filled")
def test_a_period_and_a_limit_are_kept_and_a_limit_is_said(refinery: Refinery) -> None:
    assert refinery("cluster", "--since", "24h", "--json").json["clusters"] == []
    cut = refinery("cluster", "--limit", "2", "--json").json
    assert cut["looked"] == 2
    assert "only the newest 2" in str(cut["notes"])
    assert refinery("cluster", "--since", "yesterday").status == 2


@pytest.mark.usefixtures("filled")
def test_a_group_is_known_again_though_most_of_its_runs_are_out_of_sight(refinery: Refinery) -> None:
    first = refinery("cluster", "--json").json["clusters"]
    alone = refinery("cluster", "--limit", "1", "--json").json["clusters"]
    assert isinstance(first, list)
    assert isinstance(alone, list)
    assert [(part(each, "id"), part(each, "name")) for each in alone] == [(part(each, "id"), part(each, "name")) for each in first]
    assert part(alone[0], "count") == 1


@pytest.fixture
def with_runs_of_the_suite(tmp_path: Path, filled: None) -> None:
    """The same store after the suite has run, newer than all else."""
    span = Span("s", "answer", start_ns=99, end_ns=100, status=Status.ERROR, failure=Failure("KeyError", "plan 9"))
    own = [Trace(f"{number:032x}", (span,), source="suite", task='{"question": "What is it?"}') for number in (8, 9)]
    with wiring.store(tmp_path) as store:
        store.save(Pulled(tuple(own), Receipt(asked="suite")))


@pytest.mark.usefixtures("with_runs_of_the_suite")
def test_runs_of_the_suite_are_no_complaints(refinery: Refinery) -> None:
    assert refinery("cluster", "--json").json["failed"] == 3
    assert refinery("cluster", "--source", "suite", "--json").json["looked"] == 2
    listed = refinery("traces", "list")
    assert len(listed.out.splitlines()) == 4
    assert "--all lists them too" in listed.err
    every = refinery("traces", "list", "--all")
    assert (len(every.out.splitlines()), every.err) == (6, "")
    assert "What is it?" in every.out
    own = refinery("traces", "list", "--source", "suite", "--json").json["traces"]
    assert isinstance(own, list)
    assert len(own) == 2
