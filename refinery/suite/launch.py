"""The three ways to run the user's agent: a warm Python callable, a command, an address; each turns an input into an Outcome."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.trace import Json, Trace
from refinery.domain import AgentSpec, Cause, Scenario
from refinery.suite import attempt
from refinery.suite.capture import Capture
from refinery.suite.confinement import Limits, confine, scrubbed
from refinery.suite.nursery import Nursery
from refinery.suite.outcome import Outcome, compact
from refinery.suite.pool import WORKER, Halt, Pool, Unstarted, emptied, folder, remove

FLAGS_ALONE = frozenset("bBdEhiIOPqsSuvVx")
"""Python's own options that take no argument."""


class Launch(Protocol):
    """Runs the agent once."""

    @property
    def can_cover(self) -> bool:
        """Whether it can be seen which lines ran."""

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:
        """One run; it returns when nothing of it is left."""

    def expect(self, attempts: int) -> None:
        """So many runs are about to be asked for."""

    def forget(self) -> None:
        """They are not, after all."""

    def close(self) -> None:
        """End everything."""


@dataclass(frozen=True, slots=True)
class Ids:
    """What ties an attempt to its spans."""

    token: str
    trace: str
    parent: str

    @staticmethod
    def new() -> Ids:
        return Ids(secrets.token_hex(8), secrets.token_hex(16), secrets.token_hex(8))

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace}-{self.parent}-01"


class Local:
    """The agent in processes of this machine: a callable or a command, in slots of one worker."""

    def __init__(
        self,
        agent: AgentSpec,
        tree: Path,
        given: Mapping[str, str],
        size: int,
        limits: Limits,
        capture: Capture | None,
        covered: bool,
        nursery: Nursery | None = None,
    ) -> None:
        self.agent = agent
        self.tree = tree.absolute()
        self.given = given
        self.size = size
        self.limits = limits
        self.capture = capture
        self.covered = covered
        self.nursery = nursery
        self.home = folder()
        self.token = secrets.token_hex(8)
        self.interpreter = shutil.which(agent.interpreter, path=given.get("PATH") or os.defpath) or agent.interpreter
        self.argv = self._argv()
        self._pool: Pool | Unstarted | None = None
        self._lock = threading.Lock()
        self._number = 0
        self._rooms: deque[Path] = deque()

    @property
    def can_cover(self) -> bool:
        """Whether it can be seen which lines ran: Python's, when it is run in a way that we understand."""
        return bool(self.agent.python) or _covered(self.argv, WORKER, self.home, self.tree, 1.0) is not None

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:
        pool = self._worker()
        if isinstance(pool, Unstarted):
            return attempt.unstarted(pool, self.agent)
        ids = Ids.new()
        home = self._room()
        try:
            ended = pool.run(self._job(scenario, trial, home, ids), self.agent.timeout_s, halt)
            trace = self._trace(ids)
            lines = _lines(ended.result.get("lines")) if self.agent.python else _lines(_saved(home / "lines.json"))
            return attempt.from_slot(ended, self.agent, trace, lines)
        finally:
            if emptied(home):
                self._rooms.append(home)
            else:
                remove(home)

    def expect(self, attempts: int) -> None:
        pool = self._worker()
        if isinstance(pool, Pool):
            pool.expect(attempts)

    def forget(self) -> None:
        if isinstance(self._pool, Pool):
            self._pool.forget()

    def close(self) -> None:
        if isinstance(self._pool, Pool):
            self._pool.close()
        if self.capture:
            self.capture.forget(self.token)
        remove(self.home)

    def _worker(self) -> Pool | Unstarted:
        with self._lock:
            if isinstance(self._pool, Pool) and self._pool.lost:
                self._pool.close()
                self._pool = None
            if self._pool is None:
                self._pool = self._start()
            return self._pool

    def _room(self) -> Path:
        """An empty folder, HOME of one attempt; one that was left empty is used again."""
        with self._lock:
            if self._rooms:
                return self._rooms.popleft()
            self._number += 1
            home = self.home / str(self._number)
        home.mkdir(mode=0o700)
        return home

    def _start(self) -> Pool | Unstarted:
        environment, spec = self._environment(), self._spec()
        if self.nursery:
            born = self.nursery.bear(environment, self.home, self.size, self.limits, spec, self.agent.timeout_s)
            if born is not None:
                return born
        argv = confine(self._program(), self.tree, self.home, self.agent.network)
        return Pool.start(argv, self.tree, environment, self.home, self.size, self.limits, spec, self.agent.timeout_s)

    def start_nursery(self) -> Nursery | None:
        """A process that has loaded this agent's libraries, for other trees of it; None for what is not a Python callable."""
        if not self.agent.python:
            return None
        argv = confine(self._program(), self.tree, self.home, self.agent.network)
        return Nursery.start(argv, self.tree, self._environment(), self._spec(), self.agent.timeout_s)

    def _program(self) -> tuple[str, ...]:
        return (self.interpreter,) if self.agent.python else (sys.executable, "-I", "-S")

    def _environment(self) -> dict[str, str]:
        environment = scrubbed(self.given, self.agent.environment, self.home, self.tree, self.interpreter)
        if self.capture and self.agent.python:
            environment |= _telemetry(self.capture.endpoint(self.token, shared=True))
        return environment

    def _spec(self) -> dict[str, Json]:
        return {
            "python": self.agent.python,
            "tree": str(self.tree),
            "home": str(self.home),
            "cover": self.covered,
            "most": self.limits.output_bytes,
            "limits": {**self.limits.resources()},
        }

    def _argv(self) -> tuple[str, ...]:
        command = self.agent.command
        return (self.interpreter, *command[1:]) if command and command[0] in ("python", "python3") else command

    def _job(self, scenario: Scenario, trial: int, home: Path, ids: Ids) -> dict[str, Json]:
        own: dict[str, str] = {"REFINERY_SCENARIO": scenario.id, "REFINERY_TRIAL": str(trial), "TRACEPARENT": ids.traceparent}
        own |= {"HOME": str(home), "TMPDIR": str(home)}
        if self.agent.python:
            return {
                "input": scenario.input,
                "environment": {**own},
                "trace_id": ids.trace,
                "parent_id": ids.parent,
                "seconds": self.agent.timeout_s,
            }
        environment = scrubbed(self.given, self.agent.environment, home, self.tree, self.interpreter) | own
        if self.capture:
            environment |= _telemetry(self.capture.endpoint(ids.token))
        argv = _covered(self.argv, WORKER, home, self.tree, self.agent.timeout_s) if self.covered else None
        return {"argv": [*(argv or self.argv)], "environment": {**environment}, "stdin": compact(scenario.input)}

    def _trace(self, ids: Ids) -> Trace | None:
        if not self.capture:
            return None
        return self.capture.trace(ids.trace if self.agent.python else ids.token, ids.parent)


