"""Paths that are asked where they lie before their `..` is followed, so that they seem to lie where they do not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.module import Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import parameters

FAMILY = "path not followed"
FOLLOWS = re.compile(r"\.(?:resolve|absolute)\(|\b(?:normpath|realpath|abspath)\(")
ASKS = re.compile(r"\bis_relative_to\(|\.relative_to\(|\bcommonpath\(|\.startswith\(|\.parents\b")
"""What asks whether a path lies in a folder."""
PATHS = frozenset({"path", "file", "target", "filename", "destination", "location"})


def propose(site: Site) -> Iterator[Mutation]:
    """The path as it is when `..` is followed."""
    function, nodes = site.function, [node for node in site.statement.nodes if _joins(node)]
    if function is None or not nodes or not ASKS.search(site.module.text) or FOLLOWS.search(site.module.source(function)):
        return
    given = set(parameters(function))
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _is_given(node.right, given):
            if isinstance(site.parent(node), ast.BinOp) or "Path" not in site.module.text:
                continue
            text, pure = site.src(node), re.search(r"\bPure(?:Posix|Windows)?Path\b", site.module.text)
            says = f"Follow `..` in `{short(text)}` before it is asked where that lies"
            if pure:
                where = _normal(site.module)
                made = site.put(node, f"{pure.group()}({where}.normpath({text}))", FAMILY, says, 0.75)
                yield replace(made, imports=_brought(site.module, where))
            else:
                yield site.put(node, f"({text}).resolve()", FAMILY, says, 0.7)
        elif isinstance(node, ast.Call) and site.src(node.func) in ("os.path.join", "posixpath.join") and _is_given(node.args[-1], given):
            where = site.src(node.func).removesuffix(".join")
            says = f"Follow `..` in `{short(site.src(node))}` before it is asked where that lies"
            for name, prior in (("normpath", 0.65), ("realpath", 0.55)):
                yield site.put(node, f"{where}.{name}({site.src(node)})", FAMILY, says, prior)
        elif isinstance(node, ast.Attribute) and node.attr == "startswith" and _is_given(node.value, given & set(PATHS)):
            where = _normal(site.module)
            made = site.put(node.value, f"{where}.normpath({site.src(node.value)})", FAMILY, "Follow `..` before it is asked", 0.5)
            yield replace(made, imports=_brought(site.module, where))


def _joins(node: ast.AST) -> bool:
    """Whether a path may be made there, or asked where it lies."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr == "join"
    return isinstance(node, ast.BinOp) or (isinstance(node, ast.Attribute) and node.attr == "startswith")


def _is_given(node: ast.expr, given: set[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in given


def _normal(module: Module) -> str:
    """The module that follows `..` in a text."""
    return "os.path" if "os" in module.globals else "posixpath"


def _brought(module: Module, where: str) -> str:
    return "" if where.partition(".")[0] in module.globals else where
