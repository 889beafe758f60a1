"""The door to Anthropic's SDK: our request in its words, its answer in ours, and each of its failures by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from refinery.domain import Bill, BillItem
from refinery.errors import ConfigError
from refinery.events import Say, silent
from refinery.llm.port import Denied, Garbled, Message, ModelError, Rejected, Reply, Request, Stop, ToolUse, Unavailable
from refinery.llm.prices import Prices, Tokens
from refinery.llm.retry import RETRIED, Patience, Transient, again, retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    import anthropic
    import httpx2
    from anthropic.lib.streaming import MessageStream
    from anthropic.types import Message as Answer

VENDOR = "https://api.anthropic.com"
STREAM_ABOVE = 4096
"""Longer answers are streamed: a connection that is silent for minutes gets cut on the way."""

STOPS = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "tool_use": Stop.TOOLS,
    "max_tokens": Stop.LENGTH,
    "model_context_window_exceeded": Stop.LENGTH,
    "pause_turn": Stop.LENGTH,
    "refusal": Stop.REFUSAL,
}
PAUSES = 5
"""How often a paused turn is sent back to go on."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account is used, and where."""

    api_key: str
    base_url: str | None = None
    """None: the vendor's own."""
    timeout_s: float = 600.0
    """Seconds without a word after which an answer is given up."""
    longest_s: float = 1200.0
    """The same for the whole answer: a proxy that keeps a dead connection awake would hold a run for ever."""

    def __repr__(self) -> str:
        return f"Account({self.base_url or VENDOR})"


