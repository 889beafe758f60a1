from __future__ import annotations

import fcntl
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.trace import Json, Trace
from refinery.domain import AgentSpec, Expectation, Scenario, Tools
from refinery.suite.capture import Capture
from refinery.suite.confinement import Limits
from refinery.suite.runner import Runner, TreeBench

Opened = Callable[..., TreeBench]
PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def asking(question: Json = None, *checks: tuple[str, Json], name: str = "a") -> Scenario:
    """A scenario with this input; it is enough for it that the agent answers, unless checks are named."""
    return Scenario(name, question, tuple(Expectation(kind, value) for kind, value in (checks or (("no-error", True),))))


HOLD = """
def hold(path):
    import fcntl, os
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(file, fcntl.LOCK_EX)
    os.write(file, b"held")
    os.set_inheritable(file, True)
"""
"""A process of an agent that calls this can be told to be alive from outside, where its number may mean nothing."""


def alive(path: Path) -> bool:
    """Whether whoever held the file still runs; it must have been there."""
    with path.open("rb") as file:
        assert file.read() == b"held"
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a bench over a tree with one file, agent.py."""
    tree = tmp_path / "tree"
    tree.mkdir()
    with ExitStack() as stack:

        def open_(
            code: str,
            *command: str,
            coverage: bool = False,
            seconds: float = 10.0,
            at_once: int = 2,
            capture: Capture | None = None,
            sink: Callable[[Trace], None] | None = None,
            environment: Mapping[str, str] = PATH,
            declared: tuple[str, ...] = (),
            limits: Limits | None = None,
            interpreter: str = sys.executable,
            tools: Tools | None = None,
        ) -> TreeBench:
            (tree / "agent.py").write_text(code)
            python = "" if command else "agent:answer"
            agent = AgentSpec(command, python, timeout_s=seconds, interpreter=interpreter, environment=declared)
            agent = replace(agent, tools=tools or Tools())
            runner = Runner(agent, at_once, capture, sink, environment, limits or Limits())
            return stack.enter_context(runner.open(tree, coverage))

        yield open_
