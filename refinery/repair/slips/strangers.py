"""The one name of a group that another group does not know which has all the others: a key, a cell, a point of a list."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from refinery.repair.slips.groups import CODE, HEADINGS, Entry, Group, groups
from refinery.repair.slips.sight import Found, Sight

SPELT_ALIKE, ONLY_ONE, ONE_OF_FEW, TAKEN = 0.8, 0.7, 0.45, 0.3
"""How likely it is a name that is spelt much the same, the only one that is free, one of a few that are, and one that has its place."""
USED, USED_LESS = 0.45, 0.85
"""How likely it is the name that its kin have most often, and what each that they have less often counts."""
FEW_SHARED = 0.8
"""What it counts that the two groups share no more than two names."""
SHARED = 2
ALIKE, CLEARLY, MOST, FEW = 0.75, 0.08, 3, 6
LARGEST = 40
"""Names of a group in which one may be wrong."""
ANYTHING = frozenset({"default", "defaults", "other", "others", "else", "fallback", "any", "all", "none", "unknown", "total", "misc"})
"""What stands beside names for all that is none of them."""


def strangers(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    every = groups(sight)
    named = [each.names for each in every]
    places: dict[str, set[object]] = defaultdict(set)
    holders: dict[str, set[int]] = defaultdict(set)
    for number, group in enumerate(every):
        for entry in group.entries:
            places[entry.text].add(entry.place)
            holders[entry.text].add(number)
    best: dict[tuple[Entry, str], tuple[float, str]] = {}
    for own, names in zip(every, named, strict=True):
        if not SHARED <= len(names) <= LARGEST:
            continue
        known = Counter(number for name in names for number in holders[name])
        for number, many in known.items():
            other = every[number]
            refers = other.home[1:2] == ("keys",) and len(own.entries) > len(names) + 1
            if many != len(names) - 1 or other.home == own.home or not (len(names) > SHARED or refers):
                continue
            strange = next(each for each in own.entries if each.text not in named[number])
            if len(places[strange.text]) > 1 or strange.text in sight.said or strange.text.lower() in ANYTHING:
                continue
            for prior, new in _meant(strange.text, own, list(named[number])):
                prior *= 1.0 if many > SHARED else FEW_SHARED
                if prior > best.get((strange, new), (0.0, ""))[0]:
                    best[strange, new] = prior, f"{other.where} has all the others, and has no {strange.text}"
    for entry, new, prior, why in _headed(every, sight):
        if prior > best.get((entry, new), (0.0, ""))[0]:
            best[entry, new] = prior, why
    for (entry, new), (prior, why) in best.items():
        yield from entry.put(new, prior, f"Write {new}, not {entry.text},", why)


def _headed(every: Sequence[Group], sight: Sight) -> Iterator[tuple[Entry, str, float, str]]:
    """The one name of code that no heading has, for one of a few headings which code does not know; the others are for the reader."""
    coded = [each for each in every if each.home[:1] == (CODE,) and SHARED < len(each.names) <= LARGEST]
    for own in every:
        for other in coded if own.home[:1] == (HEADINGS,) else ():
            free = [name for name in other.names if name not in own.names]
            strange = [each for each in own.entries if each.text not in other.names and each.text not in sight.said]
            if len(free) != 1 or not strange or len(strange) > min(MOST, len(other.names) - 1):
                continue
            words = set(re.split(r"[\W_]+", free[0].lower()))
            for entry in strange:
                related = words & set(re.split(r"[\W_]+", entry.text.lower()))
                yield entry, free[0], ONLY_ONE if related else TAKEN, f"of {other.where} only {free[0]} has no heading"


def _meant(strange: str, own: Group, members: Sequence[str]) -> Iterator[tuple[float, str]]:
    """What a name may be meant to be: what the group lacks first, what is spelt alike first of these."""
    names = own.names
    free = [name for name in members if name not in names]
    once = len(names) == len(own.entries)
    alike = {name: SequenceMatcher(None, strange.lower(), name.lower()).ratio() for name in members}
    order = sorted(free, key=lambda name: -alike[name])[:MOST]
    near = [name for name in free if alike[name] >= ALIKE]
    for name in order:
        if near == [name] or (len(near) > 1 and alike[name] > CLEARLY + max(alike[each] for each in near if each != name)):
            yield SPELT_ALIKE, name
        elif len(free) == 1:
            yield ONLY_ONE, name
        elif len(free) <= FEW or not once:
            yield ONE_OF_FEW, name
    if not once:
        used = Counter(entry.text for entry in own.entries)
        taken = sorted((name for name in members if name in names), key=lambda name: (-max(alike[name], ALIKE), -used[name]))
        for place, name in enumerate(taken[:MOST] if len(taken) <= FEW else [name for name in taken[:MOST] if alike[name] > ALIKE]):
            often = USED * USED_LESS**place if used[name] > 1 else TAKEN
            yield SPELT_ALIKE if alike[name] >= ALIKE else often, name
