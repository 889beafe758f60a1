"""Expressions that say nothing are known for what they are."""

from __future__ import annotations

import ast

import pytest

from refinery.repair.shape import pointless


@pytest.mark.parametrize("code", ["a + 0", "a - 0", "a * 1", "a / 1", "sorted(sorted(a))", "int(int(a))", "a == a", "min(a, a)"])
def test_what_changes_nothing_is_pointless(code: str) -> None:
    assert pointless(ast.parse(code)) == 1


@pytest.mark.parametrize(
    "code", ["a + 1", "0 - a", "a * 0", "a + 0.0", "a // 1", "sorted(set(a))", "sorted(sorted(a), key=len)", "min(a, b)"]
)
def test_what_changes_something_is_not(code: str) -> None:
    assert pointless(ast.parse(code)) == 0
