"""An agent's repository full of canaries, and every command of Refinery's to be tried in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from refinery.cli.main import refinery
from tests.journeys.conftest import AGENT, SCENARIOS, SETTINGS
from tests.refinery.repo.grounds import commit_all, git, write
from tests.torture.aftermath import differences, mine
from tests.torture.vectors import VECTORS, Cage, caged

_RED = """- id: team-in-pounds
  input: {plan: team}
  expect:
    - equals: 90 GBP
"""
_FAILED = {
    "traceId": "ab" * 16,
    "spanId": "cd" * 8,
    "name": "answer",
    "startTimeUnixNano": "1",
    "endTimeUnixNano": "2",
    "status": {"code": 2, "message": "boom"},
    "attributes": [{"key": "openinference.span.kind", "value": {"stringValue": "AGENT"}}],
}

FIX = "{fix}"
"""Stands for the fix that was kept before, in what a command is called with."""

CALLS: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]] = {
    "init": ((("--print",), 0),),
    "doctor": (((), 0),),
    "suite list": (((), 0),),
    "suite run": ((("--trials", "1"), 1),),
    "guard": ((("--staged",), 1), (("HEAD~1..HEAD",), 1), (("--changes", "../changes.jsonl"), 1)),
    "traces import": ((("../trace.json",), 0),),
    "traces list": (((), 0),),
    "traces show": ((("abab",), 0),),
    "traces pull": ((("--limit", "1"), 2),),
    "diagnose": ((("abab",), 0),),
    "fix": ((("--failing", "--yes", "--seconds", "20"), 0),),
    "history": (((), 0),),
    "show": (((FIX,), 0),),
    "undo": (((FIX,), 0),),
    "redo": (((FIX,), 0),),
    "guides list": (((), 0),),
    "guides add": ((("../guide.md",), 0),),
    "guides search": ((("what a tool returned",), 0),),
    "demo": ((("--into", "../demo"), 0),),
}
"""What each command is called with, in this order, and the exit status that shows it has done its work."""

SLOW = ("demo",)
"""Left to the long run: it works in a repository of its own making."""


def commands(group: click.Group = refinery, above: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command there is, as the command line itself tells."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        if isinstance(found, click.Group):
            yield from commands(found, (*above, name))
        else:
            yield " ".join((*above, name))


def desk(folder: Path) -> Path:
    """The repository of an agent with a failing scenario, with staged and unstaged work, and a branch that conflicts with another."""
    root = folder / "desk"
    files = {"desk/__init__.py": "", "desk/agent.py": AGENT, "desk/limits.json": '{\n  "seats": 5\n}\n', "refinery.toml": SETTINGS}
    files |= {"scenarios/prices.yaml": SCENARIOS + _RED, "notes.txt": "one\n", "gone.txt": "only in the first commit\n"}
    root.mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    write(root, {name: text.encode() for name, text in files.items()})
    commit_all(root, "The price desk")
    git(root, "tag", "first")
    git(root, "checkout", "-q", "-b", "side")
    write(root, {"notes.txt": b"aside\n"})
    commit_all(root, "aside")
    git(root, "checkout", "-q", "main")
    (root / "gone.txt").unlink()
    write(root, {"notes.txt": b"two\n"})
    commit_all(root, "second")
    write(root, {"notes.txt": b"three\n"})
    commit_all(root, "third")
    write(root, {"notes.txt": b"staged\n"})
    git(root, "add", "notes.txt")
    write(root, {"desk/limits.json": b'{\n  "seats": 6\n}\n'})
    (folder / "trace.json").write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [_FAILED]}]}]}))
    (folder / "changes.jsonl").write_text(json.dumps({"id": "1", "path": "notes.txt", "before": "two\n", "after": "2\n"}) + "\n")
    (folder / "guide.md").write_text("# Tools\n\nLook at what a tool returned before you answer.\n")
    return root


def full(root: Path, air: Path, names: Iterable[str] = tuple(VECTORS)) -> Cage:
    """All these canaries in one cage."""
    cage = caged(root, air)
    for name in names:
        VECTORS[name].plant(cage, name)
    return cage


def fix_in(root: Path) -> str:
    """The fix that was kept in it, on its branch or undone."""
    common = root / ".git" / "refs"
    return next(path.read_text().strip() for folder in ("heads/refinery", "refinery/undone") for path in (common / folder).glob("*"))


def tried(folder: Path, names: Iterable[str], leave_out: Iterable[str] = ()) -> list[str]:
    """Every command as a process of its own among these canaries; what went wrong."""
    root = desk(folder)
    cage = full(root, folder / "air", names)
    before = mine(root)
    found = []
    for name, calls in CALLS.items():
        for words, status in calls if name not in leave_out else ():
            said = [fix_in(root) if word == FIX else word for word in words]
            done = subprocess.run(
                [sys.executable, "-c", "from refinery.cli.main import main; main()", *name.split(), *said],
                cwd=root,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != status:
                found.append(f"{name} {said} ended with status {done.returncode}: {done.stderr[-300:]}")
            found += [f"{name} {said} made {each} sing" for each in cage.heard()]
    return found + differences(before, mine(root))
