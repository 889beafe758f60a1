"""What a fix claims, in the words of machines: the same for the same fix, so that its hash can stand in the commit.

The commit's trailers are made from the claim alone, and `Refinery-Evidence` is its hash: the commit's id covers the trailers, and they
cover the claim, which names the base, the tree, and what decided (scenarios, judge, thresholds) by their content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.trace import Json
from refinery import contract
from refinery.domain import Approval, Commit, Complaint, Diagnosis, GateVerdict, Said, Scenario
from refinery.flows.proposal import Proposal
from refinery.repo.message import FIX
from refinery.repo.objects import TreeFile
from refinery.repo.sameness import fix_id
from refinery.suite.capsule.worlds import shape_of
from refinery.suite.runner import Runner
from refinery.suite.writing import check
from refinery.version import VERSION
from refinery.workbench import Workbench
from safety.globs import matches

EVIDENCE = "Refinery-Evidence"
KEYS = (
    "Refinery-Trace",
    "Refinery-Diagnosis",
    "Refinery-Scenarios",
    "Refinery-Gate",
    "Refinery-Origin",
    "Refinery-Model",
    FIX,
    "Refinery-Cost",
    "Refinery-Version",
    "Refinery-Approved-by",
    EVIDENCE,
)
"""All trailers that a claim may make."""
Claim = Mapping[str, Json]


def claim_of(
    complaint: Complaint,
    diagnosis: Diagnosis,
    proposal: Proposal,
    gate: GateVerdict,
    tried: Commit,
    suite: Sequence[Scenario],
    approval: Approval | None,
    bench: Workbench,
) -> Claim:
    """Everything a reader may hold the commit to. What differs from run to run (times, traces of runs) has no place in it."""
    policy = bench.guard.policy
    judges = (*policy.judge_globs, *(policy.test_globs if bench.runner.tests else ()))
    thresholds: dict[str, Json] = {
        "alpha": round(gate.alpha, 6),
        "trials": bench.trials,
        "scenarios": [*bench.scenarios],
        "judge": [*judges],
    }
    if models := sorted({made.judge for arm in gate.attempts.values() for attempt in arm if (made := attempt.judging)}):
        thresholds["rubrics"] = [*models]  # so that they are sealed too
    aims = {scenario.id for scenario in proposal.targets}
    ran = (*proposal.targets, *(scenario for scenario in suite if scenario.id not in aims))
    judge = judge_of(bench.repository.files(tried.parent), judges, bench.scenarios)
    return {
        "version": 1,
        "base": tried.parent,
        "tree": tried.tree,
        "change": proposal.changes.digest,
        "fix": fix_id(proposal.changes),
        "scenarios": [scenario.id for scenario in proposal.targets],
        "gate": {
            "decision": str(gate.decision),
            "effect": gate.effect,
            "interval": contract.interval(gate.interval),
            "trials": gate.trials,
            "alpha": gate.alpha,
            "deterministic": gate.deterministic,
        },
        "diagnosis": _diagnosis(complaint, diagnosis) if diagnosed(complaint, proposal) else None,
        "origin": proposal.hypothesis.origin,
        "model": _model(proposal),
        "cost": {"runs": gate.bill.runs, "tokens": gate.bill.tokens, "usd": gate.bill.usd},
        "approval": None if approval is None else contract.approval(approval),
        "agent": started_by(bench.runner),
        "thresholds": thresholds,
        "sealed": sealed(("scenarios", judging(ran)), ("judge", judge), ("thresholds", thresholds)),
        "refinery": VERSION,
    }


def diagnosed(complaint: Complaint, proposal: Proposal) -> bool:
    """Whether the diagnosis is of something this change cures; of scenarios that fail together only the first one's trace is read."""
    return complaint.whole or complaint.targets[0] in proposal.targets


def trailers(claim: Claim) -> list[tuple[str, str]]:
    """The claim for `git log`, and its hash. Raises KeyError, TypeError or ValueError when the claim is not one of ours."""
    gate, cost, found, approval = (_table(claim[key]) for key in ("gate", "cost", "diagnosis", "approval"))
    low_high = gate["interval"]
    interval = f" [{low_high[0]:.2f}, {low_high[1]:.2f}]" if low_high else ""
    effect = "not measured" if gate["effect"] is None else f"{gate['effect']:+.2f}"
    made = [
        *((("Refinery-Trace", found["trace"]), ("Refinery-Diagnosis", found["says"])) if found else ()),
        ("Refinery-Scenarios", ", ".join(_texts(claim["scenarios"]))),
        ("Refinery-Gate", f"{gate['decision']}; effect {effect}{interval}; {gate['trials']} runs an arm; alpha {gate['alpha']:.3g}"),
        ("Refinery-Origin", str(claim["origin"])),
        *((("Refinery-Model", str(claim["model"])),) if claim["model"] else ()),
        (FIX, str(claim["fix"])),
        ("Refinery-Cost", f"{cost['runs']} agent runs, {cost['tokens']} tokens, {_money(cost['usd'], 2)}"),
        ("Refinery-Version", str(claim["refinery"])),
        *((("Refinery-Approved-by", _approved(approval)),) if approval else ()),
        (EVIDENCE, f"sha256:{digest(claim)}"),
    ]
    return [(key, str(value)) for key, value in made]


