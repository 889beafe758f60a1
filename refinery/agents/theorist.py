"""The theorist: a model that may look around in the repository is asked for hypotheses; what does not fit the files goes back once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from adapters.trace import Trace
from knowledge.passage import Passage
from refinery.agents.answer import SCHEMA, read_answer
from refinery.agents.background import GUIDES, RUN, Background, Search, told
from refinery.agents.diagnosed import SURE, excerpt_diagnosis
from refinery.agents.excerpt import excerpt_failures, excerpt_files, excerpt_passing, excerpt_trace, names
from refinery.agents.lookaround import TOOLS as FILES
from refinery.agents.lookaround import LookAround
from refinery.agents.loop import Limits, Talk, again, talk
from refinery.agents.prompting import fenced, prompt
from refinery.domain import Attempt, Bill, BillItem, Diagnosis, Hypothesis, Layer, Scenario, Step
from refinery.edits.codemap import CodeMap
from refinery.edits.draft import draft
from refinery.edits.forms import read_forms
from refinery.events import Event, Say
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, Message, ModelError, Request, Stop, Tool

MAX_TOKENS = 24_000
"""Room for thinking too, which counts as output."""
PURPOSE = "theorist"
MOST_OF_AN_EDIT = 2_000
"""Characters of an earlier edit that are told again."""
MOST_RUNS = 5
CONCLUDE = Tool("propose", "Gives the hypotheses, and ends the search for them.", SCHEMA)
"""The one place where the shape of the answer is stated: it would be paid for again in the prompt, and as the schema of a reply."""
LIMITS = Limits(rounds=8, tokens=240_000)
"""How long the model may look around before it answers."""
TEXT_SUFFIXES = frozenset({".md", ".txt", ".jinja", ".jinja2", ".j2", ".prompt", ".tmpl", ".mustache"})
CONFIG_SUFFIXES = frozenset({".yaml", ".yml", ".toml", ".json", ".ini", ".cfg"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the theorist came to."""

    hypotheses: tuple[Hypothesis, ...]
    """In the order in which they are worth trying; every edit fits the files it was given."""
    bill: Bill
    notes: tuple[str, ...] = ()
    """What was cut, dropped, corrected or could not be had."""


@dataclass(frozen=True, slots=True)
class _Round:
    """One reply, sifted."""

    sound: tuple[Hypothesis, ...]
    complaints: tuple[str, ...]
    missing: str
    doubts: str
    talk: Talk
    notes: tuple[str, ...] = ()


def propose(
    llm: LLM,
    diagnosis: Diagnosis,
    trace: Trace | None,
    sources: Mapping[str, str],
    advice: Sequence[Passage],
    say: Say,
    limit: int = 5,
    *,
    failures: Sequence[Attempt] = (),
    suite: Sequence[Scenario] = (),
    passing: Sequence[Scenario] = (),
    closed: Sequence[str] = (),
    tried: Sequence[Step] = (),
    search: Search = lambda _: (),
) -> Proposal:
    """Up to `limit` hypotheses. Raises ModelError or BudgetSpent when not even a first answer can be had.

    `sources` are the files the model may look at and change, by path; where they are too many, those that speak of the failure are shown.
    `failures` are attempts that failed on the base, at scenarios of the `suite`; `passing` are those that must go on passing. `closed`
    are files that nobody may change; `tried` are hypotheses that did not make it, with what was found against them.
    `search` finds more advice, where the model asks for it.
    """
    request, notes = _request(diagnosis, trace, sources, advice, limit, failures, suite, passing, closed, tried)
    act = Background(LookAround(CodeMap(sources)), trace, search)
    first = _ask(llm, request, sources, act, say)
    if first.talk.reply.stop is Stop.REFUSAL:
        return Proposal((), first.talk.bill, (*notes, "the model declined to answer"))
    rounds = [first]
    lost: BillItem | None = None
    if first.talk.failed:
        notes = (*notes, f"the model's looking around broke off: {first.talk.failed}")
    elif first.complaints:
        say(Event(PURPOSE, f"the answer does not fit in {len(first.complaints)} places; asking once more", 1, 2))
        wrong = prompt("again", complaints="\n".join(f"- {says}" for says in first.complaints))
        try:
            rounds.append(_ask(llm, again(first.talk, wrong), sources, act, say))
        except (ModelError, BudgetSpent) as error:
            lost = error.spent if isinstance(error, ModelError) else None
            notes = (*notes, f"the model could not be asked again: {error}")
    return _proposal(rounds, diagnosis, (*advice, *act.found.values()), notes, limit, lost)


