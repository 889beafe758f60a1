"""`refinery cluster`."""

from __future__ import annotations

import click

from refinery.cli import show


@click.command()
@click.option("--since", metavar="WHEN", help="Only traces that began in the last 90m, 24h or 7d, or since a date.")
@click.option("--limit", type=click.IntRange(1), default=500, show_default=True, help="At most so many traces, the newest.")
@click.option("--all", "every", is_flag=True, help="Look also at traces that are not marked as failed, and let the rules judge.")
@click.option("--source", default="", help="Only traces of this source: suite for the runs of the suite, which are left out otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(since: str | None, limit: int, every: bool, source: str, as_json: bool) -> None:
    """Group the failures in the store: what fails most, since when, and an example of each.

    \b
    Example: refinery cluster --since 7d
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.cli.moments import moment
    from refinery.flows.cluster import cluster

    with show.progress() as say, wiring.store() as store:
        found = cluster(store, moment(since) if since else None, limit, say, wiring.now, every=every, source=source)
        say.wipe()
        if as_json:
            show.as_json(contract.clusters(found.grouped.groups, found.grouped.alone, found.looked, found.failed, found.notes))
        else:
            show.on_screen(views.clusters(found.grouped.groups, len(found.grouped.alone), found.looked, found.notes))
