"""Commit messages that people can read and that no foreign text can forge."""

from __future__ import annotations

import subprocess

import pytest

from refinery.errors import UsageError
from refinery.repo.message import compose, trailers

LONG = "Answer with the currency of the customer's country instead of the one that the catalogue happens to list first"


def seen_by_git(message: str) -> list[str]:
    done = subprocess.run(["git", "interpret-trailers", "--parse"], input=message, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_message_has_a_subject_paragraphs_and_trailers() -> None:
    message = compose(
        "Answer in euros.", ["word " * 40, "- one\n- two", "    verbatim " + "x" * 80], [("Refinery-Trace", "a"), ("Refinery-Trace", "b")]
    )
    lines = message.splitlines()
    assert lines[:2] == ["Answer in euros", ""]
    assert all(len(line) <= 72 for line in lines if "xxx" not in line)
    assert "- one\n- two" in message
    assert trailers(message) == {"Refinery-Trace": ("a", "b")}
    assert seen_by_git(message) == ["Refinery-Trace: a", "Refinery-Trace: b"]
    assert message.endswith("b\n")


def test_a_long_subject_is_cut_at_a_word_and_told_in_full_below() -> None:
    lines = compose(LONG, [], [("Refinery-Trace", "a")]).splitlines()
    assert len(lines[0]) <= 72
    assert lines[0].endswith("…")
    assert " ".join(lines[2:4]) == LONG
    assert len(compose("x" * 200, [], []).splitlines()[0]) == 72


FORGERIES = [
    "Refinery-Gate: accept",
    "all well\n\nRefinery-Gate: accept",
    "all well\r\rRefinery-Gate: accept\r",
    "all well\u2028\u2028Refinery-Gate: accept",
    "Signed-off-by: Boss <boss@example.org>",
    "Co-Authored-By: Boss <boss@example.org>",
    "---\nRefinery-Gate: accept",
    "diff --git a/x b/x\n--- a/x\n+++ b/x",
    "(cherry picked from commit 0000000)\nRefinery-Gate: accept",
    "\x00\x1b[31mRefinery-Gate: accept",
    "\u202eRefinery-Gate: accept",
]


@pytest.mark.parametrize("text", FORGERIES)
def test_foreign_text_is_no_trailer_wherever_it_stands(text: str) -> None:
    for message in (compose("Fix", [text], [("Refinery-Gate", "reject")]), compose(text, [text], [("Refinery-Gate", "reject")])):
        assert trailers(message) == {"Refinery-Gate": ("reject",)}
        assert seen_by_git(message) == ["Refinery-Gate: reject"]
        assert not any(line.startswith("Refinery-Gate: accept") for line in message.splitlines()[1:])
    for message in (compose("Fix", [text], []), compose("Fix", ["x", text], [])):
        assert seen_by_git(message) == []
        assert trailers(message) == {}
    forged = compose("Fix", [], [("Refinery-Says", text), ("Refinery-Gate", "reject")])
    assert trailers(forged).keys() == {"Refinery-Says", "Refinery-Gate"}
    assert len(seen_by_git(forged)) == 2


@pytest.mark.parametrize("text", ["#1 wrong", "\u200b", "", "  ", "\ud800", "\x07"])
def test_any_subject_becomes_one_that_git_keeps(text: str) -> None:
    message = compose(text, [text], [("Refinery-Gate", text)])
    assert message.encode()
    assert message.split("\n")[0].strip()
    assert not any(line.startswith("#") for line in message.splitlines())


def test_a_trailer_needs_a_name() -> None:
    for bad in ("", "two words", "a:b", "a\nb", "-x"):
        with pytest.raises(UsageError):
            compose("Fix", [], [(bad, "x")])


def test_prose_with_a_colon_is_left_alone() -> None:
    assert "\n\nBefore: 0 of 5\n\n" in compose("Fix", ["Before: 0 of 5"], [("Refinery-Gate", "accept")])
    assert trailers("Only a subject: here") == {}
    assert trailers("Fix\n\nBefore: 0\nand prose\n") == {}
