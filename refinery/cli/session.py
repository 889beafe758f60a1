"""`refinery` alone, and `refinery start`: a domain expert is guided from a conversation that went wrong to a change that mends it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show
from refinery.cli.talk import Left, Talk
from refinery.errors import RefineryError, RepositoryError, UsageError
from refinery.events import Event

if TYPE_CHECKING:
    from adapters.trace import Trace
    from refinery.domain import Diagnosis, Report, Scenario
    from refinery.domain import Question as Asks
    from refinery.flows.session.bookmark import Bookmark
    from refinery.llm.port import LLM
    from refinery.store.port import Store

TRIES = 5
"""Changes that may reach the comparison in one go."""
INTERRUPTED = 130
DOING = {
    "cluster": "reading conversations",
    "diagnose": "looking for the cause",
    "hypotheses": "thinking of changes",
    "reproduce": "making it go wrong here",
    "locate": "looking for the place",
    "look": "trying a change",
    "search": "trying changes",
    "compare": "looking at similar cases",
    "gate": "comparing before and after",
    "suite": "running cases",
    "model": "asking the model",
}
"""Stages of the work in plain words."""


@click.command()
@click.option("--plain", is_flag=True, help="For screen readers: no line is drawn anew.")
@click.option(
    "--answers", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file with one answer a line, in order."
)
@click.option("--model", "provider", type=click.Choice(["anthropic", "openai", "none"]), help="Overrides refinery.toml.")
@click.option("--budget", type=click.FloatRange(0.0), help="Dollars that the model may cost.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1.0), help="Wall time that one search may take.")
def command(plain: bool, file: Path | None, provider: str | None, budget: float | None, seconds: float) -> int:
    """Be guided from a conversation that went wrong to a change that mends it. `refinery` alone does the same.

    Nothing is kept, and no file of yours is touched, without a yes. Leave any time with q or Ctrl-C, and go on there the next time.

    \b
    Example: refinery start --plain
    """
    return guided(plain=plain, file=file, terms=Terms(provider, budget, seconds))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the work may use."""

    provider: str | None = None
    budget: float | None = None
    seconds: float = 60.0


def guided(*, plain: bool = False, file: Path | None = None, terms: Terms | None = None) -> int:
    """The whole session; whoever leaves it finds it where they left it."""
    if file is None and not show.someone_there():
        raise UsageError("a guided session needs a terminal", hint="in scripts: refinery start --answers FILE, or refinery fix --help")
    with show.progress(plain=plain) as say:
        talk = Talk(_lines(file) if file else None, before=say.wipe)
        try:
            return Guide(talk, say, terms or Terms()).run()
        except Left:
            talk.tell()
            talk.tell("You left. Nothing is lost, and no file of yours was changed by leaving. To go on here: refinery")
            return 0
        except KeyboardInterrupt:
            talk.tell()
            talk.tell("Interrupted. Nothing is lost. To go on here: refinery")
            return INTERRUPTED


def _lines(file: Path) -> Iterator[str]:
    return iter(file.read_text("utf-8", "replace").splitlines())


