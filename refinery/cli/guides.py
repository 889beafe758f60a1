"""`refinery guides`: search, add and list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from adapters.trace import Json


@click.group()
def command() -> None:
    """Search the guides that come with Refinery, or add your own."""


@command.command("search")
@click.argument("question")
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 50), help="At most so many passages.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def search(question: str, limit: int, as_json: bool) -> int:
    """Find the passages that answer a question best, and fixes of failures like it.

    \b
    Example: refinery guides search "the agent ignores what a tool returned"
    """
    from refinery import wiring

    found = wiring.known(question, limit)
    if as_json:
        rows: list[Json] = [
            {"id": each.id, "title": each.title, "text": each.text, "origin": each.origin, "score": each.score} for each in found
        ]
        show.as_json({"passages": rows})
        return 0 if found else 1
    for each in found:
        show.text(f"{each.title}  ({each.origin})")
        show.text(f"{each.text.strip()}\n")
    if not found:
        show.text("nothing found")
    return 0 if found else 1


@command.command("add")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def add(path: Path, as_json: bool) -> None:
    """Add a Markdown file, or every one in a folder; adding it again brings it up to date.

    \b
    Example: refinery guides add docs/how-we-prompt.md
    """
    from refinery import wiring

    fresh = wiring.guides(wiring.state_folder()).add(path)
    if as_json:
        show.as_json({"new": fresh})
    else:
        show.text(f"{fresh} passages are new or changed")


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def table(as_json: bool) -> None:
    """List the guides, your own last.

    \b
    Example: refinery guides list
    """
    from refinery import wiring
    from refinery.cli import views

    found = wiring.guides(wiring.state_folder()).list()
    if as_json:
        rows: list[Json] = [{"title": each.title, "origin": each.origin, "passages": each.passages, "own": each.own} for each in found]
        show.as_json({"guides": rows})
    else:
        listed = [(each.title, str(each.passages), "yours" if each.own else "", each.origin) for each in found]
        show.on_screen(views.table(("guide", "passages", "", "origin"), listed))
