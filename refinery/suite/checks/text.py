"""Checks on words: they look at the answer, or at its JSON with strings decoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher

from adapters.trace import Json
from refinery.suite.checks.ruling import PASSED, Kind, Ruling, failed, fine, passed_if
from refinery.suite.outcome import NotJson, Outcome, compact, shortened

SIMILAR = 0.8
"""How alike two texts must be when the scenario does not say."""


def same(expected: Json, found: Json) -> bool:
    """Equal as JSON: 1 equals 1.0, but true is not 1."""
    if isinstance(expected, bool) or isinstance(found, bool):
        return expected is found
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(same(a, b) for a, b in zip(expected, found, strict=True))
    return type(expected) is type(found) and expected == found if isinstance(expected, str | None) else expected == found


def equal(expected: Json, outcome: Outcome) -> bool:
    """A text equals the answer itself or the JSON string it is; anything else equals the answer's JSON."""
    if isinstance(expected, str) and expected.rstrip("\n") == outcome.output.rstrip("\n"):
        return True
    try:
        return same(expected, outcome.value())
    except NotJson:
        return False


def views(outcome: Outcome) -> tuple[str, ...]:
    """The texts in which words are looked for: the answer, and when it is JSON, its strings and its compact form, decoded."""
    try:
        value = outcome.value()
    except NotJson:
        return (outcome.output,)
    return (value,) if isinstance(value, str) else (*strings(value), compact(value), outcome.output)


def strings(value: Json) -> Iterator[str]:
    """Every string in a JSON value, in order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


def likeness(one: str, other: str) -> float:
    """0 to 1: the better of word order (a diff of the words) and word choice (words in common)."""
    a, b = re.findall(r"\w+", one.casefold()), re.findall(r"\w+", other.casefold())
    if not a or not b:
        return float(a == b)
    order = SequenceMatcher(None, a, b, autojunk=False).ratio()
    choice = 2 * len(set(a) & set(b)) / (len(set(a)) + len(set(b)))
    return max(order, choice)


def _words(value: Json) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(str(each) for each in values)


def _words_problem(value: Json) -> str:
    values = value if isinstance(value, list) else [value]
    if not values:
        return "it takes a text, or a list of texts that is not empty"
    for each in values:
        if isinstance(each, bool | float) or not isinstance(each, str | int):
            return f"it takes a text or a list of texts; write {compact(each)} in quotes"
        if each == "":
            return "an empty text stands in every answer"
    return ""


def _text_problem(value: Json) -> str:
    return "" if isinstance(value, str) and value else f"it takes a text; write {compact(value)} in quotes"


def _regex_problem(value: Json) -> str:
    if not isinstance(value, str):
        return "it takes a regular expression, as a text"
    try:
        re.compile(value)
    except re.error as error:
        return f"it is not a regular expression: {error}"
    return ""


def _similar_problem(value: Json) -> str:
    if isinstance(value, str) and value:
        return ""
    if not isinstance(value, dict) or not isinstance(value.get("to"), str) or set(value) - {"to", "at-least"}:
        return "it takes a text, or {to: text, at-least: 0.8}"
    least = value.get("at-least", SIMILAR)
    if isinstance(least, bool) or not isinstance(least, int | float) or not 0 < least <= 1:
        return "`at-least` lies between 0 and 1"
    return ""


def _found(outcome: Outcome) -> str:
    return f"the answer is {shortened(outcome.output)!r}"


def _equals(value: Json, outcome: Outcome) -> Ruling:
    return passed_if(equal(value, outcome), f"expected {shortened(compact(value))}; {_found(outcome)}")


def _one_of(value: Json, outcome: Outcome) -> Ruling:
    options = value if isinstance(value, list) else [value]
    return passed_if(any(equal(each, outcome) for each in options), f"expected one of {shortened(compact(value))}; {_found(outcome)}")


def _contains(value: Json, outcome: Outcome, fold: Callable[[str], str] = str) -> Ruling:
    texts = [fold(text) for text in views(outcome)]
    missing = [word for word in _words(value) if not any(fold(word) in text for text in texts)]
    return passed_if(not missing, f"{' and '.join(map(repr, missing))} is not in it; {_found(outcome)}")


def _icontains(value: Json, outcome: Outcome) -> Ruling:
    return _contains(value, outcome, str.casefold)


def _not_contains(value: Json, outcome: Outcome) -> Ruling:
    texts = views(outcome)
    there = [word for word in _words(value) if any(word in text for text in texts)]
    return passed_if(not there, f"{' and '.join(map(repr, there))} should not be in it; {_found(outcome)}")


def _regex(value: Json, outcome: Outcome) -> Ruling:
    pattern = re.compile(str(value))
    return passed_if(any(pattern.search(text) for text in views(outcome)), f"nothing matches {value!r}; {_found(outcome)}")


def _starts_with(value: Json, outcome: Outcome) -> Ruling:
    texts = views(outcome)
    return passed_if(any(text.startswith(str(value)) for text in texts), f"it does not start with {value!r}; {_found(outcome)}")


def _similar(value: Json, outcome: Outcome) -> Ruling:
    wanted, least = (str(value["to"]), value.get("at-least", SIMILAR)) if isinstance(value, dict) else (str(value), SIMILAR)
    best = max((likeness(wanted, text) for text in views(outcome)), default=0.0)
    assert isinstance(least, int | float)
    if best >= least:
        return PASSED
    return failed(f"it is {best:.0%} like {shortened(wanted, 60)!r}, {least:.0%} is wanted; {_found(outcome)}")


def _list_problem(value: Json) -> str:
    return "" if isinstance(value, list) and value else "it takes a list of answers"


TEXT = {
    "equals": Kind(fine, _equals),
    "one-of": Kind(_list_problem, _one_of),
    "contains": Kind(_words_problem, _contains),
    "icontains": Kind(_words_problem, _icontains),
    "not-contains": Kind(_words_problem, _not_contains),
    "regex": Kind(_regex_problem, _regex),
    "starts-with": Kind(_text_problem, _starts_with),
    "similar": Kind(_similar_problem, _similar),
}
