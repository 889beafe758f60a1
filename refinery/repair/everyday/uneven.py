"""Texts with numbers in them that are compared or ordered as texts, where the data show that this is another order: `9` after `10`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from refinery.repair.everyday.incoming import READS
from refinery.repair.module import Function, Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.mutations.ordering import SORTING, name_of_callee
from refinery.repair.shapes import uneven
from refinery.repair.world import base_of, called, name_of, parameters, spoken_of

FAMILY = "ordered as text"
ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
PLAIN = (ast.Name, ast.Attribute, ast.Subscript)
SURE, HALF = 0.85, 0.7
"""How likely what the data show is meant; and that both sides are read which one side is."""
MOST = 2
LETTERED = re.compile(r"([A-Za-z]+)[0-9]+")
NATURAL = '[int(part) if part.isdecimal() else part for part in re.split(r"([0-9]+)", {})]'


def propose(site: Site) -> Iterator[Mutation]:
    """Numbers where numbers are written: in comparisons, keys of an order, and what is ordered itself."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ORDERED):
            yield from _compared(site, node)
        elif not site.world.uneven:
            continue
        elif isinstance(node, ast.Lambda) and isinstance(site.parent(node), ast.keyword):
            yield from _key(site, node.body)
        elif isinstance(node, ast.Call) and name_of_callee(node) in SORTING and not any(each.arg == "key" for each in node.keywords):
            yield from _bare(site, node)
    statement = site.statement.node
    named = site.function is not None and site.function.name in site.world.sorting
    if named and isinstance(statement, ast.Return) and statement.value is not None:
        yield from _key(site, statement.value)


