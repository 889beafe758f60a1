"""Arguments in the wrong order, too many, or not the ones that the callee expects."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import likeness
from refinery.repair.world import name_of, parameters

FAMILY = "arguments"


def propose(site: Site) -> Iterator[Mutation]:
    """Neighbouring arguments, tuple items and assigned names swapped; calls taken off; keywords corrected."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call):
            yield from _swapped(site, node)
            yield from _keywords(site, node)
            yield from _unwrapped(site, node)
            yield from _without_method(site, node)
        elif isinstance(node, ast.Tuple) and len(node.elts) in (2, 3):
            for first, second in zip(node.elts, node.elts[1:], strict=False):
                says = f"Swap `{short(site.src(first), 20)}` and `{short(site.src(second), 20)}`"
                yield _swap(site, first, second, says, 0.25)


def _swapped(site: Site, node: ast.Call) -> Iterator[Mutation]:
    names: tuple[str, ...] = ()
    known = site.world.functions.get(name_of(node.func))
    if known is not None:
        names = parameters(known[1])
    pattern = isinstance(node.func, ast.Attribute) and name_of(node.func.value) == "re"
    for place, (first, second) in enumerate(zip(node.args, node.args[1:], strict=False)):
        if pattern and place == 0 and isinstance(first, ast.Constant):  # what is written out is the pattern, and not the text
            continue
        prior = 0.4
        if len(names) > place + 1:
            now = likeness(site.src(first), names[place]) + likeness(site.src(second), names[place + 1])
            then = likeness(site.src(second), names[place]) + likeness(site.src(first), names[place + 1])
            prior = 0.85 if then > now else 0.3 if then == now else 0.1
        says = f"Hand `{short(site.src(second), 20)}` before `{short(site.src(first), 20)}` to `{short(site.src(node.func), 24)}`"
        yield _swap(site, first, second, says, prior)
    for first_word, second_word in zip(node.keywords, node.keywords[1:], strict=False):
        if first_word.arg and second_word.arg:
            says = f"Swap the values of `{first_word.arg}` and `{second_word.arg}`"
            crossed = likeness(site.src(first_word.value), second_word.arg) + likeness(site.src(second_word.value), first_word.arg)
            yield _swap(site, first_word.value, second_word.value, says, 0.75 if crossed >= 1 else 0.12)


def _swap(site: Site, first: ast.expr, second: ast.expr, says: str, prior: float) -> Mutation:
    start, middle = site.module.span(first)
    other, end = site.module.span(second)
    text = site.module.text
    return site.between(start, end, text[other:end] + text[middle:other] + text[start:middle], "swapped arguments", says, prior)


def _keywords(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """A keyword that the callee does not know becomes the nearest one that it knows."""
    callee = name_of(node.func)
    known = site.world.functions.get(callee)
    names = site.world.fields.get(callee) or (parameters(known[1]) if known else ())
    for keyword in node.keywords:
        if keyword.arg is None or not names:
            continue
        start = site.module.span(keyword)[0]
        for name in names:
            if name != keyword.arg and name not in {other.arg for other in node.keywords}:
                wrong = keyword.arg not in names
                prior = (0.4 if wrong else 0.08) + 0.4 * likeness(name, keyword.arg)
                says = f"Give `{name}` instead of `{keyword.arg}` to `{callee}`"
                yield site.between(start, start + len(keyword.arg), name, "keyword", says, prior)
        if keyword.arg in site.clues.named and "TypeError" in site.clues.errors and node.args:
            before = site.module.span(node.args[-1])[1]
            end = site.module.span(keyword)[1]
            yield site.between(before, end, "", "keyword", f"Do not give `{keyword.arg}` to `{callee}`", 0.3, "what it carried is lost")


def _unwrapped(site: Site, node: ast.Call) -> Iterator[Mutation]:
    if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.GeneratorExp | ast.Starred):
        return
    inner = site.src(node.args[0])
    name = short(site.src(node.func), 24)
    own = site.function is not None and name_of(node.func) == site.function.name
    plain = isinstance(node.func, ast.Name)
    yield site.put(node, inner, "call taken off", f"Use `{short(inner)}` itself, without `{name}`", 0.3 if own else 0.22 if plain else 0.12)


def _without_method(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """The thing itself, not what a method makes of it."""
    if isinstance(node.func, ast.Attribute) and not node.args and not node.keywords and not isinstance(site.parent(node), ast.Expr):
        text = site.src(node.func.value)
        if isinstance(node.func.value, ast.Name | ast.Attribute | ast.Subscript) and text not in ("self", "cls"):
            says = f"Use `{short(text)}` itself, without `{node.func.attr}`"
            yield site.put(node, text, "call taken off", says, 0.2)
