from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.source import Note, Pulled, Receipt
from adapters.trace import Document, Failure, Json, Kind, Message, Span, Status, ToolCall, Trace, Usage, in_order
from knowledge.passage import Fix
from refinery.domain import Approval, Said
from refinery.errors import OutsideError, UsageError
from refinery.store.port import Saved, Store
from refinery.store.schema import migrations
from refinery.store.sqlite import SqliteStore, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "deep" / "er" / "store.db") as opened:
        yield opened


def pulled(*traces: Trace, notes: tuple[Note, ...] = ()) -> Pulled:
    return Pulled(traces, Receipt(asked="test", traces=len(traces), not_understood=notes))


def trace(identity: str, *spans: Span, task: str = "", start: int = 1) -> Trace:
    return Trace(identity, spans or (Span("a", "a", start_ns=start, end_ns=start + 2_000_000_000),), name=f"name of {identity}", task=task)


def test_the_port_is_met(store: SqliteStore) -> None:
    port: Store = store
    assert port.traces() == ()


def test_a_trace_comes_out_as_it_went_in(store: SqliteStore) -> None:
    whole = Trace(
        id="t",
        name="n",
        source="file",
        task="why?",
        attributes={"service.name": "x", "deep": {"list": [1, None, True, 0.1]}},
        spans=(
            Span("late", "recorded out of order", start_ns=9),
            Span(
                "s",
                "n",
                Kind.TOOL,
                "p",
                "agent",
                "tool",
                "model",
                1,
                2,
                Status.ERROR,
                Failure("KeyError", "'a'", "Traceback"),
                " in\n",
                "out \ud800",
                (Message("user", "x", "name", (ToolCall("t", "{}", "c"),), "c"),),
                (Message("assistant", "y"),),
                (Document("d", "id", 0.5, {"a": 1}),),
                Usage(1, None, 0.25),
                {"big": 1 << 70},
            ),
        ),
    )
    store.save(pulled(whole))
    assert store.trace("t") == whole


def test_saving_twice_changes_nothing(store: SqliteStore) -> None:
    given_traces = pulled(trace("t1"), trace("t2"), notes=(Note("line 1", "broken"),))
    assert store.save(given_traces) == Saved(new=2)
    before = store.traces(), store.receipts()
    assert store.save(given_traces) == Saved(known=2)
    assert (store.traces(), store.receipts()) == before


def test_new_spans_of_a_known_trace_are_added(store: SqliteStore) -> None:
    root, third = Span("a", "a", start_ns=1), Span("c", "c", start_ns=3)
    child = Span("b", "b", parent_id="a", start_ns=2, status=Status.ERROR)
    assert store.save(pulled(trace("t", child))) == Saved(new=1)
    assert store.save(pulled(trace("t", root, child, third))) == Saved(grown=1)
    assert store.trace("t").spans == (root, child, third)
    (listed,) = store.traces()
    assert (listed.spans, listed.start_ns, listed.failed) == (3, 1, True)
    assert store.save(pulled(trace("t", root))) == Saved(known=1)
    assert store.save(pulled(trace("t", replace(root, name="changed")))) == Saved(known=1), "what is known is never overwritten"


def test_a_span_saved_while_it_ran_gets_its_end(store: SqliteStore) -> None:
    running = Span("a", "a", start_ns=1)
    done = replace(running, end_ns=5, output="42")
    store.save(pulled(trace("t", running)))
    assert store.save(pulled(trace("t", done))) == Saved(grown=1)
    assert store.trace("t").spans == (done,)
    assert store.traces()[0].spans == 1


def test_traces_are_listed_newest_first_and_can_be_asked_for(store: SqliteStore) -> None:
    failed = Span("f", "f", start_ns=7, output='He said "No\u00e9l"\n', failure=Failure("KeyError", "boom"))
    bad, timeless = trace("bad", failed, task="Why so dear?"), Trace("timeless", (Span("x", "x"),))
    store.save(pulled(trace("old", start=5), trace("new", start=50), bad, timeless))
    assert [listed.id for listed in store.traces()] == ["new", "bad", "old", "timeless"]
    assert [listed.id for listed in store.traces(failed=True)] == ["bad"]
    assert [listed.id for listed in store.traces(failed=False, limit=2)] == ["new", "old"]
    for text in ("WHY SO", 'said "no', "boom", 'No\u00e9l"\n', "name of bad"):
        assert [listed.id for listed in store.traces(text=text)] == ["bad"]
    assert store.traces(text="nowhere") == ()
    assert store.traces()[0].seconds == 2.0
    assert store.traces(failed=True)[0].attributes == {"task": "Why so dear?"}


