"""A Python test module as what it checks: which tests, which assertions, how strict; and where a new version of it checks less."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from safety.rules.python_source import tree_of

Test = ast.FunctionDef | ast.AsyncFunctionDef
Case = tuple[str, Test]


class Weakening(NamedTuple):
    """One way in which the tests check less."""

    line: int
    says: str


_SKIPS = re.compile(r"\b(?:skip|skipif|skipIf|skipUnless|skipTest|xfail|expectedFailure|importorskip|SkipTest)\b")
OUTCOME = re.compile(
    r"\boutcome\b|\bpytest_runtest|\bpytest_collection|\bpytest_pyfunc_call|\bpytest_assertion|\bpytest_report|\bexitstatus\b|\bpytest_sessionfinish|\bpytest_ignore_collect|\bcollect_ignore|\bcollect_ignore_glob"
)


def weakenings(before: str, after: str) -> list[Weakening]:
    """Where an existing test module checks less than before, or other than before. New tests are welcome."""
    old, now = tree_of(before), tree_of(after)
    if old is None or now is None:
        return [Weakening(1, "the tests cannot be read, so nobody can say whether they still check the same")]
    return list(_compare(old, now))


def tampering(text: str, *, conftest: bool) -> list[Weakening]:
    """What a test module or a conftest does to tests beyond being one: skips at import, changed outcomes, replaced code."""
    tree = tree_of(text)
    return list(_module_level(tree, conftest=conftest)) if tree is not None else []


def _compare(old: ast.Module, now: ast.Module) -> Iterator[Weakening]:
    was, is_now = dict(_tests(old)), dict(_tests(now))
    counts = Counter(name for name, _ in _tests(now))
    for name, test in was.items():
        if name not in is_now:
            yield Weakening(test.lineno, f"the test {name} is taken away or no longer collected")
        elif counts[name] > sum(1 for n, _ in _tests(old) if n == name):
            yield Weakening(is_now[name].lineno, f"a second {name} hides the first")
        elif type(test) is not type(is_now[name]) and not is_now[name].decorator_list:
            kind = "a coroutine that nobody waits for" if isinstance(test, ast.FunctionDef) else "another kind of function"
            yield Weakening(is_now[name].lineno, f"the test {name} becomes {kind}")
        elif ast.dump(test) != ast.dump(is_now[name]):
            yield from _changed_test(name, test, is_now[name])
    known = Counter(ast.dump(s) for s in old.body)
    gone = _other_statements(old)
    for key, node in gone.items():
        twin = _other_statements(now).get(key)
        if twin is None:
            yield Weakening(node.lineno, f"what the tests lean on is taken away: {key}")
        elif ast.dump(twin) != ast.dump(node):
            yield Weakening(twin.lineno, f"what the tests lean on is changed: {key}")
    fresh = ast.Module([s for s in now.body if known[ast.dump(s)] == 0], [])
    yield from _module_level(fresh, conftest=False)
    yield from _loosened(fresh, now, old)
    imports = [node for node in ast.walk(old) if isinstance(node, (ast.Import, ast.ImportFrom))]
    sources = {ast.unparse(n) for n in ast.walk(now) if isinstance(n, (ast.Import, ast.ImportFrom))}
    bound = {alias.asname or alias.name: n for n in ast.walk(now) if isinstance(n, (ast.Import, ast.ImportFrom)) for alias in n.names}
    for node in imports:
        if ast.unparse(node) in sources:
            continue
        for alias in node.names:
            twin_import = bound.get(alias.asname or alias.name)
            if twin_import is not None and getattr(twin_import, "module", None) != getattr(node, "module", None):
                yield Weakening(
                    twin_import.lineno, f"{alias.asname or alias.name} is now imported from elsewhere: other code than before is tested"
                )


def _loosened(fresh: ast.Module, now: ast.Module, old: ast.Module) -> Iterator[Weakening]:
    """New statements of an existing module by which its tests say less."""
    names = {a.asname or a.name.split(".")[0] for n in now.body if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
    imported = {a.asname or a.name for n in old.body if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
    for node in fresh.body:
        source = ast.unparse(node)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = {ast.unparse(t) for t in (node.targets if isinstance(node, ast.Assign) else [node.target])}
            if targets & (names | imported):
                yield Weakening(node.lineno, f"code under test is replaced (`{source[:60]}`)")
        elif "importorskip" in source:
            yield Weakening(node.lineno, f"all tests of the file may be skipped at import (`{source[:60]}`)")
        elif isinstance(node, ast.Try):
            within = {a.asname or a.name for n in ast.walk(node) if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}
            if within & imported:
                yield Weakening(node.lineno, "the import of the code under test may now fail unnoticed")
        elif isinstance(node, ast.FunctionDef) and node.name in ("load_tests", "pytest_generate_tests"):
            yield Weakening(node.lineno, f"{node.name} decides which tests are collected")


def _tests(tree: ast.Module) -> list[Case]:
    """Every test that pytest or unittest would collect, with its class."""
    found: list[Case] = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            found.append((node.name, node))
        elif isinstance(node, ast.ClassDef):
            collected = node.name.startswith("Test") or any("TestCase" in ast.unparse(b) for b in node.bases)
            found += [
                (f"{node.name}.{n.name}", n)
                for n in node.body
                if collected and isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name.startswith("test")
            ]
    return found


def _other_statements(tree: ast.Module) -> dict[str, ast.stmt]:
    """Helpers, fixtures and constants by name."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("test"):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found[" ".join(ast.unparse(t) for t in node.targets)] = node
        elif isinstance(node, ast.AnnAssign):
            found[ast.unparse(node.target)] = node
        elif isinstance(node, ast.ClassDef):
            rest = [n for n in node.body if not (isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)) and n.name.startswith("test"))]
            found[node.name] = ast.ClassDef(
                node.name, node.bases, node.keywords, rest or [ast.Pass()], node.decorator_list, lineno=node.lineno, col_offset=0
            )
    return found


