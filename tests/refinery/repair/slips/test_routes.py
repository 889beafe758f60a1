"""What failing questions say of the rules that send them somewhere."""

from __future__ import annotations

import pytest

from refinery.repair.asked import asked_in
from refinery.repair.slips.kinds import kinds
from refinery.repair.slips.routes import routes
from tests.refinery.repair.slips.looking import READS, made, of_prompt

TABLE = "# Wards\n\n| ward | words |\n|---|---|\n| eyes | lens, blurred |\n| bones | wrist, ankle |\n"
POINTS = "## eyes\n- lens\n- blurred\nSay: Go to the first floor, {name}.\n\n## bones\n- wrist\n- ankle\nSay: Go to the cellar, {name}.\n"
LINES = "- eyes: lens, blurred\n- bones: wrist, ankle\n"
WRONG = "expected 'bones', got 'eyes'"


@pytest.mark.parametrize("text", [TABLE, POINTS, LINES])
def test_the_rule_that_right_answers_are_of_goes_before_the_one_that_was_taken(text: str) -> None:
    found = of_prompt(routes, text, said=WRONG, asked=asked_in(["blurred since my ankle broke"], ["my lens"]))
    ((after, prior),) = found.items()
    assert after.index("bones") < after.index("eyes")
    assert sorted(after.split()) == sorted(text.split())
    assert prior == 0.9
    other = of_prompt(routes, text, said="expected 'bones', got 'nothing'", asked=asked_in(["blurred since my ankle broke"], ["my lens"]))
    assert other == {after: 0.75}


@pytest.mark.parametrize("text", [TABLE, POINTS, LINES])
def test_a_word_goes_to_the_rule_that_right_answers_are_of(text: str) -> None:
    bad = text.replace("ankle", "wrist").replace("lens", "ankle" + (", lens" if text is not POINTS else "\n- lens"))
    found = of_prompt(routes, bad, said=WRONG, asked=asked_in(["my ankle is thick"], ["all is blurred"]))
    ((after, prior),) = found.items()
    assert after.index("bones") < after.index("ankle")
    assert prior == 0.7


@pytest.mark.parametrize("text", [TABLE, POINTS, LINES])
def test_a_word_that_no_rule_has_is_added_to_that_which_right_answers_are_of(text: str) -> None:
    said = "expected 'bones', got 'nothing'"
    found = of_prompt(routes, text, said=said, asked=asked_in(["my elbow, Anna"], ["my lens", "my wrist"]))
    ((after, prior),) = found.items()
    assert after == text.replace("ankle", "ankle, elbow" if text is not POINTS else "ankle\n- elbow")
    assert prior == 0.6
    assert of_prompt(routes, text, said=said, asked=asked_in(["my elbow"], ["good day"])) == {}


BARS = "- skin: rash; itching\n- eyes: lens; blurred\n- bones: wrist; ankle\n"


def test_rules_may_have_other_signs_between_their_words() -> None:
    for text in (BARS, BARS.replace("; ", " | ")):
        found = of_prompt(routes, text, said=WRONG, asked=asked_in(["blurred since my ankle broke"], ["my lens"]))
        assert [after.index("skin") < after.index("bones") < after.index("eyes") for after in found] == [True]
        more = of_prompt(routes, text, said="expected 'bones', got 'x'", asked=asked_in(["my elbow, Anna"], ["my lens"]))
        assert list(more) == [text.replace("ankle", "ankle; elbow" if text is BARS else "ankle | elbow")]


@pytest.mark.parametrize("order", ["bones skin eyes", "skin bones eyes"])
def test_a_rule_goes_before_all_others_where_code_has_it_there(order: str) -> None:
    code = READS + "".join(f"\n\ndef {name}(ward):\n    return ward == '{name}'\n" for name in order.split())
    found = of_prompt(routes, BARS, code, said=WRONG, asked=asked_in(["blurred since my ankle broke"], ["my lens"]))
    first = BARS.index("skin"), min(after.index("bones") for after in found)
    assert (first[0] == first[1]) == (order == "bones skin eyes")
    assert len(found) == (2 if order == "bones skin eyes" else 1)


@pytest.mark.parametrize("text", [TABLE, POINTS, LINES])
def test_questions_that_have_a_word_each_get_both_at_once(text: str) -> None:
    said, lines = "expected 'bones', got 'nothing'", ["my elbow, Anna", "his heel, Anna"]
    found = of_prompt(routes, text, said=said, asked=asked_in(lines, ["my lens, his wrist"]))
    both = "ankle\n- elbow\n- heel" if text is POINTS else "ankle, elbow, heel"
    assert found[text.replace("ankle", both)] == 0.6
    alike = of_prompt(routes, text, said=said, asked=asked_in(["my elbow", "his elbow"], ["my lens, his wrist"]))
    assert list(alike) == [text.replace("ankle", both.replace("heel", "").rstrip(", -\n"))]


