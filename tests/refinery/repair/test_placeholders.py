"""Placeholders that nobody fills are filled by what is given."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.repair.search import candidates

CODE = 'def f(say, n):\n    return say("recipe", name="soup", guests=n)\n'


def texts(template: str) -> list[str]:
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    found = candidates({"a.py": CODE, "prompts/recipe.txt": template}, told, [], [])
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
