"""Test cases in the form of promptfoo's configuration files: https://www.promptfoo.dev/docs/configuration/test-cases."""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping

from adapters.trace import Json
from refinery.domain import Expectation
from refinery.suite.imports.imported import Imported

Object = Mapping[str, Json]
AS_IT_IS = ("equals", "contains", "icontains", "regex", "starts-with", "llm-rubric")
RUBRICS = ("model-graded-closedqa", "model-graded-factuality", "factuality", "g-eval", "answer-relevance", "search-rubric")
ASK_MORE = 10_000
"""Combinations of variables that one case may unfold into."""


def cases(config: Object, into: Imported) -> None:
    """Every test of a configuration. Prompts and providers stay behind: it is the agent in the repository that is tried."""
    tests = config.get("tests")
    shared = config.get("defaultTest")
    for key in ("scenarios", "derivedMetrics", "extensions"):
        if key in config:
            into.notes.append(f"`{key}` is left out: there is nothing like it here")
    for number, test in enumerate(tests if isinstance(tests, list) else [tests] if tests else [], 1):
        where = f"test {number}"
        if isinstance(test, dict):
            _case(where, test, shared if isinstance(shared, dict) else {}, into)
        else:
            into.notes.append(f"{where} is left out: it stands in another file ({test}); import that file")


def column(text: str) -> tuple[str, Json]:
    """The kind and the value in a cell of a column `__expected`."""
    kind, colon, rest = text.partition(":")
    kind = kind.strip()
    limit = re.fullmatch(r"([a-z-]+)\(([\d.]+)\)", kind)
    if limit and colon:
        return limit[1], {"value": rest.strip(), "threshold": float(limit[2])}
    known = {*AS_IT_IS, *TRANSLATIONS, *RUBRICS, "javascript", "fn", "eval", "grade"}
    if not colon or kind.removeprefix("not-") not in known:
        return "equals", text
    listed = kind.removeprefix("not-").endswith(("-any", "-all"))
    value: Json = [part.strip() for part in rest.split(",")] if listed else rest.strip()
    return {"grade": "llm-rubric", "fn": "javascript", "eval": "javascript"}.get(kind, kind), value


def expectations(where: str, asserted: Object, into: Imported) -> Iterator[Expectation]:
    """Our checks for one assertion of theirs; none, and a note, where there is nothing like it."""
    kind = str(asserted.get("type", ""))
    negated = kind.startswith("not-")
    bare = kind.removeprefix("not-")
    value, weight = asserted.get("value"), asserted.get("weight", 1)
    if isinstance(value, str) and value.startswith("file://"):
        into.notes.append(f"{where}: {kind} is left out: its value stands in {value}")
        return
    if bare in AS_IT_IS or bare in RUBRICS:
        found: tuple[str, Json] | None = ("llm-rubric" if bare in RUBRICS else bare, value)
    else:
        found = TRANSLATIONS[bare](asserted) if bare in TRANSLATIONS else None
    if found is None:
        into.notes.append(f"{where}: {kind or 'an assertion without a type'} is left out: no check here says the same")
        return
    if isinstance(found[1], str) and "{{" in found[1]:
        into.notes.append(f"{where}: {kind} still holds a template: {found[1][:60]!r}")
    heavy = float(weight) if isinstance(weight, int | float) and weight > 0 else 1.0
    yield Expectation(*found, negated=negated, weight=heavy)


def _case(where: str, test: Object, shared: Object, into: Imported) -> None:
    variables = {**_object(shared.get("vars")), **_object(test.get("vars"))}
    asserted = [*_assertions(test), *_assertions(shared)]
    name = str(test.get("description") or "")
    threshold = test.get("threshold", shared.get("threshold"))
    metadata = _object(test.get("metadata"))
    tags = tuple(str(value) for value in metadata.values() if isinstance(value, str | int))
    rows = list(itertools.islice(_combinations(variables), ASK_MORE + 1))
    if len(rows) > ASK_MORE:
        into.notes.append(f"{where}: only the first {ASK_MORE} combinations of its variables are taken")
    for row in rows[:ASK_MORE]:
        filled = [_object(_filled({**each}, row)) for each in asserted]
        before = len(into.scenarios)
        expect = [found for each in filled for found in expectations(where, each, into)]
        into.add(where, name, row, expect, tags, name)
        if isinstance(threshold, int | float) and 0 < threshold <= 1 and len(into.scenarios) > before:
            into.threshold(float(threshold))


def _assertions(test: Object) -> Iterator[Object]:
    """Those of a set one by one: all of them must be met, which is what a set without a threshold of its own says."""
    listed = test.get("assert")
    for each in listed if isinstance(listed, list) else []:
        inner = _object(each)
        if inner.get("type") == "assert-set":
            yield from _assertions(inner)
        else:
            yield inner


def _combinations(variables: Object) -> Iterator[dict[str, Json]]:
    """A variable that is a list stands for each of its values in turn."""
    choices = [value if isinstance(value, list) and value else [value] for value in variables.values()]
    for picked in itertools.product(*choices):
        yield dict(zip(variables, picked, strict=True))


def _filled(value: Json, row: Object) -> Json:
    if isinstance(value, str):
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda found: _text(row[found[1]]) if found[1] in row else found[0], value)
    if isinstance(value, list):
        return [_filled(each, row) for each in value]
    if isinstance(value, dict):
        return {key: _filled(each, row) for key, each in value.items()}
    return value


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _any_of(flags: str) -> Callable[[Object], tuple[str, Json] | None]:
    def found(asserted: Object) -> tuple[str, Json] | None:
        words = asserted.get("value")
        if not isinstance(words, list) or not words:
            return None
        return "regex", flags + "|".join(re.escape(_text(word)) for word in words)

    return found


def _json(asserted: Object) -> tuple[str, Json]:
    value = asserted.get("value")
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    return ("json-schema", value) if isinstance(value, dict) else ("is-json", True)


def _python(asserted: Object) -> tuple[str, Json] | None:
    """An expression over `output` means the same here; a function body, or one over `context`, does not."""
    value = str(asserted.get("value", "")).strip()
    try:
        tree = ast.parse(value, mode="eval")
    except SyntaxError:
        return None
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return None if "context" in names or asserted.get("threshold") is not None else ("python", value)


def _similar(asserted: Object) -> tuple[str, Json] | None:
    """Theirs compares embeddings and ours words, so a number of theirs is no number of ours; the default holds."""
    value = asserted.get("value")
    return ("similar", value) if isinstance(value, str) else None


def _all_folded(asserted: Object) -> tuple[str, Json]:
    return "icontains", asserted.get("value")


TRANSLATIONS: dict[str, Callable[[Object], tuple[str, Json] | None]] = {
    "contains-all": lambda asserted: ("contains", asserted.get("value")),
    "icontains-all": _all_folded,
    "contains-any": _any_of(""),
    "icontains-any": _any_of("(?i)"),
    "is-json": _json,
    "python": _python,
    "similar": _similar,
    "latency": lambda asserted: ("max-latency", f"{asserted.get('threshold')}ms"),
    "cost": lambda asserted: ("max-cost", asserted.get("threshold")),
}
