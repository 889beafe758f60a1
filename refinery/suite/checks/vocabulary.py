"""All kinds of checks by name, and how a scenario's checks judge one outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from adapters.trace import Json
from refinery.domain import CheckResult, Expectation, Scenario
from refinery.suite.checks import expression
from refinery.suite.checks.conduct import CONDUCT
from refinery.suite.checks.ruling import PASSED, Kind, Ruling, failed, unmeasured
from refinery.suite.checks.structure import STRUCTURE
from refinery.suite.checks.text import TEXT
from refinery.suite.outcome import Outcome, compact, shortened

PYTHON = "python"


def _rubric_problem(value: Json) -> str:
    return "" if isinstance(value, str) and value.strip() else "it takes the rubric, as a text"


def _no_judge(_: Json, __: Outcome) -> Ruling:
    return unmeasured("no model")


def _elsewhere(_: Json, __: Outcome) -> Ruling:
    return unmeasured("it is evaluated in a process of its own")


VOCABULARY: dict[str, Kind] = {
    **TEXT,
    **STRUCTURE,
    **CONDUCT,
    "llm-rubric": Kind(_rubric_problem, _no_judge),
    PYTHON: Kind(expression.problem, _elsewhere),
}


def kinds() -> tuple[str, ...]:
    """Every word of the vocabulary."""
    return tuple(VOCABULARY)


def problem(kind: str, value: Json) -> str:
    """What is wrong with a check as it was written; empty when nothing is. The kind must be known."""
    return VOCABULARY[kind].problem(value)


def needs_json(expectations: Iterable[Expectation]) -> bool:
    """Whether a scenario can only be judged when the answer is JSON."""
    return any(VOCABULARY[each.kind].needs_json and not _welcomes_text(each) for each in expectations)


def _welcomes_text(expectation: Expectation) -> bool:
    return expectation.kind == "is-json" and (expectation.value is False) != expectation.negated


def needs_spans(scenario: Scenario) -> bool:
    """Whether a check of the scenario looks at how the agent went about it, and not at the answer alone."""
    return any((each.kind in CONDUCT and each.kind != "max-latency") or each.kind == PYTHON for each in scenario.expect)


def judge(scenario: Scenario, outcome: Outcome, evaluate: expression.Evaluate = expression.evaluate) -> tuple[CheckResult, ...]:
    """Every check of the scenario, in its order; all are made, so that one can see what else is wrong."""
    expressions = tuple(str(each.value) for each in scenario.expect if each.kind == PYTHON)
    evaluated = iter(evaluate(expressions, outcome, scenario.input)) if expressions else iter(())
    return tuple(_result(each, outcome, evaluated) for each in scenario.expect)


def _result(expectation: Expectation, outcome: Outcome, evaluated: Iterator[Ruling]) -> CheckResult:
    rule = VOCABULARY[expectation.kind].rule
    ruling = next(evaluated) if expectation.kind == PYTHON else rule(expectation.value, outcome)
    if expectation.negated:
        ruling = _turned(ruling, outcome)
    return CheckResult(f"{expectation.name}: {shortened(compact(expectation.value), 80)}", ruling.passed, ruling.says, ruling.measured)


def _turned(ruling: Ruling, outcome: Outcome) -> Ruling:
    """What is not measured stays so."""
    if not ruling.measured:
        return ruling
    return failed(f"that is so, and should not be; the answer is {shortened(outcome.output)!r}") if ruling.passed else PASSED
