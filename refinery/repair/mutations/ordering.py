"""Order and choice: sorted the wrong way, by the wrong key, the first for the last, the smallest for the largest."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of, parameters, spoken_of

FAMILY = "order"
SORTING = ("sorted", "sort", "min", "max", "nlargest", "nsmallest")
FEWEST_STEPS = 3
"""Texts of a list that may be a scale, as of small, middle and large."""
MOST = 6
"""Functions of the repository that are tried to order by."""
OF_A_TABLE = (".items()", ".keys()", ".values()")
BACKWARDS_IN_A_TABLE = 0.3
"""What going through the entries of a table from the end counts beside going through a list so: it is seldom meant."""
CASE = re.compile(
    r"(?i)alphabet|case.?(?:less|insensitive)"
    r"|whatever (?:its|their|the) case|(?:ignor\w+|regardless of|without regard to)(?: \w+)? case"
)
"""What is said where capitals do not come first."""
DIGITS = re.compile(r"(['\"])\d+\1, ?(['\"])\d+\2")
"""Texts of digits in a row, as answers show them."""
WRAPPED = ("sorted(", "range(", "reversed(", "enumerate(", "zip(")


def propose(site: Site) -> Iterator[Mutation]:
    """Directions turned, keys given, sorting put where it is missing."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and name_of_callee(node) in ("sorted", "sort", "nlargest", "nsmallest", "min", "max"):
            yield from _sorting(site, node)
        elif isinstance(node, ast.Lambda):
            yield from _key(site, node)
        elif isinstance(node, ast.Call) and name_of_callee(node) in ("enumerate", "zip", "list", "iter") and node.args:
            text = site.src(node.args[0])
            prior = 0.25 * (BACKWARDS_IN_A_TABLE if text.endswith(OF_A_TABLE) else 1.0)
            yield site.put(node.args[0], f"reversed({text})", FAMILY, f"Go through `{short(text)}` from the end", prior)
            yield site.put(node.args[0], f"sorted({text})", FAMILY, f"Go through `{short(text)}` in order", 0.25)
        elif isinstance(node, ast.Call) and name_of_callee(node) in ("join", "tuple", "frozenset") and len(node.args) == 1:
            text = site.src(node.args[0])
            paired = isinstance(node.args[0], ast.Tuple | ast.List | ast.Name | ast.Attribute)
            new = f"sorted({text})"
            yield site.put(node.args[0], new, FAMILY, f"Take `{short(text)}` in order", 0.3 if paired else 0.12)
    statement = site.statement.node
    if isinstance(statement, ast.For) and isinstance(statement.iter, ast.Name | ast.Attribute | ast.Call):
        text = site.src(statement.iter)
        if not text.startswith(WRAPPED):
            yield site.put(statement.iter, f"sorted({text})", FAMILY, f"Go through `{short(text)}` in order", 0.2)
            prior = 0.2 * (BACKWARDS_IN_A_TABLE if text.endswith(OF_A_TABLE) else 1.0)
            yield site.put(statement.iter, f"reversed({text})", FAMILY, f"Go through `{short(text)}` from the end", prior)
        elif text.startswith("range("):
            yield site.put(statement.iter, f"reversed({text})", FAMILY, f"Go through `{short(text)}` from the end", 0.35)
            yield from _downwards(site, statement.iter)
        elif text.startswith("reversed("):
            yield site.put(statement.iter, text[len("reversed(") : -1], FAMILY, f"Go through `{short(text)}` from the beginning", 0.35)


def _downwards(site: Site, node: ast.expr) -> Iterator[Mutation]:
    """`range(end, start - 1, -1)` for `range(start, end + 1)`."""
    if isinstance(node, ast.Call) and len(node.args) == 2:
        start, stop = node.args
        grown = isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.Add) and site.src(stop.right) == "1"
        first = site.src(stop.left) if grown else f"{site.src(stop)} - 1"  # type: ignore[attr-defined]
        new = f"range({first}, {site.src(start)} - 1, -1)"
        yield site.put(node, new, FAMILY, f"Count down: `{short(new)}`", 0.3)


