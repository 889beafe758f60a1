"""Before a merge: the guard reads what a range of commits changes, and the gate asks whether anything got worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from refinery.domain import Attempt, Checked, Commit, Decision, GateVerdict, Scenario
from refinery.errors import ConfigError, NotEnough, UsageError
from refinery.events import Event
from refinery.flows.ledger import Ledger, spent_running
from refinery.flows.review import first, for_people, refusing, review_range
from refinery.flows.suite import Suite, chosen, scenarios_at, suite_at
from refinery.repo.identity import NEUTRAL
from refinery.repo.repository import Range, Repository
from refinery.suite.arms import REPEATS
from refinery.suite.gate import compare, decide
from refinery.suite.impact import touching
from refinery.suite.runner import bill
from refinery.suite.testing import MISSING
from refinery.workbench import Workbench
from safety.changes import ChangeSet
from safety.globs import matches
from safety.guard import Guard
from safety.verdict import Effect, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Terms:
    """What a check is held to."""

    tolerated: tuple[str, ...] = ()
    """Rules of the guard whose objections are shown and do not decide."""
    targets: tuple[str, ...] = ()
    """Scenarios that have to get better; none: nothing has to, and nothing may get worse."""
    whole: bool = False
    """Run every scenario, also those that the change is not seen to touch."""
    seconds: float | None = None
    """Wall time that the comparison may take."""
    usd: float | None = None
    """Money that it may cost."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one run of each scenario on the base showed."""

    scenarios: tuple[Scenario, ...]
    """Those that the change may touch."""
    attempts: tuple[Attempt, ...]
    """Runs of all."""
    says: str
    """Which were left out, and why."""


def check(revisions: str, bench: Workbench, terms: Terms) -> Checked:
    """Whether a range of commits may be merged.

    What the guard blocks is not run. Scenarios, tests and judges are the base's, whatever the range makes of them, and in addition
    the scenarios that it brings. Raises NotEnough before anything is compared when that would go over what `terms` allow.
    """
    ledger = Ledger(bench.clock)
    span = bench.repository.range(revisions)
    bench.say(Event("guard", revisions))
    with ledger.step("guard"):
        verdict = review_range(revisions, bench.repository, for_people(bench.guard))
    if refused := refusing(verdict, terms.tolerated):
        return Checked(Decision.REJECT, _refused(refused), verdict, None, bill=ledger.bill(), notes=bench.notes)
    found = _suite(span, bench)
    suite, bench = found.scenarios, replace(bench, notes=(*bench.notes, *found.notes))
    with ledger.step("look"):
        look = look_at_base(suite, bench.repository.changes(revisions), span, bench, terms)
    ledger.items.append(bill("look", look.attempts, 0.0))
    left = tuple(each.id for each in suite if each not in look.scenarios)
    trials, capped = _affordable(look, bench.trials, terms)
    if not look.scenarios:
        return Checked(Decision.ACCEPT, f"nothing to run: {look.says}", verdict, None, left_out=left, bill=ledger.bill(), notes=bench.notes)
    with ledger.step("gate"):
        gate = _compared(look.scenarios, span, trials, terms.targets, bench)
    ledger.add(spent_running("gate", gate.bill))
    notes = (*bench.notes, *gate.notes, *filter(None, (look.says, capped)), *bench.repository.describe_state())
    says = _says(gate, verdict)
    return Checked(gate.decision, says, verdict, gate, tuple(each.id for each in look.scenarios), left, ledger.bill(), notes)


def read_alone(revisions: str, repository: Repository, guard: Guard, tolerated: Sequence[str]) -> Checked:
    """What the guard says of a range where there is no agent that could be run."""
    verdict = review_range(revisions, repository, for_people(guard))
    refused = refusing(verdict, tolerated)
    notes = ("no agent is configured, so nothing was run",)
    if refused:
        return Checked(Decision.REJECT, _refused(refused), verdict, None, notes=notes)
    return Checked(Decision.ACCEPT, "the guard has no objection; nothing was run", verdict, None, notes=notes)


def _refused(findings: Sequence[Finding]) -> str:
    return f"refused by the guard: {first(findings)}"


def _suite(span: Range, bench: Workbench) -> Suite:
    """The base's scenarios, and those that only the head has."""
    base = suite_at(bench, span.base)
    known = {scenario.id for scenario in base.scenarios}
    added, notes = list(scenarios_at(bench.repository, span.head, bench.scenarios)), base.notes
    if bench.runner.tests:
        try:
            with bench.workspace.lease(_judged_by_base(span, bench)) as tree:
                added += bench.runner.tests_in(tree).scenarios
        except ConfigError as error:  # the base's tests are run all the same, and tell what is broken
            notes = (*notes, f"tests that the head adds were not looked for: {error}")
    fresh = [scenario for scenario in added if scenario.id not in known]
    return Suite(chosen((*base.scenarios, *fresh), (), bench.scenarios), notes)


