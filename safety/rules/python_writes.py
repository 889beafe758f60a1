"""Where a Python file writes to: outside its folder, into its own guard and tests, over its own instructions, or with nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.kinds import is_prompt
from safety.rules.places import place_of
from safety.rules.python_constants import UNKNOWN, fold, sketch_of, text_of
from safety.rules.python_reading import ASK, BLOCK, Reading
from safety.verdict import Effect

OPENS = frozenset({"open", "io.open", "builtins.open", "codecs.open", "pathlib.Path.open", "os.open", "aiofiles.open"})
_TO_SECOND = frozenset(
    {"os.rename", "os.replace", "os.link", "os.symlink", "shutil.move", "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree"}
)
_METHODS = frozenset({"write_text", "write_bytes", "rename", "replace", "symlink_to", "hardlink_to", "touch"})
_OUTSIDE = re.compile(r"/(?!tmp/|dev/null$|dev/std|dev/fd)|~|(?:.*/)?\.\.(?:/|$)|[A-Za-z]:\\")
_CHECKS = re.compile(r"(?:^|/)(?:tests?|scenarios|rubrics|evals|golden|__snapshots__)/|(?:^|/)conftest\.py$|(?:^|/)test_\w+\.py$")
_OWN_RULES = re.compile(r"prompt|instruct|persona|polic(?:y|ies)|rubric|guardrail|system_message", re.IGNORECASE)


def writes(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    """What is wrong with the place that a call writes to, or with what it writes there."""
    last = name.rsplit(".", 1)[-1] if name else node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in OPENS:
        yield from _opened(it, node, name)
    elif name in _TO_SECOND and len(node.args) > 1:
        yield from _target(it, node, node.args[1])
    elif last in _METHODS and isinstance(node.func, ast.Attribute):
        moves = last in ("rename", "replace")
        if moves and (len(node.args) != 1 or not _is_path(it, node.func.value)):
            return  # a replacement within a text
        if not it.is_temporary(node.func.value):
            yield from _target(it, node, node.args[0] if moves else node.func.value)


def _opened(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    method = isinstance(node.func, ast.Attribute) and name == "pathlib.Path.open"
    if name == "os.open":
        flags = ast.unparse(node)
        if "O_TRUNC" in flags and "O_CREAT" not in flags and not (node.args and it.is_temporary(node.args[0])):
            yield it.found(node, BLOCK, "empties a file by opening it for writing")
        if node.args and re.search(r"O_WRONLY|O_RDWR|O_CREAT", flags):
            yield from _target(it, node, node.args[0])
        return
    given = node.args[:1] if method else node.args[1:2]
    modes = [text_of(a, it.known) for a in given] + [text_of(value, it.known) for key, value in it.keywords(node) if key == "mode"]
    mode = next((m for m in modes if m), "r")
    if not set(mode) & set("wax+"):
        return
    target = node.func.value if method and isinstance(node.func, ast.Attribute) else node.args[0] if node.args else None
    if target is None or it.is_temporary(target):
        return
    yield from _target(it, node, target)
    parent = it.parents.get(node)
    closed = isinstance(parent, ast.Attribute) and parent.attr in ("close", "truncate")
    emptied = False
    if isinstance(parent, ast.Attribute) and parent.attr in ("write", "writelines"):
        call = it.parents.get(parent)
        emptied = isinstance(call, ast.Call) and bool(call.args) and fold(call.args[0], it.known) in ("", b"")
    if mode.startswith("w") and (closed or emptied or isinstance(parent, ast.Expr)):
        yield it.found(node, BLOCK, "empties a file by opening it for writing")


def _target(it: Reading, node: ast.Call, target: ast.expr) -> Iterator[Danger]:
    if it.is_temporary(target):
        return
    path = path_sketch(it, target)
    known = path.replace(UNKNOWN, "")
    place = place_of(known.removeprefix("./")) if known and UNKNOWN not in path else None
    if _OUTSIDE.match(path):
        yield it.found(node, BLOCK, f"writes outside the program's own folder ({known[:60]})")
    elif place is not None and place.effect is Effect.BLOCK:
        yield it.found(node, BLOCK, f"writes where {place.says} ({known[:60]})")
    elif re.search(r"(?:^|/)\.(?:git|ssh|refinery)(?:/|$)", path):
        yield it.found(node, BLOCK, f"writes where nothing of a program's belongs ({known[:60]})")
    elif _CHECKS.search(path):
        yield it.found(node, BLOCK, f"writes over what decides whether it is right ({known[:60]})")
    elif is_prompt(known) or _OWN_RULES.search(ast.unparse(target)):
        yield it.found(node, ASK, f"the program rewrites its own instructions or rules ({known[:60] or ast.unparse(target)[:60]})")
    elif known.endswith(".py"):
        yield it.found(node, ASK, f"the program rewrites code ({known[:60]})")


def path_sketch(it: Reading, node: ast.expr, depth: int = 0) -> str:
    """A path as far as it is known; `~` for the user's home."""
    if depth > 8:
        return UNKNOWN
    if isinstance(node, ast.Name) and text_of(node, it.known) is None:
        given = it.bound.get(node.id, []) or it.drawn.get(node.id, [])
        return path_sketch(it, given[0], depth + 1) if len(given) == 1 else UNKNOWN
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return f"{path_sketch(it, node.left, depth + 1)}/{path_sketch(it, node.right, depth + 1)}"
    if isinstance(node, ast.Call):
        name = it.dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
        last = name.rsplit(".", 1)[-1]
        if last == "home":
            return "~"
        if last in (
            "Path",
            "PurePath",
            "PosixPath",
            "str",
            "fspath",
            "abspath",
            "realpath",
            "expanduser",
            "resolve",
            "expandvars",
            "normpath",
        ):
            inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
            return path_sketch(it, inner, depth + 1) if inner is not None else "."
        if last in ("join", "joinpath"):
            own = [node.func.value] if isinstance(node.func, ast.Attribute) and last == "joinpath" else []
            return "/".join(path_sketch(it, part, depth + 1) for part in [*own, *node.args])
        if last in ("glob", "rglob", "iglob", "iterdir", "listdir", "scandir", "walk"):
            pattern = [path_sketch(it, part, depth + 1) for part in node.args[:1]]
            own = [] if name.startswith(("glob.", "os.")) or not isinstance(node.func, ast.Attribute) else [node.func.value]
            return "/".join([*(path_sketch(it, part, depth + 1) for part in own), *(pattern or [""])])
        if last in ("sorted", "list", "iter", "reversed", "set") and node.args:
            return path_sketch(it, node.args[0], depth + 1)
        if last in ("getenv", "get") and node.args and text_of(node.args[0], it.known) == "HOME":
            return "~"
    if isinstance(node, ast.Subscript) and ast.unparse(node) == "os.environ['HOME']":
        return "~"
    return sketch_of(node, it.known) or UNKNOWN


def _is_path(it: Reading, node: ast.expr) -> bool:
    if isinstance(node, ast.Name) and it.bound.get(node.id):
        node = it.bound[node.id][0]
    return re.search(r"\bPath\(|pathlib|\bPath\.|joinpath|\bp(?:ath)?\b", ast.unparse(node)) is not None


def emptied(it: Reading, node: ast.With) -> Iterator[Danger]:
    """A file that is opened for writing in a block that writes nothing."""
    if all(isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in node.body):
        for item in node.items:
            call = item.context_expr
            if (
                isinstance(call, ast.Call)
                and (it.dotted(call.func) or "").endswith("open")
                and re.search(r"['\"]w[bt+]*['\"]", ast.unparse(call))
                and not (call.args and it.is_temporary(call.args[0]))
            ):
                yield it.found(node, BLOCK, "empties a file by opening it for writing")
