"""Words of failing inputs that are known in small letters, and were said with capitals."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from refinery.repair.clues import ERROR, Clues
from refinery.repair.module import Module
from refinery.repair.wording import EMPTY_WORDS
from refinery.repair.world import World

WORD = re.compile(r"[A-Za-z][\w'-]+")
SAID = re.compile(r"[^\s,;:<>()\[\]\"'!?]+(?<!\.)")
"""An address or a code, with signs in it."""
LONGEST = 40


def miscased(clues: Clues, world: World, modules: Iterable[Module]) -> frozenset[str]:
    """In small letters, those that data or code have so, and not as they were said; none that passing inputs say in the same way."""
    bad, good = clues.asked.lines
    said = {word for line in bad for word in _words(line)}
    if not said:  # tests have no inputs: what they say has the words
        said = {*clues.words, *clues.named} - clues.errors
    said -= {word for line in good for word in _words(line)}
    strange = {word for word in said if word != word.lower() and len(word) > 1 and not ERROR.fullmatch(word)}
    strange = {word for word in strange if word.lower() not in EMPTY_WORDS}
    if not strange:
        return frozenset()
    known = {*world.texts, *world.keys, *world.written}
    for module in modules:
        constants = (node.value for node in module.inside(module.tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
        known.update(text for text in constants if len(text) <= LONGEST)
    return frozenset(word.lower() for word in strange if word.lower() in known and word not in known)


def _words(line: str) -> tuple[str, ...]:
    return (line.strip(), *WORD.findall(line), *SAID.findall(line))
