"""Failures that belong together: what they say is weighed by how rare it is, and what lies densely together is one group."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
class Grouped:
    """Groups, the largest first, and the ids of failed runs that are like no other, or in which no rule saw anything."""

    groups: tuple[FailureGroup, ...]
    alone: tuple[str, ...]


def group(failures: Sequence[Failure]) -> Grouped:
    """Group failures by density. The order in which they are given makes no difference."""
    marked = [each for each in failures if signature(each.trace, each.diagnosis)]
    ordered = sorted(marked, key=lambda each: (each.start_ns or 0, each.trace.id))
    texts = [_words(each) for each in ordered]
    kinds: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for number, words in enumerate(texts):
        kinds.setdefault(tuple(sorted(words.items())), []).append(number)
    labels = _dense([dict(kind) for kind in kinds], [len(numbers) for numbers in kinds.values()])
    by_label: dict[int, list[Failure]] = {}
    alone = [each for each in failures if not signature(each.trace, each.diagnosis)]
    for label, numbers in zip(labels, kinds.values(), strict=True):
        found = [ordered[number] for number in numbers]
        if label is None:
            alone += found
        else:
            by_label.setdefault(label, []).extend(found)
    by_mark: dict[str, list[Failure]] = {}
    for members in by_label.values():
        by_mark.setdefault(_mark(members), []).extend(members)
    groups = [_named(mark, members) for mark, members in by_mark.items()]
    return Grouped(tuple(sorted(groups, key=lambda each: (-len(each.traces), each.id))), tuple(each.trace.id for each in alone))


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


def _mark(members: Sequence[Failure]) -> str:
    """The signature that most of them have: what they are known by when more come in."""
    marks = Counter(signature(each.trace, each.diagnosis) for each in members)
    return min(marks, key=lambda each: (-marks[each], each))


def _named(mark: str, members: Sequence[Failure]) -> FailureGroup:
    ordered = sorted(members, key=lambda each: (each.start_ns or 0, each.trace.id))
    first = next(each for each in ordered if signature(each.trace, each.diagnosis) == mark)
    onset = min((each.start_ns for each in ordered if each.start_ns is not None), default=None)
    traces = tuple(each.trace.id for each in ordered)
    return FailureGroup(hashlib.sha256(mark.encode()).hexdigest()[:8], _name(first), traces, onset, tuple(_shared(ordered)))


def _name(failure: Failure) -> str:
    """What failed and where, in words: `exception in price: KeyError`."""
    found = failure.diagnosis
    where = failure.path[-1] if failure.path else found.agent
    telling = decisive(found)
    says = telling.says if telling else ""
    what = found.category.replace("-", " ")
    return f"{what}{f' in {where}' if where else ''}{f': {says}' if says else ''}"[:140]


def _shared(members: Sequence[Failure]) -> Iterator[str]:
    for names in zip(*(each.path for each in members), strict=False):
        if len(set(names)) > 1:
            return
        yield names[0]
