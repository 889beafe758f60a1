"""START HERE: a complaint becomes a commit that carries its own proof. This file is the product on one page."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from refinery.domain import Complaint, Decision, Diagnosis, GateVerdict, Kept, Report, Scenario, Step
from refinery.events import Event
from refinery.flows.already import kept_already
from refinery.flows.approval import LEFT_OUT, SAID_NO, leave_for, wanted
from refinery.flows.claim import claim_of
from refinery.flows.evidence import message_for, remember
from refinery.flows.heldback import on_held_back
from refinery.flows.ledger import Ledger, paid_before, spent_running
from refinery.flows.propose import Proposals
from refinery.flows.reproduce import Reproduction, reproduce
from refinery.flows.understood import understood
from refinery.repo.sameness import fix_id
from refinery.suite.gate import decide
from refinery.suite.runner import bill
from refinery.workbench import Workbench

UNWRITTEN = "the scenario of this failure is not part of what was kept: `refinery suite from-trace` writes it down"


def fix(complaint: Complaint, diagnosis: Diagnosis, suite: tuple[Scenario, ...], bench: Workbench, *, tries: int = 3) -> Report:
    """Find an edit that cures the complaint, show that it does, and keep it as one commit on a branch of its own.

    Nothing of the user's is touched until a fix is kept, and then one branch is created. At most `tries` hypotheses reach the
    gate; each further one has to bring more evidence. Without a kept fix the report says why there is none.
    """
    ledger = Ledger(bench.clock)
    author = bench.author()
    base = bench.repository.head()
    with ledger.step("reproduce"):
        shown = reproduce(complaint, suite, base, bench)
    ledger.items.append(bill("reproduce", shown.attempts, 0.0))
    if not shown.red:
        return Report(
            diagnosis, (), None, ledger.bill(), shown.says, before=shown.attempts, notes=(*bench.notes, *shown.notes, *shown.unasked())
        )

    diagnosis = understood(complaint, diagnosis, bench, ledger)
    steps: list[Step] = []
    kept: Kept | None = None
    gated = 0
    unwritten: tuple[str, ...] = ()
    with closing(Proposals(complaint, diagnosis, shown, suite, base, bench, ledger, steps)) as proposals:
        for proposal in proposals:
            leave = leave_for(proposal, bench)
            if leave.refused:
                steps.append(Step(proposal.hypothesis, proposal.verdict, None, None, leave.refused))
                continue
            gated += 1
            commit = bench.workspace.commit(base, proposal.changes, proposal.hypothesis.change, author)
            with ledger.step("gate"):
                bench.say(Event("gate", proposal.hypothesis.change))
                gate = judge(proposal.targets, suite, base, commit.id, bench, rank=gated)
            ledger.add(spent_running("gate", gate.bill))
            accepted = gate.decision is Decision.ACCEPT
            kept = kept_already(proposal.changes, bench) if accepted else None
            if accepted and not kept and wanted(proposal, gate, commit.id, bench):
                claim = claim_of(complaint, diagnosis, proposal, gate, commit, suite, leave.approval, bench)
                message = message_for(complaint, diagnosis, proposal, gate, shown.attempts, claim, bench.co_author)
                commit = bench.workspace.commit(base, proposal.changes, message, author)
                kept = Kept(commit, bench.workspace.keep(commit, proposal.slug), fix_id(proposal.changes), claim)
            if kept and kept.already and complaint.fresh and fix_id(proposal.changes) != kept.fix:
                unwritten = (UNWRITTEN,)
            came_to = _outcome(kept, gate, accepted)
            steps.append(Step(proposal.hypothesis, proposal.verdict, commit, gate, came_to, leave.approval, proposal.impact))
            if kept or (accepted and not bench.goes_on) or gated == tries:
                break
    bench = replace(bench, notes=(*bench.notes, *unwritten))
    return remember(_report(diagnosis, steps, kept, shown, proposals, ledger, bench), complaint, bench)


def judge(targets: tuple[Scenario, ...], suite: tuple[Scenario, ...], base: str, commit: str, bench: Workbench, rank: int) -> GateVerdict:
    """Run base and candidate side by side, in fresh copies, and let the gate decide."""
    aims = {scenario.id for scenario in targets}
    others = [scenario for scenario in suite if scenario.id not in aims]
    lease, open_ = bench.workspace.lease, bench.runner.open
    with lease(base) as before, lease(commit) as after, open_(before) as old, open_(after) as new:
        verdict = decide(old, new, targets, others, bench.trials, rank, bench.say)
        verdict = on_held_back(verdict, targets, others, old, new, bench.runner.agent, bench.say)
        return replace(verdict, notes=tuple(dict.fromkeys((*old.notes(), *new.notes()))))


def _outcome(kept: Kept | None, gate: GateVerdict, accepted: bool) -> str:
    if kept and kept.already:
        return f"accepted by the gate; already kept as {kept.commit.id[:12]} on branch {kept.branch}"
    if kept:
        return f"kept as {kept.commit.id[:12]} on branch {kept.branch}"
    return f"accepted by the gate, and not kept: {SAID_NO}" if accepted else f"not kept: {gate.says}"


def _report(
    diagnosis: Diagnosis, steps: list[Step], kept: Kept | None, shown: Reproduction, proposals: Proposals, ledger: Ledger, bench: Workbench
) -> Report:
    aims = tuple(scenario.id for scenario in shown.red)
    says = _kept(steps[-1], kept, len(aims)) if kept else f"no fix was kept: {proposals.says()}"
    tried = {attempt.scenario: attempt for attempt in shown.attempts}
    before = tuple(tried[name] for name in aims if name in tried)
    ran = (note for step in steps if step.gate for note in step.gate.notes)
    out = (f"{step.says} ({step.hypothesis.change})" for step in steps if step.says.startswith(LEFT_OUT))
    gate = steps[-1].gate if kept else None
    also = _besides(gate) if gate else ()
    spent = ledger.bill()
    notes = tuple(dict.fromkeys((*bench.notes, *shown.notes, *shown.unasked(also), *proposals.notes, *paid_before(spent), *out, *ran)))
    tally = proposals.tally
    doubts = () if kept else tally.doubts
    return Report(diagnosis, tuple(steps), kept, spent, says, aims, before, tally.screened, notes, tally.misses, also, doubts)


def _kept(step: Step, kept: Kept, red: int) -> str:
    cured = len(step.gate.targets) if step.gate else 0
    share = f", which cures {cured} of {red} failing scenarios" if cured < red else ""
    if kept.already:
        return f"already kept as {kept.branch.removeprefix('refinery/')}: {step.hypothesis.change}{share}; nothing was kept twice"
    return f"fixed: {step.hypothesis.change}{share} (branch {kept.branch})"


def _besides(gate: GateVerdict) -> tuple[str, ...]:
    """Scenarios that are no targets, and went from never passing to always passing."""
    red = (each for each in gate.flips if each.scenario not in gate.targets and each.before.startswith("0/"))
    return tuple(dict.fromkeys(each.scenario for each in red if len(set(each.after.split("/"))) == 1 and each.after != "0/0"))
