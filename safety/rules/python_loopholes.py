"""Where Python code lets everything pass: checks that always agree, back doors, hidden errors, code changed from outside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import text_of
from safety.rules.python_names import (
    CHECKS,
    IDENTITY,
    TEST_MODULES,
)
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
        base = target.value if isinstance(target, (ast.Attribute, ast.Subscript)) else None
        if base is None:
            continue
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
        elif root in TEST_MODULES and root in it.names.values():
            yield it.found(node, BLOCK, f"changes the tool that checks it ({name})")
        elif (
            isinstance(target, ast.Attribute)
            and isinstance(base, (ast.Name, ast.Attribute))
            and it.imported_from(base)
            and "." in name
            and name[:1].islower()
            and not re.match(r"(?:os|sys|socket|locale|random|warnings|logging)\.", name)
        ):
            yield it.found(node, ASK, f"changes another module from outside ({name})")
        elif name == "os.environ" and re.search(
            r"PYTHONHTTPSVERIFY|CURL_CA_BUNDLE|SSL_VERIFY|TLS_REJECT|LD_PRELOAD|GIT_SSL_NO_VERIFY", source
        ):
            yield it.found(node, BLOCK, "turns off the check of who is at the other end (TLS)")


def swallows(it: Reading, node: ast.ExceptHandler) -> Iterator[Danger]:
    broad = node.type is None or re.search(r"\b(?:Base)?Exception\b", ast.unparse(node.type)) is not None
    if not broad:
        return
    speaks = any(isinstance(n, (ast.Raise, ast.Call)) for s in node.body for n in ast.walk(s))
    if not speaks:
        does = "; ".join(ast.unparse(s) for s in node.body)[:60]
        yield it.found(node, ASK, f"hides every error: whatever goes wrong, it goes on ({does})", does)


def function(it: Reading, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Danger]:
    body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    always = len(body) == 1 and isinstance(body[0], ast.Return) and isinstance(body[0].value, ast.Constant) and body[0].value.value is True
    if (
        always
        and node.name in ("__eq__", "__contains__", "__bool__", "__ge__", "__le__", "__instancecheck__", "__subclasscheck__")
        and node.name != "__bool__"
    ):
        yield it.found(
            node, BLOCK, f"compares as equal to anything ({node.name}), which makes every check pass", f"{node.name} always true"
        )
    elif always and CHECKS.search(node.name):
        yield it.found(node, BLOCK, f"the check {node.name} lets everything pass", f"{node.name} always true")
    elif node.name in ("__reduce__", "__reduce_ex__"):
        yield it.found(node, ASK, "decides what is run when an object is read back", node.name)
    elif (
        body
        and isinstance(body[0], ast.Return)
        and len(body) > 1
        and isinstance(body[0].value, ast.Constant)
        and body[0].value.value is True
    ):
        yield it.found(node, BLOCK, f"{node.name} returns before it does anything", f"{node.name} returns at once")


def back_door(it: Reading, node: ast.If) -> Iterator[Danger]:
    returns = [s for s in node.body if isinstance(s, ast.Return) and isinstance(s.value, ast.Constant) and s.value.value is True]
    if returns:
        for compare in ast.walk(node.test):
            if isinstance(compare, ast.Compare) and isinstance(compare.ops[0], (ast.Eq, ast.In)):
                sides = [compare.left, *compare.comparators]
                fixed = any(text_of(s, it.known) for s in sides) or any(isinstance(s, (ast.Tuple, ast.List, ast.Set)) for s in sides)
                who = any(
                    IDENTITY.search(ast.unparse(s).replace("'", "").split(".")[-1][:40]) for s in sides if not isinstance(s, ast.Constant)
                )
                if fixed and who:
                    yield it.found(node, BLOCK, "lets somebody in by a fixed name or value: a back door", ast.unparse(node.test))
                    break
    if (
        isinstance(node.test, ast.BoolOp)
        and isinstance(node.test.op, ast.Or)
        and any(isinstance(v, ast.Constant) and v.value for v in node.test.values)
    ):
        yield it.found(node, BLOCK, "the condition is always true", ast.unparse(node.test))
