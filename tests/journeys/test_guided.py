"""The guided session as a domain expert goes through it: every question answered, left, taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.trace import Json
from refinery import wiring
from refinery.domain import Said
from refinery.flows.session.bookmark import opened
from tests.fakes.langsmith import KEY, PROJECT, FakeLangSmith, run
from tests.journeys.conftest import SETTINGS, Answer, Refinery, git
from tests.journeys.test_fix import everything
from tests.journeys.test_search import PARCELS, UNSURE, agent

CHOICE, WORDS, WISHES, BEGIN, KEEP, TAKE_OVER = "1", "the price in pounds: 90 GBP", "", "y", "k", "y"
WHOLE = (CHOICE, WORDS, WISHES, BEGIN, KEEP, TAKE_OVER)
RESUME = "y"

Guided = Callable[..., Answer]


@pytest.fixture
def guided(desk: Path, refinery: Refinery) -> Guided:
    """A session with these answers, in the repository of the price desk."""

    def go(*answers: str, more: tuple[str, ...] = ()) -> Answer:
        file = desk.parent / "answers.txt"
        file.write_text("".join(f"{each}\n" for each in answers), encoding="utf-8")
        return refinery("start", "--answers", str(file), "--seconds", "10", *more)

    return go


def span(asked: str, answered: str, number: int = 0, **more: Json) -> dict[str, Json]:
    values = {"input.value": asked, "output.value": answered, "openinference.span.kind": "AGENT"}
    return {
        "traceId": f"{number + 1:02x}" * 16,
        "spanId": f"{number + 1:02x}" * 8,
        "name": "answer",
        "startTimeUnixNano": str(1 + number),
        "endTimeUnixNano": str(2 + number),
        "attributes": [{"key": key, "value": {"stringValue": value}} for key, value in values.items()],
        **more,
    }


def bring(desk: Path, refinery: Refinery, *spans: dict[str, Json]) -> None:
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [*spans]}]}]}
    (desk.parent / "trace.json").write_text(json.dumps(body))
    assert refinery("traces", "import", str(desk.parent / "trace.json")).status == 0


@pytest.fixture
def wrong_price(desk: Path, refinery: Refinery) -> Path:
    """Somebody was told a price in the wrong currency."""
    bring(desk, refinery, span('{"plan": "team"}', "90 USD"))
    return desk


def kept(root: Path) -> list[str]:
    return git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/refinery").splitlines()


def test_a_wrong_answer_becomes_a_change_in_the_files_and_can_be_taken_back(wrong_price: Path, guided: Guided, refinery: Refinery) -> None:
    done = guided(*WHOLE)
    assert done.status == 0, done.err
    assert "HERE IT WENT WRONG: Agent: 90 USD" in done.out
    assert "before: 90 USD   (right 0 of" in done.out
    assert "after:  90 GBP   (right" in done.out
    assert "Got worse: none of 3 other cases" in done.out
    assert "currency" in (wrong_price / "desk" / "agent.py").read_text().split("def look_up")[1].split("def answer")[0]
    told = done.out.rsplit("To take it back: refinery ", 1)[1].split()
    assert refinery(*told).status == 0
    assert git(wrong_price, "diff", "HEAD~2", "--stat") == ""


def test_pressing_enter_all_the_way_keeps_nothing_and_touches_nothing(wrong_price: Path, guided: Guided) -> None:
    before = everything(wrong_price)
    done = guided(CHOICE, WORDS, *[""] * 12)
    assert done.status == 0
    assert "What shall be done with it? [s]" in done.err
    assert kept(wrong_price) == []
    assert everything(wrong_price) == before


def test_a_kept_change_stays_out_of_the_files_until_a_yes(wrong_price: Path, guided: Guided) -> None:
    before = everything(wrong_price)
    done = guided(CHOICE, WORDS, WISHES, BEGIN, KEEP, "")
    assert len(kept(wrong_price)) == 1
    assert everything(wrong_price) == before
    assert f"refinery accept {kept(wrong_price)[0].removeprefix('refinery/')}" in done.out


@pytest.mark.parametrize("left_at", range(1, 4))
def test_a_session_left_before_the_trial_asks_nothing_twice(wrong_price: Path, guided: Guided, left_at: int) -> None:
    assert guided(*WHOLE[:left_at], "q").status == 0
    again = guided(RESUME, *WHOLE[left_at:3])
    assert "You left off in the middle of this" in again.out
    assert "Which one?" not in again.err
    assert again.err.endswith("Begin? [Y/n] \n")
    with wiring.store(wrong_price) as store:
        mark = opened(store)
    assert (mark.says, mark.wishes) == (WORDS, ("90", "GBP"))


def test_a_session_left_at_the_decision_comes_to_the_same_change_again(wrong_price: Path, guided: Guided) -> None:
    left = guided(*WHOLE[:4], "s")
    assert left.status == 0
    assert kept(wrong_price) == []
    again = guided(RESUME, BEGIN, KEEP)
    assert [line for line in again.out.splitlines() if "inside" in line] == [line for line in left.out.splitlines() if "inside" in line]
    assert len(kept(wrong_price)) == 1
    last = guided(RESUME, "")
    assert last.status == 0
    assert "refinery accept" in last.out
    assert "Which one?" in guided().err, "and the next session begins anew"


def test_a_session_can_be_begun_anew_instead(wrong_price: Path, guided: Guided) -> None:
    guided(CHOICE, "q")
    assert "Which one?" in guided("n").err


def test_a_no_and_its_reason_are_remembered_and_the_next_is_looked_for(wrong_price: Path, guided: Guided) -> None:
    done = guided(*WHOLE[:4], "n", "the record must not be passed on", "w", "s", more=("--seconds", "6"))
    assert done.status in (0, 1)
    with wiring.store(wrong_price) as store:
        (first, *_) = store.fixes()
        assert store.approvals()[0].said is Said.NO
    assert first.outcome == "declined"
    assert first.cure.endswith("The expert said no: the record must not be passed on")
    insides = [line for line in done.out.splitlines() if line.startswith("What it does inside")]
    assert len(insides) == len(set(insides))
    assert kept(wrong_price) == []


def test_a_change_that_does_not_go_into_the_files_stays_put_aside(wrong_price: Path, guided: Guided) -> None:
    (wrong_price / "desk" / "agent.py").write_text("# half-finished work\n")
    done = guided(*WHOLE)
    assert done.status == 0
    assert "That was not possible, and nothing was changed" in done.out
    assert (wrong_price / "desk" / "agent.py").read_text() == "# half-finished work\n"
    assert len(kept(wrong_price)) == 1


def test_why_shows_the_reasons_and_the_very_change(wrong_price: Path, guided: Guided) -> None:
    done = guided(*WHOLE[:4], "why")
    assert "Why it should help: " in done.out
    assert '-    return {"amount": record["amount"]}' in done.out


def test_words_that_the_wrong_answer_has_too_are_asked_for_again(wrong_price: Path, guided: Guided) -> None:
    done = guided(CHOICE, "another currency", "90", "90; not USD")
    assert "has all that already" in done.out
    assert "says “90” and does not say “USD”" in done.out


def test_a_complaint_in_japanese_finds_its_conversation(desk: Path, refinery: Refinery, guided: Guided) -> None:
    bring(
        desk,
        refinery,
        span("プロプランの価格を教えてください", "プロプランは月額45ドルです。", 0),
        span("Combien coûte l'offre équipe ?", "L'offre équipe coûte 90 dollars.", 1),
        span("Was kostet Pro?", "45", 2),
    )
    done = guided("p", "プロプランの価格がユーロではありませんでした", "", "1", more=("--plain",))
    assert "Customer: プロプランの価格を教えてください" in done.out
    assert "The complaint: “プロプランの価格がユーロではありませんでした”" in done.out


def test_words_find_the_conversation_in_which_they_stand(desk: Path, refinery: Refinery, guided: Guided) -> None:
    bring(desk, refinery, span("Combien coûte l'offre équipe ?", "L'offre équipe coûte 90 dollars.", 1), span("Was kostet Pro?", "45", 2))
    done = guided("f", "", "équipe coûte", "1")
    assert "Customer: Combien coûte l'offre équipe ?" in done.out
    assert "HERE IT WENT WRONG: Agent: L'offre équipe coûte 90 dollars." in done.out


def test_failures_are_offered_in_groups(desk: Path, refinery: Refinery, guided: Guided) -> None:
    failed: dict[str, Json] = {"code": 2, "message": "KeyError: 'gold'"}
    event: Json = {
        "name": "exception",
        "attributes": [
            {"key": "exception.type", "value": {"stringValue": "KeyError"}},
            {"key": "exception.message", "value": {"stringValue": "'gold'"}},
        ],
    }
    bad = [span('{"plan": "gold"}', "", number, status=failed, events=[event]) for number in range(5)]
    bring(desk, refinery, *bad, span('{"plan": "pro"}', "45 EUR", 9))
    done = guided("5", "a", "6")
    assert "(5)" in done.out
    assert "and 2 more like these" in done.out
    assert "There is no number 5 in the list." in done.out
    assert "45 EUR" in done.out.split("There is no number")[1], "a shows all, also what did not fail"


def test_a_first_session_offers_to_set_up_and_writes_nothing_without_a_yes(desk: Path, guided: Guided, refinery: Refinery) -> None:
    bring(desk, refinery, span('{"plan": "team"}', "90 USD"))
    settings = desk / "refinery.toml"
    settings.unlink()
    done = guided("")
    assert "- the agent is desk.agent:answer" in done.out
    assert "- situations that are written down: 3, in 1 file" in done.out
    assert not settings.exists()
    guided("y")
    assert 'python = "desk.agent:answer"' in settings.read_text()


def test_conversations_are_read_from_a_file_where_there_are_none(desk: Path, guided: Guided) -> None:
    chat = desk.parent / "chat.json"
    chat.write_text(json.dumps([{"role": "user", "content": "What is Pro?"}, {"role": "assistant", "content": "45 USD"}]))
    done = guided(str(desk.parent / "nowhere.json"), str(chat), "1")
    assert "nowhere.json" in "".join(done.out.split()), "a long path is broken over lines"
    assert "Customer: What is Pro?" in done.out
    assert "0 new" not in done.out, "of a file that is not there nothing came"


def test_a_complaint_that_nobody_recorded_becomes_a_case(desk: Path, guided: Guided) -> None:
    (desk.parent / "chat.json").write_text('[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]')
    done = guided(str(desk.parent / "chat.json"), "p", "Wrong currency!", "", '{"plan": "team"}', "90 GBP", "", "y", "k", "")
    assert done.status == 0, done.err
    assert "HERE IT WENT WRONG" not in done.out
    assert "before: 90 USD" in done.out
    assert "after:  90 GBP" in done.out
    assert " under the name " in " ".join(done.out.split())
    assert len(kept(desk)) == 1


def test_a_complaint_that_nobody_recorded_need_not_become_a_case(desk: Path, refinery: Refinery, guided: Guided) -> None:
    bring(desk, refinery, span("Was kostet Pro?", "45"))
    done = guided("p", "Wrong currency!", "", "", "1")
    assert "This is the list as before" in done.out
    assert "Customer: Was kostet Pro?" in done.out


def test_conversations_that_read_the_same_are_told_apart(desk: Path, refinery: Refinery, guided: Guided) -> None:
    bring(desk, refinery, span("Was kostet Pro?", "45", 0), span("Was kostet Pro?", "45", 1), span("Was kostet Team?", "90", 2))
    done = guided("q")
    assert [done.out.count(f"trace {number:02x}") for number in (1, 2, 3)] == [1, 1, 0]


def test_outside_of_a_project_conversations_can_still_be_understood(
    home: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)
    bring(home, refinery, span("What does Team cost?", "90 USD"))
    (home / "answers.txt").write_text("1\n90 GBP\n\n")
    done = refinery("start", "--answers", str(home / "answers.txt"))
    assert done.status == 1
    assert "What is wrong" in done.out
    assert "open its project's folder" in done.out


def test_without_a_terminal_refinery_alone_prints_its_help(desk: Path, refinery: Refinery) -> None:
    done = refinery()
    assert done.status == 0
    assert "Commands:" in done.out
    refused = refinery("start")
    assert refused.status == 2
    assert "needs a terminal" in refused.err


def test_conversations_are_fetched_from_where_they_are_kept(
    desk: Path, refinery: Refinery, guided: Guided, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "refinery.toml").write_text(f'{SETTINGS}[traces]\nsource = "langsmith"\nproject = "{PROJECT}"\n')
    monkeypatch.setenv("LANGSMITH_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeLangSmith(run(10, 10, inputs={"plan": "team"}, outputs={"answer": "90 USD"})) as server:
        monkeypatch.setenv("LANGSMITH_ENDPOINT", server.url)
        done = guided("t", "q")
    assert "1 new conversation." in done.out
    assert "answered: 90 USD" in done.out


def test_a_platform_that_does_not_answer_is_told_and_the_talk_goes_on(desk: Path, guided: Guided, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk / "refinery.toml").write_text(f'{SETTINGS}[traces]\nsource = "langsmith"\nproject = "{PROJECT}"\n')
    for name in ("LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    done = guided("t", "q")
    assert done.status == 0
    assert "That did not work:" in done.out
    assert done.err.count("File:") == 2, "it was asked again"


def test_whose_name_a_change_is_kept_in_is_asked_where_git_does_not_know(
    home: Path, wrong_price: Path, guided: Guided, refinery: Refinery
) -> None:
    (home / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n")
    before = [(wrong_price / ".git" / "config").read_bytes(), (home / ".gitconfig").read_bytes()]
    done = guided(CHOICE, WORDS, WISHES, BEGIN, "", "nobody@example.com", "Ana Prüfer", "ana@example.com", KEEP, TAKE_OVER)
    assert done.status == 0, done.err
    assert "A name and an e-mail address are needed" in done.out
    assert git(wrong_price, "log", "-1", "--format=%an <%ae> %cn", "HEAD").strip() == "Ana Prüfer <ana@example.com> Ana Prüfer"
    assert [(wrong_price / ".git" / "config").read_bytes(), (home / ".gitconfig").read_bytes()] == before
    assert refinery(*done.out.rsplit("To take it back: refinery ", 1)[1].split()).status == 0, "and it is not asked again"


def test_where_only_experience_points_it_is_told_as_a_maybe(desk: Path, guided: Guided) -> None:
    chat = desk.parent / "chat.json"
    call = {"id": "c", "type": "function", "function": {"name": "look_up", "arguments": '{"plan": "pro"}'}}
    said = [{"role": "user", "content": "What is Pro?"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    said += [{"role": "tool", "tool_call_id": "c", "content": '{"amount": 45}'}, {"role": "assistant", "content": "45 USD"}]
    chat.write_text(json.dumps(said))
    done = guided(str(chat), "1")
    assert "HERE IT WENT WRONG" not in done.out
    assert "nothing that was recorded" not in done.out
    assert done.out.count("(perhaps here) ") == 1


def test_where_changes_part_the_expert_decides_and_what_they_say_is_written_down(desk: Path, guided: Guided, refinery: Refinery) -> None:
    agent(desk, UNSURE, PARCELS)
    bring(desk, refinery, span('{"kilos": 40, "metres": 2}', "one person"))
    done = guided("1", "two people", "exactly two people", "y", "o", "one person", "y", "k", "")
    assert "Which answer is right?" in done.out
    assert "The situation: “kilos: " in done.out
    assert "Got worse: none of 2 other cases" in done.out
    (branch,) = kept(desk)
    written = git(desk, "show", "--format=", branch, "--", "scenarios")
    assert written.count("equals: two people") == 1
    assert "assumption: 'decided: one person'" in written


def test_who_cannot_say_which_is_right_keeps_nothing(desk: Path, guided: Guided, refinery: Refinery) -> None:
    agent(desk, UNSURE, PARCELS)
    bring(desk, refinery, span('{"kilos": 40, "metres": 2}', "one person"))
    done = guided("1", "two people", "exactly two people", "y", "u", "n")
    assert done.status == 1
    assert kept(desk) == []
