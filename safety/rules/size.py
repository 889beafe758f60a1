"""The rule `size`: a change must be small enough, and of a form, for a person to review it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from safety.changes import FileChange
from safety.guard import FILES, Case
from safety.rules.added import added, changed_lines, removed
from safety.rules.kinds import CODE, Kind, kind_of
from safety.rules.python_source import tree_of
from safety.verdict import Effect, Finding

LONGEST_LINE = 4_000
_ODD = re.compile(r"[\udc80-\udcff\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PROGRAMS = ("\x7fELF", "MZ", "\udccf\udcfa\udced\udcfe", "\udcfe\udced\udcfa", "\udcca\udcfe\udcba\udcbe", "\x00asm", "!<arch>", "dex\n")
_PROGRAM_NAMES = re.compile(
    r"\.(?:exe|dll|so(?:\.\d+)*|dylib|o|a|lib|pyc|pyo|pyd|class|jar|war|wasm|node|bin\.gz|msi|deb|rpm|apk|whl|egg|com|scr|bat|cmd|ps1)$",
    re.IGNORECASE,
)
_PACKED = re.compile(
    r"\.(?:zip|tar|t?gz|bz2|xz|7z|rar|zst|lz4|pkl|pickle|joblib|npy|npz|pt|pth|h5|onnx|safetensors|db|sqlite3?|parquet)$", re.IGNORECASE
)


def size(case: Case) -> Iterator[Finding]:
    """Says what is too long, not text, gone, or emptied."""
    together = 0
    readable = {id(change) for change in case.readable()}
    if len(case.changes) > FILES:
        yield Finding("size", "", None, f"{len(case.changes)} files are changed at once; more than {FILES} are not looked at", Effect.BLOCK)
    for change in case.changes:
        if id(change) not in readable:
            yield Finding("size", change.path, None, "the file is too large to be checked", Effect.BLOCK)
            continue
        together += changed_lines(change)
        yield from _form(change)
        yield from _gone(case, change)
    if together > case.policy.max_changed_lines:
        first = case.changes.changes[0].path if len(case.changes) else ""
        says = f"{together} lines are changed; more than {case.policy.max_changed_lines} need a person's yes (max_changed_lines)"
        yield Finding("size", first, None, says, Effect.NEEDS_APPROVAL)


@lru_cache(maxsize=64)
def is_binary(text: str) -> bool:
    """Whether a text is bytes that no person reads: NULs, or more than a few bytes that are not UTF-8."""
    sample = text[:20_000]
    return "\x00" in sample or len(_ODD.findall(sample)) * 10 > len(sample)


def _form(change: FileChange) -> Iterator[Finding]:
    after = change.after
    if after is None or after == change.before:
        return
    binary = is_binary(after)
    if after.startswith(_PROGRAMS[:1] + _PROGRAMS[2:]) or (binary and (after.startswith("MZ") or _PROGRAM_NAMES.search(change.path))):
        yield Finding("size", change.path, None, "a compiled program is added: nobody can review what it does", Effect.BLOCK)
    elif binary:
        yield Finding("size", change.path, None, "the file is not text, so its content cannot be reviewed", Effect.NEEDS_APPROVAL)
    elif _PACKED.search(change.path) or _PROGRAM_NAMES.search(change.path):
        yield Finding(
            "size",
            change.path,
            None,
            "a file of this type is loaded or run rather than read; it cannot be reviewed as text",
            Effect.NEEDS_APPROVAL,
        )
    for line in added(change):
        if len(line.text) > LONGEST_LINE:
            yield Finding(
                "size", change.path, line.number, f"a line of {len(line.text)} characters cannot be reviewed", Effect.NEEDS_APPROVAL
            )
            break


def _gone(case: Case, change: FileChange) -> Iterator[Finding]:
    before, after = change.before, change.after
    if before is None:
        return
    if after is None:
        user = _user_of(case, change.path)
        if user:
            yield Finding("size", change.path, None, f"the file is deleted, but {user} still uses it", Effect.BLOCK)
        else:
            yield Finding("size", change.path, None, "the file is deleted", Effect.NEEDS_APPROVAL)
        return
    kind = kind_of(change.path, before)
    meat = [line for line in before.splitlines() if _counts(line, kind)]
    hollow = kind is Kind.PYTHON and _says_nothing(after) and not _says_nothing(before)
    left = [] if hollow else [line for line in after.splitlines() if _counts(line, kind)]
    if meat and not left:
        yield Finding("size", change.path, None, "the file is emptied: that is a deletion under another name", Effect.BLOCK)
    elif len(meat) >= 20 and len(left) * 4 < len(meat):
        says = f"{len(meat) - len(left)} of {len(meat)} lines are taken away: little of the file is left"
        yield Finding("size", change.path, None, says, Effect.BLOCK if kind in CODE else Effect.NEEDS_APPROVAL)
    elif kind in CODE and len(removed(change)) - len(added(change)) > 40:
        yield Finding("size", change.path, None, "far more code is taken away than added", Effect.NEEDS_APPROVAL)


def _says_nothing(text: str) -> bool:
    """Whether a module has nothing but a docstring, imports and `pass`."""
    tree = tree_of(text)
    return tree is not None and all(
        isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in tree.body
    )


def _counts(line: str, kind: Kind) -> bool:
    text = line.strip()
    return bool(text) and text != "pass" and not (kind is not Kind.PROSE and text.startswith(("#", "//", "--")))


def _user_of(case: Case, path: str) -> str | None:
    """Another file, known to us, that names the deleted one: by path, or as a module."""
    module = re.sub(r"(?:/__init__)?\.py$", "", path).replace("/", ".")
    names = [re.escape(path)]
    if path.endswith(".py"):
        parent, _, leaf = module.rpartition(".")
        names.append(rf"import\s+{re.escape(module)}\b|from\s+{re.escape(module)}\b")
        if parent:
            names.append(rf"from\s+{re.escape(parent)}\s+import\s+[\w, ]*\b{re.escape(leaf)}\b")
    wanted = re.compile("|".join(names))
    after = {change.path: change.after for change in case.changes}
    for other, text in case.around.related.items():
        now = after.get(other, text)
        if other != path and now and wanted.search(now):
            return other
    return None
