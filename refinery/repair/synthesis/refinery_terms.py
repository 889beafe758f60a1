"""Which other expressions could stand where one stands, in runs of the user's code: it stands beside that code, in a tree of its own.

The standard library alone, Python 3.8 and newer. `refinery.repair.synthesis.places` writes calls of `here` and `pair` into functions; each
has a number, its site. Wherever one is reached, expressions of what is in scope there are made and worked out: names, fields of records
and of objects, lengths, and one step with any of them. Told are those that can be worked out each time, and whether they came to
something else.
"""

from __future__ import annotations

import datetime
import decimal
import importlib
import itertools
import json
import operator
import sys
import time
import types
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are not evaluated, so they may be younger than 3.8
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import Any

    Atom = tuple[str, Any]
    Term = tuple[str, str, str, Callable[[], Any]]
    """Its kind, its text with `OWN` for what stands there now, the atom in it, and how it is worked out."""

OWN = "\0"
TURNS = 12
"""Times that a site is looked at in one run."""
ATOMS = 40
FIELDS = 16
"""Fields of one record or object."""
HELPERS = 12
LETTERS = 200
"""Letters of a text that is taken for an ingredient."""
SIGNS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
WAITS = 0x2A0
"""Flags of the code of functions that make a generator, or wait."""
INNER = ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>", "<lambda>")
SIDES = "sides "
"""What the text of a comparison begins with that is made with both sides; the rest is the step that each takes."""
STEPS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("int({})", int),
    ("float({})", float),
    ("len({})", len),
    ("sorted({})", sorted),
    ("set({})", set),
    ("abs({})", abs),
    ("{}.lower()", operator.methodcaller("lower")),
    ("{}.strip()", operator.methodcaller("strip")),
)
DATES = (datetime.date, datetime.time, datetime.timedelta)


class State:
    """What this process is about."""

    def __init__(self) -> None:
        self.on = False
        self.until = 0.0
        """When no more is worked out."""
        self.wanted: dict[int, Collection[str]] | None = None
        """The texts that are looked at, by site; None for all."""
        self.shaken = -1
        """The site at which something quite different is tried: whether the answer hangs on it."""
        self.turns: dict[int, int] = {}
        self.rows: dict[int, dict[str, list[Any]]] = {}
        """By site and text: the kind, the atom, how often it could be worked out, and how often it came to something else."""


state = State()


def here(site: int, own: Any) -> Any:
    """What an expression came to."""
    if state.on:
        _look(site, own, None, sys._getframe(1))
    return _shaken(own) if site == state.shaken else own


def pair(site: int, sign: str, left: Any, right: Any) -> Any:
    """What a comparison came to."""
    own = SIGNS[sign](left, right)
    if state.on and isinstance(own, bool):
        _look(site, own, (sign, left, right), sys._getframe(1))
    return _shaken(own) if site == state.shaken else own


def _look(site: int, own: Any, both: tuple[str, Any, Any] | None, frame: types.FrameType) -> None:
    turn = state.turns[site] = state.turns.get(site, 0) + 1
    if turn > TURNS or time.monotonic() > state.until or (state.wanted is not None and site not in state.wanted):
        return
    state.on = False  # what helpers of the user's run is not looked at
    try:
        rows = state.rows.setdefault(site, {})
        asked = state.wanted[site] if state.wanted is not None else None if turn == 1 else rows.keys()
        for kind, text, atom, made in _terms(own, both, frame):
            if asked is not None and text not in asked:
                continue
            try:
                new = made()
            except Exception:  # noqa: BLE001  the user's code raises what it likes
                continue
            if _alike(own, new):
                row = rows.setdefault(text, [kind, atom, 0, 0])
                row[2] += 1
                row[3] += not _same(own, new)
    finally:
        state.on = True


def _shaken(own: Any) -> Any:
    """Something of the same kind that nobody would take for it."""
    if isinstance(own, bool):
        return not own
    if isinstance(own, (int, float, decimal.Decimal)):
        return own * 3 + 7
    return own + "~?" if isinstance(own, str) else own[:0] if isinstance(own, (list, tuple)) else own


