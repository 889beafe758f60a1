"""From a theorist's reply to hypotheses: what does not follow the schema is a complaint, in words the model can act on."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.domain import Edit, Hypothesis, Layer


def _object(**properties: Json) -> dict[str, Json]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


TEXT: Json = {"type": "string"}
SCHEMA: Mapping[str, Json] = _object(
    hypotheses={
        "type": "array",
        "items": _object(
            layer={"type": "string", "enum": [layer.value for layer in Layer]},
            layer_reason=TEXT,
            change=TEXT,
            rationale=TEXT,
            example=TEXT,
            risks=TEXT,
            confidence={"type": "number"},
            cites={"type": "array", "items": TEXT},
            edits={"type": "array", "items": _object(path=TEXT, old=TEXT, new=TEXT)},
        ),
    },
    missing=TEXT,
    doubts=TEXT,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply says, and what is wrong with it."""

    hypotheses: tuple[Hypothesis, ...] = ()
    missing: str = ""
    """Why there is no (further) hypothesis, in the model's words."""
    complaints: tuple[str, ...] = ()
    doubts: str = ""
    """What the model could not settle, for a person."""


def read_answer(text: str) -> Answer:
    """The hypotheses of a reply. Whatever is sound is kept; the rest is complained about."""
    value = _first_object(text)
    if value is None:
        return Answer(complaints=("the answer holds no JSON object",))
    entries = value.get("hypotheses")
    missing, doubts = _text(value, "missing"), _text(value, "doubts")
    if not isinstance(entries, list):
        return Answer(complaints=("`hypotheses` is not a list",))
    found: list[Hypothesis] = []
    complaints: list[str] = []
    for number, entry in enumerate(entries):
        hypothesis, wrong = _hypothesis(entry)
        if hypothesis is None:
            complaints += [f"hypotheses[{number}]: {says}" for says in wrong]
        else:
            found.append(hypothesis)
    return Answer(tuple(found), missing, tuple(complaints), doubts)


def _first_object(text: str) -> dict[str, Json] | None:
    """The first JSON object that reaches from a brace to its end; models put fences and sentences around it."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    for _ in range(50):
        if start < 0:
            return None
        try:
            value, _end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        if isinstance(value, dict) and "hypotheses" in value:
            return value
        start = text.find("{", start + 1)
    return None


def _hypothesis(entry: Json) -> tuple[Hypothesis | None, list[str]]:
    if not isinstance(entry, dict):
        return None, ["is not an object"]
    wrong = [f"`{name}` is not a text" for name in ("change", "rationale") if not _text(entry, name)]
    layer = entry.get("layer")
    if layer not in list(Layer):
        wrong.append(f"`layer` is none of {', '.join(Layer)}")
    edits = entry.get("edits")
    read = [_edit(edit) for edit in edits] if isinstance(edits, list) else []
    if not read:
        wrong.append("`edits` is not a list of at least one edit")
    wrong += [f"edits[{number}] is not an object of the texts path, old and new" for number, edit in enumerate(read) if edit is None]
    wrong += [f"the path `{edit.path}` leaves the repository" for edit in read if edit and not _inside(edit.path)]
    reason = _text(entry, "layer_reason")
    if layer == Layer.PROMPT and not reason:
        wrong.append("`layer_reason` does not say why a prompt rule, and not code, a tool or configuration")
    if wrong:
        return None, wrong
    cites = entry.get("cites")
    confidence = entry.get("confidence")
    return Hypothesis(
        change=" ".join(_text(entry, "change").split()),
        rationale="\n\n".join(part for part in (_text(entry, "rationale"), reason and f"Why at this layer: {reason}") if part),
        layer=Layer(str(layer)),
        edits=tuple(edit for edit in read if edit),
        example=_text(entry, "example"),
        risks=_text(entry, "risks"),
        confidence=min(1.0, max(0.0, float(confidence))) if isinstance(confidence, int | float) else 0.5,
        origin="model",
        cites=tuple(plain(cite) for cite in cites if isinstance(cite, str)) if isinstance(cites, list) else (),
    ), []


def _text(entry: dict[str, Json], name: str) -> str:
    value = entry.get(name)
    return plain(value) if isinstance(value, str) else ""


def plain(text: str) -> str:
    """Text for people to read: no control, direction or surrogate characters, which could paint over a terminal or a commit message."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs")).strip()


def _edit(edit: Json) -> Edit | None:
    if not isinstance(edit, dict):
        return None
    path, old, new = edit.get("path"), edit.get("old"), edit.get("new")
    if not (isinstance(path, str) and path.strip() and isinstance(old, str) and isinstance(new, str)):
        return None
    return Edit(path.strip().removeprefix("./"), old, new)


def _inside(path: str) -> bool:
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts and "\0" not in path and "\\" not in path
