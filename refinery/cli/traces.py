"""`refinery traces`: import, list and show."""

from __future__ import annotations

from pathlib import Path

import click

from refinery.cli import show


@click.group()
def command() -> None:
    """Import, list and show traces."""


@command.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def bring(paths: tuple[Path, ...], as_json: bool) -> int:
    """Read trace files or folders into the store; importing twice changes nothing.

    \b
    Example: refinery traces import traces.otlp.jsonl runs/
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.flows.importing import import_files

    with wiring.store() as store, show.progress() as say:
        done = import_files(paths, store, say)
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
    return 2 if done.errors else 0


@command.command("list")
@click.option("--failed", is_flag=True, help="Only traces in which a span is marked as failed.")
@click.option("--text", default="", help="Only traces whose name or task holds this text.")
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
        found = store.traces(limit=limit, failed=True if failed else None, text=text)
    if as_json:
        show.as_json({"traces": [contract.summary(each) for each in found]})
    elif found:
        show.on_screen(views.summaries(found))
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
