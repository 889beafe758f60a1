"""Which recorded call answers a call: by tool and normalised arguments, repeated calls in order, what is not recorded by the policy.

Every process of an attempt writes what it was asked into one journal, under a lock, and reads there which recordings are used up:
so the order holds across threads, forked children and programs that the agent starts.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import random
import re
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are not evaluated, so they may be younger than 3.8
    from collections.abc import Callable, Iterator
    from typing import Any

    Json = dict[str, Any]
    Bind = Callable[[Any], Any]
    Known = tuple[int, str | None, re.Pattern[str] | None]

RECORDED, AGAIN, SIMULATED, PASSED, REFUSED = "recorded", "again", "simulated", "passed", "refused"
"""How a call was answered: from the recording; from it once more; by the tool's profile; by the tool itself; not at all."""
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
MASK = re.compile(r"\\\[[a-z]+(?:\\)?-\d+\\\]")
"""In an escaped text: what stands for a value that was masked when the recording was written. It is equal to anything."""
LONGEST = 20_000
"""Letters of a call's arguments that are written down."""


class OutsideRecording(LookupError):
    """The recording holds no such call, and the scenario does not let it be made."""


class Answer:
    """What a call comes to."""

    def __init__(self, how: str, result: Any = None, error: str = "", wait: float = 0.0) -> None:
        self.how = how
        self.result = result
        self.error = error
        """`Type: message`, where the call raises."""
        self.wait = wait


class World:
    """A recording, and how far it is used up."""

    def __init__(self, told: Json) -> None:
        self.told = told
        self.calls: list[Json] = told["calls"]
        self.outside: str = told.get("outside", "fail")
        self.journal = Journal(told["journal"])
        self._seen = 0
        self._spent: set[int] = set()
        self._last: dict[str, int] = {}
        self._simulated: dict[tuple[str, str], int] = {}
        self._by_tool: dict[str, list[int]] = {}
        self._keys: dict[str, list[Known]] = {}
        for place, call in enumerate(self.calls):
            self._by_tool.setdefault(call["tool"], []).append(place)

    def answer(self, tool: str, arguments: Any, bind: Bind) -> Answer:
        """The answer to a call; it is written into the journal with how it came about."""
        whole = plain(arguments)
        shown = json.dumps(whole, ensure_ascii=False)[:LONGEST]
        asked = self._key(tool, whole)
        recorded = self._recorded(tool, bind)
        with self.journal.held() as (entries, write):
            self._catch_up(entries)
            place, how = self._choose(recorded, asked)
            answer = self._told(place, how) if place is not None else self._beyond(tool, asked)
            write({"tool": tool, "arguments": shown, "how": answer.how, "call": place, "key": asked if place is None else ""})
        return answer

    def _catch_up(self, entries: list[Json]) -> None:
        """Take note of what was asked since, here or in other processes of the attempt."""
        for entry in entries[self._seen :]:
            place: int | None = entry.get("call")
            if place is not None and entry["how"] == RECORDED:
                self._spent.add(place)
            if place is not None and not self.calls[place].get("error"):
                self._last[entry["tool"]] = place
            if entry.get("how") == SIMULATED:
                key = (entry["tool"], entry["key"])
                self._simulated[key] = self._simulated.get(key, 0) + 1
        self._seen = len(entries)

    def _choose(self, recorded: list[Known], asked: str) -> tuple[int | None, str]:
        """The first recording with these arguments that is left, else the first that takes any; then the last one once more."""
        fitting = [place for place, key, pattern in recorded if key == asked or (pattern is not None and pattern.fullmatch(asked))]
        anything = [place for place, key, _ in recorded if key is None]
        for place in (*fitting, *anything):
            if place not in self._spent:
                return place, RECORDED
        if self.told.get("again", "last") == "last" and (fitting or anything):
            return (fitting or anything)[-1], AGAIN
        return None, REFUSED

    def _told(self, place: int, how: str) -> Answer:
        call = self.calls[place]
        wait = float(call.get("seconds") or 0.0) if self.told.get("pace") == "recorded" else 0.0
        return Answer(how, copy.deepcopy(call.get("result")), call.get("error", ""), wait)

    def _beyond(self, tool: str, asked: str) -> Answer:
        """What becomes of a call that is not recorded."""
        if self.outside == "pass-through":
            return Answer(PASSED)
        profiles = self.told.get("profiles") or {}
        profile = profiles.get(tool, profiles.get("*"))
        if self.outside != "simulate" or profile is None:
            return Answer(REFUSED)
        before = str(self._simulated.get((tool, asked), 0))
        chance = random.Random("|".join((str(profile.get("seed", 0)), str(self.told.get("seed", "")), tool, asked, before)))
        wait = float(profile.get("latency", 0.0))
        if chance.random() < float(profile.get("error-rate", 0.0)):
            return Answer(SIMULATED, error=profile.get("error") or "TimeoutError: " + tool + " did not answer (simulated)", wait=wait)
        if "result" in profile:
            return Answer(SIMULATED, copy.deepcopy(profile["result"]), wait=wait)
        earlier = self._earlier(tool) if profile.get("stale", True) else None
        return Answer(REFUSED) if earlier is None else Answer(SIMULATED, copy.deepcopy(self.calls[earlier].get("result")), wait=wait)

    def _earlier(self, tool: str) -> int | None:
        """Stale data: the result that the tool gave last in this run, else the first one that is recorded."""
        good = (place for place in self._by_tool.get(tool, ()) if not self.calls[place].get("error"))
        return self._last[tool] if tool in self._last else next(good, None)

    def _recorded(self, tool: str, bind: Bind) -> list[Known]:
        """The recordings of a tool with the key that their arguments have, once they are told as the tool names them."""
        known = self._keys.get(tool)
        if known is None:
            known = self._keys[tool] = []
            for place in self._by_tool.get(tool, ()):
                call = self.calls[place]
                key = self._key(tool, bind(call["arguments"])) if "arguments" in call else None
                masked = re.escape(key) if key and self.told.get("masked") else ""
                known.append((place, key, re.compile(MASK.sub(".*", masked), re.DOTALL) if MASK.search(masked) else None))
        return known

    def _key(self, tool: str, arguments: Any) -> str:
        """Arguments as one text, the same for the same call, without what is to be ignored of them."""
        value = plain(arguments)
        if isinstance(value, dict):
            value = {name: part for name, part in value.items() if part is not None}
        ignore = self.told.get("ignore") or {}
        for path in (*ignore.get(tool, ()), *ignore.get("*", ())):
            _drop(value, path.split("."))
        return json.dumps(value, sort_keys=True, ensure_ascii=False)


