"""Lists in configuration: an item too many, one too few, or two in the wrong order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from refinery.domain import Layer
from refinery.edits.config import TEXTS, scalars
from refinery.edits.items import Listing, listings, moved, shifted, with_item, without
from refinery.edits.scalar import NotFaithful, NotParsable
from refinery.repair.choices import Choice, fitting, spoken
from refinery.repair.clues import Clues
from refinery.repair.columns import SEPARATORS
from refinery.repair.knobs import Reading
from refinery.repair.placeholders import Refill
from refinery.repair.ranges import shared_out
from refinery.repair.turns import CONFIGURED
from refinery.repair.wording import EMPTY_WORDS, likeness, parts
from refinery.repair.world import World

LONGEST = 40
"""Items of a list that is rearranged; longer ones are data."""
MOST_NEW = 6
RULES = 12
"""Records of a list that may be rules, the first of which that fits is taken; of more, as of other data, the order says nothing."""
DATA = 0.15
"""What a change of a list counts that stands in a file of records: data is not configuration."""
FEWEST_RECORDS = 4
"""Tables of one form that make a file one of records; a list of records at the root does by itself."""
SAID_NUMBER = 0.4
SHIFTED = 0.3
"""How likely all numbers of a list count from another beginning: too little for one scenario to be enough."""
MISPLACED = 0.22
VOCABULARIES = frozenset({
    "word", "phrase", "keyword", "alias", "aliase", "synonym", "term", "tag", "brand", "pattern", "trigger", "exempt", "allow", "allowed",
    "deny", "denied", "blocked", "stop", "ignore", "exclude", "include",
})  # fmt: skip
"""Words in the names of lists in which something is looked for, in whatever order they are."""
UNORDERED = 0.4
DOCUMENTED = 0.7
"""How likely what right answers have, and a document speaks of, is missing in a list of texts of its make."""
STRANGER = 0.4
"""What another text counts where all that the list has is of a set."""
ABSENT = 0.55
"""How likely a member of a set is missing in a list that has others of it; spoken of or not."""
FEW_ABSENT = {1: 1.4, 2: 1.15}
"""What a member counts more where it is the only one that is missing, or one of two."""
NOTHING = frozenset({"", "-", "--", "?", "n/a", "na", "n.a.", "nan", "null", "none", "nil", "unknown", "tbd", "missing"})
"""What data has where there is nothing."""
NO_VALUE = 0.75
"""How likely one of these, which data has, is missing in a list of nothing else."""
MOST_PLACES = 8
"""Items of a list into which a member is put at other places than the end too."""


def rearranged(
    sources: Mapping[str, str], world: World, clues: Clues, heard: Mapping[str, Reading], sets: Sequence[Choice] = ()
) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order. `sets` are what settings are chosen from."""
    documents = "\n".join(text.lower() for path, text in sources.items() if PurePosixPath(path).suffix.lower() in TEXTS)
    told = tuple(each for each in clues.lacked if re.search(rf"(?<!\w){re.escape(each.lower())}(?!\w)", documents))
    cells = _nothing(sources)
    for path, text in sorted(sources.items()):
        if len(text) > CONFIGURED:
            continue
        try:
            found = [each for each in listings(text, path) if 0 < len(each.spans) <= LONGEST]
        except NotParsable:
            continue
        share = DATA if _of_records(found, text, path) else 1.0
        for listing in found:
            key = next((key for key in reversed(listing.keys) if isinstance(key, str)), "")
            rules = len(listing.values) <= RULES and all(isinstance(value, Mapping) for value in listing.values)
            names = {name for value in listing.values if isinstance(value, Mapping) for name in value} if rules and not key else {key}
            read = max((heard[name].score for name in names if name in heard), default=0.0)
            weight = (0.25 + 0.6 * read + 0.3 * (clues.mention(key) if key else 0.0)) * (1.0 if rules else share)
            changes = (
                *_changes(text, listing, world, clues, found, sets),
                *_told(text, listing, found, told),
                *_no_value(text, listing, cells),
            )
            for score, after, says, why in changes:
                yield score * weight, Refill(path, after, says, why, Layer.CONFIG)
        for listing, (score, after, says, why) in shared_out(text, found):
            above = [key for key in listing.keys if isinstance(key, str)]
            read = max((heard[name].score for name in above if name in heard), default=0.0)
            said = max((clues.mention(name) for name in above), default=0.0)
            yield score * (0.25 + 0.6 * read + 0.3 * said), Refill(path, after, says, why, Layer.CONFIG)


def _of_records(found: Sequence[Listing], text: str, path: str) -> bool:
    """Whether a file is nothing but records: a list of them, or a table of tables of one form."""
    if any(not listing.keys for listing in found):
        return True
    try:
        forms: dict[object, set[str]] = {}
        for scalar in scalars(text, path):
            if len(scalar.keys) < 2:
                return False
            forms.setdefault(scalar.keys[0], set()).update([scalar.keys[1]] if isinstance(scalar.keys[1], str) else [])
    except NotParsable:
        return False
    shared = set.intersection(*forms.values()) if forms else set()
    return len(forms) >= FEWEST_RECORDS and bool(shared)