def _alike(own: Any, new: Any) -> bool:
    """Whether one may stand where the other does."""
    if own is None or new is None or isinstance(own, bool) or isinstance(new, bool):
        return own is None or type(own) is type(new)
    if _is_number(own):
        return _is_number(new)
    return isinstance(new, type(own))


def _same(own: Any, new: Any) -> bool:
    try:
        return bool(own == new)
    except Exception:  # noqa: BLE001  the user's code says what is the same
        return False


def _is_number(own: Any) -> bool:
    return isinstance(own, (int, float, decimal.Decimal)) and not isinstance(own, bool)


# -- what is in scope -----------------------------------------------------------------------------------------------


def _scope(frame: types.FrameType) -> Mapping[str, Any]:
    """The local names; those of the function around a comprehension too."""
    found = dict(frame.f_locals)
    while frame.f_code.co_name in INNER and frame.f_back and frame.f_back.f_code.co_filename == frame.f_code.co_filename:
        frame = frame.f_back
        found = {**frame.f_locals, **found}
    return {name: each for name, each in found.items() if name.isidentifier() and not name.startswith("__")}


def _atoms(frame: types.FrameType) -> Iterator[Atom]:
    """Plain values in scope, with how they are written: names, fields, lengths, numbers in texts; constants of the file last."""
    scope = _scope(frame)
    for name, each in scope.items():
        yield from _of(name, each)
    for name, each in scope.items():
        yield from _fields(name, each)
    for name, each in frame.f_globals.items():
        if name.isupper():
            yield from _of(name, each)


def _of(text: str, each: Any) -> Iterator[Atom]:
    if isinstance(each, str):
        if len(each) <= LETTERS:
            yield text, each
            yield from _number(text, each)
    elif each is None or isinstance(each, (int, float, decimal.Decimal, *DATES)):
        yield text, each
    elif isinstance(each, (list, tuple, set, frozenset, dict)):
        yield text, each
        yield f"len({text})", len(each)


def _number(text: str, each: str) -> Iterator[Atom]:
    for name, kind in (("int", int), ("float", float)):
        try:
            yield f"{name}({text})", kind(each)
        except ValueError:
            continue


def _fields(text: str, each: Any) -> Iterator[Atom]:
    """What a record or an object holds."""
    if isinstance(each, dict):
        if not all(isinstance(value, dict) for value in each.values()):  # a table of records has no fields
            for key, value in itertools.islice(each.items(), FIELDS):
                if isinstance(key, str) and key.isidentifier() and key.islower():
                    yield from _of(f"{text}[{json.dumps(key)}]", value)
        return
    if isinstance(each, (type, types.ModuleType, types.FunctionType, str, int, float)):
        return
    names = getattr(each, "_fields", None) or getattr(each, "__slots__", None) or getattr(each, "__dict__", None) or ()
    for name in itertools.islice(names, FIELDS):
        if isinstance(name, str) and not name.startswith("__"):
            yield from _of(f"{text}.{name}", getattr(each, name, None))


def _helpers(frame: types.FrameType) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Functions of the user's that take one thing, but for those that run."""
    running = set()
    outer: types.FrameType | None = frame
    while outer is not None:
        running.add(outer.f_code)
        outer = outer.f_back
    for name, each in frame.f_globals.items():
        code = getattr(each, "__code__", None)
        if (
            not isinstance(each, types.FunctionType) or code is None or code in running or code.co_flags & 0x2A0
        ):  # makes a generator, or waits
            continue
        if code.co_argcount - len(each.__defaults__ or ()) == 1 and not code.co_kwonlyargcount - len(each.__kwdefaults__ or ()):
            yield name, each


# -- what is made of it ---------------------------------------------------------------------------------------------


