"""From suspects to a ranking: what rules saw, what is known of runs in general, and what each step brought into this one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from adapters.trace import Trace
from refinery.signals.causes import FAULTS, Cause, agent_of
from refinery.signals.divergence import LIKELY, RULE
from refinery.signals.experience import acts_last, experience, is_talk_of_agents
from refinery.signals.links import flow
from refinery.signals.turns import Part, answer, is_chat, turns

TEMPER = 0.6
"""How far general experience, and the number of values brought in, are trusted: as powers. Chosen with `STRENGTH` on labelled talks
of agents, each part held against the parts it was not chosen on (`benchmarks.weights` prints what they add)."""
STRENGTH = 2.0
"""What a signal of weight 1 adds to the logarithm of a suspicion."""
SEEN = 0.25
"""What an error that everybody saw counts for, of one that nobody did."""
BROKE_OFF = 0.3
"""What it counts for, as a signal would, that the run ends in the middle of somebody's work."""
FLOOR = 0.003
"""The share of a step that experience does not suspect at all."""
SEEN_BY_ALL = FAULTS | {"partial_results", "early_end", "loops", "retries", "outliers"}
"""Rules whose signals the talkers see as well as we do. They answer to them, so these say little about where the run was lost."""


def ranked(trace: Trace, found: Sequence[Cause]) -> tuple[Cause, ...]:
    """Suspects of a run that is known to have failed, the likeliest first.

    What is known to be another than it should have been comes before whatever is only suspected.
    """
    suspects = _by_what_entered(trace, found) if is_talk_of_agents(trace) else _with_experience(trace, found)
    return tuple(sorted(suspects, key=lambda cause: not _known(cause)))


def _known(cause: Cause) -> bool:
    return any(signal.rule == RULE and signal.weight >= LIKELY for signal in cause.signals)


def _by_what_entered(trace: Trace, found: Sequence[Cause]) -> tuple[Cause, ...]:
    """In a talk of agents: the step that brings much into it that nobody checked decides more than one that passes things on.

    The scores add up to one.
    """
    known = {cause.step: cause for cause in found}
    prior = experience(trace)
    total = sum(prior.values()) or 1.0
    brought = flow(trace).brought
    weights: dict[int, float] = {}
    asking = _only_asked(trace)
    for step in [step for step in range(len(trace.spans)) if step not in asking] or range(len(trace.spans)):
        share = prior.get(step, 0.0) / total + FLOOR
        weights[step] = (share * (1 + len(brought[step]))) ** TEMPER * math.exp(STRENGTH * objection(known.get(step)))
    if acts_last(trace) and len(trace.spans) - 1 in weights:
        weights[len(trace.spans) - 1] *= math.exp(STRENGTH * BROKE_OFF)
    whole = sum(weights.values()) or 1.0
    made = [replace(_cause(trace, step, known), score=min(0.97, weight / whole)) for step, weight in weights.items()]
    return tuple(sorted(made, key=lambda cause: (-cause.score, cause.step)))


def _only_asked(trace: Trace) -> set[int]:
    """Steps in which a user asks or an instruction is given, and no agent does anything."""
    parts: dict[int, set[Part]] = {}
    for turn in turns(trace):
        parts.setdefault(turn.step, set()).add(turn.part)
    return {step for step, found in parts.items() if found <= {Part.USER, Part.INSTRUCTION}}


def objection(cause: Cause | None) -> float:
    """How strongly the rules object: fully for what the talkers do not see, a little for what they do, unless it was mended."""
    if cause is None or not cause.signals:
        return 0.0
    unseen = max((signal.weight for signal in cause.signals if signal.rule not in SEEN_BY_ALL), default=0.0)
    seen = SEEN * cause.score if any(signal.rule in FAULTS for signal in cause.signals) else 0.0
    return max(unseen, seen)


def _with_experience(trace: Trace, found: Sequence[Cause]) -> tuple[Cause, ...]:
    """Adds to the suspects what is known of runs in general, and gives a run without any sign its last speaker."""
    known = {cause.step: cause for cause in found}
    prior = experience(trace)
    if not prior:
        final = answer(trace)
        last = final.turn.step if final else len(trace.spans) - 1
        prior = {last: 0.15}
    made = []
    for step in sorted({*known, *prior}):
        cause = _cause(trace, step, known)
        chat = is_chat(cause.span)
        score = cause.score * (0.7 if chat else 1.0) + prior.get(step, 0.0) * (1.0 if chat or not found else 0.2)
        made.append(replace(cause, score=min(0.97, score)))
    return tuple(sorted(made, key=lambda cause: (-cause.score, cause.step)))


def _cause(trace: Trace, step: int, known: dict[int, Cause]) -> Cause:
    span = trace.spans[step]
    return known.get(step) or Cause(step, span, agent_of(trace, span), 0.0, ())
