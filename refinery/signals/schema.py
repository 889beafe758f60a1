"""Answers and calls that do not have the form they should have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from adapters.trace import Kind, Span, Trace
from refinery.domain import Layer, Signal
from refinery.signals.offered import Offer, offered
from refinery.signals.polite_errors import error_in
from refinery.signals.quoting import quote
from refinery.signals.turns import GAP, Part, Turn, answer, parsed, turns

WANTED = re.compile(
    r"(?:respond|reply|answer|output|return|format)\b[^.\n]{0,60}\b(?:only |valid |strict |a |an |one |in |as |with )+json\b"
    r"|json (?:object|format|only|schema)",
    re.IGNORECASE,
)
INVALID = re.compile(
    r"validation ?error|field required|missing \d+ required|missing required|required (?:property|argument|parameter|field)|is a required"
    r"|unexpected keyword|got an unexpected|invalid json|jsondecodeerror|json\.?parse|expecting (?:value|property|',')"
    r"|unexpected (?:token|end of json)"
    r"|not of type|extra inputs are not permitted|input should be|schema (?:mismatch|violation|validation)"
    r"|does not match the schema|zoderror",
    re.IGNORECASE,
)


def schema(trace: Trace) -> Iterator[Signal]:
    """Unparsable JSON where JSON is asked for, arguments that are missing or no JSON, and validation errors."""
    every = turns(trace)
    final = answer(trace)
    tools = offered(trace)
    for turn in every:
        if turn.part is Part.RESULT or turn.span.failure:
            words = (turn.span.failure.message if turn.span.failure else "") or error_in(turn.text)
            kind = turn.span.failure.type if turn.span.failure else ""
            if words and INVALID.search(f"{kind}: {words}") and turn.part is not Part.CALL:
                yield _signal(turn, f"{turn.tool or turn.span.name} was given something of the wrong form: {words[:140]}", words, 0.6)
        elif turn.part is Part.CALL:
            yield from _call(turn, tools)
        elif turn.part is Part.SAY and turn.span.kind is Kind.LLM and _spoilt(turn):
            yield _signal(turn, "JSON was asked for, and what came is none", turn.text[:200], 0.6)
    if final and final.turn.span.kind is Kind.MESSAGE and final.text.strip():
        told = [turn for turn in every if turn.part is Part.INSTRUCTION and WANTED.search(turn.text[-4_000:])]
        if told and not _is_json(final.text):
            yield _signal(final.turn, "JSON was asked for, and what came is none", final.text[:200], 0.45)


def _spoilt(turn: Turn) -> bool:
    return bool(turn.text.strip()) and _wants_json(turn.span) and not _is_json(turn.text)


def _call(turn: Turn, tools: Mapping[str, Offer]) -> Iterator[Signal]:
    given = turn.raw.strip()
    if not given or GAP in given:
        return
    value = parsed(given)
    if value is None:
        if given[0] in "{[" and turn.span.kind is not Kind.RETRIEVER and not _python_literal(given):
            yield _signal(turn, f"The arguments for {turn.tool} are no valid JSON", given, 0.55)
        return
    if isinstance(value, dict):
        held = value.get("input") if isinstance(value.get("input"), dict) and len(value) == 1 else value
        offer = tools.get(turn.tool)
        missing = [name for name in offer.required if isinstance(held, dict) and name not in held] if offer else []
        if missing:
            yield _signal(turn, f"{turn.tool} needs `{'`, `'.join(missing)}`, and the call does not give it", given, 0.6)


def _signal(turn: Turn, says: str, words: str, weight: float) -> Signal:
    return Signal("schema", turn.span.id, turn.step, says, quote(turn, words), Layer.MODEL, "schema-mismatch", weight, turn.agent)


def _is_json(text: str) -> bool:
    bare = text.strip()
    if parsed(bare) is not None or GAP in bare:
        return True
    try:
        json.loads(bare)
    except (ValueError, RecursionError):
        return False
    return True


def _python_literal(text: str) -> bool:
    """Recorders often write a dict as Python prints it."""
    return ("'" in text and bool(re.match(r"[{\[]\s*(?:'|\d|True|False|None|[{\[(]|[}\]])", text))) or text.startswith("[{'")


def _wants_json(span: Span) -> bool:
    for key, value in span.attributes.items():
        low = key.lower()
        if (
            low.endswith(("response_format", "output_type", "output.type", "response_format.type", "response_schema"))
            and "json" in str(value)[:2_000].lower()
        ):
            return True
        if low.endswith("invocation_parameters") and isinstance(value, str) and "json_object" in value[:20_000]:
            return True
    return any(
        message.role in ("system", "developer") and WANTED.search(message.content[-4_000:]) for message in span.input_messages[:2]
    ) and not any(message.tool_calls for message in span.output_messages)
