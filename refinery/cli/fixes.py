"""`refinery history`, `show`, `undo` and `redo`: the fixes that were kept."""

from __future__ import annotations

import json

import click

from refinery.cli import show


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def history(as_json: bool) -> None:
    """List the fixes that were kept, newest first, and what became of them.

    \b
    Example: refinery history
    """
    from refinery import wiring
    from refinery.cli import views

    with wiring.repository() as repository, wiring.history(repository) as past:
        entries = past.history()
    if as_json:
        show.as_json(
            {
                "fixes": [
                    {
                        "commit": each.commit,
                        "branch": each.branch,
                        "subject": each.subject,
                        "state": each.state,
                        "trailers": {key: list(values) for key, values in each.trailers.items()},
                    }
                    for each in entries
                ]
            }
        )
    elif entries:
        show.on_screen(views.history(entries))
    else:
        show.text("no fixes yet: refinery fix TRACE makes one")


@click.command()
@click.argument("fix")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def show_fix(fix: str, as_json: bool) -> None:
    """Show one fix: its message, its diff, and the evidence kept with it. FIX is a commit, a branch or its last part.

    \b
    Example: refinery show refinery/return-currency-from-lookup-price
    """
    from refinery import wiring
    from refinery.repo.patch import stat

    with wiring.repository() as repository, wiring.history(repository) as past:
        shown = past.show(fix)
    entry = shown.entry
    if as_json:
        show.as_json(
            {
                "commit": entry.commit,
                "branch": entry.branch,
                "subject": entry.subject,
                "state": entry.state,
                "message": entry.message,
                "trailers": {key: list(values) for key, values in entry.trailers.items()},
                "files": [{"path": file.path, "added": file.added, "removed": file.removed} for file in stat(shown.patch)],
                "patch": shown.patch,
                "evidence": json.loads(shown.note) if shown.note else None,
            }
        )
        return
    show.text(f"commit {entry.commit}  ({', '.join(filter(None, (entry.state, entry.branch)))})")
    show.text()
    show.text(entry.message.rstrip())
    show.text()
    for file in stat(shown.patch):
        show.text(f"{file.path}  +{file.added} -{file.removed}")
    show.text()
    show.text(shown.patch.rstrip())
    show.text()
    again = f"refinery show {entry.slug or entry.commit[:12]} --json"
    show.text(f"The full evidence is in the commit's note: {again}" if shown.note else "No evidence is kept with this commit.")


@click.command()
@click.argument("fix")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def undo(fix: str, as_json: bool) -> None:
    """Take a fix back. Your work tree is not touched; redo brings it back.

    \b
    Example: refinery undo return-currency-from-lookup-price
    """
    _changed(fix, as_json, back=True)


@click.command()
@click.argument("fix")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def redo(fix: str, as_json: bool) -> None:
    """Bring back a fix that was undone.

    \b
    Example: refinery redo return-currency-from-lookup-price
    """
    _changed(fix, as_json, back=False)


def _changed(fix: str, as_json: bool, back: bool) -> None:
    from refinery import wiring
    from refinery.flows.evidence import remember_outcome

    with wiring.repository() as repository, wiring.history(repository) as past:
        done = past.undo(fix) if back else past.redo(fix)
        with wiring.store() as store:
            remember_outcome(store, done.commit, "undone" if back else "kept")
    if as_json:
        show.as_json({"commit": done.commit, "branch": done.branch, "says": done.says})
    else:
        show.text(done.says)
