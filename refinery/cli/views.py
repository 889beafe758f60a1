"""How the nouns look on a terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.box import HORIZONTALS
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from adapters.source import Receipt, Summary
from adapters.trace import Json, Kind, Span, Trace
from refinery.cli import show
from refinery.cli.checkup import Row
from refinery.domain import (
    WEIGHTS,
    Bill,
    BillItem,
    Checked,
    Decision,
    Depth,
    Diagnosis,
    Doubt,
    FailureGroup,
    GapKind,
    GateVerdict,
    Interval,
    Measure,
    Reliability,
    Report,
    ScenarioResult,
    Statement,
    Step,
    SuiteResult,
    Verification,
    World,
)
from refinery.flows.reach import told as told_reach
from refinery.flows.session import conversation
from safety.verdict import Effect, Verdict

if TYPE_CHECKING:
    from refinery.flows.generating import Generated, Tried
    from refinery.suite.audit import Audit
    from refinery.suite.generation.profile import Fact, Profile

BAD, GOOD, DIM, STRONG = "red", "green", "dim", "bold"
LONGEST = 160
NAMED = 24
"""Letters of a trace's name in a list."""
LEAST = 12
"""Columns below which a text is not worth its place in a list."""
MOST_DIFFERING = 10


def trace_tree(trace: Trace) -> RenderableType:
    """A trace as a tree with durations, failures and tokens."""
    children = trace.children()
    steps = {span.id: step for step, span in enumerate(trace.spans)}
    root = Tree(_heading(trace))
    stack = [(root, span) for span in reversed(children.get(None, ()))]
    while stack:
        branch, span = stack.pop()
        leaf = branch.add(_span_line(steps[span.id], span))
        stack.extend((leaf, child) for child in reversed(children.get(span.id, ())))
    return root


LEVELS = {
    Depth.WHAT: "what happened",
    Depth.HOW: "how: decision points",
    Depth.WHY: "why: strategy shifts",
    Depth.SURE: "confidence, by the agent's own words",
}


def trajectory(made: Sequence[Statement]) -> RenderableType:
    """A run's course, level by level; each line with the words that show it."""
    parts: list[RenderableType] = []
    for depth, title in LEVELS.items():
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style=DIM, no_wrap=True, justify="right")
        grid.add_column(overflow="fold")
        for each in made:
            if each.depth is depth:
                when = f"step {each.step}" + (f", {each.at_s:.1f} s" if each.at_s is not None else "")
                took = f" ({duration(each.seconds)})" if each.seconds is not None else ""
                says = f"{each.agent}: {each.says}" if each.agent else each.says
                grid.add_row(when, Text.assemble(f"{says}{took}\n", (f'"{one_line(each.quotes[0].text, 100)}"', DIM)))
        parts += [Text(title, STRONG), Padding(grid if grid.row_count else Text("nothing to be seen", DIM), (0, 0, 1, 2))]
    return Group(*parts)


def summaries(traces: Sequence[Summary], width: int) -> RenderableType:
    """The list of traces, each with what was asked as far as there is room for it."""
    rows = [
        (each.id[:16], one_line(each.name, NAMED), str(each.spans or ""), duration(each.seconds), "failed" if each.failed else "")
        for each in traces
    ]
    heads = ("trace", "name", "spans", "took", "")
    room = width - sum(max(map(show.cells, column)) + 2 for column in zip(heads, *rows, strict=True))
    table = _table(*heads)
    if room >= LEAST:
        table = _table(*heads[:2], "asked", *heads[2:])
        table.columns[2].max_width, table.columns[2].no_wrap, table.columns[2].overflow = room, True, "ellipsis"
    for each, (name, what, *rest, mark) in zip(traces, rows, strict=True):
        asked = one_line(conversation.said(each.attributes.get("task", "")), LONGEST)
        table.add_row(name, what, *((asked,) if room >= LEAST else ()), *rest, Text(mark, BAD))
    return table


