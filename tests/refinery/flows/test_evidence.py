"""The note beside a commit."""

from __future__ import annotations

import json

import pytest

from refinery.domain import Commit, Kept
from refinery.flows.evidence import note_for
from refinery.flows.noted import Unsealed, read

KEPT = Kept(Commit("c" * 40, "t" * 40, "b" * 40, "s", "s\n"), "refinery/x", "", {"base": "b" * 40})


@pytest.mark.parametrize("output", ["90 €", "half a letter: \ud800", "a byte: \udcff"])
def test_whatever_an_agent_answers_can_be_written_and_says_the_same(output: str) -> None:
    text = note_for({"before": output}, KEPT)
    text.encode("utf-8", "surrogateescape")
    assert json.loads(text)["before"] == output
    assert ("€" in text) == ("€" in output)


def test_the_same_report_makes_the_same_note() -> None:
    assert note_for({"a": 1, "b": 2}, KEPT) == note_for({"b": 2, "a": 1}, KEPT)


def test_a_note_of_an_earlier_version_is_no_forgery() -> None:
    with pytest.raises(Unsealed):
        read('{"kept": null, "steps": []}')
