"""All kinds of checks by name, and how a scenario's checks judge one outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from adapters.trace import Json
from refinery.domain import CheckResult, Expectation, Scenario
from refinery.suite.checks import expression
from refinery.suite.checks.conduct import CONDUCT
from refinery.suite.checks.ruling import PASSED, Kind, Ruling, failed, unmeasured
from refinery.suite.checks.structure import STRUCTURE
from refinery.suite.checks.text import TEXT
from refinery.suite.outcome import Outcome, compact, shortened

PYTHON, RUBRIC = "python", "llm-rubric"
AskJudge = Callable[[str, str], Ruling]
"""Whether an answer meets a rubric, as a judge sees it: given the rubric and the answer."""
SETTLED = "another check has failed already, so the judge was not asked"


def _rubric_problem(value: Json) -> str:
    return "" if isinstance(value, str) and value.strip() else "it takes the rubric, as a text"


def no_judge(_: str, __: str) -> Ruling:
    """Without a model nothing can be said of a rubric."""
    return unmeasured("no model")


def _elsewhere(_: Json, __: Outcome) -> Ruling:
    return unmeasured("it is evaluated elsewhere")


VOCABULARY: dict[str, Kind] = {
    **TEXT,
    **STRUCTURE,
    **CONDUCT,
    RUBRIC: Kind(_rubric_problem, _elsewhere),
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


def judge(
    scenario: Scenario, outcome: Outcome, evaluate: expression.Evaluate = expression.evaluate, ask: AskJudge = no_judge
) -> tuple[CheckResult, ...]:
    """Every check of the scenario, in its order; all are made, so that one can see what else is wrong.

    But for rubrics, since a judge costs money: where all checks have to be met, it is asked only about what the others let pass.
    """
    expressions = tuple(str(each.value) for each in scenario.expect if each.kind == PYTHON)
    evaluated = iter(evaluate(expressions, outcome, scenario.input)) if expressions else iter(())
    made = {place: _ruling(each, outcome, evaluated) for place, each in enumerate(scenario.expect) if each.kind != RUBRIC}
    for place, each in enumerate(scenario.expect):
        if each.kind == RUBRIC:
            lost = scenario.threshold is None and any(ruling.measured and not ruling.passed for ruling in made.values())
            made[place] = unmeasured(SETTLED) if lost else _negated(each, ask(str(each.value), outcome.output), outcome)
    return tuple(_result(each, made[place]) for place, each in enumerate(scenario.expect))


def _ruling(expectation: Expectation, outcome: Outcome, evaluated: Iterator[Ruling]) -> Ruling:
    ruling = next(evaluated) if expectation.kind == PYTHON else VOCABULARY[expectation.kind].rule(expectation.value, outcome)
    return _negated(expectation, ruling, outcome)


def _negated(expectation: Expectation, ruling: Ruling, outcome: Outcome) -> Ruling:
    return _turned(ruling, outcome) if expectation.negated else ruling


def _result(expectation: Expectation, ruling: Ruling) -> CheckResult:
    return CheckResult(f"{expectation.name}: {shortened(compact(expectation.value), 80)}", ruling.passed, ruling.says, ruling.measured)


def _turned(ruling: Ruling, outcome: Outcome) -> Ruling:
    """What is not measured stays so."""
    if not ruling.measured:
        return ruling
    return failed(f"that is so, and should not be; the answer is {shortened(outcome.output)!r}") if ruling.passed else PASSED
