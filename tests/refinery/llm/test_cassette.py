"""A conversation that was recorded can be had again, and only that one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from refinery.config import Settings
from refinery.domain import BillItem
from refinery.errors import OutsideError
from refinery.events import Event, silent
from refinery.llm.cassette import NotRecorded, Recorded, Remembered, Replayed
from refinery.llm.port import Message, Reply, Request, Stop, ToolUse
from refinery.llm.scripted import Scripted
from refinery.wiring.model import model_for, spending
from safety.policy import Policy

ASK = Request("system", (Message("user", "grüß \ud800 dich"),), purpose="theorist")
ANSWER = Reply("ja", (ToolUse("t", "look", {"at": 1}),), Stop.TOOLS, BillItem("model", 2.0, 10, 5, 0.1), '[{"type": "text"}]')


def test_a_recording_answers_without_the_model_and_for_free(tmp_path: Path) -> None:
    Recorded(Scripted(ANSWER), tmp_path).complete(ASK)
    replayed = Replayed("scripted", tmp_path).complete(ASK)
    assert (replayed.text, replayed.tool_calls, replayed.stop, replayed.verbatim) == (
        ANSWER.text,
        ANSWER.tool_calls,
        ANSWER.stop,
        ANSWER.verbatim,
    )
    assert (replayed.usage.usd, replayed.usage.input_tokens) == (0.0, 0)


def test_the_model_is_asked_once(tmp_path: Path) -> None:
    script = Scripted(ANSWER)
    recorded = Recorded(script, tmp_path)
    assert recorded.complete(ASK).text == recorded.complete(ASK).text
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "other", [Request("other", ASK.messages), Request(ASK.system, (Message("user", "x"),)), Request(ASK.system, ASK.messages, max_tokens=1)]
)
def test_another_request_is_not_answered(tmp_path: Path, other: Request) -> None:
    Recorded(Scripted(ANSWER), tmp_path).complete(ASK)
    with pytest.raises(NotRecorded, match="no recording"):
        Replayed("scripted", tmp_path).complete(other)


def test_another_model_is_not_answered_for(tmp_path: Path) -> None:
    Recorded(Scripted(ANSWER), tmp_path).complete(ASK)
    with pytest.raises(NotRecorded):
        Replayed("another", tmp_path).complete(ASK)


def test_a_broken_recording_is_named(tmp_path: Path) -> None:
    Recorded(Scripted(ANSWER), tmp_path).complete(ASK)
    (file,) = tmp_path.iterdir()
    file.write_text("{", "utf-8")
    with pytest.raises(OutsideError, match=file.name):
        Replayed("scripted", tmp_path).complete(ASK)


def test_a_remembered_answer_is_taken_while_it_is_fresh_and_then_asked_for_again(tmp_path: Path) -> None:
    clock = [time.time()]
    script = Scripted(ANSWER, Reply("nein"))
    remembered = Remembered(script, tmp_path, lambda: clock[0], fresh_s=60.0)
    assert [remembered.complete(ASK).text for _ in range(2)] == ["ja", "ja"]
    clock[0] += 120.0
    assert remembered.complete(ASK).text == "nein"


def test_an_answer_that_was_cut_is_not_remembered(tmp_path: Path) -> None:
    remembered = Remembered(Scripted(Reply("j", stop=Stop.LENGTH), ANSWER), tmp_path)
    assert [remembered.complete(ASK).text for _ in range(3)] == ["j", "ja", "ja"]


def test_what_is_no_longer_fresh_is_swept(tmp_path: Path) -> None:
    clock = [time.time()]
    remembered = Remembered(Scripted(ANSWER, ANSWER), tmp_path, lambda: clock[0], fresh_s=60.0)
    remembered.complete(ASK)
    clock[0] += 120.0
    remembered.complete(Request("other", ASK.messages))
    assert not list(tmp_path.glob("*.json")), "both were written at the time of the machine, which is long ago by this clock"


def test_a_kept_answer_says_what_an_earlier_run_paid_for_it(tmp_path: Path) -> None:
    remembered = Remembered(Scripted(ANSWER), tmp_path)
    remembered.complete(ASK)
    usage = remembered.complete(ASK).usage
    assert (usage.usd, usage.input_tokens, usage.earlier_usd, usage.earlier_tokens) == (0.0, 0, 0.1, 15)


@pytest.mark.parametrize("torn", [b"{", b"", b"\xff\xfe"])
def test_a_kept_answer_that_cannot_be_read_is_asked_for_again(torn: bytes, tmp_path: Path) -> None:
    heard: list[Event] = []
    remembered = Remembered(Scripted(ANSWER, Reply("nein")), tmp_path, say=heard.append)
    remembered.complete(ASK)
    (file,) = tmp_path.iterdir()
    file.write_bytes(torn)
    assert [remembered.complete(ASK).text for _ in range(2)] == ["nein", "nein"]
    assert "asked for again" in heard[0].says


def test_an_answer_that_cannot_be_kept_is_an_answer_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("no folder")
    heard: list[Event] = []
    assert Remembered(Scripted(ANSWER), tmp_path / "answers", say=heard.append).complete(ASK).text == "ja"
    assert "the run goes on" in heard[-1].says


def test_what_a_killed_run_had_half_written_is_swept_too(tmp_path: Path) -> None:
    part = tmp_path / "abc.123.part"
    part.write_text("{")
    os.utime(part, (0, 0))
    Remembered(Scripted(ANSWER), tmp_path).complete(ASK)
    assert not part.exists()


def test_a_kept_answer_is_had_with_an_empty_purse_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "nobody's")
    stated = Settings(None, Policy())
    purse = spending(stated, 0.0)
    model = model_for("theorist", stated, "anthropic", purse, silent, tmp_path)
    assert model is not None
    Remembered(Scripted(ANSWER, model=model.model), tmp_path).complete(ASK)
    assert model.complete(ASK).text == "ja"
    assert purse.bill.items == ()
