from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.redaction import Found
from refinery.llm.discreet import Discreet
from refinery.llm.port import Message, Reply, Request, ToolResult, ToolUse

SECRET = "hunter-22"


def find(text: str) -> Iterator[Found]:
    if SECRET in text:
        yield Found("secret", SECRET)


@dataclass
class Echo:
    """Says what it was told, in text and as a call."""

    model: str = "echo"
    heard: list[Request] = field(default_factory=list)

    def complete(self, request: Request) -> Reply:
        self.heard.append(request)
        said = request.messages[-1].text
        return Reply(said, (ToolUse("c1", "edit", {"old": [said], "at": 3}),), verbatim=f"verbatim {said}")


def test_a_model_never_sees_a_secret_and_its_answer_has_it_again() -> None:
    model = Echo()
    discreet = Discreet(model, find)
    reply = discreet.complete(Request(f"system {SECRET}", (Message("user", f"key = {SECRET}"),)))
    assert SECRET not in model.heard[0].text
    assert (reply.text, reply.tool_calls[0].arguments) == (f"key = {SECRET}", {"old": [f"key = {SECRET}"], "at": 3})
    assert discreet.model == "echo"


def test_a_conversation_stays_the_same_from_turn_to_turn() -> None:
    model = Echo()
    discreet = Discreet(model, find)
    first = discreet.complete(Request("", (Message("user", f"key = {SECRET}"),)))
    result = Message("user", tool_results=(ToolResult("c1", f"saw {SECRET}"),))
    discreet.complete(Request("", (Message("user", f"key = {SECRET}"), first.as_message(), result)))
    second = model.heard[1]
    assert SECRET not in second.text
    assert second.messages[0] == model.heard[0].messages[0]
    assert second.messages[1].verbatim == "verbatim key = [secret-1]", "what the model wrote goes back as it came"
    assert second.messages[2].tool_results[0].text == "saw [secret-1]"
