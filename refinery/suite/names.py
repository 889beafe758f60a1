"""Names for scenarios, files and branches, made from what people wrote."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SPELLED = {
    "<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "==": "equal to", "!=": "not equal to", "=": "equals",
    "+": "plus", "-": "minus", "*": "times", "/": "divided by", "//": "floor divided by", "%": "modulo", "**": "to the power of",
    "&": "and", "|": "or", "^": "xor", "~": "inverted", "<<": "shifted left", ">>": "shifted right", "@": "matrix times",
}  # fmt: skip
"""Operators in words: they are the whole point of a name such as "`<=` instead of `<`", and no letter of them may stand in one."""
_QUOTED = re.compile(r"`([^`\w\s]{1,2})`")


def spelled(text: str) -> str:
    """The text with each operator that stands alone between backticks in words."""
    return _QUOTED.sub(lambda found: _SPELLED.get(found[1], found[0]), text)


def slug(text: str, longest: int = 48) -> str:
    """Lower case, ASCII, dashes; whole words as far as they fit."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    kept: list[str] = []
    for word in words:
        if len("-".join([*kept, word])) > longest:
            break
        kept.append(word)
    return "-".join(kept) or "fix-" + hashlib.sha256(text.encode()).hexdigest()[:8]
