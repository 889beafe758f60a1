"""Regular expressions that show by themselves what they were not meant to say: a backspace, a lone anchor, a group too much."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.module import Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.mutations.patterns import FUNCTIONS, WRITTEN
from refinery.repair.world import name_of

FAMILY = "pattern"
LITERAL = re.compile(r"([rRbB]{0,2})(\"\"\"|'''|\"|')(.*)\2", re.DOTALL)
FRONT = re.compile(r"(\^|\\+A|\\+b)")
BACK = re.compile(r"(\$|\\+Z|\\+b)$")
ENDED = re.compile(r"(\$|\\+Z|\.\*|\.\+)\)?$")
PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""A sign that is escaped, a class of signs, or a sign."""
LONGEST = 400
CHECKS = ("is_", "valid", "check", "looks_", "has_valid", "matches", "accept")


def propose(site: Site) -> Iterator[Mutation]:
    """Patterns as they were meant, each with the form that gives it away."""
    yield from _backspace(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_pattern(site, node):
            yield from _alternatives(site, node)
            yield from _groups(site, node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "match":
            yield from _whole(site, node, node.func)


def is_pattern(site: Site, node: ast.Constant) -> bool:
    """Whether a text is handed to `re`, or has what only patterns have in them."""
    outer = site.parent(node)
    handed = (
        isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) and outer.func.attr in FUNCTIONS and outer.args[:1] == [node]
    )
    text = node.value if isinstance(node.value, str) and len(node.value) < LONGEST else ""
    return (handed and "re" in site.module.globals) or bool(WRITTEN.search(text))


def _backspace(site: Site) -> Iterator[Mutation]:
    r"""`"\b"` without an `r` in front is a backspace, and no text has one."""
    changes: dict[tuple[int, int], str] = {}
    if isinstance(site.statement.node, ast.Expr) and isinstance(site.statement.node.value, ast.Constant):
        return  # what a function says of itself
    for node in site.statement.nodes:
        parts = node.values if isinstance(node, ast.JoinedStr) else [node] if isinstance(node, ast.Constant) else []
        texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        text = site.src(node) if any("\b" in part for part in texts) else ""
        if re.match("[fF]?[\"']", text) and not isinstance(site.parent(node), ast.Compare | ast.JoinedStr):
            changes[site.module.span(node)] = "r" + text.replace(chr(92) * 2, chr(92))
    if changes:
        made = [(*span, new) for span, new in changes.items()]
        yield site.at_once(made, FAMILY, "Mean the edge of a word, not a backspace", 0.95)


def _alternatives(site: Site, node: ast.Constant) -> Iterator[Mutation]:
    """`^on|off$` is what begins so or ends so; both anchors are meant for both."""
    written = LITERAL.fullmatch(site.src(node))
    if written is None:
        return
    prefix, quote, text = written.groups()
    parts = _top(text)
    if len(parts) < 2:
        return
    front, back = FRONT.match(parts[0]), BACK.search(parts[-1])
    alone = not any(FRONT.match(part) for part in parts[1:]) and not any(BACK.search(part) for part in parts[:-1])
    if (front or back) and alone:
        begin, end = front.group() if front else "", back.group() if back else ""
        inner = text[len(begin) : len(text) - len(end)]
        new = f"{prefix}{quote}{begin}(?:{inner}){end}{quote}"
        yield site.put(node, new, FAMILY, f"Anchor every alternative: `{short(new)}`", 0.9 if front and back else 0.4)


def _top(text: str) -> list[str]:
    """The alternatives of a pattern that stand in no brackets."""
    parts, depth = [""], 0
    for piece in PIECE.findall(text):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _groups(site: Site, node: ast.Constant) -> Iterator[Mutation]:
    """`findall` and `split` give what is in the groups: one that only holds things together must not catch them."""
    if not _gives_groups(site, node):
        return
    text = site.src(node)
    pieces, places, at = PIECE.findall(text), [], 0
    for place, piece in enumerate(pieces):
        if piece == "(" and pieces[place + 1 : place + 2] != ["?"]:
            places.append((place, at))
        at += len(piece)
    holds = [_holds_together(pieces, place) for place, _ in places]
    whole = len(places) == 1 and re.fullmatch(r"[rRbB]*[\"']\(.*\)[\"']", text) and pieces[-2] == ")"
    if places and all(holds) and not whole:
        new = text
        for _, at in reversed(places):
            new = f"{new[:at]}(?:{new[at + 1 :]}"
        yield site.put(
            node, new, FAMILY, f"Take all that fits, not only what is in the group: `{short(new)}`", 0.85 if len(holds) == 1 else 0.6
        )


def _holds_together(pieces: list[str], start: int) -> bool:
    """Whether a group is repeated, may be left out, or holds alternatives beside other things."""
    depth, choice = 0, False
    for place in range(start, len(pieces)):
        depth += {"(": 1, ")": -1}.get(pieces[place], 0)
        choice = choice or (depth == 1 and pieces[place] == "|")
        if depth == 0:
            return choice or pieces[place + 1 : place + 2] in (["?"], ["*"], ["+"], ["{"])
    return False


def _gives_groups(site: Site, node: ast.Constant) -> bool:
    outer = site.parent(node)
    if not isinstance(outer, ast.Call) or not isinstance(outer.func, ast.Attribute):
        return False
    if outer.func.attr in ("findall", "split"):
        return True
    kept = site.parent(outer)
    if outer.func.attr != "compile" or not isinstance(kept, ast.Assign):
        return False
    uses = _uses(site.module, name_of(kept.targets[0]))
    return bool(uses & {"findall", "split"}) and not uses & {"match", "search", "fullmatch", "finditer"}


def _uses(module: Module, name: str) -> set[str]:
    """What the file does with a pattern."""
    return {node.attr for node in module.inside(module.tree) if isinstance(node, ast.Attribute) and name_of(node.value) == name}


def _whole(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`match` takes whatever begins well; who only asks whether a text is right means the whole of it."""
    direct = isinstance(func.value, ast.Name) and func.value.id == "re"
    pattern = node.args[0] if direct and node.args else _compiled(site.module, name_of(func.value))
    text = getattr(pattern, "value", None)
    if not isinstance(text, str) or ENDED.search(text):
        return
    outer, function = site.parent(node), site.function
    asked = isinstance(outer, ast.If | ast.While | ast.BoolOp | ast.UnaryOp | ast.Compare | ast.comprehension | ast.IfExp)
    asked = asked or (isinstance(outer, ast.Call) and site.src(outer.func) == "bool")
    if asked or isinstance(outer, ast.Return):
        checks = function is not None and any(word in function.name for word in CHECKS)
        end = site.module.span(func)[1]
        prior = 0.7 if asked and checks else 0.45 if asked or checks else 0.2
        yield site.between(end - len("match"), end, "fullmatch", FAMILY, "Match the whole text, not its beginning", prior)


def _compiled(module: Module, name: str) -> ast.expr | None:
    """The pattern that a name of the file stands for."""
    for node in module.inside(module.tree):
        made = node.value if isinstance(node, ast.Assign) and name_of(node.targets[0]) == name else None
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Attribute) and made.func.attr == "compile" and made.args:
            return made.args[0]
    return None
