"""What can be fixed: a trace that somebody complains about, or the scenarios that fail now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from adapters.source import Pulled, Receipt
from adapters.trace import Trace
from refinery.domain import Attempt, Cause, Complaint, Diagnosis, Outside, Report, Scenario
from refinery.errors import OutsideError, UsageError
from refinery.flows.approval import forget
from refinery.flows.complaint import canonical, checks_from, from_suite, from_trace, input_of, scenario_for, trace_of
from refinery.flows.counterfactual import tested
from refinery.flows.cures import symptom
from refinery.flows.diagnose import kept
from refinery.flows.fitting import fitted, told
from refinery.flows.fix import fix
from refinery.flows.suite import chosen, scenarios_at, suite_at
from refinery.flows.surroundings import Right, passing_like
from refinery.signals.diagnosis import diagnose
from refinery.suite.capsule.recording import recorded
from refinery.suite.writing import write
from refinery.workbench import Workbench

SHUT = (
    "the tools answered from a recording, and a change that asks them anything else fails: if the right calls are not in it, add them "
    "(refinery suite from-trace --with TRACE), or let them through (`outside` under [world])"
)
ROOM = 20
"""Lines of a change that are left for the fix itself."""


def fix_trace(bench: Workbench, trace: Trace, says: str, checks: Sequence[str], tries: int) -> Report:
    """Fix what one trace shows. `checks` are what a right answer passes, each in the form of a scenario's."""
    expect = checks_from(checks)
    given = fitted(input_of(trace), scenarios_at(bench.repository, bench.repository.head(), bench.scenarios)) if expect else None
    return fix_shown(bench, trace, says, (scenario_for(trace, expect, says, given),) if expect else (), tries)


def fix_shown(
    bench: Workbench,
    trace: Trace,
    says: str,
    shown_by: Sequence[Scenario],
    tries: int,
    found: Diagnosis | None = None,
    beside: Sequence[Scenario] = (),
) -> Report:
    """Fix what a trace shows, given scenarios that say what is right for its input and for neighbours of it.

    `found` is the diagnosis where somebody has read one already; else the newest one that is kept, or the rules', is taken. `beside` are
    scenarios that stand beside those of the trace, whatever these are, and are written down with a fix.
    """
    bench.store.save(Pulled((trace,), Receipt(asked="fix")))
    held = suite_at(bench, bench.repository.head())
    suite, bench = held.scenarios, replace(bench, notes=(*bench.notes, *held.notes))
    diagnosis = found or kept(trace, diagnose(trace, says, failed=True), bench.store)
    bench = replace(bench, notes=(*bench.notes, *_how_given(trace, suite)))
    if says:
        diagnosis = replace(diagnosis, expected=says)
    diagnosis = tested(diagnosis, bench.store)
    complaint = _in_its_world(from_trace(trace, diagnosis, suite, says, shown_by), suite, bench)
    complaint = replace(complaint, targets=(*complaint.targets, *beside), fresh=(*complaint.fresh, *beside))
    forget((scenario.id for scenario in complaint.targets), bench)
    report = fix(complaint, diagnosis, suite, bench, tries=tries)
    shut = any(each.world and each.world.outside is Outside.FAIL for each in complaint.targets)
    return replace(report, notes=(*report.notes, SHUT)) if shut and not report.kept else report


