"""What a patch that git wrote does, file by file; the one door to unidiff."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileStat:
    """How many lines of one file a patch adds and takes away."""

    path: str
    added: int
    removed: int


def stat(patch: str) -> tuple[FileStat, ...]:
    """The files of a patch in its order. Only for what git wrote: a patch by anybody else may be read wrongly."""
    from unidiff.patch import PatchSet

    return tuple(FileStat(file.path, file.added, file.removed) for file in PatchSet(patch))
