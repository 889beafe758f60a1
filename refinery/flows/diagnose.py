"""A trace becomes a diagnosis: by rules, by what is known around it, by a model where there is one, and by what only the expert knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapters import notation
from adapters.trace import Json, Trace
from refinery import contract
from refinery.agents.analyst import VIEW_TOKENS, Brief, analyse, prompts
from refinery.agents.conclusion import conclude
from refinery.domain import Bill, Diagnosis, Expectation, Question
from refinery.events import Say, silent
from refinery.flows.interview import Ask, assumed, in_words, interview, judged, questions, unanswered
from refinery.flows.surroundings import Right, alike, commits_before, passing_like, told
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, ModelError
from refinery.repo.repository import Repository
from refinery.signals import diagnosis as rules
from refinery.signals.divergence import Wanted
from refinery.store.port import Store

__all__ = ["VIEW_TOKENS", "Asked", "Study", "diagnose", "kept", "wanted"]

KIND = "diagnosis"
UNMARKED = (
    'If its answer is wrong all the same, say what should have happened: `refinery diagnose {0} --expected "..."` looks for the cause, '
    'and `refinery fix {0} --says "..." --expect \'contains: "..."\'` for a change that mends it.'
)
"""Most wrong answers are marked by nobody."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody knows of a run beside its trace."""

    expected: str = ""
    """What should have happened, in plain words."""
    failed: bool = False
    checks: tuple[Expectation, ...] = ()
    """What a right answer passes; calls among them are held against the run's."""
    passing: tuple[Trace, ...] = ()
    """Runs of the same task that passed."""
    answers: tuple[str, ...] = ()
    """To the questions, in the order in which they are asked."""

    @property
    def must(self) -> bool:
        return self.failed or bool(self.expected or self.checks)


@dataclass(frozen=True, slots=True)
class Study:
    """The tools laid out for a diagnosis."""

    store: Store
    now: Callable[[], str]
    repository: Repository | None = None
    """The agent's, where the trace is looked at from within it."""
    model: LLM | None = None
    tokens: int = VIEW_TOKENS
    """What the model is shown of a trace before it looks anything up."""
    ask: Ask = unanswered
    say: Say = silent
    afresh: bool = False
    """Ask the model even where its diagnosis of the same is kept."""


def diagnose(trace: Trace, asked: Asked, study: Study) -> Diagnosis:
    """What went wrong in a run. A model that fails, or would cost too much, is a note: the rules' diagnosis stands."""
    passing = asked.passing or passing_like(trace, study.store, Right(asked.expected, asked.checks))
    found = _by_rules(trace, asked, passing, ())
    if not found.found and not asked.must and study.model is None:
        return replace(found, notes=(*found.notes, UNMARKED.format(trace.id[:12]))) if trace.spans else found
    like = alike(trace, found, study.store)
    commits = commits_before(study.repository, like.onset_ns) if study.repository and like.onset_ns is not None else ()
    found = replace(found, surroundings=told(passing, like, commits))
    if study.model is not None and trace.spans:
        return _with_model(trace, asked, passing, found, study, study.model)
    answered = interview(questions(trace, found, asked.expected), asked.answers, study.ask)
    if any(each.answer for each in answered):
        found = replace(_by_rules(trace, asked, passing, answered), surroundings=found.surroundings)
    return replace(found, questions=answered, notes=(*found.notes, *assumed(answered)))


def kept(trace: Trace, found: Diagnosis, store: Store) -> Diagnosis:
    """The newest diagnosis of a trace that a model made or a replay proved, where one is kept and holds; else the one that was found."""
    for filed in store.reports(KIND):
        if filed.body.get("trace_id") == trace.id:
            known = _restored(trace, found, Brief(), filed.body)
            if known is not None and known.found:
                return replace(known, notes=(*known.notes, f"diagnosed by {known.author} on {filed.created}"))
    return found


def _by_rules(trace: Trace, asked: Asked, passing: tuple[Trace, ...], answered: tuple[Question, ...]) -> Diagnosis:
    return rules.diagnose(
        trace,
        in_words(asked.expected, answered),
        failed=True if asked.must else None,
        wanted=wanted(asked.checks),
        passing=passing,
        judged=judged(answered),
    )


