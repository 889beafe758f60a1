"""Something left out of an expression: a term, a unit, a limit, a part of a key."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

UNITS = (("// 2", 0.16), ("/ 100", 0.3), ("* 100", 0.18), ("/ 60", 0.12), ("* 60", 0.12), ("/ 1000", 0.12), ("* 1000", 0.12))
SCALED = frozenset({"rate", "percent", "percentage", "tax", "share", "ratio", "fee", "discount", "cent", "minute", "second", "hour", "ms"})
PERCENTS = frozenset({"percent", "percentage", "pct"})
PLACES = (ast.Tuple, ast.Call, ast.Return, ast.Assign, ast.keyword, ast.Dict)
ENDS = frozenset(
    {("start", "stop"), ("start", "end"), ("begin", "end"), ("lo", "hi"), ("low", "high"), ("left", "right"), ("first", "last")}
)
"""Names of the two ends of a stretch: what lies between them is their difference."""
CEILINGS = frozenset({"max", "maximum", "limit", "capacity", "cap", "most", "ceiling", "upper", "burst", "budget", "highest"})
FLOORS = frozenset({"min", "minimum", "floor", "least", "lower", "lowest", "reserve"})
"""What fields are called that say how great, or how small, something may become."""
MOST = 4


def propose(site: Site) -> Iterator[Mutation]:
    """Names in scope added to sums, limits, keys; figures brought to the unit beside them."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
            parent = site.parent(node)
            if isinstance(parent, ast.BinOp) and not isinstance(parent.op, ast.Mod):
                yield from _units(site, node)
            called = isinstance(parent, ast.Call) and parent.func is node
            if isinstance(node, ast.Name) and isinstance(parent, PLACES) and not called:
                yield from _terms(site, node)
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.JoinedStr | ast.Call | ast.Tuple) and _is_key(site, node):
            yield from _keys(site, node)
    yield from _parts(site)
    yield from _masked(site)
    statement = site.statement.node
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Return | ast.Assign) and isinstance(
        value, ast.Name | ast.BinOp | ast.Attribute | ast.Subscript | ast.Call
    ):
        yield from _limits(site, value)
    if isinstance(statement, ast.Return | ast.Assign | ast.AugAssign) and isinstance(value, ast.BinOp | ast.Call):
        yield from _counted(site, value)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult):
            yield from _shared(site, value)
    if isinstance(statement, ast.AugAssign) and isinstance(value, ast.Subscript):
        yield from _left_behind(site, value)
    if isinstance(statement, ast.Return | ast.Assign) and isinstance(value, ast.Name | ast.Subscript | ast.List | ast.ListComp | ast.Call):
        yield from _prefixed(site, value)


def _units(site: Site, node: ast.expr) -> Iterator[Mutation]:
    text = site.src(node)
    told = bool(parts(name_of(node)) & SCALED)
    for unit, prior in UNITS:
        says = f"Take `{short(text)} {unit}` instead of `{short(text)}`"
        if unit == "/ 100" and parts(name_of(node)) & PERCENTS and "100" not in site.module.line(node.lineno):
            yield from _of_a_hundred(site, node)
        yield site.put(node, f"{text} {unit}" if unit[0] == "*" else f"({text} {unit})", "unit", says, prior * (1.3 if told else 0.5))


def _of_a_hundred(site: Site, node: ast.expr) -> Iterator[Mutation]:
    """`cost * pct`, where nothing in the line says that a percentage is a share of a hundred."""
    product = site.parent(node)
    if isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult) and isinstance(site.parent(product), PLACES):
        text = site.src(product)
        yield site.put(product, f"{text} / 100", "unit", f"Take `{short(site.src(node))}` as a share of a hundred", 0.7)


def _terms(site: Site, node: ast.Name) -> Iterator[Mutation]:
    """Weights, costs, counts that should have been added to what went before."""
    others = [name for name in site.names_at(node) if name != node.id and name != "self"][: 2 * MOST]
    reads = Counter(part.id for part in site.module.inside(site.function) if isinstance(part, ast.Name)) if site.function else Counter()
    for other in others:
        idle = reads[other] <= 2  # bound, and read once at the most
        yield site.put(node, f"{other} + {node.id}", "term added", f"Add `{other}` to `{node.id}`", 0.26 if idle else 0.15)
    for other in others[:MOST]:
        span = (other, node.id) in ENDS
        yield site.put(node, f"{node.id} - {other}", "term added", f"Take `{other}` off `{node.id}`", 0.3 if span else 0.08)
        yield site.put(node, f"{node.id} * {other}", "term added", f"Multiply `{node.id}` by `{other}`", 0.08)


