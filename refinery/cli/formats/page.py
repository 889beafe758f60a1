"""A report as one HTML file that needs nothing else: no network, no script, readable in the dark, on paper and by ear."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import jinja2
from markupsafe import Markup

from refinery.cli.formats import picture
from refinery.cli.show import harmless
from refinery.flows.dossier import Dossier
from refinery.flows.story import Quoted, Run, Story, Tellable
from refinery.repo.patch import stat
from refinery.version import VERSION

PAGES = Path(__file__).parent / "pages"
MARK = "<!-- A report of Refinery"
"""How the file begins, after its doctype; only such a file is written over."""
MOST_LINES = 2_000
"""Lines of the diff."""
WIDEST = 2_000
"""Letters of one line of it."""
COMPARED = 400
"""Letters of a line up to which it is compared with its counterpart word by word."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff, in pieces; every second piece is what differs from its counterpart."""

    kind: str
    """`head`, `place`, `added`, `removed` or `same`."""
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A step before and the same step after; None where one run has no such step."""

    before: Tellable | int | None
    after: Tellable | int | None
    differs: bool
    broken: bool = False


def page(made: Dossier) -> str:
    """The whole file."""
    css = (PAGES / "report.css").read_text(encoding="utf-8")
    whole = (
        _room()
        .get_template("report.html.j2")
        .render(
            made=made,
            told=made.story,
            seen=_seen(made.story) if made.story else None,
            files=stat(made.patch) if made.patch else (),
            diff=list(_diff(made.patch)),
            cut=max(0, made.patch.count("\n") - MOST_LINES),
            css=Markup(css),
            style=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
            mark=Markup(MARK),
            version=VERSION,
        )
    )
    return whole.encode("utf-8", "replace").decode()


def _room() -> jinja2.Environment:
    """Everything printed is escaped, and what a reader would not see as it is (overrides of direction, control characters) is spelt out."""
    room = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) or not isinstance(value, str) else harmless(value),
    )
    room.filters |= {"took": took, "money": _money, "quoted": quoted}
    return room


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a story is worked out before it is drawn."""

    rates: picture.Rates | None
    growth: picture.Growth | None
    course: picture.Course | None
    pairs: tuple[tuple[str, Run | None, Run | None, tuple[Beside, ...], picture.Course | None], ...]
    quotes: tuple[tuple[Quoted, int | None], ...]
    """Each with the step in the transcript where it stands; None where that step is not told."""


def _seen(told: Story) -> Seen:
    gate = told.decisive.gate if told.decisive else None
    runs = told.transcripts
    steps = {each.span_id: each.step for each in runs.failed.told} if runs else {}
    broken = next((each for each in runs.failed.told if each.broken), None) if runs else None
    pairs = tuple(
        (each.scenario, each.before, each.after, tuple(beside(each.before, each.after, broken)), picture.course(each.after or Run()))
        for each in (runs.pairs if runs else ())
    )
    return Seen(
        rates=picture.rates(gate) if gate and gate.arms else None,
        growth=picture.growth(gate, runs.shared if runs else False) if gate else None,
        course=picture.course(runs.failed) if runs else None,
        pairs=pairs,
        quotes=tuple((quote, steps.get(quote.span_id)) for quote in told.diagnosis.evidence),
    )


