"""An audit of the judge: its verdicts beside those of people on the same answers, and beside its own when it is asked again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from refinery.agents.judge import Judgement
from refinery.domain import Bill
from refinery.events import Event, Say
from refinery.suite.agreement import Agreement, Share
from refinery.suite.labels import Label
from refinery.suite.rubrics import Judges

FEW = 30
"""Labels of either kind below which an audit says little; it says so."""
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Differing:
    """An answer on which the judge and a person do not agree."""

    row: int
    people: bool
    judge: bool
    says: str
    """The judge's reasoning."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit came to."""

    judge: str
    labels: int
    digest: str
    """Of the labels: the same for the same rubrics, answers and verdicts, in any order."""
    agreement: Agreement
    """Of the first judgement of each answer that has one."""
    unjudged: int
    """Answers on which the judge gave no verdict."""
    flips: Share
    """Of the answers that were judged more than once, those on which the verdicts differ."""
    times: int
    differing: tuple[Differing, ...]
    bill: Bill
    notes: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """How far the judge can be trusted, in one phrase."""
        if not self.agreement.total:
            return f"audited on {self.labels} labels, of which it judged none"
        kappa, around = self.agreement.kappa, self.agreement.kappa_interval()
        beyond = f", kappa {kappa:.2f} ({around.low:.2f} to {around.high:.2f})" if kappa is not None and around else ""
        wrong = [f"wrongly {verb} {_told(share)}" for verb, share in (("passed", self.wrongly_passed), ("failed", self.wrongly_failed))]
        return f"audited: agrees with people on {_told(self.agreement.accuracy)}{beyond}; {', '.join(wrong)}"

    @property
    def wrongly_passed(self) -> Share:
        return self.agreement.wrongly_passed

    @property
    def wrongly_failed(self) -> Share:
        return self.agreement.wrongly_failed


def audit(judge: Judges, labels: Sequence[Label], times: int, say: Say) -> Audit:
    """Let the judge judge every answer so many times, without seeing what people said. Each verdict is asked for anew."""
    asked = [(label, number) for number in range(times) for label in labels]
    made: dict[tuple[int, int], Judgement] = {}
    with ThreadPoolExecutor(AT_ONCE, "judge") as threads:
        verdicts = threads.map(lambda pair: judge.judge(pair[0].rubric, pair[0].asked, pair[0].answer), asked)
        for done, ((label, number), verdict) in enumerate(zip(asked, verdicts, strict=True), 1):
            made[label.row, number] = verdict
            say(Event("audit", f"row {label.row}", done, len(asked)))
    first = [(label, made[label.row, 0]) for label in labels]
    agreement = Agreement.of((label.passed, verdict.passed) for label, verdict in first if verdict.passed is not None)
    repeated = [[made[label.row, number].passed for number in range(times)] for label in labels]
    whole = [each for each in repeated if None not in each] if times > 1 else []
    return Audit(
        judge=judge.name,
        labels=len(labels),
        digest=_digest(labels),
        agreement=agreement,
        unjudged=sum(verdict.passed is None for _, verdict in first),
        flips=Share(sum(len(set(each)) > 1 for each in whole), len(whole)),
        times=times,
        differing=tuple(
            Differing(label.row, label.passed, verdict.passed, verdict.says)
            for label, verdict in first
            if verdict.passed is not None and verdict.passed is not label.passed
        ),
        bill=Bill((Bill(tuple(item for verdict in made.values() for item in verdict.items)).line("judge"),)),
        notes=tuple(_notes(labels, [verdict for _, verdict in first])),
    )


def _notes(labels: Sequence[Label], verdicts: Sequence[Judgement]) -> Iterator[str]:
    passes = sum(label.passed for label in labels)
    for what, count in (("passed", passes), ("failed", len(labels) - passes)):
        if count < FEW:
            yield f"people {what} only {count} of these answers; from {FEW} on the rates say something"
    silent = [verdict.says for verdict in verdicts if verdict.passed is None]
    if silent:
        yield f"{len(silent)} answers got no verdict, and count nowhere: {silent[0]}"


def _told(share: Share) -> str:
    around = share.interval
    return f"{share.count} of {share.of} ({around.low:.0%} to {around.high:.0%})"


def _digest(labels: Sequence[Label]) -> str:
    rows = sorted(json.dumps([each.rubric, each.asked, each.answer, each.passed], sort_keys=True) for each in labels)
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()
