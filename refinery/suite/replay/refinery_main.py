"""Runs a main program as Python would, with the tools in it answered from the recording."""

from __future__ import annotations

import ast
import builtins
import os
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TOOLS: list[tuple[Any, str]] = []
"""What replaces tools here, and the name of the main module in refinery.toml; put there by sitecustomize."""


def run(arguments: list[str]) -> None:
    """Be `python ARGUMENTS...`."""
    path = arguments[0]
    known = sys.modules.get("refinery_main")
    tools = known.TOOLS if known else []
    with open(path, "rb") as file:
        source = file.read()
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.argv = arguments
    sys.path[0] = os.path.dirname(os.path.abspath(path))
    sys.modules["__main__"] = module
    exec(main_code(source, path, *tools[0]) if tools else compile(source, path, "exec", dont_inherit=True), module.__dict__)


def main_code(source: Any, path: str, tools: Any, name: str) -> Any:
    """The code of a main program in which the tools answer from the recording: it cannot be waited for, since it runs as it loads."""
    wanted = {path: tool for tool, path in tools.wanted.get(name, ())}
    tree = ast.parse(source, path)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    there: set[str] = set()

    def mark(body: Any, above: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                mark(node.body, above + node.name + ".")
            elif isinstance(node, functions) and above + node.name in wanted:
                there.add(above + node.name)
                fixed = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
                bound = bool(above) and not fixed
                call = ast.parse("__refinery_answered__(" + repr(wanted[above + node.name]) + ", " + repr(bound) + ")", mode="eval").body
                node.decorator_list.append(call)
                for part in ast.walk(call):
                    ast.copy_location(part, node)

    mark(tree.body, "")
    for missing in sorted(set(wanted) - there):
        tools.world.journal.note({"wrong": name + ":" + missing + " cannot be answered from the recording: it is no function there"})

    def answered(tool: str, bound: bool) -> Any:
        return lambda function: tools.answered(tool, function, bound)

    builtins.__dict__["__refinery_answered__"] = answered
    return compile(tree, path, "exec", dont_inherit=True)


if __name__ == "__main__":
    run(sys.argv[1:])
