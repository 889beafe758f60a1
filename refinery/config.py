"""`refinery.toml` and the environment: the only file that reads either."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from refinery.domain import AgentSpec, HttpTools, Outside, Tools
from refinery.duration import FORMS, seconds
from refinery.errors import ConfigError
from safety.policy import RULES, Policy

FILE = "refinery.toml"
TOLERATED = ("scope", "tests")
"""What people may do and a fix of Refinery's may not: work outside of its scope, and on the tests. The base's tests judge all the same."""

TEST_SETTINGS = ("pytest.ini", ".pytest.ini", "tox.ini")
"""What says which tests there are, where tests judge."""
WORLDS = "**/*.world.yaml"
"""Recorded worlds, as they are named when they are written."""


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What the process was started with."""

    home: Path | None
    """REFINERY_HOME, where set: the state folder."""
    variables: Mapping[str, str]
    """All of them, for the agent's environment to be taken from: only what it declares is passed on."""
    index: Path | None = None
    """GIT_INDEX_FILE: the index that git gives to the hook we run in, which need not be the usual one."""
    skip: str = ""
    """REFINERY_SKIP: why a hook should not look this time."""
    accepting: Path | None = None
    """REFINERY_ACCEPTING: the work tree for whose `refinery accept` the hook that we run in was started, in a copy."""

    @staticmethod
    def read(environment: Mapping[str, str] = os.environ) -> Surrounding:
        """What the environment says, read once."""
        home, index, accepting = (environment.get(name) for name in ("REFINERY_HOME", "GIT_INDEX_FILE", "REFINERY_ACCEPTING"))
        return Surrounding(
            Path(home).expanduser().resolve() if home else None,
            dict(environment),
            Path(index).absolute() if index else None,
            environment.get("REFINERY_SKIP", "").strip(),
            Path(accepting) if accepting else None,
        )


@dataclass(frozen=True, slots=True)
class Relaying:
    """How the agent's model calls go through the relay."""

    mode: str
    """`live`, `record` or `replay`."""
    recordings: str
    """The folder, as it stands there."""
    budget_usd: float
    """For all attempts of one command together."""
    upstream: Mapping[str, str]
    """Addresses by vendor, where they are not the vendor's own."""
    prices: Mapping[str, tuple[float, float]]
    """USD per million tokens, in and out, by model."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything `refinery.toml` says, with the defaults filled in."""

    agent: AgentSpec | None
    """None when no agent is configured: traces can be read and diagnosed, but nothing can be run."""
    policy: Policy
    tests: AgentSpec | None = None
    """How the user's own tests are run; None where none are."""
    scenarios: tuple[str, ...] = ("scenarios/**/*.yaml",)
    trials: int = 5
    retries: int = 1
    """How often an attempt is made again when the machine failed."""
    concurrency: int = 4
    relaying: Relaying | None = None
    """None: the agent calls its models directly."""
    trace_source: str = "files"
    project: str = ""
    tolerated: tuple[str, ...] = TOLERATED
    """Rules of the guard that `check` and the hooks do not refuse for."""
    gate_on_push: bool = True
    push_seconds: float = 120.0
    """Wall time that the gate may take before a push."""
    undecided_passes: bool = True
    """Whether a push goes on when the runs do not decide."""
    redact: bool = False
    """Whether secrets and personal data are masked before a trace is kept."""
    provider: str = "none"
    model: str = ""
    budget_usd: float = 2.0
    price: tuple[float, float] | None = None
    """USD per million tokens, in and out; None: as the price list says."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Names of other models for single tasks."""
    cache: bool = True
    """Whether answers of a model are kept for a while, and taken again for the same request."""
    co_author: str = ""
    """Whom the commits of kept fixes name beside the user, `Name <address>`; empty for nobody."""


def load(root: Path, environment: Mapping[str, str] = os.environ) -> Settings | None:
    """The settings of a repository; None when it has no refinery.toml. Raises ConfigError, which names key and line."""
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE} cannot be read: {error}") from error
    return parse(text, environment)


def parse(text: str, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that a text in the form of refinery.toml states."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{FILE} is not valid TOML: {error}") from error
    try:
        return _settings(_checked(File.model_validate(raw), text), environment)
    except ValidationError as error:
        raise ConfigError(*_explained(error.errors()[0], text)) from error


def _checked(file: File, text: str) -> File:
    """[agent] may say no more than under which circumstances tests run; then there are tests."""
    if file.agent and not file.agent.ways and not file.suite.command.strip():
        says = f"{FILE}{_line(text, ['agent'])}: `agent`: name exactly one of command, python and http (there is none)"
        raise ConfigError(says, hint="or let tests be run instead: `command` under [suite]")
    return file


