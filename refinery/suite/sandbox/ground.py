"""Which walls the agent runs behind on this machine: the strongest that stand up to a test, never silently fewer than there must be."""

from __future__ import annotations

import base64
import os
import platform
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from adapters.trace import Json
from refinery.errors import ConfigError
from refinery.suite.sandbox import landlock, seccomp, selftest, view
from refinery.suite.sandbox.bubblewrap import TEMPORARY, Bubblewrap, find
from refinery.suite.sandbox.entering import Walls, entered, give
from refinery.suite.sandbox.room import PORT, Entrance, Room
from refinery.suite.sandbox.seatbelt import PROGRAM, Seatbelt

AUTO, STRONG, NONE = "auto", "strong", "none"
"""What may stand under `sandbox` in refinery.toml."""
INSTALL = "install bubblewrap: apt install bubblewrap (or dnf, pacman, apk)"
LEAVE = 'or set sandbox = "none" under [agent], which lets the agent do what you can do'
APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
CONTAINER = (Path("/.dockerenv"), Path("/run/.containerenv"))


class Level(StrEnum):
    """How well the agent is kept apart, best first."""

    BUBBLEWRAP = "bubblewrap"
    APART = "landlock and a network of its own"
    LANDLOCK = "landlock"
    SEATBELT = "sandbox-exec"
    NONE = "none"


SAYS = {
    Level.BUBBLEWRAP: (
        "the agent ran confined (bubblewrap, seccomp): it had its copy and a private home, none of your files, and no processes but its own"
    ),
    Level.APART: (
        "the agent ran confined, but not by bubblewrap (Landlock, seccomp, a network of its own): none of your files could be read or "
        "written, but their modes and times could be changed"
    ),
    Level.LANDLOCK: (
        "the agent ran confined, but without namespaces (Landlock, seccomp): none of your files could be read or written, but their modes "
        "and times could be changed; its spans are received only with network = true"
    ),
    Level.SEATBELT: "the agent ran confined by sandbox-exec: none of your files; memory is not limited, and your processes can be seen",
    Level.NONE: (
        'processes limited, not sandboxed (sandbox = "none"): the agent can read what you can read, write outside its copy, and '
        "use the network"
    ),
}


@dataclass(frozen=True, slots=True)
class Open:
    """No walls."""

    def entrance(self, room: Room) -> Entrance:  # noqa: ARG002  the walls' signature
        return Entrance()


@dataclass(frozen=True, slots=True)
class Landlocked:
    """The worker confines itself before it loads anything of the agent's."""

    abi: int
    apart: bool = False
    """In a network of its own, which not every system lets it make."""

    def entrance(self, room: Room) -> Entrance:
        apart = self.apart and not room.network
        domains = (seccomp.INET, seccomp.INET6, seccomp.NETLINK) if room.network or apart else (seccomp.NETLINK,)
        program = seccomp.program(domains, truncate=self.abi >= 3)
        readable = (*view.system(), *view.etc(room.network), *room.visible)
        own: dict[str, Json] = {
            "network": apart,
            "powers": apart or os.geteuid() == 0,
            "landlock": landlock.rules(self.abi, readable, (room.trees or room.tree, room.home)),
            "filter": base64.b64encode(program or b"").decode(),
        }
        return Entrance(own=own, port=PORT if apart else None, deaf=not (apart or room.network))


@dataclass(frozen=True, slots=True)
class Ground:
    """What the agent stands on: its walls, and what to say of them."""

    level: Level
    walls: Walls
    lacks: str = ""
    """Why it is not better than it is; empty for the best."""
    remedy: str = ""

    @property
    def says(self) -> str:
        """What a reader of results should know."""
        return SAYS[self.level] + (f" (not in the strong sandbox, because {self.lacks}; {self.remedy})" if self.lacks else "")

    def enter(self, room: Room) -> Entrance:
        """Make a room ready, and say how a worker gets into it."""
        return entered(self.walls, room)

    def counts(self, entrance: Entrance) -> bool:
        """Whether processes can be limited: whether those of the agent are counted apart from all others of the user."""
        return self.level is Level.BUBBLEWRAP and (entrance.owner is not None or _kernel() >= (5, 14))

    def born(self, room: Room, entrance: Entrance) -> dict[str, Json]:
        """What a worker gives up that a nursery bears for one tree: all that is not its own. The private folder as it is called inside."""
        give(room.tree, entrance.owner, room.trees)
        abi = landlock.version()
        if self.level is Level.NONE or not abi:
            return {}
        written = [room.tree, room.home]
        if self.level is Level.BUBBLEWRAP:
            written += [path for path in map(Path, TEMPORARY) if not view.within(room.tree, path)]  # or the other trees were open too
        proc = ("/proc",) if self.level is Level.BUBBLEWRAP else landlock.OF_PROC
        readable = (*view.system(), *view.etc(room.network), *room.visible)
        return {"landlock": landlock.rules(abi, readable, written, proc)}

    @property
    def bears(self) -> bool:
        """Whether workers that come from one nursery can be kept apart."""
        return self.level is Level.NONE or landlock.version() > 0


