"""`refinery hooks`: ours in the user's git hooks, when they ask for it."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from refinery.cli import show
from refinery.repo.hookfiles import KINDS

if TYPE_CHECKING:
    from refinery.config import Settings
    from refinery.flows.hook import Answer
    from refinery.repo.repository import Repository


@click.group()
def command() -> None:
    """Put the guard and the gate into git's hooks, or take them out."""


@command.command("install")
@click.option("--only", multiple=True, type=click.Choice(KINDS), help="Just this hook. May be repeated.")
def install(only: tuple[str, ...]) -> None:
    """Look at every commit (the guard) and every push (the gate). Hooks that are there go on working.

    \b
    Example: refinery hooks install
    """
    from refinery import wiring
    from refinery.repo.hookfiles import install as put

    with wiring.repository() as repository:
        for hook in put(repository, _program(), only or KINDS):
            show.text(f"{hook.kind} {hook.says}: {hook.path}")


@command.command("remove")
def remove() -> None:
    """Take ours out of the hooks again; what was there before is as it was.

    \b
    Example: refinery hooks remove
    """
    from refinery import wiring
    from refinery.repo.hookfiles import remove as take_out

    with wiring.repository() as repository:
        gone = take_out(repository)
    for hook in gone:
        show.text(f"{hook.kind} {hook.says}: {hook.path}")
    if not gone:
        show.text("there was nothing of ours in the hooks")


@command.command("run")
@click.argument("kind", type=click.Choice(KINDS))
def run(kind: str) -> int:
    """What git calls: look at what is about to be committed or pushed. REFINERY_SKIP='reason' lets it pass, and is recorded.

    \b
    Example: refinery hooks run pre-commit
    """
    from refinery import config, wiring
    from refinery.config import Surrounding

    given = Surrounding.read()
    with wiring.repository() as repository:
        if given.skip:
            wiring.record(repository, "skip", hook=kind, reason=given.skip)
            show.note(f"refinery: {kind} is skipped: {given.skip}")
            return 0
        stated = config.load(repository.root) or wiring.nothing_stated()
        answer = _asked(kind, repository, stated)
    for line in answer.says:
        show.note(f"refinery: {line}")
    return 0 if answer.goes_on else 1


def _asked(kind: str, repository: Repository, stated: Settings) -> Answer:
    from refinery import wiring
    from refinery.config import Surrounding
    from refinery.domain import Checked
    from refinery.flows import hook

    if kind != "pre-push":
        return hook.before_commit(repository, wiring.guard(), stated.tolerated, Surrounding.read().index)

    from refinery.flows.check import Terms, check, read_alone

    def judge(revisions: str) -> Checked:
        if (stated.agent is None and stated.tests is None) or not stated.gate_on_push:
            return read_alone(revisions, repository, wiring.guard(), stated.tolerated)
        with show.progress() as say, wiring.workbench(say=say, at=repository.range(revisions).base) as bench:
            return check(revisions, bench, Terms(stated.tolerated, seconds=stated.push_seconds))

    return hook.before_push(hook.pushes(sys.stdin), repository, judge, strict=not stated.undecided_passes)


def _program() -> str:
    """Where this very program is, for the hook to call it from wherever git is run."""
    from pathlib import Path

    called = Path(sys.argv[0])
    return str(called.resolve()) if called.name == "refinery" and called.exists() else shutil.which("refinery") or "refinery"
