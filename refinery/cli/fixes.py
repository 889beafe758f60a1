"""`refinery history` and `show`: the fixes that were kept."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from adapters.trace import Json
    from refinery.repo.journal import Reading
    from refinery.repo.shown import Descent


@click.command()
@click.option("--journal", is_flag=True, help="Tell what was done to the repository instead, and when, oldest first.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def history(journal: bool, as_json: bool) -> None:
    """List the fixes that were kept, newest first, and what became of them.

    \b
    Example: refinery history
    """
    from refinery import wiring
    from refinery.cli import views

    with wiring.repository() as repository, wiring.history(repository) as past:
        if journal:
            _journal(past.journal(), as_json)
            return
        entries = past.history()
        _cleared(past.recovered)
    if as_json:
        show.as_json(
            {
                "fixes": [
                    {
                        "commit": each.commit,
                        "branch": each.branch,
                        "subject": each.subject,
                        "state": each.state,
                        "fix": each.fix or None,
                        "carriers": list(each.carriers),
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
    """Show one fix: its message, its diff, and the evidence kept with it.

    FIX is a branch of Refinery's or its last part, or any commit that holds the fix: as it was kept, amended, rebased, squashed or merged.

    \b
    Example: refinery show refinery/return-currency-from-lookup-price
    """
    from refinery import wiring
    from refinery.repo.patch import stat

    with wiring.repository() as repository, wiring.history(repository) as past:
        shown = past.show(fix)
        _cleared(past.recovered)
    entry = shown.entry
    if as_json:
        show.as_json(
            {
                "commit": entry.commit,
                "branch": entry.branch,
                "subject": entry.subject,
                "state": entry.state,
                "fix": entry.fix or None,
                "asked": _descent(shown.asked),
                "message": entry.message,
                "trailers": {key: list(values) for key, values in entry.trailers.items()},
                "files": [{"path": file.path, "added": file.added, "removed": file.removed} for file in stat(shown.patch)],
                "patch": shown.patch,
                "evidence": json.loads(shown.note) if shown.note else None,
            }
        )
        return
    if shown.asked:
        show.text(shown.asked.says)
        show.text()
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


def _cleared(recovered: tuple[str, ...]) -> None:
    for each in recovered:
        show.note(f"note: {each}")


def _descent(asked: Descent | None) -> dict[str, Json] | None:
    return {"commit": asked.commit, "kind": asked.kind, "same": asked.same, "says": asked.says} if asked else None


def _journal(reading: Reading, as_json: bool) -> None:
    from refinery.repo.telling import told

    operations = told(reading.rows)
    if as_json:
        rows: list[Json] = [
            {"at": each.at, "operation": each.operation, "commit": each.commit, "ended": each.ended, "says": each.says}
            for each in operations
        ]
        show.as_json({"journal": rows, "problems": list(reading.problems)})
        return
    for each in operations:
        show.text(f"{datetime.fromtimestamp(each.at).astimezone():%Y-%m-%d %H:%M:%S}  {each.says}")
    if not operations:
        show.text("the journal is empty: nothing was done to this repository yet")
    for problem in reading.problems:
        show.note(f"note: {problem}")
