"""Phrases that code looks for in a text: a prompt that no longer says them is not followed, or its answer is not understood."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from refinery.repair.module import Module
from refinery.repair.prompts import SPOKEN_TO
from refinery.repair.wording import parts
from refinery.repair.world import name_of, text_of

FINDERS = frozenset({"find", "index", "startswith", "endswith", "split", "rsplit", "partition", "rpartition", "count", "removeprefix"})
PATTERNS = frozenset({"search", "match", "fullmatch", "findall", "finditer", "split", "sub", "compile"})
USUAL = (1, 2, 3, 5, 10)
"""Numbers for a place in a phrase where code reads one."""
FEWEST_LETTERS = 3
MOST_SPELLINGS = 8
KNOWN, CALLED_SO, OTHER = 1.0, 0.8, 0.4
"""How sure it is that a variable holds a prompt: other phrases sought in it stand in one; by its name; not at all."""
NUMBER = re.compile(r"(?:\\d|\[0-9\])(?:[+*]|\{[\d,]+\})?")


@dataclass(frozen=True, slots=True)
class Sought:
    """One phrase, or one pattern, and where it is looked for."""

    pattern: str
    """As a regular expression."""
    spellings: tuple[str, ...]
    """What would be found; none where the pattern cannot be spelled out."""
    variable: str
    """The name of the text it is looked for in."""
    path: str
    line: int

    def stands(self, text: str) -> bool:
        """Whether a text has it."""
        try:
            return re.search(self.pattern, text, re.MULTILINE) is not None
        except re.error:
            return True


def sought(modules: Iterable[Module], numbers: Collection[int] = ()) -> list[Sought]:
    """All of them. `numbers` are tried where code reads a number."""
    found = (each for module in modules for node in module.inside(module.tree) for each in _at(module, node, numbers))
    return list(dict.fromkeys(found))


def missing(phrases: Iterable[Sought], texts: Collection[str]) -> Iterator[tuple[float, Sought]]:
    """Those that no text has, with how sure it is that they are looked for in a prompt."""
    phrases = list(phrases)
    absent = [each for each in phrases if not any(each.stands(text) for text in texts)]
    known = {(each.path, each.variable) for each in phrases if each not in absent}
    for each in absent:
        if each.spellings:
            sure = KNOWN if (each.path, each.variable) in known else CALLED_SO if parts(each.variable) & SPOKEN_TO else OTHER
            yield sure, each


def _at(module: Module, node: ast.AST, numbers: Collection[int]) -> Iterator[Sought]:
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn) and (text := text_of(node.left)):
        if not isinstance(node.comparators[0], ast.Dict | ast.List | ast.Tuple | ast.Set):
            yield from _phrase(module, node, text, name_of(node.comparators[0]))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args and (text := text_of(node.args[0])):
        owner = node.func.value
        if isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in PATTERNS:
            variable = name_of(node.args[-1]) if len(node.args) > 1 else ""
            variable = name_of(node.args[1]) if len(node.args) > 1 and isinstance(node.args[1], ast.Name) else variable
            yield Sought(text, tuple(islice(_spelled(text, numbers), MOST_SPELLINGS)), variable, module.path, node.lineno)
        elif node.func.attr in FINDERS:
            yield from _phrase(module, node, text, name_of(owner))


def _phrase(module: Module, node: ast.expr, text: str, variable: str) -> Iterator[Sought]:
    if sum(letter.isalpha() for letter in text) >= FEWEST_LETTERS and "\n" not in text.strip("\n"):
        yield Sought(re.escape(text), (text.strip("\n"),), variable, module.path, node.lineno)


def _spelled(pattern: str, numbers: Collection[int]) -> Iterator[str]:
    """Texts that a simple pattern finds: words, alternatives, numbers; nothing for others."""
    for part in _split(pattern):
        pieces = _pieces(part, numbers)
        if pieces is None or sum(letter.isalpha() for piece in pieces if len(piece) == 1 for letter in piece[0]) < FEWEST_LETTERS + 1:
            continue
        for chosen in islice(product(*pieces), MOST_SPELLINGS):
            spelled = "".join(chosen)
            plural = _plural(part, spelled)
            yield plural or spelled


def _plural(pattern: str, spelled: str) -> str:
    """The same with the letter that may stand at its end, where its number asks for it."""
    number = re.search(r"\d+", spelled)
    if number and number.group() != "1" and pattern.endswith("s?"):
        return f"{spelled}s"
    return ""


def _split(pattern: str) -> list[str]:
    """The alternatives of the whole pattern."""
    parts_of, depth, last = [], 0, 0
    for place, sign in enumerate(pattern):
        depth += (sign in "([") - (sign in ")]")
        if sign == "|" and depth == 0:
            parts_of.append(pattern[last:place])
            last = place + 1
    return [*parts_of, pattern[last:]]


def _pieces(pattern: str, numbers: Collection[int]) -> list[tuple[str, ...]] | None:
    """The texts that may stand one after the other; None where the pattern is not a simple one."""
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(pattern):
        sign, after = pattern[at], at + 1
        piece: tuple[str, ...] = ("",)
        if number := NUMBER.match(pattern, at):
            piece, after = tuple(map(str, (*numbers, *USUAL))), number.end()
        elif sign == "\\" and at + 1 < len(pattern):
            letter, after = pattern[at + 1], at + 2
            if letter.isalnum() and letter not in "bAZs":
                return None
            piece = (" ",) if letter == "s" else ("",) if letter in "bAZ" else (letter,)
        elif sign == "(":
            close = pattern.find(")", at)
            inner = re.sub(r"^\?(:|P<\w+>)", "", pattern[at + 1 : close])
            if NUMBER.fullmatch(inner):
                piece = tuple(map(str, (*numbers, *USUAL)))
            elif re.fullmatch(r"[\w' |-]+", inner):
                piece = tuple(inner.split("|"))
            else:
                return None
            after = close + 1
        elif sign in "[.{*+?":
            return None
        elif sign not in "^$":
            piece = (sign,)
        quantifier = pattern[after : after + 1]
        if quantifier in ("?", "*") and quantifier:
            piece, after = ("",) if piece != (" ",) else piece, after + 1
        elif quantifier == "+":
            after += 1
        found.append(piece)
        at = after
    return found


def scored(lines: Mapping[tuple[str, int], float], each: Sought) -> float:
    """How far the failing path goes by the line that looks for it; a little for those next to it."""
    return max(lines.get((each.path, each.line + step), 0.0) for step in (-1, 0, 1))
