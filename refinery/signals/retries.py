"""Calls that were tried again and again, and never worked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.polite_errors import error_in, is_error
from refinery.signals.quoting import quote
from refinery.signals.turns import Turn, results

ENOUGH = 3
LIMITED = re.compile(r"429|rate.?limit|too many requests|quota|overloaded", re.IGNORECASE)


def retries(trace: Trace) -> Iterator[Signal]:
    """The same tool failed three times or more in a row, and did not work afterwards."""
    runs: dict[str, list[Turn]] = {}
    for turn in results(trace):
        if not turn.tool:
            continue
        if is_error(turn):
            runs.setdefault(turn.tool, []).append(turn)
        elif turn.text.strip():
            runs.pop(turn.tool, None)
    for tool, failed in runs.items():
        if len(failed) >= ENOUGH:
            first = failed[0]
            words = first.span.failure.message if first.span.failure else error_in(first.text)
            limited = any(map(_limited, failed))
            why = ", for a limit on requests," if limited else ""
            says = f"{tool} failed {len(failed)} times in a row{why} and never worked afterwards"
            category = "rate-limit" if limited else "retries-exhausted"
            yield Signal("retries", first.span.id, first.step, says, quote(first, words), Layer.TOOL, category, 0.5, first.agent)


def _limited(turn: Turn) -> bool:
    return bool(LIMITED.search(turn.text[:2_000] or (turn.span.failure.message if turn.span.failure else "")))
