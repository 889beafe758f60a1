"""Workers born warm: one process loads the agent's libraries once and is forked for every candidate tree, which then loads its own code."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.trace import Json
from refinery.suite.confinement import Limits
from refinery.suite.pool import PATIENCE, RECORD, WORKER, Pool, Unstarted, greeting, sweep


@dataclass(slots=True)
class Born:
    """A worker that is no child of ours; it holds the other end of a pipe for as long as it lives."""

    pid: int
    life: int
    returncode: int | None = None

    def wait(self, timeout: float | None = None) -> None:
        """Until it ended."""
        if self.returncode is None:
            if not select.select([self.life], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("worker", timeout or 0.0)
            os.close(self.life)
            self.returncode = 0


class Nursery:
    """Forks workers for trees of the same agent. Closing it leaves no process; its folder is its maker's."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, home: Path) -> None:
        self._process = process
        self._control = control
        self._home = home
        self._lock = threading.Lock()

    @staticmethod
    def start(argv: Sequence[str], tree: Path, environment: Mapping[str, str], spec: Mapping[str, Json], seconds: float) -> Nursery | None:
        """Load the libraries of the agent in `tree`; None when that cannot be had, and workers are then started one by one."""
        ours, theirs = socket.socketpair()
        command = [*argv, str(WORKER), "nursery", str(theirs.fileno()), json.dumps(dict(spec))]
        try:
            process = subprocess.Popen(
                command,
                cwd=tree,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError:
            ours.close()
            return None
        finally:
            theirs.close()
        nursery = Nursery(process, ours, Path(environment["HOME"]))
        if greeting(ours, seconds) is None:
            nursery.close()
            return None
        return nursery

    def bear(
        self, environment: Mapping[str, str], home: Path, size: int, limits: Limits, spec: Mapping[str, Json], seconds: float
    ) -> Pool | Unstarted | None:
        """A worker for the tree that `spec` names; None when the nursery is gone."""
        ours, theirs = socket.socketpair()
        life, held = os.pipe()
        body = json.dumps({**spec, "environment": dict(environment), "log": str(home / "worker.log")}).encode()
        answer = b""
        try:
            with self._lock, contextlib.suppress(OSError):
                socket.send_fds(self._control, [RECORD.pack(b"BEAR", len(body), 0)], [theirs.fileno(), held])
                self._control.sendall(body)
                answer = self._control.recv(RECORD.size, socket.MSG_WAITALL)
        finally:
            theirs.close()
            os.close(held)
        if len(answer) < RECORD.size:
            ours.close()
            os.close(life)
            return None
        return Pool.greeted(Born(RECORD.unpack(answer)[1], life), ours, home, size, limits, "the worker", seconds)

    def close(self) -> None:
        """End it; workers that it bore end with their own pools."""
        self._control.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            sweep(self._home)
