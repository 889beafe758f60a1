"""What code around models gets wrong: conversations that lose their beginning, arguments all called required, waivers turned round."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of, text_of

WINDOW, REQUIRED, WAIVED, NEEDED = "beginning of a conversation", "required arguments", "waiver", "all that is needed"
NEEDS = frozenset({"need", "dependency", "dependencie", "dep", "requirement", "prerequisite", "require", "required", "prereq"})
"""Words in the names of what has to be there before something else."""
SYSTEM = re.compile(r"[\"']system[\"']")
WAIVES = frozenset({"auto", "skip", "bypass", "force", "trusted", "approved", "exempt", "unattended", "override", "whitelisted"})
"""Words in the names of what sets a demand aside."""
DEMANDS = frozenset({"need", "require", "must", "ask", "confirm", "refuse", "block", "deny", "forbid", "review", "approval"})
"""Words in the names of what makes a demand."""
ALL_OF = ("list", "sorted", "tuple")


def propose(site: Site) -> Iterator[Mutation]:
    """The system's message kept, arguments with a default left free, a waiver turned round, all that is needed waited for."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
            yield from _window(site, node, node.slice)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "required":
                    yield from _required(site, value)
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            yield from _waived(site, node)
        elif isinstance(node, ast.Call) and site.src(node.func) == "any" and node.args and isinstance(node.args[0], ast.GeneratorExp):
            of = node.args[0].generators[0].iter
            if isinstance(node.args[0].elt, ast.Compare) and parts(name_of(of)) & NEEDS:
                yield site.put(node.func, "all", NEEDED, f"Wait for each of `{short(site.src(of))}`", 0.6)
    statement = site.statement.node
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    named = target.id if isinstance(target, ast.Name) else text_of(target.slice) if isinstance(target, ast.Subscript) else ""
    if isinstance(statement, ast.Assign) and named == "required":
        yield from _required(site, statement.value)


def _window(site: Site, node: ast.Subscript, cut: ast.Slice) -> Iterator[Mutation]:
    """`messages[-most:]` forgets what the system said first."""
    last = cut.lower
    if cut.upper is not None or cut.step is not None or not isinstance(last, ast.UnaryOp) or not isinstance(last.op, ast.USub):
        return
    if not (SYSTEM.search(site.module.text) or site.clues.says("system")):
        return
    of, most = node.value, site.src(last.operand)
    counted = f"[-{most}:]"
    inside = isinstance(site.parent(node), ast.BinOp | ast.Attribute | ast.Subscript)
    if isinstance(of, ast.BinOp) and isinstance(of.op, ast.Add):
        new = f"{site.src(of.left)} + {grouped(site, of.right)}{counted}"
        yield site.put(node, f"({new})" if inside else new, WINDOW, f"Cut `{short(site.src(of.right))}` alone", 0.65)
    elif isinstance(of, ast.Name):
        told = 0.15 if site.clues.says("system") else 0.0
        role = next((form for form in ('["role"]', ".role", "[0]") if re.search(rf"\w{re.escape(form)}", site.module.text)), '["role"]')
        kept, rest = (f'[each for each in {of.id} if each{role} {sign} "system"]' for sign in ("==", "!="))
        for new, prior in ((f"{kept} + {rest}{counted}", 0.5), (f"{of.id}[:1] + {of.id}[1:]{counted}", 0.45)):
            says = f"Keep what the system said at the beginning of `{of.id}`"
            yield site.put(node, f"({new})" if inside else new, WINDOW, says, prior + told)


def _required(site: Site, value: ast.expr) -> Iterator[Mutation]:
    """Arguments of a signature that have a default need not be given."""
    of: ast.expr | None = None
    if isinstance(value, ast.Call) and name_of(value.func) in ALL_OF and len(value.args) == 1:
        of = value.args[0]
    elif isinstance(value, ast.List) and len(value.elts) == 1 and isinstance(value.elts[0], ast.Starred):
        of = value.elts[0].value
    elif isinstance(value, ast.ListComp) and not value.generators[0].ifs and isinstance(value.elt, ast.Name):
        of = value.generators[0].iter
    if isinstance(of, ast.Call) and isinstance(of.func, ast.Attribute) and of.func.attr in ("keys", "items"):
        of = of.func.value
    if of is None or "signature" not in site.module.text:
        return
    text = site.src(of)
    source = site.module.source(site.function) if site.function else site.module.text
    if text.endswith(".parameters") or re.search(rf"\b{re.escape(text)}\b[^=\n]*=[^=\n]*\.parameters\b", source):
        new = f"[name for name, each in {text}.items() if each.default is each.empty]"
        yield site.put(value, new, REQUIRED, "Require only what has no default", 0.85)


def _waived(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`dear and skip_check` where a waiver is to lift the demand."""
    asked = parts(site.function.name) if site.function else frozenset()
    if isinstance(site.statement.node, ast.Assign):
        asked |= parts(name_of(site.statement.node.targets[0]))
    for value in node.values if asked & DEMANDS else ():
        if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) and parts(name_of(value)) & WAIVES:
            yield site.put(value, f"not {site.src(value)}", WAIVED, f"Ask unless `{short(site.src(value))}`", 0.65)
