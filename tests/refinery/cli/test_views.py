"""How results look, also where there is little room."""

from __future__ import annotations

import io

import pytest
from rich.console import Console, Group, RenderableType

from adapters.source import Summary
from refinery.cli import reviewing, views
from refinery.cli.checkup import Row
from refinery.domain import Answered, Bill, Checked, Decision, Diagnosis, Doubt, Flip, GateVerdict, Hypothesis, Layer, Report, Step
from refinery.repo.history import Entry, State
from refinery.suite.generation.profile import Fact, Profile
from safety.verdict import Verdict


def drawn(what: RenderableType, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False, emoji=False, markup=False)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [60, 80])
def test_the_name_of_a_fix_can_be_copied_from_the_history(width: int) -> None:
    name = "refinery/take-currency-from-customer-currency-instead-of"
    entry = Entry("c" * 40, "Take `currency` from the customer instead of a fixed one", State.BRANCH, name, "", "", "", {}, 0)
    away = Entry("d" * 40, "Another", State.UNDONE, "", "another", "", "", {}, 0)
    lines = drawn(reviewing.history((entry, away), width), width)
    assert f"  {name}" in lines
    assert "  another" in lines


def test_a_step_is_indented_as_a_whole_and_its_figures_have_no_hole() -> None:
    words = "config/shop.yaml:9 has 14. The failing path reads it at shop/app.py:38. The new value is the number in the comment."
    judged = GateVerdict(Decision.ACCEPT, words, 1.0, None, 28, 1.0, ("a",), (), (), 0.04, 50.0, True)
    taken = Step(Hypothesis("Set days to 30", words, Layer.CONFIG, ()), Verdict(()), None, judged, words)
    lines = drawn(views.step(1, taken), 60)
    assert all(line.startswith("   ") for line in lines[1:])
    assert any("effect +1.00, 28 runs" in line for line in lines)


def test_the_bill_of_a_complaint_is_called_so_once() -> None:
    nothing = Diagnosis("t", "Nothing.", "", Layer.MODEL, "none", "", None, None, 0.0)
    lines = drawn(views.complaint("late-refund", "No.", Report(nothing, (), None, Bill(()), "none")), 80)
    assert sum(line.count("bill") for line in lines) == 1


def test_what_the_doctor_says_stays_in_its_column() -> None:
    lines = drawn(views.checkup((Row("agent", "bad", "it could not be imported: " * 4, "install it " * 8),)), 60)
    assert all(line.startswith(("bad  agent", " " * 5)) for line in lines)


def test_a_list_of_traces_shows_what_was_asked_where_there_is_room_and_never_breaks_an_id() -> None:
    listed = [Summary("5f" * 16, "parcel-agent", 1, 0.9, True, 2, {"task": '{"question": "What does it cost to send 2.0 kg?"}'})]
    for width, asked in ((120, "What does it cost to send 2.0 kg?"), (80, "What does it cost to"), (54, "")):
        lines = drawn(views.summaries(listed, width), width)
        assert len(lines) == 2
        assert lines[1].startswith("5f" * 8)
        assert lines[1].endswith("failed")
        assert asked in lines[1]
    assert "asked" not in lines[0]


def test_the_first_column_of_a_table_is_whole_and_one_without_content_is_left_out() -> None:
    name = "2-0-kg-is-charged-as-up-to-2-kg-4-90-38aee7"
    lines = drawn(views.table(("scenario", "capability", "where"), [(name, "", "scenarios/regressions/" + name)]), 60)
    assert "capability" not in lines[0]
    assert lines[1].startswith(name)


def test_a_long_path_takes_no_room_from_what_was_read_there() -> None:
    found = Profile(assumptions=(Fact("2.0 kg is charged as up to 2 kg", "scenarios/regressions/a-very-long-name-of-a-file.yaml:1"),))
    assert "  2.0 kg is charged as up to 2 kg" in drawn(views.profile(found), 80)


def test_a_verdict_is_told_once_and_whom_a_difference_is_due_to() -> None:
    says = "rate passed before the change and fails with it"
    judged = GateVerdict(Decision.REJECT, says, -1.0, None, 4, 1.0, (), ("rate",), (Flip("rate", "2/2", "0/2", "agent"),), 0.05, 0.0, True)
    lines = drawn(views.checked(Checked(Decision.REJECT, says, Verdict(()), judged)), 100)
    assert sum(says in line for line in lines) == 1
    assert any("effect -1.00" in line for line in lines)
    assert any(line.endswith("the agent") for line in lines)


def test_a_doubt_shows_both_answers_and_a_scenario_to_copy_or_the_code_that_a_test_would_hold() -> None:
    answers = (Answered("fine", ("Set most to 9",)), Answered("too high", ()))
    asked = "\n".join(drawn(Group(*views.doubted(Doubt({"reading": 8}, answers))), 100))
    assert "1. answers fine\n     Set most to 9" in asked
    assert "2. answers too high\n     as it answers now" in asked
    assert "input:\n      reading: 8" in asked
    code = "\n".join(drawn(Group(*views.doubted(Doubt("level(8)", answers, code=True))), 100))
    assert "\n  level(8)\n" in code
    assert "Write a test that says so" in code
    assert "expect" not in code
