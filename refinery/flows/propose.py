"""Hypotheses worth the gate's time, a model's and the search's in one order; a quick look at each decides between them."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice

from refinery.domain import Answered, Bill, BillItem, Complaint, Diagnosis, Doubt, Hypothesis, Scenario, Step
from refinery.events import Event
from refinery.flows.compared import Split, compare
from refinery.flows.consult import ROUNDS, Asked, consult, symptom
from refinery.flows.cures import Cures, borne_out, doubted, heard, in_pairs, interchangeable, joined, sparing
from refinery.flows.drafting import Drafts, drafts
from refinery.flows.ledger import Ledger
from refinery.flows.numbers import Numbers, nearest
from refinery.flows.proposal import LOOKS, Proposal, why, words_of
from refinery.flows.ranking import GUESSED, Ranking, worth
from refinery.flows.reach import impact_of
from refinery.flows.remembered import Remembered
from refinery.flows.replaced import replaced
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen, Screened, by_turned, in_order, screening
from refinery.flows.smallest import smallest
from refinery.flows.solved import Solved
from refinery.flows.tally import Tally
from refinery.flows.weighed import BELIEVED, alone
from refinery.repair.asked import asked_in
from refinery.repair.lost import Lost
from refinery.repair.pairs import FLOOR
from refinery.repair.search import candidates, suspected
from refinery.workbench import Workbench

SECONDS = 200
"""Second edits that are tried beside first ones."""
RIVALS = 6
"""Cures that are compared again when another is found."""
Looks = Generator[tuple[Proposal, Screened], None, None]


@dataclass(slots=True)
class Proposals:
    """An iterator of proposals, best first, that keeps count of what it left out and why."""

    complaint: Complaint
    diagnosis: Diagnosis
    shown: Reproduction
    suite: tuple[Scenario, ...]
    base: str
    bench: Workbench
    ledger: Ledger
    steps: list[Step]
    """What was tried so far, with its outcome; a model is told of it when it is asked again."""
    tally: Tally = field(default_factory=Tally)
    notes: list[str] = field(default_factory=list)
    _remembered: Remembered = field(default_factory=Remembered)
    _rounds: int = 0
    _spent: Bill = field(default_factory=Bill)
    _unsettled: list[Proposal] = field(default_factory=list)
    """Cures that were compared, and none of which was believed: the best of each behaviour."""
    _open: int = 0
    """Hypotheses of the model that are being looked at."""
    _waiting: list[Proposal] = field(default_factory=list)
    """Those that may not be looked at, since a person has to be asked first."""
    _seen: set[str] = field(default_factory=set)
    """The changes that were looked at, by their digests: what a model and the search both come to is tried once."""
    _tried: list[Hypothesis] = field(default_factory=list)
    """Those that were looked at, in their order."""
    _numbers: Numbers = field(default_factory=Numbers)
    _solved: Solved = field(default_factory=lambda: Solved({}, {}))
    _lost: Lost = field(default_factory=lambda: Lost(strict=False))
    _patience: float = 0.0
    _end: float = 0.0
    _stream: Generator[Proposal, None, None] | None = None

    def __iter__(self) -> Iterator[Proposal]:
        self._stream = self._all()
        return self._stream

    def close(self) -> None:
        """Stop the search and give its folders back."""
        if self._stream is not None:
            self._stream.close()
        self.notes += self._lost.notes
        if self.tally.endless:
            self.notes.append(f"{self.tally.endless} candidate edits were given up: a run of theirs took more than {self._patience:g} s")

    def says(self) -> str:
        """Why nothing was kept, in plain words."""
        return self.tally.says(self.steps)

    def _all(self) -> Generator[Proposal, None, None]:
        with self.ledger.step("read"):
            read = drafts(self.complaint, self.shown, self.base, self.bench)
        red = frozenset(each.id for each in self.shown.red)
        about = symptom(self.diagnosis, [attempt for attempt in self.shown.attempts if attempt.scenario in red])
        self._remembered = Remembered(self.bench.recall(about))
        self.notes += self._remembered.told()
        words = words_of(self.complaint, self.diagnosis, self.shown.attempts)
        said = asked_in([_input(each) for each in self.shown.red], [_input(each) for each in self.shown.green])
        most = self.bench.limits.candidates
        past = {} if self._remembered.undone else self.bench.repository.earlier(self.base, read.sources.keys())
        self._solved = Solved({each.id: each for each in self.shown.red}, {each.scenario: each for each in self.shown.attempts})
        cures: Cures[Proposal] = Cures(red, self.shown.executions, self.shown.attempts)
        shown = self.shown
        with screening(self.base, shown.red, shown.green, shown.attempts, self.complaint.whole, self.bench) as screen:
            self._patience = screen.patience
            self._end = self.bench.clock() + self.bench.limits.seconds
            order = suspected(read.sources, self.diagnosis, shown.executions, words)
            self.bench.say(Event("locate", "where another value would make it pass"))
            with self.ledger.step("search"):
                found = replaced(shown, screen, read.sources, read.files, order, words)
            search = candidates(
                read.sources,
                *(self.diagnosis, shown.executions, words),
                limit=most,
                asked=said,
                earlier=past,
                found=found,
                beside=read.data,
                lost=self._lost,
            )
            ranking = Ranking(self._within_time(search), self.diagnosis)
            ranking.add(self._consulted(read))
            while True:
                asked = self._rounds
                yield from self._looked_at(ranking, cures, read, screen)
                if self._rounds == asked:  # nothing was added since the last hypothesis was looked at
                    break
            yield from self._compared(cures, read, screen)
            yield from self._of_some(cures, read, screen)
            yield from self._of_two(cures, read, screen)
            yield from self._asked_about(read, screen)

    def _looked_at(self, ranking: Ranking, cures: Cures[Proposal], read: Drafts, screen: Screen) -> Iterator[Proposal]:
        """Looks at everything in its order; hands out cures as soon as what might be better has been looked at too."""
        looking = in_order(lambda each: self._look(each, screen), self._allowed(ranking, read), self.bench.limits.workers)
        with closing(self._timed(looking)) as looks:
            for proposal, seen in looks:
                self._count(proposal, seen)
                if heard(proposal.hypothesis, len(cures.red)):
                    cures.saw(proposal, replace(seen, moved=frozenset()) if proposal.hypothesis.origin == "model" else seen)
                if told := self._numbers.saw(proposal.hypothesis, seen):
                    ranking.put_first(told)
                for solution in self._solved.saw(proposal.hypothesis, seen):
                    ranking.put_first(solution)
                if cures.compared or self._settled(cures, ranking):
                    yield from self._compared(cures, read, screen)
                elif cures.joined:
                    yield from self._of_some(cures, read, screen)
                if self._round_is_over(ranking):
                    yield from self._next_round(ranking, cures, read, screen)
        if self._round_is_over(ranking):  # none of the model's could be looked at
            yield from self._next_round(ranking, cures, read, screen)

    def _round_is_over(self, ranking: Ranking) -> bool:
        return 0 < self._rounds < ROUNDS and not self._open and not ranking.waits_for(0.0)

    def _next_round(self, ranking: Ranking, cures: Cures[Proposal], read: Drafts, screen: Screen) -> Iterator[Proposal]:
        """None of the model's hypotheses is left. What they cured is tried; then the model may think again, knowing what became of them."""
        yield from self._compared(cures, read, screen)
        yield from self._of_some(cures, read, screen, reasoned=True)
        yield from self._asked_about(read, screen)
        tried = {step.hypothesis.edits for step in self.steps}
        made = self._consulted(read)
        fresh = [hypothesis for hypothesis in made if hypothesis.edits not in tried]
        if made and not fresh:
            self.notes.append("the model had nothing new to propose")
        ranking.add(fresh)

    def _asked_about(self, read: Drafts, screen: Screen) -> Iterator[Proposal]:
        """What may not even be looked at before a person was asked comes after what needs none."""
        waiting, self._waiting = self._waiting, []
        for proposal in waiting:
            yield from self._offered(proposal, read, screen)

    def _consulted(self, read: Drafts) -> tuple[Hypothesis, ...]:
        """A round of a model's hypotheses; none where there is no model, or no more to be had from it. The search's time stands still."""
        if self.bench.model is None:
            return ()
        start = self.bench.clock()
        files = Asked(read.sources, read.closed)
        case = self.complaint, self.diagnosis, self.shown
        made = consult(self.bench.model, *case, files, self._remembered, self.steps, self.bench, self.ledger)
        self._end += self.bench.clock() - start
        self._rounds = self._rounds + 1 if made.hypotheses else ROUNDS
        self.notes += [note for note in made.notes if note not in self.notes]
        self._spent += made.bill
        return tuple(map(self._remembered.warned, made.hypotheses))

    def _within_time(self, search: Iterator[Hypothesis]) -> Iterator[Hypothesis]:
        for hypothesis in search:
            if self.bench.clock() > self._end:
                self.tally.stopped_s = self.bench.limits.seconds
                return
            yield self._remembered.warned(hypothesis)

    def _allowed(self, ranking: Iterable[Hypothesis], read: Drafts, doubts: int = 0) -> Iterator[Proposal]:
        """Those that may run at all: they fit, they would be believed, they are no memorised answer, and the guard lets them through."""
        for hypothesis in ranking:
            reasoned = hypothesis.origin == "model"
            if hypothesis.confidence < FLOOR and not reasoned:
                self.tally.memorised += 1
                continue
            worth_it = borne_out(hypothesis, len(self.shown.red), doubts) if doubts else heard(hypothesis, len(self.shown.red))
            if not worth_it and not self._solved.wants(hypothesis):
                self.tally.unlikely += 1
                continue
            proposal = read.proposal(hypothesis, self._spent)
            if proposal.changes.digest in self._seen:
                continue
            self._seen.add(proposal.changes.digest)
            if proposal.verdict.allowed:
                self._open += reasoned
                self._tried.append(hypothesis)
                yield proposal
            elif reasoned:
                self._waiting.append(proposal)
            else:
                self.tally.held_back += 1

    def _look(self, proposal: Proposal, screen: Screen) -> Screened:
        """A quick look; at a model's hypothesis up to `LOOKS`, until one speaks for it: an agent that varies gets more than one chance."""
        runs = 0
        for _ in range(LOOKS if proposal.hypothesis.origin == "model" else 1):
            seen = screen.look(proposal.changes)
            runs += seen.runs
            if seen.promising:
                break
        return replace(seen, runs=runs)

    def _count(self, proposal: Proposal, seen: Screened) -> None:
        self._billed(proposal, seen)
        if proposal.hypothesis.origin != "model":
            self.tally.saw(proposal.hypothesis.change, seen)
            self.bench.say(Event("search", proposal.hypothesis.change, self.tally.screened, self.bench.limits.candidates))
            return
        self._open -= 1
        self.bench.say(Event("look", proposal.hypothesis.change))
        if not seen.promising:
            self.steps.append(Step(proposal.hypothesis, proposal.verdict, None, None, why(seen)))

    def _billed(self, proposal: Proposal, seen: Screened) -> None:
        """What a quick look costs, which is not watched: nothing where no run on the base cost anything, else nobody knows."""
        price = 0.0 if all(attempt.cost_usd == 0.0 for attempt in self.shown.attempts) else None
        self.ledger.items.append(BillItem("look" if proposal.hypothesis.origin == "model" else "search", runs=seen.runs, usd=price))

    def _settled(self, cures: Cures[Proposal], ranking: Ranking) -> bool:
        """Whether a model's hypothesis cures, and none that is worth about as much has still to be looked at."""
        best = max((worth(each.hypothesis, self.diagnosis) for each in cures.whole if each.hypothesis.origin == "model"), default=0.0)
        return best > 0 and not self._open and not ranking.waits_for(best)

    def _compared(self, cures: Cures[Proposal], read: Drafts, screen: Screen) -> Iterator[Proposal]:
        """Cures of all failures, the most believable first. Where too little tells them from chance, or from each other, nobody chooses,
        unless a model has told which is likelier; they then stand beside what is found later."""
        whole = cures.take_whole()
        firm = [each for each in whole if len(cures.red) > 1 or not self._numbers.loose(each.hypothesis)]
        self.tally.loose += len(whole) - len(firm)
        if not firm:
            return
        all_of = [*self._unsettled, *firm]
        spared = [all_of[place] for place in sparing([each.hypothesis for each in all_of])]
        found = [spared[place] for place in nearest([each.hypothesis for each in spared])]
        what = "edit cures" if len(found) == 1 else "edits cure"
        self.bench.say(Event("compare", f"{len(found)} {what} the failures; looking how they go about similar inputs"))
        scores = self._scores([each.hypothesis for each in found])
        reasoned = [number for number, each in enumerate(found) if each.hypothesis.origin == "model"]
        any_would_do = interchangeable([each.hypothesis for each in found])
        doubtful = [number for number, each in enumerate(found) if number in any_would_do or doubted(each.hypothesis, self.shown.voices)]
        result = compare([each.changes for each in found], scores, reasoned, self.shown, screen, read.files, doubtful)
        self._billed(found[0], Screened(runs=result.runs))
        weighed = result.weighed
        self.tally.upsetting += len(found) - len(weighed.order)
        self._unsettled = []
        if weighed.order and not reasoned and not weighed.believed:
            cures.doubted = True
            self._unsettled = [found[place] for place in (weighed.order[0], *weighed.rivals)][:RIVALS]
            self.tally.doubted([each.hypothesis.change for each in self._unsettled], _doubt(result.split, found, self.shown))
            return
        for proposal in [found[place] for place in weighed.order]:
            yield from self._offered(self._smallest(proposal, read, screen), read, screen)

    def _scores(self, found: Sequence[Hypothesis]) -> list[float]:
        """How likely each was from the start. What is no likelier than has to be asked counts beside the likeliest of its kind."""
        best = max((each.chance for each in found), default=0.0)
        return [worth(each, self.diagnosis) / GUESSED * (each.chance / best if each.chance else 1.0) for each in found]

    def _smallest(self, proposal: Proposal, read: Drafts, screen: Screen) -> Proposal:
        if proposal.hypothesis.origin != "model":
            return proposal

        def cures(less: Proposal) -> bool:
            seen = self._look(less, screen)
            self._billed(less, seen)
            return seen.promising and seen.turned >= {scenario.id for scenario in proposal.targets}

        with self.ledger.step("look"):
            return smallest(proposal, lambda hypothesis: read.proposal(hypothesis, self._spent), cures)

    def _of_some(self, cures: Cures[Proposal], read: Drafts, screen: Screen, *, reasoned: bool = False) -> Iterator[Proposal]:
        """What cures some failures and has no say in the others, or is a model's; then pairs that cure all. `reasoned`: only the first."""
        own = [
            (proposal, seen)
            for proposal, seen in cures.some
            if proposal.hypothesis.origin == "model" or (not reasoned and self._stands_alone(proposal, seen, cures))
        ]
        cures.some = [each for each in cures.some if each not in own]
        for proposal in map(self._narrowed, by_turned(own)):
            yield from self._offered(self._smallest(proposal, read, screen), read, screen)
        if reasoned:
            return
        self.tally.chance += len(cures.some)
        for (one, first), (other, second) in cures.pairs(_speaks):
            both = joined(one.hypothesis, other.hypothesis)
            if both is None or not borne_out(both, len(cures.red), doubts=1):
                continue
            reasoned = "model" in (one.hypothesis.origin, other.hypothesis.origin)
            if not reasoned and self._sure(one, first) * self._sure(other, second) < BELIEVED:
                continue
            proposal = read.proposal(both, self._spent)
            if proposal.verdict.allowed:
                seen = self._look(proposal, screen)
                self._count(proposal, seen)
                if seen.promising and seen.turned == cures.red:
                    yield from self._offered(proposal, read, screen)

    def _sure(self, proposal: Proposal, seen: Screened) -> float:
        """How likely a cure of some failures is by itself, for what it cured."""
        return alone(proposal.hypothesis.confidence, 1 if self._solved.fitted(proposal.hypothesis) else len(seen.turned))

    def _stands_alone(self, proposal: Proposal, seen: Screened, cures: Cures[Proposal]) -> bool:
        """Whether a cure of some failures may be believed: what it leaves speaks against it, as one scenario less."""
        sure = alone(proposal.hypothesis.confidence, max(1, len(seen.turned) - 1))
        return sure >= BELIEVED and _speaks(proposal, seen) and cures.alone(proposal.product, seen)

    def _of_two(self, cures: Cures[Proposal], read: Drafts, screen: Screen) -> Iterator[Proposal]:
        """With the time that is left, a second edit beside those that brought a failure nearer to passing."""
        nearer = [each.hypothesis for each, _ in cures.steps]
        both = in_pairs([each.hypothesis for each in cures.first_steps()], tuple(self._tried), nearer)
        pairs = self._within_time(islice(both, SECONDS))
        allowed = self._allowed(pairs, read, doubts=1)
        looking = in_order(lambda each: self._look(each, screen), allowed, self.bench.limits.workers)
        with closing(self._timed(looking)) as looks:
            for proposal, seen in looks:
                self._count(proposal, seen)
                cures.saw(proposal, seen)
                if cures.compared:
                    yield from self._compared(cures, read, screen)
        yield from self._compared(cures, read, screen)

    def _narrowed(self, look: tuple[Proposal, Screened]) -> Proposal:
        proposal, seen = look
        return replace(proposal, targets=tuple(scenario for scenario in self.shown.red if scenario.id in seen.turned))

    def _offered(self, proposal: Proposal, read: Drafts, screen: Screen) -> Iterator[Proposal]:
        """Handed out, with the machine to itself for as long as it is looked into; that is no time of the search."""
        start = self.bench.clock()
        reached = impact_of(proposal.product, read.everything, self.shown.executions)
        with screen.resting():
            yield replace(proposal, impact=reached)
        self._end += self.bench.clock() - start

    def _timed(self, looks: Looks) -> Looks:
        """The same, with the time between two of them on the bill; the gate has a line of its own."""
        with closing(looks):
            while True:
                start = self.bench.clock()
                try:
                    found = next(looks)
                except StopIteration:
                    return
                finally:
                    self.ledger.items.append(BillItem("search", seconds=self.bench.clock() - start))
                yield found


def _speaks(proposal: Proposal, seen: Screened) -> bool:
    """Whether what a cure of some failures cured speaks for it, with what it leaves against it."""
    return borne_out(proposal.hypothesis, len(seen.turned), doubts=1)


def _input(scenario: Scenario) -> str:
    return json.dumps(scenario.input, ensure_ascii=False)


def _doubt(split: Split | None, found: Sequence[Proposal], shown: Reproduction) -> Doubt | None:
    """Where cures part, with their edits in words."""
    if split is None:
        return None
    answers = (Answered(answer, tuple(found[place].hypothesis.change for place in places)) for answer, places in split.answers)
    return Doubt(split.input, tuple(answers), code=any(each.test for each in shown.red))
