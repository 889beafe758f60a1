"""Templates that write a value, or the signs around it, in another form than right answers do: separators, decimals, noughts, letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from refinery.repair.filled import LABEL, USUAL
from refinery.repair.slips.sight import Found, Sight, reworded

MARK = re.compile("|".join(USUAL))
NUMBER = re.compile(r"-?[\d,_]*\d(?:\.\d+)?")
FORM, SIGNS = 0.8, 0.65
"""How likely a value is to be written as right answers have it; and so the signs around it."""
FEWEST_LETTERS, MOST_PIECES = 3, 24
CASES = {"upper": str.upper, "lower": str.lower, "title": str.title, "capitalize": str.capitalize}
FORMED = re.compile(r"[:!|][^{}]*(?=\}+$)")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a template: the texts between its placeholders, with where each stands, and the placeholders."""

    pieces: tuple[tuple[int, int], ...]
    marks: tuple[re.Match[str], ...]


def written(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    said = [pair for each in sight.clues.answers for pair in _lines(each.wrong, each.right)]
    for text in sight.texts if said else ():
        for found in re.finditer(r"[^\n]+", text.text):
            line = _line(text.text, found)
            seen: set[tuple[int, int, str]] = set()
            for wrong, right in said if line else ():
                for start, end, new, prior in _changes(text.text, line, wrong, right) if line else ():
                    if (start, end, new) not in seen:
                        seen.add((start, end, new))
                        old = text.text[start:end]
                        says = f"Write `{new}`, not `{old}`," if old else f"Write `{new}` too"
                        yield from reworded(text, [(start, end, new)], prior, says, "right answers are as the line says but for that")


def _lines(wrong: str, right: str) -> Iterator[tuple[str, str]]:
    """Lines of two answers beside each other that are not the same."""
    one, other = wrong.splitlines(), right.splitlines()
    yield from ((a, b) for a, b in zip(one, other, strict=True) if a != b) if len(one) == len(other) else ()


def _line(text: str, found: re.Match[str]) -> _Line | None:
    marks = tuple(MARK.finditer(text, *found.span()))
    label = LABEL.match(found.group())
    start = found.start() + (label.end() if label else 0)
    if not marks or marks[0].start() < start:
        start = found.start()
    starts, ends = [start, *(mark.end() for mark in marks)], [*(mark.start() for mark in marks), found.end()]
    letters = sum(letter.isalpha() for one, end in zip(starts, ends, strict=True) for letter in text[one:end])
    return _Line(tuple(zip(starts, ends, strict=True)), marks) if letters >= FEWEST_LETTERS and len(marks) < MOST_PIECES else None


def _changes(text: str, line: _Line, wrong: str, right: str) -> Iterator[tuple[int, int, str, float]]:
    """What is written otherwise in the right answer, where all else is as in the wrong one."""
    pieces = [text[start:end] for start, end in line.pieces]
    pieces[-1] = pieces[-1].rstrip()
    got = re.fullmatch("(.*?)".join(map(re.escape, pieces)), wrong)
    if got is None:
        return
    values = list(got.groups())
    for place, mark in enumerate(line.marks):
        if new := _else(pieces, values, 2 * place + 1, right):
            yield from ((*mark.span(), form, FORM) for form in _formed(mark, values[place], new))
    for place, (start, end) in enumerate(line.pieces):
        new = _else(pieces, values, 2 * place, right)
        if new is not None and new != pieces[place] and _bare(new) == _bare(pieces[place]) and "{" not in new:
            yield start, end if place < len(pieces) - 1 else start + len(pieces[-1]), new, SIGNS


def _else(pieces: list[str], values: list[str], opened: int, right: str) -> str | None:
    """What a right answer has at one place of the line, where it has at all others what the wrong one has."""
    whole = [(values if place % 2 else pieces)[place // 2] for place in range(len(pieces) + len(values))]
    before, behind = "".join(whole[:opened]), "".join(whole[opened + 1 :])
    fits = len(before) + len(behind) <= len(right) and right.startswith(before) and right.endswith(behind)
    return right[len(before) : len(right) - len(behind)] if fits else None


def _bare(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _formed(mark: re.Match[str], got: str, wanted: str) -> Iterator[str]:
    """The placeholder with what makes of the one text the other."""
    name, shown = mark[mark.lastgroup or 0], FORMED.sub("", mark.group())
    jinja = mark.lastgroup == "double"
    if NUMBER.fullmatch(got) and (form := _number(got, wanted)) and mark.lastgroup == "single":
        own = FORMED.search(mark.group())
        typed = bool(own and own.group()[-1:] in "fd%g")
        yield from (f"{{{shown[1:-1]}:{each}}}" for each in ([form] if typed or form != "," else [",", ",.0f"]))
        if form.startswith("0") and form.endswith("d"):
            yield f"{{{shown[1:-1]}:{form[:-1]}}}"
    bare = wanted.removeprefix(got) if got and wanted.startswith(got) else ""
    head = wanted.removesuffix(got) if got and wanted.endswith(got) else ""
    for before, behind in (("", bare), (head, "")):
        if (before or behind) and not _bare(before + behind):
            yield f"{before}{mark.group()}{behind}"
    if got != wanted and (stripped := wanted.strip("\"'")) == got.strip("\"'") and len(got) > len(wanted) == len(stripped):
        yield re.sub(r"!r(?=[:}])", "", mark.group())
    for case, make in CASES.items() if jinja and got != wanted else ():
        if make(got) == wanted:
            yield f"{{{{ {name} | {case} }}}}"


def _number(got: str, wanted: str) -> str:
    """The form that makes of one written number the other; empty where they are not one number, or none makes it."""
    share = wanted.endswith("%") and not got.endswith("%")
    plain = wanted.removesuffix("%") if share else wanted
    if got == wanted or not NUMBER.fullmatch(plain):
        return ""
    value = float(got.replace(",", "").replace("_", ""))
    places = len(plain.partition(".")[2])
    whole = plain.partition(".")[0].lstrip("-")
    sign = "," if "," in whole else "_" if "_" in whole else ""
    for form in (f"0{len(plain)}d", f"{sign}.{places}{'%' if share else 'f'}", "g", sign):
        try:
            made = format(int(value) if form.endswith("d") or form == sign else value, form)
        except ValueError:
            continue
        if made == wanted and (places or sign != form or form == sign):
            return sign if "." not in got and not places and sign and not share else form
    return ""
