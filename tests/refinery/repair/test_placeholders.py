"""Placeholders that nobody fills are filled by what is given."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.repair.search import candidates

CODE = 'def f(say, n):\n    return say("recipe", name="soup", guests=n)\n'


def texts(template: str, code: str = CODE) -> list[str]:
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    found = candidates({"a.py": code, "prompts/recipe.txt": template}, told, [], [])
    return [edit.new for each in found if each.layer is Layer.PROMPT for edit in each.edits]


def test_a_placeholder_that_nobody_fills_becomes_one_that_is_given() -> None:
    for template, mended in (
        ("$name for $guest\n", "$name for $guests\n"),
        ("{name} for {guest}\n", "{name} for {guests}\n"),
        ("{{ name }} for {{ guest }}\n", "{{ name }} for {{ guests }}\n"),
    ):
        assert texts(template)[0] == mended


def test_two_placeholders_are_exchanged() -> None:
    assert "{guests} for {name}\n" in texts("{name} for {guests}\n")


def test_placeholders_are_likely_exchanged_where_the_words_before_them_speak_of_each_other() -> None:
    code = "def f(t, guests, name, start, end):\n    return t.format(guests=guests, name=name, start=start, end=end)\n"
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)

    def likely(template: str) -> float:
        found = candidates({"a.py": code, "prompts/a.txt": template}, told, [], [])
        return max(each.confidence for each in found if each.change.startswith("Exchange the placeholders"))

    assert likely("Guests: {name}\nName: {guests}\n") > likely("Guests: {guests}\nName: {name}\n")
    assert likely("Drive from {end} to {start}.\n") > likely("Drive from {start} to {end}.\n")


def test_what_a_template_is_given_and_has_no_place_for_gets_a_line() -> None:
    code = "def f(t, q, h):\n    return t.format(question=q, history=h)\n"
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    found = {
        each.edits[0].new
        for template in ("Answer this.\n{question}\n",)
        for each in candidates({"a.py": code, "prompts/a.txt": template}, told, [], [])
        if each.change == "Give `history` a place in prompts/a.txt"
    }
    assert any("History: {history}\n" in new for new in found)
    assert any("\n{history}\n" in f"\n{new}" for new in found)


def test_a_template_that_is_filled_from_records_has_their_fields() -> None:
    code = "from dataclasses import field\nRULE = field(default_factory=list)\ndef f(t, record):\n    return t.format(**record)\n"
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    sources = {"a.py": code, "prompts/a.txt": "{name} by {maker}\n", "goods.json": '[{"name": "a", "maker": "b", "price": 3}]'}
    found = [each for each in candidates(sources, told, [], []) if each.layer is Layer.PROMPT]
    assert not any("no code gives a value" in each.rationale or "default_factory" in each.change for each in found)
    assert "{name} by {price}\n" in {edit.new for each in found for edit in each.edits}


def test_what_code_puts_in_the_place_of_a_mark_that_it_writes_out_is_given() -> None:
    code = 'def f(text, day, town):\n    return text.replace("{day}", day).replace("{town}", town)\n'
    assert texts("On {day} in {twon}\n", code)[0] == "On {day} in {town}\n"
    assert "On {town} in {town}\n" not in texts("On {day} in {town}\n", code)
    code = (
        'def f(text, given):\n    for name in ("day", "town"):\n'
        '        text = text.replace("{" + name + "}", given[name])\n    return g(low=text)\n'
    )
    assert not any("{low}" in new for new in texts("On {day} in {town}\n", code))


def test_a_placeholder_that_nobody_fills_becomes_what_code_works_out_and_no_template_has() -> None:
    code = 'KINDS = {"vegan": "salad", "raw": "fish"}\ndef f(day):\n    return {"dish": day.dish, "drinks": day.list()}\n'
    assert texts("{dish}, then {beverages}\n", code)[0] == "{dish}, then {drinks}\n"


def test_where_a_line_says_one_twice_the_other_of_its_record_is_the_one_left_out() -> None:
    code = 'def f(t):\n    trip = {"start": 1, "end": 2}\n    return t.format(**trip)\n'
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)

    def likely(template: str) -> float:
        found = candidates({"a.py": code, "prompts/a.txt": template}, told, [], [])
        return max(each.confidence for each in found if each.change == "Fill in end, not start, in prompts/a.txt")

    assert likely("From {start} to {start}.\n") > 2 * likely("From {start}.\nBack: {start}.\n")
