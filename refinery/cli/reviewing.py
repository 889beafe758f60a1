"""How fixes look on the terminal of the engineer who reviews them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from refinery.cli.views import BAD, DIM, GOOD, LONGEST, STRONG, duration, misses, one_line, verdict
from refinery.domain import Interval
from refinery.flows.dossier import Dossier
from refinery.flows.explain import Explained
from refinery.flows.past import FATES, Fate, when
from refinery.flows.story import Arm, Found, Gate, Runs, Spent, Story, Tried
from refinery.repo.entries import Entry

COLOURS = {Fate.KEPT: "yellow", Fate.ACCEPTED: GOOD, Fate.UNDONE: DIM, Fate.ELSEWHERE: DIM}
MOST_ROWS = 20
"""Scenarios that are listed one by one; those that passed every run are counted."""
MOST_NAMED = 12
ROOMY = 100
"""Columns from which a fix takes one line."""


def history(entries: Sequence[Entry], width: int) -> RenderableType:
    """The kept fixes; the name that `show`, `undo` and `redo` take stands on a line of its own, so that it can be copied."""
    if width >= ROOMY:
        table = Table(box=None, pad_edge=False, header_style=STRONG)
        for column in ("commit", "state", "kept", "fix"):
            table.add_column(column, no_wrap=column != "fix", overflow="fold")
        for each in entries:
            table.add_row(each.commit[:12], _fate(each), _day(each), Text(one_line(each.subject, LONGEST), STRONG))
            table.add_row("", "", "", Text(each.branch or each.slug, DIM))
        return table
    lines: list[RenderableType] = []
    for each in entries:
        lines.append(Text.assemble(f"{each.commit[:12]}  ", _fate(each), f"  {_day(each)}"))
        lines.append(Padding(Text(one_line(each.subject, LONGEST), STRONG, overflow="fold"), (0, 0, 0, 2), expand=False))
        lines.append(Text(f"  {each.branch or each.slug}", DIM, overflow="fold"))
    return Group(*lines)


def _fate(entry: Entry) -> Text:
    fate = FATES[entry.state]
    return Text(f"{fate:<9}", COLOURS[fate])


def _day(entry: Entry) -> str:
    return f"{datetime.fromtimestamp(when(entry)).astimezone():%Y-%m-%d %H:%M}"


def evidence(made: Dossier) -> RenderableType:
    """What was kept with a fix, or what a search came to that kept none."""
    told = made.story
    standing = Text(made.standing, BAD if made.standing.startswith("WARNING") else DIM)
    if told is None:
        return standing
    parts = [*_diagnosed(told.diagnosis), *_tried(told)]
    winner = told.decisive
    if winner and winner.gate:
        parts += [_title("The gate"), *_gate(winner.gate)]
    parts += [_title("The bill"), _below(_bill(told.usage))]
    return Group(*parts, *(_below(f"note: {note}", DIM) for note in told.notes), Text(), standing)


def _diagnosed(found: Found) -> Iterator[RenderableType]:
    yield _title("Diagnosis")
    where = "the trace shows no failure" if found.step is None else f"step {found.step}" + (f", {found.agent}" if found.agent else "")
    rows = [("happened", found.summary), ("expected", found.expected), ("where", where), ("layer", f"{found.layer}, {found.category}")]
    rows.append(("sure", f"{found.confidence:.0%}, {found.proof}, by {found.author}"))
    rows += [("quote", f"“{one_line(each.quote, 2 * LONGEST)}” (span {each.span_id})") for each in found.evidence]
    rows += [("or", f"step {each.step}: {each.says}") for each in found.alternatives[:3]]
    yield _facts(rows)


def _tried(told: Story) -> Iterator[RenderableType]:
    near = [] if told.kept else told.misses
    if not told.steps and not near:
        return
    yield _title("What was tried")
    if told.screened:
        yield _below(f"{told.screened} candidate edits were looked at" + ("; these came furthest:" if told.steps else "."), DIM)
    for number, each in enumerate(told.steps, 1):
        yield Text(f"  {number}. {each.hypothesis.change}", STRONG)
        yield from (Padding(each_line, (0, 0, 0, 5), expand=False) for each_line in _how_far(each))
    if near:
        yield Padding(Group(*misses([(each.change, each.cured, each.broke) for each in near])), (0, 0, 0, 2), expand=False)


def _how_far(each: Tried) -> Iterator[Text]:
    yield Text(one_line(each.hypothesis.rationale, 3 * LONGEST), DIM)
    for found in each.verdict.findings:
        place = f"{found.path}:{found.line}" if found.line else found.path
        yield Text(f"guard: {found.effect.replace('_', ' ')}: {found.rule}: {place}: {found.says}", "yellow")
    if each.approval:
        yield Text(f"{each.approval.by} said {each.approval.said} to this very change ({each.approval.at[:10]})")
    yield Text(each.says)


def _gate(judged: Gate) -> Iterator[RenderableType]:
    yield _below(judged.says)
    telling = [each for each in judged.arms if each.target or {*each.base, *each.candidate} != {"+"}]
    table = Table(box=None, pad_edge=False, header_style=STRONG)
    for column in ("scenario", "before", "", "after", ""):
        table.add_column(column, overflow="fold", no_wrap=column != "scenario")
    for each in telling[:MOST_ROWS]:
        mark = " (target)" if each.target else " (worse)" if each.scenario in judged.regressions else ""
        table.add_row(f"{each.scenario}{mark}", *_rate(each, "base"), *_rate(each, "candidate"))
    if telling:
        yield Padding(table, (0, 0, 0, 2), expand=False)
    quiet, more = len(judged.arms) - len(telling), max(0, len(telling) - MOST_ROWS) + judged.arms_left_out
    if quiet:
        yield _below(f"{quiet} other scenarios passed every run, before and after", DIM)
    if more:
        yield _below(f"{more} more are not listed", DIM)
    figures = ["effect not measured" if judged.effect is None else f"effect {judged.effect:+.2f}"]
    figures[0] += f" [{judged.interval[0]:.2f}, {judged.interval[1]:.2f}]" if judged.interval else ""
    figures += [f"{judged.trials} runs an arm", f"alpha {judged.alpha:.3g}"]
    figures += [] if judged.smallest_effect is None else [f"smallest effect it could show {judged.smallest_effect:.2f}"]
    figures += [] if judged.unseen_drop is None else [f"largest drop it could have missed {judged.unseen_drop:.0%}"]
    yield _below(", ".join(figures), DIM)


def _rate(runs: Runs, arm: Arm) -> tuple[Text, Text]:
    passed, counted = runs.rate(arm)
    if not counted:
        return Text("not measured", "yellow"), Text()
    return Text(f"{passed}/{counted}", GOOD if passed == counted else BAD), Text(_share(runs.interval(arm)), DIM)


def _share(interval: Interval | None) -> str:
    return f"{interval.low:.0%}-{interval.high:.0%}" if interval else ""


def _bill(spent: Spent) -> str:
    money = "price unknown" if spent.usd is None else f"${spent.usd:.2f}" if spent.usd >= 0.095 or not spent.usd else f"${spent.usd:.4f}"
    steps = ", ".join(f"{each.step} {duration(each.seconds)}" for each in spent.steps if each.seconds >= 0.05)
    tokens = spent.input_tokens + spent.output_tokens
    return f"{duration(spent.seconds)}, {spent.runs} agent runs, {tokens} tokens, {money}" + (f" ({steps})" if steps else "")


def explained(made: Explained) -> RenderableType:
    """A commit in about ten lines."""
    rows = [(each.about, each.says) for each in made.told]
    if made.touched.known:
        names = made.touched.scenarios
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        listed = f": {', '.join(names[:MOST_NAMED])}{more}" if 0 < len(names) < made.touched.of else ""
        rows.append(("reaches", f"{len(names)} of {made.touched.of} scenarios ({made.touched.says}){listed}"))
    elif made.touched.says:
        rows.append(("reaches", f"not known: {made.touched.says}"))
    if made.guard and not made.guard.findings:
        rows.append(("guard", "It has no objection."))
    lines: list[RenderableType] = [Text.assemble(f"{made.commit[:12]}  ", (one_line(made.subject, LONGEST), STRONG)), _facts(rows)]
    if made.guard and made.guard.findings:
        lines += [_below("guard", DIM), Padding(verdict(made.guard), (0, 0, 0, 4), expand=False)]
    return Group(*lines)


def _title(text: str) -> RenderableType:
    return Padding(Text(text, STRONG), (1, 0, 0, 0), expand=False)


def _below(text: str, style: str = "") -> RenderableType:
    return Padding(Text(text, style), (0, 0, 0, 2), expand=False)


def _facts(rows: Sequence[tuple[str, str]]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=DIM, max_width=10)
    grid.add_column(overflow="fold")
    for name, value in rows:
        if value:
            grid.add_row(name, Text(value))
    return Padding(grid, (0, 0, 0, 2), expand=False)