@dataclass(frozen=True, slots=True)
class Machine:
    """What of walls there is on a machine."""

    system: str
    root: bool
    bubblewrap: Path | None
    setpriv: Path | None
    landlock: int
    filter: bytes | None

    @staticmethod
    def here() -> Machine:
        return Machine(sys.platform, os.geteuid() == 0, find("bwrap"), find("setpriv"), landlock.version(), seccomp.program())


@lru_cache(maxsize=8)
def establish(wanted: str = AUTO, remembered: Path | None = None) -> Ground:
    """The ground for agents on this machine. `remembered` is a file in which a test that was passed is noted.

    Raises ConfigError where the walls that are wanted, or the least that there must be, cannot be had.
    """
    return choose(wanted, Machine.here(), remembered)


def choose(wanted: str, machine: Machine, remembered: Path | None = None) -> Ground:
    """The same for a machine that is described."""
    if wanted == NONE:
        return Ground(Level.NONE, Open())
    if machine.system == "darwin":
        return _on_a_mac(wanted, remembered)
    strong, lacks, remedy = _strong(machine, remembered)
    if strong:
        return Ground(Level.BUBBLEWRAP, strong)
    if wanted != AUTO:
        raise ConfigError(f'the agent is to run in the strong sandbox (sandbox = "strong"), and {lacks}', hint=remedy)
    if not machine.landlock or machine.filter is None:
        raise ConfigError(
            f"the agent cannot be confined on this machine: {lacks}, and the kernel has no Landlock", hint=f"{remedy}; {LEAVE}"
        )
    apart, weak = Landlocked(machine.landlock, apart=True), Landlocked(machine.landlock)
    if not selftest.failures(apart, remembered, ()):
        return Ground(Level.APART, apart, lacks, remedy)
    failed = selftest.failures(weak, remembered, (), serves=False)
    if failed:
        raise ConfigError(f"the agent cannot be confined on this machine: {lacks}; Landlock failed its test: {failed}", hint=LEAVE)
    return Ground(Level.LANDLOCK, weak, lacks, remedy)


def _strong(machine: Machine, remembered: Path | None) -> tuple[Walls | None, str, str]:
    """bubblewrap that passed its test; or what it lacks, and what helps."""
    if machine.filter is None:
        return None, "the calls of this processor are not known to it", "use a machine with x86_64 or aarch64"
    if machine.bubblewrap is None:
        return None, "bubblewrap is not installed", INSTALL
    if machine.root and machine.setpriv is None:
        return None, "there is no setpriv to become nobody with", "install util-linux: apt install util-linux"
    walls = Bubblewrap(machine.bubblewrap, machine.filter, machine.setpriv if machine.root else None)
    failed = selftest.failures(walls, remembered, (machine.bubblewrap,))
    return (walls, "", "") if not failed else (None, f"bubblewrap failed its test: {failed}", _unblock())


def _on_a_mac(wanted: str, remembered: Path | None) -> Ground:
    if wanted != AUTO:
        raise ConfigError('there is no strong sandbox on macOS (sandbox = "strong")', hint='use a Linux machine, or sandbox = "auto"')
    failed = selftest.failures(Seatbelt(), remembered, (PROGRAM,), serves=False) if PROGRAM.exists() else f"{PROGRAM} is missing"
    if failed:
        raise ConfigError(f"the agent cannot be confined on this Mac: {failed}", hint=f"use a Linux machine; {LEAVE}")
    return Ground(Level.SEATBELT, Seatbelt(), "it is a Mac", "a Linux machine has one")


def _unblock() -> str:
    """What keeps bubblewrap from working on most machines where it does not."""
    if any(path.exists() for path in CONTAINER):
        options = "--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined"
        return f"start the container with {options}, and for root with --cap-add SYS_ADMIN"
    if _restricts():
        return "let AppArmor allow it: a profile for /usr/bin/bwrap with `userns,` in it, see `man apparmor.d`"
    return "see that user namespaces are allowed: sysctl user.max_user_namespaces kernel.unprivileged_userns_clone"


def _restricts() -> bool:
    try:
        return APPARMOR.read_text(encoding="ascii").strip() == "1"
    except OSError:
        return False


def _kernel() -> tuple[int, ...]:
    return tuple(int(part) for part in platform.release().split("-")[0].split(".")[:2] if part.isdigit())
