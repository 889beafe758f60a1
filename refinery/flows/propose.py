"""Hypotheses worth the gate's time: from the model where there is one, then from search; drafted, guarded, and looked at once."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, field, replace

from adapters.trace import Trace
from refinery.domain import Bill, BillItem, Complaint, Diagnosis, Edit, Hypothesis, Scenario, Step
from refinery.edits.draft import draft
from refinery.edits.minimise import minimal, pieces, together
from refinery.events import Event
from refinery.flows.compared import compare
from refinery.flows.complaint import home_for
from refinery.flows.consult import ROUNDS, Asked, consult
from refinery.flows.cures import Cures, joined
from refinery.flows.ledger import Ledger
from refinery.flows.memorised import memorised
from refinery.flows.proposal import LOOKS, Proposal, why, words_of
from refinery.flows.reproduce import Reproduction
from refinery.flows.review import surroundings
from refinery.flows.screen import Screen, Screened, by_turned, in_order, screening
from refinery.repair.pairs import FLOOR
from refinery.repair.search import candidates
from refinery.suite.names import slug
from refinery.suite.writing import write
from refinery.workbench import Workbench
from safety.changes import ChangeSet, FileChange, Surroundings
from safety.globs import matches
from safety.verdict import Verdict

READABLE = (".py", ".yaml", ".yml", ".toml", ".json", ".md", ".txt", ".j2", ".jinja", ".jinja2", ".cfg", ".ini")
LARGEST = 300_000


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
    screened: int = 0
    held_back: int = 0
    """Candidates the guard would not let through without a person."""
    memorised: int = 0
    broke: int = 0
    """Candidates that cured the complaint and broke something else."""
    halves: int = 0
    """Candidates that cured one failure and changed another without curing it."""
    crashing: int = 0
    """Candidates that cured the complaint and crash on inputs near those of the scenarios, where the agent did not."""
    chance: int = 0
    """Candidates that cured some failures and run in others like them, which stayed as they were."""
    undecided: list[str] = field(default_factory=list)
    """Cures between which nobody could choose."""
    endless: int = 0
    """Candidates that did not come to an end in the time that a look may take."""
    patience: float = 0.0
    late: bool = False
    notes: list[str] = field(default_factory=list)
    _sources: dict[str, str] = field(default_factory=dict)
    _legible: frozenset[str] = frozenset()
    _closed: tuple[str, ...] = ()
    _spent: Bill = field(default_factory=Bill)
    _around: Surroundings = field(default_factory=Surroundings)
    _stream: Iterator[Proposal] | None = None

    def __iter__(self) -> Iterator[Proposal]:
        self._stream = self._all()
        return self._stream

    def close(self) -> None:
        """Stop the search and give its folders back."""
        if self._stream is not None and hasattr(self._stream, "close"):
            self._stream.close()
        if self.endless:
            self.notes.append(f"{self.endless} candidate edits were given up: a run of theirs took more than {self.patience:g} s")

    def says(self) -> str:
        """Why nothing was kept, in plain words."""
        tried = [step for step in self.steps if step.hypothesis.origin == "model"]
        if len(self.steps) > len(tried) or (self.steps and self.steps[-1].gate and not self.screened):
            return self.steps[-1].says
        parts = [f"{len(tried)} of the model's hypotheses failed, the last one so: {tried[-1].says}"] if tried else []
        parts.append(f"none of {self.screened} candidate edits made the failing scenarios pass without harm")
        if self.broke:
            parts.append(f"{self.broke} cured them and broke others")
        if self.halves:
            parts.append(f"{self.halves} cured some and touched the others without curing them, which looks like chance")
        if self.crashing:
            parts.append(f"{self.crashing} cured them and crash on similar inputs, on which the agent did not")
        parts += self.undecided
        if self.chance:
            parts.append(f"{self.chance} cured some and left others like them as they were, which looks like chance too")
        if self.held_back:
            parts.append(f"{self.held_back} were held back by the guard")
        if self.memorised:
            parts.append(f"{self.memorised} would only have memorised the expected answer")
        if self.late:
            parts.append(f"the search stopped at its limit of {self.bench.limits.seconds:.0f} s")
        return "; ".join(parts)

    def _all(self) -> Iterator[Proposal]:
        with self.ledger.step("read"):
            self._read()
        yield from self._from_model()
        yield from self._from_search()

    def _read(self) -> None:
        files = self.bench.repository.files(self.base)
        self._legible = frozenset(each.path for each in files if each.path.endswith(READABLE) and each.size <= LARGEST)
        wanted = [each.path for each in files if each.path in self._legible and self.bench.editable(each.path)]
        self._sources = self.bench.repository.read_many(self.base, wanted)
        self._closed = tuple(each.path for each in files if not self.bench.editable(each.path))
        self._around = replace(surroundings(self.bench.repository, self.base, files), trace_texts=_texts(self.complaint.trace))

    def _from_model(self) -> Iterator[Proposal]:
        """In each round first what a quick look speaks for; a model that sees its hypotheses fail may think again."""
        if self.bench.model is None:
            return
        files = Asked(self._sources, self._closed)
        for _ in range(ROUNDS):
            made = consult(self.bench.model, self.complaint, self.diagnosis, self.shown, files, self.steps, self.bench, self.ledger)
            self.notes += [note for note in made.notes if note not in self.notes]
            self._spent += made.bill
            if not made.hypotheses:
                return
            tried = {step.hypothesis.edits for step in self.steps}
            fresh = [hypothesis for hypothesis in made.hypotheses if hypothesis.edits not in tried]
            if not fresh:
                self.notes.append("the model had nothing new to propose")
                return
            with self._screening() as screen:
                yield from self._looked(fresh, screen)

    def _looked(self, hypotheses: Sequence[Hypothesis], screen: Screen) -> Iterator[Proposal]:
        partial: list[tuple[Proposal, Screened]] = []
        for hypothesis in hypotheses:
            proposal = self._modelled(hypothesis)
            if not proposal.verdict.allowed:
                with screen.resting():
                    yield proposal
                continue
            seen = self._look(proposal, screen)
            if seen.promising and len(seen.turned) == len(self.shown.red):
                smallest = self._minimal(proposal, screen)
                with screen.resting():
                    yield smallest
            elif seen.promising:
                partial.append((proposal, seen))
            else:
                self.steps.append(Step(hypothesis, proposal.verdict, None, None, why(seen)))
        with screen.resting():
            yield from map(self._narrowed, by_turned(partial))

    def _modelled(self, hypothesis: Hypothesis) -> Proposal:
        """A model can write whatever makes the checks pass, so its edits are also held against the failing case."""
        proposal = self._drafted(hypothesis)
        learnt = memorised(draft(hypothesis.edits, self._sources.get).changes, self.shown.red, self._texts)
        verdict = Verdict((*proposal.verdict.findings, *learnt))
        return replace(proposal, verdict=verdict, model=self.bench.model.model if self.bench.model else "", bill=self._spent)

    def _texts(self) -> Iterator[str]:
        """What the repository knows; scenarios are left out, since they hold the answers."""
        asked = (*self.bench.scenarios, "**/tests/**", "tests/**")
        others = [path for path in self._closed if path in self._legible and not any(matches(path, glob) for glob in asked)]
        yield from self._sources.values()
        yield from self.bench.repository.read_many(self.base, others).values()

    def _look(self, proposal: Proposal, screen: Screen) -> Screened:
        """Up to `LOOKS` quick looks, until one speaks for it: an agent that varies gets more than one chance."""
        self.bench.say(Event("look", proposal.hypothesis.change))
        with self.ledger.step("look"):
            for look in range(LOOKS):
                seen = screen.look(proposal.changes)
                self.ledger.items.append(BillItem("look", runs=seen.runs, usd=self._price))
                if seen.promising or look == LOOKS - 1:
                    break
        return seen

    def _minimal(self, proposal: Proposal, screen: Screen) -> Proposal:
        """The same cure without the pieces that it does not need; the rationale says what was found."""
        every = pieces(proposal.product)
        if len(every) < 2:
            return proposal

        def cures(edits: tuple[Edit, ...]) -> bool:
            less = self._modelled(replace(proposal.hypothesis, edits=together(edits)))
            seen = self._look(less, screen) if less.verdict.allowed else Screened()
            return seen.promising and len(seen.turned) == len(self.shown.red)

        least = minimal(every, cures)
        told = [f"{least.dropped} of {len(every)} changed places turned out not to be needed, and were left out."] if least.dropped else []
        if least.shown and len(least.edits) > 1:
            told.append(f"Each of the {len(least.edits)} changed places is needed: without any one of them the failure is back.")
        if not told:
            return proposal
        edits = together(least.edits) if least.dropped else proposal.hypothesis.edits
        rationale = "\n\n".join((proposal.hypothesis.rationale, " ".join(told)))
        return self._modelled(replace(proposal.hypothesis, edits=edits, rationale=rationale))

    def _narrowed(self, look: tuple[Proposal, Screened]) -> Proposal:
        proposal, seen = look
        return replace(proposal, targets=tuple(scenario for scenario in self.shown.red if scenario.id in seen.turned))

    def _from_search(self) -> Iterator[Proposal]:
        """Cures of all failures, compared with each other; else those of some that may be believed alone, or that together cure all."""
        words = words_of(self.complaint, self.diagnosis, self.shown.attempts)
        found = candidates(self._sources, self.diagnosis, self.shown.executions, words, limit=self.bench.limits.candidates)
        cures: Cures[Proposal] = Cures(frozenset(each.id for each in self.shown.red), self.shown.executions, self.shown.attempts)
        with ExitStack() as stack:
            screen = stack.enter_context(self._screening())
            looking = in_order(lambda proposal: screen.look(proposal.changes), self._allowed(found), self.bench.limits.workers)
            looks = stack.enter_context(closing(self._timed(looking)))
            for proposal, seen in looks:
                self._count(proposal, seen, screen)
                cures.saw(proposal, seen)
                if cures.compared:
                    yield from self._compared(cures, screen)
                elif cures.joined:
                    yield from self._of_some(cures, screen)
            yield from self._compared(cures, screen)
            yield from self._of_some(cures, screen)

    def _count(self, proposal: Proposal, seen: Screened, screen: Screen) -> None:
        self.screened += 1
        self.ledger.items.append(BillItem("search", runs=seen.runs, usd=self._price))
        self.bench.say(Event("search", proposal.hypothesis.change, self.screened, self.bench.limits.candidates))
        self.broke += bool(seen.broke)
        self.halves += seen.promising and not seen.convincing
        self.endless += seen.late
        self.patience = screen.patience

    def _compared(self, cures: Cures[Proposal], screen: Screen) -> Iterator[Proposal]:
        """Cures of all failures, the most believable first."""
        found = cures.take_whole()
        if not found:
            return
        self.bench.say(Event("compare", f"{len(found)} edits cure the failures; looking how they go about similar inputs"))
        scores = [each.hypothesis.confidence for each in found]
        result = compare([each.changes for each in found], scores, self.shown, screen, self._files)
        self.ledger.items.append(BillItem("search", runs=result.runs, usd=self._price))
        self.crashing += len(found) - len(result.order)
        if result.undecided:
            rivals = "; ".join(found[place].hypothesis.change for place in result.undecided)
            self.undecided.append(f"{len(result.undecided)} cures differ on similar inputs, and nothing tells which is right ({rivals})")
            return
        for proposal in [found[place] for place in result.order]:
            with screen.resting():
                yield proposal

    def _files(self, paths: Sequence[str]) -> Mapping[str, str]:
        return self.bench.repository.read_many(self.base, [path for path in paths if path in self._legible])

    def _of_some(self, cures: Cures[Proposal], screen: Screen) -> Iterator[Proposal]:
        """What cures some failures and has no say in the others; then pairs that cure all."""
        own = [(proposal, seen) for proposal, seen in cures.some if cures.alone(proposal.product, seen)]
        cures.some = [each for each in cures.some if each not in own]
        self.chance += len(cures.some)
        for proposal in map(self._narrowed, by_turned(own)):
            with screen.resting():
                yield proposal
        for one, other in cures.pairs():
            both = joined(one.hypothesis, other.hypothesis)
            if both is None:
                continue
            proposal = self._drafted(both)
            if proposal.verdict.allowed:
                seen = screen.look(proposal.changes)
                self._count(proposal, seen, screen)
                if seen.promising and seen.turned == cures.red:
                    with screen.resting():
                        yield proposal

    def _timed(self, looks: Generator[tuple[Proposal, Screened], None, None]) -> Generator[tuple[Proposal, Screened], None, None]:
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

    def _screening(self) -> AbstractContextManager[Screen]:
        shown = self.shown
        return screening(self.base, shown.red, shown.green, shown.attempts, self.complaint.whole, self.bench)

    @property
    def _price(self) -> float | None:
        """What a quick look costs, which is not watched: nothing where no run on the base cost anything, else nobody knows."""
        return 0.0 if all(attempt.cost_usd == 0.0 for attempt in self.shown.attempts) else None

    def _allowed(self, ranked: Iterable[Hypothesis]) -> Iterator[Proposal]:
        """Candidates that may run at all: they fit, they are no memorised answer, the guard lets them through, and there is time."""
        end = self.bench.clock() + self.bench.limits.seconds
        for hypothesis in ranked:
            if self.bench.clock() > end:
                self.late = True
                return
            if hypothesis.confidence < FLOOR:
                self.memorised += 1
                continue
            proposal = self._drafted(hypothesis)
            if proposal.verdict.allowed:
                yield proposal
            else:
                self.held_back += 1

    def _drafted(self, hypothesis: Hypothesis) -> Proposal:
        drafted = draft(hypothesis.edits, self._sources.get)
        changes = ChangeSet((*drafted.changes, *self._regressions()))
        verdict = Verdict(drafted.misfits) if drafted.misfits else self.bench.guard.judge(changes, self._around)
        return Proposal(hypothesis, changes, verdict, self.shown.red, slug(hypothesis.change))

    def _regressions(self) -> tuple[FileChange, ...]:
        taken = set(self._around.files)
        return tuple(
            FileChange(path, None, write(scenario))
            for scenario in self.complaint.fresh
            if (path := home_for(scenario, self.bench.scenarios)) not in taken
        )


def _texts(trace: Trace) -> dict[str, str]:
    return {span.id: span.output or span.input for span in trace.spans if span.output or span.input}
