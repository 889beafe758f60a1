"""What slips are looked for in: the files of a repository, its texts, and what its code does with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from refinery.domain import Layer
from refinery.edits.config import LANGUAGES, replaced
from refinery.edits.draft import spliced
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, Value
from refinery.repair.clues import Clues
from refinery.repair.module import Module
from refinery.repair.placeholders import Refill
from refinery.repair.prompts import Wording
from refinery.repair.turns import CONFIGURED
from refinery.repair.world import base_of, name_of, text_of

GOES_THROUGH = frozenset({"list", "set", "tuple", "sorted", "enumerate", "frozenset", "join", "extend", "map", "filter", "any", "all"})
"""What takes each item of what it is given."""

DOCUMENT = 0.6
"""What a change of a text counts that may be a document that is searched, and not said to a model."""

Found = tuple[float, Refill]
Spans = Sequence[tuple[int, int, str]]


@dataclass(frozen=True)
class Sight:
    """A repository, as far as the form of its files goes."""

    sources: Mapping[str, str]
    scalars: Sequence[Scalar]
    modules: Sequence[Module]
    texts: Sequence[Wording]
    clues: Clues
    data: Sequence[Scalar] = ()
    """Values that may not be edited."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """The files in which they stand, and others that may not be edited."""

    @cached_property
    def code(self) -> str:
        return "\n".join(module.text for module in self.modules)

    @cached_property
    def said(self) -> frozenset[str]:
        """All texts that code has."""
        return frozenset(text for module in self.modules for node in module.inside(module.tree) if (text := text_of(node)))

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """Files of settings and records, by their paths."""
        suffixes = {path: PurePosixPath(path).suffix.lower() for path in self.sources}
        return {
            path: self.sources[path] for path in sorted(suffixes) if suffixes[path] in LANGUAGES and len(self.sources[path]) <= CONFIGURED
        }

    @cached_property
    def fills(self) -> bool:
        """Code fills templates by `format`."""
        return re.search(r"\.format(?:_map)?\(", self.code) is not None

    @cached_property
    def listed(self) -> frozenset[str]:
        """Keys of which code goes through the value item by item."""
        return frozenset(name for module in self.modules for name in _gone_through(module))


def _gone_through(module: Module) -> Iterator[str]:
    held: dict[tuple[object, str], str] = {}
    for node in module.inside(module.tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (key := _key(node.value)):
            held[module.function(node), node.targets[0].id] = key
    for node in module.inside(module.tree):
        whole: list[ast.expr] = []
        if isinstance(node, ast.For | ast.comprehension):
            whole = [node.iter]
        elif isinstance(node, ast.Call) and name_of(node.func) in GOES_THROUGH:
            whole = node.args
        for each in whole:
            key = _key(each) or (held.get((module.function(node), each.id), "") if isinstance(each, ast.Name) else "")
            if key:
                yield key


def _key(node: ast.expr) -> str:
    """The key by which an item of a record is read."""
    if isinstance(node, ast.BoolOp):
        return _key(node.values[0])
    read = base_of(node) if isinstance(node, ast.Subscript | ast.Call) else None
    return read[1] if read else ""


def reworded(text: Wording, spans: Spans, prior: float, says: str, why: str) -> Iterator[Found]:
    """The text with other words at these places, as far as it can be written so."""
    if after := text.put(spliced(text.text, spans)):
        yield prior * (1.0 if text.spoken_to else DOCUMENT), Refill(text.path, after, f"{says} in {text.name}", why)


def rewritten(path: str, after: str, prior: float, says: str, why: str) -> Iterator[Found]:
    """A file of settings with another text, if it has one."""
    if after:
        yield prior, Refill(path, after, f"{says} in {path}", why, Layer.CONFIG)


def tried(path: str, change: Callable[[], str], prior: float, says: str, why: str) -> Iterator[Found]:
    """A file of settings after a change, if it can be made with everything else as it is."""
    try:
        after = change()
    except (NotFaithful, NotParsable):
        return
    yield from rewritten(path, after, prior, says, why)


def turned(sources: Mapping[str, str], scalar: Scalar, value: Value, prior: float, says: str, why: str) -> Iterator[Found]:
    """A setting with another value."""
    return tried(scalar.path, lambda: replaced(sources[scalar.path], scalar, value), prior, says, why)


Slips = Callable[[Sight], Iterator[Found]]
