from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from adapters.trace import Json, Trace
from refinery.domain import AgentSpec, Expectation, Scenario
from refinery.suite.capture import Capture
from refinery.suite.confinement import Limits
from refinery.suite.runner import Runner, TreeBench

Opened = Callable[..., TreeBench]
PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def asking(question: Json = None, *checks: tuple[str, Json], name: str = "a") -> Scenario:
    """A scenario with this input; it is enough for it that the agent answers, unless checks are named."""
    return Scenario(name, question, tuple(Expectation(kind, value) for kind, value in (checks or (("no-error", True),))))


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
        ) -> TreeBench:
            (tree / "agent.py").write_text(code)
            python = "" if command else "agent:answer"
            agent = AgentSpec(command, python, timeout_s=seconds, interpreter=interpreter, environment=declared)
            runner = Runner(agent, at_once, capture, sink, environment, limits or Limits())
            return stack.enter_context(runner.open(tree, coverage))

        yield open_
