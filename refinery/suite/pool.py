"""The warm worker process seen from our side: it is started once, and lends a fresh slot to every attempt."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from typing import Protocol

from adapters.trace import Json
from refinery.suite.confinement import KEPT, Limits
from refinery.suite.process import start
from refinery.suite.sandbox.room import NOBODY, Entrance

WORKER = Path(__file__).parent / "worker.py"
RECORD = struct.Struct("<4sIi4x")
PATIENCE = 15.0
"""Seconds until a worker that was told to end a slot, and does not, is given up."""
PART = 1 << 16
FOLDER = "refinery-run-"
GREETING = 1 << 20
"""Bytes of a first line, at most: it may hold the traceback of an import that failed."""


class Why(StrEnum):
    """How an attempt's process came to its end."""

    DONE = "done"
    TIMEOUT = "timeout"
    FLOOD = "flood"
    HALTED = "halted"
    LOST = "lost"
    """The worker is gone, and with it what it knew."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a slot left behind."""

    why: Why
    result: dict[str, Json]
    """What the worker wrote down; empty when it did not come to that."""
    status: int | None
    """As `waitpid` gives it; None when the worker is lost."""
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class Unstarted:
    """Why there is no worker."""

    says: str
    imported: bool
    """The worker stood; it was the agent that could not be imported."""
    error: str = ""
    why: Why = Why.DONE


@dataclass(eq=False, slots=True)
class Slot:
    """One forked process, waiting for its job or doing it."""

    number: int
    line: socket.socket
    out: int
    err: int

    def close(self) -> None:
        self.line.close()
        os.close(self.out)
        os.close(self.err)


