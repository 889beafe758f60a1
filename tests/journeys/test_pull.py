"""Traces are pulled from a platform, once and again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.trace import Json
from tests.adapters.otel import line, span
from tests.fakes import runs
from tests.fakes.langsmith import KEY, NEW, PROJECT, Answer, FakeLangSmith, identity, run
from tests.fakes.platforms import STAGES, Stage
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
    platform.faults.append((f"{NEW} {identity(10)}", Answer(b"{}", 401)))
    broken = refinery("traces", "pull", "--json")
    assert broken.status == 5
    assert (broken.json["new"], broken.json["traces"]) == (1, [identity(20)])
    assert "broke off" in str(part(broken.json, "receipt", "truncated", 0, "says"))
    assert "refuses the credentials" in told(broken.err)[0]
    whole = refinery("traces", "pull", "--json")
    assert (whole.json["new"], whole.json["known"]) == (1, 1)


def test_one_trace_that_cannot_be_had_stops_no_other(platform: FakeLangSmith, refinery: Refinery) -> None:
    platform.faults.append((f"{NEW} {identity(20)}", Answer(b"<html>")))
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


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_platform_is_pulled_shown_and_diagnosed_in_the_same_way(
    stage: Stage, desk: Path, monkeypatch: pytest.MonkeyPatch, refinery: Refinery
) -> None:
    (desk / "refinery.toml").write_text(f'{SETTINGS}[traces]\nsource = "{stage.name}"\nproject = "{stage.project}"\n')
    steps = [*runs.desk(1), *runs.desk(2, error="no such plan")]
    with stage.serve(*steps, said=(runs.Said(1, "helpful", 1.0),)) as server:
        for name, value in {**stage.variables(server.url), "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        done = refinery("traces", "pull", "--json")
        assert (done.status, done.json["traces"]) == (0, [stage.id_of(2), stage.id_of(1)]), done.err
        assert (done.json["new"], part(done.json, "receipt", "spans")) == (2, 6)
        before = [path for path in server.paths if path == stage.fetch]
        again = refinery("traces", "pull", "--json")
        assert (again.json["new"], again.json["known"], part(again.json, "receipt", "spans")) == (0, 2, 0)
        lists = 1 if stage.search == stage.fetch else 0
        assert len([path for path in server.paths if path == stage.fetch]) <= len(before) + 2 * lists
        projects = refinery("traces", "projects", "--json")
        assert stage.project in str(projects.json["projects"])
    shown = refinery("traces", "show", stage.id_of(2)).out.splitlines()
    assert shown[1:3] == ["What does plan 2 cost?", "7 tokens in, 3 out" + (", $0.25" if stage.name == "langfuse" else "")]
    steps_shown = [re.sub(r"\W+", " ", step).split() for step in shown[3:]]
    assert [(words[0], "desk" in words or "model" in words or "look_up" in words) for words in steps_shown] == [
        (str(n), True) for n in range(3)
    ]
    assert [words[1] for words in steps_shown[1:]] == ["llm", "tool"]
    assert "no such plan" in shown[-1]
    assert "helpful 1" in refinery("traces", "show", stage.id_of(1)).out
    found = refinery("diagnose", stage.id_of(2), "--json").json
    assert found["step"] == 2


def test_a_failure_that_no_platform_marks_is_found_inside(platform: FakeLangSmith, refinery: Refinery) -> None:
    platform.runs += [run(40, 40), run(41, 40, 40, outputs={"output": "Error: no such table: customers"})]
    marked = refinery("traces", "pull", "--failed", "--json")
    assert marked.json["traces"] == [identity(10)]
    inside = refinery("traces", "pull", "--failed", "--inside", "--json")
    assert inside.json["traces"] == [identity(40), identity(10)]
    assert "1 traces in which nothing failed" in str(part(inside.json, "receipt", "left_out"))
    listed = refinery("traces", "list", "--failed", "--json")
    assert {identity(40), identity(10)} == {str(part(listed.json, "traces", place, "id")) for place in (0, 1)}


def test_what_the_receipt_says_is_quoted_by_the_diagnosis(platform: FakeLangSmith, refinery: Refinery) -> None:
    platform.runs += [run(50, 50, status="PENDING", end_time=None)]
    refinery("traces", "pull")
    notes = str(refinery("diagnose", identity(50), "--json").json["notes"])
    assert "1 of its runs had not ended yet" in notes


def test_secrets_and_personal_data_are_masked_before_they_are_kept(platform: FakeLangSmith, desk: Path, refinery: Refinery) -> None:
    said: Json = {"question": 'I am ada@example.org, card 4111 1111 1111 1111, and {"password": "hunter22xY!"}'}
    platform.runs += [run(60, 60, inputs=said)]
    done = refinery("traces", "pull", "--redact", "--json")
    assert identity(60) in str(done.json["traces"])
    shown = refinery("traces", "show", identity(60), "--json").out
    assert "[mail-1]" in shown
    assert not any(secret in shown for secret in ("ada@example.org", "4111 1111", "hunter22"))
    store = next(desk.glob(".git/refinery/store.sqlite*"))
    assert b"hunter22" not in store.read_bytes()


def test_a_second_pull_of_the_same_id_asks_nobody_for_a_quarter_of_an_hour(platform: FakeLangSmith, refinery: Refinery) -> None:
    refinery("traces", "pull", identity(10))
    asked = len(platform.asked)
    again = refinery("traces", "pull", identity(10), "--json")
    assert (again.json["known"], len(platform.asked)) == (1, asked)
    refinery("traces", "pull", identity(10), "--fresh")
    assert len(platform.asked) > asked


@pytest.mark.parametrize("condition", ["correctness", "<1", "x<y"])
def test_a_score_that_is_not_understood(condition: str, platform: FakeLangSmith, refinery: Refinery) -> None:
    done = refinery("traces", "pull", "--score", condition)
    assert (done.status, platform.asked) == (2, [])
    assert "--score" in told(done.err)[0]


def test_a_folder_is_a_source_too(desk: Path, refinery: Refinery) -> None:
    (desk / "runs").mkdir()
    (desk / "runs" / "one.json").write_text('[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]')
    (desk / "refinery.toml").write_text(f'{SETTINGS}[traces]\nsource = "files"\nproject = "runs"\n')
    done = refinery("traces", "pull", "--since", "2020-01-01", "--json")
    assert (done.status, done.json["new"]) == (0, 0), "a chat has no time, so it began after no date"
    (desk / "runs" / "two.json").write_bytes(line(*[span(n, n - 1, startTimeUnixNano="1795990000000000000") for n in (1, 2)]))
    found = refinery("traces", "pull", "--since", "2020-01-01", "--json")
    assert (found.json["new"], part(found.json, "receipt", "spans")) == (1, 2)
    assert refinery("traces", "pull", "--since", "2020-01-01", "--json").json["known"] == 1
