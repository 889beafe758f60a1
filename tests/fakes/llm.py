"""Fakes of what the model port stands on: a wire that is never left, and a clock that only the test moves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx2

from refinery.llm.retry import Patience


@dataclass(slots=True)
class Clock:
    """Time that passes only by sleeping."""

    now: float = 0.0
    naps: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def patience(clock: Clock, tries: int = 4, deadline_s: float = 100.0, longest_wait_s: float = 30.0) -> Patience:
    """Patience on the clock, with the longest jitter every time."""
    return Patience(tries, deadline_s, 1.0, longest_wait_s, clock.sleep, clock.time, lambda: 1.0)


def answer(text: str = "hello", stop: str | None = "end_turn", blocks: list[Mapping[str, object]] | None = None) -> dict[str, object]:
    """A message as the Messages API sends it."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": blocks if blocks is not None else [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 100, "cache_creation_input_tokens": 2000, "cache_read_input_tokens": 4000},
    }


def ok(message: Mapping[str, object]) -> httpx2.Response:
    return httpx2.Response(200, json=message)


def failure(status: int, kind: str = "api_error", headers: Mapping[str, str] | None = None, says: str = "no") -> httpx2.Response:
    return httpx2.Response(status, json={"type": "error", "error": {"type": kind, "message": says}}, headers=headers)


def events(text: str, cut: bool = False, error: str = "") -> httpx2.Response:
    """A streamed answer; `cut` ends it in the middle, `error` breaks it off with an error event."""
    start = {**answer(), "content": [], "stop_reason": None}
    sent: list[tuple[str, dict[str, object]]] = [
        ("message_start", {"message": start}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": text}}),
    ]
    if error:
        sent.append(("error", {"error": {"type": error, "message": "no"}}))
    elif not cut:
        sent += [
            ("content_block_stop", {"index": 0}),
            ("message_delta", {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 7}}),
            ("message_stop", {}),
        ]
    body = "".join(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n" for name, data in sent)
    return httpx2.Response(200, text=body, headers={"content-type": "text/event-stream"})


class Wire:
    """Answers requests with what it was given, in order, and keeps their bodies."""

    def __init__(self, *responses: httpx2.Response | Callable[[httpx2.Request], httpx2.Response]) -> None:
        self.bodies: list[dict[str, object]] = []
        self.headers: list[httpx2.Headers] = []
        self._responses: Iterator[httpx2.Response | Callable[[httpx2.Request], httpx2.Response]] = iter(responses)
        self.transport = httpx2.MockTransport(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(json.loads(request.content))
        self.headers.append(request.headers)
        response = next(self._responses)
        return response if isinstance(response, httpx2.Response) else response(request)
