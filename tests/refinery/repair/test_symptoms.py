"""How an answer is wrong speaks for the mistakes that make it so."""

from __future__ import annotations

import pytest

from refinery.repair.symptoms import UNLIKELY, symptoms, weight


@pytest.mark.parametrize(
    ("said", "symptom"),
    [
        ("assert [1, 2] == [2, 1]", "order"),
        ("assert 'ab' == 'ba'", "order"),
        ("assert [1] == [1, 2]\n +  where [1] = f(2)", "fewer"),
        ("f(2): expected {'a': 1}, got {'a': 1, 'b': 2}", "more"),
        ('expected {"n": true}; the answer is \'{"n": true, "m": 1}\'', "more"),
        ("f(2): expected [3, 4], got [3, 5]", "one off"),
        ("assert -4 == 4", "sign"),
        ("assert None == 4", "nothing"),
        ("assert True == False", "opposite"),
        ("f(2): expected {'sum': '4.13'}, got {'sum': '4.12'}", "last place"),
        ("f(2): expected {'oak': 0}, got {'oak': 'unknown'}", "nought for nothing"),
        ("the test did not end within 2 s", "endless"),
    ],
)
def test_a_symptom_is_read_off_what_a_run_said(said: str, symptom: str) -> None:
    assert symptoms([said], []) - UNLIKELY.keys() == {symptom}


def test_an_error_is_a_symptom_too() -> None:
    assert symptoms([], ["RecursionError", "IndexError", "ValueError"]) == {"deep", "bounds"}


@pytest.mark.parametrize("said", ["assert <A> == 3", "expected nothing of use", "assert 'a' == 'b'", "assert f(1) == " + "[" * 5000])
def test_what_cannot_be_read_is_no_symptom(said: str) -> None:
    assert symptoms([said], []) - UNLIKELY.keys() == set()


def test_figures_in_texts_are_fractions_too() -> None:
    assert "no fractions" not in symptoms(["f(2): expected '4.5 kg', got '4.6 kg'"], [])
    assert "no fractions" in symptoms(["f(2): expected '4 kg', got '5 kg'"], [])


def test_only_operators_that_make_a_symptom_count_more() -> None:
    assert weight(frozenset({"nothing"}), "missing return") > 1
    assert weight(frozenset({"nothing"}), "comparison") == 1
    assert weight(frozenset(), "missing return") == 1


def test_a_kind_of_answer_speaks_against_what_works_on_other_kinds() -> None:
    assert symptoms(["assert [1, 2] == [2, 1]"], []) >= {"no fractions", "no words"}
    assert symptoms(["assert {'a': 1.5} == {'a': 1.25}"], []) == set()
    assert weight(frozenset({"no fractions"}), "rounding") < 1
    assert weight(frozenset({"no words", "order"}), "order") > 1