class Strict(BaseModel):
    """No unknown keys, no guessing between types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class UpstreamTable(Strict):
    """[agent.upstream]: where the vendors are, if not at their own address."""

    anthropic: str = ""
    openai: str = ""

    @field_validator("*")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and not re.match(r"https?://[^/\s]+", value):
            raise ValueError(f"{value!r} is not an address that begins with https:// or http://")
        return value


class AgentTable(Strict):
    """[agent]"""

    command: tuple[str, ...] = ()
    python: str = ""
    http: str = ""
    timeout: str | int | float = 60.0
    interpreter: str = ""
    environment: tuple[str, ...] = ()
    network: bool = False
    sandbox: Literal["auto", "strong", "none"] = "auto"
    readable: tuple[str, ...] = ()
    models: Literal["direct", "live", "record", "replay"] = "direct"
    """Whether its calls of models go through a relay, and what becomes of them there."""
    recordings: str = Field(default="recordings", min_length=1)
    budget_usd: float | int = Field(default=5.0, ge=0)
    upstream: UpstreamTable = UpstreamTable()
    prices: dict[str, Annotated[list[Annotated[float | int, Field(ge=0)]], Field(min_length=2, max_length=2)]] = {}

    @field_validator("command", "environment", "readable", mode="before")
    @classmethod
    def _a_list(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("timeout")
    @classmethod
    def _a_duration(cls, value: str | float) -> float:
        found = seconds(value)
        if found is None or found <= 0:
            raise ValueError(f"{value!r} is not a duration to wait for: write {FORMS}")
        return found

    @field_validator("readable")
    @classmethod
    def _places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(os.path.normpath(os.path.expanduser(path)) for path in value)
        for path in map(Path, found):
            if not path.is_absolute():
                raise ValueError(f"{str(path)!r} is not an absolute path, nor one that begins with ~/")
            if path in (Path.home(), *Path.home().parents, Path("/")):
                raise ValueError(f"{str(path)!r} is nearly everything: name the folders in it that the agent needs")
        return found

    @field_validator("python")
    @classmethod
    def _a_callable(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", value):
            raise ValueError(f'{value!r} is not of the form "package.module:callable"')
        return value

    @model_validator(mode="after")
    def _one_way_to_run(self) -> AgentTable:
        if len(self.ways) > 1:
            raise ValueError(f"name exactly one of command, python and http (there is {' and '.join(self.ways)})")
        if self.http and self.models != "direct":
            raise ValueError(f"models = {self.models!r} is for an agent that Refinery starts; one reached by http calls its own models")
        return self

    @property
    def ways(self) -> list[str]:
        return [name for name in ("command", "python", "http") if getattr(self, name)]


class ScopeTable(Strict):
    """[scope]"""

    editable: list[str] = ["**"]
    protected: list[str] = []


class TracesTable(Strict):
    """[traces]"""

    source: str = Field(default="files", min_length=1)
    """The name of an installed source."""
    project: str = ""
    redact: bool = False
    """Whether secrets and personal data are masked before a trace is kept."""


class SuiteTable(Strict):
    """[suite]"""

    scenarios: list[str] = ["scenarios/**/*.yaml"]
    trials: int = Field(default=5, ge=1, le=1000)
    retries: int = Field(default=1, ge=0, le=10)
    concurrency: int = Field(default=4, ge=1, le=1000)
    command: str = ""

    @field_validator("command")
    @classmethod
    def _words(cls, value: str) -> str:
        try:
            shlex.split(value)
        except ValueError as error:
            raise ValueError(f"{value!r} cannot be split into words: {error}") from error
        return value


def _rules(value: list[str]) -> list[str]:
    for name in value:
        if name not in RULES:
            near = difflib.get_close_matches(name, RULES, n=1)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(RULES)}"
            raise ValueError(f"{name!r} is no rule of the guard; {meant}")
    return value


Rules = Annotated[list[str], AfterValidator(_rules)]
"""Names of the guard's rules."""


class SiteTable(Strict):
    """[world.http.VARIABLE]"""

    url: str = ""
    routes: dict[str, str] = {}

    @field_validator("routes")
    @classmethod
    def _requests(cls, value: dict[str, str]) -> dict[str, str]:
        for tool, shape in value.items():
            if not re.fullmatch(r"[A-Za-z]+ /\S*", shape):
                raise ValueError(f'{shape!r}, for {tool}, is not of the form "GET /path/{{argument}}"')
        return value


