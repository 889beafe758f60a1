from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.source import Note, Pulled, Receipt
from adapters.trace import Feedback, Kind, Span, Trace
from refinery.store.port import Fetched, Mark
from refinery.store.sqlite import SqliteStore, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "store.sqlite", lambda trace: trace.failed or any("Error" in span.output for span in trace.spans)) as opened:
        yield opened


def span(number: int, parent: int | None = 0, **more: object) -> Span:
    made: dict[str, object] = {"start_ns": 100 + number, "end_ns": 200 + number, **more}
    return Span(f"s{number}", f"step {number}", parent_id=None if parent is None else f"s{parent}", **made)  # type: ignore[arg-type]


def piece(*spans: Span, receipt: Receipt | None = None, **more: object) -> Pulled:
    return Pulled((Trace("t1", spans, source="list", **more),), receipt or Receipt(asked=""))  # type: ignore[arg-type]


def test_the_parts_of_a_trace_make_the_whole_in_whatever_order_they_come(store: SqliteStore) -> None:
    root = span(0, None, kind=Kind.AGENT, agent="desk", input="What does it cost?")
    store.save(piece(span(5), span(6), name="step 5"))
    store.save(piece(span(3), span(4), name="step 3"))
    done = store.save(piece(root, span(1), span(2), name="desk", task="What does it cost?"))
    trace = store.trace("t1")
    assert done.grown == 1
    assert [each.id for each in trace.spans] == ["s0", "s1", "s2", "s3", "s4", "s5", "s6"]
    assert {each.agent for each in trace.spans} == {"desk"}, "who acts is known to all parts, once the root is there"
    assert (trace.name, trace.task) == ("desk", "What does it cost?")
    (listed,) = store.traces()
    assert (listed.name, listed.spans, listed.start_ns, listed.seconds) == ("desk", 7, 100, 106 / 1e9)


def test_a_part_that_comes_again_adds_nothing(store: SqliteStore) -> None:
    for part in ((0, 1), (2, 3)):
        store.save(piece(*(span(number, None if number == 0 else 0) for number in part)))
    assert store.save(piece(span(2), span(3))).known == 1
    assert store.save(piece(span(1), span(2))).known == 1, "nor does one that is cut in another way"
    assert store.save(piece(span(0, None), *(span(number) for number in range(1, 4)))).known == 1
    assert store.traces()[0].spans == 4


def test_a_step_that_had_not_ended_is_completed_by_a_later_part(store: SqliteStore) -> None:
    store.save(piece(span(0, None, end_ns=None), span(1)))
    store.save(piece(span(2)))
    assert store.save(piece(span(0, None, output="done"))).grown == 1
    assert store.trace("t1").spans[0].output == "done"
    assert store.traces()[0].spans == 3


def test_feedback_that_comes_later_is_kept_with_the_trace(store: SqliteStore) -> None:
    store.save(piece(span(0, None)))
    assert store.save(piece(span(0, None), feedback=(Feedback("correct", 0.0),))).grown == 1
    assert store.save(piece(span(0, None), feedback=(Feedback("correct", 0.0),))).known == 1
    store.save(piece(span(0, None), feedback=(Feedback("concise", 1.0),)))
    assert [each.name for each in store.trace("t1").feedback] == ["correct", "concise"]
    assert store.traces(failed=True)[0].id == "t1", "bad feedback lists it among the failed"


def test_what_counts_as_failed_is_judged_when_it_is_kept(store: SqliteStore) -> None:
    store.save(piece(span(0, None)))
    assert store.traces(failed=True) == ()
    store.save(piece(span(1, output="Error: no such table")))
    assert [each.id for each in store.traces(failed=True)] == ["t1"]
    store.save(piece(span(2)))
    assert [each.id for each in store.traces(failed=True)] == ["t1"], "a part that is fine takes nothing back"


def test_a_receipt_that_tells_of_one_trace_is_quoted_with_it(store: SqliteStore) -> None:
    cut = (Note("s1", "was cut off"), Note("s2", "was cut off"))
    store.save(piece(span(0, None), receipt=Receipt(asked="t1", traces=1, spans=1, truncated=cut, left_out=(Note("s0", "a file"),))))
    assert store.trace("t1").remarks == ("truncated: was cut off (2 times)", "left out: a file (s0)")
    other = Trace("t2", (span(0, None),))
    store.save(Pulled((other, Trace("t3", (span(0, None),))), Receipt(asked="many", traces=2, truncated=cut)))
    assert store.trace("t2").remarks == ()
    assert [receipt.asked for receipt in store.receipts()] == ["t1", "many"]


def test_when_a_trace_was_fetched_is_known_per_source(store: SqliteStore) -> None:
    store.keep([piece(span(0, None))], [Fetched("phoenix here", "t1", "v1", 5.0)])
    assert store.fetched("phoenix here", "t1") == Fetched("phoenix here", "t1", "v1", 5.0)
    assert store.fetched("phoenix there", "t1") is None
    store.keep([], [Fetched("phoenix here", "t1", "v2", 6.0)])
    assert store.fetched("phoenix here", "t1") == Fetched("phoenix here", "t1", "v2", 6.0)


def test_where_a_pull_broke_off_is_remembered_until_it_is_through(store: SqliteStore, tmp_path: Path) -> None:
    store.set_mark("search", Mark(20, 10, 3))
    store.set_mark("search", Mark(20, 5, 4))
    with open_store(tmp_path / "store.sqlite") as again:
        assert again.mark("search") == Mark(20, 5, 4)
    assert store.mark("other") is None
    store.set_mark("search", None)
    assert store.mark("search") is None


def test_of_several_traces_all_are_kept_or_none(store: SqliteStore) -> None:
    broken = Pulled((Trace("t9", ("no span",)),), Receipt(asked="t9"))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        store.keep([piece(span(0, None)), broken], [Fetched("here", "t1", "", 1.0)])
    assert store.traces() == ()
    assert store.fetched("here", "t1") is None
