"""What something begins with: the rest of one, the place in a new table, the word of a lone leaf, and what stands before the first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, number_in
from refinery.repair.world import name_of, parameters

REST = "rest from the beginning"
PLACE = "place begun anew"
LONE = "lone leaf"
GUARD = "guard given back"


def propose(site: Site) -> Iterator[Mutation]:
    """Assignments with which something begins, and what is given back of a thing put before the first."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Name):
            yield from _rest(site, function, target.id, value)
        elif isinstance(target, ast.Attribute):
            yield from _place(site, function, target)
        elif isinstance(target, ast.Subscript) and isinstance(value, ast.Name):
            yield from _lone(site, function, value)
    elif isinstance(statement, ast.Return) and isinstance(statement.value, ast.Name):
        yield from _guard(site, function, statement.value)


def _rest(site: Site, function: Function, name: str, value: ast.expr) -> Iterator[Mutation]:
    """A product that begins with one, and of which only the rest is kept: of what is divided by one, the rest of one is nought."""
    if number_in(value) != 1 or site.module.loop(site.statement.node) is not None:
        return
    later = [node.value for node in site.module.inside(function)
             if isinstance(node, ast.Assign) and node.value is not value and site.src(node.targets[0]) == name]  # fmt: skip
    rests = {
        site.src(each.right) if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mod) and name in site.src(each.left) else ""
        for each in later
    }
    if len(rests) == 1 and (rest := rests.pop()) in parameters(function):
        yield site.put(value, f"{site.src(value)} % {rest}", REST, f"Keep the rest by `{rest}` from the beginning", 0.5)


def _place(site: Site, function: Function, target: ast.Attribute) -> Iterator[Mutation]:
    """A table that is given anew, and beside it the place in it stays where it was."""
    owner, made = site.parent(function), site.src(target)
    begins = next((each for each in getattr(owner, "body", ()) if isinstance(each, FUNCTIONS) and each.name == "__init__"), None)
    if begins is None or begins is function or not isinstance(owner, ast.ClassDef):
        return
    first = {site.src(node.targets[0]): node for node in begins.body if isinstance(node, ast.Assign) and len(node.targets) == 1}
    given = {site.src(node) for node in site.module.inside(function) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    if made not in first:
        return
    places = {
        site.src(part)
        for node in site.module.inside(owner)
        if isinstance(node, ast.Subscript) and site.src(node.value) == made
        for part in ast.walk(node.slice)
        if isinstance(part, ast.Attribute)
    }
    for place in sorted(places & first.keys() - given):
        if number_in(first[place].value) is not None and place not in site.src(site.statement.node):
            new = site.src(first[place])
            yield site.add(new, "after", PLACE, f"Begin at `{place}` anew too, as it is a place in `{made}`", 0.45)


def _lone(site: Site, function: Function, value: ast.Name) -> Iterator[Mutation]:
    """A word that grows on the way down, and of a thing without a way down is empty."""
    if value.id not in parameters(function):
        return
    at, grown, empty = parameters(function).index(value.id), [], False
    outer = site.module.function(function) or site.module.tree
    for call in site.module.inside(outer):
        if not isinstance(call, ast.Call) or name_of(call.func) != function.name or len(call.args) <= at:
            continue
        given = call.args[at]
        if isinstance(given, ast.BinOp) and isinstance(given.op, ast.Add) and site.src(given.left) == value.id:
            grown.append(site.src(given.right) if isinstance(given.right, ast.Constant) else "")
        empty = empty or (isinstance(given, ast.Constant) and given.value == "")
    if empty and grown and all(grown):
        new = f"{value.id} or {grown[0]}"
        yield site.put(value, new, LONE, f"Take `{grown[0]}` where `{value.id}` is empty, as for one alone", 0.5)


def _guard(site: Site, function: Function, value: ast.Name) -> Iterator[Mutation]:
    """What is put before the first, so that the first may change: what follows it is given back, not it, and not who was first."""
    inside = site.module.inside(function)
    simple = [each for each in inside if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)]
    if any(site.src(each.targets[0]) == value.id and not isinstance(each.value, ast.Call) for each in simple):
        return
    ways = dict.fromkeys(each.attr for each in inside if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store))
    for each in simple:
        guard, call = site.src(each.targets[0]), each.value
        if not isinstance(call, ast.Call) or name_of(call.func) not in site.world.classes or guard not in map(site.src, _values(simple)):
            continue
        if value.id == guard or value.id in (*map(site.src, call.args), *(site.src(part.value) for part in call.keywords)):
            for way in list(ways)[:2]:
                yield site.put(value, f"{guard}.{way}", GUARD, f"Give back `{guard}.{way}`, what stands behind `{guard}`", 0.6)


def _values(assignments: list[ast.Assign]) -> Iterator[ast.Name]:
    for each in assignments:
        if isinstance(each.value, ast.Name):
            yield each.value
