"""The checks of a scenario file: a kind and its argument, turned round by `not-`, with a weight, or required."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refinery.domain import Expectation
from refinery.suite import checks
from refinery.suite.notation import Notation, nearest

if TYPE_CHECKING:
    import yaml

    Beside = dict[str, tuple[yaml.Node, yaml.Node]]

WEIGHT, REQUIRED = "weight", "required"
FORM = 'for instance `- contains: "EUR"`; `weight` and `required` may stand beside it'


def expectations(notation: Notation, node: yaml.Node) -> Iterator[Expectation]:
    """The checks of a list. Raises ConfigError, naming file and line."""
    import yaml

    if not isinstance(node, yaml.SequenceNode):
        raise notation.wrong(node, "`expect` is a list of checks", 'begin each with a dash: `- contains: "EUR"`')
    if not node.value:
        raise notation.wrong(node, "the scenario expects nothing, so it would always pass", "`- no-error: true` is the least")
    for check in node.value:
        if not isinstance(check, yaml.MappingNode):
            raise notation.wrong(check, "a check is a mapping with one key", FORM)
        yield _expectation(notation, check)


def _expectation(notation: Notation, node: yaml.MappingNode) -> Expectation:
    beside = {str(key.value): (key, value) for key, value in node.value if key.value in (WEIGHT, REQUIRED)}
    named = [(key, value) for key, value in node.value if key.value not in (WEIGHT, REQUIRED)]
    if len(named) != 1 or len(beside) + 1 != len(node.value):
        raise notation.wrong(node, "a check is a mapping with one key", FORM)
    key, argument = named[0]
    name, value = str(key.value), notation.json(argument)
    kind = name if name in checks.kinds() else name.removeprefix("not-")
    if kind not in checks.kinds():
        raise notation.wrong(key, f"there is no check `{name}`", nearest(name, checks.kinds()))
    if problem := checks.problem(kind, value):
        raise notation.wrong(key, f"`{name}`: {problem}")
    line = node.start_mark.line + 1
    return Expectation(kind, value, line, kind != name, _weight(notation, beside), _required(notation, beside))


def _weight(notation: Notation, beside: Beside) -> float:
    if WEIGHT not in beside:
        return 1.0
    key, node = beside[WEIGHT]
    value = notation.json(node)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise notation.wrong(key, "`weight` is a number above 0")
    return float(value)


def _required(notation: Notation, beside: Beside) -> bool:
    if REQUIRED not in beside:
        return False
    key, node = beside[REQUIRED]
    value = notation.json(node)
    if not isinstance(value, bool):
        raise notation.wrong(key, "`required` is true or false")
    return value