def digest(value: object) -> str:
    """The hash of a JSON value, the same however it is laid out."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def sealed(*parts: tuple[str, object]) -> list[Json]:
    """What decided, part by part, each by its content and chained to the one before: a part cannot be exchanged without the rest."""
    links: list[Json] = []
    chain = ""
    for what, content in parts:
        own = digest(content)
        chain = digest([chain, what, own])
        links.append({"what": what, "sha256": own, "chain": chain})
    return links


def started_by(runner: Runner) -> dict[str, Json]:
    """How the agent and the user's tests were run, but for what depends on the machine."""
    agent = runner.agent
    more: dict[str, Json] = {"tests": [*runner.tests.command]} if runner.tests else {}
    if agent.tools.any:
        more["recorded"] = [*agent.tools.python.values(), *(site.variable for site in agent.tools.http)]
    return {"command": [*agent.command], "python": agent.python, "http": agent.http, "timeout_s": agent.timeout_s, **more}


def judging(scenarios: Iterable[Scenario]) -> list[list[Json]]:
    """What of the scenarios decides: what is given, what is expected, how often, and in which world; in the order of their ids.

    Tests are not among them: what they expect stands in their files, and those are sealed with the judges.
    """
    return [
        [
            each.id,
            each.input,
            [check(one) for one in each.expect],
            each.threshold,
            each.trials,
            *_limits(each),
            *([shape_of(each.world)] if each.world else []),
        ]
        for each in sorted(scenarios, key=lambda each: each.id)
        if not each.test
    ]


def _limits(scenario: Scenario) -> list[Json]:
    """What one attempt may take; left out where nothing is said, so that what was sealed before there were limits stays as it was."""
    return [scenario.timeout_s, scenario.max_cost] if (scenario.timeout_s, scenario.max_cost) != (None, None) else []


def judge_of(files: Iterable[TreeFile], globs: Iterable[str], scenarios: Iterable[str]) -> dict[str, str]:
    """The files of a commit that say what is right beside the scenarios (rubrics, judges), by git's ids of their content."""
    own, others = tuple(globs), tuple(scenarios)
    return {
        each.path: each.blob
        for each in files
        if any(matches(each.path, glob) for glob in own) and not any(matches(each.path, glob) for glob in others)
    }


def _diagnosis(complaint: Complaint, found: Diagnosis) -> dict[str, Json]:
    where = "" if found.step is None else f" step {found.step}"
    return {
        "trace": complaint.trace.id,
        "says": f"{found.layer}/{found.category}{where}, confidence {found.confidence:.2f}, {found.proof}",
        "quotes": [{"span_id": quote.span_id, "quote": quote.text} for quote in found.evidence],
        **({"replay": found.replay.says} if found.replay else {}),
    }


def _model(proposal: Proposal) -> str | None:
    """Which model wrote the change, and what its hypotheses cost; None when search found it."""
    """Who wrote it, and what asking for it cost: whichever run paid, so that one that was killed and taken up claims the same."""
    if not proposal.model:
        return None
    spent, earlier = proposal.bill, proposal.bill.earlier
    usd = None if spent.usd is None or earlier.earlier_usd is None else spent.usd + earlier.earlier_usd
    return f"{proposal.model}, {spent.tokens + earlier.earlier_tokens} tokens, {_money(usd, 4)}"


def _money(usd: float | None, places: int) -> str:
    return "price unknown" if usd is None else f"${usd:.{places}f}"


def _approved(approval: Mapping[str, Json]) -> str:
    how = " (--yes, as yes_approves in the policy allows)" if approval["said"] == Said.POLICY else ""
    return f"{approval['by']}{how}"


def _table(value: Json) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise TypeError("this part of a claim is an object")
    return value or {}


def _texts(value: Json) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("this part of a claim is a list")
    return [str(each) for each in value]
