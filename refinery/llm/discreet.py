"""A model that never sees secrets or personal data: marks stand for them on the way out, and they are put back on the way in."""

from __future__ import annotations

import threading
from dataclasses import replace

from adapters.notation import fields
from adapters.redaction import Find, Masking
from refinery.llm.port import LLM, Message, Reply, Request, ToolResult, ToolUse


class Discreet:
    """See `LLM`. The same value has the same mark for as long as this lives, so that a conversation stays consistent."""

    def __init__(self, model: LLM, find: Find) -> None:
        self._model = model
        self._masking = Masking(find)
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        return self._model.model

    def complete(self, request: Request) -> Reply:
        """The answer to the masked question, with every mark replaced by what it stands for."""
        with self._lock:  # a judge is asked from several threads at once
            masked = replace(
                request, system=self._masking.text(request.system), messages=tuple(self._masked(each) for each in request.messages)
            )
        reply = self._model.complete(masked)
        with self._lock:
            calls = tuple(self._call_back(call) for call in reply.tool_calls)
            return replace(reply, text=self._masking.back(reply.text), tool_calls=calls)

    def _masked(self, message: Message) -> Message:
        """An assistant's own form of its turn is what it wrote, marks and all, so it goes back as it came."""
        calls = tuple(ToolUse(call.id, call.name, fields(self._masking.json(dict(call.arguments)))) for call in message.tool_calls)
        results = tuple(ToolResult(each.id, self._masking.text(each.text), each.failed) for each in message.tool_results)
        return replace(message, text=self._masking.text(message.text), tool_calls=calls, tool_results=results)

    def _call_back(self, call: ToolUse) -> ToolUse:
        return ToolUse(call.id, call.name, fields(self._masking.json_back(dict(call.arguments))))
