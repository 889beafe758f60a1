"""Expressions that were seen to fit become mutations, each with the chance that it is right."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from refinery.domain import Fitting
from refinery.repair.module import Module, Statement
from refinery.repair.mutation import Mutation, short
from refinery.repair.replacing.places import fitted, nodes
from refinery.repair.shape import says_nothing

OPERATOR = "expression that fits what was seen"
SHARE = (0.35, 0.7)
"""How likely the right edit is among those that fit, where one scenario fails, and where more do. It is shared by all of them: the more
fit, the less each is believed."""
BY_CHANCE = 0.3
"""The weight of all that was not thought of, beside which those that fit are weighed where one scenario fails; of two it is half."""
MOST = 20
"""Edits of one place."""


def fitting(found: Sequence[Fitting], modules: Mapping[str, Module], red: int) -> Iterator[tuple[float, Module, Statement, Mutation]]:
    """Mutations with their scores, the likeliest first, where so many scenarios fail. What says nothing takes no share."""
    found = [each for each in found if not any(says_nothing(node) for node in ast.walk(ast.parse(f"({each.text}\n)")))]
    total = sum(each.weight for each in found) + BY_CHANCE / max(1, red)
    taken: dict[tuple[str, tuple[int, int, int, int]], int] = {}
    by_place = {path: nodes(modules[path]) for path in {each.path for each in found} & modules.keys()}
    for each in sorted(found, key=lambda one: -one.weight):
        node = by_place.get(each.path, {}).get(each.span)
        place = taken[each.path, each.span] = taken.get((each.path, each.span), 0) + 1
        if node is None or place > MOST:
            continue
        module = modules[each.path]
        statement = next((one for one in module.statements if node in one.nodes), None)
        if statement is None:
            continue
        score = SHARE[red > 1] * each.weight / total
        start, end = module.span(node)
        says = f"Put `{short(each.text)}` in place of `{short(module.source(node))}`"
        yield score, module, statement, Mutation(start, end, fitted(each.text, node, module), OPERATOR, says, score)
