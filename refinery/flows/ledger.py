"""What a flow has spent so far, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from refinery.domain import Bill, BillItem


@dataclass(slots=True)
class Ledger:
    """Collects the bill while a flow runs."""

    clock: Callable[[], float]
    items: list[BillItem] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Put the wall time of a block on the bill, also when it raises."""
        start = self.clock()
        try:
            yield
        finally:
            self.items.append(BillItem(name, seconds=self.clock() - start))

    def add(self, bill: Bill) -> None:
        """Put somebody else's bill on this one."""
        self.items.extend(bill.items)

    def bill(self) -> Bill:
        """Everything so far, one item a step: what was spent under one name is summed."""
        merged: dict[str, BillItem] = {}
        for item in self.items:
            merged[item.step] = _sum(merged[item.step], item) if item.step in merged else item
        return Bill(tuple(merged.values()))


def spent_running(step: str, bill: Bill) -> Bill:
    """The runs, tokens and money of a bill under one step's name; its time is on ours already."""
    tokens_in, tokens_out = sum(item.input_tokens for item in bill.items), sum(item.output_tokens for item in bill.items)
    return Bill((BillItem(step, 0.0, tokens_in, tokens_out, bill.usd, bill.runs),))


def _sum(a: BillItem, b: BillItem) -> BillItem:
    return BillItem(
        a.step,
        a.seconds + b.seconds,
        a.input_tokens + b.input_tokens,
        a.output_tokens + b.output_tokens,
        None if a.usd is None or b.usd is None else a.usd + b.usd,
        a.runs + b.runs,
        a.earlier_tokens + b.earlier_tokens,
        None if a.earlier_usd is None or b.earlier_usd is None else a.earlier_usd + b.earlier_usd,
    )


def paid_before(bill: Bill) -> tuple[str, ...]:
    """A word on answers of a model that were kept from an earlier run; nothing where there were none."""
    earlier = bill.earlier
    if not earlier.earlier_tokens:
        return ()
    money = "a price that is not known" if earlier.earlier_usd is None else f"${earlier.earlier_usd:.4f}"
    return (f"an earlier run paid {money} for answers of the model ({earlier.earlier_tokens} tokens), which cost nothing now",)
