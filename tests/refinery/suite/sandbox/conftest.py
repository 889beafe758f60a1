from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from refinery.domain import AgentSpec
from refinery.suite.confinement import Limits
from refinery.suite.runner import Runner
from refinery.suite.sandbox import landlock
from refinery.suite.sandbox.ground import Ground, Landlocked, Level, Machine
from tests.refinery.suite.conftest import PATH
from tests.refinery.suite.sandbox import attacks
from tests.refinery.suite.sandbox.bait import Bait


def _missing() -> str:
    """Why there can be no strong sandbox here, whatever our own code does; if that fails where there can be one, so do the tests."""
    machine = Machine.here()
    if machine.bubblewrap is None:
        return "bubblewrap is not installed: apt install bubblewrap"
    spaces = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", *(() if machine.root else ("--unshare-user",)))
    command = [str(machine.bubblewrap), *spaces, "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "/bin/true"]
    done = subprocess.run(command, capture_output=True, text=True)
    return f"bubblewrap cannot make namespaces: {done.stderr.strip()}" if done.returncode else ""


MISSING = _missing()
strong = pytest.mark.skipif(bool(MISSING), reason=f"the strong sandbox is not to be had here: {MISSING}")
landlocked = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
WEAK = Ground(Level.LANDLOCK, Landlocked(landlock.version()), "it was asked for", "do not")
APART = Ground(Level.APART, Landlocked(landlock.version(), apart=True), "it was asked for", "do not")


def _unparted() -> str:
    """The same for the level between, which wants Landlock and a network."""
    if not landlock.version():
        return "this kernel has no Landlock"
    done = subprocess.run(["unshare", "-n" if Machine.here().root else "-Un", "true"], capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else ""


UNPARTED = _unparted()
apart = pytest.mark.skipif(bool(UNPARTED), reason=f"a network of one's own is not to be had here: {UNPARTED}")
TIGHT = Limits(memory_bytes=1 << 30, file_bytes=100 << 20, processes=64)


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    folder = tmp_path / "machine"
    folder.mkdir()
    with closing(Bait(folder)) as laid:
        yield laid


def hostile(tree: Path) -> Path:
    """A copy with the hostile agent in it."""
    (tree / "data").mkdir(parents=True)
    (tree / "data" / "given.txt").write_text("given")
    shutil.copy(attacks.__file__, tree / "attacks.py")
    return tree


def runner(agent: AgentSpec | None = None, walls: Ground | None = None, limits: Limits = TIGHT) -> Runner:
    return Runner(agent or calling("answer"), 1, environment=PATH, walls=walls, limits=limits)


def calling(function: str, network: bool = False, readable: tuple[str, ...] = ()) -> AgentSpec:
    return AgentSpec(python=f"attacks:{function}", interpreter=sys.executable, timeout_s=60, network=network, readable=readable)
