"""Whether walls hold here and now: a hostile guest is let in, and what it could do is looked at from both sides."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.trace import Json
from refinery.suite.confinement import Limits
from refinery.suite.pool import WORKER, Halt, Pool, Unstarted, folder, remove
from refinery.suite.sandbox import view
from refinery.suite.sandbox.entering import Walls, entered
from refinery.suite.sandbox.room import Room
from refinery.version import VERSION

PROBE = Path(__file__).parent / "probe.py"
MUST_WORK = ("write in the copy", "serve on loopback")
PATIENCE = 10.0


def failures(walls: Walls, remembered: Path | None, programs: Sequence[Path], serves: bool = True) -> str:
    """What does not hold, in words; empty when everything does. Only a test that was passed is remembered, until anything changes."""
    key = _key(walls, programs)
    if remembered and _recalled(remembered) == key:
        return ""
    says = "; ".join(_tested(walls, serves))
    if remembered and not says:
        with contextlib.suppress(OSError):
            remembered.write_text(json.dumps({"passed": key}), encoding="ascii")
    return says


@dataclass(frozen=True, slots=True)
class Traps:
    """Things that a guest must not get at. Nothing but the walls keeps it from them."""

    folder: Path
    tcp: socket.socket
    udp: socket.socket

    def told(self) -> str:
        with open("/proc/self/stat", encoding="ascii") if os.path.exists("/proc/self/stat") else open(os.devnull, encoding="ascii") as file:
            began = file.read().rpartition(")")[2].split()
        return json.dumps(
            {
                "outside": str(self.folder),
                "tcp": self.tcp.getsockname()[1],
                "udp": self.udp.getsockname()[1],
                "process": [os.getpid(), began[19] if began else ""],
            }
        )

    def sprung(self) -> Iterator[str]:
        """What we see of it ourselves."""
        if (self.folder / "written").exists():
            yield "a file was written outside"
        if (self.folder / ".git" / "hooks" / "post-commit").exists():
            yield "a hook was written"
        for line, says in ((self.tcp, "a server of this machine was reached"), (self.udp, "a datagram came out")):
            with contextlib.suppress(BlockingIOError):
                line.accept()[0].close() if line is self.tcp else line.recv(1)
                yield says


@contextlib.contextmanager
def _traps(place: Path) -> Iterator[Traps]:
    with contextlib.ExitStack() as stack:
        (place / ".git" / "hooks").mkdir(parents=True)
        place.chmod(0o777)
        (place / ".git" / "hooks").chmod(0o777)
        (place / "secret").write_text("x")
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        tcp.setblocking(False)
        udp.setblocking(False)
        yield Traps(place, tcp, udp)


def _tested(walls: Walls, serves: bool) -> list[str]:
    """Everything that is not as it must be."""
    base = folder()
    try:
        base.chmod(0o755)  # or it would be this that keeps the guest out
        for name in ("home", "tree"):
            (base / name).mkdir(mode=0o700)
        with _traps(base / "outside") as traps:
            answers = _answers(walls, Room(base / "tree", base / "home", visible=ours()), traps)
            if isinstance(answers, str):
                return [answers]
            wanted = MUST_WORK if serves else MUST_WORK[:1]
            wrong = [f"could {name}" for name, could in answers.items() if could and name not in MUST_WORK]
            wrong += [f"could not {name}" for name in wanted if not answers.get(name)]
            return [*wrong, *traps.sprung()]
    except OSError as error:
        return [f"it could not be tried: {error}"]
    finally:
        remove(base)


def _answers(walls: Walls, room: Room, traps: Traps) -> dict[str, bool] | str:
    """What the guest could do, by its own word; or why it was not let in at all."""
    limits = Limits()
    entrance = entered(walls, room)
    inside = str(entrance.home or room.home)
    spec: dict[str, Json] = {"python": "", "tree": str(room.tree), "home": inside, "cover": False, "most": limits.output_bytes}
    spec |= {"own": {**entrance.own}, "limits": {**limits.resources()}}
    environment = {"PATH": os.defpath, "HOME": inside, "TMPDIR": inside}
    program = (sys.executable, "-I", "-S")
    pool = Pool.start(entrance, program, room.tree, environment, room.home, 1, limits, spec, PATIENCE)
    if isinstance(pool, Unstarted):
        return pool.error.strip().rpartition("\n")[2] or pool.says
    try:
        ended = pool.run({"argv": [*program, str(PROBE), traps.told()], "environment": {**environment}, "stdin": ""}, PATIENCE, Halt())
    finally:
        pool.close()
    try:
        found: dict[str, bool] = json.loads(ended.stdout)
    except ValueError:
        return f"the test broke off ({ended.why}): {ended.stderr.decode('utf-8', 'replace').strip()[-200:] or ended.result}"
    return found


def ours() -> tuple[Path, ...]:
    """What the worker itself needs: its file, the probe, and the Python that we run under."""
    found = view.of_python(sys.executable, view.homes())
    return (*found, WORKER, PROBE)


def _key(walls: Walls, programs: Sequence[Path]) -> str:
    """Changes with whatever the outcome of a test may depend on."""
    seen = hashlib.sha256()
    boot = Path("/proc/sys/kernel/random/boot_id")
    about = (repr(walls), VERSION, platform.release(), str(os.getuid()), boot.read_text() if boot.exists() else "")
    for part in (*about, *map(str, programs)):
        seen.update(part.encode() + b"\0")
    for program in (*programs, WORKER, PROBE):
        seen.update(program.read_bytes())
    return seen.hexdigest()


def _recalled(remembered: Path) -> str:
    try:
        found = json.loads(remembered.read_bytes())
    except (OSError, ValueError):
        return ""
    return str(found.get("passed", "")) if isinstance(found, dict) else ""
