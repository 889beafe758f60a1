"""`refinery verify`: whether the claim of a fix still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from refinery.domain import Verification


@click.command()
@click.argument("fix")
@click.option("--trials", type=click.IntRange(1, 1000), help="Runs of each scenario at most, in each arm; otherwise as many as then.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(fix: str, trials: int | None, as_json: bool) -> int:
    """Check the evidence of a fix, run the gate on it once more, and say whether its claim still holds.

    FIX is a commit, a branch or its last part. Nothing is changed, whatever comes out.

    \b
    Example: refinery verify return-currency-from-lookup-price
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.flows.verify import verify
    from refinery.flows.version import version
    from refinery.repo.history import History

    with show.progress() as say, wiring.workbench(say=say) as bench:
        made = verify(version(fix, History(bench.workspace), bench.repository), bench, trials)
        say.wipe()
    if as_json:
        show.as_json(contract.verification(made))
    else:
        show.on_screen(views.verification(made))
    return exit_status(made)


def exit_status(made: Verification) -> int:
    """0 it holds, 1 it does not, 4 when evidence was short, 5 when nothing could be tried."""
    if made.holds is None:
        return 4 if made.able else 5
    return 0 if made.holds else 1
