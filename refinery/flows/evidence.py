"""The proof a kept fix carries: a message for people, trailers for machines, the whole report in a git note."""

from __future__ import annotations

import json
from collections.abc import Sequence

from refinery import contract
from refinery.domain import Attempt, Complaint, Decision, Diagnosis, GateVerdict, Report
from refinery.flows.consult import symptom
from refinery.flows.propose import Proposal
from refinery.repo.message import FIX, compose
from refinery.repo.sameness import fix_id
from refinery.store.port import Store
from refinery.version import VERSION
from refinery.workbench import Workbench

OUTCOMES = {Decision.ACCEPT: "declined", Decision.REJECT: "rejected", Decision.NOT_ENOUGH: "undecided"}
"""How a fix that was not kept is remembered."""


def message_for(
    complaint: Complaint, diagnosis: Diagnosis, proposal: Proposal, gate: GateVerdict, before: Sequence[Attempt], co_author: str = ""
) -> str:
    """The commit message: what failed, why, what was changed, what it did; the same fix has the same message."""
    hypothesis = proposal.hypothesis
    diagnosed = _diagnosed(complaint, proposal)
    body = [f"What failed: {diagnosis.summary if diagnosed else _failures(proposal, before)}"]
    if complaint.says:
        body.append(f"What should have happened: {complaint.says}")
    evidence = diagnosis.evidence if diagnosed else ()
    fresh = [quote for quote in evidence if " ".join(quote.text.split())[:80] not in " ".join(diagnosis.summary.split())]
    if fresh:
        quote = fresh[0]
        body.append(f"The trace shows it in span {quote.span_id}: “{' '.join(quote.text.split())[:300]}”")
    body.append(f"Why this change: {hypothesis.rationale}")
    if hypothesis.example:
        body.append(f"Before and after: {hypothesis.example}")
    body.append(f"What it did: {gate.says}")
    if hypothesis.cites:
        body.append(f"It leans on: {'; '.join(hypothesis.cites)}")
    if hypothesis.risks:
        body.append(f"Risks: {hypothesis.risks}")
    return compose(hypothesis.change, body, [*_trailers(complaint, diagnosis, proposal, gate), *_beside(co_author)])


def _diagnosed(complaint: Complaint, proposal: Proposal) -> bool:
    """Whether the diagnosis is of something this change cures; of scenarios that fail together only the first one's trace is read."""
    return complaint.whole or complaint.targets[0] in proposal.targets


def _failures(proposal: Proposal, before: Sequence[Attempt]) -> str:
    """How each of the scenarios that the change cures went on the base."""
    went = {attempt.scenario: attempt for attempt in before}
    return "; ".join(f"{each.id}: {went[each.id].says}" for each in proposal.targets if each.id in went)


def _trailers(complaint: Complaint, diagnosis: Diagnosis, proposal: Proposal, gate: GateVerdict) -> list[tuple[str, str]]:
    interval = f" [{gate.interval.low:.2f}, {gate.interval.high:.2f}]" if gate.interval else ""
    effect = "not measured" if gate.effect is None else f"{gate.effect:+.2f}"
    money = "price unknown" if gate.bill.usd is None else f"${gate.bill.usd:.2f}"
    where = "" if diagnosis.step is None else f" step {diagnosis.step}"
    found = f"{diagnosis.layer}/{diagnosis.category}{where}, confidence {diagnosis.confidence:.2f}, {diagnosis.proof}"
    of_trace = [("Refinery-Trace", complaint.trace.id), ("Refinery-Diagnosis", found)]
    return [
        *(of_trace if _diagnosed(complaint, proposal) else ()),
        ("Refinery-Scenarios", ", ".join(scenario.id for scenario in proposal.targets)),
        ("Refinery-Gate", f"{gate.decision}; effect {effect}{interval}; {gate.trials} runs an arm; alpha {gate.alpha:.3g}"),
        ("Refinery-Origin", proposal.hypothesis.origin),
        *_written_by(proposal),
        (FIX, fix_id(proposal.changes)),
        ("Refinery-Cost", f"{gate.bill.runs} agent runs, {gate.bill.tokens} tokens, {money}"),
        ("Refinery-Version", VERSION),
    ]


def _beside(co_author: str) -> list[tuple[str, str]]:
    return [("Co-authored-by", co_author)] if co_author else []


def _written_by(proposal: Proposal) -> list[tuple[str, str]]:
    """Which model wrote the change, and what its hypotheses cost; nothing when search found it."""
    if not proposal.model:
        return []
    money = "price unknown" if proposal.bill.usd is None else f"${proposal.bill.usd:.4f}"
    return [("Refinery-Model", f"{proposal.model}, {proposal.bill.tokens} tokens, {money}")]


def remember(report: Report, complaint: Complaint, bench: Workbench) -> Report:
    """Keep the report where it can be found again: in the store, in memory, and with the commit."""
    shape = contract.report(report)
    bench.store.save_report(complaint.trace.id, "fix", shape, bench.now())
    for step in report.steps:
        if step.commit and step.gate:
            kept = report.kept is not None and report.kept.commit.id == step.commit.id
            outcome = "kept" if kept else OUTCOMES[step.gate.decision]
            bench.store.record_fix(step.commit.id, symptom(report.diagnosis, report.before), step.hypothesis.change, outcome)
    if report.kept:
        bench.workspace.attach_note(report.kept.commit.id, json.dumps(shape, indent=1, ensure_ascii=False, sort_keys=True, default=str))
    return report


def remember_outcome(store: Store, commit: str, outcome: str) -> None:
    """Note what became of a fix later; one that memory does not know (made elsewhere) is left to its commit's note."""
    for fix in store.fixes():
        if fix.commit == commit:
            store.record_fix(commit, fix.symptom, fix.cure, outcome)
