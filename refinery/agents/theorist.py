"""The theorist: asks a model for hypotheses, holds each edit against the files, and sends what does not fit back once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from adapters.trace import Trace
from knowledge.passage import Passage
from refinery.agents.answer import SCHEMA, read_answer
from refinery.agents.excerpt import excerpt_files, excerpt_trace
from refinery.agents.prompting import fenced, prompt, word
from refinery.domain import Attempt, Bill, Diagnosis, Hypothesis, Layer, Step
from refinery.edits.draft import draft
from refinery.errors import RefineryError
from refinery.events import Event, Say
from refinery.llm.port import LLM, Message, Reply, Request, Stop

MAX_TOKENS = 24_000
"""Room for thinking too, which counts as output."""
PURPOSE = "theorist"
TEXT_SUFFIXES = frozenset({".md", ".txt", ".jinja", ".jinja2", ".j2", ".prompt", ".tmpl", ".mustache"})
CONFIG_SUFFIXES = frozenset({".yaml", ".yml", ".toml", ".json", ".ini", ".cfg"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the theorist came to."""

    hypotheses: tuple[Hypothesis, ...]
    """In the order in which they are worth trying; every edit fits the files it was given."""
    bill: Bill
    notes: tuple[str, ...] = ()
    """What was cut, dropped, corrected or could not be had."""


@dataclass(frozen=True, slots=True)
class _Round:
    """One reply, sifted."""

    sound: tuple[Hypothesis, ...]
    complaints: tuple[str, ...]
    missing: str
    reply: Reply


def propose(
    llm: LLM,
    diagnosis: Diagnosis,
    trace: Trace | None,
    sources: Mapping[str, str],
    advice: Sequence[Passage],
    say: Say,
    limit: int = 5,
    *,
    failures: Sequence[Attempt] = (),
    tried: Sequence[Step] = (),
) -> Proposal:
    """Up to `limit` hypotheses. Raises ModelError or BudgetSpent when not even a first answer can be had.

    `sources` are the files the model may look at and change, by path; where they are too many, those that speak of the failure are shown.
    `failures` are attempts that failed on the base; `tried` are hypotheses that did not make it, with what was found against them.
    """
    request, notes = _request(diagnosis, trace, sources, advice, limit, failures, tried)
    say(Event(PURPOSE, f"asking {llm.model} for hypotheses", 0, 2))
    first = _ask(llm, request, sources)
    if first.reply.stop is Stop.REFUSAL:
        return Proposal((), Bill((first.reply.usage,)), (*notes, "the model declined to answer"))
    rounds = [first]
    if first.complaints:
        say(Event(PURPOSE, f"the answer does not fit in {len(first.complaints)} places; asking once more", 1, 2))
        again = Message("user", prompt("again", complaints="\n".join(f"- {says}" for says in first.complaints)))
        try:
            said = (first.reply.as_message(),) if first.reply.text else ()  # an empty turn would be refused
            rounds.append(_ask(llm, replace(request, messages=(*request.messages, *said, again)), sources))
        except RefineryError as error:
            if not first.sound:
                raise
            notes = (*notes, f"the model could not be asked again: {error}")
    return _proposal(rounds, diagnosis, advice, notes, limit)


def _request(
    diagnosis: Diagnosis,
    trace: Trace | None,
    sources: Mapping[str, str],
    advice: Sequence[Passage],
    limit: int,
    failures: Sequence[Attempt],
    tried: Sequence[Step],
) -> tuple[Request, tuple[str, ...]]:
    checks = [check.says for attempt in failures for check in attempt.checks if not check.passed]
    tools = [span.tool for span in trace.spans] if trace else []
    run, files = excerpt_trace(trace, diagnosis), excerpt_files(sources, diagnosis, " ".join((*checks, *tools)))
    case = prompt(
        "case",
        summary=fenced("summary", diagnosis.summary),
        expected=fenced("expected", diagnosis.expected),
        layer=diagnosis.layer,
        category=word(diagnosis.category),
        agent=word(diagnosis.agent) or "unknown",
        step="unknown" if diagnosis.step is None else str(diagnosis.step),
        confidence=f"{diagnosis.confidence:.2f}",
        proof=diagnosis.proof,
        evidence=_evidence(diagnosis),
        failures="\n".join(map(_failure, failures)) or "The diagnosis above; no scenario was run yet.",
        trace=run.text,
        files=files.text,
        advice="\n\n".join(fenced(f"{passage.id}: {passage.title}", passage.text) for passage in advice) or "None.",
        tried="\n".join(map(_tried, tried)) or "Nothing yet.",
        limit=str(limit),
    )
    system = prompt("theorist", schema=json.dumps(SCHEMA, indent=1), limit=str(limit))
    return Request(system, (Message("user", case),), schema=SCHEMA, max_tokens=MAX_TOKENS, purpose=PURPOSE), (*run.notes, *files.notes)


