"""What should have happened, in plain words, becomes checks: what a right answer says, and what it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.trace import Trace
from refinery.domain import Expectation, Scenario
from refinery.flows.complaint import canonical, input_of
from refinery.flows.fitting import fitted
from refinery.flows.session.conversation import in_words, spoken
from refinery.signals import expectation
from refinery.signals.turns import answer, task

EXACTLY = re.compile(r"exactly\s+(.+)", re.IGNORECASE)
NOT = re.compile(r"(?:not|without)\s+(.+)", re.IGNORECASE)
MARKS = "\"“”„«»'‘’「」『』`"
SPLIT = re.compile(r"[;；\n]")


def guessed(says: str, trace: Trace) -> tuple[str, ...]:
    """The words by which a right answer is likely to be known: values and quotes in what the expert said.

    What was asked about is no wish. Where the expert named nothing else, it is one as far as the wrong answer lacks it.
    """
    named = tuple(dict.fromkeys(expectation.wanted(says)))
    asked, final = in_words(task(trace)), answer(trace)
    new = tuple(value for value in named if not expectation.holds(asked, value))
    return new or tuple(value for value in named if not expectation.holds(final.text if final else "", value))


def wishes_from(typed: str) -> tuple[str, ...]:
    """What was typed, one wish for each part between semicolons."""
    return tuple(part.strip() for part in SPLIT.split(typed) if part.strip().strip(MARKS).strip())


def checks_of(wishes: Sequence[str]) -> tuple[Expectation, ...]:
    """`90 GBP`: the answer contains it; `not USD`: it does not; `exactly 90 GBP`: it is that and nothing else."""
    return tuple(_check(wish) for wish in wishes)


def in_plain_words(wishes: Sequence[str]) -> str:
    """The wishes, of which there is at least one, as a sentence's end."""
    *before, last = [_told(check) for check in checks_of(wishes)]
    return f"{', '.join(before)} and {last}" if before else last


def in_checks(scenario: Scenario) -> str:
    """What a scenario asks of an answer, short."""
    return "; ".join(f"{check.name.replace('-', ' ')} {spoken(check.value)}" for check in scenario.expect)


def met_already(wishes: Sequence[str], trace: Trace) -> bool:
    """Whether the answer that somebody complains about would pass, so that the wishes do not say what was wrong with it."""
    final = answer(trace)
    return bool(wishes) and final is not None and all(_meets(check, final.text) for check in checks_of(wishes))


def written_down(trace: Trace, suite: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """What is said about the same situation already."""
    asked = canonical(fitted(input_of(trace), suite))
    return tuple(scenario for scenario in suite if canonical(scenario.input) == asked)


def _check(wish: str) -> Expectation:
    if exact := EXACTLY.fullmatch(wish):
        return Expectation("equals", _bare(exact[1]))
    if ruled_out := NOT.fullmatch(wish):
        return Expectation("icontains", _bare(ruled_out[1]), negated=True)
    return Expectation("icontains", _bare(wish))


def _bare(text: str) -> str:
    return text.strip().strip(MARKS).strip() or text.strip()


def _told(check: Expectation) -> str:
    if check.kind == "equals":
        return f"is exactly “{check.value}”"
    return f"{'does not say' if check.negated else 'says'} “{check.value}”"


def _meets(check: Expectation, text: str) -> bool:
    value = str(check.value)
    if check.kind == "equals":
        return text.strip() == value
    return (value.casefold() in text.casefold()) != check.negated