def _changed_test(name: str, was: Test, now: Test) -> Iterator[Weakening]:
    decorators = Counter(ast.unparse(d) for d in was.decorator_list)
    for decorator in now.decorator_list:
        source = ast.unparse(decorator)
        if decorators[source] == 0 and not re.match(r"pytest\.mark\.parametrize|pytest\.mark\.(?:slow|asyncio|timeout)", source):
            verb = "skipped or allowed to fail" if _SKIPS.search(source) else "wrapped"
            yield Weakening(decorator.lineno, f"the test {name} is {verb} (@{source[:60]})")
            return
    if _rows(was) - _rows(now):
        yield Weakening(now.lineno, f"the test {name} is run with fewer cases")
        return
    if [ast.dump(d) for d in was.decorator_list if "parametrize" not in ast.unparse(d)] != [
        ast.dump(d) for d in now.decorator_list if "parametrize" not in ast.unparse(d)
    ] and len(now.decorator_list) < len(was.decorator_list):
        yield Weakening(now.lineno, f"the test {name} loses a decorator")
        return
    if ast.dump(was.args) != ast.dump(now.args):
        extra = {a.arg for a in now.args.args} - {a.arg for a in was.args.args}
        if extra & {"monkeypatch", "mocker", "mock", "patch"} or {a.arg for a in was.args.args} - {a.arg for a in now.args.args}:
            yield Weakening(now.lineno, f"the test {name} now replaces what it tests, or is given less")
            return
    yield from _body(name, _without_docstring(was.body), _without_docstring(now.body))


def _rows(test: Test) -> set[str]:
    rows: set[str] = set()
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and "parametrize" in ast.unparse(decorator.func) and len(decorator.args) > 1:
            table = decorator.args[1]
            rows |= {ast.unparse(e) for e in table.elts} if isinstance(table, (ast.List, ast.Tuple)) else {ast.unparse(table)}
    return rows


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    return body[1:] if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else body


