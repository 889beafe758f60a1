"""Expressions put together from what is at hand where one stands: it stands beside the user's code.

The standard library alone, Python 3.8 and newer. Which expressions are worth trying is known best where names have values: a text is
lower-cased, two dates are compared (after Durieux and Monperrus, "DynaMoth", 2016).
"""

from __future__ import annotations

import datetime
import decimal
import inspect
import re

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are not evaluated, so they may be younger than 3.8
    from collections.abc import Iterator
    from typing import Any

    Weighed = tuple[str, float]
    """A text, and how likely it is beside others."""
    Valued = tuple[str, float, Any]
    """With what it comes to."""

MOST = 1500
"""Texts of a site, the likeliest of those that were thought of."""
ATOMS = 60
MEMBERS = 24
"""Fields or items of one thing."""
UNKNOWN = 0.2
"""What a field or an item counts that the repository reads nowhere."""
INSIDE = 0.7
"""What one counts that nobody reads here."""
TOKEN = re.compile(r"\w+|[^\w\s]+")
NOTHING = object()

TEXTS = (
    "{}.lower()", "{}.strip()", "{}.casefold()", "{}.upper()", "len({})", "{}.split()", "int({})", "float({})", "{}.splitlines()", "{}[1:]",
    "{}[:-1]",
)  # fmt: skip
LISTS = ("len({})", "sum({})", "max({})", "min({})", "sorted({})", "{}[0]", "{}[-1]", "{}[::-1]", "{}[1:]", "{}[:-1]", "set({})")
MAPPINGS = ("len({})", "list({})", "sum({}.values())", "max({}.values())", "min({}.values())", "{}.values()", "list({}.values())")
NUMBERS = ("-{}", "abs({})", "round({})", "round({}, 2)", "int({})", "str({})", "{} + 1", "{} - 1", "{} / 100", "{} * 100")
OTHERWISE = {"datetime": ("{}.date()",), "timedelta": ("{}.days", "{}.total_seconds()"), "set": ("len({})", "sorted({})")}
"""What is often made of a thing, by its kind."""
SUMS = ("{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} // {}", "{} % {}", "min({}, {})", "max({}, {})")
PARTED = ("{} - {}", "min({}, {})", "max({}, {})")
MOVED = ("{} + {}", "{} - {}")
TOGETHER = {
    ("number", "number"): SUMS,
    ("str", "str"): SUMS[:1],
    ("list", "list"): SUMS[:1],
    ("date", "date"): PARTED,
    ("datetime", "datetime"): PARTED,
    ("date", "timedelta"): MOVED,
    ("datetime", "timedelta"): MOVED,
    ("set", "set"): ("{} | {}", "{} & {}", "{} - {}"),
    ("list", "number"): ("{}[{}]", "{}[:{}]", "{}[{}:]"),
}
"""What two things are often joined to."""
ORDER = (("<", 0.45), ("<=", 0.45), (">", 0.45), (">=", 0.45), ("==", 0.45), ("!=", 0.3))
ORDERED = ("number", "date", "datetime", "timedelta")
HOLDERS = ("list", "set", "dict", "str")


def kind(value: Any) -> str:
    """What sort of a thing a value is, for what can be made of it."""
    if isinstance(value, bool):
        return "bool"
    for name, kinds in KINDS:
        if isinstance(value, kinds):
            return name
    return type(value).__name__


KINDS: tuple[tuple[str, Any], ...] = (
    ("number", (int, float, decimal.Decimal)), ("str", str), ("list", (list, tuple, range)), ("dict", dict), ("set", (set, frozenset)),
    ("datetime", datetime.datetime), ("date", datetime.date), ("timedelta", datetime.timedelta),
)  # fmt: skip


def come_to(text: Any, names: dict[str, Any]) -> Any:
    """What an expression comes to, `NOTHING` where it raises or can only be looked at once."""
    try:
        found = eval("(" + text + "\n)" if isinstance(text, str) else text, names)
    except Exception:  # noqa: BLE001  what does not work here is not tried
        return NOTHING
    if inspect.iscoroutine(found):
        found.close()
    return NOTHING if hasattr(found, "__next__") or hasattr(found, "__await__") else found


