"""Records that come as JSON within JSON, and are taken for the record although they are its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import parts
from refinery.repair.world import base_of

FAMILY = "text of a record"
SENT = frozenset({"argument", "arg", "payload", "body", "parameter", "param", "metadata", "json", "raw", "data", "input"})
"""Words in the names of what is sent as text."""
TEXTS = ("string indices", "must be a mapping", "not str", "'str' object", "typeerror", "attributeerror")
"""What is said of a text that is taken for a record."""
EMPTY = {"{}": '"{}"', "[]": '"[]"', "dict()": '"{}"'}


def propose(site: Site) -> Iterator[Mutation]:
    """`json.loads` around a field that is sent as text."""
    idle = "json" in site.module.idle[site.module.tree]
    if not idle and not (site.clues.any_of(*TEXTS) and "arguments" in site.src(site.statement.node)):
        return
    brought = "" if "json" in site.module.globals else "json"
    for node in site.statement.nodes:
        read = base_of(node) if isinstance(node, ast.Subscript | ast.Call | ast.Attribute) else None
        if read is None or not parts(read[1]) & SENT or isinstance(getattr(node, "ctx", None), ast.Store):
            continue
        parent = site.parent(node)
        if isinstance(parent, ast.Call) and parent.func is not node and site.src(parent.func) == "json.loads":
            continue
        if isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Compare) and node in parent.comparators):
            continue
        whole: ast.expr = node
        text = site.src(node)
        if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and parent.values[0] is node and len(parent.values) == 2:
            other = site.src(parent.values[1])
            if other not in EMPTY:
                continue
            whole, text = parent, f"{text} or {EMPTY[other]}"
        elif isinstance(node, ast.Call) and len(node.args) == 2 and site.src(node.args[1]) in EMPTY:
            text = f"{site.src(node.func)}({site.src(node.args[0])}, {EMPTY[site.src(node.args[1])]})"
        says = f"Read `{short(site.src(node))}` as JSON: it is sent as text"
        yield replace(site.put(whole, f"json.loads({text})", FAMILY, says, 0.8 if idle else 0.5), imports=brought)
