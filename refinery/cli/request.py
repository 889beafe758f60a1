"""`refinery request`: a pull request with the evidence as its text, opened by the forge's own command line."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from refinery.cli import show
from refinery.errors import RepositoryError


@click.command()
@click.argument("fix")
@click.option("--remote", default="", metavar="NAME", help="The remote that the branch is on; otherwise origin, or the only one.")
@click.option("--base", default="", metavar="BRANCH", help="The branch to merge into; otherwise the forge's default.")
@click.option("--yes", is_flag=True, help="Open it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(fix: str, remote: str, base: str, yes: bool, as_json: bool) -> int:
    """Open a pull request (on GitLab a merge request) for a fix, with its evidence as the text.

    This asks gh or glab, whichever goes with the remote. Refinery publishes nothing itself: where the branch is not on the remote yet, it
    tells the command that puts it there, and stops.

    \b
    Example: refinery request return-currency-from-lookup-price
    """
    from refinery import wiring
    from refinery.cli.formats.request import body
    from refinery.flows.dossier import dossier
    from refinery.repo.forge import forge_for, opened, published, remote_of

    with wiring.repository() as repository, wiring.history(repository) as past:
        made = dossier(past.show(fix))
        entry = made.entry
        if entry is None or not entry.branch:
            raise RepositoryError(f"fix {fix} is on no branch of its own", hint="refinery history tells what became of it")
        there = remote_of(repository, remote)
        tip = repository.resolve(f"refs/heads/{entry.branch}")
        if published(repository, there, entry.branch) != tip:
            return _unpublished(there.name, entry.branch, fix, as_json)
        root = Path(repository.root)
        forge = forge_for(there, root)
        text = body(made)
        show.note(f"{forge.noun} on {there.host or there.name}, from {entry.branch}: {entry.subject} ({len(text):,} letters of text)")
        if not yes and not show.asked(f"Open this {forge.noun}?"):
            show.note("not opened" if show.someone_there() else "not opened: nobody is there to be asked, and --yes was not given")
            return 1
        said = opened(forge, forge.create(entry.branch, base, entry.subject), text, root)
    if as_json:
        show.as_json({"opened": True, "forge": forge.name, "branch": entry.branch, "says": said, "command": None})
    else:
        show.text(said or f"the {forge.noun} is open")
    return 0


def _unpublished(remote: str, branch: str, fix: str, as_json: bool) -> int:
    """Publishing is for the person to do."""
    publish = f"git push -u {shlex.quote(remote)} {shlex.quote(branch)}"
    if as_json:
        show.as_json({"opened": False, "forge": None, "branch": branch, "says": "the branch is not on the remote", "command": publish})
        return 1
    show.text(f"Branch {branch} is not on {remote} as it is here, and Refinery publishes nothing. Put it there, then ask again:")
    show.text()
    show.text(f"  {publish}")
    show.text(f"  refinery request {shlex.quote(fix)}")
    return 1
