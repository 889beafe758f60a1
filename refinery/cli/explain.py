"""`refinery explain`: a commit for somebody who did not see it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from adapters.trace import Json
    from refinery.flows.explain import Explained


@click.command()
@click.argument("commit")
@click.option("--no-runs", is_flag=True, help="Run nothing: which scenarios a commit can touch is not looked at then.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(commit: str, no_runs: bool, as_json: bool) -> None:
    """Tell in plain words what a commit is about.

    Of a fix, whatever has become of its commit since: what failed, what was changed, and why it is believed. Of any other commit: which
    scenarios its change can touch (each is run once on the commit below), and what the guard says about it.

    \b
    Example: refinery explain HEAD
    """
    from refinery import contract, wiring
    from refinery.flows.explain import explain

    with wiring.repository() as repository, wiring.history(repository) as past:
        made = explain(commit, repository, past, wiring.guard())
        for each in past.recovered:
            show.note(f"note: {each}")
    if not made.fixes and made.base and not no_runs:
        made = _reached(made)
    if as_json:
        show.as_json(_shape(made, contract.verdict(made.guard) if made.guard else None))
    else:
        from refinery.cli import reviewing

        show.on_screen(reviewing.explained(made))


def _reached(made: Explained) -> Explained:
    """Where nothing can be run, it is said why."""
    from dataclasses import replace

    from refinery import wiring
    from refinery.errors import ConfigError
    from refinery.flows.explain import Touched, reached

    try:
        with show.progress() as say, wiring.workbench(say=say, at=made.base) as bench:
            found = reached(made, bench)
            say.wipe()
    except ConfigError as error:
        return replace(made, touched=Touched(says=str(error)))
    return found


def _shape(made: Explained, guard: dict[str, Json] | None) -> dict[str, Json]:
    fixes: list[Json] = [
        {
            "commit": each.entry.commit,
            "branch": each.entry.branch,
            "name": each.name,
            "fix": each.entry.fix or None,
            "state": each.entry.state,
            "relation": each.asked.kind if each.asked else "itself",
            "same": each.asked.same if each.asked else True,
            "standing": each.standing,
        }
        for each in made.fixes
        if each.entry
    ]
    touched = made.touched
    return {
        "commit": made.commit,
        "subject": made.subject,
        "base": made.base or None,
        "kind": "fix" if made.fixes else "commit",
        "fixes": fixes,
        "says": [{"about": each.about, "says": each.says} for each in made.told],
        "guard": guard,
        "scenarios": {"touched": list(touched.scenarios), "of": touched.of, "known": touched.known, "says": touched.says},
    }
