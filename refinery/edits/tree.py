"""The one door to libcst: changes of whole statements and imports in Python, with every other character kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from refinery.domain import Edit
from refinery.edits.hunks import edits_between

if TYPE_CHECKING:
    import libcst

LARGEST = 300_000
"""Characters; libcst takes 10 ms for a thousand of them, so that larger files are not worth the wait."""


class NotEditable(ValueError):
    """The text is not Python that can be edited, or has no such statement."""


class Tree:
    """One Python file, parsed once; every change gives a new text and leaves the tree as it was."""

    def __init__(self, path: str, text: str) -> None:
        import libcst
        from libcst.metadata import MetadataWrapper, PositionProvider

        if len(text) > LARGEST:
            raise NotEditable(f"{path} is too large to edit ({len(text):,} characters; the limit is {LARGEST:,})")
        try:
            module = libcst.parse_module(text)
        except libcst.ParserSyntaxError as error:
            raise NotEditable(f"{path} does not parse at line {error.raw_line}") from error
        wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self.path = path
        self.text = text
        self._module = wrapper.module
        self._statements: dict[int, libcst.CSTNode] = {}
        self._suites: dict[libcst.CSTNode, libcst.CSTNode] = {}
        positions = wrapper.resolve(PositionProvider)
        for node, where in positions.items():
            if isinstance(node, libcst.SimpleStatementLine | libcst.BaseCompoundStatement):
                self._statements.setdefault(where.start.line, node)

    def insert(self, line: int, code: str, *, after: bool = False) -> str:
        """The text with statements put before (or after) the statement that begins in this line, at its depth."""
        import libcst

        target = self._statement(line)
        new = libcst.parse_module(code.rstrip("\n") + "\n", self._module.config_for_parsing).body
        if not new:
            raise NotEditable("there is nothing to insert")
        if not after and hasattr(target, "leading_lines"):
            first = new[0].with_changes(leading_lines=target.leading_lines)
            parts: list[libcst.CSTNode] = [first, *new[1:], target.with_changes(leading_lines=())]
        else:
            parts = [target, *new] if after else [*new, target]
        return _code(self._replaced(target, parts))

    def replace(self, line: int, code: str) -> str:
        """The text with the statement that begins in this line replaced by others; comments above it stay."""
        import libcst

        target = self._statement(line)
        new = list(libcst.parse_module(code.rstrip("\n") + "\n", self._module.config_for_parsing).body)
        if not new:
            raise NotEditable("there is nothing to put in its place")
        if hasattr(target, "leading_lines"):
            new[0] = new[0].with_changes(leading_lines=target.leading_lines)
        return _code(self._replaced(target, new))

    def _replaced(self, target: libcst.CSTNode, parts: Sequence[libcst.CSTNode]) -> object:
        import libcst

        try:
            changed = self._module.deep_replace(target, libcst.FlattenSentinel(parts))  # type: ignore[type-var]  # a sentinel is allowed where statements stand
        except TypeError as error:  # `elif` is a statement to the syntax tree, and a clause to whoever wrote it
            raise NotEditable(f"{self.path}: nothing can be put beside a clause of another statement") from error
        return changed

    def code(self, line: int) -> str:
        """The statement that begins in this line, at no depth."""
        target = self._statement(line)
        bare = target.with_changes(leading_lines=()) if hasattr(target, "leading_lines") else target
        return self._module.code_for_node(bare)

    def _statement(self, line: int) -> libcst.CSTNode:
        try:
            return self._statements[line]
        except KeyError:
            raise NotEditable(f"no statement begins in line {line} of {self.path}") from None


def with_import(text: str, module: str, name: str | None = None) -> str:
    """The text with `import module` (or `from module import name`) where imports stand; the same text when it has it already."""
    import libcst
    from libcst.codemod import CodemodContext
    from libcst.codemod.visitors import AddImportsVisitor

    if len(text) > LARGEST:
        raise NotEditable("the file is too large to edit")
    context = CodemodContext()
    AddImportsVisitor.add_needed_import(context, module, name)
    try:
        return AddImportsVisitor(context).transform_module(libcst.parse_module(text)).code
    except libcst.ParserSyntaxError as error:
        raise NotEditable(f"the text does not parse at line {error.raw_line}") from error


def edits(tree: Tree, after: str) -> tuple[Edit, ...]:
    """The smallest whole-line edits from the tree's text to the text after a change."""
    return edits_between(tree.path, tree.text, after)


def _code(changed: object) -> str:
    code = getattr(changed, "code", None)
    if not isinstance(code, str):
        raise NotEditable("the change leaves nothing of the file")
    return code
