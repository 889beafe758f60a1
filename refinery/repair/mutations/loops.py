"""Loops that forget something: a variable is never moved on, a collection never filled, a rest left over at the end."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short

FAMILY = "missing update"
LAST = "last of a group"
REPEATED = "step repeated"
MOST = 6
Loop = ast.For | ast.AsyncFor | ast.While
GROWS = frozenset({"append", "add", "extend", "update", "insert", "appendleft", "setdefault", "push"})


def propose(site: Site) -> Iterator[Mutation]:
    """Updates for what a loop reads and never changes, each at the ends of the blocks in it."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    loop = site.module.loop(statement)
    if loop is not None and _near_the_end(site, statement):
        yield from _moved_on(site, function, loop)
    skips = isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Continue)
    if loop is not None and (_ends_a_block(site, statement) or skips):
        yield from _filled(site, function, loop)
    if isinstance(statement, Loop):
        yield from _left_over(site, statement)
    if isinstance(statement, ast.If):
        yield from _repeated(site, statement)
        if loop is not None:
            yield from _counted(site, statement, loop)
    if loop is not None and isinstance(statement, ast.Assign):
        yield from _own_value(site, function, statement, loop)
    if loop is not None:
        yield from _itself(site, loop)
        yield from _once(site, loop)
    yield from _at_once(site)
    yield from _in_one_go(site)


def _in_one_go(site: Site) -> Iterator[Mutation]:
    """Texts replaced one after the other, of which a later one finds what an earlier one has put: all are replaced at once."""
    loop = site.statement.node
    if not (isinstance(loop, ast.For) and len(loop.body) == 1 and not loop.orelse and isinstance(loop.body[0], ast.Assign)):
        return
    change = loop.body[0]
    call, target = change.value, change.targets[0]
    replaces = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "replace" and len(call.args) == 2
    if not replaces or not isinstance(target, ast.Name) or site.src(call.func.value) != target.id:  # type: ignore[attr-defined]
        return
    old, new = (site.src(each) for each in call.args)  # type: ignore[attr-defined]
    begin = site.module.text.rfind("\n", 0, site.module.span(loop)[0]) + 1
    indent = site.module.text[begin : site.module.span(loop)[0]]
    code = (
        f"instead = {{{old}: {new} for {site.src(loop.target)} in {site.src(loop.iter)}}}\n"
        f'{indent}pattern = "|".join(map(re.escape, sorted(instead, key=len, reverse=True)))\n'
        f"{indent}{target.id} = re.sub(pattern, lambda found: instead.get(found[0], found[0]), {target.id})"
    )
    if not indent.strip():
        yield replace(site.put(loop, code, "at once", f"Replace all in `{target.id}` in one go", 0.4), imports="re")


def _moved_on(site: Site, function: Function, loop: ast.For | ast.AsyncFor | ast.While) -> Iterator[Mutation]:
    """What stays the same in every round: the variables of the loop's condition, and those that were given a start before it."""
    read, stored = _names(site, loop)
    tested = {part.id for part in ast.walk(loop.test) if isinstance(part, ast.Name)} if isinstance(loop, ast.While) else set()
    called = {part.func.id for part in ast.walk(loop) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}
    forever = isinstance(loop, ast.While) and not tested
    hangs = isinstance(loop, ast.While) and not tested & stored and not _grows(loop)
    fresh = [name for name in site.locals if name in stored]
    starts = _starts(site, function, loop)
    still = [name for name in starts if name not in stored and name not in called]
    for name in sorted(still, key=lambda each: each not in tested)[:MOST]:
        start = starts[name]
        wanted = name in tested or name in read
        weight = (
            1.0 if hangs and name in tested else 0.8 if forever and name in read else 0.65 if name in tested or name not in read else 0.5
        )
        number = isinstance(start, ast.Constant) and type(start.value) in (int, float)
        if number or (name in tested and not isinstance(start, ast.Constant)):
            for change, prior in (("+= 1", 0.6), ("-= 1", 0.4), ("//= 2", 0.15)):
                yield _after(site, f"{name} {change}", f"Move `{name}` on in every round", prior * weight)
        if name not in read:  # nothing in the loop asks for it: what is found there was meant to be kept
            for path in [path for path in site.paths if re.split(r"[.\[]", path)[0] in fresh][:4]:
                yield from _both(site, f"{name} = {path}", f"Keep `{path}` in `{name}`", 0.4)
            for other in [each for each in fresh if each != name][:4]:
                yield from _both(site, f"{name} = {other}", f"Keep `{other}` in `{name}`", 0.25)
        for other in [each for each in fresh if each != name][:4]:
            yield _after(site, f"{name} = {other}", f"Keep `{other}` in `{name}` for the next round", (0.45 if wanted else 0.25) * weight)
            if number:
                yield _after(site, f"{name} += {other}", f"Add `{other}` to `{name}`", (0.2 if wanted else 0.5) * weight)
                for best in ("max", "min"):
                    yield _after(site, f"{name} = {best}({name}, {other})", f"Keep the {best} of `{other}` in `{name}`", 0.2 * weight)
        for follow in sorted({part.attr for part in ast.walk(function) if isinstance(part, ast.Attribute)} & FOLLOWS):
            if name in tested:
                yield _after(site, f"{name} = {name}.{follow}", f"Go on from `{name}` to its `{follow}`", 0.5 * weight)
    for name in [each for each in tested if each in stored][:3]:
        for change, prior in (("+= 1", 0.14), ("-= 1", 0.14)):
            yield _after(site, f"{name} {change}", f"Move `{name}` on here too", prior)