def receipt(account: Receipt) -> RenderableType:
    """What was read, and what a reader should know about it."""
    total = Text(f"{account.traces} {_plural(account.traces, 'trace')}, {account.spans} {_plural(account.spans, 'span')}")
    rows: list[tuple[str, Text]] = []
    for name in ("truncated", "sampled", "expired", "orphaned", "not_understood", "left_out"):
        places: dict[str, list[str]] = {}
        for each in getattr(account, name):
            places.setdefault(each.says, []).append(each.where)
        rows += [(name.replace("_", " "), Text(_at(found, says), "yellow")) for says, found in places.items()]
    return Group(total, Padding(_facts(rows), (0, 0, 0, 2))) if rows else total


def _at(places: Sequence[str], says: str) -> str:
    """A remark with the first of its places; the rest are counted, and named in JSON."""
    return f"{places[0]}: {says}" + (f" (and in {len(places) - 1} more places)" if len(places) > 1 else "")


def diagnosis(found: Diagnosis) -> RenderableType:
    """A diagnosis in plain words, with the quotes that show it."""
    summary = Text(found.summary, STRONG)
    if not found.found:
        return (
            Group(summary, Padding(_facts([("note", Text(each, DIM)) for each in found.notes]), (0, 0, 0, 2))) if found.notes else summary
        )
    where = f"step {found.step}" + (f", {found.agent}" if found.agent else "")
    rows = [
        ("where", Text(f"{where} (span {found.span_id})")),
        ("layer", Text(f"{found.layer}, {found.category}")),
        ("expected", Text(found.expected)),
        ("sure", Text(f"{found.confidence:.0%}, {found.proof}" + (f", by {found.author}" if not found.by_rules else ""))),
        *((("put to the test", Text(found.replay.says)),) if found.replay else ()),
    ]
    rows += [(str(each.level), Text(each.says)) for each in found.observations]
    rows += [("differs", Text(f"{GAPS[gap.kind]}: {gap.says}")) for gap in found.gaps]
    rows += [
        ("code", Text(f"{place.path}:{place.line}" + (f" in {place.function}" if place.function else ""))) for place in found.places[:3]
    ]
    rows += [("quote", Text(f"“{one_line(quote.text, LONGEST)}”", "cyan")) for quote in found.evidence[:3]]
    rows += [("or", Text(f"step {other.step}: {one_line(other.says, 100)}", DIM)) for other in found.alternatives[:3]]
    rows += [("around", Text(each, DIM)) for each in found.surroundings]
    rows += [("asked", Text(f"{each.asks} {each.answer or each.why}", DIM if each.answer else "yellow")) for each in found.questions]
    rows += [("note", Text(each, DIM)) for each in found.notes]
    if found.bill.tokens:
        rows.append(("cost", Text(bill(found.bill).removeprefix("bill: "), DIM)))
    return Group(summary, Padding(_facts(rows), (0, 0, 0, 2)))


def recorded(world: World) -> str:
    """What a recorded world holds, in one line."""
    counts = Counter(call.tool for call in world.calls)
    return ", ".join(f"{tool} ({count})" for tool, count in counts.items())


def clusters(groups: Sequence[FailureGroup], alone: int, looked: int, notes: Sequence[str]) -> RenderableType:
    """Groups of failures, the largest first, each with an example to look at."""
    lines: list[RenderableType] = []
    for each in groups:
        lines.append(Text.assemble(f"{len(each.traces):>4}  ", (each.name, STRONG)))
        since = f", since {datetime.fromtimestamp(each.onset_ns / 1e9, UTC):%Y-%m-%d %H:%M} UTC" if each.onset_ns is not None else ""
        if each.path:
            lines.append(Text(f"      {' > '.join(each.path)}", DIM))
        lines.append(Text(f"      {each.id}{since}, for example {each.traces[0]}", DIM, overflow="fold"))
    rest = f"{alone} failed like no other; " if alone else ""
    lines.append(Text(f"{rest}{looked} {_plural(looked, 'trace')} looked at", DIM))
    return Group(*lines, *(Text(note, DIM) for note in notes))