class Journal:
    """A file of JSON lines that several processes write by turns."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._born = os.getpid()
        self._file = -1
        """A bare descriptor: nobody is warned that it was not closed when the agent ends."""
        self._owner = 0
        self._read = 0
        self._entries: list[Json] = []

    @contextlib.contextmanager
    def held(self) -> Iterator[tuple[list[Json], Callable[[Json], None]]]:
        """All that was written so far, and a way to write more, while nobody else does."""
        import fcntl

        if self._born != os.getpid():  # a thread of the parent's may have held the lock when this process was forked
            self._born, self._lock = os.getpid(), threading.Lock()
        with self._lock:
            if self._owner != os.getpid():  # a forked child would share its parent's lock
                self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
                self._owner, self._read, self._entries = os.getpid(), 0, []
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                self._catch_up()
                yield self._entries, self._write
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def note(self, entry: Json) -> None:
        """Write something that is no call."""
        with self.held() as (_, write):
            write(entry)

    def entries(self) -> list[Json]:
        with self.held() as (entries, _):
            return list(entries)

    def close(self) -> None:
        """Nothing more is written or read."""
        if self._owner == os.getpid():
            os.close(self._file)
            self._owner = 0

    def _catch_up(self) -> None:
        """What others wrote since."""
        fresh = os.pread(self._file, 1 << 26, self._read) if os.fstat(self._file).st_size > self._read else b""
        self._read += len(fresh)
        self._entries += [json.loads(line) for line in fresh.splitlines()]

    def _write(self, entry: Json) -> None:
        line = json.dumps(entry).encode() + b"\n"
        os.write(self._file, line)
        self._read += len(line)
        self._entries.append(entry)


def refusal(tool: str, arguments: Any) -> OutsideRecording:
    """What a tool raises whose call is neither recorded nor let through."""
    return OutsideRecording("the recording holds no call " + tool + "(" + json.dumps(plain(arguments), ensure_ascii=False)[:300] + ")")


def plain(value: Any) -> Any:
    """A value as JSON has it, in one form whatever it was before: 1.0 is 1, a tuple is a list, an object is what it holds."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value if value == value else "nan"
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_asdict"):
        return [plain(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(part) for part in value), key=repr)
    for name in ("model_dump", "_asdict", "isoformat"):
        method = getattr(value, name, None)
        if callable(method) and not isinstance(value, type):
            return plain(method())
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is not None and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in fields}
    if hasattr(value, "_value_"):  # an enumeration's member
        return plain(value._value_)
    return ADDRESS.sub("", str(value) if type(value).__name__ in ("Decimal", "UUID", "PosixPath") else repr(value))


def _drop(value: Any, path: list[str]) -> None:
    """Take out what a dotted path names; `*` is every member."""
    members = value if isinstance(value, dict) else dict(enumerate(value)) if isinstance(value, list) else {}
    for name in [each for each in members if path[0] in ("*", str(each))]:
        if len(path) > 1:
            _drop(members[name], path[1:])
        elif isinstance(value, dict):
            del value[name]