def beside(before: Run | None, after: Run | None, broken: Tellable | None = None) -> Iterator[Beside]:
    """Two runs side by side, the same steps in one row; in the first the step is marked that is the like of the broken one."""
    old, new = before.steps if before else [], after.steps if after else []
    bad = _like(before.told if before else [], broken)
    matcher = SequenceMatcher(None, [_called(each) for each in old], [_called(each) for each in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            for left, right in zip(old[a:b], new[c:d], strict=True):
                yield Beside(left, right, _differ(left, right), left is bad)
            continue
        for place in range(max(b - a, d - c)):
            was = old[a + place] if a + place < b else None
            now = new[c + place] if c + place < d else None
            yield Beside(was, now, True, was is not None and was is bad)


def _called(each: Tellable | int) -> tuple[object, ...]:
    return (each,) if isinstance(each, int) else (each.kind, each.name, each.depth)


def _differ(one: Tellable | int, other: Tellable | int) -> bool:
    if isinstance(one, int) or isinstance(other, int):
        return one != other
    return (one.input, one.output, one.failure) != (other.input, other.output, other.failure)


def _like(steps: Sequence[Tellable], broken: Tellable | None) -> Tellable | None:
    """The step of another run of the same kind and name; of several the one at the same place, or the first."""
    alike = [each for each in steps if broken and (each.kind, each.name) == (broken.kind, broken.name)]
    return next((each for each in alike if broken and each.step == broken.step), alike[0] if alike else None)


def quoted(text: str, quotes: Sequence[Quoted]) -> Markup:
    """A text with what is quoted from it marked; both are escaped."""
    places = sorted((at, at + len(each.quote)) for each in quotes if each.quote and (at := text.find(each.quote)) >= 0)
    made, done = Markup(), 0
    for start, end in places:
        if start >= done:
            made += Markup("{}<mark>{}</mark>").format(harmless(text[done:start]), harmless(text[start:end]))
            done = end
    return made + harmless(text[done:])


def took(seconds: float | None) -> str:
    """How long something lasted."""
    if seconds is None:
        return ""
    if seconds < 0.0005:
        return "under 1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _money(usd: float | None) -> str:
    return "unknown" if usd is None else f"${usd:.2f}" if usd >= 0.095 or not usd else f"${usd:.4f}"


def _diff(patch: str) -> Iterator[Line]:
    lines = patch.split("\n")[:MOST_LINES]
    place, inside = 0, False
    while place < len(lines):
        line = lines[place]
        if line.startswith("diff --git "):
            inside = False
            yield Line("head", (_short(line),))
        elif line.startswith("@@"):
            inside = True
            yield Line("place", (_short(line),))
        elif inside and line.startswith("-"):
            gone, place = _block(lines, place, "-")
            come, place = _block(lines, place, "+")
            yield from _changed(gone, come)
            continue
        elif inside and line.startswith("+"):
            yield Line("added", (_short(line),))
        elif line:
            yield Line("same" if inside else "head", (_short(line),))
        place += 1


def _block(lines: Sequence[str], place: int, sign: str) -> tuple[list[str], int]:
    start = place
    while place < len(lines) and lines[place].startswith(sign):
        place += 1
    return [_short(line) for line in lines[start:place]], place


def _changed(gone: Sequence[str], come: Sequence[str]) -> Iterator[Line]:
    """As many lines as before: each is compared with its counterpart, word by word."""
    if len(gone) != len(come) or max(map(len, (*gone, *come))) > COMPARED:
        yield from (Line("removed", (line,)) for line in gone)
        yield from (Line("added", (line,)) for line in come)
        return
    parts = [_apart(old[1:], new[1:]) for old, new in zip(gone, come, strict=True)]
    yield from (Line("removed", (f"-{first[0]}", *first[1:])) for first, _ in parts)
    yield from (Line("added", (f"+{second[0]}", *second[1:])) for _, second in parts)


def _apart(old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both texts in pieces that are by turns in both and in one of them alone."""
    a, b = re.findall(r"\w+|\s+|.", old), re.findall(r"\w+|\s+|.", new)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < 0.4:
        return (old,), (new,)
    left, right = [""], [""]
    for kind, i, j, k, m in matcher.get_opcodes():
        for pieces, words in ((left, a[i:j]), (right, b[k:m])):
            if (len(pieces) % 2 == 0) is (kind == "equal"):
                pieces.append("")
            pieces[-1] += "".join(words)
    return tuple(left), tuple(right)


def _short(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[:WIDEST]}… ({len(line) - WIDEST:,} more letters)"
