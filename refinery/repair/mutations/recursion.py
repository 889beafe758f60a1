"""Functions that call themselves, and generators: what is handed on, where they stop, and how the results come back."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.mutations.guards import returned
from refinery.repair.world import name_of, parameters

FAMILY = "recursion"
GENERATOR = "generator"


def propose(site: Site) -> Iterator[Mutation]:
    """A smaller part handed on, a call of itself put in or given its result, base cases moved, `yield` and `yield from`."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    yield from _yields(site, function)
    yield from _own_level(site, function)
    yield from _on_the_way(site, function)
    if not _calls_itself(site, function):
        return
    given = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and name_of(node.func) == function.name:
            yield from _turned(site, node)
            for argument in node.args:
                yield from _smaller(site, argument)
        elif isinstance(node, ast.Name | ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Load) and len(given) == 1:
            yield from _itself(site, function, node)
    yield from _with_own(site, function)
    yield from _nothing_there(site, function, given)
    if isinstance(statement, ast.If):
        yield from _base(site, function, statement.test)
    if isinstance(statement, ast.Return) and statement.value is not None:
        yield from _ending(site, statement.value, given)


def _on_the_way(site: Site, function: Function) -> Iterator[Mutation]:
    """`return self.find(self.parent[x])`, where only a step of the way is given: whether there are more is asked just above."""
    statement, outer = site.statement.node, site.parent(site.statement.node)
    value = statement.value if isinstance(statement, ast.Return) else None
    if not isinstance(value, ast.Subscript | ast.Attribute) or not isinstance(outer, ast.If) or len(parameters(function)) != 1:
        return
    if parameters(function)[0] in site.src(value) and site.src(value) in site.src(outer.test) and statement in outer.body:
        own = f"self.{function.name}" if isinstance(site.parent(function), ast.ClassDef) else function.name
        yield site.put(value, f"{own}({site.src(value)})", FAMILY, f"Go on from `{short(site.src(value))}` to the end", 0.45)


