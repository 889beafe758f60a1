"""What of the machine is nobody else's business: its settings and keys, where a program reads, shows or sends them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_names import RUNS, RUNS_SHELL, SECRET_NAME
from safety.rules.python_reading import ASK, BLOCK, Reading
from safety.rules.python_writes import OPENS, path_sketch

_FILES = re.compile(
    r"/etc/(?:passwd|shadow)|(?:^|/)\.(?:ssh|aws|gnupg|kube|netrc|pgpass|pypirc|git-credentials|docker)(?:/|$)|id_(?:rsa|ed25519|ecdsa|dsa)\b|/proc/(?:self|\d+)/environ|(?:^|/)\.env$"
)
_COUNTS = re.compile(
    r"(?:^|_)(?:input|output|total|prompt|completion|cached|cache|max|min|num|n|used|reasoning|thinking|audio|new|remaining|budget)?_?tokens?(?:$|_(?:count|usage|limit|used|total)s?$)",
    re.IGNORECASE,
)


def private(it: Reading, node: ast.expr, depth: int = 0) -> bool:
    """Whether an expression holds the settings or keys of the machine as a whole."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and it.dotted(inner) == "os.environ":
            parent = it.parents.get(inner)
            if not isinstance(parent, (ast.Subscript, ast.Attribute, ast.Compare)) or (
                isinstance(parent, ast.Attribute) and parent.attr in ("copy", "items", "values")
            ):
                return True
        elif isinstance(inner, ast.Call) and _reads(it, inner):
            return True
        elif isinstance(inner, ast.Name) and depth < 3 and isinstance(inner.ctx, ast.Load):
            given = it.bound.get(inner.id, [])
            given = (given if len(given) == 1 else []) + it.drawn.get(inner.id, [])[:8]
            if any(one is not node and private(it, one, depth + 1) for one in given):
                return True
    return False


def _reads(it: Reading, call: ast.Call) -> bool:
    name = it.dotted(call.func) or ""
    if name in RUNS or name in RUNS_SHELL:
        return _FILES.search(ast.unparse(call).replace("'", "")) is not None
    if name in OPENS:
        target = (
            call.func.value if name == "pathlib.Path.open" and isinstance(call.func, ast.Attribute) else call.args[0] if call.args else None
        )
    elif isinstance(call.func, ast.Attribute) and call.func.attr in ("read_text", "read_bytes"):
        target = call.func.value
    else:
        return False
    return target is not None and any(_FILES.search(sketch) for sketch in _paths(it, target))


def _paths(it: Reading, target: ast.expr) -> list[str]:
    """The path of a file, or of each one that a loop goes through."""
    drawn = it.drawn.get(target.id, []) if isinstance(target, ast.Name) and target.id not in it.bound else []
    listed = [one for given in drawn if isinstance(given, (ast.List, ast.Tuple, ast.Set)) for one in given.elts[:50]]
    return [path_sketch(it, one) for one in listed] or [path_sketch(it, target)]


_SPELLS_OUT = frozenset({"dumps", "dump", "str", "repr", "pformat", "pprint", "safe_dump", "format", "jsonify", "JSONResponse"})


def spelt_out(it: Reading, node: ast.Call, last: str) -> Iterator[Danger]:
    """All settings of the machine being made into a text."""
    if last in _SPELLS_OUT and any(_is_environment(it, given) for given in node.args):
        yield it.found(node, BLOCK, f"writes out all settings of this machine ({last})")


def handed_out(it: Reading, node: ast.Return) -> Iterator[Danger]:
    """All settings of the machine being given to whoever asks; what starts another program may pass them on."""
    if node.value is not None and _is_environment(it, node.value) and not any(k.arg == "env" for k in it.all(ast.keyword)):
        yield it.found(node, ASK, "gives out all settings of this machine")


def _is_environment(it: Reading, node: ast.expr, depth: int = 0) -> bool:
    """Whether a value is the whole of `os.environ`, as it is or copied."""
    if isinstance(node, ast.Name) and depth < 4:
        given = it.bound.get(node.id, [])
        return it.names.get(node.id) == "os.environ" or (len(given) == 1 and _is_environment(it, given[0], depth + 1))
    if isinstance(node, ast.Attribute):
        return it.dotted(node) in ("os.environ", "os.environb")
    if isinstance(node, ast.Dict):
        return any(key is None and _is_environment(it, value, depth + 1) for key, value in zip(node.keys, node.values, strict=True))
    if isinstance(node, (ast.DictComp, ast.ListComp)):
        return not node.generators[0].ifs and _is_environment(it, node.generators[0].iter, depth + 1)
    if isinstance(node, ast.Call) and depth < 4:
        name = it.dotted(node.func) or ""
        if name in ("os.environ.copy", "os.environ.items"):
            return True
        inner = node.args[0] if node.args else None
        return (
            name in ("dict", "list", "sorted", "copy.copy", "copy.deepcopy") and inner is not None and _is_environment(it, inner, depth + 1)
        )
    return False


def reads(it: Reading, node: ast.Call) -> Iterator[Danger]:
    """A file with keys or accounts of the machine being opened."""
    if _reads(it, node):
        yield it.found(node, ASK, "reads keys or accounts of this machine")


def shown(it: Reading, node: ast.Call, last: str) -> Iterator[Danger]:
    """A secret that is printed or logged."""
    if last in ("print", "debug", "info", "warning", "error", "exception", "log", "critical", "write", "send", "emit"):
        found = [a for a in [*node.args, *[k.value for k in node.keywords]] if _is_secret(it, a)]
        if found:
            yield it.found(node, BLOCK, f"shows a secret ({ast.unparse(found[0])[:40]}) where others can read it")


def _is_secret(it: Reading, node: ast.expr) -> bool:
    for inner in ast.walk(node):
        name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
        if name and SECRET_NAME.search(name) and not _COUNTS.search(name) and not isinstance(it.parents.get(inner), ast.Attribute):
            parent = it.parents.get(inner)
            if (
                isinstance(parent, (ast.Compare, ast.IfExp, ast.BoolOp))
                and parent is not node
                and inner is not getattr(parent, "body", None)
            ):
                continue
            if isinstance(parent, ast.Call) and parent.func is inner:
                continue
            if not (
                isinstance(parent, ast.Call)
                and re.search(r"^(?:len|bool|type|hash|isinstance|id)$|mask|redact|hide|censor", ast.unparse(parent.func))
            ):
                return True
        if (
            isinstance(inner, ast.Attribute)
            and it.dotted(inner) == "os.environ"
            and not isinstance(it.parents.get(inner), (ast.Subscript, ast.Attribute))
        ):
            return True
    return False
