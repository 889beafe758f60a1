"""What a person may say yes to, and what nobody may."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from refinery import wiring
from refinery.domain import Report
from refinery.flows.failing import fix_failing
from refinery.llm.scripted import Scripted
from refinery.workbench import Limits, Question
from safety.verdict import Effect
from tests.journeys.conftest import add_scenario
from tests.journeys.test_fix import RED


def proposed(root: Path, path: str, old: str, new: str, yes: bool, keep: bool = True) -> tuple[Report, list[Question]]:
    """What becomes of one edit of a model's, where a person says yes, or no, to whatever they are asked."""
    asked: list[Question] = []

    def approve(question: Question) -> bool:
        asked.append(question)
        return yes

    hypothesis = {
        "layer": "code",
        "layer_reason": "",
        "change": "Answer in the record's currency",
        "rationale": "the look-up drops it",
        "edits": [{"path": path, "old": old, "new": new}],
    }
    model = Scripted(json.dumps({"hypotheses": [hypothesis], "missing": ""}), json.dumps({"hypotheses": [], "missing": "no other way"}))
    with wiring.workbench(root, approve=approve, keep=lambda _: keep) as bench:
        offline = replace(bench, model=model, limits=Limits(candidates=0))
        return next(fix_failing(offline, tries=1)), asked


CURE = 'return {"amount": record["amount"], "currency": record["currency"]}'


@pytest.fixture
def red(desk: Path) -> Path:
    add_scenario(desk, RED)
    return desk


def test_nobody_is_asked_to_approve_what_the_guard_blocks(red: Path) -> None:
    report, asked = proposed(red, "elsewhere/agent.py", "", "print('out of scope')\n", yes=True)
    assert report.steps[0].verdict.effect is Effect.BLOCK
    assert report.steps[0].commit is None
    assert asked == []


@pytest.mark.parametrize(("yes", "kept"), [(True, True), (False, False)])
def test_what_needs_approval_is_tried_when_a_person_says_yes(red: Path, yes: bool, kept: bool) -> None:
    report, asked = proposed(red, "desk/agent.py", 'return {"amount": record["amount"]}', f"import requests\n    {CURE}", yes=yes)
    assert report.steps[0].verdict.effect is Effect.NEEDS_APPROVAL
    assert len(asked) == 1
    assert (report.kept is not None) == kept
    assert yes or "nobody gave it" in report.says


def test_what_a_person_did_not_want_is_not_remembered_as_a_failure(red: Path) -> None:
    report, _ = proposed(red, "desk/agent.py", 'return {"amount": record["amount"]}', CURE, yes=True, keep=False)
    assert report.kept is None
    with wiring.store(red) as store:
        assert [fix.outcome for fix in store.fixes()] == ["declined"]
