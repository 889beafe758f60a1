"""What became of a failure, read back from the evidence that was kept: a stranger's text, in whatever version it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from refinery.domain import Interval
from refinery.stats import PairedEvidence, clopper_pearson

Arm = Literal["base", "candidate"]


class Quoted(BaseModel):
    """Words of a trace, and the span in which they stand."""

    span_id: str
    quote: str


class Elsewhere(BaseModel):
    """Another step that may be the cause."""

    agent: str = ""
    step: int | None = None
    span_id: str = ""
    says: str = ""


class Found(BaseModel):
    """The diagnosis."""

    trace_id: str = ""
    summary: str = ""
    expected: str = ""
    layer: str = ""
    category: str = ""
    agent: str = ""
    step: int | None = None
    span_id: str | None = None
    confidence: float = 0.0
    proof: str = "unproven"
    author: str = "rules"
    evidence: list[Quoted] = []
    alternatives: list[Elsewhere] = []
    notes: list[str] = []


class Idea(BaseModel):
    """A hypothesis."""

    change: str = ""
    rationale: str = ""
    example: str = ""
    risks: str = ""
    confidence: float | None = None
    layer: str = ""
    origin: str = ""
    cites: list[str] = []
    paths: list[str] = []


class Objection(BaseModel):
    """What the guard had to say."""

    rule: str
    path: str = ""
    line: int | None = None
    says: str = ""
    effect: str = ""


class Judged(BaseModel):
    """The guard's answer."""

    verdict: str = ""
    findings: list[Objection] = []


class Turned(BaseModel):
    """A scenario whose outcome differs between the arms."""

    scenario: str
    before: str = ""
    after: str = ""
    cause: str = ""


class Runs(BaseModel):
    """All runs of one scenario, a letter each: `+` passed, `-` failed, `?` says nothing about the agent."""

    scenario: str
    target: bool = False
    base: str = Field(default="", pattern=r"^[+?-]*$")
    candidate: str = Field(default="", pattern=r"^[+?-]*$")

    def rate(self, arm: Arm) -> tuple[int, int]:
        """Passes, and runs that count."""
        marks = self.base if arm == "base" else self.candidate
        return marks.count("+"), marks.count("+") + marks.count("-")

    def interval(self, arm: Arm) -> Interval | None:
        """The exact interval of the pass rate; None when no run counts."""
        passed, counted = self.rate(arm)
        return clopper_pearson(passed, counted) if counted else None


class Gate(BaseModel):
    """What the gate said, and on what runs."""

    decision: str = ""
    says: str = ""
    effect: float | None = None
    interval: tuple[float, float] | None = None
    trials: int = 0
    smallest_effect: float | None = None
    unseen_drop: float | None = None
    targets: list[str] = []
    regressions: list[str] = []
    flips: list[Turned] = []
    alpha: float = 0.05
    evidence: float = 0.0
    deterministic: bool = False
    arms: list[Runs] = []
    arms_left_out: int = 0
    notes: list[str] = []

    def growth(self, shared: bool = False) -> list[float]:
        """The evidence for the improvement after each trial of the targets: 1 at the start. Of runs that are shared the weakest counts."""
        own = [[_pair(*marks) for marks in zip(each.base, each.candidate, strict=False)] for each in self.arms if each.target]
        path = [1.0]
        for trial in range(1, max(map(len, own), default=0) + 1):
            sums = [sum(pairs[:trial], PairedEvidence()) for pairs in own]
            path.append(min(each.value for each in sums) if shared else sum(sums, PairedEvidence()).value)
        return path


class Leave(BaseModel):
    """What a person said to a change."""

    said: str = ""
    by: str = ""
    at: str = ""
    findings: list[str] = []


class Tried(BaseModel):
    """One hypothesis and how far it came."""

    hypothesis: Idea = Idea()
    verdict: Judged = Judged()
    commit: str | None = None
    gate: Gate | None = None
    says: str = ""
    approval: Leave | None = None


