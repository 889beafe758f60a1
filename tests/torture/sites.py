"""Repositories in use, in several shapes, and the operations at which a run can be killed in them."""

from __future__ import annotations

import importlib
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path

from refinery.cli.main import main
from refinery.repo.history import History
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import ADA, change, commit_all, fix, git, make, write

EVIDENCE = '{"gate": "accept"}'
CLOCK = 1_700_000_000.0


def at_home(folder: Path) -> None:
    """Make this process that of a user with a home of their own."""
    for name in ("git", "refinery.wiring", "refinery.cli.fixes", "refinery.flows.evidence", "refinery.store.sqlite"):
        importlib.import_module(name)  # once, and not in each of the processes that are forked to be killed
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "REFINERY_")):
            del os.environ[name]
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(HOME=str(folder), GIT_CONFIG_NOSYSTEM="1", PYTHONDONTWRITEBYTECODE="1")
    for name, value in {"user.name": ADA.name, "user.email": ADA.email, "gc.auto": "0", "advice.detachedHead": "false"}.items():
        git(folder, "config", "--global", name, value)


def rooms(root: Path) -> Workspace:
    """Refinery's, as a new process would open them."""
    home = os.environ.get("REFINERY_HOME")
    return Workspace(Repository.open(root, Path(home) if home else None), clock=lambda: CLOCK)


def furnish(root: Path, form: str = "sha1") -> None:
    """A repository in which fixes were kept: one on its branch, one that was undone, one that was merged and built upon."""
    make(root, form=form)
    workspace = rooms(root)
    keep(workspace, "merged", "config/agent.yaml", "USD", "EUR")
    git(root, "merge", "-q", "--ff-only", "refinery/merged")
    git(root, "branch", "-q", "-D", "refinery/merged")
    write(root, {"later.py": b"1\n"})
    commit_all(root, "later work")
    keep(workspace, "old", "notes.md", "line 7\n", "line seven\n")
    keep(workspace, "away", "notes.md", "line 9\n", "line nine\n")
    History(workspace).undo("away")
    workspace.close()


def keep(workspace: Workspace, slug: str, path: str, old: str, new: str) -> None:
    commit = fix(workspace, path, old, new, f"Fix {slug}\n\nRefinery-Trace: {slug}\n")
    workspace.keep(commit, slug)
    workspace.attach_note(commit.id, EVIDENCE)


def unsaved(root: Path) -> None:
    """Work of the user's that stands nowhere but here."""
    write(root, {"agent/tools.py": b"put aside\n"})
    git(root, "stash", "-q")
    write(root, {"agent/app.py": b"half done\n", "untracked.txt": b"only here\n", "crlf.txt": b"staged\r\n", ".gitignore": b"*.log\n"})
    write(root, {"ignored.log": b"also only here\n"})
    git(root, "add", "crlf.txt")


def tidy(root: Path) -> Path:
    furnish(root)
    return root


def untidy(root: Path) -> Path:
    furnish(root)
    unsaved(root)
    return root


def packed(root: Path) -> Path:
    furnish(root)
    git(root, "gc", "-q", "--prune=now")
    git(root, "pack-refs", "--all")
    unsaved(root)
    return root


def linked(root: Path) -> Path:
    furnish(root)
    side = root.parent / "side"
    git(root, "worktree", "add", "-q", "-b", "side", str(side))
    unsaved(side)
    write(root, {"agent/app.py": b"half done there\n"})
    return side


def sha256(root: Path) -> Path:
    furnish(root, "sha256")
    git(root, "checkout", "-q", "--detach")
    unsaved(root)
    return root


def merging(root: Path) -> Path:
    furnish(root)
    git(root, "checkout", "-q", "-b", "side", "HEAD~1")
    write(root, {"agent/tools.py": b"LIMIT = 4\n"})
    commit_all(root, "side")
    git(root, "checkout", "-q", "main")
    write(root, {"agent/tools.py": b"LIMIT = 5\n"})
    commit_all(root, "main")
    git(root, "merge", "-q", "side", ok=False)
    return root


def elsewhere(root: Path) -> Path:
    os.environ["REFINERY_HOME"] = str(root.parent / "state")
    furnish(root)
    unsaved(root)
    return root


