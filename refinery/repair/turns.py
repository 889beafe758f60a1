"""Turns of one setting: the other values that it could have, and where each comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from refinery.edits.config import TEXTS
from refinery.edits.scalar import Scalar, Value
from refinery.repair.amounts import as_used, near_shares, other_units, slipped
from refinery.repair.clues import Clues
from refinery.repair.moments import other_numbers, other_texts
from refinery.repair.spelling import like_the_others, retyped
from refinery.repair.wording import likeness, parts
from refinery.repair.world import World

DURATION = re.compile(r"^(\d+(?:\.\d+)?)\s*(ms|s|sec|m|min|h|d|w|days?|hours?|minutes?|seconds?)$")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
CHOICE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
OPPOSITES = (
    ("oldest", "newest"), ("oldest", "latest"), ("first", "latest"), ("first", "last"), ("asc", "desc"),
    ("ascending", "descending"), ("min", "max"), ("low", "high"), ("strict", "lenient"), ("on", "off"),
    ("enabled", "disabled"), ("all", "none"), ("any", "all"), ("include", "exclude"), ("allow", "deny"),
    ("relevance", "date"), ("earliest", "latest"), ("raise", "ignore"), ("sync", "async"), ("and", "or"),
    ("before", "after"),
)  # fmt: skip
CONFIGURED = 200_000
"""Characters of the largest file that is taken for configuration; data files are larger."""
FEWEST_LETTERS = 2
MOST_TOLD = 8
"""Numbers of a failure that a setting is set to."""
MOST_BESIDE = 12
"""Files of a folder that are chosen from by name."""
TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d\d)")
CODE = re.compile(r"[=(\[{]|^\s*(?:return|elif|if|else)\b")
NUMERIC = re.compile(r"([^\d.+-]*)(\d+(?:\.\d+)?)([^\d.:/-]*)")
COUNTS = frozenset({
    "max", "min", "top", "result", "count", "step", "attempt", "retry", "retrie", "limit", "turn", "item", "page", "round", "depth", "tool",
    "word", "chunk", "token", "worker", "day", "people", "guest", "k", "n",
})  # fmt: skip
"""Words in the names of whole numbers of things, which have no decimals."""
OTHER_MAKE = 0.5
MOST_OF = frozenset({"max", "maximum", "limit", "most", "cap"})
ROUNDS, AGAIN = frozenset({"step", "iteration", "hop", "round", "turn", "loop"}), frozenset({"attempt", "retry", "retrie", "try", "trie"})
USUAL_ROUNDS, USUAL_AGAIN = (10, 20, 50, 100), (3, 5)
"""How often people let something go round at the most, so that it ends, and how often it is tried: what is not too low will do."""
ROOMY = 0.55
"""How likely a lower bound is one of these."""
MEASURED = 3
"""Digits of a number that was measured or is known, and not thought of: of these the point may stand wrong."""
UNSET = 0.6
"""How likely what its namesakes have is for a setting that has no value."""
COUNTED = 24
"""Whole numbers up to this are counts and hours: the nearest is the likeliest, and nothing at all is seldom meant."""
NEXT, NEAR = 0.42, 0.93
"""What the second next is worth, and each further one as a share of that before it."""
SPELT_LIKE = 0.8
"""The likeness at which a text is taken for another one misspelt."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting turned."""

    scalar: Scalar
    value: Value
    prior: float
    why: str
    """Where the new value comes from."""
    data: bool = False
    """It stands in a table of records: changing it is tampering with the data, never a repair."""
    spoken: bool = False
    """A comment, code, a document or another setting says the new value."""

    @property
    def any_would_do(self) -> bool:
        """Whether it is a number for which nothing speaks but that it may cure: no word of anybody, and no slip of a point or a unit.

        One failing scenario is met by many such numbers of many settings.
        """
        one, other = _number(self.scalar.value), _number(self.value)
        return one is not None and other is not None and not self.spoken and not slipped(one, other)


