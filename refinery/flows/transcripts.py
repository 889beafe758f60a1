"""The runs that a report is about, step by step, as they are kept with it: the one that failed, and the agent before and after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from adapters.trace import Document, Failure, Json, Message, Span, Trace
from refinery.domain import Attempt, Complaint, Quote, Report, Scenario
from refinery.flows.complaint import trace_of
from refinery.suite.arms import BASE, CANDIDATE
from refinery.workbench import Workbench

MOST_PAIRS = 3
"""Scenarios of which a run before and one after are told."""
MOST_STEPS = 40
"""Steps of one run that are told."""
ENDS = 10
"""Steps at either end of a longer run that are told in any case."""
LONGEST = 1500
"""Letters of one text that are told."""
MOST_READ = 200_000
"""Letters of one text that are looked through for what has to be masked; a longer one is not told at all."""

Mask = Callable[[Trace], Trace]


def transcripts(report: Report, complaint: Complaint, bench: Workbench) -> dict[str, Json]:
    """The failing run, and for scenarios that the change is about one run on the base and one with the change.

    Credentials and personal data are masked whatever the settings say: this goes where the repository goes. What is left out is counted.
    """
    found = report.diagnosis
    step = next((each for each in reversed(report.steps) if each.gate), None)
    scenarios = {scenario.id: scenario for scenario in complaint.targets}
    pairs: list[Json] = []
    names = [name for name in step.gate.targets if name in scenarios] if step and step.gate else []
    for name in names[:MOST_PAIRS]:
        arms = step.gate.attempts if step and step.gate else {}
        before, after = _telling(arms, BASE, name, passed=False), _telling(arms, CANDIDATE, name, passed=True)
        pair: dict[str, Json] = {"scenario": name}
        pair |= {word: _run(each, scenarios[name], bench) for word, each in (("before", before), ("after", after)) if each}
        pairs.append(pair)
    failed = told(complaint.trace, bench.mask, found.step, found.evidence)
    shared = any(scenarios[name].shares for name in names)
    return {"failed": failed, "pairs": pairs, "pairs_left_out": len(names) - len(pairs), "shared": shared}


def told(trace: Trace, mask: Mask, broken: int | None = None, quotes: Sequence[Quote] = ()) -> dict[str, Json]:
    """A run as a list of its steps; a number in a step's place counts those that are left out there."""
    depths = _depths(trace)
    quoted: dict[str, list[str]] = {}
    for quote in quotes:
        quoted.setdefault(quote.span_id, []).append(quote.text)
    shown = _shown(trace, broken, quoted)
    bare = tuple(_bare(span, quoted.get(span.id, [])) for place, span in enumerate(trace.spans) if place in shown)
    masked = mask(Trace(trace.id, bare, task=_readable(trace.task)))
    began = min((span.start_ns for span in trace.spans if span.start_ns is not None), default=None)
    steps: list[Json] = []
    last = -1
    for place, span in zip(sorted(shown), masked.spans, strict=True):
        steps += [place - last - 1] if place - last > 1 else []
        steps.append(_step(place, span, depths.get(span.id, 0), began, place == broken, quoted.get(span.id, [])))
        last = place
    steps += [len(trace.spans) - last - 1] if len(trace.spans) - last > 1 else []
    return {"trace_id": trace.id, "task": cut(masked.task), "steps": steps}


