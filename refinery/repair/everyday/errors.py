"""Errors that do not reach whom they are for: made and not raised, swallowed on the way, or met before what had to be tidied up."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from refinery.repair.everyday.branches import below
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "error lost"
TIDY = "tidied up"
PAIRS = {
    "acquire": "release", "open": "close", "lock": "unlock", "start": "stop", "begin": "end", "connect": "disconnect", "push": "pop",
    "enable": "disable", "subscribe": "unsubscribe", "attach": "detach", "mount": "unmount", "enter": "leave", "append": "pop",
    "add": "remove", "setUp": "tearDown", "pause": "resume", "suspend": "resume", "checkout": "checkin", "reserve": "release",
}  # fmt: skip
"""What is done first, and what undoes it."""
MOST = 12
"""Statements behind the first that may undo it."""
PASSES = (ast.Pass, ast.Continue)


def propose(site: Site) -> Iterator[Mutation]:
    """`raise` where it lacks, the last error of many tries, and `finally` around what has to be done in any case."""
    yield from _unraised(site)
    yield from _hidden(site)
    yield from _swallowed(site)
    yield from _yielded(site)
    yield from _between(site)


def _unraised(site: Site) -> Iterator[Mutation]:
    """`ValueError("too long")` as a statement makes an error, and forgets it."""
    statement = site.statement.node
    made = statement.value if isinstance(statement, ast.Expr | ast.Return) else None
    called = made.func if isinstance(made, ast.Call) else made
    if isinstance(statement, ast.Return) and called is made:
        return  # the kind, not an error
    if isinstance(called, ast.Name | ast.Attribute) and _is_error(site, name_of(called)) and isinstance(made, ast.expr):
        start = site.module.span(statement)[0]
        prior = 0.95 if isinstance(statement, ast.Expr) else 0.5
        yield site.between(start, site.module.span(made)[0], "raise ", FAMILY, f"Raise `{short(site.src(made))}`", prior)


def _is_error(site: Site, name: str) -> bool:
    kind = getattr(builtins, name, None)
    return (isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, Warning)) or (
        name in site.world.classes and below(site, name, "Exception")
    )


def _hidden(site: Site) -> Iterator[Mutation]:
    """A `return` at the end of `finally` puts itself in the place of the error that is on its way."""
    statement, outer = site.statement.node, site.parent(site.statement.node)
    if not (isinstance(statement, ast.Return) and isinstance(outer, ast.Try) and statement in outer.finalbody[-1:]):
        return
    module, (start, end) = site.module, site.module.span(statement)
    line = module.text.rfind("\n", 0, start) + 1
    new = f"{' ' * outer.col_offset}{module.text[start:end]}"
    says = "Return behind `finally`, which hides an error otherwise"
    if len(outer.finalbody) > 1:
        yield site.between(line, end, new, FAMILY, says, 0.9)
    elif outer.handlers:
        last = (outer.orelse or outer.handlers[-1].body)[-1]
        yield site.between(module.span(last)[1], end, f"\n{new}", FAMILY, says, 0.9)


def _swallowed(site: Site) -> Iterator[Mutation]:
    """Of several tries the last must not pass over its error, or nothing is answered and nobody knows why."""
    statement, handler = site.statement.node, site.parent(site.statement.node)
    if not isinstance(handler, ast.ExceptHandler) or handler.body[-1] is not statement:
        return
    loop = site.module.loop(statement)
    if not isinstance(loop, ast.For):
        return
    attempt, tries = loop.target, loop.iter
    leaves = any(isinstance(node, ast.Raise | ast.Return | ast.Break) for part in handler.body for node in site.module.inside(part))
    tried = site.parent(handler)
    gives = isinstance(tried, ast.Try) and isinstance(tried.body[-1], ast.Return | ast.Break)
    counted = isinstance(tries, ast.Call) and site.src(tries.func) == "range" and len(tries.args) in (1, 2)
    if leaves or not gives or not counted or not isinstance(tries, ast.Call) or not isinstance(attempt, ast.Name):
        return
    stop = tries.args[-1]
    last = f"{site.src(stop)} - 1"
    if isinstance(stop, ast.Constant) and isinstance(stop.value, int):
        last = str(stop.value - 1)
    elif isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.Add) and site.src(stop.right) == "1":
        last = site.src(stop.left)
    name = "attempt" if attempt.id == "_" else attempt.id
    start, end = site.module.span(statement)
    indent = " " * statement.col_offset
    code = f"if {name} == {last}:\n{indent}    raise"
    waits = isinstance(statement, PASSES) or (
        isinstance(statement, ast.Expr) and name_of(getattr(statement.value, "func", None)) == "sleep"
    )
    changes = [(start, start, f"{code}\n{indent}") if waits else (end, end, f"\n{indent}{code}")]
    if name != attempt.id:
        changes.append((*site.module.span(attempt), name))
    yield site.at_once(changes, FAMILY, "Let the error of the last try through", 0.7)


def _yielded(site: Site) -> Iterator[Mutation]:
    """What stands behind the `yield` of a context manager is not done when an error comes, unless in `finally`."""
    function, statement = site.function, site.statement.node
    value = getattr(statement, "value", None)
    if function is None or not isinstance(value, ast.Yield):
        return
    managers = {name_of(each.func if isinstance(each, ast.Call) else each) for each in function.decorator_list}
    if managers & {"contextmanager", "asynccontextmanager", "fixture"}:
        behind = _behind(site, statement)
        tried = any(isinstance(each, ast.Try) for each in site.module.above(statement))
        if behind and not tried and not isinstance(behind[0], ast.Return):
            yield _in_any_case(site, [statement], behind, 0.85)


def _between(site: Site) -> Iterator[Mutation]:
    """`lock.acquire()`, work, `lock.release()`: the last is done also when the work fails."""
    statement = site.statement.node
    if not isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign):
        return
    behind = _behind(site, statement)[:MOST]
    undone = next((place for place, each in enumerate(behind) if _undoes(site, statement, each)), 0)
    work = behind[:undone]
    if work and any(isinstance(node, ast.Call) for part in work for node in site.module.inside(part)):
        yield _in_any_case(site, work, [behind[undone]], 0.5)


def _undoes(site: Site, first: ast.stmt, second: ast.stmt) -> bool:
    """Whether the second statement takes back the first: calls that belong together, a counter, a switch, an opened file."""
    done, undone = getattr(first, "value", None), getattr(second, "value", None)
    if isinstance(undone, ast.Call) and isinstance(second, ast.Expr) and isinstance(undone.func, ast.Attribute):
        owner = site.src(undone.func.value)
        if isinstance(first, ast.Assign) and isinstance(done, ast.Call):
            return (
                name_of(done.func) in ("open", "connect", "socket") and undone.func.attr == "close" and site.src(first.targets[0]) == owner
            )
        called = done.func if isinstance(first, ast.Expr) and isinstance(done, ast.Call) else None
        same = isinstance(called, ast.Attribute) and site.src(called.value) == owner
        return same and isinstance(called, ast.Attribute) and PAIRS.get(called.attr) == undone.func.attr
    if isinstance(first, ast.AugAssign) and isinstance(second, ast.AugAssign):
        turned = {type(first.op), type(second.op)} == {ast.Add, ast.Sub}
        return turned and site.src(first.target) == site.src(second.target) and site.src(first.value) == site.src(second.value)
    if isinstance(first, ast.Assign) and isinstance(second, ast.Assign) and site.src(first.targets[0]) == site.src(second.targets[0]):
        switch = isinstance(done, ast.Constant) and isinstance(undone, ast.Constant) and isinstance(done.value, bool)
        kept = isinstance(undone, ast.Name) and any(
            isinstance(each, ast.Assign) and site.src(each) == f"{undone.id} = {site.src(first.targets[0])}"
            for each in site.module.block(first)
        )
        shared = isinstance(first.targets[0], ast.Attribute | ast.Subscript)
        return kept or (shared and switch and isinstance(undone, ast.Constant) and undone.value is (not getattr(done, "value", None)))
    return False


def _behind(site: Site, statement: ast.stmt) -> list[ast.stmt]:
    block = site.module.block(statement)
    return block[block.index(statement) + 1 :]


def _in_any_case(site: Site, work: list[ast.stmt], ending: list[ast.stmt], prior: float) -> Mutation:
    """The work in `try`, the ending in `finally`."""
    module, indent = site.module, " " * work[0].col_offset
    (start, _), (_, middle) = module.span(work[0]), module.span(work[-1])
    (first, _), (_, end) = module.span(ending[0]), module.span(ending[-1])
    parts = [module.text[begin:stop].replace("\n", "\n    ") for begin, stop in ((start, middle), (first, end))]
    done, last = ("\n".join(line if line.strip() else "" for line in part.split("\n")) for part in parts)
    new = f"try:\n{indent}    {done}\n{indent}finally:\n{indent}    {last}"
    return site.between(start, end, new, TIDY, f"Do `{short(module.source(ending[0]))}` also when an error comes", prior)
