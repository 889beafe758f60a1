"""Templates laid beside what they are filled with and beside the answers they gave: another placeholder, or one where a literal stands.

The text around a placeholder stands in the answer too. So an answer tells which of the placeholders of a line was filled with something
wrong, and whether it is no placeholder at all but a word of the line that should have been another.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from refinery.edits.scalar import Scalar
from refinery.repair.aligned import Instead
from refinery.repair.clues import Clues
from refinery.repair.module import FUNCTIONS, Module
from refinery.repair.placeholders import FILLS, Refill
from refinery.repair.prompts import Wording
from refinery.repair.world import World, called, text_of

NAME = r"[A-Za-z_]\w*"
USUAL = (
    rf"\{{\{{-?\s*(?P<double>{NAME})[^{{}}]*\}}\}}",
    rf"(?<!\{{)\{{(?P<single>{NAME})[^{{}}]*\}}(?!\}})",
    rf"\$\{{(?P<braced>{NAME})\}}",
    rf"\$(?P<dollar>{NAME})",
    rf"%\((?P<percent>{NAME})\)[-+ #0-9.]*[a-z]",
)
"""Placeholders as the usual ways of filling a template have them."""
OWN = (
    (re.compile(r"""<\((?:\?P<\w+>)?[\\\[]|replace\(\s*f?["']<\{"""), rf"<(?P<angle>{NAME})>"),
    (re.compile(r"""\\\[\((?:\?P<\w+>)?[\\\[]|replace\(\s*f?["']\[\{"""), rf"\[(?P<square>{NAME})\]"),
)
"""Placeholders of a repository's own, and what code says that fills such."""
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z][\w-]*")
LABEL = re.compile(r"\s*(?:[-*] +)?[A-Za-z][\w ]{0,20}: +|\s*(?:[-*]|\d+\.) +")
"""What may stand before the text proper: the example's `A: `, the sign of a list."""
FEWEST_LETTERS = 3
"""Letters that a line has beside its placeholders, so that it is told from others in an answer."""
SEEN, UNSEEN, LITERAL = 0.75, 0.22, 0.7
"""How likely another placeholder is where answers show that one is filled with something wrong, where none does, and where a literal is."""
WORDED = 0.4
"""How likely other words are, which right answers have in the place of those of a line."""
MOST_WORDS = 4
WEARS = 0.9
ELSEWHERE = 0.6
"""What a name counts that stands in another line of the text already."""
MOST_GIVEN = 12
"""Names that a template may be given of which it has not one; more are a vocabulary."""
FEW = 4
"""Names that are handed on together of which one is enough to tell that a template is filled with them."""
RECORDS = 60


@dataclass(frozen=True, slots=True)
class Given:
    """Names that are handed on together."""

    names: tuple[str, ...]
    where: str
    spoken: frozenset[str] = frozenset()
    """Texts in the call, among which may be the name of the template."""
    more: bool = False
    """A whole record is handed on with them, whose names are not told."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str
    marks: tuple[re.Match[str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(_name(mark) for mark in self.marks)


def filled(
    texts: Iterable[Wording], modules: Iterable[Module], world: World, scalars: Iterable[Scalar], clues: Clues
) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order."""
    modules = tuple(modules)
    mark = _marks(modules)
    given: tuple[Given, ...] = ()
    for wording in texts:
        lines = [_Line(match.start(), match.group(), tuple(mark.finditer(match.group()))) for match in re.finditer(r"[^\n]+", wording.text)]
        if not any(line.marks for line in lines):
            continue
        given = given or tuple(_given(modules, world, scalars))
        whole = {name for line in lines for name in line.names}
        for line in lines:
            if line.marks and (options := _options(wording, line, whole, given)):
                for score, new, says, why in _changes(line, options, whole, clues):
                    if after := _put(wording, line, new):
                        yield score, Refill(wording.path, after, f"{says} in {wording.name}", why)
            for new, says in _worded(line, clues) if line.marks else ():
                if after := _put(wording, line, new):
                    why = "right answers say it so, and are else as the line is filled in"
                    yield WORDED, Refill(wording.path, after, f"{says} in {wording.name}", why, needs=2)


