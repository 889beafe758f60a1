"""Lists of whole numbers that share out a range among them, the months of the seasons: a number that none has, or that two have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from refinery.edits.items import Listing, listings, moved, with_item, without
from refinery.edits.scalar import NotFaithful

FEWEST = 2
"""Lists of a table that share something out."""
FEWEST_NUMBERS = 4
MOST_GAPS = 2
WHOLES = ((1, 12), (0, 11), (0, 6), (1, 7), (0, 23), (1, 24), (1, 4), (1, 31), (0, 59))
"""What is shared out by its nature: months, days of the week, hours, quarters, days, minutes."""
GAP, TWICE = 0.7, 0.55
"""How likely a number is missing next to which one list ends or begins, and how likely one too many is that two have."""

Change = tuple[float, str, str, str]


def shared_out(text: str, found: Iterable[Listing]) -> Iterator[tuple[Listing, Change]]:
    """Every such change of a list: its score, the new text, what it says and why."""
    for table in _tables(found):
        count = Counter(value for listing in table for value in listing.values if isinstance(value, int))
        first, last = _range(count)
        twice = [number for number, times in count.items() if times > 1]
        gaps = [number for number in range(first, last + 1) if number not in count]
        round_the_end = (first, last) in WHOLES
        for number in gaps if len(gaps) <= MOST_GAPS and not twice else ():
            near = {_next(number, step, first, last, round_the_end) for step in (1, -1)}
            for listing in table:
                if near & set(listing.values) and (after := _with(text, listing, number)):
                    why = f"the lists beside {listing.name} share out {first} to {last}, and none has {number}"
                    yield listing, (GAP, after, f"Add {number} to {listing.name}", why)
        for number in twice if len(twice) <= MOST_GAPS and not gaps else ():
            for listing in table:
                if number in listing.values and len(listing.values) > 1 and (after := _without(text, listing, number)):
                    why = f"the lists beside {listing.name} share out {first} to {last}, and two have {number}"
                    yield listing, (TWICE, after, f"Take {number} out of {listing.name}", why)


def _tables(found: Iterable[Listing]) -> Iterator[Sequence[Listing]]:
    """Lists of whole numbers, each without holes but round the end, that stand in one table."""
    groups: dict[object, list[Listing]] = defaultdict(list)
    for listing in found:
        if listing.keys and listing.values:
            groups[listing.keys[:-1]].append(listing)
    for group in groups.values():
        whole = all(type(value) is int for listing in group for value in listing.values)
        enough = len(group) >= FEWEST and sum(len(listing.values) for listing in group) >= FEWEST_NUMBERS
        if whole and enough and all(_holes(listing) < 2 for listing in group):
            yield group


def _holes(listing: Listing) -> int:
    """How often it goes on otherwise than with the next number."""
    return sum(isinstance(one, int) and isinstance(other, int) and other != one + 1 for one, other in pairwise(listing.values))


def _range(numbers: Iterable[int]) -> tuple[int, int]:
    """From which to which number is shared out: what there is, or where that has no gap, what is so by its nature and has few more."""
    own = set(numbers)
    first, last = min(own), max(own)
    if last - first + 1 - len(own) > 0:
        return first, last
    fitting = [(one, other) for one, other in WHOLES if one <= first and last <= other and other - one + 1 - len(own) <= MOST_GAPS]
    exact = [each for each in fitting if each == (first, last)]
    return (exact or sorted(fitting, key=lambda each: each[1] - each[0]) or [(first, last)])[0]


def _next(number: int, step: int, first: int, last: int, round_the_end: bool) -> int:
    there = number + step
    if round_the_end and not first <= there <= last:
        return last if there < first else first
    return there


def _with(text: str, listing: Listing, number: int) -> str:
    """With one more number, next to those it belongs beside."""
    values = listing.values
    place = values.index(number - 1) + 1 if number - 1 in values else values.index(number + 1) if number + 1 in values else len(values)
    try:
        after = with_item(text, listing, number)
        longer = next((each for each in listings(after, listing.path) if each.keys == listing.keys), None)
        return moved(after, longer, len(values), place) if longer and place < len(values) else after
    except NotFaithful:
        return ""


def _without(text: str, listing: Listing, number: int) -> str:
    try:
        return without(text, listing, listing.values.index(number))
    except NotFaithful:
        return ""
