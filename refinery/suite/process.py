"""How a worker process is started: through its entrance, by a thread that lives as long as it does."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from refinery.suite.sandbox.room import FILTER, Entrance


class Started:
    """A process with all that is under it, in a group of its own."""

    def __init__(self, popen: subprocess.Popen[bytes], walled: bool) -> None:
        self._popen = popen
        self._walled = walled

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """As `Popen` has it; whatever starts it passes a signal on as 128 and its number."""
        code = self._popen.returncode
        return 128 - code if code is not None and self._walled and 128 < code < 128 + signal.NSIG else code

    def wait(self, timeout: float | None = None) -> None:
        self._popen.wait(timeout)

    def destroy(self) -> None:
        """End it at once."""
        with contextlib.suppress(OSError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()


def start(
    entrance: Entrance, command: Sequence[str], tree: Path, environment: Mapping[str, str], line: int, log: IO[bytes] | int
) -> Started:
    """Start a command that finds the descriptor `line` open. Raises OSError, with the program's name, when that is impossible."""
    if shutil.which(command[0], path=environment.get("PATH")) is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), command[0])
    feed, filled = os.pipe()
    try:
        os.write(filled, entrance.filter)
        os.close(filled)
        before = [str(feed) if word == FILTER else word for word in entrance.before]
        popen = _kept(
            lambda: subprocess.Popen(
                [*before, *command],
                cwd=tree,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                pass_fds=(line, feed) if entrance.filter else (line,),
                start_new_session=True,
            )
        )
    finally:
        os.close(feed)
    return Started(popen, bool(before))


def _kept(make: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Made by a thread that is there until the process is gone: what dies with its parent dies with the thread that started it."""
    if not sys.platform.startswith("linux"):
        return make()
    made: list[subprocess.Popen[bytes] | OSError] = []
    ready = threading.Event()

    def keep() -> None:
        try:
            made.append(make())
        except OSError as error:
            made.append(error)
        ready.set()
        if isinstance(made[0], subprocess.Popen):
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, made[0].pid, os.WEXITED | os.WNOWAIT)

    threading.Thread(target=keep, name="keeper", daemon=True).start()
    ready.wait()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]
