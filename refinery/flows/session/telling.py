"""A diagnosis and a fix in the words of somebody who knows what the agent should have said, and needs not know how it is built."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.trace import Trace
from refinery.domain import Attempt, Diagnosis, GateVerdict, Hypothesis, Layer, Step
from refinery.flows.session.conversation import said, short
from refinery.signals.diagnosis import UNCLEAR
from refinery.workbench import Question
from safety.changes import ChangeSet

SEATS = {
    Layer.PROMPT: "in what the agent is told to do",
    Layer.CONTEXT: "in the material the agent was given to answer from",
    Layer.MODEL: "in what the language model made of it",
    Layer.ORCHESTRATION: "in the order in which the agent does things, or in what one part hands to the next",
    Layer.TOOL: "in a tool that the agent uses",
    Layer.CODE: "in the program of the agent",
    Layer.CONFIG: "in a setting of the agent",
}
SURE = ((0.75, "Refinery is fairly sure of this"), (0.4, "this is likely, and not certain"), (0.0, "this is a guess"))
WORDS = {
    "the base commit": "the agent as it is now",
    "the base": "the agent as it is now",
    "the gate": "the comparison",
    "the guard": "the safety check",
    "candidate edits": "changes",
    "scenarios": "cases",
    "scenario": "case",
    "commit": "change",
    "hypotheses": "ideas",
    "on branch": "under the name",
    "branch": "name",
    "--ask-again asks anew": "`refinery fix --ask-again` asks anew",
}
"""What the other parts of Refinery say, to people who know the tools, and how it is said here."""
JARGON = re.compile("|".join(rf"(?<![\w/-]){re.escape(word)}(?![\w/-])" for word in WORDS))
STEP = re.compile(r"Step \d+(?: \([^()]*\))?: ")
SMALL, MEDIUM = 5, 25
"""Changed lines up to which a change is small, or medium."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the agent behaved in one case, before and after a change."""

    case: str
    before: str
    after: str
    passed: tuple[str, str]
    """How often it was right, before and after, as `0 of 5`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A fix as behaviour."""

    cured: tuple[Behaviour, ...]
    worse: tuple[Behaviour, ...]
    """Cases that were right more often before, though not so often that the comparison speaks of harm."""
    others: int
    """Further cases that were compared."""
    likelihood: str
    risk: str
    effort: str


def is_shown(found: Diagnosis, trace: Trace) -> bool:
    """Whether the run shows which step went wrong: a rule saw something there, or there is no other step that it could be."""
    return found.category != UNCLEAR or len(trace.spans) == 1


def in_two_sentences(found: Diagnosis) -> tuple[str, str]:
    """What happened, and where that lies and how sure it is."""
    happened = _sentence(STEP.sub("", found.summary, count=1))
    if not found.found:
        return happened, "No step of it stands out as the one that went wrong."
    sure = next(says for least, says in SURE if found.confidence >= least)
    return happened, f"The cause lies {SEATS[found.layer]}; {sure}."


def offer(question: Question) -> Offer:
    """What a change does, from the runs that compared the agent with and without it."""
    gate = question.gate
    if gate is None:
        return Offer((), (), 0, "unknown: it was not tried", _risk(question, None), _effort(question.changes))
    before, after = _by_case(gate.attempts.get("base", ())), _by_case(gate.attempts.get("candidate", ()))
    cases = {case: _behaviour(case, before[case], after.get(case, [])) for case in before}
    cured = tuple(cases[case] for case in gate.targets if case in cases)
    rest = [case for case in cases if case not in gate.targets]
    worse = tuple(cases[case] for case in rest if _rate(after.get(case, [])) < _rate(before[case]))
    runs = [attempt for case in gate.targets for attempt in after.get(case, ()) if attempt.counts]
    right = sum(attempt.passed for attempt in runs)
    level = "high" if runs and right == len(runs) else "medium"
    likelihood = f"{level}: with the change the agent was right in {right} of {len(runs)} tries"
    return Offer(cured, worse, len(rest), likelihood, _risk(question, gate), _effort(question.changes))


