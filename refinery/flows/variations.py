"""What a test calls, with other values in it: a file of probes that tells what each comes to, where tests are all that can be run.

A test says what is right for its own values alone. With its claims taken out and one value changed, it says what the code under test
makes of inputs nearby, which is what cures that pass the same tests are told apart by (see `neighbours`).
"""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import PurePosixPath

from refinery.domain import Attempt, Scenario
from refinery.flows.neighbours import Neighbour, Neighbourhood, Seen, changed

EACH = 8
"""Variations of one test."""
MOST = 40
OWN = 16
"""Tests that are varied, failing ones first."""
LONGEST_VALUE = 2000
"""Letters of a result that are compared."""
SECONDS = 0.1
"""Of processor time, for one variation."""
HANGS = 3
"""Variations that do not come to an end, after which no more are tried."""
MARK = "what the probes came to: "
PROBE = """
def test_of_{name}():
    import json, signal, sys
    found = []

    def late(*_):
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, late)
    late_ones = 0
    for probe in {probes}:
        told = []
        crashed = ""
        if late_ones >= {hangs}:
            found.append([[], "TimeoutError"])
            continue
        signal.setitimer(signal.ITIMER_VIRTUAL, {seconds})
        try:
            globals()[probe](lambda value: told.append(repr(value)[:{longest}]))
        except BaseException as error:
            crashed = type(error).__name__
            late_ones += isinstance(error, TimeoutError)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        found.append([told[-20:], crashed])
    raise AssertionError({mark!r} + json.dumps(found) + "\\n")
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """A test file beside one of the user's, and what its probes are variations of."""

    path: str
    source: str
    test: Scenario
    around: Neighbourhood
    shown: tuple[str, ...] = ()
    """The probes as code, for people, in the order of their inputs."""


def probe_for(red: Sequence[Scenario], green: Sequence[Scenario], files: Mapping[str, str]) -> Probe | None:
    """Variations of the tests of the file that most failing tests stand in; None where there is nothing that could be varied."""
    homes = [scenario.test.partition("::")[0] for scenario in red if scenario.test]
    home = max(dict.fromkeys(homes), key=homes.count, default="")
    try:
        tree = ast.parse(files.get(home, ""))
    except (SyntaxError, ValueError, RecursionError):
        return None
    names = [(each.test.partition("::")[2], each in red) for each in (*red, *green) if each.test.startswith(f"{home}::")]
    cases = [(body, failing) for name, failing in names for body in _cases(tree, name)][:OWN]
    if not cases:
        return None
    rows = [[(place, failing, body) for body in islice(_varied(case), EACH)] for place, (case, failing) in enumerate(cases)]
    near = [each for each in chain.from_iterable(zip_longest(*rows)) if each is not None][:MOST]
    if not near:
        return None
    bodies = [body for _, _, body in near] + [body for body, _ in cases]
    texts = [_function(f"probe_{number}", body) for number, body in enumerate(bodies)]
    around = Neighbourhood(
        tuple(Neighbour(number, place, failing) for number, (place, failing, _) in enumerate(near)), tuple(range(len(cases)))
    )
    path = PurePosixPath(home).with_name("test_probes_of_refinery.py").as_posix()
    kept = ast.Module([node for node in tree.body if not _is_test(node)], [])
    end = PROBE.format(
        name="all",
        hangs=HANGS,
        probes=[f"probe_{number}" for number in range(len(bodies))],
        seconds=SECONDS,
        longest=LONGEST_VALUE,
        mark=MARK,
    )
    source = "\n\n".join([ast.unparse(kept), *texts, end])
    shown = tuple(ast.unparse(_Plain().visit(copy.deepcopy(ast.Module(body, [])))) for body in bodies)
    return Probe(path, source, Scenario("probes", None, (), test=f"{path}::test_of_all"), around, shown)


def told(attempt: Attempt) -> list[Seen]:
    """What each probe came to; nothing when they did not come to an end."""
    _, found, rest = attempt.error.rpartition(MARK)
    try:
        rows = json.loads(rest.splitlines()[0]) if found else []
    except (ValueError, IndexError):
        return []
    return [Seen((tuple(values), crashed), bool(crashed)) for values, crashed in rows]


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name.lower().startswith("test")


