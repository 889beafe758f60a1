"""The one of several entries that does not begin or end as the others do: without their stroke, point or anchor, or with one too many."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from refinery.repair.slips.groups import Entry, groups
from refinery.repair.slips.sight import Found, Sight, turned

LACKS, LACKS_BESIDE_TWO, LACKS_BESIDE_ONE, LACKS_UNTOLD = 0.7, 0.6, 0.5, 0.3
"""How likely an entry lacks the sign that three others have, or two, or the only other one: where code has such texts, and else."""
LONGER = 0.5
"""How likely it lacks more than signs: the whole of what all the others begin or end with."""
TOO_MANY, TOO_MANY_BESIDE_ONE = 0.5, 0.3
"""How likely a sign is too many that no other entry has."""
FEWEST, LARGEST, LONGEST = 3, 60, 60
SIGNS_FIRST, WHOLE_FIRST = re.compile(r"(?:\\[A-Za-z]|[\W_])*"), re.compile(r".*(?:\\[A-Za-z]|[\W_])")
SIGNS_LAST, WHOLE_LAST = re.compile(r"(?:\\[A-Za-z]|[\W_])*$"), re.compile(r"(?:\\[A-Za-z]|[\W_]).*$")
BRACKETS = re.compile(r"[()\[\]{}<>\"']")
SENTENCE = re.compile(r"[.!?,;]\s*$")
MOST_WORDS = 3
ODD_FIRST, ODD_LAST = re.compile(r"[./#@$~+:-](?=\w)"), re.compile(r"(?<=\w)[/:,;$]$")

Told = tuple[str, float, str]
"""What an entry is meant to be, how likely, and why."""


def edges(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    best: dict[tuple[Entry, str], tuple[float, str]] = {}
    for entries, alone in _kin(sight):
        count = Counter(each.text for each in entries)
        if len(count) > LARGEST or any(len(text) > LONGEST for text in count):
            continue
        for entry in entries:
            others = [text for text in count if text != entry.text]
            if count[entry.text] > 1 or not any(letter.isalnum() for letter in entry.text) or len(others) < (1 if alone else FEWEST - 1):
                continue
            for new, prior, why in (*_lacking(entry.text, others, sight), *_too_many(entry.text, others)):
                if prior > best.get((entry, new), (0.0, ""))[0]:
                    best[entry, new] = prior, why
    for (entry, new), (prior, why) in best.items():
        yield from entry.put(new, prior, f"Write `{new}`, not `{entry.text}`,", why)


def _kin(sight: Sight) -> Iterator[tuple[Sequence[Entry], bool]]:
    """Entries that stand beside each other, and whether they are all of a list."""
    lists: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for scalar in sight.scalars:
        if isinstance(scalar.value, str) and scalar.keys and isinstance(scalar.keys[-1], int):
            put = partial(turned, sight.sources, scalar)
            lists[scalar.path, scalar.keys[:-1]].append(Entry(scalar.value, (scalar.path, scalar.start), put))
    yield from ((entries, True) for entries in lists.values())
    for group in groups(sight):
        if "list" not in group.home:
            yield group.entries, False


def _lacking(text: str, others: Sequence[str], sight: Sight) -> Iterator[Told]:
    head, tail = _shared(others), _shared([other[::-1] for other in others])[::-1]
    first, last = SIGNS_FIRST.match(head), SIGNS_LAST.search(tail)
    signs = first.group() if first else "", last.group() if last else ""
    if len(others) == 1:  # the whole of the other is no beginning
        signs = signs[0][:1], signs[1][-1:]
    prior = LACKS if len(others) >= FEWEST else LACKS_BESIDE_TWO if len(others) > 1 else LACKS_BESIDE_ONE
    wordy = SENTENCE.search(signs[1]) and any(len(each.split()) > MOST_WORDS for each in others)
    begun, ended = _begun(text, signs[0]), "" if wordy else _ended(text, signs[1])
    for sign, new in ((signs[0], begun), (signs[1], ended)):
        if new:
            told = len(others) > 1 or _known(sign, sight)
            yield new, prior if told else LACKS_UNTOLD, f"all the others have `{sign}` there"
    if begun and ended and len(others) > 1:
        yield begun + ended[len(text) :], prior, f"all the others have `{signs[0]}` and `{signs[1]}` there"
    for whole, form, put in ((head, WHOLE_FIRST, _begun), (tail, WHOLE_LAST, _ended)):
        found = form.search(whole) if len(others) >= FEWEST - 1 else None
        sign = found.group() if found else ""
        if sign not in signs and re.fullmatch(r"(?!\w+$)\D+", sign) and (new := put(text, sign)):
            yield new, LONGER, f"all the others have `{sign}` there"


def _shared(texts: Sequence[str]) -> str:
    """What all of them begin with."""
    low, high = min(texts), max(texts)
    return low[: next((at for at, letter in enumerate(low) if high[at : at + 1] != letter), len(low))]


def _begun(text: str, sign: str) -> str:
    """The text with what it is to begin with, of which it may have the end; empty where it begins with signs of its own."""
    if not sign or text.startswith(sign) or BRACKETS.search(sign):
        return ""
    has = next((size for size in range(len(sign) - 1, 0, -1) if text.startswith(sign[-size:])), 0)
    rest = text[has:]
    own = not has and not text[0].isalnum() and not sign.endswith("^")
    return "" if own or sign[-1] + sign[-1] in sign + rest[:1] or (len(sign) > 1 and sign[-2:] in rest) else sign + rest


def _ended(text: str, sign: str) -> str:
    """The text with what it is to end with, of which it may have the beginning."""
    if not sign or text.endswith(sign) or BRACKETS.search(sign):
        return ""
    has = next((size for size in range(len(sign) - 1, 0, -1) if text.endswith(sign[:size])), 0)
    rest = text[: len(text) - has]
    own = not has and not text[-1].isalnum() and sign[0] not in "$ "
    return "" if own or (len(sign) > 1 and sign[:2] in rest) else rest + sign


def _too_many(text: str, others: Sequence[str]) -> Iterator[Told]:
    prior = TOO_MANY if len(others) >= FEWEST else TOO_MANY_BESIDE_ONE
    first, last = ODD_FIRST.match(text), ODD_LAST.search(text)
    if first and all(other[:1].isalnum() for other in others):
        yield text[first.end() :], prior, f"none of the others begins with `{first.group()}`"
    if last and all(other[-1:].isalnum() for other in others):
        yield text[: last.start()], prior, f"none of the others ends with `{last.group()}`"


def _known(sign: str, sight: Sight) -> bool:
    """Whether code has texts of such a form, or asks a path for its ending."""
    if sign == "." and re.search(r"\.suffix\b|splitext\(", sight.code):
        return True
    form = re.compile(rf"{re.escape(sign)}\w.*|\w[^\s]*{re.escape(sign)}")
    return any(form.fullmatch(said) for said in sight.said)