def _changes(
    text: str, listing: Listing, world: World, clues: Clues, others: list[Listing], sets: Sequence[Choice]
) -> Iterator[tuple[float, str, str, str]]:
    name, values = listing.name, listing.values
    texts = all(isinstance(value, str) for value in values)
    # an item that is taken out of a list in a record takes away what the record can do: behaviour is not deleted to pass a check
    in_a_record = any(isinstance(key, int) for key in listing.keys)
    said = [any(word in clues.text for word in _words(value)) for value in values]
    ordered = 1.0 if not parts(listing.name.rpartition(".")[2]) & VOCABULARIES else UNORDERED
    for place, value in enumerate(values):
        if texts and len(values) > 1 and not in_a_record and (after := _tried(without, text, listing, place)):
            elsewhere = any(value in other.values for other in others if other is not listing)
            prior = (0.4 if said[place] else 0.12) + (0.2 if elsewhere else 0.0)
            where = (
                "it stands in another list too" if elsewhere else "the failure speaks of it" if said[place] else "the list may be too long"
            )
            yield prior, after, f"Take {value!r} out of {name}", f"{name} has {value!r}, and {where}"
    for place in range(len(values) - 1):
        for to, prior in ((place + 1, 0.4), (0, 0.15) if place else (len(values) - 1, 0.2)):
            if to != place and (after := _tried(moved, text, listing, place, to)):
                both = said[place] or said[to]
                says = f"Move {_named(values[place])} to place {to + 1} of {name}"
                why = f"the order of {name} may matter: {_named(values[place])} stood at place {place + 1}"
                yield prior * ordered * (1.0 if both else 0.5), after, says, why
    if values and all(type(value) is int for value in values):
        for number in _numbers_said(values, clues):
            if after := _tried(with_item, text, listing, number):
                yield SAID_NUMBER, after, f"Add {number} to {name}", f"the failure speaks of {number}, and {name} has numbers of its size"
        for step in (1, -1):
            if after := _tried(shifted, text, listing, step):
                yield (
                    SHIFTED,
                    after,
                    f"Count {name} from {'one more' if step > 0 else 'one less'}",
                    f"{name} may count from another beginning",
                )
    if texts and (after := _tried(moved, text, listing, len(values) - 1, 0)) and len(values) > 2:
        yield 0.15, after, f"Move {values[-1]!r} to the head of {name}", f"the order of {name} may matter"
    if texts:
        of_a_set = fitting([str(value) for value in values], [each for each in sets if each.table != (listing.path, listing.keys)])
        for value, prior, why in _absent(listing, of_a_set, clues):
            yield from _put_in(text, listing, value, prior, why)
        for value, prior, why in _missing(listing, world, clues, others):
            if after := _tried(with_item, text, listing, value):
                yield prior * (STRANGER if of_a_set else 1.0), after, f"Add {value!r} to {name}", why
        yield from _to_another(text, listing, others, clues)


def _told(text: str, listing: Listing, others: Sequence[Listing], told: Sequence[str]) -> Iterator[tuple[float, str, str, str]]:
    """Texts that right answers have and a document speaks of, in a list that has such texts, or in one beside such a list."""
    if all(isinstance(value, str) for value in listing.values):
        beside = [each for other in others if _rows_of_one(listing, other) for each in other.values]
        for value in told:
            make = max((_alike(value, str(each)) for each in (*listing.values, *beside)), default=0.0)
            if value not in listing.values and make:
                yield from _put_in(
                    text, listing, value, DOCUMENTED * make**0.5, f"right answers have {value!r}, and a document speaks of it"
                )


def _nothing(sources: Mapping[str, str]) -> dict[str, None]:
    """What cells of tables in lines have where there is nothing, as it is written there."""
    tables = [
        (text, SEPARATORS[end]) for path, text in sorted(sources.items()) if (end := PurePosixPath(path).suffix.lower()) in SEPARATORS
    ]
    cells = (cell.strip().strip('"') for text, sign in tables for line in text.splitlines()[1:] for cell in line.split(sign))
    return dict.fromkeys(cell for cell in cells if cell.lower() in NOTHING)


def _no_value(text: str, listing: Listing, cells: Iterable[str]) -> Iterator[tuple[float, str, str, str]]:
    """Another sign of data that there is nothing, in a list of such."""
    known = {value.lower() for value in listing.values if isinstance(value, str)}
    if len(known) == len(listing.values) and known <= NOTHING:
        for cell in cells:
            if cell.lower() not in known and (after := _tried(with_item, text, listing, cell)):
                yield NO_VALUE, after, f"Add {cell!r} to {listing.name}", "data has it where there is nothing, as what the list has"


