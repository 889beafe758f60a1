"""Settings become a workbench: everything a fix or a suite run needs, laid out for the flows."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

from adapters.redaction import redacted
from adapters.source import Pulled, Receipt
from adapters.trace import Trace
from refinery.config import FILE, Surrounding
from refinery.domain import AgentSpec, Said
from refinery.errors import ConfigError
from refinery.events import Say, silent
from refinery.repo.workspace import Workspace
from refinery.signals.failing import failing
from refinery.store.sqlite import open_store
from refinery.suite.capture import Capture
from refinery.suite.pool import clear_abandoned
from refinery.suite.rubrics import Recalled
from refinery.suite.runner import Runner
from refinery.suite.sandbox.ground import establish
from refinery.wiring.ground import SANDBOX, now, repository, settings, settings_at
from refinery.wiring.judges import rubrics_for
from refinery.wiring.model import ANSWERS, model_for, spending
from refinery.wiring.relaying import relay_for
from refinery.wiring.shelves import guides, hidden, recalled, sensitive
from refinery.workbench import Limits, Question, Workbench, nobody, yes
from safety.globs import matches
from safety.guard import Guard
from safety.policy import Policy
from safety.rules.all import ALL


@contextmanager
def workbench(
    start: Path | None = None,
    *,
    say: Say = silent,
    keep: Callable[[Question], bool] = yes,
    approve: Callable[[Question], Said] = nobody,
    says_yes: bool = False,
    ask_again: bool = False,
    provider: str | None = None,
    budget: float | None = None,
    seconds: float = 60.0,
    at: str | None = None,
    records: bool = False,
) -> Iterator[Workbench]:
    """Everything a fix or a suite run needs, for the repository around `start`. It is put away at the end.

    `at` names the commit whose refinery.toml counts, where that is not the work tree's. `records`: what models answer to the agent
    is kept, where the settings say so; what candidates of a fix are answered would not belong into a recording of the agent.
    """
    with ExitStack() as open_things:
        found = open_things.enter_context(repository(start))
        stated = settings_at(found, at) if at else settings(found)
        described = stated.agent or stated.tests
        if described is None:
            hint = "set `command`, `python` or `http` under [agent], or `command` under [suite] to run your tests"
            raise ConfigError(f"{FILE} does not say how to run the agent", hint=hint)
        clear_abandoned()
        rooms = open_things.enter_context(closing(Workspace(found)))
        opened = open_things.enter_context(open_store(found.state / "store.sqlite", failing))
        relay = relay_for(stated, found.root, records=records)
        if relay:
            open_things.callback(relay.close)
        capture = open_things.enter_context(Capture(relay=relay))
        agent = replace(described, interpreter=real_interpreter(described, found.root))
        tests = replace(stated.tests, interpreter=real_interpreter(stated.tests, found.root)) if stated.tests else None
        traces: list[Trace] = []
        open_things.callback(lambda: opened.save(Pulled(tuple(traces), Receipt(asked="suite"))) if traces else None)
        walls = None if agent.http and not tests else establish(agent.sandbox, found.state / SANDBOX)
        variables = Surrounding.read().variables
        purse = spending(stated, budget)
        rubrics = rubrics_for(stated, provider or stated.provider, purse, say, opened)
        quick = replace(rubrics, judge=Recalled(rubrics.judge), times=1) if rubrics else None
        runner = Runner(
            agent,
            stated.concurrency,
            capture,
            traces.append,
            variables,
            tests=tests,
            walls=walls,
            rubrics=rubrics,
            retries=stated.retries,
        )
        yield Workbench(
            repository=found,
            workspace=rooms,
            store=opened,
            guard=Guard(ALL, stated.policy),
            runner=runner,
            scratch=replace(runner, sink=None, rubrics=quick),
            unwatched=replace(runner, sink=None, capture=capture if relay else None, rubrics=quick),
            author=found.author,
            hide=hidden(stated),
            co_author=stated.co_author,
            captured=lambda name: next((trace for trace in reversed(traces) if trace.id == name), None),
            mask=lambda trace: redacted(trace, sensitive),
            now=now,
            clock=time.monotonic,
            editable=_editable(stated.policy),
            advise=lambda symptom: guides(found.state).advise(symptom),
            recall=lambda symptom: recalled(found, rooms, opened, symptom),
            analyst=model_for("analyst", stated, provider or stated.provider, purse, say, found.state / ANSWERS),
            model=model_for("theorist", stated, provider or stated.provider, purse, say, found.state / ANSWERS),
            scenarios=stated.scenarios,
            trials=stated.trials,
            limits=Limits(seconds=seconds),
            keep=keep,
            approve=approve,
            says_yes=says_yes,
            ask_again=ask_again,
            say=say,
            notes=rooms.recovered,
        )


def real_interpreter(agent: AgentSpec, root: Path) -> str:
    """The program behind a launcher script, such as a version manager's, so that it is not started anew for every run."""
    named = agent.interpreter
    if os.sep in named and not os.path.isabs(named):  # it is not in the copy in which the agent runs
        named = str(root / named)
    try:
        with Path(named).open("rb") as file:
            if file.read(2) != b"#!":
                return named
        asked = [named, "-c", "import sys; print(sys.executable)"]
        done = subprocess.run(asked, cwd=root, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return named
    return done.stdout.strip() or named


def _editable(policy: Policy) -> Callable[[str], bool]:
    judges = (*policy.test_globs, *policy.judge_globs, *policy.protected)

    def editable(path: str) -> bool:
        return any(matches(path, glob) for glob in policy.editable) and not any(matches(path, glob) for glob in judges)

    return editable
