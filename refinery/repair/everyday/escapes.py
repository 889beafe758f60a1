"""Texts taken for patterns and patterns taken for texts; flags taken for numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, short

FAMILY = "pattern"
TOLD = re.compile(r"\\[dwsDWS]|\[[^\]]+\][+*]|\.[*+]")


def propose(site: Site) -> Iterator[Mutation]:
    """Each handed over as what it is."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("sub", "subn", "split"):
                yield from _flagged(site, node, node.func)
            yield from _as_text(site, node, node.func)
            if node.func.attr in ("sub", "subn") and len(node.args) >= 2:
                yield from _group(site, node)


def _flagged(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`re.sub(p, new, text, re.I)` takes the flag for how often."""
    place = 2 if func.attr == "split" else 3
    if site.src(func.value) == "re" and len(node.args) == place + 1 and site.src(node.args[place]).startswith("re."):
        start = site.module.span(node.args[place])[0]
        yield site.between(start, start, "flags=", FAMILY, f"Hand over `{site.src(node.args[place])}` as a flag, not as a number", 0.95)


def _group(site: Site, node: ast.Call) -> Iterator[Mutation]:
    r"""`"\1"` without `r` is a sign that nobody sees, not the first group."""
    for given in node.args[:2]:
        text = site.src(given)
        if isinstance(given, ast.Constant) and re.search(r"(?<!\\)\\[1-9]", text) and text[:1] in "'\"":
            start = site.module.span(given)[0]
            yield site.between(start, start, "r", FAMILY, f"Mean the group, not a sign: `r{short(text)}`", 0.9)


def _as_text(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    r"""`text.replace(r"\s+", " ")` looks for the signs themselves; the pattern is for `re`."""
    pattern = getattr(node.args[0], "value", None) if node.args else None
    if func.attr not in ("replace", "split") or site.src(func.value) == "re" or not isinstance(pattern, str) or node.keywords:
        return
    if len(node.args) == (2 if func.attr == "replace" else 1) and TOLD.search(pattern):
        name = "sub" if func.attr == "replace" else "split"
        new = f"re.{name}({', '.join(map(site.src, node.args))}, {site.src(func.value)})"
        yield replace(site.put(node, new, FAMILY, f"Take `{short(pattern)}` as a pattern", 0.85), imports="re")