def _numbers_said(values: Sequence[object], clues: Clues) -> list[int]:
    """Numbers of the failure that have as many digits as all of a list: codes, rather than amounts."""
    digits = {len(str(value)) for value in values}
    said = dict.fromkeys(re.findall(r"(?<![\w.])\d+(?![\w.]*\d)", clues.text))
    return [int(each) for each in said if {len(each)} == digits and len(each) > 1 and int(each) not in values][:MOST_NEW]


def _absent(listing: Listing, sets: Sequence[Choice], clues: Clues) -> Iterator[tuple[str, float, str]]:
    """Members of a set of which the list has others, whether the failure speaks of them or not."""
    for choice in sets:
        absent = [member for member in choice.members if member not in listing.values]
        few = FEW_ABSENT.get(len(absent), 1.0) if len(choice.members) - len(absent) > 1 else 1.0
        for member in absent:
            told = 1.0 if spoken(member, clues) else 0.85
            yield member, ABSENT * few * choice.weight * told, f"it is of {choice.where}, as what {listing.name} has"


def _put_in(text: str, listing: Listing, value: str, prior: float, why: str) -> Iterator[tuple[float, str, str, str]]:
    """One more item at the end, and at each other place of a short list, whose order may matter."""
    after = _tried(with_item, text, listing, value)
    if not after:
        return
    yield prior, after, f"Add {value!r} to {listing.name}", why
    longer = next((each for each in listings(after, listing.path) if each.keys == listing.keys), None)
    last = len(listing.values)
    for place in range(last - 1, -1, -1) if longer and last <= MOST_PLACES else ():
        if longer and (inside := _tried(moved, after, longer, last, place)):
            share = 0.7 * 0.9 ** (last - 1 - place)
            yield prior * share, inside, f"Add {value!r} at place {place + 1} of {listing.name}", why


def _to_another(text: str, listing: Listing, others: Sequence[Listing], clues: Clues) -> Iterator[tuple[float, str, str, str]]:
    """An item that the failure speaks of, moved to the list of another row of the same table."""
    beside = [other for other in others if other is not listing and _rows_of_one(listing, other) and other.values]
    if len(listing.values) < 2 or len(beside) > MOST_PLACES:
        return
    for place, value in enumerate(listing.values):
        if not isinstance(value, str) or not clues.says(value):
            continue
        for other in beside:
            if value in other.values or not (less := _tried(without, text, listing, place)):
                continue
            there = next((each for each in listings(less, listing.path) if each.keys == other.keys), None)
            if there and (after := _tried(with_item, less, there, value)):
                yield (
                    MISPLACED,
                    after,
                    f"Move {value!r} from {listing.name} to {other.name}",
                    "the failure speaks of it, and it may stand in the wrong row",
                )


def _rows_of_one(one: Listing, other: Listing) -> bool:
    """Whether two lists stand in one table, or in two records of one list under the same name."""
    if len(one.keys) != len(other.keys) or not one.keys:
        return False
    apart = [place for place, (a, b) in enumerate(zip(one.keys, other.keys, strict=True)) if a != b]
    return len(apart) == 1 and apart[0] >= len(one.keys) - 2 and type(one.keys[apart[0]]) is type(other.keys[apart[0]])


def _missing(listing: Listing, world: World, clues: Clues, others: list[Listing]) -> Iterator[tuple[str, float, str]]:
    """Texts of the same make that the repository knows, and that the failure speaks of."""
    kin = [value for other in others if other is not listing for value in other.values if isinstance(value, str)]
    known = dict.fromkeys((*kin, *(value for value in world.owners if isinstance(value, str)), *world.keys, *world.functions))
    found: list[tuple[float, str]] = []
    for value in known:
        if value in listing.values or not value or len(value) > 40 or "\n" in value:
            continue
        said = value.lower() in clues.text and value not in EMPTY_WORDS and len(value) > 1 and clues.says(value)
        make = max((_alike(value, str(each)) for each in listing.values), default=0.0)
        if said and make:
            found.append((0.2 + 0.25 * make, value))
    words = [value for value in listing.values if isinstance(value, str)]
    key = next((key for key in reversed(listing.keys) if isinstance(key, str)), "")
    for other in sorted(world.compared[key]):
        for seen, _ in world.roles[other].most_common(MOST_NEW):
            if isinstance(seen, str) and seen not in words:
                yield seen, 0.45, f"{seen!r} is a value of `{other}`, which is looked for in {listing.name}"
    sure = clues.asked.sure
    if clues.asked.vocabulary(words) and all(word.islower() for word in words):
        for word in sorted(clues.asked.red & {each.lower() for each in clues.words} - set(words)):
            yield word, sure * 0.45, f"failing inputs and their right answers say {word!r}, and {listing.name} has words that inputs say"
        for word, share in clues.asked.only:
            if word not in words:
                yield word, sure * (0.2 + 0.4 * share), f"only failing inputs say {word!r}, and {listing.name} has words that inputs say"
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
