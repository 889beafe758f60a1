from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.langsmith_source import Account, LangSmith
from adapters.patience import Patience
from adapters.source import Denied, NotFound, Query, SourceError, Unreachable, Unreadable
from adapters.trace import Json, Kind, Status
from tests.fakes.langsmith import KEY, NEW, OLD, PROJECT, PROJECT_ID, PROJECTS, Answer, FakeLangSmith, identity, run, said

BROKEN = "ValueError('no such plan')\n\nTraceback (most recent call last):\n  ..."
HTML = Answer(b"<!doctype html><title>Sign in</title>", kind="text/html")


@dataclass
class Waits:
    """A clock that sleeping moves on."""

    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def patience(self) -> Patience:
        return Patience(sleep=self.waits.append, clock=lambda: sum(self.waits), wall=lambda: 1_000_000_000.0, chance=lambda: 1.0)


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the user's account nor their proxy."""
    for name in ("LANGSMITH_API_KEY", "LANGSMITH_ENDPOINT", "LANGSMITH_TENANT_ID", "LANGCHAIN_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def waits() -> Waits:
    return Waits()


Open = Callable[..., LangSmith]


@pytest.fixture
def source(waits: Waits) -> Iterator[Open]:
    opened: list[LangSmith] = []

    def at(server: FakeLangSmith, project: str = PROJECT, key: str = KEY, url: str = "") -> LangSmith:
        opened.append(LangSmith(Account(key, url or server.url), project, waits.patience(), waits.told.append))
        return opened[-1]

    yield at
    for each in opened:
        each.close()


def trace(root: int, children: int = 1, error: str | None = None, **more: Json) -> list[dict[str, Json]]:
    """A trace whose last child has the error."""
    inner = [run(root + number, root, root, error if number == children else None, **more) for number in range(1, children + 1)]
    return [run(root, root), *inner]


def test_search_is_lazy_and_asks_for_no_more_pages_than_are_looked_at(source: Open) -> None:
    with FakeLangSmith(*[run(number, number) for number in range(250)]) as server:
        found = source(server).search(Query(limit=250))
        assert server.asked == []
        first = next(found)
        assert (first.id, first.name, first.seconds, first.failed) == (identity(249), "desk", 0.5, False)
        assert server.paths == [PROJECTS, NEW]
        assert [each.id for each in found] == [identity(number) for number in range(248, -1, -1)]
        assert server.paths == [PROJECTS, NEW, NEW, NEW]


def test_a_limit_is_kept(source: Open) -> None:
    with FakeLangSmith(*[run(number, number) for number in range(30)]) as server:
        assert len(list(source(server).search(Query(limit=7)))) == 7
        assert server.asked[-1].words["page_size"] == 7


@pytest.mark.parametrize("new", [True, False])
def test_every_query_names_project_start_and_fields(new: bool, source: Open) -> None:
    since = datetime.now(UTC) - timedelta(days=3)
    with FakeLangSmith(*trace(1, error=BROKEN), *trace(10), new=new) as server:
        platform = source(server)
        found = list(platform.search(Query(since=since, failed=True, tags=('say "hi"',), text="plan")))
        assert [(each.id, each.failed) for each in found] == [(identity(1), True)]
        words = server.asked[-1].words
        assert words["project_ids" if new else "session"] == [PROJECT_ID]
        assert words["min_start_time" if new else "start_time"] == since.isoformat()
        assert words["selects" if new else "select"]
        assert words["tree_filter"] == 'or(eq(status, "error"), lte(feedback_score, 0))'
        assert words["filter"] == 'and(has(tags, "say \\"hi\\""), search("plan"))'
        assert words["page_size" if new else "limit"] == 100
        platform.fetch(identity(1))
        words = server.asked[-1].words
        assert words["trace_id" if new else "trace"] == identity(1)
        assert str(words["min_start_time" if new else "start_time"]) > "2024"


def test_without_a_start_nothing_is_left_out_for_its_age(source: Open) -> None:
    old: dict[str, Any] = {"start_time": "2023-08-01T00:00:00+00:00", "end_time": None}
    with FakeLangSmith(run(1, 1, **old)) as server:
        platform = source(server)
        assert [each.id for each in platform.search(Query())] == [identity(1)]
        assert source(server).fetch(identity(1)).receipt.spans == 1


@pytest.mark.parametrize("new", [True, False])
def test_a_whole_trace_of_several_pages(new: bool, source: Open, waits: Waits) -> None:
    with FakeLangSmith(*trace(1000, children=250, error=BROKEN), *trace(5000), new=new) as server:
        pulled = source(server).fetch(identity(1000).upper())
    (whole,) = pulled.traces
    assert (whole.id, whole.source, len(whole.spans), pulled.receipt.spans) == (identity(1000), "langsmith", 251, 251)
    assert [span.id for span in whole.spans] == [identity(1000 + number) for number in range(251)]
    assert whole.task == "What does plan 1000 cost?"
    tool = whole.spans[250]
    assert (tool.kind, tool.tool, tool.parent_id, tool.status) == (Kind.TOOL, "look_up", identity(1000), Status.ERROR)
    assert tool.failure is not None
    assert (tool.failure.type, tool.agent) == ("ValueError", "desk")
    assert tool.attributes["session_id"] == PROJECT_ID
    assert pulled.receipt.not_understood == pulled.receipt.truncated == pulled.receipt.orphaned == ()
    assert f"trace {identity(1000)} of project {PROJECT}" in pulled.receipt.asked
    if new:
        assert tool.attributes["prompt_token_details"] == {"cache_read": 3}
        assert server.paths == [PROJECTS, NEW, NEW, NEW]
    else:
        assert server.paths == [PROJECTS, NEW, OLD, OLD, OLD]
        assert waits.told == ["the server has no new query API; the old one is used"]


def test_both_apis_give_the_same_trace(source: Open) -> None:
    runs = [each | {"prompt_token_details": None} for each in trace(1, children=3, error=BROKEN)]
    with FakeLangSmith(*runs) as newer, FakeLangSmith(*runs, new=False) as older:
        (one,), (other,) = source(newer).fetch(identity(1)).traces, source(older).fetch(identity(1)).traces
    assert one == other


def test_the_hierarchy(source: Open) -> None:
    with FakeLangSmith(*trace(1, children=2)) as server:
        below = source(server).hierarchy(identity(1))
    assert {parent: len(spans) for parent, spans in below.items()} == {None: 1, identity(1): 2}


def test_a_project_can_be_named_by_its_id(source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server:
        source(server, PROJECT_ID).fetch(identity(1))
        assert server.paths == [NEW]


@pytest.mark.parametrize("suffix", ["", "/", "/api/v1", "/api/v1/", "/api"])
def test_the_address_may_be_written_with_or_without_the_path(suffix: str, source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server:
        assert source(server, url=server.url + suffix).fetch(identity(1)).receipt.traces == 1


def test_odd_runs_cost_no_other_and_are_told(source: Open) -> None:
    odd: list[Json] = ["nonsense", 7, {"id": None, "trace_id": identity(1), "name": "nameless"}]
    strange = run(2, 1, 1, id="not-a-uuid", start_time="yesterday", run_type=7, inputs=[1], extra="?", feedback_stats=[])
    with FakeLangSmith(*trace(1), strange, *odd) as server:
        pulled = source(server).fetch(identity(1))
    assert {span.id for span in pulled.traces[0].spans} == {identity(1), identity(2), "not-a-uuid"}
    assert sorted(note.says for note in pulled.receipt.not_understood) == ["a run without an id", "not a run", "not a run"]
    assert pulled.receipt.not_understood[0].where.startswith(f"trace {identity(1)}, page 1, run ")


def test_what_a_search_cannot_use_is_noticed_once(source: Open) -> None:
    with FakeLangSmith(*trace(1), "nonsense") as server:
        platform = source(server)
        assert len(list(platform.search(Query()))) == 1
        assert [note.says for note in platform.noticed().not_understood] == ["a trace without an id"]
        assert platform.noticed().not_understood == ()


def test_runs_of_another_trace_are_not_taken(source: Open) -> None:
    with FakeLangSmith() as server:
        server.faults.append((NEW, said({"items": [*trace(1), *trace(10)], "next_cursor": None})))
        pulled = source(server).fetch(identity(1))
    assert [each.id for each in pulled.traces] == [identity(1)]
    assert {note.says for note in pulled.receipt.not_understood} == {"a run of another trace, which was not asked for"}


def test_attachments_are_named_and_their_addresses_forgotten(source: Open) -> None:
    signed: Json = {"bill.pdf": "https://files.example/bill?signature=secret"}
    stored: Json = {"attachment.bill.pdf": {"presigned_url": "https://files.example/bill?signature=secret"}}
    for server in (FakeLangSmith(run(1, 1, attachments=signed)), FakeLangSmith(run(1, 1, s3_urls=stored), new=False)):
        with server:
            pulled = source(server).fetch(identity(1))
        assert pulled.traces[0].spans[0].attributes["attachments"] == ["bill.pdf"]
        assert "secret" not in repr(pulled)
        assert pulled.receipt.left_out[0].says == "the attachment bill.pdf was not downloaded"


def test_a_trace_that_still_runs_is_told(source: Open) -> None:
    with FakeLangSmith(run(1, 1, status="PENDING", end_time=None)) as server:
        (note,) = source(server).fetch(identity(1)).receipt.truncated
    assert "1 of its runs had not ended yet" in note.says


# -- faults ------------------------------------------------------------------------------------------------------------


def fails(platform: LangSmith, kind: type[SourceError]) -> SourceError:
    with pytest.raises(kind) as caught:
        platform.fetch(identity(1))
    assert caught.value.hint
    shown = str(caught.value) + caught.value.hint
    assert not any(part in shown for part in (KEY, KEY[:5], KEY[-5:]))
    return caught.value


def test_no_key_asks_for_one() -> None:
    with pytest.raises(Denied) as caught:
        LangSmith(Account(" "), PROJECT)
    assert caught.value.hint == "set LANGSMITH_API_KEY"


@pytest.mark.parametrize("key", ["lsv2\nX-Evil: 1", "lsv2_pt_schlüssel"])
def test_a_key_that_no_header_can_carry_is_not_sent_and_not_shown(key: str) -> None:
    with pytest.raises(Denied) as caught:
        LangSmith(Account(key), PROJECT)
    assert key not in str(caught.value)


@pytest.mark.parametrize("url", ["127.0.0.1:1984", "ftp://127.0.0.1", "http://", "http://[", "http://127.0.0.1:port"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(Unreachable, match="LANGSMITH_ENDPOINT"):
        LangSmith(Account(KEY, url), PROJECT)


def test_a_wrong_key_is_denied_without_the_servers_words(source: Open, waits: Waits) -> None:
    with FakeLangSmith(*trace(1)) as server:
        error = fails(source(server, key="lsv2_pt_0000000000000000_0000000000"), Denied)
    assert "refuses the credentials (HTTP 401)" in str(error)
    assert "Invalid token" not in str(error)
    assert waits.waits == []


@pytest.mark.parametrize("address", [PROJECTS, NEW])
def test_a_key_that_may_not_is_denied(address: str, source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server:
        server.faults.append((address, said({"error": "Forbidden"}, 403)))
        assert "HTTP 403" in str(fails(source(server), Denied))


def test_what_is_not_there(source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server:
        assert "no project nowhere" in str(fails(source(server, "nowhere"), NotFound))
        with pytest.raises(NotFound, match=f"no trace {identity(9)} in project {PROJECT}"):
            source(server).fetch(identity(9))
        with pytest.raises(NotFound, match="4f2a is not an id"):
            source(server).fetch("4f2a")


def test_a_server_without_any_query_api(source: Open) -> None:
    with FakeLangSmith(*trace(1), new=False) as server:
        server.faults.append((OLD, Answer(b"404 page not found", 404, kind="text/plain")))
        fails(source(server), NotFound)


def test_an_address_that_is_not_langsmiths(source: Open) -> None:
    with FakeLangSmith() as server:
        server.faults.append((PROJECTS, Answer(b"nothing here", 404, kind="text/plain")))
        error = fails(source(server), NotFound)
    assert str(error) == f"{server.url} has no LangSmith API"
    assert "LANGSMITH_ENDPOINT" in error.hint


def test_a_listed_trace_is_looked_for_around_its_time_and_in_its_project(source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server:
        platform = source(server, "another")
        (found,) = platform.search(Query(project=PROJECT))
        assert platform.fetch(found.id).receipt.spans == 2
        since = datetime.fromisoformat(str(server.asked[-1].words["min_start_time"]))
        assert timedelta(days=1) < datetime.now(UTC) - since < timedelta(days=2)
        assert server.paths == [PROJECTS, NEW, NEW]


def test_a_404_amid_pages_is_no_older_server(source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server:
        platform = source(server)
        platform.fetch(identity(1))
        server.faults.append((NEW, said({"detail": "Not Found"}, 404)))
        fails(platform, NotFound)
        assert OLD not in server.paths


PASSING = {
    "too many requests": Answer(b"{}", 429, {"retry-after": "0"}),
    "an error of the server": Answer(b"oops", 500),
    "a gateway": Answer(b"<html>", 502, kind="text/html"),
    "a dropped connection": Answer(dropped=True),
    "half a body": Answer(b'{"items": [', cut=True),
}


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("address", [PROJECTS, NEW, OLD])
def test_what_passes_is_asked_again_once(name: str, address: str, source: Open, waits: Waits) -> None:
    with FakeLangSmith(*trace(1), new=address != OLD) as server:
        server.faults.append((address, PASSING[name]))
        assert source(server).fetch(identity(1)).receipt.spans == 2
        assert server.paths.count(address) == 2
    assert waits.waits == [0.0 if name == "too many requests" else 0.5]
    assert "asking again" in waits.told[-1]


@pytest.mark.parametrize(
    ("header", "waited"), [("7", 7.0), ("Sun, 09 Sep 2001 01:46:52 GMT", 12.0), ("Sun, 09 Sep 2000 01:46:52 GMT", 0.0)]
)
def test_a_wish_to_wait_is_obeyed(header: str, waited: float, source: Open, waits: Waits) -> None:
    with FakeLangSmith(*trace(1)) as server:
        server.faults.append((NEW, Answer(b"{}", 429, {"retry-after": header})))
        source(server).fetch(identity(1))
    assert waits.waits == [waited]


def test_a_wish_to_wait_an_hour_is_told_instead(source: Open, waits: Waits) -> None:
    with FakeLangSmith(*trace(1)) as server:
        server.faults.append((NEW, Answer(b"{}", 429, {"retry-after": "3600"})))
        assert "it asks to wait 3600 s" in str(fails(source(server), Unreachable))
    assert waits.waits == []


def test_patience_ends(source: Open, waits: Waits) -> None:
    with FakeLangSmith(*trace(1)) as server:
        server.faults += [(NEW, Answer(dropped=True))] * 6
        assert str(fails(source(server), Unreachable)).endswith("asked 6 times")
    assert waits.waits == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_nobody_there(source: Open) -> None:
    with FakeLangSmith() as server:
        platform = source(server)
    assert "cannot be reached" in str(fails(platform, Unreachable))


@pytest.mark.parametrize("address", [PROJECTS, NEW, OLD])
def test_a_web_page_is_no_answer(address: str, source: Open) -> None:
    with FakeLangSmith(*trace(1), new=address != OLD) as server:
        server.faults.append((address, HTML))
        assert "answers with a web page instead of JSON" in str(fails(source(server), Unreadable))


@pytest.mark.parametrize("body", [b"null", b"[]", b'{"items": 3}', b'{"detail": "?"}', b'{"items": ["x"]}', b"[" * 5000])
def test_another_shape_is_told(body: bytes, source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server:
        server.faults.append((NEW, Answer(body)))
        with pytest.raises(Unreadable):
            source(server).fetch(identity(1))


def test_a_cursor_that_comes_again_does_not_go_on_for_ever(source: Open) -> None:
    page: Json = {"items": [run(1, 1)], "next_cursor": "again"}
    with FakeLangSmith() as server:
        server.faults += [(NEW, said(page))] * 3
        with pytest.raises(Unreadable, match="the same page again"):
            source(server).fetch(identity(1))
        assert len(server.faults) == 1


def test_the_key_goes_to_no_other_server(source: Open) -> None:
    with FakeLangSmith(*trace(1)) as server, FakeLangSmith(*trace(1)) as other:
        server.faults.append((NEW, Answer(b"", 307, {"location": other.url + NEW})))
        assert "points elsewhere (HTTP 307)" in str(fails(source(server), Unreachable))
        assert other.asked == []


def test_an_account_does_not_show_what_is_secret() -> None:
    assert repr(Account(KEY, "https://ada:pass@host.example:8443/api/v1")) == "Account(https://host.example:8443)"


def test_a_workspace_is_named_to_the_server(waits: Waits) -> None:
    account = Account(KEY, "", workspace=identity(7))
    with FakeLangSmith(*trace(1)) as server:
        with closing(LangSmith(Account(account.api_key, server.url, account.workspace), PROJECT, waits.patience())) as platform:
            platform.fetch(identity(1))
        assert {name.lower(): value for name, value in server.asked[0].headers.items()}["x-tenant-id"] == identity(7)


def test_two_pages_that_overlap_list_a_trace_once(source: Open) -> None:
    first: Json = {"items": [run(3, 3), run(2, 2)], "next_cursor": "b"}
    second: Json = {"items": [run(2, 2), run(1, 1)], "next_cursor": None}
    with FakeLangSmith() as server:
        server.faults += [(NEW, said(first)), (NEW, said(second))]
        listed = [each.id for each in itertools.islice(source(server).search(Query()), 9)]
    assert listed == [identity(3), identity(2), identity(1)]
    assert json.dumps(listed).count(identity(2)) == 1
