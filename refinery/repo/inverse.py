"""What takes a commit back on top of later work, or brings it there: a three-way merge of the commit's own paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refinery.errors import RepositoryError
from refinery.repo.objects import SUBMODULE, SYMLINK, TreeEntry, blobs, headers
from refinery.repo.shadow import Shadow

_LOOKED_AT = 200
"""Later commits to a file among which the one in the way is looked for."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a change comes to on another commit."""

    entries: Mapping[str, TreeEntry | None]
    """What to put there; None deletes."""
    conflicts: tuple[str, ...] = ()
    """Paths in which something else is in the way."""


def carry(shadow: Shadow, start: str, end: str, head: str) -> Carried:
    """What goes from `start` to `end`, done on `head`, for the paths in which the two differ."""
    old, new, now = shadow.entries(start), shadow.entries(end), shadow.entries(head)
    entries: dict[str, TreeEntry | None] = {}
    conflicts = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) == new.get(path) or now.get(path) == new.get(path):
            continue
        if now.get(path) == old.get(path):
            entries[path] = new.get(path)
            continue
        merged = _merged(shadow, old.get(path), new.get(path), now.get(path))
        if merged is None:
            conflicts.append(path)
        elif merged != now.get(path):
            entries[path] = merged
    conflicts.extend(path for path, entry in entries.items() if entry is not None and _hides(path, now, entries))
    return Carried(entries, tuple(conflicts))


def inverse(shadow: Shadow, before: str, after: str, head: str) -> Mapping[str, TreeEntry | None]:
    """The entries to put on `head` so that what went from `before` to `after` is gone. Raises when later work is in the way."""
    back = carry(shadow, after, before, head)
    if back.conflicts:
        ways = in_the_way(shadow, after, before, head, back.conflicts)
        raise RepositoryError(
            f"later changes overlap with the fix in {', '.join(back.conflicts)}; nothing was changed{ways}",
            hint=f"take it back by hand: git revert --no-commit {after[:12]}, resolve, and commit",
        )
    if not back.entries:
        raise RepositoryError(
            "nothing of the fix is left in HEAD; there is nothing to take back", hint="`git log -- <path>` tells where it went"
        )
    return back.entries


def forward(shadow: Shadow, before: str, after: str, head: str) -> Mapping[str, TreeEntry | None]:
    """The entries to put on `head` so that what went from `before` to `after` happens there too. Empty when it is there already."""
    carried = carry(shadow, before, after, head)
    if carried.conflicts:
        ways = in_the_way(shadow, before, after, head, carried.conflicts)
        raise RepositoryError(
            f"HEAD has other changes where the fix has its own, in {', '.join(carried.conflicts)}; nothing was changed{ways}",
            hint=f"merge by hand: git cherry-pick --no-commit {after[:12]}, resolve, and commit",
        )
    return carried.entries


def in_the_way(shadow: Shadow, start: str, end: str, head: str, paths: tuple[str, ...]) -> str:
    """For each path the first later commit with which the change no longer fits, as sentences to go on with; empty when none is found."""
    found = []
    for path in paths:
        asked = ("rev-list", "--reverse", "--topo-order", f"--max-count={_LOOKED_AT}", head, f"^{start}", f"^{end}", "--", path)
        later = shadow.git.line(*asked).split()
        first = next((commit for commit in later if not _fits(shadow, start, end, commit, path)), "")
        if first:
            subject = headers(shadow.git, (first,))[first].message.split("\n", 1)[0]
            found.append(f"; {path}: in the way is {first[:12]} “{subject}”")
    return "".join(found)


def _fits(shadow: Shadow, start: str, end: str, head: str, path: str) -> bool:
    old, new, now = (shadow.entries(commit).get(path) for commit in (start, end, head))
    return now in (old, new) or _merged(shadow, old, new, now) is not None


def _merged(shadow: Shadow, old: TreeEntry | None, new: TreeEntry | None, now: TreeEntry | None) -> TreeEntry | None:
    """The file with the change made; None when it cannot be told apart from other changes."""
    if old is None or new is None or now is None or {old.mode, new.mode, now.mode} & {SYMLINK, SUBMODULE}:
        return None
    mode = new.mode if now.mode == old.mode else now.mode
    if old.blob == new.blob:  # only the mode had changed
        return TreeEntry(mode, now.blob)
    if now.blob == old.blob:
        return TreeEntry(mode, new.blob)
    found = blobs(shadow.git, (now.blob, old.blob, new.blob))
    with shadow.workspace() as folder:
        names = []
        for name, entry in (("now", now), ("start", old), ("end", new)):
            (folder / name).write_bytes(found[entry.blob])
            names.append(str(folder / name))
        answer = shadow.git.ask("merge-file", "-p", "-q", *names)
    if answer.status:
        return None
    return TreeEntry(mode, shadow.git.line("hash-object", "-w", "--stdin", given=answer.out))


def _hides(path: str, now: Mapping[str, TreeEntry], entries: Mapping[str, TreeEntry | None]) -> bool:
    """Whether a file would come where a folder is now, or under what is a file now."""
    parts = path.split("/")
    above = ("/".join(parts[:length]) for length in range(1, len(parts)))
    if any(each in now and entries.get(each, now[each]) is not None for each in above):
        return True
    return path not in now and any(other.startswith(f"{path}/") for other in now)