def _request(
    diagnosis: Diagnosis,
    trace: Trace | None,
    sources: Mapping[str, str],
    advice: Sequence[Passage],
    limit: int,
    failures: Sequence[Attempt],
    suite: Sequence[Scenario],
    passing: Sequence[Scenario],
    closed: Sequence[str],
    tried: Sequence[Step],
) -> tuple[Request, tuple[str, ...]]:
    checks = [check.says for attempt in failures for check in attempt.checks if not check.passed]
    tools = [span.tool for span in trace.spans] if trace else []
    run, files = excerpt_trace(trace, diagnosis, failures), excerpt_files(sources, diagnosis, " ".join((*checks, *tools)))
    whole = files.whole and run.whole
    red, green = excerpt_failures(failures, suite), excerpt_passing(passing)
    case = prompt(
        "case",
        diagnosis=excerpt_diagnosis(diagnosis, bool(checks)),
        failures=red.text or "The diagnosis above; no scenario was run yet.",
        passing=green.text or "No scenario passes yet.",
        trace=run.text,
        files=files.text,
        closed=fenced("files that cannot be changed", names(closed)) if closed else "None.",
        advice="\n\n".join(map(told, advice)) or "None.",
        tried="\n".join(map(_tried, tried)) or "Nothing yet.",
        closing="Conclude." if whole else "Look around where you have to, then conclude.",
    )
    offered = (*(() if files.whole else FILES), GUIDES, *(() if run.whole else RUN), CONCLUDE)
    system = prompt("theorist", limit=str(limit), looking="" if whole else prompt("looking"))
    request = Request(system, (Message("user", case),), offered, max_tokens=MAX_TOKENS, purpose=PURPOSE)
    return request, (*red.notes, *run.notes, *files.notes)


def _tried(step: Step) -> str:
    edits = [f"--- {edit.path}\n{_marked('-', edit.old)}{_marked('+', edit.new)}".rstrip() for edit in step.hypothesis.edits]
    found = [f"guard: {finding.rule}, {finding.path}: {finding.says}" for finding in step.verdict.findings]
    unmet = [f"scenario {each.scenario} with the change: {each.says}" for each in _failing(step)]
    return fenced("hypothesis that did not make it", "\n".join([step.hypothesis.change, *edits, f"outcome: {step.says}", *found, *unmet]))


def _marked(mark: str, text: str) -> str:
    return "".join(f"{mark} {line}\n" for line in text[:MOST_OF_AN_EDIT].splitlines())


def _failing(step: Step) -> list[Attempt]:
    """One failed run with the change for each scenario."""
    ran = step.gate.attempts.get("candidate", ()) if step.gate else ()
    return list({each.scenario: each for each in reversed(ran) if not each.passed}.values())[:MOST_RUNS]


