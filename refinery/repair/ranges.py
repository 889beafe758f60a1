"""Lists of whole numbers that share out a range among them, the hours of the shifts: a number that none has, or that two have."""

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
SMALL = 7
"""Of a whole of so few only one may be missing at its end."""
WHOLES = ((0, 6), (1, 7), (1, 12), (0, 11), (0, 23), (1, 24), (1, 31), (0, 59))
"""What is shared out by its nature: days of the week, months, hours, days, minutes."""
GAP, END, TWICE = 0.7, 0.4, 0.55
"""How likely a number is missing between those of the lists, how likely at the end of a whole, and how likely one is too many."""

Change = tuple[float, str, str, str]


def shared_out(text: str, found: Iterable[Listing]) -> Iterator[tuple[Listing, Change]]:
    """Every such change of a list: its score, the new text, what it says and why."""
    for table in _tables(found):
        count = Counter(value for listing in table for value in listing.values if isinstance(value, int))
        twice = [number for number, times in count.items() if times > 1]
        first, last = min(count), max(count)
        gaps, prior = [number for number in range(first, last + 1) if number not in count], GAP
        if not gaps and not twice:
            first, last = _whole(first, last)
            gaps, prior = [number for number in range(first, last + 1) if number not in count], END
        for number in gaps if len(gaps) <= MOST_GAPS and not twice else ():
            before, behind = _beside(number, first, last)
            for listing in table:
                if {before, behind} & set(listing.values) and (after := _with(text, listing, number, before, behind)):
                    why = f"the lists beside {listing.name} share out {first} to {last}, and none has {number}"
                    yield listing, (prior, after, f"Add {number} to {listing.name}", why)
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


def _whole(first: int, last: int) -> tuple[int, int]:
    """The smallest of what is shared out by its nature that has little more than these; these, where there is none."""
    least = [(one, other) for one, other in WHOLES if one <= first and last <= other]
    own = last - first + 1
    near = [each for each in least if each[1] - each[0] + 1 - own <= (MOST_GAPS if own > SMALL else 1)]
    return min(near, key=lambda each: each[1] - each[0], default=(first, last))


def _beside(number: int, first: int, last: int) -> tuple[int, int]:
    """The numbers before and behind one; what is shared out by its nature goes round."""
    round_the_end = (first, last) in WHOLES
    before = last if round_the_end and number == first else number - 1
    return before, first if round_the_end and number == last else number + 1


def _with(text: str, listing: Listing, number: int, before: int, behind: int) -> str:
    """With one more number, next to those it belongs beside."""
    values = listing.values
    place = values.index(before) + 1 if before in values else values.index(behind)
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
