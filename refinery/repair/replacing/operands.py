"""Settings that a comparison is made with, where its opposite would cure: what they would have to be is known from what was compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from adapters.trace import Json
from refinery.domain import Compared, Layer, Replaced
from refinery.edits.items import Listing, listings, with_item, without
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.placeholders import Refill
from refinery.repair.turns import CONFIGURED, Knob

MEMBER = 0.85
"""How likely what is looked for in a list, and not found, is missing there, where finding it would cure."""
STRANGER = 0.5
"""The same of what should not be found."""
REACHED = 0.6
"""How likely a setting is the bound that should be reached, and is not."""
SAME = 0.6
"""How likely two texts should be the same, one of which is a setting."""
COMMON = 4
"""Numbers up to this stand in many places; that one of them was compared says little about which."""
COMMON_SHARE = 0.4


def wanted(found: Sequence[Replaced], scalars: Sequence[Scalar], sources: Mapping[str, str]) -> Iterator[tuple[float, Knob | Refill]]:
    """Every such change with its score, in no order."""
    pairs = dict.fromkeys((each.path, each.line, repr(made)) for each in found for made in each.compared)
    by_text = {repr(made): made for each in found for made in each.compared}
    sure = 1.0 / max(1.0, math.sqrt(len({(path, line) for path, line, _ in pairs})))
    for text in dict.fromkeys(text for _, _, text in pairs):
        made = by_text[text]
        if made.sign in ("in", "not in"):
            yield from ((score * sure, refill) for score, refill in _members(made, sources))
        else:
            yield from ((score * sure, knob) for score, knob in _bounds(made, scalars))


def _members(made: Compared, sources: Mapping[str, str]) -> Iterator[tuple[float, Refill]]:
    """Lists of settings that were looked through, with what was looked for, or without it."""
    if not isinstance(made.right, list) or not isinstance(made.left, str | int):
        return
    inside = made.left in made.right
    for path, text in sorted(sources.items()):
        if len(text) > CONFIGURED:
            continue
        try:
            found = list(listings(text, path))
        except NotParsable:
            continue
        for listing in found:
            if not listing.values or not _same(listing, made.right):
                continue
            try:
                after = without(text, listing, listing.values.index(made.left)) if inside else with_item(text, listing, made.left)
            except (NotFaithful, ValueError):
                continue
            what = f"Take {made.left!r} out of {listing.name}" if inside else f"Add {made.left!r} to {listing.name}"
            why = f"{made.left!r} was looked for in {listing.name}, and {'found' if inside else 'not found'} there; the opposite would cure"
            yield STRANGER if inside else MEMBER, Refill(path, after, what, why, Layer.CONFIG)


def _same(listing: Listing, values: list[Json]) -> bool:
    own = [value for value in listing.values if isinstance(value, str | int)]
    return len(own) == len(listing.values) and sorted(map(repr, own)) == sorted(map(repr, values))


def _bounds(made: Compared, scalars: Sequence[Scalar]) -> Iterator[tuple[float, Knob]]:
    """Settings that one of two compared values came from, as what the other asks for."""
    for own, other in ((made.right, made.left), (made.left, made.right)):
        if isinstance(own, bool) or own in (None, ""):
            continue
        same = [each for each in scalars if type(each.value) in (int, float, str) and each.value == own]
        share = (COMMON_SHARE if isinstance(own, int) and abs(own) <= COMMON else 1.0) / max(1, len(same))
        for scalar in same:
            if isinstance(own, str) and isinstance(other, str) and made.sign == "==" and own != other:
                yield SAME * share, Knob(scalar, other, SAME, f"what was compared with it, and should have been the same: {other!r}")
            elif isinstance(own, int | float) and isinstance(other, int | float) and not isinstance(other, bool):
                for step, new in enumerate(_reaching(own, other, _beyond(made, own is made.left))):
                    why = f"it was compared with {other:g}, and the opposite would cure"
                    yield REACHED * share * 0.9**step, Knob(scalar, new, REACHED, why)


def _beyond(made: Compared, left: bool) -> int:
    """Where one of two equal values has to go for the opposite: 1 up, -1 down, 0 where they should but be the same, or were not."""
    up = {"<": -1, ">": 1, "<=": 1, ">=": -1}.get(made.sign, 0)
    return (up if left else -up) if made.left == made.right else 0


def _reaching(bound: float, value: float, step: int = 0) -> Iterator[float]:
    """Bounds on the other side of a value, or at it, that people would set: as it is where it is round, and the nearest rounder ones.

    `step` is where a whole bound goes that is the value.
    """
    whole = isinstance(bound, int)
    if whole and step and bound == value:
        yield int(bound) + step
    elif round(value, 0 if whole else 2) == value:
        yield int(value) if whole else value
    beyond = -1 if value < bound else 1
    size = abs(value) or abs(bound)
    for digits in (1, 0):
        unit = 10.0 ** (math.floor(math.log10(size)) - digits) if size else 1.0
        steps = math.floor(value / unit) if beyond < 0 else math.ceil(value / unit)
        new = round(steps * unit, 10)
        if new == value:
            new = round((steps + beyond) * unit, 10)
        if new and (not whole or float(new).is_integer()):
            yield int(new) if whole else new
