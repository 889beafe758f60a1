"""What a class takes over from another and does not set up: its own `__init__` in place of that of the class above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function, opening
from refinery.repair.mutation import Mutation, Site
from refinery.repair.world import name_of

FAMILY = "missing super"


def propose(site: Site) -> Iterator[Mutation]:
    """`super().__init__(...)` at the beginning, with what has the same names here."""
    function = site.function
    owner = site.parent(function) if function is not None else None
    if function is None or function.name != "__init__" or not isinstance(owner, ast.ClassDef):
        return
    first = opening(function)
    if isinstance(first, ast.Pass) or site.src(first) == "...":
        return
    if first is not site.statement.node or any(
        isinstance(node, ast.Attribute) and node.attr == "__init__" for node in site.module.inside(function)
    ):
        return
    above = _above(site, owner)
    given = _arguments(above, function) if above is not None else None
    lacking = _sets(above) - _sets(function) if above is not None else set()
    if given is not None and lacking:
        code = f"super().__init__({given})"
        yield site.add(code, "before", FAMILY, f"Set up what `{name_of(owner.bases[0])}` sets up: `{code}`", 0.9)


def _sets(function: Function) -> set[str]:
    """Attributes to which a function gives a value."""
    return {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}


def _above(site: Site, owner: ast.ClassDef, deep: int = 5) -> Function | None:
    """The `__init__` of the nearest class above that has one."""
    for base in owner.bases:
        known = site.world.classes.get(name_of(base))
        if known is None or deep == 0:
            continue
        own = next((each for each in known.body if isinstance(each, FUNCTIONS) and each.name == "__init__"), None)
        found = own or _above(site, known, deep - 1)
        if found is not None:
            return found
    return None


def _arguments(above: Function, here: Function) -> str | None:
    """What is handed up, by the names that both have; None where something is needed that is not at hand."""
    own = {each.arg for each in (*here.args.posonlyargs, *here.args.args, *here.args.kwonlyargs)}
    wanted = [*above.args.posonlyargs, *above.args.args][1:]
    needed = len(wanted) - len(above.args.defaults)
    parts: list[str] = []
    left_out = False
    for place, each in enumerate(wanted):
        if each.arg in own:
            parts.append(f"{each.arg}={each.arg}" if left_out else each.arg)
        elif place < needed:
            return None
        else:
            left_out = True
    for each, default in zip(above.args.kwonlyargs, above.args.kw_defaults, strict=True):
        if each.arg in own:
            parts.append(f"{each.arg}={each.arg}")
        elif default is None:
            return None
    if here.args.vararg and above.args.vararg:
        parts.append(f"*{here.args.vararg.arg}")
    if here.args.kwarg:
        parts.append(f"**{here.args.kwarg.arg}")
    return ", ".join(parts)
