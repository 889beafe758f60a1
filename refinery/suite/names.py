"""Names for scenarios, files and branches, made from what people wrote."""

from __future__ import annotations

import hashlib
import re
import unicodedata


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
