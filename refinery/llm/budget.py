"""The cap on what models may cost: looked at before every call, and kept also when calls run side by side."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from refinery.domain import Bill, BillItem
from refinery.errors import NotEnough
from refinery.llm.port import LLM, ModelError, Reply, Request
from refinery.llm.prices import Prices, Tokens


class BudgetSpent(NotEnough):
    """The next call might cost more than is left, so it is not made."""


@dataclass(slots=True)
class Budget:
    """What may be spent in all, and what has been. One budget may be shared by several models and threads."""

    prices: Prices
    usd: float | None = None
    """None: no cap in money."""
    tokens: int | None = None
    """None: no cap in tokens."""
    items: list[BillItem] = field(default_factory=list)
    _usd: float = 0.0
    """Spent and reserved, where an unknown price counts as the dearest known one."""
    _tokens: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bill(self) -> Bill:
        """Everything that was spent, in order."""
        with self._lock:
            return Bill(tuple(self.items))

    def reserve(self, model: str, request: Request) -> Tokens:
        """Set aside what the call may cost at most. Raises BudgetSpent when that is more than is left."""
        most = Tokens(fresh=request.most_input_tokens, output=request.max_tokens)
        self.set_aside(model, most)
        return most

    def set_aside(self, model: str, most: Tokens) -> None:
        """The same for a call that may use so many tokens. Raises BudgetSpent."""
        usd, tokens = self.prices.most(model, most), most.input + most.output
        with self._lock:
            if self.usd is not None and self._usd + usd > self.usd:
                known = self.prices.known(model)
                raise BudgetSpent(
                    f"the model budget does not suffice: {_money(self._usd)} of {_money(self.usd)} USD spent, "
                    f"and the next call may cost {_money(usd)}"
                    + ("" if known else f" (the price of {model} is not known: counted as the dearest)"),
                    hint="raise `budget_usd` under [model] in refinery.toml, or pass --budget"
                    + ("" if known else "; or state `price = [in, out]` there, in USD per million tokens"),
                )
            if self.tokens is not None and self._tokens + tokens > self.tokens:
                raise BudgetSpent(
                    f"the token budget is spent: {self._tokens} of {self.tokens}, and the next call may take {tokens}",
                    hint="raise the token budget, or pass a smaller task",
                )
            self._usd += usd
            self._tokens += tokens

    def settle(self, model: str, reserved: Tokens, spent: BillItem | None) -> None:
        """Give back what was reserved and book what was really spent; None when the call cost nothing."""
        used = spent or BillItem("model")
        known = used.usd if used.usd is not None else self.prices.most(model, Tokens(fresh=used.input_tokens, output=used.output_tokens))
        with self._lock:
            self._usd += known - self.prices.most(model, reserved)
            self._tokens += used.input_tokens + used.output_tokens - reserved.input - reserved.output
            if spent:
                self.items.append(spent)


def _money(usd: float) -> str:
    """Small amounts with the digits that tell them from nothing."""
    return f"{usd:.2f}" if usd >= 0.1 or not usd else f"{usd:.4f}"


@dataclass(frozen=True, slots=True)
class Metered:
    """A model that stops before its budget is overdrawn."""

    llm: LLM
    budget: Budget

    @property
    def model(self) -> str:
        return self.llm.model

    def complete(self, request: Request) -> Reply:
        """The answer; raises BudgetSpent before a call that might cost more than is left."""
        reserved = self.budget.reserve(self.model, request)
        spent: BillItem | None = None
        try:
            reply = self.llm.complete(request)
            spent = replace(reply.usage, step=request.purpose or reply.usage.step)
        except ModelError as error:
            spent = error.spent
            raise
        finally:
            self.budget.settle(self.model, reserved, spent)
        return reply
