"""Conditions that say too little: strengthened and weakened with names in scope and with conditions from the same file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import IDENTIFIER
from refinery.repair.world import name_of

FAMILY = "condition"
MOST = 14
OPPOSITE: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: (">=", "=="), ast.LtE: (">",), ast.Gt: ("<=", "=="), ast.GtE: ("<",), ast.Eq: ("!=", "<"), ast.NotEq: ("==",),
    ast.Is: ("is not",), ast.IsNot: ("is",),
}  # fmt: skip


def propose(site: Site) -> Iterator[Mutation]:
    """One more condition joined by `and` or `or`; loops without an end given one; constants returned as conditions."""
    statement = site.statement.node
    if isinstance(statement, ast.If | ast.While):
        yield from _joined(site, statement.test, isinstance(statement, ast.While))
        if isinstance(statement, ast.If):
            start = site.module.span(statement)[0]
            text = site.module.text
            if text.startswith("if", start) and not statement.orelse:
                yield site.between(start, start + 2, "while", "loop", "Repeat the step as long as the condition holds", 0.1)
            yield from _otherwise(site, statement)
        if isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant):
            for name in site.locals[:8]:
                yield site.put(statement.test, name, "loop bound", f"Loop while `{name}` is not empty", 0.4)
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, bool):
        for name in site.locals[:6]:
            yield site.put(statement.value, f"{name} == 0", FAMILY, f"Return whether `{name}` is 0", 0.2)
            yield site.put(statement.value, f"not {name}", FAMILY, f"Return whether `{name}` is empty", 0.2)
            yield site.put(statement.value, f"bool({name})", FAMILY, f"Return whether `{name}` holds something", 0.15)
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Compare):
        yield from _flagged(site, statement.value)
    for node in site.statement.nodes:
        if isinstance(node, ast.comprehension):
            continue
        if isinstance(node, ast.BoolOp):
            yield from _turned(site, node)
            yield from _narrowed(site, node)
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            for part in node.generators:
                for test in part.ifs:
                    yield from _joined(site, test, False)
                if not part.ifs:
                    yield from _filtered(site, part)
            yield from _crossed(site, node)
        elif isinstance(node, ast.Name | ast.Subscript) and site.tested(node):
            yield from _of_its_own(site, node)
        elif isinstance(node, ast.IfExp):
            yield from _joined(site, node.test, False)
            text = f"{site.src(node.orelse)} if {site.src(node.test)} else {site.src(node.body)}"
            yield site.put(node, text, FAMILY, f"Swap the two values of `{short(site.src(node))}`", 0.3)


def _flagged(site: Site, test: ast.Compare) -> Iterator[Mutation]:
    """`return node is not None` where it also matters what the node is."""
    if not isinstance(test.left, ast.Name):
        return
    name, text = test.left.id, site.src(test)
    known = {member for member, values in site.world.roles.items() if any(isinstance(value, bool) for value in values)}
    for member in sorted((site.world.reach(name) | site.world.stored) & known)[:4]:
        reading = site.world.reading(name, member)
        yield site.put(test, f"{text} and {reading}", FAMILY, f"Also ask for `{reading}`", 0.4)
        yield site.put(test, f"{text} and not {reading}", FAMILY, f"Also ask that `{reading}` is not so", 0.25)


def _turned(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`not a or b` for `a and b`, and the other way round: both the join and the first part turned."""
    if len(node.values) != 2:
        return
    first, rest = node.values[0], site.src(node.values[1])
    if isinstance(node.op, ast.Or) and isinstance(first, ast.UnaryOp) and isinstance(first.op, ast.Not):
        new = f"{site.src(first.operand)} and {rest}"
    elif isinstance(node.op, ast.And) and not isinstance(first, ast.UnaryOp | ast.Compare | ast.BoolOp):
        new = f"not {site.src(first)} or {rest}"
    elif isinstance(first, ast.Compare) and len(first.ops) == 1 and type(first.ops[0]) in OPPOSITE:
        left, right = site.src(first.left), site.src(first.comparators[0])
        for sign in OPPOSITE[type(first.ops[0])]:
            turned = f"{left} {sign} {right} {'or' if isinstance(node.op, ast.And) else 'and'} {rest}"
            yield site.put(node, turned, FAMILY, f"Ask for `{short(turned)}`", 0.2)
        return
    else:
        return
    yield site.put(node, new, FAMILY, f"Ask for `{short(new)}`", 0.35)


