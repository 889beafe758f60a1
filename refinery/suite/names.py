"""Names for scenarios, files and branches, made from what people wrote."""

from __future__ import annotations

import hashlib
import re
import unicodedata

OPERATORS = {
    "<=": "at most",
    ">=": "at least",
    "==": "equals",
    "!=": "not equals",
    "<": "less than",
    ">": "more than",
}
"""How an operator is called in a name, where nothing else of it would be left."""
OPERATOR = re.compile(r"(?<![\w<>=!-])(" + "|".join(OPERATORS) + r")(?![\w<>=!-])")
"""One that stands by itself, or in quotes, as people write them; not an arrow, nor a tag."""


def slug(text: str, longest: int = 48) -> str:
    """Lower case, ASCII, dashes; whole words as far as they fit. What operators stand between is told by their names."""
    spelt = OPERATOR.sub(lambda found: f" {OPERATORS[found[0]]} ", text)
    plain = unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    kept: list[str] = []
    for word in words:
        if len("-".join([*kept, word])) > longest:
            break
        kept.append(word)
    return "-".join(kept) or "fix-" + hashlib.sha256(text.encode()).hexdigest()[:8]
