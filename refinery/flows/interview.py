"""The interview: what only the expert can say, asked where the answer would move the blame, in at most three questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from adapters.trace import Trace
from refinery.domain import Diagnosis, Question
from refinery.signals.links import flow, telling
from refinery.signals.turns import answer

Ask = Callable[[Question], str]
"""Asks a person; an empty answer when nobody is there, or nothing is known."""
MOST = 3
SURE = 0.8
"""Above this nothing an expert says is likely to move the blame."""
YES = frozenset({"yes", "y", "right", "correct", "true", "ja", "oui", "si"})
NO = frozenset({"no", "n", "wrong", "incorrect", "false", "nein", "non"})


def unanswered(_: Question) -> str:
    """Nobody is there."""
    return ""


def questions(trace: Trace, found: Diagnosis, expected: str) -> tuple[Question, ...]:
    """What to ask about a diagnosis that rules made. None when the answer could not change it."""
    if found.step is None or found.confidence >= SURE:
        return ()
    asked: list[Question] = []
    final = answer(trace)
    if not expected and final:
        said = " ".join(final.text.split())
        short = said if len(said) <= 120 else f"{said[:119]}…"
        asked.append(
            Question(
                f"The answer was “{short}”. What should it have been?",
                "A value that a tool had returned points elsewhere than one that none did.",
            )
        )
    followed = flow(trace)
    suspects = [(found.step, found.agent), *((other.step, other.agent) for other in found.alternatives)]
    for (step, agent), (elsewhere, _) in zip(suspects, [*suspects[1:], suspects[0]], strict=True):
        values = telling(followed.used_later(step))
        if values and elsewhere != step:
            who = f" ({agent})" if agent else ""
            asks = f"“{values[0]}” first came up at step {step}{who}, and the run went on with it. Is it right?"
            why = f"If it is, the mistake lies elsewhere, most likely at step {elsewhere}."
            asked.append(Question(asks, why, step=step))
    return tuple(asked[:MOST])


def interview(open_: Sequence[Question], given: Sequence[str], ask: Ask) -> tuple[Question, ...]:
    """The questions with their answers: those that were given beforehand, in order, else what a person says now."""
    answers = [*given, *([""] * len(open_))]
    return tuple(replace(each, answer=answers[place].strip() or ask(each).strip()) for place, each in enumerate(open_))


def judged(answered: Sequence[Question]) -> dict[int, bool]:
    """Which steps the expert called right or wrong, by the first word of what they said."""
    found: dict[int, bool] = {}
    for each in answered:
        first = each.answer.split()[0].strip(".,;:!").lower() if each.answer else ""
        if each.step is not None and first in YES | NO:
            found[each.step] = first in YES
    return found


def in_words(expected: str, answered: Sequence[Question]) -> str:
    """What was expected, with what the expert said to open questions."""
    said = [each.answer for each in answered if each.answer and each.step is None]
    return " ".join([*([expected] if expected else []), *said])


def assumed(answered: Sequence[Question]) -> tuple[str, ...]:
    """That nobody answered, and what is taken for granted then."""
    left = sum(not each.answer for each in answered)
    many = f"{left} questions are" if left > 1 else "one question is"
    return (f"{many} open, so the diagnosis stands on the record alone",) if left else ()