def _compared(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """Both sides by the function of the repository that reads such a text, or as the numbers that they are."""
    sides = (node.left, node.comparators[0])
    for one, other in (sides, sides[::-1]):
        reads = site.world.functions.get(called(one)) if isinstance(one, ast.Call) and len(one.args) == 1 else None
        if not isinstance(one, ast.Call) or reads is None or not isinstance(other, PLAIN) or not _reads_text(*reads):
            continue
        if name_of(other) in site.world.uneven or name_of(other) == name_of(one.args[0]) != "":
            new = f"{site.src(one.func)}({site.src(other)})"
            yield site.put(other, new, FAMILY, f"Compare `{short(new)}`, as the other side is read", HALF)
    known = next((site.world.uneven[name] for side in sides if (name := _field(side)) in site.world.uneven), ())
    if known and all(isinstance(side, PLAIN) or base_of(side) for side in sides):
        between = site.module.text[site.module.span(sides[0])[1] : site.module.span(sides[1])[0]]
        for way, prior in _ways(site, known):
            new = f"{way.format(site.src(sides[0]))}{between}{way.format(site.src(sides[1]))}"
            yield _with_imports(site.put(node, new, FAMILY, f"Compare by what is written, not as texts: `{short(new)}`", prior))


def _key(site: Site, key: ast.expr) -> Iterator[Mutation]:
    """All parts of a key that the data show to be numbers in texts, at once."""
    elements = key.elts if isinstance(key, ast.Tuple) else [key]
    known = {part: values for part in elements if isinstance(part, PLAIN) or base_of(part) for values in [_values(site, part)] if values}
    ways = {part: list(_ways(site, values)) for part, values in known.items()}
    for at in range(MOST):
        chosen = {part: found[min(at, len(found) - 1)] for part, found in ways.items()}
        if chosen and at < max(map(len, ways.values())):
            changes = [(*site.module.span(part), _bare_parts(way.format(site.src(part)), key)) for part, (way, _) in chosen.items()]
            says = f"Order by the numbers in {', '.join(f'`{short(site.src(part))}`' for part in chosen)}"
            yield _with_imports(site.at_once(changes, FAMILY, says, min(prior for _, prior in chosen.values())))


def _bare(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`sorted(row["at"] for row in rows)` and the like: ordered by what is written."""
    items = node.args[0] if len(node.args) == 1 else None
    element = items.elt if isinstance(items, ast.GeneratorExp | ast.ListComp | ast.SetComp) else None
    values = site.world.uneven.get(_field(element), ()) if element is not None else ()
    if items is None or not values:
        return
    for way, prior in _ways(site, values):
        key = way.removesuffix("({})") if way.endswith("({})") and way.count("(") == 1 else f"lambda text: {way.format('text')}"
        new = f"{site.src(node.func)}({site.src(items)}, key={key})"
        yield _with_imports(site.put(node, new, FAMILY, f"Order by what is written, not as texts: `{short(new)}`", prior))


def _ways(site: Site, values: Sequence[str]) -> Iterator[tuple[str, float]]:
    """How such values are read: as the numbers they are, as the repository reads them, or by the numbers in them."""
    written = [each for each in values if each]
    if all(each.isdecimal() for each in written):
        yield "int({})", SURE
    elif all(re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", each) for each in written):
        yield "float({})", SURE
    else:
        for through in islice(_readers(site, written), MOST):
            yield f"{through}({{}})", SURE
        yield from _by_number(written)


def _by_number(values: Sequence[str]) -> Iterator[tuple[str, float]]:
    heads = {found[1] if (found := LETTERED.fullmatch(each)) else "" for each in values}
    lengths = {len(head) for head in heads}
    if "" not in heads and len(lengths) == 1:
        size = max(lengths)
        first = "{0}[0]" if size == 1 else f"{{0}}[:{size}]"
        yield f"({first}, int({{0}}[{size}:]))" if len(heads) > 1 else f"int({{0}}[{size}:])", 0.75
    signs = {re.sub(r"[0-9]+", "", each) for each in values}
    if len(signs) == 1 and len(set(sign := max(signs))) == 1:
        yield f'tuple(map(int, {{}}.split("{sign[0]}")))', 0.65
    elif heads:
        yield NATURAL.replace("{}", "{0}"), 0.5


def _readers(site: Site, values: Sequence[str]) -> Iterator[str]:
    """Functions at hand that read one text; the first those that part it by what stands between its numbers."""
    sign = next((letter for letter in values[0] if not letter.isalnum()), "")
    found: dict[str, bool] = {}
    for name, (module, function) in site.world.functions.items():
        through = spoken_of(site.module, module, name) if function is not site.function and _reads_text(module, function) else None
        if through:
            found[through] = f'"{sign}"' in module.source(function).replace("'", '"') or "strptime" in module.source(function)
    yield from sorted(found, key=lambda each: not found[each])


def _reads_text(module: Module, function: Function) -> bool:
    """Whether a function makes something with another order of the one text that it takes."""
    return len(parameters(function)) == 1 and READS.search(module.source(function)) is not None


def _values(site: Site, part: ast.expr) -> tuple[str, ...]:
    """What the data say of a part of a key; also where it is a piece of a text that is split here."""
    known = site.world.uneven.get(_field(part))
    if known or not isinstance(part, ast.Name) or site.function is None:
        return known or ()
    for node in site.module.inside(site.function):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Tuple | ast.List) and isinstance(node, ast.Assign) and part.id in map(site.src, target.elts):
            split, place = node.value, [site.src(each) for each in target.elts].index(part.id)
            if called(split) == "split" and isinstance(split, ast.Call) and isinstance(split.func, ast.Attribute):
                sign = ast.literal_eval(split.args[0]) if split.args and isinstance(split.args[0], ast.Constant) else None
                pieces = [each.split(sign) for each in site.world.uneven.get(_field(split.func.value), ())]
                found = tuple(each[place].strip() for each in pieces if len(each) == len(target.elts))
                return found if uneven(found) else ()
    return ()


def _field(node: ast.expr) -> str:
    """The field that is read, be it stripped or not."""
    stripped = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "strip"
    return _field(node.func.value) if stripped and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else name_of(node)


def _bare_parts(way: str, key: ast.expr) -> str:
    """Two parts of one stand beside the others in a tuple, without brackets of their own."""
    return way[1:-1] if isinstance(key, ast.Tuple) and way.startswith("(") else way


def _with_imports(mutation: Mutation) -> Mutation:
    return replace(mutation, imports="re") if "re.split(" in mutation.new else mutation