class WorldTable(Strict):
    """[world]"""

    tools: list[str] = []
    http: dict[str, SiteTable] = {}
    address: str = ""
    outside: Literal["fail", "pass-through", "simulate"] = "fail"

    @field_validator("tools")
    @classmethod
    def _callables(cls, value: list[str]) -> list[str]:
        for each in value:
            if not re.fullmatch(r"(?:[\w./:-]+\s*=\s*)?[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", each):
                raise ValueError(f'{each!r} is not of the form "package.module:function", or "name = package.module:function"')
        return value

    @field_validator("http")
    @classmethod
    def _variables(cls, value: dict[str, SiteTable]) -> dict[str, SiteTable]:
        for name in value:
            if not re.fullmatch(r"[A-Za-z_]\w*", name):
                raise ValueError(f"{name!r} is not the name of an environment variable")
        return value

    @field_validator("address")
    @classmethod
    def _here(cls, value: str) -> str:
        if value and not re.fullmatch(r"(?:http://)?(?:127\.0\.0\.1|localhost):\d{1,5}", value):
            raise ValueError(f'{value!r} is not of the form "127.0.0.1:PORT"')
        return value


class SafetyTable(Strict):
    """[safety]"""

    max_changed_lines: int = Field(default=80, ge=1)
    core_files: list[str] = []
    yes_approves: Rules = []


class CheckTable(Strict):
    """[check]"""

    tolerate: Rules = [*TOLERATED]
    """Rules of the guard whose objections `check` and the hooks show without refusing for them."""


class HooksTable(Strict):
    """[hooks]"""

    gate: Literal["never", "push"] = "push"
    seconds: float | int = Field(default=120.0, gt=0)
    undecided: Literal["pass", "refuse"] = "pass"


class GitTable(Strict):
    """[git]"""

    co_author: str = ""

    @field_validator("co_author")
    @classmethod
    def _a_person(cls, value: str) -> str:
        if value and not re.fullmatch(r"[^<>\s][^<>\n]* <[^<>\s]+>", value):
            raise ValueError(f'{value!r} is not of the form "Name <address>"')
        return value


class TasksTable(Strict):
    """[model.tasks]: which model does what; empty: the one of [model]."""

    theorist: str = ""
    analyst: str = ""
    judge: str = ""
    """Says whether answers meet rubrics."""
    inventor: str = ""
    """Thinks up scenarios."""


class ModelTable(Strict):
    """[model]"""

    provider: Literal["anthropic", "openai", "none"] = "none"
    name: str = ""
    budget_usd: float | int = Field(default=2.0, ge=0)
    price: list[Annotated[float | int, Field(ge=0)]] | None = Field(default=None, min_length=2, max_length=2)
    """USD per million tokens, in and out, of a model that the price list does not have."""
    tasks: TasksTable = TasksTable()
    cache: bool = True


class File(Strict):
    """refinery.toml as it may be written."""

    agent: AgentTable | None = None
    scope: ScopeTable = ScopeTable()
    traces: TracesTable = TracesTable()
    suite: SuiteTable = SuiteTable()
    safety: SafetyTable = SafetyTable()
    check: CheckTable = CheckTable()
    hooks: HooksTable = HooksTable()
    git: GitTable = GitTable()
    model: ModelTable = ModelTable()
    world: WorldTable = WorldTable()


def _settings(file: File, environment: Mapping[str, str]) -> Settings:
    suite = file.suite
    return Settings(
        agent=replace(_agent(file.agent, environment), tools=_tools(file.world)) if file.agent and file.agent.ways else None,
        tests=_tests(file.agent or AgentTable(), file.suite.command, environment),
        policy=Policy(
            editable=tuple(file.scope.editable),
            protected=tuple(file.scope.protected),
            core_files=tuple(file.safety.core_files),
            max_changed_lines=file.safety.max_changed_lines,
            yes_approves=tuple(file.safety.yes_approves),
            judge_globs=(*Policy().judge_globs, *suite.scenarios, *_judging(file)),
        ),
        scenarios=tuple(suite.scenarios),
        trials=suite.trials,
        retries=suite.retries,
        relaying=_relaying(file.agent) if file.agent and file.agent.models != "direct" else None,
        concurrency=suite.concurrency,
        trace_source=file.traces.source,
        project=file.traces.project,
        tolerated=tuple(file.check.tolerate),
        gate_on_push=file.hooks.gate == "push",
        push_seconds=float(file.hooks.seconds),
        undecided_passes=file.hooks.undecided == "pass",
        redact=file.traces.redact,
        provider=file.model.provider,
        model=file.model.name,
        budget_usd=file.model.budget_usd,
        price=(file.model.price[0], file.model.price[1]) if file.model.price else None,
        models={task: name for task, name in file.model.tasks.model_dump().items() if name},
        cache=file.model.cache,
        co_author=file.git.co_author,
    )