class Remote:
    """An agent that somebody else has started, at an address."""

    def __init__(self, agent: AgentSpec, limits: Limits) -> None:
        self.agent = agent
        self.limits = limits

    @property
    def can_cover(self) -> bool:
        return False

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:  # noqa: ARG002  # a request cannot be taken back
        request = urllib.request.Request(self.agent.http, compact(scenario.input).encode(), method="POST")
        for name, value in (
            ("Content-Type", "application/json"),
            ("traceparent", Ids.new().traceparent),
            ("X-Refinery-Scenario", scenario.id.encode("ascii", "backslashreplace").decode()),
            ("X-Refinery-Trial", str(trial)),
        ):
            request.add_header(name, value)
        began = time.perf_counter()

        def bad(cause: Cause, says: str, error: str = "") -> Outcome:
            return Outcome("", error, cause, says, time.perf_counter() - began)

        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=self.agent.timeout_s) as reply:
                data: bytes = reply.read(self.limits.output_bytes + 1)
        except urllib.error.HTTPError as error:
            with error:
                words = error.read(4096).decode("utf-8", "replace")
            return bad(Cause.EXIT, f"the agent answered with status {error.code}", words)
        except TimeoutError:
            return bad(Cause.TIMEOUT, f"the agent did not answer within {self.agent.timeout_s:g} s")
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                return bad(Cause.TIMEOUT, f"the agent did not answer within {self.agent.timeout_s:g} s")
            return bad(Cause.INFRASTRUCTURE, f"{self.agent.http} cannot be reached: {error.reason}")
        except (OSError, http.client.HTTPException) as error:
            return bad(Cause.INFRASTRUCTURE, f"the connection to {self.agent.http} broke: {error}")
        if len(data) > self.limits.output_bytes:
            return bad(Cause.OUTPUT, "the answer is far too large")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            return bad(Cause.OUTPUT, f"the answer is not text in UTF-8 (byte {error.start})")
        if not text.strip():
            return bad(Cause.OUTPUT, "the answer is empty")
        return Outcome(text.removesuffix("\n"), latency_s=time.perf_counter() - began)

    def expect(self, attempts: int) -> None:
        """Nothing can be made ready."""

    def forget(self) -> None:
        """Nothing was."""

    def close(self) -> None:
        """It was not started here."""


def _telemetry(endpoint: str) -> dict[str, str]:
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_TRACES_EXPORTER": "otlp"}


def _covered(argv: tuple[str, ...], worker: Path, home: Path, tree: Path, seconds: float) -> tuple[str, ...] | None:
    """The same Python command, run so that it says which lines were executed; None when it is no such command."""
    if not argv or not Path(argv[0]).name.startswith("python"):
        return None
    place = 1
    while place < len(argv) and argv[place].startswith("-") and argv[place] not in ("-", "-m", "-c"):
        if argv[place] in ("-W", "-X"):
            place += 2
        elif set(argv[place][1:]) <= FLAGS_ALONE:
            place += 1
        else:
            return None
    rest = argv[place:]
    if not rest or rest[0] == "-" or (rest[0] in ("-m", "-c") and len(rest) < 2):
        return None
    return (*argv[:place], str(worker), "cover", str(home / "lines.json"), str(tree), str(seconds), *rest)


def _saved(path: Path) -> Json:
    try:
        found: Json = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found


def _lines(value: Json) -> dict[str, frozenset[int]] | None:
    if not isinstance(value, dict):
        return None
    return {path: frozenset(line for line in lines if isinstance(line, int)) for path, lines in value.items() if isinstance(lines, list)}
