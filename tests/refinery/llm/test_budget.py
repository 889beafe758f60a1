"""The cap holds, whatever the calls do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from refinery.domain import BillItem
from refinery.llm.budget import Budget, BudgetSpent, Metered
from refinery.llm.port import Message, Reply, Request, Unavailable
from refinery.llm.prices import Tokens, load_prices
from refinery.llm.scripted import Scripted

MODEL = "claude-sonnet-5-5"
ASK = Request("s", (Message("user", "q"),), max_tokens=1000, purpose="theorist")


def reply(usd: float | None, tokens: int = 100) -> Reply:
    return Reply("yes", usage=BillItem("model", 1.0, tokens, 0, usd))


def test_what_was_spent_is_itemised_by_purpose() -> None:
    budget = Budget(load_prices(), usd=1.0)
    Metered(Scripted(reply(0.25), model=MODEL), budget).complete(ASK)
    assert budget.bill.items == (BillItem("theorist", 1.0, 100, 0, 0.25),)


def test_a_call_that_might_overdraw_is_not_made() -> None:
    budget = Budget(load_prices(), usd=0.30)
    script = Scripted(reply(0.295), reply(0.0), model=MODEL)
    metered = Metered(script, budget)
    metered.complete(ASK)
    with pytest.raises(BudgetSpent, match=r"0\.2[0-9]* of 0\.30 USD|0\.30 of 0\.30 USD") as error:
        metered.complete(ASK)
    assert len(script.requests) == 1
    assert error.value.exit_status == 4
    assert "budget_usd" in error.value.hint


def test_what_was_only_reserved_is_given_back() -> None:
    metered = Metered(Scripted(*[reply(0.0001)] * 20, model=MODEL), Budget(load_prices(), usd=0.02))
    for _ in range(20):
        metered.complete(ASK)


def test_an_unknown_price_counts_as_the_dearest_but_is_billed_as_unknown() -> None:
    prices = load_prices()
    budget = Budget(prices, usd=0.06)
    metered = Metered(Scripted(reply(None), reply(None), model="somebody-else"), budget)
    assert metered.complete(ASK).usage.usd is None
    assert budget.bill.usd is None
    with pytest.raises(BudgetSpent, match="not known"):
        Metered(Scripted(reply(None), model="somebody-else"), Budget(prices, usd=0.01)).complete(ASK)


def test_tokens_can_be_capped_too() -> None:
    with pytest.raises(BudgetSpent, match="token budget"):
        Metered(Scripted("x", model=MODEL), Budget(load_prices(), tokens=900)).complete(ASK)


def test_a_failed_call_is_booked_with_what_it_cost() -> None:
    budget = Budget(load_prices(), usd=1.0)
    broken = Unavailable("gone", spent=BillItem("model", 0.0, 50, 0, 0.5))
    with pytest.raises(Unavailable):
        Metered(Scripted(broken, model=MODEL), budget).complete(ASK)
    assert budget.bill.usd == 0.5


def test_calls_side_by_side_do_not_overdraw() -> None:
    budget = Budget(load_prices(), usd=0.05)
    script = Scripted(*[reply(0.0105)] * 50, model=MODEL)
    metered = Metered(script, budget)

    def attempt(_: int) -> bool:
        try:
            metered.complete(ASK)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        made = sum(pool.map(attempt, range(50)))
    assert 1 <= made <= 4
    assert sum(item.usd or 0.0 for item in budget.bill.items) <= 0.05


def test_a_long_prompt_is_charged_at_its_own_rate() -> None:
    prices = load_prices()
    assert prices.usd("claude-haiku-5-5", Tokens(fresh=100_000)) == pytest.approx(0.01)
    assert prices.usd("claude-haiku-5-5", Tokens(fresh=100_001)) == pytest.approx(0.0500005)


def test_the_price_list_is_whole() -> None:
    prices = load_prices()
    assert all(model in prices.rates for model in prices.defaults.values())
    for rates in prices.rates.values():
        assert all(0 < rate.cache_read < rate.input < rate.cache_write < rate.output for rate in rates)
