"""The rule `secrets`: a change must not put a credential into the repository, however it is written down."""

from __future__ import annotations

import ast
import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator

from safety.changes import FileChange
from safety.globs import matches_any
from safety.guard import Case
from safety.rules.added import Line, added
from safety.rules.configuration import leaves, line_of, read
from safety.rules.kinds import Kind, kind_of
from safety.rules.python_constants import constants_of, may_fold, text_of
from safety.rules.python_source import nodes_like, python_of
from safety.rules.script_text import plain_script
from safety.rules.secret_found import Secret
from safety.rules.secret_pieces import pieced
from safety.rules.secret_scan import bounded, scan, scan_strictly
from safety.rules.secret_values import is_placeholder
from safety.rules.secret_veils import unveiled
from safety.verdict import Effect, Finding

_CONTEXT = 2
MOST_FRAGMENTS = 24
_EXAMPLE = re.compile(r"(?:^|[/._-])(?:example|sample|template|dist|fixtures?|testdata|mock)s?(?:[/._-]|$)", re.IGNORECASE)


def secrets(case: Case) -> Iterator[Finding]:
    """Says which credential is new: in clear, put together from pieces, encoded, turned round, or spread over files."""
    before = "\n".join(change.before for change in case.readable() if change.before)
    fragments: list[tuple[str, FileChange, int]] = []
    seen: set[tuple[str, str]] = set()
    for change in case.readable():
        if not change.after or change.after == change.before or "\x00" in change.after[:1_000]:
            continue
        lines = added(change)
        for secret in _all(case, change, lines):
            if (change.path, secret.value) not in seen and secret.value not in before:
                seen.add((change.path, secret.value))
                yield _finding(change, secret)
        fragments += [(text, change, line) for line, text in _fragments(lines)]
    if not seen:
        yield from _spread(fragments[:MOST_FRAGMENTS], before)


def _finding(change: FileChange, secret: Secret) -> Finding:
    shown = secret.value[:3] + "…" if len(secret.value) > 12 else "…"
    says = f"a credential would be stored in the repository ({secret.name}, {shown}); let the program take it from its environment"
    return Finding("secrets", change.path, secret.line, says, Effect.BLOCK)


def _all(case: Case, change: FileChange, lines: list[Line]) -> Iterator[Secret]:
    text = change.after or ""
    lenient = matches_any(change.path, case.policy.test_globs) or _EXAMPLE.search(change.path) is not None
    numbers, window = _window(text, lines)

    def placed(secret: Secret) -> Secret:
        return secret._replace(line=numbers[min(secret.line, len(numbers)) - 1] if numbers else 1)

    yield from map(placed, scan(window, lenient=lenient))
    plain = window
    if not window.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKC", window) if unicodedata.category(c) != "Cf")
    joined = re.sub(r"[\"'`]\s*(?:\+|\.|&|\|\||,)?\s*\\?\n?\s*[fbru]{0,2}[\"'`]", "", plain)
    if joined != window:
        yield from (s._replace(line=numbers[min(s.line, len(numbers)) - 1] if numbers else 1) for s in scan_strictly(joined))
    decoded = unveiled(bounded("\n".join(line.text for line in lines)))
    if decoded:
        blob = "\n".join(re.sub(r"[\r\n]+", " ", text) for _, text in decoded)
        for secret in scan_strictly(blob):
            yield secret._replace(line=lines[decoded[secret.line - 1][0] - 1].number, name=secret.name + ", encoded")
    yield from _filled_in(change, lines)
    yield from _put_together(change)
    yield from _kept_encoded(change)


def _window(text: str, lines: list[Line]) -> tuple[list[int], str]:
    """The added lines with a little of what stands around them, and their numbers."""
    whole = text.split("\n")
    if len(lines) * 2 >= len(whole):
        return list(range(1, len(whole) + 1)), text
    # splitlines (which numbered the added lines) may see more line ends than "\n"
    whole = text.splitlines()
    wanted = sorted({n for line in lines for n in range(max(1, line.number - _CONTEXT), min(len(whole), line.number + _CONTEXT) + 1)})
    return wanted, "\n".join(whole[n - 1] for n in wanted)


def _filled_in(change: FileChange, lines: list[Line]) -> Iterator[Secret]:
    """Texts that are put together from variables of their own file, where a line of them is new."""
    text = change.after or ""
    fresh = {line.number for line in lines}
    if kind_of(change.path, text) is Kind.SCRIPT:
        text = plain_script(text)
        fresh_code = text if text.strip() not in (change.before or "") else ""
        yield from (secret for secret in scan_strictly(bounded(fresh_code)) if secret.value not in (change.after or ""))
    elif kind_of(change.path, text) in (Kind.PYTHON, Kind.PROSE):
        return  # Python is worked out from its syntax tree
    found = list(pieced(text)) if fresh else []
    if found:
        blob = "\n".join(line for _, line in found)
        for secret in (*scan(blob, lenient=True), *scan_strictly(blob)):
            if secret.value not in text:
                yield secret._replace(line=found[secret.line - 1][0], name=secret.name + ", put together from pieces")


