"""Currencies that do not agree: request, call, result and answer should speak of the same money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.trace import Kind, Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.exceptions import code_places
from refinery.signals.quoting import around, pair
from refinery.signals.turns import Part, Turn, answer, parsed, turns
from refinery.signals.values import CODES, currencies, fields, listed, name_words

EURO = listed("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK")
OWN = dict(
    land.split(":")
    for land in listed(
        "US:USD GB:GBP UK:GBP JP:JPY CN:CNY IN:INR CH:CHF CA:CAD AU:AUD NZ:NZD SE:SEK NO:NOK DK:DKK PL:PLN CZ:CZK HU:HUF RO:RON TR:TRY "
        "BR:BRL MX:MXN ZA:ZAR KR:KRW SG:SGD HK:HKD IL:ILS AE:AED TH:THB ID:IDR MY:MYR PH:PHP VN:VND CL:CLP CO:COP"
    )
)
"""The currency in which one pays, by country."""
LONG = {
    "germany": "DE",
    "france": "FR",
    "spain": "ES",
    "italy": "IT",
    "austria": "AT",
    "netherlands": "NL",
    "switzerland": "CH",
    "japan": "JP",
}
LONG |= {
    "united states": "US",
    "usa": "US",
    "united kingdom": "GB",
    "great britain": "GB",
    "canada": "CA",
    "australia": "AU",
    "india": "IN",
    "sweden": "SE",
}


@dataclass(frozen=True, slots=True)
class Money:
    """A currency that one turn states, and the words it states it with."""

    turn: Turn
    code: str
    quotes: tuple[Quote, ...]
    why: str


def currencies_disagree(trace: Trace) -> Iterator[Signal]:
    """The answer or a call uses another currency than the customer's record, the request or the tool's reply."""
    every = turns(trace)
    final = answer(trace)
    asked, told = _wanted(every), _given(every)
    right = asked or told
    if right is None:
        return
    conflicting = _conflicting_call(every, right)
    if conflicting:
        says = f"{conflicting.turn.tool or conflicting.turn.span.name} was called with {conflicting.code}, though {right.why}"
        yield _signal(conflicting.turn, says, (*conflicting.quotes, *right.quotes), Layer.CODE, 0.65)
    elif asked and told and asked.code != told.code and told.turn.step != asked.turn.step:
        says = f"{told.turn.tool or told.turn.span.name} works with {told.code}, though {asked.why}"
        yield _signal(told.turn, says, (*told.quotes, *asked.quotes), Layer.CODE, 0.6)
    if final:
        said = list(currencies(final.text))
        codes = {found.value for found in said}
        if codes and right.code not in codes and not (right.code in ("CAD", "AUD", "NZD", "SGD", "HKD", "MXN") and codes == {"USD"}):
            says = f"The answer speaks of {', '.join(sorted(codes))}, though {right.why}"
            quotes = (*around(final.turn, max(0, final.turn.text.find(said[0].raw)), len(said[0].raw)), *right.quotes)
            yield _signal(final.turn, says, quotes, Layer.MODEL if asked is None else Layer.CODE, 0.55)


def _wanted(every: tuple[Turn, ...]) -> Money | None:
    """What the request or the customer's record asks for: a currency, else that of the country."""
    country: Money | None = None
    for turn in every:
        texts = (
            (turn.text, turn.asked)
            if turn.part in (Part.STEP, Part.RESULT)
            else (turn.text,)
            if turn.part in (Part.USER, Part.CALL)
            else ()
        )
        for number, text in enumerate(texts):
            value = parsed(text)
            for field in fields(value, limit=400) if value is not None else ():
                if not {"currency", "country"} & name_words(field.key):
                    continue
                path = frozenset().union(*(name_words(key) for key in field.keys)) if field.keys else frozenset()
                personal = path & {"customer", "user", "account", "profile", "billing", "client", "preferred", "country"} or (
                    turn.part is Part.STEP and number == 1
                )
                if "currency" in path and field.value in CODES and personal and turn.part is not Part.CALL:
                    return Money(turn, str(field.value), pair(turn, field.key, field.value), f"the customer's currency is {field.value}")
                if "country" in path and isinstance(field.value, str) and country is None:
                    code = _of_country(field.value)
                    if code:
                        country = Money(
                            turn, code, pair(turn, field.key, field.value), f"the customer is in {field.value}, where one pays in {code}"
                        )
        if turn.part is Part.USER and parsed(turn.text) is None:
            said = {found.value: found for found in currencies(turn.text)}
            if len(said) == 1:
                code, found = next(iter(said.items()))
                return Money(turn, code, around(turn, found.at, len(found.raw)), f"the user speaks of {code}")
    return country


def _given(every: tuple[Turn, ...]) -> Money | None:
    """The one currency in which the tools reply."""
    found: dict[str, Money] = {}
    for turn in every:
        value = parsed(turn.text) if turn.part is Part.RESULT else None
        for field in fields(value, limit=400) if value is not None else ():
            if "currency" in name_words(field.key) and field.value in CODES:
                code = str(field.value)
                found.setdefault(code, Money(turn, code, pair(turn, field.key, code), f"{turn.tool or turn.span.name} replied in {code}"))
    return next(iter(found.values())) if len(found) == 1 else None


def _conflicting_call(every: tuple[Turn, ...], right: Money) -> Money | None:
    for turn in every:
        value = parsed(turn.raw) if turn.part is Part.CALL and turn.step >= right.turn.step else None
        stated = [f for f in fields(value, limit=200) if "currency" in name_words(f.key) and f.value in CODES] if value is not None else []
        if len(stated) == 1 and stated[0].value != right.code:
            return Money(turn, str(stated[0].value), pair(turn, stated[0].key, stated[0].value), "")
    return None


def _of_country(name: str) -> str:
    code = LONG.get(name.strip().lower(), name.strip().upper())
    return "EUR" if code in EURO else OWN.get(code, "")


def _signal(turn: Turn, says: str, quotes: tuple[Quote, ...], layer: Layer, weight: float) -> Signal:
    place = code_places(turn.span)
    kind = Layer.CODE if turn.span.kind is not Kind.LLM and layer is Layer.CODE else layer
    return Signal("currencies_disagree", turn.span.id, turn.step, says, quotes, kind, "wrong-currency", weight, turn.agent, place)
