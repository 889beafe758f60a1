"""How rubrics are judged while a suite runs: each answer more than once, so that a judge that wavers is seen and blames no agent."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from adapters.trace import Json
from refinery import stats
from refinery.agents.judge import Judgement
from refinery.domain import Bill, BillItem, Judging
from refinery.suite.checks.ruling import PASSED, Ruling, failed, unmeasured
from refinery.suite.outcome import shortened

TIMES = 2
NOT_AUDITED = "never audited here"


class Judges(Protocol):
    """Whoever says whether an answer meets a rubric."""

    @property
    def name(self) -> str:
        """Model and prompt."""

    def judge(self, rubric: str, asked: Json, answer: str) -> Judgement:
        """One verdict, independent of all others."""


@dataclass(frozen=True, slots=True)
class Rubrics:
    """A judge, and how it is used."""

    judge: Judges
    audit: str = ""
    """How its verdicts compare with people's; empty: that was never measured for this model and prompt."""
    times: int = TIMES
    """Judgements of one answer. They have to agree, or the answer is not judged."""

    @property
    def says(self) -> str:
        """Who judged, and how far that can be trusted, in one sentence."""
        return judged_by(self.judge.name, self.audit)

    def account(self, judgings: Sequence[Judging]) -> tuple[str, ...]:
        """What a reader of results that rest on this judge should know: who it was, and how often it disagreed with itself."""
        asked, wavered = sum(each.asked for each in judgings), sum(each.wavered for each in judgings)
        if self.times == 1:
            return (self.says,)
        seen = stats.clopper_pearson(wavered, asked)
        noise = f"asked {self.times} times about each of {asked} answers, the judge disagreed with itself on {wavered}"
        return self.says, f"{noise} (95 %: {seen.low:.0%} to {seen.high:.0%}); those count neither for nor against the agent"

    def sitting(self, asked: Json) -> Sitting:
        """The judge at work on one attempt."""
        return Sitting(self, asked)


def judged_by(name: str, audit: str) -> str:
    """One sentence about a judge."""
    trust = audit or f"{NOT_AUDITED}, so nobody knows how often it is wrong: refinery suite audit-judge"
    return f"rubrics were judged by {name}, {trust}"


@dataclass(slots=True)
class Sitting:
    """The rubrics of one attempt, one after the other, and what judging them took."""

    rubrics: Rubrics
    asked: Json
    put: int = 0
    wavered: int = 0
    items: list[BillItem] = field(default_factory=list)

    def rule(self, rubric: str, answer: str) -> Ruling:
        """Passed or failed when all judgements agree; otherwise not measured, which counts neither for nor against the agent."""
        self.put += 1
        verdicts: list[Judgement] = []
        for _ in range(self.rubrics.times):
            verdict = self.rubrics.judge.judge(rubric, self.asked, answer)
            self.items += verdict.items
            if verdict.passed is None:
                return unmeasured(shortened(verdict.says, 400))
            verdicts.append(verdict)
            if verdict.passed is not verdicts[0].passed:
                self.wavered += 1
                return unmeasured(f"the judge disagrees with itself about this very answer: {shortened(verdict.says, 300)}")
        return PASSED if verdicts[0].passed else failed(f"the judge says: {shortened(verdicts[0].says, 400)}")

    def judging(self) -> Judging | None:
        """What it came to; None when nothing was put to the judge."""
        if not self.put:
            return None
        return Judging(self.rubrics.judge.name, self.rubrics.audit, self.put, self.wavered, Bill(tuple(self.items)).line("judge"))


class Recalled:
    """Judges the same answer once, and remembers: for looking at many candidates. It is no evidence, and never the gate's."""

    def __init__(self, judge: Judges) -> None:
        self._judge = judge
        self._known: dict[tuple[str, str, str], Judgement] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._judge.name

    def judge(self, rubric: str, asked: Json, answer: str) -> Judgement:
        """The verdict that is known, which costs nothing, or a new one."""
        key = (rubric, repr(asked), answer)
        with self._lock:
            known = self._known.get(key)
        if known is not None:
            return replace(known, items=())
        made = self._judge.judge(rubric, asked, answer)
        if made.passed is not None:
            with self._lock:
                self._known[key] = made
        return made
