"""The three ways to run the user's agent: a warm Python callable, a command, an address; each turns an input into an Outcome."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from adapters.trace import Json, Trace
from refinery.domain import AgentSpec, Cause, Scenario, Tools
from refinery.errors import ConfigError
from refinery.suite import attempt
from refinery.suite.capsule import placing, serving
from refinery.suite.capture import Capture
from refinery.suite.confinement import Limits, scrubbed
from refinery.suite.ledger import told
from refinery.suite.nursery import Nursery
from refinery.suite.outcome import Outcome, compact
from refinery.suite.pointing import OTLP, QUIET, models, telemetry
from refinery.suite.pool import WORKER, Ended, Halt, Pool, Unstarted, emptied, folder, remove
from refinery.suite.relay import Ledger, Terms
from refinery.suite.sandbox import view
from refinery.suite.sandbox.ground import Ground, Level
from refinery.suite.sandbox.room import Entrance, Room

FLAGS_ALONE = frozenset("bBdEhiIOPqsSuvVx")
"""Python's own options that take no argument."""
LOADING = 60.0
"""Seconds that loading a test runner, or the libraries of an agent, may take, where the agent's limit is shorter."""
PATHS = re.compile(r"(/[^\s'\":;,()]+)")
"""Absolute paths in the words of an error."""
UNCONNECTED = re.compile(
    r"Network is unreachable|ENETUNREACH|Temporary failure in name resolution|Name or service not known|EAI_AGAIN|ENOTFOUND"
    r"|Connection refused|ECONNREFUSED|Connection error|ConnectError|Could not resolve host"
)
"""How programs say that they reach nobody."""


class Launch(Protocol):
    """Runs the agent once."""

    @property
    def can_cover(self) -> bool:
        """Whether it can be seen which lines ran."""

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:
        """One run; it returns when nothing of it is left."""

    def together(self, scenarios: Sequence[Scenario], trial: int, halt: Halt, course: Course) -> Mapping[str, Outcome]:
        """What became of some of them, by id, in one process; those that are left out have to be run by themselves."""

    def allow(self, seconds: float) -> None:
        """Runs that take up to so long are about to be asked for."""

    def expect(self, attempts: int) -> None:
        """So many runs are about to be asked for."""

    def forget(self) -> None:
        """They are not, after all."""

    def close(self) -> None:
        """End everything."""


@dataclass(frozen=True, slots=True)
class Course:
    """How several tests are run one after another."""

    seconds: float
    """What one may take, of the processor and by the clock; a test that takes longer is the last."""
    processor: float
    stop: bool = False
    """The first that fails is the last."""


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