GAPS = {GapKind.BEHAVIOUR: "it did something else", GapKind.MISSING: "it lacked something", GapKind.ASSUMPTION: "it took for granted"}


DUE = {"agent": "the agent", "judge": "the judge", "tool": "a tool", "infrastructure": "this machine"}
"""Who is behind a difference in outcome."""


def verdict(judged: Verdict) -> RenderableType:
    """The guard's answer with its reasons."""
    colour = {Effect.ALLOW: GOOD, Effect.NEEDS_APPROVAL: "yellow", Effect.BLOCK: BAD}
    lines = [Text(str(judged.effect).replace("_", " "), f"bold {colour[judged.effect]}")]
    for each in judged.findings:
        place = f"{each.path}:{each.line}" if each.line else each.path
        lines.append(Text(f"  {each.rule}: {place}: {each.says}", colour[each.effect]))
    return Group(*lines)


def gate(judged: GateVerdict) -> RenderableType:
    """The gate's verdict in one sentence, then its figures."""
    return Group(Text(judged.says), _figures(judged))


def _figures(judged: GateVerdict) -> RenderableType:
    figures = [
        f"effect {_signed(judged.effect)} {bounds(judged.interval)}".rstrip(),
        f"{judged.trials} runs an arm",
        f"alpha {judged.alpha:.3g}",
    ]
    if judged.smallest_effect is not None:
        figures.append(f"smallest effect it could show {judged.smallest_effect:.2f}")
    return Padding(Text(", ".join(figures), DIM), (0, 0, 0, 2))


def checked(made: Checked) -> RenderableType:
    """The decision on a range of commits: the guard's findings, the gate's verdict, what was run and what it cost."""
    colour = {Decision.ACCEPT: GOOD, Decision.REJECT: BAD, Decision.NOT_ENOUGH: DIM}
    lines: list[RenderableType] = [Text(f"{made.decision}: {made.says}", colour[made.decision])]
    if made.guard.findings:
        lines.append(verdict(made.guard))
    if made.gate:
        lines += [_figures(made.gate) if made.gate.says in made.says else gate(made.gate), _flips(made.gate)]
    lines += [Text(f"  {note}", DIM) for note in made.notes]
    return Group(*lines, Text(bill(made.bill), DIM))


def _flips(judged: GateVerdict) -> RenderableType:
    """Scenarios whose outcome differs between the arms, or within one."""
    if not judged.flips:
        return Group()
    return table(
        ("scenario", "base", "head", "due to"),
        [(flip.scenario, flip.before, flip.after, DUE.get(flip.cause, flip.cause)) for flip in judged.flips],
    )


_FINDERS = {"model": "the model", "search": "search"}


def step(number: int, taken: Step) -> RenderableType:
    """One hypothesis and how far it came."""
    head = Text.assemble((f"{number}. {taken.hypothesis.change}", STRONG), (f"  (found by {_FINDERS[taken.hypothesis.origin]})", DIM))
    lines: list[RenderableType] = [head, _below(taken.hypothesis.rationale, DIM)]
    if taken.hypothesis.cites:
        lines.append(_below(f"It leans on: {'; '.join(taken.hypothesis.cites)}", DIM))
    if not taken.verdict.allowed:
        lines.append(Padding(verdict(taken.verdict), (0, 0, 0, 3)))
    if taken.gate:
        lines.append(Padding(gate(taken.gate), (0, 0, 0, 3)))
    if taken.impact:
        lines.append(_below(f"What it reaches: {told_reach(taken.impact)}", DIM))
    lines.append(_below(taken.says))
    return Group(*lines)


def _below(text: str, style: str = "") -> RenderableType:
    return Padding(Text(text, style), (0, 0, 0, 3))


