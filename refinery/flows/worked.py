"""Expressions that cure all failures, and keep what passes, in the place of one that has a say in what is wrong.

What other values cure (see `refinery.flows.replaced`) tells where to look; expressions made of what is at hand there are put in its place,
as Nopol (Xuan et al., 2017) and DynaMoth (Durieux and Monperrus, 2016) do. With one failing scenario many fit by chance, so they are no
more than hypotheses of the search.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ValidationError

from adapters.trace import Json
from refinery.domain import Fitting, Replaced, Scenario
from refinery.flows.replaced import MOST, ROOM, Read, answered, can_be_asked, code_that_ran, is_right
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen
from refinery.repair.module import Module
from refinery.repair.replacing import places, refinery_texts, refinery_tries, refinery_values
from refinery.repair.replacing.instrument import Instrumented, Site, instrument
from safety.changes import ChangeSet, FileChange

SHARE, OTHERS = 0.1, 0.025
"""How long expressions are tried in the first failing scenario, of the time there is for all; and in each other one, with fewer left."""
GREEN = 10
"""Passing scenarios that have a say."""
SITES = 40
"""Expressions in whose place others are tried."""
LEFT = 200
"""Texts of a site that are tried in further scenarios, the likeliest of those that led to the right answer in the first."""
TRIES = "refinery_tries"

Given: TypeAlias = Mapping[int, dict[str, Json]]
"""What the helper has to know of each site."""
Texts: TypeAlias = dict[int, dict[str, float]]
"""By site what may stand there, and how likely it is."""


class Answers(BaseModel):
    """What the helper tells of one scenario: answers, each with sites, and the texts that lead there from them."""

    first: str = ""
    answers: list[tuple[str, list[tuple[int, list[tuple[str, float]]]]]] = []


def worked(
    shown: Reproduction,
    screen: Screen,
    sources: Mapping[str, str],
    read: Read,
    found: Sequence[Replaced],
    order: Sequence[tuple[str, int]],
    seconds: float,
) -> tuple[Fitting, ...]:
    """Expressions that fit, found in a part of so many seconds; nothing where this cannot be seen.

    `found` and `order` as in `refinery.flows.replaced`.
    """
    red = shown.red[:MOST]
    every = (*red, *shown.green)
    if not all(can_be_asked(each, screen) for each in every):
        return ()
    homes = {each.test.partition("::")[0] for each in every if each.test}
    tests = read(sorted(homes))
    if homes - tests.keys():  # too large a file, or none of text
        return ()
    code = code_that_ran(shown.executions, sources, set(tests))
    made = instrument(code)
    given = given_of(made, code, chosen(made.sites, found, order))

    def ask(scenario: Scenario, told: Given, seconds: float) -> Answers:
        return _asked(scenario, made, {**code, **tests}, told, seconds, screen)

    left = fitting(red, shown.green[:GREEN], given, ask, is_right, seconds)
    return tuple(
        Fitting(made.sites[site].path, made.sites[site].span, text, weight)
        for site, texts in left.items()
        for text, weight in texts.items()
    )


def fitting(
    red: Sequence[Scenario],
    green: Sequence[Scenario],
    given: Given,
    ask: Callable[[Scenario, Given, float], Answers],
    right: Callable[[Scenario, str], bool],
    seconds: float,
) -> Texts:
    """By site the texts that lead to the right answers in all scenarios. The first failing one has the first say."""
    left: Texts = {}
    for number, scenario in enumerate((*red, *green)):
        asked = {site: _again(given[site], texts) for site, texts in left.items()} if number else given
        if not asked:
            return {}
        left = {}
        for answer, sites in ask(scenario, asked, seconds * (OTHERS if number else SHARE)).answers:
            for site, texts in sites if right(scenario, answer) else ():
                left.setdefault(site, {}).update(texts)
        left = {site: dict(sorted(texts.items(), key=lambda each: -each[1])[:LEFT]) for site, texts in left.items() if texts}
    return left


def _again(given: dict[str, Json], texts: Mapping[str, float]) -> dict[str, Json]:
    listed: list[Json] = [[text, weight] for text, weight in texts.items()]
    return {**given, "texts": listed}


def chosen(sites: Sequence[Site], found: Sequence[Replaced], order: Sequence[tuple[str, int]]) -> list[int]:
    """Sites of the statements at which another value cured, then of the most suspicious ones."""
    cured = sorted(found, key=lambda each: -len(each.cured))
    place = {line: number for number, line in enumerate(order)}
    others = sorted({(each.path, each.line) for each in sites} & place.keys(), key=lambda line: place[line])
    rank = {line: number for number, line in enumerate(dict.fromkeys([*((each.path, each.line) for each in cured), *others]))}
    numbers = [number for number, site in enumerate(sites) if (site.path, site.line) in rank and any(site.span)]
    return sorted(numbers, key=lambda number: rank[sites[number].path, sites[number].line])[:SITES]


def given_of(made: Instrumented, code: Mapping[str, str], numbers: Sequence[int]) -> dict[int, dict[str, Json]]:
    """What the helper has to know of each of these sites."""
    modules = {path: Module(path, code[path]) for path in made.files}
    read = places.read_in(modules)
    by_place = {path: places.nodes(module) for path, module in modules.items()}
    found: dict[int, dict[str, Json]] = {}
    for number in numbers:
        site = made.sites[number]
        node = by_place[site.path].get(site.span)
        given = places.given(site, node, modules[site.path], modules, read) if node is not None else None
        if given is not None:
            found[number] = given
    return found


def _asked(scenario: Scenario, made: Instrumented, texts: Mapping[str, str], told: Given, seconds: float, screen: Screen) -> Answers:
    """What the helper tells of one scenario; nothing when it came to nothing."""
    listed: list[Json] = [[site, given] for site, given in told.items()]
    files = dict(made.files)
    if scenario.test:
        home = scenario.test.partition("::")[0]
        around = f"__import__({TRIES!r}).tried({json.dumps(listed)!r}, {seconds})"
        files |= instrument({}, {home: texts[home]}, around).files
    changes = [FileChange(path, texts[path], text) for path, text in files.items()]
    for module in (refinery_values, refinery_texts, refinery_tries):
        path = Path(str(module.__file__))
        changes.append(FileChange(path.name, None, path.read_text(encoding="utf-8")))
    entry: Json = {"agent": screen.runner.agent.python, "input": scenario.input, "places": listed, "seconds": seconds}
    attempt = screen.entered(ChangeSet(tuple(changes)), f"{TRIES}:ask", replace(scenario, input=entry, expect=()), seconds + ROOM)
    try:
        return Answers.model_validate_json(answered(attempt))
    except ValidationError:  # it was ended
        return Answers()