class Manner(Protocol):
    """How something else than the agent is run in its place: a test of the user's."""

    @property
    def needs(self) -> tuple[Path, ...]:
        """What has to be visible for it."""

    def command(self, argv: tuple[str, ...], scenario: Scenario, home: Path) -> tuple[str, ...]:
        """What runs for a scenario, with a private folder as it is called there."""

    def left(self, home: Path) -> bytes:
        """What a run wrote into its private folder; empty where that is nothing."""

    def outcome(self, ran: Ran, agent: AgentSpec) -> Outcome:
        """What it means."""

    def several(self, scenarios: Sequence[Scenario], course: Course) -> Scenario | None:
        """One to be run in the place of several; None where that cannot be."""

    def outcomes(self, ran: Ran, scenarios: Sequence[Scenario], course: Course) -> Iterator[tuple[str, Outcome]]:
        """What it means for each of the several that came to an end, by its id, in the order in which they did."""

    @property
    def warm(self) -> Mapping[str, Json]:
        """What a nursery loads of it beforehand, to be forked for every run; empty for what is started anew each time."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run, before anybody says what it means."""

    ended: Ended
    trace: Trace | None
    lines: Mapping[str, frozenset[int]] | None
    left: bytes
    parts: Mapping[str, Mapping[str, frozenset[int]]] = field(default_factory=dict)
    """The lines of each of several tests, by name."""
    ledger: Ledger | None = None
    """What the relay saw, where there is one."""
    trace_id: str = ""
    """The name that was given to the attempt's trace."""
    world: Json = None
    """What a recorded world was asked."""


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
        ground: Ground,
        nursery: Nursery | None = None,
        manner: Manner | None = None,
        loaded: bool = False,
    ) -> None:
        self.agent = agent
        self.manner = manner
        self.tools = Tools() if manner else placing.pointed(agent.tools, given, agent.environment)
        self.tree = tree.absolute()
        self.given = given
        self.size = size
        self.limits = limits
        self.capture = capture
        self.covered = covered
        self.ground = ground
        self.nursery = nursery
        self.loaded = loaded and manner is not None and bool(manner.warm)
        """Whether what is run in the agent's place is loaded once, and forked for every attempt."""
        self.home = nursery.room() if nursery else folder()
        self.token = secrets.token_hex(8)
        self.interpreter = shutil.which(agent.interpreter, path=given.get("PATH") or os.defpath) or agent.interpreter
        self.argv = self._argv()
        self._visible: tuple[Path, ...] | None = None
        self._entrance = Entrance()
        self._pool: Pool | Unstarted | None = None
        self._lock = threading.Lock()
        self._longest = agent.timeout_s
        self._number = 0
        self._rooms: deque[Path] = deque()

    @property
    def can_cover(self) -> bool:
        """Whether it can be seen which lines ran: Python's, when it is run in a way that we understand."""
        return bool(self.agent.python) or _covered(self.argv, WORKER, self.home, self.tree, 1.0) is not None

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:
        agent = self._patient(scenario)
        ran = self.ran(scenario, trial, halt)
        if isinstance(ran, Unstarted):
            return self.explained(attempt.unstarted(ran, agent))
        if self.manner:
            return replace(self.explained(self.manner.outcome(ran, agent)), offline=self._offline)
        outcome = replace(attempt.from_slot(ran.ended, agent, ran.trace, ran.lines), offline=self._offline)
        outcome = self.explained(placing.placed(scenario, agent, outcome, ran.world))
        return told(outcome, ran.ledger, ran.trace_id) if ran.ledger else outcome

    def together(self, scenarios: Sequence[Scenario], trial: int, halt: Halt, course: Course) -> Mapping[str, Outcome]:
        if not self.manner or not (self.loaded or self.nursery):
            return {}
        asked = self.manner.several(scenarios, course)
        ran = self.ran(asked, trial, halt) if asked else None
        if ran is None or isinstance(ran, Unstarted):
            return {}
        found = self.manner.outcomes(ran, scenarios, course)
        return {name: replace(self.explained(outcome), offline=self._offline) for name, outcome in found}

    @property
    def _offline(self) -> bool:
        return not self.agent.network and self.ground.level is not Level.NONE

    def _patient(self, scenario: Scenario) -> AgentSpec:
        """The agent with as much time as the scenario gives it."""
        return self.agent if scenario.timeout_s is None else replace(self.agent, timeout_s=scenario.timeout_s)

    def ran(self, scenario: Scenario, trial: int, halt: Halt) -> Ran | Unstarted:
        """One run as it went."""
        if says := placing.unplaceable(scenario, self.agent.tools):
            return Unstarted(says, imported=False)
        pool = self._worker()
        if isinstance(pool, Unstarted):
            return pool
        ids = Ids.new()
        home = self._room()
        relay = self.capture.relay if self.capture else None
        if relay:
            relay.begin(ids.token, Terms(scenario.id, trial, scenario.max_cost, self.token))
        ledger = None
        try:
            ended = pool.run(self._job(scenario, trial, home, ids), self._patient(scenario).timeout_s, halt)
            trace = self._trace(ids)
            saved = ended.result.get("lines") if self.agent.python else _saved(home / "lines.json")
            world = ended.result.get("world") or (placing.read_journal(home / placing.JOURNAL) if scenario.world else None)
            ledger = relay.end(ids.token) if relay else None
            left = self.manner.left(home) if self.manner else b""
            return Ran(ended, trace, _lines(saved), left, _parts(saved), ledger, ids.trace, world)
        finally:
            if relay and ledger is None:
                relay.end(ids.token)
            if emptied(home):
                self._rooms.append(home)
            else:
                remove(home)

    def allow(self, seconds: float) -> None:
        with self._lock:
            if seconds > self._longest:
                self._longest = seconds
                if isinstance(self._pool, Pool):  # its slots may not use the processor for so long
                    self._pool.close()
                    self._pool = None

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
        if self._entrance.owner is not None:
            os.chown(home, self._entrance.owner, self._entrance.owner)
        return home

    def _start(self) -> Pool | Unstarted:
        if self.nursery:
            self._entrance = self.nursery.entrance
            if self._entrance.owner is not None:
                os.chown(self.home, self._entrance.owner, self._entrance.owner)
            own = self.ground.born(self._room_for(self.tree, self._inside(self.home), self.nursery.place), self._entrance)
            spec = self._spec(own) | self._warm()
            born = self.nursery.bear(self._environment(), self.home, self.size, self.limits, spec, self.agent.timeout_s)
            if isinstance(born, Pool) or (born is not None and born.imported):
                return born
            self.nursery = None  # it is gone, or was killed as it bore
        room = self._room_for(self.tree, self.home)
        self._entrance = self.ground.enter(room)
        self._refuse_deaf()
        spec = self._spec(self._entrance.own) | self._listening() | (self._warm() if self.loaded else {})
        seconds = max(self.agent.timeout_s, LOADING) if self.loaded else self.agent.timeout_s
        pool = Pool.start(self._entrance, self._program(), self.tree, self._environment(), self.home, self.size, self.limits, spec, seconds)
        if isinstance(pool, Pool) and pool.listener and self.capture:
            self.capture.receive(pool.listener)
        return pool

    def _refuse_deaf(self) -> None:
        if self._entrance.deaf and self.capture and self.capture.relay:
            says = f'models = "{self.agent.models}" under [agent] needs a way from the agent to the relay, which this sandbox has not'
            raise ConfigError(says, hint="install bubblewrap, or set network = true under [agent]")

    def start_nursery(self, place: Path) -> Nursery | None:
        """A process that has loaded this agent's libraries, for other trees of it in `place`; None for what cannot have one."""
        if not (self.agent.python or (self.manner and self.manner.warm)) or not self.ground.bears:
            return None
        room = self._room_for(self.tree, self.home, place)
        self._entrance = self.ground.enter(room)
        first = self.ground.born(self._room_for(self.tree, self._inside(self.home), place), self._entrance)
        spec = self._spec(self._entrance.own) | self._warm() | self._listening() | {"first": first}
        seconds = max(self.agent.timeout_s, LOADING)
        self.loaded = self.manner is not None
        nursery = Nursery.start(self._entrance, self._program(), self.tree, self._environment(), self.home, place, spec, seconds)
        if nursery and nursery.listener and self.capture:
            self.capture.receive(nursery.listener)
        return nursery

    def _warm(self) -> dict[str, Json]:
        return {**self.manner.warm} if self.manner else {}

    def _room_for(self, tree: Path, home: Path, trees: Path | None = None) -> Room:
        if self._visible is None:
            self._visible = self._seen() if self.ground.level is not Level.NONE else ()
        return Room(tree, home, self.agent.network, self._visible, trees)

    def _seen(self) -> tuple[Path, ...]:
        """What the agent needs to see besides the system, and what the user lets it see."""
        homes = view.homes()
        found = [
            WORKER,
            placing.REPLAY,
            *(self.manner.needs if self.manner else ()),
            *map(Path, self.agent.readable),
            *view.of_python(self.interpreter, homes),
        ]
        if self.argv:
            path = scrubbed(self.given, (), self.home, self.tree, self.interpreter)
            found += view.of_python(sys.executable, homes)
            head = self.argv[0]
            found += view.of_program(str(self.tree / head) if os.sep in head else head, path, homes)
        return view.outermost(path for path in found if not view.within(path, self.tree))

    def _inside(self, home: Path) -> Path:
        """What a private folder of ours is called where the agent runs."""
        if self.nursery:
            return self.nursery.inside(home)
        return (self._entrance.home or self.home) / home.relative_to(self.home)

    def _listening(self) -> dict[str, Json]:
        return {"listen": self._entrance.port} if self.capture and self._entrance.port else {}

    def explained(self, outcome: Outcome) -> Outcome:
        """What failed because of the walls is told from what would fail anywhere, with the setting that opens them."""
        if self.ground.level is Level.NONE or outcome.cause is None:
            return outcome
        words = f"{outcome.says}\n{outcome.error}"
        hidden = next((path for path in PATHS.findall(words) if os.path.exists(path) and not self._shows(Path(path))), "")
        if hidden:
            why = f"{hidden} is there, but not to be seen in the sandbox: name it in `readable` under [agent]"
        elif not self.agent.network and UNCONNECTED.search(words):
            why = "it had no network: if it needs one, set network = true under [agent]"
        else:
            return outcome
        return replace(outcome, says=f"{outcome.says} ({why})")

    def _shows(self, path: Path) -> bool:
        """Whether a path outside is one inside too."""
        shown = (*view.system(), *view.etc(self.agent.network), *(self._visible or ()), self.tree, Path("/proc"), Path("/dev"))
        return any(view.within(path, each) or view.within(each, path) for each in shown)

    def _program(self) -> tuple[str, ...]:
        if self.loaded:
            return self.argv[:-1]
        return (self.interpreter,) if self.agent.python else (sys.executable, "-I", "-S")

    def _environment(self) -> dict[str, str]:
        environment = scrubbed(self.given, self.agent.environment, self._inside(self.home), self.tree, self.interpreter)
        if self.capture and self.agent.python and not self._entrance.deaf:
            environment |= self._pointed(self.capture.endpoint(self.token, shared=True, port=self._entrance.port))
        elif self.agent.python:
            environment |= self._quiet()
        return environment | (placing.beforehand(self.tools) if self.agent.python else {})

    def _pointed(self, endpoint: str) -> dict[str, str]:
        own = [name for name in self.agent.environment if name in self.given]
        relayed = self.capture is not None and self.capture.relay is not None
        return telemetry(endpoint) | (models(endpoint, own) if relayed else {})

    def _quiet(self) -> dict[str, str]:
        """Nothing is told of a run that nobody watches, unless the agent was given an address of its own to tell it to."""
        return {} if any(name.startswith("OTEL_") for name in self.agent.environment) else dict(QUIET)

    def _spec(self, own: Mapping[str, Json]) -> dict[str, Json]:
        return {
            "python": self.agent.python,
            "tree": str(self.tree),
            "home": str(self._inside(self.home)),
            "cover": self.covered,
            "most": self.limits.output_bytes,
            "limits": {**self.limits.resources()},
            "each": {**self.limits.each(self._longest, self.size, self.ground.counts(self._entrance))},
            "own": {**own},
            "replay": str(placing.REPLAY) if self.tools.any else "",
            "http_tools": bool(self.tools.http),
        }

    def _argv(self) -> tuple[str, ...]:
        command = self.agent.command
        return (self.interpreter, *command[1:]) if command and command[0] in ("python", "python3") else command

    def _job(self, scenario: Scenario, trial: int, home: Path, ids: Ids) -> dict[str, Json]:
        own: dict[str, str] = {"REFINERY_SCENARIO": scenario.id, "REFINERY_TRIAL": str(trial), "TRACEPARENT": ids.traceparent}
        inside = self._inside(home)
        own |= {"HOME": str(inside), "TMPDIR": str(inside)}
        if self.agent.python:
            return {
                "input": scenario.input,
                "environment": {**own, **self._own_endpoint(ids)},
                "trace_id": ids.trace,
                "parent_id": ids.parent,
                "seconds": self._patient(scenario).timeout_s,
                "sender": self._sender(ids),
                "world": placing.told(scenario, trial, self.tools, inside) if scenario.world or self.tools.http else None,
            }
        environment = scrubbed(self.given, self.agent.environment, inside, self.tree, self.interpreter) | own
        environment |= placing.otherwise(self.tools)
        if self.capture and not self._entrance.deaf:
            environment |= self._pointed(self.capture.endpoint(ids.token, port=self._entrance.port))
        else:
            environment |= self._quiet()
        plain = self.manner.command(self.argv, scenario, inside) if self.manner else self.argv
        argv = _covered(plain, WORKER, inside, self.tree, self._patient(scenario).timeout_s) if self.covered else None
        job: dict[str, Json] = {"argv": [*(argv or plain)], "environment": {**environment}, "stdin": compact(scenario.input)}
        return job if scenario.world is None or self.manner else self._in_a_world(job, scenario, trial, inside)

    def _in_a_world(self, job: dict[str, Json], scenario: Scenario, trial: int, inside: Path) -> dict[str, Json]:
        """The same job, with every Python that it starts led to the recording."""
        main, argv = placing.led(self.argv, self.tools)
        environment = job["environment"]
        assert isinstance(environment, dict)
        return {
            **job,
            "argv": job["argv"] if self.covered else [*argv],
            "environment": {**environment, **placing.leading(self.tools, inside, str(environment["PYTHONPATH"]))},
            "world": placing.told(scenario, trial, self.tools, inside, main),
        }

    def _trace(self, ids: Ids) -> Trace | None:
        if not self.capture:
            return None
        if self.agent.python:
            return self.capture.trace(ids.trace, ids.parent, ids.token)
        return self.capture.trace(ids.token, ids.parent)

    def _own_endpoint(self, ids: Ids) -> dict[str, str]:
        """What a callable finds when it is called. What it made when it was imported sends to the endpoint that all share."""
        if not self.capture or self._entrance.deaf:
            return {}
        own = self._pointed(self.capture.endpoint(ids.token, port=self._entrance.port))
        return {name: value for name, value in own.items() if name not in OTLP}

    def _sender(self, ids: Ids) -> Json:
        """Where on loopback an attempt connects from to us, and at which port: it tells whose a request to a shared endpoint is."""
        if not self.capture or self._entrance.deaf:
            return None
        return [self.capture.sender(ids.token), self._entrance.port or self.capture.port]


