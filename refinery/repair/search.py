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
from refinery.edits.config import is_config, replaced, scalars
from refinery.edits.draft import draft
from refinery.edits.hunks import edits_between
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair import symptoms
from refinery.repair.aligned import mistaken
from refinery.repair.applying import Applied
from refinery.repair.asked import Asked
from refinery.repair.choices import choices
from refinery.repair.clues import Clues, clues
from refinery.repair.columns import odd_data
from refinery.repair.entries import lacking
from refinery.repair.examples import relabelled
from refinery.repair.familiar import familiar
from refinery.repair.families import FAMILIES, Family
from refinery.repair.filled import filled
from refinery.repair.flow import statements
from refinery.repair.joints import joints
from refinery.repair.keys import elsewhere
from refinery.repair.knobs import Reading, heard_of, in_tables, knobs, patterned, readings
from refinery.repair.learning import learn
from refinery.repair.lists import rearranged
from refinery.repair.localise import Suspicion, localise
from refinery.repair.members import kin
from refinery.repair.misread import misread
from refinery.repair.module import Module, Statement
from refinery.repair.mutation import Mutation, Site
from refinery.repair.mutations import copies
from refinery.repair.mutations.loops import REPEATED
from refinery.repair.named import named
from refinery.repair.pairs import FLOOR, Guess, Twice, changed, confidence, pairs
from refinery.repair.past import restored
from refinery.repair.placeholders import Refill, refills
from refinery.repair.prompts import wordings
from refinery.repair.replacing.evidence import Swayed
from refinery.repair.replacing.operands import wanted
from refinery.repair.reworded import reworded
from refinery.repair.shape import says_nothing, shape_of
from refinery.repair.shapes import describe
from refinery.repair.slips.all import slips
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
SHORTEST_TWIN = 16
"""Characters of code that does not read like other code by chance."""
AT_HAND = frozenset({
    "wrong name", "wrong field", "swapped arguments", "term added", "term dropped", "missing statement", "missing update",
    "hard-coded value", "bound",
})  # fmt: skip
"""Kinds of edits that take whatever is at hand: of so many one is likely to cure a single scenario by chance."""
MUTANTS = frozenset({
    "neighbour function", "neighbour method", "order of steps",
    "operator replacement", "comparison", "off by one", "negated condition", "weaker condition", "wider condition", "stronger condition",
})  # fmt: skip
OPPOSITES = frozenset({("in", "not in"), ("==", "!="), ("<", ">="), (">", "<="), ("is", "is not")})
"""Signs that say the contrary of each other."""
UNWITNESSED = 3
"""Failing scenarios that have to speak for the opposite of what no passing scenario comes by: it turns every answer that hangs on it."""
DOUBTFUL = frozenset({"wrong name", "swapped arguments", "term dropped"})
"""Kinds of edits that cure by chance more often than by being right: of 27 such cures, on faults of agents and of algorithms, 8 were right,
of those of other kinds more than three in four."""
SURE = 0.2
"""The confidence below which an edit that fits almost everywhere is taken for one by chance too."""
ASIDE_STILL = 0.2
"""The confidence that an edit keeps at a statement at which no other value cures: it is looked at late, and just believed."""
TURN = 3
"""Changes of code in a row after which a setting or a prompt has its turn."""
FELT_ELSEWHERE: tuple[Family, ...] = (copies.propose,)
"""What goes wrong elsewhere than where it is done: another value there tells nothing of it."""
UNTOLD = frozenset({REPEATED})
"""Kinds of edits of which another value at their place tells nothing: a step that is done once has no value that stands for two."""
PAIRED = 8
"""The best code mutations and the best knobs that are also tried in pairs."""


@dataclass(order=True, frozen=True, slots=True)
class _Ranked:
    key: tuple[float, int, int]
    score: float = field(compare=False)
    make: _Code | _Config | Refill | Hypothesis = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Code:
    module: Module
    statement: Statement
    mutation: Mutation
    unused: bool = False
    """It uses a name that nothing reads."""
    least: float = 0.0
    """Its confidence at the least."""


