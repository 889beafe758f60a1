"""Where a Python file runs programs, or text as code, openly or by a way that hides it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import UNKNOWN, sketch_of, text_of
from safety.rules.python_names import (
    DELETES,
    RUNS_SHELL,
    TLS_OFF,
)
from safety.rules.python_reading import ASK, BLOCK, DEEPEST, Reading
from safety.rules.python_source import NOTEBOOK_SHELL
from safety.rules.shell import shell_dangers


def runs(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    given = it.keywords(node)
    shell = name in RUNS_SHELL or any(
        key == "shell" and not (isinstance(value, ast.Constant) and value.value is False) for key, value in given
    )
    command = node.args[0] if node.args else next((value for key, value in given if key in ("args", "cmd", "command")), None)
    if name.startswith(("os.exec", "os.spawn", "os.posix_spawn")):
        flat = [
            part for given_one in node.args for part in (given_one.elts if isinstance(given_one, (ast.List, ast.Tuple)) else [given_one])
        ]
        command = ast.List([part for part in flat if not isinstance(part, ast.Attribute)])
    elif name in ("asyncio.create_subprocess_exec", "trio.run_process", "anyio.run_process") and len(node.args) > 1:
        command = ast.List(node.args)
    text, whole = _command_text(it, command)
    in_notebook = name == NOTEBOOK_SHELL
    for danger in shell_dangers(text, python=lambda code: it.again(code, it.depth + 1) if it.depth < DEEPEST else []) if text else ():
        deletes = danger.effect is ASK and danger.says.endswith("deletes files")
        effect = BLOCK if (danger.acts_alone or deletes) and not in_notebook else danger.effect
        yield Danger(danger.key, node.lineno, f"the program runs a command: {danger.says}", effect)
    if re.search(r"(?:^|[\s/'\"])(?:ba|z|k|da)?sh['\"\s]+-i\b|(?:^|/)(?:ba|z|da)?sh$", text.strip()):
        yield it.found(node, BLOCK, "opens an interactive shell")
    same = text or (ast.unparse(command) if command is not None else it.same(node))
    if shell and not whole:
        yield it.found(node, BLOCK, f"builds a shell command from values that may come from outside ({name})", same)
    else:
        yield it.found(node, ASK, f"runs another program ({name})", same)


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
    return (sketch_of(command, it.known) or "").replace(UNKNOWN, "$unknown"), False


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
            base is not None
            and (
                base.split(".")[0] in ("os", "subprocess", "shutil", "builtins", "sys", "ctypes", "socket", "importlib", "posix")
                or not base
            )
        ) or re.search(r"attrgetter|methodcaller|__import__", ast.unparse(func)):
            yield it.found(node, BLOCK, "calls something whose name is computed, so that nobody can read what it does")
    elif isinstance(func, ast.Subscript) and isinstance(func.value, (ast.Call, ast.Attribute)):
        base = ast.unparse(func.value)
        if re.search(r"globals\(\)|__builtins__|vars\(|__dict__|__subclasses__|sys\.modules", base):
            yield it.found(node, BLOCK, "calls something whose name is computed, so that nobody can read what it does")
    if "__subclasses__" in ast.unparse(func)[:300] or "__globals__" in ast.unparse(func)[:300]:
        yield it.found(node, BLOCK, "reaches into Python's inside to find a function by another way")


_POWERFUL = frozenset({"os", "posix", "subprocess", "shutil", "builtins", "ctypes", "importlib", "pty"})
_HARD_NAMES = frozenset(name.rsplit(".", 1)[-1] for name in RUNS_SHELL | DELETES if "." in name)


def members(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    """What a powerful module offers being gone through or taken by a computed name, so that the function found is named nowhere."""
    asked = it.dotted(node.args[0]) if node.args else None
    parent = it.parents.get(node)
    if name in ("vars", "dir", "inspect.getmembers", "builtins.vars", "builtins.dir") and asked in _POWERFUL:
        if not (isinstance(parent, ast.Subscript) and text_of(parent.slice, it.known) is not None):
            yield it.found(node, BLOCK, f"goes through what {asked} offers, so that nobody can read what it takes")
    elif name in ("getattr", "builtins.getattr") and asked in _POWERFUL and len(node.args) > 1:
        if text_of(node.args[1], it.known) is None and not (isinstance(parent, ast.Call) and parent.func is node):
            yield it.found(node, BLOCK, f"takes something of {asked} whose name is computed, so that nobody can read what it does")
    elif name in ("operator.methodcaller", "operator.attrgetter") and node.args:
        wanted = (text_of(node.args[0], it.known) or "").rsplit(".", 1)[-1]
        if wanted in _HARD_NAMES and not (isinstance(parent, ast.Call) and parent.func is node):
            yield it.found(node, BLOCK, f"hands {wanted} on, to be called where nobody sees it")


def inside(it: Reading, node: ast.Attribute) -> Iterator[Danger]:
    """`shutil.__dict__` being gone through."""
    parent = it.parents.get(node)
    named = isinstance(parent, ast.Subscript) and text_of(parent.slice, it.known) is not None
    if node.attr == "__dict__" and not named and it.dotted(node.value) in _POWERFUL:
        yield it.found(node, BLOCK, f"goes through what {it.dotted(node.value)} offers, so that nobody can read what it takes")


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
