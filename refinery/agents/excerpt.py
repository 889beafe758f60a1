"""What of a trace and of files goes into a prompt: the telling parts whole, the rest in short, and what was cut is said."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.trace import Json, Span, Status, Trace
from knowledge.words import stem, words
from refinery.agents.prompting import fenced
from refinery.domain import Attempt, CheckResult, Diagnosis, Expectation, Scenario

TRACE_BUDGET = 24_000
FILES_BUDGET = 90_000
FILE_BUDGET = 30_000
"""Characters. A character is about a quarter of a token."""
FAILURES_BUDGET = 24_000
PASSING_BUDGET = 8_000
FULL, SHORT = 3_000, 160
AROUND = 120
"""Lines shown on either side of a place in a file that is too long to be shown whole."""
LONGEST_QUERY = 80
"""Words of the failure that files are compared with."""
MOST_NAMES = 150
SCRAP = 4_000
"""With less room than this a file is shown whole or not at all."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Text for a prompt, and what a reader of the result should know about it."""

    text: str
    notes: tuple[str, ...] = ()
    whole: bool = True
    """Nothing was left out: there is nothing to look up."""


def excerpt_trace(trace: Trace | None, diagnosis: Diagnosis, failures: Sequence[Attempt] = (), budget: int = TRACE_BUDGET) -> Excerpt:
    """The trace by budget: first the spans that the diagnosis names, in full, then their surroundings, then a line for each of the rest.

    A run of one step that the failing scenarios tell already is not told again.
    """
    if trace is None:
        return Excerpt("There is no trace; the failing checks above are all there is.")
    if _told(trace, failures):
        return Excerpt("It was one step, with the input and the answer that stand above.")
    named = _named(diagnosis)
    order = sorted(range(len(trace.spans)), key=lambda step: (_distance(step, trace, named), step))
    shown: dict[int, str] = {}
    left = budget
    for step in order:
        span = trace.spans[step]
        near = span.id in named
        text = _span(step, span, FULL if near else SHORT)
        if len(text) > left:
            text = _span(step, span, SHORT)
        if len(text) > left:
            break
        shown[step] = text
        left -= len(text) + 1
    hidden = len(trace.spans) - len(shown)
    notes = (
        (f"{hidden} of {len(trace.spans)} spans of the trace were not shown to the model (budget of {budget} characters)",)
        if hidden
        else ()
    )
    task = f"The task was:\n{fenced('task', trace.task[:FULL])}\n" if trace.task else ""
    cut = [step for step, text in shown.items() if text != _span(step, trace.spans[step], sys.maxsize)]
    tail = f"\n({hidden} further steps are not shown: `steps` names them.)" if hidden else ""
    tail += f"\n({len(cut)} steps are shortened: `step` has all the words of one.)" if cut else ""
    told = fenced("trace", "\n".join(shown[step] for step in sorted(shown)))
    return Excerpt(task + told + tail, notes, not (hidden or cut))


def excerpt_failures(attempts: Sequence[Attempt], suite: Sequence[Scenario], budget: int = FAILURES_BUDGET) -> Excerpt:
    """Each failing scenario with its input, what was expected of it and what came; as many as fit, the rest are named."""
    known = {scenario.id: scenario for scenario in suite}
    parts: list[str] = []
    for attempt in attempts:
        part = fenced("failing scenario", _failure(attempt, known.get(attempt.scenario)))
        if parts and len(part) > budget:
            break
        parts.append(part)
        budget -= len(part)
    left = [attempt.scenario for attempt in attempts[len(parts) :]]
    if left:
        parts.append(fenced("further scenarios that fail", names(left)))
    notes = (f"{len(left)} of {len(attempts)} failing scenarios were only named to the model",) if left else ()
    return Excerpt("\n".join(parts), notes)


