"""What takes a commit back on top of later work: a three-way merge of the commit's own paths."""

from __future__ import annotations

from collections.abc import Mapping

from refinery.errors import RepositoryError
from refinery.repo.objects import SUBMODULE, SYMLINK, TreeEntry, blobs
from refinery.repo.shadow import Shadow


def inverse(shadow: Shadow, before: str, after: str, head: str) -> dict[str, TreeEntry | None]:
    """The entries to put on `head` so that what went from `before` to `after` is gone. Raises when later work is in the way."""
    old, new, now = shadow.entries(before), shadow.entries(after), shadow.entries(head)
    entries: dict[str, TreeEntry | None] = {}
    conflicts = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) == new.get(path) or now.get(path) == old.get(path):
            continue
        if now.get(path) == new.get(path):
            entries[path] = old.get(path)
            continue
        merged = _merged(shadow, old.get(path), new.get(path), now.get(path))
        if merged is None:
            conflicts.append(path)
        elif merged != now.get(path):
            entries[path] = merged
    conflicts.extend(path for path, entry in entries.items() if entry is not None and _hides(path, entry, now, entries))
    if conflicts:
        raise RepositoryError(
            f"later changes overlap with the fix in {', '.join(conflicts)}; nothing was changed",
            hint=f"take it back by hand: git revert --no-commit {after[:12]}, resolve, and commit",
        )
    if not entries:
        raise RepositoryError(
            "nothing of the fix is left in HEAD; there is nothing to take back", hint="`git log -- <path>` tells where it went"
        )
    return entries


def _merged(shadow: Shadow, old: TreeEntry | None, new: TreeEntry | None, now: TreeEntry | None) -> TreeEntry | None:
    """The file with the change taken back; None when it cannot be told apart from later changes."""
    if old is None or new is None or now is None or {old.mode, new.mode, now.mode} & {SYMLINK, SUBMODULE}:
        return None
    mode = old.mode if now.mode == new.mode else now.mode
    if old.blob == new.blob:  # only the mode had changed
        return TreeEntry(mode, now.blob)
    if now.blob == new.blob:
        return TreeEntry(mode, old.blob)
    found = blobs(shadow.git, (now.blob, new.blob, old.blob))
    with shadow.workspace() as folder:
        names = []
        for name, entry in (("now", now), ("fix", new), ("before", old)):
            (folder / name).write_bytes(found[entry.blob])
            names.append(str(folder / name))
        answer = shadow.git.ask("merge-file", "-p", "-q", *names)
    if answer.status:
        return None
    return TreeEntry(mode, shadow.git.line("hash-object", "-w", "--stdin", given=answer.out))


def _hides(path: str, entry: TreeEntry, now: Mapping[str, TreeEntry], entries: Mapping[str, TreeEntry | None]) -> bool:
    """Whether a file would come back where a folder is now, or under what is a file now."""
    del entry
    parts = path.split("/")
    above = ("/".join(parts[:length]) for length in range(1, len(parts)))
    if any(each in now and entries.get(each, now[each]) is not None for each in above):
        return True
    return path not in now and any(other.startswith(f"{path}/") for other in now)
