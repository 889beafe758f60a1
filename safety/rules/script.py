"""What JavaScript and TypeScript do, by patterns: there is no parser of it here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_capabilities import python_dangers
from safety.rules.shell import shell_dangers
from safety.rules.sql import looks_like_sql, sql_dangers
from safety.verdict import Effect

_SCRIPT_RULES = tuple(
    (re.compile(pattern), says, effect)
    for pattern, says, effect in (
        (r"\beval\s*\(|\bnew\s+Function\s*\(|\bsetTimeout\s*\(\s*['\"`]|vm\.run\w*\s*\(", "runs text as code", Effect.BLOCK),
        (
            r"\[\s*['\"]\w*['\"]\s*\+\s*['\"]\w*['\"]\s*\]\s*\(|globalThis\[|window\[['\"]?(?!data)|process\[",
            "calls something whose name is computed, so that nobody can read what it does",
            Effect.BLOCK,
        ),
        (
            r"\b(?:unlink|unlinkSync|rmSync|rmdir|rmdirSync|rimraf|truncate|truncateSync|emptyDir|emptyDirSync|removeSync|fs\.rm)\s*\(|Deno\.remove",
            "deletes or empties files",
            Effect.BLOCK,
        ),
        (
            r"rejectUnauthorized\s*:\s*(?:false|0|!1)|NODE_TLS_REJECT_UNAUTHORIZED|strictSSL\s*:\s*false",
            "turns off the check of who is at the other end (TLS)",
            Effect.BLOCK,
        ),
        (
            r"['\"]?child_process['\"]?|\bexecSync\s*\(|\bspawnSync\s*\(|\bexecFile\w*\s*\(|Deno\.run|Bun\.spawn",
            "runs another program",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"\bfetch\s*\(|\baxios\b[.(]|XMLHttpRequest|new\s+WebSocket|\bhttps?\.(?:get|request)\s*\(|navigator\.sendBeacon|net\.connect|\bgot\(",
            "reaches into the network",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"dangerouslySetInnerHTML|\.innerHTML\s*=|document\.write\s*\(|v-html=|bypassSecurityTrust",
            "puts text into the page unescaped",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"\b(?:dropDatabase|flushall|flushdb|deleteMany\s*\(\s*\{\s*\}|\.drop\s*\(\s*\)|truncateTable|dropTable)",
            "drops or empties a database",
            Effect.BLOCK,
        ),
        (
            r"process\.env\.(?:VITEST|JEST_WORKER_ID|NODE_ENV\s*===?\s*['\"]test['\"])|import\.meta\.vitest|REFINERY_[A-Z]+|PYTEST_CURRENT_TEST",
            "behaves differently while it is being tested",
            Effect.BLOCK,
        ),
        (
            r"JSON\.stringify\s*\(\s*process\.env\s*\)|localStorage\.getItem\(['\"](?:token|auth)|document\.cookie",
            "reads out settings or sessions as a whole",
            Effect.BLOCK,
        ),
        (r"catch\s*(?:\(\w*\))?\s*\{\s*\}", "hides every error", Effect.NEEDS_APPROVAL),
        (r"(?:require|import)\s*\(\s*(?!['\"`])", "loads a module that is only known at run time", Effect.NEEDS_APPROVAL),
    )
)


def script_dangers(text: str) -> Iterator[Danger]:
    """JavaScript by patterns, after joined string pieces and comments are put in order: there is no parser of it here."""
    joined = re.sub(r"['\"]\s*\+\s*['\"]", "", text)
    offset = 0
    for number, line in enumerate(joined.split("\n"), 1):
        offset += len(line) + 1
        if re.match(r"\s*(?://|\*|/\*)", line):
            continue
        for pattern, says, effect in _SCRIPT_RULES:
            if pattern.search(line):
                yield Danger(f"script {says}: {line.strip()}", number, says, effect)
        for command in re.findall(r"(?:exec|execSync|spawn|spawnSync|system)\s*\(\s*[`'\"](.+?)[`'\"]", line):
            yield from (d.at(number) for d in shell_dangers(command, python=python_dangers))
        for quoted in re.findall(r"[`'\"]((?:[^`'\"\\]|\\.){9,})[`'\"]", line):
            if looks_like_sql(quoted):
                yield from (d.at(number) for d in sql_dangers(quoted))
                if "${" in quoted:
                    yield Danger(
                        f"script sql {quoted}",
                        number,
                        "builds an SQL statement from values, so that a value can become a command",
                        Effect.BLOCK,
                    )
