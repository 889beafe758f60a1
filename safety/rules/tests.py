"""The rule `tests`: what decides whether a fix is good must not be changed by the fix; adding to it is welcome."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from safety.changes import FileChange
from safety.globs import matches, matches_any
from safety.guard import Case
from safety.policy import Policy
from safety.rules.added import Line, added, removed
from safety.rules.answers_read import reads_answers
from safety.rules.configuration import Fault, Value, leaves, read
from safety.rules.kinds import Kind, kind_of
from safety.rules.pipelines import is_pipeline, pipeline, thresholds
from safety.rules.python_source import nodes_like, python_of
from safety.rules.python_tests import OUTCOME, tampering, weakenings
from safety.verdict import Effect, Finding

_TESTS_BY_NAME = (
    *Policy().test_globs,
    "*_test.go",
    "*_spec.rb",
    "*Test.java",
    "*Tests.cs",
    "*Test.kt",
    "*_test.rs",
    "*.feature",
    "*.snap",
    "*.test.*",
)
_DATA = re.compile(r"(?:^|/)(?:fixtures|data|cassettes|samples|examples)/")


def tests(case: Case) -> Iterator[Finding]:
    """Says which change makes tests, scenarios, judges or thresholds say less."""
    test_globs = (*case.policy.test_globs, *_TESTS_BY_NAME)
    created = {change.path for change in case.changes if change.created}
    for change in case.readable():
        if change.before == change.after:
            continue
        path = change.path
        is_test, is_judge = matches_any(path, test_globs), matches_any(path, case.policy.judge_globs)
        if is_judge:
            yield from _judge(case, change)
        elif is_test or matches(path, "conftest.py"):
            yield from _test(change, created)
        elif kind_of(path, change.after) in (Kind.PYTHON, Kind.NOTEBOOK):
            yield from _in_the_program(case, change)
        if not is_test and not is_judge and change.after is not None:
            before = {named for _, named, _ in reads_answers(case.policy, path, change.before)}
            for line, named, effect in reads_answers(case.policy, path, change.after):
                if named not in before:
                    says = f"the program reads what decides whether it is right ({named[:60]})"
                    yield Finding("tests", path, line, says, effect)
        if change.after is not None and is_pipeline(path):
            yield from pipeline(change)
            yield from thresholds(change)
        if path.rsplit("/", 1)[-1] in ("pytest.ini", ".coveragerc", "tox.ini", "noxfile.py") and change.deleted:
            yield Finding("tests", path, None, "the settings of the tests are deleted", Effect.BLOCK)
        elif change.created and path.rsplit("/", 1)[-1] in ("pytest.ini", ".pytest.ini", "tox.ini", ".coveragerc"):
            yield Finding("tests", path, None, "new settings for the tests would take the place of the old ones", Effect.BLOCK)


_STUB = re.compile(r"\bmock\.patch(?:\.\w+)*$|^(?:mocker|monkeypatch)\.\w+$|^patch(?:\.(?:object|dict|multiple))?$")


def _stubs(text: str) -> dict[str, int]:
    """Calls that replace code, with their line."""
    calls = [node for node in nodes_like(text, ast.Call) if isinstance(node, ast.Call)] if "patch" in text else []
    return {ast.unparse(call): call.lineno for call in calls if _STUB.search(ast.unparse(call.func))}


def _judge(case: Case, change: FileChange) -> Iterator[Finding]:
    path = change.path
    if change.deleted:
        yield Finding("tests", path, None, "a scenario, rubric or judge is deleted: what decides would no longer decide", Effect.BLOCK)
    elif change.created:
        if kind_of(path, change.after) in (Kind.PYTHON, Kind.SHELL, Kind.SCRIPT):
            yield Finding("tests", path, None, "new code is added where judging is done", Effect.NEEDS_APPROVAL)
        doubled = _ids(read(path, change.after or "")) & {
            i for other, text in case.around.related.items() if matches_any(other, case.policy.judge_globs) for i in _ids(read(other, text))
        }
        if doubled:
            yield Finding(
                "tests", path, None, f"the scenario {sorted(doubled)[0]} exists already; a second one would take its place", Effect.BLOCK
            )
    elif not _only_longer(change):
        line = (added(change) or removed(change) or [Line(1, "")])[0]
        says = (
            f"a scenario, rubric or judge is changed (`{line.text.strip()[:60]}`): what decides must not be changed by what is decided on"
        )
        yield Finding("tests", path, line.number, says, Effect.BLOCK)


def _ids(value: Value | Fault) -> set[str]:
    rows = value if isinstance(value, list) else [value]
    return {str(row.get("id") or row.get("name")) for row in rows if isinstance(row, dict) and (row.get("id") or row.get("name"))}


def _only_longer(change: FileChange) -> bool:
    """Whether a list of scenarios kept all its members as they were and got further ones with names of their own."""
    before, after = read(change.path, change.before or ""), read(change.path, change.after or "")
    if not isinstance(before, list) or not isinstance(after, list) or len(after) < len(before):
        return False
    names = [str(row.get("id") or row.get("name")) for row in after if isinstance(row, dict)]
    return after[: len(before)] == before and len(set(names)) == len(names) == len(after)


def _test(change: FileChange, created: set[str]) -> Iterator[Finding]:
    path, conftest = change.path, change.path.rsplit("/", 1)[-1] == "conftest.py"
    if change.deleted:
        moved = any(p.rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1] for p in created)
        yield Finding(
            "tests", path, None, "tests, or what they compare with, are deleted" + (" (and added elsewhere)" if moved else ""), Effect.BLOCK
        )
    elif change.created:
        if kind_of(path, change.after) is Kind.PYTHON:
            for found in tampering(change.after or "", conftest=conftest):
                yield Finding("tests", path, found.line, found.says, Effect.BLOCK)
            if conftest:
                yield Finding("tests", path, None, "a conftest works on every test beside it", Effect.NEEDS_APPROVAL)
    elif kind_of(path, change.after) is Kind.PYTHON:
        for found in weakenings(change.before or "", change.after or ""):
            yield Finding("tests", path, found.line, found.says, Effect.BLOCK)
        if conftest:
            yield Finding("tests", path, None, "the conftest is changed, which works on every test beside it", Effect.BLOCK)
    elif kind_of(path, change.after) is Kind.SCRIPT and _only_added(change):
        for line in added(change):
            if re.search(
                r"\.(?:skip\w*|only|todo|fails|failing)\b|\[['\"](?:skip|only|todo|fails)|\bskip\(\)|\bx(?:it|describe|test)\b|\bf(?:it|describe)\b|^\s*return\b|process\.exit|vi\.mock|jest\.mock|(?:expect\(true\)|expect\(1\))",
                line.text,
            ):
                yield Finding(
                    "tests", path, line.number, f"tests are skipped, ended or replaced (`{line.text.strip()[:60]}`)", Effect.BLOCK
                )
    elif not (_DATA.search(path) and _holds_more(read(path, change.before or ""), read(path, change.after or ""))):
        line = (added(change) or removed(change) or [Line(1, "")])[0]
        yield Finding(
            "tests", path, line.number, f"an existing test, or what it compares with, is changed (`{line.text.strip()[:60]}`)", Effect.BLOCK
        )


def _holds_more(was: Value | Fault, now: Value | Fault) -> bool:
    """Whether data for tests kept all that it had, in its place, and got more."""
    if isinstance(was, dict) and isinstance(now, dict):
        return all(key in now and _holds_more(value, now[key]) for key, value in was.items())
    if isinstance(was, list) and isinstance(now, list):
        return len(now) >= len(was) and all(_holds_more(one, other) for one, other in zip(was, now, strict=False))
    return was is not None and not isinstance(was, Fault) and was == now


def _in_the_program(case: Case, change: FileChange) -> Iterator[Finding]:
    """What a program has no reason to know: hooks of the test tool, and answers to the very questions of its scenarios."""
    text, known = python_of(change.path, change.after) or "", python_of(change.path, change.before) or ""
    hooks = {node.name for node in nodes_like(known, ast.FunctionDef) if isinstance(node, ast.FunctionDef)}
    for node in nodes_like(text, ast.FunctionDef):
        if isinstance(node, ast.FunctionDef) and OUTCOME.search(node.name) and node.name not in hooks:
            yield Finding("tests", change.path, node.lineno, f"the hook {node.name} steps into the test run", Effect.BLOCK)
    stubbed = _stubs(known)
    for source, line in _stubs(text).items():
        if source not in stubbed:
            yield Finding("tests", change.path, line, "the program replaces its own code with the tools of tests", Effect.BLOCK)
    asked = _asked(case)
    before = {node.value for node in nodes_like(known, ast.Constant) if isinstance(node, ast.Constant)}
    for node in nodes_like(text, ast.Compare, ast.Dict, ast.MatchValue, ast.Call, ast.Assign) if asked else ():
        held = _held_against(node)
        for constant in held:
            if constant.value not in before and " ".join(str(constant.value).split()).casefold() in asked:
                says = f"the program knows a question of its own scenarios by heart (“{str(constant.value)[:50]}”)"
                yield Finding("tests", change.path, constant.lineno, says, Effect.BLOCK)


def _asked(case: Case) -> set[str]:
    """Sentences that stand in scenarios and in tests' data, as what an agent may be asked."""
    found: set[str] = set()
    for path, text in case.around.related.items():
        if matches_any(path, (*case.policy.judge_globs, *case.policy.test_globs)) and len(text) < 200_000:
            found |= _sentences(path, text)
    return found


