"""Which paths a proposal may name, against the tree it is based on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from refinery.errors import RepositoryError
from refinery.repo.objects import SUBMODULE, SYMLINK, TreeEntry

_DEVICES = {"con", "prn", "aux", "nul", "clock$"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}


class Paths:
    """The paths of one base tree, and whether another fits among them."""

    def __init__(self, entries: Mapping[str, TreeEntry]) -> None:
        self._entries = entries
        self._folders: dict[str, str] | None = None

    def check(self, path: str) -> None:
        """Raise RepositoryError unless the path is a regular file of the tree, or could become one."""
        says = self._objection(path)
        if says:
            raise RepositoryError(f"{path!r} cannot be changed: {says}", hint="propose a path of a regular file inside the repository")

    def _objection(self, path: str) -> str:
        parts = path.split("/")
        if not path or "\0" in path or path.startswith("/"):
            return "a path is relative to the repository's root"
        if any(part in ("", ".", "..") for part in parts):
            return "a path has no empty parts, and no `.` or `..`"
        if any(_is_git(part) for part in parts):
            return "git's own folder is not part of the project"
        for length in range(1, len(parts)):
            above = self._entries.get("/".join(parts[:length]))
            if above is not None:
                return f"{'/'.join(parts[:length])!r} is {_what(above)}, not a folder"
        entry = self._entries.get(path)
        if entry is not None:
            return "" if entry.mode not in (SYMLINK, SUBMODULE) else f"it is {_what(entry)}"
        return _not_portable(parts) or self._collision(path)

    def _collision(self, path: str) -> str:
        if self._folders is None:
            self._folders = {}
            for known in self._entries:
                for prefix in _prefixes(known):
                    self._folders.setdefault(_folded(prefix), prefix)
        if path in self._folders.values() and self._folders.get(_folded(path)) == path:
            return "a folder of this name is there"
        for prefix in _prefixes(path):
            known = self._folders.get(_folded(prefix), prefix)
            if known != prefix:
                return f"{known!r} is there, and some systems take the two for the same"
        return ""


def _prefixes(path: str) -> Iterable[str]:
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
    yield path


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _is_git(part: str) -> bool:
    seen = "".join(letter for letter in part if unicodedata.category(letter) != "Cf")  # HFS+ leaves these out
    seen = unicodedata.normalize("NFKC", seen).casefold().split(":")[0].rstrip(" .")
    return seen in (".git", "git~1")


def _not_portable(parts: list[str]) -> str:
    for part in parts:
        if any(ord(letter) < 32 or letter == "\x7f" for letter in part):
            return "its name has control characters"
        if "\\" in part or ":" in part:
            return "its name has `\\` or `:`, which are not portable"
        if part.split(".")[0].rstrip(" ").casefold() in _DEVICES:
            return "its name is that of a device on Windows"
        if part != part.rstrip(" ."):
            return "its name ends with a space or a dot, which is not portable"
    return ""


def _what(entry: TreeEntry) -> str:
    return {SYMLINK: "a symbolic link", SUBMODULE: "a submodule"}.get(entry.mode, "a file")
