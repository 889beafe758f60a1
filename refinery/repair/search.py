"""The search: from suspicious places to hypotheses, the most promising first, made only when they are asked for."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count

from refinery.domain import Diagnosis, Execution, Hypothesis, Layer, Place, Replaced
from refinery.edits.config import is_config, scalars
from refinery.edits.draft import draft
from refinery.edits.scalar import NotParsable, Scalar
from refinery.repair import symptoms
from refinery.repair.aligned import mistaken
from refinery.repair.asked import Asked
from refinery.repair.cased import miscased
from refinery.repair.choices import choices
from refinery.repair.clues import Clues, clues
from refinery.repair.columns import odd_data, rows
from refinery.repair.entries import lacking
from refinery.repair.everyday import aliased, dated, lastday, newest, shared, stepped, summed, windows
from refinery.repair.examples import relabelled
from refinery.repair.familiar import familiar
from refinery.repair.families import FAMILIES, Family
from refinery.repair.filled import filled
from refinery.repair.flow import statements
from refinery.repair.joints import joints
from refinery.repair.keys import elsewhere
from refinery.repair.knobs import heard_of, in_tables, knobs, patterned, readings
from refinery.repair.learning import learn
from refinery.repair.lists import rearranged
from refinery.repair.localise import Suspicion, localise
from refinery.repair.lost import Lost
from refinery.repair.making import Change, Coded, Making, Turned, guess, needs
from refinery.repair.members import kin
from refinery.repair.misread import misread
from refinery.repair.module import Module, Statement
from refinery.repair.mutation import Site
from refinery.repair.mutations import copies, whole
from refinery.repair.mutations.loops import REPEATED
from refinery.repair.named import named
from refinery.repair.pairs import FLOOR, Twice, pairs
from refinery.repair.past import restored
from refinery.repair.placeholders import Refill, refills
from refinery.repair.prompts import wordings
from refinery.repair.replacing.evidence import Swayed
from refinery.repair.replacing.operands import wanted
from refinery.repair.reworded import reworded
from refinery.repair.shape import says_nothing
from refinery.repair.shapes import describe
from refinery.repair.slips.all import SLIPS
from refinery.repair.slips.sight import Sight
from refinery.repair.sought import sought
from refinery.repair.swapped import swapped
from refinery.repair.turns import CONFIGURED, Knob
from refinery.repair.world import World, survey

SURVEYED = 400_000
"""Characters of Python that are read for ingredients; the suspicious files come first."""
FATIGUE = 0.93
"""What each further mutation of one family at one statement is worth: no family drowns the others."""
NOTHING = 1.5
"""What a change counts more in a statement that says nothing as it stands: `a - a`, `b and b`."""
SHARP = 1.5
"""The power to which suspicion counts beside what an edit is like; fitted with `refinery.repair.familiar`."""
UNUSED = 1.6
"""What a change counts more that uses a name which nothing reads: what read it may be what is gone."""
ASIDE_STILL = 0.2
"""The confidence that an edit keeps at a statement at which no other value cures: it is looked at late, and just believed."""
TURN = 3
"""Changes of code in a row after which a setting or a prompt has its turn."""
FELT_ELSEWHERE: tuple[Family, ...] = (
    copies.propose, aliased.propose, dated.propose, newest.propose, shared.propose, summed.propose, windows.propose,
    lastday.propose, stepped.propose,
)  # fmt: skip
"""What goes wrong elsewhere than where it is done, or each round otherwise: another value there tells nothing of it."""
UNTOLD = frozenset({REPEATED})
"""Kinds of edits of which another value at their place tells nothing: a step that is done once has no value that stands for two."""
SHOWN = {whole.INSIDE: 0.6}
"""Kinds of edits that the inputs themselves show to be needed, and how much of a suspicion they have at the least, wherever it is."""
PAIRED = 8
"""The best code mutations and the best knobs that are also tried in pairs."""


@dataclass(order=True, frozen=True, slots=True)
class _Ranked:
    key: tuple[float, int, int]
    score: float = field(compare=False)
    make: Change = field(compare=False)


def candidates(
    sources: Mapping[str, str],
    diagnosis: Diagnosis,
    executions: Sequence[Execution],
    words: Collection[str],
    seed: int = 0,
    limit: int = 1000,
    asked: Asked | None = None,
    earlier: Mapping[str, Sequence[str]] | None = None,
    found: Sequence[Replaced] = (),
    beside: Mapping[str, str] | None = None,
    lost: Lost | None = None,
) -> Iterator[Hypothesis]:
    """Hypotheses that might cure the failure, best first, the same ones for the same arguments.

    `sources` are the files that may be edited, `words` those of the failing checks, `asked` those of all inputs, `earlier` what the
    files were before the latest commits, `found` what came of other values, `beside` data that may not be edited. `lost` keeps what goes
    wrong with a kind of edit; without it that is raised. Single edits come first, and with them the same change at more places than one;
    then pairs: a code and a configuration edit, and mistakes of one kind at two places of a function. Those below `FLOOR` come last and are
    not to be kept by their tests alone.
    """
    search = _Search(sources, diagnosis, executions, words, seed, asked, earlier or {}, found, beside or {}, lost or Lost())
    return search.run(limit)


def suspected(
    sources: Mapping[str, str], diagnosis: Diagnosis, executions: Sequence[Execution], words: Collection[str]
) -> list[tuple[str, int]]:
    """Lines of the sources, the most suspicious first."""
    return [(each.path, each.line) for each in localise(executions, _places(diagnosis), sources, clues(diagnosis, words, None).words)]


def _places(diagnosis: Diagnosis) -> tuple[Place, ...]:
    return tuple(dict.fromkeys((*diagnosis.places, *(place for signal in diagnosis.signals for place in signal.places))))


class _Search:
    def __init__(
        self,
        sources: Mapping[str, str],
        diagnosis: Diagnosis,
        executions: Sequence[Execution],
        words: Collection[str],
        seed: int,
        asked: Asked | None,
        earlier: Mapping[str, Sequence[str]],
        found: Sequence[Replaced],
        beside: Mapping[str, str],
        lost: Lost,
    ) -> None:
        self.lost = lost
        self.sources = sources
        self.seed = seed
        self.earlier = earlier
        self.clues: Clues = clues(diagnosis, words, asked)
        self.suspicions = localise(executions, _places(diagnosis), sources, self.clues.words)
        self.modules = _modules(sources, self.suspicions)
        self.scalars = tuple(_scalars(sources))
        self.data, self.beside = beside, tuple(_scalars(beside))
        known = (*self.scalars, *self.beside)
        self.world: World = survey(self.modules.values(), known, sources)
        describe(self.world, known, {**sources, **beside})
        self.world.miscased = miscased(self.clues, self.world, self.modules.values())
        self.wordings = wordings(sources, tuple(self.modules.values()), self.scalars)
        self.world.mistaken = mistaken(self.clues.instead, known, rows({**sources, **beside}))
        self.found = found
        self.swayed = Swayed(found, self.modules.values())
        self.make = Making(sources, diagnosis, executions, self.suspicions, self.swayed, learn(self.modules.values()))
        self.heap: list[_Ranked] = []
        self.texts: list[_Ranked] = []
        """What changes settings and prompts."""
        self.since = 0
        """Changes of code since one of them had its turn."""
        self.order = count()
        self.twice = Twice()

    def run(self, limit: int) -> Iterator[Hypothesis]:
        given = 0
        best: tuple[list[tuple[float, Hypothesis]], list[tuple[float, Hypothesis]]] = ([], [])
        for ranked in self._singles():
            if given >= limit:
                return
            hypothesis = self.make(ranked.make, ranked.score)
            if hypothesis is None:
                continue
            given += 1
            yield hypothesis
            if isinstance(ranked.make, Coded) and hypothesis.confidence >= FLOOR and not ranked.make.mutation.memorises:
                for score, both in self.twice.saw(guess(ranked.make, ranked.score, hypothesis)):
                    required = needs(ranked.make.mutation, score, ranked.make.unused)
                    self._push(score, replace(both, needs=max(both.needs, required)))
            side = best[1 if isinstance(ranked.make, Turned) else 0]
            if len(side) < PAIRED and hypothesis.confidence >= FLOOR:
                side.append((ranked.score, hypothesis))
        for pair in chain(pairs(*best), self.twice.pairs()):
            if given >= limit:
                return
            if draft(pair.edits, self.sources.get).misfits:  # both edit the same text, or one undoes the other
                continue
            given += 1
            yield pair

    def _singles(self) -> Iterator[_Ranked]:
        """Everything in order of score, with turns for settings and prompts.

        Statements are looked at only when nothing better is left from those before.
        """
        code_fits = self.clues.layer not in (Layer.CONFIG, Layer.CONTEXT)
        code_weight = 1.0 if code_fits else 0.8
        suspects = statements(self.modules, self.suspicions, [key for key in self.world.keys if self.world.orphan(key)])
        top = max((score for score, _, _ in suspects), default=1.0)
        weight = self.swayed.reading
        lines = [
            (item.score / top * weight(item.path, item.line), item.path, item.line, self._line(item.path, item.line))
            for item in self.suspicions
        ]
        heard = readings(self.scalars, lines)
        tables = in_tables(self.scalars)
        sets = choices(self.modules.values(), self.scalars, tables)
        suspected = {(path, line): score for score, path, line, _ in lines}
        setting, modules = 0.85 if code_fits else 1.1, tuple(self.modules.values())
        turned = [*knobs(self.scalars, self.sources, self.world, self.clues, heard, sets), *patterned(self.scalars, self.clues)]
        for score, knob in turned:
            self._push(score * setting, Turned(knob, heard_of(knob.scalar, heard)))
        for score, needed in wanted(self.found, self.scalars, self.sources):
            make = Turned(needed, heard_of(needed.scalar, heard)) if isinstance(needed, Knob) else needed
            self._push(score, make)
        sight = Sight(self.sources, self.scalars, modules, self.wordings, self.clues, self.beside, self.data)
        made: tuple[tuple[float, Iterable[tuple[float, Refill | Hypothesis]]], ...] = (
            (0.8, refills(self.sources, modules, self.clues, self.world, self.scalars)),
            (0.85 if code_fits else 1.0, self._reworded(lines)),
            (setting, rearranged(self.sources, self.world, self.clues, heard, sets)),
            (setting, swapped(self.scalars, self.sources, tables, self.clues, heard)),
            (setting, lacking(self.scalars, self.sources, tables, self.clues, heard, sets)),
            (setting, elsewhere(self.scalars, self.sources, modules, self.world, self.clues, heard, sets, self.beside)),
            (setting, odd_data(self.scalars, tables, self.sources, self.clues)),
            (1.0, joints(self.scalars, self.sources, modules, self.clues)),
            (1.0, misread(self.scalars, self.sources, self.clues, heard)),
            (1.0, restored(self.sources, self.earlier, self.clues, suspected)),
            *((1.0, each(sight)) for each in SLIPS),
        )
        for share, changes in made:
            for score, change in self.lost.without(changes):
                self._push(score * share, change)
        plain = (((score / top) ** SHARP, module, statement) for score, module, statement in suspects)
        shares = self.swayed.shares(plain)
        for share, unswayed, module, statement in shares:
            if share < unswayed:
                self._push_mutations(module, statement, unswayed, unswayed, code_weight, FELT_ELSEWHERE)
        for share, unswayed, module, statement in shares:
            bound = code_weight * share
            while max((-heap[0].key[0] for heap in (self.heap, self.texts) if heap), default=-1.0) >= bound:
                yield self._next()
            self._push_mutations(module, statement, share, unswayed, code_weight)
        while self.heap or self.texts:
            yield self._next()

    def _next(self) -> _Ranked:
        """The best there is. Settings and prompts, of which there are fewer, have a turn at the latest after so much code."""
        due = self.texts and self.since >= TURN and self.texts[0].score >= FLOOR
        if not self.heap or due or (self.texts and self.texts[0] < self.heap[0]):
            self.since = 0
            return heapq.heappop(self.texts)
        self.since += 1
        return heapq.heappop(self.heap)

    def _reworded(self, lines: Sequence[tuple[float, str, int, str]]) -> Iterator[tuple[float, Refill]]:
        modules = tuple(self.modules.values())
        texts = self.wordings
        if not texts:
            return
        phrases = sought(modules)
        groups = kin(modules, self.scalars, self.world)
        yield from relabelled(texts, groups, self.clues)
        yield from named(texts, modules, self.scalars, self.sources)
        yield from filled(texts, modules, self.world, self.scalars, self.clues)
        yield from reworded(texts, phrases, groups, self.clues, {(path, line): score for score, path, line, _ in lines})

    def _push_mutations(
        self,
        module: Module,
        statement: Statement,
        suspicion: float,
        unswayed: float,
        weight: float,
        families: Sequence[Family] = FAMILIES,
    ) -> None:
        site = Site(module, statement, self.world, self.clues)
        idle = module.idle.get(site.function or module.tree, frozenset()) | module.idle[module.tree]
        if site.function:
            idle -= self.world.agreed.get(site.function, frozenset())
        unused = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(idle)))})\b") if idle else None
        empty = NOTHING if any(says_nothing(node) for node in statement.nodes) else 1.0
        for propose in families:
            found = sorted(self.lost.without(propose(site)), key=lambda mutation: -mutation.prior)
            tired: Counter[str] = Counter()
            for mutation in found:
                told = symptoms.weight(self.clues.symptoms, mutation.operator) * familiar(module, mutation)
                prior = min(1.0, empty * mutation.prior * told)
                place = max(unswayed if mutation.operator in UNTOLD else suspicion, SHOWN.get(mutation.operator, 0.0))
                score = weight * place * prior * FATIGUE ** tired[mutation.operator]
                tired[mutation.operator] += 1
                forgotten = bool(unused and unused.search(mutation.new))
                if forgotten:
                    score = min(weight, score * UNUSED)
                if mutation.memorises:
                    score *= 0.1
                least = min(ASIDE_STILL, score / suspicion * unswayed) if unswayed > suspicion else 0.0
                self._push(score, Coded(module, statement, mutation, forgotten, least))

    def _push(self, score: float, make: Change) -> None:
        number = next(self.order)
        tie = number
        if self.seed:
            tie = int.from_bytes(hashlib.blake2b(f"{self.seed}:{number}".encode(), digest_size=6).digest(), "big")
        heapq.heappush(self.heap if isinstance(make, Coded | Hypothesis) else self.texts, _Ranked((-score, tie, number), score, make))

    def _line(self, path: str, number: int) -> str:
        module = self.modules.get(path)
        return module.line(number) if module else ""


def _modules(sources: Mapping[str, str], suspicions: Sequence[Suspicion]) -> dict[str, Module]:
    """Parsed files, the most suspicious first, others as far as the measure goes. What does not parse is not repaired here."""
    order = dict.fromkeys([item.path for item in suspicions] + sorted(path for path in sources if path.endswith(".py")))
    found: dict[str, Module] = {}
    read = 0
    for path in order:
        text = sources[path]
        if read + len(text) > SURVEYED and found:
            continue
        try:
            found[path] = Module(path, text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        read += len(text)
    return found


def _scalars(sources: Mapping[str, str]) -> Iterator[Scalar]:
    for path in sorted(sources):
        if is_config(path) and len(sources[path]) <= CONFIGURED:
            try:
                yield from scalars(sources[path], path)
            except NotParsable:
                continue
