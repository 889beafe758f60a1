"""`refinery history`: the fixes that were kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from refinery.cli import show
from refinery.cli.moments import moment
from refinery.errors import UsageError

if TYPE_CHECKING:
    from adapters.trace import Json
    from refinery.repo.journal import Reading

FATES = ("kept", "accepted", "undone", "elsewhere")


@click.command()
@click.option("--since", metavar="WHEN", help="Only fixes that were kept in the last 90m, 24h or 7d, or since a date.")
@click.option("--until", metavar="WHEN", help="Only fixes that were kept before this.")
@click.option("--state", "fates", multiple=True, type=click.Choice(FATES), help="Only fixes with which this was done; may be given again.")
@click.option("--file", "files", multiple=True, metavar="PATH", help="Only fixes that change this file, folder or pattern.")
@click.option("--scenario", default="", metavar="ID", help="Only fixes that cure this scenario; the beginning of its id is enough.")
@click.option("--search", "words", default="", metavar="TEXT", help="Only fixes with this text in their message or evidence.")
@click.option("--journal", is_flag=True, help="Tell what was done to the repository instead, and when, oldest first.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def history(
    since: str | None,
    until: str | None,
    fates: tuple[str, ...],
    files: tuple[str, ...],
    scenario: str,
    words: str,
    journal: bool,
    as_json: bool,
) -> None:
    """List the fixes that were kept, newest first, and what became of them.

    \b
    Examples: refinery history
              refinery history --state kept --since 7d
              refinery history --file prompts/ --search refund
    """
    from refinery import wiring
    from refinery.flows.past import FATES as FATE_OF
    from refinery.flows.past import Fate, Search, sought, when

    asked = Search(
        since=moment(since).timestamp() if since else None,
        until=moment(until).timestamp() if until else None,
        fates=tuple(Fate(each) for each in fates),
        files=files,
        scenario=scenario,
        words=words,
    )
    if journal and asked != Search():
        raise UsageError("the journal is told as a whole", hint="leave the conditions out, or --journal")
    with wiring.repository() as repository, wiring.history(repository) as past:
        if journal:
            _journal(past.journal(), as_json)
            return
        entries = sought(asked, past)
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
                        "outcome": FATE_OF[each.state],
                        "kept_at": datetime.fromtimestamp(when(each), UTC).isoformat(timespec="seconds"),
                        "fix": each.fix or None,
                        "carriers": list(each.carriers),
                        "trailers": {key: list(values) for key, values in each.trailers.items()},
                    }
                    for each in entries
                ]
            }
        )
    elif entries:
        from refinery.cli import reviewing

        show.on_screen(reviewing.history(entries, show.width()))
    elif asked != Search():
        show.text("no fix is like this; refinery history lists all")
    else:
        show.text("no fixes yet: refinery fix TRACE makes one")


def _cleared(recovered: tuple[str, ...]) -> None:
    for each in recovered:
        show.note(f"note: {each}")


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
