"""The JSON shapes that users may build on, one function a noun. They may gain fields, never lose one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from adapters.source import Note, Receipt, Summary
from adapters.trace import Feedback, Json, Span, Trace
from refinery.domain import (
    Approval,
    Attempt,
    Bill,
    Checked,
    Diagnosis,
    FailureGroup,
    GateVerdict,
    HeldBack,
    Hypothesis,
    Impact,
    Interval,
    Judging,
    Measure,
    Reliability,
    Replay,
    Replayed,
    Report,
    Scenario,
    ScenarioResult,
    Signal,
    Statement,
    Step,
    SuiteResult,
    Verification,
)
from safety.verdict import Verdict

JsonObject = dict[str, Json]


def diagnosis(found: Diagnosis) -> JsonObject:
    """`diagnose --json`."""
    return {
        "trace_id": found.trace_id,
        "summary": found.summary,
        "expected": found.expected,
        "layer": found.layer,
        "category": found.category,
        "agent": found.agent,
        "step": found.step,
        "span_id": found.span_id,
        "confidence": round(found.confidence, 3),
        "proof": found.proof,
        "replay": None if found.replay is None else replay(found.replay),
        "evidence": [{"span_id": quote.span_id, "quote": quote.text} for quote in found.evidence],
        "alternatives": [
            {"agent": other.agent, "step": other.step, "span_id": other.span_id, "says": other.says} for other in found.alternatives
        ],
        "signals": [signal(each) for each in found.signals],
        "places": [{"path": place.path, "line": place.line, "function": place.function} for place in found.places],
        "observations": [{"level": each.level, "says": each.says} for each in found.observations],
        "gaps": [{"kind": gap.kind, "says": gap.says} for gap in found.gaps],
        "questions": [{"asks": each.asks, "why": each.why, "answer": each.answer} for each in found.questions],
        "surroundings": list(found.surroundings),
        "author": found.author,
        "notes": list(found.notes),
        "usage": usage(found.bill),
    }


def regression(paths: Sequence[Path], made: Scenario, notes: Iterable[str]) -> JsonObject:
    """`suite from-trace --json`; `world` is null where nothing was recorded of what its tools answered."""
    shape: JsonObject = {"path": str(paths[0]), "id": made.id, "input": made.input, "notes": list(notes), "world": None}
    if made.world is not None:
        names = dict.fromkeys(call.tool for call in made.world.calls)
        shape["world"] = {"path": str(paths[1]), "calls": len(made.world.calls), "tools": list(names)}
    return shape


def replay(found: Replay) -> JsonObject:
    """How a diagnosis was put to the test; `without` is the run as it was recorded."""
    return {
        "step": found.step,
        "substituted": found.substituted,
        "source": found.source,
        "cured": found.cured,
        "of": found.of,
        "interval": interval(found.interval),
        "without": {"cured": found.cured_without, "of": found.of_without, "interval": interval(found.interval_without)},
        "proven": found.proven,
        "says": found.says,
        "commit": found.commit,
    }


def signal(seen: Signal) -> JsonObject:
    return {
        "rule": seen.rule,
        "span_id": seen.span_id,
        "step": seen.step,
        "agent": seen.agent,
        "says": seen.says,
        "layer": seen.layer,
        "category": seen.category,
        "weight": round(seen.weight, 3),
        "quotes": [quote.text for quote in seen.quotes],
    }


def clusters(groups: Iterable[FailureGroup], alone: Iterable[str], looked: int, failed: int, notes: Iterable[str]) -> JsonObject:
    """`cluster --json`; `onset` is Unix time in nanoseconds."""
    return {
        "looked": looked,
        "failed": failed,
        "clusters": [
            {
                "id": group.id,
                "name": group.name,
                "count": len(group.traces),
                "onset": group.onset_ns,
                "example": group.traces[0],
                "path": list(group.path),
                "traces": list(group.traces),
            }
            for group in groups
        ],
        "alone": list(alone),
        "notes": list(notes),
    }


def usage(bill: Bill) -> JsonObject:
    """What was spent, in all and by step; `usd` is null when a price is not known."""
    return {
        "seconds": round(bill.seconds, 3),
        "runs": bill.runs,
        "input_tokens": sum(item.input_tokens for item in bill.items),
        "output_tokens": sum(item.output_tokens for item in bill.items),
        "usd": bill.usd,
        "steps": [
            {
                "step": item.step,
                "seconds": round(item.seconds, 3),
                "runs": item.runs,
                "input_tokens": item.input_tokens,
                "output_tokens": item.output_tokens,
                "usd": item.usd,
            }
            for item in bill.items
        ],
    }


def verdict(judged: Verdict) -> JsonObject:
    """`guard --json`."""
    return {
        "verdict": judged.effect,
        "findings": [
            {"rule": each.rule, "path": each.path, "line": each.line, "says": each.says, "effect": each.effect} for each in judged.findings
        ],
    }


def interval(bounds: Interval | None) -> list[Json] | None:
    return None if bounds is None else [round(bounds.low, 4), round(bounds.high, 4)]


def attempt(tried: Attempt) -> JsonObject:
    return {
        "trial": tried.trial,
        "passed": tried.passed,
        "checks": [
            {"check": check.check, "passed": check.passed, "measured": check.measured, "says": check.says} for check in tried.checks
        ],
        "cause": tried.cause,
        "says": tried.says,
        "latency_s": round(tried.latency_s, 4),
        "cost_usd": tried.cost_usd,
        "input_tokens": tried.input_tokens,
        "output_tokens": tried.output_tokens,
        "replayed": tried.recorded,
        "counts": tried.counts,
        "trace_id": tried.trace_id,
        "output": tried.output,
        "error": tried.error,
        "judging": judging(tried.judging) if tried.judging else None,
        "world": None if tried.replayed is None else world(tried.replayed),
    }


def world(asked: Iterable[Replayed]) -> JsonObject:
    """What a recorded world was asked in an attempt; what it does not hold is named."""
    calls = [*asked]
    return {
        "recorded": sum(each.how == "recorded" for each in calls),
        "again": sum(each.how == "again" for each in calls),
        "outside": [{"tool": each.tool, "arguments": each.arguments, "how": each.how} for each in calls if each.outside],
    }


def judging(made: Judging) -> JsonObject:
    """Who judged an attempt's rubrics; `audit` is empty where that judge was never audited here."""
    return {"judge": made.judge, "audit": made.audit, "asked": made.asked, "wavered": made.wavered, "usage": usage(Bill((made.usage,)))}