def _evidence(diagnosis: Diagnosis) -> str:
    quotes = [fenced(f"quote from span {quote.span_id}", quote.text) for quote in diagnosis.evidence]
    signals = [f"- {signal.rule} at step {signal.step} (weight {signal.weight:.2f}): {signal.says}" for signal in diagnosis.signals]
    places = [f"- {place.path}, line {place.line}{f', in {place.function}' if place.function else ''}" for place in diagnosis.places]
    parts = ["\n".join(quotes)]
    if signals:
        parts.append(fenced("signals, the rules' findings", "\n".join(signals)))
    if places:
        parts.append(fenced("places in the code, innermost first", "\n".join(places)))
    return "\n".join(part for part in parts if part) or "No quotes."


def _failure(attempt: Attempt) -> str:
    checks = [f"  check {check.check}: {check.says}" for check in attempt.checks if not check.passed]
    lines = [f"scenario {attempt.scenario}, trial {attempt.trial}: {attempt.says or attempt.cause or 'failed'}", *checks]
    lines += [f"  {label}: {text[-1500:]}" for label, text in (("answer", attempt.output), ("error", attempt.error)) if text]
    return fenced("failing scenario", "\n".join(lines))


def _tried(step: Step) -> str:
    return fenced("hypothesis that did not make it", f"{step.hypothesis.change}\n{step.says}")


def _ask(llm: LLM, request: Request, sources: Mapping[str, str]) -> _Round:
    reply = llm.complete(request)
    answer = read_answer(reply.text)
    complaints = list(answer.complaints)
    if reply.stop is Stop.LENGTH:
        complaints.append("it was cut for its length: be shorter, with fewer hypotheses")
    sound: list[Hypothesis] = []
    for hypothesis in answer.hypotheses:
        misfits = draft(hypothesis.edits, sources.get).misfits
        if misfits:
            complaints += [f"hypothesis `{hypothesis.change}`, {misfit.path}: {misfit.says}" for misfit in misfits]
        else:
            sound.append(hypothesis)
    return _Round(tuple(sound), tuple(complaints), answer.missing, reply)


def _proposal(rounds: list[_Round], diagnosis: Diagnosis, advice: Sequence[Passage], notes: tuple[str, ...], limit: int) -> Proposal:
    found = list(notes)
    by_edits: dict[object, Hypothesis] = {}
    for each in reversed(rounds):  # the later answer is the better word for the same edits
        for hypothesis in each.sound:
            by_edits.setdefault(hypothesis.edits, hypothesis)
    last = rounds[-1]
    found += [f"dropped, since it still does not fit: {says}" for says in last.complaints]
    if last.missing and not by_edits:
        found.append(f"the model sees no honest fix: {last.missing}")
    known = {passage.id for passage in advice}
    hypotheses: list[Hypothesis] = []
    for hypothesis in by_edits.values():
        layer = _true_layer(hypothesis)
        if layer is not hypothesis.layer:
            found.append(
                f"`{hypothesis.change}` is said to work on the layer {hypothesis.layer}, but edits only {layer} files: counted as {layer}"
            )
        hypotheses.append(replace(hypothesis, layer=layer, cites=tuple(cite for cite in hypothesis.cites if cite in known)))
    hypotheses.sort(key=lambda hypothesis: _worth(hypothesis, diagnosis))
    if len(hypotheses) > limit:
        found.append(f"{len(hypotheses) - limit} hypotheses beyond the limit of {limit} were left out")
    return Proposal(tuple(hypotheses[:limit]), Bill(tuple(each.reply.usage for each in rounds)), tuple(found))


def _true_layer(hypothesis: Hypothesis) -> Layer:
    """A prompt rule stays one whatever it is called; so does a value in a configuration file that is called code."""
    suffixes = {PurePosixPath(edit.path).suffix.lower() for edit in hypothesis.edits}
    if suffixes <= TEXT_SUFFIXES and hypothesis.layer in (Layer.CODE, Layer.TOOL, Layer.ORCHESTRATION, Layer.CONFIG, Layer.MODEL):
        return Layer.PROMPT
    if suffixes <= CONFIG_SUFFIXES and hypothesis.layer is Layer.CODE:
        return Layer.CONFIG
    return hypothesis.layer


def _worth(hypothesis: Hypothesis, diagnosis: Diagnosis) -> tuple[bool, float, int]:
    """Right layer first: prompt rules come last unless the prompt is where it went wrong; then by likelihood, then by size."""
    last_resort = hypothesis.layer is Layer.PROMPT and diagnosis.layer is not Layer.PROMPT
    return last_resort, -hypothesis.confidence, sum(len(edit.old) + len(edit.new) for edit in hypothesis.edits)
