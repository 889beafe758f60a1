"""From a change that might cure to a hypothesis: the edits, what it says, and how many failing scenarios have to speak for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from refinery.domain import Diagnosis, Execution, Hypothesis, Layer
from refinery.edits.config import replaced
from refinery.edits.draft import draft
from refinery.edits.hunks import edits_between
from refinery.edits.scalar import NotFaithful, NotParsable
from refinery.repair.applying import Applied
from refinery.repair.kinds import Kinds
from refinery.repair.knobs import Reading
from refinery.repair.localise import Suspicion
from refinery.repair.module import Module, Statement
from refinery.repair.mutation import Mutation
from refinery.repair.pairs import Guess, changed, confidence
from refinery.repair.placeholders import Refill
from refinery.repair.replacing.evidence import Swayed
from refinery.repair.shape import shape_of
from refinery.repair.turns import Knob

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


@dataclass(frozen=True, slots=True)
class Coded:
    """A change of code, where it is made."""

    module: Module
    statement: Statement
    mutation: Mutation
    unused: bool = False
    """It uses a name that nothing reads."""
    least: float = 0.0
    """Its confidence at the least."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A setting turned to another value, with what reads it."""

    knob: Knob
    reading: Reading


Change: TypeAlias = Coded | Turned | Refill | Hypothesis


class Making:
    """Makes hypotheses of changes, each once."""

    def __init__(
        self,
        sources: Mapping[str, str],
        diagnosis: Diagnosis,
        executions: Sequence[Execution],
        suspicions: Sequence[Suspicion],
        swayed: Swayed,
        kinds: Kinds,
    ) -> None:
        self._sources = sources
        self._diagnosis = diagnosis
        self._executions = executions
        self._suspicions = suspicions
        self._rank = {(item.path, item.line): place for place, item in enumerate(suspicions, 1)}
        self._swayed = swayed
        self._kinds = kinds
        self._applied = Applied()
        self._seen: set[str] = set()

    def __call__(self, make: Change, score: float) -> Hypothesis | None:
        """The hypothesis; None where the change cannot be made, comes to nothing, or was made before."""
        if isinstance(make, Hypothesis):
            return None if draft(make.edits, self._sources.get).misfits else make
        if isinstance(make, Turned):
            return self._config(make, score)
        if isinstance(make, Refill):
            return self._refill(make, score)
        return self._code(make, score)

    def _config(self, make: Turned, score: float) -> Hypothesis | None:
        scalar, value = make.knob.scalar, make.knob.value
        before = self._sources[scalar.path]
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
            edits=edits_between(make.path, self._sources[make.path], make.after),
            confidence=confidence(score, never=False),
            needs=make.needs,
        )

    def _code(self, make: Coded, score: float) -> Hypothesis | None:
        module, mutation = make.module, make.mutation
        after = self._applied(module, mutation)
        if after is None or after == module.text:
            return None
        shape = shape_of(module, after, self._kinds)
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
            needs=max(needs(mutation, score, make.unused), self._witnesses(make)),
            doubtful=mutation.operator in DOUBTFUL,
        )

    def _witnesses(self, make: Coded) -> int:
        """Failing scenarios that a change wants because no passing one can speak against it."""
        old, new = make.module.text[make.mutation.start : make.mutation.end].strip(), make.mutation.new.strip()
        contrary = make.mutation.operator == "negated condition" or (old, new) in OPPOSITES or (new, old) in OPPOSITES
        where = make.module.path, make.statement.first
        passed = any(where[1] in each.lines.get(where[0], ()) for each in self._executions if each.passed)
        return UNWITNESSED if contrary and not passed and any(each.passed for each in self._executions) else 1

    def _suspected(self, path: str, statement: Statement) -> str:
        """What speaks against a statement, and nothing that was not seen."""
        line = statement.first
        rank = self._rank.get((path, line))
        failing = [execution for execution in self._executions if not execution.passed]
        ran = sum(line in execution.lines.get(path, ()) for execution in failing)
        every = "the failing scenario" if ran == 1 else f"all {ran} failing scenarios"
        runs = every if ran == len(failing) else f"{ran} of {len(failing)} failing scenarios"
        says = f"{path}:{line} runs in {runs}" if ran else f"{path}:{line} has a part in what fails"
        if any(seen.line == line and path.endswith(seen.path) for seen in self._diagnosis.places):
            says += ", and the error names it"
        if self._swayed.cures(path, line):
            says += ", and with another value there the failure would not be"
        if not rank:
            return f"{says}; what the suspected lines work with comes from it"
        if rank == 1:
            return f"{says}; no other line is suspected more"
        return f"{says}; of {len(self._suspicions)} suspected lines, {rank - 1} {'is' if rank == 2 else 'are'} suspected as much or more"

    def _again(self, text: str) -> bool:
        digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        if digest in self._seen:
            return True
        self._seen.add(digest)
        return False


def guess(made: Coded, score: float, hypothesis: Hypothesis) -> Guess:
    """What the search for the same mistake elsewhere has to know of a change."""
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


def needs(mutation: Mutation, score: float, unused: bool) -> int:
    """Failing scenarios that have to speak for it; `unused`: it uses a name that nothing reads."""
    common = mutation.operator in AT_HAND or (mutation.operator in MUTANTS and score < SURE)
    return 2 if common and not unused else 1


def _written(module: Module, statement: Statement) -> str:
    """The head of a statement as it is written, without what stands before it in its line."""
    lines = (module.line(number) for number in range(statement.first, statement.last + 1))
    return "\n".join(lines)[statement.node.col_offset :].rstrip()


def _subject(says: str, where: str) -> str:
    return f"{says} in {where}" if len(says) + len(where) <= 90 else says


def _shown(value: object) -> str:
    return {True: "true", False: "false", None: "null"}.get(value, str(value)) if isinstance(value, bool) or value is None else str(value)
