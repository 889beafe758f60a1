"""Lists in configuration: an item too many, one too few, or two in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refinery.domain import Layer
from refinery.edits.items import Listing, listings, moved, shifted, with_item, without
from refinery.edits.scalar import NotFaithful, NotParsable
from refinery.repair.clues import Clues
from refinery.repair.knobs import CONFIGURED, Reading
from refinery.repair.placeholders import Refill
from refinery.repair.wording import likeness
from refinery.repair.world import World

LONGEST = 40
"""Items of a list that is rearranged; longer ones are data."""
MOST_NEW = 6


def rearranged(sources: Mapping[str, str], world: World, clues: Clues, heard: Mapping[str, Reading]) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order."""
    for path, text in sorted(sources.items()):
        if len(text) > CONFIGURED:
            continue
        try:
            found = [each for each in listings(text, path) if 0 < len(each.spans) <= LONGEST]
        except NotParsable:
            continue
        for listing in found:
            key = next((key for key in reversed(listing.keys) if isinstance(key, str)), "")
            read = heard.get(key, Reading(0.0, "")).score
            weight = 0.25 + 0.6 * read + 0.3 * (clues.mention(key) if key else 0.0)
            for score, after, says, why in _changes(text, listing, world, clues, found):
                yield score * weight, Refill(path, after, says, why, Layer.CONFIG)


def _changes(text: str, listing: Listing, world: World, clues: Clues, others: list[Listing]) -> Iterator[tuple[float, str, str, str]]:
    name, values = listing.name, listing.values
    texts = all(isinstance(value, str) for value in values)
    # an item that is taken out of a list in a record takes away what the record can do: behaviour is not deleted to pass a check
    in_a_record = any(isinstance(key, int) for key in listing.keys)
    spoken = [any(word in clues.text for word in _words(value)) for value in values]
    for place, value in enumerate(values):
        if texts and len(values) > 1 and not in_a_record and (after := _tried(without, text, listing, place)):
            elsewhere = any(value in other.values for other in others if other is not listing)
            prior = (0.3 if spoken[place] else 0.12) + (0.2 if elsewhere else 0.0)
            where = (
                "it stands in another list too"
                if elsewhere
                else "the failure speaks of it"
                if spoken[place]
                else "the list may be too long"
            )
            yield prior, after, f"Take {value!r} out of {name}", f"{name} has {value!r}, and {where}"
    for place in range(len(values) - 1):
        for to, prior in ((place + 1, 0.4), (0, 0.15) if place else (len(values) - 1, 0.2)):
            if to != place and (after := _tried(moved, text, listing, place, to)):
                both = spoken[place] or spoken[to]
                says = f"Move {_named(values[place])} to place {to + 1} of {name}"
                why = f"the order of {name} may matter: {_named(values[place])} stood at place {place + 1}"
                yield prior * (1.0 if both else 0.5), after, says, why
    if values and all(type(value) is int for value in values):
        for step in (1, -1):
            if after := _tried(shifted, text, listing, step):
                yield 0.6, after, f"Count {name} from {'one more' if step > 0 else 'one less'}", f"{name} may count from another beginning"
    if texts and (after := _tried(moved, text, listing, len(values) - 1, 0)) and len(values) > 2:
        yield 0.15, after, f"Move {values[-1]!r} to the head of {name}", f"the order of {name} may matter"
    if texts:
        for value, prior, why in _missing(listing, world, clues, others):
            if after := _tried(with_item, text, listing, value):
                yield prior, after, f"Add {value!r} to {name}", why


def _missing(listing: Listing, world: World, clues: Clues, others: list[Listing]) -> Iterator[tuple[str, float, str]]:
    """Texts of the same make that the repository knows, and that the failure speaks of."""
    kin = [value for other in others if other is not listing for value in other.values if isinstance(value, str)]
    known = dict.fromkeys((*kin, *(value for value in world.owners if isinstance(value, str)), *world.keys, *world.functions))
    found: list[tuple[float, str]] = []
    for value in known:
        if value in listing.values or not value or len(value) > 40 or "\n" in value:
            continue
        said = value.lower() in clues.text
        make = max((_alike(value, str(each)) for each in listing.values), default=0.0)
        if said and make:
            found.append((0.2 + 0.25 * make, value))
    words = [value for value in listing.values if isinstance(value, str)]
    if clues.asked.vocabulary(words) and all(word.islower() for word in words):
        for word, share in clues.asked.only:
            if word not in words:
                yield word, 0.2 + 0.4 * share, f"only failing inputs say {word!r}, and {listing.name} has words that inputs say"
    for score, value in sorted(found, key=lambda each: (-each[0], each[1]))[:MOST_NEW]:
        yield value, score, f"the failure speaks of {value!r}, which the repository knows and {listing.name} lacks"


def _alike(one: str, other: str) -> float:
    """Whether two texts are of one make: letters, case and signs; more when they share a word."""
    shape = [(text.isupper(), text.islower(), " " in text, "_" in text, text[:1] == ".", text.isalpha()) for text in (one, other)]
    return (0.5 if shape[0] == shape[1] else 0.0) + 0.5 * likeness(one, other)


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str) and len(value) > 1:
        yield value.lower()
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _words(part)
    elif isinstance(value, list):
        for part in value:
            yield from _words(part)


def _named(value: object) -> str:
    """An item, short enough for a sentence."""
    if isinstance(value, Mapping):
        return next((repr(part) for part in value.values() if isinstance(part, str)), "the record")
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _tried(change, text: str, listing: Listing, *where) -> str:  # type: ignore[no-untyped-def]
    try:
        after: str = change(text, listing, *where)
    except NotFaithful:
        return ""
    return after if after != text else ""
