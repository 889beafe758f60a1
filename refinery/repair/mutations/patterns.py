"""Regular expressions and text searches that see too little or too much: flags, greed, anchors, counts."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from refinery.repair.asked import Asked
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FUNCTIONS = ("compile", "search", "match", "fullmatch", "findall", "finditer", "split", "sub")
FLAGS = (("DOTALL", 0.4), ("IGNORECASE", 0.4), ("MULTILINE", 0.3))
PLACES = {"sub": 4, "split": 3, "compile": 1}
"""How many arguments stand before the flags; two elsewhere."""
WRITTEN = re.compile(r"\\[dwsb](?![a-z])|\(\?[:P]|\.\*|\]\+")
"""What only patterns have in them."""
BLOCK = re.compile(r"(?:```|~~~|<\w+>|\{|\[\[|<!--|BEGIN).*\.[*+]\?.*(?:```|~~~|</\w+>|\}|\]\]|-->|END)")
"""Patterns of what stands between two marks, and mostly has lines of its own."""
FAMILY = "pattern"
TELLS, UPSETS = 3.0, 0.7
"""What another pattern counts that finds other things in failing inputs alone, and in passing ones alone."""
LIKELIEST = 0.8
EDITS = (
    (r"(?<!\\)\.([*+])(?=\)?[^?+)$\"'])", r".\1?", "as little as possible", 0.7),
    (r"([*+])(?![?+])", r"\1?", "as little as possible", 0.25),
    (r"(?<=\\[{\[])\.\*\?(?=\\[}\]])", ".*", "up to the last bracket", 0.6),
    (r"([*+])\?", r"\1", "as much as possible", 0.25),
    (r"\+(?![?+])", "*", "also where there is none", 0.2),
    (r"\*(?![?+])", "+", "only where there is one", 0.2),
    (r"\((?:\\d)(?=\))", r"(\\d+", "numbers of any length", 0.55),
    (r"\\d(?![+*{])", r"\\d+", "numbers of any length", 0.3),
    (r"a-z(?!A-Z)", "a-zA-Z", "capitals too", 0.35),
    (r"\[a-zA-Z", "[a-zA-Z0-9", "digits too", 0.2),
    (r"\((?=\\d)", "(-?", "numbers with a sign", 0.3),
    (r"(?<=[^(\\])\\d(?=[+*{])", r"-?\\d", "numbers with a sign", 0.1),
    (r"\\d\+(?!\()", r"\\d+(?:\\.\\d+)?", "numbers with a fraction", 0.25),
    (r"\[(?:\\d|0-9),\][*+](?![?(.\[])", r"\g<0>(?:\\.\\d+)?", "numbers with a fraction", 0.3),
    (r"\[0-9\]\+(?![?(.\[])", r"[0-9]+(?:\\.[0-9]+)?", "numbers with a fraction", 0.25),
    (r"\[(?=\\d\.|0-9\.)(?![^\]]*,)", "[,", "numbers with commas between their digits", 0.15),
    (r"\\d\+", r"\\d[\\d,]*", "numbers with commas between their digits", 0.12),
    (r"\\w(?=[+*])", r"[\\w-]", "words with a hyphen", 0.2),
    (r"(?<![\\\[(])\.(?=[a-z]{2,4}(?:\$|\\Z)?[\"']$)", r"\\.", "the point itself", 0.65),
    (r"(?<=\\d)(?<!\\\\d)\.(?=\\d)|(?<=\\d[+*])\.(?=\\d)", r"\\.", "the point itself", 0.65),
    (r"(?<![\\\[(])\.(?![*+?{])", r"\\.", "the point itself", 0.25),
    (r"\{(\d)\}", r"{1,\1}", "fewer too", 0.2),
    (r"(?<=[a-z])s(?![a-z?*+])", "s?", "one as well as many", 0.2),
    (r"(?<!\?)\)(?![?*+{])", ")?", "also without a part", 0.15),
    (r"(?<=[^\\(\[|])\?(?![:=!<P])(?=[^?])", "", "only with a part", 0.15),
    (r"^(r?[\"'])(?!\^)", r"\1^", "from the beginning on", 0.2),
    (r"(?<!\$)([\"'])$", r"$\1", "to the end", 0.25),
    (r"^(r?[\"'])(?!\\b)", r"\1\\b", "whole words", 0.15),
    (r"(?<!\\b)([\"'])$", r"\\b\1", "whole words", 0.2),
    (r"^(r?[\"'])\^", r"\1", "anywhere, not only at the beginning", 0.2),
    (r"\$([\"'])$", r"\1", "whatever follows", 0.2),
)
"""What is put in the place of what, what is matched then, and how likely that is what was meant."""


def propose(site: Site) -> Iterator[Mutation]:
    """Calls of `re`, and `replace` with a count."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not _of_a_call(site, node) and WRITTEN.search(node.value):
            yield from _pattern(site, node)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id in ("re", "regex") and node.func.attr in FUNCTIONS:
            yield from _flags(site, node, node.func.value.id, node.func.attr)
            if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                yield from _pattern(site, node.args[0])
            if node.func.attr != "compile" and len(node.args) > 1:
                subject = node.args[-1] if node.func.attr != "sub" else node.args[min(2, len(node.args) - 1)]
                if isinstance(subject, ast.Name | ast.Attribute | ast.Subscript):
                    for method in ("lower()", "strip()"):
                        says = f"Look at `{short(site.src(subject))}` after `{method}`"
                        yield site.put(subject, f"{site.src(subject)}.{method}", FAMILY, says, 0.3)
        elif node.func.attr in ("replace", "split", "rsplit") and name_of(node.func.value) not in ("re", "regex"):
            yield from _count(site, node, node.func.attr)


