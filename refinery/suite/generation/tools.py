"""The tools of an agent, read from its source and data files: decorated functions, lists of functions, and JSON schemas."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.suite.generation.profile import Parameter, Tool

DECORATORS = re.compile(r"^(\w*tool(_plain)?|kernel_function|ai_function|ai_callable|action|skill)$", re.IGNORECASE)
LISTS = re.compile(r"(^|_)(tools?|functions|actions|skills)$", re.IGNORECASE)
MODULES = re.compile(r"(^|_)tools?$")
SCHEMAS = ("input_schema", "parameters", "inputSchema", "args_schema")
CHANGING_WORDS = """
add apply approve archive assign book buy cancel change charge close create delete disable drop edit email enable execute file grant insert
issue make move open order pay post publish purchase put refund register release remove rename reschedule reserve reset revoke save schedule
send set submit transfer update upgrade upload withdraw write
"""
CHANGING = frozenset(CHANGING_WORDS.split())
KINDS = {"str": "text", "int": "number", "float": "number", "bool": "flag", "list": "list", "dict": "object", "date": "date"}
KINDS |= {"datetime": "time", "Decimal": "number", "string": "text", "integer": "number", "boolean": "flag", "array": "list"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def tools_in(trees: Mapping[str, ast.Module], data: Mapping[str, Json]) -> tuple[Tool, ...]:
    """Every tool once, by name; the surest way in which one is found counts."""
    functions = {node.name: (path, node) for path, tree in trees.items() for node in tree.body if isinstance(node, Function)}
    found: dict[str, Tool] = {}
    ways = (
        (tool for path, tree in trees.items() for tool in _decorated(path, tree)),
        (tool for path, tree in trees.items() for tool in _literal(path, tree)),
        (tool for path, value in data.items() for tool in _described(path, value)),
        (tool for tree in trees.values() for tool in _listed(tree, functions)),
        (tool for path, tree in trees.items() if MODULES.search(PurePosixPath(path).stem) for tool in _public(path, tree)),
    )
    sure = 0
    for number, way in enumerate(ways):
        if number == len(ways) - 1 and sure:
            break  # a module of that name tells only where nothing else does
        for tool in way:
            found.setdefault(tool.name, tool)
            sure += 1
    return tuple(found.values())


def changes(name: str) -> bool:
    """Whether a tool of this name does something beyond looking."""
    parts = re.findall(r"[A-Z]?[a-z]+", name)
    return bool(parts) and parts[0].lower() in CHANGING


def _decorated(path: str, tree: ast.Module) -> Iterator[Tool]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
                if DECORATORS.match(name):
                    yield _of_function(path, node, _named(decorator))
                    break
        elif isinstance(node, ast.ClassDef) and any(_last(base).endswith("Tool") for base in node.bases):
            yield _of_class(path, node)


def _named(decorator: ast.expr) -> str:
    """The name that a decorator gives, where it gives one."""
    if isinstance(decorator, ast.Call):
        given = [keyword.value for keyword in decorator.keywords if keyword.arg == "name"] or decorator.args[:1]
        if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str) and given[0].value.isidentifier():
            return given[0].value
    return ""


def _of_function(path: str, node: Function, name: str = "") -> Tool:
    every = node.args
    positional = [*every.posonlyargs, *every.args]
    defaults = len(positional) - len(every.defaults)
    found = [_parameter(each, number < defaults) for number, each in enumerate(positional)]
    found += [_parameter(each, default is None) for each, default in zip(every.kwonlyargs, every.kw_defaults, strict=True)]
    own = tuple(each for each in found if each.name not in ("self", "cls", "ctx", "context") and not each.kind.endswith("Context"))
    return Tool(name or node.name, _sentence(ast.get_docstring(node) or ""), own, changes(name or node.name), f"{path}:{node.lineno}")


def _of_class(path: str, node: ast.ClassDef) -> Tool:
    said = {
        target.id: each.value.value
        for each in node.body
        if isinstance(each, ast.Assign | ast.AnnAssign) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
        if isinstance(target, ast.Name)
    }
    name = said.get("name", node.name)
    return Tool(name, _sentence(said.get("description") or ast.get_docstring(node) or ""), (), changes(name), f"{path}:{node.lineno}")


def _parameter(argument: ast.arg, required: bool) -> Parameter:
    options: tuple[str, ...] = ()
    for node in ast.walk(argument.annotation) if argument.annotation else ():
        if isinstance(node, ast.Subscript) and _last(node.value) == "Literal":
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            options = tuple(str(each.value) for each in inner if isinstance(each, ast.Constant))
    kind = _last(argument.annotation) if argument.annotation else ""
    return Parameter(argument.arg, "choice" if options else KINDS.get(kind, kind), required, options)


def _last(node: ast.expr) -> str:
    """The last name of an annotation or a base: `Tool` of `lib.Tool`, `str` of `str | None`."""
    if isinstance(node, ast.BinOp):
        return _last(node.left)
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _literal(path: str, tree: ast.Module) -> Iterator[Tool]:
    """Schemas that are written out as dictionaries in the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and any(isinstance(key, ast.Constant) and key.value == "name" for key in node.keys):
            try:
                value = ast.literal_eval(node)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue
            if (tool := _of_schema(value, f"{path}:{node.lineno}")) is not None:
                yield tool