def _sorting(site: Site, node: ast.Call) -> Iterator[Mutation]:
    callee = name_of_callee(node)
    by_name = {keyword.arg: keyword for keyword in node.keywords}
    end = site.module.span(node)[1] - 1
    if callee in ("sorted", "sort"):
        reverse = by_name.get("reverse")
        if reverse is None:
            sep = ", " if node.args or node.keywords else ""
            yield _keyed(site, node, f"{sep}reverse=True", f"Sort `{short(_what(site, node))}` the other way round", 0.55)
        else:
            on = isinstance(reverse.value, ast.Constant) and reverse.value.value is True
            if on:
                yield from _ties_kept(site, node, reverse, by_name.get("key"))
            yield site.put(reverse.value, str(not on), FAMILY, f"Sort `{short(_what(site, node))}` the other way round", 0.6)
    if "key" not in by_name and callee in ("sorted", "sort", "min", "max") and (len(node.args) <= 1):
        sep = ", " if node.args or node.keywords else ""
        verb = "Choose" if callee in ("min", "max") else "Sort"
        for key, says, prior in islice(_own_keys(site, _what(site, node)), MOST):
            yield _keyed(site, node, f"{sep}key={key}", f"{verb} by {says}", prior)
        caseless = CASE.search(site.module.source(site.function)) if site.function else None
        figures = callee in ("sorted", "sort") and DIGITS.search(site.clues.text) is not None
        for key, says in _keys(site):
            yield _keyed(
                site,
                node,
                f"{sep}key={key}",
                f"{verb} by {says}",
                0.6 if caseless and key == "str.lower" else 0.7 if figures and key == "int" else 0.25,
            )
    if "key" not in by_name and callee in ("min", "max") and len(node.args) > 1:
        for key, says in (("len", "length"), ("abs", "size")):
            yield site.between(end, end, f", key={key}", FAMILY, f"Choose by {says}", 0.18)
    for one, other in (("nlargest", "nsmallest"), ("nsmallest", "nlargest")):
        if callee == one:
            stop = site.module.span(node.func)[1]
            yield site.between(stop - len(one), stop, other, FAMILY, f"Take `{other}` instead of `{one}`", 0.5)


def _keyed(site: Site, node: ast.Call, more: str, says: str, prior: float) -> Mutation:
    """An argument more; a generator that was the only one gets brackets of its own."""
    end = site.module.span(node)[1] - 1
    bare = len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp) and not node.keywords
    start = site.module.span(node.func)[1]
    text = site.module.text[start:end]
    if text.rstrip().endswith(","):
        kept = text.rstrip()
        return site.between(start, end, f"{kept}{more.removeprefix(',')}{text[len(kept) :]}", FAMILY, says, prior)
    return site.between(start, end, f"({text}){more}" if bare else f"{text}{more}", FAMILY, says, prior)


def _own_keys(site: Site, items: str) -> Iterator[tuple[str, str, float]]:
    """Functions of one thing that the repository has: most of all those by which something is ordered, or that are asked of such items."""
    ordered = {
        site.src(word.value)
        for node in site.module.inside(site.module.tree)
        if isinstance(node, ast.Call) and name_of_callee(node) in SORTING
        for word in node.keywords
        if word.arg == "key" and isinstance(word.value, ast.Name | ast.Attribute)
    }
    yield from ((key, f"`{key}`, as elsewhere", 0.5) for key in sorted(ordered))
    yield from ((f"{name}.index", f"its place in `{name}`", 0.5) for name in _scales(site) if f"{name}.index" not in ordered)
    for name, (module, function) in site.world.functions.items():
        key, given = spoken_of(site.module, module, name), parameters(function)
        if key is None or key in ordered or len(given) != 1 or len(function.args.args) != 1 or function is site.function:
            continue
        yield key, f"`{key}`", 0.45 if parts(items) & parts(given[0]) else 0.15


