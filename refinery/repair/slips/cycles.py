"""Neighbours on a round that stand in a list together, days of the week or months: all of them one step too far, or not far enough."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from refinery.edits.config import LANGUAGES, replaced
from refinery.edits.draft import spliced
from refinery.edits.items import listings
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.moments import stepped
from refinery.repair.slips.grids import grids
from refinery.repair.slips.sight import Found, Sight, reworded, rewritten, turned

WORDS = re.compile(r"[A-Za-z]+")
BETWEEN = re.compile(r"\s*(?:[,;/|&+]|\band\b|\bor\b|-|–|\.\.|\bto\b)?\s*")
STEP, STEP_SAID = 0.3, 0.45
"""How likely all are one step off; and so where the failure speaks of the one that would come in, or go out."""


def cycles(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for path, text in sight.settings.items():
        own = {each.keys: each for each in sight.scalars if each.path == path and isinstance(each.value, str)}
        try:
            found = [each for each in listings(text, path) if 1 < len(each.values) < 12]
        except NotParsable:
            continue
        for listing in found:
            for new, prior, says in _stepped([str(value) for value in listing.values], sight):
                after = _all(text, [own[keys] for at in range(len(new)) if (keys := (*listing.keys, at)) in own], new)
                yield from rewritten(path, after, prior, f"Set {listing.name} to {says}", "all of them may be one step off")
    for scalar in sight.scalars:
        if isinstance(scalar.value, str) and scalar.path.endswith(tuple(LANGUAGES)):
            for after, prior, says in _in_a_text(scalar.value, sight):
                yield from turned(sight.sources, scalar, after, prior, f"Set {scalar.name} to {says}", "all of them may be one step off")
    for wording in sight.texts:
        for start, end in (cell for _, *rows in grids(wording) for row in rows for cell in row.cells):
            for after, prior, says in _in_a_text(wording.text[start:end], sight):
                yield from reworded(wording, [(start, end, after)], prior, f"Write {says}", "all of them may be one step off")


def _stepped(words: Sequence[str], sight: Sight) -> Iterator[tuple[list[str], float, str]]:
    for new in stepped(words):
        said = any(sight.clues.says(word) for word in {*new} ^ {*words})
        yield new, STEP_SAID if said else STEP, ", ".join(new)


def _in_a_text(text: str, sight: Sight) -> Iterator[tuple[str, float, str]]:
    """`tue, wed`, and nothing else."""
    words = [each for each in WORDS.finditer(text) if each.group().lower() not in ("and", "or", "to")]
    gaps = [text[one.end() : other.start()] for one, other in pairwise(words)]
    if 1 < len(words) < 12 and words[0].start() == 0 and words[-1].end() == len(text) and all(BETWEEN.fullmatch(gap) for gap in gaps):
        for new, prior, says in _stepped([each.group() for each in words], sight):
            yield spliced(text, [(*each.span(), word) for each, word in zip(words, new, strict=True)]), prior, says


def _all(text: str, items: Sequence[Scalar], new: Sequence[str]) -> str:
    if len(items) != len(new):
        return ""
    for item, word in sorted(zip(items, new, strict=True), key=lambda pair: -pair[0].start):
        try:
            text = replaced(text, item, word)
        except (NotFaithful, NotParsable):
            return ""
    return text
