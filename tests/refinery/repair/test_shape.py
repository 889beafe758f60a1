"""Expressions that say nothing are known for what they are."""

from __future__ import annotations

import ast

import pytest

from refinery.repair.module import Module
from refinery.repair.shape import pointless, shape_of


@pytest.mark.parametrize("code", ["a + 0", "a - 0", "a * 1", "a / 1", "sorted(sorted(a))", "int(int(a))", "a == a", "min(a, a)"])
def test_what_changes_nothing_is_pointless(code: str) -> None:
    assert pointless(ast.parse(code)) == 1


@pytest.mark.parametrize(
    "code", ["a + 1", "0 - a", "a * 0", "a + 0.0", "a // 1", "sorted(set(a))", "sorted(sorted(a), key=len)", "min(a, b)"]
)
def test_what_changes_something_is_not(code: str) -> None:
    assert pointless(ast.parse(code)) == 0


BEFORE = Module("m.py", "TOP = 1\n\n\ndef f(a, b):\n    if a - a:\n        return a\n    return a + b\n\n\ndef g(a):\n    return a\n")


def test_candidates_that_differ_in_brackets_alone_are_the_same() -> None:
    plain, bracketed, other = (BEFORE.text.replace("a + b", new) for new in ("a * b", "(a * (b))", "a / b"))
    assert shape_of(BEFORE, plain) == shape_of(BEFORE, bracketed)
    assert shape_of(BEFORE, plain) != shape_of(BEFORE, other)


def test_candidates_that_differ_in_a_constant_are_not_the_same() -> None:
    whole, fraction = (BEFORE.text.replace("a + b", new) for new in ("a + 1", "a + 1.0"))
    assert shape_of(BEFORE, whole) != shape_of(BEFORE, fraction)


def test_the_same_change_of_two_functions_is_not_the_same() -> None:
    twice = Module("m.py", "def f(a):\n    return a\n\n\ndef f(a):\n    return a\n")
    first, second = (twice.text.replace("return a", "return b", 1), "return b".join(twice.text.rsplit("return a", 1)))
    assert shape_of(twice, first) != shape_of(twice, second)


def test_a_change_is_pointless_by_what_it_adds_not_by_what_stood_there() -> None:
    calm, made, kept = (shape_of(BEFORE, BEFORE.text.replace(*each)) for each in (("+ b", "* b"), ("a + b", "b - b"), ("a - a", "b - b")))
    assert calm
    assert made
    assert kept
    assert (calm.pointless, made.pointless, kept.pointless) == (0, 1, 0)


@pytest.mark.parametrize("new", ["a +", "return a", "yield"])
def test_what_does_not_compile_has_no_shape(new: str) -> None:
    assert shape_of(BEFORE, BEFORE.text.replace("TOP = 1", new)) is None


def test_a_change_of_two_statements_at_the_top_is_looked_at_whole() -> None:
    both = BEFORE.text.replace("TOP = 1", "TOP = 2").replace("a + b", "a * b")
    found = shape_of(BEFORE, both)
    assert found
    assert found.meaning.startswith("0 ")


def test_a_decorated_function_is_compiled_with_its_decorator() -> None:
    marked = Module("m.py", "@one\n@two\ndef f(a):\n    return a\n")
    found = shape_of(marked, marked.text.replace("@two\n", ""))
    assert found
    assert found != shape_of(marked, marked.text.replace("@one\n", ""))
