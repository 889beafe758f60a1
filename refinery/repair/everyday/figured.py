"""Figures that inputs and data write with more parts than code reads: thousands that stand apart, hours before minutes and seconds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.mutations.patterns import compiled
from refinery.repair.tame import tame
from refinery.repair.world import name_of

FAMILY = "parts of a figure"
APART = {",": ",", "'": "'", " ": " \u00a0\u202f"}
"""What stands between thousands, with its other dresses."""
SEARCHES = ("search", "match", "fullmatch", "findall", "finditer")
CLOCK = re.compile(r"(?<![\d:])\d+:\d{2}:\d{2}(?![\d:])")
SIXTY = 60
THOUSANDS, HOURS = 0.8, 0.75


def propose(site: Site) -> Iterator[Mutation]:
    """Patterns asked of texts with thousands that stand apart; minutes and seconds taken from the wrong end."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SEARCHES and node.args:
            yield from _thousands(site, node, node.func)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from _hours(site, node)


def _thousands(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`AMOUNT.search(text)` stops at the comma of `1,200`: the text without it."""
    through_re = name_of(func.value) == "re"
    text = node.args[-1] if not through_re else node.args[1] if len(node.args) > 1 else None
    pattern = _pattern(site, node.args[0] if through_re else func.value)
    if text is None or pattern is None or not isinstance(text, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        return
    for sign, dresses in APART.items():
        between = re.compile(rf"(?<=\d)[{dresses}](?=\d{{3}}(?!\d))")
        red, green = (
            any(between.search(line) and pattern.findall(line) != pattern.findall(between.sub("", line)) for line in lines)
            for lines in site.clues.asked.lines
        )
        if red and not green:
            written = f'r"(?<=\\d)[{sign}](?=\\d{{3}}(?!\\d))"'
            says = f"Read the thousands of `{short(site.src(text), 24)}` also where `{sign}` stands between them"
            new = site.put(text, f're.sub({written}, "", {site.src(text)})', FAMILY, says, THOUSANDS)
            yield replace(new, imports="" if "re" in site.module.globals else "re")


def _pattern(site: Site, node: ast.expr) -> re.Pattern[str] | None:
    """The pattern of a literal, or of a name at the top of the file, that looks for digits and does not take long."""
    if isinstance(node, ast.Name):
        body, name = site.module.tree.body, node.id
        given = next((each.value for each in body if isinstance(each, ast.Assign) and name_of(each.targets[0]) == name), None)
        node = given.args[0] if isinstance(given, ast.Call) and given.args else given or node
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\\d|0-9", node.value)):
        return None
    return compiled(site.src(node)) if tame(node.value) else None


def _hours(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`parts[0] * 60 + parts[1]` of `1:04:05` takes hours for minutes: each part is sixty of the next."""
    if not (site.world.clocked or any(CLOCK.search(line) for line in site.clues.asked.lines[0])):
        return
    first = node.left
    if not (isinstance(first, ast.BinOp) and isinstance(first.op, ast.Mult) and site.src(first.right) == str(SIXTY)):
        return
    large, small = _part(site, first.left), _part(site, node.right)
    if large is None or small is None or (large[1], small[1]) != (0, 1) or large[0] != small[0] or large[2] != small[2]:
        return
    read = f"{large[2]}(part)" if large[2] else "part"
    new = f"sum({read} * {SIXTY} ** place for place, part in enumerate(reversed({large[0]})))"
    says = f"Count all parts of `{short(large[0], 24)}` from the last one on, each sixty of the next"
    yield site.put(node, new, FAMILY, says, HOURS)


def _part(site: Site, node: ast.expr) -> tuple[str, int, str] | None:
    """A part by its list, its place and the kind of number it is read as."""
    kind = ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and node.func.id in ("int", "float"):
        kind, node = node.func.id, node.args[0]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and type(node.slice.value) is int:
        return grouped(site, node.value), node.slice.value, kind
    return None