def test_words_that_stand_as_those_of_the_rule_do_come_first() -> None:
    asked = asked_in(["quick, the elbow hurts", "fetch her, the heel hurts"], ["the wrist hurts", "the lens"])
    found = of_prompt(routes, LINES, said="expected 'bones', got 'nothing'", asked=asked)
    assert max(found, key=lambda after: found[after] + after.count(",")) == LINES.replace("ankle", "ankle, elbow, heel")
    assert found[LINES.replace("ankle", "ankle, quick, heel")] < 0.2


def test_in_settings_too_both_at_once() -> None:
    said, asked = "expected 'bones', got 'nothing'", asked_in(["my elbow", "my heel"], ["my lens"])
    good = '[wards]\neyes = ["lens", "ankle"]\nbones = ["wrist", "hip", "elbow", "heel"]\n'
    assert good in made(routes, {"wards.toml": good.replace(', "elbow", "heel"', "")}, said=said, asked=asked)


def test_a_template_that_right_answers_read_like_tells_the_rule_too() -> None:
    said = "expected 'Go to the cellar, Bea.', got 'Nobody is in.'"
    found = of_prompt(routes, POINTS, said=said, asked=asked_in(["an elbow that hurts"], ["my lens"]))
    assert POINTS.replace("ankle", "ankle\n- elbow") in found
    assert all(after.index("bones") < after.index("elbow") for after in found if "elbow" in after)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("wards.toml", '[wards]\neyes = ["lens", "ankle"]\nbones = ["wrist", "hip"]\n'),
        ("wards.json", '{"wards": [{"name": "eyes", "cues": ["lens", "ankle"]}, {"name": "bones", "cues": ["wrist", "hip"]}]}\n'),
    ],
)
def test_so_it_is_in_settings(path: str, text: str) -> None:
    aside = made(routes, {path: text}, said=WRONG, asked=asked_in(["my ankle is thick"], ["my lens"]))
    assert list(aside) == [text.replace(', "ankle"', "").replace('"hip"', '"hip", "ankle"')]
    late = made(routes, {path: text}, said=WRONG, asked=asked_in(["from ankle to hip"], ["my lens"]))
    assert [after.index("bones") < after.index("eyes") for after in late] == [True]


NAMED = "open: 8\nwards:\n  nurse: Eva\n  eyes:\n    cues: [lens, ankle]\n  bones:\n    cues: [wrist, hip]\nshifts: [early, late]\n"
PLAIN = 'open = 8\n[wards]\nnurse = "Eva"\neyes = ["lens", "ankle"]\nbones = ["wrist", "hip"]\n'


@pytest.mark.parametrize(("path", "text"), [("wards.yaml", NAMED), ("wards.toml", PLAIN)])
def test_rules_that_stand_beside_other_settings_are_moved_among_them(path: str, text: str) -> None:
    late = made(routes, {path: text}, said=WRONG, asked=asked_in(["from ankle to hip"], ["my lens"]))
    assert [after.index("bones") < after.index("eyes") for after in late] == [True]
    assert all(after.index("nurse") < after.index("bones") for after in late)
    shift = made(routes, {path: text}, said="expected 'late', got 'early'", asked=asked_in(["late or early"], ["my lens"]))
    assert all(after.index("wards") > after.index("open") for after in shift)


def test_no_failing_question_says_nothing() -> None:
    assert of_prompt(routes, TABLE, said=WRONG, asked=asked_in([], ["my lens"])) == {}


SAMPLES = "said,ward\nmy lens is blurred,eyes\nall is dark,eyes\nthe wrist hurts,eyes\nan ankle is thick,bones\n"


@pytest.mark.parametrize(("said", "prior"), [("expected 'bones', got 'eyes'", 0.75), ("", 0.35)])
def test_the_example_like_the_question_is_of_the_other_kind(said: str, prior: float) -> None:
    found = made(kinds, {"samples.csv": SAMPLES}, said=said, asked=asked_in(["how the wrist hurts today"], ["all is dark"]))
    assert found[SAMPLES.replace("hurts,eyes", "hurts,bones")] == prior
    assert made(kinds, {"samples.csv": SAMPLES}, said=said, asked=asked_in(["something else there"], [])) == {}
