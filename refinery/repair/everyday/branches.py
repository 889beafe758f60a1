"""Branches that are never reached, since a wider one stands above: conditions, and handlers of errors."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from refinery.repair.mutation import Mutation, Site, number_in, short
from refinery.repair.world import name_of

_Branch = TypeVar("_Branch")
FAMILY = "order of branches"
LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Eq: ast.Eq}
ABOVE = {
    "bool": "int",
    "datetime": "date",
    "OrderedDict": "dict",
    "defaultdict": "dict",
    "Counter": "dict",
    "JSONDecodeError": "ValueError",
}
"""Kinds of the standard library that are also of another kind."""


def propose(site: Site) -> Iterator[Mutation]:
    """The branches in the order in which each has something to take."""
    statement = site.statement.node
    if isinstance(statement, ast.Try):
        ordered = _ordered(statement.handlers, lambda one, other: _catches(site, one.type, other.type))
        yield from _moved(site, [site.module.span(each) for each in statement.handlers], ordered, "Catch the narrower error first")
    elif isinstance(statement, ast.If):
        chain = list(_chain(site, statement))
        spans = [(site.module.span(each.test)[0], site.module.span(each.body[-1])[1]) for each in chain]
        ordered = _ordered([each.test for each in chain], lambda one, other: takes(site, one, other))
        moved = next((place for place, taken in enumerate(ordered) if place != taken), 0)
        said = f"Ask for `{short(site.src(chain[ordered[moved]].test))}` before `{short(site.src(chain[moved].test))}`"
        yield from _moved(site, spans, ordered, said)


def each_of(node: ast.expr) -> list[ast.expr]:
    """The kinds of a handler, be they one or more."""
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _moved(site: Site, spans: Sequence[tuple[int, int]], order: list[int], says: str) -> Iterator[Mutation]:
    text = site.module.text
    if order != sorted(order):
        changes = [(*spans[place], text[spans[taken][0] : spans[taken][1]]) for place, taken in enumerate(order) if place != taken]
        yield site.at_once(changes, FAMILY, says, 0.9)


def _ordered(branches: Sequence[_Branch], takes_all: Callable[[_Branch, _Branch], bool]) -> list[int]:
    """Places of the branches: one that another takes all of stands before it."""
    order: list[int] = []
    for place, branch in enumerate(branches):
        at = next((where for where, earlier in enumerate(order) if takes_all(branches[earlier], branch)), len(order))
        order.insert(at, place)
    return order


def _chain(site: Site, statement: ast.If) -> Iterator[ast.If]:
    """The conditions of which the first that holds is taken: `elif`, or an `if` behind one that always leaves."""
    above = site.parent(statement)
    if isinstance(above, ast.If) and statement in above.orelse and site.module.text.startswith("elif", site.module.span(statement)[0]):
        yield statement
        return
    block = site.module.block(statement)
    following = block[block.index(statement) + 1 :]
    current: ast.If | None = statement
    while current is not None:
        yield current
        if current.orelse:
            inner = current.orelse[0]
            elif_ = isinstance(inner, ast.If) and site.module.text.startswith("elif", site.module.span(inner)[0])
            current = inner if elif_ and isinstance(inner, ast.If) else None
            following = []
        else:
            behind = following.pop(0) if following and isinstance(current.body[-1], LEAVES) else None
            current = behind if isinstance(behind, ast.If) and isinstance(behind.body[-1], LEAVES) else None


def takes(site: Site, wide: ast.expr, narrow: ast.expr) -> bool:
    """Whether a condition holds wherever the other does, so that nothing is left for that one behind it."""
    if isinstance(narrow, ast.BoolOp) and isinstance(narrow.op, ast.And):
        return any(takes(site, wide, part) or site.src(wide) == site.src(part) for part in narrow.values)
    if isinstance(wide, ast.BoolOp) and isinstance(wide.op, ast.Or):
        return any(takes(site, part, narrow) or site.src(part) == site.src(narrow) for part in wide.values)
    if isinstance(wide, ast.Compare) and isinstance(narrow, ast.Compare) and len(wide.ops) == len(narrow.ops) == 1:
        return _compares(site, wide, narrow)
    if isinstance(wide, ast.Call) and isinstance(narrow, ast.Call) and len(wide.args) == len(narrow.args) > 0:
        if site.src(wide.func) != site.src(narrow.func):
            return False
        name, one, other = name_of(wide.func), wide.args[-1], narrow.args[-1]
        if site.src(wide.func) in ("isinstance", "issubclass") and site.src(wide.args[0]) == site.src(narrow.args[0]):
            return all(any(below(site, kind, of) for of in kinds(one)) for kind in kinds(other))
        if name in ("startswith", "endswith") and isinstance(one, ast.Constant) and isinstance(other, ast.Constant):
            shorter, longer = str(one.value), str(other.value)
            return shorter != longer and bool(getattr(longer, name)(shorter))
    return False


def _compares(site: Site, wide: ast.Compare, narrow: ast.Compare) -> bool:
    one, other = _read(site, wide), _read(site, narrow)
    if one is None or other is None:
        texts = isinstance(wide.ops[0], ast.In) and isinstance(narrow.ops[0], ast.In)
        if texts and site.src(wide.comparators[0]) == site.src(narrow.comparators[0]):
            found, longer = getattr(wide.left, "value", None), getattr(narrow.left, "value", None)
            return isinstance(found, str) and isinstance(longer, str) and found != longer and found in longer
        return False
    (about, sign, limit), (of, same, bound) = one, other
    if about != of:
        one_by, other_by = _divided(site, wide.left), _divided(site, narrow.left)
        if one_by is None or other_by is None or one_by[0] != other_by[0] or not limit == bound == 0:
            return False
        return sign is same is ast.Eq and one_by[1] != other_by[1] and other_by[1] % one_by[1] == 0
    strict = sign in (ast.Gt, ast.Lt)
    if sign in (ast.Gt, ast.GtE) and same in (ast.Gt, ast.GtE, ast.Eq):
        return bound > limit or (bound == limit and not (strict and same is not ast.Gt) and sign is not same)
    if sign in (ast.Lt, ast.LtE) and same in (ast.Lt, ast.LtE, ast.Eq):
        return bound < limit or (bound == limit and not (strict and same is not ast.Lt) and sign is not same)
    return False


def _divided(site: Site, node: ast.expr) -> tuple[str, int] | None:
    """What is divided by which number, where the rest is asked for."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mod) or not isinstance(node.right, ast.Constant):
        return None
    value = node.right.value
    return (site.src(node.left), value) if isinstance(value, int) and value > 0 else None