def look_at_base(suite: tuple[Scenario, ...], changes: ChangeSet, span: Range, bench: Workbench, terms: Terms) -> Look:
    """Every scenario once on the base, to see what it costs and which lines it executes; this is no evidence of the gate's."""
    if missing := [name for name in terms.targets if name not in {scenario.id for scenario in suite}]:
        raise UsageError(f"no scenario is called {missing[0]}", hint="refinery suite list shows them all")
    product = [change for change in changes if not any(matches(change.path, glob) for glob in _judges(bench))]
    with bench.workspace.lease(span.base) as tree, bench.scratch.open(tree, coverage=True) as running:
        attempts = tuple(running.attempts([(each, 0) for each in suite], bench.say))
        executions = [found for each in suite if (found := running.execution(each))]
    if terms.whole or len(executions) < len(suite):
        return Look(suite, attempts, "")
    touched = touching(product, executions)
    if touched is None:
        return Look(suite, attempts, "")
    new = {each.scenario for each in attempts if not each.passed and each.output == MISSING}
    base = {scenario.id for scenario in scenarios_at(bench.repository, span.base, bench.scenarios)}
    known = base | {each.id for each in suite if each.test and each.id not in new}
    wanted = tuple(each for each in suite if each.id in touched or each.id in terms.targets or each.id not in known)
    left = len(suite) - len(wanted)
    return Look(
        wanted, attempts, f"{left} of {len(suite)} scenarios were not compared: no run of theirs touches what is changed" if left else ""
    )


def _affordable(look: Look, trials: int, terms: Terms) -> tuple[int, str]:
    """How many trials the time and the money allow, and a sentence where that is fewer than were asked for."""
    wanted = {scenario.id for scenario in look.scenarios}
    seen = [attempt for attempt in look.attempts if attempt.scenario in wanted]
    costs = [attempt.cost_usd for attempt in seen]
    seconds, usd = 2 * sum(attempt.latency_s for attempt in seen), 2 * sum(cost or 0.0 for cost in costs)
    rooms = [(terms.seconds, seconds, "s"), (terms.usd, usd, "USD")]
    if terms.usd is not None and None in costs:
        raise NotEnough(
            "nobody knows what these runs cost, so they cannot be kept within a budget",
            hint="leave --budget out, or let the agent send its usage",
        )
    for most, one, unit in rooms:
        if most is not None and one * REPEATS > most:
            says = f"two runs of {len(wanted)} scenarios in both arms take about {one * REPEATS:.2f} {unit}, and {most:g} are allowed"
            raise NotEnough(says, hint="allow more, or name fewer scenarios in refinery.toml")
        if most is not None and one:
            trials = min(trials, int(most / one))
    if trials < REPEATS or all(most is None for most, _, _ in rooms):
        return max(trials, 1), ""
    return trials, f"at most {trials} trials of each scenario were within what was allowed"


def _compared(scenarios: Sequence[Scenario], span: Range, trials: int, targets: Sequence[str], bench: Workbench) -> GateVerdict:
    candidate = _judged_by_base(span, bench)
    bench.say(Event("gate", f"{len(scenarios)} scenarios, at most {trials} trials of each in both arms"))
    aims = [scenario for scenario in scenarios if scenario.id in targets]
    others = [scenario for scenario in scenarios if scenario.id not in targets]
    lease, open_ = bench.workspace.lease, bench.runner.open
    with lease(span.base) as before, lease(candidate) as after, open_(before) as old, open_(after) as new:
        verdict = decide(old, new, aims, others, trials, 1, bench.say) if aims else compare(old, new, scenarios, trials, bench.say)
        return replace(verdict, notes=tuple(dict.fromkeys((*old.notes(), *new.notes()))))


def _judged_by_base(span: Range, bench: Workbench) -> str:
    """The head with the tests, scenarios and judges of the base: what is judged must not choose its judge. New files stay."""
    before = bench.workspace.shadow.entries(span.base)
    after = bench.workspace.shadow.entries(span.head)
    back = {
        path: entry for path, entry in before.items() if after.get(path) != entry and any(matches(path, glob) for glob in _judges(bench))
    }
    if not back:
        return span.head
    made: Commit = bench.workspace.commit_entries(span.head, back, "The head, judged by its base", NEUTRAL)
    return made.id


def _judges(bench: Workbench) -> tuple[str, ...]:
    policy = bench.guard.policy
    return (*policy.test_globs, *policy.judge_globs, *bench.scenarios)


def _says(gate: GateVerdict, verdict: Verdict) -> str:
    asking = [each for each in verdict.findings if each.effect is not Effect.ALLOW]
    return f"{gate.says} A person should look at this: {first(asking)}." if asking else gate.says