def _described(path: str, value: Json) -> Iterator[Tool]:
    """Schemas in a JSON, YAML or TOML file, wherever they stand in it."""
    if isinstance(value, dict):
        tool = _of_schema(value, path)
        if tool is not None:
            yield tool
            return
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _described(path, part)


def _of_schema(value: Mapping[str, Json], where: str) -> Tool | None:
    schema = next((value[key] for key in SCHEMAS if isinstance(value.get(key), dict)), None)
    name, says = value.get("name"), value.get("description", "")
    if not isinstance(name, str) or not isinstance(schema, dict) or not isinstance(says, str):
        return None
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        properties = schema if all(isinstance(each, dict) for each in schema.values()) else {}
    required = schema.get("required", [])
    needed = required if isinstance(required, list) else []
    return Tool(
        name, _sentence(says), tuple(_of_property(key, each, key in needed) for key, each in properties.items()), changes(name), where
    )


def _of_property(name: str, value: Json, required: bool) -> Parameter:
    if not isinstance(value, dict):
        return Parameter(name, "", required)
    options = value.get("enum")
    listed = tuple(str(each) for each in options) if isinstance(options, list) else ()
    kind = str(value.get("type", ""))
    form = str(value.get("format", ""))
    known = {"date": "date", "date-time": "time"}.get(form) or KINDS.get(kind, kind)
    return Parameter(name, "choice" if listed else known, required, listed)


def _listed(tree: ast.Module, functions: Mapping[str, tuple[str, Function]]) -> Iterator[Tool]:
    """Functions that stand in a list, or a mapping, which is called tools."""
    for node in ast.walk(tree):
        for value in _called_tools(node):
            yield from (_of_function(*functions[name], given) for given, name in _members(value) if name in functions)


def _called_tools(node: ast.AST) -> list[ast.expr]:
    """What a name, or a parameter, that speaks of tools is given here."""
    if isinstance(node, ast.Call):
        return [each.value for each in node.keywords if each.arg and LISTS.search(each.arg)]
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [node.value] if any(isinstance(each, ast.Name) and LISTS.search(each.id) for each in targets) else []
    return []


def _members(value: ast.expr) -> Iterator[tuple[str, str]]:
    """Names in a list, and what a mapping calls them."""
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        yield from (("", _last(each)) for each in value.elts if isinstance(each, ast.Name | ast.Attribute))
    elif isinstance(value, ast.Dict):
        for key, each in zip(value.keys, value.values, strict=True):
            if isinstance(each, ast.Name | ast.Attribute):
                yield (str(key.value) if isinstance(key, ast.Constant) else ""), _last(each)


def _public(path: str, tree: ast.Module) -> Iterator[Tool]:
    yield from (_of_function(path, node) for node in tree.body if isinstance(node, Function) and not node.name.startswith("_"))


def _sentence(text: str) -> str:
    """The first sentence."""
    plain = " ".join(text.split())
    return re.split(r"(?<=[.!?;])\s", plain, maxsplit=1)[0][:200]
