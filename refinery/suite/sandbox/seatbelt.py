"""macOS: a profile for sandbox-exec. Written after Apple's own profiles and not tried on a Mac by us yet; the self-test decides."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from refinery.suite.sandbox.room import Entrance, Room

PROGRAM = Path("/usr/bin/sandbox-exec")
SYSTEM = ("/System", "/Library", "/usr", "/bin", "/sbin", "/opt", "/private/etc", "/private/var/db/timezone", "/private/var/select", "/dev")


@dataclass(frozen=True, slots=True)
class Seatbelt:
    """Makes the command line that starts something under a profile."""

    program: Path = PROGRAM

    def entrance(self, room: Room) -> Entrance:
        return Entrance(before=(str(self.program), "-p", profile(room)))


def profile(room: Room) -> str:
    """Deny all, then name what is needed. There are no namespaces: processes and memory are bounded by limits alone."""
    written = {os.path.realpath(path) for path in (room.tree, room.home, *([room.trees] if room.trees else []))}
    read = {*SYSTEM, *map(os.path.realpath, room.visible), *written}
    lines = [
        "(version 1)",
        "(deny default)",
        "(allow process-fork)",
        "(allow process-exec)",
        "(allow signal (target same-sandbox))",
        "(allow sysctl-read)",
        "(allow mach-lookup)",
        "(allow ipc-posix-sem)",
        "(allow ipc-posix-shm)",
        "(allow file-read-metadata)",
        '(allow file-read* (literal "/"))',
        *(f"(allow file-read* (subpath {_quoted(path)}))" for path in sorted(read)),
        *(f"(allow file-write* (subpath {_quoted(path)}))" for path in sorted(written)),
        '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty"))',
    ]
    if room.network:
        lines += ["(allow network*)", "(allow system-socket)"]
    return "\n".join(lines)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
