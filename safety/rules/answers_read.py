"""Where a program reads what decides whether it is right: its own scenarios, rubrics and expected answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.globs import matches_any
from safety.policy import Policy
from safety.rules.kinds import Kind, kind_of
from safety.rules.python_constants import constants_of, text_of
from safety.rules.python_source import nodes_like, parents_of, python_of
from safety.rules.script_text import plain_script
from safety.verdict import Effect

_OPENS = re.compile(
    r"(?:^|\.)(?:open|Path|PurePath|PosixPath|glob|iglob|rglob|listdir|scandir|walk|join|joinpath|files|read_text|read_bytes|exists|isfile|is_file|load\w*|read\w*|parse\w*|import_module|fspath|resource\w*|get_data)$"
)
_OF_JUDGING = re.compile(
    r"(?i)(?:^|[/_.-])(?:scripts?|tools?|bin|ci|dev|benchmarks?|bench|evals?|evaluat\w*|judg\w*|grad\w*|scenarios?|tests?|testing|noxfile|tasks|conftest|setup)(?:[/_.-]|$)"
)
"""Programs that may be there to run the scenarios."""
_IN_SCRIPT = re.compile(
    r"\b(?:readFile(?:Sync)?|readdir(?:Sync)?|createReadStream|existsSync|import|require|join|resolve|glob(?:Sync)?|fetch|URL)\s*\(([^;\n]{0,300})"
)


def reads_answers(policy: Policy, path: str, text: str | None) -> Iterator[tuple[int, str, Effect]]:
    """Each place where a program names its scenarios as a file to read, with the name and how hard that is."""
    effect = Effect.NEEDS_APPROVAL if _OF_JUDGING.search(path) else Effect.BLOCK
    source = python_of(path, text)
    if source is not None and any(part in source for part in _beginnings(policy)):
        known, parents = constants_of(source), parents_of(source)
        for taken in nodes_like(source, ast.Import, ast.ImportFrom):
            modules = (
                [taken.module or ""]
                if isinstance(taken, ast.ImportFrom)
                else [a.name for a in taken.names]
                if isinstance(taken, ast.Import)
                else []
            )
            for module in modules:
                if module and _is_answer(policy, module.replace(".", "/")):
                    yield getattr(taken, "lineno", 1), module, effect
        for node in nodes_like(source, ast.Constant, ast.JoinedStr, ast.Name):
            named = text_of(node, known) if isinstance(node, (ast.Constant, ast.Name)) else _head(node)
            if named and _is_answer(policy, named) and _is_opened(parents, node):
                yield getattr(node, "lineno", 1), named, effect
    elif text is not None and kind_of(path, text) is Kind.SCRIPT:
        plain = plain_script(text)
        for match in _IN_SCRIPT.finditer(plain):
            for quoted in re.findall(r"[\"`']([^\"`'\n]{2,200})[\"`']", match.group(1)):
                if _is_answer(policy, re.sub(r"^(?:\.{0,2}/)+", "", quoted)):
                    yield plain.count("\n", 0, match.start()) + 1, quoted, effect


def _beginnings(policy: Policy) -> list[str]:
    return [part for glob in policy.judge_globs for part in re.findall(r"[\w-]{3,}", glob)[:1]]


def _head(node: ast.AST) -> str | None:
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
    return str(first.value) if isinstance(first, ast.Constant) else None


def _is_answer(policy: Policy, named: str) -> bool:
    plain = named.strip().removeprefix("./").rstrip("/")
    return (
        2 < len(plain) < 200
        and " " not in plain
        and (matches_any(plain, policy.judge_globs) or matches_any(plain + "/x", policy.judge_globs))
    )


def _is_opened(parents: dict[ast.AST, ast.AST], node: ast.AST) -> bool:
    """Whether a text is taken for a path, at once or joined to another."""
    at = parents.get(node)
    if isinstance(at, (ast.List, ast.Tuple)):
        at = parents.get(at)
    if isinstance(at, ast.BinOp) and isinstance(at.op, ast.Div):
        return True
    return isinstance(at, ast.Call) and _OPENS.search(ast.unparse(at.func)) is not None
