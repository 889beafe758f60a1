"""Hypotheses drafted against the files of a base: as file changes, with the guard's word, and held against the failing case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from adapters.trace import Trace
from refinery.domain import Bill, Complaint, Hypothesis
from refinery.edits.draft import draft
from refinery.flows.complaint import home_for
from refinery.flows.memorised import memorised
from refinery.flows.proposal import Proposal
from refinery.flows.reproduce import Reproduction
from refinery.flows.review import surroundings
from refinery.suite.names import slug, spelled
from refinery.suite.writing import write
from refinery.workbench import Workbench
from safety.changes import ChangeSet, FileChange, Surroundings
from safety.globs import matches
from safety.verdict import Verdict

READABLE = (
    ".py",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".md",
    ".txt",
    ".j2",
    ".jinja",
    ".jinja2",
    ".prompt",
    ".tmpl",
    ".cfg",
    ".ini",
    ".csv",
    ".tsv",
    ".jsonl",
)
LARGEST = 300_000


@dataclass(frozen=True, slots=True)
class Drafts:
    """What is needed to draft a hypothesis, read once."""

    complaint: Complaint
    shown: Reproduction
    base: str
    bench: Workbench
    sources: Mapping[str, str]
    """The files that may be edited."""
    closed: tuple[str, ...]
    """Those that may not, or cannot be read."""
    legible: frozenset[str] = field(repr=False)
    around: Surroundings = field(repr=False)
    regressions: tuple[FileChange, ...] = ()
    """The scenarios of the complaint that the suite does not have yet, as files."""

    def proposal(self, hypothesis: Hypothesis, spent: Bill) -> Proposal:
        """The hypothesis as file changes, held against the case also: whatever makes the checks pass may have learnt their answers.

        `spent` is what the model's hypotheses cost so far.
        """
        drafted = draft(hypothesis.edits, self.sources.get)
        changes = ChangeSet((*drafted.changes, *self.regressions))
        verdict = Verdict(drafted.misfits) if drafted.misfits else self.bench.guard.judge(changes, self.around)
        made = Proposal(hypothesis, changes, verdict, self.shown.red, slug(spelled(hypothesis.change)))
        reasoned = hypothesis.origin == "model"
        learnt = memorised(drafted.changes, self.shown.red, self._texts, asked=reasoned)
        made = replace(made, verdict=Verdict((*verdict.findings, *learnt)))
        if not reasoned:
            return made
        return replace(made, model=self.bench.model.model if self.bench.model else "", bill=spent)

    def files(self, paths: Sequence[str]) -> Mapping[str, str]:
        """The texts of files of the base, also of closed ones."""
        return self.bench.repository.read_many(self.base, [path for path in paths if path in self.legible])

    @property
    def everything(self) -> Mapping[str, str]:
        """All texts of the base, also those that may not be edited."""
        return {**self.sources, **self.files(self.closed)}

    @property
    def data(self) -> Mapping[str, str]:
        """What may not be edited and can be known; scenarios and tests are left out, since they hold the answers."""
        asked = (*self.bench.scenarios, "**/tests/**", "tests/**")
        return self.files([path for path in self.closed if not any(matches(path, glob) for glob in asked)])

    def _texts(self) -> Iterator[str]:
        """What the repository knows."""
        yield from self.sources.values()
        yield from self.data.values()


def drafts(complaint: Complaint, shown: Reproduction, base: str, bench: Workbench) -> Drafts:
    """Read the base."""
    files = bench.repository.files(base)
    legible = frozenset(each.path for each in files if each.path.endswith(READABLE) and each.size <= LARGEST)
    sources = bench.repository.read_many(base, [each.path for each in files if each.path in legible and bench.editable(each.path)])
    closed = tuple(each.path for each in files if each.path not in sources)
    around = replace(surroundings(bench.repository, base, files), related=sources, trace_texts=_texts(complaint.trace))
    return Drafts(complaint, shown, base, bench, sources, closed, legible, around, tuple(_regressions(complaint, bench, around)))


def _regressions(complaint: Complaint, bench: Workbench, around: Surroundings) -> Iterator[FileChange]:
    taken = set(around.files)
    for scenario in complaint.fresh:
        if (path := home_for(scenario, bench.scenarios)) not in taken:
            yield FileChange(path, None, write(scenario))


def _texts(trace: Trace) -> dict[str, str]:
    return {span.id: span.output or span.input for span in trace.spans if span.output or span.input}
