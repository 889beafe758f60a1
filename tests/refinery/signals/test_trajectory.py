from __future__ import annotations

from adapters.trace import Failure, Kind, Message, Span, Status, ToolCall, Trace, Usage
from refinery.domain import Depth
from refinery.signals.trajectory import trajectory

SECOND = 1_000_000_000


def tool(number: int, name: str, given: str, gave: str, failed: bool = False) -> Span:
    return Span(
        f"t{number}",
        name,
        Kind.TOOL,
        tool=name,
        start_ns=number * SECOND,
        end_ns=number * SECOND + SECOND // 2,
        input=given,
        output=gave,
        status=Status.ERROR if failed else Status.OK,
        failure=Failure("LookupError", gave) if failed else None,
    )


def model(number: int, said: str) -> Span:
    spoken = (Message("assistant", said),)
    return Span(
        f"m{number}",
        "chat",
        Kind.LLM,
        model="some-model",
        start_ns=number * SECOND,
        end_ns=number * SECOND + SECOND,
        output=said,
        output_messages=spoken,
        usage=Usage(10, 5),
    )


RUN = Trace(
    "run",
    (
        tool(1, "lookup_price", '{"plan": "Pro"}', "no such plan: Pro", failed=True),
        model(2, "That did not work. Let me try the archive instead."),
        tool(3, "search_archive", '{"q": "Pro plan"}', "Pro: 20 EUR"),
        tool(4, "search_archive", '{"q": "Pro plan price"}', "Pro: 21 EUR"),
        model(5, "I think the Pro plan costs 21 EUR."),
        model(6, "I apologize, it costs 20 EUR. Is that the plan you meant?"),
    ),
)


def told(trace: Trace, depth: Depth) -> list[str]:
    return [each.says for each in trajectory(trace) if each.depth is depth]


def test_what_happened_is_told_with_its_timing() -> None:
    what = [each for each in trajectory(RUN) if each.depth is Depth.WHAT]
    assert [(each.says, each.at_s, each.seconds) for each in what[:3]] == [
        ("called lookup_price, which failed", 0.0, 0.5),
        ("asked some-model, 10 tokens in, 5 out", 1.0, 1.0),
        ("called search_archive", 2.0, 0.5),
    ]


def test_decision_points_say_what_followed_on_what() -> None:
    assert told(RUN, Depth.HOW) == [
        "went on to search_archive after lookup_price failed",
        "called search_archive again, with other arguments, after it answered",
        "answered after 3 calls",
    ]


def test_shifts_of_strategy_name_the_failure_and_the_announcement() -> None:
    why = told(RUN, Depth.WHY)
    assert "says that it goes another way ('that did not work')" in why
    assert "turned from lookup_price to search_archive, because it failed: no such plan: Pro" in why


def test_doubt_corrections_and_questions_are_heard() -> None:
    assert told(RUN, Depth.SURE) == [
        "is not sure ('i think')",
        "takes back what it had said ('i apologize')",
        "asks instead of answering",
    ]


def test_every_statement_is_shown_by_words_that_stand_in_its_span() -> None:
    for each in trajectory(RUN):
        assert each.quotes, each
        assert all(quote.text and RUN.span(quote.span_id).contains(quote.text) for quote in each.quotes), each
        assert RUN.step_of(each.span_id) == each.step


def test_a_bare_chat_has_a_course_too_but_no_times() -> None:
    def turn(number: int, role: str, content: str, *calls: ToolCall, answers: str = "") -> Span:
        message = Message(role, content, tool_calls=calls, tool_call_id=answers)
        return Span(str(number), role, Kind.MESSAGE, agent=role, output=content, output_messages=(message,), attributes={"role": role})

    chat = Trace(
        "chat",
        (
            turn(0, "user", "What does Pro cost?"),
            turn(1, "assistant", "", ToolCall("lookup_price", '{"plan": "Pro"}', "c1")),
            turn(2, "tool", "20 EUR", answers="c1"),
            turn(3, "assistant", "It definitely costs 20 EUR."),
        ),
    )
    assert told(chat, Depth.WHAT) == ["called lookup_price"]
    assert told(chat, Depth.SURE) == ["is sure of itself ('definitely')"]
    assert {each.at_s for each in trajectory(chat)} == {None}
    assert trajectory(Trace("empty", ())) == ()
