"""What the user's agent may take from, and do to, this machine while it runs."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ")
KEPT = 64_000
"""Bytes of stderr that are kept, from the end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one attempt may use."""

    output_bytes: int = 1_000_000
    """Of its answer, and of what it writes to stdout; more is a flood, and ends it."""
    log_bytes: int = 16_000_000
    """Of what it writes to stderr."""
    memory_bytes: int | None = 8 << 30
    """Of memory that it writes to (RLIMIT_DATA: an address space that is only reserved, as by node or Java, does not count)."""
    file_bytes: int = 1 << 30
    """Of any file that it writes."""
    processes: int = 1024
    """And threads, of all attempts that run at once together; more are granted where many do. Counted in a strong sandbox only."""
    open_files: int = 4096

    def resources(self) -> dict[str, int]:
        """By the names of the module `resource`."""
        found = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": self.file_bytes}
        return found if self.memory_bytes is None else found | {"RLIMIT_DATA": self.memory_bytes}

    def each(self, seconds: float, at_once: int, counted: bool) -> dict[str, int]:
        """The same for an attempt alone, not for what prepares it. Processor time is for what outlives a kill: no attempt needs more."""
        found = {"RLIMIT_NOFILE": self.open_files, "RLIMIT_CPU": math.ceil(seconds) * (os.cpu_count() or 1) + 60}
        return found | {"RLIMIT_NPROC": self.processes + 64 * at_once} if counted else found


def scrubbed(given: Mapping[str, str], declared: Sequence[str], home: Path, tree: Path, interpreter: str) -> dict[str, str]:
    """The agent's environment: a short list, what the user declared by name, and a home of its own.

    PYTHONHASHSEED is fixed so that runs repeat: an agent that only differed by the order of a set would look like chance.
    """
    environment = {name: given[name] for name in (*PASSED_ON, *declared) if name in given}
    path = environment.get("PATH") or os.defpath
    if os.path.isabs(interpreter):
        path = f"{os.path.dirname(interpreter)}{os.pathsep}{path}"
    roots = [str(tree), str(tree / "src")] if (tree / "src").is_dir() else [str(tree)]
    return environment | {
        "PATH": path,
        "LANG": environment.get("LANG", "C.UTF-8"),
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": os.pathsep.join(roots),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
