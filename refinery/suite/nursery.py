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
from tempfile import mkdtemp

from adapters.trace import Json
from refinery.suite.confinement import Limits
from refinery.suite.pool import PATIENCE, RECORD, WORKER, Pool, Unstarted, deafen, greeting, sweep
from refinery.suite.process import Started, start
from refinery.suite.sandbox.room import Entrance


@dataclass(slots=True)
class Born:
    """A worker that is no child of ours; it holds the other end of a pipe for as long as it lives."""

    number: int
    """Its process, as its nursery knows it; outside it may be another one's."""
    life: int
    nursery: Nursery
    returncode: int | None = None

    def wait(self, timeout: float | None = None) -> None:
        """Until it ended."""
        if self.returncode is None:
            if not select.select([self.life], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("worker", timeout or 0.0)
            os.close(self.life)
            self.returncode = 0

    def destroy(self) -> None:
        """Have it ended; whatever keeps it from that ends the nursery, and all that it bore."""
        if self.returncode is None:
            self.nursery.end(self.number)
            try:
                self.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.nursery.destroy()
                os.close(self.life)
                self.returncode = -signal.SIGKILL


class Nursery:
    """Forks workers for trees of the same agent. Closing it leaves no process; its folder is its maker's."""

    def __init__(self, process: Started, control: socket.socket, home: Path, place: Path, entrance: Entrance) -> None:
        self._process = process
        self._control = control
        self._home = home
        self.place = place
        """The folder in which the trees lie that can be seen from inside."""
        self.entrance = entrance
        self._lock = threading.Lock()
        self.listener: socket.socket | None = None
        """Where telemetry arrives of all that it bears, if their network is not ours."""

    @staticmethod
    def start(
        entrance: Entrance,
        program: Sequence[str],
        tree: Path,
        environment: Mapping[str, str],
        home: Path,
        place: Path,
        spec: Mapping[str, Json],
        seconds: float,
    ) -> Nursery | None:
        """Load the libraries of the agent in `tree`; None when that cannot be had, and workers are then started one by one."""
        ours, theirs = socket.socketpair()
        command = [*program, str(WORKER), "nursery", str(theirs.fileno()), json.dumps(dict(spec))]
        try:
            process = start(entrance, command, tree, environment, theirs.fileno(), subprocess.DEVNULL)
        except OSError:
            ours.close()
            return None
        finally:
            theirs.close()
        nursery = Nursery(process, ours, home, place, entrance)
        hello, nursery.listener = greeting(ours, seconds)
        if hello is None:
            nursery.close()
            return None
        return nursery

    def room(self) -> Path:
        """A private folder for something that is to be borne: it can be seen from inside, and so can no other."""
        return Path(mkdtemp(prefix="born-", dir=self._home))

    def inside(self, home: Path) -> Path:
        """What a private folder is called inside."""
        return (self.entrance.home or self._home) / home.relative_to(self._home)

    def bear(
        self, environment: Mapping[str, str], home: Path, size: int, limits: Limits, spec: Mapping[str, Json], seconds: float
    ) -> Pool | Unstarted | None:
        """A worker for the tree that `spec` names; None when the nursery is gone."""
        ours, theirs = socket.socketpair()
        life, held = os.pipe()
        body = json.dumps({**spec, "environment": dict(environment), "log": str(self.inside(home) / "worker.log")}).encode()
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
        born = Born(RECORD.unpack(answer)[1], life, self)
        return Pool.greeted(born, ours, home, size, limits, "the worker", seconds, self.entrance.owner)

    def end(self, number: int) -> None:
        """End one that it bore, with all that is under it."""
        with self._lock, contextlib.suppress(OSError):
            self._control.send(RECORD.pack(b"END ", number, 0))

    def destroy(self) -> None:
        """End it at once."""
        self._process.destroy()

    def close(self) -> None:
        """End it; workers that it bore end with their own pools."""
        self._control.close()
        if self.listener:
            deafen(self.listener)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.destroy()
            sweep(self._home)
