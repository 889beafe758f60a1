"""Whether the WHERE of a statement holds it back, or is true of every row however it is written."""

from __future__ import annotations

import re

_LITERAL = r"(?:[-+]?\d+(?:\.\d+)?|'(?:''|[^'])*'|true|false|null)"
_COLUMN = r"[\w.\"`\[\]]+"
_EVERY_ROW = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"not\s+false|{_LITERAL}",
        rf"{_LITERAL}\s*(?:=|<>|!=|<=?|>=?|is(?:\s+not)?|like|in)\s*\(?{_LITERAL}\)?",
        rf"({_COLUMN})\s*(?:=|<=|>=|like|<=>|is)\s*\1",
        rf"{_COLUMN}\s+is\s+not\s+null",
        rf"{_COLUMN}\s+i?like\s+'%+'",
        rf"{_COLUMN}\s*>=?\s*-?(?:0|1|'')",
        rf"{_COLUMN}\s*(?:<>|!=)\s*(?:-\d+|0|'[^']{{0,3}}')",
        rf"{_COLUMN}\s*<=?\s*(?:\d{{7,}}|now\(\)|current_timestamp|current_date|sysdate|getdate\(\)|'infinity')",
        rf"{_COLUMN}\s*(?:~|regexp|rlike)\s*'\.\*?'",
        r"(?:length|coalesce|abs|char_length)\s*\([^()]*\)\s*>=?\s*(?:0|-1)",
        rf"{_COLUMN}\s+between\s+-?(?:0|1)\s+and\s+\d{{6,}}",
        r"exists\s*\((?:(?!\bwhere\b).)*\)",
        rf"{_COLUMN}\s+in\s*\(\s*select\b(?:(?!\bwhere\b|\blimit\b).)*\)",
    )
)
_JOINTS = re.compile(r"'(?:''|[^'])*'|[()]|\b(?:and|or|between|case|end)\b", re.IGNORECASE)


def holds_back(condition: str, depth: int = 0) -> bool:
    """Whether a condition leaves rows alone: each arm of an OR must, and one part of each AND."""
    condition = re.split(r"\b(?:returning|order\s+by|limit)\b", condition, maxsplit=1, flags=re.IGNORECASE)[0].strip().rstrip(";").strip()
    while condition.startswith("(") and _closes_last(condition):
        condition = condition[1:-1].strip()
    if depth > 6 or not condition:
        return bool(condition)
    arms = _parts(condition, "or")
    if len(arms) > 1:
        return all(holds_back(arm, depth + 1) for arm in arms)
    joined = _parts(condition, "and")
    if len(joined) > 1:
        return any(holds_back(part, depth + 1) for part in joined)
    return not any(pattern.fullmatch(condition) for pattern in _EVERY_ROW)


def _parts(condition: str, word: str) -> list[str]:
    """The condition cut at a word that stands in no bracket, text or `between ... and`."""
    pieces, start, depth, between = [], 0, 0, False
    for match in _JOINTS.finditer(condition):
        token = match.group().lower()
        depth += (token in ("(", "case")) - (token in (")", "end"))
        if depth == 0 and token == "and" and between:
            between = False
        elif depth == 0 and token == "between":
            between = True
        elif depth == 0 and token == word:
            pieces.append(condition[start : match.start()])
            start = match.end()
    return [*pieces, condition[start:]]


def _closes_last(condition: str) -> bool:
    depth = 0
    for match in re.finditer(r"'(?:''|[^'])*'|[()]", condition):
        depth += (match.group() == "(") - (match.group() == ")")
        if depth == 0 and match.group() == ")":
            return match.end() == len(condition)
    return False