@dataclass(frozen=True, slots=True)
class _Config:
    knob: Knob
    reading: Reading


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
) -> Iterator[Hypothesis]:
    """Hypotheses that might cure the failure, best first, the same ones for the same arguments.

    `sources` are the files that may be edited, `words` those of the failing checks, `asked` those of all inputs, `earlier` what the
    files were before the latest commits, `found` what came of other values, `beside` data that may not be edited. Single edits come
    first, and with them the same change at more places than one; then pairs: a code and a configuration edit, and mistakes of one kind at
    two places of a function. Those below `FLOOR` come last and are not to be kept by their tests alone.
    """
    search = _Search(sources, diagnosis, executions, words, seed, asked, earlier or {}, found, beside or {})
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
    ) -> None:
        self.sources = sources
        self.diagnosis = diagnosis
        self.executions = executions
        self.seed = seed
        self.earlier = earlier
        self.clues: Clues = clues(diagnosis, words, asked)
        self.suspicions = localise(executions, _places(diagnosis), sources, self.clues.words)
        self.rank = {(item.path, item.line): place for place, item in enumerate(self.suspicions, 1)}
        self.modules = _modules(sources, self.suspicions)
        self.scalars = tuple(_scalars(sources))
        self.data, self.beside = beside, tuple(_scalars(beside))
        known = (*self.scalars, *self.beside)
        self.world: World = survey(self.modules.values(), known, sources)
        describe(self.world, known, {**sources, **beside})
        self.kinds = learn(self.modules.values())
        self.wordings = wordings(sources, tuple(self.modules.values()), self.scalars)
        self.world.mistaken = mistaken(self.clues.instead, self.scalars)
        self.found = found
        self.swayed = Swayed(found, self.modules.values())
        self.applied = Applied()
        self.seen: set[str] = set()
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
            hypothesis = self._hypothesis(ranked)
            if hypothesis is None:
                continue
            given += 1
            yield hypothesis
            if isinstance(ranked.make, _Code) and hypothesis.confidence >= FLOOR and not ranked.make.mutation.memorises:
                for score, both in self.twice.saw(_guess(ranked.make, ranked.score, hypothesis)):
                    needs = _needs(ranked.make.mutation, score, ranked.make.unused)
                    self._push(score, replace(both, needs=max(both.needs, needs)))
            side = best[1 if isinstance(ranked.make, _Config) else 0]
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
            self._push(score * setting, _Config(knob, heard_of(knob.scalar, heard)))
        for score, needed in wanted(self.found, self.scalars, self.sources):
            make = _Config(needed, heard_of(needed.scalar, heard)) if isinstance(needed, Knob) else needed
            self._push(score, make)
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
            (1.0, slips(Sight(self.sources, self.scalars, modules, self.wordings, self.clues, self.beside, self.data))),
            (1.0, restored(self.sources, self.earlier, self.clues, suspected)),
        )
        for share, changes in made:
            for score, change in changes:
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
        for family in families:
            found = sorted(family(site), key=lambda mutation: -mutation.prior)
            tired: Counter[str] = Counter()
            for mutation in found:
                told = symptoms.weight(self.clues.symptoms, mutation.operator) * familiar(module, mutation)
                prior = min(1.0, empty * mutation.prior * told)
                score = weight * (unswayed if mutation.operator in UNTOLD else suspicion) * prior * FATIGUE ** tired[mutation.operator]
                tired[mutation.operator] += 1
                forgotten = bool(unused and unused.search(mutation.new))
                if forgotten:
                    score = min(weight, score * UNUSED)
                if mutation.memorises:
                    score *= 0.1
                least = min(ASIDE_STILL, score / suspicion * unswayed) if unswayed > suspicion else 0.0
                self._push(score, _Code(module, statement, mutation, forgotten, least))

    def _push(self, score: float, make: _Code | _Config | Refill | Hypothesis) -> None:
        number = next(self.order)
        tie = number
        if self.seed:
            tie = int.from_bytes(hashlib.blake2b(f"{self.seed}:{number}".encode(), digest_size=6).digest(), "big")
        heapq.heappush(self.heap if isinstance(make, _Code | Hypothesis) else self.texts, _Ranked((-score, tie, number), score, make))

    def _hypothesis(self, ranked: _Ranked) -> Hypothesis | None:
        if isinstance(ranked.make, Hypothesis):
            return None if draft(ranked.make.edits, self.sources.get).misfits else ranked.make
        if isinstance(ranked.make, _Config):
            return self._config(ranked.make, ranked.score)
        if isinstance(ranked.make, Refill):
            return self._refill(ranked.make, ranked.score)
        return self._code(ranked.make, ranked.score)

    def _config(self, make: _Config, score: float) -> Hypothesis | None:
        scalar, value = make.knob.scalar, make.knob.value
        before = self.sources[scalar.path]
        try:
            after = replaced(before, scalar, value)
        except (NotFaithful, NotParsable):
            return None
        if self._again(scalar.path + after):
            return None
        read = f" The failing path reads it at {make.reading.where}." if make.reading.where else ""
        return Hypothesis(
            change=f"Set {scalar.name} to {_shown(value)}",
            rationale=f"{scalar.path}:{scalar.line} has {scalar.raw.strip() or 'no value'}.{read} The new value is {make.knob.why}.",
            layer=Layer.CONFIG,
            edits=edits_between(scalar.path, before, after),
            risks="everything else that reads this setting changes with it",
            confidence=confidence(score, make.knob.data),
            needs=2 if make.knob.any_would_do else 1,
        )

    def _refill(self, make: Refill, score: float) -> Hypothesis | None:
        if self._again(make.path + make.after):
            return None
        return Hypothesis(
            change=make.says,
            rationale=f"In {make.path} {make.why}.",
            layer=make.layer,
            edits=edits_between(make.path, self.sources[make.path], make.after),
            confidence=confidence(score, never=False),
            needs=make.needs,
        )

    def _code(self, make: _Code, score: float) -> Hypothesis | None:
        module, mutation = make.module, make.mutation
        after = self.applied(module, mutation)
        if after is None or after == module.text:
            return None
        shape = shape_of(module, after, self.kinds)
        if shape is None or shape.pointless > 0 or self._again(f"{module.path} {shape.meaning}"):
            return None
        function = module.function(make.statement.node)
        where = module.qualified(function or (make.statement.node if hasattr(make.statement.node, "body") else None))
        return Hypothesis(
            change=_subject(mutation.says, where),
            rationale=f"{self._suspected(module.path, make.statement)}. Kind of edit: {mutation.operator}.",
            layer=Layer.CODE,
            edits=edits_between(module.path, module.text, after),
            risks=mutation.risk,
            confidence=confidence(max(score, make.least), mutation.memorises),
            needs=max(_needs(mutation, score, make.unused), self._witnesses(make)),
            doubtful=mutation.operator in DOUBTFUL,
        )

    def _witnesses(self, make: _Code) -> int:
        """Failing scenarios that a change wants because no passing one can speak against it."""
        old, new = make.module.text[make.mutation.start : make.mutation.end].strip(), make.mutation.new.strip()
        contrary = make.mutation.operator == "negated condition" or (old, new) in OPPOSITES or (new, old) in OPPOSITES
        where = make.module.path, make.statement.first
        passed = any(where[1] in each.lines.get(where[0], ()) for each in self.executions if each.passed)
        return UNWITNESSED if contrary and not passed and any(each.passed for each in self.executions) else 1

    def _suspected(self, path: str, statement: Statement) -> str:
        """What speaks against a statement, and nothing that was not seen."""
        line = statement.first
        rank = self.rank.get((path, line))
        failing = [execution for execution in self.executions if not execution.passed]
        ran = sum(line in execution.lines.get(path, ()) for execution in failing)
        every = "the failing scenario" if ran == 1 else f"all {ran} failing scenarios"
        runs = every if ran == len(failing) else f"{ran} of {len(failing)} failing scenarios"
        says = f"{path}:{line} runs in {runs}" if ran else f"{path}:{line} has a part in what fails"
        if any(seen.line == line and path.endswith(seen.path) for seen in self.diagnosis.places):
            says += ", and the error names it"
        if self.swayed.cures(path, line):
            says += ", and with another value there the failure would not be"
        if not rank:
            return f"{says}; what the suspected lines work with comes from it"
        if rank == 1:
            return f"{says}; no other line is suspected more"
        return f"{says}; of {len(self.suspicions)} suspected lines, {rank - 1} {'is' if rank == 2 else 'are'} suspected as much or more"

    def _again(self, text: str) -> bool:
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if digest in self.seen:
            return True
        self.seen.add(digest)
        return False

    def _line(self, path: str, number: int) -> str:
        module = self.modules.get(path)
        return module.line(number) if module else ""


