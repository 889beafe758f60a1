"""What is written where another expression may be tried, and what is at hand there: what `refinery_texts` starts from."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence

from adapters.trace import Json
from refinery.repair.module import FUNCTIONS, Module
from refinery.repair.replacing.instrument import Site

LONGEST = 240
"""Characters of an expression that is replaced as a whole."""
COMPARED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COUNTED: Mapping[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
PARTS = 12
SHORT = 20
"""Characters of a constant that may stand elsewhere too."""
NAMES = 24
"""Names of a function that are tried, the nearest first."""
FUNCTIONS_TRIED = 6
HERE, NEAR, FAR, GLOBAL, WRITTEN, COMMON = 1.0, 0.8, 0.6, 0.4, 0.4, 0.25
"""What counts a thing that stands in the expression itself, in the lines around it, further away, at the top of the file; a constant of the
function; and one of everywhere."""
AROUND = 3
PLAIN = (
    ast.Name,
    ast.Constant,
    ast.Call,
    ast.Attribute,
    ast.Subscript,
    ast.List,
    ast.Dict,
    ast.ListComp,
    ast.JoinedStr,
    ast.Set,
    ast.DictComp,
)


def nodes(module: Module) -> dict[tuple[int, int, int, int], ast.expr]:
    """The expressions of a file by their places."""
    found: dict[tuple[int, int, int, int], ast.expr] = {}
    for node in module.inside(module.tree):
        if isinstance(node, ast.expr):
            found.setdefault((node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0), node)
    return found


def given(site: Site, node: ast.expr, module: Module, modules: Mapping[str, Module], read: Sequence[str]) -> dict[str, Json] | None:
    """What the helper is told of a place; None for what is too long, or waits for something.

    `old` is what is written there, `grouped` the same so that something may stand beside it, `parts` what stands before each part of it,
    the part, and what stands after it, and `other` the same with other signs. `atoms` have names at hand, `functions` take one thing, and
    `read` are fields and items that the repository reads somewhere.
    """
    old = module.source(node)
    if len(old) > LONGEST or any(isinstance(each, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for each in ast.walk(node)):
        return None
    parts = list(_parts(module, node))[:PARTS]
    atoms = dict([*((part, HERE) for _, part, _ in parts), *_names(module, node), *_constants(module, node)][::-1])
    return {
        "kind": site.kind,
        "old": old,
        "grouped": grouped(old, node),
        "atoms": [[*each] for each in atoms.items()],
        "parts": [[*each] for each in parts],
        "other": list[Json](_signs(node)),
        "functions": list[Json](_functions(module, node, modules))[:FUNCTIONS_TRIED],
        "read": [*read],
    }


def read_in(modules: Mapping[str, Module]) -> list[str]:
    """Names of attributes that code reads, and texts by which it may read items."""
    found: set[str] = set()
    for module in modules.values():
        for node in module.inside(module.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
                found.add(node.value)
    return sorted(found)


def grouped(text: str, node: ast.expr) -> str:
    """In brackets where putting it next to an operator could change its meaning."""
    return text if isinstance(node, PLAIN) or ((text[:1], text[-1:]) == ("(", ")") and isinstance(node, ast.Tuple)) else f"({text})"


def fitted(text: str, node: ast.expr, module: Module) -> str:
    """A text for the place of a node, in brackets where what is around it would take a part of it away."""
    around = module.parents.get(node)
    new = ast.parse(f"({text}\n)", mode="eval").body
    beside = isinstance(around, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare | ast.Attribute | ast.Starred | ast.IfExp)
    beside = beside or (isinstance(around, ast.Subscript) and around.value is node)
    beside = beside or (isinstance(around, ast.comprehension) and isinstance(new, ast.IfExp | ast.Lambda))
    beside = beside or "\n" in text
    return grouped(text, new) if beside else text


def _parts(module: Module, node: ast.expr) -> Iterator[tuple[str, str, str]]:
    start, end = module.span(node)
    for part in ast.walk(node):
        if part is node or not isinstance(part, ast.expr) or isinstance(part, ast.Starred | ast.Slice | ast.FormattedValue | ast.JoinedStr):
            continue
        parent = module.parents.get(part)
        called = isinstance(parent, ast.Call) and parent.func is part
        if called or not isinstance(getattr(part, "ctx", ast.Load()), ast.Load) or isinstance(parent, ast.JoinedStr):
            continue
        first, last = module.span(part)
        yield module.text[start:first], grouped(module.text[first:last], part), module.text[last:end]


def _signs(node: ast.expr) -> Iterator[str]:
    """With one sign that is another, and with all comparisons that are."""
    every = list(ast.walk(node))
    compared = [number for number, each in enumerate(every) if isinstance(each, ast.Compare)]
    single = [[number] for number, each in enumerate(every) if isinstance(each, ast.Compare | ast.BoolOp | ast.BinOp)]
    for numbers in [*single, *([compared] if len(compared) > 1 else [])]:
        new = copy.deepcopy(node)
        for number, each in enumerate(ast.walk(new)):
            if number in numbers:
                _turn(each)
        yield ast.unparse(new)


def _turn(node: ast.AST) -> None:
    if isinstance(node, ast.Compare):
        node.ops = [COMPARED[type(each)]() for each in node.ops]
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp):
        node.op = COUNTED.get(type(node.op), type(node.op))()


def _names(module: Module, node: ast.expr) -> Iterator[tuple[str, float]]:
    own = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    function = module.function(node) or module.tree
    near = {each.id for each in module.inside(function) if isinstance(each, ast.Name) and abs(each.lineno - node.lineno) <= AROUND}
    names = tuple(dict.fromkeys((*module.comprehension_names(node), *module.local_names(node))))
    for name in sorted(names, key=lambda each: (each not in own, each not in near))[:NAMES]:
        yield name, HERE if name in own else NEAR if name in near else FAR
    for path in module.expressions(node)[:NAMES]:
        yield path, FAR
    for statement in module.tree.body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target] if isinstance(statement, ast.AnnAssign) else []
        )
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, GLOBAL


def _constants(module: Module, node: ast.expr) -> Iterator[tuple[str, float]]:
    function = module.function(node)
    for each in module.inside(function) if function else ():
        plain = isinstance(each, ast.Constant) and isinstance(each.value, int | float | str) and len(repr(each.value)) <= SHORT
        if plain and not isinstance(module.parents.get(each), ast.Expr | ast.JoinedStr):
            yield module.source(each), WRITTEN  # type: ignore[arg-type]  # a constant
    yield from (("0", COMMON), ("1", COMMON), ('""', COMMON))


def _functions(module: Module, node: ast.expr, modules: Mapping[str, Module]) -> Iterator[str]:
    known = {
        each.name: each
        for other in modules.values()
        for each in other.tree.body
        if isinstance(each, FUNCTIONS) and each.name in module.globals
    }
    around = module.function(node)
    called = [each.func.id for each in module.inside(module.tree) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    for name in dict.fromkeys([*called, *known]):
        function = known.get(name)
        if isinstance(function, ast.FunctionDef) and function is not around:
            needed = len(function.args.posonlyargs) + len(function.args.args) - len(function.args.defaults)
            if needed == 1 and not any(each is None for each in function.args.kw_defaults):
                yield name
