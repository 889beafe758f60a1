"""`refinery diagnose`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from refinery.flows.counterfactual import Given


@click.command()
@click.argument("traces", nargs=-1, required=True)
@click.option("--expected", default="", help="What should have happened, in plain words.")
@click.option(
    "--expect", multiple=True, help="A check that a right run passes, as in a scenario: 'tool-called: {name: refund}'. May repeat."
)
@click.option("--failed", is_flag=True, help="The run is known to have failed: name the most likely step even without a clear sign.")
@click.option("--passing", multiple=True, help="A run of the same task that passed, by id or file. May be repeated.")
@click.option("--answer", "answers", multiple=True, help="Answers a question of the diagnosis, in their order. May be repeated.")
@click.option("--answers", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file with one answer a line.")
@click.option("--model", "provider", type=click.Choice(["anthropic", "openai", "none"]), help="Overrides refinery.toml.")
@click.option("--budget", type=click.FloatRange(0.0), help="Dollars that the model may cost.")
@click.option("--tokens", type=click.IntRange(500, 200_000), help="What a model is shown of a trace before it looks things up.")
@click.option("--afresh", is_flag=True, help="Ask the model again even where its answer to the same is kept.")
@click.option(
    "--replay",
    "runs",
    is_flag=False,
    flag_value=5,
    type=click.IntRange(2, 100),
    help="Test the diagnosis in the recorded world, N runs each.",
)
@click.option("--step-result", help="What should have come of the suspected step, as JSON; it implies --replay.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, one object a trace.")
def command(
    traces: tuple[str, ...],
    expected: str,
    expect: tuple[str, ...],
    failed: bool,
    passing: tuple[str, ...],
    answers: tuple[str, ...],
    file: Path | None,
    provider: str | None,
    budget: float | None,
    tokens: int | None,
    afresh: bool,
    runs: int | None,
    step_result: str | None,
    as_json: bool,
) -> None:
    """Say which step of a trace went wrong, and why, with quotes that stand in it.

    TRACE is an id in the store (its beginning is enough) or a file.

    \b
    Examples: refinery diagnose 4f2a --expected "the price in euros"
              refinery diagnose run.json --failed --passing good-run.json
              refinery diagnose 4f2a --expect 'contains: "EUR"' --replay
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.domain import Question
    from refinery.errors import UsageError
    from refinery.flows.complaint import checks_from
    from refinery.flows.counterfactual import put_to_the_test
    from refinery.flows.diagnose import Asked, diagnose

    right = None if step_result is None else _right(step_result)
    runs = runs or (5 if right else None)
    checks = checks_from(expect)
    given = (*answers, *(_lines(file) if file else ()))
    with show.progress() as say:

        def ask(question: Question) -> str:
            say.wipe()
            return "" if as_json else show.answered(question.asks, question.why)

        with wiring.study(provider=provider, budget=budget, tokens=tokens, ask=ask, say=say, afresh=afresh) as study:
            good = tuple(wiring.traces_named(passing, study.store))
            first = True
            for trace in wiring.traces_named(traces, study.store, lambda says: show.note(f"refinery: {says}")):
                found = diagnose(trace, Asked(expected, failed, checks, good, given), study)
                if runs:
                    with wiring.workbench(say=say, provider="none") as bench:
                        found = put_to_the_test(trace, found, expect, right, good, bench, runs)
                say.wipe()
                if as_json:
                    show.as_json(contract.diagnosis(found))
                else:
                    if not first:
                        show.text()
                    show.text(f"trace {trace.id}")
                    show.on_screen(views.diagnosis(found))
                first = False
            if first:
                raise UsageError("nothing was diagnosed: no trace was found there", hint="refinery traces list shows those in the store")


def _right(text: str) -> Given:
    """What was typed as the right result of a step. Raises UsageError."""
    from refinery.errors import UsageError
    from refinery.flows.counterfactual import Given

    try:
        return Given(json.loads(text))
    except ValueError as error:
        raise UsageError(f"--step-result is not JSON: {error}", hint="a text stands in quotes: --step-result '\"45 EUR\"'") from error


def _lines(file: Path) -> tuple[str, ...]:
    """The answers of a file; an empty line leaves its question open."""
    return tuple(file.read_text("utf-8", "replace").splitlines())
