"""How an attempt ended, in one sentence with a cause; and the verdict of the scenario's checks on it."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import replace

from adapters.trace import Json, Trace
from refinery.domain import AgentSpec, Attempt, Cause, CheckResult, Scenario
from refinery.suite import checks
from refinery.suite.outcome import NotJson, Outcome, shortened
from refinery.suite.pool import Ended, Unstarted, Why
from refinery.suite.rubrics import Rubrics

ELSEWHERE = "ImportError: ELSEWHERE "


def judged(scenario: Scenario, trial: int, outcome: Outcome, rubrics: Rubrics | None = None) -> Attempt:
    """The outcome as an attempt: it passed when every check did, or as many as the scenario's threshold asks for."""
    outcome = _readable(scenario, outcome)
    used = outcome.used
    sitting = rubrics.sitting(scenario.input) if rubrics else None
    ask = sitting.rule if sitting else checks.no_judge
    results = checks.judge(scenario, outcome, ask=ask) if outcome.cause is None else ()
    cause, says = (outcome.cause, outcome.says) if outcome.cause else _cause(scenario, results)
    return Attempt(
        scenario=scenario.id,
        trial=trial,
        passed=cause is None,
        checks=results,
        cause=cause,
        says=says,
        output=outcome.output,
        error=outcome.error,
        calls=outcome.calls,
        latency_s=outcome.latency_s,
        cost_usd=outcome.cost_usd,
        trace_id=outcome.trace.id if outcome.trace else None,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        recorded=outcome.recorded,
        void=outcome.void,
        replayed=outcome.replayed,
        judging=sitting.judging() if sitting else None,
    )


def _readable(scenario: Scenario, outcome: Outcome) -> Outcome:
    """An answer that is not JSON has failed where a check needs JSON."""
    if outcome.cause is not None or not checks.needs_json(scenario.expect):
        return outcome
    try:
        outcome.value()
    except NotJson as error:
        says = f"the answer is not JSON, which the checks need: {shortened(outcome.output)!r} ({error}){_logs(outcome.output)}"
        return replace(outcome, cause=Cause.OUTPUT, says=says)
    return outcome


def _logs(output: str) -> str:
    """A frequent mistake, and the way out of it."""
    last = output.strip().rpartition("\n")[2]
    try:
        Outcome(last).value()
    except NotJson:
        return ""
    return "; its last line is: write logs to stderr" if last != output.strip() else ""


def _cause(scenario: Scenario, results: tuple[CheckResult, ...]) -> tuple[Cause | None, str]:
    wrong = [result for result in results if not result.passed and result.measured]
    unknown = [result for result in results if not result.measured]
    if scenario.threshold is not None:
        if _enough(scenario, results, scenario.threshold, unknown_is=False):
            return None, ""
        if _enough(scenario, results, scenario.threshold, unknown_is=True):
            wrong = []  # what is not measured decides
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        return Cause.CHECKS, f"{wrong[0].check}: {wrong[0].says}{more}"
    if unknown:
        return Cause.JUDGE, f"{unknown[0].check} is {unknown[0].says}; the attempt counts neither as passed nor as failed"
    return None, ""


def _enough(scenario: Scenario, results: tuple[CheckResult, ...], threshold: float, unknown_is: bool) -> bool:
    """Whether the checks that are met carry the threshold, and all that are required are among them."""
    met = [result.passed if result.measured else unknown_is for result in results]
    if not all(passed for each, passed in zip(scenario.expect, met, strict=True) if each.required):
        return False
    weight = sum(each.weight for each, passed in zip(scenario.expect, met, strict=True) if passed)
    return weight >= threshold * sum(each.weight for each in scenario.expect) - 1e-9


