"""What an engineer can check about a fix: its evidence, and whether it still does what it claims."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.trace import Json
from refinery.cli.main import run
from refinery.flows.claim import digest, judge_of, judging, sealed, trailers
from refinery.flows.suite import scenarios_at
from refinery.repo import message
from refinery.repo.repository import Repository
from tests.journeys.conftest import AGENT, SETTINGS, Answer, Refinery, add_scenario, at_home, commit, git, lay_out
from tests.journeys.test_fix import RED, everything, part

BRANCH = "refinery/return-currency-in-look-up"
CURED = 'return {"amount": record["amount"], "currency": record["currency"]}'
Points = dict[str, bool | None]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A price desk with a fix on a branch, made once and copied for each test."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("template")
        at_home(folder / "home", patch)
        root = folder / "desk"
        lay_out(root)
        add_scenario(root, RED)
        patch.chdir(root)
        assert run(["fix", "--failing", "--json"]) == 0
    return root


@pytest.fixture
def fixed(template: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "desk"
    shutil.copytree(template, root, symlinks=True)
    git(root, "status")
    monkeypatch.chdir(root)
    return root


def verified(refinery: Refinery, name: str = BRANCH, *more: str, status: int) -> tuple[dict[str, Json], Points]:
    """The answer in JSON, and its points by name."""
    done: Answer = refinery("verify", name, "--json", *more)
    assert done.status == status, done.out + done.err
    points: Any = done.json["integrity"]
    return done.json, {point["check"]: point["ok"] for point in points}


def rewritten(root: Path, change: Callable[[Path], None], message: Callable[[str], str] = str) -> str:
    """The fix amended by hand on its branch; the new commit."""
    room = root.parent / "room"
    git(root, "worktree", "add", "-q", str(room), BRANCH)
    change(room)
    text = message(git(room, "log", "-1", "--format=%B"))
    subprocess.run(["git", "-C", str(room), "commit", "-qa", "--amend", "-F", "-"], input=text, text=True, check=True)
    return git(room, "rev-parse", "HEAD")


def untouched(_: Path) -> None:
    pass


def edit_note(root: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    """The evidence changed by hand, as anybody can who may write to the repository."""
    fix = git(root, "rev-parse", BRANCH)
    note = json.loads(git(root, "notes", "--ref=refinery", "show", fix))
    edit(note)
    given = json.dumps(note)
    subprocess.run(["git", "-C", str(root), "notes", "--ref=refinery", "add", "-f", "-F", "-", fix], input=given, text=True, check=True)


def test_a_kept_fix_holds_what_it_claims_and_nothing_is_touched(fixed: Path, refinery: Refinery) -> None:
    (fixed / "desk" / "agent.py").write_text("# half-finished work\n")
    before, refs = everything(fixed), git(fixed, "for-each-ref")
    answer, points = verified(refinery, status=0)
    assert answer["holds"] is True
    assert str(answer["says"]).startswith("the claim holds: team-in-pounds and pro-in-euros pass in 0 of 4 runs on the base")
    assert points == dict.fromkeys(("evidence", "note", "commit", "trailers", "change", "sealed", "quotes", "guard"), True)
    assert part(answer, "claimed", "effect") == part(answer, "measured", "effect") == 1.0
    assert part(answer, "claimed", "source") == "note"
    assert part(answer, "usage", "runs") == 28
    assert (everything(fixed), git(fixed, "for-each-ref")) == (before, refs)


def test_it_says_so_in_one_sentence_with_the_claim_beside_the_measurement(fixed: Path, refinery: Refinery) -> None:
    done = refinery("verify", BRANCH)
    assert done.status == 0
    first, *rest = done.out.splitlines()
    assert first.startswith("the claim holds: ")
    assert any(line.split() == ["effect", "+1.00", "+1.00"] for line in rest)
    assert any(line.startswith("bill: ") and "28 agent runs" in line for line in rest)


def test_a_fix_can_be_verified_wherever_it_is(fixed: Path, refinery: Refinery) -> None:
    git(fixed, "merge", "-q", "--no-ff", "-m", "Take the fix", BRANCH)
    assert part(verified(refinery, status=0)[0], "fix", "state") == "merged"
    git(fixed, "update-ref", "refs/heads/main", "HEAD~1")
    assert refinery("undo", BRANCH).status == 0
    assert part(verified(refinery, status=0)[0], "fix", "state") == "undone"


def test_what_nobody_kept_cannot_be_verified(fixed: Path, refinery: Refinery) -> None:
    assert refinery("verify", "no-such-fix").status == 2


# -- evidence that was changed


def test_a_note_that_was_edited_is_seen(fixed: Path, refinery: Refinery) -> None:
    edit_note(fixed, lambda note: note["before"][0].update(says="much worse than it was"))
    answer, points = verified(refinery, status=1)
    assert answer["holds"] is False
    assert "the note was changed since it was sealed; measured afresh: team-in-pounds" in str(answer["says"])
    assert [name for name, ok in points.items() if ok is False] == ["note"]


def resealed(note: dict[str, Any]) -> None:
    note["seal"]["claim"] = digest(note["claim"])
    del note["seal"]["note"]
    note["seal"]["note"] = digest(note)


def test_a_note_that_was_edited_and_sealed_again_does_not_fit_the_commit(fixed: Path, refinery: Refinery) -> None:
    def better(note: dict[str, Any]) -> None:
        note["claim"]["gate"]["trials"] = note["steps"][-1]["gate"]["trials"] = 1000
        resealed(note)

    edit_note(fixed, better)
    answer, points = verified(refinery, status=1)
    assert (points["note"], points["trailers"]) == (True, False)
    assert part(answer, "claimed", "source") == "trailers", "the commit's own word is what is compared with"
    assert part(answer, "claimed", "trials") == 10


def test_a_report_that_tells_more_than_the_claim_is_seen(fixed: Path, refinery: Refinery) -> None:
    def better(note: dict[str, Any]) -> None:
        note["steps"][-1]["gate"]["trials"] = 1000
        resealed(note)

    edit_note(fixed, better)
    _, points = verified(refinery, status=1)
    assert [name for name, ok in points.items() if ok is False] == ["note"]


def test_what_decided_cannot_be_exchanged(fixed: Path, refinery: Refinery) -> None:
    def easier(note: dict[str, Any]) -> None:
        note["claim"]["thresholds"]["scenarios"] = ["scenarios/more.yaml"]
        resealed(note)

    edit_note(fixed, easier)
    _, points = verified(refinery, status=1)
    assert points["sealed"] is False


def test_a_claim_made_up_from_beginning_to_end_is_told_by_the_gate(fixed: Path, refinery: Refinery) -> None:
    note = json.loads(git(fixed, "notes", "--ref=refinery", "show", BRANCH))
    claim, base = note["claim"], note["claim"]["base"]

    def careless(room: Path) -> None:
        source = (room / "desk" / "agent.py").read_text()
        (room / "desk" / "agent.py").write_text(source.replace("Please call us.", "No."))

    first = rewritten(fixed, careless)
    with closing(Repository.open(fixed)) as repository:
        claim["tree"], claim["change"] = git(fixed, "rev-parse", f"{first}^{{tree}}"), repository.changes(base, first).digest
        claim["thresholds"]["scenarios"] = patterns = ["scenarios/more.yaml"]
        judge = judge_of(repository.files(base), claim["thresholds"]["judge"], patterns)
        few = judging(scenarios_at(repository, base, patterns))
    claim["sealed"] = sealed(("scenarios", few), ("judge", judge), ("thresholds", claim["thresholds"]))
    text = message.compose("Return currency", ["Why not."], trailers(claim))
    subprocess.run(["git", "-C", str(fixed.parent / "room"), "commit", "-q", "--amend", "-F", "-"], input=text, text=True, check=True)
    new = git(fixed, "rev-parse", BRANCH)
    note["seal"].update(commit=new, tree=claim["tree"])
    note["steps"][-1]["commit"] = new
    resealed(note)
    given = json.dumps(note)
    subprocess.run(["git", "-C", str(fixed), "notes", "--ref=refinery", "add", "-f", "-F", "-", new], input=given, text=True, check=True)
    answer, points = verified(refinery, new, status=1)
    assert False not in points.values(), "nothing that is written down tells"
    assert part(answer, "measured", "regressions") == ["many-seats-by-phone"]


def test_a_note_makes_nobody_run_more_than_refinery_toml_may_ask_for(fixed: Path, refinery: Refinery) -> None:
    def endless(note: dict[str, Any]) -> None:
        note["claim"]["thresholds"]["trials"] = 10**9
        resealed(note)

    edit_note(fixed, endless)
    answer, points = verified(refinery, status=1)
    assert points["evidence"] is False
    assert part(answer, "usage", "runs") == 28


def test_a_note_of_another_fix_is_not_taken_for_this_ones(fixed: Path, refinery: Refinery) -> None:
    def foreign(note: dict[str, Any]) -> None:
        note["claim"]["change"] = "0" * 64
        note["claim"]["tree"] = note["seal"]["tree"] = "1" * 40
        resealed(note)

    edit_note(fixed, foreign)
    _, points = verified(refinery, status=1)
    assert (points["commit"], points["change"], points["trailers"]) == (False, False, False)


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"claim": 1, "seal": {}}'])
def test_a_note_that_is_no_evidence_is_told(fixed: Path, refinery: Refinery, text: str) -> None:
    git(fixed, "notes", "--ref=refinery", "add", "-f", "-m", text, BRANCH)
    _, points = verified(refinery, status=1)
    assert points["evidence"] is False


def test_a_quote_that_does_not_stand_in_the_trace_is_seen(fixed: Path, refinery: Refinery) -> None:
    def louder(note: dict[str, Any]) -> None:
        note["claim"]["diagnosis"]["quotes"][0]["quote"] = "it crashed"
        resealed(note)

    edit_note(fixed, louder)
    _, points = verified(refinery, status=1)
    assert points["quotes"] is False


def test_trailers_that_were_amended_do_not_agree_with_the_evidence(fixed: Path, refinery: Refinery) -> None:
    new = rewritten(fixed, untouched, lambda text: text.replace("10 runs an arm", "1000 runs an arm"))
    answer, points = verified(refinery, new, status=1)
    assert points["trailers"] is False
    assert "Refinery-Gate says accept; effect +1.00; 1000 runs an arm" in str(answer["says"])


def test_a_trailer_that_no_evidence_speaks_of_is_seen(fixed: Path, refinery: Refinery) -> None:
    new = rewritten(fixed, untouched, lambda text: text.rstrip() + "\nRefinery-Approved-by: The Boss <boss@example.com>\n")
    answer, points = verified(refinery, new, status=1)
    assert points["trailers"] is False
    assert "The Boss" in str(answer["says"])


# -- fixes that changed, or whose world did


def test_an_honest_rewording_keeps_the_claim(fixed: Path, refinery: Refinery) -> None:
    new = rewritten(fixed, untouched, lambda text: text.replace("Return", "Give back", 1))
    _, points = verified(refinery, new, status=0)
    assert (points["commit"], points["trailers"], points["change"]) == (None, True, True)


def test_a_fix_on_another_base_keeps_the_claim(fixed: Path, refinery: Refinery) -> None:
    (fixed / "README").write_text("A price desk.\n")
    commit(fixed, "Say what this is")
    room = fixed.parent / "room"
    git(fixed, "worktree", "add", "-q", str(room), BRANCH)
    git(room, "rebase", "-q", "main")
    _, points = verified(refinery, git(room, "rev-parse", "HEAD"), status=0)
    assert (points["commit"], points["trailers"], points["change"], points["sealed"]) == (None, True, True, True)


def test_a_fix_whose_cure_was_taken_out_no_longer_holds(fixed: Path, refinery: Refinery) -> None:
    def spoil(room: Path) -> None:
        source = (room / "desk" / "agent.py").read_text()
        assert CURED in source
        (room / "desk" / "agent.py").write_text(source.replace(CURED, 'return {"amount": record["amount"], "note": ""}'))

    answer, points = verified(refinery, rewritten(fixed, spoil), status=1)
    assert points["change"] is False
    assert part(answer, "measured", "decision") == "reject"
    assert "still fail with the change" in str(answer["says"])


EASY = RED.replace("90 GBP", "90 USD").replace("45 EUR", "45 USD")


@pytest.mark.parametrize("path", ["scenarios/more.yaml", "scenarios/regressions/more.yaml"])
def test_what_the_fix_makes_of_the_scenarios_does_not_decide(fixed: Path, refinery: Refinery, path: str) -> None:
    def loosen(room: Path) -> None:
        (room / "desk" / "agent.py").write_text((fixed / "desk" / "agent.py").read_text() + "# nothing\n")
        (room / path).parent.mkdir(exist_ok=True)
        (room / path).write_text(EASY)
        git(room, "add", "-A")

    new = rewritten(fixed, loosen)
    git(fixed, "merge", "-q", "--ff-only", new)
    answer, _ = verified(refinery, new, status=1)
    assert part(answer, "measured", "decision") == "reject"


def test_what_the_guard_blocks_is_not_run_before_the_user_has_taken_it(fixed: Path, refinery: Refinery) -> None:
    def spread(room: Path) -> None:
        source = (room / "desk" / "agent.py").read_text()
        (room / "desk" / "agent.py").write_text(source + f"\n\nPath({str(fixed / 'it-ran')!r}).touch()\nexec('1')\n")
        (room / "scenarios" / "more.yaml").write_text(EASY)

    new = rewritten(fixed, spread)
    answer, points = verified(refinery, new, status=1)
    assert points["guard"] is False
    assert answer["measured"] is None
    assert "the guard blocks it today" in str(answer["says"])
    assert "it was not run" in str(answer["says"])
    assert not (fixed / "it-ran").exists()


def test_a_policy_that_got_stricter_is_held_to(fixed: Path, refinery: Refinery) -> None:
    (fixed / "refinery.toml").write_text(SETTINGS + 'protected = ["desk/agent.py"]\n')
    answer, points = verified(refinery, status=1)
    assert points["guard"] is False
    assert "the guard blocks it today (scope: desk/agent.py" in str(answer["says"])


def test_an_approval_that_stands_in_a_note_elsewhere_is_not_taken_on_trust(
    fixed: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grown(room: Path) -> None:
        (room / "desk" / "agent.py").write_text((room / "desk" / "agent.py").read_text() + "# more\n" * 100)

    new = rewritten(fixed, grown, lambda text: text.rstrip() + "\nRefinery-Approved-by: Ada Reviewer <ada@example.com>\n")
    copy = fixed.parent / "colleague"
    git(fixed, "clone", "-q", str(fixed), str(copy))
    git(copy, "branch", "-q", BRANCH, f"origin/{BRANCH}")
    monkeypatch.chdir(copy)
    _, points = verified(refinery, new, status=5)
    assert points == {"evidence": None, "guard": None}
    git(copy, "merge", "-q", "--ff-only", new)
    assert verified(refinery, new, status=0)[0]["measured"], "what is merged is the user's own code"


def test_without_notes_the_trailers_are_the_claim(fixed: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = fixed.parent / "colleague"
    git(fixed, "clone", "-q", "-b", BRANCH, str(fixed), str(copy))
    monkeypatch.chdir(copy)
    answer, points = verified(refinery, git(copy, "rev-parse", "HEAD"), status=0)
    assert points == {"evidence": None, "guard": True}
    assert part(answer, "claimed") == {
        "decision": "accept",
        "effect": 1.0,
        "interval": None,
        "trials": 10,
        "alpha": 0.04,
        "targets": ["team-in-pounds", "pro-in-euros"],
        "source": "trailers",
    }


def test_an_agent_that_does_not_start_proves_nothing(fixed: Path, refinery: Refinery) -> None:
    (fixed / "refinery.toml").write_text('[agent]\ncommand = ["no-such-program"]\n[scope]\neditable = ["desk/**"]\n')
    answer, points = verified(refinery, status=5)
    assert answer["holds"] is None
    assert str(answer["says"]).startswith("cannot be verified: ")
    assert "no-such-program" in str(answer["says"])
    assert points["agent"] is None


def test_an_agent_that_misses_a_package_proves_nothing(fixed: Path, refinery: Refinery) -> None:
    (fixed / "refinery.toml").write_text(SETTINGS.replace("desk.agent:answer", "no_such_package.agent:answer"))
    answer, _ = verified(refinery, status=5)
    assert "no_such_package" in str(answer["says"])


def test_a_base_that_is_gone_is_told(fixed: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    git(fixed, "merge", "-q", "--ff-only", BRANCH)
    copy = fixed.parent / "shallow"
    git(fixed, "clone", "-q", "--depth", "1", f"file://{fixed}", str(copy))
    monkeypatch.chdir(copy)
    answer, _ = verified(refinery, git(copy, "rev-parse", "HEAD"), status=5)
    assert str(answer["says"]).startswith("cannot be verified: the base is gone")
    assert answer["measured"] is None


def test_an_agent_that_varies_is_tried_as_often_as_then_or_as_is_asked_for(desk: Path, refinery: Refinery) -> None:
    words = AGENT.replace("'USD')}\"", "'USD')} (told at {time.time_ns()})\"").replace("import sys\n", "import sys\nimport time\n")
    (desk / "desk" / "agent.py").write_text(words)
    add_scenario(desk, RED.replace("equals:", "starts-with:"))
    kept = refinery("fix", "--failing", "--json").json
    then, branch = int(str(part(kept, "steps", 0, "gate", "trials"))), str(part(kept, "kept", "branch"))
    answer, _ = verified(refinery, branch, status=0)
    assert part(answer, "measured", "trials") == then
    assert part(answer, "measured", "interval") == part(answer, "claimed", "interval") != None  # noqa: E711  both are lists
    answer, _ = verified(refinery, branch, "--trials", "7", status=0)
    assert part(answer, "measured", "trials") == then + 3 * 4, "the three other scenarios have all their runs: twelve for eight"


def test_what_stands_on_top_of_the_fix_is_not_taken_for_it(fixed: Path, refinery: Refinery) -> None:
    room = fixed.parent / "room"
    git(fixed, "worktree", "add", "-q", str(room), BRANCH)
    (room / "README").write_text("A price desk.\n")
    commit(room, "Go on from the fix")
    answer, _ = verified(refinery, "return-currency-in-look-up", status=0)
    assert part(answer, "fix", "commit") == git(fixed, "rev-parse", f"{BRANCH}~1")
    assert "is more, or other, than the fix" in str(answer["notes"])


def test_a_branch_of_the_users_that_is_called_like_a_fix_is_not_taken_for_it(fixed: Path, refinery: Refinery) -> None:
    kept = git(fixed, "rev-parse", BRANCH)
    spoilt = rewritten(fixed, untouched, lambda text: text.replace("10 runs an arm", "1000 runs an arm"))
    git(fixed, "branch", "return-currency-in-look-up", spoilt)
    git(fixed.parent / "room", "switch", "-q", "--detach")
    git(fixed, "update-ref", f"refs/heads/{BRANCH}", kept)
    answer, _ = verified(refinery, "return-currency-in-look-up", status=0)
    assert part(answer, "fix", "commit") == kept
