"""Which commits below HEAD bring a fix or take it back: found by the fix's own name, so that rewriting history does not lose it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refinery.repo import message
from refinery.repo.environment import Git
from refinery.repo.objects import Header, headers

_SCANNED = 1000
"""Commits of ours looked for in the history of HEAD, newest first."""

_SAYS = "|".join((message.FIX, message.TAKES_BACK, message.BRINGS_BACK))
_NAMED = re.compile(rf"^(?: {{4}})?({_SAYS}): ([0-9a-f]{{16,64}})[ \t]*$", re.MULTILINE)
"""A trailer of ours where it stands, or where `git merge --squash` puts it: four spaces in. What we write keeps foreign text from there."""


@dataclass(frozen=True, slots=True)
class Event:
    """What one commit does with one fix."""

    commit: str
    brings: bool
    """False: it takes the fix back."""
    alone: bool
    """Whether the commit is about this fix and nothing else, so that reversing it reverses the fix."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """What the commits below HEAD do with fixes, newest first."""

    commits: Mapping[str, Header]
    """Those of ours, newest first."""
    events: Mapping[str, tuple[Event, ...]]
    """By the name of the fix: its id, or its commit where it has none. Newest first."""

    places: Mapping[str, int] = field(default_factory=dict)
    """Each commit's place among them."""

    def newest(self, names: Iterable[str]) -> Event | None:
        """The last thing that was done with a fix; None when HEAD knows nothing of it."""
        found = [self.events[name][0] for name in names if name in self.events]
        return min(found, key=lambda event: self.places[event.commit], default=None)

    def carriers(self, names: Iterable[str]) -> tuple[str, ...]:
        """Commits below HEAD that bring the fix, newest first."""
        return tuple(event.commit for name in names for event in self.events.get(name, ()) if event.brings)


def below(git: Git, head: str, *without: str) -> Lineage:
    """The lineage of a commit; without what is below others."""
    pattern = f"--grep=^(    )?{message.MARK}[A-Za-z-]+: "
    asked = ("rev-list", "--topo-order", f"--max-count={_SCANNED}", "-E", pattern, head, *(f"^{each}" for each in without))
    commits = headers(git, dict.fromkeys(git.line(*asked).split()))
    return Lineage(commits, read(commits), {commit: place for place, commit in enumerate(commits)})


def read(commits: Mapping[str, Header]) -> dict[str, tuple[Event, ...]]:
    """What each commit says that it does, by fix."""
    events: dict[str, tuple[Event, ...]] = {}
    for commit, head in commits.items():
        for name, event in _said(commit, head):
            events[name] = (*events.get(name, ()), event)
    return events


def named(head: Header) -> tuple[str, ...]:
    """The fixes that a commit says it brings, by their ids."""
    return tuple(dict.fromkeys(match[2] for match in _NAMED.finditer(head.message) if match[1] == message.FIX))


def turned(head: Header) -> tuple[tuple[str, ...], bool]:
    """The fixes that an undo or a redo is about, and whether it brings them back."""
    own = message.trailers(head.message)
    back = own.get(message.BRINGS_BACK, ())
    return back or own.get(message.TAKES_BACK, ()), bool(back)


def own_id(head: Header) -> str:
    """The id of the fix that a commit is; empty when it has none, or is several."""
    found = message.trailers(head.message).get(message.FIX, ())
    return found[0] if len(found) == 1 else ""


def _said(commit: str, head: Header) -> list[tuple[str, Event]]:
    marks: dict[str, list[str]] = {}
    for match in _NAMED.finditer(head.message):
        marks.setdefault(match[2], []).append(match[1])
    own = message.trailers(head.message)
    if not marks:
        if message.UNDOES in own or not any(key.startswith(message.MARK) for key in own):
            return []
        return [(commit, Event(commit, True, _single(head)))]
    return [
        (name, Event(commit, _brings(kinds), len(marks) == 1 and len(kinds) == 1 and _alone(head, own))) for name, kinds in marks.items()
    ]


def _brings(kinds: list[str]) -> bool:
    """Several of them in one commit are a squash of a fix, its undoing, its redoing ..., which take turns."""
    ins, outs = len(kinds) - kinds.count(message.TAKES_BACK), kinds.count(message.TAKES_BACK)
    return ins > outs if message.FIX in kinds else ins >= outs and ins > 0


def _alone(head: Header, own: Mapping[str, tuple[str, ...]]) -> bool:
    """Not squashed: the trailers are still the message's last paragraph, and there is one parent to compare with."""
    return _single(head) and any(key in own for key in (message.FIX, message.TAKES_BACK, message.BRINGS_BACK))


def _single(head: Header) -> bool:
    return len(head.parents) == 1
