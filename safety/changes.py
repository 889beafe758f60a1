"""What is proposed: file changes as text before and after, and what the guard may know beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

REGULAR = "100644"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after. None stands for "no such file"."""

    path: str
    """Relative to the repository's root, with forward slashes, as proposed (not yet checked)."""
    before: str | None
    after: str | None
    """Text; bytes that are not UTF-8 are carried by surrogateescape."""
    mode_before: str = REGULAR
    mode_after: str = REGULAR
    """Git's modes: 100644, 100755, 120000 (symlink), 160000 (submodule)."""

    @property
    def created(self) -> bool:
        return self.before is None and self.after is not None

    @property
    def deleted(self) -> bool:
        return self.before is not None and self.after is None


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All changes of one proposal; they are judged together."""

    changes: tuple[FileChange, ...]

    def __iter__(self) -> Iterator[FileChange]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    @property
    def digest(self) -> str:
        """A hash that two proposals share only when they do the same to the same texts; what a person's yes is bound to."""
        rows = [[each.path, each.before, each.after, _made_of(each)] for each in sorted(self.changes, key=lambda each: each.path)]
        return hashlib.sha256(json.dumps(rows).encode("ascii")).hexdigest()


def _made_of(change: FileChange) -> str:
    """What a change does to a file's mode. One that names the same mode twice keeps what is there, whatever that is."""
    if change.deleted:
        return ""
    if change.created:
        return change.mode_after
    return "" if change.mode_before == change.mode_after else f"{change.mode_before} {change.mode_after}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rules may know about the repository and the trace a proposal came from."""

    files: tuple[str, ...] = ()
    """Paths that exist in the base commit."""
    declared: tuple[str, ...] = ()
    """Dependencies that the project declares."""
    dev_declared: tuple[str, ...] = ()
    submodules: tuple[str, ...] = ()
    core_files: tuple[str, ...] = ()
    related: Mapping[str, str] = field(default_factory=dict)
    """Other files of the repository by path, where a rule needs them."""
    trace_texts: Mapping[str, str] = field(default_factory=dict)
    """Untrusted text by span id, for the taint rule."""
