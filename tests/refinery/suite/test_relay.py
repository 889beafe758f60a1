from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import anthropic
import openai
import pytest
from anthropic.types import MessageParam

from adapters.redaction import Found
from adapters.trace import Json, Trace
from refinery.domain import Attempt, Cause
from refinery.llm.prices import load_prices
from refinery.llm.recordings import Recordings
from refinery.llm.upstream import NO_KEY, Upstream
from refinery.suite.capture import Capture
from refinery.suite.relay import Ledger, Mode, Relay, Terms
from refinery.suite.runner import bill
from tests.fakes.loopback import Answer, given
from tests.fakes.models import ModelServer
from tests.refinery.suite.conftest import Opened, asking

KEY = "sk-the-users-own"
CLAUDE, UNPRICED = "claude-sonnet-5-5", "gpt-somewhere"
PRICES = load_prices().stating("gpt-priced", 1.0, 10.0)
KIND = "text/event-stream"
HELLO: list[MessageParam] = [{"role": "user", "content": "hello"}]
SECRET = "tok_51Hq9zPlanetEarth"


@dataclass(frozen=True)
class Line:
    """A capture with a relay behind it, as an agent sees it."""

    capture: Capture
    relay: Relay
    stack: ExitStack

    def endpoint(self, token: str = "one", scenario: str = "a", trial: int = 0, most: float | None = None) -> str:
        self.relay.begin(token, Terms(scenario, trial, most))
        return f"{self.capture.endpoint(token)}/models"

    def claude(self, token: str = "one", **terms: object) -> anthropic.Anthropic:
        url = self.endpoint(token, **terms)  # type: ignore[arg-type]
        return self.stack.enter_context(anthropic.Anthropic(api_key=NO_KEY, base_url=f"{url}/anthropic"))

    def gpt(self, token: str = "one", **terms: object) -> openai.OpenAI:
        url = self.endpoint(token, **terms)  # type: ignore[arg-type]
        return self.stack.enter_context(openai.OpenAI(api_key=NO_KEY, base_url=f"{url}/openai"))

    def end(self, token: str = "one") -> Ledger:
        return self.relay.end(token)


Opens = Callable[..., Line]


@pytest.fixture
def vendor() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def line(vendor: ModelServer, tmp_path: Path) -> Iterator[Opens]:
    with ExitStack() as stack:

        def opens(mode: Mode = Mode.LIVE, usd: float | None = None, key: str = KEY) -> Line:
            upstreams = {"anthropic": Upstream("anthropic", vendor.url, key), "openai": Upstream("openai", f"{vendor.url}/v1", key)}
            kept = Recordings(tmp_path / "kept", lambda text: [Found("secret", SECRET)] if SECRET in text else [])
            relay = Relay(mode, upstreams, PRICES, usd, kept)
            stack.callback(relay.close)
            return Line(stack.enter_context(Capture(relay=relay)), relay, stack)

        yield opens


def ask(client: anthropic.Anthropic, text: str = "hello", stream: bool = False, model: str = CLAUDE) -> str:
    if not stream:
        reply = client.messages.create(model=model, max_tokens=100, messages=[{"role": "user", "content": text}])
        return "".join(block.text for block in reply.content if block.type == "text")
    with client.messages.stream(model=model, max_tokens=100, messages=[{"role": "user", "content": text}]) as streamed:
        return "".join(streamed.text_stream)


def chat(client: openai.OpenAI, text: str = "hello", stream: bool = False, model: str = "gpt-priced") -> str:
    if not stream:
        reply = client.chat.completions.create(model=model, max_tokens=100, messages=[{"role": "user", "content": text}])
        return reply.choices[0].message.content or ""
    parts = client.chat.completions.create(model=model, max_tokens=100, messages=[{"role": "user", "content": text}], stream=True)
    return "".join(part.choices[0].delta.content or "" for part in parts)  # a part without choices would be an IndexError


