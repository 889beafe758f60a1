"""Globs as git understands them, over repository paths with forward slashes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache


def matches(path: str, pattern: str, *, exact: bool = True) -> bool:
    """Whether a path is meant by a glob: `**` crosses folders, `*` does not, and one without a slash matches a name in any folder.

    With `exact=False` case, Unicode form and invisible characters do not matter: protected places are compared like that, since
    some file systems do not see the difference either.
    """
    return _matches(path, pattern) if exact else _matches(plain(path), plain(pattern))


@lru_cache(maxsize=16_384)
def _matches(path: str, pattern: str) -> bool:
    return _compiled(pattern).fullmatch(path) is not None


def matches_any(path: str, patterns: Iterable[str], *, exact: bool = True) -> bool:
    """Whether one of the globs means the path."""
    return any(matches(path, pattern, exact=exact) for pattern in patterns)


@lru_cache(maxsize=4_096)
def plain(path: str) -> str:
    """A path as the most lenient file system sees it: one Unicode form, one case, no invisible characters, no trailing dots or spaces."""
    if path.isascii():
        return "/".join(part.rstrip(". ") or part for part in path.lower().split("/"))
    visible = "".join(c for c in unicodedata.normalize("NFKC", path) if unicodedata.category(c) != "Cf")
    return "/".join(part.rstrip(". ") or part for part in visible.casefold().split("/"))


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> re.Pattern[str]:
    pattern = literal = pattern.removeprefix("./")
    if "/" not in pattern.rstrip("/"):
        pattern = "**/" + pattern
    pattern = pattern.removeprefix("/")
    if pattern.endswith("/"):
        pattern += "**"
    pattern = re.sub(r"(?:\*\*/)+", "**/", pattern)  # a run of them means the same and would match slowly
    out, i = "", 0
    while i < len(pattern):
        if pattern.startswith("**/", i):
            out, i = out + "(?:.*/)?", i + 3
        elif pattern.startswith("**", i):
            out, i = out + ".*", i + 2
        elif pattern[i] == "*":
            out, i = out + "[^/]*", i + 1
        elif pattern[i] == "?":
            out, i = out + "[^/]", i + 1
        elif pattern[i] == "[" and (end := pattern.find("]", i + 2)) > 0:
            inside = pattern[i + 1 : end]
            negated = inside[:1] in ("!", "^")
            members = (inside[1:] if negated else inside).replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
            out, i = out + ("[^/" if negated else "[") + members + "]", end + 1
        elif pattern[i] == "\\" and i + 1 < len(pattern):
            out, i = out + re.escape(pattern[i + 1]), i + 2
        else:
            out, i = out + re.escape(pattern[i]), i + 1
    try:
        return re.compile(out, re.DOTALL)
    except re.error:  # a malformed character class: the one thing it can mean is itself
        return re.compile("(?:.*/)?" + re.escape(literal), re.DOTALL)
