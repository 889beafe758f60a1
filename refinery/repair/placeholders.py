"""Placeholders of prompts and templates that nobody fills, or that stand in each other's place."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import PurePosixPath

from refinery.domain import Layer
from refinery.edits.scalar import Scalar
from refinery.repair.clues import Clues
from refinery.repair.module import FUNCTIONS, Module
from refinery.repair.prompts import TEMPLATES
from refinery.repair.wording import likeness, parts, telling
from refinery.repair.world import World, name_of, text_of

PLACEHOLDER = re.compile(r"\{\{-?\s*(?P<double>[A-Za-z_]\w*)|(?<!\{)\{(?P<single>[A-Za-z_]\w*)[^{}]*\}(?!\})|\$\{?(?P<dollar>[A-Za-z_]\w*)")
FILLS = frozenset({"format", "format_map", "substitute", "safe_substitute", "render"})
WHOLE = frozenset({"asdict", "vars", "_asdict", "__dict__", "model_dump"})
"""Ways to hand on all the fields of an object."""
MARKS = re.compile(r"\{\{-? ?\0 ?-?\}\}|\$\{\0\}|\$\0|\{\0\}")
NEAREST = 4
LOST = 0.7
"""As how like a name counts at the least whose value code works out, and that no template has."""
CROSSED = 0.8
"""How likely two places are exchanged where the words before each speak of the other."""
_FIRST = frozenset({"source", "start", "origin", "begin", "first", "sender", "old"})
_SECOND = frozenset({"target", "end", "destination", "last", "recipient", "new", "goal"})
ENDS = {"from": _FIRST, "to": _SECOND, "into": _SECOND, "until": _SECOND}
"""What follows a word that tells two ends apart."""
MOST_SWAPS = 4
ALIGNED = 0.55
"""How likely a field is that holds what is right where that of the placeholder holds what was said; with its share, twice that."""
IN_LINE, WEARS = 0.5, 0.9
"""How likely a place at the end of a line is for what has none, and what each further line counts of that before it."""
IN_ANSWERS = 0.95
"""How far a failure speaks at the least of a line, where its answer has what stands around the placeholder."""
TWICE = 0.8
"""How likely it is the one that is left out where a line says another of its record twice."""
OTHER = 0.25
"""How likely another field of the record is that a template is filled from."""


@dataclass(frozen=True, slots=True)
class Refill:
    """A text with its placeholders put right."""

    path: str
    after: str
    says: str
    why: str
    layer: Layer = Layer.PROMPT
    needs: int = 1
    """Failing scenarios that have to speak for it."""


@dataclass(frozen=True, slots=True)
class _Filling:
    """What templates of the repository are filled with."""

    known: frozenset[str]
    """Names under which code hands anything on."""
    offers: frozenset[str]
    """Of these, and of the fields of records, those that a template can have."""
    made: frozenset[str]
    """Those whose values code works out."""


def refills(
    sources: Mapping[str, str], modules: Iterable[Module], clues: Clues, world: World, scalars: Iterable[Scalar]
) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order."""
    filling: _Filling | None = None
    known = tuple(modules)
    templates = {path: _places(text) for path, text in sorted(sources.items()) if PurePosixPath(path).suffix.lower() in TEMPLATES}
    placed = {name for places in templates.values() for name, _, _ in places}
    for path, places in templates.items():
        text = sources[path]
        if not places:
            continue
        filling = filling or _filling(known, world, scalars)
        spoken = 0.6 + 0.4 * _overlap(text, clues)
        for score, change in _left_out(path, text, places, known):
            yield score * spoken, change
        yield from _unfilled(path, text, places, filling, placed, clues, spoken)
        yield from _taken_for(path, text, places, filling, world, clues, spoken)
        for place, ((one, start, middle), (other, begin, end)) in enumerate(pairwise(places)):
            if one != other and place < MOST_SWAPS:
                after = text[:start] + other + text[middle:begin] + one + text[end:]
                why = "both are filled, and each may stand where the other belongs"
                crossed = _belongs(text, start, other) + _belongs(text, begin, one)
                straight = _belongs(text, start, one) + _belongs(text, begin, other)
                prior = CROSSED if crossed > 1 and not straight else 0.55 if clues.turned else 0.3
                yield prior * spoken, Refill(path, after, f"Exchange the placeholders {one} and {other} in {path}", why)


