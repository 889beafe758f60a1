"""A diagnosis without a model: the likeliest cause among the signals, told in plain words with its evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from adapters.trace import Span, Trace
from refinery.domain import Diagnosis, Layer, Place, Quote, Signal, Suspect
from refinery.signals.causes import Cause, agent_of, causes
from refinery.signals.divergence import LIKELY, RULE, Wanted, contrast, diverged
from refinery.signals.exceptions import code_places
from refinery.signals.expectation import unmet
from refinery.signals.experience import is_talk_of_agents
from refinery.signals.links import flow, telling
from refinery.signals.quoting import quote, short
from refinery.signals.ranking import ranked
from refinery.signals.registry import MOST, Signals, read
from refinery.signals.stacks import foreign
from refinery.signals.turns import Part, Turn, answer, clip, is_chat, reach_of, task, turns, unread

CLEAR = 0.34
"""From this score on a signal alone says that a run failed."""
UNCLEAR = "unclear"
"""The category of a failure at a step that only general experience points at."""
OTHERS = 4
MOST_QUOTES = 6


def diagnose(
    trace: Trace,
    expected: str = "",
    failed: bool | None = None,
    *,
    wanted: Sequence[Wanted] | None = None,
    passing: Sequence[Trace] = (),
    judged: Mapping[int, bool] | None = None,
) -> Diagnosis:
    """What went wrong in a run, where, and how sure that is.

    `failed` is what the user knows: with True, or with an expectation, a best guess is made even where nothing shows. `wanted` are
    the calls that a right run makes (None: unknown), `passing` are runs of the same scenario that passed. `judged` says of steps whether
    the expert called them right.
    """
    if not trace.spans:
        return _nothing(trace, expected, "The trace is empty: it has no steps, so there is nothing to diagnose.", ())
    reading = read(trace)
    failed = stated(trace) if failed is None else failed
    known = (*(unmet(trace, expected) if expected else ()), *(diverged(trace, wanted) if wanted is not None else ()))
    if wanted is None and (failed is True or expected or trace.failed):  # two good runs may differ too
        known = (*known, *contrast(trace, passing))
    signals = tuple(sorted((*reading.found, *known), key=lambda signal: (signal.step, -signal.weight)))
    found = causes(trace, signals)
    must = failed is True or bool(expected) or any(signal.rule == RULE for signal in signals)
    notes = _notes(trace, reading)
    if wanted is not None and not any(signal.rule == RULE for signal in known):
        notes = (*notes, "Every expected call was made, and no other that changes something: what is wrong lies in what was said.")
    if failed is False or (not must and not (found and (found[0].score >= CLEAR or trace.failed))):
        return _nothing(trace, expected, _fine(found), notes, signals)
    suspects = _as_judged(ranked(trace, found) if must or not found else found, judged or {})
    if not suspects:
        return _nothing(trace, expected, "The run is known to have failed, but no step of it shows how.", notes, signals)
    return _diagnosis(trace, expected, suspects, signals, notes)


def _as_judged(suspects: Sequence[Cause], judged: Mapping[int, bool]) -> Sequence[Cause]:
    """What the expert called wrong comes first, and what they called right last."""
    return sorted(suspects, key=lambda cause: judged.get(cause.step, 0.5))


def _diagnosis(trace: Trace, expected: str, suspects: Sequence[Cause], signals: tuple[Signal, ...], notes: tuple[str, ...]) -> Diagnosis:
    best = suspects[0]
    first = max(best.signals, key=lambda signal: signal.rule == RULE, default=None)
    says = first.says if first else _unmarked(trace, best)
    evidence = _evidence(trace, best)
    return Diagnosis(
        trace_id=trace.id,
        summary=_summary(trace, best, says, evidence),
        expected=expected or _assumed(trace),
        layer=first.layer if first else Layer.MODEL,
        category=first.category if first else UNCLEAR,
        agent=best.agent,
        step=best.step,
        span_id=best.span.id,
        confidence=_confidence(trace, best, suspects),
        evidence=evidence,
        alternatives=_others(trace, suspects),
        signals=signals,
        places=_places(trace, best, signals),
        notes=notes,
    )


def _unmarked(trace: Trace, best: Cause) -> str:
    """Why a step is suspected that no rule objects to."""
    later = telling(flow(trace).used_later(best.step)) if is_chat(best.span) else []
    entered = f", and it brought in what later steps go on with ({', '.join(later[:3])})" if later else ""
    return f"Nothing in the record marks an error; by general experience the decisive mistake is most often made here{entered}"


def _confidence(trace: Trace, best: Cause, suspects: Sequence[Cause]) -> float:
    """High only where an exception ended the run; in a talk of agents the best step's share of all suspicion.

    Where no rule backs it, it stays below what may decide at which layer a cure is sought first.
    """
    known = max((signal.weight for signal in best.signals if signal.rule == RULE), default=0.0)
    if known >= LIKELY:
        return known if known > LIKELY else 0.6
    if is_talk_of_agents(trace):
        return round(min(0.6 if best.signals else 0.39, best.score), 2)
    if not best.signals:
        return round(min(0.3, best.score), 2)
    first = best.signals[0]
    second = suspects[1].score if len(suspects) > 1 else 0.0
    margin = max(0.0, best.score - second)
    ended = first.rule == "exceptions" and any(span.failed and span.parent_id is None for span in trace.spans)
    if ended and not best.recovered and best.score >= 0.8:
        return 0.9
    top = 0.4 if is_chat(best.span) else 0.8
    return round(max(0.1, min(top, best.score * (0.75 + margin))), 2)


def _summary(trace: Trace, best: Cause, says: str, evidence: Sequence[Quote]) -> str:
    chat = is_chat(best.span)
    where = f"Step {best.step} ({(best.agent if chat else best.span.tool or best.span.name) or best.agent or 'unnamed'})"
    said = next((one.text for one in evidence if one.span_id == best.span.id), evidence[0].text if evidence else "")
    words = " ".join(said.split())
    tail = f" It says: “{words[:200]}”." if words and words[:60] not in says else ""
    final = answer(trace)
    end = "" if final or len(trace.spans) == 1 else " The run ended without an answer."
    return f"{where}: {says.rstrip('.')}.{tail}{end}"


def _evidence(trace: Trace, best: Cause) -> tuple[Quote, ...]:
    found = [one for signal in best.signals for one in signal.quotes]
    known = {span.id: span for span in trace.spans}
    if not found:
        turn = Turn(best.step, best.span, Part.SAY, clip(best.span.output, reach_of(trace)), "", best.agent)
        found = list(quote(turn, short(turn.raw)))
    return tuple(one for one in dict.fromkeys(found) if one.span_id in known and known[one.span_id].contains(one.text))[:MOST_QUOTES]


def _others(trace: Trace, suspects: Sequence[Cause]) -> tuple[Suspect, ...]:
    found = []
    for cause in suspects[1 : 1 + OTHERS]:
        says = cause.signals[0].says if cause.signals else "it may have set the run on its wrong way"
        found.append(Suspect(cause.agent, cause.step, cause.span.id, says))
    steps = {suspects[0].step, *(one.step for one in found)}
    for turn in reversed(turns(trace)):
        if len(found) >= 2:
            break
        if turn.step not in steps and turn.part in (Part.SAY, Part.RESULT, Part.STEP):
            steps.add(turn.step)
            found.append(
                Suspect(agent_of(trace, turn.span), turn.step, turn.span.id, "it came last before the end and may have added to it")
            )
    return tuple(found)


def _places(trace: Trace, best: Cause, signals: Sequence[Signal]) -> tuple[Place, ...]:
    """Of the cause's own signals, of its span and the spans around it, then of all others; the project's before libraries'."""
    places = [place for signal in best.signals for place in signal.places]
    known = {span.id: span for span in trace.spans}
    here: Span | None = best.span
    seen: set[str] = set()
    while here is not None and here.id not in seen:
        places.extend(code_places(here))
        seen.add(here.id)
        here = known.get(here.parent_id or "")
    places.extend(place for signal in signals for place in signal.places)
    return tuple(sorted(dict.fromkeys(places), key=lambda place: foreign(place.path)))[:40]


