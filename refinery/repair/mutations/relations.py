"""How collections stand to each other: sharing something or holding all of it; membership in one or in another one like it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

RELATION = "relation of sets"
KINDRED = "like collection"
SHARED: dict[type[ast.operator], tuple[tuple[str, float], ...]] = {
    ast.BitAnd: (("<=", 0.5), (">=", 0.4), ("==", 0.25), ("-", 0.2)),
    ast.BitOr: (("<=", 0.2), (">=", 0.2), ("-", 0.15)),
    ast.BitXor: (("-", 0.3), ("<=", 0.2), (">=", 0.2)),
    ast.Sub: (("&", 0.35), ("^", 0.2), ("==", 0.2)),
}
"""What else may be asked of two sets than whether this of them holds anything."""
HELD: dict[type[ast.cmpop], tuple[tuple[str, float], ...]] = {
    ast.LtE: (("&", 0.45),), ast.Lt: (("&", 0.35), ("<=", 0.5)), ast.GtE: (("&", 0.45),), ast.Gt: (("&", 0.35), (">=", 0.5)),
    ast.Eq: (("<=", 0.35), (">=", 0.35), ("&", 0.3)),
}  # fmt: skip
SIGNS: dict[type[ast.AST], str] = {
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Sub: "-", ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.Eq: "==",
}  # fmt: skip
METHODS = {
    "issubset": ("issuperset", "intersection"), "issuperset": ("issubset", "intersection"), "intersection": ("issubset", "issuperset"),
}  # fmt: skip
MADE = frozenset({"set", "frozenset", "keys", "union", "intersection", "difference", "symmetric_difference"})
"""What is called to make a set."""
UNTOLD = 0.4
"""What a relation counts where nothing tells that these are sets: bits are joined by the same signs."""
FILLING = frozenset({"append", "add", "extend", "update", "insert", "appendleft"})
MOST = 3
"""Collections like the one that is asked which are tried."""


def propose(site: Site) -> Iterator[Mutation]:
    """Whether two sets share anything, one holds the other, or both are the same; `x in a or x in b` for `x in a`."""
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and type(node.op) in SHARED and _asked(site, node):
            yield from _related(site, node, node.left, node.op, node.right, SHARED[type(node.op)])
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in HELD and _set(site, node):
            yield from _related(site, node, node.left, node.ops[0], node.comparators[0], HELD[type(node.ops[0])])
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            yield from _in_kindred(site, node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and _asked(site, node):
            end = site.module.span(node.func)[1]
            for other in METHODS[node.func.attr]:
                says = f"Ask for `{other}`, not for `{node.func.attr}`"
                yield site.between(end - len(node.func.attr), end, other, RELATION, says, 0.4)


def _related(
    site: Site, node: ast.expr, left: ast.expr, op: ast.AST, right: ast.expr, others: tuple[tuple[str, float], ...]
) -> Iterator[Mutation]:
    sign, sure = SIGNS[type(op)], 1.0 if _set(site, node) else UNTOLD
    if sign == "-" and sure < 1.0:  # a difference of numbers
        return
    start, end = site.module.span(left)[1], site.module.span(right)[0]
    between = site.module.text[start:end]
    for other, prior in others if between.count(sign) == 1 else ():
        new = between.replace(sign, other)
        says = f"Ask for `{short(f'{site.src(left)} {other} {site.src(right)}')}`, not for `{short(site.src(node))}`"
        if isinstance(node, ast.Compare) and other in ("&", "-") and not _asked(site, node):
            continue
        yield site.between(start, end, new, RELATION, says, prior * sure)


def _set(site: Site, node: ast.expr) -> bool:
    sides = (
        (node.left, *node.comparators) if isinstance(node, ast.Compare) else (node.left, node.right) if isinstance(node, ast.BinOp) else ()
    )
    return any(_is_set(site, side) for side in sides)


def _is_set(site: Site, node: ast.expr) -> bool:
    """Whether a thing is a set by how it is written, or by what its name is given."""
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call):
        return name_of(node.func) in MADE if isinstance(node.func, ast.Name | ast.Attribute) else False
    if isinstance(node, ast.Name | ast.Attribute):
        return any(not isinstance(value, ast.Name | ast.Attribute) and _is_set(site, value) for value in _given(site, site.src(node)))
    return False


def _given(site: Site, name: str) -> Iterator[ast.expr]:
    """What the file gives a name, alone or among others; in another function only to an attribute, or at the top."""
    for node in site.module.inside(site.module.tree):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        if "." not in name and site.module.function(node) not in (site.function, None):
            continue
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
                yield from (value for each, value in zip(target.elts, node.value.elts, strict=True) if site.src(each) == name)
            elif site.src(target) == name:
                yield node.value


def _asked(site: Site, node: ast.expr) -> bool:
    """Whether only the truth of it is asked for: in a condition, by `any` and `all`, or as `bool`."""
    parent = site.parent(node)
    if site.tested(node):
        return True
    if isinstance(parent, ast.GeneratorExp | ast.ListComp):
        outer = site.parent(parent)
        return parent.elt is node and isinstance(outer, ast.Call) and name_of(outer.func) in ("any", "all")
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "bool"


def _in_kindred(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`need in failed`, where `skipped` is filled with the same, and nobody asks for it."""
    held = node.comparators[0]
    if not isinstance(held, ast.Name | ast.Attribute) or site.function is None:
        return
    own, asked = site.src(held), site.src(node.left)
    absent = isinstance(node.ops[0], ast.NotIn)
    joint, word = ("and", "not in") if absent else ("or", "in")
    parent = site.parent(node)
    for other, prior in sorted(_kindred(site, own).items(), key=lambda each: (-each[1], each[0]))[:MOST]:
        twin = f"{asked} {word} {other}"
        if isinstance(parent, ast.expr) and twin in site.src(parent):
            continue
        new = f"{site.src(node)} {joint} {twin}"
        yield site.put(node, _bracketed(parent, new, joint), KINDRED, f"Look in `{other}` too, not only in `{own}`", prior)


