"""`refinery diagnose`."""

from __future__ import annotations

import click

from refinery.cli import show


@click.command()
@click.argument("traces", nargs=-1, required=True)
@click.option("--expected", default="", help="What should have happened, in plain words.")
@click.option("--failed", is_flag=True, help="The run is known to have failed: name the most likely step even without a clear sign.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, one object a trace.")
def command(traces: tuple[str, ...], expected: str, failed: bool, as_json: bool) -> None:
    """Say which step of a trace went wrong, and why, with quotes that stand in it.

    TRACE is an id in the store (its beginning is enough) or a file.

    \b
    Example: refinery diagnose 4f2a --expected "the price in euros"
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.signals.diagnosis import diagnose

    with wiring.store() as store:
        first = True
        for trace in wiring.traces_named(traces, store, lambda says: show.note(f"refinery: {says}")):
            found = diagnose(trace, expected, failed=True if failed or expected else None)
            if as_json:
                show.as_json(contract.diagnosis(found))
            else:
                if not first:
                    show.text()
                show.text(f"trace {trace.id}")
                show.on_screen(views.diagnosis(found))
            first = False
