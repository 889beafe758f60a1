"""What is kept of runs beside a commit: enough to follow them, little enough to carry, and nothing that must not leave."""

from __future__ import annotations

from adapters.redaction import redacted
from adapters.trace import Document, Failure, Kind, Message, Span, ToolCall, Trace
from refinery.domain import Quote
from refinery.flows.story import Run
from refinery.flows.transcripts import LONGEST, MOST_STEPS, cut, told
from refinery.wiring.shelves import sensitive


def as_it_is(trace: Trace) -> Trace:
    return trace


def run(trace: Trace, broken: int | None = None, *quotes: Quote) -> Run:
    return Run.model_validate(told(trace, as_it_is, broken, quotes))


def spans(many: int) -> tuple[Span, ...]:
    return tuple(Span(f"s{number}", f"step {number}", output=f"came to {number}") for number in range(many))


def test_a_short_run_is_told_whole_with_the_broken_step_marked() -> None:
    found = run(Trace("t", spans(3), task="why?"), 1)
    assert [(each.step, each.output, each.broken) for each in found.told] == [
        (0, "came to 0", False),
        (1, "came to 1", True),
        (2, "came to 2", False),
    ]
    assert (found.task, found.left_out) == ("why?", 0)


def test_of_a_long_run_its_ends_and_what_is_quoted_or_broken_are_told_and_the_rest_is_counted_in_its_place() -> None:
    found = run(Trace("t", spans(500)), 250, Quote("s77", "came to 77"))
    steps = [each.step for each in found.told]
    assert len(steps) == MOST_STEPS
    assert {0, 77, 249, 250, 251, 499} <= set(steps)
    assert found.left_out == 500 - MOST_STEPS
    places = [each if isinstance(each, int) else None for each in found.steps]
    assert places[10] == 77 - 10
    assert isinstance(found.steps[-1], int) is False


def test_a_long_text_is_cut_in_the_middle_and_says_how_much_is_missing() -> None:
    text = "a" * 2000 + "b" * 2000
    short = cut(text)
    assert short.startswith("aaa")
    assert short.endswith("bbb")
    assert f"{4000 - LONGEST:,} letters left out" in short


def test_a_long_text_is_cut_around_what_is_quoted_from_it() -> None:
    text = "x" * 9000 + "the words that show it" + "y" * 9000
    short = cut(text, ["the words that show it"])
    assert "the words that show it" in short
    assert short.count("letters left out") == 2
    assert len(short) < LONGEST + 100


def test_what_is_quoted_is_told_even_where_it_stands_beside_input_and_output() -> None:
    span = Span("s", "search", Kind.RETRIEVER, output='["doc"]', documents=(Document("refunds within 14 days", "doc"),))
    (step,) = run(Trace("t", (span,)), 0, Quote("s", "14 days")).told
    assert step.also == ["refunds within 14 days"]


def test_messages_stand_for_a_model_step_that_has_no_text_of_its_own() -> None:
    reply = Message("assistant", "", tool_calls=(ToolCall("look_up", '{"plan": "pro"}'),))
    span = Span("s", "chat", Kind.LLM, input_messages=(Message("user", "How much?"),), output_messages=(reply,))
    (step,) = run(Trace("t", (span,))).told
    assert step.input == "user: How much?"
    assert '-> look_up({"plan": "pro"})' in step.output


def test_steps_know_how_deep_they_are_when_they_began_and_how_they_failed() -> None:
    second = 1_000_000_000
    root = Span("r", "agent", start_ns=5 * second, end_ns=9 * second)
    child = Span("c", "tool", parent_id="r", start_ns=6 * second, end_ns=8 * second, failure=Failure("KeyError", "'currency'"))
    first, then = run(Trace("t", (root, child))).told
    assert (first.depth, first.began, then.depth, then.began, then.seconds) == (0, 0.0, 1, 1.0, 2.0)
    assert then.failure == "KeyError: 'currency'"


def test_credentials_and_personal_data_are_masked() -> None:
    key = "ghp_" + "x9Kq2LmZ7vTw4RbY8nHc1JdF5sGa3PeU6oXi"
    trace = Trace("t", (Span("s", "call", input=f"key {key}", output="write to jane.doe@corp.example"),), task="mail jane.doe@corp.example")
    text = str(told(trace, lambda each: redacted(each, sensitive)))
    assert key not in text
    assert "jane.doe" not in text


def test_a_text_that_is_too_long_to_be_looked_through_is_not_told() -> None:
    (step,) = run(Trace("t", (Span("s", "read", output="secret " * 100_000),))).told
    assert step.output == "[… 700,000 letters, too many to be looked through for credentials …]"


def test_what_is_kept_of_the_largest_run_stays_small() -> None:
    large = tuple(Span(f"s{number}", "n" * 5000, input="i" * 50_000, output="o" * 50_000) for number in range(300))
    assert len(str(told(Trace("t", large, task="t" * 50_000), as_it_is))) < 200_000
