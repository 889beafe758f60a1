"""How a wrong answer differs from the right one, and which kinds of mistakes make such differences."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

SAID = (("assert ", " == "), ("expected ", "; the answer is "), ("expected ", ", got "))
"""What stands before and between the two answers; the right one is the second only after `assert`."""
MOST_READINGS = 6
"""Places at which an answer may begin or end: what stands between two answers can be a part of one."""
ENDLESS = ("did not end within", "did not answer within", "took longer than", "hangs")
LONGEST = 4000
MOST = 20
"""Sentences that are compared."""
WORDS = re.compile(r"\d+(?:\.\d+)?|[^\W\d]+")
"""What two answers in words are compared by."""
NUMBER_LACKED = re.compile(r"KeyError: -?\d")
NUMBER = re.compile(r"\d+(?:\.\d+)?")

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "endless": {
        "missing update": 1.7, "loop bound": 1.4, "comparison": 1.2, "recursion": 1.3, "stronger condition": 1.2, "missing statement": 1.3,
    },
    "deep": {"recursion": 1.8, "comparison": 1.2, "off by one": 1.2, "missing argument": 1.3, "missing statement": 1.2},
    "bounds": {"off by one": 1.3, "comparison": 1.3, "index in bounds": 1.5, "slice": 1.1, "empty input": 1.5},
    "order": {
        "order": 1.6, "operands swapped": 1.5, "order of statements": 1.4, "swapped arguments": 1.3, "exchanged": 1.3, "comparison": 1.1,
        "other end": 1.3, "grouping": 1.2, "neighbour method": 1.2, "brackets": 1.2,
    },
    "fewer": {
        "missing update": 1.3, "off by one": 1.3, "comparison": 1.2, "missing statement": 1.3, "slice": 1.2, "weaker condition": 1.4,
        "wider condition": 1.2, "early return": 1.3, "jump": 1.3, "generator": 1.3, "recursion": 1.2, "depth": 1.2,
    },
    "more": {
        "stronger condition": 1.5, "off by one": 1.2, "comparison": 1.3, "slice": 1.2, "missing statement": 1.1, "filter": 1.4,
        "jump": 1.3, "depth": 1.2,
    },
    "one off": {"off by one": 1.5, "comparison": 1.2, "first value": 1.2, "neighbour function": 1.2},
    "opposite": {
        "boolean operator": 1.3, "negated condition": 1.3, "comparison": 1.3, "operator replacement": 1.1, "neighbour function": 1.3,
        "stronger condition": 1.2, "wider condition": 1.2,
    },
    "nothing": {"missing return": 1.8, "early return": 1.3, "missing value": 1.2},
    "sign": {"operands swapped": 1.6, "operator replacement": 1.3, "absolute value": 2.0},
    "last place": {"rounding": 2.0},
    "nought for nothing": {"truth for presence": 1.8},
    "number": {"operator replacement": 1.15, "wrong name": 1.1, "brackets": 1.2, "term added": 1.2, "term dropped": 1.1},
}  # fmt: skip
"""What a family of operators counts more where a symptom was seen."""


UNLIKELY: Mapping[str, Mapping[str, float]] = {
    "no fractions": {"rounding": 0.3, "unit": 0.7},
    "no words": {"missing conversion": 0.6, "neighbour text": 0.6, "letter case": 0.5, "neighbour method": 0.7},
}
"""What a family counts less where the answers, right and wrong, are of a kind that it does not work on."""


def symptoms(texts: Iterable[str], errors: Iterable[str]) -> frozenset[str]:
    """Read off what failed runs said, and the errors they ended with."""
    found: set[str] = set()
    for text in texts:
        if any(words in text for words in ENDLESS):
            found.add("endless")
    pairs = list(islice(answers(texts), MOST))
    for wanted, got in pairs:
        found.update(_difference(wanted, got))
        found.update(each for part, other in _beside(wanted, got) for each in _in_figures(part, other))
        if _keys_as_texts(wanted, got):
            found.add("keys as texts")
    parts = [part for pair in pairs for value in pair for part in _parts(value)]
    if pairs and not any(isinstance(part, float) or (isinstance(part, str) and _fraction(part)) for part in parts):
        found.add("no fractions")
    if pairs and not any(isinstance(part, str) for part in parts):
        found.add("no words")
    if any(NUMBER_LACKED.search(text) for text in texts):
        found.add("keys as texts")
    for error in errors:
        found.update({"RecursionError": {"deep"}, "IndexError": {"bounds"}, "MemoryError": {"endless"}}.get(error, set()))
    return frozenset(found)


def _keys_as_texts(wanted: object, got: object) -> bool:
    """Whether keys that should be numbers came as the texts of these."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        numbers = [key for key in wanted if isinstance(key, int) and key not in got]
        return any(str(key) in got for key in numbers)
    return False


