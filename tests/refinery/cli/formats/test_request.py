"""The text of a pull request: whole, bounded, and ours alone to mark up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from refinery.cli.formats.request import LIMIT, body
from tests.refinery.cli.formats.dossiers import NASTY, PATCH, made


def headings(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open"]


def test_a_reviewer_finds_everything_in_it() -> None:
    text = body(made())
    assert headings(text) == [
        "What failed",
        "What was changed",
        "Before and after",
        "Why it is believed",
        "How the scenarios went",
        "What else was tried",
        "The diff",
        "What it cost",
        "Check it, or take it back",
    ]
    assert "| `config.yaml` | +1 -1 |" in text
    assert "effect +0.50 (95 % interval +0.10 to +0.90)" in text.lower()
    assert "| 1/3 | 3/4 |" in text
    assert "refinery verify x " in text
    assert "$0.25" in text


def test_nothing_of_a_hostile_trace_breaks_out() -> None:
    text = body(made(NASTY, many=3, subject=NASTY))
    assert headings(text) == headings(body(made(many=3)))
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    flat = [each for token in tokens for each in (token, *(token.children or ()))]
    assert {token.type for token in flat} & {"link_open", "image", "html_inline"} == set()
    assert {token.content.strip() for token in flat if token.type == "html_block"} == {
        "<details><summary>The diff</summary>",
        "</details>",
    }
    outside = "".join(token.content for token in flat if token.type in ("text", "text_special"))
    assert "@octocat" not in outside
    assert "#12" not in outside
    assert "@user" not in outside
    assert "\u202e" not in text
    assert "\x1b" not in text
    text.encode("utf-8")


@pytest.mark.parametrize("many", [1, 400])
def test_it_is_never_too_long_for_a_code_host_and_says_what_is_missing(many: int) -> None:
    text = body(made(NASTY * 200, many=many, patch=PATCH + "+" + "`x" * 100_000))
    assert len(text) <= LIMIT
    assert "left out" in text


def test_the_diff_is_the_first_to_go() -> None:
    whole = body(made())
    text = body(made(), limit=len(whole) - 1)
    assert "Left out here" in text
    assert "days: 30" not in text
    assert "What else was tried" in text
    assert len(text) < len(whole)


def test_evidence_that_was_changed_is_said_first() -> None:
    text = body(replace(made(), standing="WARNING: the evidence was changed since it was sealed. Do not rely on it."))
    assert text.startswith("**WARNING")


def test_a_fix_without_evidence_has_its_message() -> None:
    text = body(replace(made(), story=None, standing="No evidence is kept here."))
    assert "What failed: It said 14 days." in text
    assert "No evidence is kept here" in text


def test_of_a_search_that_kept_nothing_it_is_told_what_came_of_it() -> None:
    text = body(replace(made("Nothing was found."), entry=None, patch="", standing="From the store."))
    assert "## What came of it\n\nNothing was found." in text
    assert "refinery undo" not in text


def test_of_scenarios_that_always_passed_only_the_number_is_told() -> None:
    found = made(many=2)
    assert found.story is not None
    gate = found.story.steps[-1].gate
    assert gate is not None
    gate.arms[1].base = gate.arms[1].candidate = "++"
    text = body(found)
    assert "1 other scenarios passed every run" in text
    assert "days. 1`" not in text
