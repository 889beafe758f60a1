"""What must hold after a run was killed: nothing of the user's differs, nothing is broken, left behind, lost or told wrongly."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from refinery.repo.history import History
from refinery.repo.journal import Reading
from refinery.repo.publish import BRANCHES, PINS, UNDONE
from tests.refinery.repo.grounds import Picture, git, picture
from tests.torture.sites import rooms

REFINERYS = (BRANCHES, "refs/refinery/", "refs/notes/refinery")
"""The refs that are Refinery's to change."""


_DRAFTS = ("/.refinery-", "/refinery.index", "/refinery.lock")
"""In the names of what an operation on the work tree puts beside the files it is to change; none may be left behind."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where all fixes are: every ref, each fix by its name with its state, and what an operation may change of the work tree."""

    refs: dict[str, str]
    fixes: dict[str, tuple[str, str]]
    files: tuple[tuple[str, str, int], ...] = ()
    """Names, bytes and modes; the last is what is staged."""


def standing(place: Path, changes: tuple[str, ...] = ()) -> Standing:
    """Look, by way of a new process's rooms; whatever a killed run left is cleared up by that."""
    workspace = rooms(place)
    try:
        fixes = {entry.slug or entry.commit: (str(entry.state), entry.commit) for entry in History(workspace).history()}
    finally:
        workspace.close()
    files = [(name, *_look(place / name)) for name in changes if os.path.lexists(place / name)]
    if changes:
        files.append(("the index", git(place, "ls-files", "--stage", "-v"), 0))
    return Standing(refs(place), fixes, tuple(files))


def _look(path: Path) -> tuple[str, int]:
    return ("" if path.is_dir() else path.read_bytes().decode("latin-1")), path.lstat().st_mode


def others(found: Picture, place: Path, changes: tuple[str, ...]) -> Picture:
    """All of a picture but what an operation may change."""
    if not changes:
        return found
    private = git(place, "rev-parse", "--absolute-git-dir")
    common = git(place, "rev-parse", "--path-format=absolute", "--git-common-dir")
    branch = git(place, "symbolic-ref", "HEAD")
    theirs = {f"{place}/{name}" for name in changes} | {f"{private}/{name}" for name in ("index", "index.lock", "logs/HEAD", "HEAD.lock")}
    theirs |= {f"{common}/{name}" for name in (branch, f"{branch}.lock", f"logs/{branch}")}
    return Picture({name: about for name, about in found.files.items() if name not in theirs and not any(mark in name for mark in _DRAFTS)})


def refs(place: Path) -> dict[str, str]:
    rows = git(place, "for-each-ref", "--format=%(objectname) %(refname)").splitlines()
    return {name: tip for tip, _, name in (row.partition(" ") for row in rows)}


def mine(place: Path) -> Picture:
    """All that is the user's, in the work tree the run stands in and in the main one."""
    common = Path(git(place, "rev-parse", "--path-format=absolute", "--git-common-dir"))
    found = dict(picture(place).files)
    if common.parent != place:
        found |= picture(common.parent).files
    ours = (
        "packed-refs",
        "packed-refs.lock",
        "packed-refs.new",
    )  # taking a branch of ours away rewrites the one with the help of the others
    return Picture({name: about for name, about in found.items() if name not in {f"{common}/{each}" for each in ours}})


def differences(before: Picture, after: Picture) -> list[str]:
    names = sorted(before.files.keys() | after.files.keys())
    return [f"the user's {name} differs" for name in names if before.files.get(name) != after.files.get(name)]


def broken(place: Path) -> list[str]:
    """What git itself complains of."""
    done = subprocess.run(["git", "fsck", "--strict", "--no-dangling"], cwd=place, capture_output=True, text=True, check=False)
    return [f"git fsck: {done.stderr.strip() or done.stdout.strip()}"] if done.returncode else []


def left_behind(place: Path) -> list[str]:
    """Temporary files, locks and pins; `place` has been opened since the kill."""
    workspace = rooms(place)
    state, common = workspace.repository.state, workspace.repository.common
    workspace.close()
    found = [*_strays(common, ours=state), *_strays(state), *place.rglob(".refinery-*")]
    found += common.rglob("refinery.index*")
    found += [*(state / "shadow" / "scratch").glob("*"), *state.glob("shadow-*")]
    return [f"left behind: {path}" for path in found] + [f"left behind: {name}" for name in refs(place) if name.startswith(PINS)]


def _strays(folder: Path, ours: Path | None = None) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if ours is not None and path.is_relative_to(ours):
            continue
        held = ours is None and path.parent in (folder, folder / "folders")  # files that are locked by the kernel, and stay
        temporary = path.name.startswith("tmp") or path.suffix in (".keep", ".new")
        if "tree" not in path.parts and (temporary or (path.suffix == ".lock" and not held)):
            yield path


def untrue(reading: Reading, known: dict[str, str]) -> list[str]:
    """Where the journal and the refs disagree."""
    found = [f"journal: {says}" for says in reading.problems]
    found += [f"journal: {row.operation} of {row.subject[:12]} has no end" for row in reading.open()]
    places: dict[str, str] = {}
    for row in reading.rows:
        if row.phase == "done" and row.operation == "keep":
            places[row.subject] = f"refs/heads/{row.details['branch']}"
        elif row.phase == "done" and "to" in row.details:
            places[row.subject] = row.details["to"]
    found += [f"journal: {name} should be {tip[:12]}" for tip, name in places.items() if known.get(name) != tip]
    told = set(places.values())
    found += [f"journal: nothing is said of {name}" for name in known if name.startswith((BRANCHES, UNDONE)) and name not in told]
    return found
