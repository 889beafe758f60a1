"""The guided session in a terminal of its own, as narrow as one may be."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from refinery.cli.wrapping import cells
from tests.journeys.conftest import Refinery
from tests.journeys.test_guided import bring, span

COLUMNS = 60
LONGEST_WAIT = 60.0


class Terminal:
    """A program behind a terminal: what it writes, and what is typed to it."""

    def __init__(self, *arguments: str) -> None:
        self.screen, behind = pty.openpty()
        fcntl.ioctl(behind, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from refinery.cli.main import main; main()", *arguments],
            stdin=behind,
            stdout=behind,
            stderr=behind,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        os.close(behind)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.seen = ""

    def until(self, words: str) -> str:
        """What was written up to these words."""
        start = len(self.seen)
        while words not in self.seen[start:]:
            assert self._read(), f"{words!r} never came: {self.seen}"
        return self.seen[start:]

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def ended(self) -> int:
        while self._read():
            pass
        return self.process.wait(LONGEST_WAIT)

    def _read(self) -> bool:
        if not select.select([self.screen], [], [], LONGEST_WAIT)[0]:
            return False
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # the program has gone
            return False
        self.seen += self.decoder.decode(data).replace("\r\n", "\n")
        return bool(data)


@pytest.fixture
def terminal(desk: Path, refinery: Refinery) -> Iterator[Terminal]:
    bring(
        desk,
        refinery,
        span('{"plan": "team"}', "90 USD", 2),
        span("プロプランの価格を教えてください。年間契約の割引も含めて、できればユーロで知りたいです。", "月額45ドルです。", 0),
        span("Combien coûte l'offre « équipe » pour une société établie à Besançon, s'il vous plaît ?", "90 dollars.", 1),
    )
    opened = Terminal()
    yield opened
    if opened.process.poll() is None:
        opened.process.kill()
        opened.process.wait()
    os.close(opened.screen)


def test_refinery_alone_opens_the_session_and_ctrl_c_leaves_it_where_it_is(terminal: Terminal) -> None:
    shown = terminal.until("Which one? [1]")
    assert "What went wrong?" in shown
    terminal.type("2\n")
    terminal.until("to a colleague:")
    terminal.type("\x03")
    assert terminal.ended() == 130
    assert "Nothing is lost. To go on here: refinery" in terminal.seen
    again = Terminal("start", "--plain")
    assert "You left off in the middle of this" in again.until("Go on there? [Y/n]")
    again.type("q\n")
    assert again.ended() == 0
    os.close(again.screen)


def test_no_line_is_wider_than_the_terminal(terminal: Terminal) -> None:
    terminal.until("Which one? [1]")
    terminal.type("3\n")
    terminal.until("to a colleague:")
    terminal.type("q\n")
    assert terminal.ended() == 0
    lines = [line.replace("\x1b[1m", "").replace("\x1b[0m", "") for line in terminal.seen.replace("\r", "\n").split("\n")]
    assert max(map(cells, lines)) <= COLUMNS
    assert any("プロプラン" in line for line in lines)
    assert any("« équipe »" in line for line in lines)
