"""What comes from outside: rows taken apart by hand, keys that JSON makes texts of, and paths that lead elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

ROWS, KEYS, PATHS = "rows", "keys of numbers", "path"
SEPARATORS = (",", ";", "\t", "|")
PATHY = frozenset({"root", "base", "folder", "directory", "dir", "path", "home", "parent", "here", "top", "target", "dest", "destination"})


def propose(site: Site) -> Iterator[Mutation]:
    """`csv.reader`, numbers for keys, and parts of paths that do not begin at the root."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _split(site, node, node.func)
            yield from _joined(site, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _pathy(node.left):
            yield from _inside(site, node.right, 0.3)
    yield from _numbers(site)


def _split(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`line.split(",")` takes a comma within quotation marks for one between two cells."""
    sign = getattr(node.args[0], "value", None) if node.args else None
    if func.attr != "split" or len(node.args) != 1 or sign not in SEPARATORS:
        return
    kept = "csv" in site.module.globals
    quoted = site.clues.any_of('\\"', "\"'", "'\"", '""')
    prior = 0.75 if kept and quoted else 0.55 if kept or quoted else 0.12
    how = "" if sign == "," else f", delimiter={site.src(node.args[0])}"
    outer, says = site.parent(node), "Read the rows as CSV, with their quotation marks"
    made: list[Mutation] = []
    if isinstance(outer, ast.ListComp) and outer.elt is node and len(outer.generators) == 1:
        part = outer.generators[0]
        if site.src(func.value) == site.src(part.target) or site.src(func.value).startswith(f"{site.src(part.target)}."):
            tests = "".join(f" if {site.src(test)}" for test in part.ifs)
            lines = (
                site.src(part.iter)
                if not tests
                else f"({site.src(part.target)} for {site.src(part.target)} in {site.src(part.iter)}{tests})"
            )
            made.append(site.put(outer, f"list(csv.reader({lines}{how}))", ROWS, says, prior))
    made.append(site.put(node, f"next(csv.reader([{site.src(func.value)}]{how}))", ROWS, says, prior * 0.8))
    yield from (each if kept else replace(each, imports="csv") for each in made)


def _joined(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`join(root, "/a")` is "/a": what begins at the root does not stay inside of it."""
    called = site.src(node.func)
    if called.endswith("path.join") and len(node.args) > 1:
        yield from _inside(site, node.args[-1], 0.4)
    elif name_of(node.func) == "joinpath" and node.args:
        yield from _inside(site, node.args[-1], 0.35)
    elif called.endswith("urljoin") and len(node.args) == 2:
        base, rest = node.args
        start, end = site.module.span(base)[0], site.module.span(rest)[1]
        if isinstance(rest, ast.Constant) and isinstance(rest.value, str):
            new = repr(rest.value.lstrip("/")).replace("'", '"')
        else:
            new = f'{grouped(site, rest)}.lstrip("/")'
        yield site.between(start, end, f'{grouped(site, base)}.rstrip("/") + "/", {new}', PATHS, "Join below the whole address", 0.4)


def _inside(site: Site, part: ast.expr, prior: float) -> Iterator[Mutation]:
    says = f"Stay below the folder also where `{short(site.src(part))}` begins with a stroke"
    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.startswith("/"):
        text = site.src(part)
        yield site.put(part, text.replace("/", "", 1), PATHS, says, 0.85)
    elif isinstance(part, ast.Name | ast.Attribute | ast.Subscript):
        told = site.clues.any_of("'/", '"/') or any(line.startswith("/") for line in site.clues.asked.lines[0])
        yield site.put(part, f'{site.src(part)}.lstrip("/")', PATHS, says, 0.7 if told else prior / 2)


def _pathy(node: ast.expr) -> bool:
    made = isinstance(node, ast.Call) and name_of(node.func) in ("Path", "PurePath", "PosixPath", "PurePosixPath")
    return made or bool(set(name_of(node).lower().split("_")) & PATHY)


def _numbers(site: Site) -> Iterator[Mutation]:
    """JSON knows only texts for keys: numbers that were written come back as texts."""
    statement, function = site.statement.node, site.function
    if not isinstance(statement, ast.Return | ast.Assign) or function is None:
        return
    value = statement.value
    if value is None or not _loads(site, value):
        return
    name = next(each for each in ("key", "number", "name") if each not in site.locals)
    new = f"{{int({name}): value for {name}, value in {site.src(value)}.items()}}"
    told = "keys as texts" in site.clues.symptoms
    yield site.put(value, new, KEYS, "Make numbers of the keys, which JSON keeps as texts", 0.85 if told else 0.08)


def _loads(site: Site, value: ast.expr) -> bool:
    """Whether something was read from JSON, or is a name of such."""
    if isinstance(value, ast.Call):
        return site.src(value.func).endswith(("json.load", "json.loads"))
    if not isinstance(value, ast.Name) or not isinstance(site.statement.node, ast.Return):
        return False
    given = [node.value for node in site.module.inside(site.function or site.module.tree)
             if isinstance(node, ast.Assign) and name_of(node.targets[0]) == value.id]  # fmt: skip
    return any(isinstance(each, ast.Call) and _loads(site, each) for each in given)
