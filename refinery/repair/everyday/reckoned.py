"""What a formula does first: a rest that is lost too early, a choice that takes the whole sum with it, numbers cut towards nought."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

EARLY = "rest lost early"
CHOICE = "choice of a term"
CUT = "cut towards nought"
BELOW_NOUGHT = "sign before digits"
TURNS = "degrees"
OF_ANGLES = ("sin", "cos", "tan")
ANGLES = ("atan2", "atan", "asin", "acos")
DEGREES = re.compile(r"(?i)deg(?:rees?)?(?![a-z])|latitude|longitude|(?<![a-z])l(?:at|on|ng)(?![a-z])|bearing|heading")
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
IDLE: dict[type[ast.operator], tuple[object, ...]] = {ast.Add: (0, "", b""), ast.Sub: (0,), ast.Mult: (1,)}
"""What leaves the other side as it is."""
BELOW = re.compile(r"(?<![\w.)\]])-\d")
"""A number below nought."""


def propose(site: Site) -> Iterator[Mutation]:
    """The same terms, in the order that was meant."""
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            yield from _late(site, node)
        elif isinstance(node, ast.IfExp):
            yield from _term(site, node)
    if BELOW.search(site.clues.text):
        yield from _down(site)
        yield from _digits(site)
    yield from _turns(site)


def _late(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`part // whole * 100` and `int(part / whole) * 100` are nought nearly always: multiply before the rest is lost."""
    for cut, factor in ((node.left, node.right), (node.right, node.left)):
        called = cut.func if isinstance(cut, ast.Call) and len(cut.args) == 1 and not cut.keywords else None
        held = cut.args[0] if isinstance(cut, ast.Call) and called is not None and name_of(called) in ("int", "round", "floor") else cut
        kind = ast.FloorDiv if held is cut else ast.Div
        if not isinstance(held, ast.BinOp) or not isinstance(held.op, kind) or site.src(held.right) == site.src(factor):
            continue
        if isinstance(held.left, ast.Constant):
            continue
        written = f"{grouped(site, held.left)} * {grouped(site, factor)} {'//' if held is cut else '/'} {grouped(site, held.right)}"
        new = written if called is None or held is cut else f"{site.src(called)}({written})"
        hundred = isinstance(factor, ast.Constant) and not isinstance(held.right, ast.Constant)
        yield site.put(node, new, EARLY, f"Multiply first, then divide: `{short(new)}`", 0.85 if hundred else 0.45)


def _term(site: Site, node: ast.IfExp) -> Iterator[Mutation]:
    """`price + fee if far else 0` is nought where it is near: the choice is meant for the last term alone."""
    whole, other = node.body, node.orelse
    if not isinstance(whole, ast.BinOp) or type(whole.op) not in SIGNS or site.module.span(node)[0] != site.module.span(whole)[0]:
        return
    start, end = site.module.span(whole.left)
    bare = start == site.module.span(whole)[0]
    first, last, test = site.module.text[start:end] if bare else grouped(site, whole.left), site.src(whole.right), site.src(node.test)
    if first in test and last in test:  # `high - low if high > low else 0`
        return
    empty = isinstance(other, ast.List | ast.Tuple) and not other.elts and isinstance(whole.op, ast.Add)
    idle = isinstance(other, ast.Constant) and type(other.value) is not bool and other.value in IDLE[type(whole.op)]
    prior = 0.75 if idle or empty else 0.55 if isinstance(whole.op, ast.Add) and last in test else 0.0
    if prior:
        new = f"{first} {SIGNS[type(whole.op)]} ({grouped(site, whole.right)} if {test} else {site.src(other)})"
        yield site.put(node, new, CHOICE, f"Choose the last term alone: `{short(new)}`", prior)


def _down(site: Site) -> Iterator[Mutation]:
    """`int(-0.3)` is 0 and `-7 // 2` is -4: where numbers are below nought, cutting goes up and dividing goes down."""
    through, imports = ("floor", "") if "floor" in site.module.globals else ("math.floor", "math")
    cut = [
        node
        for node in site.statement.nodes
        if isinstance(node, ast.Call) and site.src(node.func) == "int" and len(node.args) == 1 and _divides(node.args[0])
    ]
    if cut:
        changes = [(*site.module.span(node.func), through) for node in cut]
        says = f"Go down to the next whole number of `{short(site.src(cut[0].args[0]))}`, also below nought"
        yield replace(site.at_once(sorted(changes), CUT, says, 0.65), imports=imports)
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            new = f"int({grouped(site, node.left)} / {grouped(site, node.right)})"
            yield site.put(node, new, CUT, f"Cut `{short(site.src(node))}` towards nought, also below it", 0.35)


def _digits(site: Site) -> Iterator[Mutation]:
    """`"-3".isdigit()` is false, for the sign is no digit."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Attribute) and node.attr in ("isdigit", "isdecimal", "isnumeric"):
            new = f'{site.src(node.value)}.removeprefix("-").{node.attr}'
            yield site.put(node, new, BELOW_NOUGHT, "Allow a sign before the digits", 0.7)


def _turns(site: Site) -> Iterator[Mutation]:
    """`sin` and `cos` take radians, and `atan2` gives them, whatever the names say of degrees."""
    calls = [
        node for node in site.statement.nodes if isinstance(node, ast.Call) and name_of(node.func) in (*OF_ANGLES, *ANGLES) and node.args
    ]
    if not calls or site.function is None or re.search(r"\b(?:radians|degrees)\(|math\.pi", site.module.source(site.function)):
        return
    through, imports = ("", "") if {"radians", "degrees"} & {*site.module.globals} else ("math.", "math")
    said = DEGREES.search(site.module.source(site.function)) is not None
    of = [node.args[0] for node in calls if name_of(node.func) in OF_ANGLES]
    named = any(DEGREES.search(site.src(each)) for each in of)
    if of and said:
        changes = sorted((*site.module.span(each), f"{through}radians({site.src(each)})") for each in of)
        says = f"Take `{short(site.src(of[0]))}` as degrees"
        yield replace(site.at_once(changes, TURNS, says, 0.85 if named else 0.5), imports=imports or "math:radians")
    for node in calls:
        if name_of(node.func) in ANGLES and said:
            new = f"{through}degrees({site.src(node)})"
            says = f"Give `{short(site.src(node))}` in degrees"
            yield replace(site.put(node, new, TURNS, says, 0.7), imports=imports or "math:degrees")


def _divides(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and any(isinstance(part, ast.Div) for part in ast.walk(node))
