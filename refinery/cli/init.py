"""`refinery init`."""

from __future__ import annotations

import click

from refinery.cli import show


@click.command()
@click.option("--print", "only_print", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(only_print: bool, as_json: bool) -> int:
    """Look at this repository and write refinery.toml; say what could not be found out.

    \b
    Example: refinery init
    """
    from refinery import wiring
    from refinery.errors import UsageError
    from refinery.flows.survey import settings_text, survey

    with wiring.repository() as repository:
        root = repository.root
    path = root / wiring.FILE
    found = survey(root)
    text = settings_text(found)
    if not only_print:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise UsageError(f"{path.name} is there already", hint="edit it, or see what would be written: refinery init --print") from None
    if as_json:
        show.as_json(
            {
                "path": str(path),
                "written": not only_print,
                "python": found.python,
                "command": list(found.command),
                "editable": list(found.editable),
                "scenarios": list(found.scenarios),
                "tests": list(found.tests),
                "suite_command": found.suite_command or None,
                "traces": {"source": found.observed.source, "project": found.observed.project or None} if found.observed.source else None,
                "guessed": list(found.guessed),
                "missing": list(found.missing),
            }
        )
        return 0
    if only_print:
        show.text(text.rstrip())
        return 0
    show.text(f"wrote {path.name}")
    for guess in found.guessed:
        show.text(f"  guessed: {guess}")
    for gap in found.missing:
        show.text(f"  not found: {gap}")
    show.text("next: look it over, then `refinery doctor`")
    return 0
