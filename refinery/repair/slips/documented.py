"""Numbers of settings of which a document says others: a bound in words, or a list of numbers that a paragraph has but for one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from refinery.edits.config import TEXTS
from refinery.edits.scalar import Scalar
from refinery.repair.slips.sight import Found, Sight, turned
from refinery.repair.turns import CONFIGURED
from refinery.repair.wording import parts

SAID = re.compile(r"(?<![\w.,-])(\d{1,3}(?:[,_']\d{3})+|\d+)(\.\d+)?(?: ?(%|percent\b|per cent\b))?(?![\w-]*\d)")
COUNTED = {
    word: number
    for number, words in enumerate(
        ("one once", "two twice both", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
    for word in words.split()
}
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
SPELT = re.compile(rf"\b({'|'.join((*COUNTED, *ORDINALS))})\b", re.IGNORECASE)
MOST_OF = frozenset({"max", "maximum", "most", "limit", "cap", "upper"})
LEAST_OF = frozenset({"min", "minimum", "least", "lower"})
UP = re.compile(r"(?i)\b(?:at (?:the )?most|up to|no more than|not more than|maximum(?: of)?|max\.?|limited to|capped at|never above)\s+$")
DOWN = re.compile(r"(?i)\b(?:at least|no less than|not less than|minimum(?: of)?|min\.?|from)\s+$")
SENTENCE = re.compile(r"[^\n.;]*(?:\.(?=\d)[^\n.;]*)*")
BOUND, SECTION = 0.8, 0.5
"""How likely a setting is what a sentence with its words says as a bound, or what a sentence says under a heading with
its words."""
LACKS, LACKS_SOME, LACKS_ELSEWHERE = 0.8, 0.5, 0.45
"""How likely the one number of a list that a paragraph does not have is the one that the list has not; where there are more; where the
paragraph does not speak of the list."""
FEWEST_SAID, MOST_NUMBERS, MOST_NEW = 2, 24, 4


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    start: int
    share: bool
    """It is one of a hundred."""
    spelt: bool = False

    def is_of(self, value: float) -> bool:
        """Whether a setting says the same, where shares may be of one."""
        return value == self.value or (self.share and abs(value * 100 - self.value) < 1e-9)


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph with the words of its heading."""

    text: str
    heading: frozenset[str]
    where: str


def documented(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    numbers = [each for each in sight.scalars if type(each.value) in (int, float) and each.path in sight.settings and each.key]
    blocks = list(_blocks(sight)) if 0 < len(numbers) <= CONFIGURED else []
    sentences = [(block, each.group(), parts(each.group())) for block in blocks for each in SENTENCE.finditer(block.text)]
    for scalar in numbers if blocks else ():
        if isinstance(scalar.keys[-1], str):
            yield from _bounds(sight, scalar, sentences)
    groups: dict[tuple[object, ...], list[Scalar]] = defaultdict(list)
    for scalar in numbers:
        named = max(place for place, key in enumerate(scalar.keys) if isinstance(key, str))
        if named < len(scalar.keys) - 1:
            groups[scalar.path, scalar.keys[: named + 1]].append(scalar)
            if named > 0 and any(isinstance(key, int) for key in scalar.keys[:named]):
                groups[scalar.path, scalar.keys[:named], scalar.key].append(scalar)
        elif named > 0:
            groups[scalar.path, tuple(key for key in scalar.keys[:named] if isinstance(key, str))].append(scalar)
    for group in groups.values():
        if FEWEST_SAID < len(group) <= MOST_NUMBERS:
            for block in blocks:
                yield from _absent(sight, group, block)


def _blocks(sight: Sight) -> Iterator[_Block]:
    for path, text in {**sight.beside, **sight.sources}.items():
        if PurePosixPath(path).suffix.lower() in TEXTS and len(text) <= CONFIGURED:
            heading: frozenset[str] = frozenset()
            for each in re.split(r"\n[ \t]*\n", text):
                if head := re.match(r"\s*#+[ \t]*([^\n]*)", each):
                    heading = parts(head[1].lower())
                if body := re.sub(r"^\s*#[^\n]*", "", each).strip():
                    yield _Block(body, heading, path)


def _said(text: str) -> Iterator[_Number]:
    for each in SAID.finditer(text):
        plain = re.sub(r"[,_']", "", each[1]) + (each[2] or "")
        yield _Number(float(plain), each.start(), bool(each[3]))
    for each in SPELT.finditer(text):
        word = each[1].lower()
        yield _Number(float(COUNTED.get(word, ORDINALS.get(word, 0))), each.start(), False, True)


def _bounds(sight: Sight, scalar: Scalar, sentences: Sequence[tuple[_Block, str, frozenset[str]]]) -> Iterator[Found]:
    own = parts(scalar.key)
    most, least = bool(own & MOST_OF), bool(own & LEAST_OF)
    bare = own - MOST_OF - LEAST_OF
    for block, sentence, words in sentences:
        if not bare or not (most or least) or not bare <= words | block.heading:
            continue
        said = list(_said(sentence))
        bounds = [each for each in said if (UP if most else DOWN).search(sentence[: each.start])]
        near = [each for each in bounds if bare & parts(sentence[each.start :][:40])]
        if any(each.is_of(float(scalar.value or 0)) for each in near or bounds):
            return
        for each in near or bounds:
            spoken = bare <= words
            yield from _set(sight, scalar, each, BOUND if near or (len(bounds) == 1 and spoken) else SECTION, block)


def _absent(sight: Sight, group: Sequence[Scalar], block: _Block) -> Iterator[Found]:
    """Numbers of a group that a paragraph does not say, which says others."""
    said = [each for each in _said(block.text) if not each.spelt]
    values = [float(each.value) for each in group if isinstance(each.value, int | float) and each.value]
    there = [each for each in group if each.value and any(number.is_of(float(each.value)) for number in said)]
    missing = [each for each in group if each.value and each not in there]
    new = [each for each in said if not any(each.is_of(value) for value in values)]
    if len(there) < max(FEWEST_SAID, len(missing) + 1) or not 0 < len(missing) <= 2 or len({each.value for each in new}) > MOST_NEW:
        return
    named = {part for scalar in group for key in scalar.keys if isinstance(key, str) for part in parts(key)}
    spoken = bool(named & (parts(block.text) | block.heading))
    for scalar in missing:
        fits = [each for each in new if each.share == (isinstance(scalar.value, float) and abs(scalar.value) <= 1)]
        sure = len({each.value for each in fits}) == 1 and len(missing) == 1
        for each in {number.value: number for number in fits}.values():
            yield from _set(sight, scalar, each, (LACKS if sure else LACKS_SOME) if spoken else LACKS_ELSEWHERE, block)


def _set(sight: Sight, scalar: Scalar, number: _Number, prior: float, block: _Block) -> Iterator[Found]:
    share = number.share and isinstance(scalar.value, float) and abs(scalar.value) <= 1
    value = round(number.value / 100, 6) if share else number.value
    new = int(value) if isinstance(scalar.value, int) and value.is_integer() else value
    if isinstance(new, float) and isinstance(scalar.value, int):
        return
    says = f"Set {scalar.name} to {new}, as {block.where} says,"
    yield from turned(sight.sources, scalar, new, prior, says, f"{block.where} says so")
