"""The reliability of an agent in five dimensions, each a share with its interval, from attempts and their traces."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from adapters.trace import Trace
from refinery import stats
from refinery.domain import WEIGHTS, Attempt, Cause, CheckResult, Interval, Measure, Reliability, Scenario, ScenarioResult
from refinery.suite import checks

CONDUCT = ("tool-called", "no-tool")
LIMITS = ("max-latency", "max-cost", "max-steps")
NO_ANSWER = (Cause.EXIT, Cause.SIGNAL, Cause.TIMEOUT, Cause.OUTPUT, Cause.BUDGET)


def reliability(scenarios: Sequence[Scenario], attempts: Sequence[Attempt], traces: Sequence[Trace] = ()) -> Reliability:
    """Five shares and their weighted mean, over the attempts that count (not those in which the machine or the judge failed).

    - tool execution: of the tool calls that were seen and the expectations on calls (`tool-called`, `no-tool`), those that
      succeeded or were met.
    - response quality: of the checks on answers (all that are neither on calls nor limits), those that passed. An attempt
      without an answer fails all of its scenario's.
    - error handling: of the attempts in which a tool call failed or a step ended in an error, those that passed all the same.
    - performance: of the limits that scenarios set (`max-latency`, `max-cost`, `max-steps`), those that were kept. A time-out
      keeps none, nor does an attempt that was stopped for its cost.
    - completeness: of all attempts, those that brought a complete answer.

    What was never observed has no value, and the others' weights are scaled up to make a whole. The intervals are about situations
    like those of the scenarios (see `interval`). The mean's interval adds the halves of theirs in quadrature, below and above apart
    (as Newcombe's does), as if the dimensions were independent.
    """
    by_id = {scenario.id: scenario for scenario in scenarios}
    by_trace = {trace.id: trace for trace in traces}
    counted = [attempt for attempt in attempts if attempt.counts and attempt.scenario in by_id]

    def measured(seen: Callable[[Attempt], Sequence[bool]]) -> Measure:
        groups: dict[str, list[bool]] = {}
        for each in counted:
            groups.setdefault(each.scenario, []).extend(seen(each))
        return _measure([group for group in groups.values() if group])

    measures = {
        "tool_execution": measured(_tools),
        "response_quality": measured(lambda each: _answers(each, by_id[each.scenario])),
        "error_handling": measured(lambda each: [each.passed] if _met_error(each, by_trace) else []),
        "performance": measured(lambda each: _limits(each, by_id[each.scenario])),
        "completeness": measured(lambda each: [each.cause not in NO_ANSWER]),
    }
    return Reliability(overall=_overall(measures), **measures)


def interval(groups: Sequence[Sequence[bool]]) -> Interval:
    """The 95 % interval of a share that was observed several times in each of some situations.

    Runs of one scenario resemble each other: an agent that always answers the same tells nothing new the fifth time. So the observations
    count for as many independent ones as their spread between scenarios allows (Kish's design effect, from the linearised variance of
    a ratio), in Wilson's interval. Where all are alike, there is no spread to go by, and each scenario counts for one.
    """
    total, passed = sum(len(group) for group in groups), sum(sum(group) for group in groups)
    share, many = passed / total, len(groups)
    if many == 1 or passed in (0, total):
        worth = float(many)
    else:
        between = many / (many - 1) * sum((sum(group) - share * len(group)) ** 2 for group in groups) / total**2
        worth = min(total, share * (1 - share) / between) if between else float(total)
    return stats.wilson(share * worth, worth)


def pass_all(results: Sequence[ScenarioResult]) -> tuple[float, ...]:
    """pass^k for every k up to the fewest runs that count of a scenario: the mean, over scenarios, of `stats.all_of`."""
    counted = [[attempt for attempt in result.attempts if attempt.counts] for result in results]
    most = min((len(each) for each in counted), default=0)
    shares = [[stats.all_of(sum(attempt.passed for attempt in each), len(each), k) or 0.0 for each in counted] for k in range(1, most + 1)]
    return tuple(sum(each) / len(each) for each in shares)


def _tools(attempt: Attempt) -> list[bool]:
    calls = [not call.failed for call in attempt.calls]
    return calls + [check.passed for check in attempt.checks if check.measured and _kind(check) in CONDUCT]


def _answers(attempt: Attempt, scenario: Scenario) -> list[bool]:
    if attempt.cause in NO_ANSWER:
        return [False for each in scenario.expect if _on_answers(each.kind)]
    return [check.passed for check in attempt.checks if check.measured and _on_answers(_kind(check))]


def _limits(attempt: Attempt, scenario: Scenario) -> list[bool]:
    if attempt.cause in (Cause.TIMEOUT, Cause.BUDGET):
        return [False for each in scenario.expect if each.kind in LIMITS]
    return [check.passed for check in attempt.checks if check.measured and _kind(check) in LIMITS]


def _on_answers(kind: str) -> bool:
    return kind not in CONDUCT and kind not in LIMITS


def _met_error(attempt: Attempt, traces: Mapping[str, Trace]) -> bool:
    trace = traces.get(attempt.trace_id or "")
    return any(call.failed for call in attempt.calls) or (trace is not None and trace.failed)


def _kind(check: CheckResult) -> str:
    name = check.check.partition(":")[0]
    return name.removeprefix("not-") if name not in checks.kinds() else name


def _measure(groups: Sequence[Sequence[bool]]) -> Measure:
    """Observations by scenario as a share of all."""
    total = sum(len(group) for group in groups)
    if not total:
        return Measure(None, None, 0)
    return Measure(sum(sum(group) for group in groups) / total, interval(groups), total)


def _overall(measures: Mapping[str, Measure]) -> Measure:
    known = [(WEIGHTS[name], each) for name, each in measures.items()]
    observed = [(weight, each.value, each.interval) for weight, each in known if each.value is not None and each.interval is not None]
    if not observed:
        return Measure(None, None, 0)
    whole = sum(weight for weight, _, _ in observed)
    value = sum(weight * share for weight, share, _ in observed) / whole
    below = math.sqrt(sum((weight * (share - interval.low)) ** 2 for weight, share, interval in observed)) / whole
    above = math.sqrt(sum((weight * (interval.high - share)) ** 2 for weight, share, interval in observed)) / whole
    observations = sum(each.observations for each in measures.values())
    return Measure(value, Interval(max(0.0, value - below), min(1.0, value + above)), observations)