def _narrowed(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`a and not b or c and b` for `a and not b or c`: what one way asks for, the other asks for turned round."""
    if not isinstance(node.op, ast.Or):
        return
    for place, part in enumerate(node.values):
        others = [each for where, each in enumerate(node.values) if where != place and isinstance(each, ast.BoolOp)]
        for asked in [each for other in others for each in other.values]:
            negated = isinstance(asked, ast.UnaryOp) and isinstance(asked.op, ast.Not)
            turned = site.src(asked)[len("not ") :] if negated else f"not {site.src(asked)}"
            if isinstance(asked, ast.Compare | ast.BoolOp) or site.src(asked) in site.src(part) or turned in site.src(part):
                continue
            for extra, prior in ((turned, 0.45), (site.src(asked), 0.3)):
                new = f"({site.src(part)} and {extra})"
                yield site.put(part, new, "stronger condition", f"Let `{short(site.src(part))}` pass only with `{short(extra)}`", prior)


def _crossed(site: Site, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp) -> Iterator[Mutation]:
    """Two loops of one comprehension in the other order: the outer one is written first."""
    for first, second in zip(node.generators, node.generators[1:], strict=False):
        if first.is_async or second.is_async:
            continue
        texts = [_loop(site, part) for part in (second, first)]
        start = site.module.text.rfind("for", 0, site.module.span(first.target)[0])
        ends = [site.module.span(part)[1] for part in (second.iter, *second.ifs)]
        needed = {name.id for name in ast.walk(first.iter) if isinstance(name, ast.Name)}
        bound = {name.id for name in ast.walk(second.target) if isinstance(name, ast.Name)}
        says = f"Loop over `{short(site.src(second.iter))}` outside of `{short(site.src(first.iter))}`"
        yield site.between(start, max(ends), " ".join(texts), "order of loops", says, 0.75 if needed & bound else 0.2)


def _loop(site: Site, part: ast.comprehension) -> str:
    tests = "".join(f" if {site.src(test)}" for test in part.ifs)
    return f"for {site.src(part.target)} in {site.src(part.iter)}{tests}"


def _of_its_own(site: Site, node: ast.Name | ast.Subscript) -> Iterator[Mutation]:
    """A record is there, and so it is true; meant was one of its fields."""
    name = name_of(node)
    reached = site.world.reach(name) - {"get", *site.world.functions}
    ranked = sorted(((_switch(site, member), member) for member in reached), key=lambda item: (-item[0], item[1]))
    for score, member in ranked[:4]:
        reading = site.world.reading(name, member, site.src(node))
        if reading != site.src(node) and member.isidentifier():
            yield site.put(node, reading, "truth of a record", f"Ask for `{short(reading)}`, not whether `{short(name)}` is there", score)


def _switch(site: Site, member: str) -> float:
    """How likely a field is what a condition asks for: it is spoken of, or known to be true or false."""
    known = member in site.world.roles and any(isinstance(value, bool) for value in site.world.roles[member])
    switch = known or member.startswith(("is_", "has_", "can_"))
    return 0.15 + 0.2 * site.clues.mention(member) + (0.2 if switch else 0.0)


def _joined(site: Site, test: ast.expr, loop: bool) -> Iterator[Mutation]:
    if isinstance(test, ast.Constant):
        return
    text = site.src(test)
    bare = f"({text})" if isinstance(test, ast.BoolOp | ast.IfExp | ast.Lambda) else text
    for extra, prior in _extras(site, test):
        for word in ("and", "or"):
            weight = prior * (0.8 if loop and word == "or" else 1.0)
            yield site.put(test, f"{bare} {word} {extra}", "stronger condition" if word == "and" else "wider condition",
                           f"{'Also ask for' if word == 'and' else 'Also let pass'} `{short(extra)}`", weight)  # fmt: skip


def _otherwise(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`else:` takes whatever is left; `elif` with a condition of the file takes some of it."""
    if not statement.orelse or isinstance(statement.orelse[0], ast.If):
        return
    text, end = site.module.text, site.module.span(statement.orelse[0])[0]
    start = text.rfind("else", site.module.span(statement.body[-1])[1], end)
    if start < 0 or text[start:end].split("#")[0].rstrip() != "else:":
        return
    stop = text.index(":", start)
    idle = site.module.idle[site.function or site.module.tree]
    for name in site.locals[:MOST]:
        for item in [part.id for part in ast.walk(statement.test) if isinstance(part, ast.Name) and part.id != name][:2]:
            if "iterated" not in _uses(site, name) and {"add", "append"} & _filled_by(site, name):
                prior = 0.55 if name in idle else 0.3
                yield site.between(start, stop, f"elif {item} in {name}", FAMILY, f"Do the rest only for what is in `{name}`", prior)
    for extra, prior in _extras(site, statement.test):
        yield site.between(start, stop, f"elif {extra}", FAMILY, f"Do the rest only where `{short(extra)}`", 0.8 * prior)


def _uses(site: Site, name: str) -> set[str]:
    return site.module.uses(site.function).get(name, set()) if site.function else set()


def _filled_by(site: Site, name: str) -> set[str]:
    """The methods of a name that the function calls."""
    return {
        node.attr
        for node in site.module.inside(site.function or site.module.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }


def _extras(site: Site, test: ast.expr) -> Iterator[tuple[str, float]]:
    """Conditions that could be joined: about names in scope, and those of the same file that fit here."""
    bound = {*site.names_at(test), *site.module.globals}
    own = site.src(test)
    mentioned = set(IDENTIFIER.findall(own))
    seen = {own}
    for node in site.module.inside(site.module.tree):
        if len(seen) > MOST:
            break
        if isinstance(node, ast.If | ast.While | ast.IfExp) and not isinstance(node.test, ast.Constant):
            for condition in node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]:
                text = grouped(site, condition) if isinstance(condition, ast.BoolOp | ast.IfExp) else site.src(condition)
                names = {part.id for part in ast.walk(condition) if isinstance(part, ast.Name)}
                if text not in seen and text not in own and len(text) < 60 and names <= bound | {"len", "isinstance", "None"}:
                    seen.add(text)
                    yield text, 0.25 if names & mentioned else 0.18
    for name in site.names_at(test)[:6]:
        near = 1.0 if name not in mentioned else 0.7
        yield f"not {name}", 0.22 * near
        yield name, 0.2 * near
        yield f"{name} is None", 0.12 * near


def _filtered(site: Site, part: ast.comprehension) -> Iterator[Mutation]:
    """A comprehension without a condition is given one on its variable."""
    if not isinstance(part.target, ast.Name):
        return
    name = part.target.id
    end = site.module.span(part.iter)[1]
    yield site.between(end, end, f" if {name}", "filter", f"Leave out every `{name}` that is empty", 0.2)
    yield site.between(end, end, f" if {name} is not None", "filter", f"Leave out every `{name}` that is None", 0.2)
    for key in sorted(site.world.members.get(name, ()))[:10]:
        if site.clues.mention(key) > 0.6:
            test = site.world.reading(name, key)
            yield site.between(end, end, f" if {test}", "filter", f"Only take a `{name}` that has `{key}`", 0.25)
            yield site.between(end, end, f" if not {test}", "filter", f"Leave out a `{name}` that has `{key}`", 0.25)
