"""Where JavaScript hands a text to a shell, under whatever name, and whether the text is fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.verdict import Effect

_RUNS = ("exec", "execSync")
_MODULE = r"[\"'](?:node:)?child_process[\"']"
_NAMED = re.compile(
    rf"import\s*(?:\w+\s*,\s*)?\{{([^{{}}]{{0,2000}})\}}\s*from\s*{_MODULE}|(?:const|let|var)\s*\{{([^{{}}]{{0,2000}})\}}\s*=\s*(?:await\s+import|require)\s*\(\s*{_MODULE}"
)
_WHOLE = re.compile(
    rf"import\s*(?:\*\s*as\s+)?(\w+)\s*from\s*{_MODULE}|(?:const|let|var)\s+(\w+)\s*=\s*(?:await\s+import|require)\s*\(\s*{_MODULE}"
)
_WITH_SHELL = re.compile(r"\bshell\s*:\s*(?:true\b|[\"'`/])")
_SPAWNS = re.compile(r"\b(?:spawn|spawnSync|execFile|execFileSync|execa|execaSync)\s*\(")


def shell_calls(plain: str) -> Iterator[tuple[int, str, Effect]]:
    """Where a shell is started, with what is said of it: a text that is built from values can become another command."""
    names = _runners(plain)
    callees = [rf"(?<![.\w])(?:{'|'.join(map(re.escape, names))})"] if names else []
    callees += [rf"\b{re.escape(module)}\.(?:exec|execSync)" for module in _modules(plain)]
    callees += [r"require\(\s*" + _MODULE + r"\s*\)\.(?:exec|execSync)", r"\bexeca(?:Command(?:Sync)?|\.command)"]
    for match in re.finditer(rf"(?:{'|'.join(callees)})\s*\(", plain):
        built = _is_built(plain, match.end())
        if built:
            yield match.start(), "builds a shell command from values that may come from outside", Effect.BLOCK
    for match in _SPAWNS.finditer(plain):
        given = _arguments(plain, match.end())
        if _WITH_SHELL.search(given):
            fixed = re.sub(r"\{[^{}]*\}\s*$|\"(?:\\.|[^\"\\])*\"", "", given)
            hard = "${" in given or re.search(r"\w", fixed) is not None
            says = "builds a shell command from values that may come from outside" if hard else "runs a command by way of a shell"
            yield match.start(), says, Effect.BLOCK if hard else Effect.NEEDS_APPROVAL


def _runners(plain: str) -> set[str]:
    """The names under which this file can call a shell."""
    names: set[str] = set()
    for match in _NAMED.finditer(plain):
        for item in (match.group(1) or match.group(2) or "").split(","):
            original, _, alias = (part.strip() for part in re.sub(r"\s+as\s+", ":", item).partition(":"))
            if original in _RUNS:
                names.add(alias or original)
    modules = "|".join(re.escape(m) for m in _modules(plain)) or r"(?!)"
    for _ in range(3):
        of = "|".join(re.escape(n) for n in names) or r"(?!)"
        source = rf"(?:(?:{of})\b|(?:{modules})\.(?:exec|execSync)\b|require\(\s*{_MODULE}\s*\)\.(?:exec|execSync)\b)"
        names |= set(re.findall(rf"(?:const|let|var)\s+(\w+)\s*=\s*(?:\w+\.)?(?:promisify\(\s*)?{source}\s*\)?\s*[;\n,]", plain))
    return names


def _modules(plain: str) -> set[str]:
    return {name for match in _WHOLE.finditer(plain) for name in match.groups() if name}


def _arguments(plain: str, start: int) -> str:
    """What stands between the brackets of a call, as far as it is worth reading."""
    depth, end = 1, start
    while depth and end < min(len(plain), start + 2_000):
        depth += (plain[end] in "([{") - (plain[end] in ")]}")
        end += 1
    return plain[start : end - 1]


def _is_built(plain: str, start: int) -> bool:
    first = re.match(r"\s*(`(?:\\.|[^`\\])*`|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')?\s*(.?)", plain[start : start + 4_000], re.DOTALL)
    if first is None or first.group(1) is None:
        return re.match(r"\s*[A-Z][A-Z0-9_]*\s*[,)]", plain[start : start + 200]) is None
    return (first.group(1).startswith("`") and "${" in first.group(1)) or first.group(2) in ("+", ".")
