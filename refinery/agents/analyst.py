"""The analyst: a model that looks around in a trace until it can say which step went wrong, and why, in quotes that are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.trace import Json, Trace
from refinery.agents.conclusion import SCHEMA, Conclusion, conclude, first_object
from refinery.agents.lookup import TOOLS, Lookup
from refinery.agents.loop import Limits, Talk, again, talk
from refinery.agents.prompting import fenced, prompt, version, word
from refinery.agents.view import tokens, view
from refinery.domain import Bill, Diagnosis, Question, Quote
from refinery.events import Event, Say
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, Message, ModelError, Request, Stop, Tool
from refinery.signals.causes import agent_of
from refinery.signals.links import flow, telling

PURPOSE = "analyst"
ENDING = "conclude"
MAX_TOKENS = 6_000
"""Room for thinking too, which counts as output."""
VIEW_TOKENS = 8_000
"""What is shown of a trace before anything is looked up."""
MOST_LINKS = 12
LONGEST_LINE = 400
CONCLUDE = Tool(ENDING, "Gives the diagnosis, and ends the analysis.", SCHEMA)
PROMPTS = ("analyst", "analyst-case", "analyst-again")


@dataclass(frozen=True, slots=True)
class Brief:
    """What is known beside the trace and the rules' diagnosis."""

    expected: str = ""
    """What should have happened, in the words of whoever complained."""
    must_have_failed: bool = False
    answers: tuple[Question, ...] = ()
    """Questions that were asked before, with what the expert answered."""
    surroundings: tuple[str, ...] = ()
    """Found outside the trace."""
    tokens: int = VIEW_TOKENS


def prompts() -> str:
    """What tells the analyst's prompts from those of other versions."""
    return version(PROMPTS)


def analyse(llm: LLM, trace: Trace, rules: Diagnosis, brief: Brief, say: Say, limits: Limits | None = None) -> Diagnosis:
    """The model's diagnosis, with the rules' signals in it. Raises ModelError or BudgetSpent when not even a first answer can be had.

    A conclusion that cannot be used, or quotes that cannot be found, are asked for once more; what still does not hold is dropped and told.
    """
    shown = view(trace, brief.tokens, rules)
    request = _request(trace, rules, brief, shown.text)
    look, bounds = Lookup(trace, rules.signals), limits or Limits()
    say(Event(PURPOSE, f"the first question has about {tokens(request.text)} tokens; with look-ups it may take up to {bounds.tokens}"))
    talked = talk(llm, request, look, ENDING, bounds, say)
    if talked.reply.stop is Stop.REFUSAL:
        return _declined(rules, talked)
    said = _read(talked, trace, brief)
    notes = list(shown.notes)
    if talked.failed:
        notes.append(f"the model could not be asked further: {talked.failed}")
    elif said.complaints or said.unverified:
        wrong = [*said.complaints, *(f"the quote {each}" for each in said.unverified)]
        say(Event(PURPOSE, f"the answer does not hold in {len(wrong)} places; asking once more"))
        says = prompt("analyst-again", complaints=fenced("complaints", "\n".join(f"- {each}" for each in wrong)))
        try:
            talked = talk(llm, again(talked, says), look, ENDING, bounds, say, talked)
            said = _better(said, _read(talked, trace, brief))
        except (ModelError, BudgetSpent) as error:
            notes.append(f"the model could not be asked again: {error}")
            if isinstance(error, ModelError) and error.spent:
                talked = replace(talked, items=(*talked.items, error.spent))
    if not said.usable:
        notes.append(f"the model's answer could not be used, so this is the rules' diagnosis: {'; '.join(said.complaints)}")
        return replace(rules, bill=rules.bill + talked.bill, notes=(*rules.notes, *notes))
    notes += [f"dropped, since it stands nowhere there: the quote {each}" for each in said.unverified]
    if talked.cut:
        notes.append("the model was told to conclude when its limit of look-ups was reached")
    return _diagnosis(trace, rules, brief, said, talked.bill, llm.model, tuple(notes))