class Remote:
    """An agent that somebody else has started, at an address."""

    def __init__(self, agent: AgentSpec, limits: Limits) -> None:
        self.agent = agent
        self.limits = limits
        self._lock = threading.Lock()
        """One attempt at a time is in a recorded world: whose call it is cannot be seen otherwise."""

    @property
    def can_cover(self) -> bool:
        return False

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:  # noqa: ARG002  # a request cannot be taken back
        if scenario.world is None:
            return self._asked(scenario, trial)
        if says := serving.unservable(scenario, self.agent.tools):
            return Outcome(cause=Cause.INFRASTRUCTURE, says=says)
        with self._lock, serving.served(scenario, trial, self.agent.tools) as world:
            outcome = self._asked(scenario, trial)
        return placing.placed(scenario, replace(self.agent, tools=replace(self.agent.tools, python={})), outcome, world.entries)

    def _asked(self, scenario: Scenario, trial: int) -> Outcome:
        patience = self.agent.timeout_s if scenario.timeout_s is None else scenario.timeout_s
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
            with opener.open(request, timeout=patience) as reply:
                data: bytes = reply.read(self.limits.output_bytes + 1)
        except urllib.error.HTTPError as error:
            with error:
                words = error.read(4096).decode("utf-8", "replace")
            return bad(Cause.EXIT, f"the agent answered with status {error.code}", words)
        except TimeoutError:
            return bad(Cause.TIMEOUT, f"the agent did not answer within {patience:g} s")
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                return bad(Cause.TIMEOUT, f"the agent did not answer within {patience:g} s")
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

    def together(self, scenarios: Sequence[Scenario], trial: int, halt: Halt, course: Course) -> Mapping[str, Outcome]:  # noqa: ARG002
        return {}

    def allow(self, seconds: float) -> None:
        """It is not ended here, only no longer waited for."""

    def expect(self, attempts: int) -> None:
        """Nothing can be made ready."""

    def forget(self) -> None:
        """Nothing was."""

    def close(self) -> None:
        """It was not started here."""


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


def _parts(value: Json) -> dict[str, Mapping[str, frozenset[int]]]:
    """Each part's lines, those before the first part with them."""
    parts = value.get("parts") if isinstance(value, dict) else None
    if not isinstance(parts, dict):
        return {}
    found = {name: _lines(lines) or {} for name, lines in parts.items()}
    first = found.pop("", {})
    return {
        name: {path: first.get(path, frozenset()) | lines.get(path, frozenset()) for path in first.keys() | lines.keys()}
        for name, lines in found.items()
    }
