"""Names in settings that are joined otherwise than the same name elsewhere: `net-price` for `net_price`.

What is looked up letter by letter is not found then, and nobody sees why. A name that stands at one place alone is the odd one.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from refinery.domain import Layer
from refinery.edits.config import replaced
from refinery.edits.entries import renamed
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.clues import Clues
from refinery.repair.module import Module
from refinery.repair.placeholders import Refill

NAME = re.compile(r"\w+(?:[-./]\w+)*")
SHORTEST = 5
"""Letters of a name that is not like another by chance."""
MEANT = 0.75
"""How likely a name is the other one, whatever reads it."""


def joints(found: Iterable[Scalar], sources: Mapping[str, str], modules: Iterable[Module], clues: Clues) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order: of values that are names, and of keys."""
    count: Counter[str] = Counter(word for text in _texts(sources, modules) for word in NAME.findall(text))
    asked = {word for line in clues.asked.lines[0] for word in NAME.findall(line)}
    forms: dict[str, set[str]] = defaultdict(set)
    for word in (*count, *asked):
        forms[_form(word)].add(word)
    seen: set[tuple[str, tuple[str | int, ...]]] = set()
    for scalar in found:
        if isinstance(scalar.value, str):
            for other in _others(scalar.value, count, forms):
                yield from _set(scalar, other, sources)
        for depth, key in enumerate(scalar.keys):
            if isinstance(key, str) and (scalar.path, scalar.keys[: depth + 1]) not in seen:
                seen.add((scalar.path, scalar.keys[: depth + 1]))
                for other in _others(key, count, forms):
                    yield from _named(scalar, depth, other, sources)


def _texts(sources: Mapping[str, str], modules: Iterable[Module]) -> Iterator[str]:
    """Of code, what stands in quotation marks."""
    yield from (text for path, text in sources.items() if not path.endswith(".py"))
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _form(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _others(name: str, count: Mapping[str, int], forms: Mapping[str, set[str]]) -> list[str]:
    """How a name that stands once is written elsewhere."""
    form = _form(name)
    if count[name] != 1 or len(form) < SHORTEST or form.isdigit() or not NAME.fullmatch(name):
        return []
    return sorted(forms[form] - {name})


def _set(scalar: Scalar, other: str, sources: Mapping[str, str]) -> Iterator[tuple[float, Refill]]:
    try:
        after = replaced(sources[scalar.path], scalar, other)
    except (NotFaithful, NotParsable):
        return
    why = f"`{scalar.value}` stands nowhere else, and `{other}` does"
    yield MEANT, Refill(scalar.path, after, f"Set {scalar.name} to {other}", why, Layer.CONFIG)


def _named(scalar: Scalar, depth: int, other: str, sources: Mapping[str, str]) -> Iterator[tuple[float, Refill]]:
    try:
        after = renamed(sources[scalar.path], scalar, depth, other)
    except (NotFaithful, NotParsable):
        return
    why = f"`{scalar.keys[depth]}` stands nowhere else, and `{other}` does"
    yield MEANT, Refill(scalar.path, after, f"Call {scalar.keys[depth]} {other}", why, Layer.CONFIG)
