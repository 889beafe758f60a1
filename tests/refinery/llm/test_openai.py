"""The second vendor keeps the same promises over another wire."""

from __future__ import annotations

import json

import pytest

from refinery.errors import ConfigError
from refinery.llm.openai import OpenAICompatible, Server
from refinery.llm.port import Denied, Garbled, Message, ModelError, Rejected, Request, Stop, Tool, ToolResult, ToolUse, Unavailable
from refinery.llm.prices import load_prices
from tests.fakes.chat import Answer, ChatServer, said
from tests.fakes.llm import Clock, patience

ASK = Request("be brief", (Message("user", "hi"),), max_tokens=50, purpose="test")


def model(server: ChatServer, clock: Clock | None = None, key: str = "") -> OpenAICompatible:
    return OpenAICompatible(Server(server.url, key), "local", load_prices(), patience(clock or Clock()))


def test_an_answer_with_its_tokens_and_no_invented_price() -> None:
    with ChatServer(said("hello")) as server:
        reply = model(server).complete(ASK)
    assert (reply.text, reply.stop, reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.usd) == (
        "hello",
        Stop.END,
        100,
        10,
        None,
    )
    assert server.paths == ["/v1/chat/completions"]
    assert server.keys == [None]
    assert server.bodies[0] == {
        "model": "local",
        "max_tokens": 50,
        "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}],
    }


def test_tools_and_schema_travel_and_come_back() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}
    with ChatServer(said(None, "tool_calls", tool_calls=[call]), said("done")) as server:
        asked = Request("s", (Message("user", "q"),), (Tool("look", "looks", {"type": "object"}),), {"type": "object"}, 10)
        first = model(server).complete(asked)
        assert (first.stop, first.tool_calls) == (Stop.TOOLS, (ToolUse("c1", "look", {"at": 1}),))
        turns = (*asked.messages, first.as_message(), Message("user", tool_results=(ToolResult("c1", "no", failed=True),)))
        model(server, key="secret").complete(Request("s", turns, max_tokens=10))
    assert server.bodies[0]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
    }
    sent = server.bodies[1]["messages"]
    assert isinstance(sent, list)
    assert sent[2]["tool_calls"][0]["function"] == {"name": "look", "arguments": json.dumps({"at": 1})}
    assert sent[3] == {"role": "tool", "tool_call_id": "c1", "content": "ERROR: no"}
    assert server.keys[1] == "Bearer secret"


def test_passing_failures_are_tried_again_and_retry_after_is_honoured() -> None:
    clock = Clock()
    with ChatServer(Answer(b"{}", 503), Answer(b"{}", 429, {"retry-after": "9"}), said("at last")) as server:
        assert model(server, clock).complete(ASK).text == "at last"
    assert clock.naps == [1.0, 9.0]


@pytest.mark.parametrize(("status", "kind"), [(400, Rejected), (401, Denied), (403, Denied), (404, Rejected), (413, Rejected)])
def test_lasting_failures_are_told_at_once(status: int, kind: type[ModelError]) -> None:
    with ChatServer(Answer(b'{"error": "key sk-1234"}', status)) as server, pytest.raises(kind, match=str(status)) as error:
        model(server).complete(ASK)
    assert error.value.hint
    assert "1234" not in str(error.value)


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": 3}}]}', b"[" * 9000, b""])
def test_what_is_no_answer_is_never_taken_for_one(body: bytes) -> None:
    with ChatServer(*[Answer(body)] * 4) as server, pytest.raises(Garbled, match="tried 4 times"):
        model(server).complete(ASK)


def test_an_answer_cut_on_the_way_is_asked_for_again() -> None:
    with ChatServer(Answer(said("half").body, cut=True), said("whole")) as server:
        assert model(server).complete(ASK).text == "whole"


def test_an_answer_that_takes_longer_than_any_does_is_given_up() -> None:
    with ChatServer(*[said("late")] * 4) as server, pytest.raises(Unavailable, match="in time"):
        OpenAICompatible(Server(server.url, longest_s=-1.0), "m", load_prices(), patience(Clock())).complete(ASK)


def test_no_server_is_told() -> None:
    with ChatServer() as server:
        pass
    with pytest.raises(Unavailable, match="cannot be reached"):
        model(server).complete(ASK)


@pytest.mark.parametrize(("reason", "stop"), [("length", Stop.LENGTH), ("content_filter", Stop.REFUSAL), (None, Stop.END)])
def test_why_it_stopped_is_an_answer(reason: str, stop: Stop) -> None:
    with ChatServer(said("x", reason)) as server:
        assert model(server).complete(ASK).stop is stop


@pytest.mark.parametrize(("url", "name"), [("file:///etc/passwd", "m"), ("ftp://x", "m"), ("http://x/v1", "")])
def test_a_wrong_address_or_no_model_is_told_before_anything_is_sent(url: str, name: str) -> None:
    with pytest.raises(ConfigError) as error:
        OpenAICompatible(Server(url), name, load_prices())
    assert error.value.hint
