"""Words that code listens for, and that lack one in which people asked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site

FAMILY = "word listened for"
ALTERNATIVES = re.compile(r"(?<![\w|])[a-z][a-z ]*(?:\|[a-z][a-z ]*)+(?![\w|])")


def propose(site: Site) -> Iterator[Mutation]:
    """A word more among the alternatives of a pattern, or in a list of words."""
    if not site.clues.asked.only:
        return
    sure = site.clues.asked.sure
    for node in site.statement.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "|" in node.value:
            yield from _alternative(site, node, sure)
        elif isinstance(node, ast.List | ast.Tuple | ast.Set) and node.elts:
            yield from _item(site, node, sure)


def _alternative(site: Site, node: ast.Constant, sure: float) -> Iterator[Mutation]:
    raw = site.src(node)
    for match in ALTERNATIVES.finditer(raw):
        words = match.group().split("|")
        if site.clues.asked.vocabulary(words):
            for word, share in site.clues.asked.only:
                new = f"{raw[: match.end()]}|{word}{raw[match.end() :]}"
                yield site.put(node, new, FAMILY, f"Listen for `{word}` as well as for `{words[0]}`", sure * (0.2 + 0.4 * share))


def _item(site: Site, node: ast.List | ast.Tuple | ast.Set, sure: float) -> Iterator[Mutation]:
    words = [each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if len(words) < len(node.elts) or not site.clues.asked.vocabulary(words):
        return
    end = site.module.span(node.elts[-1])[1]
    for word, share in site.clues.asked.only:
        yield site.between(end, end, f', "{word}"', FAMILY, f"Listen for `{word}` as well as for `{words[0]}`", sure * (0.2 + 0.4 * share))