def _places(text: str) -> list[tuple[str, int, int]]:
    """The names of placeholders, and where each stands."""
    return [(match[match.lastgroup or 0], *match.span(match.lastgroup or 0)) for match in PLACEHOLDER.finditer(text)]


def _belongs(text: str, at: int, name: str) -> bool:
    """Whether what a text says right before a place speaks of a name: `City: {city}`, `from {start}`."""
    before = re.findall(r"[a-z]+", text[text.rfind("\n", 0, at) + 1 : at].lower())[-2:]
    own = parts(name)
    return bool(own & {part for word in before for part in parts(word)}) or bool(before and own & ENDS.get(before[-1], frozenset()))


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
            ends = [_line_end(text, end) for _, _, end in places]
            for place, at in enumerate(dict.fromkeys(ends)):
                for between in ("", " ") if text[at - 1] != " " else ("",):
                    after = f"{text[:at]}{between}{mark}{text[at:]}"
                    why = f"{module.path}:{node.lineno} gives `{name}` to it, and it has no place for it"
                    yield IN_LINE * WEARS**place, Refill(path, after, f"Give `{name}` a place in {path}", why)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _unfilled(
    path: str, text: str, places: list[tuple[str, int, int]], filling: _Filling, placed: Set[str], clues: Clues, spoken: float
) -> Iterator[tuple[float, Refill]]:
    """Of what has no value the name of what has one: one like it, or one that has a place in no template."""
    for name, start, end in places:
        missing = name in clues.named
        if (name in filling.known or name in filling.offers) and not missing:
            continue
        offers = filling.offers - {name}
        alike = {other: max(likeness(name, other), SequenceMatcher(None, name, other).ratio()) for other in offers}
        lost = filling.made - placed
        near = sorted(((max(score, LOST if other in lost else 0.0), score, other) for other, score in alike.items()), reverse=True)
        for score, _, other in near[:NEAREST]:
            after = text[:start] + other + text[end:]
            says = f"Fill in {other}, not {name}, in {path}"
            yield (
                (0.3 + 0.55 * score) * (1.0 if missing else spoken),
                Refill(path, after, says, f"no code gives a value to `{name}`; some gives one to `{other}`"),
            )


def _taken_for(
    path: str, text: str, places: list[tuple[str, int, int]], filling: _Filling, world: World, clues: Clues, spoken: float
) -> Iterator[tuple[float, Refill]]:
    """Another field of the record, first one that holds what is right where the record's own holds what was said."""
    twice = set(_said_twice(text, places, filling.offers))
    for name, start, end in places:
        mistaken = world.mistaken.get(name, {})
        near = world.companions.get(name, set()) & filling.offers
        for other in sorted({*mistaken, *near} - {name}):
            says = f"Fill in {other}, not {name}, in {path}"
            if other in mistaken:
                why = f"wrong answers have the `{name}` of a record where the right ones have its `{other}`"
                seen = _is_in_answers(text, start, end, clues)
                score = ALIGNED * (1.0 + mistaken[other]) * (max(spoken, IN_ANSWERS) if seen else spoken)
            else:
                why, score = f"records that have `{name}` have `{other}` too", OTHER * spoken
            if other in near and (name, other) in twice:
                why, score = f"one line says `{name}` twice, and nowhere `{other}`, which stands beside it", max(score, TWICE * spoken)
            yield score, Refill(path, text[:start] + other + text[end:], says, why)


