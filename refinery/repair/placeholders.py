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
FILLS = frozenset({"format", "substitute", "safe_substitute", "render"})
MARKS = re.compile(r"\{\{-? ?\0 ?-?\}\}|\$\{\0\}|\$\0|\{\0\}")
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
    known = tuple(modules)
    for path, text in sorted(sources.items()):
        if PurePosixPath(path).suffix.lower() not in TEMPLATES:
            continue
        places = [(match[match.lastgroup or 0], *match.span(match.lastgroup or 0)) for match in PLACEHOLDER.finditer(text)]
        if not places:
            continue
        given = _given(known) if given is None else given
        spoken = 0.6 + 0.4 * _overlap(text, clues)
        for score, change in _left_out(path, text, places, known):
            yield score * spoken, change
        yield from _unfilled(path, text, places, given, clues, spoken)
        for place, ((one, start, middle), (other, begin, end)) in enumerate(pairwise(places)):
            if one != other and place < MOST_SWAPS:
                after = text[:start] + other + text[middle:begin] + one + text[end:]
                why = "both are filled, and each may stand where the other belongs"
                yield 0.3 * spoken, Refill(path, after, f"Exchange the placeholders {one} and {other} in {path}", why)


def _left_out(path: str, text: str, places: list[tuple[str, int, int]], modules: Iterable[Module]) -> Iterator[tuple[float, Refill]]:
    """What a call gives to a template that has room for everything else it gives."""
    own = {name for name, _, _ in places}
    for module in modules:
        for node in module.inside(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FILLS):
                continue
            given = [keyword.arg for keyword in node.keywords if keyword.arg]
            absent = [name for name in given if name not in own]
            if not own or not own <= set(given) or len(absent) != 1:
                continue
            name, (first, start, end) = absent[0], places[-1]
            shell = MARKS.search(text[max(0, start - 3) : end + 3].replace(first, "\0"))
            mark = shell.group().replace("\0", name) if shell else f"{{{name}}}"
            label = name.replace("_", " ").capitalize()
            for at in dict.fromkeys((len(text.rstrip()), _line_end(text, places[0][2]), text.rfind("\n", 0, places[0][1]) + 1)):
                for line in (f"{label}: {mark}", mark):
                    before = "\n" if at and text[at - 1] != "\n" else ""
                    after = f"{text[:at]}{before}{line}{text[at:] if before else chr(10) + text[at:]}"
                    why = f"{module.path}:{node.lineno} gives `{name}` to it, and it has no place for it"
                    yield 0.6, Refill(path, after, f"Give `{name}` a place in {path}", why)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


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
