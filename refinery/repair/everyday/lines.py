"""Lines of a file that are kept, compared or looked up with the end of the line still on them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site
from refinery.repair.world import called

FAMILY = "end of a line"
FILES = frozenset({"file", "handle", "fh", "fp", "stream", "stdin", "infile"})
"""What a thing is called whose lines are gone through."""
TAKEN_OFF = frozenset({"strip", "rstrip", "splitlines", "removesuffix"})
UNHURT = frozenset({"startswith", "isspace", "find", "count"})
"""What does without the end of a line."""
BLIND = frozenset({"int", "float", "Decimal", "len", "loads", "match", "search", "findall", "finditer", "print", "write"})
"""What the end of a line is nothing to, or is meant for."""
KEEPS = (ast.Call, ast.Compare, ast.Subscript, ast.Return, ast.Yield, ast.Assign, ast.Tuple, ast.ListComp, ast.SetComp, ast.keyword)
"""What uses a line as it is."""


def propose(site: Site) -> Iterator[Mutation]:
    """The end taken off where a line is used."""
    shown = 1.5 if "\\n" in site.clues.text else 1.0
    for node in site.statement.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and _kept(site, node) and _line_of_file(site, node):
            for how, prior in (("strip()", 0.5), ('rstrip("\\n")', 0.42)):
                yield site.put(node, f"{node.id}.{how}", FAMILY, f"Take the end of the line off `{node.id}`", prior * shown)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
            whole, parent = site.src(node), site.parent(node)
            if node.func.attr == "readlines" and not isinstance(parent, ast.For | ast.comprehension):
                new = f"{site.src(node.func.value)}.read().splitlines()"
                yield site.put(node, new, FAMILY, "Read the lines without their ends", 0.45 * shown)
            elif node.func.attr == "readline" and not isinstance(parent, ast.Attribute):
                yield site.put(node, f"{whole}.strip()", FAMILY, "Take the end off the line that is read", 0.3 * shown)


def _kept(site: Site, node: ast.Name) -> bool:
    """Whether a line is used as it is: nothing takes its end off, and it matters."""
    parent = site.parent(node)
    if not isinstance(parent, ast.Attribute):
        return isinstance(parent, KEEPS) and not (isinstance(parent, ast.Call) and called(parent) in BLIND)
    call = site.parent(parent)
    at_spaces = parent.attr == "split" and isinstance(call, ast.Call) and not call.args
    return hasattr(str, parent.attr) and parent.attr not in UNHURT and not at_spaces and not _taken_off_later(site, parent)


def _taken_off_later(site: Site, node: ast.Attribute) -> bool:
    """`line.lower().strip()`."""
    outer: ast.AST | None = node
    while isinstance(outer, ast.Attribute | ast.Call):
        if isinstance(outer, ast.Attribute) and outer.attr in TAKEN_OFF:
            return True
        outer = site.parent(outer)
    return False


def _line_of_file(site: Site, node: ast.Name) -> bool:
    """Whether a name is that of the lines of a file that a loop around goes through."""
    for outer in site.module.above(node):
        loops: list[ast.For | ast.comprehension] = [outer] if isinstance(outer, ast.For) else list(getattr(outer, "generators", ()))
        for each in loops:
            if isinstance(each.target, ast.Name) and each.target.id == node.id:
                return _file(site, site.src(each.iter))
    return False


def _file(site: Site, through: str) -> bool:
    if re.match(r"(?:io\.)?open\(|.*\.(?:open|readlines)\(", through) or re.split(r"[._]", through)[-1] in FILES:
        return True
    source = site.module.source(site.function) if site.function and through.isidentifier() else ""
    return "open(" in source and (f") as {through}:" in source or f"{through} = open(" in source)