@dataclass(slots=True)
class Guide:
    """One session, from the choice of a conversation to the end of it."""

    talk: Talk
    progress: show.Progress
    terms: Terms
    model: LLM | None = None

    def run(self) -> int:
        """All steps in their order; those that were done in an earlier session are not asked again."""
        from refinery import wiring
        from refinery.cli.choosing import chosen, prepared, resumed

        self.talk.heading("Refinery")
        self.talk.tell("Show what your agent got wrong, say what is right, and get a change that mends it, tried before you see it.")
        self.talk.tell("Press Enter for the answer in [brackets]. Type q to leave at any question: nothing is lost.")
        able = prepared(self.talk)
        with wiring.store() as store:
            mark = resumed(self.talk, store)
            if not mark.trace:
                mark = self._put(chosen(self.talk, store, self.say, _suite), store)
            while not mark.kept:
                trace = store.trace(mark.trace)
                mark, found = self._understand(mark, trace, store)
                if not able:
                    self.talk.tell("To mend this, the agent has to be set up here: open its project's folder, and run refinery again.")
                    return 1
                report = self._try(mark, trace, found, store)
                if report.kept and report.kept.already:
                    self.talk.tell("The same change was kept before, so nothing is kept a second time.")
                if report.kept:
                    mark = self._put(replace(mark, kept=report.kept.branch), store)
                elif said := self._decided(report):
                    mark = self._put(replace(mark, decided=(*mark.decided, said)), store)
                elif self.talk.yes("Nothing was kept, and nothing was changed. Say it in other words, and try again?", default=False):
                    mark = self._put(replace(mark, says=None, wishes=None, answers=(), decided=()), store)
                else:
                    self._done(store)
                    return 1
            self._end(mark, store)
        return 0

    def say(self, event: Event) -> None:
        """Progress in plain words, with the money."""
        from refinery.flows.session.telling import plainly

        doing = DOING.get(event.stage, event.stage)
        tells = event.says and (event.stage not in DOING or event.stage == "model")  # of the others it is code, and names of cases
        says = f"{self._spent()}; {plainly(event.says)}" if tells else self._spent()
        self.progress(replace(event, stage=doing, says=says))

    def _spent(self) -> str:
        from refinery.llm.budget import Metered

        if not isinstance(self.model, Metered):
            return "$0.00"
        usd = self.model.budget.bill.usd
        return "price unknown" if usd is None else f"${usd:.2f}"

    def _put(self, mark: Bookmark, store: Store) -> Bookmark:
        from refinery import wiring
        from refinery.flows.session.bookmark import put

        return put(mark, store, wiring.now)

    def _done(self, store: Store) -> None:
        from refinery.flows.session.bookmark import Bookmark

        self._put(Bookmark(), store)

    def _understand(self, mark: Bookmark, trace: Trace, store: Store) -> tuple[Bookmark, Diagnosis]:
        """The conversation, what should have happened, and the diagnosis."""
        from refinery import wiring
        from refinery.cli.reading import show_conversation, show_diagnosis
        from refinery.flows.diagnose import Asked, diagnose
        from refinery.flows.session.wishes import checks_of
        from refinery.signals import diagnosis as rules

        show_conversation(self.talk, trace, rules.diagnose(trace, mark.says or mark.complaint, failed=True))
        mark = self._wishes(mark, trace, store)
        place = 0

        def ask(question: Asks) -> str:
            nonlocal mark, place
            place += 1
            if place > len(mark.answers):
                self.talk.tell(question.why)
                said = self.talk.ask(f"{question.asks} (Enter: I do not know)")
                mark = self._put(replace(mark, answers=(*mark.answers, said)), store)
            return mark.answers[place - 1]

        with wiring.study(provider=self.terms.provider, budget=self.terms.budget, ask=ask, say=self.say) as study:
            self.model = study.model
            found = diagnose(trace, Asked(mark.says or "", failed=True, checks=checks_of(mark.wishes or ())), study)
        show_diagnosis(self.talk, trace, found)
        return mark, found

    def _wishes(self, mark: Bookmark, trace: Trace, store: Store) -> Bookmark:
        """What should have happened, and by what a right answer is known."""
        from refinery.flows.session.wishes import guessed, in_checks, in_plain_words, met_already, wishes_from, written_down

        if mark.says is None:
            self.talk.heading("What should have happened?")
            if mark.complaint:
                self.talk.tell(f"The complaint: “{mark.complaint}”")
            says = self.talk.ask("In your words, as you would say it to a colleague:", mark.complaint)
            mark = self._put(replace(mark, says=says), store)
        if mark.wishes is not None:
            self.talk.tell(f"You said it should have been so: {mark.says or '(nothing)'}")
            return mark
        known = written_down(trace, _suite())
        guess = guessed(mark.says or "", trace)
        self.talk.heading("How is a right answer known?")
        for scenario in known:
            self.talk.tell(f"For this situation something is written down already: {scenario.id}: {in_checks(scenario)}.")
        self.talk.tell("Give the words it must hold, with ; between several. Write not before words that must not stand in it.")
        self.talk.tell("Write exactly before an answer that has to be just that. For example: 45 EUR; not USD")
        while True:
            typed = self.talk.ask("It says" + (" (Enter: as it is written down)" if known and not guess else ""), "; ".join(guess))
            wishes = wishes_from(typed)
            if not wishes and not known and not trace.failed:
                self.talk.tell("Without words to look for nobody can tell whether a change helps. Please give at least one.")
            elif met_already(wishes, trace):
                self.talk.tell("The answer that went wrong has all that already. What has to be different in it?")
            else:
                break
        if wishes:
            self.talk.tell(f"So a right answer {in_plain_words(wishes)}.")
        return self._put(replace(mark, wishes=wishes), store)

    def _try(self, mark: Bookmark, trace: Trace, found: Diagnosis, store: Store) -> Report:
        """Look for a change, and ask about each that stands its trial."""
        from refinery import wiring
        from refinery.cli.choosing import introduced
        from refinery.cli.deciding import Decider
        from refinery.cli.reading import show_report
        from refinery.flows.complaint import input_of, scenario_for
        from refinery.flows.failing import fix_shown
        from refinery.flows.fitting import fitted
        from refinery.flows.session.doubts import deciding
        from refinery.flows.session.wishes import checks_of

        decider = Decider(self.talk, store, found)
        with wiring.workbench(
            say=self.say,
            keep=decider.keep,
            approve=decider.approve,
            provider=self.terms.provider,
            budget=self.terms.budget,
            seconds=self.terms.seconds,
        ) as bench:
            self.model = bench.model
            self._may_begin(costs=bench.model is not None or bench.runner.agent.network)
            introduced(self.talk, bench.repository)
            says, expect = mark.says or "", checks_of(mark.wishes or ())
            shown_by = (scenario_for(trace, expect, says, fitted(input_of(trace), _suite())),) if expect else ()
            patient = replace(bench, goes_on=True, clock=self.talk.working_time)
            try:
                report = fix_shown(patient, trace, says, shown_by, TRIES, found, deciding(trace, mark.decided))
            finally:
                decider.note()
        show_report(self.talk, report, refused=bool(decider.refused))
        return report

    def _decided(self, report: Report) -> str:
        """What is right where changes part that all mend it, as the expert says; nothing where nobody knows."""
        from refinery.flows.session.conversation import in_words
        from refinery.flows.session.doubts import decided

        if not report.doubts or report.doubts[0].code:
            return ""
        doubt = report.doubts[0]
        asked = doubt.input if isinstance(doubt.input, str) else json.dumps(doubt.input, ensure_ascii=False)
        self.talk.heading("Which answer is right?")
        self.talk.tell("Several changes mend it, and they part in another situation. If you know what is right there, one can be chosen.")
        self.talk.tell(f"The situation: “{in_words(asked)}”")
        choices = {str(number): f"“{each.answer}”" for number, each in enumerate(doubt.answers, 1)}
        said = self.talk.choose("Which is right?", {**choices, "o": "other: none of these", "u": "unknown: I cannot say"}, "u")
        if said in choices:
            return decided(doubt, doubt.answers[int(said) - 1].answer)
        answer = self.talk.ask("What is right there? (Enter: I do not know)") if said == "o" else ""
        return decided(doubt, answer) if answer else ""

    def _may_begin(self, *, costs: bool) -> None:
        self.talk.heading("Look for a change that mends it?")
        self.talk.tell("Your agent is run many times on a copy; your files are not touched. You are asked before anything is kept.")
        cap = f", at most ${self.terms.budget:.2f}" if self.terms.budget is not None else ""
        self.talk.tell(
            f"This may cost money: a model is asked{cap}, or your agent may call out."
            if costs
            else f"It costs no money. It takes up to {self.terms.seconds:.0f} seconds of looking, and then the trial."
        )
        if not self.talk.yes("Begin?", default=not costs):
            raise Left

    def _end(self, mark: Bookmark, store: Store) -> None:
        """What was done, where it is, how to take it back; and whether it goes into the files now."""
        from refinery import wiring
        from refinery.flows.evidence import remember_outcome

        name = mark.kept.removeprefix("refinery/")
        self.talk.heading("Kept")
        self.talk.tell(f"The change is put aside under the name {name}. Your own files are as they were.")
        taken = self.talk.yes("Put it into your files now? It can be taken back.", default=False)
        undo = f"refinery undo {name}"
        if taken:
            try:
                with wiring.repository() as found, wiring.history(found) as past:
                    done = past.accept(mark.kept)
            except RefineryError as error:
                self.talk.tell(f"That was not possible, and nothing was changed: {error}." + (f" ({error.hint})" if error.hint else ""))
                self.talk.tell(f"The change is still put aside. To put it in later: refinery accept {name}")
            else:
                remember_outcome(store, done.commit, "kept")
                undo = f"refinery undo --here {name}"
                self.talk.tell("It is in your files now.")
                for note in done.notes:
                    self.talk.tell(f"Note: {note}")
        else:
            self.talk.tell(f"To put it into your files later: refinery accept {name}")
        self._done(store)
        self.talk.tell(f"To see all about it: refinery show {name}")
        self.talk.tell(f"To take it back: {undo}")


def _suite() -> tuple[Scenario, ...]:
    """The situations that are written down; none where there is no project."""
    from refinery import wiring
    from refinery.flows.suite import scenarios_at

    with suppress(RepositoryError), wiring.repository() as found:
        if not found.unborn():
            return scenarios_at(found, found.head(), wiring.scenario_patterns(found))
    return ()
