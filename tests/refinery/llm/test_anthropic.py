"""What becomes of our request at the wire, and of everything the wire may answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx2
import pytest

from refinery.errors import ConfigError
from refinery.events import Event
from refinery.llm.anthropic import Account, Anthropic
from refinery.llm.port import Denied, Garbled, Message, ModelError, Rejected, Request, Stop, Tool, ToolResult, Unavailable
from refinery.llm.prices import load_prices
from tests.fakes.llm import Clock, Wire, answer, events, failure, ok, patience

KEY = "-".join(("sk", "ant", "x" * 8))
SHORT = Request("be brief", (Message("user", "hi"),), max_tokens=100, purpose="test")
LONG = Request("be long", (Message("user", "hi"),), max_tokens=16000, purpose="test")


def claude(wire: Wire, clock: Clock | None = None, model: str = "claude-sonnet-5-5", heard: list[Event] | None = None) -> Anthropic:
    say = heard.append if heard is not None else lambda _: None
    return Anthropic(Account(KEY, "http://model.invalid"), model, load_prices(), patience(clock or Clock()), say, wire.transport)


def test_an_answer_carries_text_stop_and_the_whole_cost() -> None:
    reply = claude(Wire(ok(answer("hello")))).complete(SHORT)
    assert (reply.text, reply.stop) == ("hello", Stop.END)
    assert (reply.usage.step, reply.usage.input_tokens, reply.usage.output_tokens) == ("test", 7000, 100)
    assert reply.usage.usd == pytest.approx((1000 * 2 + 2000 * 2.5 + 4000 * 0.1 + 100 * 10) / 1e6)


def test_an_unknown_price_is_said_to_be_unknown() -> None:
    assert claude(Wire(ok(answer())), model="claude-of-tomorrow").complete(SHORT).usage.usd is None


def test_the_request_asks_for_caching_a_schema_and_tools() -> None:
    wire = Wire(ok(answer()))
    schema: Mapping[str, object] = {"type": "object"}
    tool = Tool("look", "looks", {"type": "object"})
    claude(wire).complete(Request("s", (Message("user", "q"),), (tool,), {"type": "object"}, 10))
    body = wire.bodies[0]
    assert body["cache_control"] == {"type": "ephemeral"}
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": schema}}
    assert body["tools"] == [{"name": "look", "description": "looks", "input_schema": schema}]
    assert "temperature" not in body
    assert wire.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_tool_call_comes_back_word_for_word_in_the_next_turn() -> None:
    blocks: list[Mapping[str, object]] = [
        {"type": "thinking", "thinking": "hm", "signature": "signed"},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 1}},
    ]
    wire = Wire(ok(answer(stop="tool_use", blocks=blocks)), ok(answer("done")))
    model = claude(wire)
    first = model.complete(SHORT)
    assert first.stop is Stop.TOOLS
    assert first.tool_calls[0].arguments == {"at": 1}
    result = Message("user", tool_results=(ToolResult("t1", "seen", failed=True),))
    model.complete(Request("s", (*SHORT.messages, first.as_message(), result), max_tokens=10))
    sent = wire.bodies[1]["messages"]
    assert isinstance(sent, list)
    assert sent[1] == {"role": "assistant", "content": blocks}
    assert sent[2]["content"] == [{"type": "tool_result", "tool_use_id": "t1", "content": "seen", "is_error": True}]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_a_passing_failure_is_tried_again(status: int) -> None:
    clock, heard = Clock(), list[Event]()
    reply = claude(Wire(failure(status), failure(status), ok(answer("at last"))), clock, heard=heard).complete(SHORT)
    assert reply.text == "at last"
    assert clock.naps == [1.0, 2.0]
    assert [event.done for event in heard] == [1, 2]
    assert str(status) in heard[0].says


def test_retry_after_is_honoured() -> None:
    clock = Clock()
    claude(Wire(failure(429, headers={"retry-after": "17"}), ok(answer())), clock).complete(SHORT)
    assert clock.naps == [17.0]


def test_a_retry_after_beyond_all_patience_is_not_waited_for_but_told() -> None:
    clock = Clock()
    with pytest.raises(Unavailable, match="3600 s") as error:
        claude(Wire(failure(429, headers={"retry-after": "3600"})), clock).complete(SHORT)
    assert clock.naps == []
    assert error.value.exit_status == 5
    assert error.value.hint


def test_a_storm_ends_in_a_clear_refusal() -> None:
    clock = Clock()
    with pytest.raises(Unavailable, match=r"529.*tried 4 times"):
        claude(Wire(*[failure(529, "overloaded_error")] * 9), clock).complete(SHORT)
    assert len(clock.naps) == 3


def test_no_try_starts_after_the_deadline() -> None:
    clock = Clock()
    wire = Wire(*[failure(503, headers={"retry-after": "29"})] * 9)
    model = Anthropic(
        Account(KEY, "http://m.invalid"), "m", load_prices(), patience(clock, tries=9, deadline_s=60), transport=wire.transport
    )
    with pytest.raises(Unavailable):
        model.complete(SHORT)
    assert clock.now <= 60
    assert len(wire.bodies) == 3


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Rejected), (401, Denied), (403, Denied), (404, Rejected), (413, Rejected), (422, Rejected)]
)
def test_a_lasting_failure_is_told_at_once_with_the_way_out(status: int, kind: type[ModelError]) -> None:
    clock = Clock()
    with pytest.raises(kind, match=str(status)) as error:
        claude(Wire(failure(status, says=f"bad key {KEY}")), clock).complete(SHORT)
    assert clock.naps == []
    assert error.value.hint
    assert KEY not in f"{error.value} {error.value.hint} {error.value.__context__ and error.value.__suppress_context__}"


def test_a_dropped_connection_is_tried_again() -> None:
    def drop(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError(f"refused, key {KEY}", request=request)

    assert claude(Wire(drop, ok(answer("back")))).complete(SHORT).text == "back"
    with pytest.raises(Unavailable, match="cannot be reached") as error:
        claude(Wire(*[drop] * 4)).complete(SHORT)
    assert KEY not in str(error.value)


def test_a_timeout_says_so() -> None:
    def sleepy(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("slow", request=request)

    with pytest.raises(Unavailable, match="in time"):
        claude(Wire(*[sleepy] * 4)).complete(SHORT)


class Dripping(httpx2.SyncByteStream):
    """Keeps a connection awake, and says nothing."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            self.clock.now += 10
            yield b'event: ping\ndata: {"type": "ping"}\n\n'