def scenario_result(result: ScenarioResult) -> JsonObject:
    return {
        "id": result.id,
        "attempts": [attempt(each) for each in result.attempts],
        "pass_rate": result.pass_rate,
        "interval": interval(result.interval),
    }


def reliability(scores: Reliability) -> JsonObject:
    """The five dimensions as numbers, null where nothing was observed; beside them intervals, and what each counts for in the whole."""
    measures = {"overall": scores.overall, **scores.dimensions}
    shape: JsonObject = {name: _value(measure) for name, measure in measures.items()}
    shape["intervals"] = {name: interval(measure.interval) for name, measure in measures.items()}
    shape["observations"] = {name: measure.observations for name, measure in measures.items()}
    shape["weights"] = {name: round(weight, 4) for name, weight in scores.weights.items()}
    return shape


def suite(result: SuiteResult) -> JsonObject:
    """`suite run --json`."""
    return {
        "scenarios": [scenario_result(each) for each in result.scenarios],
        "reliability": reliability(result.reliability),
        "pass_all": [round(each, 4) for each in result.pass_all],
        "usage": usage(result.bill),
        "notes": list(result.notes),
        "interrupted": result.interrupted,
    }


def hypothesis(proposed: Hypothesis) -> JsonObject:
    return {
        "change": proposed.change,
        "rationale": proposed.rationale,
        "example": proposed.example,
        "risks": proposed.risks,
        "confidence": round(proposed.confidence, 3),
        "layer": proposed.layer,
        "origin": proposed.origin,
        "cites": list(proposed.cites),
        "paths": _sorted(edit.path for edit in proposed.edits),
    }


