"""What models answered to agents, kept in a folder of the user's: one readable file a request, without keys, to be answered from again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters import notation
from adapters.redaction import Find, Masking
from adapters.trace import Json
from refinery.errors import OutsideError
from refinery.llm.wires import Call

MOST_COMPARED = 500
"""Recorded requests that are compared with one that is not among them."""
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """Which call of which run it is."""

    scenario: str
    trial: int
    nth: int
    """How often the same run had made the same request before."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply as it was recorded."""

    status: int
    reply: Json
    """The whole body, or the list of a stream's events."""
    streamed: bool
    first_time: bool
    """No other trial of the scenario has been answered with it."""


class Recordings:
    """The files of one folder. Used from many threads."""

    def __init__(self, folder: Path, find: Find) -> None:
        self.folder = folder
        self._find = find
        self._lock = threading.Lock()

    def key(self, call: Call) -> str:
        """The same for the same request, whatever of it is masked."""
        return self._named(call, Masking(self._find))[0]

    def keep(self, call: Call, turn: Turn, status: int, reply: Json, streamed: bool) -> None:
        """Write a reply down; one of the same turn is replaced. Raises OutsideError."""
        masking = Masking(self._find)
        key, body = self._named(call, masking)
        fresh: dict[str, Json] = {"scenario": turn.scenario, "trial": turn.trial, "nth": turn.nth, "status": status}
        fresh["stream" if streamed else "body"] = masking.json(reply)
        path = self._path(call, key)
        with self._lock:
            held = _read(path)
            replies = [each for each in map(notation.fields, notation.items(held.get("replies"))) if _turn(each) != turn]
            replies = sorted([*replies, fresh], key=lambda each: (str(each["scenario"]), *_numbers(each)))
            about: dict[str, Json] = {"vendor": call.vendor, "method": call.method, "path": call.path, "request": body}
            _write(path, {**about, "replies": [*replies]})

    def find(self, call: Call, turn: Turn) -> Kept | None:
        """The reply that was recorded for the same turn of the scenario, or of another trial of it where there were fewer.

        What was masked in the request is put back where the reply repeats it.
        """
        masking = Masking(self._find)
        key, _ = self._named(call, masking)
        replies = [*map(notation.fields, notation.items(_read(self._path(call, key)).get("replies")))]
        own = [each for each in replies if each.get("scenario") == turn.scenario] or replies
        trials = sorted({_numbers(each)[0] for each in own})
        if not trials:
            return None
        trial = trials[turn.trial % len(trials)]
        turns = sorted((each for each in own if _numbers(each)[0] == trial), key=_numbers)
        found = turns[min(turn.nth, len(turns) - 1)]
        status = notation.whole(found.get("status")) or 200
        streamed = "stream" in found
        return Kept(status, masking.json_back(found.get("stream" if streamed else "body")), streamed, turn.trial < len(trials))

    def nearest(self, call: Call, turn: Turn) -> str:
        """In what the request differs from the recorded one that is most like it."""
        body = Masking(self._find).json(dict(call.body))
        best: tuple[bool, int, str] | None = None
        for held in self._recorded(call):
            if held.get("path") != call.path or held.get("method") != call.method:
                continue
            differing = [*differences(held.get("request"), body)]
            strange = all(notation.fields(each).get("scenario") != turn.scenario for each in notation.items(held.get("replies")))
            told = (strange, len(differing), differing[0] if differing else "")
            best = min(best, told, key=lambda each: each[:2]) if best else told
        if best is None:
            return f"no call of {call.path} is in {self.folder}"
        return f"the recorded one that is most like it differs at {best[2]}"

    def _recorded(self, call: Call) -> Iterator[dict[str, Json]]:
        for path in sorted((self.folder / call.vendor).glob("*.json"))[:MOST_COMPARED]:
            yield _read(path)

    def _named(self, call: Call, masking: Masking) -> tuple[str, Json]:
        body = masking.json(dict(call.body))
        told: Json = [call.vendor, call.method, call.path, body]
        return hashlib.sha256(notation.canonical(told)).hexdigest()[:24], body

    def _path(self, call: Call, key: str) -> Path:
        model = re.sub(r"[^A-Za-z0-9._-]+", "-", call.model)[:40].strip(".-") or "call"
        return self.folder / call.vendor / f"{model}-{key}.json"


def differences(recorded: Json, asked: Json, where: str = "") -> Iterator[str]:
    """Every place at which two requests differ, with what stands there in each."""
    if isinstance(recorded, dict) and isinstance(asked, dict):
        for name in [*asked, *(name for name in recorded if name not in asked)]:
            place = f"{where}.{name}" if where else name
            if name in recorded and name in asked:
                yield from differences(recorded[name], asked[name], place)
            else:
                yield f"{place}, which {'was' if name in recorded else 'is'} there only {'then' if name in recorded else 'now'}"
    elif isinstance(recorded, list) and isinstance(asked, list):
        for number, (a, b) in enumerate(zip(recorded, asked, strict=False)):
            yield from differences(a, b, f"{where}[{number}]")
        if len(recorded) != len(asked):
            yield f"{where}, which had {len(recorded)} items and has {len(asked)}"
    elif recorded != asked:
        yield f"{where}: recorded was {_around(recorded, asked)}, now it is {_around(asked, recorded)}"


def _around(value: Json, other: Json) -> str:
    """A value, a long text from where it begins to differ from the other."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[:SHOWN]
    same = next((n for n, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), 0) if isinstance(other, str) else 0
    start = max(0, same - 15) if len(value) > SHOWN else 0
    part = value[start : start + SHOWN]
    return f"{'...' if start else ''}{part!r}{'...' if start + SHOWN < len(value) else ''}"


def _turn(reply: dict[str, Json]) -> Turn:
    return Turn(notation.word(reply.get("scenario")), *_numbers(reply))


def _numbers(reply: dict[str, Json]) -> tuple[int, int]:
    return notation.whole(reply.get("trial")) or 0, notation.whole(reply.get("nth")) or 0


def _read(path: Path) -> dict[str, Json]:
    try:
        return notation.fields(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise OutsideError(f"the recording {path} cannot be read: {error}", hint="delete the file, and record it again") from error


def _write(path: Path, value: dict[str, Json]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8", "replace")
        part.replace(path)
    except OSError as error:
        raise OutsideError(f"the recording {path} cannot be written: {error.strerror}", hint="make room, or name another folder") from error
