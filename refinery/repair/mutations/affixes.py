"""Beginnings and ends of texts that are looked for: one too few, or one too many."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from refinery.repair.mutation import Mutation, Site, grouped, short

FAMILY = "beginning or end"
ASKED = ("startswith", "endswith", "removeprefix", "removesuffix")
LONGEST = 4
"""Letters of what else the function compares texts with, that is taken for a beginning."""
MOST = 5
OTHER_WAY = str.maketrans("+-()<>[]{}", "-+)(><][}{")
"""Signs that stand for opposites: who looks for the one often has to look for the other."""


def propose(site: Site) -> Iterator[Mutation]:
    """`startswith` of one text more, or of one less; ends taken off as texts, not as letters; folders told by their parts."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
            yield from _letters(site, node, node.func)
            yield from _folder(site, node, node.func)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKED[:2] and node.args):
            continue
        asked = node.args[0]
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            for other in _others(site, (asked.value,)):
                says = f"Look for `{other}` as well as for `{short(asked.value)}`"
                yield site.put(asked, f"({site.src(asked)}, {other!r})", FAMILY, says, 0.3)
        elif isinstance(asked, ast.Tuple) and len(asked.elts) > 1:
            values = [part.value for part in asked.elts if isinstance(part, ast.Constant)]
            inner = site.module.span(asked.elts[-1])[1]
            for other in _others(site, values):
                yield site.between(inner, inner, f", {other!r}", FAMILY, f"Look for `{other}` too", 0.3)
            for part in asked.elts:
                rest = ", ".join(site.src(each) for each in asked.elts if each is not part)
                text = rest if len(asked.elts) == 2 else f"({rest})"
                yield site.put(asked, text, FAMILY, f"Do not look for `{short(site.src(part))}`", 0.2)


def _letters(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`text.strip("<b>")` takes single letters off, in whatever order, as long as there are some."""
    given = node.args[0]
    text = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
    if func.attr not in ("strip", "lstrip", "rstrip") or sum(letter.isalpha() for letter in text) < 2 or len(text) < 2:
        return
    start, end = ("```" + text.strip("`"), "```") if "`" in text else (text, text)
    first = f'.removeprefix("{start}")' if func.attr != "rstrip" else ""
    last = f'.removesuffix("{end}")' if func.attr == "rstrip" or (func.attr == "strip") else ""
    if not {'"', "\\", "\n"} & set(text) and not _alphabet(text):
        says = f"Take {text!r} off as a whole, not each of its letters"
        yield site.put(node, f"{grouped(site, func.value)}{first}{last}", FAMILY, says, 0.75)


def _alphabet(text: str) -> bool:
    """Whether letters are meant one by one: they are in order, and each stands there once."""
    return text.isalnum() and sorted(set(text)) == list(text)


def _folder(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`str(path).startswith(str(root))` holds of a folder beside it that begins in the same letters."""
    path, root = (_path(site, each) for each in (func.value, node.args[0]))
    if func.attr == "startswith" and path and root:
        says = f"Ask whether `{short(path, 24)}` lies in `{short(root, 24)}` by its parts, not by its letters"
        yield site.put(node, f"{path}.is_relative_to({root})", FAMILY, says, 0.85)


def _path(site: Site, node: ast.expr) -> str:
    """The path that is made a text."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str" and len(node.args) == 1:
        return grouped(site, node.args[0])
    made = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "as_posix"
    return site.src(node.func.value) if made and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _others(site: Site, known: Sequence[object]) -> list[str]:
    """What the function, or else the module, looks for at beginnings and ends, and short texts that it compares with."""
    found: dict[str, None] = {}
    for scope in (site.function, site.module.tree):
        for node in ast.walk(scope) if scope else ():
            values: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKED and node.args:
                values = node.args[0].elts if isinstance(node.args[0], ast.Tuple) else node.args[:1]
            elif isinstance(node, ast.Compare):
                values = [part for part in node.comparators if isinstance(part, ast.Constant) and len(str(part.value)) <= LONGEST]
            found |= {part.value: None for part in values if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value}
    turned = [text.translate(OTHER_WAY) for text in found if len(text) == 1]
    return [each for each in dict.fromkeys((*found, *turned)) if each not in known][:MOST]
