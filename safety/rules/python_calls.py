"""What the calls of a Python file do: to files, processes, stores and networks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import fold, text_of
from safety.rules.python_names import (
    DELETES,
    EXECUTES,
    HARMLESS_NETWORK,
    KILLS,
    LOADS_CODE,
    METHODS,
    NATIVE,
    NETWORK,
    NETWORK_CALL,
    PICKLES,
    PROTECTIVE_VARIABLES,
    RUNS,
    RUNS_PREFIX,
    RUNS_SHELL,
    SQL,
    TLS_OFF,
    TOO_OPEN,
)
from safety.rules.python_private import private, reads, spelt_out
from safety.rules.python_programs import executes, members, runs, unreadable
from safety.rules.python_reading import ASK, BLOCK, Reading
from safety.rules.python_stores import statements_built, stores
from safety.rules.python_strings import statement


def call(it: Reading, node: ast.Call) -> Iterator[Danger]:
    name = it.dotted(node.func)
    if name is None:
        yield from unreadable(it, node)
        yield from _method(it, node, node.func.attr if isinstance(node.func, ast.Attribute) else "")
        return
    last = name.rsplit(".", 1)[-1]
    if name in RUNS_SHELL or name in RUNS or name.startswith(RUNS_PREFIX):
        yield from runs(it, node, name)
    elif name in EXECUTES:
        yield from executes(it, node, name)
    elif name in DELETES or last in ("rmtree", "remove_tree"):
        if not (node.args and it.is_temporary(node.args[0])) and not (
            isinstance(node.func, ast.Attribute) and it.is_temporary(node.func.value)
        ):
            yield it.found(node, BLOCK, f"deletes or empties files ({name})")
    elif name in KILLS:
        yield it.found(node, BLOCK, f"ends other programs ({name})")
    elif (
        name in ("os.rename", "os.replace", "shutil.move")
        and len(node.args) > 1
        and (text_of(node.args[1], it.known) or "").startswith("/dev/")
    ):
        yield it.found(node, BLOCK, "makes a file disappear")
    elif name.startswith(NATIVE):
        yield it.found(node, BLOCK, f"calls native code ({name}), past every check")
    elif name in TOO_OPEN:
        yield it.found(node, BLOCK, f"loads or watches code in a way that cannot be reviewed ({name})")
    elif name in TLS_OFF:
        yield it.found(node, BLOCK, f"turns off the check of who is at the other end ({name})")
    elif name in ("inspect.stack", "inspect.currentframe", "sys._getframe", "traceback.extract_stack"):
        at: ast.AST | None = node
        while at is not None and not isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            at = it.parents.get(at)
        asks = any(isinstance(n, ast.Constant) and isinstance(n.value, str) and "test" in n.value.lower() for n in ast.walk(at or node))
        says = "behaves differently while it is being tested" if asks else f"looks at who called it ({name})"
        yield it.found(node, BLOCK if asks else ASK, says)
    elif name == "os.dup2":
        yield it.found(node, BLOCK, "redirects the program's own input or output, as a reverse shell does")
    elif any(name == p or (name.startswith(p + "s") and name[len(p) :] == "s") for p in PICKLES):
        safe = any(k.arg in ("weights_only", "allow_pickle") for k in node.keywords) and "True" in [
            ast.unparse(k.value) for k in node.keywords if k.arg == "weights_only"
        ]
        if not safe and not (name == "numpy.load" and not any(k.arg == "allow_pickle" for k in node.keywords)):
            yield it.found(node, ASK, f"reads data in a way that can run code hidden in it ({name})")
    elif name in ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all"):
        if "unsafe" in name or "Safe" not in ast.unparse(node):
            yield it.found(node, BLOCK, f"reads YAML in a way that can run code hidden in it ({name})")
    elif name.startswith("os.environ.") or name in ("os.putenv", "os.getenv", "os.unsetenv"):
        if not name.endswith((".get", "getenv")) and PROTECTIVE_VARIABLES.search(ast.unparse(node)):
            yield it.found(node, BLOCK, "turns off the check of who is at the other end (TLS)")
    elif name in ("os.setuid", "os.setgid", "os.seteuid", "os.setresuid", "os.chroot", "os._exit"):
        yield it.found(node, ASK, f"changes the rights of the program, or ends it unseen ({name})")
    elif name in LOADS_CODE:
        yield it.found(node, ASK, f"loads code from a file that is named at run time ({name})")
    else:
        yield from network(it, node, name)
        yield from statements_built(it, node, name)
        yield from _method(it, node, last)
    yield from reads(it, node)
    yield from spelt_out(it, node, last)
    yield from members(it, node, name)
    if name in ("os.chmod", "pathlib.Path.chmod") or last == "chmod":
        mode = [fold(a, it.known) for a in node.args]
        wide = re.search(r"S_I(?:RWXO|WOTH|SUID|SGID)", ast.unparse(node)) is not None
        if wide or any(isinstance(m, int) and (m & 0o002 or m & 0o6000) for m in mode):
            yield it.found(node, BLOCK, "lets everybody on the machine write a file")


def _method(it: Reading, node: ast.Call, last: str) -> Iterator[Danger]:
    yield from stores(it, node, last)
    if last not in METHODS:
        return
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    named = (it.dotted(base) or ast.unparse(base))[:60] if base is not None else ""
    if last in ("unlink", "rmdir") and base is not None and not it.is_temporary(base):
        yield it.found(node, BLOCK, f"deletes files ({last})")
    elif last == "truncate" and base is not None and not it.is_temporary(base):
        yield it.found(node, BLOCK, "cuts a file or table off (truncate)")
    elif (
        last in ("write_text", "write_bytes")
        and node.args
        and fold(node.args[0], it.known) in ("", b"")
        and base is not None
        and not it.is_temporary(base)
    ):
        yield it.found(node, BLOCK, "empties a file")
    elif last in SQL and node.args:
        yield from statement(it, node, node.args[0])
    elif last == "extractall" and not any(k.arg == "filter" and "fully_trusted" not in ast.unparse(k.value) for k in node.keywords):
        yield it.found(node, ASK, "unpacks an archive wherever its entries point (extractall without filter)")
    elif last == "load_extension" or last == "enable_load_extension":
        yield it.found(node, BLOCK, "loads native code into the database")
    elif last in ("kill", "terminate", "send_signal") and re.search(r"proc|psutil", named, re.IGNORECASE):
        yield it.found(node, ASK, f"ends another program ({last})")


def network(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    if not NETWORK.match(name) or not NETWORK_CALL.search(name) or name in HARMLESS_NETWORK:
        return
    if any(private(it, sent) for sent in [*node.args, *(value for _, value in it.keywords(node))]):
        yield it.found(node, BLOCK, f"sends settings or keys of this machine over the network ({name})")
    address = text_of(node.args[0], it.known) if node.args else None
    host = re.sub(r"^(\w+://[^/?#]+).*", r"\1", address) if address else ""
    yield it.found(node, ASK, f"reaches into the network ({name}{' to ' + host[:60] if host else ''})", f"{name} {host}")