def _changes(line: _Line, options: Mapping[str, str], whole: Collection[str], clues: Clues) -> Iterator[tuple[float, str, str, str]]:
    """The line with one change, what it says and why; `options` are names with where they come from."""
    wrong = _wrong(line, clues)
    for place, mark in enumerate(line.marks):
        if wrong is not None and place not in wrong:
            continue
        prior = UNSEEN if wrong is None else SEEN
        for order, (name, where) in enumerate(options.items()):
            start, end = mark.span(mark.lastgroup or 0)
            new = line.text[:start] + name + line.text[end:]
            told = "" if wrong is None else ", and answers go wrong where it is filled in"
            why = f"{where} has `{name}` beside what the line has{told}"
            yield prior * WEARS**order * (ELSEWHERE if name in whole else 1.0), new, f"Fill in {name}, not {_name(mark)},", why
    if wrong is None:
        for start, end in _literals(line, clues):
            for order, (name, where) in enumerate(options.items()):
                new = line.text[:start] + _written(line.marks[0], name) + line.text[end:]
                why = f"right answers have something else there in each case, and {where} has `{name}`"
                yield LITERAL * WEARS**order, new, f"Fill in {name}, not `{line.text[start:end]}` in all cases,", why


def _options(wording: Wording, line: _Line, whole: Collection[str], given: Iterable[Given]) -> dict[str, str]:
    """What could stand in the line, with where it comes from: the nearest first, and of one call what no line has before what one has."""
    own = set(line.names)
    stem = PurePosixPath(wording.path).stem if wording.path == wording.name else ""
    having = [each for each in given if own <= set(each.names) or (each.more and own & set(each.names))]
    named = [each for each in having if stem and stem in each.spoken]
    fit = named or [each for each in having if len(own) > 1 or len(set(each.names) & set(whole)) > 1 or len(each.names) <= FEW]
    found: dict[str, str] = {}
    for each in sorted(fit, key=lambda each: len(set(each.names) - set(whole))):
        for name in sorted(set(each.names) - own, key=lambda name: (name in whole, each.names.index(name))):
            found.setdefault(name, each.where)
    return found if len(found) <= MOST_GIVEN else {}


def _wrong(line: _Line, clues: Clues) -> set[int] | None:
    """The placeholders that were filled with something else than they should; None where no answer tells."""
    pattern = _pattern(line)
    if pattern is None:
        return None
    found: set[int] = set()
    for each in clues.answers:
        got, wanted = list(pattern.finditer(each.wrong)), list(pattern.finditer(each.right))
        for said, meant in zip(got, wanted, strict=True) if len(got) == len(wanted) else ():
            found.update(place for place, (one, other) in enumerate(zip(said.groups(), meant.groups(), strict=True)) if one != other)
    return found or None


def _put(wording: Wording, line: _Line, new: str) -> str:
    return wording.put(wording.text[: line.start] + new + wording.text[line.start + len(line.text) :])


def _worded(line: _Line, clues: Clues) -> Iterator[tuple[str, str]]:
    """The line with other words, where all right answers of the cases in which it was said have these instead."""
    pattern = _pattern(line)
    seen = [each for each in clues.answers if pattern and pattern.search(each.wrong) and not pattern.search(each.right)]
    inside = [mark.span() for mark in line.marks]
    tokens = [each for each in TOKEN.finditer(line.text) if not any(a < each.end() and each.start() < b for a, b in inside)] if seen else []
    for first, one in enumerate(tokens):
        for last in tokens[first : first + MOST_WORDS]:
            start, end = one.start(), last.end()
            if any(start <= a < end for a, _ in inside) or not (opened := _pattern(line, (start, end))):
                break
            place = 1 + sum(a < start for a, _ in inside)
            said = {_else(opened, place, each) for each in seen}
            new = said.pop() if len(said) == 1 else ""
            if new.strip() and len(new.split()) <= MOST_WORDS and not any(letter.isdigit() for letter in new):
                yield line.text[:start] + new + line.text[end:], f"Say `{new}`, not `{line.text[start:end]}`,"


def _literals(line: _Line, clues: Clues) -> Iterator[tuple[int, int]]:
    """Words and numbers of the line without which the right answers would be as it says."""
    pattern = _pattern(line)
    if pattern is None:
        return
    seen = [each for each in clues.answers if pattern.search(each.wrong) and not pattern.search(each.right)]
    inside = [mark.span() for mark in line.marks]
    for token in TOKEN.finditer(line.text) if seen else ():
        if any(start < token.end() and token.start() < end for start, end in inside):
            continue
        opened = _pattern(line, token.span())
        place = 1 + sum(start < token.start() for start, _ in inside)
        if opened is not None and any(_else(opened, place, each) for each in seen):
            yield token.span()