def test_an_id_may_be_cut_short_as_long_as_it_tells(store: SqliteStore) -> None:
    store.save(pulled(trace("abc1"), trace("abc2"), trace("abd"), trace("abc")))
    assert store.trace("abd").id == "abd"
    assert store.trace("ABD").id == "abd"
    assert store.trace("abc").id == "abc", "the whole id of one may begin that of another"
    with pytest.raises(UsageError, match="more than one trace begins with ab: abc, abc1"):
        store.trace("ab")
    with pytest.raises(UsageError, match="there is no trace x"):
        store.trace("x")
    with pytest.raises(UsageError, match="there is no trace %"):
        store.trace("%")
    with pytest.raises(UsageError, match="no trace is named"):
        store.trace("")


def test_receipts_come_out_as_they_went_in(store: SqliteStore) -> None:
    first = Receipt("first", 1, 2, left_out=(Note("a", "labels"),), orphaned=(Note("b", "no parent"),), expired=(Note("c", "d"),))
    store.save(Pulled((), first))
    store.save(Pulled((), Receipt("second")))
    assert store.receipts() == (first, Receipt("second"))


def test_reports_are_filed_by_key(store: SqliteStore) -> None:
    store.save_report("k1", "fix", {"kept": None}, "2026-01-01T00:00:00Z")
    store.save_report("k2", "diagnosis", {"layer": "tool"}, "2026-01-03T00:00:00Z")
    store.save_report("k1", "fix", {"kept": "abc"}, "2026-01-02T00:00:00Z")
    assert [filed.key for filed in store.reports()] == ["k2", "k1"]
    assert [(filed.body, filed.created) for filed in store.reports("fix")] == [({"kept": "abc"}, "2026-01-02T00:00:00Z")]
    assert store.reports("ab") == ()


def test_a_fix_is_remembered_once_a_commit(store: SqliteStore) -> None:
    store.record_fix("c1", "KeyError", "add the field", "kept")
    store.record_fix("c2", "stale", "newer index", "kept")
    store.record_fix("c1", "KeyError", "add the field", "undone")
    assert store.fixes() == (Fix("KeyError", "add the field", "c1", "undone"), Fix("stale", "newer index", "c2", "kept"))


def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.db") as first:
        first.save(pulled(trace("t")))
        first.record_fix("c", "s", "c", "kept")
    with open_store(tmp_path / "store.db") as second:
        assert (len(second.traces()), len(second.fixes()), len(second.receipts())) == (1, 1, 1)


def test_two_stores_on_one_file_see_each_other(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.db") as one, open_store(tmp_path / "store.db") as two:
        one.save(pulled(trace("t")))
        assert two.save(pulled(trace("t"))) == Saved(known=1)


def test_many_threads_may_open_and_save_at_once(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with open_store(tmp_path / "store.db") as mine:
                mine.save(pulled(*(trace(f"{number}-{each}") for each in range(10))))
        except BaseException as error:  # noqa: BLE001  told below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with open_store(tmp_path / "store.db") as opened:
        assert len(opened.traces()) == 60


def test_a_failed_save_leaves_nothing(store: SqliteStore) -> None:
    unwritable = Trace("t2", (Span("a", "a", attributes={"x": object()}),))  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        store.save(pulled(trace("t1"), unwritable))
    assert store.traces() == ()
    assert store.save(pulled(trace("t1"))) == Saved(new=1)


def test_a_damaged_file_is_told_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(OutsideError, match=r"store\.db is damaged") as caught:
        open_store(path)
    assert "move the file away" in caught.value.hint


def test_a_damaged_row_is_told_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_store(path) as opened:
        opened.save(pulled(trace("t")))
    raw = sqlite3.connect(path)
    raw.execute("UPDATE pieces SET spans = x'5b7b'")
    raw.commit()
    raw.close()
    with open_store(path) as opened, pytest.raises(OutsideError, match="a row cannot be read"):
        opened.trace("t")


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(OutsideError, match="newer Refinery") as caught:
        open_store(path)
    assert "upgrade" in caught.value.hint


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE theirs (x)")
    raw.commit()
    raw.close()
    with pytest.raises(OutsideError, match="another program"):
        open_store(path)
    raw = sqlite3.connect(path)
    assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    raw.close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutsideError) as caught:
        open_store(tmp_path / "file" / "store.db")
    assert "REFINERY_HOME" in caught.value.hint


def test_migrations_are_numbered_without_gaps() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, len(migrations()) + 1))


