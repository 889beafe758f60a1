"""A talk with a person: questions with safe defaults, a way out of each, and answers that may come from a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from refinery.cli import show

LEAVE = ("q", "quit", "exit")


class Left(Exception):
    """The person left, or nobody is there any more."""


@dataclass(slots=True)
class Talk:
    """One talk. Whoever answers `q`, or ends the input, leaves it."""

    script: Iterator[str] | None = None
    """Answers from a file, in order; at its end the person is taken to have left."""
    clock: Callable[[], float] = time.monotonic
    before: Callable[[], None] = lambda: None
    """Called before anything is asked: a changing line goes away."""
    _pondered: float = field(default=0.0, init=False)

    def tell(self, text: str = "", first: str = "") -> None:
        """A paragraph; `first` stands before its first line, and the others are set below it."""
        self.before()
        show.paragraph(text, first)

    def heading(self, text: str) -> None:
        """What comes now."""
        self.before()
        show.paragraph("")
        show.paragraph(text, strong=True)

    def ask(self, question: str, default: str = "") -> str:
        """What is typed; `default` for an empty line."""
        return self._line(f"{question} [{default}]" if default else question).strip() or default

    def yes(self, question: str, *, default: bool) -> bool:
        """Yes or no. A no by default means that only a yes that was typed counts; anything else is asked again."""
        if not default:
            show.forget_typed()
        while True:
            said = self._line(f"{question} [{'Y/n' if default else 'y/N'}]").strip().lower()
            if said in ("", "y", "yes", "n", "no"):
                return default if not said else said[0] == "y"
            self.tell("Please answer y for yes or n for no; q leaves.")

    def choose(self, question: str, choices: Mapping[str, str], default: str) -> str:
        """One of several letters, each with what it does."""
        show.forget_typed()
        for letter, does in choices.items():
            self.tell(does + (" (if you just press Enter)" if letter == default else ""), f"  {letter}  ")
        while True:
            said = self._line(f"{question} [{default}]").strip().lower() or default
            found = [letter for letter in choices if said in (letter, choices[letter].split()[0].lower().strip(",.;:"))]
            if found:
                return found[0]
            self.tell(f"Please type one of {', '.join(choices)}; q leaves.")

    def lines(self) -> str:
        """Several lines, up to an empty one."""
        found: list[str] = []
        while line := self._line(">").strip():
            found.append(line)
        return " ".join(found)

    def working_time(self) -> float:
        """A clock that stands still while somebody thinks about an answer."""
        return self.clock() - self._pondered

    def _line(self, question: str) -> str:
        self.before()
        answer = None
        if self.script is not None:
            answer = next(self.script, None)
            if answer is None:
                show.typed(question, "")
                raise Left
        with self._pondering():
            said = show.typed(question, answer)
        if said is None or said.strip().lower() in LEAVE:
            raise Left
        return said

    @contextmanager
    def _pondering(self) -> Iterator[None]:
        start = self.clock()
        try:
            yield
        finally:
            self._pondered += self.clock() - start
