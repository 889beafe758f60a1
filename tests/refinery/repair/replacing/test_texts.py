"""Expressions are put together from what is at hand, and tried in the place of others."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from refinery.repair.module import Module
from refinery.repair.replacing import places, refinery_texts, refinery_tries, refinery_values
from refinery.repair.replacing.instrument import Site, instrument


def given(code: str, old: str, kind: str = "value") -> dict[str, Any]:
    """What is told of the first expression that is written so."""
    module = Module("a.py", code)
    span, node = next((span, node) for span, node in places.nodes(module).items() if module.source(node) == old)
    made = places.given(Site("a.py", node.lineno, kind, span), node, module, {"a.py": module}, places.read_in({"a.py": module}))
    assert made is not None
    return made


def texts(code: str, old: str, names: dict[str, Any], kind: str = "value") -> list[str]:
    """Texts for it, the likeliest first."""
    return [text for text, _ in refinery_texts.Texts(given(code, old, kind), names).all()]


SPAN = "def fee(days, rate, cap):\n    total = days * rate\n    return total\n"


@pytest.mark.parametrize("text", ["total + rate", "min(total, cap)", "days", "total - 1", "-total"])
def test_numbers_at_hand_are_counted_with(text: str) -> None:
    assert text in texts(SPAN, "total", {"days": 3, "rate": 2, "cap": 5, "total": 6})


def test_what_is_made_of_a_thing_goes_by_what_it_is_there() -> None:
    made = texts("def f(word):\n    return word\n", "word", {"word": "Ab"})
    assert "word.lower()" in made
    assert "abs(word)" not in made


def test_a_part_of_what_is_written_is_replaced() -> None:
    made = texts("def f(day, begin):\n    return day.month\n", "day.month", {"day": date(2024, 1, 2), "begin": date(2023, 1, 2)})
    assert "begin.month" in made


def test_a_field_that_the_repository_reads_comes_before_one_that_it_does_not() -> None:
    made = texts('def f(row, x):\n    y = x["paid"]\n    return row\n', "row", {"row": {"late": 1, "paid": 2}, "x": {}})
    assert made.index('row["paid"]') < made.index('row["late"]')


@pytest.mark.parametrize("text", ["end >= begin", "(day >= begin) and day <= end", "day >= begin or day <= end", "day is None"])
def test_conditions_compare_what_is_alike_and_are_joined_with_the_old_one(text: str) -> None:
    code = "def f(day, begin, end):\n    return day >= begin and day <= end\n"
    old = "day >= begin" if text.startswith("(") else "day >= begin and day <= end"
    names = {"day": None if "None" in text else 2, "begin": 1, "end": 3}
    assert text in texts(code, old, names, "condition")


def test_all_comparisons_are_turned_together() -> None:
    made = given("def f(a, b, c):\n    return a <= b and b <= c\n", "a <= b and b <= c")["other"]
    assert "a < b and b < c" in made


def test_what_can_only_be_looked_at_once_is_left_alone() -> None:
    rows = iter([1, 2])
    refinery_texts.Texts(given("def f(rows):\n    return rows\n", "rows"), {"rows": rows}).all()
    assert list(rows) == [1, 2]


@pytest.mark.parametrize(
    ("text", "code", "whole"),
    [
        ("a + 1", "def f(a, b):\n    return a * b\n", "(a + 1) * b"),
        ("b.c", "def f(a, b):\n    return a * b\n", "b.c * b"),
        ("a + 1", "def f(a, b):\n    return g(a, b)\n", "g(a + 1, b)"),
    ],
)
def test_a_text_stands_in_brackets_where_it_would_be_torn_apart(text: str, code: str, whole: str) -> None:
    module = Module("a.py", code)
    found = places.nodes(module).values()
    node = next(each for each in found if isinstance(each, ast.Name) and each.id == "a")
    start, end = module.span(node)
    assert whole in module.text[:start] + places.fitted(text, node, module) + module.text[end:]


def explored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, call: Callable[[Any], str], old: str) -> dict[str, set[str]]:
    """Texts in the place of one expression, by the answers that they lead to."""
    made = instrument({"a.py": code})
    module = Module("a.py", code)
    by_place = places.nodes(module)
    asked = []
    for number, site in enumerate(made.sites):
        node = by_place.get(site.span)
        if node is not None and module.source(node) == old:
            asked.append([number, places.given(site, node, module, {"a.py": module}, [])])
    names: dict[str, Any] = {"__file__": str(tmp_path / "a.py"), "__name__": "a"}
    monkeypatch.setitem(__import__("sys").modules, "refinery_values", refinery_values)
    exec(compile(made.files["a.py"], "a.py", "exec"), names)
    told = refinery_tries.explore(lambda: call(names), asked, 4.0)
    return {answer: {text for _, group in rows for text, _ in group} for answer, rows in told["answers"]}


def test_each_answer_is_told_with_the_texts_that_lead_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "def fee(days, rate, cap):\n    total = days * rate\n    return total\n"
    found = explored(tmp_path, monkeypatch, code, lambda names: str(names["fee"](4, 3, 10)), "total")
    assert {"cap", "min(total, cap)"} <= found["10"]
    assert "12" not in found


def test_texts_that_part_only_on_the_way_of_another_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "def last(rows, most):\n    n = 0\n    while n < 3:\n        n = n + 1\n    return n\n"
    found = explored(tmp_path, monkeypatch, code, lambda names: str(names["last"]([5], 4)), "n < 3")
    assert "n <= 3" in found["4"]
    assert "n < 3 and n < most" not in found.get("4", set())


def test_a_comprehension_knows_the_names_around_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "def best(rows, least):\n    top = 2\n    return sum(row for row in rows if row > top)\n"
    found = explored(tmp_path, monkeypatch, code, lambda names: str(names["best"]([1, 2, 3, 4], 3)), "row > top")
    assert "row > least" in found["4"]