def turns(scalar: Scalar, kin: list[Scalar], sources: Mapping[str, str], world: World, forms: Mapping[str, set[str]]) -> Iterator[Knob]:
    value = scalar.value
    for other in kin:
        if type(other.value) is type(value) and other.value != value:
            yield Knob(scalar, other.value, 0.6, f"the value that `{other.name}` has", spoken=True)
        elif value is None and other.value is not None:
            yield Knob(scalar, other.value, UNSET, f"the value that `{other.name}` has")
        elif other.value is None and value is not None:
            yield Knob(scalar, None, 0.25, f"`{other.name}` has no value")
    for new, prior, why in retyped(scalar, kin, world):
        yield Knob(scalar, new, prior, why)
    if isinstance(value, bool):
        yield Knob(scalar, not value, 0.75, "a switch has one other position")
        return
    if isinstance(value, int | float):
        yield from _numbers(scalar, value, sources, world)
    elif isinstance(value, str):
        yield from _texts(scalar, value, kin, sources, world, forms)
    elif value is None:
        yield Knob(scalar, True, 0.2, "it is not set")
        for seen, _ in world.roles[scalar.key].most_common(4):
            yield Knob(scalar, seen, 0.35, "the value that code has under this name")


def _numbers(scalar: Scalar, value: float, sources: Mapping[str, str], world: World) -> Iterator[Knob]:
    whole = isinstance(value, int)
    for text in NUMBER.findall(comment(scalar, sources)):
        number = float(text) if "." in text or not whole else int(text)
        yield Knob(scalar, number, 0.75, "the number in the comment beside it", spoken=True)
    for new, prior, why in other_numbers(scalar.key, value, comment(scalar, sources)):
        yield Knob(scalar, new, prior, why)
    for seen, _ in world.roles[scalar.key].most_common(6):
        if type(seen) is type(value) and seen != value:
            yield Knob(scalar, seen, 0.6, "the value that code has under this name", spoken=True)
    for new, prior, why in as_used(value, scalar.key in world.shares, scalar.key in world.percents):
        yield Knob(scalar, int(new) if whole and new == int(new) else new, prior, why, spoken=True)
    if whole and (roomy := _roomy(scalar.key, value)):
        yield Knob(scalar, roomy, ROOMY, "a usual bound of this kind, which is higher", spoken=True)
    for new, prior, why in other_units(value, f"{' '.join(map(str, scalar.keys))} {around(scalar, sources)}"):
        yield Knob(scalar, new, prior, why)
    if not whole and 0 <= value <= 1:
        for new, prior, why in near_shares(value):
            yield Knob(scalar, new, prior, why)
    steps: list[tuple[float, float]] = []
    if not whole and 0 <= value <= 1:
        steps += [
            (value / 2, 0.44),
            ((1 + value) / 2, 0.42),
            (value + 0.1, 0.48),
            (value - 0.1, 0.48),
            (0.0, 0.38),
            (1.0, 0.33),
            (1 - value, 0.4),
        ]
        steps += [(value + 0.2, 0.35), (value - 0.2, 0.35), (value / 4, 0.3), (value / 10, 0.25), (0.5, 0.3)]
    else:
        steps += [(value + 1, 0.5), (value - 1, 0.45)]
        if whole and 0 <= value <= COUNTED:  # of several that would do, the nearest
            steps += [(value + sign * far, NEXT * NEAR ** (far - 2)) for far in range(2, 9) for sign in (1, -1) if value + sign * far > 0]
        tenth = 0.45 if not whole or value >= COUNTED or value % 10 == 0 else 0.2
        steps += [(value / 2, 0.5), (value * 2, 0.5), (value / 10, tenth), (value * 10, 0.45), (value / 4, 0.35), (value * 4, 0.35)]
        steps += [(0, 0.1 if whole else 0.3), (value * 3, 0.3), (value + 2, 0.25), (value / 100, 0.3), (value * 100, 0.25)]
        if not whole:
            steps += [(value + 0.5, 0.4), (value - 0.5, 0.4), (value - 2, 0.25), (value + 0.25, 0.2), (value - 0.25, 0.2)]
        if value in (0, 1):
            steps += [(3, 0.4), (5, 0.4), (10, 0.4), (100, 0.3), (30, 0.3), (365, 0.15)]
        for usual in (30, 90, 365):  # periods that people set
            if value >= 30 and "day" in scalar.key:
                steps.append((usual, 0.4))
        steps += [(-value, 0.1)]
        if not whole and len(f"{value:g}".replace(".", "").strip("0-")) >= MEASURED:  # where its digits come from somewhere
            shifts = (value * 10, value / 10, value * 100, value / 100)
            steps = [(new, 0.5 if new in shifts else prior * 0.6) for new, prior in steps]
    if whole and value >= 10:  # two digits that were exchanged, one that was lost
        digits = str(value)
        turned_round = (digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1))
        steps += [(int(text), 0.35) for text in turned_round if text[0] != "0"]
        steps += [(value + 10, 0.2), (value - 10, 0.2), (value + 5, 0.15), (value - 5, 0.15)]
    if whole and value % 10:  # a decimal point that was lost
        counted = bool(parts(scalar.key) & COUNTS)
        steps += [(value / 10, 0.15 if counted else 0.4), (value / 100, 0.1 if counted else 0.25)]
    for new, prior in steps:
        if (new < 0 <= value and prior > 0.1) or (new == 0 and whole and prior > 0.1):  # nothing at all is seldom what is meant
            continue
        broken = whole and new != int(new) and new in (value / 10, value / 100)
        turned = new if broken or not whole else int(new)
        yield Knob(scalar, round(turned, 6) if isinstance(turned, float) else turned, prior, "a step from the present value")


