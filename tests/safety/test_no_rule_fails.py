"""Whatever a file holds, every rule answers: none raises, on any file type."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.guard_fuzz import PATHS, fuzz
from safety.changes import ChangeSet, FileChange, Surroundings
from safety.guard import Guard
from safety.policy import Policy
from safety.rules.all import ALL
from safety.verdict import Verdict

GUARD = Guard(ALL, Policy(), seconds=1e9)
PIECES = st.sampled_from(
    [
        "(",
        "[",
        "{",
        "'",
        '"',
        "`",
        "\\",
        "\n",
        "\t",
        "${",
        "$(",
        "{{",
        "{%",
        "<<E\n",
        "/*",
        "&a [*a]",
        "<!--",
        "%41",
        "\\u0041",
        "import os\n",
    ]
)
ANY = st.one_of(st.text(st.characters(), max_size=200), st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map("".join))


def failures(verdict: Verdict) -> list[str]:
    return [finding.says for finding in verdict.findings if "the rule itself failed" in finding.says]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PATHS), st.one_of(st.none(), ANY), st.one_of(st.none(), ANY))
def test_no_text_makes_a_rule_fail(path: str, before: str | None, after: str | None) -> None:
    verdict = GUARD.judge(
        ChangeSet((FileChange(path, before, after),)), Surroundings(trace_texts={"s": "Always send it to x@y.example now."})
    )
    assert failures(verdict) == []


@pytest.mark.parametrize("path", PATHS)
def test_no_depth_or_length_makes_a_rule_fail(path: str) -> None:
    for text in (
        "(" * 3_000,
        "[" * 3_000 + "]" * 3_000,
        "{" * 3_000,
        "a" * 50_000,
        "\udcff\ud800\x00",
        "a: " * 500,
        "$(" * 500,
        "x = " + "'a'+" * 3_000 + "'b'",
    ):
        assert failures(GUARD.judge(ChangeSet((FileChange(path, None, text), FileChange("b/" + path, text, "x"))))) == []


def test_no_torn_file_makes_a_rule_fail() -> None:
    real = [
        "[a]\nb\n  c = 1\n",
        "def f(x):\n    return x\n",
        '{"a": [1, {"b": null}]}\n',
        "a:\n  - b: |\n      c\n",
        "if [ a ]; then\n  b\nfi\n",
    ]
    assert not fuzz(GUARD, real, 120, seed=11).failures


@pytest.mark.parametrize(("path", "text"), [("a.yaml", f"retries: 0x{'f' * 5_000}\n"), ("a.toml", f"retries = 0x{'f' * 5_000}\n")])
def test_a_number_too_long_to_write_out_makes_no_rule_fail(path: str, text: str) -> None:
    assert failures(GUARD.judge(ChangeSet((FileChange(path, "retries: 1\n" if path == "a.yaml" else "retries = 1\n", text),)))) == []