def cut(text: str, quotes: Iterable[str] = (), longest: int = LONGEST) -> str:
    """As much of a text as is told: around what is quoted from it, else its two ends; how much is missing stands in its place."""
    if len(text) <= longest:
        return text
    at = next((place for quote in quotes if (place := text.find(quote)) >= 0), None)
    if at is None:
        head, tail = 2 * longest // 3, longest // 3
        return text[:head] + _missing(len(text) - head - tail) + text[-tail:]
    start = max(0, min(at - longest // 4, len(text) - longest))
    before, after = _missing(start) if start else "", len(text) - start - longest
    return before + text[start : start + longest] + (_missing(after) if after else "")


def _missing(letters: int) -> str:
    return f"\n[… {letters:,} letters left out …]\n"


def _telling(arms: Mapping[str, tuple[Attempt, ...]], arm: str, name: str, *, passed: bool) -> Attempt | None:
    """The first run that went as the arm is expected to, else the first that counts, else any."""
    tried = [each for each in arms.get(arm, ()) if each.scenario == name]
    counted = [each for each in tried if each.counts] or tried
    return next((each for each in counted if each.passed is passed), counted[0] if counted else None)


def _run(attempt: Attempt, scenario: Scenario, bench: Workbench) -> dict[str, Json]:
    trace = (bench.captured(attempt.trace_id) if attempt.trace_id else None) or trace_of(attempt, scenario)
    end = bench.mask(Trace("", (Span("", "", input=attempt.says, output=attempt.output),))).spans[0]
    return {
        **told(trace, bench.mask),
        "trial": attempt.trial,
        "passed": attempt.passed,
        "says": cut(end.input),
        "output": cut(end.output),
        "seconds": round(attempt.latency_s, 4),
    }


def _shown(trace: Trace, broken: int | None, quoted: Collection[str]) -> frozenset[int]:
    """The steps that are told: the ends, then those quoted and the broken one, then those nearest to it."""
    many = len(trace.spans)
    if many <= MOST_STEPS:
        return frozenset(range(many))
    wanted = [*range(ENDS), *range(many - ENDS, many)]
    middle = many // 2 if broken is None else broken
    wanted += [middle, *(place for place, span in enumerate(trace.spans) if span.id in quoted)]
    wanted += sorted(range(many), key=lambda place: abs(place - middle))
    return frozenset([*dict.fromkeys(wanted)][:MOST_STEPS])


def _bare(span: Span, quotes: Sequence[str]) -> Span:
    """A span with the texts that are told of it and no others, so that no more is looked through for what has to be masked."""
    given = span.input or "\n".join(_messages(span.input_messages))
    came = span.output or "\n".join(_messages(span.output_messages)) or "\n\n".join(document.content for document in span.documents)
    failure = f"{span.failure.type}: {span.failure.message}" if span.failure else "failed" if span.failed else ""
    unseen = [quote for quote in quotes if not any(quote in text for text in (given, came, failure))]
    others = list(dict.fromkeys(text for quote in unseen for text in span.texts() if quote in text))[:2]
    return replace(
        span,
        failure=Failure("", _readable(failure)),
        input=_readable(given),
        output=_readable(came),
        input_messages=(),
        output_messages=(),
        documents=tuple(Document(_readable(text)) for text in others),
        attributes={},
    )


def _readable(text: str) -> str:
    return text if len(text) <= MOST_READ else f"[… {len(text):,} letters, too many to be looked through for credentials …]"


def _step(place: int, span: Span, depth: int, began: int | None, broken: bool, quotes: Sequence[str]) -> dict[str, Json]:
    return {
        "step": place,
        "span_id": span.id,
        "depth": min(depth, 12),
        "kind": span.kind,
        "name": cut(span.tool or span.name or span.agent, longest=200),
        "agent": cut(span.agent, longest=200),
        "input": cut(span.input, quotes),
        "output": cut(span.output, quotes),
        "failure": cut(span.failure.message if span.failure else "", quotes),
        "also": [cut(document.content, quotes) for document in span.documents],
        "began": None if span.start_ns is None or began is None else round((span.start_ns - began) / 1e9, 4),
        "seconds": None if span.seconds is None else round(span.seconds, 4),
        "broken": broken,
    }


def _messages(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        calls = "".join(f"\n-> {call.name}({call.arguments})" for call in message.tool_calls)
        yield f"{message.role}: {message.content}{calls}"


def _depths(trace: Trace) -> dict[str, int]:
    children = trace.children()
    depths: dict[str, int] = {}
    stack = [(span, 0) for span in children.get(None, ())]
    while stack:
        span, depth = stack.pop()
        depths[span.id] = depth
        stack += [(child, depth + 1) for child in children.get(span.id, ())]
    return depths
