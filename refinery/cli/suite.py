"""`refinery suite`: run and list the scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show
from refinery.cli.generating import generate, profile
from refinery.cli.judging import audit_judge
from refinery.errors import NotEnough

if TYPE_CHECKING:
    from adapters.trace import Json

INTERRUPTED = 130
"""As shells have it for a program that Ctrl-C ended."""
CHECKS = ("contains", "icontains", "equals", "similar", "llm-rubric")


@click.group(commands=[profile, generate, audit_judge])
def command() -> None:
    """Run, list, make up or import scenarios, and audit their judge."""


@command.command("run")
@click.argument("scenarios", nargs=-1)
@click.option("--trials", type=click.IntRange(1, 1000), help="Runs a scenario; refinery.toml says otherwise how many.")
@click.option("--tag", "tags", multiple=True, help="Only scenarios with this tag. May be repeated.")
@click.option("--at", default="HEAD", show_default=True, help="The commit to run.")
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted: what it did is not done again.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def run(scenarios: tuple[str, ...], trials: int | None, tags: tuple[str, ...], at: str, resume: bool, as_json: bool) -> int:
    """Run the scenarios (all, or those named) against a throw-away copy of a commit.

    \b
    Example: refinery suite run --trials 3
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.flows.suite import run_suite

    with show.progress() as say, wiring.workbench(say=say, records=True) as bench:
        result = run_suite(bench, at, scenarios, trials, tags, resume)
    if as_json:
        show.as_json(contract.suite(result))
    else:
        show.on_screen(views.suite(result))
    if result.interrupted:
        return INTERRUPTED
    if result.unmade:
        return NotEnough.exit_status
    return 0 if all(each.pass_rate == 1.0 for each in result.scenarios) else 1