class Item(BaseModel):
    """A row of the bill."""

    step: str
    seconds: float = 0.0
    runs: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0


class Spent(BaseModel):
    """The bill."""

    seconds: float = 0.0
    runs: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0
    steps: list[Item] = []


class Tellable(BaseModel):
    """One step of a run."""

    step: int
    span_id: str = ""
    depth: int = Field(default=0, ge=0, le=12)
    kind: str = ""
    name: str = ""
    agent: str = ""
    input: str = ""
    output: str = ""
    failure: str = ""
    also: list[str] = []
    began: float | None = None
    """Seconds after the beginning of the run."""
    seconds: float | None = None
    broken: bool = False


class Run(BaseModel):
    """A run as it was told; a number in a step's place counts those that are left out there."""

    trace_id: str = ""
    task: str = ""
    steps: list[Tellable | int] = []
    trial: int | None = None
    passed: bool | None = None
    says: str = ""
    output: str = ""
    seconds: float | None = None

    @property
    def told(self) -> list[Tellable]:
        return [each for each in self.steps if isinstance(each, Tellable)]

    @property
    def left_out(self) -> int:
        return sum(each for each in self.steps if isinstance(each, int))


class Pair(BaseModel):
    """One scenario before and after."""

    scenario: str
    before: Run | None = None
    after: Run | None = None


class Transcripts(BaseModel):
    """The runs that were kept with the report."""

    failed: Run = Run()
    pairs: list[Pair] = []
    pairs_left_out: int = 0
    shared: bool = False
    """One run tried several scenarios together, so that they are one witness and not several."""


class Went(BaseModel):
    """How a target went on the base before anything was tried."""

    scenario: str
    passed: bool = False
    says: str = ""
    output: str = ""


class Missed(BaseModel):
    """An edit that cured what it should, and broke something else."""

    change: str
    cured: list[str] = []
    broke: list[str] = []


class Kept(BaseModel):
    """The fix, where one was kept."""

    commit: str
    branch: str = ""
    fix: str = ""


class Story(BaseModel):
    """All of it. A field that an older version did not write is empty."""

    kept: Kept | None = None
    says: str = ""
    diagnosis: Found = Found()
    steps: list[Tried] = []
    targets: list[str] = []
    before: list[Went] = []
    screened: int = 0
    misses: list[Missed] = []
    also_cured: list[str] = []
    notes: list[str] = []
    usage: Spent = Spent()
    transcripts: Transcripts | None = None

    @property
    def winner(self) -> Tried | None:
        """The hypothesis that was kept."""
        return next((each for each in self.steps if self.kept and each.commit == self.kept.commit), None)

    @property
    def decisive(self) -> Tried | None:
        """The one that was kept, else the last that came to the gate."""
        return self.winner or next((each for each in reversed(self.steps) if each.gate), None)

    @property
    def refused(self) -> list[Tried]:
        winner = self.winner
        return [each for each in self.steps if each is not winner]

    def texts(self) -> Iterator[str]:
        """What the story is searched for."""
        found = self.diagnosis
        yield from (found.summary, found.expected, found.category, self.says, *(each.quote for each in found.evidence))
        for each in self.steps:
            yield from (each.hypothesis.change, each.hypothesis.rationale, each.says)


def story(body: Mapping[str, Any]) -> Story:
    """A report understood. Raises ValueError, with what is wrong, when it is none."""
    try:
        return Story.model_validate(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].lower()}") from error


def _pair(before: str, after: str) -> PairedEvidence:
    """A pair of which one run does not count is none."""
    if "?" in (before, after):
        return PairedEvidence()
    won = {("-", "+"): (1, 0, 0, 0), ("+", "-"): (0, 1, 0, 0), ("+", "+"): (0, 0, 1, 0), ("-", "-"): (0, 0, 0, 1)}
    return PairedEvidence(*won[before, after])
