"""Rules over what a model was given, how work was handed over, what an answer looks like, and what took too long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.trace import Kind, Message, Span, Trace, Usage
from tests.refinery.signals.build import MORNING, categories, chat, model, root, seen, tool, trace

SECOND = 1_000_000_000


def timed(span: Span, seconds: float, tokens: int | None = None) -> Span:
    return replace(span, start_ns=MORNING, end_ns=MORNING + int(seconds * SECOND), usage=Usage(tokens))


def heard(id: str, *messages: tuple[str, str], agent: str = "helper") -> Span:
    """A model call that was given these messages."""
    return Span(id, "chat", Kind.LLM, agent=agent, input_messages=tuple(Message(role, text) for role, text in messages), output="Well.")


# -- outliers -----------------------------------------------------------------------------------------------------


def test_a_call_ten_times_as_long_as_its_like_is_notable() -> None:
    usual = [timed(tool("look", {"n": n}, "ok", id=f"u{n}"), 0.6) for n in range(6)]
    slow = timed(tool("look", {"n": 9}, "ok", id="slow"), 9.0)
    found = seen(trace(timed(root("done"), 60.0), *usual, slow), "outliers")
    assert [(signal.span_id, signal.category) for signal in found] == [("slow", "latency-outlier")]
    assert "9 s, where 0.6 s is usual" in found[0].says


def test_a_call_that_reads_far_more_tokens_than_its_like_is_notable() -> None:
    usual = [timed(model(f"a{n}", id=f"u{n}"), 1.0, 1_500) for n in range(6)]
    found = seen(trace(timed(root("done"), 9.0), *usual, timed(model("b", id="big"), 1.0, 90_000)), "outliers")
    assert [(signal.span_id, signal.category) for signal in found] == [("big", "cost-outlier")]


def test_one_call_that_takes_most_of_a_long_run_is_notable_and_a_quick_run_is_not() -> None:
    found = seen(trace(timed(root("done"), 50.0), timed(tool("look", {}, "ok"), 45.0)), "outliers")
    assert categories(found) == ["latency-outlier"]
    assert seen(trace(timed(root("done"), 2.0), timed(tool("look", {}, "ok"), 1.9)), "outliers") == ()
    assert seen(trace(root("done"), tool("look", {}, "ok")), "outliers") == ()


# -- lost context -------------------------------------------------------------------------------------------------


def test_an_instruction_that_is_gone_in_a_later_call_is_told() -> None:
    first = heard("a", ("system", "Prices are in euros."), ("user", "What is it?"))
    later = heard("b", ("user", "What is it?"), ("assistant", "Hm."), ("user", "And now?"))
    found = seen(Trace("t", (first, later)), "lost_context")
    assert [(signal.span_id, signal.category) for signal in found] == [("b", "lost-instruction")]
    assert seen(Trace("t", (first, heard("b", ("system", "Prices are in euros."), ("user", "And now?")))), "lost_context") == ()
    assert seen(Trace("t", (first, replace(later, agent="other"))), "lost_context") == ()


def test_a_history_that_was_cut_is_told_and_a_new_beginning_is_not() -> None:
    talk = [("user", f"turn {n}") for n in range(10)]
    found = seen(Trace("t", (heard("a", *talk), heard("b", talk[0], ("user", "turn 10")))), "lost_context")
    assert categories(found) == ["history-cut"]
    assert seen(Trace("t", (heard("a", *talk), heard("b", ("user", "another"), ("user", "matter")))), "lost_context") == ()


@pytest.mark.parametrize(
    "words", ["[... 4,200 characters truncated ...]", "<truncated>", "the history was trimmed", "maximum context length"]
)
def test_a_text_that_says_it_was_cut_is_believed(words: str) -> None:
    assert categories(seen(Trace("t", (heard("a", ("user", f"Read this: {words}")),)), "lost_context")) == ["truncated-input"]


def test_an_innocent_text_was_not_cut() -> None:
    assert seen(Trace("t", (heard("a", ("user", "He cut off the truncated branch (omitted in the plan).")),)), "lost_context") == ()


# -- hand-overs ---------------------------------------------------------------------------------------------------


def test_work_that_nobody_took_up_is_told() -> None:
    lost = trace(root("Somebody will call."), tool("transfer_to_billing_agent", {}, "ok", id="h"), model("Somebody will call."))
    assert categories(seen(lost, "handoffs")) == ["lost-handoff"]
    taken = replace(model("I am billing."), agent="Billing")
    assert seen(trace(root("Fine."), tool("transfer_to_billing_agent", {}, "ok", id="h"), taken), "handoffs") == ()


def test_a_human_who_takes_over_does_not_show_in_a_trace() -> None:
    assert seen(trace(root("Bye."), tool("transfer_to_human_agents", {}, "ok", id="h"), model("Bye.")), "handoffs") == ()


# -- retries ------------------------------------------------------------------------------------------------------


def test_a_tool_that_failed_again_and_again_and_never_worked_is_told() -> None:
    bad = [tool("pay", {"n": n}, f"Error: ledger {n} is locked", id=f"p{n}") for n in range(3)]
    found = seen(trace(root("Sorry."), *bad), "retries")
    assert [(signal.span_id, signal.category) for signal in found] == [("p0", "retries-exhausted")]
    assert seen(trace(root("Paid."), *bad, tool("pay", {}, "paid", id="good")), "retries") == ()
    assert seen(trace(root("Sorry."), *bad[:2]), "retries") == ()


def test_a_limit_on_requests_is_told_as_one() -> None:
    bad = [tool("ask", {"n": n}, "Error: 429 too many requests", id=f"p{n}") for n in range(3)]
    assert categories(seen(trace(root("Sorry."), *bad), "retries")) == ["rate-limit"]


# -- the form of the answer ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "answer", "category"),
    [
        ("List the plans. Answer in JSON.", "The plans are Pro and Team.", "wrong-format"),
        ("Explain it in at most 5 words.", "It is because of a great many different reasons.", "too-long"),
        ("Give only the number.", "There are, as far as I can tell from the documents, twelve of them.", "wrong-format"),
        ("Answer with only yes or no: is it open?", "It is open on most days, but not on holidays and Sundays.", "wrong-format"),
        ("Wie viel kostet der Tarif im Monat?", "Тариф стоит сорок девять евро в месяц.", "wrong-language"),
    ],
)
def test_an_answer_in_another_form_than_asked_for_is_told(task: str, answer: str, category: str) -> None:
    assert categories(seen(trace(root(answer), model(answer), task=task), "answer_form")) == [category]


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("List the plans. Answer in JSON.", '```json\n["Pro", "Team"]\n```'),
        ("Explain it in at most 5 words.", "It rains."),
        ("Give only the number.", "12"),
        ("Translate it into Russian: the plan costs forty euros.", "Тариф стоит сорок евро в месяц."),
        ("What is JSON? Answer as plainly as you can.", "A notation for data."),
    ],
)
def test_an_answer_in_the_form_that_was_asked_for_is_fine(task: str, answer: str) -> None:
    assert seen(trace(root(answer), model(answer), task=task), "answer_form") == ()


def test_the_instruction_of_another_agent_does_not_bind_the_one_who_answers() -> None:
    inner = model('{"plan": "pro"}', told="Respond in JSON.", id="inner")
    assert seen(trace(root("It is Pro."), inner, model("It is Pro.", told="Be kind.", id="last")), "answer_form") == ()
    assert categories(seen(trace(root("It is Pro."), model("It is Pro.", told="Respond in JSON.")), "answer_form")) == ["wrong-format"]


def test_a_talk_is_not_held_to_a_form_that_nobody_asked_for() -> None:
    assert seen(chat(("A", "How?"), ("B", "So."), task="How?"), "answer_form") == ()
