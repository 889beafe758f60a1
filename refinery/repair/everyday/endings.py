"""Patterns that know a word as one or as many, and were asked for the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.everyday.regular import LITERAL, PIECE, is_pattern
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.mutations.patterns import compiled

FAMILY = "pattern"
WORD = re.compile(r"[A-Za-z]+")
GROUP = re.compile(r"(?<!\\)\((?:\?:|\?P<\w+>)?((?:[A-Za-z]+\|)+[A-Za-z]+)\)(s?)(?![?*+{A-Za-z])")
ODD = (("man", "men"), ("person", "people"), ("foot", "feet"), ("tooth", "teeth"), ("ife", "ives"), ("lf", "lves"), ("eaf", "eaves"))
"""Ends of words that change otherwise than by a letter more."""
HISSING = ("ses", "xes", "zes", "ches", "shes")
SHORTEST = 2
SURE, SAID, UNSEEN = 0.75, 0.5, 0.35
"""How likely an ending may be left out where that changes what is found in failing inputs alone, in passing ones too, and where nothing
tells; less by a little where the whole group has it."""
MOST = 4


def propose(site: Site) -> Iterator[Mutation]:
    """An ending that may be left out, for each word that failing inputs have in its other number."""
    nodes = [node for node in site.statement.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    patterns = [node for node in nodes if is_pattern(site, node) and LITERAL.fullmatch(site.src(node))]
    if not patterns:
        return
    texts = site.clues.asked.lines[0] or (site.clues.text,)
    said = {word for text in texts for word in WORD.findall(text.lower())}
    for node in patterns:
        raw, found = site.src(node), []
        for changed, share in (*_words(raw, said), *_groups(raw, said)):
            prior = share * _told(site, raw, changed)
            if prior:
                found.append(site.put(node, changed, FAMILY, f"Match one as well as many: `{short(changed)}`", prior))
        yield from sorted(found, key=lambda each: -each.prior)[:MOST]


def _words(raw: str, said: set[str]) -> Iterator[tuple[str, float]]:
    """The literal with the other number of one of its words."""
    at, run = 0, ""
    begin = raw.index(raw[-1]) + 1
    for piece in (*PIECE.findall(raw), ""):
        letter = len(piece) == 1 and piece.isascii() and piece.isalpha() and at >= begin
        if not letter and len(run) >= SHORTEST and piece not in ("?", "*", "+", "{", ">"):
            new = _both(run, said)
            if new:
                yield f"{raw[: at - len(run)]}{new}{raw[at:]}", 1.0
        run = run + piece if letter else ""
        at += len(piece)


def _both(word: str, said: set[str]) -> str:
    """A word so that one and many are matched; empty where failing inputs do not have its other number."""
    low = word.lower()
    for pair in ODD:
        for own, other in (pair, pair[::-1]):
            if low.endswith(own) and low[: -len(own)] + other in said:
                return f"{word[: -len(own)]}(?:{own}|{other})"
    if low.endswith("ren") and low[:-3] in said:
        return f"{word[:-3]}(?:ren)?"
    if f"{low}ren" in said:
        return f"{word}(?:ren)?"
    if low.endswith("ies") and f"{low[:-3]}y" in said:
        return f"{word[:-3]}(?:y|ies)"
    if low.endswith(HISSING) and low[:-2] in said:
        return f"{word[:-2]}(?:es)?"
    if low.endswith("s") and low[:-1] in said:
        return f"{word}?"
    if low.endswith("y") and f"{low[:-1]}ies" in said:
        return f"{word[:-1]}(?:y|ies)"
    if f"{low}es" in said:
        return f"{word}(?:es)?"
    return f"{word}s?" if f"{low}s" in said else ""


def _groups(raw: str, said: set[str]) -> Iterator[tuple[str, float]]:
    """The same for all the alternatives of a group at once: behind it, and in it."""
    for group in GROUP.finditer(raw):
        words = group[1].lower().split("|")
        if group[2] and any(word in said for word in words):
            yield f"{raw[: group.end()]}?{raw[group.end() :]}", 1.0
        elif not group[2] and any(f"{word}s" in said for word in words):
            yield f"{raw[: group.end()]}s?{raw[group.end() :]}", 0.95
            each = "|".join(f"{word}s?" for word in group[1].split("|"))
            yield f"{raw[: group.start(1)]}{each}{raw[group.end(1) :]}", 0.9
        elif not group[2] and any(_both(word, said) for word in words):
            each = "|".join(_both(word, said) or (f"{word}?" if word.endswith("s") else word) for word in group[1].split("|"))
            yield f"{raw[: group.start(1)]}{each}{raw[group.end(1) :]}", 0.9


def _told(site: Site, raw: str, changed: str) -> float:
    own, other = compiled(raw), compiled(changed)
    if own is None or other is None:
        return 0.0
    bad, good = site.clues.asked.parts(own, other)
    return SURE if bad and not good else SAID if bad or not site.clues.asked.lines[0] else UNSEEN