FOLLOWS = frozenset({"next", "after", "rest", "tail", "parent", "left", "right", "successor", "previous", "prev"})


def _filled(site: Site, function: Function, loop: ast.For | ast.AsyncFor | ast.While) -> Iterator[Mutation]:
    """A collection that begins empty and that nothing is ever put into."""
    text = site.module.source(function)
    fresh = [name for name in site.names_at(site.statement.node) if name not in ("self", "cls")]
    for name, start in _starts(site, function, loop).items():
        kind = _empty(start)
        if not kind or any(f"{name}.{verb}(" in text for verb in GROWS) or f"{name}[" in text or f"{name} +=" in text:
            continue
        for other in [each for each in fresh if each != name][:MOST]:
            if kind == "list":
                yield _after(site, f"{name}.append({other})", f"Put `{other}` into `{name}`", 0.55)
            elif kind == "set":
                yield _after(site, f"{name}.add({other})", f"Put `{other}` into `{name}`", 0.55)


def _left_over(site: Site, loop: ast.stmt) -> Iterator[Mutation]:
    """What was being collected, or carried from round to round, when the loop ended is put where the loop put things before."""
    seen: set[str] = set()
    grown = {part.target.id for part in ast.walk(loop) if isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name)}
    for node in site.module.inside(loop):
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute)):
            continue
        call, func = node.value, node.value.func
        if func.attr not in ("append", "add", "insert", "appendleft") or len(call.args) not in (1, 2):
            continue
        yield from _carried(
            site, loop, call, f"{site.src(func)}({site.src(call.args[0])}, " if len(call.args) == 2 else f"{site.src(func)}("
        )
        code = site.src(node)
        names = [part.id for part in ast.walk(call.args[-1]) if isinstance(part, ast.Name) and part.id in site.locals]
        if code in seen or "\n" in code or not names or not isinstance(site.parent(node), ast.If):
            continue
        seen.add(code)
        yield site.add(code, "after", FAMILY, f"Do `{short(code)}` once more after the loop", 0.3)
        guard = site.parent(node)
        if isinstance(guard, ast.If) and guard.body == [node] and _begun_anew(site, guard, names):
            says = f"Do `{short(code)}` for the last one too, after the loop"
            yield site.add(f"if {site.src(guard.test)}:\n    {code}", "after", LAST, says, 0.75)
        for name in sorted(dict.fromkeys(names), key=lambda each: each not in grown)[:2]:
            yield site.add(f"if {name}:\n    {code}", "after", FAMILY, f"Do `{short(code)}` after the loop if `{name}` is left", 0.3)


def _begun_anew(site: Site, guard: ast.If, names: Sequence[str]) -> bool:
    """Whether what is put away where there is something is begun anew right behind that."""
    block = site.module.block(guard)
    behind = block[block.index(guard) + 1 :]
    asked = {part.id for part in ast.walk(guard.test) if isinstance(part, ast.Name)} & set(names)
    targets = [each.targets[0] for each in behind if isinstance(each, ast.Assign)]
    stored = {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}
    return bool(stored & asked)


