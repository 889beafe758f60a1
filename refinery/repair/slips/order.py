"""Lists of which the first that fits is taken, and lists of keys: what catches all does not stand last, one is no key of its table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from adapters.trace import Json
from refinery.edits.config import replaced
from refinery.edits.entries import LOAD
from refinery.edits.items import LANGUAGE, Listing, listings, moved
from refinery.edits.scalar import NotFaithful, NotParsable, value_at
from refinery.repair.slips.sight import Found, Sight, rewritten
from refinery.repair.spelling import like_the_others
from refinery.repair.wording import spelt_alike

CATCHES_ALL = frozenset({"*", "**", ".*", "^.*$", "^.*", ".+", "(.*)"})
SHADOWS, WIDER = 0.85, 0.6
"""How likely what catches all is to stand last, and what catches what another one does, behind that."""
NO_KEY, NO_KEY_SAID, NO_KEY_FAR, ALIKE = 0.85, 0.6, 0.35, 0.75
"""How likely the one text of a list that is no key of the table beside it is one that is spelt alike, another one where both are parts of
a schema, and another one else."""
SCHEMA = ("required", "properties")
"""A list of names in a JSON schema, and the table that has them."""
UNLIKE_READ, UNLIKE = 0.75, 0.45
"""How likely a word of a list is to be written as all the others: where code reads it so, and where it does not tell."""
LONGEST, MOST = 20, 3
LARGEST = 40_000
"""Characters of a file of settings; what is longer is data."""


def order(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for path, text in sight.settings.items():
        if len(text) > LARGEST:
            continue
        try:
            found = [each for each in listings(text, path) if 0 < len(each.values) <= LONGEST]
            document = LOAD[_language(path)](text) if found else None
        except NotParsable:
            continue
        for listing in found:
            named = listing.keys[-1:] == (SCHEMA[0],)
            yield from _shadowed(path, text, listing)
            yield from _no_keys(path, text, listing, document, sight) if named or len(listing.values) > 1 else ()
            yield from _unlike(path, text, listing, sight)


def _language(path: str) -> str:
    suffix = path.rpartition(".")[2].lower()
    return suffix if suffix in LANGUAGE else "yaml"


def _shadowed(path: str, text: str, listing: Listing) -> Iterator[Found]:
    fields: set[str | None] = {None}
    if all(isinstance(each, Mapping) for each in listing.values):
        fields = {key for each in listing.values if isinstance(each, Mapping) for key in each}
    for field in fields:
        patterns = [each.get(field) if isinstance(each, Mapping) and field else each for each in listing.values]
        if not all(isinstance(each, str) for each in patterns if each is not None):
            continue
        for place, pattern in enumerate(patterns[:-1]):
            if not isinstance(pattern, str):
                continue
            behind = [at for at, other in enumerate(patterns) if at > place and isinstance(other, str) and _covers(pattern, other)]
            if behind:
                last = len(patterns) - 1 if pattern in CATCHES_ALL else behind[-1]
                prior = SHADOWS if pattern in CATCHES_ALL else WIDER
                try:
                    after = moved(text, listing, place, last)
                except NotFaithful:
                    continue
                why = "it takes what those behind it are for"
                yield from rewritten(path, after, prior, f"Move {pattern!r} to place {last + 1} of {listing.name}", why)


def _covers(pattern: str, other: str) -> bool:
    if pattern in CATCHES_ALL:
        return other not in CATCHES_ALL
    return "*" in pattern and pattern != other and ".*" not in pattern and fnmatchcase(other, pattern)


def _no_keys(path: str, text: str, listing: Listing, document: Json, sight: Sight) -> Iterator[Found]:
    """A list of keys of a table beside it, one of which it has not."""
    try:
        around = value_at(document, listing.keys[:-1]) if listing.keys else None
    except NotFaithful:
        return
    for name, table in around.items() if isinstance(around, dict) else ():
        schema = (listing.keys[-1], name) == SCHEMA
        if not schema and len(listing.values) == 1:
            continue
        strange = [each for each in listing.values if isinstance(table, dict) and not (isinstance(each, str) and each in table)]
        if not isinstance(table, dict) or len(strange) != 1 or not isinstance(strange[0], str):
            continue
        scalar = next(
            (each for each in sight.scalars if each.path == path and each.keys[:-1] == listing.keys and each.value == strange[0]), None
        )
        free = [key for key in table if key not in listing.values]
        for alike, key in sorted(((spelt_alike(strange[0], key), key) for key in free), reverse=True)[:MOST] if scalar else ():
            try:
                after = replaced(text, scalar, key) if scalar else ""
            except (NotFaithful, NotParsable):
                continue
            says, why = f"Set {strange[0]} of {listing.name} to {key}", "all the other items are keys of the table beside the list"
            yield from rewritten(path, after, NO_KEY if alike >= ALIKE else NO_KEY_SAID if schema else NO_KEY_FAR, says, why)


def _unlike(path: str, text: str, listing: Listing, sight: Sight) -> Iterator[Found]:
    """The one text of a list of words that is written in other letters than all the others."""
    words = [each for each in listing.values if isinstance(each, str) and re.fullmatch(r"[A-Za-z_-]+", each)]
    for place, word in enumerate(words if len(words) == len(listing.values) > 2 else ()):
        for new, why in like_the_others(word, words[:place] + words[place + 1 :]):
            scalar = next((each for each in sight.scalars if each.path == path and each.keys == (*listing.keys, place)), None)
            if scalar is None or new.lower() != word.lower() or word in sight.said:
                continue
            try:
                after = replaced(text, scalar, new)
            except (NotFaithful, NotParsable):
                continue
            lower = ".lower()" in sight.code or ".casefold()" in sight.code
            prior = UNLIKE_READ if new in sight.said or (new.islower() and lower) else UNLIKE
            yield from rewritten(path, after, prior, f"Write {new}, not {word}, in {listing.name}", why)
