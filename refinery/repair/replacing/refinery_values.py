"""Other values in place of those that expressions come to, in runs of the user's code: it stands beside that code, in a tree of its own.

The standard library alone, Python 3.8 and newer. `refinery.repair.replacing.instrument` writes calls of `value`, `holds` and `goes`
into functions; each has a number, its site. A run is watched once, so that it is known what each site comes to and how often. Then it is
made again, in a process of its own, for every other value that one site might have come to, once or each time. What is told are the
answers that differ from the first one's, with the sites and the values that they are owed to.
"""

from __future__ import annotations

import datetime
import decimal
import functools
import itertools
import json
import operator
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are not evaluated, so they may be younger than 3.8
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    Other = tuple[str, Callable[[], Any]]
    Try = list[Any]

MOST = 800
"""Runs with another value: their number is the same on every machine that makes them in the time there is."""
EACH = 8
"""Times that a site is reached of which each is tried by itself."""
SEEN = 3
"""Values of a site that are tried at its other times."""
ANSWERS = 400
"""Different answers that are told."""
OPERANDS = 300
LETTERS = 20_000
"""Letters of an answer that is told."""
LONGEST, BUSIEST = 1.0, 0.2
"""Seconds that a run may take in any case before it is given up, and of the processor's."""
TIMES = 5.0
"""And how many times as long as the first one."""
ITEMS = 60
"""Items of a collection that is told."""
WRITTEN = 200
"""Letters of a thing that was compared, as it is written."""
FACTORS = 2
"""Differences between numbers of the answers that are tried at other numbers."""
FIRST = 2
"""Other values of a site that are tried before these differences."""
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}
PLAIN = (int, float, str, type(None))
MARK = "what other values came to: "
PASSED, RAISED = "passed", "! "
"""What a test that passes comes to, and what begins an answer that is none."""


class State:
    """What this process is about."""

    def __init__(self) -> None:
        self.site = -1
        """The site at which something else is tried, where that is so; how often it is reached is told by `turn`."""
        self.turn = -1
        """The time at which it is tried, from 0; -1: every time."""
        self.name = ""
        self.given: Any = None
        """The other value as it is, where its name is `seen`."""
        self.before: list[Any] = []
        """What the site came to the time before."""
        self.reached: dict[int, int] = {}
        self.watched: dict[int, list[Any]] | None = None
        self.operands: list[list[Any]] = []
        """What was compared: the site, the time, the sign, and the two."""
        self.both: dict[int, list[Try]] = {}
        """The same as it is written, by site, and whether the two were the same."""


state = State()


def value(site: int, own: Any) -> Any:
    """What an expression came to, or something else."""
    due = _due(site, own)
    if site != state.site:
        return own
    before, state.before = state.before, [own]
    return _other(own, before) if due else own


def holds(site: int, own: Any) -> Any:
    """What a condition came to, or the opposite."""
    return (not own) if _due(site, bool(own)) else own


def compared(site: int, sign: str, left: Any, right: Any) -> Any:
    """What a comparison came to, or the opposite."""
    own = SIGNS[sign](left, right)
    if state.watched is not None:
        turn = len(state.watched.get(site, ()))
        if turn < EACH and _tellable(left) and _tellable(right):
            state.operands.append([site, turn, sign, _plain(left), _plain(right)])
        if turn < EACH:
            state.both.setdefault(site, []).append([*_written(left, right), _same(left, right)])
    due = _due(site, bool(own))
    if site == state.site and state.name == "same":
        due = _same(left, right)
    elif site == state.site and state.name == "alike":
        due = _written(left, right) == state.given
    return (not own) if due else own


def _written(*things: Any) -> list[str]:
    """As they are written; empty for what is too long, or cannot be."""
    return [_text(each) for each in things]


def _text(own: Any) -> str:
    try:
        return "" if hasattr(own, "__len__") and len(own) > WRITTEN else repr(own)[:WRITTEN]
    except Exception:  # noqa: BLE001  the user's code says how it is written
        return ""


def _same(left: Any, right: Any) -> bool:
    try:
        return bool(left == right)
    except Exception:  # noqa: BLE001  the user's code says what is the same
        return False