@lru_cache(maxsize=256)
def _sentences(path: str, text: str) -> frozenset[str]:
    """The sentences of a file of data, in lower case."""
    values = [str(leaf.value) for leaf in leaves(read(path, text)) if isinstance(leaf.value, str)]
    quoted = [inner for value in values for inner in re.findall(r"[\"“']([^\"”']{12,300})[\"”']", value)]
    return frozenset(" ".join(v.split()).casefold() for v in (*values, *quoted) if len(v) < 300 and len(v.split()) >= 3)


def _held_against(node: ast.AST) -> list[ast.Constant]:
    """Texts that a value is compared with or looked up by."""
    parts: list[ast.expr | None] = []
    if isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.Dict):
        parts = list(node.keys)
    elif isinstance(node, ast.MatchValue):
        parts = [node.value]
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("startswith", "endswith", "get", "find", "count")
    ):
        parts = list(node.args)
    flat = [e for part in parts for e in (part.elts if isinstance(part, (ast.List, ast.Tuple, ast.Set)) else [part])]
    return [one for one in flat if isinstance(one, ast.Constant) and isinstance(one.value, str) and len(one.value.split()) >= 3]


def _only_added(change: FileChange) -> bool:
    rest = iter((change.after or "").splitlines())
    return all(any(line == other for other in rest) for line in (change.before or "").splitlines())
