"""Test cases of other tools become scenarios, and what is left behind is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refinery.domain import Expectation
from refinery.errors import ConfigError, UsageError
from refinery.suite.imports.files import read
from refinery.suite.imports.imported import Imported
from refinery.suite.scenarios import load
from refinery.suite.writing import write

CONFIG = """\
description: support bot
prompts: [prompt.txt]
providers: [openai:gpt-x]
defaultTest:
  assert:
    - type: latency
      threshold: 2000
tests:
  - description: Price in euro
    vars: {question: What does Pro cost?, country: DE}
    threshold: 0.5
    metadata: {area: billing}
    assert:
      - type: contains-any
        value: ["20 EUR", "EUR 20"]
        weight: 2
      - type: not-icontains
        value: usd
      - type: javascript
        value: output.length < 10
      - type: python
        value: len(output) < 200
  - vars: {language: [German, French], question: "Hello in {{language}}?"}
    assert:
      - type: assert-set
        assert:
          - {type: is-json, value: {type: object, required: [text]}}
          - {type: llm-rubric, value: "answers in {{language}}"}
  - file://more.yaml
  - vars: {question: unchecked}
    assert: [{type: is-sql}]
"""


def imported(tmp_path: Path, name: str, text: str, check: str = "contains", answer: str = "") -> Imported:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read(tmp_path / name, check, answer)


def test_a_promptfoo_configuration_becomes_scenarios(tmp_path: Path) -> None:
    found = imported(tmp_path, "promptfooconfig.yaml", CONFIG)
    price, german, french, _ = found.scenarios
    assert (price.id, price.input, price.threshold, price.tags) == (
        "price-in-euro",
        {"question": "What does Pro cost?", "country": "DE"},
        0.5,
        ("billing",),
    )
    assert price.expect == (
        Expectation("regex", r"20\ EUR|EUR\ 20", weight=2.0),
        Expectation("icontains", "usd", negated=True),
        Expectation("python", "len(output) < 200"),
        Expectation("max-latency", "2000ms"),
    )
    assert [each.expect[1].value for each in (german, french)] == ["answers in German", "answers in French"]
    assert german.expect[0] == Expectation("json-schema", {"type": "object", "required": ["text"]})
    assert german.input == {"language": "German", "question": "Hello in {{language}}?"}


def test_what_has_no_counterpart_is_told(tmp_path: Path) -> None:
    notes = imported(tmp_path, "p.yaml", CONFIG).notes
    assert "test 1: javascript is left out: no check here says the same" in notes
    assert "test 3 is left out: it stands in another file (file://more.yaml); import that file" in notes
    assert "test 4: is-sql is left out: no check here says the same" in notes


def test_a_case_that_would_always_pass_is_left_out(tmp_path: Path) -> None:
    found = imported(tmp_path, "p.json", json.dumps({"tests": [{"vars": {"q": "x"}, "assert": [{"type": "is-sql"}]}]}))
    assert found.scenarios == []
    assert "would always pass" in found.notes[-1]


def test_columns_of_promptfoo_hold_their_assertions(tmp_path: Path) -> None:
    rows = 'question,__expected1,__expected2,__metric\nHi?,"contains-any: a, b",Paris\n'.replace("Paris\n", "Paris,m\n")
    found = imported(tmp_path, "t.csv", rows + "Ho?,not-contains: c,similar(0.8): hello there,m\n")
    assert [each.input for each in found.scenarios] == [{"question": "Hi?"}, {"question": "Ho?"}]
    assert found.scenarios[0].expect == (Expectation("regex", "a|b"), Expectation("equals", "Paris"))
    assert found.scenarios[1].expect == (Expectation("contains", "c", negated=True), Expectation("similar", "hello there"))
    assert "__metric" in found.notes[0]


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.json"])
def test_a_table_needs_a_column_with_the_right_answer(tmp_path: Path, name: str) -> None:
    rows = [{"id": "one", "question": "2+2?", "answer": "4"}, {"id": "one", "question": "3+3?", "answer": "6"}]
    text = {
        "t.csv": "id,question,answer\none,2+2?,4\none,3+3?,6\n",
        "t.jsonl": "\n".join(map(json.dumps, rows)),
        "t.json": json.dumps(rows),
    }[name]
    found = imported(tmp_path, name, text, "equals")
    assert [(each.id, each.input, each.expect[0].value) for each in found.scenarios] == [("one", "2+2?", "4"), ("one-2", "3+3?", "6")]
    assert imported(tmp_path, name, text, answer="solution").notes[0].startswith("no column is called 'solution'")


def test_a_row_without_an_answer_is_told(tmp_path: Path) -> None:
    found = imported(tmp_path, "t.csv", "question,expected\na,\nb,c\n")
    assert (len(found.scenarios), found.notes) == (
        1,
        ["row 1: the case is left out: it has no check that could be taken over, so it would always pass"],
    )


def test_examples_of_a_langsmith_dataset_are_read(tmp_path: Path) -> None:
    rows = [
        {"id": "8f", "inputs": {"question": "Pro?"}, "outputs": {"answer": "20 EUR"}, "split": ["base"]},
        {"id": "9a", "inputs": {"question": "Free?"}, "outputs": {"amount": 0, "currency": "EUR"}},
    ]
    first, second = imported(tmp_path, "dataset.jsonl", "\n".join(map(json.dumps, rows))).scenarios
    assert (first.id, first.input, first.expect, first.tags) == (
        "dataset-1",
        {"question": "Pro?"},
        (Expectation("contains", "20 EUR"),),
        ("base",),
    )
    assert second.expect[0] == Expectation("json-path", {"path": '$["amount"]', "equals": 0})


def test_what_was_imported_is_read_by_the_suite(tmp_path: Path) -> None:
    found = imported(tmp_path, "p.yaml", CONFIG)
    again = load({"s.yaml": write(*found.scenarios)}.get, ["s.yaml"])
    assert [each.id for each in again] == [each.id for each in found.scenarios]


@pytest.mark.parametrize(
    ("name", "text", "error", "says"),
    [
        ("t.csv", "a,b\n1\n", UsageError, "row 2 has more or fewer fields"),
        ("t.jsonl", "{}\n{", UsageError, "t.jsonl:2: this is not JSON"),
        ("t.yaml", "tests: [", ConfigError, "this is not YAML"),
        ("t.yaml", "hello", UsageError, "no test cases"),
        ("t.json", "[]", UsageError, "no test cases"),
    ],
)
def test_a_file_that_holds_no_test_cases_is_refused(tmp_path: Path, name: str, text: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        imported(tmp_path, name, text)
