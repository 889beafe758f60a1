"""The diagnosis that a fix leans on: a model reads the run where one is at hand, once the failure has shown itself again."""

from __future__ import annotations

from dataclasses import replace

from refinery.domain import Complaint, Diagnosis, Proof
from refinery.flows.counterfactual import tested
from refinery.flows.diagnose import Asked, Study, diagnose
from refinery.flows.ledger import Ledger
from refinery.workbench import Workbench

LEAST = 2
"""A run of one span shows an analyst nothing that whoever seeks hypotheses is not shown anyway."""


def understood(complaint: Complaint, diagnosis: Diagnosis, bench: Workbench, ledger: Ledger) -> Diagnosis:
    """The model's diagnosis, kept or made now, with its cost on the bill. Without a model, or when it is no help, the given one, and why.

    A diagnosis that a model made before is not made again, and one that a replay proved stands.
    """
    trace = complaint.trace
    settled = not diagnosis.by_rules or diagnosis.proof is Proof.REPLAYED
    if bench.analyst is None or settled or len(trace.spans) < LEAST:
        return diagnosis
    study = Study(bench.store, bench.now, bench.repository, bench.analyst, say=bench.say)
    found = diagnose(trace, Asked(complaint.says, failed=True), study)
    ledger.add(found.bill)
    if not found.by_rules and found.found:
        return tested(found, bench.store)
    notes = [note for note in found.notes if note not in diagnosis.notes]
    return replace(diagnosis, bill=diagnosis.bill + found.bill, notes=(*diagnosis.notes, *notes))
