"""The only file that prints: results on stdout, progress and questions on stderr."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from refinery.cli.wrapping import cells as cells
from refinery.cli.wrapping import wrapped
from refinery.events import Event

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from adapters.trace import Json

WIDEST = 100
"""Columns up to which running text is easily read."""
PATIENCE = 1.0
"""Seconds of silence before progress is told."""


def as_json(shape: Mapping[str, Json]) -> None:
    """One JSON object on one line."""
    from adapters import notation

    line = notation.dumps(dict(shape)).lstrip()
    sys.stdout.flush()
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def on_screen(*parts: RenderableType) -> None:
    """A result, as rich draws it: plain text in a pipe, no colour where NO_COLOR says so."""
    console = _console()
    for part in parts:
        console.print(part, soft_wrap=False)


def text(line: str = "") -> None:
    """A line of a result, or several: nothing in it is taken for markup, or obeyed by the terminal."""
    print(harmless(line))


def paragraph(line: str, first: str = "", *, strong: bool = False) -> None:
    """Words for somebody who reads along, broken where the terminal ends; `first` stands before them, and the other lines below them."""
    indent, bold = first, strong and sys.stdout.isatty()
    for each in wrapped(harmless(line), max(min(columns(), WIDEST) - cells(first), 20)):
        print(f"{indent}\x1b[1m{each}\x1b[0m" if bold else f"{indent}{each}".rstrip())
        indent = " " * cells(first)
    sys.stdout.flush()


def note(line: str) -> None:
    """A remark beside the result."""
    print(harmless(line), file=sys.stderr)


def harmless(text: str) -> str:
    """The text with what a terminal would obey, or could not show, spelt out: traces, sources and answers of agents are not ours."""
    if text.isprintable():
        return text
    return "".join(letter if letter in "\n\t" or letter.isprintable() else _spelt(letter) for letter in text)


def _spelt(letter: str) -> str:
    """The way Python writes it; a byte that was no text is that byte again, and odd spaces stay spaces."""
    number = ord(letter)
    if letter.isspace() and number >= 0xA0:
        return " "
    return f"\\x{number - 0xDC00:02x}" if 0xDC80 <= number <= 0xDCFF else letter.encode("unicode_escape").decode("ascii")


def asked(question: str) -> bool:
    """A yes-or-no question to a person; no is the answer when nobody is there or nothing is typed."""
    if not someone_there():
        return False
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def answered(question: str, why: str) -> str:
    """What a person says to an open question; empty when nobody is there or nothing is typed."""
    if not someone_there():
        return ""
    print(f"{harmless(question)}\n  {harmless(why)}\n> ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def typed(question: str, answer: str | None = None) -> str | None:
    """What a person types after a question; None at the end of the input. An `answer` that is known stands there as if it were typed."""
    *above, last = wrapped(harmless(question), min(columns(), WIDEST) - 2)
    for each in above:
        print(each, file=sys.stderr)
    print(f"{last} ", end="", file=sys.stderr, flush=True)
    if answer is not None:
        print(harmless(answer), file=sys.stderr, flush=True)
        return answer
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


def forget_typed() -> None:
    """What was typed before it was asked for answers nothing, where a terminal can tell."""
    if sys.stdin.isatty():
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


def someone_there() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class Progress:
    """Tells what goes on, on stderr, once it has taken longer than a second: one line that changes on a terminal, lines elsewhere."""

    def __init__(self, *, plain: bool = False) -> None:
        self.began = self.told = time.monotonic()
        self.live = sys.stderr.isatty() and not plain
        self.width = 0
        self.stage = ""

    def __call__(self, event: Event) -> None:
        now = time.monotonic()
        if now - self.began < PATIENCE:
            return
        pause = 0.1 if self.live else 5.0
        if now - self.told < pause and event.stage == self.stage:
            return
        self.told, self.stage = now, event.stage
        count = f" {event.done}/{event.total}" if event.total else f" {event.done}" if event.done else ""
        line = f"{event.stage}{count}: {event.says}" if event.says else f"{event.stage}{count}"
        line = harmless(line.replace("\n", " "))
        if self.live:
            line = fitted(line, columns() - 1)
            print(f"\r{line}{'':<{max(0, self.width - cells(line))}}", end="", file=sys.stderr, flush=True)
            self.width = cells(line)
        else:
            print(line, file=sys.stderr, flush=True)

    def wipe(self) -> None:
        """Take the changing line away, so that what follows starts on a clean one."""
        if self.live and self.width:
            print(f"\r{'':<{self.width}}\r", end="", file=sys.stderr, flush=True)
            self.width = 0


def columns() -> int:
    """How wide the terminal behind stderr is now; 80 where it does not say."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def width() -> int:
    """Columns that a result has."""
    return _console().width


def fitted(line: str, width: int) -> str:
    """As much of a line as fits on one of a terminal: a longer one would leave its beginning behind when it is drawn again."""
    taken = 0
    for place, letter in enumerate(line):
        taken += cells(letter)
        if taken > width:
            return line[:place]
    return line


@contextmanager
def progress(*, plain: bool = False) -> Iterator[Progress]:
    """Progress for the length of a block; a plain one draws no line anew."""
    telling = Progress(plain=plain)
    try:
        yield telling
    finally:
        telling.wipe()


def _console() -> Console:
    """Rich's, which passes on what a text has of escape sequences; this one does not."""
    from rich.console import Console, ConsoleOptions
    from rich.segment import Segment

    class Harmless(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for part in super().render(renderable, options):
                yield part if part.control else Segment(harmless(part.text), part.style)

    return Harmless(highlight=False, emoji=False, markup=False)
