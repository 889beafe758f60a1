"""Scenarios made up: proposed by probes and by a model, rated, compared with what there is, and chosen for variety."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from adapters.trace import Json
from refinery.agents.inventor import Invented
from refinery.domain import Expectation, Scenario
from refinery.suite import checks
from refinery.suite.generation.case import Base, Case
from refinery.suite.generation.inputs import SPOKEN
from refinery.suite.generation.probes import NO_ERROR, PROBES, Probe
from refinery.suite.generation.profile import Field, Profile
from refinery.suite.generation.quality import (
    FLOOR,
    MOST,
    NEAR,
    SPANS,
    Quality,
    distinctness,
    executability,
    identity,
    likeness,
    relevance,
    shingles,
    teeth,
)
from refinery.suite.names import slug

RULE_MADE = 0.7
"""The part of the scenarios that rules make where there is a model too."""
SAMPLES: dict[str, Json] = {
    "date": "2026-03-15",
    "time": "2026-03-15T09:30:00+00:00",
    "number": 1,
    "id": "X-1001",
    "flag": False,
    "list": [],
    "object": {},
}
GENERATED, FILL = "generated", "fill-in"
INVENTED = "model"
MOST_ASKED = 12
MOST_BASES = 60
"""Scenarios that others are made of; of more, so many are drawn."""


@dataclass(frozen=True, slots=True)
class Made:
    """A scenario that was made up, and what speaks for it."""

    scenario: Scenario
    probe: str
    """What it was made by; `model` for one that a model thought up."""
    pattern: str
    base: str
    """The scenario it was made of; empty when it was made of none."""
    quality: Quality
    fill: str = ""
    """What a person should decide or add."""
    same: bool = False
    """Its answer should be the base's."""


@dataclass(slots=True)
class Rejected:
    """What was proposed and not taken, counted."""

    weak: int = 0
    """Below the floor."""
    toothless: int = 0
    """With no check that a wrong answer fails."""
    same: int = 0
    near: int = 0
    ill_formed: int = 0

    def told(self) -> Iterator[str]:
        """One sentence for each reason."""
        reasons = (
            (self.toothless, "had no check that a wrong answer fails"),
            (self.weak, f"scored below {FLOOR:g} of {MOST:g}"),
            (self.same, "were there already, to the letter (SHA-256 of their normal form)"),
            (self.near, f"share {NEAR:.0%} or more of their wording with another one after the same thing"),
            (self.ill_formed, "of the model's were not well formed"),
        )
        yield from (f"not taken: {count} that {why}" for count, why in reasons if count)


@dataclass(frozen=True, slots=True)
class Ground:
    """What generation stands on."""

    profile: Profile
    suite: tuple[Scenario, ...]
    patterns: Collection[str]
    """The names of the library's failure patterns."""
    judged: bool = False
    """Whether there is a model that judges rubrics."""

    @property
    def bases(self) -> tuple[Base, ...]:
        """The scenarios that people wrote; where there are none, inputs put together from the profile."""
        own = tuple(Base(each) for each in self.suite if not each.test and GENERATED not in each.tags)
        return own or tuple(_invented_bases(self.profile))

    @property
    def traced(self) -> bool:
        """Whether there is a sign that the agent's steps can be seen."""
        asked = any(each.kind in SPANS for scenario in self.suite for each in scenario.expect)
        return asked or any(re.search("OTEL_|LangChain|LangGraph", each.says) for each in self.profile.dependencies)


def made_by_rules(ground: Ground, count: int, seed: int, rejected: Rejected) -> tuple[Made, ...]:
    """So many scenarios from probes, the best first but no probe, base or pattern much more often than another."""
    draw = random.Random(seed)
    bases = ground.bases
    if len(bases) > MOST_BASES:
        bases = tuple(draw.sample(bases, MOST_BASES))
    proposed = [
        made
        for probe in PROBES
        if ground.judged or not probe.needs_judge
        for base in bases
        for made in _proposed(probe, probe.make(base, bases, ground.profile), base, bases, ground)
    ]
    sound = []
    for made in proposed:
        if made.quality.specificity == 0:
            rejected.toothless += 1
        else:
            sound.append(made)
    draw.shuffle(sound)
    return chosen(sound, count, ground, rejected)


def made_by_model(ground: Ground, invented: Sequence[Invented], count: int, before: Sequence[Made], rejected: Rejected) -> tuple[Made, ...]:
    """What a model thought up, held to the same measure."""
    bases = ground.bases
    proposed = []
    for each in invented:
        scenario = scenario_of(each)
        if isinstance(scenario, str):
            rejected.ill_formed += 1
            continue
        quality = _rated(scenario, "", each.pattern, Base(scenario), bases, ground)
        if quality.specificity == 0:
            rejected.toothless += 1
        else:
            proposed.append(Made(scenario, INVENTED, each.pattern, "", quality, each.fill))
    return chosen(proposed, count, ground, rejected, before)


