"""A diagnosis is put to the test: the run again in its recorded world, as it was, and with the right result at the suspected step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb

from adapters.trace import Json, Trace
from refinery import contract
from refinery.domain import Attempt, Bill, Cause, Diagnosis, Interval, Proof, Recording, Replay, Scenario, World
from refinery.errors import UsageError
from refinery.events import Event
from refinery.flows.complaint import checks_from, from_trace, input_of, scenario_for
from refinery.flows.diagnose import KIND as DIAGNOSIS
from refinery.flows.fitting import fitted
from refinery.flows.substitute import Known, Substitute, substitute, substituted
from refinery.flows.suite import scenarios_at
from refinery.flows.surroundings import Right, passing_like
from refinery.stats import clopper_pearson
from refinery.store.port import Store
from refinery.suite.capsule.placing import outside
from refinery.suite.capsule.recording import recorded
from refinery.suite.runner import TreeBench, bill
from refinery.workbench import Workbench

KIND = "replay"
ALPHA = 0.05
"""How likely a difference as large as the one that counts as proof may be by chance alone."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says should have come of the suspected step."""

    result: Json


@dataclass(frozen=True, slots=True)
class Trial:
    """What a diagnosis is tested with."""

    scenario: Scenario
    place: int | None
    """Which call of the scenario's world is the suspected step; None: it is none of them."""
    right: Substitute | None


def put_to_the_test(
    trace: Trace,
    found: Diagnosis,
    checks: Sequence[str],
    given: Given | None,
    passing: Sequence[Trace],
    bench: Workbench,
    runs: int = 5,
) -> Diagnosis:
    """The diagnosis with what a counterfactual replay came to. It is `replayed` where the failure shows in the recorded world, and
    goes away with the step's result replaced, more often than chance would have it.

    Raises UsageError when nothing says what a right answer is, or refinery.toml names no tools that a recording answers for.
    """
    if not bench.runner.agent.tools.any:
        raise UsageError(
            "refinery.toml names no tools that a recording could answer for", hint='name them: [world] tools = ["package.module:function"]'
        )
    if found.step is None:
        raise UsageError("the trace shows no failure whose cause could be tested", hint="say --failed, or what was expected: --expected")
    trial = _laid_out(trace, found, checks, given, passing, bench)
    began = bench.clock()
    replay, made_runs = _replayed(found.step, trial, bench, runs)
    found = replace(found, bill=found.bill + Bill((bill("replay", made_runs, bench.clock() - began),)))
    bench.store.save_report(f"{KIND}:{trace.id}:{found.span_id}", KIND, {"trace_id": trace.id, **contract.replay(replay)}, bench.now())
    made = with_replay(found, replay)
    if replay.proven:  # whoever fixes the trace begins with what is proven
        bench.store.save_report(f"{DIAGNOSIS}:replayed:{trace.id}", DIAGNOSIS, {**contract.diagnosis(made), "notes": []}, bench.now())
    return made


def with_replay(found: Diagnosis, replay: Replay) -> Diagnosis:
    return replace(found, replay=replay, proof=Proof.REPLAYED if replay.proven else Proof.UNPROVEN)


def tested(found: Diagnosis, store: Store) -> Diagnosis:
    """The diagnosis with the test that it was put to earlier, where one is kept of this very step."""
    filed = store.report(f"{KIND}:{found.trace_id}:{found.span_id}") if found.span_id else None
    replay = _restored(filed.body) if filed else None
    return with_replay(found, replay) if replay and replay.step == found.step else found


def _laid_out(
    trace: Trace, found: Diagnosis, checks: Sequence[str], given: Given | None, passing: Sequence[Trace], bench: Workbench
) -> Trial:
    """The scenario in its world, the suspected call, and what should have come of it."""
    suite = scenarios_at(bench.repository, bench.repository.head(), bench.scenarios)
    expect = checks_from(checks)
    shown = (scenario_for(trace, expect, found.expected, fitted(input_of(trace), suite)),) if expect else ()
    scenario = from_trace(trace, found, suite, "", shown).targets[0]
    tools = bench.runner.agent.tools
    good = tuple(passing) or passing_like(trace, bench.store, Right(found.expected, scenario.expect))
    taken = recorded((trace,), tools, bench.hide).world
    world = _wider(scenario.world or taken, recorded((trace, *good), tools, bench.hide).world)
    place = _suspect(trace, found, world, taken)
    right = None if given is None else Substitute(given.result, "what was said should have come of it")
    if right is None and place is not None:
        runs = [recorded((each,), tools, bench.hide).world.calls for each in good]
        known = [Known(calls, scenario.expect, found.category) for calls in runs or [()]]
        right = next((made for each in known if (made := substitute(place, world, each))), None)
    return Trial(replace(scenario, world=world), place, right)


def _wider(world: World, other: World) -> World:
    """With calls that only a run that passed has made: what is cured may well make them."""
    known = [(each.tool, each.arguments) for each in world.calls]
    return replace(world, calls=(*world.calls, *(each for each in other.calls if (each.tool, each.arguments) not in known)))