def _tellable(own: Any) -> bool:
    if isinstance(own, (list, tuple, set, frozenset, dict)):
        return len(own) <= ITEMS and all(isinstance(each, PLAIN) for each in own)
    return isinstance(own, PLAIN)


def _plain(own: Any) -> Any:
    return own if isinstance(own, PLAIN) else list(own)


def goes(site: int) -> bool:
    """Whether a statement is done."""
    return not _due(site, True)


def _due(site: int, own: Any) -> bool:
    if state.watched is not None:
        seen = state.watched.setdefault(site, [])
        if len(seen) < EACH:
            seen.append(own)
    if site != state.site:
        return False
    turn = state.reached[site] = state.reached.get(site, -1) + 1
    return state.turn in (-1, turn)


def _other(own: Any, before: list[Any]) -> Any:
    if state.name == "seen":
        return state.given
    if state.name == "wanted":
        return _wanted(own, state.given)
    if state.name in ("times", "plus"):
        return _moved(own, state.name, state.given)
    if state.name == "before":
        return before[0] if before else own
    return dict(others(own)).get(state.name, lambda: own)()


def others(own: Any) -> list[Other]:
    """Values of the same kind that are often meant instead, by name; each is made when it is called for."""
    if isinstance(own, bool):
        return [("not", lambda: not own)]
    if isinstance(own, (int, float, decimal.Decimal)):
        return _numbers(own)
    if isinstance(own, str):
        made = (("empty", ""), ("lower", own.lower()), ("strip", own.strip()), ("tail", own[1:]), ("head", own[:-1]), ("twice", own + own))
        return [(name, functools.partial(str, new)) for name, new in made if new != own]
    if isinstance(own, (list, tuple)) and not hasattr(own, "_fields"):
        return _sequences(own)
    if type(own) is dict:
        return _mappings(own)
    if isinstance(own, (set, frozenset)):
        return [("empty", type(own))]
    if isinstance(own, (datetime.date, datetime.timedelta)):
        day = datetime.timedelta(1)
        return [("more", lambda: own + day), ("less", lambda: own - day)]
    if own is None:
        return [("zero", int), ("empty", str), ("list", list), ("true", lambda: True)]
    return [("none", lambda: None)]


def _wanted(own: Any, pairs: Sequence[Sequence[str]]) -> Any:
    """A value with what was wanted in the place of what was said; the same where nothing of it was said."""
    for said, wanted in pairs:
        if isinstance(own, str):
            if said in own:
                return own.replace(said, wanted)
        elif _is_number(own) and _number(said) is not None and float(own) == _number(said):
            number = _number(wanted)
            return own if number is None else _of_kind(own, number)
    return own


def _moved(own: Any, how: str, by: float) -> Any:
    """A number that differs as two numbers of the answers do."""
    return _of_kind(own, float(own) * by if how == "times" else float(own) + by) if _is_number(own) else own


def _of_kind(own: Any, number: float) -> Any:
    if isinstance(own, int):
        return round(number)
    return decimal.Decimal(repr(round(number, 9))) if isinstance(own, decimal.Decimal) else number


