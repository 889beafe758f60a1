"""A person's word on one very change: asked for, remembered for that fix, and never taken for another's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from refinery.domain import Approval, GateVerdict, Said
from refinery.flows.proposal import Proposal
from refinery.workbench import Question, Workbench
from safety.verdict import Effect

FORGET = "--ask-again asks anew"
LEFT_OUT = "left out"
SAID_NO = f"you said no; it is not offered again for this ({FORGET})"
IN_TERMINAL = "it needs a person's approval, and nobody gave it: run the same command in a terminal, where you are asked"


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a change may be tried."""

    refused: str = ""
    """Why not; empty when it may."""
    approval: Approval | None = None
    """Who let it through, where the guard asked for a person."""


def leave_for(proposal: Proposal, bench: Workbench) -> Leave:
    """What the guard, and where it asks for one a person, say to a change. What is blocked nobody is asked about."""
    if proposal.verdict.effect is Effect.BLOCK:
        return Leave("refused by the guard")
    known = _last_word(proposal, bench)
    if known and known.said is Said.NO:
        who = "you" if known.by == str(bench.author()) else known.by
        return Leave(f"{LEFT_OUT}: {who} said no to this on {known.at[:10]}; {FORGET}")
    if proposal.verdict.allowed:
        return Leave()
    answer = known if known and _covers(known, proposal, bench) else _asked(proposal, bench)
    match answer.said:
        case Said.NOBODY:
            return Leave(IN_TERMINAL)
        case Said.NO:
            return Leave(SAID_NO)
        case _:
            return Leave(approval=answer)


def wanted(proposal: Proposal, gate: GateVerdict, commit: str, bench: Workbench) -> bool:
    """Whether the person wants a fix kept that the gate has accepted; a no is remembered."""
    if bench.keep(replace(question(proposal, gate.says), commit=commit, gate=gate)):
        return True
    bench.store.record_approval(_approval(proposal, Said.NO, bench))
    return False


def forget(scenarios: Iterable[str], bench: Workbench) -> None:
    """Where the user asks for it, let what was said in earlier runs about fixes for these scenarios count no more."""
    if not bench.ask_again:
        return
    about = set(scenarios)
    last = {answer.change: answer for answer in bench.store.approvals() if about.intersection(answer.scenarios)}
    for answer in last.values():
        if answer.said is not Said.FORGOTTEN:
            bench.store.record_approval(replace(answer, said=Said.FORGOTTEN, by=str(bench.author()), at=bench.now()))


def question(proposal: Proposal, says: str) -> Question:
    """What a person is shown."""
    return Question(proposal.hypothesis, proposal.changes, proposal.verdict, says)


def _asked(proposal: Proposal, bench: Workbench) -> Approval:
    """The answer to a change that needs one; kept before the change takes effect, so that a killed run need not ask twice."""
    said = Said.POLICY if _yes_is_enough(proposal, bench) else bench.approve(question(proposal, "this change needs a person's approval"))
    answer = _approval(proposal, said, bench)
    if said is not Said.NOBODY:
        bench.store.record_approval(answer)
    return answer


def _approval(proposal: Proposal, said: Said, bench: Workbench) -> Approval:
    aims = tuple(scenario.id for scenario in proposal.targets)
    return Approval(proposal.changes.digest, aims, said, str(bench.author()), bench.now(), _findings(proposal))


def _findings(proposal: Proposal) -> tuple[str, ...]:
    return tuple(f"{each.rule}: {each.path}: {each.says}" for each in proposal.verdict.findings)


def _last_word(proposal: Proposal, bench: Workbench) -> Approval | None:
    """What was last said to this very change as a cure of one of the same scenarios; None when that was forgotten."""
    aims = {scenario.id for scenario in proposal.targets}
    answers = [answer for answer in bench.store.approvals(proposal.changes.digest) if aims.intersection(answer.scenarios)]
    return answers[-1] if answers and answers[-1].said is not Said.FORGOTTEN else None


def _covers(known: Approval, proposal: Proposal, bench: Workbench) -> bool:
    """Whether a yes was said with everything in sight that the guard finds today. What --yes said counts only where it is said again."""
    good = known.said is Said.YES or (known.said is Said.POLICY and _yes_is_enough(proposal, bench))
    return good and set(_findings(proposal)) <= set(known.findings)


def _yes_is_enough(proposal: Proposal, bench: Workbench) -> bool:
    return bench.says_yes and bench.guard.policy.yes_is_enough(proposal.verdict)
