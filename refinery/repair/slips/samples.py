"""Samples in texts that are not what code reads such things as: JSON as Python writes it, days in another order than ISO's."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import date

from refinery.repair.prompts import Wording
from refinery.repair.slips.sight import Found, Sight, reworded

OBJECT = re.compile(r"\{+[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}+|\[[^\[\]\n]*['\"][^\[\]\n]*\]")
BARE_WORDS = ((re.compile(r"\btrue\b"), "True"), (re.compile(r"\bfalse\b"), "False"), (re.compile(r"\bnull\b"), "None"))
DAY, ISO = re.compile(r"(?<![\d/.])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?![\d/])"), re.compile(r"\d{4}-\d\d-\d\d")
READ, UNREAD = 0.85, 0.4
"""How likely a sample is meant as JSON, where code reads JSON, and where none does."""
FIRST, SECOND = 0.65, 0.55
"""How likely a day is meant as ISO has it, where code reads that: the day of the month first, the month first."""
MOST_DAYS = 4


def samples(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    read = "json." in sight.code
    iso = "fromisoformat" in sight.code or "%Y-%m-%d" in sight.code
    for text in sight.texts:
        for each in OBJECT.finditer(text.text):
            if new := _as_json(each.group()):
                yield from reworded(
                    text, [(*each.span(), new)], READ if read else UNREAD, f"Write `{new[:60]}`", "it is no JSON as it stands"
                )
        yield from _days(text) if iso or ISO.search(text.text) else ()


def _as_json(sample: str) -> str:
    """A sample as JSON has it; empty where it is that, or is no object at all."""
    doubled = sample.startswith("{{") and sample.endswith("}}")
    plain = sample.replace("{{", "{").replace("}}", "}") if doubled else sample
    try:
        json.loads(plain)
        return ""
    except ValueError:
        pass
    if not re.search(r"['\"]\s*[:,\]]", plain):
        return ""
    for word, python in BARE_WORDS:
        plain = word.sub(python, plain)
    try:
        value = ast.literal_eval(plain)
        new = json.dumps(value, ensure_ascii=False)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return ""
    return new.replace("{", "{{").replace("}", "}}") if doubled else new if isinstance(value, dict | list) else ""


def _days(text: Wording) -> Iterator[Found]:
    found = list(DAY.finditer(text.text))
    for each in found if len(found) <= MOST_DAYS else ():
        one, other, year = int(each[1]), int(each[3]), int(each[4])
        for (month, day), prior in {(other, one): FIRST, (one, other): SECOND}.items():
            try:
                new = date(year, month, day).isoformat()
            except ValueError:
                continue
            yield from reworded(text, [(*each.span(), new)], prior, f"Write {new}, not {each.group()},", "days are read as ISO has them")
