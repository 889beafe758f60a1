from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from refinery.domain import AgentSpec
from refinery.errors import ConfigError
from refinery.suite.confinement import Limits
from refinery.suite.runner import Runner
from refinery.suite.sandbox import landlock, selftest
from refinery.suite.sandbox.ground import Ground, Landlocked, Level, establish
from tests.refinery.suite.conftest import PATH
from tests.refinery.suite.sandbox import attacks
from tests.refinery.suite.sandbox.bait import Bait


def _missing() -> str:
    try:
        ground = establish()
    except ConfigError as error:
        return f"{error} ({error.hint})"
    return "" if ground.level is Level.BUBBLEWRAP else f"{ground.lacks} ({ground.remedy})"


MISSING = _missing()
strong = pytest.mark.skipif(bool(MISSING), reason=f"the strong sandbox is not to be had here: {MISSING}")
landlocked = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
WEAK = Ground(Level.LANDLOCK, Landlocked(landlock.version()), "it was asked for", "do not")
APART = Ground(Level.APART, Landlocked(landlock.version(), apart=True), "it was asked for", "do not")
NETWORK = selftest.failures(APART.walls, None, ()) if landlock.version() else "this kernel has no Landlock"
apart = pytest.mark.skipif(bool(NETWORK), reason=f"a network of one's own is not to be had here: {NETWORK}")
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
