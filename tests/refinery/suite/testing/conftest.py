"""A tree with tests in it, and a bench over it that runs them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from refinery.domain import AgentSpec, Scenario
from refinery.suite.runner import Runner, TreeBench
from refinery.suite.testing import Found

ALONE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Plug-ins that happen to be installed beside Refinery are not loaded: that takes most of a test's time."""


class Shop:
    """A tree, and what runs its tests."""

    def __init__(self, tree: Path, stack: ExitStack) -> None:
        self.tree = tree
        self._stack = stack

    def write(self, path: str, text: str) -> None:
        (self.tree / path).parent.mkdir(parents=True, exist_ok=True)
        (self.tree / path).write_text(text)

    def runner(self, *command: str, seconds: float = 30.0, interpreter: str = sys.executable, sandbox: str = "auto") -> Runner:
        spec = AgentSpec(
            command, timeout_s=seconds, interpreter=interpreter, environment=("PYTEST_DISABLE_PLUGIN_AUTOLOAD",), sandbox=sandbox
        )
        return Runner(spec, concurrency=2, environment=ALONE, tests=spec)

    def found(self, *command: str) -> Found:
        return self.runner(*command).tests_in(self.tree)

    def opened(self, *command: str, seconds: float = 30.0, coverage: bool = False) -> TreeBench:
        return self._stack.enter_context(self.runner(*command, seconds=seconds).open(self.tree, coverage))


def named(name: str) -> Scenario:
    return Scenario(name, {"test": name}, (), test=name)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    tree = tmp_path / "tree"
    tree.mkdir()
    with ExitStack() as stack:
        yield Shop(tree, stack)
