"""The two arms of a comparison, run side by side: every attempt so far, by arm and scenario."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

from refinery.domain import Attempt, Scenario
from refinery.events import Event, Say
from refinery.stats import PairedEvidence
from refinery.suite.runner import Bench, Pair

BASE, CANDIDATE = "base", "candidate"
REPEATS = 2
"""Runs of every scenario in each arm before anything is decided."""


class Runs:
    """All attempts of both arms so far."""

    def __init__(self, base: Bench, candidate: Bench, scenarios: Sequence[Scenario], say: Say, trials: int) -> None:
        self._benches = {BASE: base, CANDIDATE: candidate}
        self._say = say
        self._total = 2 * trials * len(scenarios)
        self._done = 0
        self._round = 0
        self.scenarios = {scenario.id: scenario for scenario in scenarios}
        self.made: dict[str, int] = dict.fromkeys(self.scenarios, 0)
        """Trials, of the candidate at least."""
        self.probed: dict[str, int] = dict.fromkeys(self.scenarios, 0)
        """Those of the candidate alone."""
        self._attempts: dict[str, dict[str, list[Attempt]]] = {arm: {name: [] for name in self.scenarios} for arm in self._benches}

    def more(self, counts: Mapping[str, int]) -> None:
        """So many further trials of each scenario, in both arms at once; which arm begins alternates."""
        self._try(counts, (BASE, CANDIDATE) if self._round % 2 == 0 else (CANDIDATE, BASE))

    def probe(self, counts: Mapping[str, int]) -> None:
        """So many further trials on the candidate alone: they show whether it fails, and are no pairs."""
        self._try(counts, (CANDIDATE,))
        for name, count in counts.items():
            self.probed[name] += count

    def _try(self, counts: Mapping[str, int], arms: Sequence[str]) -> None:
        pairs: list[Pair] = []
        for extra in range(max(counts.values(), default=0)):
            pairs += [(self.scenarios[name], self.made[name] + extra) for name, count in counts.items() if extra < count]
        for name, count in counts.items():
            self.made[name] += count
        self._round += 1
        streams = {arm: iter(self._benches[arm].attempts(pairs)) for arm in arms}
        try:
            for arm, attempt in _in_turn(streams):
                self._attempts[arm][attempt.scenario].append(attempt)
                self._done += 1
                self._say(
                    Event(
                        "gate",
                        f"{arm}: {attempt.scenario} {'passed' if attempt.passed else 'failed'}",
                        self._done,
                        max(self._done, self._total),
                    )
                )
        finally:
            for stream in streams.values():
                if isinstance(stream, Generator):
                    stream.close()

    def all(self, arm: str) -> tuple[Attempt, ...]:
        return tuple(attempt for attempts in self._attempts[arm].values() for attempt in sorted(attempts, key=lambda each: each.trial))

    def counted(self, arm: str, name: str) -> list[Attempt]:
        return [attempt for attempt in self._attempts[arm][name] if attempt.counts]

    def uncounted(self, name: str) -> list[Attempt]:
        return [attempt for arm in self._attempts for attempt in self._attempts[arm][name] if not attempt.counts]

    def rate(self, arm: str, name: str) -> tuple[int, int]:
        """Passes, and runs that count."""
        counted = self.counted(arm, name)
        return sum(attempt.passed for attempt in counted), len(counted)

    def paired(self, name: str) -> int:
        """Trials that were asked of both arms."""
        return self.made[name] - self.probed[name]

    def pairs(self, name: str) -> Iterator[tuple[bool, bool]]:
        """Outcomes on base and candidate of the trials that count in both."""
        return (pair for _, pair in self._pairs(name))

    def path(self, names: Sequence[str]) -> list[tuple[bool, bool]]:
        """The pairs of several scenarios in the order of their trials, which does not depend on when a run ended."""
        found = [(trial, place, pair) for place, name in enumerate(names) for trial, pair in self._pairs(name)]
        return [pair for _, _, pair in sorted(found)]

    def _pairs(self, name: str) -> Iterator[tuple[int, tuple[bool, bool]]]:
        """Only one where a model's replies came from a recording: that is not told by chance again, however often it is read out."""
        after = {attempt.trial: attempt.passed for attempt in self.counted(CANDIDATE, name)}
        both = [(each.trial, (each.passed, after[each.trial])) for each in self.counted(BASE, name) if each.trial in after]
        yield from both[:1] if self.replayed(name) else both

    def replayed(self, *names: str) -> bool:
        """Whether a model's replies came from a recording in any run of these scenarios."""
        return any(attempt.recorded for arm in self._attempts.values() for name in names for attempt in arm[name])

    def evidence(self, *names: str) -> PairedEvidence:
        """For the candidate being better on these scenarios together."""
        pairs = [pair for name in names for pair in self.pairs(name)]
        return PairedEvidence(*(pairs.count(came) for came in ((False, True), (True, False), (True, True), (False, False))))

    def shared(self, names: Iterable[str]) -> bool:
        """Whether one run tries some of these scenarios together."""
        return any(self.scenarios[name].shares for name in names)

    @property
    def same(self) -> bool:
        """Whether every repeated run within an arm, and there was one, was the same to the byte."""
        return all(
            len(counted) >= REPEATS and len({attempt.behaviour for attempt in counted}) == 1 and not self.uncounted(name)
            for name in self.scenarios
            for counted in (self.counted(BASE, name), self.counted(CANDIDATE, name))
        )

    def wavering(self, arm: str) -> list[str]:
        """Scenarios on which an arm disagrees with itself."""
        return [name for name in self.scenarios if 0 < self.rate(arm, name)[0] < self.rate(arm, name)[1]]


def _in_turn(streams: Mapping[str, Iterator[Attempt]]) -> Iterator[tuple[str, Attempt]]:
    """One attempt of each arm after the other, as long as there are any."""
    open_streams = dict(streams)
    while open_streams:
        for arm, stream in list(open_streams.items()):
            attempt = next(stream, None)
            if attempt is None:
                del open_streams[arm]
            else:
                yield arm, attempt
