"""Templates are laid beside what fills them, and beside the answers that they gave."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.repair.search import candidates

GIVES = (
    'def f(fill, n):\n    return fill("bill", name="Ann", gross=n, net=n / 2, unit="EUR")\ndef fill(name, **values):\n    return values\n'
)
OWN = (
    'import re\nTEXT = open("prompts/bill.txt").read()\n'
    'def fill(text, gross, net):\n    return re.sub(r"<(\\w+)>", "", text), {"gross": gross, "net": net}\n'
)
LINE = "{name} pays {gross} {unit} in all.\n"


def made(template: str, said: str = "", code: str = GIVES, path: str = "prompts/bill.txt") -> dict[str, float]:
    """What the template may become, with how sure the search is of each."""
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    found = candidates({"a.py": code, path: template}, told, [], [said] if said else [], limit=2000)
    return {each.edits[0].new: each.confidence for each in reversed(list(found)) if each.layer is Layer.PROMPT and len(each.edits) == 1}


def answered(wanted: str, got: str) -> str:
    return f"expected {wanted!r}, got {got!r}"


def test_what_is_given_and_has_no_place_takes_that_of_what_was_filled_in_wrong() -> None:
    found = made(LINE, answered("Ann pays 4 EUR in all.", "Ann pays 8 EUR in all."))
    assert max(found, key=lambda text: found[text]) == "{name} pays {net} {unit} in all.\n"
    assert "{net} pays {gross} {unit} in all.\n" not in found
    assert found["{name} pays {net} {unit} in all.\n"] > made(LINE)["{name} pays {net} {unit} in all.\n"]


def test_a_literal_that_right_answers_do_not_have_becomes_a_placeholder() -> None:
    found = made("{name} pays 8 {unit} in all.\n", answered("Ann pays 4 EUR in all.", "Ann pays 8 EUR in all."))
    assert {"{name} pays {net} {unit} in all.\n", "{name} pays {gross} {unit} in all.\n"} <= set(found)
    assert "{name} {net} 8 {unit} in all.\n" not in found


def test_placeholders_of_a_repositorys_own_are_known_by_what_code_fills() -> None:
    said = answered("In all 4 EUR, for 8.", "In all 3 EUR, for 8.")
    assert "In all <net> EUR, for <gross>.\n" in made("In all 3 EUR, for <gross>.\n", said, OWN)
    assert "In all <net> EUR, for <gross>.\n" not in made("In all 3 EUR, for <gross>.\n", said, OWN.replace("<", "~").replace(">", "~"))


def test_what_stands_before_the_text_proper_need_not_be_in_an_answer() -> None:
    found = made(f"A: {LINE}", answered("Ann pays 4 EUR in all.", "Ann pays 8 EUR in all."))
    assert "A: {name} pays {net} {unit} in all.\n" in found


def test_other_words_of_right_answers_are_taken_over_where_all_else_is_alike() -> None:
    said = answered("Ann owes 8 EUR in all.", "Ann pays 8 EUR in all.")
    assert "{name} owes {gross} {unit} in all.\n" in made(LINE, said)
    assert not any("owes" in text for text in made(LINE, answered("Ann owes 4 EUR in all.", "Ann pays 8 EUR in all.")))


def test_a_text_in_a_setting_is_a_template_too() -> None:
    text = 'bill: "{name} pays {gross} {unit} in all."\n'
    found = made(text, answered("Ann pays 4 EUR in all.", "Ann pays 8 EUR in all."), path="replies.yaml")
    assert any("pays {net} {unit}" in each for each in found)


def test_what_has_no_place_gets_one_at_the_end_of_a_line() -> None:
    code = "def f(t, q, h):\n    return t.format(question=q, history=h)\n"
    assert {"Q: {question}{history}\n", "Q: {question} {history}\n"} <= set(made("Q: {question}\nThank you.\n", code=code))


def test_what_is_given_beside_a_whole_record_takes_the_place_of_what_was_filled_in_wrong() -> None:
    hands = 'fill("bill", **{**row, "day": day, "net": half})'
    code = f"def f(fill, row, day, half):\n    return {hands}\ndef fill(name, **values):\n    return values\n"
    line, said = "{name} pays {gross} on {day} in all.\n", answered("Ann pays 4 on Monday in all.", "Ann pays 8 on Monday in all.")
    meant = line.replace("gross", "net")
    assert made(line, said, code)[meant] > made(line, said, code.replace("**row, ", ""))[meant]


def test_every_line_of_an_answer_that_a_template_made_tells_what_was_filled_in_wrong() -> None:
    found = made(LINE, answered("Bo pays 4 EUR in all.\nAnn pays 4 EUR in all.", "Bo pays 4 EUR in all.\nAnn pays 8 EUR in all."))
    assert max(found, key=lambda text: found[text]) == "{name} pays {net} {unit} in all.\n"
