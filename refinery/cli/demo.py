"""`refinery demo`: the whole loop on the bundled agent."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from adapters.trace import Json
    from refinery.domain import Attempt, Report
    from refinery.samples.billing.complaints import Case
    from refinery.workbench import Workbench

DATE = "2026-09-01T09:00:00+00:00"
"""When the sample agent was committed; fixed, so that the demo makes the same commits every time."""
SECONDS = 20.0
"""Of search for each complaint: the one that has no fix takes all of them, and shows by then how a fix is refused."""


@click.command()
@click.option("--into", type=click.Path(path_type=Path), help="A folder to make the repository in; otherwise a new temporary one.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(into: Path | None, as_json: bool) -> int:
    """Run the whole loop on a bundled agent: offline, without a key, in a repository of its own that is left for you to look at.

    \b
    Example: refinery demo
    """
    from refinery import contract, wiring
    from refinery.cli import views

    folder = _folder(into)
    cases = _lay_out(folder)
    if not as_json:
        show.text(f"A billing-support agent, {len(cases)} complaints from support, no model. Each complaint is a failing trace.\n")
    reports: list[tuple[Case, Report]] = []
    with show.progress() as say, wiring.workbench(folder, say=say, seconds=SECONDS) as bench:
        for case in cases:
            report = _fix(case, bench)
            reports.append((case, report))
            say.wipe()
            if not as_json:
                show.on_screen(views.complaint(case.id, case.says, report))
    if as_json:
        fixes: list[Json] = [{"complaint": case.id, "expert": case.says, **contract.report(report)} for case, report in reports]
        show.as_json({"repository": str(folder), "fixes": fixes})
    else:
        show.on_screen(views.before_and_after([(case.id, *_answers(report), report) for case, report in reports]))
        _next(folder, reports)
    return 0 if any(report.kept for _, report in reports) else 1


def _folder(into: Path | None) -> Path:
    from refinery.errors import UsageError

    if into is None:
        return Path(tempfile.mkdtemp(prefix="refinery-demo-"))
    folder = into.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{into} is there and is not empty", hint="name a folder that does not exist yet")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lay_out(folder: Path) -> tuple[Case, ...]:
    """The agent's repository, with this Python as its interpreter, so that what it needs is there."""
    from refinery import wiring
    from refinery.flows.importing import import_files
    from refinery.repo.fresh import create
    from refinery.samples.billing.complaints import complaints, lay_out

    lay_out(folder)
    settings = folder / wiring.FILE
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[agent]\n", f"[agent]\ninterpreter = '{sys.executable}'\n", 1), encoding="utf-8")
    create(folder, "The billing agent as it is in production", DATE)
    cases = complaints()
    with wiring.store(folder) as store:
        import_files([case.file for case in cases], store)
    return cases


def _fix(case: Case, bench: Workbench) -> Report:
    from refinery.flows.complaint import scenario_for
    from refinery.flows.failing import fix_shown

    trace = bench.store.trace(case.trace)
    shown_by = [scenario_for(trace, case.expect, case.says, name=case.id)]
    shown_by += [scenario_for(trace, other.expect, case.says, other.input, case.id) for other in case.also]
    return fix_shown(bench, trace, case.says, shown_by, tries=3)


def _answers(report: Report) -> tuple[str, str]:
    """What the agent answered to the complaint's own input, before and after the fix."""
    before = report.before[0] if report.before else None
    gates = [step.gate for step in report.steps if step.gate]
    after: list[Attempt] = []
    if report.kept and before:
        after = [attempt for attempt in gates[-1].attempts.get("candidate", ()) if attempt.scenario == before.scenario]
    return (before.output or before.says) if before else "", after[0].output if after else ""


def _next(folder: Path, reports: list[tuple[Case, Report]]) -> None:
    program = shutil.which("refinery") or str(Path(sys.argv[0]).absolute())
    program = "refinery" if shutil.which("refinery") else program
    kept = [report.kept for _, report in reports if report.kept]
    show.text("\nThe repository is yours to look at. What next:\n")
    show.text(f"  cd {folder}")
    show.text(f"  {program} history")
    if kept:
        show.text(f"  {program} show {kept[0].branch}")
        show.text(f"  {program} verify {kept[0].branch}")
        show.text(f"  git diff main {kept[0].branch}")
        show.text(f"  {program} undo {kept[0].branch}")
    show.text(f"  {program} traces list")
    show.text(f"  {program} suite run")