def chosen(proposed: Sequence[Made], count: int, ground: Ground, rejected: Rejected, before: Sequence[Made] = ()) -> tuple[Made, ...]:
    """The best of what is proposed, one after the other; each lessens the worth of what is like it."""
    known = [("", shingles(each.input)) for each in ground.suite] + [(each.probe, shingles(each.scenario.input)) for each in before]
    taken = {identity(each) for each in ground.suite} | {identity(each.scenario) for each in before}
    used: Counter[str] = Counter()
    left: list[Made] = []
    words = {id(each): shingles(each.scenario.input) for each in proposed}
    for each in proposed:
        own = identity(each.scenario)
        if own in taken:
            rejected.same += 1
        elif each.probe == INVENTED and any(likeness(words[id(each)], seen) >= NEAR for _, seen in known):
            rejected.near += 1  # a probe changes a scenario a little on purpose; a model should think of something else
        else:
            taken.add(own)
            left.append(each)
    apart = {id(each): distinctness(words[id(each)], each.probe, known) for each in left}
    found: list[Made] = []
    while left and len(found) < count:
        best = max(left, key=lambda each: _worth(each, apart[id(each)], used))
        left.remove(best)
        rated = replace(best, quality=replace(best.quality, distinctness=apart[id(best)]))
        if rated.quality.score < FLOOR:
            rejected.weak += 1
            continue
        found.append(rated)
        used.update((f"probe {best.probe}", f"base {best.base}", f"pattern {best.pattern}"))
        kept = []
        for each in left:
            alike = likeness(words[id(each)], words[id(best)])
            if alike >= NEAR and each.probe == best.probe and each.scenario.expect == best.scenario.expect:
                rejected.near += 1
                continue
            apart[id(each)] = min(apart[id(each)], MOST * (1 - alike * (1.0 if each.probe == best.probe else 0.5)))
            kept.append(each)
        left = kept
    return tuple(_named(found, {each.id for each in (*ground.suite, *(made.scenario for made in before))}))


def scenario_of(invented: Invented) -> Scenario | str:
    """A model's proposal as a scenario; a sentence where it is none."""
    wrong = [f"`{kind}`: {says}" for kind, value in invented.expect if (says := _problem(kind, value))]
    if wrong:
        return f"{invented.id}: {wrong[0]}"
    expect = tuple(Expectation(kind, value) for kind, value in invented.expect)
    if not expect:
        return f"{invented.id}: it has no checks"
    tags = (GENERATED, INVENTED, *((FILL,) if invented.fill else ()))
    return Scenario(slug(invented.id, 80), invented.input, expect, invented.capability, invented.assumption, tags)


def _problem(kind: str, value: Json) -> str:
    if kind not in checks.kinds():
        return "there is no such check"
    if kind == "python":
        return "a model's expressions are not run"
    return checks.problem(kind, value)


def _proposed(probe: Probe, cases: Iterable[Case], base: Base, bases: Sequence[Base], ground: Ground) -> Iterator[Made]:
    for case in cases:
        if not case.expect:
            continue
        own = base.scenario
        scenario = Scenario(
            id=f"{own.id}-{probe.name}",
            input=case.input,
            expect=case.expect,
            capability=own.capability or _capability(ground.profile),
            assumption=case.assumes,
            tags=(GENERATED, probe.name, *((FILL,) if case.fill else ())),
            threshold=case.threshold,
        )
        quality = _rated(scenario, case.about, probe.pattern, base, bases, ground)
        yield Made(scenario, probe.name, probe.pattern, own.id if base.theirs else "", quality, case.fill, case.same)


def _rated(scenario: Scenario, about: str, pattern: str, base: Base, bases: Sequence[Base], ground: Ground) -> Quality:
    return Quality(
        relevance=relevance(about, pattern, scenario, ground.profile, ground.patterns),
        specificity=MOST * teeth(scenario, base, bases, ground.profile),
        distinctness=MOST,
        executability=executability(scenario, ground.profile, judged=ground.judged, traced=ground.traced),
    )


def _worth(made: Made, apart: float, used: Counter[str]) -> float:
    often = used[f"probe {made.probe}"] * 1.5 + used[f"base {made.base}"] * 0.5 + used[f"pattern {made.pattern}"] * 0.5
    return replace(made.quality, distinctness=apart).score - often


def _named(found: Sequence[Made], taken: set[str]) -> Iterator[Made]:
    """Names that say what a scenario is after, each once."""
    for made in found:
        name, number = made.scenario.id, 2
        while name in taken:
            name, number = f"{made.scenario.id}-{number}", number + 1
        taken.add(name)
        yield replace(made, scenario=replace(made.scenario, id=name))


def _capability(profile: Profile) -> str:
    return profile.capabilities[0].says if profile.capabilities else ""


def _invented_bases(profile: Profile) -> Iterator[Base]:
    """Requests of the form that the agent takes: for what its documents say, where the answer is known, and for each capability."""
    capability = _capability(profile)
    for number, each in enumerate(profile.known[:MOST_ASKED]):
        text = f"What belongs in the place of the dots? {each.subject}: {each.sentence}"
        expect = [Expectation("regex", rf"\b{re.escape(each.value)}\b")]
        if each.before and each.before not in each.sentence:
            expect.append(Expectation("regex", rf"\b{re.escape(each.before)}\b", negated=True))
        name = slug(f"{each.subject} {each.sentence}", 40)
        yield Base(Scenario(name, _given(profile, text, number), tuple(expect), capability), theirs=False)
    for number, says in enumerate([each.says for each in profile.capabilities][:MOST_ASKED] or ["your work"] * bool(profile.inputs)):
        text = f"I need help with this: {says}"
        yield Base(Scenario(slug(says, 40), _given(profile, text, number), (NO_ERROR,), says), real=False, theirs=False)


def _given(profile: Profile, text: str, number: int) -> Json:
    """An input with these words."""
    fields = [field for field in profile.inputs if field.required or field.examples or field.name in SPOKEN]
    return {field.name: _sample(field, text, number) for field in fields} if fields and fields[0].name else text


def _sample(field: Field, text: str, number: int) -> Json:
    if field.kind == "text" and field.name in SPOKEN:
        return text
    if field.examples:
        return field.examples[number % len(field.examples)]
    if field.kind == "text":
        return text
    return SAMPLES.get(field.kind, field.name)