class Texts:
    """What may stand in the place of one expression. `given` tells what is written there: see `refinery.repair.replacing.places`."""

    def __init__(self, given: dict[str, Any], names: dict[str, Any]) -> None:
        self.given = given
        self.names = names
        self.read = frozenset(given["read"])
        self.own = frozenset(TOKEN.findall(given["old"]))
        self.atoms: list[Valued] = []

    def all(self) -> list[Weighed]:
        """The likeliest first."""
        self.atoms = self._atoms()
        made = self._conditions() if self.given["kind"] == "condition" else self._values()
        best: dict[str, float] = {}
        for text, weight in (*made, *self._patched(), *((text, 0.9) for text in self.given["other"])):
            if text != self.given["old"]:
                best[text] = max(best.get(text, 0.0), weight * self._kinship(text))
        return sorted(best.items(), key=lambda each: -each[1])[:MOST]

    def _kinship(self, text: str) -> float:
        """Most edits leave most of what is written; 0.3 to 1."""
        tokens = frozenset(TOKEN.findall(text))
        return 0.3 + 0.7 * len(tokens & self.own) / max(1, len(tokens | self.own))

    def _atoms(self) -> list[Valued]:
        """What has a name here, with its fields and items."""
        found: dict[str, tuple[float, Any]] = {}
        for text, weight in self.given["atoms"]:
            value = come_to(text, self.names)
            if value is NOTHING or inspect.ismodule(value) or callable(value):
                continue
            found.setdefault(text, (weight, value))
            for inner, member in self._members(text, value):
                if inner not in found:
                    read = 1.0 if member in self.read else UNKNOWN
                    inside = come_to(inner, self.names)
                    if inside is not NOTHING and not callable(inside):
                        found[inner] = (weight * INSIDE * read, inside)
        return sorted(((text, weight, value) for text, (weight, value) in found.items()), key=lambda each: -each[1])[:ATOMS]

    def _members(self, text: str, value: Any) -> Iterator[tuple[str, str]]:
        if not re.fullmatch(r"[\w.]+", text):
            return
        if isinstance(value, dict):
            for key in [each for each in list(value)[:MEMBERS] if isinstance(each, str)]:
                yield "{}[{}]".format(text, '"' + key + '"' if key.isidentifier() else repr(key)), key
            return
        own = getattr(value, "__dict__", None)
        fields: Any = own if isinstance(own, dict) else getattr(type(value), "_fields", None) or getattr(type(value), "__slots__", ())
        known = [name for name in dir(type(value)) if isinstance(getattr(type(value), name, None), property)] if own else []
        for name in [*fields, *known][:MEMBERS]:
            if isinstance(name, str) and not name.startswith("_"):
                yield text + "." + name, name

    # -- values

    def _values(self) -> Iterator[Weighed]:
        for text, weight, value in self.atoms:
            yield text, weight
            for made in self._made_of(value):
                yield made.format(text), 0.4 * weight
        for text, weight, value in self.atoms[: ATOMS // 2]:
            for function in self.given["functions"]:
                yield function + "(" + text + ")", 0.4 * weight
            for other, more, second in self.atoms[: ATOMS // 2]:
                for made in () if text == other else TOGETHER.get((kind(value), kind(second)), ()):
                    yield made.format(text, other), 0.4 * weight * more
                if isinstance(value, dict) and isinstance(second, (str, int)) and "[" not in other:
                    yield text + "[" + other + "]", 0.3 * weight * more
        old = come_to(self.given["old"], self.names)
        grouped = self.given["grouped"]
        for made in self._made_of(old):
            yield made.format(grouped), 0.7
        for function in self.given["functions"]:
            yield function + "(" + self.given["old"] + ")", 0.5
        for text, weight, value in self.atoms:
            for made in TOGETHER.get((kind(old), kind(value)), ()):
                bare = made[0] != "{"
                yield made.format(self.given["old"] if bare else grouped, text), 0.6 * weight
            yield grouped + " or " + text, 0.3 * weight

    def _made_of(self, value: Any) -> tuple[str, ...]:
        own = kind(value)
        plain = {"str": TEXTS, "list": LISTS, "dict": MAPPINGS, "number": NUMBERS}
        return plain.get(own) or OTHERWISE.get(own, ())

    # -- conditions

    def _conditions(self) -> Iterator[Weighed]:
        single = list(self._single())
        yield from single
        yield "not " + self.given["grouped"], 0.5
        for text, weight in single:
            yield self.given["grouped"] + " and " + text, 0.7 * weight
            yield self.given["grouped"] + " or " + text, 0.6 * weight

    def _single(self) -> Iterator[Weighed]:
        for text, weight, value in self.atoms:
            own = kind(value)
            if own != "number" or not re.match(r"[\d.]+$", text):
                yield text, 0.6 * weight
                yield "not " + text, 0.6 * weight
            if value is None or own == "str":
                yield text + " is None", 0.3 * weight
                yield text + " is not None", 0.3 * weight
            if own == "list":
                yield "len(" + text + ") > 1", 0.2 * weight
        for number, (text, weight, value) in enumerate(self.atoms):
            for place, (other, more, second) in enumerate(self.atoms):
                if number != place:
                    yield from self._compared(text, other, value, second, weight * more, place > number)

    def _compared(self, text: str, other: str, value: Any, second: Any, weight: float, once: bool) -> Iterator[Weighed]:
        own, its = kind(value), kind(second)
        plain = bool(re.match(r"[\d\"'.]", text))
        if own == its and not plain:
            for sign, share in ORDER if own in ORDERED else ORDER[4:]:
                if once or re.match(r"[\d\"'.]", other):
                    yield text + " " + sign + " " + other, share * weight
        if its in HOLDERS and own in ("str", "number", "date") and not (its == "str" and own != "str"):
            yield text + " in " + other, 0.4 * weight
            yield text + " not in " + other, 0.4 * weight

    # -- what is written, with a part of it replaced

    def _patched(self) -> Iterator[Weighed]:
        for before, part, after in self.given["parts"]:
            value = come_to(part, self.names)
            for made in self._made_of(value) if value is not NOTHING else ():
                whole = before.rstrip()[-1:] in "([,"
                yield before + (made if whole or not (made[0] == "-" or "} " in made) else "(" + made + ")").format(part) + after, 0.5
            for function in self.given["functions"]:
                yield before + function + "(" + part + ")" + after, 0.5
            for text, weight, other in self.atoms:
                if text != part and (value is NOTHING or kind(other) == kind(value)):
                    yield before + text + after, 0.7 * weight
