"""Whole statements: one that is missing and stands elsewhere in the file, two in the wrong order, a jump of the wrong kind."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, memorising, short

FAMILY = "missing statement"
MOST = 8
JUMPS = (ast.Break, ast.Continue, ast.Return, ast.Raise)
VERBS = frozenset({"append", "add", "push", "extend", "pop", "insert"})


def propose(site: Site) -> Iterator[Mutation]:
    """Statements added, swapped, exchanged."""
    statement = site.statement.node
    if isinstance(statement, ast.Break | ast.Continue):
        word, other = ("break", "continue") if isinstance(statement, ast.Break) else ("continue", "break")
        yield site.put(statement, other, "jump", f"Use `{other}` instead of `{word}`", 0.35)
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    yield from _remembered(site)
    yield from _flagged(site)
    yield from _reset(site)
    yield from _repeated(site)
    yield from _copied(site)
    yield from _checked(site)
    yield from _swapped(site)
    yield from _indented(site)
    if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign | ast.If) and not _is_docstring(statement):
        gone = site.put(statement, "pass", "statement removed", f"Remove `{short(site.src(statement))}`", 0.05, "behaviour is removed")
        yield memorising(gone)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        target = statement.targets[0].id
        if target in site.locals and site.module.loop(statement) is not None and not isinstance(statement.value, ast.Constant):
            text = site.src(statement.value)
            for sign in ("+=", "-="):
                yield site.put(
                    statement,
                    f"{target} {sign} {text}",
                    "accumulation",
                    f"Add to `{target}` instead of replacing it",
                    0.3 if sign == "+=" else 0.1,
                )


def _remembered(site: Site) -> Iterator[Mutation]:
    """`x in seen` is asked, but nobody ever puts anything into `seen`: it is filled here."""
    function = site.function
    if function is None:
        return
    source = site.module.source(function)
    for node in site.module.inside(function):
        if not (isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)):
            continue
        seen = node.comparators[0]
        if not isinstance(seen, ast.Name) or seen.id not in site.locals:
            continue
        if any(f"{seen.id}.{verb}(" in source for verb in ("add", "append", "update", "extend")) or f"{seen.id}[" in source:
            continue
        own = site.src(node.left)
        items = [own] if _bound(site, node.left) else [name for name in site.locals if name != seen.id and _bound_singly(site, name)][:3]
        for item in items:
            for verb in ("add", "append"):
                for where in ("before", "after"):
                    yield site.add(f"{seen.id}.{verb}({item})", where, FAMILY, f"Remember `{short(item)}` in `{seen.id}`", 0.5)
            yield site.add(f"{seen.id}[{item}] = True", "after", FAMILY, f"Remember `{short(item)}` in `{seen.id}`", 0.2)


def _bound(site: Site, node: ast.expr) -> bool:
    """Whether everything an expression names is bound where the statement stands."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} <= {*site.locals, *site.module.globals}


def _bound_singly(site: Site, name: str) -> bool:
    """Whether a name stands for one thing, and not for a collection that is read from."""
    uses = site.module.uses(site.function).get(name, set()) if site.function else set()
    return not uses & {"base", "iterated", "object"}


def _flagged(site: Site) -> Iterator[Mutation]:
    """A field that is true or false by default, that conditions ask for, and that nobody ever sets: it is set here."""
    for name in site.locals[:8]:
        for member in sorted(site.world.members.get(name, ())):
            known = [value for value in site.world.roles.get(member, ()) if isinstance(value, bool)]
            if known and member not in site.world.stored and site.world.styles[name]["attribute"]:
                code = f"{name}.{member} = {not known[0]}"
                for where in ("before", "after"):
                    yield site.add(code, where, FAMILY, f"Note `{name}.{member}`", 0.5 if where == "before" else 0.3)


def _reset(site: Site) -> Iterator[Mutation]:
    """What grows in a loop begins anew: with the value it had before the loop."""
    function = site.function
    if function is None or site.module.loop(site.statement.node) is None:
        return
    grown = {
        node.target.id for node in site.module.inside(function) if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    for node in site.module.inside(function):
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or site.module.loop(node) is not None:
            continue
        target, value = node.targets[0], node.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            pairs = list(zip(target.elts, value.elts, strict=True))
        for name, start in pairs:
            if isinstance(name, ast.Name) and name.id in grown and isinstance(start, ast.Constant | ast.List | ast.Dict):
                code = f"{name.id} = {site.src(start)}"
                used = any(isinstance(part, ast.Name) and part.id == name.id for part in site.statement.nodes)
                yield site.add(code, "after", FAMILY, f"Begin `{name.id}` anew", 0.4 if used else 0.2)
                yield site.add(code, "before", FAMILY, f"Begin `{name.id}` anew", 0.12)


def _repeated(site: Site) -> Iterator[Mutation]:
    """Calls on collections of this function, with other names in scope."""
    function, statement = site.function, site.statement.node
    if function is None:
        return
    bound = set(site.locals)
    verbs: dict[str, ast.Call] = {}
    for node in site.module.inside(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)):
            continue
        if node.func.attr in VERBS and node.func.value.id in bound:
            verbs.setdefault(f"{node.func.value.id}.{node.func.attr}", node)
    last = site.function is not None and _last_of_block(site, statement)
    where = "before" if isinstance(statement, JUMPS) else "after"
    for verb, call in list(verbs.items())[:3]:
        if verb.endswith(".pop"):
            yield site.add(f"{verb}()", where, FAMILY, f"Call `{verb}` as well", 0.12)
            continue
        for name in site.names_at(statement)[:5]:
            if name != verb.split(".")[0] and not (call.args and site.src(call.args[0]) == name and isinstance(statement, ast.Expr)):
                prior = 0.22 if last else 0.14
                yield site.add(f"{verb}({name})", where, FAMILY, f"Put `{name}` into `{verb.split('.')[0]}` as well", prior)


