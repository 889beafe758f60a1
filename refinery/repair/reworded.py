"""Prompts that lost a word, a sentence or a line, or say another than they should: put right from what the repository knows.

A prompt cannot be run by itself, so nothing is made up: a new phrase is one that code looks for, a new word is one of a kind that
stands there already, a new sentence is one that the prompts beside have, a number is near the one that stood there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import PurePosixPath

from refinery.repair.clues import Clues
from refinery.repair.members import Kin
from refinery.repair.placeholders import PLACEHOLDER, Refill
from refinery.repair.prompts import Wording
from refinery.repair.sought import Sought, missing, scored
from refinery.repair.wording import telling

NEAR = 0.5
"""The likeness at which a stretch of a prompt is taken for a misworded form of a phrase."""
LINE = re.compile(r"[^\n]*\S[^\n]*")
ROW = re.compile(r"^\s*(?:[-*]|\d+\.)\s+[\"'`*]*([\w-]+)[\"'`*]*(?::| means| -) +(\S[^\n]*)$", re.MULTILINE)
MOST_ROWS = 7
SENTENCE = re.compile(r"[^\s.!?][^\n.!?]*[.!?]")
DIGITS = re.compile(r"(?<![\w.$])\d+(?![\w.]*\d)")
COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SPOKEN = re.compile(rf"\b(?:{'|'.join(COUNTED)})\b", re.IGNORECASE)
OPPOSITES = (
    ("oldest", "newest"), ("oldest", "latest"), ("first", "last"), ("first", "latest"), ("ascending", "descending"), ("lowest", "highest"),
    ("cheapest", "dearest"), ("earliest", "latest"), ("before", "after"), ("above", "below"), ("always", "never"), ("any", "all"),
    ("at most", "at least"), ("more than", "less than"), ("with", "without"), ("only", "also"), ("include", "exclude"),
    ("must", "must not"), ("may", "may not"), ("formal", "informal"), ("short", "long"), ("smallest", "largest"), ("fewest", "most"),
)  # fmt: skip
"""Of the words that rules in prompts are made of."""
MOST_NUMBERS = 8
MOST_WORDS = 16
MOST_LINES = 4
DOCUMENT = 0.5
"""What a change of a text counts that may be a document that is searched, and not said to a model."""
GROUP = re.compile(r"[\[(<\"'`]([^\[\](){}<>\"'`\n]{3,80})[\])>\"'`]")
TOLD = re.compile(r":[ \t]+([^\n]{3,80})$", re.MULTILINE)
BETWEEN = (" | ", "; ", ", ", " - ", " / ", "|", "/")
MOST_PARTS = 4
"""Parts of a form of which two neighbours are exchanged; what has more is a sentence or a list."""
LONGEST_PART = 4
"""Words of such a part."""
OUT_OF_ORDER = 2.0
"""What the exchange counts more where the answers say what they should, in another order."""
LINE_SAID, LINE_BESIDE = 0.7, 0.4
"""How likely a line is to be as in the texts beside it, where right answers have its words and where none has."""
WEARS = 0.97
"""What each further change of one kind to one text is worth."""


@dataclass(frozen=True, slots=True)
class _Change:
    score: float
    text: str
    says: str
    why: str


def reworded(
    texts: Sequence[Wording], phrases: Sequence[Sought], groups: Sequence[Kin], clues: Clues, lines: Mapping[tuple[str, int], float]
) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order. `lines` says how suspicious each line of code is."""
    lost = [(sure * (0.5 + 0.5 * scored(lines, each)), each) for sure, each in missing(phrases, [text.text for text in texts])]
    beside = _beside(texts)
    filled = tuple(dict.fromkeys(match[match.lastgroup or 0] for text in texts for match in PLACEHOLDER.finditer(text.text)))
    for wording in texts:
        spoken = (0.7 + 0.3 * _overlap(wording.text, clues)) * (1.0 if wording.spoken_to else DOCUMENT)
        seen = {wording.text}
        kinds = (
            _phrases(wording, lost),
            _members(wording, groups, clues),
            _numbers(wording, phrases),
            _opposites(wording),
            _sentences(wording, beside.get(wording.path, [])),
            _lines(wording, beside.get(wording.path, []), clues),
            _refilled(wording, filled),
            _exchanged(wording),
            _turned(wording, clues),
        )
        for kind in kinds:
            for place, change in enumerate(kind):
                if change.text in seen or not (after := wording.put(change.text)):
                    continue
                seen.add(change.text)
                yield change.score * spoken * WEARS**place, Refill(wording.path, after, change.says, change.why)


