"""The nouns of the application, in the order in which a fix brings them about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.trace import Json, Trace
from safety.verdict import Verdict

PASSED = "refinery.passed"
"""The attribute of a trace of the suite's own runs whose scenario passed."""


class Layer(StrEnum):
    """Where in an agent a failure, or its cure, lies."""

    PROMPT = "prompt"
    CONTEXT = "context"
    MODEL = "model"
    ORCHESTRATION = "orchestration"
    TOOL = "tool"
    """A tool or the infrastructure under it."""
    CODE = "code"
    CONFIG = "config"


# -- what a run costs ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BillItem:
    """What one step of the work cost."""

    step: str
    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0
    """None when the price is not known."""
    runs: int = 0
    """Agent runs."""
    earlier_tokens: int = 0
    """What an earlier run paid for answers of a model that were kept from it; no part of what is spent now."""
    earlier_usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Bill:
    """Everything that was spent, itemised."""

    items: tuple[BillItem, ...] = ()

    def __add__(self, other: Bill) -> Bill:
        return Bill(self.items + other.items)

    @property
    def seconds(self) -> float:
        return sum(item.seconds for item in self.items)

    @property
    def tokens(self) -> int:
        return sum(item.input_tokens + item.output_tokens for item in self.items)

    @property
    def runs(self) -> int:
        return sum(item.runs for item in self.items)

    @property
    def usd(self) -> float | None:
        """The sum; None as soon as one price is unknown."""
        prices = [item.usd for item in self.items]
        return None if None in prices else sum(price for price in prices if price is not None)

    @property
    def earlier(self) -> BillItem:
        """What earlier runs paid for answers that were kept from them, as one item."""
        prices = [item.earlier_usd for item in self.items]
        usd = None if None in prices else sum(price for price in prices if price is not None)
        return BillItem("earlier", earlier_tokens=sum(item.earlier_tokens for item in self.items), earlier_usd=usd)

    def line(self, step: str) -> BillItem:
        """All of it as one item."""
        tokens_in, tokens_out = sum(item.input_tokens for item in self.items), sum(item.output_tokens for item in self.items)
        return BillItem(step, self.seconds, tokens_in, tokens_out, self.usd, self.runs)


# -- what went wrong ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that stand verbatim in the span they are attributed to."""

    span_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the user's code."""

    path: str
    """As the trace names it; made relative to the repository's root where that is possible."""
    line: int
    """1-based."""
    function: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that a rule saw in a trace."""

    rule: str
    span_id: str
    step: int
    """The span's place in the trace, from 0."""
    says: str
    quotes: tuple[Quote, ...]
    layer: Layer
    category: str
    """The failure category, e.g. `tool-error`, `stale-retrieval`, `loop`."""
    weight: float
    """How strongly it speaks for being the cause, 0 to 1."""
    agent: str = ""
    places: tuple[Place, ...] = ()
    """Innermost frame first."""


class Depth(StrEnum):
    """From the outside in."""

    WHAT = "what"
    """Calls, with when they began and how long they took."""
    HOW = "how"
    """Decision points: what the agent did next, where it could have done something else."""
    WHY = "why"
    """Strategy shifts: another way after a failure, or one announced in words."""
    SURE = "confidence"
    """How sure of itself it was, by its own words."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that can be said of a run, with the words of the run that show it."""

    depth: Depth
    span_id: str
    step: int
    says: str
    quotes: tuple[Quote, ...]
    """At least one."""
    agent: str = ""
    at_s: float | None = None
    """Seconds after the run's first step began; None where no times were recorded."""
    seconds: float | None = None
    """How long it took."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Another step that may be the cause."""

    agent: str
    step: int
    span_id: str
    says: str


