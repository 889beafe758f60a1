"""What a person may say yes to, what nobody may, and how long a word holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from refinery import wiring
from refinery.cli.person import Person
from refinery.cli.show import Progress
from refinery.domain import Report, Said
from refinery.flows.failing import fix_failing
from refinery.llm.scripted import Scripted
from refinery.workbench import Limits, Question
from safety.verdict import Effect
from tests.journeys.conftest import Refinery, add_scenario, git
from tests.journeys.test_fix import RED, part
from tests.journeys.test_model import ask, said

LOOK_UP = 'return {"amount": record["amount"]}'
CURE = 'return {"amount": record["amount"], "currency": record["currency"]}'
RISKY = f"import requests\n    {CURE}"
OTHERWISE = f"import httpx\n    {CURE}"


def asked_nobody(question: Question) -> Said:
    raise AssertionError(f"nobody was to be asked: {question.says}")


def proposed(
    root: Path,
    new: str,
    approve: Callable[[Question], Said] = asked_nobody,
    *,
    path: str = "desk/agent.py",
    old: str = LOOK_UP,
    keep: bool = True,
    yes: bool = False,
    again: bool = False,
) -> Report:
    """What becomes of one edit of a model's in a run of its own."""
    hypothesis = {
        "layer": "code",
        "layer_reason": "",
        "change": "Answer in the record's currency",
        "rationale": "the look-up drops it",
        "edits": [{"path": path, "old": old, "new": new}],
    }
    model = Scripted(json.dumps({"hypotheses": [hypothesis], "missing": ""}), json.dumps({"hypotheses": [], "missing": "no other way"}))
    with wiring.workbench(root, approve=approve, keep=lambda _: keep, says_yes=yes, ask_again=again) as bench:
        offline = replace(bench, model=model, limits=Limits(candidates=0))
        return next(fix_failing(offline, tries=1))


def answering(said: Said) -> Callable[[Question], Said]:
    return lambda _: said


YES, NO = answering(Said.YES), answering(Said.NO)


def allow(root: Path, settings: str) -> None:
    (root / "refinery.toml").write_text((root / "refinery.toml").read_text() + f"[safety]\n{settings}\n")


@pytest.fixture
def red(desk: Path) -> Path:
    add_scenario(desk, RED)
    return desk


def test_nobody_is_asked_to_approve_what_the_guard_blocks(red: Path) -> None:
    allow(red, 'yes_approves = ["scope", "fit", "tests", "danger"]')
    report = proposed(red, "print('out of scope')\n", path="elsewhere/agent.py", old="", yes=True)
    assert report.steps[0].verdict.effect is Effect.BLOCK
    assert report.steps[0].commit is None
    assert report.steps[0].says == "refused by the guard"


@pytest.mark.parametrize(
    ("said", "kept", "says"), [(Said.YES, True, "fixed"), (Said.NO, False, "you said no"), (Said.NOBODY, False, "in a terminal")]
)
def test_what_needs_approval_is_tried_when_a_person_says_yes(red: Path, said: Said, kept: bool, says: str) -> None:
    seen: list[Question] = []

    def approve(question: Question) -> Said:
        seen.append(question)
        return said

    report = proposed(red, RISKY, approve)
    assert report.steps[0].verdict.effect is Effect.NEEDS_APPROVAL
    assert len(seen) == 1
    assert (report.kept is not None) == kept
    assert says in report.says


def test_without_a_terminal_a_person_says_nothing(desk: Path) -> None:
    with wiring.workbench(desk) as bench:
        guard = bench.guard
    assert Person(Progress(), asks=True).approve(Question(None, None, guard, "")) is Said.NOBODY  # type: ignore[arg-type]


def test_an_approval_stands_in_the_commit_and_its_evidence_with_who_and_when(red: Path) -> None:
    kept = proposed(red, RISKY, YES).kept
    assert kept
    assert git(red, "log", "-1", "--format=%(trailers:key=Refinery-Approved-by,valueonly)", kept.branch) == "Ada Reviewer <ada@example.com>"
    note = json.loads(git(red, "notes", "--ref=refinery", "show", kept.commit.id))
    approval = note["claim"]["approval"]
    assert approval == note["steps"][-1]["approval"]
    assert (approval["said"], approval["by"]) == ("yes", "Ada Reviewer <ada@example.com>")
    assert approval["change"] == note["claim"]["change"]
    assert "dependencies: desk/agent.py" in approval["findings"][0]
    with wiring.store(red) as store:
        (stored,) = store.approvals()
    assert (stored.change, stored.at, stored.scenarios) == (approval["change"], approval["at"], ("team-in-pounds", "pro-in-euros"))


def test_an_approval_is_remembered_for_the_same_change_and_makes_the_same_commit(red: Path) -> None:
    first = proposed(red, RISKY, YES).kept
    again = proposed(red, RISKY).kept
    assert first
    assert again
    assert first.commit == again.commit


def test_an_approval_is_not_taken_for_another_change(red: Path) -> None:
    assert proposed(red, RISKY, YES).kept
    report = proposed(red, OTHERWISE, answering(Said.NOBODY))
    assert report.kept is None
    assert "nobody gave it" in report.says


def test_an_approval_does_not_cover_what_was_not_known_when_it_was_given(red: Path) -> None:
    assert proposed(red, RISKY, YES).kept
    allow(red, "max_changed_lines = 1")
    assert proposed(red, RISKY, answering(Said.NOBODY)).kept is None


