"""Slips of a sign with which a line still runs: each is all but sure where it stands, and not proposed where it is meant."""

from __future__ import annotations

import pytest

from tests.refinery.repair.everyday.test_values import LIKELY, likelihood

CASES = [
    ("a comma at the end", "def f(a):\n    tide = a + 1,\n    return tide\n", "a + 1,", "a + 1"),
    ("a comma behind the answer", "def f(a):\n    return a.tide,\n", "a.tide,", "a.tide"),
    ("brackets around what is asked", "def f(a):\n    assert (a > 0, 'ebb')\n", "(a > 0, 'ebb')", "a > 0, 'ebb'"),
    ("set to plus", "def f(a):\n    n = 0\n    for x in a:\n        n =+ x\n    return n\n", "=+ x", "+= x"),
    ("set to minus", "def f(n):\n    n =- 2\n    return n\n", "=- 2", "-= 2"),
    ("one list with two names", "def f():\n    ebb = flow = []\n    return ebb, flow\n", "ebb = flow = []", "ebb, flow = [], []"),
    ("compared, not set", "def f(a):\n    a.tide == 3\n    return a\n", "==", "="),
    ("added, not kept", "def f(a, b):\n    a + b\n    return a\n", "a + b", "a = a + b"),
    ("sorted, not kept", "def f(a):\n    sorted(a)\n    return a\n", "sorted(a)", "a = sorted(a)"),
    ("filled in the first", "def f(a, b):\n    return '%s to %d' % a, b\n", "a, b\n", "(a, b)\n"),
    ("shown the first", "def f(a, b):\n    print('%s to %d' % a, b)\n", "% a, b", "% (a, b)"),
    ("named the answer", "def f(a):\n    if n := len(a) > 3:\n        return n\n", "n := len(a) > 3", "(n := len(a)) > 3"),
    ("a power", "def f(a):\n    return a ^ 2\n", "^", "**"),
    ("joined before compared", "def f(a):\n    return a > 1 & a < 9\n", "a > 1 & a < 9", "(a > 1) & (a < 9)"),
]


@pytest.mark.parametrize(("source", "old", "new"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_slip_of_a_sign_is_likely_where_it_stands(source: str, old: str, new: str) -> None:
    assert likelihood(source, source.replace(old, new, 1)) >= LIKELY


INNOCENT = [
    ("a tuple of one in brackets", "def f(a):\n    return (a,)\n", "(a,)", "a"),
    ("bits", "def f(a, mask):\n    return a ^ mask\n", "^", "**"),
    ("one number with two names", "def f():\n    ebb = flow = 0\n    return ebb, flow\n", "ebb = flow = 0", "ebb, flow = 0, 0"),
    ("filled in", "def f(a, b):\n    return '%s' % a, b\n", "a, b\n", "(a, b)\n"),
    ("the contrary", "def f(n):\n    n = -2\n    return n\n", "= -2", "-= 2"),
]


@pytest.mark.parametrize(("source", "old", "new"), [case[1:] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_no_slip_is_seen_where_the_sign_is_meant(source: str, old: str, new: str) -> None:
    assert likelihood(source, source.replace(old, new, 1)) < LIKELY