def _bracketed(parent: ast.AST | None, new: str, joint: str) -> str:
    same = isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or if joint == "or" else ast.And)
    return new if same or not isinstance(parent, ast.BoolOp | ast.UnaryOp | ast.Compare | ast.BinOp) else f"({new})"


def _kindred(site: Site, own: str) -> dict[str, float]:
    """Collections that begin as this one does, by how likely they stand for the like: the same is put into them, or nobody asks them."""
    begun: dict[str, set[str]] = {}
    scope = site.module.inside(site.function or site.module.tree)
    if own.startswith("self.") and isinstance(owner := site.parent(site.function or site.module.tree), ast.ClassDef):
        scope = site.module.inside(owner)
    for node in scope:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            for name in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(name, ast.Name | ast.Attribute):
                    begun.setdefault(site.src(name), set()).update(_kind(value) for value in _given(site, site.src(name)))
    kind = begun.get(own, set()) - {""}
    put = _put(site, scope)
    likes: dict[str, float] = {}
    for other, kinds in begun.items():
        visible = other.startswith("self.") or other in site.locals
        if other != own and visible and kind and kinds == begun[own] and put.get(other):
            likes[other] = 0.5 if put[other] & put.get(own, set()) else 0.22
    return likes


def _kind(value: ast.expr) -> str:
    """`list`, `set` or `dict` of what begins empty, or is filled where it begins; else nothing."""
    if isinstance(value, ast.List | ast.ListComp):
        return "list"
    if isinstance(value, ast.Set | ast.SetComp):
        return "set"
    if isinstance(value, ast.Dict | ast.DictComp):
        return "dict"
    return name_of(value.func) if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and not value.args else ""


def _put(site: Site, scope: tuple[ast.AST, ...]) -> dict[str, set[str]]:
    """What is put into each collection, as it is written."""
    found: dict[str, set[str]] = {}
    for node in scope:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FILLING and node.args:
            found.setdefault(site.src(node.func.value), set()).add(site.src(node.args[-1]))
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.setdefault(site.src(node.value), set()).add(site.src(node.slice))
    return found
