"""What SQL destroys or opens, read statement by statement and not by how it is spelled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.sql_conditions import holds_back
from safety.verdict import Effect

_QUOTED = r"'(?:''|[^'])*'|\$(\w*)\$.*?\$\1\$"
_COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_NAME = r"(?:[\w.\"`\[\]{}:$%?\x1a]+)"
_BLOCKED = (
    (
        rf"drop\s+(?:table|database|schema|keyspace|materialized\s+view|view|user|role|tablespace|collection|owned)\s+(?:if\s+exists\s+)?{_NAME}",
        "drops a table, schema or database",
    ),
    (rf"create\s+or\s+replace\s+(?:transient\s+)?table\s+{_NAME}", "replaces a table with all that is in it"),
    (rf"truncate\s+(?:table\s+)?(?:only\s+)?{_NAME}", "empties a table (TRUNCATE)"),
    (r"grant\s+(?:all\b|.*\bto\s+public\b|.*\bwith\s+grant\s+option)", "gives away all rights on the database"),
    (
        r".*\b(?:xp_cmdshell|into\s+(?:out|dump)file|lo_export|load_extension|pg_read_file|copy\s+.*\bprogram\b)",
        "reaches from the database into the machine",
    ),
    (r"(?:select|perform|call)\b.*\bpg_(?:terminate_backend|cancel_backend)\s*\(", "ends the work of others on the database"),
    (r"pragma\s+writable_schema", "makes the schema of the database writable"),
    (r"(?:alter|create)\s+(?:user|role)\s+.*\b(?:superuser|password)\b", "changes the rights or the password of a database user"),
)
_APPROVED = (
    (r"delete\b", "deletes rows of a table"),
    (r"alter\s+table\s+.*\bdrop\b", "drops a column or constraint: its data is lost"),
    (r"alter\s+table\s+.*\b(?:rename|alter\s+column|modify|disable)\b", "changes the shape of a table with data in it"),
    (r"drop\s+(?:index|function|procedure|trigger|sequence|type|extension|policy)\b", "drops a part of the schema"),
    (r".*\bon\s+delete\s+cascade", "deletes further rows by cascade"),
    (r"(?:grant|revoke|flush|alter\s+system|reassign)\s+\w+", "changes rights on the database, or how it works"),
    (
        r"pragma\s+(?:foreign_keys|synchronous|journal_mode|integrity_check|ignore_check_constraints)\s*=(?!\s*(?:on|1|wal|full|normal)\b)"
        r"|set\s+(?:global\s+|session\s+|local\s+)?(?:foreign_key_checks|unique_checks|session_replication_role|sql_safe_updates|row_security)\b",
        "changes how safely the database keeps data",
    ),
    (r"copy\s+.*\bto\s+'|select\b.*\blo_unlink\s*\(", "writes or removes files on the database's machine"),
    (r"replace\s+into\s+", "overwrites rows"),
)
_DELETES = re.compile(rf"delete\s+(?:from\s+)?(?:only\s+)?(?:{_NAME}\s+from\s+)?{_NAME}(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_UPDATES = re.compile(rf"update\s+(?:only\s+)?{_NAME}\s+(?:as\s+\w+\s+|\w+\s+)?set\s+(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_MERGES = re.compile(r"merge\s+(?:into\s+)?(?P<head>.*?)\bon\b(?P<on>.*?)\bwhen\b(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_BEGINS = re.compile(
    r"(?:^|\(|\b(?:begin|then|else|loop|do|as|explain|analyze)\b)\s*(?=(?:drop|truncate|delete|update|alter|grant)\b)", re.IGNORECASE
)
_RUNS_TEXT = re.compile(r"\b(?:execute|exec|prepare|immediate|sp_executesql)\b", re.IGNORECASE)
_RULES = tuple((re.compile(p, re.IGNORECASE | re.DOTALL), says, Effect.BLOCK) for p, says in _BLOCKED) + tuple(
    (re.compile(p, re.IGNORECASE | re.DOTALL), says, Effect.NEEDS_APPROVAL) for p, says in _APPROVED
)
_STARTS = re.compile(
    r"\s*(?:(?:drop|truncate|alter|grant|revoke|create)\s+(?:table|database|schema|view|user|role|index|all|keyspace|\w+\s+on)\b|truncate\s+\w+\s*;?\s*$"
    r"|delete\s+from\b|merge\s+into\b|do\s+\$|exec(?:ute)?\s+(?:immediate|sp_\w+)\b|update\s+\S+\s+set\b|insert\s+into\b|select\b.*\bfrom\b|with\s+\w+\s+as\s*\(|replace\s+into\b|pragma\s+\w+)",
    re.IGNORECASE | re.DOTALL,
)
LONGEST = 4_000


def looks_like_sql(text: str) -> bool:
    """Whether a string is a statement rather than a sentence."""
    return any(_STARTS.match(reading.lstrip()) for reading in _readings(text[:LONGEST]))


def sql_dangers(text: str) -> list[Danger]:
    """What a script of statements destroys or opens."""
    return list(_dangers(text))


def _dangers(text: str, depth: int = 0) -> Iterator[Danger]:
    for line, statement in _statements(text):
        flat = " ".join(statement.split())
        if not flat:
            continue
        if len(flat) > LONGEST:
            yield Danger(
                f"sql long: {flat[:200]}", line, f"an SQL statement of {len(flat)} characters cannot be reviewed", Effect.NEEDS_APPROVAL
            )
            flat = flat[:LONGEST]
        hidden = re.sub(_QUOTED, lambda m: " " * len(m.group()), flat, flags=re.DOTALL)
        # a statement may stand within another: in a WITH, a trigger, a branch
        for begin in dict.fromkeys((0, *(m.end() for m in _BEGINS.finditer(hidden)))):
            yield from _judged(flat[begin:], line)
        if depth < 3:
            for inner in _inner(statement):
                yield from (danger.at(line) for danger in _dangers(inner, depth + 1))


def _judged(flat: str, line: int) -> Iterator[Danger]:
    says, effect = next(((says, effect) for pattern, says, effect in _RULES if pattern.match(flat)), ("", Effect.ALLOW))
    for pattern, rows in ((_DELETES, "deletes every row of a table"), (_UPDATES, "changes every row of a table")):
        match = pattern.match(flat)
        if match:
            _, *where = _WHERE.split(match["rest"], maxsplit=1)
            if not where or not holds_back(where[0]):
                says, effect = f"{rows} ({'the WHERE is always true' if where else 'there is no WHERE'})", Effect.BLOCK
    merge = _MERGES.match(flat)
    if merge and re.search(r"\bthen\s+(?:delete|update)\b", merge["rest"], re.IGNORECASE):
        if not holds_back(merge["on"]) or re.search(r"not\s+matched\s+by\s+source\s+then\s+delete", flat, re.IGNORECASE):
            says, effect = "deletes or changes every row of a table (MERGE whose condition holds nothing back)", Effect.BLOCK
        else:
            says, effect = "deletes or changes rows of a table (MERGE)", Effect.NEEDS_APPROVAL
    if says:
        yield Danger(f"sql {says}: {flat.lower()}", line, f"SQL that {says}: {flat[:80]}", effect)


def _inner(statement: str) -> Iterator[str]:
    """The code that a statement carries in its texts: bodies between dollars, and what it has run by name."""
    for match in re.finditer(r"\$(\w*)\$(.*?)\$\1\$", statement, re.DOTALL):
        yield match.group(2)
    if _RUNS_TEXT.search(statement):
        glued = re.sub(r"'\s*(?:\|\||\+)\s*'", "", statement)
        yield from (body.replace("''", "'") + " ?" for body in re.findall(r"'((?:''|[^'])*)'", glued) if looks_like_sql(body + " ?"))


def _readings(text: str) -> tuple[str, ...]:
    """The text without its comments: one inside a word joins what stands around it on some servers, and parts it on others."""
    inside = re.compile(r"(?<=\w)/\*.*?\*/(?=\w)", re.DOTALL)
    texts = (inside.sub("", text), inside.sub(" ", text)) if inside.search(text) else (text,)
    return tuple(_COMMENT.sub(lambda m: "\n" * m.group().count("\n") or " ", one) for one in texts)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    for reading in _readings(text[:200_000]):
        clean = re.sub(r"/\*!\d*|\*/", " ", reading)
        start = 0
        for piece in _split(clean):
            lead = len(piece) - len(piece.lstrip())
            yield clean.count("\n", 0, start + lead) + 1, piece
            start += len(piece) + 1


def _split(text: str) -> list[str]:
    pieces, begin = [], 0
    for match in re.finditer(rf"{_QUOTED}|;", text, re.DOTALL):
        if match.group() == ";":
            pieces.append(text[begin : match.start()])
            begin = match.end()
    return [*pieces, text[begin:]]
