"""Data flow between spans: where a value first entered a run, and which later steps took it up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from adapters.trace import Span, Trace
from refinery.signals.turns import GAP, clip, is_chat, reach_of
from refinery.signals.values import STOP

VALUE = re.compile(
    r"[A-Z][A-Za-z'\-]{2,80}|(?:[A-Za-z_]{1,24}-?)?\d[\w.,@:/\-]{0,80}\w|[\w.+\-]{1,64}@[\w\-]{1,64}\.\w{2,24}|\d+",
)
"""What can be recognised when it comes back: a name, a number, a date, an id, an address."""
NAME = re.compile(r"[^\W_]+")
MOST_VALUES = 3_000
"""Values of one text that are followed."""
MOST_GIVERS = 4
"""Steps from which one step is told to have taken values."""
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Link:
    """Values that one step brought into the run, and a later one took up."""

    source: int
    target: int
    values: tuple[str, ...]
    """In the spelling of the source, the longest first; some of them, when there are many."""
    count: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Where each value of a run entered it."""

    origin: Mapping[str, int]
    """The step that first brought a value, by the value in lower case; -1 when it stood in the task or was handed in from outside."""
    brought: tuple[Mapping[str, str], ...]
    """For each step the values that nothing before it held, in lower case, and as they are spelt there."""
    read: tuple[frozenset[str], ...]
    """For each step the values in what it was given; in a bare chat, in what it said, since everybody reads all."""

    def links(self) -> tuple[Link, ...]:
        """Which step took values from which, in order of the taker; of many givers those that gave most."""
        found: list[Link] = []
        for target, held in enumerate(self.read):
            taken: dict[int, list[str]] = {}
            for value in held:
                source = self.origin.get(value, -1)
                if 0 <= source < target:
                    taken.setdefault(source, []).append(value)
            givers = sorted(taken, key=lambda source: (-len(taken[source]), source))[:MOST_GIVERS]
            found += [self._link(source, target, taken[source]) for source in sorted(givers)]
        return tuple(found)

    def used_later(self, step: int) -> tuple[str, ...]:
        """Values that the step brought and later steps took up, those that were taken up most often first."""
        mine = self.brought[step]
        times = Counter(value for held in self.read[step + 1 :] for value in held if value in mine)
        return tuple(mine[value] for value, _ in sorted(times.items(), key=lambda pair: (-pair[1], -len(pair[0]), pair[0])))

    def _link(self, source: int, target: int, values: list[str]) -> Link:
        spelt = sorted((self.brought[source].get(value, value) for value in values), key=lambda value: (-len(value), value))
        return Link(source, target, tuple(spelt[:SHOWN]), len(values))


def flow(trace: Trace) -> Flow:
    """Follow the values of a run. Linear in the text that is read (see `turns.reach_of`)."""
    reach = reach_of(trace)
    known = dict.fromkeys([*values_in(clip(trace.task, reach)), *speakers(trace)], -1)
    brought: list[dict[str, str]] = [{} for _ in trace.spans]
    read: list[frozenset[str]] = [frozenset()] * len(trace.spans)
    for step, span in enumerate(trace.spans):
        read[step] = frozenset(values_in(_given(span, reach)))
    outer = _outer(trace)
    for step in _as_finished(trace, outer):
        span = trace.spans[step]
        if step not in outer or span.parent_id is None:  # what goes in at the top comes from outside
            for value in read[step] if not is_chat(span) else ():
                known.setdefault(value, -1)
        for value, spelling in values_in(_made(span, reach)).items():
            if known.setdefault(value, step) == step:
                brought[step][value] = spelling
    return Flow(known, tuple(brought), tuple(read))


def telling(values: Iterable[str]) -> list[str]:
    """Those of the values that mean something to a reader: no short words."""
    return [value for value in values if len(value) > 4 or any(map(str.isdigit, value))]


def speakers(trace: Trace) -> frozenset[str]:
    """Names of those who act in a run, and their parts: to call on somebody brings nothing in."""
    names = {span.agent for span in trace.spans if span.agent}
    return frozenset(part.lower() for name in names for part in (name, *NAME.findall(name))) | {"terminate"}


def values_in(text: str) -> dict[str, str]:
    """The recognisable values of a text: in lower case, and as they are spelt."""
    found: dict[str, str] = {}
    for match in VALUE.finditer(text):
        spelt = match.group().strip(".,:/-'")
        value = spelt.lower()
        if len(value) > 1 and value not in STOP and value not in found:
            found[value] = spelt
            if len(found) == MOST_VALUES:
                break
    return found


def _given(span: Span, reach: int) -> str:
    if is_chat(span):
        return clip(span.output or span.input, reach)
    return clip(span.input or "\n".join(message.content for message in span.input_messages), reach)


def _made(span: Span, reach: int) -> str:
    return clip(GAP.join(_outputs(span)), reach)


def _outputs(span: Span) -> Iterator[str]:
    yield span.output
    for message in span.output_messages:
        if not span.output:
            yield message.content
        for call in message.tool_calls:
            yield call.arguments
    for document in span.documents:
        yield document.content


def _outer(trace: Trace) -> frozenset[int]:
    """Steps around other steps: what they hand out was mostly made within."""
    parents = {span.parent_id for span in trace.spans if span.parent_id and not is_chat(span)}
    return frozenset(step for step, span in enumerate(trace.spans) if span.id in parents)


def _as_finished(trace: Trace, outer: frozenset[int]) -> Iterator[int]:
    """Inner steps in order; after them those around them, the innermost first."""
    yield from (step for step in range(len(trace.spans)) if step not in outer)
    yield from (step for step in reversed(range(len(trace.spans))) if step in outer)
