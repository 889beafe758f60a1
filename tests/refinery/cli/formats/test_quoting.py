"""Text of others in Markdown: whatever it holds, it stays text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from refinery.cli.formats.quoting import code, fenced, plain

HOSTILE = (
    "# Heading",
    "- item",
    "1. item",
    "> quote",
    "+ item",
    "---",
    "===",
    "[a link](https://evil.example)",
    "![an image](https://evil.example/x.png)",
    "[ref]: https://evil.example",
    "<https://evil.example>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details><h1>out</h1>",
    "&lt;b&gt; &#64;octocat",
    "`code` ``more`` ```\nout\n```",
    "~~~\nout\n~~~",
    "a | b | c",
    "a \\| b",
    "\\",
    "**bold** __bold__ _em_ ~~gone~~ $x$",
    "one\n\n# two",
    "    indented",
    "\u202egnp.exe\u202c",
)


def inline(tokens: list[Token]) -> set[str]:
    return {each.type for token in tokens for each in (token, *(token.children or ()))}


ALLOWED = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak", "text_special"}
TABLE = {f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")}


def parsed(text: str) -> set[str]:
    return inline(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_in_running_text_nothing_is_made_of_it(text: str) -> None:
    assert parsed(plain(text)) <= ALLOWED
    assert parsed(f"Some words: {plain(text)}") <= ALLOWED


@given(st.text(alphabet="#-+>=[]()!<>`~*_|\\&$@:/. \n\ta1", max_size=60))
def test_in_running_text_nothing_is_made_of_anything(text: str) -> None:
    assert parsed(plain(text)) <= ALLOWED
    assert parsed(f"- {plain(text)}") <= ALLOWED | {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}


@given(st.text(alphabet="|\\`*[]()<> \n-a", max_size=40))
def test_in_a_table_it_stays_in_its_cell(text: str) -> None:
    for cell in (plain(text), code(text, cell=True)):
        tokens = MarkdownIt("commonmark").enable("table").parse(f"| a | b |\n|---|---|\n| {cell} | end |")
        assert inline(tokens) <= ALLOWED | TABLE | {"code_inline"}
        assert sum(token.type == "td_open" for token in tokens) == 2
        assert [token.content for token in tokens if token.type == "inline"][-1] == "end"


@given(st.text(alphabet="`~ \n#<a", max_size=80))
def test_a_block_ends_where_we_end_it(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"{fenced(text)}\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@pytest.mark.parametrize("text", ["```\nout", "a\n`````\nout", "   ```\nout", "~~~\nout"])
def test_a_fence_in_a_block_does_not_end_it(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"{fenced(text)}\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert "out" in tokens[0].content


@given(st.text(alphabet="` a<\n", max_size=40))
def test_a_span_of_code_ends_where_we_end_it(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"before {code(text)} after")
    (line,) = [token for token in tokens if token.type == "inline"]
    assert [each.type for each in line.children or ()] == ["text", "code_inline", "text"]


@pytest.mark.parametrize("text", ["@octocat", "see #12", "org/repo#12", "!34", "&5", "%6", "~bug", "$7", "GH-12"])
def test_nobody_is_mentioned_and_nothing_referred_to(text: str) -> None:
    assert not re.search(r"[@#!&%~$]\w|GH-\d", plain(text).replace("\\", ""))


@pytest.mark.parametrize("text", ["https://evil.example", "http://a.b", "www.evil.example", "mailto:a@b.example", "javascript:alert(1)"])
def test_no_address_is_left_that_a_code_host_would_link(text: str) -> None:
    assert not re.search(r"\w://|www\.\w|mailto:|javascript:", plain(text))


def test_a_commit_of_theirs_is_not_linked_but_numbers_are_left_alone() -> None:
    assert plain("deadbeef12") != "deadbeef12"
    assert plain("1000000 of 2026-11-30") == "1000000 of 2026-11-30"


def test_what_cannot_be_seen_is_spelt_out() -> None:
    assert "\\u202e" in plain("\u202egnp.exe").replace("\\\\", "\\")
    assert "\\ud800" in fenced("\ud800")
    assert "\u202e" not in fenced("\u202e") + code("\u202e") + plain("\u202e")


def test_what_is_too_long_says_how_much_is_missing() -> None:
    assert plain("word " * 100, 50).endswith("(449 more letters left out)")
