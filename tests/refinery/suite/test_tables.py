"""Scenario files with variables, tables of cases, defaults and includes."""

from __future__ import annotations

import pytest

from refinery.domain import Expectation, Scenario
from refinery.errors import ConfigError
from refinery.suite.scenarios import load

TABLE = """\
variables: {plan: Pro}
scenarios:
  - id: price
    input: {question: "What does {{ plan }} cost?", country: "{{country}}", seats: "{{seats}}"}
    expect:
      - contains: "{{currency}}"
    cases:
      - {country: DE, currency: EUR, seats: 3}
      - {country: US, currency: USD, seats: 1}
"""


def read(*paths: str, **files: str) -> tuple[Scenario, ...]:
    named = {name.replace("__", "/") + (".csv" if name.endswith("rows") else ".yaml"): text for name, text in files.items()}
    return load(named.get, paths or list(named))


def test_a_table_makes_one_scenario_of_each_row() -> None:
    first, second = read(a=TABLE)
    assert (first.id, second.id) == ("price-1", "price-2")
    assert first.input == {"question": "What does Pro cost?", "country": "DE", "seats": 3}
    assert [each.value for scenario in (first, second) for each in scenario.expect] == ["EUR", "USD"]


def test_an_id_may_name_the_case() -> None:
    assert [each.id for each in read(a=TABLE.replace("id: price", "id: price-in-{{country}}"))] == ["price-in-DE", "price-in-US"]


def test_rows_may_come_from_a_csv_file_beside() -> None:
    file = "- id: a-{{n}}\n  input: '{{q}}'\n  expect: [{contains: '{{a}}'}]\n  cases: rows.csv\n"
    found = read("s/f.yaml", s__f=file, s__rows='n,q,a\n1,"what, now?",this\n2,then?,that\n')
    assert [(each.id, each.input, each.expect[0].value) for each in found] == [("a-1", "what, now?", "this"), ("a-2", "then?", "that")]


def test_an_included_file_shares_its_variables_and_defaults_and_the_nearer_word_counts() -> None:
    shared = (
        "variables: {plan: Free, tone: kind}\ndefaults:\n  tags: [all]\n  trials: 3\n  expect: [{no-error: true}, {contains: '{{tone}}'}]\n"
    )
    own = (
        "include: ../shared.yaml\nvariables: {plan: Pro}\nscenarios:\n  - id: a\n    input: '{{plan}}'\n    trials: 1\n"
        "    expect: [{contains: x}]\n  - id: b\n    input: 1\n"
    )
    first, second = read("s/own.yaml", shared=shared, s__own=own)
    assert (first.input, first.trials, second.trials, second.tags) == ("Pro", 1, 3, ("all",))
    assert [each.value for each in first.expect] == ["x", True, "kind"]
    assert [each.value for each in second.expect] == [True, "kind"]


def test_braces_are_text_where_nothing_is_variable() -> None:
    assert read(a="- id: a\n  input: 'Hello {{name}}'\n  expect: [{no-error: true}]\n")[0].input == "Hello {{name}}"


def test_checks_are_turned_round_weighted_and_required() -> None:
    checks = "    - not-regex: x\n      weight: 2\n    - not-contains: y\n      required: true\n"
    (found,) = read(a=f"- id: a\n  input: 1\n  threshold: 0.6\n  expect:\n{checks}")
    assert found.expect == (Expectation("regex", "x", 5, True, 2.0), Expectation("not-contains", "y", 7, required=True))
    assert found.threshold == 0.6


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"a": TABLE.replace("{{currency}}", "{{curency}}")}, "a.yaml:6: there is no variable `curency`"),
        ({"a": TABLE.replace(", seats: 1}", "}")}, "a.yaml:9: not every case says `seats`"),
        ({"a": "include: none.yaml\nscenarios: []\n"}, "a.yaml:1: there is no file none.yaml"),
        ({"a": "include: b.yaml\n", "b": "include: a.yaml\n"}, "includes itself"),
        ({"a": "include: b.yaml\n", "b": "- id: x\n  input: 1\n  expect: [{no-error: true}]\n"}, "nothing to share"),
        ({"a": "- id: a\n  input: 1\n  expect: [{no-error: true}]\n  cases: []\n"}, "`cases` is a list of mappings"),
        ({"a": "- id: a\n  input: 1\n  expect: [{no-error: true}]\n  cases: rows.csv\n"}, "no file rows.csv"),
        (
            {"a": "- id: a\n  input: 1\n  expect: [{no-error: true}]\n  cases: rows.csv\n", "rows": "x,y\n1\n"},
            "rows.csv:2: the row has more or fewer fields",
        ),
        ({"a": "variables: []\nscenarios: []\n"}, "`variables` is a mapping"),
        ({"a": "defaults: {input: 1}\nscenarios: []\n"}, "`defaults` has no key `input`"),
        ({"a": "- id: a\n  input: 1\n  expect: [{no-error: true, weight: 0}]\n"}, "`weight` is a number above 0"),
        ({"a": "- id: a\n  input: 1\n  expect: [{no-error: true, required: 1}]\n"}, "`required` is true or false"),
        ({"a": "- id: a\n  input: 1\n  threshold: 2\n  expect: [{no-error: true}]\n"}, "`threshold` lies between 0 and 1"),
    ],
)
def test_mistakes_in_tables_and_includes_are_named_by_file_and_line(files: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(*(f"{name}.yaml" for name in files if name != "rows"), **files)
    assert says in str(raised.value)
