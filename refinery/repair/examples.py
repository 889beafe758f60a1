"""Examples in prompts, each a question with its answer: an answer may be another of those that the examples have, or that code knows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from refinery.repair.clues import Clues
from refinery.repair.members import Kin
from refinery.repair.placeholders import Refill
from refinery.repair.prompts import Wording
from refinery.repair.wording import EMPTY_WORDS

ANSWER = re.compile(
    r"^(?P<head>[ \t]*(?:[-*] )?(?P<label>[A-Za-z][\w ]{0,24}): *[\"'`]?)(?P<value>[A-Za-z0-9][\w -]{0,29})[\"'`]?[ \t]*$", re.MULTILINE
)
"""A line that says one of a few things under a name: `Kind: bill`."""
ARROW = re.compile(
    r"^(?P<head>[^\n]{3,}?[ \t]*(?P<label>->|=>|→)[ \t]*[\"'`]?)(?P<value>[A-Za-z0-9][\w -]{0,29})[\"'`]?[ \t]*$", re.MULTILINE
)
"""The same behind an arrow: `where is my parcel -> delivery`."""
ROW = re.compile(r"^(?P<head>\|[^|\n]+(?P<label>\|)[ \t]*[\"'`]?)(?P<value>[A-Za-z0-9][\w -]{0,29}?)[\"'`]?[ \t]*\|[ \t]*$", re.MULTILINE)
"""The same in a table of two columns."""
FEWEST = 3
"""Examples of one form, of which two have the same answer."""
MOST = 8
"""Answers of which one is chosen."""
SAID, LIKELY = 0.7, 0.2
"""How likely another answer is where a failure has the one and should have the other, and where nothing but its kind speaks for it."""
NEAR = 1.5
"""What an example counts at the most more that has words of what failed."""
WORD = re.compile(r"[a-z]{3,}")


def relabelled(texts: Iterable[Wording], groups: Sequence[Kin], clues: Clues) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order."""
    said = {(each.wrong, each.right) for each in clues.instead}
    for wording in texts:
        for label, examples in _by_label(wording.text).items():
            values = Counter(match["value"].strip() for match in examples)
            if len(examples) < FEWEST or len(values) == len(examples) or len(values) > MOST:
                continue
            labels = dict.fromkeys((*values, *_known(values, groups)))
            for match in examples:
                own = match["value"].strip()
                for other in labels:
                    start = match.start("value")
                    new = f"{wording.text[:start]}{other}{wording.text[start + len(own) :]}"
                    if other == own or not (after := wording.put(new)):
                        continue
                    prior, needs = (SAID, 1) if (own, other) in said else (LIKELY, 2)
                    why = f"the example may be of another kind; {other} is one of those that {label} can be"
                    says = (
                        f"Say `{other}`, not `{own}`, in the example in line {wording.text.count(chr(10), 0, start) + 1} of {wording.name}"
                    )
                    yield prior * _near(wording.text, match, clues), Refill(wording.path, after, says, why, needs=needs)


def _by_label(text: str) -> dict[str, list[re.Match[str]]]:
    found: dict[str, list[re.Match[str]]] = defaultdict(list)
    for form in (ANSWER, ARROW, ROW):
        for match in form.finditer(text):
            found[match["label"].lower()].append(match)
    return found


def _known(values: Iterable[str], groups: Iterable[Kin]) -> Iterator[str]:
    """What code or configuration has beside all of these."""
    own = set(values)
    for group in groups:
        if group.values and len(own) > 1 and own <= set(group.words) and len(group.words) <= MOST:
            yield from group.words


def _near(text: str, match: re.Match[str], clues: Clues) -> float:
    """How far the example speaks of what failed: it and the lines above it, as far as an empty one."""
    begin = max(text.rfind("\n\n", 0, match.start()), 0)
    words = set(WORD.findall(text[begin : match.end()].lower())) - EMPTY_WORDS
    shared = sum(word in clues.text for word in words)
    return (1.0 + (NEAR - 1.0) * shared / len(words)) / NEAR if words else 1.0 / NEAR
