"""`refinery fix`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from refinery.domain import Report


@click.command()
@click.argument("trace", required=False)
@click.option("--failing", is_flag=True, help="Take the scenarios that fail now instead of a trace.")
@click.option("--says", default="", help="What should have happened, in plain words.")
@click.option("--expect", multiple=True, help="A check that a right answer passes, as in a scenario: 'contains: \"EUR\"'. May be repeated.")
@click.option("--model", "provider", type=click.Choice(["anthropic", "openai", "none"]), help="Overrides refinery.toml.")
@click.option("--tries", default=3, show_default=True, type=click.IntRange(1, 20), help="Hypotheses that may reach the gate.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1.0), help="Wall time that the search may take.")
@click.option("--budget", type=click.FloatRange(0.0), help="Dollars that the model may cost.")
@click.option("--yes", is_flag=True, help="Keep an accepted fix without asking. It approves only what yes_approves in refinery.toml names.")
@click.option("--ask-again", is_flag=True, help="Forget what was said, yes or no, to changes that were offered for this before.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, one object a fix.")
def command(
    trace: str | None,
    failing: bool,
    says: str,
    expect: tuple[str, ...],
    provider: str | None,
    tries: int,
    seconds: float,
    budget: float | None,
    yes: bool,
    ask_again: bool,
    as_json: bool,
) -> int:
    """Turn a failing trace into a validated commit on a branch of its own.

    TRACE is an id in the store (its beginning is enough) or a file. Your work tree, index and HEAD are not touched.

    \b
    Examples: refinery fix 4f2a --says "the price in euros" --expect 'contains: "EUR"'
              refinery fix --failing
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.cli.person import Person
    from refinery.errors import UsageError
    from refinery.flows.failing import fix_failing, fix_trace, summary

    if (trace is None) != failing:
        raise UsageError("name a trace, or say --failing", hint="refinery traces list --failed shows what there is")
    status = 0
    made: list[Report] = []
    with show.progress() as say:
        person = Person(say, asks=not (yes or as_json))
        with wiring.workbench(
            say=say,
            keep=person.keep,
            approve=person.approve,
            says_yes=yes,
            ask_again=ask_again,
            provider=provider,
            budget=budget,
            seconds=seconds,
        ) as bench:
            if trace is None:
                reports = fix_failing(bench, tries)
            else:
                named = tuple(wiring.traces_named([trace], bench.store))
                if len(named) > 1 and (says or expect):
                    raise UsageError(
                        f"{trace} holds {len(named)} traces, and --says and --expect are about one",
                        hint="import them, and name one: refinery traces import FILE, refinery traces list",
                    )
                reports = (fix_trace(bench, each, says, expect, tries) for each in named)
            for report in reports:
                made.append(report)
                say.wipe()
                if as_json:
                    show.as_json(contract.report(report))
                else:
                    show.on_screen(views.report(report))
                status = max(status, exit_status(report))
    if failing and not as_json and (says_all := summary(made)):
        show.text(says_all)
    if not made and not as_json:
        show.text("nothing to fix: every scenario passes")
    return status


def exit_status(report: Report) -> int:
    """0 kept, 4 when evidence was short, 1 otherwise."""
    from refinery.domain import Decision

    if report.kept:
        return 0
    gates = [step.gate.decision for step in report.steps if step.gate]
    return 4 if gates and gates[-1] is Decision.NOT_ENOUGH else 1
