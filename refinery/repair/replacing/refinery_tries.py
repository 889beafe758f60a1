"""Runs with other expressions in the place of those that are written: it stands beside the user's code.

The standard library alone, Python 3.8 and newer. Expressions that come to the same each time a run gets there are tried once (the
equivalence of observations, after Udupa et al., "TRANSIT", 2013); what parts only on the way of another is then told apart.
"""

from __future__ import annotations

import datetime
import decimal
import functools
import heapq
import itertools
import json
import time
import warnings

if __package__:
    from refinery.repair.replacing import refinery_texts, refinery_values
else:  # beside the user's code
    refinery_texts, refinery_values = __import__("refinery_texts"), __import__("refinery_values")

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are not evaluated, so they may be younger than 3.8
    from collections.abc import Callable
    from typing import Any

    Weighed = tuple[str, float]

ABREAST = 20
"""Places that are looked at together: the likeliest texts of all of them are tried first."""
GROUPS = 25
"""Different things that texts come to which are tried at one place."""
TURNS = 60
"""Times that a site is reached at which texts are compared."""
TOLD = 25
"""Texts that come to the same which are told."""
LOOK = 0.4
"""Seconds for looking what the texts of one place come to."""
ENDS = 8
"""Items of a list by which it is known again, and two at its end."""
LETTERS = 200
"""Letters of a value by which it is known again."""
SHORT = (int, float, complex, decimal.Decimal, type(None), datetime.date, datetime.timedelta, datetime.time)


def shown(value: Any, depth: int = 2) -> str:
    """By what a value is known again in one run: whole where that is short, by its ends where it is long, and by its place if it is a
    thing of the user's."""
    name = type(value).__name__
    if isinstance(value, (str, bytes)):
        return name + str(len(value)) + repr(value[:LETTERS])
    if isinstance(value, dict):
        value = list(value.items())
    elif isinstance(value, (set, frozenset)):
        return name + str(len(value)) + str(hash(frozenset(value)))
    if isinstance(value, (list, tuple, range)):
        name = "list" if isinstance(value, range) else name
        inside = [shown(each, depth - 1) for each in (*value[:ENDS], *value[ENDS:][-2:])] if depth else []
        return name + str(len(value)) + "[" + ",".join(inside) + "]"
    return name + (repr(value) if isinstance(value, SHORT) else str(id(value)))


class Watching:
    """What texts come to wherever one site is reached, which goes on with its own value, or with that of the text that is `put` there."""

    def __init__(self, given: dict[str, Any], end: float, put: str = "") -> None:
        self.given = given
        self.end = end
        self.put = compiled(put) if put else []
        self.condition = given["kind"] == "condition"
        self.texts: list[Weighed] = given.get("texts") or []
        self.codes: dict[str, Any] = {}
        self.seen: dict[str, list[str]] = {}
        """Of each text what it came to, by turns; what raised is gone."""
        self.own: list[str] = []
        self.busy = False
        """A text is being looked at, which may get here too."""
        self.kept: list[Any] = []
        """What was seen, so that nothing else takes its place in memory."""

    def __call__(self, own: Any, frame: Any) -> Any:
        names = names_of(frame) if self.put or not self.busy else {}
        if self.put:
            own = eval(self.put[0], names)
        if not self.busy and len(self.own) < TURNS and time.monotonic() < self.end:
            self.busy = True
            self._look(own, names)
            self.busy = False
        return own

    def _look(self, own: Any, names: dict[str, Any]) -> None:
        if not self.own:
            self.texts = self.texts or refinery_texts.Texts(self.given, names).all()
            self.codes = {text: code for text, _ in self.texts for code in compiled(text)}
            self.seen = {text: [] for text in self.codes}
        for text in list(self.seen):
            value = refinery_texts.come_to(self.codes[text], names)
            if value is refinery_texts.NOTHING or not (
                self.condition or "texts" in self.given or own is None or refinery_texts.kind(value) == refinery_texts.kind(own)
            ):
                del self.seen[text]
            else:
                self.seen[text].append(self._known(value))
        self.own.append(self._known(own))

    def _known(self, value: Any) -> str:
        self.kept.append(value)
        try:
            return str(bool(value)) if self.condition else shown(value)
        except Exception:  # noqa: BLE001  a thing that cannot even be shown is like no other
            return str(id(value))

    def told(self) -> dict[str, Any]:
        """Texts that come to the same stand together, the likeliest first; `same` are those that come to what there is anyway."""
        if not self.own:
            return {"same": self.texts, "groups": []}
        groups: dict[str, list[Weighed]] = {"|".join(self.own): []}
        for text, weight in self.texts:
            if text in self.seen:
                groups.setdefault("|".join(self.seen[text]), []).append((text, weight))
        same, *others = groups.values()
        return {"same": same, "groups": others}


