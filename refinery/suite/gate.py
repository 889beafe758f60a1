"""The gate: whether a candidate is better than its base where it should be and not worse elsewhere, and how sure that is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from refinery import stats
from refinery.domain import Bill, Cause, Decision, Flip, GateVerdict, Scenario
from refinery.events import Say
from refinery.stats import PairedEvidence
from refinery.suite.arms import BASE, CANDIDATE, REPEATS, Runs
from refinery.suite.runner import Bench, bill

RECHECK = 4
"""Times as many trials as usual for a scenario that never failed on the base and did with the change."""
CONFIRMATIONS = 3
"""More runs of a scenario that seems to have got worse, before it is called a regression of a deterministic agent."""


def decide(
    base: Bench,
    candidate: Bench,
    targets: Sequence[Scenario],
    others: Sequence[Scenario],
    trials: int,
    rank: int,
    say: Say,
    alpha: float = 0.05,
) -> GateVerdict:
    """Run both arms side by side, paired by scenario and trial, until the question is decided or `trials` are used up.

    **What is tested.** The improvement: the pairs of all targets together are evidence (`stats.PairedEvidence`) against "the
    arms do not differ". It may be looked at after every round, and the improvement is shown when it reaches 1/alpha_k, where
    alpha_k = `stats.spent(alpha, rank)` and the parts of all ranks add up to alpha: however many hypotheses a run puts to the
    gate, the chance that any that changes nothing is accepted is at most alpha.

    **Deterministic agents.** The first round runs the targets as often as could possibly suffice (three times for the first
    hypothesis) and the others twice, in both arms: an A/A test of each arm with itself. If all repeats are the same to the
    byte, outcomes alone decide. That is no shortcut past the evidence. An agent that tosses a coin with chance p fails n times
    on the base and then passes n times with probability (1-p)^n p^n <= 4^-n, which is why that pattern is worth 4^n/3 to the
    evidence; the same threshold is asked for here. An apparent regression is run again before it is called one.

    **Not worse.** Each scenario has evidence of its own for having got worse, with threshold m/alpha for m scenarios
    (Bonferroni): reached, it rejects. Short of that a scenario is in doubt when its evidence reaches 1/alpha, or when it never
    failed on the base and failed at least twice on the candidate: nothing is accepted while one is. Before anything is accepted
    every other scenario has had all its trials, and one that never failed on the base and failed with the change has had up to
    four times as many, until it is in doubt or fails on the base too. The verdict says how large a drop they leave possible.

    **Who is to blame.** Only attempts that say something about the agent count: failures of the machine (which the bench has
    tried once more) and of the judge are dropped with their pair, and told. A tool that failed one request and served the same
    request in another run of the same arm is named as the cause of a flip; its attempts count, since dropping them by what
    later runs show would spoil the evidence.

    Every attempt is a run of its own: nothing is cached, here or in the bench.
    """
    began = time.monotonic()
    runs = Runs(base, candidate, (*targets, *others), say, trials)
    threshold = 1 / stats.spent(alpha, rank)
    apart = 1 if runs.shared(scenario.id for scenario in targets) else max(1, len(targets))
    first = max(REPEATS, -(-stats.wins_needed(threshold) // apart))
    case = Case(runs, tuple(targets), tuple(others), max(trials, first), first, threshold, alpha)
    runs.more({scenario.id: first for scenario in targets} | {scenario.id: REPEATS for scenario in others})
    answer = case.unmeasurable() or (case.plain() if runs.same else None)
    if answer is None:
        answer = case.sequential()
    return case.verdict(answer, Bill((bill("gate", [*runs.all(BASE), *runs.all(CANDIDATE)], time.monotonic() - began),)))


def compare(base: Bench, candidate: Bench, scenarios: Sequence[Scenario], trials: int, say: Say, alpha: float = 0.05) -> GateVerdict:
    """Whether a candidate is worse on none of these scenarios; that it is better somewhere is not asked for.

    The half of `decide` that is about harm, with the same evidence: a scenario that is shown to have got worse rejects, one that
    may have leaves the question open, and the verdict says how large a drop the trials would have missed.
    """
    began = time.monotonic()
    runs = Runs(base, candidate, scenarios, say, trials)
    case = Case(runs, (), tuple(scenarios), trials, REPEATS, 1 / alpha, alpha)
    runs.more({scenario.id: REPEATS for scenario in scenarios})
    answer = case.unseen() or (case.plainly_unharmed() if runs.same else None)
    if answer is None:
        answer = case.unharmed()
    return case.verdict(answer, Bill((bill("gate", [*runs.all(BASE), *runs.all(CANDIDATE)], time.monotonic() - began),)))


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision and the reasons for it."""

    decision: Decision
    says: str
    regressions: tuple[str, ...] = ()
    plain: bool = False
    """Decided by outcomes alone, for everything repeats to the byte."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question put to the gate."""

    runs: Runs
    targets: tuple[Scenario, ...]
    others: tuple[Scenario, ...]
    trials: int
    first: int
    threshold: float
    alpha: float
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(scenario.id for scenario in self.targets))

    def unmeasurable(self) -> Answer | None:
        """No answer can be had without targets, or where a scenario has no attempt that counts."""
        if not self.targets:
            return Answer(Decision.NOT_ENOUGH, "no scenario shows the failure, so there is nothing that could be seen to get better")
        return self.unseen()

    def unseen(self) -> Answer | None:
        """No answer can be had without scenarios, or where one of them has no attempt that counts."""
        if not self.runs.scenarios:
            return Answer(Decision.NOT_ENOUGH, "there is no scenario on which anything could be seen to get worse")
        for name in self.runs.scenarios:
            for arm in (BASE, CANDIDATE):
                if not self.runs.counted(arm, name):
                    bad = self.runs.uncounted(name)
                    return Answer(Decision.NOT_ENOUGH, f"no run of {name} on the {arm} says anything about the agent: {bad[0].says}")
        return None

    # -- an agent that repeats itself to the byte

    def plain(self) -> Answer | None:
        """The answer from outcomes alone; None when a closer look shows that the agent does vary."""
        if self._fell():
            return self._fallen()
        if green := [name for name in self.names if self._always(BASE, name)]:
            return Answer(Decision.NOT_ENOUGH, f"{_list(green)} {_does(green)} not fail on the base, so no cure can be shown", plain=True)
        if red := [name for name in self.names if not self._always(CANDIDATE, name)]:
            return Answer(Decision.REJECT, f"{_list(red)} still {_fails(red)} with the change", plain=True)
        if self.runs.evidence(*self.names).value < self.threshold:
            return None
        rest = f"; none of the {len(self.others)} other scenarios got worse" if self.others else ""
        return Answer(Decision.ACCEPT, f"{self._before_and_after()}{rest}; every repeated run was the same to the byte", plain=True)

    def plainly_unharmed(self) -> Answer | None:
        """The same, where nothing has to get better."""
        if self._fell():
            return self._fallen()
        says = f"none of the {len(self.others)} scenarios got worse{self._risen()}; every repeated run was the same to the byte"
        return Answer(Decision.ACCEPT, says, plain=True)

    def _fallen(self) -> Answer | None:
        """What fell is run again before it is called a regression."""
        worse = self._fell()
        self.runs.more(dict.fromkeys(worse, CONFIRMATIONS))
        if not self.runs.same:
            return None
        return Answer(Decision.REJECT, f"{_list(worse)} passed before the change and {_fails(worse)} with it", tuple(worse), True)

    def _risen(self) -> str:
        risen = [name for name in self.runs.scenarios if self.runs.rate(BASE, name)[0] == 0 and self._always(CANDIDATE, name)]
        return f", and {_list(risen)} {'passes' if len(risen) == 1 else 'pass'} now" if risen else ""

    def _fell(self) -> list[str]:
        return [name for name in self.runs.scenarios if self._always(BASE, name) and not self._always(CANDIDATE, name)]

    def _always(self, arm: str, name: str) -> bool:
        passed, counted = self.runs.rate(arm, name)
        return passed == counted

    # -- one that varies

    def sequential(self) -> Answer:
        """Trial after trial until the evidence decides, cannot decide any more, or the trials are used up."""
        while True:
            if harmed := self._harmed():
                return Answer(Decision.REJECT, f"{_list(harmed)} got worse: {self._rates(harmed)}; {self._instrument()}", tuple(harmed))
            evidence = self.runs.evidence(*self.names)
            shown = evidence.value >= self.threshold and not self._sinking()
            counts = self._next(shown)
            if shown and not counts:
                return self._accepted() if not self._doubtful() else self._doubted()
            if not counts or (not shown and not self._within_reach(evidence)):
                return self._undecided()
            self.runs.more(counts)

    def unharmed(self) -> Answer:
        """The same, where nothing has to get better: until harm is shown, or every scenario has had its trials."""
        while True:
            if harmed := self._harmed():
                return Answer(Decision.REJECT, f"{_list(harmed)} got worse: {self._rates(harmed)}", tuple(harmed))
            counts = self._next(shown=True)
            if not counts:
                break
            self.runs.more(counts)
        if doubtful := self._doubtful():
            return Answer(Decision.NOT_ENOUGH, f"{_list(doubtful)} may have got worse: {self._rates(doubtful)}")
        says = f"none of the {len(self.others)} scenarios is seen to have got worse{self._risen()}{self._unseen()}"
        return Answer(Decision.ACCEPT, says)

    def _next(self, shown: bool) -> dict[str, int]:
        """What to run in the next round: all in step until the improvement is shown; then the others, to the last of their trials."""
        left = {name: self._most(name) - self.runs.made[name] for name in self.runs.scenarios}
        if shown:
            doubtful = self._doubtful()
            due = {name: more for name, more in left.items() if more > 0 and (name not in self.names or name in doubtful)}
            return {name: min(more, self.trials - self.runs.made[name] % self.trials) for name, more in due.items()}
        if all(left[name] <= 0 for name in self.names):
            return {}
        behind = {name: max(1, self.first - self.runs.made[name]) for name in left}
        return {name: min(more, behind[name]) for name, more in left.items() if more > 0}

    def _most(self, name: str) -> int:
        usual = max(self.runs.scenarios[name].trials or self.trials, self.first if name in self.names else REPEATS)
        slipped = name not in self.names and self._always(BASE, name) and self._net_losses(name) == 1
        return RECHECK * usual if slipped else usual

    def _within_reach(self, evidence: PairedEvidence) -> bool:
        """Whether winning all the trials that are left would still show the improvement."""
        left = sum(max(0, self._most(name) - self.runs.made[name]) for name in self.names)
        return evidence.best(left).value >= self.threshold

    def _harmed(self) -> list[str]:
        """Scenarios that are shown to have got worse."""
        needed = len(self.runs.scenarios) / self.alpha
        return [name for name in self.runs.scenarios if self.runs.evidence(name).mirrored().value >= needed]

    def _doubtful(self) -> list[str]:
        """Scenarios that may well have got worse, though it is not shown."""
        return [
            name
            for name in self.runs.scenarios
            if self.runs.evidence(name).mirrored().value >= 1 / self.alpha
            or (self._always(BASE, name) and self._net_losses(name) >= (1 if self.runs.replayed(name) else 2))
        ]

    def _net_losses(self, name: str) -> int:
        evidence = self.runs.evidence(name)
        return max(0, evidence.losses - evidence.wins)

    def _sinking(self) -> bool:
        """Whether one of the targets got worse while the others carry the evidence."""
        return any(self._net_losses(name) for name in self.names)

    def _accepted(self) -> Answer:
        rest = f"; none of the {len(self.others)} other scenarios is seen to have got worse{self._unseen()}" if self.others else ""
        return Answer(Decision.ACCEPT, f"{self._before_and_after()}{rest}; {self._instrument()}")

    def _doubted(self) -> Answer:
        names = self._doubtful()
        says = f"{self._before_and_after()}, but {_list(names)} may have got worse: {self._rates(names)}; {self._instrument()}"
        return Answer(Decision.NOT_ENOUGH, says)

    def _undecided(self) -> Answer:
        rates = [(self.runs.rate(BASE, name), self.runs.rate(CANDIDATE, name)) for name in self.names]
        if all(passed == counted for (passed, counted), _ in rates):
            says = f"{_list(self.names)} {_does(self.names)} not fail on the base in {rates[0][0][1]} runs, so no cure can be shown"
            return Answer(Decision.NOT_ENOUGH, says)
        if all(passed == 0 for _, (passed, _) in rates) and all(counted >= CONFIRMATIONS for _, (_, counted) in rates):
            return Answer(Decision.REJECT, f"{_list(self.names)} still {_fails(self.names)} every time: {self._rates(self.names)}")
        needed = -(-stats.wins_needed(self.threshold) // len(self.targets))
        most = max(self._most(name) for name in self.names)
        more = f"; {needed} trials of each are the least that could show it" if needed > most else ""
        return Answer(Decision.NOT_ENOUGH, f"not enough evidence: {self._before_and_after()}{more}; {self._instrument()}")

    # -- in words and figures

    def _before_and_after(self) -> str:
        (was, before), (now, after) = self._total(BASE), self._total(CANDIDATE)
        verb = "passes" if len(self.names) == 1 else "pass"
        return f"{_list(self.names)} {verb} in {was} of {before} runs on the base and in {now} of {after} with the change"

    def _unseen(self) -> str:
        drop = self.unseen_drop()
        return "" if drop is None else f", though one that always passed could now fail in up to {drop:.0%} of runs unseen"

    def unseen_drop(self) -> float | None:
        """How often another scenario may fail with the change though it never did in these trials; None without others."""
        runs = [self.runs.rate(CANDIDATE, scenario.id)[1] for scenario in self.others]
        return stats.unseen(min(runs)) if runs else None

    def _total(self, arm: str) -> tuple[int, int]:
        rates = [self.runs.rate(arm, name) for name in self._weighed]
        return sum(passed for passed, _ in rates), sum(counted for _, counted in rates)

    @property
    def _weighed(self) -> tuple[str, ...]:
        """The scenarios whose pass rates make the effect: the targets, or all where there are none."""
        return self.names or tuple(self.runs.scenarios)

    def _rates(self, names: Sequence[str]) -> str:
        parts = []
        for name in names:
            (was, before), (now, after) = self.runs.rate(BASE, name), self.runs.rate(CANDIDATE, name)
            parts.append(f"{was} of {before} before, {now} of {after} after")
        return "; ".join(parts)

    def _instrument(self) -> str:
        """What the gate could see at all."""
        evidence = self.runs.evidence(*self.names)
        least = stats.smallest_effect(evidence.pairs, self.threshold)
        sight = "no difference could have been shown" if least is None else f"differences from {least:.0%} on could have been shown"
        waver = len(self.runs.wavering(BASE))
        return (
            f"evidence {evidence.value:.3g} where {self.threshold:.3g} is needed, {sight} with these trials, "
            f"and the base disagrees with itself on {waver} of {len(self.runs.scenarios)} scenarios"
        )

    def verdict(self, answer: Answer, spent: Bill) -> GateVerdict:
        evidence = self.runs.evidence(*self._weighed)
        pairs = evidence.pairs
        (was, before), (now, after) = self._total(BASE), self._total(CANDIDATE)
        return GateVerdict(
            decision=answer.decision,
            says=_sentence(answer.says + self._dropped() + self._recorded()),
            effect=now / after - was / before if before and after else None,
            interval=None
            if answer.plain or not pairs or (len(self._weighed) > 1 and self.runs.shared(self._weighed))
            else stats.paired_difference(evidence.wins, evidence.losses, evidence.both, evidence.neither),
            trials=max(len(self.runs.all(BASE)), len(self.runs.all(CANDIDATE))),
            smallest_effect=stats.smallest_effect(evidence.pairs, self.threshold) if pairs else None,
            targets=self.names,
            regressions=answer.regressions,
            flips=tuple(flip for name in self.runs.scenarios for flip in self._flips(name)),
            alpha=1 / self.threshold,
            evidence=0.0 if answer.plain else evidence.value,
            deterministic=answer.plain and not self.runs.replayed(*self.runs.scenarios),
            unseen_drop=None if answer.plain else self.unseen_drop(),
            bill=spent,
            attempts={BASE: self.runs.all(BASE), CANDIDATE: self.runs.all(CANDIDATE)},
        )

    def _dropped(self) -> str:
        dropped = [
            attempt
            for name in self.runs.scenarios
            for attempt in self.runs.uncounted(name)
            if not attempt.void and attempt.cause is not Cause.UNRECORDED
        ]
        if not dropped:
            return ""
        were = "run does" if len(dropped) == 1 else "runs do"
        return f"; {len(dropped)} {were} not count, because the machine or the judge failed, not the agent"

    def _recorded(self) -> str:
        uncounted = [attempt for name in self.runs.scenarios for attempt in self.runs.uncounted(name)]
        strange = sum(attempt.cause is Cause.UNRECORDED for attempt in uncounted)
        unanswered = f"; {strange} asked a model what was not recorded, and do not count" if strange else ""
        if not self.runs.replayed(*self.runs.scenarios):
            return unanswered
        return f"{unanswered}; the agent's model was replayed from a recording, so each scenario is one trial, however often it ran"

    def _flips(self, name: str) -> Iterator[Flip]:
        (was, before), (now, after) = self.runs.rate(BASE, name), self.runs.rate(CANDIDATE, name)
        if before and after and (was * after != now * before or 0 < was < before):
            yield Flip(name, f"{was}/{before}", f"{now}/{after}", "tool" if self._tool_flaked(name) else "agent")
        for cause, word in ((Cause.JUDGE, "judge"), (Cause.INFRASTRUCTURE, "infrastructure")):
            if any(attempt.cause is cause for attempt in self.runs.uncounted(name)):
                yield Flip(name, f"{was}/{before}", f"{now}/{after}", word)

    def _tool_flaked(self, name: str) -> bool:
        """Whether a failing run met a failed call that was served in another run of the same arm."""
        for arm in (BASE, CANDIDATE):
            counted = self.runs.counted(arm, name)
            served = {(call.name, call.arguments) for attempt in counted for call in attempt.calls if not call.failed}
            failing = [call for attempt in counted if not attempt.passed for call in attempt.calls if call.failed]
            if any((call.name, call.arguments) in served for call in failing):
                return True
        return False


def _list(names: Sequence[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _fails(names: Sequence[str]) -> str:
    return "fails" if len(names) == 1 else "fail"


def _does(names: Sequence[str]) -> str:
    return "does" if len(names) == 1 else "do"


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
