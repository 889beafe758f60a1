"""Tables of rules in code: of those that fit the first is taken, or each works on what the one before has left; so their order matters."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from refinery.repair.looked import asked_first, hidden
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.samples import sample
from refinery.repair.world import name_of, text_of

FAMILY = "order of rules"
MOST_RULES = 16
SHADOWED = 0.65
"""How likely a rule stands too late that never has its turn, since one before it takes what it is for."""
SOME = 0.5
"""How likely it does where that one takes some of what it is for."""
OUT_OF_LINE = 0.6
"""How likely two neighbours are exchanged where all others stand in the order of their numbers."""
NEIGHBOURS, ELSEWHERE = 0.28, 0.12
"""How likely two neighbours are exchanged, or a rule stands at another place, without any sign of it."""
FARTHEST = 3
"""Places by which a rule is moved without any sign."""


def propose(site: Site) -> Iterator[Mutation]:
    """Neighbours exchanged, and a rule moved before the one that takes what it is for."""
    statement = site.statement.node
    if isinstance(statement, ast.For):
        parts = _items(statement.iter) if _ends(statement) or _works_on(statement) else []
    elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        parts = _items(statement.value) if isinstance(target, ast.Name) else []
        parts = parts if 1 < len(parts) <= MOST_RULES and _in_turn(site, name_of(target)) else []
    else:
        return
    if not 1 < len(parts) <= MOST_RULES:
        return
    spans = [(site.module.span(first)[0], site.module.span(last)[1]) for first, last in parts]
    texts = [site.module.text[start:end] for start, end in spans]
    tells = [_told(first) for first, _ in parts]
    for place, to, prior in _moves(tells, list(_hidden(site, parts))):
        order = [*range(len(parts))]
        order.insert(to, order.pop(place))
        new = "".join(
            texts[which] + (site.module.text[spans[at][1] : spans[at + 1][0]] if at + 1 < len(parts) else "")
            for at, which in enumerate(order)
        )
        says = f"Put `{short(texts[place], 24)}` {'before' if to < place else 'behind'} `{short(texts[to], 24)}`"
        yield site.between(spans[0][0], spans[-1][1], new, FAMILY, says, prior)


def _items(table: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """The first and the last part of each item."""
    if isinstance(table, ast.List | ast.Tuple):
        return [(each, each) for each in table.elts if not isinstance(each, ast.Starred)]
    if isinstance(table, ast.Dict) and all(table.keys):
        return [(key, value) for key, value in zip(table.keys, table.values, strict=True) if key is not None]
    return []


def _in_turn(site: Site, name: str) -> bool:
    """Whether a loop goes through the table and ends where something fits, or changes the same thing time and again."""
    for module in {site.module, *(each for each, _ in site.world.functions.values())}:
        if name not in module.text:
            continue
        for node in module.inside(module.tree):
            if isinstance(node, ast.For) and _named(node.iter) == name and (_ends(node) or _works_on(node)):
                return True
            first = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "next" and node.args
            if first and isinstance(given := node.args[0], ast.GeneratorExp) and _named(given.generators[0].iter) == name:  # type: ignore[attr-defined]
                return True
    return False


def _named(node: ast.expr) -> str:
    """The name of what is gone through: `RULES`, `rules.RULES`, `RULES.items()`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "items":
        node = node.func.value
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _ends(loop: ast.For) -> bool:
    return any(isinstance(node, ast.Return | ast.Break) for each in loop.body for node in ast.walk(each))


def _works_on(loop: ast.For) -> bool:
    """`text = pattern.sub(new, text)`: what a round gives, the next one takes."""
    for each in loop.body:
        for node in ast.walk(each):
            targets = [target.id for target in node.targets if isinstance(target, ast.Name)] if isinstance(node, ast.Assign) else []
            if targets and any(isinstance(part, ast.Name) and part.id in targets for part in ast.walk(node.value)):  # type: ignore[attr-defined]
                return True
    return False