def _else(opened: re.Pattern[str], place: int, each: Instead) -> str:
    """What a right answer has where a line was opened, if all that is filled in is as in the wrong one."""
    got, wanted = opened.search(each.wrong), opened.search(each.right)
    if not got or not wanted:
        return ""
    one, other = list(got.groups()), list(wanted.groups())
    new: str = other.pop(place - 1)
    return new if one.pop(place - 1) != new and one == other else ""


def _pattern(line: _Line, opened: tuple[int, int] | None = None) -> re.Pattern[str] | None:
    """What the line reads like where it is filled; `opened` is a stretch in which anything may stand too."""
    holes = sorted([mark.span() for mark in line.marks] + ([opened] if opened else []))
    pieces, at = [], 0
    for start, end in holes:
        pieces.append(line.text[at:start])
        at = end
    pieces.append(line.text[at:])
    label = LABEL.match(pieces[0])
    rest = [pieces[0][label.end() :] if label else pieces[0], *pieces[1:]]
    before, first = (label.group().lstrip(), rest[0]) if label and _tells(rest) else ("", pieces[0].lstrip())
    if not _tells(pieces):
        return None
    last = "(.*)" if not pieces[-1].strip() else "(.*?)"
    body = "(.*?)".join(map(re.escape, (first, *pieces[1:-1])))
    return re.compile(f"(?:{re.escape(before)})?{body}{last}{re.escape(pieces[-1].rstrip())}")


def _tells(pieces: Iterable[str]) -> bool:
    return sum(letter.isalpha() for piece in pieces for letter in piece) >= FEWEST_LETTERS


def _marks(modules: Iterable[Module]) -> re.Pattern[str]:
    """All placeholders that this repository may have."""
    own = [style for asked, style in OWN if any(asked.search(module.text) for module in modules)]
    return re.compile("|".join((*USUAL, *own)))


def _name(mark: re.Match[str]) -> str:
    return mark[mark.lastgroup or 0]


def _written(like: re.Match[str], name: str) -> str:
    """A placeholder written as another is, without what is said of its form there."""
    start, end = (at - like.start() for at in like.span(like.lastgroup or 0))
    text = like.group()
    return text[:start] + name + re.sub(r"[:!|][^{}]*(?=\}$|\}\}$)", "", text[end:])


def _given(modules: Iterable[Module], world: World, scalars: Iterable[Scalar]) -> Iterator[Given]:
    """Keywords of one call, keys of one dict, fields of one class, and those of records in files."""
    modules = tuple(modules)
    nodes = [(module, node) for module in modules for node in module.inside(module.tree)]
    handing = {node.name for _, node in nodes if isinstance(node, FUNCTIONS) and node.args.kwarg} | FILLS
    for module, node in nodes:
        if isinstance(node, ast.Call) and called(node) in handing:
            names = tuple(keyword.arg for keyword in node.keywords if keyword.arg)
            spoken = frozenset(text for part in ast.walk(node) if (text := text_of(part)))
            if len(names) > 1:
                yield Given(names, f"{module.path}:{node.lineno}", spoken, len(names) < len(node.keywords))
        elif isinstance(node, ast.Dict) and len(node.keys) > 1 and all(key is None or text_of(key) for key in node.keys):
            names = tuple(text for key in node.keys if (text := text_of(key)))
            yield Given(names, f"{module.path}:{node.lineno}", more=None in node.keys)
    for owner, fields in world.fields.items():
        yield Given(fields, f"`{owner}`")
    yield from _records(scalars)


def _records(scalars: Iterable[Scalar]) -> Iterator[Given]:
    found: dict[tuple[str, tuple[str | int, ...]], list[str]] = {}
    for scalar in scalars:
        if len(scalar.keys) > 1 and isinstance(scalar.keys[-1], str):
            found.setdefault((scalar.path, scalar.keys[:-1]), []).append(scalar.keys[-1])
    seen: dict[tuple[str, ...], str] = {}
    for (path, _), names in found.items():
        seen.setdefault(tuple(names), path)
    for form, path in list(seen.items())[:RECORDS]:
        if len(form) > 1:
            yield Given(form, f"a record of {path}")
