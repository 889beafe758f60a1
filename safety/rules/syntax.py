"""The rule `syntax`: what a change leaves behind must still be read by whoever reads it."""

from __future__ import annotations

import ast
import json
import re
import string
import warnings
from collections.abc import Iterator
from functools import lru_cache

from safety.changes import FileChange
from safety.guard import Case
from safety.rules.added import added
from safety.rules.configuration import Fault, read
from safety.rules.jinja import jinja_fault
from safety.rules.kinds import Kind, is_prompt, kind_of
from safety.rules.python_source import python_of, tree_of
from safety.rules.shell import shell_faults
from safety.rules.size import is_binary
from safety.verdict import Effect, Finding

_CONFLICT = re.compile(r"^(?:<{7} |={7}$|>{7} |\|{7} )", re.MULTILINE)
_COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NEWER = re.compile(
    r"^[ \t]*type[ \t]+\w+(?:\[[^\]]*\])?[ \t]*=|^[ \t]*(?:async\s+)?(?:def|class)\s+\w+\[|\{[^{}]*(['\"])[^{}]*\1[^{}]*\}", re.MULTILINE
)


_UNCLOSED = re.compile(r"\bf[rR]?([\"'])(?:(?!\1).)*\{[^{}\"']*\1")
"""A brace of an f-string that is still open where the text ends: an error in every version of Python."""

_RECORDS = "**"
_KEY = re.compile(r"""["'](\w+)["']\s*[\]:]|^[ \t-]*(\w+)[ \t]*[=:]|[(,][ \t]*(\w+)=""", re.MULTILINE)
"""What is kept under a name: in a mapping or a record, in a table, as a keyword."""
_BY_PATTERN = re.compile(r"""["'](?:\\\{)+(?:\\s\*)?\((?:\?P<\w+>)?[\[\\\w]|\.replace\(\s*(?:r?["']\{+["']\s*\+|r?f["'](?:\{\{)+\{)""")
"""Code that fills placeholders in by itself: by a pattern that takes what is in braces, or by `replace`, each by its name in braces."""


def _line(text: str, number: int | None) -> str:
    lines = text.split("\n")
    return lines[number - 1] if number and number <= len(lines) else ""


def syntax(case: Case) -> Iterator[Finding]:
    """Says which text no longer parses, and which placeholder of a template no longer fits its code."""
    for change in case.readable():
        after = change.after
        if after is None or after == change.before or is_binary(after) or change.mode_after == "120000":
            continue
        faults = list(_faults(change.path, after))
        if faults and (change.before is None or not list(_faults(change.path, change.before))):
            for fault, effect in faults[:3]:
                yield Finding("syntax", change.path, fault.line, fault.says, effect)
        yield from _conflicts(change)
        yield from _cookie(change)
        if change.before is not None:
            yield from _placeholders(case, change)


def _faults(path: str, text: str) -> Iterator[tuple[Fault, Effect]]:
    kind = kind_of(path, text)
    if kind in (Kind.YAML, Kind.JSON, Kind.TOML, Kind.INI, Kind.NOTEBOOK):
        value = read(path, text)
        templated = "{{" in text or "{%" in text
        if isinstance(value, Fault):
            yield (
                Fault(value.line, f"the file cannot be read: {value.says}"),
                Effect.NEEDS_APPROVAL if templated and kind is Kind.YAML else Effect.BLOCK,
            )
        elif kind is Kind.NOTEBOOK and not (isinstance(value, dict) and isinstance(value.get("cells"), list)):
            yield Fault(1, "the file is not a notebook: it has no cells"), Effect.BLOCK
    if kind in (Kind.PYTHON, Kind.NOTEBOOK):
        fault = _python_fault(python_of(path, text) or "")
        if fault:
            yield (
                fault,
                Effect.NEEDS_APPROVAL
                if (_NEWER.search(text) and "f-string" in fault.says and not _UNCLOSED.search(_line(text, fault.line)))
                or re.search(r"^[ \t]*type[ \t]+\w+|(?:def|class)\s+\w+\[", text, re.MULTILINE)
                else Effect.BLOCK,
            )
    elif kind is Kind.SHELL:
        yield from ((Fault(line, f"the script is broken: {says}"), Effect.BLOCK) for line, says in shell_faults(text))
    elif kind is Kind.JINJA or (kind is Kind.PROSE and "{%" in text):
        fault = _template_fault(text) or (_parsed_fault(text) if kind is Kind.JINJA else None)
        if fault:
            yield fault, Effect.BLOCK
    elif kind is Kind.SQL:
        fault = _sql_fault(text)
        if fault:
            yield fault, Effect.BLOCK
    elif kind is Kind.SCRIPT:
        fault = _brackets(text) or _torn(text)
        if fault:
            yield fault, Effect.BLOCK
    elif path.endswith(".jsonl"):
        for number, line in enumerate(text.splitlines(), 1):
            try:
                json.loads(line or "null")
            except (ValueError, RecursionError):
                yield Fault(number, "the line is not JSON"), Effect.BLOCK
                break


