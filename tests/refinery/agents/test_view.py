"""A view never exceeds its budget, shows first what tells, repeats nothing, and says what it left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.trace import Document, Failure, Kind, Message, Span, Status, Trace
from refinery.agents.telling import cut
from refinery.agents.view import LEAST, tokens, view
from refinery.signals.diagnosis import diagnose
from tests.refinery.signals.build import chat, model, root, tool, trace

TEXTS = st.text(max_size=300) | st.sampled_from(["", "x" * 5_000, "\n" * 900, "\0\udc80", "日本語 " * 400, "[... 7 characters cut ...]"])


def long(count: int) -> Trace:
    return trace(root("done"), *(tool("look", {"n": n}, f"finding {n}: " + "y" * 700, id=f"s{n}") for n in range(count)), task="Look.")


def test_a_small_trace_is_shown_whole_and_nothing_is_said_to_be_missing() -> None:
    silent = Span("n", "nothing", Kind.CHAIN, "root")
    shown = view(trace(root("49 USD"), tool("price", {"plan": "pro"}, {"amount": 49}), silent, task="Price?"), 2_000)
    assert "The task: Price?" in shown.text
    assert '{"plan": "pro"}' in shown.text
    assert "Left out" not in shown.text
    assert shown.notes == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=12), TEXTS, st.integers(LEAST, 3_000))
def test_the_budget_is_never_exceeded(texts: list[str], task: str, budget: int) -> None:
    run = chat(*((f"A{number % 3}", text) for number, text in enumerate(texts)), task=task)
    assert tokens(view(run, budget, diagnose(run, failed=True)).text) <= budget


@pytest.mark.parametrize("budget", [LEAST, 200, 2_000, 8_000])
def test_thousands_of_steps_fit_into_any_budget(budget: int) -> None:
    run = long(2_000)
    shown = view(run, budget, diagnose(run, failed=True))
    assert tokens(shown.text) <= budget
    assert shown.notes


def test_the_step_that_is_suspected_is_shown_and_what_is_left_out_is_counted() -> None:
    crash = Failure("KeyError", "'pro'", "frame\n" * 50 + "KeyError: 'pro'")
    run = long(300)
    spans = list(run.spans)
    spans[150] = Span("bad", "price", Kind.TOOL, "root", tool="price", input="{}", failure=crash, status=Status.ERROR)
    run = Trace("t", tuple(spans))
    shown = view(run, 2_000, diagnose(run))
    assert "KeyError: 'pro'" in shown.text.split("[step 150]")[1].split("[step ")[0]
    assert "steps are not shown" in shown.text
    hidden = 301 - shown.text.count("[step ")
    assert f"{hidden} whole" in shown.notes[0]
    assert f"Left out for length: {hidden} steps whole" in shown.text


def test_words_that_a_rule_quotes_survive_in_the_middle_of_a_long_text() -> None:
    noise = "".join(f"line {n} of a report about something else entirely\n" for n in range(60))
    text = noise + "Let us assume hypothetical data for the year 1871.\n" + noise
    run = chat(("Boss", "How many?"), ("Doer", text), ("Checker", "Fine, then."), task="How many?")
    shown = view(run, 600, diagnose(run, failed=True))
    assert "hypothetical data" in shown.text
    assert "characters cut" in shown.text


def test_what_was_told_before_is_told_by_reference() -> None:
    story = "The quick brown fox jumps over the lazy dog, and nobody has ever asked it why it did so."
    heard = Span("b", "chat", Kind.LLM, input_messages=(Message("user", story), Message("user", "And now?")), output="No idea.")
    run = Trace("t", (Span("a", "fetch", Kind.TOOL, output=story), heard))
    text = view(run, 2_000).text
    assert text.count(story) == 1
    assert f"[{len(story)} characters as in step 0]" in text
    assert "And now?" in text


def test_documents_failures_and_calls_are_part_of_a_step() -> None:
    found = Span("r", "search", Kind.RETRIEVER, documents=(Document("Refunds within 14 days.", "policy-1"),))
    run = trace(root(), found, model("", told="be kind"))
    assert "document policy-1: Refunds within 14 days." in view(run, 500).text


def test_a_huge_text_costs_no_more_than_what_is_read_of_it() -> None:
    run = Trace("t", (Span("a", "fetch", Kind.TOOL, output="z" * 3_000_000),), task="q" * 3_000_000)
    assert tokens(view(run, 1_000).text) <= 1_000


def test_an_empty_trace_is_said_to_have_no_steps_and_a_silly_budget_is_refused() -> None:
    assert view(Trace("t", ()), 100).text.startswith("0 steps")
    with pytest.raises(ValueError, match="fewer than"):
        view(Trace("t", ()), 3)


def test_nothing_is_cut_from_nothing_where_there_is_no_room_at_all() -> None:
    assert cut("", -1) == ""
    assert cut("words", -1) == ""