def _told(item: ast.expr) -> ast.Constant | None:
    """What a rule is known by: the first text or number in it."""
    return next((part for part in _written(item) if isinstance(part, ast.Constant) and isinstance(part.value, str | int | float)), None)


def _written(node: ast.AST) -> Iterator[ast.AST]:
    """All parts, in the order in which they are written."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _written(child)


def _hidden(site: Site, items: list[tuple[ast.expr, ast.expr]]) -> Iterator[tuple[int, int, float]]:
    """Rules behind one whose cues are within their own: fields that a loop looks for, and lists of texts."""
    fields = asked_first([site.module]).fields
    columns: dict[str, list[list[str]]] = defaultdict(lambda: [[] for _ in items])
    for place, (_, item) in enumerate(items):
        pairs = zip(item.keys, item.values, strict=True) if isinstance(item, ast.Dict) else ()
        named = [*((text_of(key) if key else None, value) for key, value in pairs)]
        named += [(each.arg, each.value) for each in item.keywords] if isinstance(item, ast.Call) else []
        listed = [item, *(item.elts if isinstance(item, ast.Tuple | ast.List) else ()), *(value for _, value in named)]
        for each in listed:
            if isinstance(each, ast.List | ast.Tuple | ast.Set) and each.elts and all(text_of(part) for part in each.elts):
                columns["lists"][place] += [text for part in each.elts if (text := text_of(part))] if each is not item else []
        for name, value in named:
            if name in fields and (text := text_of(value)):
                columns[str(name)][place].append(text)
        if isinstance(item, ast.List | ast.Tuple | ast.Set) and isinstance(items[place][0], ast.Constant):
            columns["lists"][place] += [text for part in item.elts if (text := text_of(part))]
    for cues in columns.values():
        for place, to, whole in hidden(cues):
            yield place, to, SHADOWED if whole else SOME


def _moves(tells: list[ast.Constant | None], hides: list[tuple[int, int, float]]) -> Iterator[tuple[int, int, float]]:
    """Which item goes to which place, and how likely."""
    values = [tell.value if tell else None for tell in tells]
    given = {(place, to) for place, to, _ in hides}
    yield from hides
    for place in range(1, len(values)):
        before = next((to for to in range(place) if _takes(values[to], values[place])), None)
        if before is not None and (place, before) not in given:
            given.add((place, before))
            yield place, before, SHADOWED
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    for place in range(1, len(values)):
        if (place, place - 1) not in given:
            given.add((place, place - 1))
            yield place, place - 1, OUT_OF_LINE if len(numbers) == len(values) and _in_line(numbers, place) else NEIGHBOURS
    for place in range(len(values)):
        for to in range(max(0, place - FARTHEST), min(len(values), place + FARTHEST + 1)):
            if abs(to - place) > 1 and (place, to) not in given:
                yield place, to, ELSEWHERE


def _in_line(numbers: list[int | float], place: int) -> bool:
    """Whether the numbers rise, or fall, all the way only when one is exchanged with the one before it."""
    turned = [*numbers]
    turned[place - 1], turned[place] = turned[place], turned[place - 1]
    return _sorted(turned) and not _sorted(numbers)


def _sorted(numbers: list[int | float]) -> bool:
    return len(numbers) > 2 and (all(a <= b for a, b in pairwise(numbers)) or all(a >= b for a, b in pairwise(numbers)))


def _takes(one: object, other: object) -> bool:
    """Whether what the other is for fits the one too, and not the other way round: `tea` takes `teapot`, `\\d+` takes `v\\d+`."""
    if not (isinstance(one, str) and isinstance(other, str)) or one == other or not one:
        return False
    if one.lower() in other.lower():
        return True
    mine, theirs = sample(one), sample(other)
    return bool(mine and theirs) and _fits(one, theirs) and not _fits(other, mine)


def _fits(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None
