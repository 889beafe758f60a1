"""Test cases in tables: CSV, JSON lines or JSON lists of flat rows, and the examples of a LangSmith dataset."""

from __future__ import annotations

import json
from collections.abc import Mapping

from adapters.trace import Json
from refinery.domain import Expectation
from refinery.suite.imports.imported import Imported
from refinery.suite.imports.promptfoo import column, expectations

Row = Mapping[str, Json]
ANSWERS = ("expected", "expected_output", "expected_answer", "reference", "reference_answer", "ground_truth", "ideal", "target", "label")
ANSWERS_LESS_SURE = ("answer", "output", "outputs", "response")
NAMES = ("id", "name", "test", "case")
LONE = ("input", "inputs", "question", "prompt", "query")
"""A row with one of these and nothing else asks the agent for its value."""
EXPECTED = "__expected"


def cases(rows: list[Row], into: Imported, check: str, answer: str = "") -> None:
    """One scenario of each row: what is expected becomes a check of this kind, the rest the input."""
    names = dict.fromkeys(name for row in rows for name in row)
    if any(name.startswith(EXPECTED) for name in names):
        _as_asserted(rows, into)
        return
    expected = answer or next((name for name in (*ANSWERS, *ANSWERS_LESS_SURE) if name in names), "")
    if expected not in names:
        missing = f"no column is called {answer!r}" if answer else f"no column is called {', '.join(ANSWERS[:4])} or the like"
        into.notes.append(f"{missing}; there are {', '.join(map(repr, names))}: name the one that holds the right answer with --expected")
        return
    for number, row in enumerate(rows, 1):
        if "inputs" in row and isinstance(row.get("outputs"), dict):
            _example(f"row {number}", row, into, check)
            continue
        value = row.get(expected)
        given = {name: each for name, each in row.items() if name != expected and name not in NAMES}
        found = [] if value in (None, "") else [Expectation(check, value if check == "equals" else _text(value))]
        into.add(f"row {number}", _name(row), _alone(given), found)


def _example(where: str, row: Row, into: Imported, check: str) -> None:
    """An example of a LangSmith dataset: one expected value, or several by their names in the answer."""
    outputs = row.get("outputs")
    assert isinstance(outputs, dict)
    split = row.get("split")
    tags = tuple(map(str, split)) if isinstance(split, list) else (str(split),) if split else ()
    if len(outputs) == 1:
        value = next(iter(outputs.values()))
        expect = [Expectation(check, value if check == "equals" else _text(value))]
    else:
        expect = [Expectation("json-path", {"path": f"$[{json.dumps(name)}]", "equals": value}) for name, value in outputs.items()]
    metadata = row.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else ""
    into.add(where, str(name or ""), row.get("inputs"), expect, tags)


def _as_asserted(rows: list[Row], into: Imported) -> None:
    """The columns `__expected`, `__expected1` and so on hold promptfoo's assertions; other columns with two dashes are about them."""
    odd = sorted({name for row in rows for name in row if name.startswith("__") and not name.startswith((EXPECTED, "__description"))})
    if odd:
        into.notes.append(f"left out, since there is nothing like it here: the columns {', '.join(odd)}")
    for number, row in enumerate(rows, 1):
        where = f"row {number}"
        expect: list[Expectation] = []
        for name, cell in row.items():
            if name.startswith(EXPECTED) and isinstance(cell, str) and cell.strip():
                kind, value = column(cell)
                asserted: dict[str, Json] = {"type": kind, **(value if isinstance(value, dict) else {"value": value})}
                expect += expectations(where, asserted, into)
        given = {name: value for name, value in row.items() if not name.startswith("__") and name not in NAMES}
        says = str(row.get("__description") or "")
        into.add(where, says or _name(row), given, expect, says=says)


def _alone(given: dict[str, Json]) -> Json:
    name = next(iter(given), "")
    return given[name] if len(given) == 1 and name in LONE else given


def _name(row: Row) -> str:
    return next((str(row[name]) for name in NAMES if row.get(name)), "")


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
