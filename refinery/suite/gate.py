"""The gate: whether a candidate is better than its base where it should be and not worse elsewhere, and how sure that is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from refinery import stats
from refinery.domain import Bill, Cause, Decision, GateVerdict, Scenario
from refinery.events import Say
from refinery.suite.arms import BASE, CANDIDATE, REPEATS, Runs
from refinery.suite.blame import flips
from refinery.suite.plan import Judge, Standing, fewest, planned
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

    **What is tested.** The improvement: the pairs of all targets together, in the order of their trials, follow a plan that is
    made for as many pairs as there can be (`suite.plan`). It says after each of them whether the improvement is shown, or is not
    worth another pair. Arms that do not differ are accepted with a chance of at most alpha_k = `stats.spent(alpha, rank)`, exactly,
    whatever their pass rate and its drift; the parts of all ranks add up to alpha: however many hypotheses a run puts to the gate,
    the chance that any that changes nothing is accepted is at most alpha.

    **Deterministic agents.** The first round runs the targets as often as could possibly suffice (three times for the first
    hypothesis) and the others twice, in both arms: an A/A test of each arm with itself. If all repeats are the same to the
    byte, outcomes alone decide. That is no shortcut past the evidence. An agent that tosses a coin with chance p fails n times
    on the base and then passes n times with probability (1-p)^n p^n <= 4^-n, and so often as makes that less than
    alpha_k it is asked to here, too. An apparent regression is run again before it is called one.

    **Not worse.** Each scenario has evidence of its own for having got worse, with threshold m/alpha for m scenarios
    (Bonferroni): reached, it rejects. Short of that a scenario is in doubt when its evidence reaches 1/alpha, or when it never
    failed on the base and failed beside it at least twice on the candidate: nothing is accepted while one is. The others wait
    until the improvement is shown. Then one that never failed has the rest of its runs on the candidate alone, where alone
    something can be seen: twice as many as pairs would be, for the same price. A failure there is looked into by pairs, up to four
    times as many as usual, until the scenario is in doubt or fails on the base too. The verdict says how large a drop these runs
    leave possible.

    **Who is to blame.** Only attempts that say something about the agent count: failures of the machine (which the bench has
    tried once more) and of the judge are dropped with their pair, and told. A tool that failed one request and served the same
    request in another run of the same arm is named as the cause of a flip; its attempts count, since dropping them by what
    later runs show would spoil the evidence.

    Every attempt is a run of its own: nothing is cached, here or in the bench.
    """
    began = time.monotonic()
    runs = Runs(base, candidate, (*targets, *others), say, trials)
    part = stats.spent(alpha, rank)
    apart = 1 if runs.shared(scenario.id for scenario in targets) else max(1, len(targets))
    first = max(REPEATS, -(-fewest(part) // apart))
    case = Case(runs, tuple(targets), tuple(others), max(trials, first), first, part, alpha)
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
    case = Case(runs, (), tuple(scenarios), trials, REPEATS, alpha, alpha)
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
class Round:
    """What to run next, by scenario: trials in both arms, and on the candidate alone."""

    pairs: Mapping[str, int]
    probes: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.pairs or self.probes)


@dataclass(frozen=True, slots=True)
class Case:
    """One question put to the gate."""

    runs: Runs
    targets: tuple[Scenario, ...]
    others: tuple[Scenario, ...]
    trials: int
    first: int
    part: float
    """Of alpha, what this hypothesis may use."""
    alpha: float
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(scenario.id for scenario in self.targets))

    def standing(self) -> Standing:
        """How far the targets have come.

        Where runs are shared, what becomes of several tests may have one reason, so that the pairs of a run are no independent
        witnesses: there the weakest of them speaks for all, which is evidence whatever they have to do with each other.
        """
        if self.runs.shared(self.names):
            each = [self._judge(name).follow(self.runs.path([name])) for name in self.names]
            return replace(min(each, key=lambda one: one.evidence), hopeless=any(one.hopeless for one in each))
        return self._judge(*self.names).follow(self.runs.path(self.names))

    def _judge(self, *names: str) -> Judge:
        return planned(sum(self._most(name) for name in names), self.part)

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
        if not self.standing().shown:
            return None
        rest = f"; {_unharmed(len(self.others), 'other ')}" if self.others else ""
        return Answer(Decision.ACCEPT, f"{self._before_and_after()}{rest}; every repeated run was the same to the byte", plain=True)

    def plainly_unharmed(self) -> Answer | None:
        """The same, where nothing has to get better."""
        if self._fell():
            return self._fallen()
        says = f"{_unharmed(len(self.others))}{self._risen()}; every repeated run was the same to the byte"
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
            standing = self.standing()
            shown = standing.shown and not self._sinking()
            due = self._next(shown)
            if shown and not due:
                return self._accepted() if not self._doubtful() else self._doubted()
            if not due or (standing.hopeless and not shown):
                return self._undecided(standing)
            self._run(due)

    def unharmed(self) -> Answer:
        """The same, where nothing has to get better: until harm is shown, or every scenario has had its trials."""
        while True:
            if harmed := self._harmed():
                return Answer(Decision.REJECT, f"{_list(harmed)} got worse: {self._rates(harmed)}", tuple(harmed))
            due = self._next(shown=True)
            if not due:
                break
            self._run(due)
        if doubtful := self._doubtful():
            return Answer(Decision.NOT_ENOUGH, f"{_list(doubtful)} may have got worse: {self._rates(doubtful)}")
        says = f"{_unharmed(len(self.others), verb='is seen to have got')}{self._risen()}{self._unseen()}"
        return Answer(Decision.ACCEPT, says)

    def _next(self, shown: bool) -> Round:
        """What to run in the next round: the targets until the improvement is shown; then the others, to the last of their trials."""
        if not shown:
            left = {name: self._most(name) - self.runs.made[name] for name in self.names}
            return Round({name: min(more, max(1, self.first - self.runs.made[name])) for name, more in left.items() if more > 0})
        doubtful = self._doubtful()
        clean = [name for name in self._other_names if all(self._always(arm, name) for arm in (BASE, CANDIDATE))]
        watched = [name for name in self.runs.scenarios if name not in clean and (name not in self.names or name in doubtful)]
        left = {name: self._most(name) - self.runs.paired(name) for name in (*watched, *clean)}
        pairs = {name: min(left[name], self.trials - self.runs.paired(name) % self.trials) for name in watched if left[name] > 0}
        if pairs or doubtful:
            return Round(pairs)
        probes = {name: 2 * left[name] - self.runs.probed[name] for name in clean}
        return Round({}, {name: count for name, count in probes.items() if count > 0})

    def _run(self, due: Round) -> None:
        if due.pairs:
            self.runs.more(due.pairs)
        if due.probes:
            self.runs.probe(due.probes)

    def _most(self, name: str) -> int:
        """Pairs at most."""
        usual = max(self.runs.scenarios[name].trials or self.trials, self.first if name in self.names else REPEATS)
        return RECHECK * usual if name not in self.names and self._slipped(name) else usual

    def _slipped(self, name: str) -> bool:
        """Whether it failed with the change and never on the base, and not yet so often as to be in doubt."""
        return self._always(BASE, name) and not self._always(CANDIDATE, name) and self._net_losses(name) < 2

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
        rest = f"; {_unharmed(len(self.others), 'other ', 'is seen to have got')}{self._unseen()}" if self.others else ""
        return Answer(Decision.ACCEPT, f"{self._before_and_after()}{rest}; {self._instrument()}")

    def _doubted(self) -> Answer:
        names = self._doubtful()
        says = f"{self._before_and_after()}, but {_list(names)} may have got worse: {self._rates(names)}; {self._instrument()}"
        return Answer(Decision.NOT_ENOUGH, says)

    def _undecided(self, standing: Standing) -> Answer:
        rates = [(self.runs.rate(BASE, name), self.runs.rate(CANDIDATE, name)) for name in self.names]
        if all(passed == counted for (passed, counted), _ in rates):
            says = f"{_list(self.names)} {_does(self.names)} not fail on the base in {rates[0][0][1]} runs, so no cure can be shown"
            return Answer(Decision.NOT_ENOUGH, says)
        if all(passed == 0 for _, (passed, _) in rates) and all(counted >= CONFIRMATIONS for _, (_, counted) in rates):
            return Answer(Decision.REJECT, f"{_list(self.names)} still {_fails(self.names)} every time: {self._rates(self.names)}")
        more = "; the trials that are left would hardly show it" if standing.hopeless and self._left() else ""
        return Answer(Decision.NOT_ENOUGH, f"not enough evidence: {self._before_and_after()}{more}; {self._instrument()}")

    def _left(self) -> int:
        return sum(self._most(name) - self.runs.made[name] for name in self.names)

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
        clean = [name for name in self._other_names if self._always(CANDIDATE, name)] or self._other_names
        return stats.unseen(min(self.runs.rate(CANDIDATE, name)[1] for name in clean)) if clean else None

    @property
    def _other_names(self) -> list[str]:
        return [scenario.id for scenario in self.others]

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
        standing = self.standing()
        least = standing.smallest
        sight = "no difference could have been shown" if least is None else f"differences from {least:.0%} on could have been shown"
        waver = len(self.runs.wavering(BASE))
        return (
            f"evidence {standing.evidence:.3g} where {1 / self.part:.3g} is needed, {sight} with these trials, "
            f"and the base disagrees with itself on {waver} of {len(self.runs.scenarios)} scenarios"
        )

    def verdict(self, answer: Answer, spent: Bill) -> GateVerdict:
        evidence = self.runs.evidence(*self._weighed)
        standing = self.standing() if self.names and evidence.pairs else None
        smallest = standing.smallest if standing else stats.smallest_effect(evidence.pairs, 1 / self.part) if evidence.pairs else None
        (was, before), (now, after) = self._total(BASE), self._total(CANDIDATE)
        return GateVerdict(
            decision=answer.decision,
            says=_sentence(answer.says + self._dropped() + self._recorded()),
            effect=now / after - was / before if before and after else None,
            interval=None
            if answer.plain or not evidence.pairs or (len(self._weighed) > 1 and self.runs.shared(self._weighed))
            else stats.paired_difference(evidence.wins, evidence.losses, evidence.both, evidence.neither),
            trials=max(len(self.runs.all(BASE)), len(self.runs.all(CANDIDATE))),
            smallest_effect=smallest,
            targets=self.names,
            regressions=answer.regressions,
            flips=tuple(flip for name in self.runs.scenarios for flip in flips(self.runs, name)),
            alpha=self.part,
            evidence=0.0 if answer.plain else standing.evidence if standing else evidence.value,
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


def _unharmed(count: int, other: str = "", verb: str = "got") -> str:
    """That none of so many got worse, as one says it."""
    if count == 1:
        return f"the {other or 'one '}scenario {'did not get' if verb == 'got' else verb.replace('is', 'is not')} worse"
    return f"{'neither' if count == 2 else 'none'} of the {count} {other}scenarios {verb} worse"


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