def _scales(site: Site) -> list[str]:
    """Names of the file for lists of a few texts, which may be written in their order."""
    found = [each for each in site.module.tree.body if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)]
    return [
        each.targets[0].id
        for each in found
        if isinstance(each.targets[0], ast.Name)
        and isinstance(each.value, ast.List | ast.Tuple)
        and len(each.value.elts) >= FEWEST_STEPS
        and all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in each.value.elts)
    ][:MOST]


def _ties_kept(site: Site, node: ast.Call, reverse: ast.keyword, key: ast.keyword | None) -> Iterator[Mutation]:
    """The largest first, and what is equal in the usual order: turning the whole order round turns that of equals round too."""
    says = f"Sort `{short(_what(site, node))}` from the largest, and what is equal in its usual order"
    if key is None:
        yield site.put(reverse, "key=lambda item: (-item[0], *item[1:])", FAMILY, says, 0.45)
    elif isinstance(key.value, ast.Lambda) and isinstance(key.value.body, ast.Tuple) and len(key.value.body.elts) > 1:
        first = key.value.body.elts[0]
        start, end = site.module.span(first)[0], site.module.span(reverse)[1]
        after = site.module.text[site.module.span(first)[1] : end]
        rest = after[: after.rfind(",")] if key.value.lineno <= reverse.value.lineno else ""
        if rest:
            yield site.between(start, end, f"-{grouped(site, first)}{rest}", FAMILY, says, 0.5)


def _keys(site: Site) -> Iterator[tuple[str, str]]:
    yield "len", "length"
    yield "str.lower", "letters, whatever their case"
    yield "int", "number"
    mentioned = sorted((key for key in {*site.world.keys} if site.clues.mention(key) > 0.6), key=lambda key: (-site.world.keys[key], key))
    for key in mentioned[:5]:
        yield f'lambda item: item["{key}"]', f"`{key}`"
    for name in sorted(name for name in site.world.attributes if site.clues.mention(name) > 0.9)[:3]:
        yield f"lambda item: item.{name}", f"`{name}`"
    yield "lambda item: item[1]", "the second part"
    yield "lambda item: item[0]", "the first part"


def _key(site: Site, node: ast.Lambda) -> Iterator[Mutation]:
    body = node.body
    text = site.src(body)
    if not isinstance(body, ast.Tuple):
        for tie in _ties(site, node):
            yield site.put(body, f"({text}, {tie})", FAMILY, f"Order what is equal by `{tie}`", 0.45)
    if isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.USub):
        yield site.put(body, site.src(body.operand), FAMILY, "Sort the other way round", 0.4)
    elif not isinstance(body, ast.Tuple):
        yield site.put(body, f"-{text}", FAMILY, f"Sort by `{short(text)}`, largest first", 0.25)
        yield site.put(body, f"{text}.lower()", FAMILY, f"Sort by `{short(text)}`, whatever its case", 0.2)
        yield site.put(body, f"float({text})", FAMILY, f"Sort by `{short(text)}` as a number", 0.3)
        yield site.put(body, f"int({text})", FAMILY, f"Sort by `{short(text)}` as a number", 0.3)
    elif len(body.elts) == 2:
        first, second = (site.src(item) for item in body.elts)
        for new in (f"({second}, {first})", f"(-{first}, {second})", f"({first}, -{second})"):
            yield site.put(body, new, FAMILY, f"Sort by `{short(new)}`", 0.3)


def _ties(site: Site, node: ast.Lambda) -> Iterator[str]:
    """By what else the things can be ordered: the other half of a pair, or themselves."""
    names = [argument.arg for argument in node.args.args]
    if len(names) != 1:
        return
    items = {site.src(part.slice) for part in ast.walk(node.body) if isinstance(part, ast.Subscript) and site.src(part.value) == names[0]}
    yield from (f"{names[0]}[{1 - int(item)}]" for item in sorted(items) if item in ("0", "1"))
    if not items:
        yield names[0]


def _what(site: Site, node: ast.Call) -> str:
    if node.args:
        return site.src(node.args[0])
    return site.src(node.func.value) if isinstance(node.func, ast.Attribute) else ""


def name_of_callee(node: ast.Call) -> str:
    """The bare name of what is called."""
    return name_of(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
