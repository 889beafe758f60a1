"""Markdown for a comment on a pull request or a job's summary."""

from __future__ import annotations

from refinery.domain import Checked, Decision, GateVerdict
from refinery.suite.arms import BASE, CANDIDATE

TITLES = {Decision.ACCEPT: "accepted", Decision.REJECT: "rejected", Decision.NOT_ENOUGH: "not enough evidence"}
MOST = 30
"""Scenarios shown one by one; those that differ come first."""


def checked(made: Checked) -> str:
    """The decision, what the guard objects to, and how the scenarios went."""
    lines = [f"### Refinery: {TITLES[made.decision]}", "", _plain(made.says), ""]
    if made.guard.findings:
        lines += ["| guard | where | says |", "|---|---|---|"]
        for each in made.guard.findings:
            place = f"`{_cell(each.path)}{f':{each.line}' if each.line else ''}`"
            lines.append(f"| {each.effect} ({each.rule}) | {place} | {_cell(each.says)} |")
        lines.append("")
    if made.gate:
        lines += _scenarios(made.gate)
    if made.left_out:
        lines += [f"{len(made.left_out)} scenarios were not run: no run of theirs touches what is changed.", ""]
    usd = "price unknown" if made.bill.usd is None else f"${made.bill.usd:.2f}"
    lines.append(f"{made.bill.runs} agent runs, {made.bill.tokens} tokens, {usd}, {made.bill.seconds:.1f} s")
    lines += [f"- {_plain(note)}" for note in made.notes]
    return "\n".join(lines) + "\n"


def _scenarios(gate: GateVerdict) -> list[str]:
    names = list(dict.fromkeys(attempt.scenario for attempts in gate.attempts.values() for attempt in attempts))
    differing = [flip.scenario for flip in gate.flips]
    names.sort(key=lambda name: (name not in gate.regressions, name not in differing))
    lines = ["| scenario | base | head |", "|---|---|---|"]
    lines += [f"| {_cell(name)} | {_rate(gate, BASE, name)} | {_rate(gate, CANDIDATE, name)} |" for name in names[:MOST]]
    if len(names) > MOST:
        lines.append(f"| and {len(names) - MOST} more | | |")
    return [*lines, ""]


def _rate(gate: GateVerdict, arm: str, name: str) -> str:
    tried = [each for each in gate.attempts.get(arm, ()) if each.scenario == name and each.counts]
    return f"{sum(each.passed for each in tried)}/{len(tried)}"


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


def _plain(text: str) -> str:
    """What others wrote stays text: no links, mentions, images or headings of theirs, and one line."""
    one_line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#!" else letter for letter in one_line).replace("@", "@\u200b")
