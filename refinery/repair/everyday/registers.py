"""Decorators that write down what they are given, or wrap it, and give nothing back, so that its name stands for None."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from refinery.repair.module import FUNCTIONS, Function, Module
from refinery.repair.mutation import Mutation, Site
from refinery.repair.world import name_of, parameters

FAMILY = "decorator"

_keepers: WeakKeyDictionary[Module, list[Function]] = WeakKeyDictionary()
"""Made once for a file: they ran long before the failure, so that no statement of theirs is suspected."""


def propose(site: Site) -> Iterator[Mutation]:
    """A decorator that writes down what it is given, and gives nothing back: its name stands for None from then on."""
    if not site.clues.any_of("nonetype"):
        return
    if site.module not in _keepers:
        _keepers[site.module] = [
            node for node in site.module.inside(site.module.tree) if isinstance(node, FUNCTIONS) and _keeps(site, node)
        ]
    for keeper in _keepers[site.module]:
        given, last = parameters(keeper)[0], keeper.body[-1]
        made = last.name if isinstance(last, FUNCTIONS) else given
        yield site.add(f"return {made}", "after", FAMILY, f"Give back `{made}` in `{keeper.name}`, which decorates", 0.9, at=last)


def _keeps(site: Site, function: Function) -> bool:
    """Whether a function of one thing decorates, or is given back by what does, and never answers."""
    maker = site.module.function(function)
    inner = [node for node in site.module.inside(function) if site.module.function(node) is function]
    if len(parameters(function)) != 1 or any(isinstance(node, ast.Return | ast.Yield) for node in inner):
        return False
    back = maker is not None and any(
        isinstance(node, ast.Return) and name_of(node.value) == function.name for node in site.module.inside(maker)
    )
    name = maker.name if back and maker is not None else function.name
    marks = [mark for node in site.module.inside(site.module.tree) for mark in getattr(node, "decorator_list", ())]
    return any(name_of(mark.func if isinstance(mark, ast.Call) else mark) == name and isinstance(mark, ast.Call) == back for mark in marks)