def names_of(frame: Any) -> dict[str, Any]:
    """What has a name in a frame; in that of a comprehension also what has one around it."""
    names = dict(frame.f_globals)
    outer = frame.f_back
    if frame.f_code.co_name.startswith("<") and outer is not None and frame.f_code in outer.f_code.co_consts:
        names.update(outer.f_locals)
    names.update(frame.f_locals)
    return names


def compiled(text: str) -> list[Any]:
    """The text as code; nothing where it is none."""
    try:
        return [compile("(" + text + "\n)", "<text>", "eval")]
    except (SyntaxError, ValueError):
        return []


def explore(run: Callable[[], str], places: list[list[Any]], seconds: float) -> dict[str, Any]:
    """Which answers texts lead to. `places` are sites with what is known of each; they have their turn in this order."""
    looking = Looking(run, seconds)
    for number in range(0, len(places) if looking.first else 0, ABREAST):
        looking.at(places[number : number + ABREAST])
    return {"first": looking.first, "answers": list(looking.answers.items())}


class Looking:
    """Runs with texts in the place of others, for so many seconds."""

    def __init__(self, run: Callable[[], str], seconds: float) -> None:
        self.run = run
        self.end = time.monotonic() + seconds
        began = time.monotonic()
        self.first: str = refinery_values.apart(run, seconds / 2, seconds / 2) or ""
        taken = refinery_values.TIMES * (time.monotonic() - began)
        self.patience, self.effort = max(refinery_values.LONGEST, taken), max(refinery_values.BUSIEST, taken)
        self.answers: dict[str, list[list[Any]]] = {}
        self.order = itertools.count()

    def at(self, places: list[list[Any]]) -> None:
        """The likeliest texts of each place first, then the second of each; what parts from one only on its way stands behind it."""
        waiting: list[tuple[int, float, int, int, list[Weighed]]] = []
        known = dict(places)
        for site, given in places:
            found = self._seen(site, given, "")
            if found and "texts" in given:
                self._tell(self.first, site, found["same"])
            groups = found["groups"] if found else []
            self._wait(waiting, site, groups if "texts" in given else [group[:TOLD] for group in groups[:GROUPS]])
        while waiting and time.monotonic() < self.end:
            rank, _, _, site, group = heapq.heappop(waiting)
            found = self._seen(site, {**known[site], "texts": group}, group[0][0])
            if found:
                self._wait(waiting, site, found["groups"], rank + 1)
                if found["answer"] != self.first or "texts" in known[site]:
                    self._tell(found["answer"], site, found["same"])

    def _seen(self, site: int, given: dict[str, Any], put: str) -> Any:
        left = self.end - time.monotonic()
        if left <= 0:
            return None
        watching = Watching(given, time.monotonic() + min(LOOK, left), put)
        return refinery_values.apart(
            functools.partial(_watched, self.run, site, watching), min(self.patience + LOOK, left), self.effort + LOOK
        )

    def _wait(
        self, waiting: list[tuple[int, float, int, int, list[Weighed]]], site: int, groups: list[list[Weighed]], rank: int = 0
    ) -> None:
        for place, group in enumerate(groups, rank):
            heapq.heappush(waiting, (place, -group[0][1], next(self.order), site, group))

    def _tell(self, answer: str, site: int, texts: list[Weighed]) -> None:
        if len(answer) < refinery_values.LETTERS and (answer in self.answers or len(self.answers) < refinery_values.ANSWERS):
            self.answers.setdefault(answer, []).append([site, texts])


def _watched(run: Callable[[], str], site: int, watching: Watching) -> dict[str, Any]:
    warnings.simplefilter("ignore")  # of what is put together some reads oddly
    refinery_values.state.site, refinery_values.state.instead = site, watching
    answer = run()
    return {"answer": answer, **watching.told()}


def ask(given: dict[str, Any]) -> dict[str, Any]:
    """The entry that stands for the agent's own."""
    return explore(refinery_values.running(given), given["places"], given["seconds"])


def tried(places: str, seconds: float) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Around a test: it fails, and tells which texts make it pass. `places` as JSON."""
    return refinery_values.telling(lambda run: explore(run, json.loads(places), seconds))
