"""`refinery traces`: pull, import, list and show."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from refinery.cli import show
from refinery.cli.moments import moment
from refinery.errors import OutsideError, UsageError

if TYPE_CHECKING:
    from adapters.source import Bound
    from refinery.flows.importing import Imported


@click.group()
def command() -> None:
    """Pull, import, list and show traces."""


@command.command("pull")
@click.argument("ids", nargs=-1, metavar="[TRACE_ID]...")
@click.option("--since", metavar="WHEN", help="Only traces that began in the last 90m, 24h or 7d, or since a date.  [default: 24h]")
@click.option("--until", metavar="WHEN", help="Only traces that began before this.")
@click.option("--failed", is_flag=True, help="Only traces in which the platform marks a step as failed, or holds bad feedback.")
@click.option(
    "--inside", is_flag=True, help="With --failed: look also into those that seem fine, for tools that answered with an error text."
)
@click.option("--name", default="", help="Only traces of this name.")
@click.option("--tag", "tags", multiple=True, help="Only traces with this tag; may be given again.")
@click.option("--score", "scores", multiple=True, metavar="CONDITION", help="Only traces with such a score, as 'correctness<0.5'.")
@click.option("--text", default="", help="Only traces in which this text stands, where the platform can search for it.")
@click.option("--limit", type=click.IntRange(1), help="At most so many, the newest.  [default: 100]")
@click.option("--project", default="", help="Another project than the one in refinery.toml.")
@click.option("--from", "platform", default="", metavar="SOURCE", help="Another source than the one in refinery.toml.")
@click.option("--fresh", is_flag=True, help="Fetch also what has not changed, or was fetched in the last 15 minutes.")
@click.option("--redact", is_flag=True, help="Mask secrets and personal data before anything is kept.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def pull(
    ids: tuple[str, ...],
    since: str | None,
    until: str | None,
    failed: bool,
    inside: bool,
    name: str,
    tags: tuple[str, ...],
    scores: tuple[str, ...],
    text: str,
    limit: int | None,
    project: str,
    platform: str,
    fresh: bool,
    redact: bool,
    as_json: bool,
) -> int:
    """Fetch whole traces from the platform named in refinery.toml; pulling again fetches only what is new.

    \b
    Example: refinery traces pull --since 24h --failed
    """
    from adapters.source import Query
    from refinery import wiring
    from refinery.flows.pulling import Pull, pull_matching, pull_named

    if ids and (since or until or failed or name or tags or scores or text or limit):
        raise UsageError("traces are named, and searched for too", hint="give ids, or conditions such as --since and --failed, not both")
    if inside and not failed:
        raise UsageError("--inside goes with --failed", hint="without --failed all traces are fetched, whatever is inside them")
    query = Query(
        since=moment(since or "24h"),
        until=moment(until) if until else None,
        failed=failed and not inside,
        text=text,
        name=name,
        tags=tags,
        scores=tuple(_bound(each) for each in scores),
        limit=limit or 100,
    )
    with show.progress() as say, wiring.source(project, platform, say=say) as source, wiring.store() as store:
        mask = wiring.mask(asked=redact)
        work = Pull(source, store, say, fresh or bool(redact), mask, wiring.failing if inside else None)
        done = pull_named(ids, work) if ids else pull_matching(query, work)
    return _told(done, as_json)


@command.command("projects")
@click.option("--from", "platform", default="", metavar="SOURCE", help="Another source than the one in refinery.toml.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def projects(platform: str, as_json: bool) -> None:
    """List the projects that traces can be pulled from.

    \b
    Example: refinery traces projects --from phoenix
    """
    from refinery import wiring

    with wiring.source("-", platform) as source:
        names = source.projects()
    if as_json:
        show.as_json({"source": source.name, "projects": list(names)})
    else:
        show.text("\n".join(names) or "there is no project")


@command.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--redact", is_flag=True, help="Mask secrets and personal data before anything is kept.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def bring(paths: tuple[Path, ...], redact: bool, as_json: bool) -> int:
    """Read trace files or folders into the store; importing twice changes nothing.

    \b
    Example: refinery traces import traces.otlp.jsonl runs/
    """
    from refinery import wiring
    from refinery.flows.importing import import_files

    with wiring.store() as store, show.progress() as say:
        done = import_files(paths, store, say, wiring.mask(asked=redact))
    return _told(done, as_json)


@command.command("list")
@click.option("--failed", is_flag=True, help="Only traces in which a span is marked as failed.")
@click.option("--text", default="", help="Only traces in which this text stands.")
@click.option("--source", default="", help="Only traces of this source, such as file, langsmith, or suite: the runs of the suite.")
@click.option("--all", "every", is_flag=True, help="Also the runs of the suite, which are left out otherwise.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def table(failed: bool, text: str, source: str, every: bool, limit: int, as_json: bool) -> None:
    """List the traces in the store, newest first.

    \b
    Example: refinery traces list --failed
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.store.port import SUITE

    with wiring.store() as store:
        search = partial(store.traces, failed=True if failed else None, text=text)
        found = search(limit=limit + 1, source=source, without="" if source or every else SUITE)
        hidden = not (source or every) and bool(search(limit=1, source=SUITE))
    found, more = found[:limit], len(found) > limit
    if as_json:
        show.as_json({"traces": [contract.summary(each) for each in found]})
    elif found:
        show.on_screen(views.summaries(found, show.width()))
        if more:
            show.note(f"only the newest {limit} are shown; for more: --limit {4 * limit}")
    elif failed or text:
        show.text("no trace fits: see them all with `refinery traces list`")
        if failed:
            show.text("Of an answer that is wrong and that nobody marked, say what should have happened:")
            show.text("""  refinery fix TRACE --says "..." --expect 'contains: "..."'   (or `refinery diagnose TRACE --expected "..."`)""")
    else:
        show.text("no traces: import some with `refinery traces import FILE`")
    if hidden and not as_json:
        show.note("runs of the suite are not listed: --all lists them too")


@command.command("show")
@click.argument("trace")
@click.option("--trajectory", "course", is_flag=True, help="Its course on four levels: what happened, how, why, how sure the agent was.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def one(trace: str, course: bool, as_json: bool) -> None:
    """Show one trace as a tree: who did what, how long it took, what failed.

    \b
    Example: refinery traces show 4f2a
    """
    from refinery import contract, wiring
    from refinery.cli import views

    with wiring.store() as store:
        found = store.trace(trace)
    if course:
        from refinery.signals.trajectory import trajectory

        made = trajectory(found)
        if as_json:
            show.as_json({**contract.trace(found), "trajectory": [contract.statement(each) for each in made]})
        else:
            show.on_screen(views.trajectory(made))
    elif as_json:
        show.as_json(contract.trace(found))
    else:
        show.on_screen(views.trace_tree(found))


def _bound(text: str) -> Bound:
    """A condition on a score as it is written."""
    from adapters.source import Bound

    found = re.fullmatch(r"\s*(.+?)\s*(<=|>=|<|>|=)\s*([-+.\deE]+)\s*", text)
    try:
        return Bound(found[1], found[2], float(found[3])) if found else _misread(text)
    except ValueError:
        return _misread(text)


def _misread(text: str) -> NoReturn:
    raise UsageError(f"--score {text} is not understood", hint="write a name, a sign and a number, such as 'correctness<0.5'")


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
