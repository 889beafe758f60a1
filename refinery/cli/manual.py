"""The manual's pages of commands, written from the commands themselves: `python -m refinery.cli.manual` writes them anew."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from refinery.cli.main import COMMANDS, refinery

PAGES = Path(__file__).parent.parent / "docs" / "commands"


def pages() -> Iterator[tuple[str, str]]:
    """File name and text of each command's page."""
    context = click.Context(refinery, info_name="refinery")
    for name in COMMANDS:
        command = refinery.get_command(context, name)
        assert command is not None
        yield f"{name}.md", page(name, command, context)


def page(name: str, command: click.Command, above: click.Context) -> str:
    """What `--help` says of a command and of those below it, as Markdown."""
    parts = [f"# refinery {name}", f"{_purpose(command)}\n\nBack to [the map](../index.md)."]
    parts += _described(command, click.Context(command, info_name=name, parent=above))
    return "\n\n".join(parts) + "\n"


def _described(command: click.Command, context: click.Context) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                inner = click.Context(below, info_name=name, parent=context)
                yield f"## {inner.command_path}\n\n{_purpose(below)}"
                yield from _described(below, inner)
        return
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"```\n{context.command_path} {usage}\n```"
    rest, examples = _told(command)
    if rest:
        yield rest
    if examples:
        yield "```sh\n" + "\n".join(examples) + "\n```"
    options = [(words, says) for words, says in filter(None, (each.get_help_record(context) for each in command.params)) if says]
    if options:
        yield "\n".join(["| option | means |", "|---|---|", *(f"| `{_cell(words)}` | {_cell(says)} |" for words, says in options)])


def _purpose(command: click.Command) -> str:
    return _paragraphs(command)[0]


def _told(command: click.Command) -> tuple[str, list[str]]:
    """What the help says beyond its first sentence, and the commands that it shows."""
    rest, examples = [], []
    for paragraph in _paragraphs(command)[1:]:
        lines = paragraph.removeprefix("\b").strip().splitlines()
        if lines and lines[0].startswith(("Example:", "Examples:")):
            examples += [line.removeprefix("Examples:").removeprefix("Example:").strip() for line in lines]
        else:
            rest.append(" ".join(line.strip() for line in lines))
    return "\n\n".join(rest), examples


def _paragraphs(command: click.Command) -> list[str]:
    return [part.strip("\n") for part in cleandoc(command.help or "").split("\n\n")]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write() -> None:
    """Write every page anew, and take away those of commands that are gone."""
    PAGES.mkdir(exist_ok=True)
    fresh = dict(pages())
    for old in PAGES.glob("*.md"):
        if old.name not in fresh:
            old.unlink()
    for name, text in fresh.items():
        (PAGES / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
