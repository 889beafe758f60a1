"""How wide a text is meant to be: numbers that are filled up, parts of numbers that lost their places, formats that others have."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "width"
COUNTED = re.compile(r"\\d\{(?:1,)?(\d)\}")
"""Digits in a pattern, and how many there are at the most."""
FILLED = re.compile(r"0(\d)[df]?")
"""A format that fills a number up with noughts."""
PLACES = frozenset({"fraction", "decimal", "frac", "cent", "milli", "millisecond", "ms", "micro", "minor"})
"""What the digits behind a point are called."""
MOST = 3


def propose(site: Site) -> Iterator[Mutation]:
    """Texts of digits filled up before they are read, and numbers where they are shown."""
    if site.function is None:
        return
    formats: Counter[str] | None = None
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "int" and len(node.args) == 1:
            yield from _filled(site, node.args[0])
        elif isinstance(node, ast.FormattedValue):
            formats = formats if formats is not None else _formats(site)
            yield from _shown(site, node, formats)


def _filled(site: Site, node: ast.expr) -> Iterator[Mutation]:
    """`int("5")` of what stands behind a point is 5 of what, depends on how many places are meant: `"5".ljust(3, "0")`."""
    if not isinstance(node, ast.Name | ast.BoolOp | ast.Subscript | ast.Call | ast.Attribute):
        return
    named = {word for part in ast.walk(node) if isinstance(part, ast.Name | ast.Attribute) for word in parts(name_of(part))}
    prior = 0.4 if named & PLACES else 0.12
    for width in _widths(site)[:MOST]:
        says = f"Fill `{short(site.src(node), 24)}` up to {width} places"
        yield site.put(node, f'{grouped(site, node)}.ljust({width}, "0")', FAMILY, says, prior)


def _widths(site: Site) -> list[str]:
    """Numbers of digits that the file speaks of."""
    found: Counter[str] = Counter()
    for node in site.module.inside(site.module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(COUNTED.findall(node.value))
        elif isinstance(node, ast.FormattedValue):
            found.update(FILLED.findall(_format(node)))
    return [width for width, _ in found.most_common() if width not in "01"]


def _format(node: ast.FormattedValue) -> str:
    spec = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
    return spec[0].value if len(spec) == 1 and isinstance(spec[0], ast.Constant) and isinstance(spec[0].value, str) else ""


def _formats(site: Site) -> Counter[str]:
    """The formats of the file, the most used first."""
    specs = (_format(node) for node in site.module.inside(site.module.tree) if isinstance(node, ast.FormattedValue))
    return Counter(spec for spec in specs if spec)


def _shown(site: Site, node: ast.FormattedValue, formats: Counter[str]) -> Iterator[Mutation]:
    """A value in the format that others of the file have."""
    text, end, own = site.module.text, site.module.span(node.value)[1], _format(node)
    if node.conversion != -1 or not text.startswith(f":{own}}}" if own else "}", end) or (node.format_spec is not None and not own):
        return
    near = {own.replace("0", "", 1)} if own.startswith("0") else {f"0{own}"} if own[:1].isdigit() else set()
    for spec in [*formats, *sorted(near - {"", *formats})]:
        if spec != own:
            says = f"Show `{short(site.src(node.value), 24)}` as `{spec}`, like others"
            yield site.between(end, end + len(own) + bool(own), f":{spec}", FAMILY, says, 0.3 if own else 0.2)