def _agent(agent: AgentTable, environment: Mapping[str, str]) -> AgentSpec:
    return AgentSpec(
        command=agent.command,
        python=agent.python,
        http=agent.http,
        timeout_s=float(agent.timeout),
        interpreter=agent.interpreter or users_python(environment),
        environment=agent.environment,
        network=agent.network,
        sandbox=agent.sandbox,
        readable=agent.readable,
        models=agent.models,
    )


def _relaying(agent: AgentTable) -> Relaying:
    return Relaying(
        mode=agent.models,
        recordings=agent.recordings,
        budget_usd=float(agent.budget_usd),
        upstream={vendor: address for vendor, address in agent.upstream.model_dump().items() if address},
        prices={model: (float(price[0]), float(price[1])) for model, price in agent.prices.items()},
    )


def _judging(file: File) -> tuple[str, ...]:
    """What else decides what is right: tables of cases beside scenarios, where tests judge their settings, and recorded worlds."""
    recorded = file.world.tools or file.world.http
    tables = (f"{glob.rpartition('.')[0]}.csv" for glob in file.suite.scenarios if glob.endswith((".yaml", ".yml")))
    return (*tables, *(TEST_SETTINGS if file.suite.command.strip() else ()), *((WORLDS,) if recorded else ()))


def _tools(world: WorldTable) -> Tools:
    """A tool is called as its function is, unless it is given another name."""
    named = [each.rpartition("=") for each in world.tools]
    return Tools(
        python={name.strip() or place.strip().rpartition(":")[2].rpartition(".")[2]: place.strip() for name, _, place in named},
        http=tuple(HttpTools(variable, site.url, {**site.routes}) for variable, site in world.http.items()),
        address=world.address,
        outside=Outside(world.outside),
    )


def _tests(agent: AgentTable, command: str, environment: Mapping[str, str]) -> AgentSpec | None:
    """The user's tests run as the agent does: with its Python, behind its walls, as long at most."""
    words = shlex.split(command)
    if not words:
        return None
    beside = Path(words[0]).with_name("python") if os.sep in words[0] and Path(words[0]).name in ("pytest", "py.test") else None
    table = agent if agent.interpreter or beside is None else agent.model_copy(update={"interpreter": str(beside)})
    return replace(_agent(table, environment), command=tuple(words), python="", http="", models="direct")


def users_python(environment: Mapping[str, str] = os.environ) -> str:
    """The Python that `python` means to the user: their active virtual environment, else the first on PATH, else ours."""
    active = environment.get("VIRTUAL_ENV")
    if active and (found := Path(active, "bin", "python")).exists():
        return str(found)
    path = environment.get("PATH", os.defpath)
    return shutil.which("python", path=path) or shutil.which("python3", path=path) or sys.executable


def _explained(problem: ErrorDetails, text: str) -> tuple[str, str]:
    keys = [str(part) for part in problem["loc"] if not isinstance(part, int)]
    name, where = ".".join(keys), _line(text, keys)
    if problem["type"] == "extra_forbidden":
        known = _known(keys[:-1])
        near = difflib.get_close_matches(keys[-1], known, n=1, cutoff=0.4)
        hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(known)}"
        return f"{FILE}{where}: unknown key `{name}`", hint
    says = problem["msg"].removeprefix("Value error, ")
    return f"{FILE}{where}: `{name}`: {says[0].lower()}{says[1:]}", "see the manual's page on refinery.toml"


def _known(keys: Sequence[str]) -> list[str]:
    model: type[BaseModel] = File
    for key in keys:
        annotation = model.model_fields[key].annotation
        tables = [annotation, *getattr(annotation, "__args__", ())]
        model = next(table for table in tables if isinstance(table, type) and issubclass(table, BaseModel))
    return list(model.model_fields)


def _line(text: str, keys: Sequence[str]) -> str:
    """`:LINE` of a key, found by its section and name; empty when it is not written plainly."""
    section: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = [part.strip().strip("\"'") for part in header[1].split(".")]
            if section == list(keys):
                return f":{number}"
        elif (key := re.match(r"\s*([\w\-\"']+)\s*=", line)) and [*section, key[1].strip("\"'")] == list(keys):
            return f":{number}"
    return ""