def _prefixed(site: Site, value: ast.expr) -> Iterator[Mutation]:
    """A part of a sum or of a joined list that was left out: a field that is read nearby, or a name for a list."""
    text = grouped(site, value)
    listed = isinstance(value, ast.List | ast.ListComp)
    for name in [name for name in site.locals if name != text and name not in ("self", "cls")][:MOST] if listed else ():
        yield site.put(value, f"{name} + {text}", "term added", f"Put `{name}` before `{short(text)}`", 0.2)
        yield site.put(value, f"{text} + {name}", "term added", f"Put `{name}` behind `{short(text)}`", 0.15)
    if isinstance(value, ast.Subscript):
        yield from _neighbour(site, value)
    for path in site.paths[: 2 * MOST] if not listed else ():
        if path not in site.src(value):
            yield site.put(value, f"{path} + {text}", "term added", f"Add `{short(path)}` to `{short(text)}`", 0.16)


def _neighbour(site: Site, value: ast.Subscript) -> Iterator[Mutation]:
    """`row[k - 1] + row[k]` for `row[k - 1]`: the other of two neighbours."""
    place = value.slice
    if isinstance(place, ast.BinOp) and isinstance(place.op, ast.Add | ast.Sub) and isinstance(place.right, ast.Constant):
        other = f"{site.src(value.value)}[{site.src(place.left)}]"
        yield site.put(value, f"{site.src(value)} + {other}", "term added", f"Add `{short(other)}`, which stands beside it", 0.25)


def _left_behind(site: Site, value: ast.Subscript) -> Iterator[Mutation]:
    """`total += x[i] - x[i - size]`: what comes in at one end of a window goes out at the other."""
    store, place = site.src(value.value), site.src(value.slice)
    names = [each.arg for each in site.function.args.args] if site.function else []
    for size in [name for name in names if name not in (store, place, "self")][:MOST] if place.isidentifier() else ():
        gone = f"{store}[{place} - {size}]"
        yield site.put(value, f"{site.src(value)} - {gone}", "term added", f"Take `{gone}` off, which is no longer among them", 0.2)


def _shared(site: Site, value: ast.BinOp) -> Iterator[Mutation]:
    """`a * b // g`: what two numbers have in common counts once; or another number by which a product is divided."""
    inside = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    uses = site.module.uses(site.function) if site.function else {}
    known = [name for name in site.locals if name not in inside and uses.get(name, set()) & {"number", "divmod"}][:MOST]
    common = [name for name in ("gcd", "math.gcd") if name.partition(".")[0] in site.module.globals]
    common = [f"{name}({site.src(value.left)}, {site.src(value.right)})" for name in common]
    for divisor in (*known, *common):
        for sign, prior in (("//", 0.2), ("/", 0.1)):
            says = f"Divide `{short(site.src(value))}` by `{short(divisor)}`"
            yield site.put(value, f"{site.src(value)} {sign} {divisor}", "term added", says, prior)


def _counted(site: Site, value: ast.expr) -> Iterator[Mutation]:
    """Numbers of the function that a sum leaves out."""
    inside = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    uses = site.module.uses(site.function) if site.function else {}
    for name in [each for each in site.locals if each not in inside and uses.get(each, set()) & {"number", "divmod", "range"}][:MOST]:
        text = (
            site.src(value) if isinstance(value.op if isinstance(value, ast.BinOp) else None, ast.Add | ast.Sub) else grouped(site, value)
        )
        for sign in "+-":
            says = f"{'Add' if sign == '+' else 'Take'} `{name}` {'to' if sign == '+' else 'off'} `{short(site.src(value))}`"
            yield site.put(value, f"{text} {sign} {name}", "term added", says, 0.13)


