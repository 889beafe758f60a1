"""Strange and huge traces end in bounded time and memory: `python -m benchmarks.strange`. Nothing is read from disk."""

from __future__ import annotations

import resource
import time

from adapters.trace import Json, Kind, Span, Trace
from refinery.agents.lookup import Lookup
from refinery.agents.view import tokens, view
from refinery.llm.port import ToolUse
from refinery.signals.diagnosis import diagnose

BUDGET = 8_000
TALK: dict[str, Json] = {"role": "assistant"}


def main() -> None:
    for name, trace in traces().items():
        start = time.process_time()
        found = diagnose(trace, failed=True)
        by_rules = time.process_time() - start
        shown = view(trace, BUDGET, found)
        look = Lookup(trace, found.signals)
        for call in (ToolUse("1", "search", {"text": "needle"}), ToolUse("2", "follow", {"value": "4711"})):
            look(call)
        whole = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{name:32} rules {by_rules:6.2f} s   with view and look-ups {whole:6.2f} s   {tokens(shown.text):5} tokens   {peak} MB at most"
        )


def traces() -> dict[str, Trace]:
    """One of each kind."""
    big = '{"a": "' + "needle 4711 " * 8_700_000 + '"}'
    return {
        "empty": Trace("t", ()),
        "one attribute of 100 MB": Trace("t", (Span("s", "x", Kind.TOOL, output=big),)),
        "100 MB that are no text": Trace("t", (Span("s", "x", Kind.TOOL, output="\0\xff\x01ab" * 20_000_000),)),
        "20,000 spans of 5 KB": Trace("t", tuple(map(_tool, range(20_000)))),
        "a talk of 20,000 turns": Trace("t", tuple(map(_said, range(20_000))), task="What?"),
        "a chain 5,000 spans deep": Trace("t", tuple(_step(n, f"s{n - 1}" if n else None) for n in range(5_000))),
        "a cycle, and orphans": Trace("t", tuple(_step(n, f"s{(n + 1) % 5}" if n < 5 else "gone") for n in range(10))),
        "a word of 10 MB": Trace("t", (Span("s", "x", Kind.MESSAGE, agent="a", output="A" * 10_000_000, attributes=TALK),)),
    }


def _step(number: int, parent: str | None) -> Span:
    return Span(f"s{number}", "x", Kind.CHAIN, parent, output="y")


def _tool(number: int) -> Span:
    text = f"value {number} " + "lorem ipsum " * 400
    return Span(f"s{number}", "x", Kind.TOOL, "s0" if number else None, tool="get_x", input=f'{{"n": {number}}}', output=text)


def _said(number: int) -> Span:
    text = f"Number {number} is {number * 7} at Street{number}"
    return Span(f"s{number}", "a", Kind.MESSAGE, agent=f"A{number % 7}", output=text, attributes=TALK)


if __name__ == "__main__":
    main()
