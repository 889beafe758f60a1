"""Examples in tables of data, each a text with the kind it is of: the one that is like what failed has the kind of another."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from refinery.repair.columns import Cell, columns_of, with_cell
from refinery.repair.knobs import in_tables
from refinery.repair.slips.meant import Meant
from refinery.repair.slips.sight import Found, Sight, rewritten
from refinery.repair.wording import EMPTY_WORDS

TOLD, UNTOLD = 0.75, 0.35
"""How likely the example nearest to a question that failed is of another kind: of the one that right answers are of, and of any other."""
FURTHER, FEWEST, MOST_KINDS, NEAREST = 0.8, 3, 8, 3
LIKE = 0.4
"""The share of the words of an example that a question has which is near it."""
LONGEST_KIND = 3
"""Words in the name of a kind."""
WORD = re.compile(r"[a-z]{3,}")


def kinds(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    questions = [words for line in sight.clues.asked.lines[0] if len(words := _words(line)) > 1]
    tables: dict[str, dict[str, list[Cell]]] = defaultdict(dict)
    for (path, name), cells in columns_of(sight.scalars, in_tables(sight.scalars), sight.sources).items() if questions else ():
        if len(cells) >= FEWEST:
            tables[path][name] = cells
    meant = Meant(sight)
    for path, columns in tables.items():
        for name, cells in columns.items():
            values = Counter(cell.text for cell in cells)
            if not 1 < len(values) <= min(MOST_KINDS, len(cells) - 1) or any(not _is_kind(each) for each in values):
                continue
            for other, texts in columns.items():
                if other != name and (said := _said(texts)):
                    yield from _other_kind(sight, path, name, cells, said, questions, meant)


def _is_kind(value: str) -> bool:
    return bool(value) and value[0].isalpha() and len(value.split()) <= LONGEST_KIND


def _said(texts: Sequence[Cell]) -> dict[int, frozenset[str]]:
    """The words of each record, where they are texts that somebody says."""
    said = {cell.record: _words(cell.text) for cell in texts}
    return said if sum(len(cell.text.split()) > 1 for cell in texts) * 2 > len(texts) else {}


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower())) - EMPTY_WORDS


def _other_kind(
    sight: Sight,
    path: str,
    name: str,
    cells: Sequence[Cell],
    said: Mapping[int, frozenset[str]],
    questions: Sequence[frozenset[str]],
    meant: Meant,
) -> Iterator[Found]:
    known = dict.fromkeys(cell.text for cell in cells)
    wanted = [kind for kind in known if meant.tells([kind])]
    near = {cell: max(len(words & asked) / len(words) for asked in questions) for cell in cells if (words := said.get(cell.record))}
    order = [cell for cell in sorted(near, key=lambda cell: -near[cell]) if near[cell] >= LIKE][:NEAREST]
    for place, cell in enumerate(order):
        for kind in wanted or known:
            if kind != cell.text and (cell.text not in wanted) and (after := with_cell(sight.sources[path], cell, kind)):
                prior = (TOLD if wanted else UNTOLD) * FURTHER**place
                says = f"Set {name} of record {cell.record} to {kind}, not {cell.text},"
                yield from rewritten(path, after, prior, says, "a question that failed has its words, and is of another kind")
