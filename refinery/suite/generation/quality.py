"""How good a made-up scenario is, in four dimensions of six points each; and whether there is one like it already.

The four are what a scenario is worth keeping for: it is about this agent (relevance), it can tell a right answer from wrong ones
(specificity), it is not there already (distinctness), and it can be run and judged as it stands (executability). The score is their mean:
a scenario that is strong in three and weak in one is of use to a person who fills the gap. One that no wrong answer fails is thrown away
whatever its score.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.trace import Json, Kind, Span, Status, Trace
from refinery.domain import Scenario
from refinery.suite import checks
from refinery.suite.checks.ruling import Ruling, unmeasured
from refinery.suite.generation.case import Base
from refinery.suite.generation.profile import Profile, words
from refinery.suite.outcome import NotJson, Outcome, compact

MOST = 6.0
FLOOR = 3.0
SHINGLE = 3
NEAR = 0.8
"""Scenarios that share this much of their runs of three words, and are after the same thing, are near duplicates."""
SPANS = ("tool-called", "no-tool", "max-steps", "max-cost")


@dataclass(frozen=True, slots=True)
class Quality:
    """Points, none to six in each dimension."""

    relevance: float
    specificity: float
    distinctness: float
    executability: float

    @property
    def score(self) -> float:
        return (self.relevance + self.specificity + self.distinctness + self.executability) / 4


def identity(scenario: Scenario) -> str:
    """SHA-256 of what is asked and expected, in a normal form: names, tags, the order of keys, and how letters are coded do not count."""
    expect = sorted(compact([each.name, _normal(each.value), each.weight, each.required]) for each in scenario.expect)
    whole = json.dumps([_normal(scenario.input), expect, scenario.threshold], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of runs of three words that two texts have in common (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 1.0


def shingles(value: Json) -> frozenset[str]:
    """Runs of three words of an input."""
    said = re.findall(r"\w+", compact(value).casefold())[:400]
    return frozenset(" ".join(said[place : place + SHINGLE]) for place in range(max(1, len(said) - SHINGLE + 1)))


def teeth(scenario: Scenario, base: Base, others: Sequence[Base], profile: Profile) -> float:
    """The share of wrong outcomes that its checks refuse; 0 when they refuse nothing but a run that breaks down, which needs no check.

    Checks that only a judge, or an expression of somebody's, can decide are taken to refuse half.
    """
    wrong = list(_wrong(scenario, base, others, profile))
    refused = sum(_refusal(scenario, outcome) for outcome in wrong)
    return (refused + 1) / (len(wrong) + 1) if refused else 0.0


def _refusal(scenario: Scenario, outcome: Outcome) -> float:
    if checks.needs_json(scenario.expect):
        try:
            outcome.value()
        except NotJson:
            return 1.0
    results = checks.judge(scenario, outcome, evaluate=_unevaluated)
    if any(each.measured and not each.passed for each in results):
        return 1.0
    return 0.5 if any(not each.measured for each in results) else 0.0


def relevance(about: str, pattern: str, scenario: Scenario, profile: Profile, known: Iterable[str]) -> float:
    """It turns on what stands in the profile (2), and on what the agent can do (2); it tries a known failure (1), in its words (1)."""
    named = {tool.name for tool in profile.tools} | {field.name for field in profile.inputs} | {each.name for each in profile.settings}
    named |= {each.says[:60] for each in profile.rules}
    turns = not about or any(part.partition(" = ")[0] in named for part in about.split(", "))
    capable = scenario.capability and any(scenario.capability == each.says for each in profile.capabilities)
    spoken = words(compact(scenario.input)) & profile.words
    return 2.0 * bool(turns) + 2.0 * bool(capable) + float(pattern in set(known)) + float(bool(spoken))


def executability(scenario: Scenario, profile: Profile, *, judged: bool, traced: bool) -> float:
    """Whether it can be run and judged here: an input of the form the agent takes (2), and checks that can be measured (4)."""
    names, given = {field.name for field in profile.inputs}, scenario.input
    own = set(given) if isinstance(given, dict) else {""}
    fits = len(own & names) / len(own) if names and own else float(not names)
    blind = [each for each in scenario.expect if (each.kind == "llm-rubric" and not judged) or (each.kind in SPANS and not traced)]
    return 2.0 * fits + 4.0 * (1 - len(blind) / len(scenario.expect))


def distinctness(own: frozenset[str], probe: str, known: Iterable[tuple[str, frozenset[str]]]) -> float:
    """Six for nothing like it, none for the same again. Being like another that is after something else counts half.

    `known` are the runs of words of what there is, each with the probe it came of (empty for what people wrote).
    """
    return MOST * (1 - max((likeness(own, each) * (1.0 if other == probe else 0.5) for other, each in known), default=0.0))


def _wrong(scenario: Scenario, base: Base, others: Sequence[Base], profile: Profile) -> Iterable[Outcome]:
    """Answers that are wrong whatever the question was, and those to other questions."""
    said = compact(scenario.input)
    texts = ["I am sorry, I cannot help with that.", said, "Error: something went wrong.", "ZEBRALILAC", "{}", "null"]
    texts += [" ".join(other.telling()) for other in others[:4] if other.telling() and other.telling() != base.telling()]
    form = {
        str(each.value["path"])[2:].strip('[]"'): "" for each in base.structured() if isinstance(each.value, dict) and "path" in each.value
    }
    shaped = [compact(dict.fromkeys(form, text)) for text in texts] if form else texts  # wrong, and of the form that right ones have
    yield from (Outcome(text, trace=_nothing_called()) for text in shaped)
    broken = Span("0", "look up", Kind.TOOL, status=Status.ERROR)
    yield Outcome(shaped[0], trace=Trace("t", (broken,)))
    risky = [tool.name for tool in profile.tools if tool.changes]
    if risky:
        spans = tuple(Span(str(number), name, Kind.TOOL, tool=name) for number, name in enumerate(risky))
        yield Outcome(shaped[1], trace=Trace("t", spans))


def _nothing_called() -> Trace:
    return Trace("t", (Span("0", "agent", Kind.AGENT),))


def _unevaluated(expressions: Sequence[str], _: Outcome, __: Json) -> tuple[Ruling, ...]:
    return tuple(unmeasured("not looked at") for _ in expressions)


def _normal(value: Json) -> Json:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value).replace("\r\n", "\n")
    if isinstance(value, list):
        return [_normal(each) for each in value]
    if isinstance(value, dict):
        return {key: _normal(each) for key, each in sorted(value.items())}
    return value