def respond(client: openai.OpenAI, text: str = "hello", stream: bool = False, model: str = "gpt-priced") -> str:
    if not stream:
        return client.responses.create(model=model, max_output_tokens=100, input=text).output_text
    with client.responses.stream(model=model, max_output_tokens=100, input=text) as streamed:
        return "".join(event.delta for event in streamed if event.type == "response.output_text.delta")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_calls_reach_the_vendor_and_are_counted(line: Opens, vendor: ModelServer, stream: bool) -> None:
    opened = line()
    assert ask(opened.claude("one"), stream=stream) == "you asked: hello"
    client = opened.gpt("two")
    assert chat(client, stream=stream) == respond(client, stream=stream) == "you asked: hello"
    (claude,), gpts = opened.end("one").calls, opened.end("two").calls
    assert claude.tokens is not None
    assert (claude.tokens.input, claude.tokens.output) == (10, 100)
    assert claude.usd == pytest.approx(0.00102)
    assert [call.tokens.cache_read for call in gpts if call.tokens] == [4, 0]
    assert [call.usd for call in gpts] == [pytest.approx(0.00101), pytest.approx(0.00101)]
    assert {each.path for each in vendor.asked} == {"/v1/messages", "/v1/chat/completions", "/v1/responses"}


def test_the_users_key_is_put_in_only_behind_the_relay(line: Opens, vendor: ModelServer) -> None:
    opened = line()
    ask(opened.claude("one"))
    chat(opened.gpt("two"))
    ask(opened.claude("three").copy(api_key="its-own"))
    keys = [given(asked, "authorization") or given(asked, "x-api-key") for asked in vendor.asked]
    assert [key.removeprefix("Bearer ") for key in keys] == [KEY, KEY, "its-own"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_what_was_recorded_is_answered_again_without_vendor_and_key(line: Opens, vendor: ModelServer, tmp_path: Path, stream: bool) -> None:
    vendor.say = lambda question, number: f"{number}: {question}"
    opened = line(Mode.RECORD)
    client = opened.gpt("two")
    first = [ask(opened.claude("one"), stream=stream), chat(client, stream=stream), respond(client, stream=stream)]
    asked = len(vendor.asked)
    opened.end("one"), opened.end("two")
    again = line(Mode.REPLAY, key="")
    client = again.gpt("two")
    assert [ask(again.claude("one"), stream=stream), chat(client, stream=stream), respond(client, stream=stream)] == first
    assert len(vendor.asked) == asked
    (call,) = again.end("one").calls
    assert (call.replayed, call.repeated) == (True, False)
    assert call.usd == pytest.approx(0.00102)
    texts = [path.read_text() for path in (tmp_path / "kept").rglob("*.json")]
    assert len(texts) == 3
    assert not any(word in text for text in texts for word in (KEY, NO_KEY, "authorization", "x-api-key"))


def test_a_stream_is_kept_in_few_events(line: Opens, tmp_path: Path) -> None:
    ask(line(Mode.RECORD).claude(), "a rather long question, so that there are many pieces", stream=True)
    (path,) = (tmp_path / "kept").rglob("*.json")
    (reply,) = json.loads(path.read_text())["replies"]
    assert [event["type"] for event in reply["stream"]].count("content_block_delta") == 1


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_secret_is_not_recorded_and_is_put_back_in_a_replay(line: Opens, tmp_path: Path, stream: bool) -> None:
    question = f"use {SECRET} please"
    first = ask(line(Mode.RECORD).claude(), question, stream)
    assert SECRET in first
    assert SECRET not in "".join(path.read_text() for path in (tmp_path / "kept").rglob("*.json"))
    assert ask(line(Mode.REPLAY).claude(), question, stream) == first


def test_each_trial_gets_its_own_answer_and_a_further_one_is_told_as_repeated(line: Opens, vendor: ModelServer) -> None:
    vendor.say = lambda question, number: str(number)
    recording = line(Mode.RECORD)
    for trial in range(2):
        client = recording.claude(f"t{trial}", trial=trial)
        assert [ask(client), ask(client)] == [str(2 * trial + 1), str(2 * trial + 2)]
    replay = line(Mode.REPLAY)
    for trial, expected in enumerate((["1", "2"], ["3", "4"], ["1", "2"])):
        client = replay.claude(f"t{trial}", trial=trial)
        assert [ask(client), ask(client)] == expected
        assert {call.repeated for call in replay.end(f"t{trial}").calls} == {trial == 2}


def test_what_was_not_recorded_is_refused_and_the_difference_named(line: Opens) -> None:
    ask(line(Mode.RECORD).claude(), "the price in EUR")
    replay = line(Mode.REPLAY)
    with pytest.raises(anthropic.NotFoundError, match="was not recorded"):
        ask(replay.claude(), "the price in USD")
    unrecorded = replay.end().unrecorded
    assert "messages[0].content" in unrecorded
    assert "'the price in EUR'" in unrecorded
    assert "'the price in USD'" in unrecorded


def test_a_call_that_could_pass_the_scenarios_limit_is_refused_as_the_vendor_would(line: Opens, vendor: ModelServer) -> None:
    opened = line()
    with pytest.raises(anthropic.APIStatusError) as raised:
        ask(opened.claude(most=0.0005))
    assert raised.value.status_code == 402
    assert "max_cost" in str(raised.value)
    assert vendor.asked == []  # nor was it tried again
    ledger = opened.end()
    assert (ledger.whose, opened.relay.spent) == ("scenario", "")
    with pytest.raises(openai.APIStatusError, match="max_cost"):
        chat(opened.gpt(most=0.0005))


def test_all_attempts_together_stay_within_the_budget(line: Opens, vendor: ModelServer) -> None:
    opened = line(usd=0.01)

    def attempt(number: int) -> int:
        client = opened.claude(f"t{number}")
        try:
            ask(client)
        except anthropic.APIStatusError as error:
            return error.status_code
        return 200

    with ThreadPoolExecutor(8) as threads:
        came = list(threads.map(attempt, range(24)))
    spent = sum(call.usd or 0 for number in range(24) for call in opened.end(f"t{number}").calls)
    assert set(came) == {200, 402}
    assert 0.005 < spent <= 0.01
    assert opened.relay.spent


def test_a_price_that_is_not_known_is_said_and_counted_as_the_dearest(line: Opens) -> None:
    opened = line(usd=0.05)
    client = opened.gpt()
    for _ in range(3):
        chat(client, model=UNPRICED)
    with pytest.raises(openai.APIStatusError, match=f"price of {UNPRICED} is not known"):
        client.chat.completions.create(model=UNPRICED, max_tokens=900, messages=[{"role": "user", "content": "hello"}])
    ledger = opened.end()
    assert ledger.calls
    assert {call.usd for call in ledger.calls} == {None}
    assert opened.relay.unpriced == {UNPRICED}


def test_a_vendor_that_fails_is_no_fault_of_the_agents(line: Opens, vendor: ModelServer) -> None:
    vendor.status = 529
    opened = line()
    with pytest.raises(anthropic.APIStatusError):
        ask(opened.claude().with_options(max_retries=0))
    assert "answered 529" in opened.end().broken
    unreachable = Relay(Mode.LIVE, {"anthropic": Upstream("anthropic", "http://127.0.0.1:9", KEY)}, PRICES)
    with Capture(relay=unreachable) as capture, ExitStack() as stack:
        with pytest.raises(anthropic.APIStatusError, match="cannot be reached"):
            ask(Line(capture, unreachable, stack).claude().with_options(max_retries=0))
        assert "cannot be reached" in unreachable.end("one").broken
    unreachable.close()


def test_a_missing_key_is_named(line: Opens, vendor: ModelServer) -> None:
    vendor.status = 401
    opened = line(key="")
    with pytest.raises(anthropic.AuthenticationError):
        ask(opened.claude())
    assert "set ANTHROPIC_API_KEY" in opened.end().broken


def test_nobody_else_can_call(line: Opens, vendor: ModelServer) -> None:
    opened = line()
    url = opened.endpoint("one").replace("/one/", "/guess/")
    with pytest.raises(anthropic.NotFoundError), anthropic.Anthropic(api_key=NO_KEY, base_url=f"{url}/anthropic") as client:
        ask(client)
    assert vendor.asked == []


def test_a_server_that_does_not_know_how_to_tell_usage_in_a_stream_is_asked_without(line: Opens, vendor: ModelServer) -> None:
    vendor.faults = [("/v1/chat/completions include_usage", Answer(b'{"error": {"message": "stream_options?"}}', 400))]
    opened = line()
    assert chat(opened.gpt(), stream=True) == "you asked: hello"
    assert ["stream_options" in words for words in vendor.words_to("/v1/chat/completions")] == [True, False]
    (call,) = opened.end().calls
    assert (call.tokens, call.usd) == (None, None)


def test_the_key_opens_nothing_but_models(line: Opens, vendor: ModelServer) -> None:
    opened = line()
    client = opened.gpt()
    assert list(client.models.list()) == []
    with pytest.raises(openai.NotFoundError, match="not GET files"):
        client.files.list()
    with pytest.raises(openai.NotFoundError, match="not DELETE models/mine"):
        client.models.delete("mine")
    assert vendor.paths == ["/v1/models"]
    assert opened.end().calls[0].usd == 0.0


def test_a_broken_stream_is_not_recorded(line: Opens, vendor: ModelServer, tmp_path: Path) -> None:
    begun = {"type": "message_start", "message": {"usage": {"input_tokens": 10, "output_tokens": 1}}}
    vendor.faults = [("/v1/messages", Answer(f"event: message_start\ndata: {json.dumps(begun)}\n\n".encode(), kind=KIND, cut=True))]
    opened = line(Mode.RECORD)
    client = opened.claude()
    with pytest.raises(Exception, match=r"."), client.messages.stream(model=CLAUDE, max_tokens=9, messages=HELLO) as streamed:
        streamed.get_final_message()
    assert not (tmp_path / "kept").exists()
    ledger = opened.end()
    assert "broke off" in ledger.broken
    assert ledger.calls[0].usd is None


AGENT = """
import json, sys
import anthropic
{at_import}
def answer(given):
    client = {client}
    asked = [{{"role": "user", "content": given}}]
    tools = [{{"name": "lookup_price", "description": "", "input_schema": {{"type": "object"}}}}]
    first = client.messages.create(model="claude-sonnet-5-5", max_tokens=100, messages=asked, tools=tools)
    call = first.content[0]
    asked += [{{"role": "assistant", "content": first.content}}]
    asked += [{{"role": "user", "content": [{{"type": "tool_result", "tool_use_id": call.id, "content": "EUR 10 for " + given}}]}}]
    with client.messages.stream(model="claude-sonnet-5-5", max_tokens=100, messages=asked, tools=tools) as stream:
        return stream.get_final_text()

if __name__ == "__main__":
    print(answer(json.load(sys.stdin)))
"""
LAZY = AGENT.format(at_import="", client="anthropic.Anthropic()")
EAGER = AGENT.format(at_import="made = anthropic.Anthropic()", client="made")
CALM = """
def answer(given):
    try:
        return go(given)
    except anthropic.APIStatusError:
        return "fine"

if __name__"""
CHECKS: tuple[tuple[str, Json], ...] = (
    ("tool-called", {"name": "lookup_price", "args": {"plan": "pro"}}),
    ("max-steps", 2),
    ("max-cost", 0.01),
    ("contains", "EUR 10"),
)


@pytest.mark.parametrize(
    ("code", "command"), [(LAZY, ()), (EAGER, ()), (EAGER, ("python", "agent.py"))], ids=["callable", "made at import", "command"]
)
def test_an_agent_without_telemetry_is_seen_by_its_model_calls(opened: Opened, line: Opens, code: str, command: tuple[str, ...]) -> None:
    traces: list[Trace] = []
    capture = line().capture
    bench = opened(code, *command, capture=capture, sink=traces.append, seconds=30.0)
    attempts = list(bench.attempts([(asking(f"plan {n}", *CHECKS, name=f"n{n}"), 0) for n in range(4)]))
    assert [attempt.says for attempt in attempts if not attempt.passed] == []
    for attempt, trace in zip(attempts, traces, strict=True):
        asked = f"plan {attempt.scenario[1:]}"
        assert trace.task == asked
        assert f"for {asked}" in attempt.output
        assert (attempt.input_tokens, attempt.output_tokens, attempt.recorded) == (20, 200, False)
        assert attempt.cost_usd == pytest.approx(0.00204)
    item = bill("suite", attempts, 1.0)
    assert (item.input_tokens, item.output_tokens) == (80, 800)
    assert item.usd == pytest.approx(0.00816)


def test_an_attempt_that_was_refused_a_call_fails_whatever_it_makes_of_it(opened: Opened, line: Opens) -> None:
    code = LAZY.replace("answer(given):", "go(given):").replace("if __name__", CALM)
    bench = opened(code, capture=line().capture, seconds=30.0)
    attempt = bench.attempt(replace(asking("plan"), max_cost=0.0001), 0)
    assert (attempt.output, attempt.passed, attempt.cause, attempt.counts) == ("fine", False, Cause.BUDGET, True)
    assert "max_cost" in attempt.says


def test_a_run_stops_when_its_budget_is_spent_and_counts_what_it_has(opened: Opened, line: Opens, tmp_path: Path) -> None:
    bench = opened(LAZY, capture=line(usd=0.006).capture, seconds=30.0, at_once=1)
    kept: list[Attempt] = []
    result = bench._runner.run(tmp_path / "tree", [asking("plan", name="n0")], 9, keep=kept.append)
    assert 0 < len(kept) == len(result.scenarios[0].attempts) == 9 - result.unmade < 9
    assert all(attempt.passed for attempt in kept)
    assert any("budget_usd" in note and "--resume" in note for note in result.notes)
    assert result.bill.usd is not None
    assert result.bill.usd <= 0.006


def test_trees_that_are_tried_side_by_side_are_told_apart(opened: Opened, line: Opens) -> None:
    capture = line().capture
    one = opened(EAGER, capture=capture, seconds=30.0)
    with one._runner.open(one._tree) as other, ThreadPoolExecutor(2) as threads:
        pairs = [(asking(f"plan {n}", name=f"n{n}"), 0) for n in range(4)]
        made = list(threads.map(lambda bench: list(bench.attempts(pairs)), (one, other)))
    assert [attempt.says for attempts in made for attempt in attempts if not attempt.passed] == []
    assert {attempt.input_tokens for attempts in made for attempt in attempts} == {20}


def test_a_replay_costs_nothing_and_its_repeats_do_not_count(opened: Opened, line: Opens, vendor: ModelServer, tmp_path: Path) -> None:
    opened(LAZY, capture=line(Mode.RECORD).capture, seconds=30.0).attempt(asking("plan", *CHECKS), 0)
    asked = len(vendor.asked)
    bench = opened(LAZY, capture=line(Mode.REPLAY, key="").capture, seconds=30.0)
    result = bench._runner.run(tmp_path / "tree", [asking("plan", *CHECKS)], 3)
    assert len(vendor.asked) == asked
    assert [(each.passed, each.recorded, each.counts) for each in result.scenarios[0].attempts] == [(True, True, n == 0) for n in range(3)]
    assert result.bill.usd == 0.0
    assert result.scenarios[0].attempts[0].cost_usd == pytest.approx(0.00204)


def test_what_a_changed_agent_asks_is_not_in_the_recording(opened: Opened, line: Opens) -> None:
    opened(LAZY, capture=line(Mode.RECORD).capture, seconds=30.0).attempt(asking("plan"), 0)
    bench = opened(LAZY.replace("EUR", "USD"), capture=line(Mode.REPLAY).capture, seconds=30.0)
    attempt = bench.attempt(asking("plan"), 0)
    assert (attempt.cause, attempt.passed, attempt.counts) == (Cause.UNRECORDED, False, False)
    assert "recorded was 'EUR 10 for plan', now it is 'USD 10 for plan'" in attempt.says


def test_a_vendor_that_is_down_is_tried_again_and_no_fault_of_the_agents(opened: Opened, line: Opens, vendor: ModelServer) -> None:
    vendor.status = 503
    code = LAZY.replace("anthropic.Anthropic()", "anthropic.Anthropic(max_retries=0)")
    bench = opened(code, capture=line().capture, seconds=30.0)
    attempt = bench.attempt(replace(asking("plan"), retries=2), 0)
    assert (attempt.cause, attempt.counts) == (Cause.INFRASTRUCTURE, False)
    assert "answered 503" in attempt.says
    assert len(vendor.asked) == 3
