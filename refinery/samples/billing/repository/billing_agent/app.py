"""The agent: reads a request, routes it, lets one handler answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from billing_agent import handlers, telemetry, tools
from billing_agent.config import Settings, load_settings
from billing_agent.router import Route, route

NAME = "billing-agent"


@dataclass(frozen=True)
class Request:
    """One question of one customer."""

    question: str
    customer_id: str
    asked_on: str
    """The day the question came in, as YYYY-MM-DD; windows and due dates are counted from it."""

    @classmethod
    def read(cls, raw: dict[str, Any], settings: Settings) -> Request:
        """The request in a helpdesk payload. Over-long questions are cut, as the helpdesk does."""
        question = " ".join(str(raw.get("question", "")).split())
        return cls(
            question=question[: settings.limits.max_question_chars],
            customer_id=str(raw.get("customer_id", "")),
            asked_on=str(raw.get("asked_on", "")),
        )


def answer(input: dict[str, Any]) -> dict[str, Any]:
    """The reply to `{"question", "customer_id", "asked_on"}`: text, intent, sources, and whether a person must take over."""
    telemetry.configure()
    with telemetry.agent(NAME, input) as span:
        settings = load_settings()
        request = Request.read(input, settings)
        chosen = choose(request)
        reply = respond(request, chosen, settings)
        span.output(reply)
        return reply


def choose(request: Request) -> Route:
    """What the question is about."""
    with telemetry.chain("route", {"question": request.question}) as span:
        chosen = route(request.question)
        span.output(chosen.as_dict())
        return chosen


def respond(request: Request, chosen: Route, settings: Settings) -> dict[str, Any]:
    """The reply of the handler in charge; a person takes over when the customer is not known to us."""
    if not request.question:
        return handlers.hand_over(chosen, settings, reason="the message was empty")
    customer = tools.lookup_customer(request.customer_id)
    if customer is None:
        return handlers.hand_over(chosen, settings, reason="we could not find your account")
    try:
        handler = handlers.HANDLERS[chosen.intent]
        return handler(chosen, customer, request, settings)
    except tools.ToolError as error:
        return handlers.hand_over(chosen, settings, reason=str(error))
