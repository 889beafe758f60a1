"""What a function hands on to itself, or to the next of its kind: a part that has not moved on, a level that is not the next one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from refinery.repair.module import FUNCTIONS, Function, Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters

FAMILY = "handed on"
LEVEL = "level of a grammar"
MOST = 4
FEWEST_LEVELS = 3
"""Functions that call each other in turn, from which on they are the levels of a grammar."""

_grammars: WeakKeyDictionary[Module, dict[tuple[ast.AST | None, tuple[str, ...]], dict[str, list[str]]]] = WeakKeyDictionary()
"""Made once for a file."""


def propose(site: Site) -> Iterator[Mutation]:
    """What stands beside the call for what was not moved on; the level that the function asks elsewhere."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and not node.keywords and isinstance(node.func, ast.Name | ast.Attribute):
            if name_of(node.func) == function.name and len(node.args) == len(parameters(function)):
                yield from _standing(site, function, node)
            yield from _levels(site, function, node)


def _standing(site: Site, function: Function, call: ast.Call) -> Iterator[Mutation]:
    """`walk(node, seen)` within `walk(node, seen)` goes on for ever, or finds nothing new."""
    given = parameters(function)
    same = [isinstance(each, ast.Name) and each.id == name for each, name in zip(call.args, given, strict=True)]
    still = all(same)
    for place, (argument, name) in enumerate(zip(call.args, given, strict=True)):
        yield from _from_here(site, call, argument, name)
        if not isinstance(argument, ast.Name) or (not same[place] and argument.id in given):
            continue
        asked_of = site.module.uses(function).get(name, set()) & {"base", "object"}
        others = _beside(site, call, argument.id) if place == 0 or not asked_of else []
        for new in others[:MOST] if still or (place == 0 and not same[place]) else []:
            yield site.put(argument, new, FAMILY, f"Go on with `{short(new)}`, not with `{argument.id}` again", 0.75 if still else 0.3)
        for new, prior in _counted(site, function, call, name) if same[place] else ():
            yield site.put(argument, new, FAMILY, f"Go on with `{short(new)}`, not with the same `{name}`", 0.75 if still else prior)


def _from_here(site: Site, call: ast.Call, argument: ast.expr, name: str) -> Iterator[Mutation]:
    """`pick(start + 1)` in `for at in range(start, end)`: the places before `at` were gone through by others."""
    loop = site.module.loop(site.statement.node)
    first = argument.left if isinstance(argument, ast.BinOp) else argument
    if not (isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call) and name_of(loop.iter.func) == "range" and loop.iter.args):
        return
    if site.src(first) == name == site.src(loop.iter.args[0]) and site.src(loop.target) not in map(site.src, call.args):
        yield site.put(first, site.src(loop.target), FAMILY, f"Go on behind `{site.src(loop.target)}`, not behind `{name}`", 0.65)


def _beside(site: Site, call: ast.Call, name: str) -> list[str]:
    """What the statement reads or writes beside a call, and what the loop around goes through."""
    inside, handed = {*ast.walk(call)}, {site.src(each) for each in call.args}
    found: list[str] = []
    for node in site.statement.nodes:
        if isinstance(node, ast.Subscript) and node not in inside and not isinstance(node.slice, ast.Slice | ast.Constant):
            found.append(site.src(node))
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn) and node not in inside:
            found.append(f"{site.src(node.comparators[0])}[{site.src(node.left)}]")
    loop = site.module.loop(site.statement.node)
    if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name):
        found = [each for each in found if name in each or loop.target.id in each]
        found.append(loop.target.id)
    return [each for each in dict.fromkeys(found) if each not in handed]


