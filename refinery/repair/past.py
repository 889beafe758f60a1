"""Lines as they were before the latest commits that changed them: what was lost from a prompt or a setting may still stand there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from refinery.domain import Layer
from refinery.edits.config import LANGUAGES
from refinery.repair.clues import Clues
from refinery.repair.placeholders import Refill
from refinery.repair.wording import telling

MOST_VERSIONS = 3
MOST_HUNKS = 12
OLDER = 0.8
"""What a version counts for each that is later."""


def restored(
    sources: Mapping[str, str], earlier: Mapping[str, Sequence[str]], clues: Clues, lines: Mapping[tuple[str, int], float]
) -> Iterator[tuple[float, Refill]]:
    """Every stretch of lines as it was before, and all of a file's together, with its score, in no order.

    `lines` says how suspicious each line of code is: code that the failure does not run through is not taken back.
    """
    for path, texts in sorted(earlier.items()):
        now = sources.get(path)
        for depth, text in enumerate(texts[:MOST_VERSIONS] if now is not None else ()):
            assert now is not None
            for score, after, first in _taken_back(path, now, text, clues, lines):
                says = f"Take back what changed around line {first} of {path}" if first else f"Take back the last changes of {path}"
                why = "a commit changed it, and before that it read so"
                yield score * OLDER**depth, Refill(path, after, says, why, _layer(path))


def _taken_back(path: str, now: str, text: str, clues: Clues, lines: Mapping[tuple[str, int], float]) -> Iterator[tuple[float, str, int]]:
    new, old = now.splitlines(keepends=True), text.splitlines(keepends=True)
    hunks = [each for each in SequenceMatcher(None, new, old, autojunk=False).get_opcodes() if each[0] != "equal"]
    if len(hunks) > MOST_HUNKS:
        return
    best = 0.0
    for _, start, end, first, last in hunks:
        before, after = "".join(new[start:end]), "".join(old[first:last])
        if before.split() == after.split() and path.endswith(tuple(LANGUAGES)):
            continue
        said = telling([before, after])
        spoken = 0.7 + 0.3 * min(1.0, len(said & clues.words) / 2)
        score = 0.5
        if path.endswith(".py"):
            score *= max((lines.get((path, line), 0.0) for line in range(max(1, start), end + 2)), default=0.0)
        best = max(best, score * spoken)
        if score:
            yield score * spoken, "".join((*new[:start], after, *new[end:])), start + 1
    if len(hunks) > 1 and best:
        yield best * OLDER, text, 0


def _layer(path: str) -> Layer:
    suffix = PurePosixPath(path).suffix.lower()
    return Layer.CODE if suffix == ".py" else Layer.CONFIG if suffix in LANGUAGES else Layer.PROMPT
