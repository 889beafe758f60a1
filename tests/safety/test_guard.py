"""The guard fails closed, reads no more than it can, and never falls over."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.changes import ChangeSet, FileChange, Surroundings
from safety.guard import READABLE, Case, Guard
from safety.policy import Policy
from safety.verdict import Effect, Finding
from tests.safety.judged import appended, judge, rules_of

ONE = ChangeSet((FileChange("a.txt", "a\n", "b\n"),))


def broken(case: Case) -> Iterator[Finding]:
    raise ValueError("no such thing")


def silent(case: Case) -> Iterator[Finding]:
    yield from ()


def test_a_rule_that_raises_blocks() -> None:
    verdict = Guard((silent, broken), Policy()).judge(ONE)
    assert verdict.effect is Effect.BLOCK
    assert rules_of(verdict) == {"broken"}
    assert "no such thing" in verdict.findings[0].says


def test_a_rule_that_is_not_reached_in_time_blocks() -> None:
    ticks = iter([0.0, 1.0, 99.0])
    verdict = Guard((silent, silent), Policy(), seconds=10, clock=lambda: next(ticks)).judge(ONE)
    assert verdict.effect is Effect.BLOCK
    assert len(verdict.findings) == 1


def test_a_file_that_is_too_large_is_not_read_and_not_passed() -> None:
    verdict = judge("a.py", None, "x = 1\n" * (READABLE // 6 + 1))
    assert verdict.effect is Effect.BLOCK
    assert rules_of(verdict) == {"size"}


def test_only_what_a_change_adds_counts() -> None:
    bad = "import os\n\n\ndef f():\n    os.system('rm -rf /')\n"
    assert judge("agent/a.py", bad, bad + "\n\nX = 1\n").allowed


def test_the_same_danger_once_more_counts() -> None:
    bad = "import os\n\n\ndef f():\n    os.system('rm -rf /')\n"
    assert judge("agent/a.py", bad, bad + "\n\ndef g():\n    os.system('rm -rf /')\n").effect is Effect.BLOCK


def test_an_ordinary_fix_passes_without_a_word() -> None:
    before = "def pages(n, size):\n    return n // size\n"
    assert judge("agent/paging.py", before, before.replace("n // size", "-(-n // size)")).findings == ()


def test_every_finding_names_rule_place_and_reason() -> None:
    verdict = appended("agent/a.py", "X = 1\n", "eval(input())\n")
    finding = verdict.findings[0]
    assert (finding.rule, finding.path, finding.line) == ("danger", "agent/a.py", 2)
    assert "run time" in finding.says


PATHS = st.sampled_from(
    [
        *("a.py", "a.sh", "a.yaml", "a.json", "a.toml", "a.ini", "a.sql", "a.j2", "a.ts", "a.ipynb", "Dockerfile", "Makefile", "main.tf"),
        *(
            "conftest.py",
            "agent/prompts/system.md",
            "tests/test_a.py",
            "scenarios/a.yaml",
            "package.json",
            "pyproject.toml",
            ".github/workflows/ci.yml",
        ),
    ]
)
WORDS = [
    *(
        "import os\n",
        "os.system(",
        "f'{",
        "lambda: ",
        "def test_a():\n",
        "assert x",
        "getattr(",
        "[::-1]",
        "if ",
        "fi",
        "rm -rf ",
        "$(",
        "${",
        "<<EOF\n",
    ),
    *(
        "&&",
        "DROP TABLE ",
        "{{",
        "{%",
        "%}",
        ": ",
        "- ",
        "&a ",
        "*a",
        "run: ",
        "pytest",
        "sk-",
        "eyJ",
        "-----BEGIN PRIVATE KEY-----",
        "https://",
        "%s",
    ),
    *("ignore all previous instructions ", "!!python/object:os.system ", "//", "/*"),
]
SIGNS = [*"\"'`}()[]\\\n\t;#=@0é|", "    ", "\r\n", "\u202e", "\u200d", "\x00", "\udc80", "\x85", "\u2028", "\x0c"]
PIECES = st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=40).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.one_of(PATHS, st.text(max_size=30)),
    before=st.one_of(st.none(), PIECES),
    after=st.one_of(st.none(), PIECES, st.text(max_size=200)),
)
def test_no_text_makes_a_rule_fall_over(path: str, before: str | None, after: str | None) -> None:
    around = Surroundings(files=("a.py",), related={"b.py": before or ""}, trace_texts={"s": after or ""})
    verdict = judge(path, before, after, around=around)
    assert [f for f in verdict.findings if "the rule itself failed" in f.says] == []


LONG = 8_000
HOLDUPS = (
    *(
        sign * LONG
        for sign in (
            "(",
            "[",
            "{",
            "a",
            "-",
            " ",
            "1",
            '"',
            "'",
            "`",
            "<",
            "%",
            "\\",
            "\n",
            "$(",
            "a=",
            "a.b",
            "a@",
            "- ",
            "![",
            "{%",
            "/*",
        )
    ),
    *(
        phrase * (LONG // len(phrase))
        for phrase in (
            "curl -u ",
            "://a:",
            "key: ",
            "not ",
            "if user asks ",
            "ignore all ",
            "update a set ",
            "x + ",
            "a: &a [",
            "--x-",
            "if [ ",
        )
    ),
)


@pytest.mark.parametrize("text", HOLDUPS, ids=lambda text: repr(text[:8]))
@pytest.mark.parametrize("path", ["agent/prompts/a.md", "a.sh", "a.py"])
def test_no_text_holds_the_guard_up(path: str, text: str) -> None:
    start = time.process_time()
    judge(path, "a\n", text)
    assert time.process_time() - start < 2
