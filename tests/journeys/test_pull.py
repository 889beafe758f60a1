"""Traces are pulled from a platform, once and again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.langsmith import KEY, NEW, PROJECT, Answer, FakeLangSmith, identity, run
from tests.journeys.conftest import SETTINGS, Refinery
from tests.journeys.test_bad_input import told
from tests.journeys.test_fix import part

BROKEN = "KeyError('plan')\n\nTraceback (most recent call last):\n  ..."


@pytest.fixture
def platform(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLangSmith]:
    (desk / "refinery.toml").write_text(f'{SETTINGS}[traces]\nsource = "langsmith"\nproject = "{PROJECT}"\n')
    runs = [run(10, 10), run(11, 10, 10, BROKEN), run(20, 20), run(21, 20, 20), run(30, 30, start_time="2024-01-01T00:00:00+00:00")]
    with FakeLangSmith(*runs) as server:
        monkeypatch.setenv("LANGSMITH_API_KEY", KEY)
        monkeypatch.setenv("LANGSMITH_ENDPOINT", server.url)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server


def test_pull_list_show_and_pull_again(platform: FakeLangSmith, refinery: Refinery) -> None:
    done = refinery("traces", "pull", "--json")
    assert done.status == 0, done.err
    assert done.json["traces"] == [identity(20), identity(10)]
    assert (done.json["new"], done.json["known"], part(done.json, "receipt", "spans")) == (2, 0, 4)
    assert "traces since 20" in str(part(done.json, "receipt", "asked"))
    assert part(done.json, "receipt", "truncated") == []

    again = refinery("traces", "pull")
    assert again.status == 0
    assert again.out.splitlines()[-1] == "0 new, 0 grown, 2 known already"

    failed = refinery("traces", "pull", "--failed", "--since", "7d", "--json")
    assert failed.json["traces"] == [identity(10)]
    listed = refinery("traces", "list", "--failed", "--json")
    assert part(listed.json, "traces", 0, "id") == identity(10)
    assert "KeyError" in refinery("traces", "show", identity(10)).out


def test_a_limit_that_cuts_is_told(platform: FakeLangSmith, refinery: Refinery) -> None:
    done = refinery("traces", "pull", "--limit", "1", "--json")
    assert done.json["traces"] == [identity(20)]
    assert "more traces match than the 1" in str(part(done.json, "receipt", "truncated", 0, "says"))


def test_traces_by_their_ids_are_found_whatever_their_age(platform: FakeLangSmith, refinery: Refinery) -> None:
    done = refinery("traces", "pull", identity(30), identity(99), "--json")
    assert done.status == 2
    assert done.json["traces"] == [identity(30)]
    assert f"there is no trace {identity(99)}" in done.err


def test_a_pull_that_breaks_off_keeps_what_it_had(platform: FakeLangSmith, refinery: Refinery) -> None:
    platform.faults += [(NEW, None), (NEW, None), (NEW, Answer(b"{}", 401))]
    broken = refinery("traces", "pull", "--json")
    assert broken.status == 5
    assert (broken.json["new"], broken.json["traces"]) == (1, [identity(20)])
    assert "broke off" in str(part(broken.json, "receipt", "truncated", 0, "says"))
    assert "refuses the credentials" in told(broken.err)[0]
    whole = refinery("traces", "pull", "--json")
    assert (whole.json["new"], whole.json["known"]) == (1, 1)


def test_one_trace_that_cannot_be_had_stops_no_other(platform: FakeLangSmith, refinery: Refinery) -> None:
    platform.faults += [(NEW, None), (NEW, Answer(b"<html>"))]
    done = refinery("traces", "pull", "--json")
    assert (done.status, done.json["traces"]) == (5, [identity(10)])
    assert "web page instead of JSON" in done.err


@pytest.mark.parametrize(
    ("settings", "says", "hint"),
    [
        ('[traces]\nsource = "fenix"\nproject = "x"\n', 'there is no source of traces called "fenix"', 'did you mean "phoenix"?'),
        ('[traces]\nsource = "honeycomb"\n', 'there is no source of traces called "honeycomb"', "installed are:"),
        ("", "no file or folder of traces is named", "--project"),
        ('[traces]\nsource = "langsmith"\n', "no project of LangSmith is named", "--project"),
        ('[traces]\nsource = "phoenix"\n', "no project of Phoenix is named", "--project"),
    ],
)
def test_a_source_that_cannot_be_pulled_from(settings: str, says: str, hint: str, desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").write_text(SETTINGS + settings)
    done = refinery("traces", "pull")
    assert done.status == 2
    assert says in told(done.err)[0]
    assert hint in told(done.err)[1]


def test_without_a_key(platform: FakeLangSmith, monkeypatch: pytest.MonkeyPatch, refinery: Refinery) -> None:
    monkeypatch.delenv("LANGSMITH_API_KEY")
    done = refinery("traces", "pull")
    assert (done.status, told(done.err)[1]) == (5, "set LANGSMITH_API_KEY")


@pytest.mark.parametrize("arguments", [("--since", "soon"), (identity(10), "--failed")])
def test_what_makes_no_sense_is_told_before_anything_is_asked(
    arguments: tuple[str, ...], platform: FakeLangSmith, refinery: Refinery
) -> None:
    assert refinery("traces", "pull", *arguments).status == 2
    assert platform.asked == []