def _in_its_world(complaint: Complaint, suite: Sequence[Scenario], bench: Workbench) -> Complaint:
    """What is new in a complaint runs on what the tools answered then, as far as refinery.toml names tools that a recording answers for.

    A run of the same task that passed may hold the calls that the failing one should have made.
    """
    tools = bench.runner.agent.tools
    if not tools.any or not complaint.fresh:
        return complaint
    world = recorded((complaint.trace, *passing_like(complaint.trace, bench.store, _right(complaint, suite))), tools, bench.hide).world
    if not world.calls:
        return complaint
    fresh = {each.id for each in complaint.fresh if each.world is None}

    def around(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
        own = canonical(fitted(input_of(complaint.trace), suite))
        return tuple(replace(each, world=world) if each.id in fresh and canonical(each.input) == own else each for each in scenarios)

    made = replace(complaint, targets=around(complaint.targets), fresh=around(complaint.fresh))
    lines, most = write(*made.fresh).count("\n"), bench.guard.policy.max_changed_lines
    if lines + min(ROOM, most // 4) > most:
        raise UsageError(
            f"what the tools answered in trace {complaint.trace.id[:12]} takes {lines} lines, a fix may change {most} (max_changed_lines)",
            hint="write it down first (refinery suite from-trace), commit it, and fix the trace then",
        )
    return made


def _how_given(trace: Trace, suite: Sequence[Scenario]) -> tuple[str, ...]:
    try:
        return told(input_of(trace), suite)
    except UsageError:  # what was given is said by the scenarios alone
        return ()


def _right(complaint: Complaint, suite: Sequence[Scenario]) -> Right:
    own = canonical(fitted(input_of(complaint.trace), suite))
    return Right(complaint.says, next((each.expect for each in complaint.targets if canonical(each.input) == own), ()))


def fix_failing(bench: Workbench, tries: int) -> Iterator[Report]:
    """Fix the scenarios that fail on HEAD: together where one edit cures them all, else as many as one edit can, and so on.

    Where no edit cures any, those that fail like the first are given up, and the others are tried without them.
    No report at all: every scenario passes. Raises OutsideError when none fails, and some could not be tried.
    """
    head = bench.repository.head()
    found = suite_at(bench, head)
    suite, bench = chosen(found.scenarios, (), bench.scenarios), replace(bench, notes=(*bench.notes, *found.notes))
    traces: list[Trace] = []
    with bench.workspace.lease(head) as tree, bench.runner.open(tree) as running:
        pairs = [(each, 0) for each in suite]
        attempts = {attempt.scenario: attempt for attempt in running.attempts(pairs, bench.say, traces.append)}
    seen = {trace.id: trace for trace in traces}
    red = [(each, _trace(seen, attempts[each.id], each)) for each in suite if _fails(attempts[each.id])]
    untried = [attempt for attempt in attempts.values() if not attempt.counts]
    if untried:
        says = f"{len(untried)} of {len(suite)} scenarios could not be tried; {untried[0].scenario}: {untried[0].says}"
        if not red:
            raise OutsideError(says, hint="`refinery doctor` looks at what a run needs")
        bench = replace(bench, notes=(*bench.notes, says))
    forget((each.id for each, _ in red), bench)
    seen_to: tuple[str, ...] = ()
    while red:
        complaint = replace(from_suite(red), apart=seen_to)
        report = fix(complaint, diagnose(complaint.trace, failed=True), suite, bench, tries=tries)
        yield report
        cured = cured_by(report)
        done = cured or {each.id for each, _ in red if symptom(attempts[each.id]) == symptom(attempts[red[0][0].id])}
        red = [(each, trace) for each, trace in red if each.id not in done]
        seen_to = (*seen_to, *sorted(done))


def cured_by(report: Report) -> set[str]:
    """The scenarios that what was kept cures, asked for or not."""
    gate = report.steps[-1].gate if report.kept else None
    return {*gate.targets, *report.also} if gate else set()


def summary(reports: Sequence[Report]) -> str:
    """What several searches for the same failing scenarios came to together; empty where one report says it all."""
    if len(reports) < 2:
        return ""
    red = dict.fromkeys(name for report in reports for name in report.targets)
    kept = dict.fromkeys(report.kept.branch.removeprefix("refinery/") for report in reports if report.kept)
    fixed = set().union(*(cured_by(report) for report in reports))
    left = [name for name in red if name not in fixed]
    parts = [f"{len(red) - len(left)} of {len(red)} fixed" + (f": accept {', '.join(kept)}" if kept else "")]
    return "; ".join([*parts, f"not fixed: {', '.join(left)}"] if left else parts)


def _fails(attempt: Attempt) -> bool:
    return attempt.counts and not attempt.passed and attempt.cause is not Cause.SKIPPED


def _trace(seen: Mapping[str, Trace], attempt: Attempt, scenario: Scenario) -> Trace:
    found = seen.get(attempt.trace_id) if attempt.trace_id else None
    return found or trace_of(attempt, scenario)