def _terms(own: Any, both: tuple[str, Any, Any] | None, frame: types.FrameType) -> Iterator[Term]:
    unlike = "int(" if isinstance(own, (float, decimal.Decimal)) else "float("
    atoms = [atom for atom in itertools.islice(_atoms(frame), ATOMS) if not atom[0].startswith(unlike)]
    helpers = list(itertools.islice(_helpers(frame), HELPERS))
    if isinstance(own, bool):
        yield from _conditions(own, both, atoms, helpers)
        return
    for text, each in atoms:
        if not isinstance(own, (list, tuple, set, frozenset, dict)):
            yield "other text" if isinstance(own, str) else "other", text, text, partial(_itself, each)
    for name, helper in helpers:
        yield "helper", f"{name}({OWN})", name, partial(helper, own)
    if _is_number(own):
        yield from _numbers(own, atoms)
    elif isinstance(own, str):
        yield from _texts(own, atoms)
    elif isinstance(own, (list, tuple)) and not hasattr(own, "_fields"):
        yield from _sequences(own)
    elif isinstance(own, DATES):
        yield from _bounds(own, [(text, each) for text, each in atoms if type(each) is type(own)])


def _itself(own: Any) -> Any:
    return own


def _bounds(own: Any, atoms: Sequence[Atom]) -> Iterator[Term]:
    for text, each in atoms:
        yield "bound", f"min({OWN}, {text})", text, partial(min, own, each)
        yield "bound", f"max({OWN}, {text})", text, partial(max, own, each)


def _numbers(own: Any, atoms: Sequence[Atom]) -> Iterator[Term]:
    yield "floor", f"max(0, {OWN})", "", partial(max, 0, own)
    yield "floor", f"max(1, {OWN})", "", partial(max, 1, own)
    yield "sign", f"abs({OWN})", "", partial(abs, own)
    yield "whole", f"int({OWN})", "", partial(int, own)
    yield "round", f"round({OWN}, 2)", "", partial(round, own, 2)
    yield "round", f"round({OWN})", "", partial(round, own)
    numbers = [(text, each) for text, each in atoms if _is_number(each)]
    yield from _bounds(own, numbers)
    for text, each in numbers:
        yield "product", f"{OWN} * {text}", text, partial(operator.mul, own, each)
        yield "sum", f"{OWN} + {text}", text, partial(operator.add, own, each)
        yield "difference", f"{OWN} - {text}", text, partial(operator.sub, own, each)
        yield "difference", f"{text} - {OWN}", text, partial(operator.sub, each, own)
        yield "quotient", f"{OWN} / {text}", text, partial(operator.truediv, own, each)
        yield "rest", f"{OWN} % {text}", text, partial(operator.mod, own, each)


def _texts(own: str, atoms: Sequence[Atom]) -> Iterator[Term]:
    for name in ("strip", "lower", "upper", "title", "capitalize", "casefold"):
        yield "text", f"{OWN}.{name}()", "", getattr(own, name)
    yield "text", f'" ".join({OWN}.split())', "", partial(" ".join, own.split())
    for text, each in atoms:
        if isinstance(each, str):
            yield "instead", f"{OWN} or {text}", text, partial(_itself, own or each)
            yield "instead", f"{text} or {OWN}", text, partial(_itself, each or own)


def _sequences(own: Any) -> Iterator[Term]:
    yield "order", f"sorted({OWN})", "", lambda: type(own)(sorted(own))
    yield "order", f"{OWN}[::-1]", "", partial(_itself, own[::-1])
    yield "once", f"list(dict.fromkeys({OWN}))", "", lambda: list(dict.fromkeys(own))
    yield "rest", f"{OWN}[1:]", "", partial(_itself, own[1:])
    yield "rest", f"{OWN}[:-1]", "", partial(_itself, own[:-1])


def _conditions(
    own: bool, both: tuple[str, Any, Any] | None, atoms: Sequence[Atom], helpers: Sequence[tuple[str, Callable[[Any], Any]]]
) -> Iterator[Term]:
    if both:
        for text, step in (*STEPS, *((f"{name}({{}})", helper) for name, helper in helpers)):
            yield "sides", SIDES + text, text.partition("(")[0], partial(_sides, step, *both)
    for text, question in _questions(atoms):
        yield "and", f"{OWN} and {text}", text, partial(_both, own, question)
        yield "or", f"{OWN} or {text}", text, partial(_either, own, question)


