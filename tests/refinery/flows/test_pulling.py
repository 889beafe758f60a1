from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from adapters.source import Bound, Query, Unreachable, Unreadable
from adapters.trace import Trace
from refinery.events import Event
from refinery.flows.pulling import Pull, pull_matching, pull_named
from refinery.store.sqlite import SqliteStore, open_store
from tests.fakes.source import ListSource, start_of

DOWN = "the platform is down"
ALL = Query(limit=100)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "store.sqlite") as opened:
        yield opened


@dataclass
class Clock:
    at: float = 1_000_000.0
    events: list[Event] = field(default_factory=list)

    def now(self) -> float:
        return self.at


def many(count: int, **more: object) -> ListSource:
    return replace(ListSource({number: f"v{number}" for number in range(1, count + 1)}), **more)  # type: ignore[arg-type]


def test_a_second_pull_fetches_only_what_is_new_or_has_changed(store: SqliteStore) -> None:
    source = many(4)
    first = pull_matching(ALL, Pull(source, store))
    assert (first.saved.new, first.traces) == (4, ("t4", "t3", "t2", "t1"))
    source.fetched.clear()
    source.stamps |= {5: "v5", 2: "v2 with feedback"}
    second = pull_matching(ALL, Pull(source, store))
    assert sorted(source.fetched) == [2, 5]
    assert (second.saved.new, second.saved.known, second.traces) == (1, 4, ("t5", "t4", "t3", "t2", "t1"))
    assert second.receipt.traces == 2


def test_all_is_fetched_again_when_that_is_asked_for(store: SqliteStore) -> None:
    source = many(2)
    pull_matching(ALL, Pull(source, store))
    pull_matching(ALL, Pull(source, store, fresh=True))
    assert sorted(source.fetched) == [1, 1, 2, 2]


def test_what_has_not_ended_is_fetched_again(store: SqliteStore) -> None:
    source = many(2, running=frozenset({1}))
    pull_matching(ALL, Pull(source, store))
    pull_matching(ALL, Pull(source, store))
    assert sorted(source.fetched) == [1, 1, 2]


def test_a_list_that_does_not_tell_of_changes_is_believed_for_a_quarter_of_an_hour(store: SqliteStore) -> None:
    source, clock = ListSource({1: ""}), Clock()
    pull_matching(ALL, Pull(source, store, now=clock.now))
    clock.at += 14 * 60
    assert pull_matching(ALL, Pull(source, store, now=clock.now)).saved.known == 1
    assert source.fetched == [1]
    clock.at += 2 * 60
    pull_matching(ALL, Pull(source, store, now=clock.now))
    assert source.fetched == [1, 1]


def test_a_named_trace_is_not_fetched_twice_in_a_quarter_of_an_hour(store: SqliteStore) -> None:
    source, clock = many(1), Clock()
    for minutes in (0, 14, 16):
        clock.at = 1_000_000.0 + minutes * 60
        assert pull_named(["t1"], Pull(source, store, now=clock.now)).traces == ("t1",)
    assert source.fetched == [1, 1]


def test_a_pull_that_broke_off_goes_on_where_it_was(store: SqliteStore) -> None:
    source = many(60, breaks={20: Unreachable(DOWN)}, at_once=1)
    broken = pull_matching(ALL, Pull(source, store))
    assert [fault.says for fault in broken.errors] == [DOWN]
    assert "broke off" in broken.receipt.truncated[0].says
    assert broken.saved.new in (40, 41), "what was under way may have come"
    source.listed.clear()
    source.stamps |= {61: "v61"}
    whole = pull_matching(ALL, Pull(source, store))
    assert (broken.saved.new + whole.saved.new, whole.errors, whole.receipt.truncated) == (61, (), ())
    assert len(store.traces(limit=100)) == 61
    assert not set(source.listed) & set(range(22, 59)), "what was dealt with is not even listed again"
    source.listed.clear()
    assert pull_matching(ALL, Pull(source, store)).saved.known == 61
    assert len(source.listed) == 61, "and a pull that came to its end begins at the beginning"


def test_what_was_under_way_when_it_broke_is_kept(store: SqliteStore) -> None:
    source = many(9, breaks={9: Unreachable(DOWN)}, at_once=4, gate=Barrier(4))
    pull_matching(ALL, Pull(source, store))
    assert {found.id for found in store.traces()} >= {"t8", "t7", "t6"}
    source.gate = None
    pull_matching(ALL, Pull(source, store))
    assert len(store.traces()) == 9
    assert source.fetched.count(9) == 2


