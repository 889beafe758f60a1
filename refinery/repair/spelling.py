"""The same value written in another way: as what it is meant to be, or as its namesakes are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from refinery.edits.scalar import Scalar, Value
from refinery.repair.world import World

Turn = tuple[Value, float, str]

SWITCHES = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False, "y": True, "n": False}
NOTHING = frozenset({"null", "none", "nil", "~"})
WHOLE, DECIMAL = re.compile(r"-?\d{1,9}"), re.compile(r"-?\d+\.\d+")
RETYPED = 0.7
MISREAD = 0.9
"""How likely a switch is meant to be the word that is written there, among words: YAML takes a bare `no` for a switch."""
FEWEST_ALIKE = 2
"""Texts of one key that show how such texts are written."""
LETTERS: tuple[tuple[Callable[[str], bool], Callable[[str], str], str], ...] = (
    (str.islower, str.lower, "small letters"),
    (str.isupper, str.upper, "capitals"),
    (str.istitle, str.title, "titles"),
)


def retyped(scalar: Scalar, kin: Iterable[Scalar], world: World) -> Iterator[Turn]:
    """The same value as what it is meant to be: a switch, a number or nothing that was written as a text, or a text that was not."""
    value = scalar.value
    types = {type(other.value) for other in kin if other is not scalar} | {type(seen) for seen in world.roles[scalar.key] if seen != value}
    if isinstance(value, str):
        word = value.strip().lower()
        if word in SWITCHES:
            yield SWITCHES[word], RETYPED if len(word) > 1 or bool in types else 0.2, "a switch that was written as a text"
            yield not SWITCHES[word], 0.4 if len(word) > 1 or bool in types else 0.1, "a switch that was written as a text"
        if word in NOTHING:
            yield None, RETYPED, "nothing at all, written as a text"
        if WHOLE.fullmatch(word) or DECIMAL.fullmatch(word):
            number = int(word) if WHOLE.fullmatch(word) else float(word)
            sure = types & {int, float} or str not in types
            yield number, RETYPED if sure else 0.3, "a number that was written as a text"
    elif isinstance(value, bool):
        if int in types and bool not in types:
            yield int(value), 0.3, "a number that was written as a switch"
        if str in types and bool not in types:
            word = scalar.raw.strip()
            said = (word,) if word.lower() in SWITCHES else ("yes", "on") if value else ("no", "off")
            yield from ((each, MISREAD if each == word else 0.4, "a text that was written as a switch") for each in said)
    elif isinstance(value, int | float):
        if str in types and type(value) not in types:
            yield scalar.raw.strip(), 0.5, "a text that was written as a number"
        if value in (0, 1) and bool in types:
            yield bool(value), 0.4, "a switch that was written as a number"


def like_the_others(value: str, others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The text written as its namesakes are: with the sign at its ends that they all have or lack, in their letters, with their joints."""
    if len(others) < FEWEST_ALIKE or not value:
        return
    for first in (True, False):
        ends = {other[:1] if first else other[-1:] for other in others}
        own, sign = (value[0] if first else value[-1]), next(iter(ends))
        if not (own.isalnum() or own in ends) and not any(end and not end.isalnum() for end in ends):
            bare = value.lstrip(own) if first else value.rstrip(own)
            yield bare, f"none of the others {'begins' if first else 'ends'} with `{own}`"
        elif len(ends) == 1 and sign and not sign.isalnum() and own != sign:
            yield (f"{sign}{value}" if first else f"{value}{sign}"), f"all the others {'begin' if first else 'end'} with `{sign}`"
    for is_so, turned, what in LETTERS:
        if all(is_so(other) for other in others) and not is_so(value):
            yield turned(value), f"all the others are in {what}"
    for joint, wrong in (("_", "-"), ("-", "_"), (" ", "_"), (" ", "-"), ("_", " "), ("-", " ")):
        if wrong in value and any(joint in other for other in others) and not any(wrong in other for other in others):
            yield value.replace(wrong, joint), f"the others have `{joint}`, none has `{wrong}`"
