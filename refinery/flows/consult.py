"""The model is consulted: it gets what is known of a failure, and what was tried before; what it cost and could not do is told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.errors import KnowledgeError
from knowledge.memory import advice
from refinery.agents.theorist import propose
from refinery.domain import Attempt, Bill, Complaint, Diagnosis, Hypothesis, Step
from refinery.flows.ledger import Ledger
from refinery.flows.remembered import Remembered
from refinery.flows.reproduce import Reproduction
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, ModelError
from refinery.workbench import Workbench

ROUNDS = 3
"""How often a model is asked for hypotheses: again with what became of those before, for as long as the budget lasts."""
MOST_SYMPTOMS = 3
_QUOTED = re.compile(r"""“[^”]*”|"[^"]*"|`[^`]*`|(?<!\w)'[^']*'(?!\w)""")


@dataclass(frozen=True, slots=True)
class Asked:
    """The files a model may read and change, and the names of the others."""

    sources: Mapping[str, str]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advised:
    """What the model proposed, and what became known on the way."""

    hypotheses: tuple[Hypothesis, ...] = ()
    bill: Bill = field(default_factory=Bill)
    notes: tuple[str, ...] = ()


def consult(
    model: LLM,
    complaint: Complaint,
    diagnosis: Diagnosis,
    shown: Reproduction,
    files: Asked,
    remembered: Remembered,
    tried: Sequence[Step],
    bench: Workbench,
    ledger: Ledger,
) -> Advised:
    """One round of hypotheses. A model that fails, or costs too much, is a note: the search goes on without it."""
    aims = {scenario.id for scenario in shown.red}
    failures = [attempt for attempt in shown.attempts if attempt.scenario in aims]
    about = symptom(diagnosis, failures)
    try:
        with ledger.step("advice"):
            known = (*map(advice, remembered.fixes), *bench.advise(unquoted(about)))
        made = propose(
            model,
            diagnosis,
            complaint.trace,
            files.sources,
            known,
            bench.say,
            failures=failures,
            suite=shown.red,
            passing=shown.green,
            closed=files.closed,
            tried=tried,
            search=bench.advise,
        )
    except (ModelError, BudgetSpent, KnowledgeError) as error:
        if isinstance(error, ModelError) and error.spent:
            ledger.add(Bill((error.spent,)))
        more = "further " if tried else ""
        hint = f" ({error.hint})" if error.hint else ""
        return Advised(notes=(f"no {more}hypotheses from the model: {error}{hint}; the search goes on without it",))
    ledger.add(made.bill)
    return Advised(made.hypotheses, made.bill, made.notes)


def unquoted(about: str) -> str:
    """A symptom without what is quoted in it: that is what the agent speaks of, and guides speak of how agents fail."""
    return _QUOTED.sub(" ", about)


def symptom(diagnosis: Diagnosis, failures: Sequence[Attempt]) -> str:
    """What a failure looked like, for finding advice and remembering fixes by: the rules' finding, or where there is none, the checks'."""
    unmet = [check.says for attempt in failures for check in attempt.checks if not check.passed]
    if diagnosis.signals or not unmet:
        return f"{diagnosis.category}: {diagnosis.summary}"
    return "; ".join(dict.fromkeys(unmet[:MOST_SYMPTOMS]))
