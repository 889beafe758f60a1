"""A name that stands once, and elsewhere with other joints, is the odd one."""

from __future__ import annotations

import json

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.asked import asked_in
from refinery.repair.clues import clues
from refinery.repair.joints import joints
from refinery.repair.module import Module

TOLD = Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5)


def made(settings: str, code: str = "", asked: str = "") -> list[str]:
    sources = {"a.yaml": settings, "m.py": code}
    told = clues(TOLD, [], asked_in([json.dumps({"text": asked})], []))
    return [change.after for _, change in joints(scalars(settings, "a.yaml"), sources, [Module("m.py", code)], told)]


def test_a_value_is_written_as_code_has_it_in_quotation_marks() -> None:
    code = 'def f(kind):\n    return kind == "net-price"\n'
    assert made("kinds: [net_price, gross]\n", code) == ["kinds: [net-price, gross]\n"]
    assert made("kinds: [net_price, gross]\n", code.replace('"net-price"', "net_price")) == [], "a variable has no joints to choose"
    assert made("kinds: [net_price, gross]\nlast: net_price\n", code) == [], "it stands twice"


def test_a_key_is_written_as_a_failing_input_has_it() -> None:
    assert made("days:\n  north-gate: 4\n", asked="to northgate") == ["days:\n  northgate: 4\n"]


def test_short_names_are_left_alone() -> None:
    assert made("kinds: [a-b]\n", 'def f(kind):\n    return kind == "a_b"\n') == []
