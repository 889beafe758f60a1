"""Whether a fix still does what it claims: its evidence is read again, and the gate runs afresh."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from refinery.domain import Bill, Claimed, Decision, GateVerdict, Interval, Point, Scenario, Verification
from refinery.errors import OutsideError
from refinery.events import Event
from refinery.flows.fix import judge
from refinery.flows.integrity import Examined, examine, is_here
from refinery.flows.ledger import Ledger, spent_running
from refinery.flows.reproduce import refuse_what_cannot_start
from refinery.flows.suite import scenarios_added, suite_at
from refinery.flows.version import Version
from refinery.workbench import Workbench

GATE = re.compile(
    r"(?P<decision>[a-z-]+); effect (?:not measured|(?P<effect>[-+]\d+\.\d+)(?: \[(?P<low>-?\d+\.\d+), (?P<high>-?\d+\.\d+)\])?)"
    r"; (?P<trials>\d+) runs an arm; alpha (?P<alpha>[\d.e-]+)"
)
ROUNDED = 0.005
"""Trailers state two places."""


class CannotVerify(Exception):
    """Nothing can be measured, for the reason given."""


def verify(version: Version, bench: Workbench, trials: int | None = None) -> Verification:
    """Read the evidence of a fix again, run the gate once more on its base and on the fix, and compare with the claim.

    Scenarios come from the base, and from files that the fix adds; what it makes of the base's scenarios does not count. The gate
    is held to what a first hypothesis is held to, whatever rank the fix had in its run: one claim is looked at, once. What the note says
    of patterns and trials can only add to what refinery.toml asks for today: whoever makes a note up leaves nothing out with it.
    """
    ledger = Ledger(bench.clock)
    bench.say(Event("verify", "reading the evidence"))
    with ledger.step("read"):
        examined = examine(version, bench)
    claimed = _claimed(version, examined)
    measured, unable = None, ""
    notes = (*((version.says,) if version.says else ()), *bench.notes, *bench.repository.describe_state())
    try:
        with ledger.step("gate"):
            measured = _measure(version, claimed, examined, bench, trials)
    except CannotVerify as reason:
        unable = str(reason)
    if measured:
        ledger.add(spent_running("gate", measured.bill))
        notes = (*notes, *measured.notes)
        unable = _never_ran(measured, version, bench)
    holds, says = concluded(claimed, measured, examined.broken, unable)
    return _verification(version, holds, says, examined, claimed, measured, ledger.bill(), not unable, tuple(dict.fromkeys(notes)))


def _claimed(version: Version, examined: Examined) -> Claimed:
    """From the note where the commit names it by its hash; else from the trailers, which the commit's id covers."""
    note = examined.note
    if note and note.made_with(version):
        gate = note.claim.gate
        bounds = Interval(*gate.interval) if gate.interval else None
        return Claimed(gate.decision, gate.effect, bounds, gate.trials, gate.alpha, tuple(note.claim.scenarios), "note")
    targets = tuple(name for row in version.trailers.get("Refinery-Scenarios", ()) for name in row.split(", ") if name)
    read = GATE.fullmatch(next(iter(version.trailers.get("Refinery-Gate", ())), ""))
    if not read:
        return Claimed("unknown", None, None, None, None, targets, "trailers")
    bounds = Interval(float(read["low"]), float(read["high"])) if read["low"] else None
    effect = float(read["effect"]) if read["effect"] else None
    return Claimed(read["decision"], effect, bounds, int(read["trials"]), float(read["alpha"]), targets, "trailers")


def _measure(version: Version, claimed: Claimed, examined: Examined, bench: Workbench, trials: int | None) -> GateVerdict:
    if not is_here(version.base, bench):
        raise CannotVerify(
            f"the base is gone: commit {version.base[:12]} is not in this repository (a shallow clone? git fetch --unshallow)"
        )
    if not examined.passed_guard and not version.taken:
        raise CannotVerify("it was not run, since the guard has not let it through")
    note = examined.note
    stated = note.claim.thresholds if note and note.made_with(version) else None
    patterns = (*bench.scenarios, *(stated.scenarios if stated else ()))
    suite = suite_at(bench, version.base, patterns).scenarios
    added = scenarios_added(bench.repository, version.base, version.commit, patterns)
    known: dict[str, Scenario] = {scenario.id: scenario for scenario in (*added, *suite)}
    if not claimed.targets:
        raise CannotVerify("the commit does not name the scenarios that it cures")
    if missing := [name for name in claimed.targets if name not in known]:
        raise CannotVerify(f"scenario {missing[0]} stands neither in the base nor among those that the fix adds")
    bench.say(Event("gate", version.subject))
    asked = replace(bench, trials=trials or max(bench.trials, stated.trials if stated else 1))
    return judge(tuple(known[name] for name in claimed.targets), suite, version.base, version.commit, asked, rank=1)


def _never_ran(measured: GateVerdict, version: Version, bench: Workbench) -> str:
    """Why what was measured says nothing about the agent; empty when it does."""
    attempts = [attempt for arm in measured.attempts.values() for attempt in arm]
    try:
        refuse_what_cannot_start(attempts, version.base, bench)
    except OutsideError as error:
        return str(error)
    return "" if measured.effect is not None else measured.says


def concluded(claimed: Claimed, measured: GateVerdict | None, broken: Sequence[Point], unable: str) -> tuple[bool | None, str]:
    """Whether the claim holds, and why. Evidence that was tampered with cannot hold, whatever the gate says; that is told beside it."""
    afresh = "" if unable or not measured else f"; measured afresh: {measured.says}"
    if broken:
        return False, f"the claim does not hold: {'; '.join(point.says for point in broken)}{afresh or f'; {unable}'}"
    if unable or measured is None:
        return None, f"cannot be verified: {unable}"
    if measured.decision is Decision.REJECT:
        return False, f"the claim does not hold: {measured.says}"
    if _falls_short(claimed, measured):
        less = f"the effect is smaller than claimed: {_effect(measured.effect, measured.interval)} where it was "
        return False, f"the claim does not hold: {less}{_effect(claimed.effect, claimed.interval)}; {measured.says}"
    if measured.decision is Decision.NOT_ENOUGH:
        return None, f"not enough evidence to say: {measured.says.removeprefix('not enough evidence: ')}"
    return True, f"the claim holds: {measured.says}"


def _falls_short(claimed: Claimed, measured: GateVerdict) -> bool:
    """Whether all of what was measured lies below all of what was claimed. Effects of an agent that never varies are points."""
    if claimed.effect is None or measured.effect is None:
        return False
    least = claimed.interval.low if claimed.interval else claimed.effect
    most = measured.interval.high if measured.interval else measured.effect
    return most < least - ROUNDED


def _effect(effect: float | None, bounds: Interval | None) -> str:
    value = "not measured" if effect is None else f"{effect:+.2f}"
    return f"{value} [{bounds.low:.2f}, {bounds.high:.2f}]" if bounds else value


def _verification(
    version: Version,
    holds: bool | None,
    says: str,
    examined: Examined,
    claimed: Claimed,
    measured: GateVerdict | None,
    bill: Bill,
    able: bool,
    notes: tuple[str, ...],
) -> Verification:
    return Verification(
        commit=version.commit,
        branch=version.branch,
        subject=version.subject,
        base=version.base,
        state=version.state,
        holds=holds,
        says=says,
        integrity=examined.points,
        claimed=claimed,
        measured=measured,
        bill=bill,
        able=able,
        notes=notes,
    )