def _of_a_call(site: Site, node: ast.Constant) -> bool:
    """Whether a text is handed to `re` where it stands."""
    outer = site.parent(node)
    return isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) and outer.func.attr in FUNCTIONS


def _flags(site: Site, node: ast.Call, module: str, name: str) -> Iterator[Mutation]:
    given = next((keyword.value for keyword in node.keywords if keyword.arg == "flags"), None)
    place = PLACES.get(name, 2)
    if given is None and len(node.args) > place:
        given = node.args[place]
    end = site.module.span(node)[1] - 1
    has = site.src(given) if given is not None else ""
    for flag, prior in FLAGS:
        if flag in has:
            continue
        says = f"Match with {flag}"
        prior = min(LIKELIEST, prior * _flagged(site, node, flag)) if given is None else prior
        prior = max(prior, 0.7) if flag == "DOTALL" and node.args and BLOCK.search(site.src(node.args[0])) else prior
        if given is not None:
            yield site.put(given, f"{has} | {module}.{flag}", FAMILY, says, prior)
        elif not site.module.text[:end].rstrip().endswith(","):
            yield site.between(end, end, f", flags={module}.{flag}", FAMILY, says, prior)


def _flagged(site: Site, node: ast.Call, flag: str) -> float:
    """What the inputs say of a flag, where the pattern stands in the call."""
    first = node.args[0] if node.args else None
    plain = compiled(site.src(first)) if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    return _told(site.clues.asked.parts(plain, re.compile(plain.pattern, getattr(re, flag)))) if plain else 1.0


def _pattern(site: Site, node: ast.Constant) -> Iterator[Mutation]:
    for changed, says, prior in variants(site.src(node), site.clues.asked):
        yield site.put(node, changed, FAMILY, f"Match {says}: `{short(changed)}`", prior)


def telling(text: str, asked: Asked) -> Iterator[tuple[str, str, float]]:
    """Of other patterns those that find other things in failing inputs alone: as literals, with what each does and how likely it is."""
    own = compiled(text)
    for changed, says, prior in variants(text, asked):
        pattern = compiled(changed)
        if own and pattern and asked.parts(own, pattern) == (True, False):
            yield changed, says, prior


def variants(text: str, asked: Asked) -> Iterator[tuple[str, str, float]]:
    """Other patterns than that of a literal, as literals, with what each does and how likely it is.

    The likelier where it finds other things in failing inputs than the present one, and the same in passing ones.
    """
    own = compiled(text)
    for old, new, says, prior in EDITS:
        places = list(re.finditer(old, text))
        for found in places[:4]:
            changed = text[: found.start()] + found.expand(new) + text[found.end() :]
            pattern = compiled(changed) if changed != text else None
            if pattern is not None:
                told = _told(asked.parts(own, pattern)) if own else 1.0
                yield changed, says, min(LIKELIEST, told * prior / max(1, len(places) - 1))


def _told(parts: tuple[bool, bool]) -> float:
    bad, good = parts
    return (TELLS if not good else 1.0) if bad else 1.0 if not good else UPSETS


def compiled(text: str) -> re.Pattern[str] | None:
    """A literal as a pattern; None where `re` cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(ast.literal_eval(text))
    except (re.error, SyntaxError, ValueError, TypeError):
        return None


def _count(site: Site, node: ast.Call, name: str) -> Iterator[Mutation]:
    most = 3 if name == "replace" else 2
    if len(node.args) == most:
        start, end = site.module.span(node.args[most - 2])[1], site.module.span(node.args[most - 1])[1]
        yield site.between(start, end, "", FAMILY, f"`{name}` every one, not only the first", 0.45)
    elif len(node.args) == most - 1 and name != "replace" and not node.keywords:
        end = site.module.span(node.args[-1])[1]
        taken = _taken(site, node)
        if taken > 1:
            sure = 0.8 if "too many values to unpack" in site.clues.text else 0.5
            yield site.between(end, end, f", {taken - 1}", FAMILY, f"`{name}` into {taken} parts, as are taken", sure)
        cut = _cut(site, node)
        if cut > 1:
            yield site.between(end, end, f", {cut}", FAMILY, f"`{name}` so that the last part taken has the rest", 0.6)
        if taken != 2:
            yield site.between(end, end, ", 1", FAMILY, f"`{name}` only once", 0.6 if _two_used(site, node) else 0.3)


def _cut(site: Site, node: ast.Call) -> int:
    """How often a text is parted at the least for the parts that are taken: `row.split(sign)[1:3]`, of which the last may hold the sign."""
    parent = site.parent(node)
    stop = parent.slice.upper if isinstance(parent, ast.Subscript) and isinstance(parent.slice, ast.Slice) else None
    return stop.value - 1 if isinstance(stop, ast.Constant) and type(stop.value) is int else 0


def _taken(site: Site, node: ast.Call) -> int:
    """Into how many names a list is taken apart; nought where it is not."""
    parent = site.parent(node)
    target = parent.targets[0] if isinstance(parent, ast.Assign) else None
    if not isinstance(target, ast.Tuple | ast.List) or any(isinstance(each, ast.Starred) for each in target.elts):
        return 0
    return len(target.elts)


def _two_used(site: Site, node: ast.Call) -> bool:
    """Whether two parts of a text are used, however many there are: `row.split(sign)[:2]`, `row.split(sign)[1]`."""
    outer = site.parent(node)
    taken = outer.slice.upper if isinstance(outer, ast.Subscript) and isinstance(outer.slice, ast.Slice) else None
    second = isinstance(outer, ast.Subscript) and isinstance(outer.slice, ast.Constant) and outer.slice.value == 1
    return second or (isinstance(taken, ast.Constant) and taken.value == 2)