def _said_twice(text: str, places: list[tuple[str, int, int]], offers: Set[str]) -> Iterator[tuple[str, str]]:
    """A name that stands twice in one line, with each that the line could have, and has not."""
    lines = Counter((name, _line_end(text, end)) for name, _, end in places)
    for (name, line), times in lines.items():
        if times > 1:
            yield from ((name, other) for other in offers - {each for each, end in lines if end == line})


def _is_in_answers(text: str, start: int, end: int, clues: Clues) -> bool:
    """Whether wrong answers have what stands right before a placeholder, and what stands right behind it, up to the next ones."""
    before = re.split(r"[{}$:]|^", text[text.rfind("\n", 0, start) + 1 : start].rstrip("{$"))[-1].strip()
    behind = re.split(r"[{}$]", text[end : _line_end(text, end)].lstrip("}"))[0].strip()
    pieces = [each for each in (before, behind) if each]
    return bool(pieces) and any(all(each in answer.wrong for each in pieces) for answer in clues.answers)


def _filling(modules: Iterable[Module], world: World, scalars: Iterable[Scalar]) -> _Filling:
    """Keywords of calls that fill a template or hand keywords on, keys of records, and where whole records are given, their fields."""
    nodes = [node for module in modules for node in module.inside(module.tree)]
    handing = {node.name for node in nodes if isinstance(node, FUNCTIONS) and node.args.kwarg}
    known: set[str] = set(world.written)
    offers: set[str] = set(world.written)
    put: set[str] = set()
    """What is put in the place of marks that code writes out: `text.replace("{name}", name)`."""
    whole = fills = False
    made: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Dict):
            made.update(text for key, value in zip(node.keys, node.values, strict=True) if _worked_out(value) and (text := text_of(key)))
        if not isinstance(node, ast.Call):
            continue
        made.update(word.arg for word in node.keywords if word.arg and _worked_out(word.value))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "replace" and node.args:
            if mark := PLACEHOLDER.fullmatch(text_of(node.args[0]) or ""):
                put.add(mark[mark.lastgroup or 0])
            elif isinstance(node.args[0], ast.BinOp | ast.JoinedStr):  # a mark that is made of some name
                known.update(text for each in nodes if (text := text_of(each)))
        names = {keyword.arg for keyword in node.keywords if keyword.arg}
        known |= names
        called = name_of(node.func)
        if called in FILLS and isinstance(node.func, ast.Attribute):
            fills = True
            whole = whole or len(names) < len(node.keywords) or (called != "format" and bool(node.args))
        if called in handing or called in FILLS:
            offers |= names
    if whole:
        offers |= _fields(scalars)
        if WHOLE & (world.called | world.attributes.keys()):
            offers.update(name for names in world.fields.values() for name in names)
    return _Filling(frozenset(known | put), frozenset((offers if fills else put or known) | put), frozenset(made))


def _worked_out(value: ast.expr) -> bool:
    return not isinstance(value, ast.Constant | ast.Lambda) and not (isinstance(value, ast.Name) and value.id[:1].isupper())


def _fields(scalars: Iterable[Scalar]) -> set[str]:
    """The fields of records in files: of the items of a list, or of tables of one form, each under a name."""
    found: set[str] = set()
    forms: dict[tuple[object, ...], set[str | int]] = {}
    for scalar in scalars:
        for place, (above, key) in enumerate(pairwise(scalar.keys)):
            if isinstance(key, str) and isinstance(above, int):
                found.add(key)
            elif isinstance(key, str):
                forms.setdefault((scalar.path, scalar.keys[:place], key), set()).add(above)
    return found | {str(form[-1]) for form, tables in forms.items() if len(tables) > 1}


def _overlap(text: str, clues: Clues) -> float:
    """How many of a text's own words the failure speaks."""
    words = telling([PLACEHOLDER.sub(" ", text)])
    return len(words & clues.words) / len(words) if words else 0.0