def test_what_is_saved_survives_power_loss_as_far_as_sqlite_can_promise(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.db") as opened:
        assert opened._rows("PRAGMA journal_mode") == [("wal",)]
        assert opened._rows("PRAGMA synchronous") == [(2,)]


TEXT = st.text(max_size=8)
COUNT = st.none() | st.integers(0, 1 << 40)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
VALUE: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OBJECT = st.dictionaries(TEXT, VALUE, max_size=3)
MESSAGE = st.builds(Message, TEXT, TEXT, TEXT, st.lists(st.builds(ToolCall, TEXT, TEXT, TEXT), max_size=2).map(tuple), TEXT)
SPAN = st.builds(
    Span,
    id=TEXT,
    name=TEXT,
    kind=st.sampled_from(Kind),
    parent_id=st.none() | TEXT,
    agent=TEXT,
    tool=TEXT,
    model=TEXT,
    start_ns=st.none() | st.integers(-(1 << 70), 1 << 70),
    end_ns=COUNT,
    status=st.sampled_from(Status),
    failure=st.none() | st.builds(Failure, TEXT, TEXT, TEXT),
    input=TEXT,
    output=TEXT,
    input_messages=st.lists(MESSAGE, max_size=2).map(tuple),
    output_messages=st.lists(MESSAGE, max_size=2).map(tuple),
    documents=st.lists(st.builds(Document, TEXT, TEXT, st.none() | NUMBER, OBJECT), max_size=2).map(tuple),
    usage=st.builds(Usage, COUNT, COUNT, st.none() | NUMBER),
    attributes=OBJECT,
)
SPANS = st.lists(SPAN, min_size=1, max_size=4, unique_by=lambda span: span.id).map(tuple)
SURROGATES = st.text(st.characters(categories=["Cs", "Lu"]), min_size=1, max_size=3)
TRACE = st.builds(Trace, id=st.text(min_size=1, max_size=5) | SURROGATES, spans=SPANS, name=TEXT | SURROGATES, task=TEXT, attributes=OBJECT)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(one=TRACE)
def test_any_trace_comes_out_as_it_went_in(tmp_path: Path, one: Trace) -> None:
    with open_store(tmp_path / "any.db") as opened:
        opened._connection.execute("DELETE FROM pieces")
        opened._connection.execute("DELETE FROM traces")
        opened.save(pulled(one))
        assert opened.trace(opened.traces()[0].id) == one
        assert opened.save(pulled(one)) == Saved(known=1)


@settings(max_examples=60, deadline=None)
@given(spans=SPANS)
def test_ordering_loses_and_repeats_no_span(spans: tuple[Span, ...]) -> None:
    ordered = in_order(spans)
    assert sorted(span.id for span in ordered) == sorted(span.id for span in spans)


def test_what_was_said_to_a_change_is_kept_in_order_and_found_by_the_change(tmp_path: Path) -> None:
    yes = Approval("c1", ("a", "b"), Said.YES, "Ada <ada@example.com>", "2026-01-02T03:04:05+00:00", ("size: x.py: long \ud800",))
    no = Approval("c2", (), Said.NO, "Bob <bob@example.com>", "2026-01-03T03:04:05+00:00")
    again = replace(yes, said=Said.FORGOTTEN, findings=())
    with open_store(tmp_path / "store.db") as first:
        for approval in (yes, no, again):
            first.record_approval(approval)
    with open_store(tmp_path / "store.db") as store:
        assert store.approvals() == (yes, no, again)
        assert store.approvals("c1") == (yes, again)
        assert store.approvals("c3") == ()


def test_traces_of_one_source_are_listed_alone_or_left_out(store: SqliteStore) -> None:
    own = replace(trace("b", start=2), source="suite")
    said_so = replace(trace("c", task='{"source": "suite"}', start=3), source="file", attributes={"source": "suite"})
    store.save(pulled(trace("a"), own, said_so))
    assert [each.id for each in store.traces(source="suite")] == ["b"]
    assert [each.id for each in store.traces(without="suite")] == ["c", "a"]
    assert [each.id for each in store.traces(limit=1, without="suite")] == ["c"]
    assert [each.id for each in store.traces()] == ["c", "b", "a"]
