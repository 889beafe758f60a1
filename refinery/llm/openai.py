"""The door to servers that speak OpenAI's chat completions, local ones among them: one endpoint, over the standard library.

Such servers differ in what they support, so little is asked for: no streaming, one tool format, a schema where one is wanted.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import Any

from refinery.domain import BillItem
from refinery.errors import ConfigError
from refinery.events import Event, Say, silent
from refinery.llm.port import Denied, Garbled, Message, ModelError, Rejected, Reply, Request, Stop, ToolUse, Unavailable
from refinery.llm.prices import Prices, Tokens
from refinery.llm.retry import RETRIED, Patience, Transient, again, retry_after

VENDOR = "https://api.openai.com/v1"
LARGEST = 64_000_000
"""Bytes of an answer that are read."""
PIECE = 1 << 16
STOPS = {"stop": Stop.END, "tool_calls": Stop.TOOLS, "function_call": Stop.TOOLS, "length": Stop.LENGTH, "content_filter": Stop.REFUSAL}


UNKNOWN = (400, 422, 501)
"""What servers answer to a part of the request that they do not know."""


class Unstructured(Rejected):
    """Refused with a schema; it may do without one, since the prompt states it too."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and the key it wants; local ones often want none."""

    base_url: str = VENDOR
    api_key: str = ""
    timeout_s: float = 600.0
    """Seconds without a word after which an answer is given up."""
    longest_s: float = 1200.0
    """The same for the whole answer."""

    def __repr__(self) -> str:
        return f"Server({self.base_url})"


class OpenAICompatible:
    """A model behind the chat completions endpoint. Used from any thread."""

    def __init__(self, server: Server, model: str, prices: Prices, patience: Patience | None = None, say: Say = silent) -> None:
        if not model:
            raise ConfigError("no model is named", hint="set `name` under [model] in refinery.toml")
        if not server.base_url.startswith(("http://", "https://")):
            raise ConfigError(f"{server.base_url!r} is no web address", hint="give the server's base URL, such as http://127.0.0.1:8080/v1")
        self._server = server
        self._model = model
        self._prices = prices
        self._patience = patience or Patience()
        self._say = say

    @property
    def model(self) -> str:
        return self._model

    def complete(self, request: Request) -> Reply:
        """The answer, with what all tries for it took."""
        start = self._patience.clock()
        try:
            reply = again(lambda: self._once(request), self._patience, self._say)
        except Unstructured:
            self._say(Event("model", "the server refuses the schema; asking without it"))
            reply = again(lambda: self._once(replace(request, schema=None)), self._patience, self._say)
        return replace(reply, usage=replace(reply.usage, seconds=self._patience.clock() - start))

    def _once(self, request: Request) -> Reply:
        headers = {"content-type": "application/json"}
        if self._server.api_key:
            headers["authorization"] = f"Bearer {self._server.api_key}"
        body = json.dumps(_body(self._model, request, self._server.base_url)).encode()
        call = urllib.request.Request(f"{self._server.base_url.rstrip('/')}/chat/completions", body, headers)
        try:
            with urllib.request.urlopen(call, timeout=self._server.timeout_s) as response:
                raw = self._whole(response)
        except urllib.error.HTTPError as error:
            with error:
                if error.code in UNKNOWN and request.schema is not None:
                    raise Unstructured(f"the model server answered {error.code}") from None
                raise _status(error.code, error.headers.get("retry-after")) from None
        except (OSError, http.client.HTTPException) as error:  # refused, reset, timed out, cut off
            slow = isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError)
            says = "the model server did not answer in time" if slow else "the model server cannot be reached"
            raise Transient(Unavailable(says, hint="check that it runs, and the base URL")) from None
        return self._read(request, raw)

    def _whole(self, response: http.client.HTTPResponse) -> bytes:
        """All of an answer, if it comes to an end; one that trickles is not waited for for ever."""
        end = self._patience.clock() + self._server.longest_s
        parts: list[bytes] = []
        size = 0
        while size < LARGEST and (part := response.read1(PIECE)):
            parts.append(part)
            size += len(part)
            if self._patience.clock() > end:
                raise TimeoutError
        raw = b"".join(parts)
        if response.length:  # a bounded read does not complain that the rest is missing
            raise http.client.IncompleteRead(raw, response.length)
        return raw

    def _read(self, request: Request, raw: bytes) -> Reply:
        try:
            value: dict[str, Any] = json.loads(raw)
            choice = value["choices"][0]
            message = choice["message"]
            text = message.get("content") or ""
            calls = tuple(_call(call) for call in message.get("tool_calls") or ())
            used = value.get("usage") or {}
            tokens = Tokens(fresh=int(used.get("prompt_tokens") or 0), output=int(used.get("completion_tokens") or 0))
            if not isinstance(text, str):
                raise TypeError("content")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
            garbled = Garbled("the address answered, but not as a chat completion", hint="check the base URL: it usually ends in /v1")
            raise Transient(garbled) from None
        stop = Stop.REFUSAL if message.get("refusal") else STOPS.get(str(choice.get("finish_reason")), Stop.END)
        usd = self._prices.usd(self._model, tokens) if used else None
        return Reply(text, calls, stop, BillItem(request.purpose or "model", 0.0, tokens.input, tokens.output, usd))


def _body(model: str, request: Request, base_url: str) -> dict[str, Any]:
    # The vendor renamed the limit and refuses the old name for new models; others know the old one only.
    limit = "max_completion_tokens" if base_url.startswith(VENDOR) else "max_tokens"
    body: dict[str, Any] = {
        "model": model,
        limit: request.max_tokens,
        "messages": [{"role": "system", "content": request.system}, *(turn for message in request.messages for turn in _turns(message))],
    }
    if request.tools:
        body["tools"] = [
            {"type": "function", "function": {"name": tool.name, "description": tool.description, "parameters": tool.schema}}
            for tool in request.tools
        ]
    if request.schema is not None:
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": request.schema, "strict": True}}
    return body


def _turns(message: Message) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = [
        {"role": "tool", "tool_call_id": result.id, "content": f"ERROR: {result.text}" if result.failed else result.text}
        for result in message.tool_results
    ]
    if message.text or message.tool_calls:
        turn: dict[str, Any] = {"role": message.role, "content": message.text}
        if message.tool_calls:
            turn["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
                for call in message.tool_calls
            ]
        turns.append(turn)
    return turns


def _call(call: dict[str, Any]) -> ToolUse:
    function = call["function"]
    arguments = json.loads(function.get("arguments") or "{}")
    return ToolUse(str(call.get("id", "")), str(function["name"]), arguments if isinstance(arguments, dict) else {})


def _status(status: int, wait: str | None) -> Exception:
    where = f"the model server answered {status}"
    if status in RETRIED:
        return Transient(Unavailable(where, hint="wait a while, then try again"), retry_after(wait))
    kinds: dict[int, tuple[type[ModelError], str]] = {
        401: (Denied, "check the key: it is wrong or expired"),
        403: (Denied, "the key may not use this model"),
        404: (Rejected, "check the base URL (it usually ends in /v1) and the model's name"),
        413: (Rejected, "the request is too large: give fewer or smaller files"),
    }
    kind, hint = kinds.get(status, (Rejected, "the server refuses the request as it stands: look into its log, or try another model"))
    return kind(where, hint)
