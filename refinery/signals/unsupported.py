"""References and quotations in an answer that stand in nothing the run has seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import around
from refinery.signals.turns import Part, Turn, answer, is_chat, parsed, turns

LINK = re.compile(r"https?://[^\s)\]>\"'`]+|\b[\w.+\-]+@[\w\-]+\.[a-z]{2,}\b", re.IGNORECASE)
QUOTED = re.compile(r"(?<![\w.,!?])[“\"]([^“”\"\n]{30,400})[”\"](?!\w)")
PLAIN = re.compile(r"[^\w]+")
SAYS = re.compile(r"\b(?:sa(?:y|ys|id)|state[sd]?|quote[sd]?|according|reads?|wrote|writes?|mention\w*|explain\w*)\b", re.IGNORECASE)
CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
FEW = 6
"""A quotation of fewer words may be a turn of phrase."""
MOST = 20


def unsupported(trace: Trace) -> Iterator[Signal]:
    """An answer, in a run that looked things up, with a link, an address or a quotation that no result, question or instruction holds."""
    final = answer(trace)
    if final is None or CODE.search(final.text) or parsed(final.text) is not None:
        return  # a program, or data, refers to nothing
    every = turns(trace)
    seen = [
        turn for turn in every if turn.part is Part.RESULT and (turn.text.strip() or turn.span.documents) and turn.step != final.turn.step
    ]
    if not seen:
        return
    parts = (Part.RESULT, Part.USER, Part.INSTRUCTION, Part.CALL)
    texts = [turn.raw for turn in every if turn.part in parts] + [turn.asked for turn in every] + [trace.task]
    texts += [document.content for turn in seen for document in turn.span.documents]
    texts += [str(value) for turn in seen for document in turn.span.documents for value in document.metadata.values()]
    texts += [
        message.content for span in trace.spans if not is_chat(span) for message in span.input_messages if message.role != "assistant"
    ]
    known = "".join(_squeezed(text) for text in texts)
    for match in list(LINK.finditer(final.text))[:MOST]:
        link = match.group().rstrip(".,;:!?")
        if _squeezed(link.split("://")[-1]) not in known:
            yield _signal(final.turn, match.start(), link, f"The answer refers to {link[:100]}, which nothing in the run had named")
            return
    for match in list(QUOTED.finditer(final.text))[:MOST]:
        told = SAYS.search(final.text[max(0, match.start() - 80) : match.start()])
        if told and len(match[1].split()) >= FEW and _squeezed(match[1]) not in known:
            says = f"The answer quotes “{match[1][:80]}”, which stands in nothing that the run had read"
            yield _signal(final.turn, match.start(1), match[1], says)
            return


def _squeezed(text: str) -> str:
    return PLAIN.sub("", text.lower())


def _signal(turn: Turn, at: int, words: str, says: str) -> Signal:
    place = max(0, turn.text.find(words, max(0, at - 2)))
    quotes = around(turn, place, len(words))
    return Signal("unsupported", turn.span.id, turn.step, says, quotes, Layer.MODEL, "unsupported-claim", 0.3, turn.agent)
