"""`refinery traces`: pull, import, list and show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show
from refinery.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from refinery.flows.importing import Imported


@click.group()
def command() -> None:
    """Pull, import, list and show traces."""


@command.command("pull")
@click.argument("ids", nargs=-1, metavar="[TRACE_ID]...")
@click.option("--since", metavar="WHEN", help="Only traces that began in the last 90m, 24h or 7d, or since a date.  [default: 24h]")
@click.option("--failed", is_flag=True, help="Only traces in which a run is marked as failed.")
@click.option("--limit", type=click.IntRange(1), help="At most so many, the newest.  [default: 100]")
@click.option("--project", default="", help="Another project than the one in refinery.toml.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def pull(ids: tuple[str, ...], since: str | None, failed: bool, limit: int | None, project: str, as_json: bool) -> int:
    """Fetch whole traces from the platform named in refinery.toml; pulling twice changes nothing.

    \b
    Example: refinery traces pull --since 24h --failed
    """
    from adapters.source import Query
    from refinery import wiring
    from refinery.flows.pulling import pull_matching, pull_named

    if ids and (since or failed or limit):
        raise UsageError("traces are named, and searched for too", hint="give ids, or --since, --failed and --limit, not both")
    query = Query(since=moment(since or "24h"), failed=failed, limit=limit or 100)
    with show.progress() as say, wiring.source(project, say=say) as source, wiring.store() as store:
        done = pull_named(ids, source, store, say) if ids else pull_matching(query, source, store, say)
    return _told(done, as_json)


@command.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def bring(paths: tuple[Path, ...], as_json: bool) -> int:
    """Read trace files or folders into the store; importing twice changes nothing.

    \b
    Example: refinery traces import traces.otlp.jsonl runs/
    """
    from refinery import wiring
    from refinery.flows.importing import import_files

    with wiring.store() as store, show.progress() as say:
        done = import_files(paths, store, say)
    return _told(done, as_json)


@command.command("list")
@click.option("--failed", is_flag=True, help="Only traces in which a span is marked as failed.")
@click.option("--text", default="", help="Only traces in which this text stands.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def table(failed: bool, text: str, limit: int, as_json: bool) -> None:
    """List the traces in the store, newest first.

    \b
    Example: refinery traces list --failed
    """
    from refinery import contract, wiring
    from refinery.cli import views

    with wiring.store() as store:
        found = store.traces(limit=limit + 1, failed=True if failed else None, text=text)
    found, more = found[:limit], len(found) > limit
    if as_json:
        show.as_json({"traces": [contract.summary(each) for each in found]})
    elif found:
        show.on_screen(views.summaries(found))
        if more:
            show.note(f"only the newest {limit} are shown; for more: --limit {4 * limit}")
    elif failed or text:
        show.text("no trace fits: see them all with `refinery traces list`")
    else:
        show.text("no traces: import some with `refinery traces import FILE`")


@command.command("show")
@click.argument("trace")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def one(trace: str, as_json: bool) -> None:
    """Show one trace as a tree: who did what, how long it took, what failed.

    \b
    Example: refinery traces show 4f2a
    """
    from refinery import contract, wiring
    from refinery.cli import views

    with wiring.store() as store:
        found = store.trace(trace)
    if as_json:
        show.as_json(contract.trace(found))
    else:
        show.on_screen(views.trace_tree(found))


def moment(when: str) -> datetime:
    """A date, or so long ago."""
    from refinery.duration import FORMS, seconds

    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        pass
    else:
        return moment if moment.tzinfo else moment.astimezone()
    ago = seconds(when)
    try:
        if ago is not None:
            return datetime.now(UTC) - timedelta(seconds=ago)
    except OverflowError:
        pass
    raise UsageError(f"--since {when} is not understood", hint=f"write {FORMS}, or a date such as 2026-11-01")


def _told(done: Imported, as_json: bool) -> int:
    """What became of the traces, then what could not be had."""
    from refinery import contract
    from refinery.cli import views

    if as_json:
        show.as_json(
            {
                "new": done.saved.new,
                "grown": done.saved.grown,
                "known": done.saved.known,
                "traces": list(done.traces),
                "receipt": contract.receipt(done.receipt),
                "errors": [{"says": error.says, "hint": error.hint} for error in done.errors],
            }
        )
    else:
        show.on_screen(views.receipt(done.receipt))
        show.text(f"{done.saved.new} new, {done.saved.grown} grown, {done.saved.known} known already")
    for error in done.errors:
        show.note(f"refinery: {error.says}")
        if error.hint:
            show.note(f"  -> {error.hint}")
    if any(error.outside for error in done.errors):
        return OutsideError.exit_status
    return UsageError.exit_status if done.errors else 0
