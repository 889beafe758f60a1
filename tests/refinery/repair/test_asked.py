"""Words of failing inputs are tried where a list of words that people say may lack one."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.repair.asked import Asked, asked_in
from refinery.repair.pairs import FLOOR
from refinery.repair.search import candidates

ROUTES = '{"bill": ["invoice", "refund"], "colours": ["red", "blue"]}\n'
CODE = 'import re\ndef f(t, c):\n    return any(w in t for w in c["bill"]) or re.search("broken|cracked", t)\n'


def tried(asked: Asked) -> set[str]:
    told = Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5)
    return {each.change for each in candidates({"m.py": CODE, "c.json": ROUTES}, told, [], [], asked=asked)}


def test_a_word_that_only_failing_inputs_say_is_added_to_words_that_inputs_say() -> None:
    found = tried(asked_in(["They charged me", "charged twice"], ["an invoice for them", "it is cracked"]))
    assert "Add 'charged' to bill" in found
    assert "Listen for `charged` as well as for `broken` in f" in found
    assert "Add 'charged' to colours" not in found


def test_what_all_failing_inputs_say_is_likelier_than_what_one_says() -> None:
    only = dict(asked_in(["They charged me", "charged twice"], ["two invoices"]).only)
    assert only["charged"] > only["twice"]


def test_of_the_words_of_one_failing_input_nobody_knows_which_is_the_telling_one() -> None:
    told = Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5)

    def sure(asked: Asked) -> float:
        made = candidates({"m.py": CODE, "c.json": ROUTES}, told, [], [], asked=asked)
        return next(each.confidence for each in made if each.change == "Add 'charged' to bill")

    assert (
        sure(asked_in(["They charged me"], ["an invoice for them"])) <= FLOOR < sure(asked_in(["charged", "charged twice"], ["an invoice"]))
    )


def test_what_a_passing_input_says_too_is_not_missing() -> None:
    assert "charged" not in dict(asked_in(["charged me"], ["charged again"]).only)


def test_nothing_is_added_where_nobody_is_known_to_have_asked() -> None:
    assert not [change for change in tried(asked_in([], [])) if "charged" in change or "Listen" in change]


def test_a_word_that_was_asked_for_and_should_have_been_answered_is_added_though_others_say_it() -> None:
    told = Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5)
    said = asked_in(["my statement, and an invoice"], ["no statement here"])
    words = ["statement", 'expected "the statement"; the answer is ""']
    assert "Add 'statement' to bill" in {each.change for each in candidates({"m.py": CODE, "c.json": ROUTES}, told, [], words, asked=said)}


def test_a_number_that_the_failure_speaks_of_is_tried_unless_an_input_says_it() -> None:
    told = Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5)
    sources = {"m.py": 'def f(t, c):\n    return c["days"]\n', "c.json": '{"days": 7}\n'}

    def made(asked: Asked) -> set[str]:
        return {each.change for each in candidates(sources, told, [], ["within 61 days, not 7, of order 1250"], asked=asked)}

    assert {"Set days to 61", "Set days to 1250"} <= made(asked_in([], []))
    heard = made(asked_in(["order 1250"], []))
    assert "Set days to 61" in heard
    assert "Set days to 1250" not in heard


def test_a_word_stands_like_others_where_the_same_is_before_and_behind_it() -> None:
    asked = asked_in(["3 LB of rice"], ["2 KG of flour", "1 KG for me"])
    assert asked.stands_like("lb", ["KG"]) == 1.0
    assert asked.stands_like("rice", ["KG"]) == 0.0
    assert asked.strange == ("lb", "rice")
