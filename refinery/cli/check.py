"""`refinery check`: before a merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from refinery.domain import Checked

FORMATS = ("text", "json", "markdown", "junit", "sarif")


@click.command()
@click.argument("revisions", metavar="BASE..HEAD")
@click.option("--target", "targets", multiple=True, help="A scenario that has to get better. May be repeated.")
@click.option("--all", "whole", is_flag=True, help="Run every scenario, also those that the change is not seen to touch.")
@click.option("--trials", type=click.IntRange(1, 1000), help="Runs of a scenario in each arm, at most; refinery.toml says otherwise.")
@click.option("--seconds", type=click.FloatRange(1.0), help="Wall time that the comparison may take.")
@click.option("--budget", type=click.FloatRange(0.0), help="Dollars that it may cost.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form of the answer.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the answer into this file as well, in the form of --format.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(
    revisions: str,
    targets: tuple[str, ...],
    whole: bool,
    trials: int | None,
    seconds: float | None,
    budget: float | None,
    form: str,
    output: Path | None,
    as_json: bool,
) -> int:
    """Ask before a merge: does the guard pass the change, and did no scenario get worse?

    \b
    Examples: refinery check main..HEAD
              refinery check origin/main...HEAD --format sarif --output refinery.sarif
    """
    from dataclasses import replace

    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.flows.check import Terms, check

    with wiring.repository() as repository:
        base = repository.range(revisions).base
    with show.progress() as say, wiring.workbench(say=say, at=base) as bench:
        terms = Terms(wiring.settings_at(bench.repository, base).tolerated, targets, whole, seconds, budget)
        made = check(revisions, replace(bench, trials=trials or bench.trials), terms)
        say.wipe()
    if output:
        output.write_text(_written(made, "markdown" if form == "text" else form), encoding="utf-8")
    if as_json:
        show.as_json(contract.checked(made))
    elif form == "text" or output:
        show.on_screen(views.checked(made))
    else:
        show.text(_written(made, form).rstrip("\n"))
    return {"accept": 0, "reject": 1}.get(made.decision, 4)


def _written(made: Checked, form: str) -> str:
    import json

    from refinery import contract
    from refinery.cli.formats import junit, markdown, sarif

    if form == "json":
        return json.dumps(contract.checked(made), ensure_ascii=False) + "\n"
    if form == "sarif":
        return json.dumps(sarif.checked(made), ensure_ascii=False, indent=1) + "\n"
    return junit.checked(made) if form == "junit" else markdown.checked(made)