def _roomy(name: str, value: float) -> int | None:
    """The next higher bound that people set for what is done several times and has to end."""
    words = parts(name)
    if words & AGAIN:
        return next((usual for usual in USUAL_AGAIN if usual > value), None)
    return next((usual for usual in USUAL_ROUNDS if usual >= 2 * value), None) if words & ROUNDS and words & MOST_OF else None


def _number(value: Value) -> float | None:
    """A number, also one that is written in a text or is a time of day, in minutes; None for all else."""
    if isinstance(value, bool) or value is None:
        return None
    if not isinstance(value, str):
        return float(value)
    if clock := TIME_OF_DAY.fullmatch(value):
        return float(int(clock[1]) * 60 + int(clock[2]))
    written = NUMERIC.fullmatch(value)
    return float(written[2]) if written else None


def documents(sources: Mapping[str, str]) -> Iterator[tuple[frozenset[str], tuple[str, ...], str]]:
    """Lines of prose that name a number: their words, the numbers, and where they stand. In code only what is no statement."""
    for path, text in sources.items():
        prose = PurePosixPath(path).suffix.lower() in TEXTS
        if (prose or path.endswith(".py")) and len(text) <= CONFIGURED:
            for number, line in enumerate(text.splitlines(), 1):
                if (prose or not CODE.search(line)) and (found := NUMBER.findall(line)):
                    yield parts(line), tuple(found), f"{path}:{number}"


def told(scalar: Scalar, clues: Clues, prose: Iterable[tuple[frozenset[str], tuple[str, ...], str]]) -> Iterator[Knob]:
    """Numbers that a document says of this setting, and those that the failure speaks of and no input."""
    if isinstance(scalar.value, bool) or not isinstance(scalar.value, int | float):
        return
    own = parts(scalar.key)
    found = [(number, 0.6, f"{where} says so", True) for words, numbers, where in prose if own and own <= words for number in numbers]
    spoken = [number for number in dict.fromkeys(NUMBER.findall(clues.text)) if number not in clues.asked.numbers]
    found += [(number, 0.3, "the failure speaks of it", False) for number in spoken[:MOST_TOLD]]
    for number, prior, why, said in found:
        yield Knob(scalar, float(number) if "." in number else int(number), prior, why, spoken=said)


