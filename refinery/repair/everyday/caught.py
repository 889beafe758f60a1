"""Errors that are not caught: all but the first of an `or`, and those that were taken for others."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from refinery.repair.everyday.branches import below, each_of, kinds
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

CAUGHT = "error caught"
TAKEN_FOR = tuple({first, second} for first, second in (
    ("ValueError", "TypeError"), ("KeyError", "IndexError"), ("KeyError", "AttributeError"), ("KeyError", "ValueError"),
    ("KeyError", "TypeError"), ("FileNotFoundError", "FileExistsError"), ("AttributeError", "TypeError"),
    ("IndexError", "StopIteration"), ("ZeroDivisionError", "ValueError"), ("TimeoutError", "ConnectionError"),
))  # fmt: skip
"""Errors that are taken for each other."""


def propose(site: Site) -> Iterator[Mutation]:
    """A handler for each error that comes."""
    statement = site.statement.node
    if isinstance(statement, ast.Try):
        yield from _either(site, statement)
        yield from _other_errors(site, statement)


def _either(site: Site, statement: ast.Try) -> Iterator[Mutation]:
    """`except KeyError or ValueError` catches the first alone."""
    for handler in statement.handlers:
        if isinstance(handler.type, ast.BoolOp):
            new = f"({', '.join(map(site.src, handler.type.values))})"
            yield site.put(handler.type, new, CAUGHT, f"Catch each of `{new}`", 0.95)


def _other_errors(site: Site, statement: ast.Try) -> Iterator[Mutation]:
    """An error that was seen, and that goes past handlers of others."""
    caught = [name for handler in statement.handlers for name in (kinds(handler.type) if handler.type else ["BaseException"])]
    for error in sorted(site.clues.errors)[:2]:
        kind = getattr(builtins, error, None)
        named = error in site.module.globals or (isinstance(kind, type) and error != "AssertionError")
        if not named or any(name == error or below(site, error, name) for name in caught):
            continue
        for handler in statement.handlers[:2]:
            if handler.type is not None:
                if _tells_kind(site, handler):
                    says = "Catch every error: the answer tells of which kind it is"
                    yield site.put(handler.type, "Exception", CAUGHT, says, 0.75)
                both = f"({', '.join([*map(site.src, each_of(handler.type)), error])})"
                taken = any({error, name} in TAKEN_FOR for name in kinds(handler.type))
                yield site.put(handler.type, both, CAUGHT, f"Catch `{error}` as well", 0.6 if taken else 0.45)
                instead = f"Catch `{error}`, not `{short(site.src(handler.type))}`"
                yield site.put(handler.type, error, CAUGHT, instead, 0.65 if taken else 0.4)


def _tells_kind(site: Site, handler: ast.ExceptHandler) -> bool:
    """Whether what is done about an error says of which kind it is."""
    asked = [node for node in site.module.inside(handler) if isinstance(node, ast.Call) and name_of(node.func) == "type" and node.args]
    return bool(handler.name) and any(site.src(node.args[0]) == handler.name for node in asked)
