"""All rules, and one reading of a trace with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from adapters.trace import Trace
from refinery.domain import Signal
from refinery.signals.answer_form import answer_form
from refinery.signals.claimed_actions import claimed_actions
from refinery.signals.constraints import constraints
from refinery.signals.contradictions import contradictions
from refinery.signals.contradictory_retrieval import contradictory_retrieval
from refinery.signals.currencies import currencies_disagree
from refinery.signals.early_end import early_end
from refinery.signals.empty_results import empty_results
from refinery.signals.error_status import error_status
from refinery.signals.exceptions import exceptions
from refinery.signals.handoffs import handoffs
from refinery.signals.ignored_results import ignored_results
from refinery.signals.invented_arguments import invented_arguments
from refinery.signals.invented_data import invented_data
from refinery.signals.loops import loops
from refinery.signals.lost_context import lost_context
from refinery.signals.misread_counts import misread_counts
from refinery.signals.missing_fields import missing_fields
from refinery.signals.no_end import no_end
from refinery.signals.outliers import outliers
from refinery.signals.partial_results import partial_results
from refinery.signals.plans import plans
from refinery.signals.polite_errors import polite_errors
from refinery.signals.refusals import refusals
from refinery.signals.repeated_actions import repeated_actions
from refinery.signals.retries import retries
from refinery.signals.schema import schema
from refinery.signals.skipped_steps import skipped_steps
from refinery.signals.stale_retrieval import stale_retrieval
from refinery.signals.task_drift import task_drift
from refinery.signals.unsupported import unsupported
from refinery.signals.waiting import waiting
from refinery.signals.wrong_calls import wrong_calls

Rule = Callable[[Trace], Iterable[Signal]]
"""A pure function, linear in the trace; its name is the rule's name in signals."""

RULES: tuple[Rule, ...] = (
    exceptions,
    error_status,
    polite_errors,
    waiting,
    empty_results,
    stale_retrieval,
    contradictory_retrieval,
    schema,
    wrong_calls,
    missing_fields,
    loops,
    repeated_actions,
    skipped_steps,
    plans,
    early_end,
    no_end,
    ignored_results,
    misread_counts,
    contradictions,
    currencies_disagree,
    claimed_actions,
    refusals,
    invented_data,
    invented_arguments,
    unsupported,
    partial_results,
    task_drift,
    retries,
    lost_context,
    handoffs,
    answer_form,
    constraints,
    outliers,
)
MOST = 200
"""Signals that one rule may give for one trace; the first ones are kept."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that failed on a trace; the others were read all the same."""

    rule: str
    says: str


@dataclass(frozen=True, slots=True)
class Signals:
    """What the rules saw, by step, and which of them failed."""

    found: tuple[Signal, ...]
    broken: tuple[Broken, ...] = ()
    cut: tuple[str, ...] = ()
    """Rules that saw more than was kept."""


def read(trace: Trace, rules: Sequence[Rule] = RULES) -> Signals:
    """What all rules see in a trace, by step; a broken one does not lose the others."""
    found: list[Signal] = []
    broken: list[Broken] = []
    cut: list[str] = []
    for rule in rules:
        try:
            for number, signal in enumerate(rule(trace)):
                if number >= MOST:
                    cut.append(_name(rule))
                    break
                found.append(signal)
        except Exception as error:  # noqa: BLE001  a rule meets strangers' data; what it dies of must not hide what others see
            broken.append(Broken(_name(rule), f"{type(error).__name__}: {error}"))
    return Signals(tuple(sorted(found, key=lambda signal: (signal.step, -signal.weight))), tuple(broken), tuple(cut))


def _name(rule: Rule) -> str:
    return getattr(rule, "__name__", "rule")