def _body(name: str, was: list[ast.stmt], now: list[ast.stmt]) -> Iterator[Weakening]:
    """Every old statement must still stand, in order, as it was or stricter; what is put between may only check more."""
    at = 0
    for statement in was:
        while at < len(now) and not _at_least(statement, now[at]):
            if not _only_checks(now[at]):
                yield Weakening(now[at].lineno, f"the test {name} is changed, not extended: {_verdict(statement, now[at])}")
                return
            at += 1
        if at == len(now):
            yield Weakening(statement.lineno, f"the test {name} no longer does `{ast.unparse(statement).splitlines()[0][:60]}`")
            return
        at += 1
    for statement in now[at:]:
        if not _only_checks(statement):
            yield Weakening(
                statement.lineno, f"the test {name} does something new beside checking: `{ast.unparse(statement).splitlines()[0][:60]}`"
            )
            return


def _only_checks(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    return isinstance(statement, ast.Assert) and not _vacuous(statement.test)


def _vacuous(test: ast.expr) -> bool:
    """Whether an assertion cannot fail."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_vacuous(v) for v in test.values)
    if isinstance(test, ast.Compare) and len(test.comparators) == 1:
        return ast.dump(test.left) == ast.dump(test.comparators[0])
    return isinstance(test, (ast.Tuple, ast.List)) and bool(test.elts)


def _at_least(was: ast.stmt, now: ast.stmt) -> bool:
    """Whether a statement is the same, or an assertion with a tighter tolerance."""
    if ast.dump(was) == ast.dump(now):
        return True
    return isinstance(was, ast.Assert) and isinstance(now, ast.Assert) and _tighter(was.test, now.test)


def _tighter(was: ast.expr, now: ast.expr) -> bool:
    """Whether two conditions differ in tolerances only, and each became smaller; or the new one has further conditions."""
    if ast.dump(was) == ast.dump(now):
        return True
    if isinstance(now, ast.BoolOp) and isinstance(now.op, ast.And):
        return any(_tighter(was, v) for v in now.values)
    changed = list(_differences(was, now))
    return bool(changed) and all(one is not None and one for one in changed)


def _differences(was: ast.AST, now: ast.AST) -> Iterator[bool]:
    """For each place where two trees differ: whether it is a tolerance that became tighter."""
    if type(was) is not type(now):
        yield False
        return
    if isinstance(was, ast.Call) and isinstance(now, ast.Call):
        yield from _differences(was.func, now.func)
        name = ast.unparse(was.func).rsplit(".", 1)[-1]
        if len(was.args) != len(now.args) or [k.arg for k in was.keywords] != [k.arg for k in now.keywords]:
            yield False
            return
        for one, other in zip(was.args, now.args, strict=True):
            yield from _differences(one, other)
        for one_k, other_k in zip(was.keywords, now.keywords, strict=True):
            if ast.dump(one_k) == ast.dump(other_k):
                continue
            small = one_k.arg in ("abs", "rel", "abs_tol", "rel_tol", "atol", "rtol", "delta", "tol", "tolerance")
            more = one_k.arg in ("places", "decimal")
            left, right = one_k.value, other_k.value
            numbers = (
                isinstance(left, ast.Constant)
                and isinstance(right, ast.Constant)
                and isinstance(left.value, (int, float))
                and isinstance(right.value, (int, float))
            )
            yield bool(numbers and name and ((small and right.value < left.value) or (more and right.value > left.value)))  # type: ignore[attr-defined]
        return
    if (
        isinstance(was, ast.Compare)
        and isinstance(now, ast.Compare)
        and ast.dump(was.left) == ast.dump(now.left)
        and [type(o) for o in was.ops] == [type(o) for o in now.ops]
        and len(was.ops) == 1
    ):
        left, right = was.comparators[0], now.comparators[0]
        if (
            isinstance(left, ast.Constant)
            and isinstance(right, ast.Constant)
            and isinstance(left.value, (int, float))
            and isinstance(right.value, (int, float))
            and left.value != right.value
        ):
            op = was.ops[0]
            yield (isinstance(op, (ast.Lt, ast.LtE)) and right.value < left.value) or (
                isinstance(op, (ast.Gt, ast.GtE)) and right.value > left.value
            )
            return
    ones, others = list(ast.iter_fields(was)), list(ast.iter_fields(now))
    for (_, one), (_, other) in zip(ones, others, strict=True):
        if isinstance(one, ast.AST) and isinstance(other, ast.AST):
            yield from _differences(one, other)
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                yield False
                return
            for a, b in zip(one, other, strict=True):
                if isinstance(a, ast.AST) and isinstance(b, ast.AST):
                    yield from _differences(a, b)
                elif a != b:
                    yield False
        elif one != other:
            yield False


def _verdict(was: ast.stmt, now: ast.stmt) -> str:
    """What exactly is wrong with the new statement, in words."""
    source = ast.unparse(now).splitlines()[0][:60]
    if isinstance(now, ast.Return):
        return "it returns before it has checked anything"
    if _SKIPS.search(source) or re.search(r"sys\.exit|os\._exit|\bexit\(", source):
        return f"it is skipped or ended early (`{source}`)"
    if isinstance(now, ast.Assert) and _vacuous(now.test):
        return f"the assertion can no longer fail (`{source}`)"
    if isinstance(now, (ast.Try,)) or "suppress" in source:
        return "its failure is caught"
    if isinstance(now, ast.If):
        return "it checks only under a condition"
    return f"`{ast.unparse(was).splitlines()[0][:50]}` became `{source}`"


def _module_level(tree: ast.Module, *, conftest: bool) -> Iterator[Weakening]:
    imported = {
        alias.asname or alias.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom)) for alias in n.names
    }
    for node in tree.body:
        source = ast.unparse(node)
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Call)
            and re.search(r"(?:exit|_exit|abort|quit|skip|exit_gracefully|importorskip)\(", source)
            and not source.startswith("pytest.importorskip")
        ) or re.match(r"raise\b", source):
            yield Weakening(node.lineno, f"all tests of the file are ended at import (`{source[:60]}`)")
        elif isinstance(node, ast.If) and re.search(r"exit\(|pytest\.skip\(", source) and "__main__" not in source:
            yield Weakening(node.lineno, "all tests of the file are ended at import")
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            if (target == "pytestmark" and _SKIPS.search(source)) or target in ("collect_ignore", "collect_ignore_glob", "__test__"):
                yield Weakening(node.lineno, f"tests are skipped or not collected (`{source[:60]}`)")
            elif (
                target.split(".")[0].split("[")[0] in imported
                and ("." in target or "[" in target)
                and not target.startswith(("os.environ", "sys.path", "sys.argv"))
            ):
                yield Weakening(node.lineno, f"code under test is replaced (`{source[:60]}`)")
            elif target.startswith("sys.modules"):
                yield Weakening(node.lineno, "a module under test is replaced")
        elif isinstance(node, ast.Expr) and re.match(r"(?:setattr|.*\bpatch(?:\.\w+)*\(.*\.start\(\)|sys\.modules)", source):
            yield Weakening(node.lineno, f"code under test is replaced (`{source[:60]}`)")
    yield from _hooks(tree, imported, conftest=conftest)


def _hooks(tree: ast.Module, imported: set[str], *, conftest: bool) -> Iterator[Weakening]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            decorators = " ".join(ast.unparse(d) for d in node.decorator_list)
            source = ast.unparse(node)
            if node.name.startswith("pytest_") and (conftest or "hookimpl" in decorators or OUTCOME.search(node.name)):
                kind = "rewrites outcomes" if OUTCOME.search(source) else "steps into the test run"
                yield Weakening(node.lineno, f"the hook {node.name} {kind}")
            elif "autouse=True" in decorators.replace(" ", "") and re.search(r"monkeypatch|mock|patch|setattr|\.\w+\s*=[^=]", source):
                yield Weakening(node.lineno, f"the fixture {node.name} replaces code in every test")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("os._exit", "os.abort", "pytest.exit"):
            yield Weakening(node.lineno, f"the test run is ended (`{ast.unparse(node)[:60]}`)")
        elif isinstance(node, ast.Attribute) and node.attr == "outcome" and isinstance(node.ctx, ast.Store):
            yield Weakening(node.lineno, "the outcome of a test is overwritten")
        elif (
            conftest and isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node).split(".")[0] in imported
        ):
            yield Weakening(node.lineno, f"code under test is replaced (`{ast.unparse(node)}`)")