def held_back(near: HeldBack) -> JsonObject:
    return {
        "tried": near.tried,
        "crashed": list(near.crashed),
        "odd": list(near.odd),
        "alike": near.alike,
        "passing": near.passing,
    }


MOST_ARMS = 300
"""Scenarios of which the runs are told one by one."""


def gate(judged: GateVerdict) -> JsonObject:
    told = _arms(judged)
    return {
        "decision": judged.decision,
        "says": judged.says,
        "effect": judged.effect,
        "interval": interval(judged.interval),
        "trials": judged.trials,
        "smallest_effect": judged.smallest_effect,
        "unseen_drop": judged.unseen_drop,
        "held_back": held_back(judged.held_back) if judged.held_back else None,
        "targets": list(judged.targets),
        "regressions": list(judged.regressions),
        "flips": [{"scenario": flip.scenario, "before": flip.before, "after": flip.after, "cause": flip.cause} for flip in judged.flips],
        "alpha": judged.alpha,
        "evidence": judged.evidence,
        "deterministic": judged.deterministic,
        "arms": told[:MOST_ARMS],
        "arms_left_out": len(told[MOST_ARMS:]),
        "notes": list(judged.notes),
        "usage": usage(judged.bill),
    }


def _arms(judged: GateVerdict) -> list[Json]:
    """Every run of each scenario in the order of its trials: `+` passed, `-` failed, `?` says nothing about the agent."""
    runs: dict[str, dict[str, str]] = {}
    for arm, attempts in judged.attempts.items():
        for each in attempts:
            mark = "?" if not each.counts else "+" if each.passed else "-"
            own = runs.setdefault(each.scenario, dict.fromkeys(judged.attempts, ""))
            own[arm] += mark
    flipped = {flip.scenario for flip in judged.flips}
    names = sorted(runs, key=lambda name: (name not in judged.targets, name not in judged.regressions, name not in flipped))
    return [{"scenario": name, "target": name in judged.targets, **runs[name]} for name in names]


def step(taken: Step) -> JsonObject:
    return {
        "hypothesis": hypothesis(taken.hypothesis),
        "verdict": verdict(taken.verdict),
        "commit": taken.commit.id if taken.commit else None,
        "gate": gate(taken.gate) if taken.gate else None,
        "says": taken.says,
        "approval": approval(taken.approval) if taken.approval else None,
        "impact": impact(taken.impact) if taken.impact else None,
    }


def impact(reached: Impact) -> JsonObject:
    """What a change reaches; `scenarios` is null where that cannot be told."""
    return {
        "touched": list(reached.touched),
        "users": list(reached.users),
        "files": reached.files,
        "scenarios": None if reached.scenarios is None else list(reached.scenarios),
        "of": reached.of,
    }


def approval(given: Approval) -> JsonObject:
    """Who said what to which change, and what they were told of it."""
    return {"change": given.change, "said": given.said, "by": given.by, "at": given.at, "findings": list(given.findings)}


def report(made: Report) -> JsonObject:
    """`fix --json`."""
    return {
        "kept": {"commit": made.kept.commit.id, "branch": made.kept.branch, "fix": made.kept.fix} if made.kept else None,
        "already_kept": made.kept is not None and made.kept.already,
        "says": made.says,
        "diagnosis": diagnosis(made.diagnosis),
        "steps": [step(each) for each in made.steps],
        "targets": list(made.targets),
        "before": [{"scenario": each.scenario, **attempt(each)} for each in made.before],
        "screened": made.screened,
        "misses": [{"change": each.change, "cured": list(each.cured), "broke": list(each.broke)} for each in made.misses],
        "also_cured": list(made.also),
        "doubts": [
            {
                "input": each.input,
                "code": each.code,
                "answers": [{"answer": one.answer, "changes": list(one.changes)} for one in each.answers],
            }
            for each in made.doubts
        ],
        "notes": list(made.notes),
        "usage": usage(made.bill),
    }


