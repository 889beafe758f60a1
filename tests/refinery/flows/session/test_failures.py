from __future__ import annotations

from pathlib import Path

from adapters.source import Pulled, Receipt
from adapters.trace import Kind, Span, Trace
from refinery.flows.session.failures import everything, matching
from refinery.store.sqlite import open_store


def test_what_somebody_may_complain_about_are_no_runs_of_the_suite(tmp_path: Path) -> None:
    span = Span("s", "answer", Kind.AGENT, input='{"question": "What does it cost?"}', output="6.90 EUR", start_ns=1, end_ns=2)
    with open_store(tmp_path / "store.db") as store:
        store.save(Pulled((Trace("told", (span,), source="file"), Trace("own", (span,), source="suite")), Receipt(asked="t")))
        (bunch,), _ = everything(store)
        assert [case.trace for case in bunch.cases] == ["told"]
        (found,) = matching("6.90 EUR", (), store)
        assert [case.trace for case in found.cases] == ["told"]
