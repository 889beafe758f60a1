"""Statements at the wrong place of the right function: inside a block or outside, once too often; and steps that go with another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters

MISSING = "missing statement"
DEPTH = "depth"
AGAIN = "done again"
BRANCH = "branch"
JUMPS = (ast.Break, ast.Continue, ast.Return, ast.Raise)
Block = ast.For | ast.While | ast.If


def propose(site: Site) -> Iterator[Mutation]:
    """Statements moved, removed where they repeat another, and put beside those they go with."""
    function, statement = site.function, site.statement.node
    if isinstance(statement, ast.If):
        yield from _branches(site, statement)
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    yield from _sooner(site, statement)
    yield from _again(site, function, statement)
    yield from _other_way(site, function, statement)
    yield from _taken_out(site, statement)


def _branches(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`if` for `elif`, and back."""
    start = site.module.span(statement)[0]
    text, outer = site.module.text, site.parent(statement)
    if text.startswith("elif", start):
        yield site.between(start, start + 4, "if", BRANCH, "Ask this too, whatever was found before", 0.3)
        return
    for block in (getattr(outer, name, None) for name in ("body", "orelse")):
        place = block.index(statement) if isinstance(block, list) and statement in block else 0
        before = block[place - 1] if isinstance(block, list) and place else None
        if isinstance(before, ast.If) and not before.orelse and not isinstance(before.body[-1], JUMPS):
            yield site.between(start, start + 2, "elif", BRANCH, "Ask this only where the condition above does not hold", 0.3)


def _sooner(site: Site, statement: ast.stmt) -> Iterator[Mutation]:
    """The first statement of a block is done before it, whether it is entered or not, and once."""
    outer = site.parent(statement)
    if not isinstance(outer, Block) or outer.body[0] is not statement or len(outer.body) < 2 or isinstance(statement, JUMPS):
        return
    text = site.module.text
    start, end = site.module.span(statement)
    head = site.module.span(outer)[0]
    if "\n" in text[start:end] or text.startswith("elif", head) or isinstance(statement, Block):
        return
    if isinstance(outer, ast.For) and {name.id for name in ast.walk(outer.target) if isinstance(name, ast.Name)} & {
        name.id for name in site.statement.nodes if isinstance(name, ast.Name)
    }:
        return
    line = text.rfind("\n", 0, start) + 1
    indent = " " * outer.col_offset
    new = f"{text[start:end]}\n{indent}{text[head : line - 1]}"
    yield site.between(head, end, new, DEPTH, f"Do `{short(text[start:end])}` before the block, not inside it", 0.2)


def _again(site: Site, function: Function, statement: ast.stmt) -> Iterator[Mutation]:
    """What was done in a loop, or before, is done once more."""
    if not isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign) or isinstance(getattr(statement, "value", None), ast.Constant):
        return
    text = site.src(statement)
    earlier = [
        node
        for node in site.module.inside(function)
        if isinstance(node, type(statement)) and node.lineno < statement.lineno and site.src(node) == text
    ]
    outer = site.parent(statement)
    alone = any(getattr(outer, name, None) == [statement] for name in ("body", "orelse"))
    if earlier and not alone:
        yield site.put(statement, "pass", AGAIN, f"Do `{short(text)}` no second time", 0.3, "what is done twice may be meant twice")


def _other_way(site: Site, function: Function, statement: ast.stmt) -> Iterator[Mutation]:
    """`self._down(index)`, where a method with the same parameters goes the other way."""
    called = statement.value if isinstance(statement, ast.Expr) else None
    owner = site.parent(function)
    if not (isinstance(called, ast.Call) and site.src(called.func).startswith("self.") and isinstance(owner, ast.ClassDef)):
        return
    methods = {each.name: each for each in owner.body if isinstance(each, FUNCTIONS)}
    own = methods.get(name_of(called.func))
    here = site.module.source(function)
    for name, method in methods.items():
        if own is None or method in (own, function) or not parameters(own) or parameters(method) != parameters(own):
            continue
        code = site.src(called).replace(f"self.{own.name}", f"self.{name}", 1)
        if f"self.{name}(" not in here and not name.startswith("__"):
            for where, prior in (("before", 0.3), ("after", 0.25)):
                yield site.add(code, where, MISSING, f"Do `{short(code)}` too", prior)
            if len(called.args) != 1 or name.startswith("_") != own.name.startswith("_"):
                continue
            if _answers(method):
                says = f"Go on with `{own.name}` from where `{name}` ends"
                yield site.put(called.args[0], f"self.{name}({site.src(called.args[0])})", MISSING, says, 0.3)
            if _answers(own):
                says = f"Go on with `{name}` from where `{own.name}` ends"
                yield site.put(called, f"self.{name}({site.src(called)})", MISSING, says, 0.3)


def _answers(function: Function) -> bool:
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(function))


def _taken_out(site: Site, statement: ast.stmt) -> Iterator[Mutation]:
    """`if key in waiting:` a thing goes on to another place, and stays where it was."""
    outer = site.parent(statement)
    if not isinstance(outer, ast.If) or outer.body[0] is not statement:
        return
    for test in outer.test.values if isinstance(outer.test, ast.BoolOp) else [outer.test]:
        if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.In)):
            continue
        key, store = site.src(test.left), site.src(test.comparators[0])
        taken = re.escape(store) + r"(?:\.(?:pop|remove|discard|clear|move_to_end)\(|\[" + re.escape(key) + r"\])"
        if isinstance(test.left, ast.Constant) or (not store.startswith("self.") and store not in site.locals):
            continue
        if not any(re.search(taken, site.src(each)) for each in outer.body):
            yield site.add(f"del {store}[{key}]", "before", MISSING, f"Take `{short(key)}` out of `{short(store)}` first", 0.3)
            yield site.add(f"{store}.remove({key})", "before", MISSING, f"Take `{short(key)}` out of `{short(store)}` first", 0.15)
