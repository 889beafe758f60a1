"""What a guided session shows to be read: the conversation, the diagnosis, and what the work came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refinery.cli.talk import Talk

if TYPE_CHECKING:
    from adapters.trace import Trace
    from refinery.domain import Diagnosis, Report

HERE, PERHAPS = "HERE IT WENT WRONG: ", "(perhaps here) "


def show_conversation(talk: Talk, trace: Trace, found: Diagnosis) -> None:
    """Who said what, in order, with the broken step marked in words; as a maybe where nothing in the run itself speaks against it."""
    from refinery.flows.session.conversation import conversation, excerpt
    from refinery.flows.session.telling import is_shown
    from refinery.flows.session.told import unrecorded

    mark = HERE if is_shown(found, trace) else PERHAPS
    talk.heading("The conversation")
    for line in excerpt(conversation(trace, None if unrecorded(trace) else found.step)):
        if isinstance(line, int):
            many = "1 line is" if line == 1 else f"{line} lines are"
            talk.tell(f"({many} left out here; all of it: refinery traces show {trace.id[:12]})", "  ")
        else:
            talk.tell(f"{mark if line.broken else ''}{line.who}: {line.says}", "  ")


def show_diagnosis(talk: Talk, trace: Trace, found: Diagnosis) -> None:
    """Two sentences, and the quote that shows it."""
    from refinery.flows.session.conversation import said
    from refinery.flows.session.telling import in_two_sentences
    from refinery.flows.session.told import unrecorded

    talk.heading("What is wrong")
    if unrecorded(trace):
        talk.tell("Nobody recorded what the agent did, so that shows only when it is run here.")
        return
    talk.tell(" ".join(in_two_sentences(found)))
    for quote in found.evidence[:1]:
        span = trace.span(quote.span_id)
        talk.tell(f"It shows in these words of {span.tool or span.agent or span.name or 'the agent'}: “{said(quote.text)}”")
    for note in found.notes:
        talk.tell(f"Note: {note}")


def show_report(talk: Talk, report: Report, *, refused: bool = False) -> None:
    """What was tried, what became of it, and what it cost; `refused`: the person wanted none of what was found."""
    from refinery.cli.views import duration
    from refinery.flows.session.telling import attempted, plainly

    talk.heading("What was done")
    if not report.kept:
        talk.tell("Nothing else was found that mends it." if refused else plainly(report.says))
    for number, step in enumerate(report.steps, 1):
        talk.tell(attempted(step), f"  {number}. ")
    for note in report.notes:
        talk.tell(f"Note: {plainly(note)}")
    spent = report.bill
    known = sum(item.usd or 0.0 for item in spent.items)
    money = f"${known:.2f}" + ("; what the agent itself spends is not known" if spent.usd is None else "")
    talk.tell(f"It took {duration(spent.seconds)}, {spent.runs} runs of the agent, and {money}.")