def weight(seen: frozenset[str], operator: str) -> float:
    """How much more, or less, an operator is worth for these symptoms."""
    less = min((UNLIKELY[each].get(operator, 1.0) for each in seen if each in UNLIKELY), default=1.0)
    return less * max((WEIGHTS[each].get(operator, 1.0) for each in seen if each in WEIGHTS), default=1.0)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from (key, *_parts(part))
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _parts(part)
    else:
        yield value


def _fraction(text: str) -> bool:
    return any("." in number for number in NUMBER.findall(text))


def _beside(wanted: object, got: object) -> Iterator[tuple[object, object]]:
    """What stands at the same place of both answers; of texts, word by word."""
    if isinstance(wanted, Mapping) and isinstance(got, Mapping):
        for key in wanted.keys() & got.keys():
            yield from _beside(wanted[key], got[key])
    elif isinstance(wanted, list | tuple) and isinstance(got, list | tuple) and len(wanted) == len(got):
        for part, other in zip(wanted, got, strict=True):
            yield from _beside(part, other)
    elif isinstance(wanted, str) and isinstance(got, str):
        words, others = WORDS.findall(wanted), WORDS.findall(got)
        yield from zip(words, others, strict=True) if len(words) == len(others) else ()
    else:
        yield wanted, got


def _in_figures(wanted: object, got: object) -> Iterator[str]:
    """How two figures differ: by one in the last place behind the point, or as nothing does from nought."""
    one, other = ("" if isinstance(part, bool | None) else str(part) for part in (wanted, got))
    if not NUMBER.fullmatch(one):
        return
    if float(one) == 0 and not NUMBER.fullmatch(other.lstrip("-")):
        yield "nought for nothing"
    places = len(one.partition(".")[2])
    alike = places and NUMBER.fullmatch(other) and len(other.partition(".")[2]) == places
    if alike and abs(int(one.replace(".", "")) - int(other.replace(".", ""))) == 1:
        yield "last place"


def answers(texts: Iterable[str]) -> Iterator[tuple[object, object]]:
    """What was wanted and what came, where both were written as values."""
    for line in dict.fromkeys(line for text in texts for line in text[:LONGEST].splitlines()):
        for opening, between in SAID:
            read = next(_read(line, opening, between), None)
            if read is not None:
                yield read
                break


def _read(line: str, opening: str, between: str) -> Iterator[tuple[object, object]]:
    for begin in islice(re.finditer(re.escape(opening), line), MOST_READINGS):
        for middle in islice(re.finditer(re.escape(between), line[begin.end() :]), MOST_READINGS):
            at = begin.end() + middle.start()
            try:
                first, second = _value(line[begin.end() : at].strip()), _value(line[at + len(between) :].strip())
                yield _like(second, first) if opening == "assert " else _like(first, second)
            except ValueError:
                continue


def _value(text: str) -> object:
    """A value as Python or JSON writes it. Raises ValueError for other text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _like(wanted: object, got: object) -> tuple[object, object]:
    """An answer in JSON is what it says, where no text is wanted."""
    if isinstance(got, str) and not isinstance(wanted, str):
        return wanted, json.loads(got)
    return wanted, got


def _difference(wanted: object, got: object) -> Iterator[str]:
    if got is None and wanted is not None:
        yield "nothing"
    elif isinstance(wanted, bool) and isinstance(got, bool):
        yield "opposite"
    elif isinstance(wanted, int | float) and isinstance(got, int | float):
        yield "one off" if abs(wanted - got) == 1 else "sign" if wanted == -got else "number"
    elif isinstance(wanted, list | tuple | str) and isinstance(got, list | tuple | str) and type(wanted) is type(got):
        yield from _sequences(wanted, got)
    elif isinstance(wanted, set | frozenset | dict) and isinstance(got, set | frozenset | dict):
        yield from ["fewer"] if len(got) < len(wanted) else ["more"] if len(got) > len(wanted) else []


def _sequences(wanted: Sequence[object], got: Sequence[object]) -> Iterator[str]:
    if len(got) < len(wanted):
        yield "fewer"
    elif len(got) > len(wanted):
        yield "more"
    elif Counter(map(repr, wanted)) == Counter(map(repr, got)):
        yield "order"
    elif not isinstance(wanted, str):
        for one, other in zip(wanted, got, strict=True):
            if one != other:
                yield from _difference(one, other)
                return
