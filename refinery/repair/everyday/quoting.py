"""A text put into one of another language (a pattern, a replacement, a template, markup) as if it had been written in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.everyday.replacements import in_a_row, replaces
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of, text_of

LITERAL = "taken literally"
TEMPLATE = "filled in once"
TAKES_PATTERN = ("compile", "search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn")
PATTERNS = frozenset({"pattern", "regex", "regexp", "re", "expression", "expr", "rx"})
"""What names of patterns are called."""
WRITTEN = re.compile(r"\\[bwsdBWSD]|\(\?[:P!=<]|\[\^?\w-\w")
"""What only patterns have in them."""
Read = (ast.Name, ast.Attribute, ast.Subscript)


def propose(site: Site) -> Iterator[Mutation]:
    """Escapes, replacements by a function, and templates filled in once."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if "re" in site.module.globals:
                yield from _replacement(site, node, node.func)
                if name_of(node.func.value) == "re" and node.func.attr in TAKES_PATTERN and node.args:
                    yield from _pattern(site, node.args[0], True)
            if node.func.attr == "format" and node.keywords:
                yield from _filled(site, node, node.func.value)
        elif isinstance(node, ast.JoinedStr | ast.BinOp) and "re" in site.module.globals and _stands_alone(site, node):
            yield from _pattern(site, node, False)


def _stands_alone(site: Site, node: ast.expr) -> bool:
    """Whether it is written like a pattern, and not handed to `re` where it stands."""
    outer = site.parent(node)
    handed = isinstance(outer, ast.Call) and node in outer.args and name_of(outer.func) in TAKES_PATTERN
    return not handed and WRITTEN.search(site.src(node)) is not None


def _replacement(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`PATTERN.sub(new, text)`: a backslash in what is new is taken for a group or an escape."""
    place = 1 if name_of(func.value) == "re" else 0
    if func.attr not in ("sub", "subn") or len(node.args) <= place + 1 or not isinstance(new := node.args[place], (*Read, ast.JoinedStr)):
        return
    text = site.src(new)
    if "\\" in text or name_of(new) in site.world.functions or (isinstance(new, ast.JoinedStr) and len(new.values) < 2):
        return
    prior = 0.85 if site.clues.any_of("bad escape", "invalid group reference") else 0.55
    yield site.put(new, f"lambda _: {text}", LITERAL, f"Put `{short(text)}` in as it is, without reading groups in it", prior)


def _pattern(site: Site, node: ast.expr, handed: bool) -> Iterator[Mutation]:
    """Names in a pattern, of which none holds a pattern itself."""
    function = site.module.source(site.function) if site.function else ""
    if isinstance(node, ast.JoinedStr):
        holes = [each.value for each in node.values if isinstance(each, ast.FormattedValue) and each.format_spec is None]
        prior = 0.7
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and text_of(node.left):
        holes, prior = [node.right], 0.65
    elif isinstance(node, ast.BinOp):
        holes, prior = [part for part in ast.walk(node) if isinstance(part, ast.expr) and isinstance(site.parent(part), ast.BinOp)], 0.65
    else:
        holes, prior = [node] if handed else [], 0.35
    for hole in holes:
        text = site.src(hole)
        if isinstance(hole, ast.Call) and name_of(hole.func) == "join" and "|" in site.src(hole.func) and isinstance(hole.args[0], Read):
            given = site.src(hole.args[0])
            yield site.put(hole.args[0], f"map(re.escape, {given})", LITERAL, f"Look for each of `{short(given)}` as it is written", 0.65)
        elif isinstance(hole, Read) and not text.isupper() and not parts(name_of(hole)) & PATTERNS:
            made = re.search(rf"\b{re.escape(text)} = .*(?:escape|join|compile|\br[\"'])", function)
            if not made and "\n" not in text:
                yield site.put(hole, f"re.escape({text})", LITERAL, f"Look for `{short(text)}` as it is written", prior)


def _filled(site: Site, node: ast.Call, template: ast.expr) -> Iterator[Mutation]:
    """`template.replace("{a}", a).format(b=b)` reads braces in what was put in for `a`."""
    before = _before(site) if isinstance(template, ast.Name) else None
    first = before.value if before is not None else template
    if before is not None and not (site.src(before.targets[0]) == site.src(template) and replaces(first)):
        return
    fills = [(text_of(call.args[0]) or "", call) for call in in_a_row(first)]
    if not fills or any(not re.fullmatch(r"\{[A-Za-z_]\w*\}", name) for name, _ in fills):
        return
    start, inner = fills[-1][1].func, [f"{name[1:-1]}={site.src(call.args[1])}" for name, call in reversed(fills)]
    given = [*(site.src(each) for each in node.args), *inner, *(site.module.source(each) for each in node.keywords)]
    new = f"{grouped(site, start.value) if isinstance(start, ast.Attribute) else ''}.format({', '.join(given)})"
    says = f"Fill `{short(site.src(template), 24)}` in once, so that what is filled in is not read as a template"
    if before is None:
        yield site.put(node, new, TEMPLATE, says, 0.8)
        return
    statement = site.statement.node
    begin, end = site.module.span(before)[0], site.module.span(statement)[1]
    head, tail = (
        site.module.text[site.module.span(statement)[0] : site.module.span(node)[0]],
        site.module.text[site.module.span(node)[1] : end],
    )
    yield site.between(begin, end, f"{head}{new}{tail}", TEMPLATE, says, 0.8)


def _before(site: Site) -> ast.Assign | None:
    """The assignment right before the statement."""
    block = getattr(site.parent(site.statement.node), "body", None)
    place = block.index(site.statement.node) if isinstance(block, list) and site.statement.node in block else 0
    return block[place - 1] if block and place and isinstance(block[place - 1], ast.Assign) else None
