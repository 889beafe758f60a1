"""What agents meet outside: calls that fail for a moment, JSON in fences, times without a zone; only where the evidence says so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

TRANSIENT = ("timeout", "timed out", "connection", "429", "503", "rate limit", "temporar", "unavailable", "overloaded", "transient")
PARSING = ("jsondecodeerror", "```", "json", "expecting value", "fence", "unparsable")
ZONES = ("offset-naive", "offset-aware", "timezone", "time zone", "utc", "tzinfo")


def propose(site: Site) -> Iterator[Mutation]:
    """Retries, tolerant parsing and time zones."""
    if site.clues.any_of(*TRANSIENT):
        yield from _retried(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and name_of(node.func) == "loads" and node.args:
            yield from _unfenced(site, node, 1.0 if site.clues.any_of(*PARSING) else 0.5)
        if site.clues.any_of(*ZONES):
            yield from _zoned(site, node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and name_of(node.func) == "gather":
            yield from _each_for_itself(site, node)


def _each_for_itself(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`gather` gives up all results for the first error, unless errors are to be results."""
    if node.args and not any(each.arg == "return_exceptions" for each in node.keywords):
        told = re.search(r"isinstance\(\w+, (?:Base)?Exception\)", site.module.text)
        end = site.module.span((node.keywords or node.args)[-1])[1]
        says = "Take errors among the results, so that the others are not lost"
        yield site.between(end, end, ", return_exceptions=True", "retry", says, 0.85 if told else 0.3)


def _retried(site: Site) -> Iterator[Mutation]:
    statement, function = site.statement.node, site.function
    if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
        for name, (module, known) in site.world.functions.items():
            if "retr" in name.lower() and (module is site.module or name in site.module.globals):
                call = f"@{name}" if len(known.args.args) == 1 and _wraps(known) else f"@{name}()"
                yield site.add_decorator(call, f"Retry `{statement.name}` as `{name}` does", 0.55)
    if function is None or not isinstance(statement, ast.Assign | ast.Return | ast.Expr) or site.module.loop(statement) is not None:
        return
    calls = [node for node in site.statement.nodes if isinstance(node, ast.Call)]
    if not calls:
        return
    text = site.src(statement)
    if "\n" in text:
        return
    done = "" if isinstance(statement, ast.Return) else "\n        break"
    errors = sorted(site.clues.errors & {"TimeoutError", "ConnectionError", "ConnectionResetError", "OSError"} | _own_errors(site))
    caught = f"({', '.join(errors)})" if len(errors) > 1 else errors[0] if errors else "(TimeoutError, ConnectionError)"
    code = f"for attempt in range(3):\n    try:\n        {text}{done}\n    except {caught}:\n        if attempt == 2:\n            raise"
    yield site.add(
        code,
        "instead",
        "retry",
        f"Try `{short(site.src(calls[0].func))}` up to three times",
        0.5,
        "a call that is not safe to repeat is repeated",
    )


def _own_errors(site: Site) -> set[str]:
    """Error classes of the project that the failure names and that this file knows."""
    return {name for name in site.clues.errors if name in site.module.globals}


def _wraps(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(node, ast.Return) and isinstance(node.value, ast.Name) for node in function.body) and not any(
        isinstance(inner, ast.FunctionDef) and any(isinstance(deep, ast.FunctionDef) for deep in inner.body) for inner in function.body
    )


def _unfenced(site: Site, node: ast.Call, weight: float) -> Iterator[Mutation]:
    text = site.src(node.args[0])
    bare = text if isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript | ast.Call) else f"({text})"
    if isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript):
        new = f'{bare}[{bare}.find("{{") : {bare}.rfind("}}") + 1]'
        yield site.put(node.args[0], new, "fenced JSON", f"Read the JSON object inside `{short(text)}`", 0.7 * weight)
        new = f'{bare}[{bare}.find("[") : {bare}.rfind("]") + 1]'
        yield site.put(node.args[0], new, "fenced JSON", f"Read the JSON list inside `{short(text)}`", 0.35 * weight)
    new = f'{bare}.strip().removeprefix("```json").removeprefix("```").removesuffix("```")'
    yield site.put(node.args[0], new, "fenced JSON", f"Take the code fence off `{short(text)}` before parsing", 0.65 * weight)


def _zoned(site: Site, node: ast.expr) -> Iterator[Mutation]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    text, name = site.src(node), node.func.attr
    start, end = site.module.span(node)
    utc = "timezone.utc"
    needs = "" if "timezone" in site.module.globals else "datetime:timezone"
    if name == "now" and not node.args:
        new = text[:-1].rstrip("(") + f"({utc})"
        yield Mutation(start, end, new, "time zone", "Take the time in UTC, with its zone", 0.6, imports=needs)
    if name == "utcnow":
        new = f"{site.src(node.func.value)}.now({utc})"
        yield Mutation(start, end, new, "time zone", "Take the time in UTC, with its zone", 0.7, imports=needs)
    if name in ("fromisoformat", "strptime"):
        yield Mutation(start, end, f"{text}.replace(tzinfo={utc})", "time zone", f"Read `{short(text)}` as UTC", 0.55, imports=needs)
        yield Mutation(start, end, f"{text}.astimezone({utc})", "time zone", f"Turn `{short(text)}` into UTC", 0.35, imports=needs)
    if name == "fromtimestamp" and len(node.args) == 1:
        new = f"{text[:-1]}, {utc})"
        yield Mutation(start, end, new, "time zone", "Read the time stamp as UTC", 0.6, imports=needs)
