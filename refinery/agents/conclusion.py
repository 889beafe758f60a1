"""From an analyst's conclusion to what it says of a trace: every quote is held against the span it names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.trace import Json, Span, Trace
from refinery.agents.answer import plain
from refinery.domain import Gap, GapKind, Layer, Level, Observation, Question, Quote, Suspect
from refinery.signals.causes import agent_of

MOST_QUESTIONS = 3
MOST_OTHERS = 4
MOST_QUOTES = 6
LONGEST_QUOTE = 300


def _object(**properties: Json) -> dict[str, Json]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(item: Json) -> dict[str, Json]:
    return {"type": "array", "items": item}


TEXT: Json = {"type": "string"}
SCHEMA: Mapping[str, Json] = _object(
    failed={"type": "boolean"},
    summary=TEXT,
    expected=TEXT,
    observations=_list(_object(level={"type": "string", "enum": [level.value for level in Level]}, says=TEXT)),
    gaps=_list(_object(kind={"type": "string", "enum": [kind.value for kind in GapKind]}, says=TEXT)),
    layer={"type": "string", "enum": [layer.value for layer in Layer]},
    category=TEXT,
    step={"type": "integer"},
    confidence={"type": "number"},
    evidence=_list(_object(step={"type": "integer"}, quote=TEXT)),
    alternatives=_list(_object(step={"type": "integer"}, says=TEXT)),
    questions=_list(_object(asks=TEXT, why=TEXT)),
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What an analyst said, as far as it holds."""

    failed: bool = True
    summary: str = ""
    expected: str = ""
    layer: Layer = Layer.MODEL
    category: str = ""
    step: int | None = None
    confidence: float = 0.0
    evidence: tuple[Quote, ...] = ()
    alternatives: tuple[Suspect, ...] = ()
    observations: tuple[Observation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    questions: tuple[Question, ...] = ()
    complaints: tuple[str, ...] = ()
    """Why it cannot be used, in words the model can act on."""
    unverified: tuple[str, ...] = ()
    """Quotes that stand nowhere in the span they name."""

    @property
    def usable(self) -> bool:
        return not self.complaints


def conclude(value: Mapping[str, Json] | None, trace: Trace, *, must_have_failed: bool) -> Conclusion:
    """Read a conclusion. What is sound is kept, the rest is complained about."""
    if value is None:
        return Conclusion(complaints=("there is no conclusion: call `conclude`, or answer with its object alone",))
    failed = value.get("failed")
    summary, step = _text(value, "summary"), value.get("step")
    wrong = [] if summary else ["`summary` is not a text"]
    if failed is not True and failed is not False:
        wrong.append("`failed` is neither true nor false")
    if failed is False and must_have_failed:
        wrong.append("the run is known to have failed: `failed` is true, and `step` is where it most likely went wrong")
    placed = _step(step, trace)
    if failed is True and placed is None:
        wrong.append(f"`step` is not one of the steps 0 to {len(trace.spans) - 1}")
    layer = value.get("layer")
    if failed is True and layer not in list(Layer):
        wrong.append(f"`layer` is none of {', '.join(Layer)}")
    evidence, unverified = _evidence(value, trace)
    confidence = value.get("confidence")
    return Conclusion(
        failed=bool(failed),
        summary=summary,
        expected=_text(value, "expected"),
        layer=Layer(str(layer)) if layer in list(Layer) else Layer.MODEL,
        category=_category(_text(value, "category")),
        step=placed if failed else None,
        confidence=min(0.97, max(0.0, float(confidence))) if isinstance(confidence, int | float) else 0.5,
        evidence=evidence,
        alternatives=_others(value, trace, placed),
        observations=tuple(
            Observation(Level(each["level"]), each["says"]) for each in _entries(value, "observations", "level", list(Level))
        ),
        gaps=tuple(Gap(GapKind(each["kind"]), each["says"]) for each in _entries(value, "gaps", "kind", list(GapKind))),
        questions=tuple(Question(each["asks"], each["why"]) for each in _entries(value, "questions", "asks", None, says="why"))[
            :MOST_QUESTIONS
        ],
        complaints=tuple(wrong),
        unverified=unverified,
    )


def first_object(text: str) -> Mapping[str, Json] | None:
    """The first JSON object of a plain answer that looks like a conclusion."""
    decoder = json.JSONDecoder()
    for match in list(re.finditer(r"\{", text))[:50]:
        try:
            value, _ = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and "step" in value:
            return value
    return None


LABEL = re.compile(r"^(?:calls [\w.-]+|in(?:, \w+)?|out|failure|document \S+):\s*")
"""What `telling` writes in front of a span's texts."""


def verbatim(words: str, span: Span) -> str:
    """The words as they stand in a span, which may break its lines elsewhere; empty when they do not stand there.

    A label that the view of the trace puts in front of a text is not part of what is quoted.
    """
    bare = words.strip()
    return _standing(bare, span) or _standing(LABEL.sub("", bare), span)


def _standing(words: str, span: Span) -> str:
    bare = words[:LONGEST_QUOTE]
    if span.contains(bare):
        return bare
    parts = [re.escape(part) for part in bare.split()]
    if not parts or len(parts) > 80:
        return ""
    pattern = re.compile(r"\s+".join(parts))
    for text in span.texts():
        match = pattern.search(text)
        if match:
            return match.group()
    return ""


def _evidence(value: Mapping[str, Json], trace: Trace) -> tuple[tuple[Quote, ...], tuple[str, ...]]:
    found: list[Quote] = []
    missing: list[str] = []
    entries = value.get("evidence")
    for entry in entries[: 2 * MOST_QUOTES] if isinstance(entries, list) else []:
        words = entry.get("quote") if isinstance(entry, dict) else None
        step = _step(entry.get("step"), trace) if isinstance(entry, dict) else None
        if not isinstance(words, str) or not words.strip():
            continue
        kept = verbatim(words, trace.spans[step]) if step is not None else ""
        if kept and step is not None:
            found.append(Quote(trace.spans[step].id, kept))
        else:
            elsewhere = next((place for place, span in enumerate(trace.spans) if span.contains(words.strip())), None)
            hint = f"; it stands in step {elsewhere}" if elsewhere is not None else ""
            missing.append(f"“{plain(words)[:120]}” does not stand in step {entry.get('step') if isinstance(entry, dict) else '?'}{hint}")
    return tuple(dict.fromkeys(found))[:MOST_QUOTES], tuple(missing)


def _others(value: Mapping[str, Json], trace: Trace, step: int | None) -> tuple[Suspect, ...]:
    entries = value.get("alternatives")
    found: dict[int, Suspect] = {}
    for entry in entries if isinstance(entries, list) else []:
        place = _step(entry.get("step"), trace) if isinstance(entry, dict) else None
        if place is not None and place != step and isinstance(entry, dict):
            span = trace.spans[place]
            found.setdefault(place, Suspect(agent_of(trace, span), place, span.id, _text(entry, "says")))
    return tuple(found.values())[:MOST_OTHERS]


def _entries(value: Mapping[str, Json], name: str, key: str, known: Sequence[str] | None, says: str = "says") -> list[dict[str, str]]:
    entries = value.get(name)
    read = (
        [{key: _text(entry, key), says: _text(entry, says)} for entry in entries if isinstance(entry, dict)]
        if isinstance(entries, list)
        else []
    )
    return [entry for entry in read if all(entry.values()) and (known is None or entry[key] in known)]


def _step(value: Json, trace: Trace) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and 0 <= value < len(trace.spans) else None


def _text(entry: Mapping[str, Json], name: str) -> str:
    value = entry.get(name)
    return plain(value) if isinstance(value, str) else ""


def _category(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:40] or "unclear"
