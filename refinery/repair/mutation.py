"""A single change to a piece of code, and the site it is thought of at."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from refinery.edits.draft import spliced
from refinery.repair.clues import Clues
from refinery.repair.module import Function, Module, Statement
from refinery.repair.world import World


@dataclass(frozen=True, slots=True)
class Mutation:
    """New text for a span of a file, or a statement put before or after another."""

    start: int
    end: int
    new: str
    operator: str
    """The family, as the rationale names it."""
    says: str
    """What is done, as an engineer would write it, without the place."""
    prior: float
    """How often such a change is the right one, 0 to 1, before the place is looked at."""
    risk: str = ""
    memorises: bool = False
    """It makes the failing case pass by its constant, or removes or hides behaviour: never kept by a search alone."""
    insert: str = ""
    """`before`, `after` or `instead`: `new` is a statement, put at the statement that begins in line `line`."""
    line: int = 0
    imports: str = ""
    """`module` or `module:name` that the change needs."""


@dataclass(frozen=True)
class Site:
    """A statement with everything that a family of operators may look at."""

    module: Module
    statement: Statement
    world: World
    clues: Clues

    @cached_property
    def function(self) -> Function | None:
        node = self.statement.node
        return self.module.function(node)

    @cached_property
    def locals(self) -> tuple[str, ...]:
        """Names of the function that are bound here."""
        return self.module.local_names(self.statement.node)

    @cached_property
    def stored(self) -> frozenset[str]:
        """Names that the statement itself binds."""
        return frozenset(node.id for node in self.statement.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Fields and items that the function reads."""
        return self.module.expressions(self.statement.node)

    def names_at(self, node: ast.AST) -> tuple[str, ...]:
        """Local names and those of comprehensions around the node."""
        return tuple(dict.fromkeys((*self.module.comprehension_names(node), *self.locals)))

    def src(self, node: ast.expr | ast.stmt) -> str:
        return self.module.source(node)

    def put(self, node: ast.expr | ast.stmt | ast.keyword, new: str, operator: str, says: str, prior: float, risk: str = "") -> Mutation:
        """The node replaced by other text."""
        start, end = self.module.span(node)
        return Mutation(start, end, new, operator, says, min(prior, 1.0), risk)

    def between(self, start: int, end: int, new: str, operator: str, says: str, prior: float, risk: str = "") -> Mutation:
        """A stretch of text replaced."""
        return Mutation(start, end, new, operator, says, min(prior, 1.0), risk)

    def at_once(self, changes: Sequence[tuple[int, int, str]], operator: str, says: str, prior: float, risk: str = "") -> Mutation:
        """Several stretches of text replaced, which only together make sense."""
        start, end = min(first for first, _, _ in changes), max(last for _, last, _ in changes)
        moved = [(first - start, last - start, new) for first, last, new in changes]
        return self.between(start, end, spliced(self.module.text[start:end], moved), operator, says, prior, risk)

    def add(self, code: str, where: str, operator: str, says: str, prior: float, risk: str = "", at: ast.stmt | None = None) -> Mutation:
        """A statement added before or after this one (or another)."""
        node = at or self.statement.node
        start, end = self.module.span(node)
        return Mutation(start, end, code, operator, says, min(prior, 1.0), risk, insert=where, line=node.lineno)

    def add_decorator(self, decorator: str, says: str, prior: float) -> Mutation:
        """A decorator on the function that is the statement."""
        start = self.module.offset(self.statement.node.lineno, self.statement.node.col_offset)
        indent = " " * self.statement.node.col_offset
        return Mutation(start, start, f"{decorator}\n{indent}", "retry", says, prior, "calls that are not safe to repeat are repeated")

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self.module.parents.get(node)

    def tested(self, node: ast.AST) -> bool:
        """Whether only the truth of an expression is asked for."""
        parent = self.parent(node)
        if isinstance(parent, ast.comprehension):
            return node in parent.ifs
        if isinstance(parent, ast.If | ast.While | ast.IfExp | ast.Assert):
            return parent.test is node
        return isinstance(parent, ast.BoolOp) or (isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not))


def memorising(mutation: Mutation) -> Mutation:
    """The same, marked as one that a search must not keep by itself."""
    return replace(mutation, memorises=True)


def grouped(site: Site, node: ast.expr) -> str:
    """The node's text, in brackets where putting it next to an operator could change its meaning."""
    text = site.src(node)
    simple = ast.Name | ast.Constant | ast.Call | ast.Attribute | ast.Subscript | ast.List | ast.Dict | ast.Tuple | ast.JoinedStr
    if isinstance(node, ast.Tuple) and not text.startswith("("):
        return f"({text})"
    return text if isinstance(node, simple) else f"({text})"


def number_in(node: ast.expr) -> float | None:
    """The number that is written there; None where there is none."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
    return value if type(value) in (int, float) else None


def short(text: str, longest: int = 40) -> str:
    """One line of a piece of code, for a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 3] + "..."
