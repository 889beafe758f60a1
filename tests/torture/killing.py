"""Killing a process and all its children as one of them is about to change a file: ptrace and a seccomp filter, by ctypes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass

_X86 = {
    "write": 1, "open": 2, "pwrite64": 18, "writev": 20, "sendfile": 40, "fcntl": 72, "flock": 73, "fsync": 74, "fdatasync": 75,
    "truncate": 76, "ftruncate": 77, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88,
    "chmod": 90, "fchmod": 91, "openat": 257, "mkdirat": 258, "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266,
    "fchmodat": 268, "utimensat": 280, "fallocate": 285, "pwritev": 296, "renameat2": 316, "copy_file_range": 326,
}  # fmt: skip
_ARM = {
    "fcntl": 25, "flock": 32, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37, "renameat": 38, "truncate": 45,
    "ftruncate": 46, "fallocate": 47, "fchmod": 52, "fchmodat": 53, "openat": 56, "write": 64, "writev": 66, "pwrite64": 68,
    "pwritev": 70, "sendfile": 71, "fsync": 82, "fdatasync": 83, "utimensat": 88, "renameat2": 276, "copy_file_range": 285,
}  # fmt: skip
_MACHINES = {"x86_64": (_X86, 0xC000003E, (14, 13, 12), 15), "aarch64": (_ARM, 0xC00000B7, (0, 1, 2), 8)}
"""Of each machine: its system calls, its name in a filter, where its registers keep the first arguments, and the call's number."""

_OPENING = {"open": 1, "openat": 2}
"""Which argument says how a file is opened."""
_TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_PATHS = {"open": 0, "rename": 1, "mkdir": 0, "rmdir": 0, "creat": 0, "link": 1, "unlink": 0, "symlink": 1, "chmod": 0, "truncate": 0}
_PATHS |= {"openat": 1, "mkdirat": 1, "unlinkat": 1, "fchmodat": 1, "utimensat": 1}
_DEVICES = (os.devnull, "/dev/pts/", "/dev/tty")
_LOCKING = (6, 7, 37, 38)  # F_SETLK, F_SETLKW and those of open file descriptions

_TRACEME, _CONT, _SYSCALL, _SETOPTIONS, _GETEVENTMSG, _GETREGSET, _SETREGSET = 0, 7, 24, 0x4200, 0x4201, 0x4204, 0x4205
_OPTIONS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000  # good syscall stops, fork, vfork, clone, exec, seccomp, end with the tracer
_SECCOMP, _BIRTHS = 7, (1, 2, 3)
_WALL = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run."""

    seen: int
    """Changes of files that were begun."""
    killed: bool
    status: int
    """The exit status; -9 when it was killed."""
    at: str
    """The change at which it was killed."""


def impossible() -> str:
    """Why nothing can be killed here; empty when it can."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return f"kills are aimed with Linux's ptrace on x86_64 and aarch64, not on {sys.platform} {platform.machine()}"
    try:
        seen = run(_remove_nothing).seen
    except OSError as error:
        return f"this system does not let a process be traced ({error.strerror})"
    return "" if seen else "this system's seccomp does not show system calls to a tracer"


def _remove_nothing() -> None:
    with contextlib.suppress(OSError):
        os.rmdir("/there/is/no/such/folder")


def run(action: Callable[[], object], at: int = 0, torn: bool = False) -> Outcome:
    """Run an action in a child of its own; kill the whole tree as it begins its `at`-th change of a file (0: never).

    With `torn`, a write at that place is carried out by half before the kill.
    """
    child = os.fork()
    if child == 0:
        _be_traced(action)
    return _Hunt(child, at, torn).run()


