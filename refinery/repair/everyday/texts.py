"""Texts as they are searched, cut and gone through: where nought is a place, a space is not any space, and a text is its letters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

PLACE = "place for truth"
SPACES = "white space"
LETTERS = "text for a list"
CUT = "length of a text"
COLLECTS = ("list", "tuple", "set", "sorted", "frozenset")


def propose(site: Site) -> Iterator[Mutation]:
    """What was meant, where a text shows that it was forgotten what it is."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _found(site, node, node.func)
            yield from _any_space(site, node, node.func)
        if isinstance(node, ast.Call):
            yield from _as_one(site, node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield from _held(site, node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.Subscript):
            yield from _room(site, node.left, [node.right])
        elif isinstance(node, ast.JoinedStr):
            held = node.values[0]
            if isinstance(held, ast.FormattedValue) and isinstance(held.value, ast.Subscript):
                yield from _room(site, held.value, node.values[1:])
    yield from _one_more(site)


def _found(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`if text.find(word):` is false where the text begins with the word, and true where it is not there."""
    if func.attr not in ("find", "rfind") or not node.args:
        return
    held = site.parent(node)
    if isinstance(held, ast.NamedExpr):
        yield from _as_truth(site, held, f"({site.src(held)})")
    yield from _as_truth(site, node, site.src(node))


def _held(site: Site, node: ast.Name) -> Iterator[Mutation]:
    """The same where a name holds the place: `at = text.find(word)`, and then `if at:`."""
    if site.function is None or not (site.tested(node) or isinstance(site.parent(node), ast.Compare)):
        return
    given = [
        each.value
        for each in site.module.inside(site.function)
        if isinstance(each, ast.Assign) and name_of(each.targets[0]) == node.id and each.lineno < node.lineno
    ]
    if given and all(isinstance(each, ast.Call) and name_of(each.func) in ("find", "rfind") and each.args for each in given):
        yield from _as_truth(site, node, node.id)


def _as_truth(site: Site, node: ast.expr, text: str) -> Iterator[Mutation]:
    parent = site.parent(node)
    says = f"Ask whether `{short(text)}` found something, be it at the beginning"
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        yield site.put(parent, f"{text} == -1", PLACE, says, 0.9)
    elif site.tested(node):
        yield site.put(node, f"{text} != -1", PLACE, says, 0.9)
    elif isinstance(parent, ast.Compare) and parent.left is node and site.src(parent.comparators[0]) == "0":
        if isinstance(parent.ops[0], ast.Gt):
            yield site.put(parent, f"{text} != -1", PLACE, says, 0.4 if isinstance(node, ast.Name) else 0.65)
    elif isinstance(parent, ast.Call) and name_of(parent.func) == "bool":
        yield site.put(parent, f"{text} != -1", PLACE, says, 0.9)


def _any_space(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`text.split(" ")` makes empty words of two spaces; `replace("  ", " ")` leaves every second of four."""
    keyed = next((each for each in node.keywords if each.arg == "sep"), None)
    sep = node.args[0] if node.args else keyed.value if keyed else None
    if func.attr in ("split", "rsplit") and isinstance(sep, ast.Constant) and sep.value == " " and len(node.args) + len(node.keywords) > 1:
        yield site.put(sep, "None", SPACES, "Split at any white space, however much", 0.6)
    if func.attr == "title" and not node.args:
        yield from _apostrophe(site, node, func)
    if not node.args or not all(isinstance(each, ast.Constant) for each in node.args):
        return
    given = [each.value for each in node.args if isinstance(each, ast.Constant)]
    if func.attr in ("split", "rsplit") and given == [" "]:
        yield site.between(*site.module.span(node.args[0]), "", SPACES, "Split at any white space, however much", 0.6)
    elif func.attr == "split" and given == ["\n"]:
        new = f"{site.src(func.value)}.splitlines()"
        yield site.put(node, new, SPACES, "Split into lines, whatever their end, with none behind the last", 0.4)
    elif func.attr == "replace" and given == ["  ", " "]:
        yield site.put(node, f'" ".join({site.src(func.value)}.split())', SPACES, "Leave one space, however many there are", 0.5)


def _apostrophe(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`"it's".title()` is `It'S`: `capwords` begins a word behind white space alone."""
    through, imports = ("capwords", "") if "capwords" in site.module.globals else ("string.capwords", "string")
    prior = 0.8 if re.search(r"\w['\u2019]\w", site.clues.text) else 0.2
    new = f"{through}({site.src(func.value)})"
    yield replace(site.put(node, new, LETTERS, "Begin words behind spaces with a capital, not behind apostrophes", prior), imports=imports)


def _as_one(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`list(names)` where `names` is a text: its letters, not the one name. Known from what was asked of it, or said, or written."""
    name = name_of(node.func) if isinstance(node.func, ast.Name) else ""
    grows = isinstance(node.func, ast.Attribute) and node.func.attr in ("extend", "update")
    if len(node.args) != 1 or node.keywords or not (name in COLLECTS or grows):
        return
    of, told = node.args[0], _is_text(site, node.args[0])
    if not told or (isinstance(site.parent(node), ast.Call) and site.src(node.func) != "list" and not grows):
        return
    text = site.src(of)
    says = f"Take `{short(text)}` as one, not letter by letter"
    if grows:
        yield site.put(of, f"[{text}]", LETTERS, says, told)
    else:
        new = {"tuple": f"({text},)", "set": f"{{{text}}}", "frozenset": f"frozenset([{text}])"}.get(name, f"[{text}]")
        yield site.put(node, new, LETTERS, says, told)


def _one_more(site: Site) -> Iterator[Mutation]:
    """`names += "x"` adds letters to a list; `return names` gives a text where the other answers are lists."""
    statement = site.statement.node
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and isinstance(statement.target, ast.Name):
        given = [
            each.value
            for each in (site.module.inside(site.function) if site.function and _is_text(site, statement.value) else ())
            if isinstance(each, ast.Assign) and site.src(each.targets[0]) == statement.target.id
        ]
        if given and all(isinstance(each, ast.List | ast.ListComp) for each in given):
            text = site.src(statement.value)
            yield site.put(statement.value, f"[{text}]", LETTERS, f"Add `{short(text)}` as one, not letter by letter", 0.85)
    elif isinstance(statement, ast.Return) and isinstance(statement.value, ast.Name) and site.function is not None:
        answers = [each.value for each in site.module.inside(site.function) if isinstance(each, ast.Return)]
        lists = any(isinstance(each, ast.List) or (isinstance(each, ast.Call) and site.src(each.func) == "list") for each in answers)
        if lists and _text_asked(site, statement, statement.value.id):
            yield site.put(statement.value, f"[{statement.value.id}]", LETTERS, f"Give a list of `{statement.value.id}` here too", 0.7)


def _is_text(site: Site, node: ast.expr) -> float:
    """How sure it is that something is a text where it is taken for a list: nought where nothing says so."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return 0.6
    if not isinstance(node, ast.Name):
        return 0.85 if isinstance(node, ast.JoinedStr) else 0.0
    if _text_asked(site, site.statement.node, node.id) or _text_asked(site, node, node.id):
        return 0.9
    arguments = [*site.function.args.args, *site.function.args.kwonlyargs] if site.function else []
    plain = any(each.arg == node.id and each.annotation is not None and site.src(each.annotation) == "str" for each in arguments)
    return 0.25 if plain else 0.0


def _text_asked(site: Site, node: ast.AST, name: str) -> bool:
    """Whether it is only done where `isinstance(name, str)`."""
    child = node
    for outer in site.module.above(node):
        if isinstance(outer, ast.If | ast.IfExp):
            body = outer.body if isinstance(outer.body, list) else [outer.body]
            if child in body and site.src(outer.test) == f"isinstance({name}, str)":
                return True
        child = outer
    return False


def _room(site: Site, cut: ast.Subscript, more: list[ast.expr]) -> Iterator[Mutation]:
    """`text[:most] + "..."` is longer than `most` by what is put behind it."""
    stop = cut.slice.upper if isinstance(cut.slice, ast.Slice) and cut.slice.lower is None else None
    if stop is None or not isinstance(stop, ast.Name | ast.Attribute | ast.Constant) or len(more) != 1:
        return
    mark, limit = more[0], site.src(stop)
    if isinstance(mark, ast.Constant) and isinstance(mark.value, str) and not any(letter.isalnum() for letter in mark.value):
        room = str(len(mark.value))
    elif isinstance(mark, ast.Name) and isinstance(mark.ctx, ast.Load):
        room = f"len({mark.id})"
    else:
        return
    inside = site.module.inside(site.function) if site.function else ()
    tests = [site.src(each) for each in inside if isinstance(each, ast.Compare)]
    compared = any("len(" in each and limit in each for each in tests)
    says = f"Leave room for `{short(site.src(mark))}` within `{limit}`"
    yield site.put(stop, f"{limit} - {room}", CUT, says, 0.75 if compared else 0.4)
