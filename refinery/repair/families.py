"""All families of mutations, and what the search tries them with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from refinery.repair.mutation import Mutation, Site
from refinery.repair.mutations import (
    accumulation,
    arguments,
    boundaries,
    conditions,
    conversions,
    copies,
    elsewhere,
    exchange,
    fields,
    guards,
    helpers,
    loops,
    names,
    operators,
    ordering,
    patterns,
    presence,
    recursion,
    resilience,
    rests,
    returns,
    starts,
    statements,
    terms,
    times,
    totals,
    twins,
    undoing,
    values,
    vocabulary,
)

Family = Callable[[Site], Iterator[Mutation]]

FAMILIES: tuple[Family, ...] = (
    operators.propose,
    boundaries.propose,
    guards.propose,
    fields.propose,
    values.propose,
    names.propose,
    arguments.propose,
    returns.propose,
    ordering.propose,
    conditions.propose,
    conversions.propose,
    terms.propose,
    copies.propose,
    resilience.propose,
    accumulation.propose,
    statements.propose,
    exchange.propose,
    times.propose,
    patterns.propose,
    loops.propose,
    recursion.propose,
    starts.propose,
    twins.propose,
    elsewhere.propose,
    presence.propose,
    undoing.propose,
    rests.propose,
    helpers.propose,
    totals.propose,
    vocabulary.propose,
)
