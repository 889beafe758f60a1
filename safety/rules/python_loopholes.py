"""Where Python code lets everything pass: checks that always agree, back doors, hidden errors, code changed from outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.configuration import Leaf
from safety.rules.danger_found import Danger
from safety.rules.powers import power
from safety.rules.python_constants import fold, text_of
from safety.rules.python_names import PERHAPS_WHO, PROTECTIVE_VARIABLES, PROTECTS, TEST_MODULES, WHO
from safety.rules.python_reading import ASK, BLOCK, Reading


def imports(it: Reading, node: ast.Import | ast.ImportFrom) -> Iterator[Danger]:
    modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] if not node.level else []
    for module in modules:
        top = module.split(".")[0]
        if top == "refinery":
            yield it.found(node, BLOCK, "reaches for the tool that checks it (refinery)")
        elif top in ("ctypes", "cffi", "_ctypes"):
            yield it.found(node, BLOCK, f"calls native code ({top}), past every check")
        elif top in ("pickle", "marshal", "dill", "shelve", "telnetlib", "ftplib", "pty"):
            yield it.found(node, ASK, f"brings in {top}, which can run or send what it should not", f"import {top}")
        elif top in ("_pytest", "pytest", "unittest") and it.depth == 0:
            continue


def assigns(it: Reading, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[Danger]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        yield from _setting(it, node, target)
        base = target.value if isinstance(target, (ast.Attribute, ast.Subscript)) else None
        if base is None:
            continue
        if isinstance(target, ast.Attribute) and target.attr in ("__code__", "__globals__", "__builtins__", "__class__", "__defaults__"):
            yield it.found(
                node, BLOCK if target.attr != "__class__" else ASK, f"replaces the inside of a function or object ({target.attr})"
            )
        name = (it.dotted(target) if isinstance(target, ast.Attribute) else it.dotted(base)) or ""
        root = name.split(".")[0]
        source = ast.unparse(node)
        if (
            name in ("ssl._create_default_https_context",)
            or re.search(r"(?:check_hostname|\.verify|assert_hostname)\s*=\s*(?:False|None|0)$", source)
            or "CERT_NONE" in source
        ):
            yield it.found(node, BLOCK, "turns off the check of who is at the other end (TLS)")
        elif name in ("sys.modules", "builtins") or root in ("builtins", "__builtins__"):
            yield it.found(node, BLOCK, "replaces a module or a built-in function under the feet of all other code")
        elif root in TEST_MODULES and (root in it.names.values() or re.search(r"sys\.modules|import_module|__import__", source)):
            yield it.found(node, BLOCK, f"changes the tool that checks it ({name})")
        elif (
            isinstance(target, ast.Attribute)
            and isinstance(base, (ast.Name, ast.Attribute))
            and _is_module(it, base)
            and "." in name
            and name[:1].islower()
            and not re.match(r"(?:os|sys|socket|locale|random|warnings|logging)\.", name)
        ):
            yield it.found(node, ASK, f"changes another module from outside ({name})")
        elif name == "os.environ" and PROTECTIVE_VARIABLES.search(source):
            yield it.found(node, BLOCK, "turns off the check of who is at the other end (TLS)")


def _is_module(it: Reading, base: ast.expr) -> bool:
    """Whether an expression names a module or class that was imported, and not an object within it."""
    if isinstance(base, ast.Name):
        return base.id in it.imported
    return it.dotted(base) in {alias.name for statement in it.all(ast.Import) for alias in statement.names}


def swallows(it: Reading, node: ast.ExceptHandler) -> Iterator[Danger]:
    broad = node.type is None or re.search(r"\b(?:Base)?Exception\b", ast.unparse(node.type)) is not None
    if not broad:
        return
    speaks = any(isinstance(n, (ast.Raise, ast.Call)) for s in node.body for n in ast.walk(s))
    if not speaks:
        does = "; ".join(ast.unparse(s) for s in node.body)[:60]
        yield it.found(node, ASK, f"hides every error: whatever goes wrong, it goes on ({does})", does)


def gives_up(it: Reading, node: ast.Try) -> Iterator[Danger]:
    """A `return` in a `finally` swallows whatever was on its way."""
    for statement in node.finalbody:
        if isinstance(statement, (ast.Return, ast.Break, ast.Continue)):
            yield it.found(statement, ASK, "hides every error: what goes wrong is dropped in a `finally`", ast.unparse(statement))


def _setting(it: Reading, node: ast.Assign | ast.AugAssign | ast.AnnAssign, target: ast.expr) -> Iterator[Danger]:
    """A setting that hands over power, given in code: `ALLOWED_HOSTS = ["*"]`, `app.config["DEBUG"] = True`."""
    if node.value is None:
        return
    if isinstance(target, ast.Subscript):
        key = text_of(target.slice, it.known)
    elif isinstance(target, ast.Name) and target.id.isupper():
        key = target.id
    else:
        key = None
    values = node.value.elts if isinstance(node.value, (ast.List, ast.Tuple, ast.Set)) else [node.value]
    for value in values if key else ():
        if isinstance(value, ast.Constant) and isinstance(value.value, (str, int, bool)):
            leaf = Leaf((str(key),), value.value)
            yield from (danger.at(node.lineno) for danger in power(leaf, [str(key).lower()], node.lineno, {}))


def function(it: Reading, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Danger]:
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    always = _always_agrees(it, body)
    if always and node.name in ("__eq__", "__contains__", "__ge__", "__le__", "__instancecheck__", "__subclasscheck__"):
        yield it.found(
            node, BLOCK, f"compares as equal to anything ({node.name}), which makes every check pass", f"{node.name} always true"
        )
    elif (always or _weighs_nothing(it, body)) and PROTECTS.search(node.name):
        yield it.found(node, BLOCK, f"the check {node.name} lets everything pass", f"{node.name} always true")
    elif _CONSENT.search(node.name) and len(body) == 1 and isinstance(body[0], ast.Return) and _says_yes(it, body[0].value):
        yield it.found(node, BLOCK, f"{node.name} {ANSWERS_ITSELF}", f"{node.name} always yes")
    elif node.name in ("__reduce__", "__reduce_ex__"):
        yield it.found(node, ASK, "decides what is run when an object is read back", node.name)
    elif body and isinstance(body[0], ast.Return) and len(body) > 1:
        agrees = _always_agrees(it, body[:1])
        yield it.found(node, BLOCK if agrees else ASK, f"{node.name} returns before it does anything", f"{node.name} returns at once")

    if PROTECTS.search(node.name) or _GRANTS.search(node.name):
        for answer in (s.value for s in ast.walk(node) if isinstance(s, ast.Return)):
            if isinstance(answer, ast.BoolOp) and isinstance(answer.op, ast.Or) and any(fold(v, it.known) is True for v in answer.values):
                yield it.found(node, BLOCK, f"the check {node.name} lets everything pass", f"{node.name} always true")
    for name, default in _defaults(node.args):
        if _CONSENT.search(name) and isinstance(default, ast.Lambda) and _says_yes(it, default.body):
            yield it.found(node, BLOCK, f"{name} {ANSWERS_ITSELF}, unless somebody else is given", f"{node.name} {name} always yes")


def _defaults(given: ast.arguments) -> list[tuple[str, ast.expr]]:
    placed = [*given.posonlyargs, *given.args]
    pairs = list(zip([a.arg for a in placed[len(placed) - len(given.defaults) :]], given.defaults, strict=True))
    return pairs + [(a.arg, value) for a, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None]


_GRANTS = re.compile(r"^_?(?:can|may|is|has)_")
ANSWERS_ITSELF = "answers itself what a person is asked"
_CONSENT = re.compile(
    r"(?:^|_)(?:confirm\w*|approv\w*|consent\w*|ask(?:_\w+)?|permission|authori[sz]e\w*|input_fn|prompt_user|human\w*)(?:_|$)",
    re.IGNORECASE,
)


def consents(it: Reading, node: ast.keyword) -> Iterator[Danger]:
    """`run(task, confirm=lambda question: "y")`."""
    if node.arg and _CONSENT.search(node.arg) and isinstance(node.value, ast.Lambda) and _says_yes(it, node.value.body):
        yield it.found(node.value, BLOCK, f"{node.arg} {ANSWERS_ITSELF}", f"{node.arg} always yes")


def _says_yes(it: Reading, node: ast.expr | None) -> bool:
    value = fold(node, it.known) if node is not None and not isinstance(node, ast.Name) else None
    return value in (True, 1) or (
        isinstance(value, str) and value.strip().lower() in ("y", "yes", "ok", "true", "approve", "approved", "allow")
    )


_MAY_REFUSE = re.compile(r"verif|valid|check|decode|require|ensure|assert|auth|load|parse|fetch|get_or", re.IGNORECASE)


def _weighs_nothing(it: Reading, body: list[ast.stmt]) -> bool:
    """Whether a function works things out and then says yes whatever they are."""
    if len(body) < 2 or not isinstance(body[-1], ast.Return) or body[-1].value is None or isinstance(body[-1].value, ast.Name):
        return False
    worked_out = [s.value for s in body[:-1] if isinstance(s, (ast.Assign, ast.AnnAssign)) and s.value is not None]
    if len(worked_out) < len(body) - 1 or fold(body[-1].value, it.known) not in (True, 1):
        return False
    calls = [ast.unparse(n.func) for value in worked_out for n in ast.walk(value) if isinstance(n, ast.Call)]
    return not any(map(_MAY_REFUSE.search, calls))


def agreeing_lambda(it: Reading, node: ast.Assign) -> Iterator[Danger]:
    """`is_allowed = lambda user: True`."""
    if isinstance(node.value, ast.Lambda) and fold(node.value.body, it.known) in (True, 1):
        for target in node.targets:
            name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
            if PROTECTS.search(name):
                yield it.found(node, BLOCK, f"the check {name} lets everything pass", f"{name} always true")


def _always_agrees(it: Reading, body: list[ast.stmt]) -> bool:
    """Whether a function does nothing but say yes."""
    last = body[-1] if body else None
    if not isinstance(last, ast.Return) or last.value is None:
        return False
    value = last.value
    if len(body) == 2 and isinstance(body[0], ast.Assign) and isinstance(value, ast.Name) and ast.unparse(body[0].targets[0]) == value.id:
        value = body[0].value
    elif len(body) != 1:
        return False
    return not isinstance(value, ast.Name) and fold(value, it.known) in (True, 1)


def back_door(it: Reading, node: ast.If) -> Iterator[Danger]:
    within = it.enclosing(node, ast.FunctionDef, ast.AsyncFunctionDef)
    is_check = isinstance(within, (ast.FunctionDef, ast.AsyncFunctionDef)) and PROTECTS.search(within.name) is not None
    lets_in = any(isinstance(s, ast.Return) and s.value is not None and fold(s.value, it.known) in (True, 1) for s in node.body)
    raises_up = any(
        isinstance(s, ast.Assign)
        and re.search(r"\b(?:role|is_admin|admin|superuser|authenticated|permissions?|scopes?)$", ast.unparse(s.targets[0]))
        for s in node.body
    )
    if lets_in or raises_up:
        for compare in ast.walk(node.test):
            if isinstance(compare, ast.Compare) and isinstance(compare.ops[0], (ast.Eq, ast.In)):
                sides = [compare.left, *compare.comparators]
                fixed = [s for s in sides if text_of(s, it.known) or isinstance(s, (ast.Tuple, ast.List, ast.Set))]
                asked = " ".join(ast.unparse(s) for s in sides if s not in fixed)
                strong, weak = WHO.search(asked) is not None, PERHAPS_WHO.search(asked) is not None
                if fixed and (strong or (weak and is_check)):
                    effect = BLOCK if lets_in else ASK
                    yield it.found(node, effect, "lets somebody in by a fixed name or value: a back door", ast.unparse(node.test))
                    break
    if isinstance(node.test, ast.BoolOp):
        values = [v.value for v in node.test.values if isinstance(v, ast.Constant)]
        if isinstance(node.test.op, ast.Or) and any(values):
            yield it.found(node, BLOCK, "the condition is always true", ast.unparse(node.test))
        elif isinstance(node.test.op, ast.And) and not all(values):
            yield it.found(node, BLOCK, "the condition is never true: what it guards against is let through", ast.unparse(node.test))
    elif isinstance(node.test, ast.Constant) and not node.test.value:
        yield it.found(node, ASK, "the condition is never true", ast.unparse(node.test))


def fixed_password(it: Reading, node: ast.Compare) -> Iterator[Danger]:
    """A password held against one that stands in the code."""
    sides = [node.left, *node.comparators]
    fixed = any(text_of(s, it.known) for s in sides)
    asked = [ast.unparse(s) for s in sides if not text_of(s, it.known)]
    if (
        fixed
        and isinstance(node.ops[0], (ast.Eq, ast.In))
        and any(re.search(r"(?:^|[._'])(?:password|passwd|pw|pwd|passcode|pin|otp|secret)(?:$|['\]])", a, re.IGNORECASE) for a in asked)
    ):
        yield it.found(node, ASK, "holds a password against a fixed one")
