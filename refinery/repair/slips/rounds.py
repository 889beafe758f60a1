"""Loops in templates that say in each round what is said of the whole: `{% for stop in stops %}{{ stops.name }}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refinery.repair.slips.sight import Found, Sight, reworded

BLOCK = re.compile(r"\{%-?\s*(for|endfor)\b(?:\s+(\w+)(?:\s*,\s*(\w+))?\s+in\s+([\w.]+)[^%]*?)?\s*-?%\}")
OF_TABLES = r"(?!\.(?:items|values|keys|get|length|count|index)\b)"
LEFT, USED, WHOLE = 0.9, 0.7, 0.5
"""How likely a field of the whole is meant as one of this round: where the round reads nothing of its own, and where it does; and the whole
itself, where the round reads nothing of its own."""


def rounds(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for text in sight.texts:
        opened: list[re.Match[str]] = []
        for block in BLOCK.finditer(text.text) if "{%" in text.text else ():
            if block[1] == "for":
                opened.append(block)
                continue
            start = opened.pop() if opened else None
            if start is None or not start[4] or start[3]:
                continue
            one, whole = start[2], start[4]
            inside = text.text[start.end() : block.start()]
            marks = list(re.finditer(r"\{\{.*?\}\}|\{%.*?%\}", inside, re.DOTALL))
            own = any(re.search(rf"(?<![\w.]){one}\b", mark.group()) for mark in marks)
            fields = [
                (start.end() + mark.start() + each.start(), start.end() + mark.start() + each.end(), one)
                for mark in marks
                for each in re.finditer(rf"(?<![\w.]){re.escape(whole)}(?=\.[A-Za-z_]|\[['\"]){OF_TABLES}", mark.group())
            ]
            says, why = f"Write of `{one}`, not of `{whole}`,", f"it is said in each round, for one of `{whole}`"
            if fields:
                yield from reworded(text, fields, USED if own else LEFT, says, why)
            elif not own:
                bare = re.compile(rf"\{{\{{\s*({re.escape(whole)})(?=\s*[|}}])")
                spans = [(start.end() + each.start(1), start.end() + each.end(1), one) for each in bare.finditer(inside)]
                yield from reworded(text, spans, WHOLE, says, why) if spans else ()
