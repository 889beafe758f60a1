"""Prompts call things as code and configuration do."""

from __future__ import annotations

from refinery.edits.config import scalars
from refinery.repair.module import Module
from refinery.repair.named import named
from refinery.repair.prompts import wordings

SETTINGS = "queues:\n  night_shift: {pays: 2}\n  day_shift: {pays: 1}\n"


def made(prompt: str, code: str = "", settings: str = "") -> list[str]:
    """The prompts as they are put right, the likeliest first."""
    sources = {"prompts/ask.txt": prompt, "m.py": f'TEXT = open("prompts/ask.txt")\n{code}', "a.yaml": settings}
    modules, found = [Module("m.py", sources["m.py"])], scalars(settings, "a.yaml") if settings else ()
    changes = named(wordings(sources, modules, found), modules, found, sources)
    return [change.after for _, change in sorted(changes, key=lambda each: -each[0]) if change.path == "prompts/ask.txt"]


def test_a_label_of_another_joint_is_written_as_settings_have_it() -> None:
    assert made("- night-shift: after ten\n- day_shift: else\n", settings=SETTINGS) == ["- night_shift: after ten\n- day_shift: else\n"]
    assert made("- Night Shift: after ten\n- day_shift: else\n", settings=SETTINGS) == ["- night_shift: after ten\n- day_shift: else\n"]


def test_a_label_that_is_known_as_it_is_stays() -> None:
    code = 'def f(text):\n    return text == "night-shift"\n'
    assert made("- night-shift: after ten\n- day_shift: else\n", code, SETTINGS) == []


def test_words_before_the_gap_of_that_name_stay() -> None:
    assert made("Night shift: {night_shift}\nday_shift pays more\n", settings=SETTINGS) == []


def test_a_phrase_in_quotation_marks_is_the_sign_that_code_compares_with() -> None:
    code = 'SIGN = "NOT_FOUND"\ndef f(text):\n    return text == SIGN\n'
    assert 'Else say NOT_FOUND and stop.\n' in made('Else say "Not found." and stop.\n', code)  # fmt: skip


def test_a_key_of_an_example_is_the_one_that_code_reads_beside_the_others() -> None:
    code = 'def f(reply):\n    return reply["name"], reply.get("opts")\n'
    assert made('Say {"name": "x", "options": {}}.\n', code) == ['Say {"name": "x", "opts": {}}.\n']
    assert made('Say {"label": "x", "options": {}}.\n', code) == []


def test_a_tool_takes_what_its_function_takes() -> None:
    code = "def book(room, nights):\n    return room\n"
    assert made("- book(nights, room): a stay\n", code) == ["- book(room, nights): a stay\n"]
    assert made("- book(room, days): a stay\n", code) == ["- book(room, nights): a stay\n"]
    assert made("- book(room, nights): a stay\n", code) == []


def test_a_quoted_name_that_nothing_knows_is_the_one_that_code_compares_with_and_no_text_has() -> None:
    code = 'def f(queue):\n    return queue == "spare"\n'
    assert made("- night_shift: after ten\nElse say `nobody`.\n", code, SETTINGS)[0] == "- night_shift: after ten\nElse say `spare`.\n"
    assert made("- night_shift: after ten\nElse say `spare`.\n", code, SETTINGS) == []


def test_a_quoted_name_that_nothing_knows_is_the_one_that_its_kind_lacks() -> None:
    settings = "queues: [night_shift, day_shift, spare]\n"
    prompt = "Say `night_shift`, `day_shift` or `%s`.\n"
    assert made(prompt % "nobody", settings=settings) == [prompt % "spare"]
