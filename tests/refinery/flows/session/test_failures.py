from __future__ import annotations

from pathlib import Path

from adapters.source import Pulled, Receipt
from adapters.trace import Kind, Span, Trace
from refinery.flows.session.failures import MENDED, alike, everything, matching
from refinery.store.sqlite import open_store


def test_what_somebody_may_complain_about_are_no_runs_of_the_suite(tmp_path: Path) -> None:
    span = Span("s", "answer", Kind.AGENT, input='{"question": "What does it cost?"}', output="6.90 EUR", start_ns=1, end_ns=2)
    with open_store(tmp_path / "store.db") as store:
        store.save(Pulled((Trace("told", (span,), source="file"), Trace("own", (span,), source="suite")), Receipt(asked="t")))
        (bunch,), _ = everything(store)
        assert [case.trace for case in bunch.cases] == ["told"]
        (found,) = matching("6.90 EUR", (), store)
        assert [case.trace for case in found.cases] == ["told"]


def test_what_a_change_was_kept_for_stands_last_until_it_is_taken_back(tmp_path: Path) -> None:
    span = Span("s", "answer", Kind.AGENT, input="What does it cost?", output="6.90 EUR", start_ns=1, end_ns=2)
    with open_store(tmp_path / "store.db") as store:
        store.save(Pulled((Trace("done", (span,)), Trace("open", (span,))), Receipt(asked="t")))
        store.save_report("done", "fix", {"kept": {"commit": "c1", "branch": "refinery/charge-less"}}, "2026-01-01")
        store.record_fix("c1", "", "", "kept")
        first, last = everything(store)[0]
        assert ([case.trace for case in first.cases], last.name) == (["open"], MENDED)
        assert [(case.trace, case.fix) for case in last.cases] == [("done", "charge-less")]
        assert alike(last.cases[0], first.cases)
        assert not alike(first.cases[0], first.cases)
        store.record_fix("c1", "", "", "undone")
        (only,), _ = everything(store)
        assert {case.trace for case in only.cases} == {"done", "open"}
