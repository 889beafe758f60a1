"""The rule `fit`: a change must fit the repository it is made for, in paths, types, modes and encodings."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from safety.changes import REGULAR, FileChange
from safety.globs import plain
from safety.guard import Case
from safety.rules.places import place_of
from safety.rules.size import is_binary
from safety.verdict import Effect, Finding

_SYMLINK, _SUBMODULE, _EXECUTABLE = "120000", "160000", "100755"
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?", re.IGNORECASE)
_SHORT_NAME = re.compile(r"(?:^|/)[^/]{1,8}~\d(?:\.[^/]{0,3})?(?:/|$)")
_LFS = "version https://git-lfs.github.com/spec/"


_PRIVATE = re.compile(
    r"(?:^|/)\.env(?:\.\w+)?$|(?:^|/)\.(?:ssh|aws|gnupg|netrc|npmrc|pypirc)(?:/|$)|id_(?:rsa|ed25519)|\.pem$|credentials", re.IGNORECASE
)


def fit(case: Case) -> Iterator[Finding]:
    """Says which change cannot or must not be made in this repository."""
    if not len(case.changes):
        yield Finding("fit", "", None, "nothing is proposed", Effect.BLOCK)
    yield from _collisions(case)
    for change in case.changes:
        for says in _path_faults(change.path):
            yield Finding("fit", change.path, None, says, Effect.BLOCK)
        yield from _place(case, change)
        yield from _modes(change)
        yield from _encoding(change)


def _path_faults(path: str) -> Iterator[str]:
    """What makes a path unusable or dangerous on some system, in words."""
    decoded = path
    for _ in range(3):
        decoded = unquote(decoded)
    parts = re.split(r"[/\\]", decoded)
    if decoded != path and (decoded.startswith(("/", "~", "\\")) or ".." in parts or ".git" in parts):
        yield "the path is percent-encoded; decoded it leads outside the repository"
    parts = path.split("/")
    if not path or not path.strip():
        yield "the path is empty"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        yield "the path is absolute: it leads outside the repository"
    if ".." in parts or any(";" in part and part.split(";")[0] in ("..", ".") for part in parts):
        yield "the path climbs out with `..`"
    if any(c in path for c in "\u2044\u2215\u29f8\uff0f\u2024\ufe52\uff0e"):
        yield "the path has a character that looks like a slash or a dot and is none"
    if "\\" in path:
        yield "the path has a backslash, which some systems read as a folder"
    if path and ("." in parts or "" in parts):
        yield "the path is not in its plain form (an empty or `.` part)"
    if any(unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs") for c in path):
        yield "the path has an invisible or control character"
    elif (
        unicodedata.normalize("NFC", path) != path
        or unicodedata.normalize("NFKC", path).casefold() != unicodedata.normalize("NFC", path).casefold()
    ):
        yield "the path is written in a Unicode form that other systems take for another name"
    if _SHORT_NAME.search(path):
        yield "the path is a Windows short name, which may stand for a protected folder"
    if any(_DEVICES.fullmatch(part) for part in parts):
        yield "the path is the name of a device on Windows"
    if any(part != part.rstrip(". ") and part not in (".", "..") for part in parts):
        yield "a part of the path ends with a dot or a space, which Windows drops"
    if any(c in part for part in parts for c in ':*?"<>|'):
        yield "the path has a character that is forbidden on Windows or opens a hidden stream"
    if (
        any(part.startswith("-") for part in parts[:1])
        or any(len(part.encode("utf-8", "surrogateescape")) > 255 for part in parts)
        or len(path) > 1_000
    ):
        yield "the path would be taken for an option, or is too long"


def _place(case: Case, change: FileChange) -> Iterator[Finding]:
    path = change.path
    for folder in case.around.submodules:
        if plain(path) == plain(folder.rstrip("/")) or plain(path).startswith(plain(folder.rstrip("/")) + "/"):
            yield Finding("fit", path, None, f"the file belongs to the submodule {folder}, which is another repository", Effect.BLOCK)
    if change.before is None and change.after is None and change.mode_after == REGULAR:
        yield Finding("fit", path, None, "a file that does not exist is deleted", Effect.BLOCK)
    files = set(case.around.files)
    if not files:
        return
    if change.created and path in files:
        yield Finding("fit", path, None, "the change would create a file that already exists", Effect.BLOCK)
    if change.before is not None and path not in files:
        yield Finding("fit", path, None, "the change edits a file that does not exist", Effect.BLOCK)
    if change.created:
        parents = {"/".join(path.split("/")[:i]) for i in range(1, path.count("/") + 1)}
        gone = {other.path for other in case.changes if other.deleted}
        if (parents & files) - gone or any(name.startswith(path + "/") and name not in gone for name in files):
            yield Finding("fit", path, None, "a file would take the place of a folder, or a folder that of a file", Effect.BLOCK)


@lru_cache(maxsize=4)
def _plain_names(files: tuple[str, ...]) -> dict[str, str]:
    """Files by their name without case and Unicode form; those of one base commit are asked about again and again."""
    return {plain(name): name for name in files}


def _collisions(case: Case) -> Iterator[Finding]:
    known = _plain_names(case.around.files) | _plain_names(tuple(case.around.related))
    seen: set[str] = set()
    for change in case.changes:
        key = plain(change.path)
        if key in seen:
            yield Finding("fit", change.path, None, "the same file is changed twice in one proposal", Effect.BLOCK)
        seen.add(key)
        other = known.get(key) or _own_other(change)
        if change.created and other is not None and other != change.path:
            yield Finding(
                "fit",
                change.path,
                None,
                f"the name differs from {other} only in case or Unicode form; some systems keep one of them",
                Effect.BLOCK,
            )


_IMPORTED = re.compile(r"(?m)^\s*(?:from\s+([.\w]+)\s+import\b|import\s+([.\w]+)|(?:import|export)\b[^\n]*?[\"'](\.{1,2}/[^\"'\n]+)[\"'])")


def _own_other(change: FileChange) -> str | None:
    """A file that the new one takes its content from, whose name differs from its own only in case."""
    stem, dot, ending = change.path.rpartition(".")
    if not change.created or not dot or ending not in ("py", "js", "jsx", "ts", "tsx", "mjs"):
        return None
    folder = posixpath.dirname(change.path)
    for match in _IMPORTED.finditer(change.after or ""):
        module = match.group(1) or match.group(2) or ""
        if match.group(3):
            other = posixpath.normpath(posixpath.join(folder, match.group(3).removesuffix("." + ending)))
        elif module.startswith("."):
            up = len(module) - len(module.lstrip(".")) - 1
            other = posixpath.normpath(posixpath.join(folder, *[".."] * up, *module.lstrip(".").split(".")))
        else:
            other = module.replace(".", "/")
        if other != stem and plain(stem) in (plain(other), plain("src/" + other)) and other.split("/")[-1] != stem.split("/")[-1]:
            return f"{other}.{ending}"
    return None


def _modes(change: FileChange) -> Iterator[Finding]:
    path, before, after = change.path, change.mode_before, change.mode_after
    if change.after is None and after in (REGULAR, _EXECUTABLE):
        return
    if after == _SUBMODULE or before == _SUBMODULE:
        yield Finding("fit", path, None, "a submodule is added, moved or removed", Effect.BLOCK)
    elif after == _SYMLINK:
        target = (change.after or "").strip()
        resolved = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else ""
        outside = (
            not target
            or target.startswith(("/", "~"))
            or "\\" in target
            or bool(re.match(r"[A-Za-z]:", target))
            or resolved.split("/")[0] == ".."
        )
        place = place_of(resolved) if resolved else None
        steers = (place is not None and place.effect is Effect.BLOCK) or _PRIVATE.search(resolved) is not None
        if change.before is not None and before != _SYMLINK and change.before.strip():
            yield Finding("fit", path, None, f"a file is replaced by a symbolic link to {target[:80]}: what it held is gone", Effect.BLOCK)
        elif steers:
            yield Finding("fit", path, None, f"a symbolic link leads to where settings or keys are kept, {target[:80]}", Effect.BLOCK)
        elif outside or any(plain(part) == ".git" for part in resolved.split("/")):
            yield Finding("fit", path, None, f"a symbolic link leads out of the repository, to {target[:80] or 'nowhere'}", Effect.BLOCK)
        else:
            yield Finding(
                "fit", path, None, f"a symbolic link to {target[:80]} is made: whoever writes there writes elsewhere", Effect.NEEDS_APPROVAL
            )
    elif before == _SYMLINK:
        yield Finding("fit", path, None, "a symbolic link is replaced by a file", Effect.NEEDS_APPROVAL)
    elif after not in (REGULAR, _EXECUTABLE):
        yield Finding("fit", path, None, f"the file mode {after} is not one that git keeps", Effect.BLOCK)
    elif change.created and after == _EXECUTABLE:
        yield Finding("fit", path, None, "a new file that can be executed is added", Effect.NEEDS_APPROVAL)
    elif not change.created and before != after:
        says = "the file becomes executable" if after == _EXECUTABLE else "the file is no longer executable: whoever runs it will fail"
        yield Finding("fit", path, None, says, Effect.NEEDS_APPROVAL)


def _encoding(change: FileChange) -> Iterator[Finding]:
    before, after = change.before, change.after
    if after is None or before == after:
        return
    if (before or "").startswith(_LFS) and not after.startswith(_LFS):
        yield Finding("fit", change.path, None, "a Git LFS pointer is overwritten: the large file behind it would be lost", Effect.BLOCK)
    if is_binary(after):
        return  # `size` says so
    if _undecoded(after) and not _undecoded(before or ""):
        yield Finding(
            "fit",
            change.path,
            None,
            "the file is no longer UTF-8: programs would fail to read it or show other letters",
            Effect.NEEDS_APPROVAL,
        )
    if before is None:
        return
    if after.startswith("\ufeff") != before.startswith("\ufeff"):
        yield Finding("fit", change.path, 1, "the byte order mark at the start of the file is added or removed", Effect.NEEDS_APPROVAL)
    crlf, was = after.count("\r\n"), before.count("\r\n")
    lines = max(1, min(after.count("\n"), before.count("\n")))
    if abs(crlf - was) > 2 and (crlf * 2 > lines) != (was * 2 > lines):
        yield Finding("fit", change.path, None, "the line endings of the whole file are changed", Effect.NEEDS_APPROVAL)


_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is no UTF-8."""


def _undecoded(text: str) -> bool:
    return _BYTE.search(text) is not None
