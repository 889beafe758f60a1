"""Fields that a tool's reply should hold and does not: asked for later, lost on the way, or there without a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from adapters.trace import Json, Kind, Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.exceptions import code_places
from refinery.signals.quoting import pair, quote
from refinery.signals.turns import Part, Turn, answer, parsed, task, turns
from refinery.signals.values import akin, fields, keys, name_words, words

WANTED = re.compile(
    r"KeyError: '?\"?([\w.\-]+)"
    r"|'(?!(?:NoneType|str|int|float|bool|list|tuple|dict|set|bytes|function|method|type)')\w+' object has no attribute '(\w+)'"
    r"|no such (?:key|field|column):? '?([\w.\-]+)|missing (?:key|field|required (?:field|key|property)):? '?\"?([\w.\-]+)"
    r"|['\"](\w+)['\"] is (?:a required property|missing)|field '?(\w+)'? (?:is )?(?:missing|not found)"
)


NONE = re.compile(
    r"\bNone(?:Type)?\b|\bnull\b|\bundefined\b|argument must be str|must be a string|cannot be null|is not iterable", re.IGNORECASE
)
BLANK = re.compile(
    r"\W*(?:n/?a|unknown|null|none|undefined|missing|tbd|not (?:on file|available|found|known|set|specified|provided|recorded))?\W*",
    re.IGNORECASE,
)


def missing_fields(trace: Trace) -> Iterator[Signal]:
    """A tool's reply that lacks a field which a later step reads, which an inner step had, or which the task asks for."""
    every = turns(trace)
    replies = [
        (turn, value) for turn in every if turn.part in (Part.RESULT, Part.STEP) if isinstance(value := parsed(turn.text), dict | list)
    ]
    held = [(turn, value, keys(value)) for turn, value in replies]
    yield from _read_later(every, held)
    yield from _lost(trace, held)
    yield from _hollow(trace, replies)
    yield from _passed_on_blank(trace, every, held)
    yield from _none_read(every, replies)


def _read_later(every: tuple[Turn, ...], held: Sequence[tuple[Turn, Json, frozenset[str]]]) -> Iterator[Signal]:
    told: set[str] = set()
    for turn in every:
        failure = turn.span.failure
        words_ = (
            f"{failure.type.rsplit('.', 1)[-1]}: {failure.message}" if failure else turn.text[-4_000:] if turn.part is Part.RESULT else ""
        )
        match = WANTED.search(words_)
        name = next((group for group in match.groups() if group), "") if match else ""
        if not name or name in told:
            continue
        before = [(one, value) for one, value, names in held if one.step != turn.step and _done_before(one, turn) and name not in names]
        tools = [pair for pair in before if pair[0].span.kind in (Kind.TOOL, Kind.RETRIEVER)] or before
        if tools:
            told.add(name)
            source = tools[-1][0]
            echo = (
                (Quote(turn.span.id, failure.message[:280]),)
                if failure and failure.message
                else quote(turn, match.group() if match else "")
            )
            says = f"The reply of {source.tool or source.span.name} has no `{name}`, which {turn.tool or turn.span.name} then asks for"
            weight = 0.75 if _flows(source, turn) else 0.4
            yield _signal(source, says, (*quote(source, source.text), *echo), weight)


def _flows(source: Turn, turn: Turn) -> bool:
    """Whether the later step, or the one it stands in, was given what the reply held."""
    value = parsed(source.text)
    held = _values(value) if value is not None else frozenset[str]()
    return any(one in turn.span.input for one in held)


def _done_before(one: Turn, other: Turn) -> bool:
    if one.span.end_ns is not None and other.span.end_ns is not None:
        return one.span.end_ns <= other.span.end_ns
    return one.step < other.step


