"""An agent's repository full of canaries, and every command of Refinery's to be tried in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from refinery.cli.main import refinery
from refinery.errors import RepositoryError
from refinery.repo.hooks import GATES
from tests.journeys.conftest import AGENT, SCENARIOS, SETTINGS
from tests.refinery.repo.grounds import Picture, commit_all, git, write
from tests.torture.aftermath import differences, mine, others
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
    "attributes": [
        {"key": "openinference.span.kind", "value": {"stringValue": "AGENT"}},
        {"key": "input.value", "value": {"stringValue": '{"plan": "pro"}'}},
    ],
}

FIX = "{fix}"
"""Stands for the fix that was kept before, in what a command is called with."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a command is called with, and what is to come of it."""

    words: tuple[str, ...] = ()
    status: int = 0
    """The exit status that shows it has done its work."""
    refused: tuple[str, ...] = ()
    """Canaries among which it declines to, in words: it would have to run them, or write where another tool has its hooks."""
    may: tuple[str, ...] = ()
    """Programs that git itself runs at such a command of the user's, and that may be run here."""
    given: str = ""
    """Its standard input."""

    def ends(self, among: Iterable[str]) -> int:
        """The exit status among these canaries."""
        return REFUSED if set(self.refused) & set(among) else self.status


REFUSED = RepositoryError.exit_status
_FILTERS = ("filter-clean", "filter-smudge", "filter-process")
_COMMITTING = (*GATES, "post-commit", "gpg")
"""What git runs at a commit; a fix on the user's branch is one of theirs."""
_UNLANDED = (*_FILTERS, "gpg")
"""A filter is not run, and a gpg that only sings does not sign."""

CALLS: tuple[tuple[str, Call], ...] = (
    ("init", Call(("--print",))),
    ("doctor", Call()),
    ("suite list", Call()),
    ("suite run", Call(("--trials", "1"), 1)),
    ("suite score", Call(("--trials", "1"))),
    ("suite profile", Call(("--out", "../profile.yaml"))),
    ("suite generate", Call(("--count", "5", "--try", "--yes", "--out", "../made.yaml"))),
    ("suite audit-judge", Call(("../labels.csv",), 2)),
    ("suite import", Call(("../cases.csv", "--into", "../imported.yaml"))),
    ("guard", Call(("--staged",), 1)),
    ("guard", Call(("HEAD~1..HEAD",), 1)),
    ("guard", Call(("HEAD~1..HEAD", "--format", "junit"), 1)),
    ("guard", Call(("--changes", "../changes.jsonl"), 1)),
    ("check", Call(("HEAD~1..HEAD",))),
    ("hooks run", Call(("pre-commit",))),
    ("hooks run", Call(("pre-merge-commit",))),
    ("hooks run", Call(("pre-push",), given="refs/heads/main HEAD refs/heads/main HEAD~1\n")),
    ("hooks install", Call(refused=("hooks-path",))),
    ("hooks remove", Call()),
    ("traces import", Call(("../trace.json",))),
    ("traces list", Call()),
    ("traces show", Call(("abab",))),
    ("traces pull", Call(("--limit", "1"), 2)),
    ("traces projects", Call()),
    ("start", Call(("--plain", "--answers", "../answers.txt"))),
    ("cluster", Call()),
    ("suite from-trace", Call(("abab", "--expect", "contains: EUR", "--into", "../traced.yaml"))),
    ("diagnose", Call(("abab",))),
    ("fix", Call(("--failing", "--yes", "--seconds", "20"))),
    ("history", Call()),
    ("history", Call(("--journal",))),
    ("history", Call(("--search", "currency", "--file", "desk/agent.py"))),
    ("show", Call((FIX,))),
    ("show", Call((FIX, "--markdown"))),
    ("show", Call((FIX, "--html", "../report.html"))),
    ("explain", Call((FIX,))),
    ("explain", Call(("HEAD",))),
    ("request", Call((FIX, "--yes"), 2)),
    ("verify", Call((FIX,))),
    ("undo", Call((FIX,))),
    ("redo", Call((FIX,))),
    ("accept", Call((FIX,), refused=_UNLANDED, may=_COMMITTING)),
    ("undo", Call((FIX, "--here"), may=_COMMITTING)),
    ("redo", Call((FIX, "--here"), may=_COMMITTING)),
    ("guides list", Call()),
    ("guides add", Call(("../guide.md",))),
    ("guides search", Call(("what a tool returned",))),
    ("demo", Call(("--into", "../demo"))),
)
"""Every command, in this order, and what it is called with."""

TO_LAND = ("fix", "accept", "undo", "redo")
LANDED = tuple(name for name in VECTORS if name not in _UNLANDED)
"""The canaries among which a fix is accepted."""

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
    (folder / "cases.csv").write_text("question,expected_output\nWhat does pro cost?,45 EUR\n")
    (folder / "labels.csv").write_text("answer,rubric,verdict\n45,names the currency,fail\n")
    (folder / "answers.txt").write_text("1\nq\n")
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


def theirs(root: Path) -> Picture:
    """All that is the user's but the one file that the fix changes, and what goes with a commit."""
    return others(mine(root), root, ("desk/agent.py",))


def overheard(cage: Cage, call: Call) -> list[str]:
    """Canaries that had no leave to sing; silent again afterwards."""
    sung = []
    for name in cage.heard():
        song = cage.air / name
        programs = {Path(line.split()[0]).name for line in song.read_text().splitlines()}
        sung += [name] if programs - set(call.may) else []
        song.unlink()
    return sung


def tried(folder: Path, names: Iterable[str], leave_out: Iterable[str] = ()) -> list[str]:
    """Every command as a process of its own among these canaries; what went wrong."""
    root = desk(folder)
    names = tuple(names)
    cage = full(root, folder / "air", names)
    before = theirs(root)
    found = []
    for name, call in CALLS:
        if name in leave_out:
            continue
        said = [fix_in(root) if word == FIX else word for word in call.words]
        done = subprocess.run(
            [sys.executable, "-c", "from refinery.cli.main import main; main()", *name.split(), *said],
            cwd=root,
            capture_output=True,
            input=call.given,
            text=True,
            check=False,
        )
        if done.returncode != call.ends(names):
            found.append(f"{name} {said} ended with status {done.returncode}: {done.stderr[-300:]}")
        found += [f"{name} {said} made {each} sing" for each in overheard(cage, call)]
    return found + differences(before, theirs(root))