def _ask(llm: LLM, request: Request, sources: Mapping[str, str], act: Background, say: Say) -> _Round:
    talked = talk(llm, request, act, CONCLUDE.name, LIMITS, say)
    reply = talked.reply
    concluded = talked.ending(CONCLUDE.name)
    if talked.failed:
        return _Round((), (), "", "", talked)
    answer = read_answer(json.dumps(concluded.arguments) if concluded else reply.text)
    complaints = list(answer.complaints)
    if reply.stop is Stop.LENGTH:
        complaints.append("it was cut for its length: be shorter, with fewer hypotheses")
    sound: list[Hypothesis] = []
    notes: list[str] = []
    for hypothesis in answer.hypotheses:
        forms = read_forms(hypothesis.edits, sources.get)
        misfits = forms.misfits or draft(forms.edits, sources.get).misfits
        if misfits:
            complaints += [f"hypothesis `{hypothesis.change}`, {misfit.path}: {misfit.says}" for misfit in misfits]
        else:
            sound.append(replace(hypothesis, edits=forms.edits))
            notes += forms.notes
    return _Round(tuple(sound), tuple(complaints), answer.missing, answer.doubts, talked, tuple(notes))


def _proposal(
    rounds: list[_Round], diagnosis: Diagnosis, advice: Sequence[Passage], notes: tuple[str, ...], limit: int, lost: BillItem | None
) -> Proposal:
    found = list(notes)
    by_edits: dict[object, Hypothesis] = {}
    for each in reversed(rounds):  # the later answer is the better word for the same edits
        for hypothesis in each.sound:
            by_edits.setdefault(hypothesis.edits, hypothesis)
    last = rounds[-1]
    found += [f"dropped, since it still does not fit: {says}" for says in last.complaints]
    if last.missing and not by_edits:
        found.append(f"the model sees no honest fix: {last.missing}")
    if last.doubts:
        found.append(f"the model's doubts: {last.doubts}")
    known = {passage.id: f"{passage.id}: {passage.title}" for passage in advice}
    hypotheses: list[Hypothesis] = []
    for hypothesis in by_edits.values():
        layer = _true_layer(hypothesis)
        if layer is not hypothesis.layer:
            found.append(
                f"`{hypothesis.change}` is said to work on the layer {hypothesis.layer}, but edits only {layer} files: counted as {layer}"
            )
        hypotheses.append(replace(hypothesis, layer=layer, cites=_known(hypothesis.cites, known)))
    hypotheses.sort(key=lambda hypothesis: _worth(hypothesis, diagnosis))
    if len(hypotheses) > limit:
        found.append(f"{len(hypotheses) - limit} hypotheses beyond the limit of {limit} were left out")
    found += [note for each in rounds for note in each.notes]
    looked = sum(each.talk.looked for each in rounds)
    if looked:
        found.append(f"the model looked {looked} times into the repository before it answered")
    spent = [*(item for each in rounds for item in each.talk.items), *([lost] if lost else [])]
    return Proposal(tuple(hypotheses[:limit]), Bill(tuple(spent)), tuple(found))


def _known(cites: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """What was really given as advice, by id and title; a model may name it by either or both."""
    named = {**{label: label for label in known.values()}, **known}
    return tuple(dict.fromkeys(named[cite] for cite in cites if cite in named))


def _true_layer(hypothesis: Hypothesis) -> Layer:
    """A prompt rule stays one whatever it is called; so does a value in a configuration file that is called code."""
    suffixes = {PurePosixPath(edit.path).suffix.lower() for edit in hypothesis.edits}
    if suffixes <= TEXT_SUFFIXES and hypothesis.layer in (Layer.CODE, Layer.TOOL, Layer.ORCHESTRATION, Layer.CONFIG, Layer.MODEL):
        return Layer.PROMPT
    if suffixes <= CONFIG_SUFFIXES and hypothesis.layer is Layer.CODE:
        return Layer.CONFIG
    return hypothesis.layer


def _worth(hypothesis: Hypothesis, diagnosis: Diagnosis) -> tuple[bool, float, int]:
    """Right layer first: prompt rules come last unless the prompt is, or may well be, where it went wrong; then by likelihood and size."""
    last_resort = hypothesis.layer is Layer.PROMPT and diagnosis.layer is not Layer.PROMPT and diagnosis.confidence >= SURE
    return last_resort, -hypothesis.confidence, sum(len(edit.old) + len(edit.new) for edit in hypothesis.edits)