def why(question: Question) -> tuple[str, ...]:
    """The reasons for a change, a paragraph each."""
    told = [f"Why it should help: {_sentence(plainly(question.hypothesis.rationale))}"]
    if question.hypothesis.risks:
        told.append(f"What may go wrong: {_sentence(question.hypothesis.risks)}")
    if question.hypothesis.cites:
        told.append(f"It leans on: {'; '.join(question.hypothesis.cites)}")
    told.append(f"What the comparison says: {_sentence(plainly(question.says))}")
    if question.gate and question.gate.unseen_drop:
        told.append(f"What it cannot rule out: that some case now goes wrong in up to {question.gate.unseen_drop:.0%} of all tries.")
    return tuple(told)


def attempted(step: Step) -> str:
    """One change that was tried, and what became of it."""
    worse = f" (it got worse at: {', '.join(step.gate.regressions)})" if step.gate and step.gate.regressions else ""
    return f"{step.hypothesis.change}: {plainly(step.says)}{worse}"


def note_of_no(hypothesis: Hypothesis, reason: str) -> str:
    """What memory keeps of a fix that the expert did not want."""
    return f"{hypothesis.change}. The expert said no" + (f": {reason}" if reason else "")


def plainly(text: str) -> str:
    """The same without the words of the trade."""
    return JARGON.sub(lambda found: WORDS[found[0]], text)


def _risk(question: Question, gate: GateVerdict | None) -> str:
    findings, files = len(question.verdict.findings), len(_own(question.changes))
    level = "low" if gate and not findings and files == 1 and _lines(question.changes) <= SMALL else "medium"
    because = [f"{files} {'file changes' if files == 1 else 'files change'}"]
    because += [f"the safety check had {findings} {'remark' if findings == 1 else 'remarks'}"] if findings else []
    return f"{level}: {', '.join(because)}" + (f"; {question.hypothesis.risks}" if question.hypothesis.risks else "")


def _effort(changes: ChangeSet) -> str:
    lines = _lines(changes)
    level = "small" if lines <= SMALL else "medium" if lines <= MEDIUM else "large"
    return f"{level}: {lines} {'line' if lines == 1 else 'lines'} to look at"


def _own(changes: ChangeSet) -> list[tuple[str, str]]:
    """Texts of the agent's files; the new test case that comes with a fix changes no behaviour."""
    own = [each for each in changes if each.before is not None or not each.path.endswith((".yaml", ".yml"))]
    return [(each.before or "", each.after or "") for each in own]


def _lines(changes: ChangeSet) -> int:
    import difflib

    count = 0
    for before, after in _own(changes):
        for tag, a, b, c, d in difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes():
            count += max(b - a, d - c) if tag != "equal" else 0
    return count


def _by_case(attempts: Sequence[Attempt]) -> Mapping[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        found.setdefault(attempt.scenario, []).append(attempt)
    return found


def _behaviour(case: str, before: Sequence[Attempt], after: Sequence[Attempt]) -> Behaviour:
    """One try stands for each side: the first wrong one where a side was ever wrong and the other is better, else the first."""
    falls = _rate(after) < _rate(before)
    was, now = _example(before, falls), _example(after, not falls)
    return Behaviour(case, was, now, (_share(before), _share(after)))


def _example(attempts: Sequence[Attempt], passed: bool) -> str:
    shown = next((attempt for attempt in attempts if attempt.passed == passed), attempts[0] if attempts else None)
    if shown is None:
        return "not tried"
    return said(shown.output) if shown.output.strip() else short(f"no answer: {shown.says}")


def _share(attempts: Sequence[Attempt]) -> str:
    counted = [attempt for attempt in attempts if attempt.counts]
    return f"{sum(attempt.passed for attempt in counted)} of {len(counted)}"


def _rate(attempts: Sequence[Attempt]) -> float:
    counted = [attempt for attempt in attempts if attempt.counts]
    return sum(attempt.passed for attempt in counted) / len(counted) if counted else 0.0


def _sentence(text: str) -> str:
    told = short(text, 600)
    return told if told.endswith((".", "!", "?", "…", "。")) else f"{told}."