def verification(made: Verification) -> JsonObject:
    """`verify --json`."""
    claimed = made.claimed
    return {
        "fix": {"commit": made.commit, "branch": made.branch, "subject": made.subject, "base": made.base, "state": made.state},
        "holds": made.holds,
        "says": made.says,
        "integrity": [{"check": point.name, "ok": point.ok, "says": point.says} for point in made.integrity],
        "claimed": {
            "decision": claimed.decision,
            "effect": claimed.effect,
            "interval": interval(claimed.interval),
            "trials": claimed.trials,
            "alpha": claimed.alpha,
            "targets": list(claimed.targets),
            "source": claimed.source,
        },
        "measured": gate(made.measured) if made.measured else None,
        "notes": list(made.notes),
        "usage": usage(made.bill),
    }


def receipt(account: Receipt) -> JsonObject:
    return {
        "asked": account.asked,
        "traces": account.traces,
        "spans": account.spans,
        "truncated": _notes(account.truncated),
        "sampled": _notes(account.sampled),
        "expired": _notes(account.expired),
        "orphaned": _notes(account.orphaned),
        "not_understood": _notes(account.not_understood),
        "left_out": _notes(account.left_out),
    }


def summary(listed: Summary) -> JsonObject:
    return {
        "id": listed.id,
        "name": listed.name,
        "start_ns": listed.start_ns,
        "seconds": listed.seconds,
        "failed": listed.failed,
        "spans": listed.spans,
        "attributes": dict(listed.attributes),
    }


def trace(whole: Trace) -> JsonObject:
    """`traces show --json`."""
    return {
        "id": whole.id,
        "name": whole.name,
        "source": whole.source,
        "task": whole.task,
        "attributes": dict(whole.attributes),
        "feedback": [feedback(each) for each in whole.feedback],
        "remarks": list(whole.remarks),
        "spans": [span(each) for each in whole.spans],
    }


def statement(made: Statement) -> JsonObject:
    """One line of a trajectory."""
    return {
        "level": made.depth,
        "span_id": made.span_id,
        "step": made.step,
        "agent": made.agent,
        "says": made.says,
        "at_s": made.at_s,
        "seconds": made.seconds,
        "quotes": [{"span_id": each.span_id, "quote": each.text} for each in made.quotes],
    }


def feedback(said: Feedback) -> JsonObject:
    return {
        "name": said.name,
        "value": said.value,
        "label": said.label,
        "comment": said.comment,
        "span_id": said.span_id or None,
        "source": said.source,
        "bad": said.bad,
    }


def span(part: Span) -> JsonObject:
    failure = part.failure
    return {
        "id": part.id,
        "parent_id": part.parent_id,
        "name": part.name,
        "kind": part.kind,
        "agent": part.agent,
        "tool": part.tool,
        "model": part.model,
        "start_ns": part.start_ns,
        "end_ns": part.end_ns,
        "status": part.status,
        "failure": {"type": failure.type, "message": failure.message, "stacktrace": failure.stacktrace} if failure else None,
        "input": part.input,
        "output": part.output,
        "usage": {
            "input_tokens": part.usage.input_tokens,
            "output_tokens": part.usage.output_tokens,
            "cost_usd": part.usage.cost_usd,
        },
        "attributes": dict(part.attributes),
    }


def _value(measure: Measure) -> float | None:
    return None if measure.value is None else round(measure.value, 4)


def _notes(notes: Iterable[Note]) -> list[Json]:
    return [{"where": note.where, "says": note.says} for note in notes]


def _sorted(paths: Iterable[str]) -> list[Json]:
    return [*sorted(set(paths))]


def checked(made: Checked) -> JsonObject:
    """`check --json`."""
    return {
        "decision": made.decision,
        "says": made.says,
        "guard": verdict(made.guard),
        "gate": gate(made.gate) if made.gate else None,
        "selected": _sorted(made.selected),
        "left_out": _sorted(made.left_out),
        "notes": list(made.notes),
        "usage": usage(made.bill),
    }