def _guess(made: _Code, score: float, hypothesis: Hypothesis) -> Guess:
    module, mutation, statement = made.module, made.mutation, made.statement
    old = "" if mutation.insert in ("before", "after") else module.text[mutation.start : mutation.end]
    change = changed(old, mutation.new)
    where = (module.path, statement.first)
    function, around = module.function(statement.node), _around(module, statement, mutation)
    return Guess(score, hypothesis, mutation.operator, function, where, around, change, made.unused)


def _around(module: Module, statement: Statement, mutation: Mutation) -> str:
    """What a change is made to, as it is written: so much of the statement that it does not read like another by chance."""
    for node in reversed(statement.nodes):
        begin, end = module.span(node)
        if begin <= mutation.start and mutation.end <= end and end - begin >= SHORTEST_TWIN:
            return module.text[begin:end]
    return _written(module, statement)


def _needs(mutation: Mutation, score: float, unused: bool) -> int:
    """Failing scenarios that have to speak for it; `unused`: it uses a name that nothing reads."""
    common = mutation.operator in AT_HAND or (mutation.operator in MUTANTS and score < SURE)
    return 2 if common and not unused else 1


def _written(module: Module, statement: Statement) -> str:
    """The head of a statement as it is written, without what stands before it in its line."""
    lines = (module.line(number) for number in range(statement.first, statement.last + 1))
    return "\n".join(lines)[statement.node.col_offset :].rstrip()


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


def _subject(says: str, where: str) -> str:
    return f"{says} in {where}" if len(says) + len(where) <= 90 else says


def _shown(value: object) -> str:
    return {True: "true", False: "false", None: "null"}.get(value, str(value)) if isinstance(value, bool) or value is None else str(value)
