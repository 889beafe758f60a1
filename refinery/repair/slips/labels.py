"""Lines that begin, or end, with a word of a few, as who speaks in a dialogue: the one whose word is unlike the others."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from refinery.repair.prompts import Wording
from refinery.repair.slips.sight import Found, Sight, reworded

LABEL = re.compile(r"^([ \t>*-]*)([A-Za-z][A-Za-z _-]{0,24})(:)(?!//)([ \t]*)", re.MULTILINE)
NUMBERED = re.compile(r"^([ \t]*)(?:([A-Za-z]+ )(\d+)([:.)]+)|([#(]?)(\d+)([:.)]+))(?= )", re.MULTILINE)
ANSWER = re.compile(r"^[^\n]*?(=>|->|→|\b[A-Z][a-z]+:)[ \t]*[\"'`]?([\w-]+)[\"'`]?[ \t]*$", re.MULTILINE)
BULLET = re.compile(r"^[ \t]*(?:[-*]|\d+\.)[ \t]+[\"'`]*([\w-]+)[\"'`]*(?=[:.,]?[ \t]*$|[:.]| -)", re.MULTILINE)
AMONG = re.compile(
    r"(?:one of|among|labels?|classes|categories|either)[^:\n]{0,30}:?[ \t]+([\w-]+(?:(?:,| or|, or|\||/)[ \t]*[\w-]+)+)", re.IGNORECASE
)
CASE, SPELT, SPACED, NUMBER = 0.85, 0.65, 0.8, 0.7
"""How likely a label is another one in other letters, one spelt much the same, lacks its blank, is to be numbered as the others."""
ALIKE, NEAR = 0.8, 0.6
IN_SET, IN_SET_FAR = 0.85, 0.5
"""How likely the one label that is not of the set is the one spelt much the same; and another."""


def labels(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for text in sight.texts:
        if text.lines and "\n" in text.text:
            yield from _spelt(text, sight)
            yield from _numbered(text)
            yield from _of_a_set(text)


def _spelt(text: Wording, sight: Sight) -> Iterator[Found]:
    found = list(LABEL.finditer(text.text))
    count = Counter(each[2] for each in found)
    asked = {re.sub(r"[:\s]+$", "", said).lstrip() for said in sight.said}
    blanks = Counter(bool(each[4]) for each in found if text.text[each.end() : each.end() + 1] not in ("", "\n"))
    for each in found:
        name = each[2]
        bare = not each[4] and text.text[each.end() : each.end() + 1].isalnum()
        if bare and blanks[True] > 1 and blanks[False] == 1 and (count[name] > 1 or name in asked):
            yield from reworded(text, [(each.end(), each.end(), " ")], SPACED, f"Put a blank behind `{name}:`", "the others have one")
        others = count.keys() - {name}
        odd = not any(other[0].isupper() == name[0].isupper() for other in others)
        for other in sorted((count.keys() | asked) - {name}) if count[name] == 1 else ():
            same = other.casefold() == name.casefold() and ((other in count and odd) or name not in asked)
            often = count[other] > 1 and name not in asked
            if (same and (odd or often)) or (often and SequenceMatcher(None, name, other).ratio() >= ALIKE):
                yield from reworded(
                    text, [(*each.span(2), other)], CASE if same else SPELT, f"Write `{other}:`, not `{name}:`,", "others do"
                )


def _numbered(text: Wording) -> Iterator[Found]:
    """`#2: ...` between `Point 1: ...` and `Point 3: ...`."""
    found = list(NUMBERED.finditer(text.text))
    forms = [(each[2] or each[5], each[4] or each[7]) for each in found]
    count = Counter(forms)
    numbers = [int(each[3] or each[6]) for each in found]
    if len(found) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return
    usual = max(count, key=lambda form: (count[form], bool(form[0].strip("#("))))
    for each, form, number in zip(found, forms, numbers, strict=True):
        if form != usual and (count[form] == 1):
            new = f"{each[1]}{usual[0]}{number}{usual[1]}"
            yield from reworded(text, [(*each.span(), new)], NUMBER, f"Write `{new}`, not `{each.group()}`,", "the others are numbered so")


def _of_a_set(text: Wording) -> Iterator[Found]:
    """The one label of an example that does not stand in the list of labels, of which all others are."""
    listed = [word for group in AMONG.findall(text.text) for word in re.findall(r"[\w-]+", group) if word != "or"]
    members = list(dict.fromkeys([*BULLET.findall(text.text), *listed]))
    groups: dict[str, list[re.Match[str]]] = defaultdict(list)
    for each in ANSWER.finditer(text.text):
        groups[each[1]].append(each)
    for own in groups.values():
        strange = [each for each in own if each[2] not in members]
        known = len({each[2] for each in own} & set(members))
        for likeness, member in _nearest(strange[0][2], members) if len(strange) == 1 and known else ():
            if likeness >= ALIKE or known > 1:
                prior = IN_SET if likeness >= ALIKE else IN_SET_FAR
                says = f"Write `{member}`, not `{strange[0][2]}`,"
                yield from reworded(text, [(*strange[0].span(2), member)], prior, says, "all the other labels are of the list")


def _nearest(word: str, members: Sequence[str]) -> list[tuple[float, str]]:
    alike = ((SequenceMatcher(None, word.lower(), member.lower()).ratio(), member) for member in members)
    return sorted((each for each in alike if each[0] >= NEAR), reverse=True)[:2]