def _texts(
    scalar: Scalar, value: str, kin: list[Scalar], sources: Mapping[str, str], world: World, forms: Mapping[str, set[str]]
) -> Iterator[Knob]:
    match = DURATION.match(value)
    if match:
        number, unit = float(match.group(1)), match.group(2)
        for factor, prior in ((0.5, 0.5), (2, 0.5), (0.1, 0.4), (10, 0.45), (0.25, 0.35), (4, 0.4), (0.01, 0.25), (100, 0.2), (0, 0.2)):
            text = f"{number * factor:g}{value[len(match.group(1)) :]}"
            yield Knob(scalar, text, prior, f"a step from the present {unit}")
        return
    if "\n" in value or len(value) > 120:
        return
    for text, prior, why in other_texts(value):
        yield Knob(scalar, text, prior, why)
    for text, why in like_the_others(value, [other.value for other in kin if other is not scalar and isinstance(other.value, str)]):
        yield Knob(scalar, text, 0.6, why)
    if written := NUMERIC.fullmatch(value):
        yield from _in_text(scalar, written)
    for text in _alike_texts(value, world):
        yield Knob(scalar, text, 0.7, "a text that stands elsewhere and is spelt much the same", spoken=True)
    for other in sorted(world.compared[scalar.key]):
        for seen, _ in world.roles[other].most_common(8):
            if isinstance(seen, str) and seen != value:
                yield Knob(scalar, seen, 0.65 * _make(seen, value), f"a value of `{other}`, with which it is compared", spoken=True)
    for word in dict.fromkeys(CHOICE.findall(comment(scalar, sources))):
        if word != value and _alike(word, value) and (word in world.owners or word in forms.get(_shape(word), ())):
            yield Knob(scalar, word, 0.75, "a value that the comment beside it names", spoken=True)
    for seen, _ in world.roles[scalar.key].most_common(8):
        if isinstance(seen, str) and seen != value:
            yield Knob(scalar, seen, 0.65 * _make(seen, value), "a value that code compares this setting with or gives it", spoken=True)
    for one, other in (*OPPOSITES, *((b, a) for a, b in OPPOSITES)):
        if one in re.split(r"[_\-. ]", value):
            known = value.replace(one, other)
            yield Knob(scalar, known, 0.6 if known in world.owners else 0.3, "the opposite of the present value")
    for text in sorted(forms.get(_shape(value), ()), reverse=True)[:6]:
        if text != value:
            yield Knob(scalar, text, 0.55, "a name of the same form that stands in the repository", spoken=True)
    yield from _siblings(scalar, value, sources)


def _make(text: str, value: str) -> float:
    """What a text counts in the place of another: a sentence stands for no word."""
    return 1.0 if (text[-1:] in ".?!") == (value[-1:] in ".?!") and (" " in text) <= (" " in value) else OTHER_MAKE


def _in_text(scalar: Scalar, number: re.Match[str]) -> Iterator[Knob]:
    """Steps of a number that is written in a text, `2.50` or `10 kg`, with as many places as it has."""
    places = len(number[2].partition(".")[2])
    value = float(number[2])
    for new, prior in (
        (value * 2, 0.4),
        (value / 2, 0.4),
        (value * 10, 0.45),
        (value / 10, 0.45),
        (value + 1, 0.4),
        (value - 1, 0.35),
        (value * 100, 0.25),
    ):
        text = f"{new:.{max(places, len(f'{new:g}'.partition('.')[2]))}f}"
        if new >= 0:
            yield Knob(scalar, f"{number[1]}{text}{number[3]}", prior, "a step from the present value")


def _alike_texts(value: str, world: World) -> Iterator[str]:
    """Texts of the repository that differ from it by a letter or two, or by their capitals."""
    if len(value) < 2 * FEWEST_LETTERS or any(letter.isdigit() for letter in value):
        return
    for text in world.owners:
        if isinstance(text, str) and text != value and abs(len(text) - len(value)) < 3 and len(text) > 2 * FEWEST_LETTERS:
            one, other = text.lower(), value.lower()
            if one == other or (one[:2] == other[:2] and SequenceMatcher(None, one, other).ratio() >= SPELT_LIKE):
                yield text


