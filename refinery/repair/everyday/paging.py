"""Going through something page by page or up to a limit: steps of the wrong size, a last part that is lost, limits asked for too late."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

STEP = "step of pages"
LAST = "last page"
LIMIT = "limit asked too late"
SIZES = frozenset({"limit", "size", "page", "per", "count", "top", "batch", "chunk", "take", "rows", "window", "length"})
"""What the size of a page is called."""
PLACES = frozenset({"offset", "start", "skip", "position", "begin"})
"""What the place is called at which one begins."""
NUMBERS = frozenset({"number", "no", "num", "index"})
LEAVES = (ast.Break, ast.Continue, ast.Return, ast.Raise)
PUTS = ("append", "extend", "update", "add", "write", "send", "put", "insert")
INCLUSIVE = {ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">", ast.Lt: "<="}
"""How a sum that may just reach a limit is compared with it."""
AS_IT_IS = {ast.GtE: ">=", ast.Lt: "<"}


def propose(site: Site) -> Iterator[Mutation]:
    """Steps, last parts and limits of loops."""
    statement = site.statement.node
    if site.function is None:
        return
    if isinstance(statement, ast.For):
        yield from _whole_parts(site, statement, statement)
    for node in site.statement.nodes:
        if isinstance(node, ast.ListComp | ast.GeneratorExp) and len(node.generators) == 1:
            yield from _whole_parts(site, node.generators[0], node.elt)
    loop = site.module.loop(statement)
    if loop is None:
        return
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        yield from _step(site, statement, loop)
    elif isinstance(statement, ast.If):
        yield from _left_too_soon(site, statement)
        yield from _asked_too_late(site, statement, loop)


def _step(site: Site, statement: ast.AugAssign, loop: ast.stmt) -> Iterator[Mutation]:
    """`skip += 1` where pages begin at `skip` and have a size: the next one begins a page further."""
    if not (isinstance(statement.target, ast.Name) and isinstance(statement.value, ast.Constant) and statement.value.value == 1):
        return
    name = statement.target.id
    for node in site.module.inside(loop):
        for size in dict.fromkeys(_sizes(site, node, name)):
            yield site.put(statement.value, size, STEP, f"Go on by `{short(size)}`, the size of a page", 0.65)
        outer = site.parent(node)
        if isinstance(node, ast.Call) and isinstance(outer, ast.Assign) and parts(name) & PLACES and _handed(node, name):
            page = f"len({name_of(outer.targets[0])})"
            yield site.put(statement.value, page, STEP, f"Go on by as many as came: `{page}`", 0.35)


def _handed(node: ast.Call, name: str) -> list[tuple[str, ast.expr]]:
    """What is handed over beside a name; nothing where it is the number of a page, not where one begins."""
    given = [("", each) for each in node.args] + [(word.arg or "", word.value) for word in node.keywords]
    own = next((word for word, value in given if _is(value, name)), None)
    if own is None or (parts(own) & {"page", *NUMBERS} and not parts(own) & PLACES):
        return []
    return [(word or (name if parts(name) & PLACES else ""), value) for word, value in given]


def _sizes(site: Site, node: ast.AST, name: str) -> Iterator[str]:
    """How large a page is that begins at a place: by what is handed over beside it, or by where the slice ends."""
    if isinstance(node, ast.Call):
        for word, value in _handed(node, name):
            plain = isinstance(value, ast.Name | ast.Attribute) and not _is(value, name)
            if plain and ((parts(word) | parts(name_of(value))) & SIZES or word == name):
                yield site.src(value)
    elif isinstance(node, ast.Slice) and _is(node.lower, name) and isinstance(node.upper, ast.BinOp):
        end = node.upper
        yield from [site.src(end.right)] if _is(end.left, name) and not isinstance(end.right, ast.Constant) else []


def _left_too_soon(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`if done(part): break` before the part is put with the others: the last one is lost."""
    block = getattr(site.parent(statement), "body", [])
    if statement not in block or statement.orelse or not isinstance(statement.body[0], ast.Break | ast.Return):
        return
    place = block.index(statement)
    made = {name_of(each.targets[0]): at for at, each in enumerate(block[:place]) if isinstance(each, ast.Assign)}
    for late, kept in enumerate(block[place + 1 :], place + 1):
        if not _keeps(kept):
            continue
        known = [made[node.id] for node in ast.walk(kept) if isinstance(node, ast.Name) and node.id in made]
        test = statement.test.operand if isinstance(statement.test, ast.UnaryOp) else None
        between = {each.id for other in block[place + 1 : late] for each in ast.walk(other) if isinstance(each, ast.Name)}
        if between & {each.id for each in ast.walk(kept) if isinstance(each, ast.Name)}:
            continue
        if not known or (test is not None and site.src(test) in site.src(kept)) or "\n" in site.src(kept):
            continue
        after = block[max(known)]
        if after.lineno == block[max(known) + 1].lineno:
            continue
        start, end = site.module.span(block[max(known) + 1])[0], site.module.span(kept)[1]
        before = site.module.text[start : site.module.span(block[late - 1])[1]]
        new = f"{site.src(kept)}\n{' ' * statement.col_offset}{before}"
        yield site.between(start, end, new, LAST, f"Do `{short(site.src(kept))}` before the loop may be left", 0.6)
        return


