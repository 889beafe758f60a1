"""What the rest of Refinery knows of a language model: one question, one answer, and what it cost.

OutsideError
└── ModelError      the provider, or the way to it; `spent` is what was paid before it failed
    ├── Denied      the key is missing, wrong or not allowed to do this
    ├── Rejected    the request itself is refused; trying again would not help
    ├── Unavailable busy, down, or not to be reached, also after all tries
    └── Garbled     an answer came, but not one of this protocol, or it was cut
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Literal, Protocol

from adapters.trace import Json
from refinery.domain import BillItem
from refinery.errors import OutsideError


class ModelError(OutsideError):
    """The provider, or the way to it, failed."""

    def __init__(self, message: str, hint: str = "", spent: BillItem | None = None) -> None:
        super().__init__(message, hint)
        self.spent = spent


class Denied(ModelError):
    """The key is missing, wrong, or not allowed to do this."""


class Rejected(ModelError):
    """The provider refuses the request as it stands."""


class Unavailable(ModelError):
    """The provider is busy, down or out of reach, also after all tries."""


class Garbled(ModelError):
    """An answer came that is not one of this protocol, or it was cut short."""


class Stop(StrEnum):
    """Why the model stopped."""

    END = "end"
    TOOLS = "tools"
    """It waits for the results of tools."""
    LENGTH = "length"
    """It ran out of `max_tokens` or of its context: the answer is cut."""
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the model may ask us to do."""

    name: str
    description: str
    schema: Mapping[str, Json]
    """JSON schema of the arguments."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """The model asks for a tool."""

    id: str
    name: str
    arguments: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the tool answered."""

    id: str
    text: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation."""

    role: Literal["user", "assistant"]
    text: str = ""
    tool_calls: tuple[ToolUse, ...] = ()
    tool_results: tuple[ToolResult, ...] = ()
    verbatim: str = ""
    """The vendor's own form of an assistant's turn, as JSON; sent back as it came, since it may carry signatures."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    schema: Mapping[str, Json] | None = None
    """JSON schema the answer has to follow; None for free text."""
    max_tokens: int = 8192
    purpose: str = ""
    """Whose question it is: a line on the bill."""

    @property
    def text(self) -> str:
        """The whole request as canonical JSON; what it is recorded and measured by."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """The same for the same request, on every machine."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def most_input_tokens(self) -> int:
        """A high estimate, for budgets: a token for every two bytes, where prose and code have one for every three to four."""
        return len(self.text.encode("utf-8", "surrogatepass")) // 2 + 16


FREE = BillItem("model")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model."""

    text: str
    tool_calls: tuple[ToolUse, ...] = ()
    stop: Stop = Stop.END
    usage: BillItem = FREE
    verbatim: str = ""
    """See `Message.verbatim`."""

    def as_message(self) -> Message:
        """The answer as the next turn of the conversation."""
        return Message("assistant", self.text, self.tool_calls, verbatim=self.verbatim)


class LLM(Protocol):
    """A language model."""

    @property
    def model(self) -> str:
        """The model's name, as the bill and recordings show it."""

    def complete(self, request: Request) -> Reply:
        """The answer. Raises ModelError; a refusal and a cut answer are answers (see `Reply.stop`)."""
