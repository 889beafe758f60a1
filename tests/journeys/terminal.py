"""A terminal of the operating system's own, with a program in it."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

LONGEST_WAIT = 60.0
REFINERY = (sys.executable, "-c", "from refinery.cli.main import main; main()")


class Terminal:
    """A program behind a terminal: what it writes, and what is typed to it."""

    def __init__(self, *command: str, columns: int = 60) -> None:
        self.screen, behind = pty.openpty()
        fcntl.ioctl(behind, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
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

    def interrupt(self) -> None:
        """Ctrl-C, and Enter behind it: a signal that comes just before Python begins to read is seen when there is something to read."""
        self.type("\x03\n")

    def ended(self) -> int:
        while self._read():
            pass
        return self.process.wait(LONGEST_WAIT)

    @property
    def lines(self) -> list[str]:
        """What was seen line by line, without what only sets words apart."""
        return re.sub(r"\x1b\[[\d;]*m", "", self.seen).replace("\r", "\n").split("\n")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.screen)

    def _read(self) -> bool:
        if not select.select([self.screen], [], [], LONGEST_WAIT)[0]:
            return False
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # the program has gone
            return False
        self.seen += self.decoder.decode(data).replace("\r\n", "\n")
        return bool(data)
