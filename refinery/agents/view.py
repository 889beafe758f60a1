"""A trace within a budget of tokens: what tells first, every step at least by name as far as that fits, and what is left out is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.trace import Trace
from refinery.agents.telling import Telling, cut, size, tellings
from refinery.domain import Diagnosis

BYTES_A_TOKEN = 3
"""Prose has four and more, code and numbers about three: by this measure a text is rather shorter than it is said to be."""
LEAST = 60
"""Tokens without which not even the head of a trace can be shown."""
HEAD, LINES = 0.12, 0.4
"""Shares of the budget that the task, and the lines that only name steps, may take."""
NAMED = 96
"""Bytes of a line that names a step."""


@dataclass(frozen=True, slots=True)
class View:
    """A trace as far as the budget goes."""

    text: str
    shown: Mapping[int, int] = field(default_factory=dict)
    """Characters of each step's own words that are shown, by step; a step that is only named has none."""
    notes: tuple[str, ...] = ()


def tokens(text: str) -> int:
    """How many tokens a text is counted as."""
    return -(-len(text.encode("utf-8", "replace")) // BYTES_A_TOKEN)


def view(trace: Trace, budget: int, diagnosis: Diagnosis | None = None) -> View:
    """The trace in at most `budget` tokens: the steps that the rules suspect and those around them in most detail.

    Raises ValueError below the least budget.
    """
    if budget < LEAST:
        raise ValueError(f"a trace cannot be shown in fewer than {LEAST} tokens")
    room = budget * BYTES_A_TOKEN
    task = cut(trace.task, int(room * HEAD) - 40) if trace.task else ""
    head = f"{len(trace.spans)} steps." + (f" The task: {task}" if task else "")
    told = tellings(trace, _quotes(diagnosis))
    left = room - size(head) - 1 - 200  # what is left out is said at the end
    if not told or left < NAMED:
        return View(cut(head, room), {}, _notes(len(told), len(told), 0, 0, budget))
    weights = _weights(trace, diagnosis)
    order = sorted(weights, key=lambda step: (-weights[step], step))
    chosen = _chosen(order, told, left)
    left -= sum(size(told[step].line) + 1 for step in chosen) + _gaps(chosen, len(told)) * 40
    texts = _detailed([step for step in order if step in chosen], told, weights, left)
    shown = {step: min(told[step].own, told[step].shown_in(text)) for step, text in texts.items()}
    body = _assembled(chosen, texts, told)
    cut_ = sum(1 for step, text in texts.items() if shown[step] < told[step].own)
    hidden = len(told) - len(chosen)
    named = sum(1 for step in chosen if told[step].text and step not in texts)
    text = "\n".join(part for part in (head, body, _foot(hidden, named, cut_)) if part)
    return View(text, shown, _notes(len(told), hidden, named, cut_, budget))


def _weights(trace: Trace, diagnosis: Diagnosis | None) -> dict[int, float]:
    """What each step is worth: what is suspected, what rules saw, the frames around both, and the two ends."""
    count = len(trace.spans)
    weights = dict.fromkeys(range(count), 0.05)
    for step, worth in _telling(trace, diagnosis):
        for near, share in ((step, 1.0), (step - 1, 0.35), (step + 1, 0.35), (step - 2, 0.15), (step + 2, 0.15)):
            if 0 <= near < count:
                weights[near] = max(weights[near], worth * share)
    return weights


def _telling(trace: Trace, diagnosis: Diagnosis | None) -> list[tuple[int, float]]:
    last = len(trace.spans) - 1
    found = [(0, 0.4), (last, 0.5)]
    if diagnosis is None:
        return found
    if diagnosis.step is not None:
        found.append((diagnosis.step, 1.0))
    found += [(other.step, 0.8 - 0.1 * place) for place, other in enumerate(diagnosis.alternatives)]
    found += [(signal.step, 0.2 + 0.6 * signal.weight) for signal in diagnosis.signals]
    return [(min(max(step, 0), last), worth) for step, worth in found]


def _quotes(diagnosis: Diagnosis | None) -> dict[str, list[str]]:
    """Words that must not be cut away, by span."""
    found: dict[str, list[str]] = {}
    for quote in diagnosis.evidence if diagnosis else ():
        found.setdefault(quote.span_id, []).append(quote.text)
    for signal in diagnosis.signals if diagnosis else ():
        for quote in signal.quotes:
            found.setdefault(quote.span_id, []).append(quote.text)
    return found


def _chosen(order: Sequence[int], told: Sequence[Telling], room: int) -> set[int]:
    """The steps that are named: all of them, or as many of the most telling as fit."""
    whole = sum(size(each.line) + 1 for each in told)
    if whole <= room * LINES:
        return set(range(len(told)))
    chosen: set[int] = set()
    left = int(room * LINES)
    for step in order:
        cost = size(told[step].line) + 1 + 80  # with it come at most two gaps that are told in its place
        if cost > left:
            break
        chosen.add(step)
        left -= cost
    return chosen or {order[0]}


def _gaps(chosen: set[int], count: int) -> int:
    return sum(1 for step in range(count) if step not in chosen and (step == 0 or step - 1 in chosen))


def _detailed(order: Sequence[int], told: Sequence[Telling], weights: Mapping[int, float], room: int) -> dict[int, str]:
    """Their texts: room is shared by weight, and what a short one does not need goes to the others."""
    needs = {step: told[step].size for step in order if told[step].size}
    texts: dict[int, str] = {}
    spare = room
    waiting = list(needs)
    shares: dict[int, int] = {}
    while waiting:
        total = sum(weights[step] for step in waiting)
        fits = [step for step in waiting if needs[step] <= spare * weights[step] / total]
        if not fits:
            shares |= {step: int(spare * weights[step] / total) for step in waiting}
            break
        for step in fits:
            shares[step] = needs[step]
            spare -= needs[step]
        waiting = [step for step in waiting if step not in shares]
    left = room
    for step in order:
        text = told[step].within(min(shares.get(step, 0), left))
        if text:
            texts[step] = text
            left -= size(text) + 1
    return texts


def _assembled(chosen: set[int], texts: Mapping[int, str], told: Sequence[Telling]) -> str:
    lines: list[str] = []
    gap = 0
    for step, each in enumerate(told):
        if step not in chosen:
            gap += 1
            continue
        if gap:
            lines.append(f"({gap} steps are not shown)")
            gap = 0
        lines.append(each.heading if step in texts else each.line)
        if step in texts:
            lines.append(texts[step])
    if gap:
        lines.append(f"({gap} steps are not shown)")
    return "\n".join(lines)


def _foot(hidden: int, named: int, cut_: int) -> str:
    if not (hidden or named or cut_):
        return ""
    return f"Left out for length: {hidden} steps whole, the texts of {named} more, parts of {cut_} others. Nothing is lost: look them up."


def _notes(count: int, hidden: int, named: int, cut_: int, budget: int) -> tuple[str, ...]:
    if not (hidden or named or cut_):
        return ()
    return (
        f"of {count} steps the first view of the model left out {hidden} whole, the texts of {named} more and parts of {cut_} others"
        f" (budget of {budget} tokens)",
    )
