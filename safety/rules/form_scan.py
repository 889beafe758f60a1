"""Finds what has the outer form of a known credential: one pass for the marks, then a closer look at what stands around each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from safety.rules.credential_forms import FORMS
from safety.rules.credential_shapes import Form, Run, tree

_JOINTS = frozenset("._-/")
_PIECE = re.compile(r"[^\s\"'`<>(){}\[\],;]{16,}")
"""No credential is shorter, and none has these signs in it."""


class Found(NamedTuple):
    """A piece of text with the form of a credential."""

    form: Form
    value: str
    start: int
    body: str
    """The value without its mark."""


def find_forms(text: str) -> Iterator[Found]:
    """Everything in a text that has one of the known forms; whether it is a real one is not asked here."""
    if "\\" in text:  # a written line end, as in JSON, must not look like a letter in front of the mark
        text = re.sub(r"\\[nrt]", "  ", text)
    if "\x1b[" in text:  # colours of a terminal
        text = re.sub(r"\x1b\[[0-9;]{0,12}m", lambda match: " " * len(match.group()), text)
    done, marks = 0, _marks()
    for piece in _PIECE.finditer(text):
        for match in marks.finditer(text, *piece.span()):
            if match.start() < done:
                continue
            found = max(_found(text, match), key=lambda f: len(f.value), default=None)
            if found is not None:
                done = found.start + len(found.value)
                yield found


def _found(text: str, match: re.Match[str]) -> Iterator[Found]:
    for mark, form in _forms_of()[match.group()]:
        end = match.start() + len(mark)
        after = _shape(form).match(text, end)
        if after is None:
            continue
        start = match.start()
        if form.faint and text[max(0, start - 1) : start] in _JOINTS:
            continue
        if form.before is not None:
            start = _begin(text, start, form.before)
            if not form.before.shortest <= match.start() - start <= form.before.longest or text[max(0, start - 1) : start].isalnum():
                continue
        yield Found(form, text[start : after.end()], start, text[start : match.start()] + after.group())


def _begin(text: str, end: int, run: Run) -> int:
    """Where the signs of a run in front of a place begin; one more than the longest is far enough."""
    start, letter = end, _letter(run.letters)
    while start > 0 and end - start <= run.longest and letter.match(text, start - 1):
        start -= 1
    return start


@lru_cache(maxsize=64)
def _letter(letters: str) -> re.Pattern[str]:
    return re.compile(f"[{letters}]")


@lru_cache(maxsize=1)
def _forms_of() -> dict[str, list[tuple[str, Form]]]:
    """For each mark the forms to try: its own, and those whose mark is the beginning of it."""
    pairs = [(mark, form) for form in FORMS for mark in form.marks]
    return {whole: [(mark, form) for mark, form in pairs if whole.startswith(mark)] for whole, _ in pairs}


@lru_cache(maxsize=1)
def _marks() -> re.Pattern[str]:
    """All marks as one expression that looks at each sign only once; the longest mark wins."""
    opening, inner, single = [], [], []
    for form in FORMS:
        for mark in form.marks:
            if form.before is None and mark[0].isalnum():
                opening.append(mark)
            elif form.before is not None and len(mark) == 1:  # met so often that what stands in front is asked for at once
                single.append(f"(?<=[{form.before.letters}]{{{form.before.shortest}}}){re.escape(mark)}")
            else:
                inner.append(mark)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{tree(opening)})|{tree(inner)}|{'|'.join(single)}")


@lru_cache(maxsize=1024)
def _shape(form: Form) -> re.Pattern[str]:
    """What must follow the mark, up to where the credential ends."""
    parts = (re.escape(part) if isinstance(part, str) else _text(part) for part in form.after)
    last = form.after[-1] if form.after else ""
    letters = last.letters.replace(".", "") if isinstance(last, Run) else "=" if last.endswith("=") else ""
    return re.compile("".join(parts) + f"(?![A-Za-z0-9{letters}])")


def _text(run: Run) -> str:
    return f"[{run.letters}]{{{run.shortest},{run.longest}}}"