def test_one_trace_that_cannot_be_read_stops_no_other(store: SqliteStore) -> None:
    source = many(3, breaks={2: Unreadable("a web page")})
    done = pull_matching(ALL, Pull(source, store))
    assert (done.traces, [fault.says for fault in done.errors]) == (("t3", "t1"), ["a web page"])


def test_an_interrupted_pull_keeps_what_it_had_and_says_so(store: SqliteStore) -> None:
    def say(event: Event) -> None:
        if event.done == 3:
            raise KeyboardInterrupt

    source = many(9, at_once=1)
    done = pull_matching(ALL, Pull(source, store, say))
    assert len(store.traces()) >= 3
    assert "interrupted" in done.receipt.truncated[0].says
    assert done.errors[0].outside
    pull_matching(ALL, Pull(source, store))
    assert len(store.traces()) == 9


def test_a_very_large_trace_is_kept_part_by_part_and_completed_later(store: SqliteStore) -> None:
    source = many(1, pieces_of=5, breaks={1: Unreachable(DOWN)})
    pull_matching(ALL, Pull(source, store))
    assert len(store.trace("t1").spans) == 3, "the part before the break may still be in flight"
    done = pull_matching(ALL, Pull(source, store))
    assert len(store.trace("t1").spans) == 5
    assert (done.receipt.spans, done.errors) == (5, ())
    assert store.trace("t1").spans[0].id == "1-0"


def test_only_what_fails_inside_is_kept(store: SqliteStore) -> None:
    def failing(trace: Trace) -> bool:
        return trace.id == "t2"

    done = pull_matching(ALL, Pull(many(3), store, failing=failing))
    assert done.traces == ("t2",)
    assert "2 traces in which nothing failed" in done.receipt.left_out[0].says


@pytest.mark.parametrize("pieces", [1, 3])
def test_every_trace_is_masked_before_it_is_kept(pieces: int, store: SqliteStore) -> None:
    pull_matching(ALL, Pull(many(2, pieces_of=pieces), store, mask=lambda trace: replace(trace, name="masked")))
    assert {found.name for found in store.traces()} == {"masked"}


def test_a_limit_counts_what_is_known_too_and_tells_that_there_is_more(store: SqliteStore) -> None:
    source = many(5)
    for _ in range(2):
        done = pull_matching(replace(ALL, limit=3), Pull(source, store))
        assert done.traces == ("t5", "t4", "t3")
        assert "more traces match than the 3" in done.receipt.truncated[0].says
    assert pull_matching(replace(ALL, limit=5), Pull(source, store)).receipt.truncated == ()


def test_no_more_are_fetched_at_once_than_the_source_allows(store: SqliteStore) -> None:
    source = many(40, at_once=2, gate=Barrier(3))
    assert len(pull_matching(ALL, Pull(source, store)).traces) == 40
    assert source.most_at_once == 2


def test_searches_that_differ_do_not_go_on_from_each_other(store: SqliteStore) -> None:
    source = many(60, breaks={20: Unreachable(DOWN)}, at_once=1)
    pull_matching(ALL, Pull(source, store))
    pull_matching(replace(ALL, scores=(Bound("correct", "<", 0.5),)), Pull(source, store))
    assert source.searched[-1].until is None
    pull_matching(ALL, Pull(source, store, failing=lambda _: True))
    assert source.searched[-1].until is None


def test_a_later_start_is_kept_when_a_pull_goes_on(store: SqliteStore) -> None:
    source = many(60, breaks={20: Unreachable(DOWN)}, at_once=1)
    pull_matching(ALL, Pull(source, store))
    since = datetime.fromtimestamp(start_of(60) / 1e9 - 600, UTC)
    pull_matching(replace(ALL, since=since), Pull(source, store))
    assert [query.since for query in source.searched[1:]] == [since]


def test_progress_tells_how_far_it_is(store: SqliteStore) -> None:
    clock = Clock()
    pull_named(["t1", "t2"], Pull(many(2, at_once=1), store, clock.events.append))
    assert [(event.stage, event.done, event.total) for event in clock.events] == [("pull", 1, 2), ("pull", 2, 2)]
    assert clock.events[-1].says == "2 spans"