TEST = re.compile(r'\{"test": ?"([^"\\]+)"\}')
"""The task of a run of one test of the user's own suite."""


def _assumed(trace: Trace) -> str:
    asked = " ".join(task(trace).split())
    if test := TEST.fullmatch(asked):
        return f"The test {test.group(1)} passes."
    what = f"“{asked[:160]}{'…' if len(asked) > 160 else ''}” is answered" if asked else "the run ends with an answer"
    return f"Assumed, since nobody has said: {what} completely, from what the tools returned, and without an error on the way."


def _fine(found: Sequence[Cause]) -> str:
    minor = [cause for cause in found if cause.signals]
    if not minor:
        return "Nothing in this run shows a failure."
    return f"The run does not look failed. The most notable thing is at step {minor[0].step}: {minor[0].signals[0].says}."


def _nothing(trace: Trace, expected: str, summary: str, notes: tuple[str, ...], signals: tuple[Signal, ...] = ()) -> Diagnosis:
    hoped = expected or (_assumed(trace) if trace.spans else "Unknown.")
    return Diagnosis(trace.id, summary, hoped, Layer.MODEL, "none", "", None, None, 0.0, signals=signals, notes=notes)


def stated(trace: Trace) -> bool | None:
    """Whether the trace itself says how it ended, as benchmark exports do."""
    for key in ("reward", "success", "passed"):
        value = trace.attributes.get(key)
        if isinstance(value, bool | int | float):
            return not value
    return None


def _notes(trace: Trace, reading: Signals) -> tuple[str, ...]:
    notes = [f"The rule {one.rule} failed on this trace and was left out ({one.says})." for one in reading.broken]
    notes += [f"The rule {name} saw more than {MOST} things; only the first {MOST} were weighed." for name in reading.cut]
    cut = unread(trace)
    if cut:
        shown = ", ".join(cut[:3]) + (" and others" if len(cut) > 3 else "")
        notes.append(f"Of {len(cut)} very long text{'s' if len(cut) > 1 else ''} (span {shown}) only the first and the last part was read.")
    orphans = trace.orphans()
    if orphans:
        notes.append(
            f"{len(orphans)} span{'s' if len(orphans) > 1 else ''} name a parent that is not in the trace; the record may be incomplete."
        )
    notes += [f"Of the pull of this trace, {remark}." for remark in trace.remarks]
    for said in trace.feedback:
        if said.bad:
            value = said.label or f"{said.value:g}"
            notes.append(f"Feedback on this run: {said.name} {value}{f', “{short(said.comment)}”' if said.comment else ''}.")
    return tuple(notes)
