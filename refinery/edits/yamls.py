"""YAML: where its scalars stand and how a new value is spelt in the old one's style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, Value, plain, value_at

if TYPE_CHECKING:
    import yaml

FENCE = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
PLAIN = re.compile(r"[\w/.][\w/.+@%-]*(?: [\w/.+@%-]+)*")
"""Texts that every YAML parser reads the same without quotes; libyaml and PyYAML do not agree on `{a: 0?}`."""
WORDS = {"true": "false", "yes": "no", "on": "off", "y": "n"}


def load(text: str) -> Json:
    """All documents of the text: the document, or a list of them when there are several."""
    import yaml  # late: slow

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = [plain(document) for document in yaml.load_all(text, loader)]
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsable(str(error)) from error
    return documents[0] if len(documents) == 1 else documents


def scan(text: str) -> Iterator[Scalar]:
    """Every scalar value, in order of appearance. A text that an alias repeats is told once."""
    import yaml

    try:
        documents = list(yaml.compose_all(text, yaml.SafeLoader))
        values = load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsable(str(error)) from error
    seen: set[int] = set()
    for number, document in enumerate(documents):
        if document is not None:
            yield from _walk(document, (number,) if len(documents) > 1 else (), seen, text, values)


def lists(text: str) -> Iterator[tuple[tuple[str | int, ...], list[tuple[int, int]], bool]]:
    """Every list of a text with one document: the way to it, the places of its items, and whether these are whole lines."""
    import yaml

    try:
        documents = list(yaml.compose_all(text, yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsable(str(error)) from error
    if len(documents) == 1 and documents[0] is not None:
        yield from _lists(documents[0], (), text)


@dataclass(frozen=True, slots=True)
class Key:
    """A name in a table, and the characters it is written with."""

    start: int
    end: int
    raw: str
    sort: str
    """What YAML takes it for: `str`, `int`, `float`, `bool`, `null` or `timestamp`."""


def tables(text: str) -> Iterator[list[Key]]:
    """The keys of every table of a text, but for those that merge another one."""
    import yaml

    try:
        waiting: list[yaml.Node | None] = list(yaml.compose_all(text, yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsable(str(error)) from error
    seen: set[int] = set()
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
            continue
        seen.add(id(node))
        waiting += [item for _, item in node.value] if isinstance(node, yaml.MappingNode) else node.value
        if isinstance(node, yaml.MappingNode):
            names = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode) and not key.tag.endswith(":merge")]
            spans = [(key.start_mark.index, key.end_mark.index, key.tag.rpartition(":")[2]) for key in names]
            yield [Key(start, end, text[start:end], sort) for start, end, sort in spans]


def _lists(node: yaml.Node, keys: tuple[str | int, ...], text: str) -> Iterator[tuple[tuple[str | int, ...], list[tuple[int, int]], bool]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                yield from _lists(item, (*keys, _key(key)), text)
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield from _lists(item, (*keys, place), text)
        if node.flow_style:
            yield keys, [(item.start_mark.index, item.end_mark.index) for item in node.value], False
        elif lines := _lines_of_items(node, text):
            yield keys, lines, True


def _lines_of_items(node: yaml.SequenceNode, text: str) -> list[tuple[int, int]]:
    """The lines of each item of a block list, comments above an item with it; nothing where items share lines with other things."""
    starts: list[int] = []
    for item in node.value:
        start = text.rfind("\n", 0, item.start_mark.index) + 1
        if text[start : item.start_mark.index].strip() != "-":
            return []
        while starts and _comment_above(text, start) > starts[-1]:
            start = _comment_above(text, start)
        starts.append(start)
    end = node.end_mark.index
    last = text.rfind("\n", 0, end) + 1 if text[:end].rstrip(" ").endswith("\n") else end
    while last > starts[-1] and (above := text[: last - 1].rfind("\n") + 1) > starts[-1] and _bare(text[above : last - 1]):
        last = above  # blank lines and comments behind the list are not its last item's
    return list(zip(starts, [*starts[1:], last], strict=True))


def _comment_above(text: str, start: int) -> int:
    """Where the line above begins, if it is a comment; -1 if it is not."""
    above = text.rfind("\n", 0, max(start - 1, 0)) + 1
    return above if start and text[above : start - 1].lstrip().startswith("#") else -1


def _bare(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def front_matter(text: str) -> tuple[int, str] | None:
    """The YAML between two `---` lines at the head of a text document, and where it begins."""
    match = FENCE.match(text)
    return (match.start(1), match.group(1)) if match else None


def spellings(scalar: Scalar, value: Value) -> Iterator[str]:
    """Ways to write the value, the one most like the present one first."""
    raw = scalar.raw
    gap = "" if raw else " "
    if raw[:1] in ("|", ">"):
        return
    if isinstance(value, bool):
        yield gap + _truth(raw, value)
    elif value is None:
        yield gap + ("~" if raw == "~" else "null")
    elif isinstance(value, int | float):
        yield gap + number(value, raw)
        if isinstance(value, float):
            yield gap + _decimal(value)
    else:
        double = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
        single = "'" + value.replace("'", "''") + "'"
        styles: tuple[str, ...] = {'"': (double, single), "'": (single, double)}.get(raw[:1], (double, single))
        if raw[:1] not in ("'", '"') and PLAIN.fullmatch(value):
            styles = (value, *styles)
        for style in styles:
            yield gap + style


def number(value: float, raw: str) -> str:
    """A number as one would write it next to the old one: grouping and exponents only where they were."""
    if isinstance(value, int):
        return f"{value:_}" if "_" in raw else str(value)
    return repr(value) if "e" in raw.lower() or "e" not in repr(value) else _decimal(value)


def _decimal(value: float) -> str:
    text = f"{value:.17f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def _truth(raw: str, value: bool) -> str:
    both = WORDS | {no: yes for yes, no in WORDS.items()}
    low = raw.lower()
    if low not in both:
        return "true" if value else "false"
    word = low if (low in WORDS) == value else both[low]
    return word.upper() if raw.isupper() and len(raw) > 1 else word.capitalize() if raw[:1].isupper() else word


def _walk(node: yaml.Node, keys: tuple[str | int, ...], seen: set[int], text: str, values: Json) -> Iterator[Scalar]:
    import yaml

    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                yield from _walk(item, (*keys, _key(key)), seen, text, values)
    elif isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield from _walk(item, (*keys, place), seen, text, values)
    elif isinstance(node, yaml.ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        try:
            value = value_at(values, keys)
        except NotFaithful:  # a key that is no text, or that a later one of the same name hides
            return
        if not isinstance(value, dict | list):
            yield Scalar(keys, start, end, text[start:end], value, node.start_mark.line + 1)


def _key(node: yaml.ScalarNode) -> str:
    import yaml

    return str(yaml.safe_load(node.value)) if node.style is None and node.value else str(node.value)
