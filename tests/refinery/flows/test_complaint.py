"""From a trace to the scenarios that show its failure."""

from __future__ import annotations

import pytest

from adapters.trace import Kind, Span, Trace
from refinery.domain import Expectation
from refinery.errors import ConfigError
from refinery.flows.complaint import home_for, scenario_for
from tests.fakes.bench import scenario

TRACE = Trace("t", (Span("a", "answer", Kind.AGENT, input='{"plan": "pro"}'),))
EURO, POUND = (Expectation("contains", "EUR"),), (Expectation("contains", "GBP"),)


def test_what_is_said_later_about_the_same_input_is_another_scenario() -> None:
    first, again, other = (scenario_for(TRACE, expect, "the currency") for expect in (EURO, EURO, POUND))
    assert first == again
    assert first.id != other.id


@pytest.mark.parametrize(
    ("pattern", "home"),
    [
        ("scenarios/**/*.yaml", "scenarios/regressions/x.yaml"),
        ("scenarios/**/*.yml", "scenarios/regressions/x.yml"),
        ("scenarios/*.yaml", "scenarios/x.yaml"),
        ("evals/**", "evals/regressions/x.yaml"),
        ("**/*.scenario.yaml", "regressions/x.scenario.yaml"),
        ("evals/v?/*.yaml", None),
        ("evals/all.yaml", None),
    ],
)
def test_a_regression_scenario_is_written_where_the_suite_looks(pattern: str, home: str | None) -> None:
    if home is not None:
        assert home_for(scenario("x"), ["evals/all.yaml", pattern]) == home
        return
    with pytest.raises(ConfigError, match="takes in a new file") as caught:
        home_for(scenario("x"), [pattern])
    assert caught.value.hint