def _is_number(own: Any) -> bool:
    return isinstance(own, (int, float, decimal.Decimal)) and not isinstance(own, bool)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def _numbers(own: Any) -> list[Other]:
    made: list[Other] = [("more", lambda: own + 1), ("less", lambda: own - 1), ("minus", lambda: -own), ("zero", lambda: own * 0)]
    made += [("twice", lambda: own * 2), ("half", lambda: own // 2 if isinstance(own, int) else own / 2)]
    if isinstance(own, decimal.Decimal) and own.is_finite():
        step = decimal.Decimal((0, (1,), int(own.as_tuple().exponent)))
        made += [("step", lambda: own + step), ("step down", lambda: own - step)]
    return made


def _sequences(own: Any) -> list[Other]:
    made: list[Other] = [("tail", lambda: own[1:]), ("empty", lambda: own[:0])]
    if len(own) > 1:
        kind = type(own)
        made += [("backwards", lambda: own[::-1]), ("head", lambda: own[:-1]), ("sorted", lambda: kind(sorted(own)))]
        made += [("first", lambda: own[:1]), ("once", lambda: kind(dict.fromkeys(own)))]
    return made if own else []


def _mappings(own: dict[Any, Any]) -> list[Other]:
    items = list(own.items())
    made: list[Other] = [("tail", lambda: dict(items[1:])), ("head", lambda: dict(items[:-1])), ("backwards", lambda: dict(items[::-1]))]
    return [*made, ("empty", dict)] if own else []


# -- trying ---------------------------------------------------------------------------------------------------------


def explore(
    run: Callable[[], str], order: Sequence[int], seconds: float, lanes: int = 1, pairs: Sequence[Sequence[str]] = ()
) -> dict[str, Any]:
    """Tries other values at the sites in their `order`, by turns, for so many `seconds` and in so many `lanes` side by side.

    What `run` comes to is compared. `pairs` are what was said in it, each with what was wanted instead.
    """
    began = time.monotonic()
    first = apart(functools.partial(_watching, run, pairs), seconds / 2, seconds / 2)
    if not first:
        return {"answers": [], "operands": []}
    taken = TIMES * (time.monotonic() - began)
    patience, effort = max(LONGEST, taken), max(BUSIEST, taken)
    tries = list(itertools.islice(_by_turns(first["plan"], order), MOST))

    def lane(number: int) -> list[tuple[Any, list[Any]]]:
        found = []
        for site, turn, name, given in tries[number::lanes]:
            left = began + seconds - time.monotonic()
            if left <= 0:
                break
            found.append((apart(functools.partial(_trying, run, site, turn, name, given), min(patience, left), effort), [site, turn, name]))
        return found

    begun = [begin(functools.partial(lane, number), seconds + LONGEST, seconds) for number in range(lanes)]
    moved: set[int] = set()
    told: dict[str, list[list[Any]]] = {}
    for answer, place in in_turn([ended(each) or [] for each in begun]):
        if answer != first["answer"]:
            moved.add(place[0])
        if answer not in (None, first["answer"]) and len(answer) < LETTERS and (answer in told or len(told) < ANSWERS):
            told.setdefault(answer, []).append(place)
    return {"answers": list(told.items()), "operands": [each for each in first["operands"] if each[0] in moved][:OPERANDS]}


def in_turn(lanes: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """The first of each lane, then the second of each."""
    for row in itertools.zip_longest(*lanes):
        yield from (each for each in row if each is not None)


def _watching(run: Callable[[], str], pairs: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A run as it is, and what there is to try at each site: at which time (-1: each), the name of the value, and it where it is plain."""
    state.watched = {}
    answer = run()
    plan = {}
    for site, seen in state.watched.items():
        tries: list[Try] = []
        if len(seen) > 1:
            tries += [[-1, name, None] for name in dict.fromkeys(name for own in seen for name, _ in others(own))]
        for turn, own in enumerate(seen):
            tries += [[turn, name, None] for name, _ in others(own)]
            if isinstance(own, PLAIN):
                tries += [[turn, "seen", other] for other in _differing(own, seen)]
            elif turn and own is not seen[turn - 1]:
                tries.append([turn, "before", None])
        wanted = list(_as_wanted(seen, pairs))
        moved = [] if wanted else list(_moves(seen, pairs))
        plan[site] = [*_alike(state.both.get(site, ())), *wanted, *tries[:FIRST], *moved, *tries[FIRST:]]
    return {"answer": answer, "plan": list(plan.items()), "operands": state.operands}


def _alike(both: Sequence[Try]) -> Iterator[Try]:
    """The opposite of a comparison whenever the two are the same, and whenever they are what they were at one time: what goes wrong with
    them goes wrong each time."""
    if len(both) > 1 and 0 < sum(same for *_, same in both) < len(both):
        yield [-1, "same", None]
    written = [each[:2] for each in both if all(each[:2])]
    for each in {repr(pair): pair for pair in written}.values():
        if 1 < written.count(each) < len(written):
            yield [-1, "alike", each]


def _as_wanted(seen: Sequence[Any], pairs: Sequence[Sequence[str]]) -> Iterator[Try]:
    """What was wanted for what was said, where the site came to what was said."""
    if any(_wanted(own, pairs) != own for own in seen if isinstance(own, (str, int, float, decimal.Decimal))):
        yield [-1, "wanted", [*pairs]]


def _moves(seen: Sequence[Any], pairs: Sequence[Sequence[str]]) -> Iterator[Try]:
    """Numbers that differ from a site's as the wanted number does from the one that was said."""
    if any(_is_number(own) and own for own in seen):
        numbers = [(_number(said), _number(wanted)) for said, wanted in pairs]
        moves = dict.fromkeys((said, wanted) for said, wanted in numbers if said is not None and wanted is not None and said != wanted)
        for said, wanted in itertools.islice(moves, FACTORS):
            if said and wanted:
                yield [-1, "times", wanted / said]
            yield [-1, "plus", wanted - said]


def _differing(own: Any, seen: Sequence[Any]) -> list[Any]:
    """Other plain values that the site came to at other times."""
    found: list[Any] = []
    for other in seen:
        if isinstance(other, PLAIN) and not isinstance(other, bool) and other not in (own, *found):
            found.append(other)
    return found[:SEEN]


def _by_turns(plan: Sequence[tuple[int, list[Try]]], order: Sequence[int]) -> Iterator[tuple[int, int, str, Any]]:
    """The first of each site, then the second of each: the sites in their order."""
    place = {site: number for number, site in enumerate(order)}
    rows = sorted(plan, key=lambda row: place.get(row[0], len(place)))
    for number in range(max((len(tries) for _, tries in rows), default=0)):
        for site, tries in rows:
            if number < len(tries):
                turn, name, given = tries[number]
                yield site, turn, name, given


def _trying(run: Callable[[], str], site: int, turn: int, name: str, given: Any) -> str:
    state.site, state.turn, state.name, state.given = site, turn, name, given
    return run()


def apart(work: Callable[[], Any], seconds: float, busy: float) -> Any:
    """What a piece of work comes to in a process of its own; None when it does not come to an end, or cannot be told.

    It may take so many `seconds`, and keep the processor `busy` for so many of them.
    """
    return ended(begin(work, seconds, busy))


def begin(work: Callable[[], Any], seconds: float, busy: float) -> tuple[int, int]:
    """A process that does a piece of work, and where it will tell what it came to."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(told)
            for kind, end, most in ((signal.ITIMER_REAL, signal.SIGALRM, seconds), (signal.ITIMER_VIRTUAL, signal.SIGVTALRM, busy)):
                signal.signal(end, signal.SIG_DFL)
                signal.setitimer(kind, max(most, 0.01))
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            text = json.dumps(work()).encode()
            with os.fdopen(tell, "wb") as file:
                file.write(text)
            code = 0
        finally:
            os._exit(code)
    os.close(tell)
    return pid, told


def ended(begun: tuple[int, int]) -> Any:
    """What the process told, when it has ended."""
    pid, told = begun
    with os.fdopen(told, "rb") as file:
        text = file.read()
    _, status = os.waitpid(pid, 0)
    return json.loads(text) if status == 0 and text else None


# -- what is run ----------------------------------------------------------------------------------------------------


def ask(given: dict[str, Any]) -> dict[str, Any]:
    """What the agent makes of an input with other values on its way: the entry that stands for the agent's own."""
    import importlib

    worker: Any = sys.modules["__main__"]
    name, _, path = given["agent"].partition(":")
    call: Any = importlib.import_module(name)
    for part in path.split("."):
        call = getattr(call, part)

    def run() -> str:
        try:
            return str(worker._text(worker._awaited(call(given["input"]))))
        except BaseException as error:  # noqa: BLE001  also what ends the agent is an answer here
            return RAISED + type(error).__name__

    return explore(run, given["order"], given["seconds"], given["lanes"], given["pairs"])


def tried(
    order: Sequence[int], seconds: float, lanes: int, pairs: Sequence[Sequence[str]] = ()
) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Around a test: it fails, and tells what other values on its way would have come to; of the answers only that it passes."""

    def around(test: Callable[..., Any]) -> Callable[..., None]:
        @functools.wraps(test)
        def inside(*arguments: Any, **named: Any) -> None:
            def run() -> str:
                try:
                    test(*arguments, **named)
                except BaseException as error:  # noqa: BLE001  a test may end with anything
                    return RAISED + type(error).__name__
                return PASSED

            made = explore(run, order, seconds, lanes, pairs)
            made["answers"] = [each for each in made["answers"] if each[0] == PASSED]
            raise AssertionError(MARK + json.dumps(made) + "\n")

        return inside

    return around
