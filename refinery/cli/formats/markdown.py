"""Markdown for a comment on a pull request or a job's summary."""

from __future__ import annotations

from refinery.cli.formats.quoting import code, plain
from refinery.domain import Checked, Decision, GateVerdict
from refinery.suite.arms import BASE, CANDIDATE
from safety.verdict import Verdict

TITLES = {Decision.ACCEPT: "accepted", Decision.REJECT: "rejected", Decision.NOT_ENOUGH: "not enough evidence"}
MOST = 30
"""Scenarios shown one by one; those that differ come first."""


def checked(made: Checked) -> str:
    """The decision, what the guard objects to, and how the scenarios went."""
    lines = [f"### Refinery: {TITLES[made.decision]}", "", plain(made.says), ""]
    if made.guard.findings:
        lines += _findings(made.guard)
    if made.gate:
        lines += _scenarios(made.gate)
    if made.left_out:
        lines += [f"{len(made.left_out)} scenarios were not run: no run of theirs touches what is changed.", ""]
    usd = "price unknown" if made.bill.usd is None else f"${made.bill.usd:.2f}"
    lines.append(f"{made.bill.runs} agent runs, {made.bill.tokens} tokens, {usd}, {made.bill.seconds:.1f} s")
    lines += [f"- {plain(note)}" for note in made.notes]
    return "\n".join(lines) + "\n"


def guard(verdict: Verdict) -> str:
    """The guard's answer alone, with its findings."""
    return "\n".join([f"### Refinery's guard: {verdict.effect.replace('_', ' ')}", "", *_findings(verdict)]).rstrip("\n") + "\n"


def _findings(verdict: Verdict) -> list[str]:
    if not verdict.findings:
        return ["The guard has no objection.", ""]
    lines = ["| guard | where | says |", "|---|---|---|"]
    for each in verdict.findings:
        place = code(f"{each.path}:{each.line}" if each.line else each.path, cell=True)
        lines.append(f"| {each.effect} ({each.rule}) | {place} | {plain(each.says)} |")
    return [*lines, ""]


def _scenarios(gate: GateVerdict) -> list[str]:
    names = list(dict.fromkeys(attempt.scenario for attempts in gate.attempts.values() for attempt in attempts))
    differing = [flip.scenario for flip in gate.flips]
    names.sort(key=lambda name: (name not in gate.regressions, name not in differing))
    lines = ["| scenario | base | head |", "|---|---|---|"]
    lines += [f"| {plain(name)} | {_rate(gate, BASE, name)} | {_rate(gate, CANDIDATE, name)} |" for name in names[:MOST]]
    if len(names) > MOST:
        lines.append(f"| and {len(names) - MOST} more | | |")
    return [*lines, ""]


def _rate(gate: GateVerdict, arm: str, name: str) -> str:
    tried = [each for each in gate.attempts.get(arm, ()) if each.scenario == name and each.counts]
    return f"{sum(each.passed for each in tried)}/{len(tried)}"