SHAPES: Mapping[str, Callable[[Path], Path]] = {
    "tidy": tidy,
    "untidy": untidy,
    "packed": packed,
    "linked": linked,
    "sha256": sha256,
    "merging": merging,
    "elsewhere": elsewhere,
}
"""Each makes a repository in a folder and returns the work tree in which the run stands."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something to kill, in steps each of which may or may not have come about afterwards."""

    steps: tuple[Callable[[Path], object], ...]
    shapes: tuple[str, ...] = tuple(SHAPES)
    prepare: Callable[[Path], object] = lambda place: None
    """What is done to the repository before, and left alone by the kills."""
    changes: tuple[str, ...] = ()
    """Files of the work tree that it is to change, if it changes any; the index, HEAD's branch and its log are then changed too."""

    def __call__(self, place: Path) -> None:
        for step in self.steps:
            step(place)


def _keep(place: Path) -> None:
    workspace = rooms(place)
    workspace.keep(fix(workspace), "eur")
    workspace.close()


def _note(place: Path) -> None:
    workspace = rooms(place)
    workspace.attach_note(fix(workspace).id, EVIDENCE)
    workspace.close()


def _lease(place: Path) -> None:
    workspace = rooms(place)
    for commit in (workspace.repository.head(), fix(workspace).id):
        with workspace.lease(commit) as folder:
            (folder / "agent" / "app.py").write_text("by the agent\n")
    workspace.close()


def _forget(place: Path) -> None:
    """What Refinery has worked out before is gone, so it is made anew."""
    state = rooms(place).repository.state
    subprocess.run(["rm", "-rf", str(state / "shadow"), str(state / "folders")], check=True)


WIDE = ("agent/tools.py", "bom.txt", "fresh/deep/new.py", "fresh/deep", "fresh")
"""What a fix that is accepted changes, removes and makes."""


def keep_wide(place: Path) -> None:
    """Keep a fix of several files."""
    workspace = rooms(place)
    bom = workspace.repository.read("HEAD", "bom.txt")
    changes = (
        *change(workspace, "agent/tools.py", "3", "4"),
        FileChange("bom.txt", bom, None),
        FileChange("fresh/deep/new.py", None, "NEW = 1\n", "100755", "100755"),
    )
    message = "Fix widely\n\nRefinery-Trace: wide\n"
    commit = workspace.commit(workspace.repository.head(), ChangeSet(changes), message, ADA)
    workspace.keep(commit, "wide")
    workspace.attach_note(commit.id, EVIDENCE)
    workspace.close()


def _accept(place: Path) -> None:
    workspace = rooms(place)
    methodcaller("accept", "wide")(History(workspace))
    workspace.close()


def _take_back(place: Path) -> None:
    workspace = rooms(place)
    here = importlib.import_module("refinery.repo.accepting").PLAINLY
    methodcaller("undo", "wide", here=here)(History(workspace))
    workspace.close()


def go_on(place: Path) -> None:
    """The user commits something else, so that the fix is no child of HEAD any more."""
    write(place, {"diary.txt": b"another day\n"})
    git(place, "add", "diary.txt")
    git(place, "commit", "-q", "-m", "another day", "--", "diary.txt")


def _all(*steps: Callable[[Path], object]) -> Callable[[Path], None]:
    def step(place: Path) -> None:
        for each in steps:
            each(place)

    return step


def command(*words: str) -> Callable[[Path], None]:
    """A real command line of Refinery's."""

    def step(place: Path) -> None:
        os.chdir(place)
        try:
            main(list(words))
        except SystemExit as leaving:
            if leaving.code:
                raise

    return step


_ATTACHED = ("tidy", "untidy", "packed", "linked", "elsewhere")

_HERE: Mapping[str, Operation] = {
    "accept": Operation((_accept,), _ATTACHED, keep_wide, WIDE),
    "accept onto later work": Operation((_accept,), _ATTACHED, _all(keep_wide, go_on), WIDE),
    "take back here": Operation((_take_back,), _ATTACHED, _all(keep_wide, _accept), WIDE),
}
"""These write to the user's work tree."""

OPERATIONS: Mapping[str, Operation] = {
    "keep": Operation((_keep, _note)),
    "keep from nothing": Operation((_keep, _note), ("untidy", "sha256", "elsewhere"), _forget),
    "lease": Operation((_lease,), ("untidy", "linked")),
    "undo": Operation((command("undo", "old"),)),
    "redo": Operation((command("redo", "away"),)),
    "undo what is merged": Operation((command("undo", "merged"),), ("tidy", "untidy", "packed", "linked", "sha256", "elsewhere")),
    **(_HERE if hasattr(History, "accept") else {}),
}
