"""The report: one file that loads nothing, runs nothing, and holds whatever it is given as text."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from refinery.cli.formats.page import MARK, beside, page, quoted
from refinery.flows.story import Quoted, Run, Tellable, story
from tests.refinery.cli.formats.dossiers import NASTY, PATCH, body, made

ALLOWED = (
    "html head meta title style body a header p h1 span code nav ul li main section h2 dl dt dd strong h3 h4 blockquote pre ol svg desc"
    " line text g circle polyline rect details summary table caption thead tbody tr th td div b mark footer br"
)
TAGS = frozenset(ALLOWED.split())
VOID = {"meta", "br"}


class Read(HTMLParser):
    """Tags, attributes and text; every tag has to be closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def text(self, tag: str) -> list[str]:
        return [data for inside, data in self.texts if inside == tag]


@pytest.fixture(scope="module")
def usual() -> Read:
    return Read(page(made()))


@pytest.fixture(scope="module")
def nasty() -> Read:
    return Read(page(made(NASTY, many=3, subject=NASTY)))


def test_a_reader_finds_everything_in_it(usual: Read) -> None:
    assert [each for each in usual.text("h2") if each.strip()] == [
        "In short",
        "Diagnosis",
        "The run that failed",
        "Before and after",
        "The gate",
        "What was tried",
        "The change",
        "The bill",
        "Check it, or take it back",
    ]


def test_a_hostile_trace_adds_no_tag_no_attribute_and_no_heading(nasty: Read, usual: Read) -> None:
    assert {tag for tag, _ in nasty.tags} <= TAGS
    names = {name for _, attributes in nasty.tags for name in attributes}
    assert names == {name for _, attributes in usual.tags for name in attributes}
    assert not any(name.startswith("on") or name in ("src", "style") for name in names)
    assert [each for each in nasty.text("h2") if each.strip()] == [each for each in usual.text("h2") if each.strip()]


def test_every_link_stays_in_the_file_and_leads_somewhere(nasty: Read) -> None:
    links = [attributes["href"] or "" for tag, attributes in nasty.tags if tag == "a"]
    ids = [attributes["id"] for _, attributes in nasty.tags if attributes.get("id")]
    assert len(links) > 8
    assert {link for link in links if not link.startswith("#")} == set()
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_and_the_style_is_the_one_that_is_allowed() -> None:
    text = page(made(NASTY))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'").startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert not re.search(r"url\(|@import|<script|<iframe|<link|<object|<form", text)


def test_what_cannot_be_seen_is_spelt_out() -> None:
    text = page(made(NASTY, subject=NASTY))
    assert "\\u202e" in text
    assert "\\x1b" in text
    assert "\\ud800" in text
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "{{ 7*7 }}" in text


def test_quotes_are_marked_in_the_transcript_and_lead_to_their_step(usual: Read) -> None:
    assert usual.text("mark").count("It said 14 days.") >= 3
    assert any(tag == "a" and attributes["href"] == "#s1" for tag, attributes in usual.tags)
    assert any(tag == "li" and attributes.get("id") == "s1" and "broken" in (attributes["class"] or "") for tag, attributes in usual.tags)


def test_a_quote_is_marked_within_text_that_is_escaped() -> None:
    assert quoted("a <b> & <c>", [Quoted(span_id="s", quote="<b> &")]) == "a <mark>&lt;b&gt; &amp;</mark> &lt;c&gt;"
    assert quoted("<b>", [Quoted(span_id="s", quote="nowhere")]) == "&lt;b&gt;"


def test_what_is_left_out_of_a_run_is_said_in_its_place(usual: Read) -> None:
    assert "7 steps are left out here." in usual.text("li")
    assert any("2 more scenarios are not shown" in text for text in usual.text("p"))


def test_the_same_steps_stand_side_by_side_and_what_differs_is_marked() -> None:
    def step(number: int, name: str, output: str = "") -> Tellable:
        return Tellable(step=number, kind="tool", name=name, output=output)

    before = Run(steps=[step(0, "look up", "USD"), step(1, "answer", "49")])
    after = Run(steps=[step(0, "look up", "USD"), step(1, "convert"), step(2, "answer", "45")])
    rows = list(beside(before, after, step(1, "answer")))
    assert [(row.before and row.before.name, row.after and row.after.name, row.differs, row.broken) for row in rows] == [  # type: ignore[union-attr]
        ("look up", "look up", False, False),
        (None, "convert", True, False),
        ("answer", "answer", True, True),
    ]


def test_a_broken_step_that_is_gone_with_the_change_is_marked_too() -> None:
    gone = Tellable(step=1, kind="tool", name="cache")
    rows = list(beside(Run(steps=[gone]), Run(), gone))
    assert [(row.before, row.after, row.broken) for row in rows] == [(gone, None, True)]


def test_a_step_that_is_the_same_before_and_after_is_folded(usual: Read) -> None:
    assert "the same before and after" in usual.text("span")
    other = body()
    other["transcripts"]["pairs"][0]["after"] = {"steps": [{"step": 0, "span_id": "s0", "kind": "agent", "name": "other"}]}
    assert "the same before and after" not in Read(page(replace(made(), story=story(other)))).text("span")


def test_in_a_changed_line_the_words_that_differ_are_marked(usual: Read) -> None:
    assert [each for each in usual.text("b") if each.strip()] == ["14", "30"]
    classes = [attributes["class"] for tag, attributes in usual.tags if tag == "code" and "class" in attributes]
    assert classes.count("added") == classes.count("removed") == 1


def test_a_long_diff_is_cut_and_says_so() -> None:
    text = page(made(patch=PATCH + "+x\n" * 5000))
    assert "lines of the diff are left out here" in text
    assert text.count('class="added"') < 2100


def test_every_picture_has_a_name_and_its_parts_too(usual: Read) -> None:
    pictures = [attributes for tag, attributes in usual.tags if tag == "svg"]
    assert len(pictures) == 4
    assert all(each["role"] == "img" and (each.get("aria-labelledby") or each.get("aria-label")) for each in pictures)
    assert "It said 14 days. 0, before: 1 of 3 runs passed, 95 % interval 1% to 91%" in usual.text("title")
    assert any("after 3 trials of each" in text for text in usual.text("title"))


def test_evidence_without_runs_says_that_they_were_not_kept() -> None:
    old = body()
    del old["transcripts"]
    del old["steps"][-1]["gate"]["arms"]
    text = page(replace(made(), story=story(old)))
    assert "The runs were not kept one by one" in text
    assert 'id="failed"' not in text


def test_a_search_that_kept_nothing_has_a_report_too() -> None:
    text = page(replace(made(), entry=None, patch="", at="2026-11-30T06:00:00+00:00"))
    assert "nothing kept" in text
    assert "refinery undo" not in text


def test_a_fix_without_evidence_has_its_message() -> None:
    text = page(replace(made(), story=None, standing="No evidence is kept here."))
    assert "What failed: It said 14 days." in text


def test_the_file_is_known_again() -> None:
    assert page(made())[:200].splitlines()[0].lower() == "<!doctype html>"
    assert MARK in page(made())[:200]
