"""Failures that belong together: what they say is weighed by how rare it is, and what lies densely together is one group."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.trace import Trace
from refinery.domain import Diagnosis, FailureGroup
from refinery.signals.signature import PARTICULAR, decisive, place, signature

NEAR = 0.55
"""From this cosine on two failures are neighbours."""
DENSE = 2
"""So many failures within reach make the beginning of a group."""
OF_SIGNATURE, OF_PLACE = 3.0, 9.0
"""How much more the words of the signature, and the place, count than those of the quotes: what fails elsewhere is another failure."""
WEIGHTS = {"=": OF_SIGNATURE, ">": OF_PLACE}
WORD = re.compile(r"[a-z_][a-z_\-]{2,}|#")
MOST_WORDS = 400
MOST_SIGNATURES, MOST_KNOWN = 50, 500
"""Of one group, and of all, that are remembered."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed run with its diagnosis."""

    trace: Trace
    diagnosis: Diagnosis

    @property
    def start_ns(self) -> int | None:
        return min((span.start_ns for span in self.trace.spans if span.start_ns is not None), default=None)

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the spans that lead to the one that failed, the outermost first."""
        known = {span.id: span for span in self.trace.spans}
        names: list[str] = []
        at = self.diagnosis.span_id
        seen: set[str] = set()
        while at is not None and at in known and at not in seen:
            seen.add(at)
            names.append(known[at].tool or known[at].name or known[at].agent)
            at = known[at].parent_id
        return tuple(reversed(names))


@dataclass(frozen=True, slots=True)
class Known:
    """A group as it was told before: whatever fails with one of its signatures belongs to it."""

    id: str
    name: str
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Groups, the largest first, and the ids of failed runs that are like no other, or in which no rule saw anything."""

    groups: tuple[FailureGroup, ...]
    alone: tuple[str, ...]
    known: tuple[Known, ...] = ()
    """What to remember of the groups, those included that were known before and have no member now."""


def group(failures: Sequence[Failure], known: Sequence[Known] = ()) -> Grouped:
    """Group failures by density; what is known of earlier groups keeps its id and its name. The order of failures makes no difference."""
    marked = [each for each in failures if signature(each.trace, each.diagnosis)]
    ordered = sorted(marked, key=lambda each: (each.start_ns or 0, each.trace.id))
    kinds: dict[tuple[tuple[str, float], ...], list[Failure]] = {}
    for each in ordered:
        kinds.setdefault(tuple(sorted(_words(each).items())), []).append(each)
    labels = _dense([dict(kind) for kind in kinds], [len(found) for found in kinds.values()])
    ids = {mark: one.id for one in known for mark in one.signatures}
    dense: dict[int, list[Failure]] = {}
    by_id: dict[str, list[Failure]] = {}
    alone = [each for each in failures if not signature(each.trace, each.diagnosis)]
    for label, found in zip(labels, kinds.values(), strict=True):
        if label is not None:
            dense.setdefault(label, []).extend(found)
            continue
        for each in found:
            identity = ids.get(signature(each.trace, each.diagnosis))
            if identity:
                by_id.setdefault(identity, []).append(each)
            else:
                alone.append(each)
    for members in dense.values():
        by_id.setdefault(_identity(members, ids), []).extend(members)
    names = {one.id: one.name for one in known}
    groups = tuple(sorted((_told(*each, names) for each in by_id.items()), key=lambda each: (-len(each.traces), each.id)))
    return Grouped(groups, tuple(each.trace.id for each in alone), _remembered(groups, by_id, known))


def _identity(members: Sequence[Failure], ids: Mapping[str, str]) -> str:
    """The id under which most of them were known, else one made of the signature that most of them have."""
    marks = Counter(signature(each.trace, each.diagnosis) for each in members)
    before = Counter[str]()
    for mark, count in marks.items():
        if mark in ids:
            before[ids[mark]] += count
    if before:
        return min(before, key=lambda each: (-before[each], each))
    mark = min(marks, key=lambda each: (-marks[each], each))
    return hashlib.sha256(mark.encode()).hexdigest()[:8]


