from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.trace import Json
from refinery.domain import Expectation, Scenario
from refinery.errors import ConfigError
from refinery.suite.scenarios import load
from refinery.suite.writing import write

GOOD = """\
- id: price-in-the-customers-currency
  capability: quotes prices
  assumption: the customer's currency is known
  input: {question: "What does the Pro plan cost?", customer: {country: NO, since: 2024-01-31, at: 12:30, vip: true, n: 3}}
  expect:
    - contains: "EUR"
    - tool-called: {name: lookup_price, args: {currency: EUR}}
    - max-latency: 2s
    - llm-rubric: states the currency explicitly
  tags: [billing]
  trials: 4
- id: second
  input: hello
  expect:
    - equals: hello
"""


def read(**files: str) -> tuple[Scenario, ...]:
    return load(files.get, list(files))


def test_a_file_in_the_form_of_the_design_is_read() -> None:
    first, second = read(a=GOOD)
    assert first.id == "price-in-the-customers-currency"
    assert first.trials == 4
    assert first.tags == ("billing",)
    assert first.expect[1] == Expectation("tool-called", {"name": "lookup_price", "args": {"currency": "EUR"}}, 7)
    assert (second.path, second.line, second.input) == ("a", 12, "hello")


def test_norway_dates_and_times_of_day_stay_text() -> None:
    (first, _) = read(a=GOOD)
    assert isinstance(first.input, dict)
    assert first.input["customer"] == {"country": "NO", "since": "2024-01-31", "at": "12:30", "vip": True, "n": 3}


def test_anchors_and_merges_are_unfolded() -> None:
    text = "- id: a\n  input: {x: &x {k: 1, l: 2}, y: {<<: *x, k: 3}}\n  expect: [{no-error: true}]\n"
    assert read(a=text)[0].input == {"x": {"k": 1, "l": 2}, "y": {"k": 3, "l": 2}}


@pytest.mark.parametrize(
    ("text", "line", "says", "hint"),
    [
        ("- id: a\n  input: [\n", 3, "not YAML", ""),
        ("- id: a\n  input: 1\n  expects: []\n", 3, "no key `expects`", "`expect`"),
        ("- id: a\n  input: 1\n  expect:\n    - contain: x\n", 4, "no check `contain`", "`contains`"),
        ("- id: a\n  input: 1\n  expect:\n    - contains: x\n      regex: y\n", 4, "one key", ""),
        ("- id: a\n  input: 1\n  expect:\n    - contains\n", 4, "one key", ""),
        ("- id: a\n  input: 1\n  expect:\n    - regex: '('\n", 4, "not a regular expression", ""),
        ("- id: a\n  input: 1\n  expect: []\n", 3, "always pass", "no-error"),
        ("- id: a\n  input: 1\n  expect:\n    - max-latency: soon\n", 4, "duration", ""),
        ("- id: a\n  input: 1\n  expect:\n    - python: 'out ['\n", 4, "not a Python expression", ""),
        ("- id: a\n  input: 1\n  expect:\n    - json-path: {path: $.a, equal: 1}\n", 4, "does not know `equal`", ""),
        ("- id: a\n  input: 1\n  expect:\n    - tool-called: {name: t, arg: {}}\n", 4, "does not know `arg`", ""),
        ("- id: a\n  id: b\n", 2, "twice", ""),
        ("- id: a\n  expect: [{no-error: true}]\n", 1, "no `input`", ""),
        ("- input: 1\n  expect: [{no-error: true}]\n", 1, "no id", ""),
        ("- id: a\n  input: .inf\n  expect: [{no-error: true}]\n- id: b\n", 4, "no `input`", ""),
        ("- id: a\n  input: !!binary aGk=\n  expect: [{no-error: true}]\n", 2, "cannot be said in JSON", ""),
        ("- id: a\n  input: &a [*a]\n  expect: [{no-error: true}]\n", 2, "alias", ""),
        ("- id: a\n  input: 1\n  expect: [{no-error: true}]\n  trials: 0\n", 4, "from 1 on", ""),
        ("- id: a\n  input: 1\n  expect: [{no-error: true}]\n  timeout: soon\n", 4, "how long one attempt may take", "500ms"),
        ("- id: a\n  input: 1\n  expect: [{no-error: true}]\n  timeout: 0\n", 4, "how long one attempt may take", ""),
        ("- id: a\n  input: 1\n  expect: [{no-error: true}]\n  max_cost: much\n", 4, "US dollars", "0.05"),
        ("- id: a\n  input: 1\n  expect: [{no-error: true}]\n  retries: -1\n", 4, "from 0 on", ""),
        ("defaults:\n  retries: 11\nscenarios:\n- id: a\n  input: 1\n  expect: [{no-error: true}]\n", 2, "at most 10", ""),
        ("hello", 1, "list of scenarios", ""),
    ],
)
def test_a_mistake_is_named_by_file_and_line(text: str, line: int, says: str, hint: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(**{"scenarios/a.yaml": text})
    assert str(raised.value).startswith(f"scenarios/a.yaml:{line}: ")
    assert says in str(raised.value)
    assert hint in raised.value.hint


def test_two_scenarios_with_one_id_are_refused_with_both_places() -> None:
    with pytest.raises(ConfigError, match=r"b:1: .* at a:12"):
        read(a=GOOD, b="- id: second\n  input: 1\n  expect: [{no-error: true}]\n")


def test_aliases_that_unfold_without_end_are_refused() -> None:
    rows = ["- id: a", "  input:", "    a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"    a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError, match="unfolds"):
        read(a="\n".join([*rows, "  expect: [{no-error: true}]"]))


def test_limits_of_a_file_hold_unless_the_scenario_has_its_own() -> None:
    text = (
        "defaults: {timeout: 2m, max_cost: $0.10, retries: 3, trials: 7}\n"
        "scenarios:\n- id: a\n  input: 1\n  expect: [{no-error: true}]\n"
        "- id: b\n  input: 1\n  expect: [{no-error: true}]\n  timeout: 500ms\n  max_cost: 0\n  retries: 0\n  trials: 1\n"
    )
    a, b = read(a=text)
    assert (a.timeout_s, a.max_cost, a.retries, a.trials) == (120.0, 0.1, 3, 7)
    assert (b.timeout_s, b.max_cost, b.retries, b.trials) == (0.5, 0.0, 0, 1)
    (again,) = read(a=write(b))
    assert (again.timeout_s, again.max_cost, again.retries) == (0.5, 0.0, 0)


def test_an_empty_file_holds_no_scenario() -> None:
    assert read(a="", b="# nothing yet\n") == ()


def test_a_written_scenario_reads_well(tmp_path: Path) -> None:
    made = Scenario("a", {"question": "two\nlines", "country": "NO"}, (Expectation("contains", "EUR"),), tags=("x",))
    assert write(made) == (
        "- id: a\n  input:\n    question: |-\n      two\n      lines\n    country: 'NO'\n  expect:\n    - contains: EUR\n  tags:\n    - x\n"
    )


letters = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | letters,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(letters, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_what_was_written_is_read_again_as_it_was(value: Json) -> None:
    expect = (Expectation("equals", value, negated=True), Expectation("contains", "x", weight=2.5, required=True))
    made = Scenario("a", value, expect, capability="c: d", assumption="yes", threshold=0.5)
    (found,) = read(a=write(made))
    assert [replace(each, line=0) for each in found.expect] == [*expect]
    assert found.threshold == 0.5
    assert (found.input, found.expect[0].value, found.capability, found.assumption) == (value, value, "c: d", "yes")