@pytest.mark.parametrize("request_", [SHORT, LONG], ids=["whole", "streamed"])
def test_an_answer_that_never_comes_to_an_end_is_given_up(request_: Request) -> None:
    clock = Clock()

    def drip(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, stream=Dripping(clock), headers={"content-type": "text/event-stream"})

    with pytest.raises(Unavailable, match="in time"):
        claude(Wire(drip), clock).complete(request_)
    assert Account(KEY).longest_s <= clock.now < 2 * Account(KEY).longest_s


@pytest.mark.parametrize("request_", [SHORT, LONG], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(200, text="<html>log in</html>", headers={"content-type": "text/html"}),
        httpx2.Response(200, json={"ok": True}),
        httpx2.Response(200, text="", headers={"content-type": "application/json"}),
    ],
    ids=["html", "foreign json", "nothing"],
)
def test_an_answer_that_is_none_is_never_taken_for_one(request_: Request, response: httpx2.Response) -> None:
    with pytest.raises(Garbled) as error:
        claude(Wire(*[response] * 4)).complete(request_)
    assert "base URL" in error.value.hint


def test_a_long_answer_is_streamed() -> None:
    wire = Wire(events("once upon a time"))
    reply = claude(wire).complete(LONG)
    assert wire.bodies[0]["stream"] is True
    assert (reply.text, reply.stop, reply.usage.output_tokens) == ("once upon a time", Stop.END, 7)


def test_a_cut_stream_is_asked_again_and_what_it_cost_is_on_the_bill() -> None:
    reply = claude(Wire(events("once up", cut=True), events("once upon a time"))).complete(LONG)
    assert reply.text == "once upon a time"
    assert reply.usage.input_tokens == 14000


def test_streams_that_are_always_cut_end_in_an_error_that_knows_what_was_spent() -> None:
    with pytest.raises(Garbled, match="broke off") as error:
        claude(Wire(*[events("once", cut=True)] * 4)).complete(LONG)
    assert error.value.spent is not None
    assert error.value.spent.input_tokens == 28000


def test_an_error_event_within_a_stream_is_tried_again() -> None:
    assert claude(Wire(events("once", error="overloaded_error"), events("whole"))).complete(LONG).text == "whole"


@pytest.mark.parametrize(("stop", "expected"), [("refusal", Stop.REFUSAL), ("max_tokens", Stop.LENGTH), ("stop_sequence", Stop.END)])
def test_why_the_model_stopped_is_an_answer_and_no_error(stop: str, expected: Stop) -> None:
    assert claude(Wire(ok(answer("", stop, [])))).complete(SHORT).stop is expected


def test_a_paused_turn_is_sent_back_until_it_is_finished() -> None:
    wire = Wire(ok(answer("first, ", "pause_turn")), ok(answer("then", "end_turn")))
    reply = claude(wire).complete(SHORT)
    assert (reply.text, reply.stop, reply.usage.input_tokens) == ("first, then", Stop.END, 14000)
    assert len(wire.bodies) == 2


def test_without_a_key_it_says_how_to_work_without_a_model() -> None:
    with pytest.raises(ConfigError) as error:
        Anthropic(Account(""), "m", load_prices())
    assert "--model none" in error.value.hint


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(Account(KEY))
