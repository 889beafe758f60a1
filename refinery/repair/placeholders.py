"""Placeholders of prompts and templates that nobody fills, or that stand in each other's place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import PurePosixPath

from refinery.domain import Layer
from refinery.repair.clues import Clues
from refinery.repair.module import Module
from refinery.repair.prompts import TEMPLATES
from refinery.repair.wording import likeness, telling
from refinery.repair.world import text_of

PLACEHOLDER = re.compile(r"\{\{-?\s*(?P<double>[A-Za-z_]\w*)|(?<!\{)\{(?P<single>[A-Za-z_]\w*)[^{}]*\}(?!\})|\$\{?(?P<dollar>[A-Za-z_]\w*)")
NEAREST = 4
MOST_SWAPS = 4


@dataclass(frozen=True, slots=True)
class Refill:
    """A text with its placeholders put right."""

    path: str
    after: str
    says: str
    why: str
    layer: Layer = Layer.PROMPT


def refills(sources: Mapping[str, str], modules: Iterable[Module], clues: Clues) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order."""
    given: set[str] | None = None
    for path, text in sorted(sources.items()):
        if PurePosixPath(path).suffix.lower() not in TEMPLATES:
            continue
        places = [(match[match.lastgroup or 0], *match.span(match.lastgroup or 0)) for match in PLACEHOLDER.finditer(text)]
        if not places:
            continue
        given = _given(modules) if given is None else given
        spoken = 0.6 + 0.4 * _overlap(text, clues)
        yield from _unfilled(path, text, places, given, clues, spoken)
        for place, ((one, start, middle), (other, begin, end)) in enumerate(pairwise(places)):
            if one != other and place < MOST_SWAPS:
                after = text[:start] + other + text[middle:begin] + one + text[end:]
                why = "both are filled, and each may stand where the other belongs"
                yield 0.3 * spoken, Refill(path, after, f"Exchange the placeholders {one} and {other} in {path}", why)


def _unfilled(
    path: str, text: str, places: list[tuple[str, int, int]], given: set[str], clues: Clues, spoken: float
) -> Iterator[tuple[float, Refill]]:
    for name, start, end in places:
        missing = name in clues.named
        if name in given and not missing:
            continue
        near = sorted(((max(likeness(name, other), SequenceMatcher(None, name, other).ratio()), other) for other in given), reverse=True)
        for score, other in near[:NEAREST]:
            after = text[:start] + other + text[end:]
            says = f"Fill in {other}, not {name}, in {path}"
            yield (
                (0.3 + 0.55 * score) * spoken,
                Refill(path, after, says, f"no code gives a value to `{name}`; some gives one to `{other}`"),
            )


def _given(modules: Iterable[Module]) -> set[str]:
    """Names under which code hands values on: keywords of calls and keys of records."""
    found: set[str] = set()
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, ast.keyword) and node.arg:
                found.add(node.arg)
            elif isinstance(node, ast.Dict):
                found.update(text for key in node.keys if (text := text_of(key)))
    return found


def _overlap(text: str, clues: Clues) -> float:
    """How many of a text's own words the failure speaks."""
    words = telling([PLACEHOLDER.sub(" ", text)])
    return len(words & clues.words) / len(words) if words else 0.0