def report(made: Report) -> RenderableType:
    """What a fix came to."""
    lines: list[RenderableType] = [diagnosis(made.diagnosis), Text()]
    for number, each in enumerate(made.steps, 1):
        lines.append(step(number, each))
    if made.steps:
        lines.append(Text())
    lines.append(Text(made.says, GOOD if made.kept else "yellow"))
    if made.also:
        lines.append(Text(f"also cured: {', '.join(made.also)}", GOOD))
    if made.misses and not made.kept:
        lines += misses(tuple((each.change, each.cured, each.broke) for each in made.misses))
    for doubt in made.doubts:
        lines += doubted(doubt)
    lines += [Text(f"note: {each}", DIM) for each in made.notes]
    lines.append(Text(bill(made.bill), DIM))
    return Group(*lines)


def doubted(doubt: Doubt) -> Iterator[RenderableType]:
    """An input on which cures part, what each of them answers, and the scenario that would decide, to be copied."""
    from refinery.domain import Expectation, Scenario
    from refinery.suite.names import slug
    from refinery.suite.writing import write

    asked = doubt.input if isinstance(doubt.input, str) else json.dumps(doubt.input, ensure_ascii=False)
    yield Text(f"They part here: {'' if doubt.code else one_line(asked, LONGEST)}")
    if doubt.code:
        yield Padding(Text(asked, overflow="fold"), (0, 0, 0, 2), expand=False)
    for number, each in enumerate(doubt.answers, 1):
        yield Padding(Text(f"{number}. answers {one_line(each.answer, LONGEST)}", overflow="fold"), (0, 0, 0, 2), expand=False)
        for change in each.changes or ("as it answers now",):
            yield Padding(Text(change, DIM, overflow="fold"), (0, 0, 0, 5), expand=False)
    if doubt.code:
        yield Text("Which is right? Write a test that says so, and run fix again.")
        return
    yield Text("Which answer is right? Add this to your scenarios, with the right answer in it, and run fix again:")
    deciding = Scenario(slug(asked), doubt.input, (Expectation("equals", doubt.answers[0].answer),))
    yield Padding(Text(write(deciding).rstrip(), overflow="fold"), (0, 0, 0, 2), expand=False)


