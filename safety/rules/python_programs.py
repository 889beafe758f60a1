"""Where a Python file runs programs, or text as code, openly or by a way that hides it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import sketch_of, text_of
from safety.rules.python_names import (
    DELETES,
    RUNS_SHELL,
    TLS_OFF,
)
from safety.rules.python_reading import ASK, BLOCK, DEEPEST, Reading
from safety.rules.shell import shell_dangers


def runs(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    shell = name in RUNS_SHELL or any(
        k.arg == "shell" and not (isinstance(k.value, ast.Constant) and k.value.value is False) for k in node.keywords
    )
    command = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg in ("args", "cmd", "command")), None)
    text, whole = _command_text(it, command)
    if name.startswith(("os.exec", "os.spawn", "os.posix_spawn")):
        parts = [text_of(a, it.known) for a in node.args]
        text = " ".join(p for p in parts if p)
    for danger in shell_dangers(text, python=lambda code: it.again(code, it.depth + 1) if it.depth < DEEPEST else []) if text else ():
        effect = BLOCK if danger.acts_alone else danger.effect
        if not (effect is ASK and danger.says.endswith("deletes files")):
            yield Danger(danger.key, node.lineno, f"the program runs a command: {danger.says}", effect)
        else:
            yield Danger(danger.key, node.lineno, f"the program runs a command: {danger.says}", BLOCK)
    if re.search(r"(?:^|[\s/'\"])(?:ba|z|k|da)?sh['\"\s]+-i\b|(?:^|/)(?:ba|z|da)?sh$", text.strip()):
        yield it.found(node, BLOCK, "opens an interactive shell")
    if shell and not whole:
        yield it.found(node, BLOCK, f"builds a shell command from values that may come from outside ({name})")
    else:
        yield it.found(node, ASK, f"runs another program ({name})")


def _command_text(it: Reading, command: ast.expr | None) -> tuple[str, bool]:
    """A command as text, and whether all of it is known."""
    if command is None:
        return "", False
    if isinstance(command, ast.Call) and (it.dotted(command.func) or "") == "shlex.split" and command.args:
        command = command.args[0]
    if isinstance(command, (ast.List, ast.Tuple)):
        parts = [text_of(e, it.known) for e in command.elts]
        return " ".join("'" + p.replace("'", "'\\''") + "'" if p is not None else "$unknown" for p in parts), all(
            p is not None for p in parts
        )
    if isinstance(command, ast.Name):
        value = it.known.get(command.id)
        if isinstance(value, list):
            return " ".join("'" + str(p).replace("'", "'\\''") + "'" for p in value), True
    whole = text_of(command, it.known)
    if whole is not None:
        return whole, True
    return (sketch_of(command, it.known) or "").replace("?", "$unknown"), False


def executes(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    text = text_of(node.args[0], it.known) if node.args else None
    if name.endswith("compile") and not name.startswith("builtins") and len(node.args) < 2:
        return
    plain = isinstance(node.func, ast.Name) and node.func.id == name
    if text is None:
        yield it.found(node, BLOCK, f"runs text as code ({name}) that is only known at run time")
        return
    yield it.found(node, ASK if isinstance(node.args[0], ast.Constant) and plain else BLOCK, f"runs text as code ({name})")
    if it.depth < DEEPEST:
        yield from (danger.at(node.lineno) for danger in it.again(text, it.depth + 1))


def unreadable(it: Reading, node: ast.Call) -> Iterator[Danger]:
    func = node.func
    if isinstance(func, ast.Call) and (it.dotted(func.func) or "") in (
        "getattr",
        "builtins.getattr",
        "operator.attrgetter",
        "operator.methodcaller",
        "__import__",
        "importlib.import_module",
    ):
        base = it.dotted(func.args[0]) if func.args else None
        if (
            (
                base is not None
                and (
                    base.split(".")[0] in ("os", "subprocess", "shutil", "builtins", "sys", "ctypes", "socket", "importlib", "posix")
                    or not base
                )
            )
            or "attrgetter" in ast.unparse(func)
            or "__import__" in ast.unparse(func)
        ):
            yield it.found(node, BLOCK, "calls something whose name is computed, so that nobody can read what it does")
    elif isinstance(func, ast.Subscript) and isinstance(func.value, (ast.Call, ast.Attribute)):
        base = ast.unparse(func.value)
        if re.search(r"globals\(\)|__builtins__|vars\(|__dict__|__subclasses__|sys\.modules", base):
            yield it.found(node, BLOCK, "calls something whose name is computed, so that nobody can read what it does")
    if "__subclasses__" in ast.unparse(func)[:300] or "__globals__" in ast.unparse(func)[:300]:
        yield it.found(node, BLOCK, "reaches into Python's inside to find a function by another way")


def reference(it: Reading, node: ast.Attribute | ast.Name) -> Iterator[Danger]:
    parent = it.parents.get(node)
    if isinstance(parent, (ast.Call, ast.keyword)) and getattr(parent, "func", None) is node:
        return
    if isinstance(parent, ast.Attribute):
        return
    if isinstance(node, ast.Name) and node.id not in it.names and node.id not in ("exec", "eval"):
        return
    name = it.dotted(node) or ""
    if name in TLS_OFF:
        yield it.found(node, BLOCK, f"turns off the check of who is at the other end ({name})")
    elif name in RUNS_SHELL | DELETES | {"exec", "eval", "builtins.exec", "builtins.eval"} or name.startswith(("os.exec", "ctypes.")):
        yield it.found(node, BLOCK, f"hands {name} on, to be called where nobody sees it")