def _read(site: Site, node: ast.Compare) -> tuple[str, type[ast.cmpop], float] | None:
    """What is compared with which number, and how."""
    left, right, sign = node.left, node.comparators[0], type(node.ops[0])
    value = _number(site, right)
    if value is None and (value := _number(site, left)) is not None:
        left, right = right, left
        sign = TURNED.get(sign, ast.In)
    return (site.src(left), sign, value) if value is not None and sign in TURNED else None


def _number(site: Site, node: ast.expr) -> float | None:
    if isinstance(node, ast.Name) and node.id in site.module.globals:
        given = [each.value for each in site.module.tree.body if isinstance(each, ast.Assign) and name_of(each.targets[0]) == node.id]
        node = given[0] if len(given) == 1 else node
    return number_in(node)


def _catches(site: Site, wide: ast.expr | None, narrow: ast.expr | None) -> bool:
    if wide is None or narrow is None:
        return False
    return all(any(below(site, kind, of) for of in kinds(wide)) for kind in kinds(narrow))


def kinds(node: ast.expr) -> list[str]:
    """Their names."""
    return [name_of(part) for part in each_of(node)]


def below(site: Site, name: str, other: str, deep: int = 8) -> bool:
    """Whether a class is a kind of another one, and not that one."""
    own, theirs = getattr(builtins, name, None), getattr(builtins, other, None)
    if isinstance(own, type) and isinstance(theirs, type):
        return own is not theirs and issubclass(own, theirs)
    known = site.world.classes.get(name)
    bases = [name_of(base) for base in known.bases] if known else [ABOVE[name]] if name in ABOVE else []
    return deep > 0 and any(base == other or below(site, base, other, deep - 1) for base in bases)
