"""What is meant for one round of a loop, and is begun once before all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "begun anew"
FRESH = (ast.Constant, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.Tuple)
SURE = 0.8
FILLS = frozenset({"append", "add", "extend", "update", "insert", "setdefault", "appendleft"})


def propose(site: Site) -> Iterator[Mutation]:
    """`found = False` moved into the loop each round of which sets it and asks for it."""
    statement = site.statement.node
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)):
        return
    made = statement.value
    if not (isinstance(made, FRESH) or (isinstance(made, ast.Call) and not made.args and name_of(made.func) in ("set", "list", "dict"))):
        return
    name, block = statement.targets[0].id, site.module.block(statement)
    behind = block[block.index(statement) + 1 :]
    loop = next((each for each in behind if _names(site, each, name)), None)
    if not isinstance(loop, ast.For) or any(_names(site, each, name) for each in behind[behind.index(loop) + 1 :]):
        return
    prior = _used_in_a_round(site, loop, name)
    if prior < SURE and isinstance(made, ast.Constant) and not isinstance(made.value, bool):
        return  # a count that goes on from round to round
    if prior:
        module, (start, end) = site.module, site.module.span(statement)
        line, first = module.text.rfind("\n", 0, start) + 1, loop.body[0]
        if module.text[line:start].strip() or module.text[end : end + 1] != "\n":
            return
        at = module.span(first)[0]
        code = f"{module.text[start:end]}\n{' ' * first.col_offset}"
        says = f"Begin `{short(site.src(statement))}` anew in each round"
        yield site.at_once([(line, end + 1, ""), (at, at, code)], FAMILY, says, prior)


def _names(site: Site, node: ast.stmt, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in site.module.inside(node))


def _used_in_a_round(site: Site, loop: ast.For, name: str) -> float:
    """How likely a round sets a name and asks for it behind that, and no other round does."""
    written, inner, handed = -1, False, False
    for place, part in enumerate(loop.body):
        for node in site.module.inside(part):
            if not isinstance(node, ast.Name) or node.id != name:
                continue
            outer = site.parent(node)
            filled = isinstance(outer, ast.Attribute) and outer.attr in FILLS
            stored = isinstance(outer, ast.Subscript) and outer.value is node and isinstance(outer.ctx, ast.Store)
            if isinstance(node.ctx, ast.Store) or filled or stored:
                own = isinstance(outer, ast.Assign) and any(
                    isinstance(each, ast.Name) and each.id == name for each in ast.walk(outer.value)
                )
                if written < 0 and isinstance(outer, ast.Assign) and part is outer and not own:
                    return 0.0  # each round gives it a value
                written, inner = place, inner or isinstance(part, ast.For | ast.While)
            elif written < 0 or place < written or (place == written and isinstance(part, ast.If)):
                return 0.0  # what the rounds before have left is asked for
            elif place > written:
                handed = True
    return SURE if handed and inner else 0.45 if handed else 0.0
