"""`refinery doctor`."""

from __future__ import annotations

import click

from refinery.cli import show


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(as_json: bool) -> int:
    """Check everything a run needs; each failing row says how to mend it.

    \b
    Example: refinery doctor
    """
    from refinery.cli import checkup, views

    rows = checkup.examine()
    if as_json:
        show.as_json({"ok": all(row.state != "bad" for row in rows), "rows": [*map(checkup.shape, rows)]})
    else:
        show.on_screen(views.checkup(rows))
    return 1 if any(row.state == "bad" for row in rows) else 0
