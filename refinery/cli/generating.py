"""`refinery suite profile` and `refinery suite generate`: what the agent is taken to be, and scenarios made up from that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from refinery.cli import show


@click.command("profile")
@click.option("--at", default="HEAD", show_default=True, help="The commit to read.")
@click.option("--out", type=click.Path(path_type=Path), help="A file to write it to, for you to correct; nothing is overwritten.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def profile(at: str, out: Path | None, as_json: bool) -> None:
    """Say what the agent is hired to do, what it can do, what has to be true for that, and what it leans on.

    All of it is read from the agent's code, prompts, settings and scenarios; nothing is run, and no model is asked.

    \b
    Example: refinery suite profile --out profile.yaml
    """
    from refinery import wiring
    from refinery.cli import views
    from refinery.errors import UsageError
    from refinery.flows.generating import put
    from refinery.suite.generation.profile import as_json as shape
    from refinery.suite.generation.profile import write_profile

    if out and out.exists():
        raise UsageError(f"{out} is there already, and nothing is overwritten", hint="name another file with --out")
    with wiring.grounds(at, asks=False) as found:
        if out:
            put(out, write_profile(found.profile))
        if as_json:
            show.as_json(shape(found.profile))
        else:
            show.on_screen(views.profile(found.profile))
    if out:
        show.note(f"written to {out}: correct it, then refinery suite generate --profile {out}")


@click.command("generate")
@click.option("--count", default=20, show_default=True, type=click.IntRange(1, 500), help="How many.")
@click.option("--seed", default=0, show_default=True, help="Another number makes another choice; the same one makes the same.")
@click.option("--profile", "described", type=click.Path(path_type=Path), help="What the agent is, in a file; else its files are read.")
@click.option("--at", default="HEAD", show_default=True, help="The commit to read.")
@click.option("--try", "try_", is_flag=True, help="Run each once on the agent, and say what came of it.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; by default one among the scenarios.")
@click.option("--yes", is_flag=True, help="Write them without asking.")
@click.option("--model", "provider", type=click.Choice(["anthropic", "openai", "none"]), help="Overrides refinery.toml.")
@click.option("--budget", type=click.FloatRange(0.0), help="Dollars that the model may cost.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON; it is written only with --yes.")
def generate(
    count: int,
    seed: int,
    described: Path | None,
    at: str,
    try_: bool,
    out: Path | None,
    yes: bool,
    provider: str | None,
    budget: float | None,
    as_json: bool,
) -> int:
    """Make scenarios up: known ways to fail, crossed with what this agent is.

    They are shown, and written only when you say so. What is right for a made-up request often only a person knows; that is marked.

    \b
    Example: refinery suite generate --count 10 --try
    """
    from refinery import wiring
    from refinery.cli import views
    from refinery.flows.generating import Tried, file_text, place_for, put, shape, try_out, unread
    from refinery.flows.generating import generate as make

    tried: dict[str, Tried] = {}
    with show.progress() as say, wiring.grounds(at, described, provider, budget, say) as found:
        path = place_for(out, found.repository.root, found.patterns)
        made = make(found.profile, found.suite, found.commit, count, seed, found.model, say)
        if try_ and made.made:
            with wiring.workbench(say=say, provider=provider, budget=budget, at=found.commit) as bench:
                tried, spent = try_out(made, found.suite, bench)
                made = replace(made, bill=made.bill + spent)
        root, patterns = found.repository.root, found.patterns
    if as_json:
        show.as_json({**shape(made, tried), "written": str(path) if yes and made.made else None})
    else:
        show.on_screen(views.generated(made, tried))
    if not made.made:
        return 1
    if not (yes or (not as_json and show.asked(f"Write these {len(made.made)} scenarios to {path}?"))):
        show.note(f"nothing was written; --yes writes them to {path}")
        return 0
    put(path, file_text(made, tried))
    for note in unread(path, root, patterns):
        show.note(note)
    show.note(f"written to {path}. Read them through, then commit them: only what is committed is run.")
    return 0