def test_a_no_is_remembered_over_a_restart_and_told(red: Path) -> None:
    proposed(red, RISKY, NO)
    report = proposed(red, RISKY)
    assert report.kept is None
    assert any(note.startswith("left out: you said no to this on 20") for note in report.notes)
    assert "--ask-again" in report.says


def test_a_no_is_not_taken_for_another_change(red: Path) -> None:
    proposed(red, RISKY, NO)
    assert proposed(red, OTHERWISE, YES).kept


def test_a_no_to_a_fix_that_the_gate_accepted_is_remembered_too(red: Path) -> None:
    assert proposed(red, CURE, keep=False).kept is None
    report = proposed(red, CURE)
    assert report.kept is None
    assert "left out" in report.says


def test_asking_again_forgets_a_no(red: Path) -> None:
    proposed(red, RISKY, NO)
    assert proposed(red, RISKY, YES, again=True).kept
    assert proposed(red, RISKY).kept, "and the last word counts from then on"


def test_asking_again_forgets_a_yes(red: Path) -> None:
    proposed(red, RISKY, YES)
    assert proposed(red, RISKY, answering(Said.NOBODY), again=True).kept is None


def test_yes_beforehand_approves_nothing_that_the_policy_does_not_name(red: Path) -> None:
    allow(red, 'yes_approves = ["size"]')
    assert proposed(red, RISKY, answering(Said.NOBODY), yes=True).kept is None


def test_yes_beforehand_approves_what_the_policy_names_and_that_is_told(red: Path) -> None:
    allow(red, 'yes_approves = ["size", "dependencies"]')
    assert proposed(red, RISKY, answering(Said.NOBODY)).kept is None, "the policy alone says nothing"
    first = proposed(red, RISKY, yes=True).kept
    assert first
    trailer = git(red, "log", "-1", "--format=%(trailers:key=Refinery-Approved-by,valueonly)", first.branch)
    assert trailer == "Ada Reviewer <ada@example.com> (--yes, as yes_approves in the policy allows)"
    assert proposed(red, RISKY, answering(Said.NOBODY)).kept is None, "and it is not taken for a person's word later"
    again = proposed(red, RISKY, yes=True).kept
    assert again
    assert again.commit == first.commit


@pytest.mark.parametrize(("named", "status"), [("size", 1), ("dependencies", 0)])
def test_the_command_line_hands_yes_on(red: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch, named: str, status: int) -> None:
    allow(red, f'yes_approves = ["{named}"]')
    answers = said({"old": LOOK_UP, "new": RISKY}), json.dumps({"hypotheses": [], "missing": "no other way"})
    done, _ = ask(refinery, monkeypatch, *answers, more=("--yes", "--tries", "1"))
    step = part(done.json, "steps", 0)
    assert (part(step, "approval") is None) == bool(status)
    assert ("in a terminal" in str(part(step, "says"))) == bool(status)


def test_the_command_line_hands_the_wish_to_be_asked_again_on(red: Path, refinery: Refinery) -> None:
    assert proposed(red, CURE, keep=False).kept is None
    with wiring.store(red) as store:
        assert [each.said for each in store.approvals()] == [Said.NO]
    refinery("fix", "--failing", "--ask-again", "--yes", "--seconds", "2", "--json")
    with wiring.store(red) as store:
        assert [each.said for each in store.approvals()] == [Said.NO, Said.FORGOTTEN]


def test_an_answer_learnt_by_heart_is_a_persons_to_approve_whatever_the_policy_names(red: Path) -> None:
    allow(red, 'yes_approves = ["size", "dependencies", "danger", "taint"]')
    learnt = 'return {"amount": "90", "currency": "GBP8471"} if plan == "team" else {"amount": record["amount"]}'
    (red / "scenarios" / "more.yaml").write_text(RED.replace("90 GBP", "90 GBP8471"))
    git(red, "commit", "-qam", "Another currency")
    report = proposed(red, learnt, answering(Said.NOBODY), yes=True)
    assert [finding.rule for finding in report.steps[0].verdict.findings] == ["memorised"]
    assert report.kept is None


def test_what_a_person_did_not_want_is_not_remembered_as_a_failure(red: Path) -> None:
    assert proposed(red, CURE, keep=False).kept is None
    with wiring.store(red) as store:
        assert [fix.outcome for fix in store.fixes()] == ["declined"]


def test_where_the_run_goes_on_after_a_no_the_next_change_is_offered(red: Path) -> None:
    edits = [{"path": "desk/agent.py", "old": LOOK_UP, "new": new} for new in (CURE, "return dict(record)")]
    made = [
        {"layer": "code", "layer_reason": "", "change": f"Way {number}", "rationale": "the look-up drops it", "edits": [edit]}
        for number, edit in enumerate(edits, 1)
    ]
    offered: list[Question] = []

    def second(question: Question) -> bool:
        offered.append(question)
        return len(offered) == 2

    with wiring.workbench(red, keep=second) as bench:
        model = Scripted(json.dumps({"hypotheses": made, "missing": ""}))
        report = next(fix_failing(replace(bench, model=model, limits=Limits(candidates=0), goes_on=True), tries=3))
    assert {each.hypothesis.change for each in offered} == {"Way 1", "Way 2"}
    assert all(each.gate and each.gate.attempts["candidate"] for each in offered), "what the agent did is there to be shown"
    assert next(step.commit.id for step in report.steps if step.commit) == offered[0].commit
    assert report.kept
    assert report.kept.commit.subject == offered[1].hypothesis.change
