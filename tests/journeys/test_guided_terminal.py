"""The guided session in a terminal of its own, as narrow as one may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from refinery.cli.wrapping import cells
from tests.journeys.conftest import Refinery, git
from tests.journeys.terminal import REFINERY, Terminal
from tests.journeys.test_guided import bring, span

COLUMNS = 60


@pytest.fixture
def terminal(desk: Path, refinery: Refinery) -> Iterator[Terminal]:
    bring(
        desk,
        refinery,
        span('{"plan": "team"}', "90 USD", 2),
        span("プロプランの価格を教えてください。年間契約の割引も含めて、できればユーロで知りたいです。", "月額45ドルです。", 0),
        span("Combien coûte l'offre « équipe » pour une société établie à Besançon, s'il vous plaît ?", "90 dollars.", 1),
    )
    opened = Terminal(*REFINERY, columns=COLUMNS)
    yield opened
    opened.close()


def test_refinery_alone_opens_the_session_and_ctrl_c_leaves_it_where_it_is(terminal: Terminal) -> None:
    shown = terminal.until("Which one? [1]")
    assert "What went wrong?" in shown
    terminal.type("2\n")
    terminal.until("to a colleague:")
    terminal.interrupt()
    assert terminal.ended() == 130
    assert "Nothing is lost. To go on here: refinery" in terminal.seen
    again = Terminal(*REFINERY, "start", "--plain", columns=COLUMNS)
    assert "You left off in the middle of this" in again.until("Go on there? [Y/n]")
    again.type("q\n")
    assert again.ended() == 0
    again.close()


def test_no_line_is_wider_than_the_terminal(terminal: Terminal) -> None:
    terminal.until("Which one? [1]")
    terminal.type("3\n")
    terminal.until("to a colleague:")
    terminal.type("q\n")
    assert terminal.ended() == 0
    assert max(map(cells, terminal.lines)) <= COLUMNS
    assert any("プロプラン" in line for line in terminal.lines)
    assert any("« équipe »" in line for line in terminal.lines)


ASKED = {
    "French": ("Combien coûte l'offre « équipe » pour une société établie à Besançon ?", "le prix en livres : 90 GBP"),
    "Japanese": ("チームプランの価格を教えてください。請求書はポンド建てでお願いします。", "ポンドでの価格: 90 GBP"),
}


@pytest.mark.parametrize("language", ASKED)
def test_an_expert_goes_from_a_complaint_to_a_kept_change_in_any_language_and_without_colour(
    language: str, desk: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, right = ASKED[language]
    bring(desk, refinery, span(f'{{"plan": "team", "question": "{question}"}}', "90 USD"))
    monkeypatch.setenv("NO_COLOR", "1")
    session = Terminal(*REFINERY, "start", "--seconds", "10", columns=COLUMNS)
    for asks, typed in (
        ("Which one? [1]", "1"),
        ("to a colleague:", right),
        ("90; GBP", ""),
        ("Begin?", "y"),
        ("What shall be done with it? [s]", "k"),
        ("[y/N]", "y"),
    ):
        session.until(asks)
        session.type(f"{typed}\n")
    assert session.ended() == 0, session.seen
    session.close()
    assert [
        line for line in session.lines if cells(line.removesuffix(right)) > COLUMNS
    ] == []  # where typing wraps is the terminal's affair
    assert set(re.findall(r"\x1b\[([\d;]*)m", session.seen)) <= {"0", "1"}  # what is bold is no colour
    assert question[:6] in session.seen
    assert "before: 90 USD" in session.seen
    assert "after:  90 GBP" in session.seen
    assert git(desk, "log", "-1", "--format=%(trailers:key=Refinery-Gate,valueonly)").startswith("accept")
