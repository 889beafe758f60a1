"""The pictures of the README, drawn from what commands print on the bundled agent: `python -m refinery.cli.pictures` draws them anew."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from refinery.config import Surrounding

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
COLUMNS = 96
IDENTITY = "[user]\n\tname = Ada Reviewer\n\temail = ada@example.com\n"
"""Whose name stands in the commits: part of their ids."""
FOREIGN = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""A picture loads nothing from anywhere: the reader's own font will do."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A command, and the file it is drawn in."""

    name: str
    words: tuple[str, ...]

    @property
    def typed(self) -> str:
        return " ".join(["refinery", *(f"'{word}'" if " " in word else word for word in self.words)])


FIX = ("fix", "5e467d", "--says", "the thirtieth day counts", "--expect", 'contains: "we will refund 360.00 EUR"', "--yes")
PICTURES_OF = (
    Picture("diagnose", ("diagnose", "5e467d", "--expected", "the thirtieth day counts, so the refund is due")),
    Picture("fix", FIX),
    Picture("explain", ("explain", "compare-age-days-with-at-most-instead-of-less", "--no-runs")),
)
"""In the order in which they are made: the last is about the fix that the one before kept."""


def draw(into: Path) -> None:
    """Every picture, from a repository of its own."""
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "repository"
        lay_out(root)
        for picture in PICTURES_OF:
            (into / f"{picture.name}.svg").write_text(svg(picture.typed, told(picture.words, root)), encoding="utf-8")


def lay_out(root: Path) -> None:
    """The bundled agent with its failing traces, as a person of no consequence has them."""
    from refinery.repo.fresh import create
    from refinery.samples.billing import complaints as sample

    sample.lay_out(root)
    create(root, "The billing agent as it is in production", "2026-09-01T09:00:00+00:00")
    (root.parent / ".gitconfig").write_text(IDENTITY, encoding="utf-8")
    told(("traces", "import", *(str(case.file) for case in sample.complaints())), root)


def told(words: tuple[str, ...], root: Path) -> str:
    """What a command prints on a terminal with colours, up to what differs from run to run: notes and the bill."""
    done = subprocess.run(
        [sys.executable, "-c", "from refinery.cli.main import main; main()", *words],
        cwd=root,
        env={
            "PATH": Surrounding.read().variables.get("PATH", os.defpath),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "HOME": str(root.parent),
            "VIRTUAL_ENV": sys.prefix,
            "COLUMNS": str(COLUMNS),
            "FORCE_COLOR": "1",
            "TERM": "xterm-256color",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return re.split(r"\n(?:\x1b\[[\d;]*m)*(?:note: |bill: | +cost +)", done.stdout)[0].rstrip()


def svg(typed: str, text: str) -> str:
    """A terminal in which this was typed, and that came of it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {typed}", style="green"))
    console.print(Text.from_ansi(f"\n{text}"), soft_wrap=True)
    return FOREIGN.sub("", console.export_svg(title="", unique_id="refinery"))


if __name__ == "__main__":
    draw(PICTURES)