def _phrases(wording: Wording, lost: Iterable[tuple[float, Sought]]) -> Iterator[_Change]:
    """What code looks for and no prompt has: in place of what comes nearest to it, or as a sentence of its own."""
    for sure, each in sorted(lost, key=lambda item: -item[0]):
        why = f"{each.path}:{each.line} looks for it, and no prompt says it"
        for phrase in each.spellings:
            for likeness, start, end in _nearest(wording.text, phrase):
                after = wording.text[:start] + phrase + wording.text[end:]
                says = f"Say `{phrase}`, not `{wording.text[start:end]}`, in {wording.name}"
                yield _Change(sure * (0.4 + 0.5 * likeness), after, says, why)
            for after in _with_sentence(wording, phrase):
                yield _Change(sure * 0.6, after, f"Say `{phrase}` in {wording.name}", why)


def _nearest(text: str, phrase: str) -> list[tuple[float, int, int]]:
    """The stretches of as many words that are most like a phrase."""
    spans = [match.span() for match in re.finditer(r"[^\s.,;:!?]+", text)]
    size = len(phrase.split())
    found = []
    for place in range(len(spans)):
        for count in {max(1, size - 1), size, size + 1}:
            if place + count <= len(spans):
                start, end = spans[place][0], spans[place + count - 1][1]
                if "\n" not in text[start:end]:
                    found.append((SequenceMatcher(None, text[start:end].lower(), phrase.lower()).ratio(), start, end))
    return sorted((each for each in found if each[0] >= NEAR), reverse=True)[:2]


def _with_sentence(wording: Wording, phrase: str) -> Iterator[str]:
    """The text with one sentence more: behind what is told before the first gap, and at the end."""
    text = wording.text
    ended = phrase if phrase[-1:] in ".!?:" else f"{phrase}."
    sentence = ended if phrase[:1].isupper() or phrase[-1:] == ":" else f"Important: {ended}"
    if not wording.lines:
        yield f"{text.rstrip()} {sentence}"
        return
    for end in dict.fromkeys((_first_gap(text), len(text.rstrip()))):
        last = text[:end].rpartition("\n")[2]
        mark = re.match(r"\s*(?:[-*] )?", last)
        yield f"{text[:end]}\n{mark.group() if mark else ''}{sentence}{text[end:]}"


def _first_gap(text: str) -> int:
    """The end of the first paragraph that is followed by another, or by a line with a placeholder."""
    for match in re.finditer(r"\n\s*\n|\n(?=[^\n]*(?:\$\w|\{\w))", text):
        if text[: match.start()].strip():
            return match.start()
    return len(text.rstrip())


def _members(wording: Wording, groups: Iterable[Kin], clues: Clues) -> Iterator[_Change]:
    """A word of a kind of which the text has others: one more in their row, a line like theirs, or one in the place of another."""
    own = set(re.findall(r"[A-Za-z][\w-]*", wording.text))
    found: list[_Change] = []
    for group in groups:
        there = [word for word in group.words if word in own]
        absent = [word for word in group.words if word not in own]
        if not there or not absent:
            continue
        rare = 1.0 if len(absent) == 1 else 0.8 if len(absent) == 2 else 0.5
        for word in absent:
            told = 1.25 if word.lower() in clues.text else 0.9
            if len(there) > 1:
                for after, says in (*_in_row(wording, there, word), *_in_line(wording, there, word)):
                    why = f"{group.where} has `{word}` beside `{there[0]}` and `{there[1]}`, and {wording.name} does not"
                    found.append(_Change(min(1.0, 0.55 * rare * told), after, says, why))
            for other in there if group.values else ():
                if (other.isupper(), other.islower()) == (word.isupper(), word.islower()):
                    after = re.sub(rf"(?<![\w-]){re.escape(other)}(?![\w-])", word, wording.text)
                    says = f"Say `{word}`, not `{other}`, in {wording.name}"
                    found.append(_Change(0.3 * told, after, says, f"`{word}` and `{other}` are both of {group.where}"))
    yield from sorted(found, key=lambda change: -change.score)[:MOST_WORDS]


def _in_row(wording: Wording, there: Sequence[str], word: str) -> Iterator[tuple[str, str]]:
    """The word in a row such as `a, b and c`."""
    either = "|".join(map(re.escape, there))
    quoted = r"[\"'`]?"
    begin = rf"(?<![\w-])({quoted})(?:{either})({quoted})"
    for between in (", ", " or ", " and ", "/", "|"):
        mark = re.escape(between)
        row = re.search(rf"{begin}(?:{mark}{quoted}(?:{either})(?![\w-]){quoted})+", wording.text)
        if row:
            closed = re.match(rf",? (?:and|or) {quoted}(?:{either})", wording.text[row.end() :])
            at = row.end(2) if closed or between in (" or ", " and ") else row.end()
            sign = between if between in ("/", "|") else ", "
            after = f"{wording.text[:at]}{sign}{row[1]}{word}{row[2]}{wording.text[at:]}"
            yield after, f"Add `{word}` to the row in {wording.name}"
            return
    if pair := re.search(rf"{begin}, (?:and|or) {quoted}(?:{either})(?![\w-])", wording.text):
        after = f"{wording.text[: pair.end(2)]}, {pair[1]}{word}{pair[2]}{wording.text[pair.end(2) :]}"
        yield after, f"Add `{word}` to the row in {wording.name}"


