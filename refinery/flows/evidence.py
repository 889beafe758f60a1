"""The proof a kept fix carries: a message for people, trailers for machines, the whole report in a git note."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from adapters.source import Pulled, Receipt
from adapters.trace import Json
from refinery import contract
from refinery.domain import Attempt, Complaint, Diagnosis, GateVerdict, Kept, Report
from refinery.flows.claim import Claim, diagnosed, digest, trailers
from refinery.flows.consult import symptom
from refinery.flows.proposal import Proposal
from refinery.flows.reach import told
from refinery.flows.remembered import OUTCOMES
from refinery.flows.transcripts import transcripts
from refinery.repo.message import compose
from refinery.store.port import Store
from refinery.suite.rubrics import judged_by
from refinery.workbench import Workbench


def message_for(
    complaint: Complaint,
    diagnosis: Diagnosis,
    proposal: Proposal,
    gate: GateVerdict,
    before: Sequence[Attempt],
    claim: Claim,
    co_author: str = "",
) -> str:
    """The commit message: what failed, why, what was changed, what it did; the same fix has the same message."""
    hypothesis = proposal.hypothesis
    read = diagnosed(complaint, proposal)
    body = [f"What failed: {diagnosis.summary if read else _failures(proposal, before)}"]
    if complaint.says:
        body.append(f"What should have happened: {complaint.says}")
    evidence = diagnosis.evidence if read else ()
    fresh = [quote for quote in evidence if " ".join(quote.text.split())[:80] not in " ".join(diagnosis.summary.split())]
    if fresh:
        quote = fresh[0]
        body.append(f"The trace shows it in span {quote.span_id}: “{' '.join(quote.text.split())[:300]}”")
    if read and diagnosis.replay:
        body.append(f"How the diagnosis was tested: {diagnosis.replay.says}")
    body.append(f"Why this change: {hypothesis.rationale}")
    if hypothesis.example:
        body.append(f"Before and after: {hypothesis.example}")
    body.append(f"What it did: {gate.says}")
    if proposal.impact:
        body.append(f"What it reaches: {told(proposal.impact)}")
    body += [f"{each[0].upper()}{each[1:]}." for each in judges(gate)]
    if hypothesis.cites:
        body.append(f"It leans on: {'; '.join(hypothesis.cites)}")
    if hypothesis.risks:
        body.append(f"Risks: {hypothesis.risks}")
    return compose(hypothesis.change, body, [*trailers(claim), *_beside(co_author)])


def judges(gate: GateVerdict) -> list[str]:
    """Which models judged rubrics in a comparison, and how far each can be trusted."""
    found = {(made.judge, made.audit) for each in gate.attempts.values() for attempt in each if (made := attempt.judging)}
    return [judged_by(*each) for each in sorted(found)]


def _failures(proposal: Proposal, before: Sequence[Attempt]) -> str:
    """How each of the scenarios that the change cures went on the base."""
    went = {attempt.scenario: attempt for attempt in before}
    return "; ".join(f"{each.id}: {went[each.id].says}" for each in proposal.targets if each.id in went)


def _beside(co_author: str) -> list[tuple[str, str]]:
    return [("Co-authored-by", co_author)] if co_author else []


def remember(report: Report, complaint: Complaint, bench: Workbench) -> Report:
    """Keep the report where it can be found again: in the store, in memory, and with the commit."""
    about = symptom(report.diagnosis, report.before)
    shape = {**contract.report(report), "symptom": about, "transcripts": transcripts(report, complaint, bench)}
    already = report.kept is not None and report.kept.already
    if report.kept and not already:  # else its evidence is sealed, and about the failure for which it was kept
        # First of all, for until then a kill would leave a branch without its evidence.
        bench.workspace.attach_note(report.kept.commit.id, note_for(shape, report.kept))
        bench.store.save(Pulled((complaint.trace,), Receipt(asked="fix")))  # so that `verify` finds what is quoted
    bench.store.save_report(complaint.trace.id, "fix", shape, bench.now())
    known = {fix.commit: fix.outcome for fix in bench.store.fixes()}
    for step in report.steps[:-1] if already else report.steps:  # the last one is in memory under the name it has
        if step.commit and step.gate:
            kept = report.kept is not None and report.kept.commit.id == step.commit.id
            outcome = "kept" if kept else OUTCOMES[step.gate.decision]
            if outcome != "declined" or known.get(step.commit.id) != outcome:  # whoever declined it may have said why
                bench.store.record_fix(step.commit.id, about, step.hypothesis.change, outcome)
    return report


def note_for(shape: Mapping[str, Json], kept: Kept) -> str:
    """The report with the claim and the seal: which commit all of this is about, and hashes that show when it was changed since."""
    seal = {"version": 1, "commit": kept.commit.id, "tree": kept.commit.tree, "base": kept.commit.parent, "claim": digest(kept.claim)}
    whole = json.loads(json.dumps({**shape, "claim": kept.claim, "seal": seal}, default=str))
    whole["seal"]["note"] = digest(whole)
    text = json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True)
    return text if _plain(text) else json.dumps(whole, indent=1, sort_keys=True)


def _plain(text: str) -> bool:
    """Whether a text can be written as it is: an agent's answer may hold half of a letter."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def remember_outcome(store: Store, commit: str, outcome: str) -> None:
    """Note what became of a fix later; one that memory does not know (made elsewhere) is left to its commit's note."""
    for fix in store.fixes():
        if fix.commit == commit:
            store.record_fix(commit, fix.symptom, fix.cure, outcome)
