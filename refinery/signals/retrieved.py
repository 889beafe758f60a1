"""Documents that a run retrieved, with what each tells of its own age."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from adapters.trace import Json, Kind, Trace
from refinery.signals.turns import Part, Turn, clip, parsed, turns
from refinery.signals.values import dates, fields, listed, numbers, words

DATED = listed(
    "date updated updated_at updatedat last_updated lastupdated last_modified modified modified_at effective effective_date "
    "effective_from valid_from "
    "published published_at publication_date created created_at timestamp version_date as_of reviewed year"
)
UNTIL = listed("valid_until valid_to effective_until effective_to expires expires_at expiry expiration expired_on end_date")
OVER = re.compile(
    r"\b(?:superseded(?: by)?|deprecated|obsolete|outdated|no longer (?:valid|in force|current|applies|offered)|archived (?:version"
    r"|copy|policy|page)"
    r"|replaced by (?:the |a )?(?:new|version|policy)|(?:expired|withdrawn) (?:on|in|as of))",
    re.IGNORECASE,
)
STATES = frozenset({"superseded", "deprecated", "obsolete", "archived", "expired", "outdated", "withdrawn", "retired", "inactive"})
WRITTEN = re.compile(
    r"(?:effective|updated|as of|valid from|last (?:updated|reviewed|modified)|version|published|since|dated?)\W{0,6}(?:from "
    r"|on )?([^\n]{4,24})",
    re.IGNORECASE,
)
MOST = 300
"""Documents of one trace that are compared with each other."""
TEXTS = ("content", "text", "page_content", "body", "passage", "snippet", "chunk", "document", "title")


@dataclass(frozen=True, slots=True)
class Doc:
    """One retrieved passage with what tells its age."""

    turn: Turn
    name: str
    text: str
    day: date | None
    day_words: str
    over: str
    """The words that say it no longer holds."""
    until: date | None = None
    about: frozenset[str] = field(default=frozenset())
    """Its telling words, without figures."""
    figures: frozenset[float] = field(default=frozenset())


def documents(trace: Trace) -> list[Doc]:
    """What retrievers and tools gave back as passages, in order."""
    return list(islice((doc for turn in turns(trace) if turn.part is Part.RESULT for doc in _docs(turn)), MOST))


def alike(one: Doc, other: Doc) -> bool:
    """Whether two documents are about the same matter: a good part of their words is shared."""
    shared = len(one.about & other.about)
    return shared >= max(2, 0.4 * min(len(one.about), len(other.about)))


def _docs(turn: Turn) -> Iterator[Doc]:
    for number, document in enumerate(turn.span.documents[:200]):
        text = clip(document.content, 4_000)
        yield _doc(turn, document.id or _name(document.metadata) or f"number {number + 1}", text, document.metadata)
    if turn.span.documents:
        return
    value = parsed(turn.text)
    retrieval = turn.span.kind in (Kind.RETRIEVER, Kind.RERANKER)
    for number, item in enumerate(_records(value)[:200]):
        text = next((str(item[key]) for key in TEXTS if isinstance(item.get(key), str)), "")
        if text or retrieval:
            yield _doc(turn, _name(item) or f"number {number + 1}", clip(text, 4_000), item)
    if value is None and retrieval and turn.text.strip():
        yield _doc(turn, "", clip(turn.text, 4_000), {})


def _records(value: Json) -> list[Mapping[str, Json]]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list) and inner and isinstance(inner[0], dict)]
        return [item for inner in lists for item in inner if isinstance(item, dict)] or [value]
    return []


def _doc(turn: Turn, name: str, text: str, data: Mapping[str, Json]) -> Doc:
    day, words_, until, over = None, "", None, ""
    for item in fields(dict(data), limit=60):
        low = item.key.lower()
        if low in DATED | UNTIL and item.value is not None:
            found = _day(str(item.value))
            if found and low in UNTIL:
                until = found
                words_ = words_ or str(item.value)
            elif found and day is None:
                day, words_ = found, str(item.value)
        elif (low in ("status", "state", "lifecycle") and str(item.value).lower() in STATES) or (low in STATES and item.value is True):
            over = str(item.value) if item.value is not True else item.key
        elif low == "superseded_by" and item.value:
            over = str(item.value)
    marked = OVER.search(text)
    if marked and not over:
        start = max(text.rfind(".", 0, marked.start()), text.rfind("\n", 0, marked.start())) + 1
        over = text[start : marked.end() + 60].split("\n")[0].strip()
    if day is None:
        for match in WRITTEN.finditer(text[:2_000]):
            for found, where in dates(match[1]):
                day, words_ = day or found, words_ or where.raw
    if day is None:
        for found, where in dates(name):
            day, words_ = found, where.raw
    about = frozenset(word for word in words(f"{text} {name}") if word.isalpha())
    return Doc(turn, name, text, day, words_, over, until, about, frozenset(value for value, _ in numbers(text)))


def _day(text: str) -> date | None:
    for day, _ in dates(text):
        return day
    if re.fullmatch(r"(?:19|20)\d\d", text.strip()):
        return date(int(text), 1, 1)
    return None


def _name(data: Mapping[str, Json]) -> str:
    return next(
        (str(data[key]) for key in ("title", "name", "id", "doc_id", "source", "path", "url") if isinstance(data.get(key), str)), ""
    )