def excerpt_passing(scenarios: Sequence[Scenario], budget: int = PASSING_BUDGET) -> Excerpt:
    """The scenarios that pass, a line each; as many as fit, the rest are counted."""
    lines: list[str] = []
    for scenario in scenarios:
        line = f"{scenario.id}: {_cut(_json(scenario.input), SHORT)} -> {_cut('; '.join(map(_check, scenario.expect)), 2 * SHORT)}"
        if len(line) > budget:
            lines.append(f"... and {len(scenarios) - len(lines)} more")
            break
        lines.append(line)
        budget -= len(line)
    return Excerpt(fenced("passing scenarios", "\n".join(lines)) if lines else "")


def excerpt_files(sources: Mapping[str, str], diagnosis: Diagnosis, about: str = "", budget: int = FILES_BUDGET) -> Excerpt:
    """The files by budget: first those the diagnosis names, long ones around those places, then those that speak of the same things.

    `about` are words of the failure beside the diagnosis: names of tools, texts of checks. While all files fit, all are shown.
    """
    places = {path: [place.line for place in diagnosis.places if _same(place.path, path)] for path in sources}
    fit = sum(map(len, sources.values())) <= budget
    speaks = dict.fromkeys(sources, 0.0) if fit else relevance(sources, f"{_about(diagnosis)} {about}")
    parts: list[str] = []
    notes: list[str] = []
    hidden: list[str] = []
    left = budget
    empty = sorted(path for path, text in sources.items() if not text.strip())
    for path in sorted(sources.keys() - set(empty), key=lambda path: (not places[path], -speaks[path], path)):
        text, note = _file(path, sources[path], places[path], min(left, FILE_BUDGET))
        if text:
            parts.append(text)
            left -= len(text)
        else:
            hidden.append(path)
        if note:
            notes.append(note)
    if hidden:
        notes.append(f"{len(hidden)} of {len(sources)} files were not shown")
        parts.append(fenced("files that were not shown", names(hidden)))
    if empty:
        parts.append(fenced("empty files", names(empty)))
    if parts and not notes:
        parts.append("These are all the files that can be read, in full: there is nothing more to look up in them.")
    listing = "\n\n".join(parts) or "No file could be shown."
    return Excerpt(listing, tuple(f"{note} to the model, for their length" for note in notes), whole=not notes)


def relevance(sources: Mapping[str, str], about: str) -> dict[str, float]:
    """How much each file speaks of what `about` speaks of: rare words count for more, in a path twice, and length is no merit."""
    asked = [stem(word) for word in dict.fromkeys(words(about))][:LONGEST_QUERY]
    lowered = {path: text.lower() for path, text in sources.items()}
    scores = dict.fromkeys(sources, 0.0)
    for word in dict.fromkeys(asked):
        holds = [path for path, text in lowered.items() if word in text or word in path.lower()]
        rarity = math.log((len(sources) + 1) / (len(holds) + 0.5))
        for path in holds:
            scores[path] += rarity * (2 if word in path.lower() else 1)
    return {path: score / (1 + math.log1p(len(sources[path]) / 4000)) for path, score in scores.items()}


def _failure(attempt: Attempt, scenario: Scenario | None) -> str:
    lines = [f"scenario {attempt.scenario}: {attempt.says if not attempt.checks else ''}".rstrip(": ")]
    if scenario:
        lines.append(f"  input: {_cut(_json(scenario.input), FULL)}")
        lines += [f"  meant: {scenario.assumption}"] if scenario.assumption else []
    checks = {check.check: check for check in attempt.checks}
    lines += [_checked(name, check) for name, check in checks.items()]
    if scenario and (not checks or any(_told_in_full(check) for check in checks.values())):
        lines += [f"  wanted: {_check(expectation)}" for expectation in scenario.expect]
    lines += [f"  {label}: {_cut(text, FULL)}" for label, text in (("answer", attempt.output), ("error", attempt.error)) if text]
    return "\n".join(lines)