def _python_fault(text: str) -> Fault | None:
    tree = tree_of(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if tree is None:
                ast.parse(text.removeprefix("\ufeff"))
            else:
                compile(tree, "<change>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return Fault(error.lineno, f"it is not Python: {error.msg}")
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return Fault(None, f"it cannot be read as Python: {error or type(error).__name__}")
    return None


_BLOCKS = {
    "if": "endif",
    "for": "endfor",
    "macro": "endmacro",
    "block": "endblock",
    "filter": "endfilter",
    "call": "endcall",
    "raw": "endraw",
    "with": "endwith",
    "autoescape": "endautoescape",
    "trans": "endtrans",
}


def _template_fault(text: str) -> Fault | None:
    """Blocks and braces of a Jinja template, opened and closed."""
    opened: list[tuple[str, int]] = []
    plain = re.sub(r"\{#.*?#\}", lambda m: "\n" * m.group().count("\n"), text, flags=re.DOTALL)
    for match in re.finditer(r"\{%[-+]?\s*(\w+)(.*?)[-+]?%\}|\{%|\{\{.*?\}\}|\{\{|\{#", plain, re.DOTALL):
        line = plain.count("\n", 0, match.start()) + 1
        word = match.group(1)
        if match.group() in ("{%", "{{", "{#"):
            if not (opened and opened[-1][0] == "raw"):
                return Fault(line, f"the template is broken: `{match.group()}` is never closed")
        elif word in _BLOCKS and not (opened and opened[-1][0] == "raw"):
            opened.append((word, line))
        elif word and word.startswith("end"):
            if word not in _BLOCKS.values():  # of a set that spans lines, or of an extension's tag
                continue
            if not opened or _BLOCKS.get(opened[-1][0]) != word:
                return Fault(line, f"the template is broken: `{word}` closes nothing")
            opened.pop()
    return Fault(opened[-1][1], f"the template is broken: `{opened[-1][0]}` is never closed") if opened else None


def _parsed_fault(text: str) -> Fault | None:
    found = jinja_fault(text)
    return Fault(found[0], f"the template is broken: {found[1]}") if found else None


def _sql_fault(text: str) -> Fault | None:
    bare = re.sub(r"--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$", "", text, flags=re.DOTALL)
    outside = re.sub(r"'(?:''|[^'])*'|\"[^\"]*\"", "", bare)
    if "'" in outside:
        return Fault(None, "the SQL has a quote that is never closed")
    return Fault(None, "the SQL has a bracket that is never closed") if outside.count("(") != outside.count(")") else None


_WORDS = re.compile(
    r"(?:async|get|set|static|readonly|public|private|protected|case|type|export|default|const|let|var|new|return|in|of|as|extends|keyof|typeof"
    r"|await|yield|else|declare|abstract|override|out|infer|is|asserts|accessor|enum|namespace|function|class|void|delete|throw)$"
)


def _torn(text: str) -> Fault | None:
    """Two names side by side in an object, with nothing between them."""
    bare = _JS_SKIP.sub(lambda m: '""' + "\n" * m.group().count("\n"), text)
    for match in re.finditer(r"[{,]\s*([A-Za-z_$][\w$]*)[ \t]+([A-Za-z_$][\w$]*)\s*:(?!:)", bare):
        if not _WORDS.match(match.group(1)) and not _WORDS.match(match.group(2)):
            says = f"the code is broken: something is missing between `{match.group(1)}` and `{match.group(2)}`"
            return Fault(bare.count("\n", 0, match.start(2)) + 1, says)
    return None


_JS_SKIP = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[=(,:!&|?{};\n])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*",
    re.DOTALL,
)


def _brackets(text: str) -> Fault | None:
    """Brackets of JavaScript, outside texts; good enough to see a torn file."""
    bare = _JS_SKIP.sub(lambda m: "\n" * m.group().count("\n"), text)
    opened: list[tuple[str, int]] = []
    line = 1
    for c in bare:
        line += c == "\n"
        if c in "([{":
            opened.append((c, line))
        elif c in ")]}":
            if not opened or opened[-1][0] + c not in ("()", "[]", "{}"):
                return Fault(line, f"the code is broken: `{c}` closes nothing")
            opened.pop()
    return Fault(opened[-1][1], f"the code is broken: `{opened[-1][0]}` is never closed") if opened else None


def _conflicts(change: FileChange) -> Iterator[Finding]:
    after = change.after or ""
    marks = [m.group().strip() for m in _CONFLICT.finditer(after)]
    if (
        any(m.startswith("<<<") for m in marks)
        and any(m.startswith(">>>") for m in marks)
        and len(marks) > len(_CONFLICT.findall(change.before or ""))
    ):
        match = _CONFLICT.search(after)
        line = after.count("\n", 0, match.start()) + 1 if match else None
        yield Finding("syntax", change.path, line, "the marks of an unfinished merge are left in the file", Effect.BLOCK)


def _cookie(change: FileChange) -> Iterator[Finding]:
    if kind_of(change.path, change.after) is not Kind.PYTHON:
        return
    for number, line in enumerate((change.after or "").split("\n")[:2], 1):
        match = _COOKIE.match(line)
        if (
            match
            and match.group(1).lower().replace("_", "-") not in ("utf-8", "utf8", "ascii", "us-ascii", "utf-8-sig")
            and line not in (change.before or "").split("\n")[:2]
        ):
            yield Finding(
                "syntax",
                change.path,
                number,
                f"the encoding {match.group(1)} is declared, so the code runs as another text than the one shown",
                Effect.BLOCK,
            )


def _placeholders(case: Case, change: FileChange) -> Iterator[Finding]:
    """Placeholders of `str.format` in a prompt: the code that fills them is not changed with them."""
    before, after = change.before or "", change.after or ""
    if kind_of(change.path, after) not in (Kind.PROSE, Kind.OTHER) or not (is_prompt(change.path) or _is_filled(case, change.path)):
        return
    was = _fields(before)
    if not was:
        return
    known = {**case.around.related, **{c.path: c.after or "" for c in case.changes}}
    users = [text for path, text in known.items() if path.endswith(".py") and ".format" in text]
    filled = set().union(*(_filled(text) for text in users)) if users else None
    by_pattern = any(path.endswith(".py") and _BY_PATTERN.search(text) for path, text in known.items())
    if by_pattern or (filled and _RECORDS in filled):  # whatever a record has may be meant
        filled = (filled or set()).union(*(_keys(text) for text in case.around.related.values()))
    now = _fields(after)
    if now is None:
        line = next((item.number for item in added(change) if "{" in item.text or "}" in item.text), None)
        yield Finding(
            "syntax",
            change.path,
            line,
            "a brace stands alone, so filling the prompt in would fail; write {{ and }} for braces that are meant as such",
            Effect.BLOCK,
        )
        return
    for name in sorted(now - was):
        line = next((item.number for item in added(change) if "{" + name in item.text), None)
        plain = re.fullmatch(r"[A-Za-z_]\w*(?:[.\[].*)?", name) is not None
        if not plain or (filled is not None and name not in filled) or filled is None:
            yield Finding(
                "syntax",
                change.path,
                line,
                f"the placeholder {{{name[:40]}}} is new and nothing is known to fill it in",
                Effect.BLOCK if users or not plain else Effect.NEEDS_APPROVAL,
            )
    if was - now and not (now - was) and "{" in before:
        yield Finding(
            "syntax",
            change.path,
            None,
            f"the placeholder {{{sorted(was - now)[0][:40]}}} is gone: the prompt no longer gets that value",
            Effect.NEEDS_APPROVAL,
        )


def _is_filled(case: Case, path: str) -> bool:
    """Whether some code that is known names the file, and fills something in."""
    name = path.rsplit("/", 1)[-1]
    python = (text for other, text in case.around.related.items() if other.endswith(".py") and name in text)
    return any(".format" in text or _BY_PATTERN.search(text) for text in python)


def _fields(text: str) -> set[str] | None:
    """The names in braces of a format text; None if it cannot be filled in."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def _filled(text: str) -> set[str]:
    """Names that some call of `format` gives; `_RECORDS` among them where one gives all that a mapping has."""
    tree = tree_of(text)
    names: set[str] = set()
    for node in ast.walk(tree) if tree is not None else ():
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("format", "format_map", "substitute", "safe_substitute")
        ):
            names |= {k.arg or _RECORDS for k in node.keywords}
            names |= {str(i) for i in range(len(node.args))}
            if node.args and node.func.attr != "format":
                names.add(_RECORDS)
    return names


@lru_cache(maxsize=256)
def _keys(text: str) -> frozenset[str]:
    """Names under which a text of code or data keeps things."""
    return frozenset(next(filter(None, match.groups())) for match in _KEY.finditer(text))
