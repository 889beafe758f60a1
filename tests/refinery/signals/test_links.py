"""Values are followed back to the step that first brought them into the run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.trace import Kind, Span, Trace
from refinery.signals.diagnosis import diagnose
from refinery.signals.links import flow
from refinery.signals.ranking import ranked
from tests.refinery.signals.build import chat, model, root, tool, trace


def test_a_value_belongs_to_the_tool_that_first_returned_it_and_not_to_the_answer_around() -> None:
    run = trace(
        root("Ada owes 215.50 EUR.", asked="What does customer C-17 owe?"),
        tool("account", {"id": "C-17"}, {"owner": "Ada", "due": "215.50"}),
        model("Ada owes 215.50 EUR."),
    )
    followed = flow(run)
    assert followed.origin["215.50"] == 1
    assert followed.origin["c-17"] == -1
    assert "215.50" not in followed.brought[0]
    assert followed.brought[1]["ada"] == "Ada"


def test_a_step_is_linked_to_the_one_whose_output_it_was_given() -> None:
    run = trace(
        root("done"),
        tool("find", {"name": "Ada"}, {"id": "K-901"}),
        tool("bill", {"id": "K-901"}, {"total": "77.20"}),
        tool("send", {"id": "K-901", "total": "77.20"}, "ok"),
    )
    told = [(link.source, link.target, link.values) for link in flow(run).links()]
    assert told == [(1, 2, ("K-901",)), (1, 3, ("K-901",)), (2, 3, ("77.20",))]


def test_what_was_handed_in_from_outside_was_brought_in_by_nobody() -> None:
    run = Trace("t", (Span("a", "step", Kind.CHAIN, input="order 4711", output="order 4711 is late"),))
    assert flow(run).brought == ({},)


def test_of_what_a_speaker_brought_in_the_most_used_is_told_first() -> None:
    run = chat(
        ("Planner", "Let us look at the museum."),
        ("Reader", "It opened in 1871 and Mr Hale designed it."),
        ("Writer", "So Hale it was, in 1871."),
        ("Checker", "Hale is right."),
    )
    assert flow(run).used_later(1) == ("Hale", "1871")


def test_in_a_talk_the_one_who_brings_in_what_nobody_checked_is_suspected_before_the_one_who_agrees() -> None:
    prices = "The tickets cost 55.00 for Monday, 72.50 for Tuesday and 199.99 for a Season Pass at Great Harbour Park."
    run = chat(
        ("Boss", "How much is saved by a season pass for two visits to the park this summer?"),
        ("Checker", "I agree with the plan that was handed out above, let us go on."),
        ("Seller", prices),
        ("Adder", "Then two visits on Monday cost less than the pass."),
        task="How much is saved by a season pass for two visits to the park this summer?",
    )
    found = diagnose(run, failed=True)
    assert (found.step, found.agent) == (2, "Seller")
    assert "Monday" in found.summary


@given(st.lists(st.text(), max_size=8))
def test_every_value_that_a_step_brought_stands_in_its_own_words(texts: list[str]) -> None:
    run = chat(*((f"A{number % 3}", text) for number, text in enumerate(texts)))
    for step, brought in enumerate(flow(run).brought):
        assert all(spelt in run.spans[step].output for spelt in brought.values())


def test_who_holds_the_work_when_a_talk_breaks_off_is_suspected_more_than_who_only_spoke_last_before_it_was_closed() -> None:
    said = [(name, f"I have looked at page {number}00 of the list, and there was nothing on it.") for number, name in enumerate("ABC", 1)]
    broken_off = chat(("Boss", "Find it."), *said, task="Find it.")
    closed = chat(("Boss", "Find it."), *said, ("Boss", "TERMINATE"), task="Find it.")
    shares = [{cause.step: cause.score for cause in ranked(run, ())}[3] for run in (broken_off, closed)]
    assert shares[0] > 1.2 * shares[1]