def _put_together(change: FileChange) -> Iterator[Secret]:
    """Texts that Python works out from pieces."""
    source = python_of(change.path, change.after)
    if source is None:
        return
    known = constants_of(source)
    pieces: list[tuple[int, str]] = []
    inside: set[int] = set()
    for node in nodes_like(source, ast.BinOp, ast.JoinedStr, ast.Call, ast.Subscript, ast.Constant):
        if isinstance(node, (ast.BinOp, ast.JoinedStr, ast.Call, ast.Subscript)) and id(node) not in inside and may_fold(node):
            text = text_of(node, known)
            if text is not None and len(text) >= 12:
                pieces.append((node.lineno, text))
                inside.update(id(child) for child in ast.walk(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) >= 20 and "\\" in repr(node.value):
            pieces.append((node.lineno, node.value))
    for node in nodes_like(source, ast.Assign, ast.keyword):  # a password has no form of its own: its name gives it away
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Name, ast.Attribute)):
            name, value = ast.unparse(node.targets[0]), node.value
        elif isinstance(node, ast.keyword) and node.arg:
            name, value = node.arg, node.value
        else:
            continue
        text = None if isinstance(value, ast.Constant) or not may_fold(value) else text_of(value, known)
        if text is not None and 8 <= len(text) <= 300:
            for secret in scan(f'{name} = "{text}"'):
                yield secret._replace(line=value.lineno, name=secret.name + ", put together from pieces")
    if pieces:
        blob = "\n".join(re.sub(r"[\r\n]+", "\\\\n", text) for _, text in pieces)
        for secret in scan_strictly(blob):
            yield secret._replace(line=pieces[secret.line - 1][0], name=secret.name + ", put together from pieces")


def _kept_encoded(change: FileChange) -> Iterator[Secret]:
    """Kubernetes secrets and registry logins: encoded, but for everybody to decode."""
    text = change.after or ""
    if kind_of(change.path, text) not in (Kind.YAML, Kind.JSON) or not re.search(r"\bSecret\b|\bauths?\b|stringData", text):
        return
    value = read(change.path, text)
    documents = value if isinstance(value, list) else [value]
    for document in documents:
        if not isinstance(document, dict):
            continue
        for leaf in leaves(document):
            content = str(leaf.value or "")
            kept = document.get("kind") == "Secret" and leaf.keys[:1] in (("data",), ("stringData",))
            login = leaf.keys[-1:] in (("auth",), ("_auth",)) and "auths" in leaf.keys
            if not (kept or login) or is_placeholder(content) or len(content) < 8:
                continue
            try:
                plain = base64.b64decode(content, validate=True).decode() if leaf.keys[0] != "stringData" else content
            except (ValueError, binascii.Error):
                continue
            if not is_placeholder(plain) and len(plain) >= 6 and not plain.startswith(("{{", "$")):
                yield Secret(content, line_of(text, leaf) or 1, f"value of {leaf.place}", True)


def _fragments(lines: list[Line]) -> Iterator[tuple[int, str]]:
    """Pieces of text that could be parts of something longer."""
    for line in lines[:400]:
        for quoted in re.findall(r"[\"'`]([A-Za-z0-9+/_=.-]{6,200})[\"'`]|[:=]\s*([A-Za-z0-9+/_=.-]{6,200})\s*$", line.text):
            text = quoted[0] or quoted[1]
            if re.search(r"[-_\d]", text) and not re.fullmatch(r"[a-z_.-]+", text):
                yield line.number, text


def _spread(fragments: list[tuple[str, FileChange, int]], before: str) -> Iterator[Finding]:
    """A credential whose two halves are stored apart."""
    pairs = [(a, b) for a in fragments for b in fragments if a is not b and len(a[0]) + len(b[0]) >= 24]
    blob = "\n".join(a[0] + b[0] for a, b in pairs)
    for secret in scan_strictly(blob) if blob else ():
        first, second = pairs[secret.line - 1]
        if (
            secret.value not in before
            and secret.value not in first[0]
            and secret.value not in second[0]
            and not (first[0] in before and second[0] in before)
        ):
            yield _finding(first[1], secret._replace(line=first[2], name=secret.name + ", kept in two pieces"))
            return