def _lost(trace: Trace, held: Sequence[tuple[Turn, Json, frozenset[str]]]) -> Iterator[Signal]:
    """A step passes on what an inner step returned, less a field that the task or the answer speaks of."""
    final = answer(trace)
    spoken = words(task(trace)) | (words(final.text) if final else frozenset())
    by_id = {turn.span.id: (turn, value, names) for turn, value, names in held}
    for turn, value, names in held:
        outer = by_id.get(turn.span.parent_id or "")
        if outer is None or outer[0].span.kind not in (Kind.TOOL, Kind.RETRIEVER):
            continue
        lost = sorted(name for name in names - outer[2] if name_words(name) & spoken)
        if lost and names & outer[2] and _values(value) & _values(outer[1]):
            says = f"{outer[0].tool or outer[0].span.name} leaves out `{lost[0]}`, which {turn.span.name} had given it"
            yield _signal(outer[0], says, (*quote(outer[0], outer[0].text), *quote(turn, turn.text)), 0.6)


def _hollow(trace: Trace, replies: Sequence[tuple[Turn, Json]]) -> Iterator[Signal]:
    spoken = words(task(trace))
    for turn, value in replies:
        for field in fields(value, limit=300):
            bare = _blank(field.value)
            if turn.part is Part.RESULT and bare and akin(name_words(field.key), spoken):
                says = f"In the reply of {turn.tool or turn.span.name} the field `{field.key}` that was asked for has no value"
                yield _signal(turn, says, quote(turn, f'"{field.key}"'), 0.45)
                break


def _passed_on_blank(trace: Trace, every: tuple[Turn, ...], held: Sequence[tuple[Turn, Json, frozenset[str]]]) -> Iterator[Signal]:
    """A later step is given a blank for something that was asked for, and no reply before it has the field."""
    spoken = words(task(trace))
    for turn in every:
        value = parsed(turn.asked) if turn.part is Part.STEP else parsed(turn.raw) if turn.part is Part.CALL else None
        for field in fields(value, limit=300) if value is not None else ():
            if not _blank(field.value) or not akin(name_words(field.key), spoken):
                continue
            tools = [one for one, _, there in held if one.part is Part.RESULT and _done_before(one, turn) and field.key not in there]
            if tools and not any(field.key in there for one, _, there in held if one.part is Part.RESULT):
                source = tools[-1]
                names = (source.tool or source.span.name, turn.tool or turn.span.name)
                says = f"The reply of {names[0]} has no `{field.key}`, which was asked for; {names[1]} goes on with a blank"
                yield _signal(source, says, (*quote(source, source.text), *pair(turn, field.key, field.value)), 0.55)
                return


def _none_read(every: tuple[Turn, ...], replies: Sequence[tuple[Turn, Json]]) -> Iterator[Signal]:
    """A step dies of a value that is not there, and a reply before it holds empty fields."""
    for turn in every:
        failure = turn.span.failure
        if failure is None or not NONE.search(failure.message):
            continue
        before = [(one, value) for one, value in replies if one.part is Part.RESULT and (_done_before(one, turn) or _around(turn, one))]
        for one, value in reversed(before):
            empty = [field.key for field in fields(value, limit=300) if field.value is None]
            if empty:
                listed = "`, `".join(empty[:3])
                says = (
                    f"The reply of {one.tool or one.span.name} has no value for `{listed}`; then {failure.type.rsplit('.', 1)[-1]} followed"
                )
                yield _signal(one, says, (*pair(one, empty[0], "null"), *pair(turn, "", failure.message[:200])), 0.4)
                return


def _around(outer: Turn, inner: Turn) -> bool:
    return inner.span.parent_id == outer.span.id


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and bool(BLANK.fullmatch(value)))


def _signal(turn: Turn, says: str, quotes: tuple[Quote, ...], weight: float) -> Signal:
    return Signal(
        "missing_fields", turn.span.id, turn.step, says, quotes, Layer.TOOL, "missing-field", weight, turn.agent, code_places(turn.span)
    )


def _values(value: Json) -> frozenset[str]:
    return frozenset(str(field.value) for field in fields(value, limit=300) if field.value not in (None, True, False, "", 0, 1))
