"""One function per intent: calls the tools, then words the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from billing_agent import tools
from billing_agent.compose import compose, notice
from billing_agent.config import Settings
from billing_agent.dates import spoken
from billing_agent.money import written
from billing_agent.records import prices
from billing_agent.retrieval import search
from billing_agent.router import Route

if TYPE_CHECKING:
    from billing_agent.app import Request

Reply = dict[str, Any]
Handler = Callable[[Route, dict[str, Any], "Request", Settings], Reply]


def price(chosen: Route, customer: dict[str, Any], request: Request, settings: Settings) -> Reply:
    """The list price of a plan."""
    if not chosen.plan:
        plans = ", ".join(plan.title() for plan in prices())
        return reply(chosen, compose("price_unknown", plans=plans))
    found = tools.lookup_price(chosen.plan, chosen.period, currency="USD")
    text = compose(
        "price",
        plan=chosen.plan.title(),
        price=written(found["amount"], found["currency"], settings.currency),
        period=found["period"],
        tax_notice=notice("tax", customer["country"]),
    )
    return reply(chosen, text)


def seats(chosen: Route, customer: dict[str, Any], request: Request, settings: Settings) -> Reply:
    """What further seats on the customer's plan cost."""
    if chosen.seats > settings.limits.max_seats:
        return hand_over(chosen, settings, reason="orders of this size go to our sales team")
    plan = chosen.plan or customer["plan"]
    quote = tools.quote_seats(plan, customer["period"], chosen.seats, currency=customer["currency"])
    text = compose(
        "seats",
        seats=quote["seats"],
        plan=plan.title(),
        total=written(quote["total"], quote["currency"], settings.currency),
        each=written(quote["each"], quote["currency"], settings.currency),
        period=quote["period"],
        tax_notice=notice("tax", customer["country"]),
    )
    return reply(chosen, text)


def subscription(chosen: Route, customer: dict[str, Any], request: Request, settings: Settings) -> Reply:
    """The customer's plan and its next renewal."""
    renews_on = customer.get("renews_on")
    text = compose(
        "subscription",
        plan=customer["plan"].title(),
        seats=customer["seats"],
        period=customer["period"],
        renews_on=spoken(renews_on) if renews_on else "not on file",
    )
    return reply(chosen, text)


def invoice(chosen: Route, customer: dict[str, Any], request: Request, settings: Settings) -> Reply:
    """Where an invoice stands."""
    found = tools.invoice_status(chosen.invoice, customer["id"])
    text = compose(
        "invoice",
        number=found["number"],
        status=found["status"],
        amount=written(found["amount"], found["currency"], settings.currency),
        issued_on=spoken(found["issued_on"]),
        due_on=spoken(found["due_on"]),
        paid_on=spoken(found["paid_on"]) if found["paid_on"] else "",
    )
    return reply(chosen, text)


def refund(chosen: Route, customer: dict[str, Any], request: Request, settings: Settings) -> Reply:
    """Whether an invoice can be refunded."""
    found = tools.invoice_status(chosen.invoice, customer["id"])
    decision = tools.check_refund(found, request.asked_on, settings.refunds)
    if decision["reason"] == "too_large":
        return hand_over(chosen, settings, reason="refunds of this size are decided by a person")
    text = compose(
        f"refund_{decision['reason']}",
        number=found["number"],
        amount=written(found["amount"], found["currency"], settings.currency),
        age_days=decision["age_days"],
        window_days=decision["window_days"],
        processing_days=settings.refunds.processing_days,
        refund_notice=notice("refund", customer["country"]),
    )
    return reply(chosen, text)


def convert(chosen: Route, customer: dict[str, Any], request: Request, settings: Settings) -> Reply:
    """An amount in another currency."""
    found = tools.convert(chosen.amount, chosen.source, chosen.target)
    text = compose(
        "convert",
        amount=written(found["amount"], found["source"], settings.currency),
        result=written(found["result"], found["target"], settings.currency),
    )
    return reply(chosen, text)


def policy(chosen: Route, customer: dict[str, Any], request: Request, settings: Settings) -> Reply:
    """What our policies say, quoted from the document that fits best."""
    documents = search(request.question, settings.retrieval)
    if not documents:
        return hand_over(chosen, settings, reason="our policies do not cover this")
    best = documents[0]
    text = compose("policy", passage=best.summary, title=best.title, effective=spoken(best.effective))
    return reply(chosen, text, sources=[document.id for document in documents])


def hand_over(chosen: Route, settings: Settings, reason: str) -> Reply:
    """A colleague takes over; the customer is told why."""
    return {**reply(chosen, compose("hand_over", reason=reason)), "handover": True}


def reply(chosen: Route, text: str, sources: list[str] | None = None) -> Reply:
    """The reply as the helpdesk takes it."""
    return {"answer": text, "intent": chosen.intent, "sources": sources or [], "handover": False}


HANDLERS: dict[str, Handler] = {
    "price": price,
    "seats": seats,
    "subscription": subscription,
    "invoice": invoice,
    "refund": refund,
    "convert": convert,
    "policy": policy,
}