def _counted(site: Site, function: Function, call: ast.Call, name: str) -> Iterator[tuple[str, float]]:
    """What is left of a sum, one level more or less, a list with the item of this round: as the function compares and fills it."""
    loop = site.module.loop(site.statement.node)
    item = loop.target.elts[-1] if isinstance(loop, ast.For) and isinstance(loop.target, ast.Tuple) else getattr(loop, "target", None)
    uses = site.module.uses(function).get(name, set())
    for node in site.module.inside(function):
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        for one, other in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
            if site.src(one) != name or isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot):
                continue
            if isinstance(other, ast.Subscript) and name in {site.src(each) for each in ast.walk(other) if isinstance(each, ast.Name)}:
                continue
            if isinstance(other, ast.Subscript) or (isinstance(other, ast.Name) and isinstance(item, ast.Name) and other.id == item.id):
                yield f"{name} - {site.src(other)}", 0.5
            elif isinstance(other, ast.Name | ast.Attribute):
                yield f"{name} + 1", 0.45
            elif isinstance(other, ast.Constant) and other.value in (0, 1):
                yield f"{name} - 1", 0.3
            elif isinstance(other, ast.Call) and name_of(other.func) == "len":
                yield f"{name} + 1", 0.6
    free = isinstance(item, ast.Name) and item.id not in map(site.src, call.args)
    kept = any(
        isinstance(node, ast.Call) and name_of(node.func) in ("append", "add", "list", "tuple", "join") and name in map(site.src, node.args)
        for node in site.module.inside(function)
    )
    if free and kept and isinstance(item, ast.Name) and not uses & {"object", "iterated", "index"}:
        yield f"{name} + [{item.id}]", 0.45
        yield f"{name} + {item.id}", 0.25


def _levels(site: Site, function: Function, call: ast.Call) -> Iterator[Mutation]:
    """Where `value = self.term()` begins and `right = self.factor()` follows, one of both is not the level below."""
    if any(site.src(each) not in parameters(function) for each in call.args):
        return
    called, asks = name_of(call.func), _grammar(site, function)
    if called not in asks:
        return
    scores: dict[str, float] = {}
    others = dict.fromkeys(each for each in asks[function.name] if each != function.name)
    repeated = isinstance(site.module.loop(site.statement.node), ast.While)
    right = function.name in asks[called] and not repeated  # `2 ^ -1`: a higher level may stand on the right side
    if len(others) > 1 or (called == function.name and repeated):
        scores |= dict.fromkeys(others, 0.35 if right else 0.65)
    scores.setdefault(function.name, 0.3)
    for name, lower in asks.items():
        if function.name in lower and name not in scores and name != function.name:
            scores[name] = 0.35
    lost = [name for name in asks if not any(name in lower for one, lower in asks.items() if one != name) and name in asks[name]]
    scores |= {name: 0.75 for name in lost if name != function.name}
    if any(mark in site.src(outer.test) for outer in site.module.above(call) if isinstance(outer, ast.If) for mark in ('"("', "'('")):
        scores[_top(asks, function.name)] = 0.65
    if sum(lower.count(called) for lower in asks.values()) == 1:  # nobody else asks for it: it would be lost
        scores = {name: prior / 3 for name, prior in scores.items()}
    for name, prior in sorted(scores.items(), key=lambda item: -item[1])[:MOST]:
        if name != called:
            end = site.module.span(call.func)[1]
            yield site.between(end - len(called), end, name, LEVEL, f"Go on with `{name}`, not with `{called}`", prior)


def _grammar(site: Site, function: Function) -> dict[str, list[str]]:
    """The functions that stand beside one, take the same and come back to themselves in turn, with those that each of them calls."""
    around = site.parent(function)
    known = _grammars.setdefault(site.module, {})
    key = (around, parameters(function))
    if key not in known:
        levels = {
            each.name: each
            for each in getattr(around, "body", ())
            if isinstance(each, FUNCTIONS) and parameters(each) == parameters(function)
        }
        asks = {name: [each for each in _asked(site, other) if each in levels] for name, other in levels.items()}
        enough = sum(bool(lower) for lower in asks.values()) >= FEWEST_LEVELS
        known[key] = asks if enough and any(name in _reached(asks, name) for name in asks) else {}
    return known[key]


def _reached(asks: dict[str, list[str]], name: str) -> set[str]:
    found: set[str] = set()
    waiting = [*asks[name]]
    while waiting:
        if (each := waiting.pop()) not in found:
            found.add(each)
            waiting += asks[each]
    return found


def _asked(site: Site, function: Function) -> list[str]:
    calls = [node.func for node in site.module.inside(function) if isinstance(node, ast.Call)]
    return [name_of(each) for each in calls if isinstance(each, ast.Name | ast.Attribute)]


def _top(asks: dict[str, list[str]], name: str) -> str:
    """The level from which all the others are reached."""
    reached = {name}
    while above := [each for each, lower in asks.items() if each not in reached and reached & {*lower}]:
        name = above[-1]
        reached.add(name)
    return name
