"""Globs mean what they mean to git, and protected places are found under every spelling."""

from __future__ import annotations

import pytest

from safety.globs import matches, plain


@pytest.mark.parametrize(
    ("path", "pattern", "meant"),
    [
        ("a/b.py", "**", True),
        ("tests/unit/test_a.py", "tests/**", True),
        ("agent/tests/test_a.py", "tests/**", False),
        ("test_a.py", "**/test_*.py", True),
        ("deep/down/test_a.py", "**/test_*.py", True),
        ("deep/conftest.py", "conftest.py", True),
        ("poetry.lock", "*lock*", True),
        ("a/b.py", "a/*", True),
        ("a/b/c.py", "a/*", False),
        ("a/b/c.py", "a/**/c.py", True),
        ("a/c.py", "a/**/c.py", True),
        ("a/c.py", "/a/c.py", True),
        ("a/x/y", "a/", True),
        ("a1.py", "a[0-9].py", True),
        ("ab.py", "a[!0-9].py", True),
        ("a.py", "A.py", False),
        ("a+b.py", "a+b.py", True),
    ],
)
def test_a_glob_means_what_it_means_to_git(path: str, pattern: str, meant: bool) -> None:
    assert matches(path, pattern) is meant


@pytest.mark.parametrize("path", [".GIT/hooks/x", ".g\u200cit/hooks/x", ".git./hooks/x", "\uff0egit/hooks/x", ".git /hooks/x"])
def test_a_protected_place_is_found_under_every_spelling(path: str) -> None:
    assert matches(path, ".git/**", exact=False)


def test_a_long_run_of_stars_takes_no_time() -> None:
    assert not matches("a/" * 200 + "b", "**/" * 60 + "c")


def test_a_malformed_class_is_literal_text() -> None:
    assert matches("a[z-a]", "a[z-a]")


def test_plain_folds_case_and_form() -> None:
    assert plain("CAFÉ/Straße.PY") == plain("cafe\u0301/STRASSE.py")