def wanted(checks: tuple[Expectation, ...]) -> tuple[Wanted, ...] | None:
    """The calls that checks ask for; None when they say nothing of calls."""
    calls = [each.value for each in checks if each.kind == "tool-called"]
    if not calls:
        return () if any(each.kind == "no-tool" for each in checks) else None
    return tuple(Wanted(str(call["name"]), call.get("args")) if isinstance(call, dict) else Wanted(str(call)) for call in calls)


def _with_model(trace: Trace, asked: Asked, passing: tuple[Trace, ...], found: Diagnosis, study: Study, model: LLM) -> Diagnosis:
    first = _analysed(trace, asked, found, (), study, model)
    answered = interview(first.questions, asked.answers, study.ask)
    if not any(each.answer for each in answered):
        return replace(first, questions=answered, notes=(*first.notes, *assumed(answered)))
    again = _by_rules(trace, asked, passing, answered)
    second = _analysed(trace, asked, replace(again, surroundings=found.surroundings), answered, study, model)
    return replace(second, bill=first.bill + second.bill, questions=answered)


def _analysed(trace: Trace, asked: Asked, found: Diagnosis, answered: tuple[Question, ...], study: Study, model: LLM) -> Diagnosis:
    """The model's diagnosis, kept by what it was asked: asking the same again costs nothing, and says so."""
    brief = Brief(in_words(asked.expected, answered), asked.must, answered, found.surroundings, study.tokens)
    key = _key(trace, found, brief, model.model)
    kept = None if study.afresh else study.store.report(key)
    if kept is not None and (known := _restored(trace, found, brief, kept.body)) is not None:
        return replace(known, notes=(*known.notes, f"kept from {kept.created}: asking again cost nothing (--afresh asks anew)"))
    try:
        made = analyse(model, trace, found, brief, study.say)
    except (ModelError, BudgetSpent) as error:
        spent = Bill((error.spent,)) if isinstance(error, ModelError) and error.spent else Bill()
        hint = f" ({error.hint})" if error.hint else ""
        return replace(found, bill=found.bill + spent, notes=(*found.notes, f"the model was no help, so the rules speak: {error}{hint}"))
    if made.author != found.author:
        study.store.save_report(key, KIND, {**contract.diagnosis(made), "notes": list(made.notes[len(found.notes) :])}, study.now())
    return made


def _key(trace: Trace, found: Diagnosis, brief: Brief, model: str) -> str:
    """Changes with the trace, with what is asked, with what the rules made of it, and with the prompts."""
    parts: list[Json] = [model, prompts(), brief.tokens, brief.expected, brief.must_have_failed, *brief.surroundings, found.summary]
    parts += [f"{each.asks}\0{each.answer}" for each in brief.answers]
    mark = hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode())
    mark.update(notation.canonical([trace.task, [_content(trace, step) for step in range(len(trace.spans))]]))
    return f"{KIND}:{mark.hexdigest()}"


def _content(trace: Trace, step: int) -> Json:
    span = trace.spans[step]
    return [span.id, str(span.kind), span.agent, span.tool, span.input, span.output, str(span.failure or "")]


def _restored(trace: Trace, found: Diagnosis, brief: Brief, body: Mapping[str, Json]) -> Diagnosis | None:
    """A kept diagnosis, read as strictly as a fresh one; None when it does not hold any more."""
    evidence = body.get("evidence")
    steps = {span.id: step for step, span in enumerate(trace.spans)}
    quotes: list[Json] = [
        {"step": steps.get(str(each.get("span_id")), -1), "quote": each.get("quote")}
        for each in (evidence if isinstance(evidence, list) else [])
        if isinstance(each, dict)
    ]
    said = conclude({**body, "failed": body.get("step") is not None, "evidence": quotes}, trace, must_have_failed=brief.must_have_failed)
    if not said.usable or said.unverified:
        return None
    notes, author, expected = body.get("notes"), body.get("author"), body.get("expected")
    placed = trace.spans[said.step] if said.step is not None else None
    return replace(
        found,
        summary=said.summary,
        expected=str(expected),
        layer=said.layer,
        category=said.category,
        agent=str(body.get("agent", "")),
        step=said.step,
        span_id=placed.id if placed else None,
        confidence=said.confidence if placed else 0.0,
        evidence=said.evidence,
        alternatives=said.alternatives,
        observations=said.observations,
        gaps=said.gaps,
        questions=said.questions,
        author=str(author),
        notes=(*found.notes, *(str(note) for note in (notes if isinstance(notes, list) else []))),
    )
