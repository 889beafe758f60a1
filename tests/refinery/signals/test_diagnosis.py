"""A diagnosis names the cause rather than its echoes, with evidence, and says so when there is none."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.trace import Document, Failure, Json, Kind, Message, Span, Status, ToolCall, Trace
from refinery.domain import Diagnosis, Layer
from refinery.signals.diagnosis import diagnose
from refinery.signals.expectation import wanted
from refinery.signals.registry import MOST
from tests.refinery.signals.build import chat, model, retrieval, root, tool, trace
from tests.refinery.signals.test_stacks import PYTHON

CRASH = Failure("KeyError", "'pro'", PYTHON)


def checked(given: Trace, expected: str = "", failed: bool | None = None) -> Diagnosis:
    """The diagnosis, with what holds for every diagnosis checked."""
    found = diagnose(given, expected, failed)
    assert found.summary
    assert found.expected
    assert 0 <= found.confidence <= 0.97
    for quote in found.evidence:
        assert given.span(quote.span_id).contains(quote.text)
    if found.step is not None:
        assert given.spans[found.step].id == found.span_id
        assert found.step not in [one.step for one in found.alternatives]
        assert len({one.step for one in found.alternatives}) == len(found.alternatives) <= 4
    return found


def test_an_exception_is_told_where_it_arose_and_not_where_it_passed() -> None:
    found = checked(trace(root(failure=CRASH), tool("price", {"plan": "pro"}, "", failure=CRASH)))
    assert (found.span_id, found.category, found.layer) == ("price", "exception", Layer.CODE)
    assert found.confidence >= 0.8
    assert found.places[0].path == "/srv/app/prices.py"
    assert "KeyError" in found.summary


def test_an_error_that_was_recovered_from_is_no_failure() -> None:
    bad = tool("sql", {"q": "select * from albums"}, "SQL Error: no such table: albums", id="a")
    good = tool("sql", {"q": "select * from Album"}, "Name | Tracks\nBig Ones | 15", id="b")
    found = checked(trace(root("Big Ones has 15 tracks."), bad, good, model("Big Ones has 15 tracks.")))
    assert found.step is None
    assert not found.found
    assert "does not look failed" in found.summary
    assert found.signals


def test_the_same_error_without_recovery_is_the_cause() -> None:
    bad = tool("sql", {"q": "select * from albums"}, "SQL Error: no such table: albums")
    found = checked(trace(root("I could not find any album."), model("", id="asks"), bad))
    assert found.category == "tool-error"
    assert "no such table" in " ".join(quote.text for quote in found.evidence)


def test_an_error_after_which_another_tool_led_to_an_answer_is_no_failure() -> None:
    bad = tool("fast_search", {"q": "tracks"}, "Error: index is not available")
    good = tool("slow_search", {"q": "tracks"}, "Big Ones has 15 tracks.")
    found = checked(trace(root("Big Ones has 15 tracks."), bad, good, model("Big Ones has 15 tracks.")))
    assert found.step is None


def test_an_earlier_error_explains_a_made_up_figure_in_the_answer() -> None:
    good = tool("account", {"id": 7}, {"owner": "Ada", "balance": 215})
    bad = tool("fees", {"id": 7}, "Error: connection to the ledger refused")
    found = checked(trace(root("Your balance is 512."), good, bad, model("Your balance is 512.")))
    assert found.span_id == "fees"
    assert "contradicts-tool" in [signal.category for signal in found.signals]


def test_a_missing_field_explains_the_crash_of_the_step_that_read_it() -> None:
    price = Span("p", "lookup", Kind.TOOL, "root", tool="lookup", output='{"amount": 4900}', end_ns=2)
    crash = Failure("KeyError", "'currency'", PYTHON.replace("'pro'", "'currency'"))
    end = Span("f", "format", Kind.CHAIN, "root", input='{"amount": 4900}', failure=crash, status=Status.ERROR, end_ns=3)
    found = checked(trace(root(failure=crash), price, end))
    assert (found.span_id, found.layer) == ("p", Layer.TOOL)
    assert found.places[0].path == "/srv/app/prices.py"


def test_a_crash_on_a_value_that_is_not_there_stays_a_crash_of_the_code() -> None:
    bill = Span("b", "bill", Kind.TOOL, "root", tool="bill", input="{}", output='{"number": 4711, "due": null}', end_ns=2)
    crash = Failure(
        "AttributeError",
        "'NoneType' object has no attribute 'split'",
        PYTHON.replace("KeyError: 'pro'", "AttributeError: 'NoneType' object has no attribute 'split'"),
    )
    found = checked(trace(root(failure=crash, asked='{"number": 4711}'), bill))
    assert (found.category, found.layer, found.confidence) == ("exception", Layer.CODE, 0.9)
    assert found.alternatives[0].span_id == "b"
    assert "`due`" in found.alternatives[0].says


def test_values_that_an_expectation_rules_out_are_not_wanted() -> None:
    assert list(wanted("It should not say 49 USD but 41.50 euros on 3 May 2026")) == ["41.50", "EUR", "3 May 2026"]


def test_a_stale_document_explains_the_wrong_answer() -> None:
    old = Document("Refunds are granted within 14 days of the invoice date.", "old", metadata={"effective": "2023-05-01"})
    new = Document("Refunds are granted within 30 days of the invoice date.", "new", metadata={"effective": "2025-09-01"})
    found = checked(
        trace(root("Within 14 days."), retrieval(old, new), model("Within 14 days.")), expected="The answer should say 30 days."
    )
    assert (found.layer, found.category, found.span_id) == (Layer.CONTEXT, "stale-retrieval", "search")
    assert found.expected == "The answer should say 30 days."


def test_an_expected_value_that_no_tool_returned_points_at_the_tool() -> None:
    given = trace(root("It costs 49 USD."), tool("price", {"plan": "pro"}, {"amount": 49, "currency": "USD"}), model("It costs 49 USD."))
    found = checked(given, expected="It should have said 41.50 USD.")
    assert (found.span_id, found.category) == ("price", "wrong-result")


def test_an_expected_value_that_was_there_points_at_the_answer() -> None:
    given = trace(root("It costs 49 USD."), tool("price", {}, {"list": 49, "agreed": 41.5, "currency": "USD"}), model("It costs 49 USD."))
    found = checked(given, expected="It should have said 41.50 USD, not 49.")
    assert (found.span_id, found.category) == ("model", "ignored-result")


def test_a_good_run_is_said_to_be_good_and_gets_a_suspect_only_on_request() -> None:
    fine = trace(root("It costs 49 USD."), tool("price", {}, {"amount": 49, "currency": "USD"}), model("It costs 49 USD."), task="Price?")
    assert checked(fine).step is None
    assert checked(fine, failed=False).step is None
    asked = checked(fine, failed=True)
    assert asked.step is not None
    assert asked.confidence <= 0.3
    assert len(asked.alternatives) >= 1
    assert asked.expected.startswith("Assumed")


def test_a_trace_that_states_its_reward_is_believed() -> None:
    fine = trace(root("It costs 49 USD."), tool("price", {}, {"amount": 49}))
    assert checked(Trace("t", fine.spans, attributes={"reward": 0.0})).found
    assert not checked(Trace("t", fine.spans, attributes={"reward": 1.0})).found


def test_in_a_chat_the_author_of_failing_code_is_named_and_not_the_terminal() -> None:
    given = chat(
        ("Boss", "Compute the mean price of all plans in the table."),
        ("Coder", "```python\nprint(table['pro'])\n```"),
        ("Terminal", "exitcode: 1 (execution failed)\nCode output: " + PYTHON),
        ("Checker", "It failed; the mean stays unknown to us, I am afraid."),
        task="Compute the mean price of all plans in the table.",
    )
    found = checked(given, failed=True)
    assert (found.step, found.agent) == (1, "Coder")
    assert any(quote.span_id == "m2" for quote in found.evidence)


def test_a_chat_without_any_sign_gets_the_first_who_acts() -> None:
    given = chat(
        ("Boss", "Which bridge in town is the oldest one?"),
        ("Manager (thought)", "We should first look at a list of all 25 bridges in the town."),
        ("Reader", "The oldest bridge is the Stone Bridge, built in 1146, see https://bridges.test/list"),
        ("Manager (thought)", "Then the Stone Bridge is the answer that we give to the user."),
        task="Which bridge in town is the oldest one?",
    )
    found = checked(given, failed=True)
    assert (found.agent, found.confidence < 0.4) == ("Reader", True)
    assert "Nothing in the record marks an error" in found.summary


# -- strange input ------------------------------------------------------------------------------------------------


def refused(reply: str, *after: tuple[str, str]) -> Trace:
    """A desk whose call is refused, and what was said then."""
    call = Message("assistant", "", tool_calls=(ToolCall("change_booking", '{"to": "Friday"}', "c"),))
    asks = Span("m0", "user", Kind.MESSAGE, agent="user", output="Can I fly on Friday?", attributes={"role": "user"})
    calls = Span("m1", "desk", Kind.MESSAGE, agent="desk", output_messages=(call,), attributes={"role": "assistant"})
    back = Message("tool", reply, tool_call_id="c")
    says = Span("m2", "tool", Kind.TOOL, "m1", tool="change_booking", input='{"to": "Friday"}', output=reply, output_messages=(back,))
    spans = [
        Span(f"m{number}", who, Kind.MESSAGE, agent=who, output=text, attributes={"role": "user" if who == "user" else "assistant"})
        for number, (who, text) in enumerate(after, 3)
    ]
    return Trace("t", (asks, calls, replace(says, attributes={"role": "tool"}), *spans))


SORRY = ("desk", "Unfortunately there are not enough seats left on Friday.")
THEN = (("user", "Then I stay with Thursday, thank you."), ("desk", "Your booking for Thursday stands."))


def test_a_refusal_that_the_user_was_told_of_and_went_on_from_is_no_failure() -> None:
    assert not diagnose(refused("Error: not enough seats", SORRY, *THEN)).found


def test_a_refusal_that_was_hidden_and_a_tool_that_did_not_work_are_failures() -> None:
    assert diagnose(refused("Error: not enough seats", ("desk", "You fly on Friday."), *THEN)).step == 1
    assert diagnose(refused("Error: not enough seats", SORRY)).found, "nobody went on from there"
    assert diagnose(refused("Error: service unavailable", SORRY, *THEN)).found


def test_of_a_talk_without_any_sign_the_one_who_only_asked_is_not_blamed() -> None:
    asks = Span("m0", "user", Kind.MESSAGE, agent="user", output="What is 2 + 2, and is Ada in Berlin?", attributes={"role": "user"})
    says = Span("m1", "assistant", Kind.MESSAGE, agent="assistant", output="5", attributes={"role": "assistant"})
    found = diagnose(Trace("t", (asks, says)), failed=True)
    assert (found.step, found.agent) == (1, "assistant")
    assert 0 not in [other.step for other in found.alternatives]
    assert diagnose(Trace("t", (asks,)), failed=True).step == 0


def test_an_empty_trace_says_that_it_is_empty() -> None:
    found = checked(Trace("none", ()), failed=True)
    assert found.step is None
    assert "empty" in found.summary


@pytest.mark.parametrize("failed", [None, True])
def test_a_root_alone_cycles_and_orphans_end_in_a_statement(failed: bool | None) -> None:
    checked(trace(root("Hello.")), failed=failed)
    checked(trace(root()), failed=failed)
    circle = (Span("a", "a", Kind.CHAIN, "b", output="x"), Span("b", "b", Kind.CHAIN, "a", failure=CRASH, status=Status.ERROR))
    checked(Trace("c", circle), failed=failed)
    lost = checked(Trace("o", (Span("a", "a", Kind.TOOL, "gone", output="Error: no"),)), failed=failed)
    assert any("parent" in note for note in lost.notes)


def test_a_huge_text_is_read_in_part_quickly_and_that_is_said() -> None:
    huge = "Traceback (most recent call last)\n" + '  File "x.py", line 1, in f\n' * 20 + 'é\x00{["' * 10_000_000
    given = trace(root("Done."), tool("dump", {}, huge), tool("next", {}, "Error: nothing left"))
    start = time.process_time()
    found = checked(given, failed=True)
    assert time.process_time() - start < 5
    assert any("very long" in note for note in found.notes)


def test_many_spans_are_read_in_linear_time() -> None:
    spans = [tool("look", {"n": n}, {"n": n, "price": n * 1.5}, id=f"s{n}") for n in range(4_000)]
    start = time.process_time()
    checked(trace(root("The price is 12."), *spans), failed=True)
    assert time.process_time() - start < 8


TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["[]", "Error: x", PYTHON, '{"a": {"currency": null}}', "exitcode: 1", "2024-01-02", "$5", "{" * 3000]),
)
JSON: st.SearchStrategy[Json] = st.one_of(st.none(), st.booleans(), st.text(max_size=8))
IDS = st.sampled_from(["a", "b", "c", "d", "e"])


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    spans = []
    for number in range(draw(st.integers(0, 5))):
        failure = draw(st.none() | st.builds(Failure, TEXT, TEXT, TEXT))
        documents = tuple(
            draw(st.lists(st.builds(Document, TEXT, TEXT, metadata=st.dictionaries(st.sampled_from(["date", "status"]), JSON)), max_size=2))
        )
        spans.append(
            Span(
                f"s{number}",
                draw(TEXT),
                draw(st.sampled_from(Kind)),
                draw(st.none() | IDS.map(lambda name: f"s{ord(name) - 97}")),
                agent=draw(TEXT),
                tool=draw(TEXT),
                input=draw(TEXT),
                output=draw(TEXT),
                failure=failure,
                documents=documents,
                attributes=draw(st.dictionaries(st.sampled_from(["role", "finish_reason", "code.filepath", "code.lineno"]), JSON)),
            )
        )
    return Trace("t", tuple(spans), task=draw(TEXT))


@settings(max_examples=60, deadline=None)
@given(traces(), TEXT, st.sampled_from([None, True, False]))
def test_no_trace_breaks_a_rule(one: Trace, expected: str, failed: bool | None) -> None:
    found = checked(one, expected, failed)
    assert not [note for note in found.notes if "failed on this trace" in note]


def test_signs_beyond_what_is_weighed_are_told() -> None:
    many = [tool("sql", {"n": n}, "SQL Error: no such table: albums", id=f"s{n}") for n in range(MOST + 1)]
    assert any("polite_errors" in note and str(MOST) in note for note in checked(trace(root(""), *many)).notes)
    assert checked(trace(root(""), *many[: MOST - 1])).notes == ()


def test_of_a_failing_test_it_is_expected_that_it_passes() -> None:
    run = chat(("tests", "AssertionError: assert 1 == 2"), task='{"test":"tests/test_a.py::test_b[x]"}')
    assert diagnose(run).expected == "The test tests/test_a.py::test_b[x] passes."
