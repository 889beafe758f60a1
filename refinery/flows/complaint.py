"""Who complains about what: a failing trace becomes scenarios that show the failure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from adapters.trace import Failure, Json, Kind, Span, Status, Trace
from refinery.domain import Attempt, Complaint, Diagnosis, Expectation, Scenario
from refinery.errors import ConfigError, UsageError
from refinery.flows.fitting import fitted
from refinery.signals.stacks import raised
from refinery.suite.names import slug
from refinery.suite.scenarios import load
from refinery.suite.writing import check
from safety.globs import matches

WILD = re.compile(r"[*?\[]")


def from_trace(
    trace: Trace, diagnosis: Diagnosis, suite: Sequence[Scenario], says: str = "", shown_by: Sequence[Scenario] = ()
) -> Complaint:
    """The complaint that a trace makes.

    Its targets are the scenarios that somebody wrote for it (`shown_by`), else those of the suite with the same input, else, when
    the run died of an exception, a new one that asks for an answer without an error. Raises UsageError when nobody has said what is right.
    """
    if shown_by:
        known = {scenario.id: scenario for scenario in suite}
        return Complaint(trace, tuple(known.get(each.id, each) for each in shown_by), says, fresh=tuple(_unknown(shown_by, suite)))
    asked = fitted(input_of(trace), suite)
    same = tuple(scenario for scenario in suite if canonical(scenario.input) == canonical(asked))
    if same:
        return Complaint(trace, same, says)
    if diagnosis.found and any(span.failed and span.failure for span in _roots(trace)):
        scenario = scenario_for(trace, (Expectation("no-error", True),), says or "the agent answers without an error", asked)
        return Complaint(trace, (scenario,), says, fresh=(scenario,))
    raise UsageError(
        f"nobody has said what should have happened in trace {trace.id[:12]}",
        hint="say it: --expect 'contains: \"EUR\"' (any check, as often as you like), or write a scenario with the same input",
    )


def from_suite(failing: Sequence[tuple[Scenario, Trace]]) -> Complaint:
    """The complaint of a suite: scenarios that fail, of whatever cause; the first one's trace stands for them."""
    return Complaint(failing[0][1], tuple(scenario for scenario, _ in failing), whole=len(failing) == 1)


def scenario_for(trace: Trace, expect: tuple[Expectation, ...], says: str, given: Json = None, name: str = "") -> Scenario:
    """A regression scenario: the trace's input, or a neighbour that the expert named, with what should come out.

    Its id is made of both: what is said about the same input at another time is another scenario.
    """
    asked = input_of(trace) if given is None else given
    wanted: list[Json] = [check(each) for each in expect]
    mark = hashlib.sha256(canonical([asked, wanted]).encode()).hexdigest()[:6]
    words = slug(name or says or trace.task or trace.name or "regression")
    return Scenario(id=f"{words}-{mark}", input=asked, expect=expect, assumption=says)


def checks_from(texts: Sequence[str]) -> tuple[Expectation, ...]:
    """Checks as they are typed at a command line, each as it would stand in a scenario. Raises UsageError."""
    if not texts:
        return ()
    body = "- id: typed\n  input: {}\n  expect:\n" + "".join(f"    - {text}\n" for text in texts)
    try:
        return load({"--expect": body}.get, ["--expect"])[0].expect
    except ConfigError as error:
        raise UsageError(str(error), hint=error.hint or "write it as in a scenario: --expect 'contains: \"EUR\"'") from error


def input_of(trace: Trace) -> Json:
    """What the agent was given: the root's input, parsed where it is JSON, else the task. Raises UsageError when there is none."""
    texts = [span.input for span in _roots(trace)] + [trace.task]
    text = next((text for text in texts if text.strip()), "")
    if not text:
        raise UsageError(f"trace {trace.id[:12]} does not hold the input of its run", hint="record it as `input.value` on the root span")
    try:
        parsed: Json = json.loads(text)
    except ValueError:
        return text
    return parsed


def home_for(scenario: Scenario, patterns: Sequence[str]) -> str:
    """Where a regression scenario is written, so that the suite finds it there. Raises ConfigError when no pattern lets a new file in."""
    for pattern in patterns:
        *folders, last = pattern.split("/")
        top = "".join(f"{folder}/" for folder in takewhile(lambda folder: not WILD.search(folder), folders))
        name = last.replace("*", scenario.id) if "*" in last and "**" not in last else f"{scenario.id}.yaml"
        for path in (f"{top}regressions/{name}", f"{top}{name}"):
            if not WILD.search(path) and matches(path, pattern):
                return path
    raise ConfigError(
        f"no pattern of the suite ({', '.join(patterns)}) takes in a new file, which a regression scenario would be",
        hint='add one under [suite] in refinery.toml, such as scenarios = ["scenarios/**/*.yaml"]',
    )


def trace_of(attempt: Attempt, scenario: Scenario) -> Trace:
    """A trace of one span made from an attempt, for agents that send no spans."""
    last = attempt.error.strip().splitlines()[-1] if attempt.error.strip() else ""
    kind, _, message = last.partition(":")
    if told := raised(attempt.error):
        kind, message = told.type, told.message
    failure = Failure(kind.strip(), message.strip() or attempt.says, attempt.error) if attempt.error else None
    unmet = "\n".join(check.says for check in attempt.checks if not check.passed)
    mark = hashlib.sha256(f"{scenario.id}\0{attempt.output}\0{attempt.error}".encode()).hexdigest()[:32]
    span = Span(
        id=mark[:16],
        name=scenario.id,
        kind=Kind.AGENT,
        input=canonical(scenario.input),
        output=attempt.output,
        failure=failure,
        status=Status.ERROR if failure else Status.UNSET,
        attributes={"refinery.scenario": scenario.id, **({"refinery.unmet": unmet} if unmet else {})},
    )
    return Trace(id=mark, spans=(span,), name=scenario.id, source="suite", task=canonical(scenario.input))


def named(trace: Trace, scenario: Scenario) -> Trace:
    """The trace with the scenario it was recorded for."""
    return replace(trace, attributes={**trace.attributes, "refinery.scenario": scenario.id})


def canonical(value: Json) -> str:
    """JSON that is the same for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _roots(trace: Trace) -> tuple[Span, ...]:
    return trace.children().get(None, ())


def _unknown(scenarios: Sequence[Scenario], suite: Sequence[Scenario]) -> list[Scenario]:
    known = {scenario.id for scenario in suite}
    return [scenario for scenario in scenarios if scenario.id not in known]
