"""What is told on the way has to fit the terminal it is told on."""

from __future__ import annotations

import io
import sys

import pytest

from refinery.cli import show
from refinery.events import Event


class Terminal(io.StringIO):
    """A terminal that does not say how wide it is."""

    def isatty(self) -> bool:
        return True


def test_the_changing_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    told = show.Progress()
    told.began = told.told = told.began - 10
    told(Event("search", "価格" * 60, 7, 400))
    line = terminal.getvalue().strip("\r ")
    assert line.startswith("search 7/400: 価格")
    assert show.cells(line) < 80


def test_wide_letters_count_twice() -> None:
    assert show.fitted("価格を確認", 6) == "価格を"
    assert show.fitted("short", 6) == "short"
    assert show.fitted("too long for it", 6) == "too lo"
