"""What a file says when a mutation has been made: in the text itself where that can be, else through its syntax tree."""

from __future__ import annotations

import ast

from refinery.edits.tree import NotEditable, Tree, with_import
from refinery.repair.module import Module
from refinery.repair.mutation import Mutation


class Applied:
    """Makes mutations, and reads the syntax tree of a file once."""

    def __init__(self) -> None:
        self._trees: dict[str, Tree | None] = {}

    def __call__(self, module: Module, mutation: Mutation) -> str | None:
        """The file's text with the mutation made; None where it cannot be."""
        try:
            beside = _beside(module.text, mutation) if mutation.insert in ("before", "after") else None
            if beside is not None:
                after = beside
            elif mutation.insert:
                tree = self._tree(module)
                if tree is None:
                    return None
                if mutation.insert == "instead":
                    after = tree.replace(mutation.line, mutation.new)
                else:
                    after = tree.insert(mutation.line, mutation.new, after=mutation.insert == "after")
            else:
                after = module.text[: mutation.start] + mutation.new + module.text[mutation.end :]
            if mutation.imports:
                after = _imported(after, module, mutation)
        except NotEditable:
            return None
        return after

    def _tree(self, module: Module) -> Tree | None:
        if module.path not in self._trees:
            try:
                self._trees[module.path] = Tree(module.path, module.text)
            except NotEditable:
                self._trees[module.path] = None
        return self._trees[module.path]


def _beside(text: str, mutation: Mutation) -> str | None:
    """The text with a statement put above or below one that has its lines to itself; None where it takes the syntax tree."""
    line = text.rfind("\n", 0, mutation.start) + 1
    indent = text[line : mutation.start]
    end = text.find("\n", mutation.end)
    rest = text[mutation.end : end if end >= 0 else len(text)].strip()
    if indent.strip() or text.startswith("elif", mutation.start) or "\n" not in text[line:] or (rest and not rest.startswith("#")):
        return None
    code = "".join(f"{indent}{each}\n" for each in mutation.new.split("\n"))
    at = line if mutation.insert == "before" else end + 1 if end >= 0 else len(text)
    if mutation.insert == "before" and text[:line].rstrip(" \t\n").rpartition("\n")[2].lstrip().startswith("@"):
        return None
    return text[:at] + code + text[at:]


def _imported(text: str, module: Module, mutation: Mutation) -> str:
    """The text with the import that a mutation needs: below those at the top of the file, or where the first would stand."""
    name, _, part = mutation.imports.partition(":")
    wanted = f"from {name} import {part}" if part else f"import {name}"
    above = [node.end_lineno or node.lineno for node in module.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    brought = [(node.module, alias.name) for node in module.tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    told = module.tree.body[0].end_lineno or 0 if ast.get_docstring(module.tree, clean=False) is not None else 0
    lines, place = text.split("\n"), above[-1] if above else told
    if wanted in lines or (name, part) in brought:
        return text
    if module.offset(place + 1, 0) > mutation.start:
        return with_import(text, name, part or None)
    return "\n".join([*lines[:place], *([] if above or not told else [""]), wanted, *([] if above or told else ["", ""]), *lines[place:]])
