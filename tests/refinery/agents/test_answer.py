"""What a model writes is taken for a hypothesis only when it is one."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refinery.agents.answer import SCHEMA, read_answer
from refinery.domain import Edit, Layer

GOOD: Mapping[str, object] = {
    "layer": "code",
    "layer_reason": "a lookup decides it",
    "change": "Guard the\nmissing key",
    "rationale": "the field is optional",
    "example": "before: crash; after: unknown",
    "risks": "none",
    "confidence": 0.8,
    "cites": ["g-1"],
    "edits": [{"path": "./app/tools.py", "old": "x['a']", "new": "x.get('a')"}],
}


def reply(*hypotheses: Mapping[str, object], missing: str = "") -> str:
    return json.dumps({"hypotheses": list(hypotheses), "missing": missing})


def test_a_whole_hypothesis_is_read() -> None:
    (hypothesis,) = read_answer(reply(GOOD)).hypotheses
    assert hypothesis.change == "Guard the missing key"
    assert hypothesis.edits == (Edit("app/tools.py", "x['a']", "x.get('a')"),)
    assert (hypothesis.layer, hypothesis.origin, hypothesis.confidence) == (Layer.CODE, "model", 0.8)
    assert "a lookup decides it" in hypothesis.rationale


@pytest.mark.parametrize("wrapped", ["```json\n{}\n```", "Here you are: {{}} {}\nHope it helps.", "{} {}"])
def test_fences_and_sentences_around_the_object_do_no_harm(wrapped: str) -> None:
    text = wrapped.replace("{{}}", "@@").replace("{}", reply(GOOD)).replace("@@", "{not json}")
    assert len(read_answer(text).hypotheses) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"layer": "magic"}, "`layer` is none of"),
        ({"layer": ["code"]}, "`layer` is none of"),
        ({"layer": "prompt", "layer_reason": ""}, "`layer_reason` does not say why a prompt rule"),
        ({"change": " "}, "`change`"),
        ({"rationale": None}, "`rationale`"),
        ({"edits": []}, "at least one edit"),
        ({"edits": "none"}, "at least one edit"),
        ({"edits": [{"path": "a", "old": "b"}]}, "edits[0]"),
        ({"edits": [{"path": "../a", "old": "b", "new": "c"}]}, "leaves the repository"),
        ({"edits": [{"path": "/etc/passwd", "old": "b", "new": "c"}]}, "leaves the repository"),
    ],
)
def test_what_does_not_follow_the_schema_is_complained_about_by_place(wrong: Mapping[str, object], says: str) -> None:
    answer = read_answer(reply(GOOD, {**GOOD, **wrong}))
    assert len(answer.hypotheses) == 1
    assert any(complaint.startswith("hypotheses[1]") and says in complaint for complaint in answer.complaints)


@pytest.mark.parametrize("text", ["", "no", "{}", "[1]", '{"hypotheses": 3}', '{"hypotheses": [', "{" * 5000, '{"a":' * 3000])
def test_no_answer_at_all_is_a_complaint(text: str) -> None:
    answer = read_answer(text)
    assert answer.hypotheses == ()
    assert answer.complaints


def test_no_hypothesis_may_be_the_honest_answer() -> None:
    answer = read_answer(reply(missing="the discount rule is nowhere"))
    assert (answer.hypotheses, answer.missing, answer.complaints) == ((), "the discount rule is nowhere", ())


@pytest.mark.parametrize(("given_", "read"), [(7, 1.0), (-1, 0.0), ("high", 0.5), (None, 0.5)])
def test_confidence_is_kept_within_bounds(given_: object, read: float) -> None:
    assert read_answer(reply({**GOOD, "confidence": given_})).hypotheses[0].confidence == read


def test_what_people_read_carries_no_control_characters_and_edits_are_left_as_they_are() -> None:
    painted = {**GOOD, "change": "Fix\x1b[2J it\u202e", "edits": [{"path": "a", "old": "\x1b", "new": "\u200d"}]}
    (found,) = read_answer(reply(painted, missing="\x07")).hypotheses
    assert found.change == "Fix[2J it"
    assert (found.edits[0].old, found.edits[0].new) == ("\x1b", "\u200d")


def test_the_schema_leaves_nothing_open() -> None:
    def check(part: object) -> None:
        if isinstance(part, dict):
            if part.get("type") == "object":
                assert part["additionalProperties"] is False
                assert part["required"] == list(part["properties"])
            for value in part.values():
                check(value)

    check(SCHEMA)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "path", "old", "new"]), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(json_values, max_size=3))
def test_whatever_comes_it_is_sorted_out(entries: list[object]) -> None:
    answer = read_answer(json.dumps({"hypotheses": entries}))
    assert len(answer.hypotheses) + len({complaint.split(":")[0] for complaint in answer.complaints}) == len(entries)
