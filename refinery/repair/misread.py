"""What YAML reads as something else than what is written there: `12:30` as 750, `010` as 8, `1.10` as 1.1, a day as a date."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from refinery.domain import Layer
from refinery.edits.draft import spliced
from refinery.edits.scalar import Scalar
from refinery.repair.clues import Clues
from refinery.repair.knobs import EVIDENT, Reading, heard_of
from refinery.repair.placeholders import Refill
from refinery.repair.wording import parts

DAY = re.compile(r"\d{4}-\d\d-\d\d")
PARTED = re.compile(r"\d+\.\d*0")
FORMS = (
    (re.compile(r"\d{1,2}(?::[0-5]\d){1,2}"), "a time, which YAML takes for a number to the base of sixty", 0.95),
    (re.compile(r"0\d+"), "digits, which YAML takes for a number to the base of eight", 0.9),
    (PARTED, "a text of digits, which YAML takes for a number without its last nought", 0.4),
    (DAY, "a day, of which YAML makes a date", 0.5),
)
"""How such texts look, and how likely one of them was meant as a text. Without quotation marks none is."""

QUOTED_BESIDE, SURE = 0.97, 0.95
"""How likely it was meant as a text where one of its form beside it is one, and what that counts at the least."""

VERSIONED = frozenset({"version", "release", "revision", "edition", "section", "chapter"})
VERSION = 0.85
"""How likely a number was meant as a text whose name says that it counts parts, and not a size."""


def misread(
    found: Iterable[Scalar], sources: Mapping[str, str], clues: Clues, heard: Mapping[str, Reading]
) -> Iterator[tuple[float, Refill]]:
    """Quotation marks around such texts, in no order: all of one form in a file, which come of one habit, and one table's alone."""
    found = tuple(found)
    for (path, number), alike in _by_form(found).items():
        form, what, usual = FORMS[number]
        for part in {tuple(each) for each in (alike, *_by_table(alike))}:
            after = spliced(sources[path], [(each.start, each.end, f'"{each.raw}"') for each in part])
            said = max(clues.mention(str(key)) for each in part for key in each.keys)
            read = max(heard_of(each, heard).score for each in part)
            names = ", ".join(each.name for each in part[:3]) + (", …" if len(part) > 3 else "")
            why = f"{part[0].name} is written as {what}"
            parted = form is PARTED and any(parts(each.key) & VERSIONED for each in part)
            sure = form is not PARTED and any(_is_text(each, form) and _stands_by(each, one) for one in part for each in found)
            prior = QUOTED_BESIDE if sure else VERSION if parted else usual
            yield (
                prior * max(0.25 + 0.6 * read + 0.3 * said, SURE if sure else EVIDENT),
                Refill(path, after, f"Quote {names}", why, Layer.CONFIG),
            )


def _by_form(found: Iterable[Scalar]) -> dict[tuple[str, int], list[Scalar]]:
    groups: dict[tuple[str, int], list[Scalar]] = defaultdict(list)
    for scalar in found:
        for number, (form, _, _) in enumerate(FORMS if scalar.path.endswith((".yaml", ".yml")) else ()):
            if form.fullmatch(scalar.raw) and (form is DAY or not isinstance(scalar.value, str)):
                groups[scalar.path, number].append(scalar)
    return groups


def _is_text(scalar: Scalar, form: re.Pattern[str]) -> bool:
    return isinstance(scalar.value, str) and scalar.raw != scalar.value and form.fullmatch(scalar.value) is not None


def _stands_by(scalar: Scalar, other: Scalar) -> bool:
    """Whether two values stand in one table, or under one name in tables beside each other."""
    beside = scalar.keys[:-1] == other.keys[:-1] or (scalar.key == other.key and scalar.keys[:-2] == other.keys[:-2])
    return beside and scalar.path == other.path


def _by_table(alike: Iterable[Scalar]) -> Iterable[list[Scalar]]:
    tables: dict[tuple[str | int, ...], list[Scalar]] = defaultdict(list)
    for scalar in alike:
        tables[scalar.keys[:-1]].append(scalar)
    return tables.values()
