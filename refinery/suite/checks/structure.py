"""Checks on an answer that is JSON: that it is, what a path in it leads to, and its schema."""

from __future__ import annotations

import re

from adapters.trace import Json
from refinery.suite.checks import jsonpath
from refinery.suite.checks.ruling import PASSED, Kind, Ruling, failed, passed_if, unmeasured
from refinery.suite.checks.text import same
from refinery.suite.outcome import NotJson, Outcome, compact, shortened

DEMANDS = ("equals", "contains", "regex", "exists", "min", "max", "length")


def _is_json(value: Json, outcome: Outcome) -> Ruling:
    try:
        outcome.value()
    except NotJson as error:
        return failed(f"it is not JSON: {error}") if value is not False else PASSED
    return passed_if(value is not False, "it is JSON")


def _flag_problem(value: Json) -> str:
    return "" if value is None or isinstance(value, bool) else "it takes true or false"


def _path_problem(value: Json) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        return '{path: "$.status", equals: booked} is the form of it'
    if unknown := sorted(set(value) - {"path", *DEMANDS}):
        return f"it does not know `{unknown[0]}`; it takes path and {', '.join(DEMANDS)}"
    if len(value) == 1:
        return f"it demands nothing of the value; add one of {', '.join(DEMANDS)}"
    for name in ("min", "max"):
        if name in value and not _number(value[name]):
            return f"`{name}` is a number"
    if "length" in value and not _size(value["length"]):
        return "`length` is a whole number"
    if "exists" in value and not isinstance(value["exists"], bool):
        return "`exists` is true or false"
    if "regex" in value:
        try:
            re.compile(str(value["regex"]))
        except re.error as error:
            return f"`regex` is not a regular expression: {error}"
    return jsonpath.problem(str(value["path"]))


def _path(value: Json, outcome: Outcome) -> Ruling:
    assert isinstance(value, dict)
    try:
        answer = outcome.value()
    except NotJson as error:
        return failed(f"the answer is not JSON: {error}")
    path = str(value["path"])
    found = jsonpath.find(path, answer)
    if value.get("exists") is False:
        return passed_if(not found, f"{path} exists: {shortened(compact(found[0]))}" if found else "")
    if not found:
        return failed(f"{path} leads to nothing in {shortened(outcome.output)}")
    for demand in DEMANDS:
        if demand in value and not any(_meets(demand, value[demand], each) for each in found):
            return failed(f"{path} should have {demand} {shortened(compact(value[demand]))}, it is {_list(found)}")
    return PASSED


def _meets(demand: str, wanted: Json, found: Json) -> bool:
    match demand:
        case "equals":
            return same(wanted, found)
        case "contains":
            if isinstance(found, str):
                return str(wanted) in found
            return any(same(wanted, each) for each in found) if isinstance(found, list | dict) else False
        case "regex":
            return re.search(str(wanted), found if isinstance(found, str) else compact(found)) is not None
        case "min":
            return _number(found) and float(str(found)) >= float(str(wanted))
        case "max":
            return _number(found) and float(str(found)) <= float(str(wanted))
        case "length":
            return isinstance(found, str | list | dict) and len(found) == wanted
        case _:
            return True


def _list(found: list[Json]) -> str:
    return shortened(compact(found[0] if len(found) == 1 else found))


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _size(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _schema_problem(value: Json) -> str:
    return "" if isinstance(value, dict | bool) else "it takes a JSON Schema, as a mapping"


def _schema(value: Json, outcome: Outcome) -> Ruling:
    try:
        answer = outcome.value()
    except NotJson as error:
        return failed(f"the answer is not JSON: {error}")
    from jsonschema import exceptions, validators  # type: ignore[import-untyped]  # late: slow; it has no types
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        checker = validators.validator_for(value, default=validators.Draft202012Validator)
        checker.check_schema(value)
        # An empty registry: a $ref to another place is never fetched.
        fault = exceptions.best_match(checker(value, registry=Registry()).iter_errors(answer))
    except exceptions.SchemaError as error:
        return unmeasured(f"the schema itself is wrong: {error.message}")
    except Unresolvable as error:
        return unmeasured(f"the schema points outside of itself, to {error.ref}")
    if fault is None:
        return PASSED
    return failed(f"{fault.json_path}: {shortened(fault.message)}")


STRUCTURE = {
    "is-json": Kind(_flag_problem, _is_json, needs_json=True),
    "json-path": Kind(_path_problem, _path, needs_json=True),
    "json-schema": Kind(_schema_problem, _schema, needs_json=True),
}
