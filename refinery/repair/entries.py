"""Entries that a table lacks: what the tables beside it all have, members of a set of which it has the others, and other spellings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from refinery.domain import Layer
from refinery.edits.entries import with_entry
from refinery.edits.scalar import NotFaithful, Scalar
from refinery.repair.choices import Choice, fitting, spoken
from refinery.repair.clues import Clues
from refinery.repair.knobs import RECORD, Reading, heard_of
from refinery.repair.placeholders import Refill

FEWEST = 3
"""Tables beside each other, all but one of which have an entry."""
LACKS, LACKS_MEMBER = 0.55, 0.4
MOST_VALUES = 3
"""Values of the others that a new entry is given, the most usual first."""
LARGEST = 20
"""Entries of a table that is one of settings."""
MOST_SPELLINGS = 40
"""Entries of a table of spellings."""
FEWEST_SPELLINGS = 4
SPELLING, PLACED = 0.8, 0.35
"""How likely what only failing inputs say is one more spelling: where it is like one of the table, and where it but stands as such."""
NOT_PLACED = 0.6
"""What a spelling counts that stands nowhere where those of the table stand."""
ALIKE, FEWEST_LETTERS = 0.8, 3
SHORTENED = 0.75
"""The share of the letters of a word that a short form of it has at the most, where it has but some of them."""

Table = tuple[str, tuple[str | int, ...]]


def lacking(
    scalars: Iterable[Scalar],
    sources: Mapping[str, str],
    data: Collection[Table],
    clues: Clues,
    heard: Mapping[str, Reading],
    sets: Sequence[Choice],
) -> Iterator[tuple[float, Refill]]:
    """Every such entry with its score, in no order. `data` are values of records, `sets` what settings are chosen from."""
    tables: dict[Table, list[Scalar]] = defaultdict(list)
    whole: dict[Table, set[str | int]] = defaultdict(set)
    for scalar in scalars:
        if scalar.keys and isinstance(scalar.keys[-1], str):
            tables[scalar.path, scalar.keys[:-1]].append(scalar)
        for depth, key in enumerate(scalar.keys):
            whole[scalar.path, scalar.keys[:depth]].add(key)
    told = [(*each, heard.get(each[2], Reading(0.0, "")).score) for each in (*_beside(tables, whole), *_members(tables, sets, clues))]
    told += [(*each, heard_of(each[1], heard).score) for each in _spellings(tables, data, clues)]
    for prior, behind, key, like, why, read in told:
        said = max((clues.mention(str(each)) for each in (*behind.keys[:-1], key) if isinstance(each, str)), default=0.0)
        weight = (0.25 + 0.6 * read + 0.3 * said) * (RECORD if (behind.path, behind.keys) in data and not said else 1.0)
        try:
            after = with_entry(sources[behind.path], behind, key, like)
        except NotFaithful:
            continue
        where = ".".join(map(str, behind.keys[:-1])) or behind.path
        yield prior * weight, Refill(behind.path, after, f"Add {key}, {like.raw.strip()}, to {where}", why, Layer.CONFIG)


def _beside(
    tables: Mapping[Table, list[Scalar]], whole: Mapping[Table, set[str | int]]
) -> Iterator[tuple[float, Scalar, str, Scalar, str]]:
    rows: dict[Table, list[Table]] = defaultdict(list)
    for path, keys in tables:
        if keys:
            rows[path, keys[:-1]].append((path, keys))
    for beside in rows.values():
        having: dict[str, list[Scalar]] = defaultdict(list)
        for table in beside:
            for scalar in tables[table]:
                having[str(scalar.keys[-1])].append(scalar)
        for key, others in having.items():
            lacks = [table for table in beside if key not in whole[table]]
            if len(lacks) != 1 or len(others) < FEWEST - 1 or len(others) + 1 != len(beside):
                continue
            for like in _usual(others):
                yield LACKS, tables[lacks[0]][-1], key, like, f"all the tables beside it have `{key}`, and it lacks one"


def _members(
    tables: Mapping[Table, list[Scalar]], sets: Sequence[Choice], clues: Clues
) -> Iterator[tuple[float, Scalar, str, Scalar, str]]:
    for table, entries in tables.items():
        if not 1 < len(entries) <= LARGEST or len({type(each.value) for each in entries}) > 1:
            continue
        keys = [str(each.keys[-1]) for each in entries]
        for choice in fitting(keys, [each for each in sets if each.table != table]):
            if not set(keys) <= set(choice.members):
                continue
            for member in choice.members:
                if member not in keys:
                    told = 1.0 if spoken(member, clues) else 0.5
                    for like in _usual(entries):
                        yield (
                            LACKS_MEMBER * choice.weight * told,
                            entries[-1],
                            member,
                            like,
                            f"`{member}` is of {choice.where}, as its keys",
                        )


def _spellings(
    tables: Mapping[Table, list[Scalar]], data: Collection[Table], clues: Clues
) -> Iterator[tuple[float, Scalar, str, Scalar, str]]:
    """A word that only failing inputs say, in a table in which several words lead to one value: beside the words that it is like."""
    for entries in tables.values():
        keys = {str(each.keys[-1]).lower(): each for each in entries}
        if not FEWEST_SPELLINGS <= len(keys) <= MOST_SPELLINGS or any((each.path, each.keys) in data for each in entries):
            continue
        many = len({each.value for each in entries}) < len(entries) and all(isinstance(each.value, str) for each in entries)
        known = [key for key in keys if key in clues.asked.places]
        for word in clues.asked.strange if known else ():
            if word in keys:
                continue
            stands = clues.asked.stands_like(word, known)
            alike = sorted((key for key in keys if _spelt_like(word, key, stands == 1.0)), key=lambda key: abs(len(key) - len(word)))
            new = word.upper() if all(str(each.keys[-1]).isupper() for each in entries) else word
            for key in alike[:1] if many or stands else ():
                yield (
                    SPELLING * max(NOT_PLACED, stands),
                    entries[-1],
                    new,
                    keys[key],
                    f"only failing inputs say `{word}`, which is like `{keys[key].keys[-1]}`",
                )
            for like in _usual(entries) if many and stands == 1.0 and not alike else ():
                yield PLACED, entries[-1], new, like, f"failing inputs have `{word}` where others have `{known[0]}`"


def _spelt_like(word: str, key: str, placed: bool) -> bool:
    """Whether one is the beginning of the other, or spelt much the same; where it is placed so, also one that has some letters of it."""
    short, long = sorted((word, key), key=len)
    if placed and len(short) <= SHORTENED * len(long) and short[:1] == long[:1]:
        rest = iter(long)
        return all(letter in rest for letter in short)
    begins = len(short) >= FEWEST_LETTERS and long.startswith(short)
    return begins or SequenceMatcher(None, word, key).ratio() >= ALIKE


def _usual(others: Sequence[Scalar]) -> list[Scalar]:
    """One of each value, the most frequent first."""
    count = Counter((type(each.value), each.value) for each in others)
    first = {(type(each.value), each.value): each for each in reversed(others)}
    return [first[value] for value, _ in count.most_common(MOST_VALUES)]