def _limits(site: Site, value: ast.expr) -> Iterator[Mutation]:
    text = site.src(value)
    inside = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    for other in [name for name in site.locals if name not in inside and name != "self"][: 2 * MOST]:
        yield site.put(value, f"min({other}, {text})", "bound", f"Keep `{short(text)}` from going above `{other}`", 0.16)
        yield site.put(value, f"max({other}, {text})", "bound", f"Keep `{short(text)}` from going below `{other}`", 0.13)

    for member in sorted(site.world.members.get("self", ())) if isinstance(value, ast.BinOp) and "self" in site.locals else ():
        words, field = parts(member), f"self.{member}"
        if field not in text and words & (CEILINGS | FLOORS):
            bound, word = ("min", "above") if words & CEILINGS else ("max", "below")
            yield site.put(value, f"{bound}({field}, {text})", "bound", f"Keep `{short(text)}` from going {word} `{field}`", 0.35)


def _masked(site: Site) -> Iterator[Mutation]:
    """`part << by` with bits that are masked out elsewhere in the file."""
    bits = ast.BitAnd, ast.BitOr, ast.LShift, ast.RShift
    names = [
        node
        for node in site.statement.nodes
        if isinstance(node, ast.Name)
        and isinstance(outer := site.parent(node), ast.BinOp)
        and isinstance(outer.op, bits)
        and outer.left is node
    ]
    masks = [
        site.module.source(node.right)
        for node in (site.module.inside(site.module.tree) if names else ())
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd) and isinstance(node.right, ast.Constant | ast.Name)
    ]
    for node in names:
        for mask in [each for each in dict.fromkeys(masks) if each not in site.src(site.parent(node))][:MOST]:  # type: ignore[arg-type]
            yield site.put(node, f"({node.id} & {mask})", "mask", f"Take `{node.id} & {mask}`, as elsewhere", 0.35)


def _parts(site: Site) -> Iterator[Mutation]:
    """The same for a part of a pair, and for what is handed over: by names that the condition around asks about, and by its like."""
    asked = next((outer.test for outer in site.module.above(site.statement.node) if isinstance(outer, ast.If | ast.While)), None)
    near = [part.id for part in ast.walk(asked) if isinstance(part, ast.Name)] if asked is not None else []
    used = {site.src(node.func) for node in site.module.inside(site.function) if isinstance(node, ast.Call)} if site.function else set()
    for node in site.statement.nodes:
        parent = site.parent(node)
        placed = isinstance(parent, ast.Tuple | ast.List) or (isinstance(parent, ast.Call) and parent.func is not node)
        if (
            not placed
            or not isinstance(node, ast.BinOp | ast.Name | ast.Subscript)
            or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        ):
            continue
        if isinstance(parent, ast.Call) and (name_of(parent.func) in ("min", "max", "range", "len", "print") or len(parent.args) > 2):
            continue
        text = site.src(node)
        inside = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        others = list(dict.fromkeys(name for name in (*near, *site.names_at(node)) if name not in inside and name not in ("self", "cls")))
        for other in [name for name in others if name in site.names_at(node)][:MOST]:
            for bound, like in (("max", "min"), ("min", "max")):
                prior = (0.14 if isinstance(node, ast.BinOp) else 0.08) * (1.6 if like in used else 1.0) * (1.5 if other in near else 1.0)
                word = "below" if bound == "max" else "above"
                says = f"Keep `{short(text)}` from going {word} `{other}`"
                yield site.put(node, f"{bound}({other}, {text})", "bound", says, prior)


def _is_key(site: Site, node: ast.expr) -> bool:
    """Whether things are stored or looked up by it."""
    parent = site.parent(node)
    if isinstance(parent, ast.Assign) and parent.value is node:
        return "key" in parts(name_of(parent.targets[0]))
    return False


def _keys(site: Site, node: ast.expr) -> Iterator[Mutation]:
    function = site.function
    if function is None:
        return
    given = {
        argument.arg: argument.arg for argument in (*function.args.args, *function.args.kwonlyargs) if argument.arg not in ("self", "cls")
    }
    if function.args.vararg:
        given[function.args.vararg.arg] = function.args.vararg.arg
    if function.args.kwarg:  # its order is that of the call, and says nothing
        given[function.args.kwarg.arg] = f"tuple(sorted({function.args.kwarg.arg}.items()))"
    text = grouped(site, node)
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    left = [name for name in given if name not in used]
    for name in left:
        yield site.put(node, f"({text}, {given[name]})", "part of a key", f"Tell keys apart by `{name}` too", 0.5)
    if len(left) > 1:
        all_of = ", ".join(given[name] for name in left)
        yield site.put(node, f"({text}, {all_of})", "part of a key", "Tell keys apart by everything that was given", 0.4)
