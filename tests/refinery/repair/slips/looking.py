"""What the slips of a kind make of a few files."""

from __future__ import annotations

from collections.abc import Mapping

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import is_config, scalars
from refinery.edits.scalar import NotParsable, Scalar
from refinery.repair.asked import Asked
from refinery.repair.clues import clues
from refinery.repair.module import Module
from refinery.repair.prompts import wordings
from refinery.repair.slips.sight import Sight, Slips

READS = 'from pathlib import Path\n\n\ndef text(name):\n    return Path("prompts", name).read_text()\n'


def made(
    slips: Slips,
    sources: Mapping[str, str],
    code: str = READS,
    said: str = "",
    beside: Mapping[str, str] | None = None,
    asked: Asked | None = None,
) -> dict[str, float]:
    """The texts that are proposed, with their scores; what is `beside` may not be edited."""
    modules = [Module("m.py", code)]
    found: list[Scalar] = []
    for path, text in sources.items():
        try:
            found += scalars(text, path) if is_config(path) else ()
        except NotParsable:
            continue
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [], asked)
    data = [each for path, text in (beside or {}).items() if is_config(path) for each in scalars(text, path)]
    sight = Sight(sources, found, modules, wordings(sources, modules, found), told, data, beside or {})
    return {change.after: score for score, change in slips(sight)}


def of_prompt(slips: Slips, text: str, code: str = READS, said: str = "", asked: Asked | None = None) -> dict[str, float]:
    return made(slips, {"prompts/a.md": text}, code, said, asked=asked)