def from_slot(ended: Ended, agent: AgentSpec, trace: Trace | None, lines: Mapping[str, frozenset[int]] | None) -> Outcome:
    """What a slot left behind, whichever way it ran the agent."""
    stderr = ended.stderr.decode("utf-8", "replace")
    result = ended.result
    latency = _seconds(result, agent)

    def bad(cause: Cause, says: str, error: str = "") -> Outcome:
        output = ended.stdout.decode("utf-8", "replace") if agent.command else ""
        return Outcome(output[:100_000], error or stderr, cause, says, latency, trace, lines)

    match ended.why:
        case Why.TIMEOUT:
            return bad(Cause.TIMEOUT, f"the agent did not answer within {agent.timeout_s:g} s and was ended")
        case Why.FLOOD:
            return bad(Cause.OUTPUT, "the agent wrote without end, far more than an answer, and was ended")
        case Why.HALTED:
            return bad(Cause.INFRASTRUCTURE, "the run was interrupted")
        case Why.LOST:
            return bad(Cause.INFRASTRUCTURE, "the process that runs the agents is gone; something killed it")
    if "no_slot" in result:
        return bad(Cause.INFRASTRUCTURE, f"no process could be started: {result['no_slot']}")
    if "cannot_start" in result:
        return bad(Cause.INFRASTRUCTURE, f"{agent.command[0]} cannot be started: {result['cannot_start']}")
    if "unworldly" in result:
        why = f"HTTP tools cannot be answered behind these walls ({result['unworldly']}): set network = true, or install bubblewrap"
        return bad(Cause.INFRASTRUCTURE, f"the recorded world could not be put in place: {why}")
    if "flood" in result:
        return bad(Cause.OUTPUT, "the answer is far too large")
    if "failed" in result:
        return _raised(result, bad(Cause.EXIT, "", str(result["failed"])))
    status = result.get("status", ended.status)
    code = os.waitstatus_to_exitcode(status) if isinstance(status, int) else 0
    if code < 0:
        return bad(Cause.SIGNAL, f"the agent was killed by {_named(-code)}")
    if "answer" in result:
        return Outcome(str(result["answer"]), stderr, None, "", latency, trace, lines)
    if code or agent.python:
        last = f": {shortened(_last(stderr))}" if stderr.strip() else ""
        return bad(Cause.EXIT, f"the agent ended with exit status {code}{last}")
    return _printed(ended.stdout, stderr, latency, trace, lines)


def _printed(stdout: bytes, stderr: str, latency: float, trace: Trace | None, lines: Mapping[str, frozenset[int]] | None) -> Outcome:
    try:
        text = stdout.decode("utf-8")
    except UnicodeDecodeError as error:
        says = f"what the agent wrote to stdout is not text in UTF-8 (byte {error.start})"
        return Outcome(stdout.decode("utf-8", "replace"), stderr, Cause.OUTPUT, says, latency, trace, lines)
    if not text.strip():
        return Outcome(text, stderr, Cause.OUTPUT, "the agent wrote no answer to stdout", latency, trace, lines)
    return Outcome(text.removesuffix("\n"), stderr, None, "", latency, trace, lines)


def _raised(result: Mapping[str, Json], bad: Outcome) -> Outcome:
    if result.get("unspeakable"):
        cause, says = Cause.OUTPUT, f"the agent's answer cannot be read: {shortened(_last(bad.error).partition(': ')[2])}"
    else:
        cause, says = Cause.EXIT, f"the agent raised {shortened(_last(bad.error))}"
    return Outcome(bad.output, bad.error, cause, says, bad.latency_s, bad.trace, bad.lines)


def unstarted(fault: Unstarted, agent: AgentSpec) -> Outcome:
    """Why not one attempt could be made."""
    if not fault.imported:
        return Outcome(error=fault.error, cause=Cause.INFRASTRUCTURE, says=fault.says)
    if fault.says.startswith(ELSEWHERE):
        return Outcome(error=fault.error, cause=Cause.INFRASTRUCTURE, says=fault.says.removeprefix(ELSEWHERE))
    cause = Cause.TIMEOUT if fault.why is Why.TIMEOUT else Cause.EXIT
    return Outcome(error=fault.error, cause=cause, says=f"{agent.python} could not be imported: {fault.says}")


def _seconds(result: Mapping[str, Json], agent: AgentSpec) -> float:
    seconds = result.get("seconds")
    return float(seconds) if isinstance(seconds, int | float) else agent.timeout_s if result.get("late") else 0.0


def _last(text: str) -> str:
    return text.strip().rpartition("\n")[2].strip()


def _named(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    return f"{name} (the system may have run out of memory)" if name == "SIGKILL" else name
