"""The judge is held against people, and what comes out is kept: a judge that was never audited is marked so wherever it judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.trace import Json
from refinery import contract
from refinery.agents.judge import question
from refinery.events import Say
from refinery.llm.port import Request
from refinery.store.port import Store
from refinery.suite.agreement import Share
from refinery.suite.audit import Audit, audit
from refinery.suite.labels import Label
from refinery.suite.rubrics import Judges

KIND = "judge-audit"


def audit_judge(judge: Judges, labels: Sequence[Label], times: int, store: Store, now: Callable[[], str], say: Say) -> Audit:
    """Judge every labelled answer, and file what came out under the judge's name. A later audit takes the place of an earlier one.

    An audit in which the judge gave no verdict at all says nothing, and is not kept.
    """
    made = audit(judge, labels, times, say)
    if made.agreement.total:
        at = now()
        store.save_report(f"{KIND} {judge.name}", KIND, {**shape(made), "at": at}, at)
    return made


def audited(store: Store, judge: str) -> str:
    """What the last audit of this judge (this model with this very prompt) came to, in one phrase; empty when there was none."""
    filed = store.report(f"{KIND} {judge}")
    return str(filed.body["says"]) if filed else ""


def ceiling(labels: Sequence[Label], times: int, most: Callable[[Request], float]) -> float:
    """What an audit may cost at most, in US dollars, where every first answer of the judge holds."""
    return times * sum(most(question(label.rubric, label.asked, label.answer)) for label in labels)


def shape(made: Audit) -> dict[str, Json]:
    """`suite audit-judge --json`."""
    figures = made.agreement
    kappa, around = figures.kappa, figures.kappa_interval()
    return {
        "judge": made.judge,
        "says": made.says,
        "labels": made.labels,
        "digest": made.digest,
        "judged": figures.total,
        "counts": {
            "both_pass": figures.both_pass,
            "both_fail": figures.both_fail,
            "false_pass": figures.false_pass,
            "false_fail": figures.false_fail,
        },
        "accuracy": _share(figures.accuracy),
        "kappa": {"value": None if kappa is None else round(kappa, 4), "interval": contract.interval(around)},
        "false_pass_rate": _share(figures.wrongly_passed),
        "false_fail_rate": _share(figures.wrongly_failed),
        "flips": {**_share(made.flips), "times": made.times},
        "differing": [{"row": each.row, "people": each.people, "judge": each.judge, "says": each.says} for each in made.differing],
        "notes": list(made.notes),
        "usage": contract.usage(made.bill),
    }


def _share(share: Share) -> dict[str, Json]:
    value = share.value
    return {
        "value": None if value is None else round(value, 4),
        "count": share.count,
        "of": share.of,
        "interval": contract.interval(share.interval) if share.of else None,
    }