def _carried(site: Site, loop: ast.stmt, call: ast.Call, opening: str) -> Iterator[Mutation]:
    """A name that every round changes, starting from what it was, and that nothing reads after the last."""
    given = call.args[-1]
    wrap = site.src(given.func) if isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and len(given.args) == 1 else ""
    end = loop.end_lineno or loop.lineno
    function = site.function
    after = {part.id for part in ast.walk(function) if isinstance(part, ast.Name) and part.lineno > end} if function else set()
    read, stored = _names(site, loop)
    before = {part.id for part in ast.walk(function) if isinstance(part, ast.Name) and part.lineno < loop.lineno} if function else set()
    before |= {argument.arg for argument in function.args.args} if function else set()
    for name in sorted((read & stored & before) - after)[:3]:
        value = f"{wrap}({name})" if wrap else name
        divided = any(
            isinstance(part, ast.AugAssign) and isinstance(part.op, ast.FloorDiv | ast.Div) and site.src(part.target) == name
            for part in site.module.inside(loop)
        )
        code = f"if {name}{' > 1' if divided else ''}:\n    {opening}{value})"
        yield site.add(code, "after", FAMILY, f"Put `{short(value)}` where the others are, if something is left", 0.28)


def _repeated(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`if` for `while`, where what is done changes what is asked."""
    start = site.module.span(statement)[0]
    tested = {part.id for part in ast.walk(statement.test) if isinstance(part, ast.Name)}
    changed = {
        part.id for each in statement.body for part in ast.walk(each) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    leaves = any(isinstance(part, ast.Return | ast.Raise | ast.Break | ast.Continue) for each in statement.body for part in ast.walk(each))
    asked = {part.func.attr for part in ast.walk(statement.test) if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)}
    likes = any(
        isinstance(each, ast.While) and asked & {part.attr for part in ast.walk(each.test) if isinstance(part, ast.Attribute)}
        for each in site.module.inside(site.module.tree)
    )
    if asked and likes and not leaves and not statement.orelse and site.module.text.startswith("if", start):
        yield site.between(start, start + 2, "while", REPEATED, "Repeat the step as long as there are more, as elsewhere", 0.4)
    elif tested & changed and not leaves and not statement.orelse and site.module.text.startswith("if", start):
        steps = any(isinstance(each, ast.AugAssign) and site.src(each.target) in tested for each in statement.body)
        says = "Repeat the step as long as the condition holds"
        yield site.between(start, start + 2, "while", REPEATED, says, 0.65 if steps else 0.45)


def _counted(site: Site, statement: ast.If, loop: ast.stmt) -> Iterator[Mutation]:
    """`if left[x] == 0` in a loop that never changes `left[x]`: it is counted before it is asked."""
    test = statement.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.comparators[0], ast.Constant)):
        return
    path = test.left
    if not isinstance(path, ast.Subscript | ast.Attribute) or type(test.comparators[0].value) is not int:
        return
    text = site.src(path)
    if any(
        isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store) and site.src(node) == text
        for node in ast.walk(loop)
    ):
        return
    for sign in ("-= 1", "+= 1"):
        yield site.add(f"{text} {sign}", "before", FAMILY, f"Count `{short(text)}` before it is asked for", 0.5)


def _own_value(site: Site, function: Function, statement: ast.Assign, loop: ast.stmt) -> Iterator[Mutation]:
    """`total = a * b` in a loop, where `total` was given a start: what it holds was meant to be used."""
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or target.id not in _starts(site, function, loop):
        return
    read = [node for node in ast.walk(statement.value) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    if any(node.id == target.id for node in read):
        return
    for node in read:
        parent = site.parent(node)
        if not (isinstance(parent, ast.Call) and parent.func is node) and not isinstance(parent, ast.Attribute):
            says = f"Go on from what `{target.id}` holds, instead of `{node.id}`"
            yield site.put(node, target.id, FAMILY, says, 0.4)


def _once(site: Site, loop: ast.For | ast.AsyncFor | ast.While) -> Iterator[Mutation]:
    """The first that fits is kept, and not the last: a loop ends where it found something; or goes on, where it ended too early."""
    statement, outer = site.statement.node, site.parent(site.statement.node)
    if isinstance(statement, ast.Break) and isinstance(outer, ast.If) and len(outer.body) > 1:
        yield site.put(statement, "pass", "jump", "Go on to the end of the loop", 0.25)
    found = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name | ast.Attribute | ast.Tuple)
    if found and isinstance(outer, ast.If) and outer.body[-1] is statement and isinstance(loop, ast.For | ast.AsyncFor):
        yield site.add("break", "after", "jump", "Stop at the first that fits", 0.35)


def _itself(site: Site, loop: ast.stmt) -> Iterator[Mutation]:
    """Two loops over the same things, or over steps to all sides: a thing is not its own neighbour."""
    outer = site.module.loop(loop)
    if not (isinstance(loop, ast.For) and isinstance(outer, ast.For) and loop.body[0] is site.statement.node):
        return
    if not (isinstance(loop.target, ast.Name) and isinstance(outer.target, ast.Name)) or site.src(loop.iter) != site.src(outer.iter):
        return
    one, other = outer.target.id, loop.target.id
    steps = "-1" in site.src(loop.iter)
    test = f"{one} == 0 and {other} == 0" if steps else f"{one} == {other}"
    yield site.add(f"if {test}:\n    continue", "before", "itself", f"Leave out what it is itself: `{test}`", 0.4)


def _at_once(site: Site) -> Iterator[Mutation]:
    """`a = b` and then `b = a + b`: the second should have seen the old value."""
    first = site.statement.node
    outer = site.parent(first)
    for block in (getattr(outer, name, None) for name in ("body", "orelse")):
        if not isinstance(block, list) or first not in block or block.index(first) + 1 >= len(block):
            continue
        second = block[block.index(first) + 1]
        if not (isinstance(first, ast.Assign) and isinstance(second, ast.Assign) and len(first.targets) == len(second.targets) == 1):
            continue
        one, other = first.targets[0], second.targets[0]
        read = {site.src(part) for part in ast.walk(second.value) if isinstance(part, ast.Name | ast.Subscript | ast.Attribute)}
        if site.src(one) in read and not isinstance(one, ast.Tuple) and not isinstance(other, ast.Tuple):
            start, end = site.module.span(first)[0], site.module.span(second)[1]
            new = f"{site.src(one)}, {site.src(other)} = {site.src(first.value)}, {site.src(second.value)}"
            yield site.between(start, end, new, "at once", f"Set `{short(site.src(one))}` and `{short(site.src(other))}` at once", 0.4)


def _after(site: Site, code: str, says: str, prior: float) -> Mutation:
    """At the end of the block, or just before its last statement where that moves on to the next thing."""
    statement = site.statement.node
    jumps = isinstance(statement, ast.Continue | ast.Break | ast.Return)
    last = _ends_a_block(site, statement)
    return site.add(code, "before" if jumps else "after", FAMILY, says, prior if last else prior * 0.75)


def _both(site: Site, code: str, says: str, prior: float) -> Iterator[Mutation]:
    """Before a statement that is a block by itself, and after it."""
    outer = site.parent(site.statement.node)
    if any(
        isinstance(block, list) and block == [site.statement.node]
        for block in (getattr(outer, "body", None), getattr(outer, "orelse", None))
    ):
        yield site.add(code, "before", FAMILY, says, prior)
    yield _after(site, code, says, prior * 0.8)


def _ends_a_block(site: Site, statement: ast.stmt) -> bool:
    """Whether it is the last of a block within the loop."""
    outer = site.parent(statement)
    return any(
        isinstance(block, list) and block and block[-1] is statement
        for block in (getattr(outer, "body", None), getattr(outer, "orelse", None))
    )


def _near_the_end(site: Site, statement: ast.stmt) -> bool:
    """The last of its block, or the one before it."""
    outer = site.parent(statement)
    blocks = [block for block in (getattr(outer, "body", None), getattr(outer, "orelse", None)) if isinstance(block, list)]
    return any(statement in block[-2:] for block in blocks)


def _names(site: Site, loop: ast.stmt) -> tuple[set[str], set[str]]:
    """Names that a loop reads, and those it binds."""
    found = [node for node in site.module.inside(loop) if isinstance(node, ast.Name)]
    stored = {node.id for node in found if isinstance(node.ctx, ast.Store)}
    return {node.id for node in found if isinstance(node.ctx, ast.Load)}, stored


def _starts(site: Site, function: Function, loop: ast.stmt) -> dict[str, ast.expr]:
    """What names are given before the loop, the latest value; parameters are given themselves."""
    found: dict[str, ast.expr] = {}
    for argument in function.args.args:
        found[argument.arg] = ast.Name(argument.arg)
    for node in site.module.inside(function):
        if isinstance(node, ast.Assign) and node.lineno < loop.lineno:
            for target in node.targets:
                pairs = [(target, node.value)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
                    pairs = list(zip(target.elts, node.value.elts, strict=True))
                found.update({name.id: value for name, value in pairs if isinstance(name, ast.Name)})
    return found


def _empty(node: ast.expr) -> str:
    if isinstance(node, ast.List) and not node.elts:
        return "list"
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return called if called in ("set", "list") and isinstance(node, ast.Call) and not node.args else ""


def _grows(loop: ast.AST) -> bool:
    """Whether something is taken out of or put into a collection: the condition may ask that."""
    return any(
        isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in GROWS | {"pop", "popleft", "remove"}
        for part in ast.walk(loop)
    )
