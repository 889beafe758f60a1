"""Evidence is read back in whatever version it was written, and is a stranger's text."""

from __future__ import annotations

import pytest

from refinery import contract
from refinery.domain import Attempt, Cause, Decision, GateVerdict
from refinery.flows.story import Gate, story
from refinery.stats import PairedEvidence

GATE = {"decision": "accept", "says": "Better.", "effect": 1.0, "interval": None, "trials": 4, "alpha": 0.04}
OLD = {
    "kept": {"commit": "c" * 40, "branch": "refinery/x", "fix": "f"},
    "says": "fixed",
    "diagnosis": {"summary": "It broke.", "step": 2},
    "steps": [{"hypothesis": {"change": "Mend it"}, "commit": "c" * 40, "gate": GATE, "says": "kept"}],
}


def gate(**arms: tuple[str, str]) -> Gate:
    return Gate.model_validate(
        {**GATE, "arms": [{"scenario": name, "target": True, "base": base, "candidate": after} for name, (base, after) in arms.items()]}
    )


def test_evidence_of_an_older_version_is_told_without_what_it_does_not_hold() -> None:
    found = story(OLD)
    assert found.winner is found.steps[0]
    assert found.transcripts is None
    assert found.winner is not None
    assert found.winner.gate is not None
    assert found.winner.gate.growth() == [1.0]


@pytest.mark.parametrize(
    "body",
    [
        {"steps": "many"},
        {"diagnosis": {"step": "first"}},
        {"steps": [{"gate": {**GATE, "arms": [{"scenario": "a", "base": "+<script>"}]}}]},
        {"transcripts": {"failed": {"steps": [{"step": 1, "depth": 10**9}]}}},
    ],
)
def test_what_is_no_evidence_is_refused_with_the_place(body: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"steps|diagnosis|transcripts"):
        story(body)


def test_the_evidence_grows_as_the_gate_had_it() -> None:
    found = gate(a=("--+", "+++"), b=("-", "+"))
    assert found.growth() == pytest.approx([1.0, PairedEvidence(2).value, PairedEvidence(3).value, PairedEvidence(3, both=1).value])


def test_a_pair_of_which_one_run_does_not_count_is_none() -> None:
    assert gate(a=("-?-", "+++")).growth()[-1] == pytest.approx(PairedEvidence(2).value)


def test_runs_that_are_shared_are_no_more_than_the_weakest_of_them() -> None:
    found = gate(a=("--", "++"), b=("--", "+-"))
    assert found.growth(shared=True)[-1] == pytest.approx(PairedEvidence(1, neither=1).value)


def test_every_run_is_told_in_the_order_of_its_trials_targets_first() -> None:
    broken = Attempt("a", 2, False, cause=Cause.INFRASTRUCTURE)
    base = (Attempt("a", 0, True), Attempt("a", 1, False, cause=Cause.CHECKS), broken, Attempt("z", 0, False, cause=Cause.EXIT))
    after = (Attempt("a", 0, True), Attempt("z", 0, True))
    verdict = GateVerdict(
        Decision.ACCEPT, "", 1.0, None, 4, None, ("z",), (), (), 0.04, 1.0, False, attempts={"base": base, "candidate": after}
    )
    assert contract.gate(verdict)["arms"] == [
        {"scenario": "z", "target": True, "base": "-", "candidate": "+"},
        {"scenario": "a", "target": False, "base": "+-?", "candidate": "+"},
    ]
