"""What an agent is given: the fields of its input, from scenarios and from the function that is the agent."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from adapters.trace import Json
from refinery.domain import Scenario
from refinery.suite.generation.profile import Fact, Field

SPOKEN = ("question", "message", "text", "query", "prompt", "request", "input", "content", "q", "utterance", "user_input", "task")
"""What a field is called that holds the user's own words."""
MOST_EXAMPLES = 6
DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
ID = re.compile(r"^(?=.*\d)[A-Za-z]*[-_#/]?[\w-]{2,}$")
COMES_IN = re.compile(r"(await )?(json\.loads?\((sys\.)?(stdin|self\.rfile|body|raw|data|request)|[\w.]*request\.(json|get_json)\()")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def fields_in(scenarios: Sequence[Scenario], trees: Mapping[str, ast.Module], entry: tuple[str, str]) -> tuple[Field, ...]:
    """The fields, those that scenarios use before those that only the code reads. `entry` is the agent's file and function."""
    read = {field.name: field for field in _read_by(trees, entry)}
    seen = {field.name: field for field in _given_by(scenarios)}
    both = {name: _joined(field, read.get(name)) for name, field in seen.items()}
    return tuple((both | {name: field for name, field in read.items() if name not in both}).values())


def defaults_in(trees: Mapping[str, ast.Module], entry: tuple[str, str]) -> Iterator[Fact]:
    """What the code assumes of a field that is not given."""
    for name, node, where in _accesses(trees, entry):
        default = _default(node)
        if default is not None:
            yield Fact(f"{name} is {default} when it is not given", where)
        elif isinstance(node, ast.Subscript):
            yield Fact(f"{name} is always given", where)


def spoken(value: Json) -> tuple[str | int, ...] | None:
    """The way to the user's own words in an input; None when there are none."""
    if isinstance(value, str):
        return ()
    if isinstance(value, list):
        turns = [number for number, turn in enumerate(value) if isinstance(turn, dict) and turn.get("role") in ("user", "human")]
        return (turns[-1], "content") if turns and isinstance(_inside(value, (turns[-1], "content")), str) else None
    if not isinstance(value, dict):
        return None
    for name in SPOKEN:
        if isinstance(value.get(name), str):
            return (name,)
    for name, part in value.items():
        if isinstance(part, list | dict) and (way := spoken(part)) is not None:
            return (name, *way)
    texts = [(name, part) for name, part in value.items() if isinstance(part, str) and " " in part.strip()]
    return (max(texts, key=lambda each: len(each[1]))[0],) if texts else None


def kind_of(values: Sequence[Json], name: str = "") -> str:
    """What kind of field these are values of."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in known) and known:
        return "flag"
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known) and known:
        return "number"
    if any(isinstance(value, list) for value in known):
        return "list"
    if any(isinstance(value, dict) for value in known):
        return "object"
    texts = [value for value in known if isinstance(value, str)]
    if texts and all(TIME.match(text) for text in texts):
        return "time"
    if texts and all(DATE.match(text) for text in texts):
        return "date"
    if texts and all(ID.match(text) for text in texts):
        return "id"
    if name not in SPOKEN and texts and all(" " not in text and len(text) < 24 for text in texts):
        return "choice"
    return "text"


def _given_by(scenarios: Sequence[Scenario]) -> Iterator[Field]:
    inputs = [scenario for scenario in scenarios if not scenario.test]
    named = [(scenario, scenario.input) for scenario in inputs if isinstance(scenario.input, dict)]
    names = dict.fromkeys(name for _, given in named for name in given)
    for name in names:
        having = [(scenario, given[name]) for scenario, given in named if name in given]
        values = [value for _, value in having]
        scenario = having[0][0]
        yield Field(name, kind_of(values, name), len(having) == len(named), _examples(values), f"{scenario.path}:{scenario.line}")
    if bare := [scenario for scenario in inputs if not isinstance(scenario.input, dict | type(None))]:
        values = [scenario.input for scenario in bare]
        yield Field("", kind_of(values, "question"), True, _examples(values), f"{bare[0].path}:{bare[0].line}")


def _examples(values: Sequence[Json]) -> tuple[Json, ...]:
    found: list[Json] = []
    for value in values:
        if value not in found and not isinstance(value, list | dict):
            found.append(value)
    return tuple(found[:MOST_EXAMPLES])


def _read_by(trees: Mapping[str, ast.Module], entry: tuple[str, str]) -> Iterator[Field]:
    """What the agent's function, and those in its file that are handed its input, take out of it."""
    found: dict[str, Field] = {}
    for name, node, where in _accesses(trees, entry):
        default, required = _default(node), isinstance(node, ast.Subscript)
        example = () if default is None else (default,)
        kind = "text" if name in SPOKEN else kind_of(example, name) if example else _guessed(name)
        known = found.get(name)
        found[name] = replace(known, required=known.required or required) if known else Field(name, kind, required, example, where)
    yield from found.values()


