"""The text of a pull request: what a reviewer has to know of a fix, short enough for every code host."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Sequence

from refinery.cli.formats.quoting import code, fenced, plain
from refinery.flows.dossier import Dossier
from refinery.flows.story import Found, Gate, Pair, Runs, Spent, Story, Tried
from refinery.repo.patch import stat

LIMIT = 60_000
"""Letters; code hosts take some 65,000."""
MOST_ROWS = 30
MOST_TRIED = 10
SENTENCE, ANSWER, PATCH = 1_200, 1_500, 24_000
"""Letters of one sentence of a report, of one answer, and of the diff."""
WIDE = 100
"""Columns of a block; a longer line would have to be scrolled."""
DECISIONS = {"accept": "accepted", "reject": "rejected", "not-enough-evidence": "not enough evidence"}
FIRST_TO_GO = ("The diff", "What else was tried", "Before and after", "How the scenarios went", "What it cost")


def body(made: Dossier, limit: int = LIMIT) -> str:
    """The whole text. What is too long is left out, the diff first, and said in its place."""
    sections = dict(_sections(made))
    for title in FIRST_TO_GO:
        if len(_joined(sections)) <= limit:
            break
        if title in sections:
            size = len(sections[title])
            sections[title] = f"Left out here, for this text would be too long with it ({size:,} letters): `refinery show --html` has it."
    return _joined(sections)


def _joined(sections: dict[str, str]) -> str:
    return "\n\n".join(f"## {title}\n\n{text}" if title else text for title, text in sections.items()) + "\n"


def _sections(made: Dossier) -> Iterator[tuple[str, str]]:
    told = made.story
    if told is None:
        yield from _untold(made)
        return
    if made.standing.startswith("WARNING"):
        yield "", f"**{plain(made.standing)}**"
    yield "What failed", "\n\n".join(_failed(told.diagnosis, told))
    winner = told.decisive
    if winner:
        yield "What was changed", "\n\n".join(_changed(made, winner))
    pairs = told.transcripts.pairs if told.transcripts else []
    if pairs and told.transcripts:
        yield "Before and after", "\n\n".join(_pairs(pairs, told.transcripts.pairs_left_out))
    if winner and winner.gate:
        yield "Why it is believed", "\n\n".join(_believed(winner, winner.gate))
        if winner.gate.arms:
            yield "How the scenarios went", "\n".join(_rows(winner.gate))
    if refused := told.refused:
        yield "What else was tried", "\n".join(_refused(refused, told.screened))
    if made.patch:
        yield "The diff", f"<details><summary>The diff</summary>\n\n{fenced(made.patch, 'diff', PATCH)}\n\n</details>"
    if made.entry is None:
        yield "What came of it", plain(told.says, 2 * SENTENCE)
    yield "What it cost", _cost(told.usage)
    yield ("Check it, or take it back" if made.entry else "Where this is from"), "\n\n".join(_check(made))


def _untold(made: Dossier) -> Iterator[tuple[str, str]]:
    """A fix whose evidence is not here: its own message has to do."""
    if made.entry:
        yield "What its message says", fenced(made.entry.message, longest=10 * SENTENCE)
        yield "What was changed", "\n".join(_files(made.patch))
        yield "The diff", f"<details><summary>The diff</summary>\n\n{fenced(made.patch, 'diff', PATCH)}\n\n</details>"
    yield "Check it, or take it back", "\n\n".join(_check(made))


def _failed(found: Found, told: Story) -> Iterator[str]:
    if found.expected:
        yield f"**What should have happened:** {plain(found.expected, SENTENCE)}"
    yield f"**What happened:** {plain(found.summary, SENTENCE)}"
    if found.step is not None:
        by = "" if found.author == "rules" else f", by {plain(found.author, 80)}"
        where = f"step {found.step}" + (f" of {code(found.agent, longest=80)}" if found.agent else "")
        sure = f"{found.confidence:.0%} sure, {plain(found.proof, 40)}{by}"
        yield f"It went wrong in {where}: {plain(found.layer, 40)}, {plain(found.category, 80)} ({sure})."
    if found.evidence:
        yield f"The trace {code(found.trace_id, longest=80)} shows it:"
    for quote in found.evidence[:3]:
        yield fenced(f"{_filled(quote.quote, SENTENCE)}\n— span {quote.span_id[:80]}")
    if not found.evidence and told.before:
        yield "\n".join(f"- {plain(each.scenario, 120)}: {plain(each.says, SENTENCE)}" for each in told.before[:3])


def _changed(made: Dossier, winner: Tried) -> Iterator[str]:
    idea = winner.hypothesis
    found_by = {"search": "found by search, without a model", "model": "proposed by a model"}.get(idea.origin, plain(idea.origin, 40))
    yield f"**{plain(idea.change, SENTENCE)}** ({found_by})"
    yield f"{plain(idea.rationale, 2 * SENTENCE)}"
    if idea.example:
        yield f"**Before and after:** {plain(idea.example, SENTENCE)}"
    if idea.risks:
        yield f"**Risks:** {plain(idea.risks, SENTENCE)}"
    if idea.cites:
        yield f"It leans on: {plain('; '.join(idea.cites), SENTENCE)}"
    if files := list(_files(made.patch)):
        yield "\n".join(files)


def _files(patch: str) -> Iterator[str]:
    files = stat(patch) if patch else ()
    if files:
        yield "| file | lines |\n|---|---|"
    yield from (f"| {code(file.path, cell=True, longest=200)} | +{file.added} -{file.removed} |" for file in files[:MOST_ROWS])
    if len(files) > MOST_ROWS:
        yield f"| and {len(files) - MOST_ROWS} more | |"


def _pairs(pairs: Sequence[Pair], left_out: int) -> Iterator[str]:
    for each in pairs:
        yield f"Scenario {code(each.scenario, longest=120)}, one run on the base and one with the change:"
        for word, run in (("before", each.before), ("after", each.after)):
            if run:
                answer = run.output or run.says or "(no answer)"
                yield fenced(f"{word} ({'passed' if run.passed else 'failed'}):\n{_filled(answer, ANSWER)}")
    if left_out:
        yield f"{left_out} more scenarios of the same failure are not shown here."


def _believed(winner: Tried, gate: Gate) -> Iterator[str]:
    yield f"The gate: **{DECISIONS.get(gate.decision, plain(gate.decision, 40))}**. {plain(gate.says, 2 * SENTENCE)}"
    figures = []
    if gate.effect is not None:
        bounds = f" (95 % interval {gate.interval[0]:+.2f} to {gate.interval[1]:+.2f})" if gate.interval else ""
        figures.append(f"effect {gate.effect:+.2f}{bounds}")
    figures += [f"{gate.trials} runs an arm", f"error rate held to {gate.alpha:.3g}"]
    if gate.smallest_effect is not None:
        figures.append(f"smallest effect these runs could have shown {gate.smallest_effect:.2f}")
    if gate.unseen_drop is not None:
        figures.append(f"a drop of up to {gate.unseen_drop:.0%} in a scenario that always passed could have gone unseen")
    yield "; ".join(figures).capitalize() + "."
    findings = [
        f"- {plain(each.rule, 40)}: {code(each.path, longest=200)}: {plain(each.says, SENTENCE)}" for each in winner.verdict.findings
    ]
    if not findings:
        yield "The guard had no objection."
    else:
        who = f", and {plain(winner.approval.by, 120)} approved this very change" if winner.approval else ""
        yield "\n".join([f"The guard said {plain(winner.verdict.verdict.replace('_', ' '), 40)}{who}:", "", *findings[:MOST_ROWS]])


def _rows(gate: Gate) -> Iterator[str]:
    telling = [each for each in gate.arms if each.target or {*each.base, *each.candidate} != {"+"}]
    quiet = len(gate.arms) - len(telling)
    columns = ["scenario", "before", "after", *([] if gate.deterministic else ["95 % before", "95 % after"])]
    yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    for each in telling[:MOST_ROWS]:
        mark = " (target)" if each.target else " (**worse**)" if each.scenario in gate.regressions else ""
        cells = [_rate(each, "base"), _rate(each, "candidate")]
        cells += [] if gate.deterministic else [_bounds(each, "base"), _bounds(each, "candidate")]
        yield f"| {code(each.scenario, cell=True, longest=120)}{mark} | {' | '.join(cells)} |"
    more = max(0, len(telling) - MOST_ROWS) + gate.arms_left_out
    if quiet:
        yield f"\n{quiet} other scenarios passed every run, before and after."
    if more:
        yield f"\n{more} more are not listed."


def _rate(runs: Runs, arm: str) -> str:
    passed, counted = runs.rate("base" if arm == "base" else "candidate")
    return f"{passed}/{counted}" if counted else "not measured"


def _bounds(runs: Runs, arm: str) -> str:
    found = runs.interval("base" if arm == "base" else "candidate")
    return f"{found.low:.0%} to {found.high:.0%}" if found else ""


def _refused(refused: Sequence[Tried], screened: int) -> Iterator[str]:
    for number, each in enumerate(refused[:MOST_TRIED], 1):
        objections = "".join(f" [{plain(found.rule, 40)}: {plain(found.says, 300)}]" for found in each.verdict.findings[:3])
        yield f"{number}. **{plain(each.hypothesis.change, 300)}**: {plain(each.says, SENTENCE)}{objections}"
    if len(refused) > MOST_TRIED:
        yield f"\nAnd {len(refused) - MOST_TRIED} more."
    if screened:
        yield f"\n{screened} candidate edits were looked at once; these, and the one above, came furthest."


def _cost(spent: Spent) -> str:
    money = "price unknown" if spent.usd is None else f"${spent.usd:.2f}"
    steps = "; ".join(f"{plain(each.step, 40)} {each.seconds:.1f} s" for each in spent.steps if each.seconds >= 0.05)
    tokens = spent.input_tokens + spent.output_tokens
    return f"{spent.runs} agent runs, {tokens} tokens, {money}, {spent.seconds:.1f} s" + (f" ({steps})" if steps else "")


def _check(made: Dossier) -> Iterator[str]:
    if made.name:
        name = shlex.quote(made.name)
        yield fenced(
            f"refinery verify {name}    # reads the evidence again, and runs the gate once more\n"
            f"refinery show {name} --html report.html\n"
            f"refinery undo {name}      # takes it back, also after it was merged",
            "sh",
        )
    yield plain(made.standing)


def _filled(text: str, longest: int) -> str:
    """Lines that need no scrolling; the words are left as they are."""
    cut = text if len(text) <= longest else f"{text[:longest]}… ({len(text) - longest:,} more letters left out)"
    return "\n".join(
        part for line in cut.splitlines() for part in textwrap.wrap(line, WIDE, replace_whitespace=False, break_on_hyphens=False) or [""]
    )