def _sides(step: Callable[[Any], Any], sign: str, left: Any, right: Any) -> Any:
    return SIGNS[sign](step(left), step(right))


def _both(own: bool, question: Callable[[], bool]) -> bool:
    return own and question()


def _either(own: bool, question: Callable[[], bool]) -> bool:
    return own or question()


def _questions(atoms: Sequence[Atom]) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Conditions on what is in scope."""
    plain = [atom for atom in atoms if not atom[0].startswith(("len(", "int(", "float("))]
    for text, each in plain:
        if each is None or isinstance(each, (bool, list, tuple, set, dict, str)):
            yield text, partial(bool, each)
            yield f"not {text}", partial(operator.not_, each)
    for (text, one), (name, other) in itertools.permutations(plain, 2):
        if isinstance(other, (list, tuple, set, frozenset)) and any(type(one) is type(each) for each in itertools.islice(other, 1)):
            yield f"{text} in {name}", partial(operator.contains, other, one)
            yield f"{text} not in {name}", partial(_lacks, other, one)
        elif type(one) is type(other) and isinstance(one, (str, int, float, *DATES)) and not isinstance(one, bool):
            if text < name:
                yield f"{text} == {name}", partial(operator.eq, one, other)
                yield f"{text} != {name}", partial(operator.ne, one, other)
            if not isinstance(one, str):
                yield f"{text} < {name}", partial(operator.lt, one, other)
                yield f"{text} <= {name}", partial(operator.le, one, other)


def _lacks(whole: Any, part: Any) -> bool:
    return part not in whole


# -- what is run ----------------------------------------------------------------------------------------------------


def ask(given: dict[str, Any]) -> dict[str, Any]:
    """What could stand where in a run of the agent on an input: the entry that stands for the agent's own."""
    return _found(_values().run_of(given), given["seconds"], given["wanted"])


def watched(seconds: float, wanted: Mapping[str, Collection[str]] | None) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Around a test: what could stand where in a run of it."""
    around: Callable[[Callable[..., Any]], Callable[..., None]] = _values().instead(lambda run: _found(run, seconds, wanted))
    return around


def _values() -> Any:
    return importlib.import_module("refinery_values")


def _found(run: Callable[[], str], seconds: float, wanted: Mapping[str, Collection[str]] | None) -> dict[str, Any]:
    """What could stand where in a run. Where only what is `wanted` is looked at, also the places on which the answer does not hang."""
    begin(seconds, wanted)
    answer = _values().apart(lambda: [run(), told()], seconds + 1.0, seconds + 1.0)
    if not answer:
        return {}
    made: dict[str, Any] = answer[1]
    if wanted is not None:
        other = {site for site, rows in made["rows"] if any(row[3] for row in rows)}
        made["idle"] = [site for site in sorted(other) if _shake(run, site) == answer[0]]
    return made


def _shake(run: Callable[[], str], site: int) -> Any:
    """The answer with something quite different at a site; nothing when the time is over."""

    def work() -> str:
        state.on, state.shaken = False, site
        return run()

    left = state.until - time.monotonic()
    return _values().apart(work, left, left) if left > 0 else None


def begin(seconds: float, wanted: Mapping[str, Collection[str]] | None) -> None:
    """From now on it is looked."""
    state.until = time.monotonic() + seconds
    state.wanted = None if wanted is None else {int(site): frozenset(texts) for site, texts in wanted.items()}
    state.turns, state.rows, state.on = {}, {}, True


def told() -> dict[str, Any]:
    """By site: how often it was reached, and of each text that could be worked out each time its kind, its atom, and whether it came to
    something else."""
    state.on = False
    rows = {
        site: [[text, kind, atom, bool(other)] for text, (kind, atom, made, other) in own.items() if made == min(state.turns[site], TURNS)]
        for site, own in state.rows.items()
    }
    return {"reached": list(state.turns), "rows": list(rows.items())}
