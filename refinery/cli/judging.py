"""`refinery suite audit-judge`: how far the judge can be trusted."""

from __future__ import annotations

from pathlib import Path

import click

from refinery.cli import show


@click.command("audit-judge")
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--times", default=2, show_default=True, type=click.IntRange(1, 20), help="Judgements of each answer; more than one shows flips."
)
@click.option("--model", "provider", type=click.Choice(["anthropic", "openai"]), help="Overrides refinery.toml.")
@click.option("--budget", type=click.FloatRange(0.0), help="Dollars that the model may cost.")
@click.option("--at", default="HEAD", show_default=True, help="The commit whose scenarios LABELS may name.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def audit_judge(labels: Path, times: int, provider: str | None, budget: float | None, at: str, as_json: bool) -> int:
    """Compare the judge with people, on answers that people have judged.

    LABELS is CSV, JSON lines or a JSON list. Each row has an `answer`, a `verdict` (pass or fail), and a `rubric` with the `input`, or the
    `scenario` that both stand in.

    \b
    Example: refinery suite audit-judge labels.csv
    """
    from refinery import wiring
    from refinery.cli import views
    from refinery.flows.audit import audit_judge as audit
    from refinery.flows.audit import ceiling, shape
    from refinery.suite.labels import read_labels

    found = read_labels(labels, wiring.scenarios_of(at))
    with show.progress() as say, wiring.judging(provider, budget, say) as bench:
        show.note(
            f"{len(found)} answers are judged {times} {'time' if times == 1 else 'times'} each by {bench.judge.name}; "
            f"at most {ceiling(found, times, bench.most):.2f} USD, {bench.budget_usd:.2f} USD are allowed"
        )
        made = audit(bench.judge, found, times, bench.store, wiring.now, say)
    if as_json:
        show.as_json(shape(made))
    else:
        show.on_screen(views.audit(made))
    return 0 if made.agreement.total else 4