class Anthropic:
    """Claude, by the Messages API. Made once and used from any thread; an empty model name stands for the default one."""

    def __init__(
        self,
        account: Account,
        model: str,
        prices: Prices,
        patience: Patience | None = None,
        say: Say = silent,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if not account.api_key:
            raise ConfigError("there is no API key for Anthropic", hint="set ANTHROPIC_API_KEY, or work without a model: --model none")
        self._model = model or prices.defaults["anthropic"]
        self._prices = prices
        self._patience = patience or Patience()
        self._say = say
        self._client = _client(account, transport, self._patience.clock)

    @property
    def model(self) -> str:
        return self._model

    def complete(self, request: Request) -> Reply:
        """The answer; a turn that the provider paused is sent back until it is finished."""
        parts: list[Reply] = []
        asked = request
        for _ in range(PAUSES + 1):
            reply, paused = self._finished(asked)
            parts.append(reply)
            if not paused:
                break
            asked = replace(asked, messages=(*asked.messages, reply.as_message()))
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _finished(self, request: Request) -> tuple[Reply, bool]:
        """One answer with what all tries for it cost, and whether the provider paused."""
        lost: list[BillItem] = []
        start = self._patience.clock()

        def once() -> Answer:
            try:
                return self._once(request)
            except Transient as failed:
                if failed.failure.spent:
                    lost.append(failed.failure.spent)
                raise

        try:
            answer = again(once, self._patience, self._say)
        except ModelError as error:
            error.spent = _sum(lost, self._patience.clock() - start) if lost else None
            raise
        item = _sum([self._item(request, answer), *lost], self._patience.clock() - start)
        return _reply(answer, item), answer.stop_reason == "pause_turn"

    def _once(self, request: Request) -> Answer:
        with _failures():
            if request.max_tokens > STREAM_ABOVE:
                with self._client.messages.stream(**_parameters(self._model, request)) as stream:
                    answer = _last(stream)
            else:
                answer = self._client.messages.create(**_parameters(self._model, request))
        return self._checked(request, answer)

    def _checked(self, request: Request, answer: object) -> Answer:
        """The SDK validates nothing: foreign JSON comes as a message of Nones, HTML as a string, a cut stream as a short answer."""
        from anthropic.types import Message as Expected

        if not isinstance(answer, Expected) or answer.content is None or answer.usage is None:
            raise Transient(
                Garbled(
                    "the address answered, but not as Anthropic's Messages API does", hint="check the base URL and any proxy in between"
                )
            )
        if answer.stop_reason is None:
            spent = self._item(request, answer)
            raise Transient(Garbled("the answer broke off in the middle", hint="the connection is unstable; try again later", spent=spent))
        return answer

    def _item(self, request: Request, answer: Answer) -> BillItem:
        used = answer.usage
        tokens = Tokens(
            used.input_tokens or 0, used.cache_creation_input_tokens or 0, used.cache_read_input_tokens or 0, used.output_tokens or 0
        )
        return BillItem(request.purpose or "model", 0.0, tokens.input, tokens.output, self._prices.usd(self._model, tokens))


def _client(account: Account, transport: httpx2.BaseTransport | None, clock: Callable[[], float]) -> anthropic.Anthropic:
    import anthropic
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __init__(self, within: httpx2.SyncByteStream) -> None:
            self.within, self.end = within, clock() + account.longest_s

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self.within:
                if clock() > self.end:
                    raise httpx2.ReadTimeout("the answer does not come to an end")
                yield chunk

        def close(self) -> None:
            self.within.close()

    def bound(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = Bounded(response.stream)

    hooks: dict[str, list[Callable[..., object]]] = {"response": [bound]}

    # An explicit key and address keep the SDK from reading credentials out of the environment or from disk.
    return anthropic.Anthropic(
        api_key=account.api_key,
        base_url=account.base_url or VENDOR,
        timeout=account.timeout_s,
        max_retries=0,  # trying again is ours, or they would multiply
        open_telemetry=False,  # our own calls do not belong into the user's traces
        http_client=httpx2.Client(transport=transport, event_hooks=hooks) if transport else anthropic.DefaultHttpxClient(event_hooks=hooks),
    )


def _parameters(model: str, request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens,
        "system": request.system,
        "messages": [_message(message) for message in request.messages],
        "cache_control": {"type": "ephemeral"},
    }
    if request.tools:
        parameters["tools"] = [{"name": tool.name, "description": tool.description, "input_schema": tool.schema} for tool in request.tools]
    if request.schema is not None:
        parameters["output_config"] = {"format": {"type": "json_schema", "schema": request.schema}}
    return parameters


def _message(message: Message) -> dict[str, Any]:
    if message.verbatim:
        return {"role": message.role, "content": json.loads(message.verbatim)}
    blocks: list[dict[str, Any]] = [
        {"type": "tool_result", "tool_use_id": result.id, "content": result.text, "is_error": result.failed}
        for result in message.tool_results
    ]
    if message.text:
        blocks.append({"type": "text", "text": message.text})
    blocks += [{"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments} for call in message.tool_calls]
    return {"role": message.role, "content": blocks}


def _last(stream: MessageStream[None]) -> object:
    try:
        return stream.get_final_message()
    except AssertionError:  # nothing of the protocol came at all, which the SDK only asserts
        return None


def _reply(answer: Answer, usage: BillItem) -> Reply:
    text = "".join(block.text for block in answer.content if block.type == "text")
    calls = tuple(ToolUse(block.id, block.name, _arguments(block.input)) for block in answer.content if block.type == "tool_use")
    verbatim = json.dumps([block.to_dict(mode="json") for block in answer.content], ensure_ascii=False)
    return Reply(text, calls, STOPS.get(str(answer.stop_reason), Stop.END), usage, verbatim)


def _arguments(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _joined(parts: list[Reply]) -> Reply:
    usage = _sum([part.usage for part in parts], sum(part.usage.seconds for part in parts))
    return replace(parts[-1], text="".join(part.text for part in parts), usage=usage)


def _sum(items: list[BillItem], seconds: float) -> BillItem:
    tokens_in, tokens_out = sum(item.input_tokens for item in items), sum(item.output_tokens for item in items)
    return BillItem(items[0].step, seconds, tokens_in, tokens_out, Bill(tuple(items)).usd)


@contextmanager
def _failures() -> Iterator[None]:
    """The SDK's exceptions by our names. Their texts are left behind: they may carry a part of the key or of the prompt."""
    import anthropic
    import httpx2

    try:
        yield
    except anthropic.APIStatusError as error:
        raise _status(error) from None
    except (anthropic.APIConnectionError, httpx2.HTTPError) as error:
        slow = isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException)
        says = "Anthropic did not answer in time" if slow else "Anthropic cannot be reached"
        raise Transient(Unavailable(says, hint="check the network, a proxy, and the base URL")) from None
    except (anthropic.AnthropicError, ValueError) as error:
        raise Transient(
            Garbled(f"the answer cannot be understood ({type(error).__name__})", hint="check the base URL and any proxy in between")
        ) from None


def _status(error: anthropic.APIStatusError) -> Exception:
    status, kind = error.status_code, str(error.type or "")
    where = f"Anthropic answered {status}{f' ({kind})' if kind else ''}"
    if status == 200:  # an error event within a stream
        busy = Unavailable(f"Anthropic broke off with an error{f' ({kind})' if kind else ''}", hint="wait a while, then try again")
        return (
            Transient(busy) if kind in ("", "overloaded_error", "api_error", "rate_limit_error", "timeout_error") else Rejected(str(busy))
        )
    if status in RETRIED:
        hint = (
            "too many requests at once, or the account's limit is reached: wait, or run fewer things side by side"
            if status == 429
            else "wait a while, then try again"
        )
        return Transient(Unavailable(where, hint=hint), retry_after(error.response.headers.get("retry-after")))
    if status in (401, 403):
        return Denied(where, hint="check ANTHROPIC_API_KEY: it is wrong, expired, or may not use this model")
    if status == 404:
        return Rejected(where, hint="check the model's name under [model] in refinery.toml, and the base URL")
    if status == 413:
        return Rejected(where, hint="the request is too large: give fewer or smaller files")
    return Rejected(
        where, hint="the provider refuses the request as it stands; the model may not know a feature Refinery uses: try another model"
    )