def misses(nearest: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> Iterator[RenderableType]:
    """The edits that came nearest to a cure: what each is in words, what it cured, and what it broke."""
    yield Text("These came nearest:")
    for change, cured, broke in nearest:
        yield Padding(Text(f"- {change}", overflow="fold"), (0, 0, 0, 2), expand=False)
        yield Padding(Text(f"cured {', '.join(cured)}; broke {', '.join(broke)}", DIM, overflow="fold"), (0, 0, 0, 4), expand=False)


def verification(made: Verification) -> RenderableType:
    """Whether a fix does what it claims: the answer, the claim beside what was measured, and each point of the evidence."""
    colour = "yellow" if made.holds is None else GOOD if made.holds else BAD
    claimed, measured = made.claimed, made.measured
    figures = _table("", "claimed", "measured now")
    figures.add_row("decision", claimed.decision, str(measured.decision) if measured else "")
    figures.add_row("effect", _bounded(claimed.effect, claimed.interval), _bounded(measured.effect, measured.interval) if measured else "")
    figures.add_row("runs an arm", str(claimed.trials or ""), str(measured.trials) if measured else "")
    figures.add_row("alpha", f"{claimed.alpha:.3g}" if claimed.alpha else "", f"{measured.alpha:.3g}" if measured else "")
    marks = {True: Text("ok", GOOD), False: Text("no", BAD), None: Text("?", "yellow")}
    points = Table.grid(padding=(0, 2))
    points.add_column(no_wrap=True)
    points.add_column(style=DIM, no_wrap=True)
    points.add_column(overflow="fold")
    for point in made.integrity:
        points.add_row(marks[point.ok], point.name, Text(point.says))
    name = Text.assemble(f"{made.commit[:12]}  ", (made.subject, STRONG), f"  ({', '.join(filter(None, (made.state, made.branch)))})")
    lines: list[RenderableType] = [Text(made.says, colour), Text(), name, Padding(figures, (0, 0, 1, 2)), Padding(points, (0, 0, 1, 2))]
    lines += [Text(f"note: {each}", DIM) for each in made.notes]
    return Group(*lines, Text(bill(made.bill), DIM))


def _bounded(effect: float | None, interval: Interval | None) -> str:
    return f"{_signed(effect)} {bounds(interval)}".rstrip()


def complaint(name: str, says: str, made: Report) -> RenderableType:
    """One complaint and what it came to, short."""
    rows = [("expert", Text(one_line(says, 2 * LONGEST))), ("failed", Text(one_line(made.diagnosis.summary, 2 * LONGEST)))]
    rows += [("tried", Text(each.hypothesis.change)) for each in made.steps[-1:]]
    rows += [("gate", Text(one_line(each.gate.says, 3 * LONGEST))) for each in made.steps[-1:] if each.gate]
    rows.append(("kept", Text(f"branch {made.kept.branch}", GOOD)) if made.kept else ("refused", Text(made.says, "yellow")))
    rows.append(("bill", Text(bill(made.bill).removeprefix("bill: "), DIM)))
    return Group(Text(name, STRONG), Padding(_facts(rows), (0, 0, 1, 2)))


def before_and_after(rows: Iterable[tuple[str, str, str, Report]]) -> RenderableType:
    """The agent's answer to each complaint, before and after."""
    table = Table(box=HORIZONTALS, show_edge=False, pad_edge=False, header_style=STRONG)
    for column in ("complaint", "before", "after", "commit"):
        table.add_column(column, overflow="fold", no_wrap=column in ("complaint", "commit"))
    for name, before, after, made in rows:
        commit = Text(made.kept.commit.id[:10], GOOD) if made.kept else Text("not fixed", "yellow")
        table.add_row(Text(name), *(Text(one_line(said, 120)) for said in apart(before, after)), commit)
    return table


def apart(before: str, after: str) -> tuple[str, str]:
    """Two answers reduced to what differs between them, where both are JSON objects; else what was said in each.

    A long beginning that both share is left out, but for the words just before they part.
    """
    old, new = _object(before), _object(after)
    keys = [key for key in new if old.get(key) != new[key]] if old else []
    if not keys:
        return _spoken(before), _spoken(after)
    was, now = "; ".join(str(old.get(key, "")) for key in keys), "; ".join(str(new[key]) for key in keys)
    shared = next((place for place, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
    start = was.rfind(" ", 0, max(0, shared - 25)) + 1
    return (f"…{was[start:]}", f"…{now[start:]}") if start > 25 else (was, now)


def _spoken(answer: str) -> str:
    """The longest text of a JSON object, which is what was said; anything else as it is."""
    return max((value for value in _object(answer).values() if isinstance(value, str)), key=len, default=answer)


def _object(answer: str) -> dict[str, Json]:
    try:
        parsed = json.loads(answer)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def suite(result: SuiteResult) -> RenderableType:
    """Every scenario with its pass rate and the reason of its first failure; then the reliability score."""
    table = _table("scenario", "passed", "95 %", "why not")
    for each in result.scenarios:
        table.add_row(each.id, _rate(each), bounds(each.interval), Text(one_line(_why_not(each), 90), BAD))
    notes = [Text(f"note: {each}", DIM) for each in result.notes]
    return Group(table, Text(), _reliability(result.reliability), *_repeated(result), *notes, Text(bill(result.bill), DIM))


def profile(found: Profile) -> RenderableType:
    """What an agent is taken to be, each thing with where it was read."""
    lines: list[RenderableType] = [Text(found.job.says or "nobody says what job it is hired to do", STRONG)]
    sections = (("what it can do", found.capabilities), ("what has to be true", found.assumptions))
    for title, facts in (*sections, ("what it leans on", found.dependencies), ("what its prompts say", found.rules)):
        if facts:
            lines += [Text(), Text(title, STRONG), *(_read_at(each) for each in facts)]
    if found.tools:
        tools = _table("tool", "takes", "does")
        for each in found.tools:
            takes = ", ".join(f"{one.name}{'' if one.required else '?'}" for one in each.parameters)
            tools.add_row(each.name, takes, Text("changes something" if each.changes else "looks", BAD if each.changes else ""))
        lines += [Text(), tools]
    if found.inputs:
        given = _table("input", "kind", "for example")
        for field in found.inputs:
            example = ", ".join(one_line(json.dumps(value, ensure_ascii=False), 40) for value in field.examples[:2])
            given.add_row(f"{field.name or '(all of it)'}{'' if field.required else '?'}", field.kind, example)
        lines += [Text(), given]
    return Group(*lines, *(Text(f"note: {note}", DIM) for note in found.notes))


def _read_at(fact: Fact) -> RenderableType:
    """What is so, then where it was read: a long path takes no room from the text."""
    says = Text.assemble(fact.says, "  ", (fact.where, DIM), overflow="fold")
    return Padding(says, (0, 0, 0, 2))


def generated(found: Generated, tried: Mapping[str, Tried]) -> RenderableType:
    """Each made-up scenario: what it is after, what it asks, what it checks, what it came to, and what is left to a person."""
    lines: list[RenderableType] = []
    for number, each in enumerate(found.made, 1):
        rated = each.quality
        parts = f"relevance {rated.relevance:.1f}, specificity {rated.specificity:.1f}"
        parts += f", distinctness {rated.distinctness:.1f}, executability {rated.executability:.1f}"
        rows = [("tries", Text(f"{each.pattern or 'something of its own'}: {each.scenario.assumption}"))]
        rows.append(("asks", Text(one_line(json.dumps(each.scenario.input, ensure_ascii=False), LONGEST))))
        checks = "; ".join(one_line(f"{one.name}: {json.dumps(one.value, ensure_ascii=False)}", 70) for one in each.scenario.expect)
        rows.append(("checks", Text(checks)))
        if came := tried.get(each.scenario.id):
            rows.append(
                ("came to", Text(f"a find: {came.says}", BAD) if came.find else Text(came.says, GOOD if came.attempt.passed else DIM))
            )
        rows += [("fill in", Text(each.fill, "yellow"))] if each.fill else []
        rows.append(("rated", Text(f"{rated.score:.1f} of 6: {parts}", DIM)))
        lines.append(Text(f"{number}. {each.scenario.id}", STRONG))
        lines.append(Padding(_facts(rows), (0, 0, 0, 3)))
    finds = sum(each.find for each in tried.values())
    if tried:
        lines.append(Text(f"{finds} of {len(tried)} show something that somebody should look at", BAD if finds else GOOD))
    return Group(*lines, *(Text(f"note: {note}", DIM) for note in found.notes), Text(bill(found.bill), DIM))


def audit(made: Audit) -> RenderableType:
    """How a judge compares with people and with itself, and where they differ."""
    figures = made.agreement
    kappa, around = figures.kappa, figures.kappa_interval()
    rates = _table("", "share", "95 %", "of")
    rows = (
        ("agrees with people", figures.accuracy),
        ("passes what people fail", figures.wrongly_passed),
        ("fails what people pass", figures.wrongly_failed),
        *((("says something else when asked again", made.flips),) if made.times > 1 else ()),
    )
    for name, share in rows:
        known = share.value is not None
        rates.add_row(
            name, f"{share.value:.0%}" if known else "not measured", bounds(share.interval) if known else "", f"{share.count}/{share.of}"
        )
    rates.add_row("kappa (agreement beyond chance)", "not defined" if kappa is None else f"{kappa:.2f}", bounds(around), str(figures.total))
    lines: list[RenderableType] = [Text(made.judge, STRONG), rates]
    for each in made.differing[:MOST_DIFFERING]:
        people, judge = ("pass" if said else "fail" for said in (each.people, each.judge))
        lines.append(Text(f"row {each.row}: people say {people}, the judge says {judge}: {one_line(each.says, LONGEST)}", DIM))
    if (more := len(made.differing) - MOST_DIFFERING) > 0:
        lines.append(Text(f"and {more} more: --json shows all", DIM))
    return Group(*lines, *(Text(f"note: {note}", DIM) for note in made.notes), Text(bill(made.bill), DIM))


def _why_not(result: ScenarioResult) -> str:
    for tried in result.attempts:
        if not tried.passed:
            unmet = [check.says or check.check for check in tried.checks if not check.passed]
            return "; ".join(unmet) or tried.says
    return ""


def _rate(result: ScenarioResult) -> Text:
    counted = [attempt for attempt in result.attempts if attempt.counts]
    passed = sum(attempt.passed for attempt in counted)
    if not counted:
        return Text("not measured", "yellow")
    return Text(f"{passed}/{len(counted)}", GOOD if passed == len(counted) else BAD)


def _reliability(scores: Reliability) -> RenderableType:
    """The score with its parts: what each counts for, how sure it is, and how much was seen."""
    table = _table("reliability", "counts for", "score", "95 %", "seen")
    table.add_row("overall", "", *_measured(scores.overall))
    for name, measure in scores.dimensions.items():
        table.add_row(name.replace("_", " "), f"{scores.weights[name]:.0%}", *_measured(measure))
    missing = [name.replace("_", " ") for name, weight in scores.weights.items() if not weight]
    if not missing or len(missing) == len(scores.weights):
        return table
    usual = ", ".join(f"{name.replace('_', ' ')} {weight:.0%}" for name, weight in WEIGHTS.items())
    says = f"nothing was seen of {', '.join(missing)}, so the others count for more than usual ({usual})"
    return Group(table, Text(says, DIM))


def _measured(measure: Measure) -> tuple[str, str, str]:
    value = "not measured" if measure.value is None else f"{measure.value:.0%}"
    return value, bounds(measure.interval), str(measure.observations)


def score(result: SuiteResult) -> RenderableType:
    """The reliability of an agent alone, without its scenarios."""
    runs = sum(len(each.attempts) for each in result.scenarios)
    lost = sum(not attempt.counts for each in result.scenarios for attempt in each.attempts)
    counted = f"; {lost} of them say nothing about the agent, and do not count" if lost else ""
    head = f"{len(result.scenarios)} {_plural(len(result.scenarios), 'scenario')}, {runs} {_plural(runs, 'run')}{counted}"
    notes = (Text(f"note: {each}", DIM) for each in result.notes)
    return Group(Text(head), Text(), _reliability(result.reliability), *_repeated(result), *notes, Text(bill(result.bill), DIM))


def _repeated(result: SuiteResult) -> list[RenderableType]:
    """pass^k, where scenarios were run more than once."""
    curve = ", ".join(f"{share:.0%}" if k == 1 else f"{k}: {share:.0%}" for k, share in enumerate(result.pass_all, 1))
    return [Text(f"that runs pass every time (pass^k) 1: {curve}")] if len(result.pass_all) > 1 else []


def _facts(rows: Iterable[tuple[str, Text]]) -> RenderableType:
    """Names and values in two columns, the second wrapped beside the first."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=DIM, no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return grid


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> RenderableType:
    """A plain table. The first column is there to be copied, and is not broken; one in which nothing stands is left out."""
    filled = list(rows)
    shown = [place for place in range(len(columns)) if not filled or any(row[place] for row in filled)]
    drawn = _table(*(columns[place] for place in shown))
    drawn.columns[0].no_wrap = True
    for row in filled:
        drawn.add_row(*(row[place] for place in shown))
    return drawn


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style=STRONG)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _heading(trace: Trace) -> Text:
    heading = Text(trace.id, STRONG)
    if trace.name:
        heading.append(f"  {one_line(trace.name, 60)}")
    if trace.task:
        heading.append(f"\n{one_line(trace.task, LONGEST)}", DIM)
    used = trace.usage
    if used.input_tokens is not None or used.output_tokens is not None:
        heading.append(f"\n{used.input_tokens or 0} tokens in, {used.output_tokens or 0} out", DIM)
        if used.cost_usd is not None:
            heading.append(f", {_dollars(used.cost_usd)}", DIM)
    for said in trace.feedback:
        value = said.label or ("" if said.value is None else f"{said.value:g}")
        about = f"(span {said.span_id})" if said.span_id else ""
        words = " ".join(word for word in (said.name, value, about, said.comment) if word)
        heading.append(f"\n{one_line(words, LONGEST)}", BAD if said.bad else GOOD)
    for remark in trace.remarks:
        heading.append(f"\n{one_line(remark, LONGEST)}", "yellow")
    return heading


def _span_line(number: int, span: Span) -> Text:
    step = Text(f"{number:>3} ", DIM, no_wrap=True, overflow="ellipsis")
    name = span.tool or span.name or span.agent
    who = f"{span.agent} " if span.agent and span.agent != name else ""
    step.append(str(span.kind) if span.kind is not Kind.UNKNOWN else "span", "cyan")
    step.append(f" {who}{one_line(name, 60)}", STRONG)
    if span.seconds is not None:
        step.append(f"  {duration(span.seconds)}", DIM)
    if span.usage.input_tokens is not None or span.usage.output_tokens is not None:
        step.append(f"  {span.usage.input_tokens or 0}→{span.usage.output_tokens or 0} tokens", DIM)
    if span.failed:
        failure = span.failure
        step.append("  " + one_line(f"{failure.type}: {failure.message}" if failure else "error", 100), BAD)
    elif span.output:
        step.append(f"  {one_line(span.output, 70)}")
    return step


def one_line(text: str, longest: int) -> str:
    """The text on one line, cut with an ellipsis; control characters are shown, not obeyed."""
    flat = show.harmless(" ".join(text.split())[: longest + 1])
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.1f} min"


def bounds(interval: Interval | None) -> str:
    return "" if interval is None else f"[{interval.low:.2f}, {interval.high:.2f}]"


def bill(spent: Bill) -> str:
    """The bill in one line: the whole, then its steps, with the tokens and the money of those that took any."""
    steps = ", ".join(_item(item) for item in spent.items if item.seconds >= 0.05 or item.output_tokens)
    whole = f"{duration(spent.seconds)}, {spent.runs} agent runs, {spent.tokens} tokens, {_money(spent)}"
    return f"bill: {whole}" + (f" ({steps})" if steps else "")


def _item(item: BillItem) -> str:
    paid = f" for {item.input_tokens} tokens in, {item.output_tokens} out, {_dollars(item.usd)}" if item.output_tokens else ""
    return f"{item.step} {duration(item.seconds)}{paid}"


def _money(spent: Bill) -> str:
    """What is known is said, also where something is not: the price of an agent's own calls often is not."""
    if spent.usd is not None:
        return _dollars(spent.usd)
    known = sum(item.usd or 0.0 for item in spent.items)
    missing = ", ".join(dict.fromkeys(item.step for item in spent.items if item.usd is None))
    return f"{_dollars(known)}, not counting the {missing}, whose price is unknown" if known else "price unknown"


def _dollars(usd: float | None) -> str:
    if usd is None:
        return "price unknown"
    return f"${usd:.2f}" if usd >= 0.095 or not usd else f"${usd:.4f}"


def _signed(effect: float | None) -> str:
    return "not measured" if effect is None else f"{effect:+.2f}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def checkup(rows: Sequence[Row]) -> RenderableType:
    """What the doctor found; below each row that is not fine, how to mend it."""
    colours = {"ok": GOOD, "warn": "yellow", "bad": BAD}
    lines: list[RenderableType] = []
    for row in rows:
        said = Table.grid(padding=(0, 1))
        said.add_column(width=4)
        said.add_column(width=13)
        said.add_column(overflow="fold")
        said.add_row(Text(row.state, colours[row.state]), row.name, Text(one_line(row.says, LONGEST)))
        lines.append(said)
        if row.mend:
            lines.append(Padding(Text(f"-> {row.mend}"), (0, 0, 0, 5)))
    return Group(*lines)