@dataclass(eq=False, slots=True)
class Halt:
    """Lets the one who asked for some attempts end those that still run."""

    wanted: bool = False
    running: set[tuple[Pool, int]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> None:
        with self.lock:
            self.wanted = True
            running = tuple(self.running)
        for pool, number in running:
            pool.destroy(number)


class Process(Protocol):
    """What is needed of a started worker process."""

    @property
    def returncode(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> object:
        """Until it ended; `subprocess.TimeoutExpired` when that takes too long."""

    def destroy(self) -> None:
        """End it and what is in its group, at once."""


class Pool:
    """A worker, its slots, and the folder that is their home. Closing it leaves no process and no file."""

    def __init__(self, process: Process, control: socket.socket, home: Path, size: int, limits: Limits, owner: int | None = None) -> None:
        self.process = process
        self.control = control
        self.home = home
        self.size = size
        self.limits = limits
        self.owner = owner
        self.lost = False
        self.adopts = False
        self.listener: socket.socket | None = None
        """Where the agent's telemetry arrives, if its network is not ours."""
        self._ready: deque[Slot] = deque()
        self._due = 0
        self._number = 0
        self._lock = threading.Lock()

    @staticmethod
    def start(
        entrance: Entrance,
        program: Sequence[str],
        tree: Path,
        environment: Mapping[str, str],
        home: Path,
        size: int,
        limits: Limits,
        spec: Mapping[str, Json],
        seconds: float,
    ) -> Pool | Unstarted:
        """Start a worker with this interpreter and wait until it is ready."""
        ours, theirs = socket.socketpair()
        command = [*program, str(WORKER), "template", str(theirs.fileno()), json.dumps(dict(spec))]
        try:
            with (home / "worker.log").open("wb") as log:
                process = start(entrance, command, tree, environment, theirs.fileno(), log)
        except OSError as error:
            ours.close()
            return Unstarted(f"{error.filename or program[0]} cannot be started: {error.strerror}", imported=False)
        finally:
            theirs.close()
        return Pool.greeted(process, ours, home, size, limits, program[0], seconds, entrance.owner)

    @staticmethod
    def greeted(
        process: Process,
        control: socket.socket,
        home: Path,
        size: int,
        limits: Limits,
        program: str,
        seconds: float,
        owner: int | None = None,
    ) -> Pool | Unstarted:
        """The pool of a worker that was just started, once it says that it is ready."""
        pool = Pool(process, control, home, size, limits, owner)
        hello, pool.listener = greeting(control, seconds)
        if hello is None or "failed" in hello:
            pool.close()
            return _unstarted(hello, program, process.returncode, home / "worker.log", seconds)
        pool.adopts = hello.get("adopts") is True
        pool.expect(size)
        pool.forget()
        return pool

    def expect(self, attempts: int) -> None:
        """So many attempts are to come: fork ahead."""
        with self._lock:
            self._due += attempts
            while len(self._ready) < min(attempts, self.size):
                self._ready.append(self._fork())

    def forget(self) -> None:
        """They are not, after all."""
        with self._lock:
            self._due = 0

    def run(self, job: Mapping[str, Json], seconds: float, halt: Halt) -> Ended:
        """Do one job in a slot of its own; when this returns, nothing that it started is left."""
        slot = self._take()
        mine = (self, slot.number)
        with halt.lock:
            halt.running.add(mine)
            halted = halt.wanted
        try:
            if halted:
                return Ended(Why.HALTED, {}, None, b"", b"")
            return self._conversation(slot, json.dumps(dict(job)).encode(), seconds, halt)
        finally:
            with halt.lock:
                halt.running.discard(mine)
            slot.close()

    def destroy(self, number: int) -> None:
        """End a slot and all it has started."""
        with self._lock, contextlib.suppress(OSError):
            self.control.send(RECORD.pack(b"KILL", number, 0))

    def close(self) -> None:
        """End the worker and everything under it."""
        with self._lock:
            ready, self._ready = self._ready, deque()
            self._due = 0
        for slot in ready:
            slot.close()
        self.control.close()
        if self.listener:
            deafen(self.listener)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.lost = True
        if self.lost or self.process.returncode:
            self.process.destroy()
            sweep(self.home)

    def _take(self) -> Slot:
        with self._lock:
            slot = self._ready.popleft() if self._ready else self._fork()
            self._due = max(0, self._due - 1)
            if len(self._ready) < min(self.size, self._due):
                self._ready.append(self._fork())
            return slot

    def _fork(self) -> Slot:
        """Ask for a slot; it need not be there yet when its job is sent."""
        self._number += 1
        line, theirs = socket.socketpair()
        out, their_out = os.pipe()
        err, their_err = os.pipe()
        if self.owner is not None:  # or /dev/stdout and /dev/stderr could not be opened
            os.fchown(their_out, self.owner, -1)
            os.fchown(their_err, self.owner, -1)
        with contextlib.suppress(OSError):  # a worker that is gone shows as an end of the line
            socket.send_fds(self.control, [RECORD.pack(b"FORK", self._number, 0)], [theirs.fileno(), their_out, their_err])
        theirs.close()
        os.close(their_out)
        os.close(their_err)
        return Slot(self._number, line, out, err)

    def _conversation(self, slot: Slot, job: bytes, seconds: float, halt: Halt) -> Ended:
        until = time.monotonic() + seconds
        why = Why.DONE
        said, stdout, stderr = bytearray(), bytearray(), bytearray()
        logged = 0
        slot.line.settimeout(seconds)
        with contextlib.suppress(OSError):  # a slot that is gone shows as an end of the line
            slot.line.sendall(job)
            slot.line.shutdown(socket.SHUT_WR)
        poll = select.poll()
        for fd in (slot.line.fileno(), slot.out, slot.err):
            poll.register(fd, select.POLLIN)
        talking = True
        while talking:
            for fd, _ in poll.poll(max(0.0, until - time.monotonic()) * 1000):
                part = _read(fd)
                if not part:
                    poll.unregister(fd)
                    talking = fd != slot.line.fileno()
                    if not talking:
                        break
                elif fd == slot.out:
                    stdout += part
                elif fd == slot.err:
                    logged += len(part)
                    stderr += part
                    del stderr[: max(0, len(stderr) - KEPT) if len(stderr) > 2 * KEPT else 0]
                else:
                    said += part
            flood = len(stdout) > self.limits.output_bytes or logged > self.limits.log_bytes
            late = time.monotonic() >= until
            if talking and why is Why.DONE and (flood or late):
                why = Why.FLOOD if flood else Why.TIMEOUT
                self.destroy(slot.number)
                until = time.monotonic() + PATIENCE
                if flood:
                    poll.unregister(slot.out)
                    poll.unregister(slot.err)
            elif talking and late:
                self.lost = True
                break
        stdout += _rest(slot.out)
        stderr += _rest(slot.err)
        status, result = _parted(bytes(said))
        if status is None:
            self.lost = True
            why = Why.LOST if why is Why.DONE else why
        why = Why.HALTED if halt.wanted and not result else why
        return Ended(why, result, status, bytes(stdout), bytes(stderr[-KEPT:]))


def room() -> int:
    """How many attempts may run at once: each needs three descriptors, and its successor, ready to go, as many."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 10_000 if most == resource.RLIM_INFINITY else max(1, (most - 100) // 6)


def emptied(home: Path) -> bool:
    """Whether nothing was left in a private folder, so that it can be used again."""
    try:
        with os.scandir(home) as entries:
            return next(entries, None) is None
    except OSError:
        return False


def folder() -> Path:
    """A new private folder, which tells whose it is."""
    return Path(mkdtemp(prefix=f"{FOLDER}{os.getpid()}-"))


def clear_abandoned() -> int:
    """Remove the private folders of processes that were killed; how many there were."""
    gone = 0
    owners = (os.getuid(), NOBODY) if os.getuid() == 0 else (os.getuid(),)
    for path in Path(gettempdir()).glob(f"{FOLDER}[0-9]*-*"):
        owner = int(path.name.removeprefix(FOLDER).partition("-")[0])
        with contextlib.suppress(OSError):
            if path.stat().st_uid in owners and not _alive(owner):
                remove(path)
                gone += 1
    return gone


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def remove(home: Path) -> None:
    """Remove a private folder with what an agent may have left in it."""
    try:
        home.rmdir()
    except OSError:
        shutil.rmtree(home, ignore_errors=True)


def sweep(home: Path) -> None:
    """End every process whose environment names this folder: the last resort when a worker was killed from inside."""
    mark = str(home).encode()
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                with contextlib.suppress(OSError):
                    if mark in Path("/proc", name, "environ").read_bytes():
                        os.kill(int(name), signal.SIGKILL)


def greeting(control: socket.socket, seconds: float) -> tuple[dict[str, Json] | None, socket.socket | None]:
    """The worker's first line, None when it died or is too late; and the socket, if any, that it had handed out before."""
    until = time.monotonic() + seconds
    heard = b""
    given: list[socket.socket] = []
    while not heard.lstrip(b"\n").endswith(b"\n"):
        control.settimeout(max(0.001, until - time.monotonic()))
        try:
            part, fds, _, _ = socket.recv_fds(control, PART, 1, socket.MSG_CMSG_CLOEXEC)
        except OSError:
            part, fds = b"", []
        given += [taken for fd in fds if (taken := _socket(fd))]
        heard += part
        if not part or len(heard) > GREETING:
            for each in given:
                each.close()
            return None, None
    control.settimeout(None)
    for each in given[1:]:
        each.close()
    try:
        found = json.loads(heard)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else None, given[0] if given else None


def _socket(fd: int) -> socket.socket | None:
    """What was handed out, if it is a socket."""
    try:
        return socket.socket(fileno=fd)
    except OSError:
        os.close(fd)
        return None


def deafen(listener: socket.socket) -> None:
    """Nobody listens any more; whoever waits for somebody there is woken."""
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _unstarted(hello: dict[str, Json] | None, program: str, code: int | None, log: Path, seconds: float) -> Unstarted:
    if hello is not None:
        error = str(hello["failed"])
        return Unstarted(error.strip().rpartition("\n")[2], imported=True, error=error)
    if code is not None and code < 0 and code != -signal.SIGIO:
        return Unstarted(f"it was killed by {signal.Signals(-code).name} while it was imported", imported=True)
    if code == -signal.SIGIO:
        return Unstarted(f"it was not imported within {seconds:g} s", imported=True, why=Why.TIMEOUT)
    words = log.read_text("utf-8", "replace").strip() if log.exists() else "what it said first cannot be read"
    return Unstarted(f"{program} ended with status {code}: {words[-500:]}", imported=False, error=words[-KEPT:])


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, PART)
    except OSError:
        return b""


def _rest(fd: int) -> bytes:
    """What is in a pipe, without waiting for more."""
    os.set_blocking(fd, False)
    found = bytearray()
    while part := _read(fd):
        found += part
    return bytes(found)


def _parted(said: bytes) -> tuple[int | None, dict[str, Json]]:
    """How the slot ended, and what it had written before."""
    status: int | None = None
    if len(said) >= RECORD.size and said[-RECORD.size :].startswith(b"EXIT"):
        _, _, status = RECORD.unpack(said[-RECORD.size :])
        said = said[: -RECORD.size]
    try:
        result = json.loads(said)
    except ValueError:
        return status, {}
    return status, result if isinstance(result, dict) else {}