class _Hunt:
    """A tree of processes under watch."""

    def __init__(self, child: int, at: int, torn: bool) -> None:
        calls, self._audit, self._arguments, self._number = _MACHINES[platform.machine()]
        self._names = {number: name for name, number in calls.items()}
        self._child, self._at, self._torn = child, at, torn
        self._alive = {child}
        self._seen, self._status, self._struck = 0, 0, ""

    def run(self) -> Outcome:
        _, status = os.waitpid(self._child, _WALL)
        if not os.WIFSTOPPED(status):
            raise OSError(0, "the child ended before it could be traced")
        self._ptrace(_SETOPTIONS, self._child, 0, _OPTIONS)
        self._go_on(self._child)
        while self._alive:
            try:
                pid, status = os.waitpid(-1, _WALL)
            except ChildProcessError:
                break
            self._heard(pid, status)
        return Outcome(self._seen, bool(self._struck), self._status, self._struck)

    def _heard(self, pid: int, status: int) -> None:
        if not os.WIFSTOPPED(status):
            self._alive.discard(pid)
            if pid == self._child:
                self._status = os.waitstatus_to_exitcode(status)
            return
        self._alive.add(pid)
        event, stopped_by = status >> 16, os.WSTOPSIG(status)
        if self._struck:
            self._kill()
        elif event == _SECCOMP:
            self._changing(pid)
        elif event in _BIRTHS:
            born = ctypes.c_ulong()
            self._ptrace(_GETEVENTMSG, pid, 0, ctypes.addressof(born))
            self._alive.add(born.value)
            self._go_on(pid)
        else:
            silent = event or stopped_by in (signal.SIGSTOP, signal.SIGTRAP)
            self._go_on(pid, 0 if silent else stopped_by)

    def _changing(self, pid: int) -> None:
        registers = self._registers(pid)
        what = self._told(pid, registers)
        if not what:
            self._go_on(pid)
            return
        self._seen += 1
        if self._seen != self._at:
            self._go_on(pid)
            return
        self._struck = what
        if self._torn and what.startswith("write ") and registers[self._arguments[2]] > 1:
            self._struck = f"half of {what}"
            registers[self._arguments[2]] //= 2
            self._registers(pid, registers)
            self._ptrace(_SYSCALL, pid)
            return  # its next stop is the end of that call
        self._kill()

    def _told(self, pid: int, registers: list[int]) -> str:
        """What is about to be changed; empty when it is no file, such as the pipe between git and us."""
        name = self._names.get(registers[self._number], "?")
        if name == "fcntl" and registers[self._arguments[1]] not in _LOCKING:
            return ""
        first, second, _ = (registers[place] for place in self._arguments)
        if name in _PATHS:
            place = _text(pid, second if _PATHS[name] else first)
            return "" if place == os.devnull else f"{name} {place}"
        if name in ("renameat", "renameat2", "linkat", "symlinkat"):
            return f"{name} {_text(pid, second)}"
        try:
            place = os.readlink(f"/proc/{pid}/fd/{second if name == 'copy_file_range' else first}")
        except OSError:
            return ""
        return f"{name} {place}" if place.startswith("/") and not place.startswith(_DEVICES) else ""

    def _registers(self, pid: int, changed: list[int] | None = None) -> list[int]:
        room = (ctypes.c_ulonglong * 64)()
        if changed is not None:
            room[: len(changed)] = changed  # type: ignore[assignment]
        span = (ctypes.c_size_t * 2)(ctypes.addressof(room), 8 * (len(changed) if changed else 64))
        self._ptrace(_GETREGSET if changed is None else _SETREGSET, pid, 1, ctypes.addressof(span))
        return list(room[: span[1] // 8])

    def _kill(self) -> None:
        for pid in self._alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _go_on(self, pid: int, with_signal: int = 0) -> None:
        self._ptrace(_CONT, pid, 0, with_signal)

    def _ptrace(self, request: int, pid: int, address: int = 0, data: int = 0) -> None:
        if _libc.ptrace(request, pid, address, data) == -1:
            number = ctypes.get_errno()
            if number != 3:  # it is gone; the wait will tell
                raise OSError(number, os.strerror(number))


def _text(pid: int, address: int) -> str:
    try:
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            memory.seek(address)
            return memory.read(512).partition(b"\0")[0].decode("utf-8", "replace")
    except OSError:
        return "?"


def _be_traced(action: Callable[[], object]) -> None:
    """The child's whole life."""
    status = 70
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.setsid()
        if _libc.ptrace(_TRACEME, 0, 0, 0):
            os._exit(71)
        os.kill(os.getpid(), signal.SIGSTOP)
        _show_changes()
        action()
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException as error:  # noqa: BLE001  a forked child must not come back into its parent's code
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(status)


def _show_changes() -> None:
    """From here on, the tracer is told of each system call that may change a file; no others are slowed down."""
    calls, audit, _, _ = _MACHINES[platform.machine()]
    program = [_load(4), _skip_unless(audit, 0, 1), _load(0)]
    for name, number in calls.items():
        if name in _OPENING:
            low_word = 16 + 8 * _OPENING[name]
            program += [_skip_unless(number, 0, 4), _load(low_word), _any(_TO_CHANGE, 0, 1), _answer(0x7FF00000), _answer(0x7FFF0000)]
        else:
            program += [_skip_unless(number, 0, 1), _answer(0x7FF00000)]
    program.append(_answer(0x7FFF0000))
    raw = b"".join(program)
    room = ctypes.create_string_buffer(raw, len(raw))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(room)))
    if _libc.prctl(38, 1, 0, 0, 0) or _libc.prctl(22, 2, ctypes.c_void_p(ctypes.addressof(head)), 0, 0):
        os._exit(72)


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _skip_unless(value: int, equal: int, other: int) -> bytes:
    return struct.pack("HBBI", 0x15, equal, other, value)


def _any(bits: int, some: int, none: int) -> bytes:
    return struct.pack("HBBI", 0x45, some, none, bits)


def _answer(action: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, action)
