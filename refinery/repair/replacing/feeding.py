"""What the values of a statement come from: a slice of the code backwards, some steps deep.

After Weiser, "Program slicing", 1981; by names alone, so that it holds more than the true one where a name stands for several things.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from refinery.repair.module import FILLING, Function, Module, Statement, bound
from refinery.repair.world import name_of, parameters

Line = tuple[str, int]
"""A path, and the first line of a statement."""


class Feeding:
    """Which statements of some files give others what they work with."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._at: dict[Line, tuple[Module, Statement]] = {}
        self._gives: dict[tuple[Function, str], list[Line]] = defaultdict(list)
        """The statements of a function that give a name its value, or fill what it stands for."""
        self._returns: dict[str, list[Line]] = defaultdict(list)
        self._calls: dict[str, list[Line]] = defaultdict(list)
        for module in modules:
            for statement in module.statements:
                self._add(module, statement)

    def _add(self, module: Module, statement: Statement) -> None:
        line = module.path, statement.first
        self._at[line] = module, statement
        function = module.function(statement.node)
        if function is None or isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        for name in {*bound(statement), *_filled(statement)}:
            self._gives[function, name].append(line)
        if isinstance(statement.node, ast.Return):
            self._returns[function.name].append(line)
        for node in statement.nodes:
            if isinstance(node, ast.Call):
                self._calls[name_of(node.func)].append(line)

    def before(self, lines: Collection[Line], most: int) -> Mapping[Line, int]:
        """The statements that feed these, with the number of steps to the nearest, up to so many."""
        steps = dict.fromkeys(lines, 0)
        edge = list(lines)
        for number in range(1, most + 1):
            edge = list(dict.fromkeys(each for line in edge for each in self._feed(line) if each not in steps))
            steps.update(dict.fromkeys(edge, number))
        return {line: number for line, number in steps.items() if number}

    def _feed(self, line: Line) -> Iterator[Line]:
        module, statement = self._at.get(line, (None, None))
        function = module.function(statement.node) if module and statement else None
        if statement is None or function is None:
            return
        for node in statement.nodes:
            if isinstance(node, ast.Call):
                yield from self._returns.get(name_of(node.func), ())
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield from self._gives.get((function, node.id), ())
                if node.id in parameters(function):
                    yield from self._calls.get(function.name, ())


def _filled(statement: Statement) -> Iterator[str]:
    """The names of what a statement fills, or puts something into."""
    for node in statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FILLING:
            yield name_of(node.func.value)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            yield name_of(node.value)