def _siblings(scalar: Scalar, value: str, sources: Mapping[str, str]) -> Iterator[Knob]:
    """A path, or the first part of one, becomes its neighbours in the same folder; so does the bare name of a file."""
    yield from _stems(scalar, value, sources)
    stem = value.split("*", 1)[0].rstrip("/")
    rest = value[len(stem) :]
    if not stem or ("/" not in value and "." not in value):
        return
    entries: set[str] = set()
    for path in sources:
        pieces = path.split("/")
        entries.update("/".join(pieces[:depth]) for depth in range(1, len(pieces) + 1))
    folder = next((entry for entry in sorted(entries, key=len) if entry == stem or entry.endswith("/" + stem)), "")
    if not folder:
        return
    parent = str(PurePosixPath(folder).parent)
    for entry in sorted(entries - {folder}):
        same_kind = PurePosixPath(entry).suffix == PurePosixPath(folder).suffix
        if str(PurePosixPath(entry).parent) == parent and same_kind:
            new = entry[len(folder) - len(stem) :] if entry.startswith(folder[: len(folder) - len(stem)]) else entry
            yield Knob(scalar, new + rest, 0.55, f"`{PurePosixPath(entry).name}` stands beside it")


def _stems(scalar: Scalar, value: str, sources: Mapping[str, str]) -> Iterator[Knob]:
    """`long` for `short`, where `long.json` stands beside `short.json`."""
    own = [PurePosixPath(path) for path in sources if PurePosixPath(path).stem == value]
    for path in own if len(own) == 1 else ():
        beside = [each for each in map(PurePosixPath, sorted(sources)) if each.parent == path.parent and each.suffix == path.suffix]
        for each in beside if len(beside) <= MOST_BESIDE else ():
            if each != path and str(each) != scalar.path:
                yield Knob(scalar, each.stem, 0.55, f"`{each.name}` stands beside `{path.name}`")


def comment(scalar: Scalar, sources: Mapping[str, str]) -> str:
    """The comment behind the value and the comment lines right above it."""
    lines = sources.get(scalar.path, "").split("\n")
    own = lines[scalar.line - 1] if scalar.line <= len(lines) else ""
    behind = own[own.find("#", own.find(scalar.raw) + len(scalar.raw)) :] if "#" in own else ""
    above: list[str] = []
    number = scalar.line - 2
    while number >= 0 and lines[number].lstrip().startswith("#"):
        above.append(lines[number])
        number -= 1
    return " ".join([behind, *above])


def around(scalar: Scalar, sources: Mapping[str, str]) -> str:
    """The comments about a value and about the table it stands in."""
    lines = sources.get(scalar.path, "").split("\n")
    above = [key for key in scalar.keys[:-1] if isinstance(key, str)][-1:]
    head = next((line for line in reversed(lines[: scalar.line - 1]) if above and above[0] in line and "#" in line), "")
    return f"{comment(scalar, sources)} {head.partition('#')[2]}"


def shapes(sources: Mapping[str, str], world: World, scalars: Iterable[Scalar]) -> dict[str, set[str]]:
    """Names with digits in them, by form: `policies-2024` and `policies-2025` are the same form."""
    found: dict[str, set[str]] = {}
    names: set[str] = {text for text in world.owners if isinstance(text, str) and len(text) < 60}
    for path in sources:
        names.update(PurePosixPath(path).parts)
        names.add(PurePosixPath(path).stem)
    names.update(scalar.value for scalar in scalars if isinstance(scalar.value, str))
    for name in names:
        if any(letter.isdigit() for letter in name) and any(letter.isalpha() for letter in name):
            found.setdefault(_shape(name), set()).add(name)
    return found


def _shape(name: str) -> str:
    return re.sub(r"\d", "0", name) if any(letter.isdigit() for letter in name) else ""


def _alike(word: str, value: str) -> bool:
    """Whether a word in a comment could be another value of a setting: of the same make."""
    if len(word) < FEWEST_LETTERS:
        return False
    return word.isupper() == value.isupper() and (("-" in word) == ("-" in value) or likeness(word, value) > 0)
