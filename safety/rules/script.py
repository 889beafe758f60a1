"""What JavaScript and TypeScript do, by patterns: there is no parser of it here."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_capabilities import python_dangers
from safety.rules.python_loopholes import ANSWERS_ITSELF
from safety.rules.script_shell import shell_calls
from safety.rules.script_text import plain_script
from safety.rules.shell import shell_dangers
from safety.rules.sql import looks_like_sql, sql_dangers
from safety.verdict import Effect

_SCRIPT_RULES = tuple(
    (re.compile(pattern), says, effect)
    for pattern, says, effect in (
        (
            r"\beval\s*\(|\(\s*0\s*,\s*eval\s*\)|\b(?:new\s+)?Function\s*\(\s*[\"\w`]|\.constructor\s*\(\s*[\"`]|\bsetTimeout\s*\(\s*['\"`]|vm\.run\w*\s*\(",
            "runs text as code",
            Effect.BLOCK,
        ),
        (
            r"\[\s*['\"]\w*['\"]\s*\+\s*['\"]\w*['\"]\s*\]\s*\(|globalThis\[|window\[['\"]?(?!data)|process\[",
            "calls something whose name is computed, so that nobody can read what it does",
            Effect.BLOCK,
        ),
        (
            r"\b(?:unlinkSync|rmSync|rmdirSync|rimraf|truncateSync|emptyDir|emptyDirSync|removeSync|fs\.(?:promises\.)?(?:rm|rmdir|unlink|truncate))\s*\(|Deno\.remove|\bunlink\s*\(",
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
            r"(?:JSON\.stringify|Object\.(?:entries|values))\s*\(\s*process\.env\s*\)",
            "reads out all settings of the machine",
            Effect.BLOCK,
        ),
        (r"localStorage\.getItem\(['\"](?:token|auth)|document\.cookie", "reads the sessions of a visitor", Effect.NEEDS_APPROVAL),
        (
            r"\bdeleteMany\s*\(\s*\)|\.destroy\s*\(\s*\{\s*(?:where\s*:\s*\{\s*\}|truncate\s*:\s*true)|dropCollection\s*\(|\.del\s*\(\s*(?:\.\.\.)?\(?\s*await\s+\w+\.keys\(",
            "drops or empties a database",
            Effect.BLOCK,
        ),
        (r"typeof\s+(?:jest|vi|describe|it|expect)\b|__vitest|jest-worker", "behaves differently while it is being tested", Effect.BLOCK),
        (
            r"\b(?:is|has|can|check|verify|validate|auth|authorize|authenticate|allow|require|ensure)[A-Z]?\w*\s*(?:[=:]\s*(?:async\s*)?(?:\([^)]{0,200}\)|\w+)\s*=>\s*(?:\{\s*return\s+)?true\b|\([^)]{0,200}\)\s*(?::\s*\w+\s*)?\{\s*return\s+true\b)",
            "is a check that lets everything pass",
            Effect.BLOCK,
        ),
        (r"algorithms\s*:\s*\[\s*\"none\"|ignoreExpiration\s*:\s*true", "believes a token without checking it", Effect.BLOCK),
        (
            r"Access-Control-Allow-Origin\"\s*[,:]\s*\"\*|\borigin\s*:\s*(?:\"\*\"|true\b)|\bcors\(\s*\)|\.listen\s*\([^)]{0,80}\"0\.0\.0\.0\"|hostname\s*:\s*\"0\.0\.0\.0\"",
            "opens the service to everybody",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"\b(?:httpOnly|secure|csrf|contextIsolation|webSecurity|sandbox)\s*:\s*false|nodeIntegration\s*:\s*true",
            "switches a protection off",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"(?i)(?:token|secret|password|session|nonce|otp)\w*\s*[=:][^;\n]{0,60}Math\.random|createHash\s*\(\s*\"(?:md5|sha1)\"\s*\)[^;\n]{0,40}pass",
            "makes or keeps a secret in a way that can be guessed",
            Effect.NEEDS_APPROVAL,
        ),
        (r"\$where\b|process\.kill\s*\(|process\.binding\s*\(", "reaches past the program's own rules", Effect.NEEDS_APPROVAL),
        (
            r"(?:Object\.(?:values|keys|entries|getOwnPropertyNames)|Reflect\.(?:ownKeys|get))\s*\(\s*(?:fs|fsp|child_process|cp|process|globalThis|require\s*\()",
            "goes through what a module offers, so that nobody can read what it takes",
            Effect.BLOCK,
        ),
        (
            r"\b(?:confirm\w*|approv\w*|consent\w*|ask[A-Z]\w*)\s*[=:]\s*(?:async\s*)?(?:\([^)]{0,200}\)|\w+)\s*=>\s*(?:\{\s*return\s+)?(?:true\b|\"(?:y|yes|ok)\")",
            ANSWERS_ITSELF,
            Effect.BLOCK,
        ),
        (
            r"\b(?:is|has|can|check|verify|validate|auth|authorize|authenticate|allow|require|ensure)[A-Z]?\w*\s*\([^)]{0,200}\)\s*(?::\s*\w+\s*)?\{(?:(?!\breturn\b|\bthrow\b|\bif\b|\bawait\b|\bassert|[{}]|[vV]erif|[dD]ecod|[vV]alid)[^{}]){1,400}?\breturn\s+true\b",
            "is a check that lets everything pass",
            Effect.BLOCK,
        ),
        (r"catch\s*(?:\(\w*\))?\s*\{\s*\}", "hides every error", Effect.NEEDS_APPROVAL),
        (r"(?:require|import)\s*\(\s*(?!['\"`])", "loads a module that is only known at run time", Effect.NEEDS_APPROVAL),
    )
)


_FROM = re.compile(
    r"""import\s+(?:(?:\*\s+as\s+)?(\w+)\s*,?\s*)?(?:\{([^{}]{0,2000})\})?\s*from\s*"(?:node:)?(fs|fs/promises|fs-extra|child_process)"
    |(?:const|let|var)\s+(?:(\w+)|\{([^{}]{0,2000})\})\s*=\s*(?:await\s+import|require)\s*\(\s*"(?:node:)?(fs|fs/promises|fs-extra|child_process)"\s*\)""",
    re.VERBOSE,
)
_DELETES = frozenset({"rm", "rmSync", "rmdir", "rmdirSync", "unlink", "unlinkSync", "truncate", "truncateSync", "remove", "emptyDir"})


def script_dangers(text: str) -> Iterator[Danger]:
    """What the program does, once its joined pieces, its encodings and the names it imports are put in order."""
    plain = plain_script(text)
    starts = [0, *(m.end() for m in re.finditer("\n", plain))]
    for pattern, says, effect in (*_SCRIPT_RULES, *_of_imports(plain)):
        for match in pattern.finditer(plain):
            where = bisect_right(starts, match.start())
            # the call with what it is given first: further options do not make it another call
            call = match.group() + re.split(r"[?),;\n]", plain[match.end() : match.end() + 200], maxsplit=1)[0]
            yield Danger(f"script {says}: {' '.join(call.split())}", where, says, effect)
    for at, says, effect in shell_calls(plain):
        told = " ".join(plain[at : at + 200].split("\n")[0].split())
        yield Danger(f"script {says}: {told}", bisect_right(starts, at), says, effect)
    for number, line in enumerate(plain.split("\n"), 1):
        for command in re.findall(r"(?:exec|execSync|spawn|spawnSync|system)\s*\(\s*[`\"](.+?)[`\"]", line):
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


def _of_imports(plain: str) -> Iterator[tuple[re.Pattern[str], str, Effect]]:
    """Patterns for the names under which this file imports what deletes files."""
    names: set[str] = set()
    modules: set[str] = set()
    for match in _FROM.finditer(plain):
        whole, listed, _, bound, taken, _ = match.groups()
        modules |= {name for name in (whole, bound) if name}
        for item in (listed or taken or "").split(","):
            original, _, alias = (part.strip() for part in re.sub(r"\s+as\s+", ":", item).partition(":"))
            if original in _DELETES:
                names.add(alias or original)
    calls = [rf"(?<![.\w])(?:{'|'.join(map(re.escape, names))})"] if names else []
    calls += [rf"\b(?:{'|'.join(map(re.escape, modules))})(?:\.promises)?\.(?:{'|'.join(_DELETES)})"] if modules else []
    if calls:
        yield re.compile(rf"(?:{'|'.join(calls)})\s*\("), "deletes or empties files", Effect.BLOCK