def _in_line(wording: Wording, there: Sequence[str], word: str) -> Iterator[tuple[str, str]]:
    """A line like that of another word of the kind."""
    given = 0
    rows = [
        (match, [each for each in there if re.search(rf"(?<![\w-]){re.escape(each)}(?![\w-])", match.group())])
        for match in LINE.finditer(wording.text)
    ]
    if sum(len(names) == 1 for _, names in rows) < 2:
        return
    for match, names in rows:
        if len(names) == 1 and given < MOST_LINES:
            given += 1
            line = re.sub(rf"(?<![\w-]){re.escape(names[0])}(?![\w-])", word, match.group())
            after = f"{wording.text[: match.end()]}\n{line}{wording.text[match.end() :]}"
            yield after, f"Add a line for `{word}`, like that for `{names[0]}`, to {wording.name}"


def _numbers(wording: Wording, phrases: Iterable[Sought]) -> Iterator[_Change]:
    """Other numbers in the place of those that stand there; rather where code reads them."""
    read = [match.span() for each in phrases if r"\d" in each.pattern for match in _found(each.pattern, wording.text)]
    for match in [*DIGITS.finditer(wording.text), *SPOKEN.finditer(wording.text)][:MOST_NUMBERS]:
        raw = match.group()
        value = int(raw) if raw.isdigit() else COUNTED.index(raw.lower()) + 1
        prior = 0.55 if any(start <= match.start() < end for start, end in read) else 0.3 if raw.isdigit() else 0.15
        for place, new in enumerate(dict.fromkeys((value + 1, value - 1, value * 2, value // 2, value + 2, value * 10, value // 10))):
            spelled = str(new) if raw.isdigit() else COUNTED[new - 1] if 0 < new <= len(COUNTED) else ""
            if new > 0 and new != value and spelled:
                spelled = spelled.capitalize() if raw[:1].isupper() else spelled
                after = wording.text[: match.start()] + spelled + _agreeing(wording.text[match.end() :], value, new)
                says = f"Say {spelled}, not {raw}, in {wording.name}"
                yield _Change(prior * 0.95**place, after, says, "it is near the number that stands there")


def _agreeing(rest: str, old: int, new: int) -> str:
    """What follows a number, in the singular or the plural as the new number asks."""
    noun = re.match(r" ([a-z]{3,}?)(s?)(?![\w-])", rest)
    if noun is None or (old == 1) == (new == 1) or (old == 1) == bool(noun[2]):
        return rest
    return f" {noun[1]}{'' if new == 1 else 's'}{rest[noun.end() :]}"


def _found(pattern: str, text: str) -> Iterator[re.Match[str]]:
    try:
        yield from re.finditer(pattern, text, re.MULTILINE)
    except re.error:
        return


def _opposites(wording: Wording) -> Iterator[_Change]:
    """The opposite of a word, and a rule that is meant the other way round."""
    for one, other in (*OPPOSITES, *((b, a) for a, b in OPPOSITES)):
        for match in re.finditer(rf"(?<![\w-]){one}(?![\w-])", wording.text, re.IGNORECASE):
            new = other.capitalize() if match.group()[:1].isupper() else other
            after = wording.text[: match.start()] + new + wording.text[match.end() :]
            yield _Change(0.3, after, f"Say `{new}`, not `{match.group()}`, in {wording.name}", "it is its opposite")
    for match in re.finditer(r"\b(?:[Dd]o not|[Dd]on't|not) (?=(\w))", wording.text):
        capital = match.group()[0].isupper()
        rest = wording.text[match.end() :]
        after = wording.text[: match.start()] + (rest[:1].upper() + rest[1:] if capital else rest)
        yield _Change(0.25, after, f"Leave `{match.group().strip()}` out of {wording.name}", "the rule may be meant the other way round")


def _beside(texts: Iterable[Wording]) -> dict[str, list[str]]:
    """For each file of text, those of its kind in its folder."""
    folders: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for each in texts:
        if each.path == each.name:
            path = PurePosixPath(each.path)
            folders[str(path.parent), path.suffix][each.path] = each.text
    return {path: [text for other, text in files.items() if other != path] for files in folders.values() for path in files}


def _sentences(wording: Wording, beside: Collection[str]) -> Iterator[_Change]:
    """Sentences that the prompts beside it have; those that all of them have first."""
    shared: dict[str, int] = defaultdict(int)
    for text in beside if wording.path == wording.name else ():
        for sentence in dict.fromkeys(match.group().strip() for match in SENTENCE.finditer(text)):
            if sentence not in wording.text and not PLACEHOLDER.search(sentence) and len(sentence.split()) > 1:
                shared[sentence] += 1
    for sentence, count in sorted(shared.items(), key=lambda each: (-each[1], each[0]))[:MOST_WORDS]:
        for after in _with_sentence(wording, sentence):
            where = "all the prompts beside it say it" if count == len(beside) > 1 else "a prompt beside it says it"
            yield _Change(0.55 if count == len(beside) > 1 else 0.25, after, f"Say `{sentence}` in {wording.name}", where)


def _lines(wording: Wording, beside: Collection[str], clues: Clues) -> Iterator[_Change]:
    """A line as the texts beside it have it that is filled with the same, and all have it so; rather where right answers have its words."""
    if wording.path != wording.name:
        return
    theirs: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for text in beside:
        for match in LINE.finditer(text):
            theirs[_filled_with(match.group())].add(match.group().strip())
    for match in LINE.finditer(wording.text):
        names, own = _filled_with(match.group()), match.group().strip()
        others = theirs[names] if names else set()
        if len(others) != 1 or own in others:
            continue
        (other,) = others
        said = any(_head(other) in each.right and _head(other) not in each.wrong for each in clues.answers) if _head(other) else False
        start = match.start() + match.group().find(own)
        after = wording.text[:start] + other + wording.text[start + len(own) :]
        why = f"the texts beside it say it so where they have {' and '.join(names)}"
        yield _Change(LINE_SAID if said else LINE_BESIDE, after, f"Say `{other}`, not `{own}`, in {wording.name}", why)


def _filled_with(line: str) -> tuple[str, ...]:
    return tuple(sorted(match[match.lastgroup or 0] for match in PLACEHOLDER.finditer(line)))


def _head(line: str) -> str:
    """What a line says before it is filled in."""
    match = PLACEHOLDER.search(line)
    return line[: match.start()].strip() if match else line.strip()


def _exchanged(wording: Wording) -> Iterator[_Change]:
    """What is told of two things in a list, each of the other."""
    rows = list(ROW.finditer(wording.text))[:MOST_ROWS]
    for one, other in combinations(rows, 2):
        text = wording.text
        after = text[: one.start(2)] + other[2] + text[one.end(2) : other.start(2)] + one[2] + text[other.end(2) :]
        says = f"Exchange what {wording.name} says of {one[1]} and of {other[1]}"
        yield _Change(0.3, after, says, "each may be what should be said of the other")


def _turned(wording: Wording, clues: Clues) -> Iterator[_Change]:
    """Two neighbours exchanged in a form that an answer follows: `[date, name]`, `Example: name - date`."""
    prior = 0.25 * (OUT_OF_ORDER if clues.turned else 1.0)
    for form in (GROUP, TOLD):
        for match in form.finditer(wording.text):
            between = next((each for each in BETWEEN if each in match[1]), "")
            parts = match[1].split(between) if between else []
            odd = any(not part.strip() or len(part.split()) > LONGEST_PART or _open(part) for part in parts)
            if not 1 < len(parts) <= MOST_PARTS or odd:
                continue
            for place in range(len(parts) - 1):
                order = [*parts[:place], parts[place + 1], parts[place], *parts[place + 2 :]]
                after = wording.text[: match.start(1)] + between.join(order) + wording.text[match.end(1) :]
                says = f"Exchange `{parts[place].strip()}` and `{parts[place + 1].strip()}` in {wording.name}"
                yield _Change(prior, after, says, "the parts of a form may stand in another order")


def _open(part: str) -> bool:
    """Whether a bracket is opened or closed in a text and not both."""
    return any(part.count(one) != part.count(other) for one, other in ("[]", "()", "{}"))


def _refilled(wording: Wording, names: Sequence[str]) -> Iterator[_Change]:
    """Another placeholder in the place of one, in texts that are no files of their own."""
    if wording.path == wording.name:
        return
    for match in PLACEHOLDER.finditer(wording.text):
        own, (start, end) = match[match.lastgroup or 0], match.span(match.lastgroup or 0)
        for name in names:
            if name != own:
                after = wording.text[:start] + name + wording.text[end:]
                yield _Change(0.3, after, f"Fill in {name}, not {own}, in {wording.name}", f"other texts have `{name}` filled in")


def _overlap(text: str, clues: Clues) -> float:
    words = telling([PLACEHOLDER.sub(" ", text)])
    return len(words & clues.words) / len(words) if words else 0.0