def _keeps(statement: ast.stmt) -> bool:
    """Whether something is put with others."""
    called = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(statement, ast.AugAssign) or (
        isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and called.func.attr in PUTS
    )


def _asked_too_late(site: Site, statement: ast.If, loop: ast.stmt) -> Iterator[Mutation]:
    """`if load > most: break` before `load += weight`: asked is what is on board, not what will be."""
    test = statement.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in INCLUSIVE):
        return
    inside = isinstance(test.ops[0], ast.Lt | ast.LtE)
    if not inside and not isinstance(statement.body[-1], LEAVES) and not statement.orelse:
        return
    counted = test.left
    length = isinstance(counted, ast.Call) and name_of(counted.func) == "len" and len(counted.args) == 1
    held = counted.args[0] if isinstance(counted, ast.Call) and length else counted
    if not isinstance(held, ast.Name | ast.Attribute):
        return
    adds = [each for each in site.module.inside(loop) if isinstance(each, ast.AugAssign) and isinstance(each.op, ast.Add)]
    added = [each.value for each in adds if each.lineno > statement.lineno and site.src(each.target) == site.src(held)]
    bound = {each.id for each in ast.walk(loop) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
             and each.lineno > statement.lineno and each.id not in site.src(held).split(".")}  # fmt: skip
    if (
        len(added) != 1
        or isinstance(added[0], ast.Constant)
        or bound & {each.id for each in ast.walk(added[0]) if isinstance(each, ast.Name)}
    ):
        return
    more = f"len({site.src(added[0])})" if length else grouped(site, added[0])
    signs = dict.fromkeys((INCLUSIVE[type(test.ops[0])], AS_IT_IS.get(type(test.ops[0]), INCLUSIVE[type(test.ops[0])])))
    for at, sign in enumerate(signs):
        new = f"{site.src(counted)} + {more} {sign} {site.src(test.comparators[0])}"
        yield site.put(test, new, LIMIT, f"Ask for the limit with what comes counted in: `{short(new)}`", 0.65 - 0.2 * at)


def _whole_parts(site: Site, loop: ast.For | ast.comprehension, around: ast.AST) -> Iterator[Mutation]:
    """`range(len(a) // n)` and `range(0, len(a) - n, n)` of slices of n: the last, shorter one is a part too."""
    called = loop.iter
    if not (isinstance(called, ast.Call) and name_of(called.func) == "range" and called.args):
        return
    if not any(isinstance(node, ast.Slice) for node in site.module.inside(around)):
        return
    stop = called.args[0] if len(called.args) == 1 else called.args[1]
    if len(called.args) == 1 and isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.FloorDiv):
        new = f"-(-{grouped(site, stop.left)} // {grouped(site, stop.right)})"
        yield site.put(stop, new, LAST, f"Count what is begun of `{short(site.src(stop.right))}` as a part too", 0.8)
    elif len(called.args) == 3:
        step = site.src(called.args[2])
        for node in ast.walk(stop):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and site.src(node.right) == step:
                start, end = site.module.span(stop)
                first, last = (each - start for each in site.module.span(node))
                whole = spliced(site.module.text[start:end], [(first, last, site.src(node.left))])
                new = whole.removesuffix(" + 1")
                yield site.put(stop, new, LAST, f"Go on to `{short(new)}`: the last part may be shorter", 0.65)


def _is(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
