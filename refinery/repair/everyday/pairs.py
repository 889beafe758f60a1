"""Pairs of a thing and its number taken for the thing: `counts.most_common(1)[0]`, `max(counts.items(), key=...)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "pair for a thing"
PAIR = re.compile(r"\(['\"][^'\"]*['\"], ?-?\d|\(\d+, ?\d+\)")
"""What a pair of a thing and its number looks like in an answer."""
READS = (ast.Subscript, ast.For, ast.comprehension, ast.Starred)


def propose(site: Site) -> Iterator[Mutation]:
    """The thing itself, where a pair would be given."""
    told = PAIR.search(site.clues.text) is not None
    for node in site.statement.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and type(node.slice.value) is int:
            counted = _is_counted(node.value)
            if (counted or _of_items(node.value)) and _as_one(site, node):
                text = site.src(node)
                sure = 0.8 if counted else 0.55
                yield site.put(node, f"{text}[0]", FAMILY, f"Take what `{short(text)}` is about, not the pair", min(0.9, sure + 0.1 * told))
        elif isinstance(node, ast.Call) and name_of(node.func) in ("max", "min") and node.args and _is_items(node.args[0]):
            if _as_one(site, node):
                text = site.src(node)
                yield site.put(node, f"{text}[0]", FAMILY, f"Take the key that `{short(text)}` is about", 0.8 if told else 0.45)
        elif isinstance(node, ast.Call) and _is_counted(node) and isinstance(site.parent(node), ast.Return) and told:
            text = site.src(node)
            yield site.put(node, f"[each for each, _ in {text}]", FAMILY, f"Give what `{short(text)}` is about, without the numbers", 0.7)


def _is_counted(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "most_common"


def _is_items(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items"


def _of_items(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and name_of(node.func) == "sorted" and bool(node.args) and _is_items(node.args[0])


def _as_one(site: Site, node: ast.expr) -> bool:
    """Whether a pair goes on as it is: not taken apart, not looked into, here or under the name it is given."""
    parent = site.parent(node)
    if isinstance(parent, READS):
        return False
    if not isinstance(parent, ast.Assign):
        return True
    target = parent.targets[0]
    if not isinstance(target, ast.Name) or site.function is None:
        return False
    reads = [
        each for each in site.module.inside(site.function) if isinstance(each, ast.Name) and each.id == target.id and each is not target
    ]
    apart = [site.parent(each) for each in reads]
    return not any(isinstance(each, READS) or (isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Tuple)) for each in apart)