def _told(identity: str, members: Sequence[Failure], names: Mapping[str, str]) -> FailureGroup:
    ordered = sorted(members, key=lambda each: (each.start_ns or 0, each.trace.id))
    marks = Counter(signature(each.trace, each.diagnosis) for each in ordered)
    usual = min(marks, key=lambda each: (-marks[each], each))
    typical = next(each for each in ordered if signature(each.trace, each.diagnosis) == usual)
    onset = min((each.start_ns for each in ordered if each.start_ns is not None), default=None)
    traces = tuple(each.trace.id for each in ordered)
    return FailureGroup(identity, names.get(identity) or _name(typical), traces, onset, tuple(_shared(ordered)))


def _remembered(groups: Sequence[FailureGroup], by_id: Mapping[str, Sequence[Failure]], known: Sequence[Known]) -> tuple[Known, ...]:
    """Groups with their signatures; one that is another group's by now is not kept twice."""
    fresh = [
        Known(each.id, each.name, tuple(sorted({signature(one.trace, one.diagnosis) for one in by_id[each.id]}))[:MOST_SIGNATURES])
        for each in groups
    ]
    taken = {mark for one in fresh for mark in one.signatures}
    before = {one.id: one for one in known}
    merged = [replace(one, signatures=_with(one, before.get(one.id), taken)) for one in fresh]
    now = {one.id for one in fresh}
    return (*merged, *(one for one in known if one.id not in now))[:MOST_KNOWN]


def _with(one: Known, before: Known | None, taken: set[str]) -> tuple[str, ...]:
    older = tuple(mark for mark in before.signatures if mark not in taken) if before else ()
    return (*one.signatures, *older)[:MOST_SIGNATURES]


def _words(failure: Failure) -> Counter[str]:
    """The words of a failure, without what is particular to the case."""
    found: Counter[str] = Counter()
    mark = signature(failure.trace, failure.diagnosis)
    for word in set(WORD.findall(mark)):
        found[f"= {word}"] = 1
    where = place(failure.trace, failure.diagnosis.step or 0)
    if where:
        found[f"> {where.lower()}"] = 1
    quotes = " ".join(quote.text for quote in failure.diagnosis.evidence) or failure.diagnosis.summary
    for word in WORD.findall(PARTICULAR.sub("#", quotes.lower()))[:MOST_WORDS]:
        found[word] = 1
    found[f"= {failure.diagnosis.category}"] = 1
    return found


def _dense(kinds: Sequence[Mapping[str, float]], counts: Sequence[int]) -> list[int | None]:
    """A label for each kind of text (DBSCAN over cosines of TF-IDF): a number for its group, None for what is alone."""
    vectors = _weighed(kinds, counts)
    near = [[other for other in range(len(vectors)) if _cosine(vectors[one], vectors[other]) >= NEAR] for one in range(len(vectors))]
    core = [sum(counts[other] for other in near[one]) >= DENSE for one in range(len(vectors))]
    labels: list[int | None] = [None] * len(vectors)
    for start in range(len(vectors)):
        if not core[start] or labels[start] is not None:
            continue
        waiting = [start]
        while waiting:
            at = waiting.pop()
            if labels[at] is None:
                labels[at] = start
                waiting += [other for other in near[at] if labels[other] is None] if core[at] else []
    return labels


def _weighed(kinds: Sequence[Mapping[str, float]], counts: Sequence[int]) -> list[dict[str, float]]:
    total = sum(counts)
    held: Counter[str] = Counter()
    for kind, count in zip(kinds, counts, strict=True):
        for word in kind:
            held[word] += count
    made = []
    for kind in kinds:
        weights = {word: WEIGHTS.get(word[0], 1.0) * (1 + math.log((1 + total) / (1 + held[word]))) for word in kind}
        size = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        made.append({word: weight / size for word, weight in weights.items()})
    return made


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * large[word] for word, weight in small.items() if word in large)


def _name(failure: Failure) -> str:
    """What failed and where, in words and without what is particular to the case: `exception in price: KeyError`."""
    found = failure.diagnosis
    where = place(failure.trace, found.step or 0)
    telling = decisive(found)
    says = telling.says if telling else ""
    for agent in sorted({span.agent for span in failure.trace.spans if span.agent}, key=len, reverse=True):
        says = says.replace(agent, "an agent")  # who speaks is particular to the case
    says = " ".join(PARTICULAR.sub("…", says).split())
    what = found.category.replace("-", " ")
    return f"{what}{f' in {where}' if where else ''}{f': {says}' if says else ''}"[:140]


def _shared(members: Sequence[Failure]) -> Iterator[str]:
    for names in zip(*(each.path for each in members), strict=False):
        if len(set(names)) > 1:
            return
        yield names[0]
