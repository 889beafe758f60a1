"""What the relay saw of an attempt, told by its outcome: model calls as spans, what they cost, and why one of them was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapters import messages, notation
from adapters.gather import task_of
from adapters.trace import Failure, Json, Kind, Message, Span, Status, Trace, Usage, in_order
from refinery.domain import Cause
from refinery.llm.wires import Api, heard, said
from refinery.suite.outcome import Outcome
from refinery.suite.relay import Ledger, Relayed

REPEATED = "its model calls got the recorded answers of an earlier trial again"
SPENT = "the run's budget for the agent's model calls was spent"


def told(outcome: Outcome, ledger: Ledger, trace_id: str) -> Outcome:
    """The outcome with what the relay knows of it. `trace_id` is the name of a trace, should there be none yet."""
    asked = [call for call in ledger.calls if call.call.api is not Api.OTHER]
    if asked:
        outcome = replace(outcome, trace=_with_calls(outcome.trace, asked, trace_id), counted=_sum(asked))
    elif ledger.unrecorded or ledger.over:
        outcome = replace(outcome, counted=Usage(0, 0, 0.0))  # its first call was refused
    replayed = any(call.replayed for call in ledger.calls)
    void = REPEATED if replayed and all(call.repeated for call in ledger.calls if call.replayed) else ""
    outcome = replace(outcome, recorded=replayed, void=void)
    if outcome.cause is Cause.INFRASTRUCTURE:
        return outcome
    if ledger.unrecorded:
        return replace(outcome, cause=Cause.UNRECORDED, says=ledger.unrecorded)
    if ledger.over:
        spent = SPENT if ledger.whose == "run" else ""
        return replace(outcome, cause=Cause.BUDGET, says=ledger.over, void=spent)
    if ledger.broken and outcome.cause in (Cause.EXIT, Cause.TIMEOUT):
        return replace(outcome, cause=Cause.INFRASTRUCTURE, says=f"the agent's model could not be asked: {ledger.broken}")
    return outcome


def _sum(calls: Sequence[Relayed]) -> Usage:
    """Unknown as soon as one of them is."""
    tokens = [call.tokens for call in calls]
    known = [each for each in tokens if each is not None]
    costs = [call.usd for call in calls if call.usd is not None]
    whole = len(known) == len(tokens)
    return Usage(
        sum(each.input for each in known) if whole else None,
        sum(each.output for each in known) if whole else None,
        sum(costs) if len(costs) == len(calls) else None,
    )


def _with_calls(trace: Trace | None, calls: Sequence[Relayed], trace_id: str) -> Trace:
    """The trace with the calls in it, unless the agent told of its model calls itself."""
    if trace is None:
        spans = tuple(_span(number, call) for number, call in enumerate(calls))
        return Trace(trace_id, spans, name=spans[0].name, task=task_of(spans, spans[0]))
    if any(span.kind is Kind.LLM for span in trace.spans):
        return trace
    added = [_under(_span(number, call), trace.spans) for number, call in enumerate(calls)]
    return replace(trace, spans=in_order((*trace.spans, *added)))


def _under(span: Span, others: Sequence[Span]) -> Span:
    """Beneath the innermost step that was going on."""
    around = [
        other
        for other in others
        if other.start_ns is not None and other.end_ns is not None and other.start_ns <= (span.start_ns or 0) <= other.end_ns
    ]
    return replace(span, parent_id=max(around, key=lambda other: other.start_ns or 0).id) if around else span


def _span(number: int, made: Relayed) -> Span:
    given, answered = _read(heard(made.call)), _read(said(made.call, made.reply))
    error = notation.fields(notation.fields(made.reply).get("error"))
    failed = made.status >= 400
    tokens = made.tokens
    attributes: dict[str, Json] = {"refinery.relayed": made.call.path, "http.status": made.status}
    if made.replayed:
        attributes["refinery.replayed"] = True
    return Span(
        id=f"relayed-{number}",
        name=made.call.model or made.call.path,
        kind=Kind.EMBEDDING if made.call.api is Api.EMBEDDINGS else Kind.LLM,
        model=made.call.model,
        start_ns=made.began_ns,
        end_ns=made.ended_ns,
        status=Status.ERROR if failed else Status.OK,
        failure=Failure(str(made.status), notation.word(error.get("message")) or f"status {made.status}") if failed else None,
        input=given[-1].content if given else "",
        output="\n".join(message.content for message in answered if message.content),
        input_messages=given,
        output_messages=answered,
        usage=Usage(tokens.input if tokens else None, tokens.output if tokens else None, made.usd),
        attributes=attributes,
    )


def _read(turns: list[Json]) -> tuple[Message, ...]:
    return tuple(each.message for each in messages.read_all(turns) or ())
