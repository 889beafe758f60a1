"""A judge that says what a table, or a script, tells it to."""

from __future__ import annotations

import threading

from adapters.trace import Json
from refinery.agents.judge import Judgement
from refinery.domain import BillItem

PRICE = BillItem("judge", input_tokens=100, output_tokens=10, usd=0.01)


class Ruled:
    """Gives these verdicts in order, and the last one ever after; it remembers what it was asked."""

    def __init__(self, *verdicts: bool | None) -> None:
        self.asked: list[tuple[str, Json, str]] = []
        self._verdicts = list(verdicts)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return "ruled, prompt 1"

    def judge(self, rubric: str, asked: Json, answer: str) -> Judgement:
        with self._lock:
            self.asked.append((rubric, asked, answer))
            verdict = self._verdicts.pop(0) if len(self._verdicts) > 1 else self._verdicts[0]
        return Judgement(verdict, "because" if verdict is not None else "nobody knows", (PRICE,))


class Keyed:
    """Passes answers that hold a word."""

    def __init__(self, word: str) -> None:
        self._word = word
        self.count = 0

    @property
    def name(self) -> str:
        return "keyed, prompt 1"

    def judge(self, rubric: str, asked: Json, answer: str) -> Judgement:  # the port's signature
        self.count += 1
        return Judgement(self._word in answer, f"it {'has' if self._word in answer else 'lacks'} {self._word}", (PRICE,))