def _checked(name: str, check: CheckResult) -> str:
    if check.passed:
        return f"  passes {name}"
    return "  FAILS equals" if _told_in_full(check) else f"  FAILS {name}: {check.says}"


def _told_in_full(check: CheckResult) -> bool:
    """Whether the wanted value and the answer, which both stand there in full, say all that a check says shortened."""
    return not check.passed and check.check.startswith("equals")


def _check(expectation: Expectation) -> str:
    return f"{expectation.name}: {_cut(_json(expectation.value), FULL)}"


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _about(diagnosis: Diagnosis) -> str:
    texts = [diagnosis.summary, diagnosis.expected, diagnosis.category, diagnosis.agent]
    return " ".join([*texts, *(quote.text[:500] for quote in diagnosis.evidence), *(signal.says for signal in diagnosis.signals)])


def names(paths: Sequence[str]) -> str:
    """Names of files, one a line, up to a number that can be read."""
    shown = "\n".join(paths[:MOST_NAMES])
    return f"{shown}\n... and {len(paths) - MOST_NAMES} more" if len(paths) > MOST_NAMES else shown


def _named(diagnosis: Diagnosis) -> set[str]:
    ids = [diagnosis.span_id, *(quote.span_id for quote in diagnosis.evidence), *(signal.span_id for signal in diagnosis.signals)]
    return {id for id in ids if id}


def _told(trace: Trace, failures: Sequence[Attempt]) -> bool:
    """Whether all there is to a run is the answer that a failing scenario got."""
    if len(trace.spans) != 1:
        return False
    (span,) = trace.spans
    more = span.failure or span.documents or span.tool or len(span.input) > FULL or len(span.output) > FULL
    return not more and any(attempt.output == span.output and not attempt.error for attempt in failures)


def _distance(step: int, trace: Trace, named: set[str]) -> int:
    if trace.spans[step].id in named:
        return 0
    steps = [other for other, span in enumerate(trace.spans) if span.id in named]
    near = min((abs(step - other) for other in steps), default=step)
    return 1 + near if step else 1  # the first span tells what it was all about


def _span(step: int, span: Span, most: int) -> str:
    head = f"[step {step}] {span.kind}"
    for label, value in (("", span.name), ("agent ", span.agent), ("tool ", span.tool), ("status ", _status(span))):
        head += f" {label}{value}" if value else ""
    lines = [head]
    if span.failure:
        lines.append(f"  failure: {_cut(f'{span.failure.type}: {span.failure.message}', most)}")
        if most > SHORT and span.failure.stacktrace:
            lines.append(f"  stack: {_cut(span.failure.stacktrace, most)}")
    for label, value in (("in", span.input), ("out", span.output)):
        if value:
            lines.append(f"  {label}: {_cut(value, most)}")
    if most > SHORT:
        lines += [
            f"  document {document.id or number}: {_cut(document.content, most // 3)}" for number, document in enumerate(span.documents)
        ]
    return "\n".join(lines)


def _status(span: Span) -> str:
    return "" if span.status is Status.UNSET else span.status


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[: most * 2 // 3]} [... {len(text) - most} characters cut ...] {text[len(text) - most // 3 :]}"


def _file(path: str, text: str, lines: Sequence[int], budget: int) -> tuple[str, str]:
    if len(text) <= budget:
        return fenced(f"{path}, whole file", text), ""
    if budget < SCRAP:
        return "", ""
    all_lines = text.splitlines(keepends=True)
    first = max(0, min(lines, default=1) - 1 - AROUND)
    last = min(len(all_lines), max(lines, default=1) + AROUND)
    while last > first and sum(map(len, all_lines[first:last])) > budget:
        last -= 1
    if last == first:
        return "", ""
    part = "".join(all_lines[first:last])
    where = f"lines {first + 1} to {last} of {len(all_lines)}"
    return fenced(f"{path}, {where}", part), f"of {path} only {where} were shown"


def _same(place: str, path: str) -> bool:
    return place == path or place.endswith(f"/{path}")
