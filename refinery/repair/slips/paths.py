"""Settings that name one of several files of a kind: an older edition, the one of somebody else, or one that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import PurePosixPath

from refinery.edits.scalar import Scalar
from refinery.repair.knobs import in_tables
from refinery.repair.slips.sight import Found, Sight, turned

TOLD, HELD = 0.85, 0.6
"""How likely another file is meant that has what is right: where this one has what was said instead, and where it does not."""
NEWER, OTHER = 0.45, 0.25
"""How likely a newer one is meant, and any other, where the answers do not tell."""
LOST, ABSENT = 0.85, 0.4
"""How likely a file is meant that there is for one that there is not: where an error says so, and where it may be one that is written."""
ALIKE, MOST, WEARS, SHORTEST = 0.6, 3, 0.85, 3
NAME = re.compile(r"[\w./-]*\w\.\w{2,5}")
TOKEN = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")


def paths(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    files, recorded = _Files(sight), in_tables(sight.scalars)
    for scalar in sight.scalars:
        if not isinstance(scalar.value, str) or not NAME.fullmatch(scalar.value):
            continue
        own = files.named(scalar.value)
        ranked = sorted(files.beside(own) if own else files.instead(scalar.value), reverse=True)[:MOST]
        sure = HELD if (scalar.path, scalar.keys) in recorded else 0.0  # each record names a file of its own
        for place, (prior, path, why) in enumerate(each for each in ranked if each[0] >= sure):
            new = _written(scalar, own, path)
            yield from turned(sight.sources, scalar, new, prior * WEARS**place, f"Set {scalar.name} to {new}", why)


class _Files:
    """All files there are, and what answers say of them."""

    def __init__(self, sight: Sight) -> None:
        self.texts: Mapping[str, str] = {**sight.beside, **sight.sources}
        self.clues = sight.clues
        self._tokens: dict[str, frozenset[str]] = {}

    def named(self, value: str) -> str:
        """The file that a setting names, from wherever it is looked for; empty where there is none, or more than one."""
        plain = value.removeprefix("./")
        found = [path for path in self.texts if path == plain or path.endswith(f"/{plain}")]
        return found[0] if len(found) == 1 else ""

    def beside(self, own: str) -> Iterator[tuple[float, str, str]]:
        """Files whose names are of one form with it, or that differ by a word of theirs."""
        for path in sorted(self.texts):
            if path == own or PurePosixPath(path).parent != PurePosixPath(own).parent or not _of_a_kind(own, path):
                continue
            name = PurePosixPath(path).name
            if self._right & self._held(path) - self._held(own):
                sure = bool(self._wrong & self._held(own) - self._held(path))
                yield TOLD if sure else HELD, path, f"`{name}` beside it has what right answers say, and it has not"
            elif not self._right or not self._right & self._held(own):
                newer = _numbers(path) > _numbers(own)
                yield NEWER if newer else OTHER, path, f"`{name}` stands beside it{', and is newer' if newer else ''}"

    def instead(self, value: str) -> Iterator[tuple[float, str, str]]:
        """Files that are named much like one that is not there."""
        plain = PurePosixPath(value)
        error = "FileNotFoundError" in self.clues.errors or plain.name.lower() in self.clues.text
        for path in map(PurePosixPath, sorted(self.texts)):
            if path.suffix != plain.suffix and path.stem != plain.stem:
                continue
            alike = 1.0 if plain.name == path.name else SequenceMatcher(None, plain.name, path.name).ratio()
            if alike >= ALIKE and not any(each == str(plain) or each.endswith(f"/{value}") for each in self.texts):
                yield (LOST if error else ABSENT) * alike, str(path), f"there is no `{value}`, and there is `{path}`"

    @cached_property
    def _right(self) -> frozenset[str]:
        return frozenset().union(*(_tokens(each.right) - _tokens(each.wrong) for each in self.clues.answers))

    @cached_property
    def _wrong(self) -> frozenset[str]:
        return frozenset().union(*(_tokens(each.wrong) - _tokens(each.right) for each in self.clues.answers))

    def _held(self, path: str) -> frozenset[str]:
        if path not in self._tokens:
            self._tokens[path] = _tokens(self.texts[path])
        return self._tokens[path]


def _tokens(text: str) -> frozenset[str]:
    """The words of a text, and its numbers as they are counted: 4.50 is 4.5."""
    found = (f"{float(each):g}" if each[0].isdigit() else each.lower() for each in TOKEN.findall(text))
    return frozenset(each for each in found if each[0].isdigit() or len(each) >= SHORTEST)


def _of_a_kind(one: str, other: str) -> bool:
    """Names with other numbers, or with a word more, less or instead: `rates_2031` and `rates_2032`, `menu` and `menu_old`."""
    first, second = PurePosixPath(one), PurePosixPath(other)
    if first.suffix != second.suffix:
        return False
    mine, theirs = ([part for part in re.split(r"[\W_]+|(?<=\D)(?=\d)", each.stem.lower()) if part] for each in (first, second))
    return bool(set(mine) & set(theirs)) and len(set(mine) ^ set(theirs)) <= 2


def _numbers(path: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", PurePosixPath(path).stem)]


def _written(scalar: Scalar, own: str, path: str) -> str:
    """A file as the setting writes such: from the same folder on."""
    value = str(scalar.value)
    if own:
        return value[: len(value) - len(PurePosixPath(own).name)] + PurePosixPath(path).name
    return path if "/" in value else PurePosixPath(path).name