def _copied(site: Site) -> Iterator[Mutation]:
    """Simple statements of the file whose names are all bound here."""
    statement = site.statement.node
    bound = {*site.locals, *site.module.globals}
    count = 0
    here = site.src(statement) if not isinstance(statement, ast.If | ast.For | ast.While | ast.With | ast.Try) else ""
    seen = {here}
    for other in site.module.statements:
        node = other.node
        if count >= MOST:
            break
        if not isinstance(node, ast.Assign | ast.AugAssign | ast.Expr) or _is_docstring(node) or site.module.function(node) is None:
            continue
        names = {part.id for part in site.module.inside(node) if isinstance(part, ast.Name)}
        text = site.src(node)
        if text in seen or "\n" in text or len(text) > 70 or not names <= bound or not names & set(site.locals):
            continue
        seen.add(text)
        count += 1
        near = site.module.function(node) is site.function
        sibling = text.startswith("self.") and isinstance(node, ast.Expr)
        yield site.add(text, "before", FAMILY, f"Do `{short(text)}` here as well", 0.2 if sibling else 0.1 if near else 0.08)
        if not isinstance(statement, JUMPS):
            yield site.add(text, "after", FAMILY, f"Do `{short(text)}` here as well", 0.22 if sibling else 0.12 if near else 0.1)


def _checked(site: Site) -> Iterator[Mutation]:
    """What other methods of the class call first, about something that was given here."""
    function, statement = site.function, site.statement.node
    owner = site.parent(function) if function is not None else None
    if function is None or not isinstance(owner, ast.ClassDef):
        return
    body = [each for each in function.body if not _is_docstring(each)]
    given = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")][:4]
    if not body or body[0] is not statement:
        return
    seen: set[str] = set()
    for other in [each for each in owner.body if isinstance(each, FUNCTIONS) and each is not function]:
        for each in other.body[:3]:
            call = each.value if isinstance(each, ast.Expr) else None
            if not (isinstance(call, ast.Call) and len(call.args) == 1 and isinstance(call.args[0], ast.Name) and not call.keywords):
                continue
            if site.src(call.func).startswith("self.") and site.src(call.func) not in seen:
                seen.add(site.src(call.func))
                for name in given:
                    code = f"{site.src(call.func)}({name})"
                    if code not in site.module.source(function):
                        yield site.add(code, "before", FAMILY, f"Do `{short(code)}` first, as `{other.name}` does", 0.25)


def _swapped(site: Site) -> Iterator[Mutation]:
    """The statement after this one is done first."""
    block = _block(site, site.statement.node)
    place = block.index(site.statement.node) if site.statement.node in block else -1
    if place < 0 or place + 1 >= len(block) or isinstance(block[place], ast.Return):
        return
    first, second = block[place], block[place + 1]
    if _is_docstring(first) or isinstance(second, ast.Return | ast.Raise):
        return
    start, middle = site.module.span(first)
    other, end = site.module.span(second)
    text = site.module.text
    new = text[other:end] + text[middle:other] + text[start:middle]
    prior = 0.6 if _skipped(first, second, block[place + 2 :]) else 0.22
    yield site.between(start, end, new, "order of statements", f"Do `{short(site.src(second))}` before `{short(site.src(first))}`", prior)


def _skipped(first: ast.stmt, second: ast.stmt, behind: Sequence[ast.stmt]) -> bool:
    """Whether of two things that a loop adds up one is added before a round is left, and the other behind it."""
    leaves = isinstance(second, ast.If) and not second.orelse and [type(each) for each in second.body] == [ast.Continue]
    return leaves and isinstance(first, ast.AugAssign) and any(isinstance(each, ast.AugAssign) for each in behind)


def _indented(site: Site) -> Iterator[Mutation]:
    """The first statement after a loop or condition becomes its last one, or the last one inside the first after it."""
    statement = site.statement.node
    block = _block(site, statement)
    place = block.index(statement) if statement in block else -1
    text = site.module.text
    start, end = site.module.span(statement)
    line = text.rfind("\n", 0, start) + 1
    if place < 0 or text[line:start].strip() or "\n" in text[start:end]:
        return
    if place > 0 and isinstance(block[place - 1], ast.For | ast.While | ast.If):
        inner = getattr(block[place - 1], "body", [])
        depth = inner[-1].col_offset if inner else 0
        if depth > statement.col_offset and not getattr(block[place - 1], "orelse", None):
            says = f"Do `{short(text[start:end])}` inside the block above"
            yield site.between(line, end, " " * depth + text[start:end], "depth", says, 0.2)
    outer = site.parent(statement)
    if isinstance(outer, ast.For | ast.While | ast.If) and outer.body[-1] is statement and len(outer.body) > 1 and not outer.orelse:
        says = f"Do `{short(text[start:end])}` after the block, not inside it"
        yield site.between(line, end, " " * outer.col_offset + text[start:end], "depth", says, 0.25)


def _block(site: Site, statement: ast.stmt) -> list[ast.stmt]:
    outer = site.parent(statement)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(outer, name, None)
        if isinstance(block, list) and statement in block:
            return block
    return []


def _last_of_block(site: Site, statement: ast.stmt) -> bool:
    block = _block(site, statement)
    return bool(block) and block[-1] is statement


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