def _cases(tree: ast.Module, name: str) -> Iterator[list[ast.stmt]]:
    """The body of a test without its claims, with the values of its parameters before it; nothing for one that needs fixtures."""
    bare = name.partition("[")[0].split("::")
    block: list[ast.stmt] = tree.body
    function: ast.stmt | None = None
    for part in bare:
        function = next((node for node in block if getattr(node, "name", "") == part), None)
        block = getattr(function, "body", [])
    if not isinstance(function, ast.FunctionDef):
        return
    needed = [argument.arg for argument in function.args.args if argument.arg != "self"]
    given = _parameters(function) if needed else [{}]
    body = [_Claims().visit(copy.deepcopy(node)) for node in function.body]
    for values in given[:1] if "[" not in name else _chosen(given, name):
        if set(needed) <= set(values) and not any(
            isinstance(node, ast.Name) and node.id == "self" for part in body for node in ast.walk(part)
        ):
            first: list[ast.stmt] = [ast.Assign([ast.Name(key, ast.Store())], values[key]) for key in needed]
            yield [*first, *body]


def _chosen(given: list[dict[str, ast.expr]], name: str) -> list[dict[str, ast.expr]]:
    """The parameters that a test's name tells, where it does; else the first."""
    told = name.partition("[")[2].rstrip("]")
    fits = [each for each in given if "-".join(_plain(value) for value in each.values()) == told]
    return fits[:1] or given[:1]


def _plain(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "?"


def _parameters(function: ast.FunctionDef) -> list[dict[str, ast.expr]]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("parametrize") and len(decorator.args) > 1:
            names, rows = decorator.args[:2]
            try:
                keys = ast.literal_eval(names)
            except ValueError:
                return []
            keys = [key.strip() for key in keys.split(",")] if isinstance(keys, str) else list(keys)
            if not isinstance(rows, ast.List | ast.Tuple):
                return []
            values = [row.elts if isinstance(row, ast.Tuple | ast.List) and len(keys) > 1 else [row] for row in rows.elts]
            return [dict(zip(keys, row, strict=False)) for row in values]
    return []


class _Claims(ast.NodeTransformer):
    """`assert a == b` tells `a`."""

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:  # the name that `ast` looks for
        test = node.test
        value = test.left if isinstance(test, ast.Compare) else test
        return ast.Expr(ast.Call(ast.Name("tell", ast.Load()), [value], []))


class _Plain(ast.NodeTransformer):
    """`tell(a)` reads `a`."""

    def visit_Call(self, node: ast.Call) -> ast.expr:  # the name that `ast` looks for
        self.generic_visit(node)
        return node.args[0] if isinstance(node.func, ast.Name) and node.func.id == "tell" else node


def _varied(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """The body with one value in it changed, the first change of every value before the second of any."""
    module = ast.Module(body, [])
    literals = list(_literals(module))
    rows = [[(place, new) for new in islice(_others(node), 4)] for place, node in enumerate(literals)]
    for each in chain.from_iterable(zip_longest(*rows)):
        if each is not None:
            own = copy.deepcopy(module)
            target = list(_literals(own))[each[0]]
            _Put(target, each[1]).generic_visit(own)
            yield own.body


def _literals(tree: ast.AST) -> Iterator[ast.expr]:
    """The outermost values that are written out; names of keywords and of attributes are none."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.expr) and _value(child) is not None and not isinstance(tree, ast.Expr | ast.JoinedStr):
            yield child
        else:
            yield from _literals(child)


def _value(node: ast.expr) -> object:
    if not isinstance(node, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.UnaryOp | ast.Set):
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _others(node: ast.expr) -> Iterator[ast.expr]:
    value = _value(node)
    for new in changed(value):
        try:
            made = ast.parse(repr(new), mode="eval").body
        except (SyntaxError, ValueError):
            continue
        if new != value:
            yield made


class _Put(ast.NodeTransformer):
    def __init__(self, target: ast.expr, new: ast.expr) -> None:
        self.target = target
        self.new = new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.target else self.generic_visit(node)


def _function(name: str, body: list[ast.stmt]) -> str:
    arguments = ast.arguments([], [ast.arg("tell")], None, [], [], None, [])
    function = ast.FunctionDef(name, arguments, body, [], None)
    return ast.unparse(ast.fix_missing_locations(ast.Module([function], [])))
