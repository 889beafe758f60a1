"""What SQL destroys or opens, read statement by statement and not by how it is spelled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.verdict import Effect

_QUOTED = r"'(?:''|[^'])*'|\$\$.*?\$\$"
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_NAME = r"(?:[\w.\"`\[\]{}:$%?]+)"
_TRIVIAL = r"(?:true|not\s+false|(\w+)\s*=\s*\1|'(\w*)'\s*=\s*'\2'|\w+\s+is\s+not\s+null|\w+\s+like\s+'%')"
_BLOCKED = (
    (
        rf"drop\s+(?:table|database|schema|keyspace|materialized\s+view|view|user|role|tablespace|collection)\s+(?:if\s+exists\s+)?{_NAME}",
        "drops a table, schema or database",
    ),
    (rf"truncate\s+(?:table\s+)?(?:only\s+)?{_NAME}", "empties a table (TRUNCATE)"),
    (r"delete\s+from\s+(?:(?!\bwhere\b).)*$", "deletes every row of a table (DELETE without WHERE)"),
    (rf"delete\s+from\s+.*\bwhere\s+\(?\s*{_TRIVIAL}\s*\)?\s*(?:$|or\b)", "deletes every row of a table (the WHERE is always true)"),
    (
        rf"update\s+(?:only\s+)?{_NAME}\s+(?:as\s+\w+\s+|\w+\s+)?set\s+(?:(?!\bwhere\b).)*$",
        "changes every row of a table (UPDATE without WHERE)",
    ),
    (rf"update\s+.*\bset\b.*\bwhere\s+\(?\s*{_TRIVIAL}\s*\)?\s*(?:$|or\b)", "changes every row of a table (the WHERE is always true)"),
    (r"grant\s+(?:all\b|.*\bto\s+public\b|.*\bwith\s+grant\s+option)", "gives away all rights on the database"),
    (
        r".*\b(?:xp_cmdshell|into\s+(?:out|dump)file|lo_export|load_extension|pg_read_file|copy\s+.*\bprogram\b)",
        "reaches from the database into the machine",
    ),
    (r"pragma\s+writable_schema", "makes the schema of the database writable"),
    (r"alter\s+(?:user|role)\s+.*\b(?:superuser|password)\b", "changes the rights or the password of a database user"),
)
_APPROVED = (
    (r"delete\s+from\s+", "deletes rows of a table"),
    (r"alter\s+table\s+.*\bdrop\b", "drops a column or constraint: its data is lost"),
    (r"alter\s+table\s+.*\b(?:rename|alter\s+column|modify|disable)\b", "changes the shape of a table with data in it"),
    (r"drop\s+(?:index|function|procedure|trigger|sequence|type|extension|policy)\b", "drops a part of the schema"),
    (r".*\bon\s+delete\s+cascade", "deletes further rows by cascade"),
    (r"(?:grant|revoke)\s+\w+", "changes rights on the database"),
    (
        r"pragma\s+(?:foreign_keys|synchronous|journal_mode|integrity_check|ignore_check_constraints)\s*=",
        "changes how safely the database keeps data",
    ),
    (r"replace\s+into\s+", "overwrites rows"),
)
_RULES = tuple((re.compile(p, re.IGNORECASE | re.DOTALL), says, Effect.BLOCK) for p, says in _BLOCKED) + tuple(
    (re.compile(p, re.IGNORECASE | re.DOTALL), says, Effect.NEEDS_APPROVAL) for p, says in _APPROVED
)
_STARTS = re.compile(
    r"\s*(?:(?:drop|truncate|alter|grant|revoke|create)\s+(?:table|database|schema|view|user|role|index|all|keyspace|\w+\s+on)\b|truncate\s+\w+\s*;?\s*$"
    r"|delete\s+from\b|update\s+\S+\s+set\b|insert\s+into\b|select\b.*\bfrom\b|with\s+\w+\s+as\s*\(|replace\s+into\b|pragma\s+\w+)",
    re.IGNORECASE | re.DOTALL,
)
LONGEST = 4_000


def looks_like_sql(text: str) -> bool:
    """Whether a string is a statement rather than a sentence."""
    return _STARTS.match(_without_comments(text[:LONGEST]).lstrip()) is not None


def sql_dangers(text: str) -> list[Danger]:
    """What a script of statements destroys or opens."""
    return list(_dangers(text))


def _dangers(text: str) -> Iterator[Danger]:
    for line, statement in _statements(text):
        flat = " ".join(statement.split())
        if not flat:
            continue
        if len(flat) > LONGEST:
            yield Danger(
                f"sql long: {flat[:200]}", line, f"an SQL statement of {len(flat)} characters cannot be reviewed", Effect.NEEDS_APPROVAL
            )
            flat = flat[:LONGEST]
        for pattern, says, effect in _RULES:
            if pattern.match(flat):
                yield Danger(f"sql {says}: {flat.lower()}", line, f"SQL that {says}: {flat[:80]}", effect)
                break


def _without_comments(text: str) -> str:
    # a comment inside a keyword (DR/**/OP) joins what stands around it on some servers, so it goes without a trace there
    joined = re.sub(r"(?<=\w)/\*.*?\*/(?=\w)", "", text, flags=re.DOTALL)
    return _COMMENT.sub(lambda m: "\n" * m.group().count("\n") or " ", joined)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    clean = re.sub(r"/\*!\d*|\*/", " ", _without_comments(text[:200_000]))
    start = 0
    for piece in _split(clean):
        lead = len(piece) - len(piece.lstrip())
        yield (
            clean.count("\n", 0, start + lead) + 1,
            re.sub(r"^\s*(?:begin|start\s+transaction|explain(?:\s+analyze)?)\b\s*", "", piece, flags=re.IGNORECASE),
        )
        start += len(piece) + 1


def _split(text: str) -> list[str]:
    pieces, begin = [], 0
    for match in re.finditer(rf"{_QUOTED}|;", text, re.DOTALL):
        if match.group() == ";":
            pieces.append(text[begin : match.start()])
            begin = match.end()
    return [*pieces, text[begin:]]