@command.command("score")
@click.argument("scenarios", nargs=-1)
@click.option("--trials", type=click.IntRange(1, 1000), help="Runs a scenario; refinery.toml says otherwise how many.")
@click.option("--tag", "tags", multiple=True, help="Only scenarios with this tag. May be repeated.")
@click.option("--at", default="HEAD", show_default=True, help="The commit to run.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def score(scenarios: tuple[str, ...], trials: int | None, tags: tuple[str, ...], at: str, as_json: bool) -> int:
    """Say how reliable the agent is, in five dimensions: the scenarios are run, and the score is shown without them.

    \b
    Example: refinery suite score --trials 5
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.flows.suite import run_suite

    with show.progress() as say, wiring.workbench(say=say) as bench:
        result = run_suite(bench, at, scenarios, trials, tags)
    if as_json:
        whole = contract.suite(result)
        show.as_json({key: whole[key] for key in ("reliability", "pass_all", "usage", "notes", "interrupted")})
    else:
        show.on_screen(views.score(result))
    if result.interrupted:
        return INTERRUPTED
    return 0 if result.reliability.overall.value is not None else 4


@command.command("list")
@click.option("--at", default="HEAD", show_default=True, help="The commit to read.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def table(at: str, as_json: bool) -> None:
    """List the scenarios of a commit.

    \b
    Example: refinery suite list
    """
    from refinery import wiring
    from refinery.cli import views
    from refinery.flows.suite import scenarios_at, suite_at

    notes: tuple[str, ...] = ()
    with wiring.repository() as repository:
        settings = wiring.settings(repository)
        found = () if settings.tests else scenarios_at(repository, repository.resolve(at), settings.scenarios)
    if settings.tests:
        with show.progress() as say, wiring.workbench(say=say) as bench:
            suite = suite_at(bench, bench.repository.resolve(at))
            found, notes = suite.scenarios, (*bench.notes, *suite.notes)
    if as_json:
        rows: list[Json] = [
            {
                "id": each.id,
                "capability": each.capability,
                "assumption": each.assumption,
                "tags": list(each.tags),
                "checks": [check.name for check in each.expect],
                "path": each.path,
                "line": each.line,
            }
            for each in found
        ]
        show.as_json({"scenarios": rows, "notes": list(notes)})
    elif found:
        rows_shown = [
            (each.id, each.capability, ", ".join(check.name for check in each.expect), f"{each.path}:{each.line}") for each in found
        ]
        show.on_screen(views.table(("scenario", "capability", "checks", "where"), rows_shown))
        for note in notes:
            show.text(f"  {note}")
    else:
        show.text(f"no scenarios match {', '.join(settings.scenarios)} in {at}")


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--check", type=click.Choice(CHECKS), default="contains", show_default=True, help="How a table's right answers are compared.")
@click.option("--expected", default="", help="The column with the right answer, where its name does not tell.")
@click.option("--into", type=click.Path(path_type=Path), help="The file to write; by default scenarios/NAME.yaml in the repository.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def bring(files: tuple[Path, ...], check: str, expected: str, into: Path | None, as_json: bool) -> int:
    """Turn test cases of other tools into scenarios: promptfoo files, CSV, JSON lines, LangSmith datasets.

    \b
    Example: refinery suite import promptfooconfig.yaml
    """
    from refinery import wiring
    from refinery.flows.suite import bring_in

    with wiring.repository() as repository:
        patterns = wiring.scenario_patterns(repository)
        done = bring_in(files, repository.root, patterns, check, expected, into)
    if as_json:
        written: list[Json] = [{"path": str(each.path), "scenarios": each.scenarios} for each in done.written]
        show.as_json({"written": written, "notes": list(done.notes)})
        return 0 if done.written else 1
    for each in done.written:
        show.text(f"{each.path}: {each.scenarios} scenario{'s' if each.scenarios > 1 else ''}")
    for note in done.notes:
        show.text(f"  {note}")
    show.text("Read them through, then commit them: only what is committed is run." if done.written else "nothing was written")
    return 0 if done.written else 1


@command.command("from-trace")
@click.argument("trace")
@click.option("--expect", multiple=True, help="A check that a right answer passes: 'contains: \"EUR\"'. May be repeated.")
@click.option("--says", default="", help="What should have happened, in plain words.")
@click.option("--minimal", is_flag=True, help="Make input and world as small as still show the failure, by running the agent at HEAD.")
@click.option("--with", "others", multiple=True, help="A further trace whose calls the recorded world holds too. May be repeated.")
@click.option(
    "--no-world", is_flag=True, help="Leave out what the agent's tools answered, even where refinery.toml names tools under [world]."
)
@click.option("--into", type=click.Path(path_type=Path), help="The file to write; by default one among the scenarios.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def from_trace(
    trace: str, expect: tuple[str, ...], says: str, minimal: bool, others: tuple[str, ...], no_world: bool, into: Path | None, as_json: bool
) -> int:
    """Write a scenario from a trace: its input, what a right answer passes, and what its tools answered.

    \b
    Example: refinery suite from-trace 4f2a --expect 'contains: "EUR"' --minimal
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.domain import Tools
    from refinery.flows.regression import in_its_world, put, regression, smallest

    with wiring.repository() as repository, wiring.store() as store:
        stated = wiring.stated(repository)
        (found,) = list(wiring.traces_named([trace], store))[:1]
        made = regression(found, says, expect, wiring.scenarios_of("HEAD"))
        if not no_world:
            further = tuple(wiring.traces_named(others, store))
            made = in_its_world(made, (found, *further), stated.agent.tools if stated.agent else Tools(), wiring.hidden(stated))
        if minimal:
            with show.progress() as say, wiring.workbench(say=say) as bench:
                made = smallest(made, bench)
        paths = put(made, repository.root, stated.scenarios, into)
    if as_json:
        show.as_json(contract.regression(paths, made.scenario, made.notes))
        return 0
    show.text(f"{paths[0]}: {made.scenario.id}")
    if made.scenario.world:
        show.text(f"{paths[1]}: {views.recorded(made.scenario.world)}")
    for note in made.notes:
        show.text(f"  {note}")
    show.text("Read it through, then commit it: only what is committed is run.")
    return 0