class Level(StrEnum):
    """Where one looks when one looks at a run from the outside in."""

    SYSTEM = "system"
    PROMPT = "prompt"
    CONTEXT = "context"
    MODEL = "model"
    ORCHESTRATION = "orchestration"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen at one level of a run."""

    level: Level
    says: str


class GapKind(StrEnum):
    """In what way a run and what was expected of it differ."""

    BEHAVIOUR = "behaviour"
    """It did something else."""
    MISSING = "missing"
    """It lacked knowledge, material or a capability."""
    ASSUMPTION = "assumption"
    """It took for granted what is not so."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One difference between what happened and what was expected."""

    kind: GapKind
    says: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the expert is asked, because the answer would change the diagnosis."""

    asks: str
    why: str
    """What hangs on it."""
    answer: str = ""
    step: int | None = None
    """The step that a yes clears and a no convicts; None for an open question."""


class Proof(StrEnum):
    """Whether a diagnosis has been put to the test."""

    UNPROVEN = "unproven"
    REPLAYED = "replayed"
    """A counterfactual replay removed the failure."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A counterfactual: the run again in its recorded world, as it was, and with another result at the suspected step."""

    step: int
    substituted: Json
    """What stood in the place of the step's result; None when nothing was substituted."""
    source: str
    """Where that came from, in words."""
    cured: int
    """Runs with it that passed."""
    of: int
    cured_without: int
    """Runs with the result as it was recorded that passed."""
    of_without: int
    interval: Interval | None
    """Of the share of cured runs."""
    interval_without: Interval | None
    proven: bool
    """Whether the difference shows that it was the step."""
    says: str
    commit: str = ""
    """The code that was run."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What happened, what should have happened, and where it went wrong."""

    trace_id: str
    summary: str
    expected: str
    """What should have happened; says so when it is assumed."""
    layer: Layer
    category: str
    agent: str
    step: int | None
    """None when the trace shows no failure."""
    span_id: str | None
    confidence: float
    """0 to 1."""
    proof: Proof = Proof.UNPROVEN
    evidence: tuple[Quote, ...] = ()
    alternatives: tuple[Suspect, ...] = ()
    signals: tuple[Signal, ...] = ()
    places: tuple[Place, ...] = ()
    bill: Bill = Bill()
    notes: tuple[str, ...] = ()
    """What was not read, and which rules failed."""
    observations: tuple[Observation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    questions: tuple[Question, ...] = ()
    """Open ones, and those that were answered."""
    surroundings: tuple[str, ...] = ()
    """What was found outside the trace: commits before it, runs like it, runs that passed."""
    author: str = "rules"
    """Who made it: the rules, or a model by its name."""
    replay: Replay | None = None
    """How it was put to the test; None: it was not."""

    @property
    def by_rules(self) -> bool:
        """Whether no model had a say in it."""
        return self.author == "rules"

    @property
    def found(self) -> bool:
        """Whether anything wrong was found at all."""
        return self.step is not None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failed runs that look alike."""

    id: str
    """The same for the same kind of failure, whatever other traces come in."""
    name: str
    traces: tuple[str, ...]
    """Their ids, the earliest first."""
    onset_ns: int | None
    """When the first of them began; None when none has a time."""
    path: tuple[str, ...]
    """The names of the spans that lead to the failure in all of them, the outermost first."""


# -- what to change -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text `old` in the file `path` by `new`. An empty `old` with no such file creates it."""

    path: str
    old: str
    new: str
    at: int | None = None
    """Where `old` begins, in characters from the file's start, when it stands there more than once."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A change that might cure the failure, with the reasons for and against."""

    change: str
    """One imperative sentence: the commit's subject."""
    rationale: str
    layer: Layer
    edits: tuple[Edit, ...]
    example: str = ""
    """How the behaviour differs, before and after."""
    risks: str = ""
    confidence: float = 0.5
    """0 to 1; orders what is tried first."""
    origin: str = "search"
    """`search` or `model`."""
    cites: tuple[str, ...] = ()
    """Guides and remembered fixes it leans on."""
    needs: int = 1
    """Failing scenarios that a search wants to be cured before it believes in it."""
    chance: float = 0.0
    """How likely it is beside others of its kind, where its confidence is no more than what is asked of all."""
    doubtful: bool = False
    """It is of a kind that cures by chance more often than by being right: it is told, and kept where one of another kind does the same, or
    many scenarios speak for it."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit in the repository."""

    id: str
    tree: str
    parent: str
    subject: str
    message: str


# -- what is recorded of the world ----------------------------------------------------------------------------------


class Outside(StrEnum):
    """What becomes of a call that the recording does not hold."""

    FAIL = "fail"
    """The tool raises, and the attempt has failed whatever the agent makes of it."""
    PASS = "pass-through"
    """The tool itself is called."""
    SIMULATE = "simulate"
    """The tool's profile answers; without one the call fails."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One call of a tool, and what came of it."""

    tool: str
    arguments: Json = None
    any_arguments: bool = False
    """It answers a call whatever its arguments are: they were not recorded, or do not matter."""
    result: Json = None
    error: str = ""
    """`Type: message`, where the call failed."""
    seconds: float | None = None
    span_id: str = ""
    """The step of the trace that it was taken from."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How a tool behaves where nothing is recorded."""

    latency_s: float = 0.0
    error_rate: float = 0.0
    error: str = ""
    seed: int = 0
    stale: bool = True
    """It answers with what it answered last."""
    result: Json = None
    has_result: bool = False
    """It answers with `result`, which may be null."""


@dataclass(frozen=True, slots=True)
class World:
    """Recorded calls that stand in for an agent's tools while a scenario is attempted."""

    calls: tuple[Recording, ...]
    outside: Outside = Outside.FAIL
    again: bool = True
    """A call that is repeated more often than it was recorded gets the last answer once more."""
    paced: bool = False
    """A call takes as long as it did when it was recorded."""
    masked: bool = False
    """Values were masked when it was written; a mask is equal to anything."""
    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By tool (`*`: all), dotted paths of arguments that do not matter."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    trace: str = ""
    """The trace that it was taken from."""
    path: str = ""
    """Its file, from the repository's root; empty when it stands in the scenario itself."""


@dataclass(frozen=True, slots=True)
class HttpTools:
    """Tools that the agent reaches at one address, which a variable of its environment names."""

    variable: str
    url: str = ""
    """Where the variable points otherwise."""
    routes: Mapping[str, str] = field(default_factory=dict)
    """By tool, `METHOD /path/{argument}`."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Which of the agent's tools a recording answers for."""

    python: Mapping[str, str] = field(default_factory=dict)
    """By the name in the recording, `package.module:function`."""
    http: tuple[HttpTools, ...] = ()
    address: str = ""
    """`127.0.0.1:PORT` at which HTTP tools are answered for an agent that somebody else has started."""
    outside: Outside = Outside.FAIL
    """What a new recording says of calls that it does not hold."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset((*self.python, *(tool for site in self.http for tool in site.routes)))

    @property
    def any(self) -> bool:
        return bool(self.python or self.http)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A call that was made in a recorded world."""

    tool: str
    arguments: str
    """As JSON, in the form in which they were looked for."""
    how: str
    """`recorded`, `again` (more often than it was recorded), `simulated`, `passed` (to the tool itself) or `refused`."""

    @property
    def outside(self) -> bool:
        """The recording does not hold it."""
        return self.how in ("simulated", "passed", "refused")


# -- what is run --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """How the user's agent is run. Exactly one of the first three is set."""

    command: tuple[str, ...] = ()
    python: str = ""
    """`package.module:callable`."""
    http: str = ""
    timeout_s: float = 60.0
    interpreter: str = "python"
    """The user's Python, for callables and for `python` at the head of a command."""
    environment: tuple[str, ...] = ()
    """Names of environment variables that are passed on to the agent; all others are scrubbed."""
    network: bool = False
    """Whether it may use the network; its own loopback it always may, where it has one of its own."""
    sandbox: str = "auto"
    """`auto`: the strongest sandbox that this machine has, but not none; `strong`: the strongest there is, or no run; `none`."""
    readable: tuple[str, ...] = ()
    """Absolute paths that it may read besides the system, its interpreter and its libraries."""
    models: str = "direct"
    """What becomes of its calls of models: `direct`, or through a relay: `live`, `record`, `replay`."""
    tools: Tools = Tools()
    """What a recorded world answers for."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One check of a scenario as it was written: a kind and its argument."""

    kind: str
    value: Json
    line: int = 0
    negated: bool = False
    """It is met when the check fails."""
    weight: float = 1.0
    """Its part in the scenario's threshold."""
    required: bool = False
    """It must be met, whatever the threshold."""

    @property
    def name(self) -> str:
        """The kind as it stands in a file."""
        return f"not-{self.kind}" if self.negated else self.kind


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation, and what a right answer to it looks like."""

    id: str
    input: Json
    expect: tuple[Expectation, ...]
    capability: str = ""
    assumption: str = ""
    tags: tuple[str, ...] = ()
    trials: int | None = None
    path: str = ""
    line: int = 0
    threshold: float | None = None
    """The share of the checks, by weight, that must be met; None: all of them."""
    test: str = ""
    """The test of the user's own suite that it stands for, as that suite's runner calls it; empty for a scenario of a file."""
    timeout_s: float | None = None
    """How long an attempt may take; None: as long as the agent may."""
    max_cost: float | None = None
    """US dollars that the model calls of one attempt may cost together."""
    retries: int | None = None
    """How often an attempt is made again when the machine failed, not the agent; None: as often as the run says."""
    world: World | None = None
    """What its tools answer; None: they are the agent's own."""
    shares: bool = False
    """One run of the suite's whole command tries it together with others, so what becomes of them is not independent."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A failing run, and the scenarios that show the failure."""

    trace: Trace
    targets: tuple[Scenario, ...]
    """They must turn from red to green."""
    says: str = ""
    """What should have happened, in the words of whoever complained."""
    fresh: tuple[Scenario, ...] = ()
    """Those of the targets that the suite does not have yet; they are committed with the fix."""
    whole: bool = True
    """All targets must turn green. False: they may have different causes, and a fix for some of them is a fix."""
    apart: tuple[str, ...] = ()
    """Scenarios that fail too and are no targets: an earlier fix of the same run cures them, or they were given up."""


class Said(StrEnum):
    """What became of a question to a person."""

    YES = "yes"
    NO = "no"
    POLICY = "policy"
    """Nobody was asked: --yes was given, and the user's policy lets it answer."""
    FORGOTTEN = "forgotten"
    """What was said before no longer counts; the question is asked anew."""
    NOBODY = "nobody"
    """Nobody was there to be asked; never remembered."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What was said to one very change; it holds for no other."""

    change: str
    """The digest of the change set."""
    scenarios: tuple[str, ...]
    """What the change was to cure."""
    said: Said
    by: str
    """Name and address, as git knows them."""
    at: str
    """ISO 8601."""
    findings: tuple[str, ...] = ()
    """What the guard had to say when it was asked."""


class Cause(StrEnum):
    """Why an attempt did not pass; whose fault it is decides whether it counts."""

    CHECKS = "checks"
    """The agent answered, and the answer is wrong."""
    EXIT = "exit"
    """The agent ended with an error."""
    SIGNAL = "signal"
    TIMEOUT = "timeout"
    OUTPUT = "output"
    """No answer, or one that cannot be parsed, or too much of it."""
    WORLD = "world"
    """It made a call that the recorded world does not hold, and may not."""
    SKIPPED = "skipped"
    """A test left itself out: it has not passed, and there is nothing to cure."""
    BUDGET = "budget"
    """A call of a model was refused, because it could have cost more than there was left."""
    UNRECORDED = "unrecorded"
    """It asked a model for what is not in the recording that answers in its place."""
    JUDGE = "judge"
    INFRASTRUCTURE = "infrastructure"
    """The machine failed, not the agent; the attempt says nothing about it."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of one check of one attempt."""

    check: str
    passed: bool
    says: str = ""
    """Why not, with what was found; empty when it passed."""
    measured: bool = True
    """False when nothing could be said, e.g. for want of a model or a trace; it has not passed then, nor does it count."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call seen while an attempt ran."""

    name: str
    arguments: str
    seconds: float | None = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Judging:
    """How a model judged the rubrics of one attempt."""

    judge: str
    """The model, and the version of its prompt."""
    audit: str = ""
    """How its verdicts compare with people's; empty when that was never measured here."""
    asked: int = 0
    """Rubrics that were put to it."""
    wavered: int = 0
    """Of these, those on which it disagreed with itself about the same answer."""
    usage: BillItem = BillItem("judge")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one scenario."""

    scenario: str
    trial: int
    passed: bool
    checks: tuple[CheckResult, ...] = ()
    cause: Cause | None = None
    """None when it passed."""
    says: str = ""
    """The cause in one sentence."""
    output: str = ""
    error: str = ""
    """The end of what the agent wrote to stderr, or its traceback."""
    calls: tuple[Call, ...] = ()
    latency_s: float = 0.0
    cost_usd: float | None = None
    trace_id: str | None = None
    """The captured trace, when the agent sent spans."""
    input_tokens: int | None = None
    """Of all its model calls; None where that was not seen."""
    output_tokens: int | None = None
    recorded: bool = False
    """A model's answers came from a recording: nothing was spent, and it is no independent trial."""
    void: str = ""
    """Why it says nothing about the agent, where its cause does not tell."""
    replayed: tuple[Replayed, ...] | None = None
    """The calls that a recorded world was asked for; None: there was none around it."""
    judging: Judging | None = None
    """None when no model was asked."""

    @property
    def counts(self) -> bool:
        """Whether it says anything about the agent."""
        return not self.void and self.cause not in (Cause.INFRASTRUCTURE, Cause.JUDGE, Cause.UNRECORDED)

    @property
    def behaviour(self) -> tuple[str, tuple[tuple[str, str], ...], str | None]:
        """What two runs must share to be called the same: answer, tool calls in order, and how it ended."""
        return self.output, tuple((call.name, call.arguments) for call in self.calls), self.cause


@dataclass(frozen=True, slots=True)
class Execution:
    """Which lines ran while a scenario was attempted; what localisation works on."""

    scenario: str
    passed: bool
    lines: Mapping[str, frozenset[int]]
    """Executed 1-based lines by path relative to the repository's root; only files of the repository."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared in a failing run that would have passed if it had come to the opposite."""

    sign: str
    """As Python writes it."""
    left: Json
    right: Json
    """Of a mapping its keys."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A statement at which failing runs would have passed if it had worked out another value."""

    path: str
    line: int
    """The statement's first, from 1."""
    cured: frozenset[str]
    """The scenarios."""
    compared: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval of a proportion or a difference; 95 % unless said otherwise."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """All attempts at one scenario."""

    id: str
    attempts: tuple[Attempt, ...]
    interval: Interval

    @property
    def pass_rate(self) -> float | None:
        """Among the attempts that count; None when there are none."""
        counted = [attempt for attempt in self.attempts if attempt.counts]
        return sum(attempt.passed for attempt in counted) / len(counted) if counted else None


@dataclass(frozen=True, slots=True)
class Measure:
    """A score between 0 and 1 with its interval and the number of observations; None when nothing was observed."""

    value: float | None
    interval: Interval | None
    observations: int


WEIGHTS: Mapping[str, float] = {
    "tool_execution": 0.30,
    "response_quality": 0.25,
    "error_handling": 0.20,
    "performance": 0.15,
    "completeness": 0.10,
}
"""What each dimension of reliability counts for."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """The five dimensions and their weighted mean over those that were observed."""

    overall: Measure
    tool_execution: Measure
    response_quality: Measure
    error_handling: Measure
    performance: Measure
    completeness: Measure

    @property
    def dimensions(self) -> Mapping[str, Measure]:
        """The five by name, in the order of their weights."""
        return {name: getattr(self, name) for name in WEIGHTS}

    @property
    def weights(self) -> Mapping[str, float]:
        """What each dimension counts for in the mean: of what was observed, scaled up to a whole; nothing for the rest."""
        observed = {name for name, measure in self.dimensions.items() if measure.value is not None}
        whole = sum(WEIGHTS[name] for name in observed)
        return {name: WEIGHTS[name] / whole if name in observed else 0.0 for name in WEIGHTS}


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One run of a suite."""

    scenarios: tuple[ScenarioResult, ...]
    reliability: Reliability
    bill: Bill
    notes: tuple[str, ...] = ()
    """What was skipped, cut, retried or not measured."""
    pass_all: tuple[float, ...] = ()
    """pass^k for k = 1, 2, ...: how likely k runs of a scenario all pass, over all scenarios."""
    interrupted: bool = False
    """Somebody stopped the run; the attempts are those made until then."""
    unmade: int = 0
    """Attempts that were wanted and not made."""


# -- what is decided ----------------------------------------------------------------------------------------------


class Decision(StrEnum):
    """The gate's answer."""

    ACCEPT = "accept"
    REJECT = "reject"
    NOT_ENOUGH = "not-enough-evidence"


@dataclass(frozen=True, slots=True)
class Flip:
    """A scenario whose outcome differs between base and candidate, or between two runs of one of them."""

    scenario: str
    before: str
    """Passes over runs on the base, as `0/5`."""
    after: str
    cause: str
    """`agent`, `judge`, `tool` or `infrastructure`."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How an accepted change goes about inputs near those of the scenarios, of which the search saw nothing."""

    tried: int
    crashed: tuple[Json, ...]
    """Those on which it crashes, twice, and the base does not."""
    odd: tuple[Json, ...]
    """Those it answers in a form that was not seen before."""
    alike: int | None
    """Near a passing scenario: how many it answers as the base does; None where the agent does not repeat itself."""
    passing: int
    """How many are near a passing scenario."""


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Whether the candidate is better where it should be and not worse elsewhere, and how sure that is."""

    decision: Decision
    says: str
    """The verdict in one plain sentence."""
    effect: float | None
    """Difference of the target scenarios' pass rates, candidate minus base."""
    interval: Interval | None
    trials: int
    """Runs per arm over all scenarios."""
    smallest_effect: float | None
    """The smallest difference these trials could have shown."""
    targets: tuple[str, ...]
    regressions: tuple[str, ...]
    flips: tuple[Flip, ...]
    alpha: float
    """The error rate this verdict was held to."""
    evidence: float
    """The e-value for the improvement; 1/alpha is needed. 0 when the agent was shown to be deterministic."""
    deterministic: bool
    """Every repeated run was the same to the byte."""
    unseen_drop: float | None = None
    """How often a scenario that is no target may now fail without these trials having shown it (at 95 %); None: not measured so."""
    bill: Bill = Bill()
    attempts: Mapping[str, tuple[Attempt, ...]] = field(default_factory=dict)
    """All attempts, keyed `base` and `candidate`."""
    notes: tuple[str, ...] = ()
    """What was retried, missing or not measured while the arms ran."""
    held_back: HeldBack | None = None
    """None: not tried, or there are none."""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change reaches."""

    touched: tuple[str, ...]
    """Functions, or whole files where it lies outside of functions."""
    users: tuple[str, ...]
    """What calls, imports or names them."""
    files: int
    """Other files that it can reach over any number of steps."""
    scenarios: tuple[str, ...] | None
    """Whose runs go through it; None where that cannot be told."""
    of: int
    """Scenarios whose runs were watched."""


@dataclass(frozen=True, slots=True)
class Step:
    """One hypothesis, and how far it came."""

    hypothesis: Hypothesis
    verdict: Verdict
    commit: Commit | None
    gate: GateVerdict | None
    says: str
    """What became of it."""
    approval: Approval | None = None
    """Who let it through, where the guard asked for a person."""
    impact: Impact | None = None
    """What it reaches; told of what came to the gate."""


@dataclass(frozen=True, slots=True)
class Miss:
    """An edit that cured what it should, and broke something else."""

    change: str
    cured: tuple[str, ...]
    broke: tuple[str, ...]
    """Scenarios that passed before and were seen to fail with it; the look ends at the first."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to an input, and the edits that make the agent give it."""

    answer: str
    changes: tuple[str, ...]
    """None: it is the answer as things are."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """An input on which edits that all cure the failure part: whoever knows the right answer decides between them."""

    input: Json
    answers: tuple[Answered, ...]
    """The likeliest edit's first."""
    code: bool = False
    """`input` is a piece of test code, and an answer what it comes to."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The fix that was kept."""

    commit: Commit
    branch: str
    fix: str = ""
    """Its own name, which stays with it when its commit is rewritten."""
    claim: Mapping[str, Json] = field(default_factory=dict)
    """What the commit says of itself, for machines; its hash stands in the commit."""
    already: bool = False
    """It was kept before, for whatever failure: the same edit is not kept twice."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a fix came to."""

    diagnosis: Diagnosis
    steps: tuple[Step, ...]
    kept: Kept | None
    bill: Bill
    says: str
    """The outcome in one plain sentence."""
    targets: tuple[str, ...] = ()
    before: tuple[Attempt, ...] = ()
    """How the targets went on the base, before anything was tried."""
    screened: int = 0
    """Candidates that were tried and did not reach the gate."""
    notes: tuple[str, ...] = ()
    misses: tuple[Miss, ...] = ()
    """The candidates that came nearest and broke something, the nearest first."""
    also: tuple[str, ...] = ()
    """Scenarios that the kept fix cures though it was not asked to."""
    doubts: tuple[Doubt, ...] = ()
    """What would have to be known to choose between cures none of which was kept."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the guard and the gate say of a range of commits."""

    decision: Decision
    says: str
    guard: Verdict
    gate: GateVerdict | None
    """None: nothing was run."""
    selected: tuple[str, ...] = ()
    """The scenarios that were compared."""
    left_out: tuple[str, ...] = ()
    """Those that no change was seen to touch."""
    bill: Bill = Bill()
    notes: tuple[str, ...] = ()


# -- what still holds ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Point:
    """One thing about the evidence of a fix that was looked at again."""

    name: str
    ok: bool | None
    """None when it cannot be said, for the reason given; nothing speaks against the claim then."""
    says: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a fix says it did."""

    decision: str
    effect: float | None
    interval: Interval | None
    trials: int | None
    alpha: float | None
    targets: tuple[str, ...]
    source: str
    """`note`, or `trailers` where no note is kept here that says more."""


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether what a fix claims is still true."""

    commit: str
    branch: str
    """Empty when it is on none of its own."""
    subject: str
    base: str
    state: str
    holds: bool | None
    """None when that cannot be said."""
    says: str
    """The outcome in one plain sentence."""
    integrity: tuple[Point, ...]
    claimed: Claimed
    measured: GateVerdict | None
    """The gate afresh; None when nothing could be run."""
    bill: Bill
    able: bool = True
    """Whether the agent could be tried at all."""
    notes: tuple[str, ...] = ()
