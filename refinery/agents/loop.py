"""A model that may use tools: it is asked, its calls are carried out, and it is asked again, within rounds and tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from refinery.domain import Bill, BillItem
from refinery.events import Event, Say
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, Message, ModelError, Reply, Request, ToolResult, ToolUse

Act = Callable[[ToolUse], ToolResult]
"""Carries out one call. A call that makes no sense gets a result that says so."""
CLOSING = "No further look-ups are possible: conclude now with what you know."
TOKENS_A_BYTE = 0.3


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a model may look around."""

    rounds: int = 8
    tokens: int = 28_000
    """Input and output of all rounds; a look-up is refused when the next round could go beyond it."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Where a conversation stands: what was asked last, the answer to it, and what all of it cost."""

    request: Request
    reply: Reply
    items: tuple[BillItem, ...]
    looked: int = 0
    """Look-ups that were made."""
    cut: bool = False
    """It was told to conclude, since its limits were reached."""
    failed: str = ""
    """What broke the talk off."""

    @property
    def bill(self) -> Bill:
        return Bill(self.items)

    @property
    def tokens(self) -> int:
        return self.bill.tokens

    def ending(self, name: str) -> ToolUse | None:
        """The call by which the model concludes, when its last answer holds one."""
        return next((call for call in self.reply.tool_calls if call.name == name), None)


def talk(llm: LLM, request: Request, act: Act, ending: str, limits: Limits, say: Say, before: Talk | None = None) -> Talk:
    """Ask until the model concludes, by the tool called `ending` or in plain text.

    Raises ModelError or BudgetSpent when not even a first answer can be had; a failure later leaves the talk where it stood.
    """
    items = list(before.items) if before else []
    looked = before.looked if before else 0
    cut = False
    known: Talk | None = None
    for round_ in range(limits.rounds + 1):
        say(Event(request.purpose, f"asking {llm.model}", round_, limits.rounds))
        try:
            reply = llm.complete(request)
        except (ModelError, BudgetSpent) as error:
            if known is None:
                raise
            lost = (error.spent,) if isinstance(error, ModelError) and error.spent else ()
            return replace(known, items=(*known.items, *lost), failed=f"{error} ({error.hint})" if error.hint else str(error))
        items.append(reply.usage)
        known = Talk(request, reply, tuple(items), looked, cut)
        if not reply.tool_calls or known.ending(ending) or cut:
            return known
        results = tuple(act(call) for call in reply.tool_calls)
        looked += len(results)
        request = replace(request, messages=(*request.messages, reply.as_message(), Message("user", tool_results=results)))
        cut = round_ + 1 >= limits.rounds or known.tokens + _estimate(request) > limits.tokens
        if cut:
            # the tools stay as they are: without them, what the provider has cached of the whole talk would be of no use
            request = replace(request, messages=(*request.messages[:-1], Message("user", CLOSING, tool_results=results)))
    raise AssertionError("the last round always returns")


def again(talked: Talk, says: str) -> Request:
    """The request that goes on from a conclusion, with what is wrong with it; open calls are answered with it too."""
    reply = talked.reply
    results = tuple(ToolResult(call.id, says, failed=True) for call in reply.tool_calls)
    said = (reply.as_message(),) if reply.text or reply.tool_calls else ()  # an empty turn would be refused
    return replace(
        talked.request, messages=(*talked.request.messages, *said, Message("user", "" if results else says, tool_results=results))
    )


def _estimate(request: Request) -> int:
    return int(len(request.text.encode("utf-8", "surrogatepass")) * TOKENS_A_BYTE)
