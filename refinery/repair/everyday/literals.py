"""Literals that are not what they look like: two texts for want of a comma, brackets that make no tuple, a text that lacks its `f`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short

FAMILY = "literal"
PIECE = re.compile(r"(?s)(?<!\w)[rbuRBU]{0,2}[fF]?[rRbB]?(?:\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')")
"""One literal of several that stand side by side."""
WORD = re.compile(r"[rRbBuU]?['\"][^\s|()\\]+(?: [^\s|()\\]+){0,2}['\"]")
"""A literal of a word or a few, and neither a pattern nor a part of a sentence that goes on."""
FIELD = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)(?:[.\[][^{}:!]*)?(?:![rsa])?(?::[^{}]*)?\}(?!\})")
"""A name in braces, with what is read of it and its format."""
TEMPLATES = ("format", "format_map", "replace", "render", "substitute", "from_template")
"""What fills a text in later."""
MANY = frozenset({"args", "params", "parameters", "choices", "fields", "names", "columns", "keys", "tags", "shape", "extensions"})
"""What is mostly handed over as more than one."""


def propose(site: Site) -> Iterator[Mutation]:
    """The comma between two texts, the comma of a tuple of one, the `f` before a text with names in braces."""
    for node in site.statement.nodes:
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Call):
            yield from _joined(site, node)
        if isinstance(node, ast.Constant | ast.Name):
            yield from _tuple_of_one(site, node)
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield from _formatted(site, node)


def _pieces(site: Site, node: ast.expr) -> list[re.Match[str]]:
    return list(PIECE.finditer(site.src(node)))


def _joined(site: Site, node: ast.List | ast.Tuple | ast.Set | ast.Call) -> Iterator[Mutation]:
    """`["a" "b", "c"]`: among single texts, two that stand side by side are one for want of a comma."""
    items = node.args if isinstance(node, ast.Call) else node.elts
    for item in items:
        pieces = _pieces(site, item) if isinstance(item, ast.Constant) and isinstance(item.value, str) else []
        start = site.module.span(item)[0]
        if len(pieces) < 2 or _bracketed(site, item, node):
            continue
        words = all(WORD.fullmatch(each[0]) for each in pieces)
        others = sum(isinstance(each, ast.Constant) and len(_pieces(site, each)) == 1 for each in items)
        sure = words and others + len(pieces) > 2
        if not words and (isinstance(node, ast.Call) or others + len(pieces) < 3):
            continue
        prior = 0.9 if sure and not isinstance(node, ast.Call) else 0.6 if words else 0.2
        for one in pieces[:-1]:
            at = start + one.end()
            yield site.between(at, at, ",", FAMILY, f"Put a comma between {short(one[0], 20)} and the text after it", prior)


def _around(site: Site, node: ast.expr) -> tuple[int, int] | None:
    """Where the brackets stand that hold nothing but this."""
    text, (start, end) = site.module.text, site.module.span(node)
    opening, closing = text[max(0, start - 80) : start].rstrip(), text[end : end + 80].lstrip()
    if not opening.endswith("(") or not closing.startswith(")"):
        return None
    return text.rindex("(", 0, start), text.index(")", end)


def _bracketed(site: Site, node: ast.expr, inside: ast.expr) -> bool:
    around = _around(site, node)
    return around is not None and not (isinstance(inside, ast.Call) and around[0] == site.module.span(inside.func)[1])


def _tuple_of_one(site: Site, node: ast.Constant | ast.Name) -> Iterator[Mutation]:
    """`ROLES = ("admin")`, `args=(path)`, `x in ("a")`: brackets around one thing that does not need them."""
    around, parent = _around(site, node), site.parent(node)
    if around is None or (isinstance(node, ast.Constant) and isinstance(node.value, bool | None)):
        return
    single = len(_pieces(site, node)) == 1 if isinstance(node, ast.Constant) and isinstance(node.value, str) else True
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    if isinstance(parent, ast.Call):
        sole = around[0] == site.module.text.find("(", site.module.span(parent.func)[1])
        prior = 0.0 if sole or parent.func is node else 0.65
    elif isinstance(parent, ast.keyword):
        prior = 0.85 if parent.arg in MANY else 0.6
    elif isinstance(parent, ast.Compare):
        prior = 0.85 if node in parent.comparators and isinstance(parent.ops[0], ast.In | ast.NotIn) else 0.0
    elif isinstance(parent, ast.For | ast.comprehension):
        prior = 0.85 if parent.iter is node else 0.0
    elif isinstance(parent, ast.Assign | ast.AnnAssign | ast.Return | ast.Dict | ast.arguments):
        prior = 0.85 if text and " " not in site.src(node) else 0.5 if isinstance(node, ast.Constant) else 0.25
    else:
        prior = 0.0
    if prior and single:
        end = site.module.span(node)[1]
        yield site.between(end, end, ",", FAMILY, f"Make a tuple of `{short(site.src(node), 24)}`, which the brackets alone do not", prior)


def _formatted(site: Site, node: ast.Constant | ast.JoinedStr) -> Iterator[Mutation]:
    """`"{name}: {size:.1f}"` with names that are at hand, and nothing that fills them in."""
    if (isinstance(node, ast.Constant) and not (isinstance(node.value, str) and "{" in node.value)) or _filled_in(site, node):
        return
    start, bound = site.module.span(node)[0], {*site.names_at(node), *site.module.globals, "self"}
    for piece in _pieces(site, node):
        opening = re.split(r"['\"]", piece[0], maxsplit=1)[0].lower()
        named = FIELD.findall(piece[0]) if not set(opening) & {"f", "b"} else []
        if named and all(name in bound for name in named):
            local = set(named) & set(site.names_at(node))
            at = start + piece.start()
            yield site.between(at, at, "f", FAMILY, f"Fill in `{named[0]}`: {short('f' + piece[0], 30)}", 0.85 if local else 0.5)


def _filled_in(site: Site, node: ast.Constant | ast.JoinedStr) -> bool:
    """Whether a text is one to be filled in, or one that only explains."""
    parent = site.parent(node)
    if isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue) or site.function is None:
        return True
    if isinstance(parent, ast.Attribute) and parent.attr in TEMPLATES:
        return True
    name = parent.targets[0].id if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name) else ""
    whole = site.module.source(site.function) if name else ""
    for outer in site.module.above(node):
        if isinstance(outer, ast.stmt):
            break
        if isinstance(outer, ast.Call) and any(word in site.src(outer.func).lower() for word in (*TEMPLATES, "template", "messages")):
            return True
    return any(f"{name}.{each}(" in whole for each in TEMPLATES if name)
