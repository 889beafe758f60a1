"""Whether the kernel can keep a process out of files by itself (Landlock); the worker applies it, see `confine` there."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from adapters.trace import Json

CREATE_RULESET, VERSION = 444, 1
USED = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts")
OF_PROC = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/loadavg", "/proc/filesystems")
"""Not all of /proc: it shows other programs' environments. `self` is the worker, by which it finds what it has to end."""


def version() -> int:
    """The version of Landlock that is there; 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    number, size, flags = ctypes.c_long(CREATE_RULESET), ctypes.c_long(0), ctypes.c_long(VERSION)
    return max(0, int(libc.syscall(number, None, size, flags)))


def rules(abi: int, readable: Iterable[Path | str], writable: Iterable[Path | str], proc: Iterable[str] = OF_PROC) -> dict[str, Json]:
    """What the worker needs to be told."""
    return {
        "abi": abi,
        "read": [*map(str, readable), *proc],
        "use": list(USED),
        "write": ["/dev/shm", *map(str, writable)],
    }