def _suspect(trace: Trace, found: Diagnosis, world: World, taken: World) -> int | None:
    """Which recorded call the suspected step is; a span around a call of the same tool, or in it, is the same step."""
    near = {found.span_id} | {span.id for span in trace.spans if span.parent_id == found.span_id and span.tool}
    above = next((span for span in trace.spans if span.id == found.span_id), None)
    mine = [each for each in taken.calls if each.span_id == found.span_id]
    mine = mine or [each for each in taken.calls if above and each.tool == above.tool and each.span_id in (*near, above.parent_id)]
    for call in mine:
        for place, each in enumerate(world.calls):
            if each.span_id == call.span_id or (not each.span_id and _same(each, call)):
                return place
    return None


def _same(one: Recording, other: Recording) -> bool:
    return (one.tool, one.arguments, one.result, one.error) == (other.tool, other.arguments, other.result, other.error)


def _replayed(step: int, trial: Trial, bench: Workbench, runs: int) -> tuple[Replay, tuple[Attempt, ...]]:
    """As it was recorded first: what does not fail so cannot be cured."""
    head = bench.repository.head()
    world = trial.scenario.world
    assert world is not None
    with bench.workspace.lease(head) as tree, bench.scratch.open(tree) as running:
        before = _runs(trial.scenario, running, runs, "as it was recorded", bench)
        untold = _unable(before, step, trial)
        if untold or trial.place is None or trial.right is None:
            return _told(step, trial, before, (), f"{untold}, so the diagnosis stays unproven", head), before
        cured = replace(trial.scenario, world=substituted(world, trial.place, trial.right.result))
        after = _runs(cured, running, runs, "with another result at the suspected step", bench)
    return _told(step, trial, before, after, "", head), (*before, *after)


def _runs(scenario: Scenario, running: TreeBench, runs: int, says: str, bench: Workbench) -> tuple[Attempt, ...]:
    bench.say(Event("replay", f"{scenario.id} {says}", total=runs))
    return tuple(running.attempts([(scenario, trial) for trial in range(runs)], bench.say))


def _unable(before: Sequence[Attempt], step: int, trial: Trial) -> str:
    """Why the test cannot be made; empty where it can."""
    counted = [each for each in before if each.counts]
    if not counted:
        return f"the recorded world could not be run: {before[0].says}"
    failed = [each for each in counted if not each.passed]
    if not failed:
        return f"the failure does not show in the recorded world: {len(counted)} of {len(counted)} runs passed"
    if all(each.cause is Cause.WORLD for each in failed):
        return f"the failure does not show in the recorded world, for the agent leaves it: {failed[0].says}"
    if trial.place is None:
        return f"the failure shows, but step {step} is no call that the recording answers"
    if trial.right is None:
        return f"the failure shows, but nobody has said what should have come of step {step} (--step-result JSON, or --passing TRACE)"
    return ""


def _told(step: int, trial: Trial, before: Sequence[Attempt], after: Sequence[Attempt], says: str, commit: str) -> Replay:
    counted, cured = [each for each in before if each.counts], [each for each in after if each.counts]
    without, within = sum(each.passed for each in counted), sum(each.passed for each in cured)
    proven = bool(cured) and not says and chance(within, len(cured), without, len(counted)) <= ALPHA
    right = trial.right if after else None
    return Replay(
        step=step,
        substituted=right.result if right else None,
        source=right.source if right else "",
        cured=within,
        of=len(cured),
        cured_without=without,
        of_without=len(counted),
        interval=clopper_pearson(within, len(cured)) if cured else None,
        interval_without=clopper_pearson(without, len(counted)) if counted else None,
        proven=proven,
        says=says or _said(step, right, within, len(cured), without, len(counted), after, proven=proven),
        commit=commit,
    )


def _said(
    step: int, right: Substitute | None, within: int, of: int, without: int, of_without: int, after: Sequence[Attempt], *, proven: bool
) -> str:
    assert right is not None
    share, other = (_bounds(clopper_pearson(count, total)) for count, total in ((within, of), (without, of_without)))
    says = f"with {right.source} at step {step} the failure was gone in {within} of {of} runs ({share})"
    says += f", as recorded in {without} of {of_without} ({other})"
    if proven:
        return says
    beyond = outside(call for each in after for call in each.replayed or ())
    return f"{says}: that proves nothing{f' ({beyond})' if beyond else ''}"


def _bounds(interval: Interval) -> str:
    return f"95 %: {interval.low:.2f} to {interval.high:.2f}"


def chance(within: int, of: int, without: int, of_without: int) -> float:
    """How likely so many of the cured runs would be with the substitute if it made no difference (Fisher's exact test, one side)."""
    cured, total = within + without, of + of_without
    return sum(comb(of, each) * comb(of_without, cured - each) for each in range(within, min(of, cured) + 1)) / comb(total, cured)


def _restored(body: object) -> Replay | None:
    """A kept replay; None when it is not one."""
    match body:
        case {
            "step": int(step),
            "substituted": result,
            "source": str(source),
            "cured": int(cured),
            "of": int(of),
            "without": {"cured": int(without), "of": int(of_without)},
            "proven": bool(proven),
            "says": str(says),
            "commit": str(commit),
        }:
            bounds = clopper_pearson(cured, of) if of else None
            other = clopper_pearson(without, of_without) if of_without else None
            return Replay(step, result, source, cured, of, without, of_without, bounds, other, proven, says, commit)
    return None
