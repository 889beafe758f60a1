"""How numbers are written into templates: `:.2` for `:.2f`, a share of one written as a plain number before a percent sign."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refinery.repair.slips.sight import Found, Sight, reworded

MARK = re.compile(r"(?<!\{)\{(\w+(?:[.\[][^{}:]*)?):([^{}:]*)\}(?!\})")
UNTYPED = re.compile(r"[,_]?\.\d+")
NO_POINT = re.compile(r"\d[fF]")
BESIDE, ALONE = 0.85, 0.65
"""How likely a form lacks its last letter, or its point: where another mark of the text has it, and where none has."""
SHARE, SHARE_ALONE, TWICE = 0.75, 0.4, 0.85
"""How likely a number before a percent sign is a share: where another of the text is written as one; and that a share has two signs."""


def formats(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for text in sight.texts:
        marks = list(MARK.finditer(text.text))
        forms = {mark[2] for mark in marks}
        shares = any(form.endswith("%") for form in forms)
        for mark in marks:
            form, follows = mark[2], text.text[mark.end() : mark.end() + 1]
            new, prior, end, why = "", 0.0, mark.end(), ""
            if UNTYPED.fullmatch(form):
                new, why = f"{form}f", "without a letter, digits behind the point are all digits that count"
                prior = BESIDE if any(other.endswith("f") for other in forms) else ALONE
            elif NO_POINT.fullmatch(form) and f".{form}" in forms:
                new, prior, why = f".{form}", BESIDE, "without a point, it is a width"
            elif form.endswith("%") and follows == "%":
                new, prior, end, why = form, TWICE, end + 1, "a share brings its own sign"
            elif form.endswith("f") and follows == "%":
                new, end, why = f"{form[:-1]}%", end + 1, "what stands before a percent sign may be a share of one"
                prior = SHARE if shares else SHARE_ALONE
            if new:
                whole = f"{{{mark[1]}:{new}}}"
                yield from reworded(text, [(mark.start(), end, whole)], prior, f"Write {whole}", why)