def _request(trace: Trace, rules: Diagnosis, brief: Brief, shown: str) -> Request:
    case = prompt(
        "analyst-case",
        expected=fenced("expected", brief.expected) if brief.expected else "Nobody has said. State in `expected` what you assume.",
        known="The run is known to have failed." if brief.must_have_failed else "Nobody knows whether it failed.",
        answers="\n".join(fenced(f"answer to: {word(each.asks, 160)}", each.answer) for each in brief.answers) or "None.",
        suspects=fenced("suspects", "\n".join(_suspects(rules)) or "none"),
        links=fenced("links", "\n".join(_links(trace)) or "none"),
        surroundings=fenced("surroundings", "\n".join(brief.surroundings)) if brief.surroundings else "Nothing.",
        trace=fenced("trace", shown),
        count=str(len(trace.spans)),
    )
    return Request(prompt("analyst"), (Message("user", case),), tools=(*TOOLS, CONCLUDE), max_tokens=MAX_TOKENS, purpose=PURPOSE)


def _suspects(rules: Diagnosis) -> list[str]:
    """What the rules say in words; steps that only general experience points at are named in one line."""
    if rules.step is None:
        return [rules.summary]
    seen = {signal.step for signal in rules.signals}
    told = [f"step {rules.step} ({rules.agent}), confidence {rules.confidence:.2f}: {rules.summary}"[:LONGEST_LINE]]
    told += [f"step {other.step} ({other.agent}): {other.says}"[:LONGEST_LINE] for other in rules.alternatives if other.step in seen]
    rest = [str(other.step) for other in rules.alternatives if other.step not in seen]
    return [*told, f"then, without a sign: {', '.join(rest)}"] if rest else told


def _links(trace: Trace) -> list[str]:
    """The strongest ways in which values went from step to step; who speaks, and words that say little, are left out."""
    found = []
    for link in flow(trace).links():
        values = telling(link.values)
        if values:
            found.append((link.count, f"step {link.source} -> step {link.target}: {', '.join(values)[:120]} ({link.count} values)"))
    return [line for _, line in sorted(found, key=lambda pair: -pair[0])[:MOST_LINKS]]


def _read(talked: Talk, trace: Trace, brief: Brief) -> Conclusion:
    call = talked.ending(ENDING)
    value: Mapping[str, Json] | None = call.arguments if call else first_object(talked.reply.text)
    said = conclude(value, trace, must_have_failed=brief.must_have_failed)
    if talked.reply.stop is Stop.LENGTH:
        return replace(said, complaints=(*said.complaints, "it was cut for its length: be shorter"))
    return said


def _better(first: Conclusion, second: Conclusion) -> Conclusion:
    """The second word, with the quotes of the first that hold where it speaks of the same step; the first when only that can be used."""
    if not second.usable:
        return first
    if first.step == second.step:
        return replace(second, evidence=tuple(dict.fromkeys((*second.evidence, *first.evidence))))
    return second


def _diagnosis(trace: Trace, rules: Diagnosis, brief: Brief, said: Conclusion, bill: Bill, model: str, notes: tuple[str, ...]) -> Diagnosis:
    known = {each.asks for each in brief.answers}
    questions = (*brief.answers, *(each for each in said.questions if each.asks not in known))[:3]
    made = replace(
        rules,
        summary=said.summary,
        expected=brief.expected or said.expected or rules.expected,
        observations=said.observations,
        gaps=said.gaps,
        questions=questions,
        bill=rules.bill + bill,
        notes=(*rules.notes, *notes),
        author=model,
    )
    if said.step is None:
        return replace(made, layer=said.layer, category="none", agent="", step=None, span_id=None, confidence=0.0, evidence=said.evidence)
    span = trace.spans[said.step]
    return replace(
        made,
        layer=said.layer,
        category=said.category,
        agent=agent_of(trace, span),
        step=said.step,
        span_id=span.id,
        confidence=said.confidence,
        evidence=said.evidence or _of_rules(rules, span.id),
        alternatives=said.alternatives,
    )


def _of_rules(rules: Diagnosis, span_id: str) -> tuple[Quote, ...]:
    """Quotes of the rules for the same step, where the model has none that holds."""
    return tuple(quote for signal in rules.signals if signal.span_id == span_id for quote in signal.quotes)[:2]


def _declined(rules: Diagnosis, talked: Talk) -> Diagnosis:
    return replace(rules, bill=rules.bill + talked.bill, notes=(*rules.notes, "the model declined to answer; this is the rules' diagnosis"))


def with_answers(expected: str, answers: Sequence[Question]) -> str:
    """What was expected, with what the expert answered since."""
    said = [each.answer.strip() for each in answers if each.answer.strip()]
    return " ".join([*([expected] if expected else []), *said])
