"""A run reads as a conversation, whatever recorded it."""

from __future__ import annotations

from adapters.trace import Failure, Kind, Message, Span, ToolCall, Trace
from refinery.flows.session.conversation import Line, conversation, excerpt, said


def run(*spans: Span, task: str = "") -> Trace:
    return Trace("t", spans, task=task)


ROOT = Span("r", "answer", Kind.AGENT, input='{"plan": "team", "seats": 2}', output='"90 USD"')
LOOK_UP = Span("l", "look_up", Kind.TOOL, "r", tool="look_up", input='{"plan": "team"}', output='{"amount": 90}')


def told(lines: tuple[Line, ...]) -> list[str]:
    return [f"{'! ' if line.broken else ''}{line.who}: {line.says}" for line in lines]


def test_a_traced_run_goes_from_the_question_over_what_was_looked_up_to_the_answer() -> None:
    assert told(conversation(run(ROOT, LOOK_UP), 1)) == [
        "Customer: plan: team, seats: 2",
        "Agent: looks up look_up (team)",
        "! look_up: amount: 90",
        "Agent: 90 USD",
    ]


def test_the_broken_step_is_marked_once_at_what_it_came_to() -> None:
    assert told(conversation(run(ROOT), 0)) == ["Customer: plan: team, seats: 2", "! Agent: 90 USD"]


def test_a_step_that_said_nothing_is_still_shown_when_it_is_the_broken_one() -> None:
    silent = Span("s", "planner", Kind.EMBEDDING, "r")
    assert told(conversation(run(ROOT, silent), 1))[-1] == "! planner: said nothing that was recorded"


def test_what_failed_says_how() -> None:
    failed = Span("l", "look_up", Kind.TOOL, "r", tool="look_up", failure=Failure("KeyError", "'gold'"))
    assert told(conversation(run(ROOT, failed), 1))[2] == "! look_up: fails: 'gold'"


def test_what_the_whole_run_came_to_is_said_last_and_marked_once() -> None:
    failed = Span("r", "answer", Kind.AGENT, input="Team?", output="90", failure=Failure("ValueError", "no currency"))
    assert told(conversation(run(failed, LOOK_UP), 0)) == [
        "Customer: Team?",
        "Agent: looks up look_up (team)",
        "look_up: amount: 90",
        "Agent: fails: no currency",
        "! Agent: 90",
    ]


def test_a_chat_keeps_its_speakers_and_leaves_out_the_instructions() -> None:
    spoken = [("system", "Be kind."), ("user", "プロプランはいくらですか"), ("assistant", "45ドルです")]
    spans = [Span(str(at), role, Kind.MESSAGE, agent=role, output=text) for at, (role, text) in enumerate(spoken)]
    assert told(conversation(run(*spans), 2)) == ["Customer: プロプランはいくらですか", "! Agent: 45ドルです"]


def test_a_long_conversation_shows_its_ends_and_the_broken_step_and_counts_the_rest() -> None:
    lines = tuple(Line("Agent", str(number), number, number == 20) for number in range(50))
    shown = excerpt(lines)
    assert [each if isinstance(each, int) else each.says for each in shown] == [
        *map(str, range(3)),
        13,
        *map(str, range(16, 25)),
        22,
        *map(str, range(47, 50)),
    ]
    assert excerpt(lines[:16]) == lines[:16]


def test_json_is_said_in_words() -> None:
    assert said('{"question": "What does Pro cost?"}') == "What does Pro cost?"
    assert said('[{"a": true}, null, 2.5]') == "a: yes, nothing, 2.5"
    assert said("plain words") == "plain words"


def test_a_step_that_only_called_a_tool_is_marked_at_its_call() -> None:
    ask = Span("u", "user", Kind.MESSAGE, agent="user", output="What does it cost to send 2.0 kg?")
    wish = Message("assistant", "", tool_calls=(ToolCall("shipping_rate", '{"weight": 2.0}'),))
    call = Span("a", "assistant", Kind.MESSAGE, agent="assistant", output_messages=(wish,))
    lines = told(conversation(run(ask, call), 1))
    assert lines == ["Customer: What does it cost to send 2.0 kg?", "! Agent: looks up shipping_rate (weight: 2.0)"]
