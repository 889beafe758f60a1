"""Lists in YAML, TOML and JSON: an item taken out, put in or moved, with everything else byte for byte as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.edits import jsons, tomls, yamls
from refinery.edits.config import LANGUAGES
from refinery.edits.scalar import NotFaithful, NotParsable, same, value_at

LANGUAGE = {"yaml": yamls, "toml": tomls, "json": jsons}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in a file, and the characters of each of its items."""

    path: str
    keys: tuple[str | int, ...]
    """The way to it from the document's root."""
    spans: tuple[tuple[int, int], ...]
    values: tuple[Json, ...]
    whole_lines: bool = False
    """Each item is some lines of its own (a block list of YAML); else they stand in brackets, with commas between."""

    @property
    def name(self) -> str:
        """The way to it, in the usual notation."""
        return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in self.keys).lstrip(".") or self.path


def listings(text: str, path: str) -> Iterator[Listing]:
    """The lists of a configuration file whose items can be told apart. NotParsable when it is not what its name says."""
    language = LANGUAGES.get(PurePosixPath(path).suffix.lower())
    if language is None:
        return
    document = LANGUAGE[language].load(text)
    for keys, spans, whole_lines in LANGUAGE[language].lists(text):
        try:
            values = value_at(document, keys)
        except NotFaithful:
            continue
        if isinstance(values, list) and len(values) == len(spans):
            yield Listing(path, keys, tuple(spans), tuple(values), whole_lines)


def without(text: str, listing: Listing, place: int) -> str:
    """The text without one item. NotFaithful where anything else would change."""
    spans = listing.spans
    if listing.whole_lines:
        if len(spans) == 1:
            raise NotFaithful("a block list cannot be left empty")
        start, end = spans[place]
    elif place + 1 < len(spans):
        start, end = spans[place][0], spans[place + 1][0]
    elif place:
        start, end = spans[place - 1][1], spans[place][1]
    else:
        start, end = spans[place]
    own = spans[place]
    if not listing.whole_lines and "#" in text[start : own[0]] + text[own[1] : end]:
        raise NotFaithful("a comment stands between the items")
    return _faithful(text, text[:start] + text[end:], listing, [value for at, value in enumerate(listing.values) if at != place])


def moved(text: str, listing: Listing, place: int, to: int) -> str:
    """The text with one item moved to another place. NotFaithful where anything else would change."""
    order = [each for each in range(len(listing.spans)) if each != place]
    order.insert(to, place)
    pieces = [text[start:end] for start, end in listing.spans]
    if listing.whole_lines and not pieces[-1].endswith("\n"):
        raise NotFaithful("the last item has no line of its own")
    after, at = [], 0
    for (start, end), source in zip(listing.spans, order, strict=True):
        after += [text[at:start], pieces[source]]
        at = end
    return _faithful(text, "".join((*after, text[at:])), listing, [listing.values[source] for source in order])


def with_item(text: str, listing: Listing, value: str | int) -> str:
    """The text with one more item behind the last, written as the last one is. NotFaithful where that cannot be."""
    last = listing.values[-1] if listing.values else None
    if type(last) is not type(value) or isinstance(last, bool):
        raise NotFaithful("only a list of texts, or of whole numbers, can be added to")
    start, end = listing.spans[-1]
    raw = text[start:end]
    last, value_text = str(last), str(value)
    place = raw.rfind(last)
    if place < 0:
        raise NotFaithful("the last item is written in a way that cannot be taken up")
    written = raw[:place] + value_text + raw[place + len(last) :]
    between = "" if listing.whole_lines else text[listing.spans[-2][1] : start] if len(listing.spans) > 1 else ", "
    if listing.whole_lines and not raw.endswith("\n"):
        between = "\n"
    return _faithful(text, text[:end] + between + written + text[end:], listing, [*listing.values, value])


def shifted(text: str, listing: Listing, step: int) -> str:
    """The text with every whole number of the list so much more. NotFaithful where one is written in another way."""
    values = [value + step for value in listing.values if type(value) is int]
    after, at = [], 0
    for (start, end), old, new in zip(listing.spans, listing.values, values, strict=True):
        after += [text[at:start], text[start:end].replace(str(old), str(new), 1)]
        at = end
    return _faithful(text, "".join((*after, text[at:])), listing, list(values))


def _faithful(text: str, after: str, listing: Listing, values: list[Json]) -> str:
    """The new text, if it was read back as the same document but for the one list."""
    language = LANGUAGE[LANGUAGES[PurePosixPath(listing.path).suffix.lower()]]
    wanted = _put(language.load(text), listing.keys, values)
    try:
        if same(language.load(after), wanted):
            return after
    except NotParsable:
        pass
    raise NotFaithful(f"{listing.name} cannot be changed without changing something else of {listing.path}")


def _put(document: Json, keys: tuple[str | int, ...], values: list[Json]) -> Json:
    if not keys:
        return values
    first, rest = keys[0], keys[1:]
    if isinstance(document, dict):
        return {key: _put(item, rest, values) if key == first else item for key, item in document.items()}
    assert isinstance(document, list)
    return [_put(item, rest, values) if place == first else item for place, item in enumerate(document)]