def _turned(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`gcd(b, a % b)` for `gcd(a % b, b)`: the two change their parts from call to call."""
    if len(node.args) == 2 and not node.keywords:
        one, other = (site.src(each) for each in node.args)
        (start, _), (_, end) = site.module.span(node.args[0]), site.module.span(node.args[1])
        yield site.between(start, end, f"{other}, {one}", FAMILY, f"Go on with `{short(other, 20)}` before `{short(one, 20)}`", 0.3)


def _nothing_there(site: Site, function: Function, given: list[str]) -> Iterator[Mutation]:
    """A function that goes on with the parts of a thing has an answer where there is none."""
    first = function.body[1] if ast.get_docstring(function) is not None and len(function.body) > 1 else function.body[0]
    if site.statement.node is not first or not given:
        return
    calls = [each for each in site.module.inside(function) if isinstance(each, ast.Call) and name_of(each.func) == function.name]
    below = any(isinstance(arg, ast.Attribute) and site.src(arg.value) == given[0] for each in calls for arg in each.args)
    asked = f"{given[0]} is None" in site.module.source(function) or f"not {given[0]}" in site.module.source(function)
    for value in dict.fromkeys([*returned(site, function), "0", "None", "[]"]) if below and not asked else ():
        code = f"if {given[0]} is None:\n    return {value}"
        yield site.add(code, "before", FAMILY, f"Answer `{value}` where there is no `{given[0]}`", 0.35)


def _own_level(site: Site, function: Function) -> Iterator[Mutation]:
    """`not` before `not` is read by what reads a `not`: where functions call each other in turn, one may go on with itself."""
    for node in site.statement.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name | ast.Attribute):
            continue
        name = name_of(node.func)
        known = site.world.functions.get(name)
        if name == function.name or known is None or parameters(known[1]) != parameters(function) or known[0] is not site.module:
            continue
        if site.parent(known[1]) is not site.parent(function):
            continue
        back = any(isinstance(part, ast.Call) and name_of(part.func) == function.name for part in ast.walk(known[1]))
        end = site.module.span(node.func)[1]
        says = f"Go on with `{function.name}` itself, not with `{name}`"
        yield site.between(end - len(name), end, function.name, FAMILY, says, 0.45 if back else 0.2)


def _smaller(site: Site, node: ast.expr) -> Iterator[Mutation]:
    text = site.src(node)
    if isinstance(node, ast.Name | ast.Attribute):
        for part, prior in ((f"{text}[1:]", 0.3), (f"{text}[:-1]", 0.2), (f"{text} // 2", 0.08)):
            yield site.put(node, part, FAMILY, f"Go on with `{part}`, not `{text}`", prior)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        whole = site.src(node.value)
        yield site.put(node, whole, FAMILY, f"Go on with all of `{short(whole)}`", 0.2)


def _itself(site: Site, function: Function, node: ast.expr) -> Iterator[Mutation]:
    """The result for a part, not the part."""
    parent = site.parent(node)
    own = isinstance(parent, ast.Call) and (parent.func is node or name_of(parent.func) == function.name)
    if own or not isinstance(parent, ast.Call | ast.BinOp | ast.Return | ast.List | ast.Tuple | ast.Starred | ast.IfExp):
        return
    text = site.src(node)
    part = isinstance(node, ast.Subscript | ast.Attribute)
    self_call = f"self.{function.name}" if function.args.args and function.args.args[0].arg == "self" else function.name
    yield site.put(node, f"{self_call}({text})", FAMILY, f"Take `{function.name}` of `{short(text)}`", 0.3 if part else 0.12)


def _with_own(site: Site, function: Function) -> Iterator[Mutation]:
    """`for tail in self(rest): keep(tail)` keeps the results for a part; its own item belongs before them."""
    loop = site.module.loop(site.statement.node)
    if not (isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Call)):
        return
    if name_of(loop.iter.func) != function.name:
        return
    tail = loop.target.id
    for node in site.statement.nodes:
        handed = isinstance(site.parent(node), ast.Call | ast.Yield) and getattr(site.parent(node), "func", None) is not node
        if not (isinstance(node, ast.Name) and node.id == tail and handed):
            continue
        for name in [each for each in site.locals if each not in (tail, "self", function.name)][:4]:
            for new in (f"[{name}] + {tail}", f"({name}, *{tail})", f"{name} + {tail}"):
                yield site.put(node, new, FAMILY, f"Put `{name}` before each `{tail}`", 0.25)


def _base(site: Site, function: Function, test: ast.expr) -> Iterator[Mutation]:
    """`n == 0` for `n <= 1`: both the operator and the number; `not items` for fewer than two of them."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.comparators[0], ast.Constant):
        value = test.comparators[0].value
        if type(value) is int:
            left = site.src(test.left)
            for new in (
                f"{left} <= {value + 1}",
                f"{left} < {value + 1}",
                f"{left} <= {value}",
                f"{left} < {value}",
                f"{left} <= {value - 1}",
            ):
                yield site.put(test, new, FAMILY, f"Stop when `{short(new)}`", 0.25)
    elif isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        text = site.src(test.operand)
        cut = [each.slice for each in site.module.inside(function) if isinstance(each, ast.Subscript) and site.src(each.value) == text]
        halves = {site.src(each.upper) for each in cut if isinstance(each, ast.Slice) and each.upper is not None and each.lower is None}
        halved = any(isinstance(each, ast.Slice) and each.lower is not None and site.src(each.lower) in halves for each in cut)
        says = f"Stop when `{short(text)}` has at most one item"
        yield site.put(test, f"len({text}) <= 1", FAMILY, says, 0.65 if halved else 0.25)


def _ending(site: Site, value: ast.expr, given: list[str]) -> Iterator[Mutation]:
    """What the simple case answers; and one more for this level."""
    if isinstance(value, ast.Constant) or (isinstance(value, ast.List | ast.Tuple | ast.Dict) and not any(ast.iter_child_nodes(value))):
        text = site.src(value)
        for name in given[:4]:
            yield site.put(value, name, FAMILY, f"Answer `{name}` itself in the simple case", 0.2)
            yield site.put(value, f"[{name}]", FAMILY, f"Answer a list of `{name}` in the simple case", 0.12)
        if isinstance(value, ast.List):
            yield site.put(value, f"[{text}]", FAMILY, f"Answer one `{text}` in the simple case, not none", 0.4)
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("max", "min", "sum"):
        yield site.put(value, f"1 + {site.src(value)}", FAMILY, "Count this level too", 0.4)


def _yields(site: Site, function: Function) -> Iterator[Mutation]:
    """Items or what yields items."""
    generator = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in site.module.inside(function))
    statement = site.statement.node
    for node in site.statement.nodes:
        if isinstance(node, ast.Yield) and node.value is not None:
            text = site.src(node.value)
            nested = isinstance(node.value, ast.Call)
            yield site.put(node, f"yield from {text}", GENERATOR, f"Yield the items of `{short(text)}`, not itself", 0.7 if nested else 0.3)
        elif isinstance(node, ast.YieldFrom):
            text = site.src(node.value)
            yield site.put(node, f"yield {text}", GENERATOR, f"Yield `{short(text)}` itself, not its items", 0.5)
    if not generator:
        return
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        text = site.src(statement.value)
        own = name_of(statement.value.func) == function.name
        yield site.put(statement, f"yield from {text}", GENERATOR, f"Yield what `{short(text)}` yields", 0.85 if own else 0.2)
    if isinstance(statement, ast.Return) and statement.value is not None:
        text = grouped(site, statement.value)
        yield site.put(statement, f"yield {text}", GENERATOR, f"Yield `{short(text)}` and go on", 0.6)
        yield site.put(statement, f"yield from {text}", GENERATOR, f"Yield the items of `{short(text)}`", 0.4)


def _calls_itself(site: Site, function: Function) -> bool:
    return any(isinstance(node, ast.Call) and name_of(node.func) == function.name for node in site.module.inside(function))