def _default(node: ast.AST) -> str | int | float | None:
    """What is taken where a key is not there; None for nothing worth speaking of."""
    if isinstance(node, ast.Call) and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
        value = node.args[1].value
        return value if isinstance(value, str | int | float) and value != "" else None
    return None


def _guessed(name: str) -> str:
    low = name.lower()
    if re.search(r"(^|_)(date|day|on|from|until)$", low):
        return "date"
    if re.search(r"(^|_)(at|time|timestamp)$", low):
        return "time"
    if re.search(r"(^|_)id$", low):
        return "id"
    if re.search(r"(^|_)(count|number|amount|seats|guests|adults|nights|limit|quantity|age|total|max|min)s?$", low):
        return "number"
    return "text" if re.search(r"text|note|comment|description|history", low) else "choice"


def _accesses(trees: Mapping[str, ast.Module], entry: tuple[str, str]) -> Iterator[tuple[str, ast.AST, str]]:
    """Reads of a key from the agent's input, also in functions that it is handed to."""
    functions = {(path, node.name): node for path, tree in trees.items() for node in ast.walk(tree) if isinstance(node, Function)}
    path, name = entry
    ahead = [(path, functions[entry], 0)] if entry in functions and name != "main" else []
    for where in [path] if path in trees else [] if path else [*trees]:
        ahead += [(at, functions[at, called], place) for at, called, place in _received(where, trees[where], functions)]
    done: set[tuple[str, str, int]] = set()
    while ahead:
        path, function, place = ahead.pop()
        given = [each.arg for each in (*function.args.posonlyargs, *function.args.args) if each.arg not in ("self", "cls")]
        if (path, function.name, place) in done or place >= len(given):
            continue
        done.add((path, function.name, place))
        for node in ast.walk(function):
            key = _key(node, given[place])
            if key is not None:
                yield key, node, f"{path}:{getattr(node, 'lineno', function.lineno)}"
            elif isinstance(node, ast.Call):
                handed = [number for number, each in enumerate(node.args) if isinstance(each, ast.Name) and each.id == given[place]]
                ahead += [(at, functions[at, called], handed[0]) for at, called in _meant(path, node, functions) if handed]


def _received(path: str, tree: ast.Module, functions: Mapping[tuple[str, str], Function]) -> Iterator[tuple[str, str, int]]:
    """Functions that are handed what was just read as JSON, from standard input or a request, and at which place."""
    for scope in [node for node in ast.walk(tree) if isinstance(node, Function | ast.Module)]:
        names = {
            target.id
            for node in ast.walk(scope)
            if isinstance(node, ast.Assign) and COMES_IN.search(ast.unparse(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(scope):
            if isinstance(node, ast.Call):
                for place, each in enumerate(node.args):
                    comes_in = each.id in names if isinstance(each, ast.Name) else bool(COMES_IN.match(ast.unparse(each)))
                    if comes_in:
                        yield from ((at, called, place) for at, called in _meant(path, node, functions))


def _meant(path: str, call: ast.Call, functions: Mapping[tuple[str, str], Function]) -> list[tuple[str, str]]:
    """The function of the repository that a call is of: one of the same file first, else one of that name elsewhere."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if (path, name) in functions:
        return [(path, name)]
    return [found for found in functions if found[1] == name][:1]


def _key(node: ast.AST, own: str) -> str | None:
    """The key that an expression reads from the name `own`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == own:
        key: ast.AST = node.slice
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("get", "pop")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == own
        and node.args
    ):
        key = node.args[0]
    else:
        return None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def _joined(seen: Field, read: Field | None) -> Field:
    """Scenarios know the values, the code knows whether it can do without."""
    if read is None:
        return seen
    return Field(seen.name, seen.kind, seen.required and read.required, seen.examples, read.where)


def _inside(value: Json, way: Sequence[str | int]) -> Json:
    for key in way:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value
