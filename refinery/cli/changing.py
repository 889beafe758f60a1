"""`refinery accept`, `undo` and `redo`: what becomes of a fix that was kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from refinery.cli import show
from refinery.errors import UsageError

if TYPE_CHECKING:
    from refinery.repo.accepting import Wishes
    from refinery.repo.history import Undone

_LONGEST = "10m"


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What the three have in common."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Answer in JSON."),
        click.option("--hook-timeout", metavar="TIME", help=f"How long each of your hooks may take (default: {_LONGEST})."),
        click.option("--no-gpg-sign", is_flag=True, help="Leave the commit unsigned where commit.gpgSign is set."),
        click.option("--no-verify", is_flag=True, help="Leave out your hooks pre-commit, prepare-commit-msg and commit-msg."),
        click.argument("fix"),
    ):
        command = option(command)
    return command


_here = click.option("--here", is_flag=True, help="Make it a commit on the branch you have checked out, files included.")


@click.command()
@_options
def accept(fix: str, no_verify: bool, no_gpg_sign: bool, hook_timeout: str | None, as_json: bool) -> None:
    """Bring a fix to the branch you have checked out, files included.

    Only the files that the fix changes are touched; if one of them has changes of yours, nothing is. Your commit hooks run first.

    \b
    Example: refinery accept return-currency-from-lookup-price
    """
    from refinery import wiring

    wishes = _wishes(no_verify, no_gpg_sign, hook_timeout)
    with wiring.repository() as repository, wiring.history(repository) as past:
        _told(past.accept(fix, wishes), past.recovered, "kept", as_json)


@click.command()
@_here
@_options
def undo(fix: str, here: bool, no_verify: bool, no_gpg_sign: bool, hook_timeout: str | None, as_json: bool) -> None:
    """Take a fix back; redo brings it back.

    A fix on a branch of its own is put away. For one that is merged, a branch with the inverse change is made, and your work tree is not
    touched; with --here the inverse is committed to the branch you have checked out.

    \b
    Example: refinery undo return-currency-from-lookup-price
    """
    from refinery import wiring

    wishes = _wishes(no_verify, no_gpg_sign, hook_timeout, here)
    with wiring.repository() as repository, wiring.history(repository) as past:
        _told(past.undo(fix, wishes if here else None), past.recovered, "undone", as_json)


@click.command()
@_here
@_options
def redo(fix: str, here: bool, no_verify: bool, no_gpg_sign: bool, hook_timeout: str | None, as_json: bool) -> None:
    """Bring back a fix that was undone.

    \b
    Example: refinery redo return-currency-from-lookup-price
    """
    from refinery import wiring

    wishes = _wishes(no_verify, no_gpg_sign, hook_timeout, here)
    with wiring.repository() as repository, wiring.history(repository) as past:
        _told(past.redo(fix, wishes if here else None), past.recovered, "kept", as_json)


def _wishes(no_verify: bool, no_gpg_sign: bool, hook_timeout: str | None, here: bool = True) -> Wishes:
    from refinery.duration import FORMS, seconds
    from refinery.repo.accepting import Wishes

    if not here and (no_verify or no_gpg_sign or hook_timeout is not None):
        raise UsageError("hooks and signatures are for what is done in your checkout", hint="add --here, or leave those options out")
    longest = seconds(hook_timeout if hook_timeout is not None else _LONGEST)
    if longest is None or longest <= 0:
        raise UsageError(f"{hook_timeout!r} is not a duration to wait for", hint=f"write {FORMS}")
    return Wishes(verify=not no_verify, sign=not no_gpg_sign, seconds=longest)


def _told(done: Undone, recovered: tuple[str, ...], outcome: str, as_json: bool) -> None:
    from refinery import wiring
    from refinery.flows.evidence import remember_outcome

    with wiring.store() as store:
        remember_outcome(store, done.commit, outcome)
    notes = [*recovered, *done.notes]
    if as_json:
        show.as_json({"commit": done.commit, "branch": done.branch, "made": done.made or None, "says": done.says, "notes": [*notes]})
        return
    show.text(done.says)
    for note in notes:
        show.note(f"note: {note}")
