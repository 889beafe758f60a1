"""What a Python file can do, read from its syntax tree: names are followed, constants worked out, so spelling does not hide a call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeVar

from safety.rules.danger_found import Danger
from safety.rules.python_constants import Constant, constants_of, fold, sketch_of, text_of
from safety.rules.python_source import nodes_like, nodes_of
from safety.rules.shell import shell_dangers
from safety.rules.sql import looks_like_sql, sql_dangers
from safety.verdict import Effect

BLOCK, ASK = Effect.BLOCK, Effect.NEEDS_APPROVAL
DEEPEST = 3
Node = TypeVar("Node", bound=ast.AST)

_RUNS_SHELL = frozenset(
    {
        "os.system",
        "os.popen",
        "subprocess.getoutput",
        "subprocess.getstatusoutput",
        "commands.getoutput",
        "asyncio.create_subprocess_shell",
        "pty.spawn",
        "platform.popen",
    }
)
_RUNS = frozenset(
    {
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.Popen",
        "asyncio.create_subprocess_exec",
        "os.startfile",
        "pexpect.spawn",
        "pexpect.run",
        "invoke.run",
        "plumbum.local",
        "fabric.Connection",
        "paramiko.SSHClient",
    }
)
_RUNS_PREFIX = ("os.exec", "os.spawn", "os.posix_spawn", "os.fork", "pty.fork", "sh.")
_EXECUTES = frozenset(
    {
        "exec",
        "eval",
        "compile",
        "execfile",
        "builtins.exec",
        "builtins.eval",
        "builtins.compile",
        "runpy.run_path",
        "runpy.run_module",
        "code.interact",
        "code.InteractiveInterpreter",
        "types.FunctionType",
        "types.CodeType",
        "pandas.eval",
        "numexpr.evaluate",
    }
)
_DELETES = frozenset(
    {
        "os.remove",
        "os.unlink",
        "os.rmdir",
        "os.removedirs",
        "shutil.rmtree",
        "send2trash.send2trash",
        "pathlib.Path.unlink",
        "pathlib.Path.rmdir",
        "os.truncate",
        "os.ftruncate",
        "distutils.dir_util.remove_tree",
    }
)
_KILLS = frozenset({"os.kill", "os.killpg", "os.abort", "psutil.Process.kill", "signal.pthread_kill"})
_PICKLES = (
    "pickle.load",
    "pickle.loads",
    "pickle.Unpickler",
    "cPickle.load",
    "_pickle.load",
    "dill.load",
    "cloudpickle.load",
    "marshal.load",
    "shelve.open",
    "joblib.load",
    "jsonpickle.decode",
    "pandas.read_pickle",
    "numpy.load",
    "torch.load",
)
_NETWORK = re.compile(
    r"(?:requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|socket|ftplib|smtplib|telnetlib|poplib|imaplib|xmlrpc\.client|websocket|websockets|grpc|paramiko|boto3|botocore|pycurl|treq|asyncssh|dns\.resolver|socketserver|http\.server|nntplib)\.[\w.]*"
)
_NETWORK_CALL = re.compile(
    r"\.(?:get|post|put|patch|delete|head|options|request|stream|urlopen|urlretrieve|Client|AsyncClient|Session|ClientSession|socket|create_connection|create_server|connect|SMTP|SMTP_SSL|FTP|FTP_TLS|HTTPConnection|HTTPSConnection|PoolManager|ProxyManager|ServerProxy|client|resource|insecure_channel|HTTPServer|TCPServer|ThreadingHTTPServer|gethostbyname|getaddrinfo|Request|Curl|sendto|Telnet|resolve|build_opener|install_opener|create_default_context|WebSocket|serve|SSHClient)$"
)
_HARMLESS_NETWORK = frozenset(
    {"socket.gethostname", "socket.AF_INET", "socket.SOCK_STREAM", "httpx.Timeout", "httpx.Limits", "http.client.responses"}
)
_TLS_OFF = frozenset(
    {
        "ssl._create_unverified_context",
        "ssl._create_stdlib_context",
        "ssl.CERT_NONE",
        "ssl.VerifyMode.CERT_NONE",
        "urllib3.disable_warnings",
    }
)
_NATIVE = ("ctypes.", "cffi.", "_ctypes.")
_TOO_OPEN = frozenset(
    {
        "importlib.util.spec_from_file_location",
        "importlib.machinery.SourceFileLoader",
        "imp.load_source",
        "sys.settrace",
        "sys.setprofile",
        "site.addsitedir",
        "sys.addaudithook",
    }
)
_BANNED_STRINGS = re.compile(r"\b(?:PYTEST_CURRENT_TEST|PYTEST_VERSION|PYTEST_XDIST_WORKER|REFINERY_[A-Z]+)\b")
_TEST_MODULES = frozenset({"pytest", "_pytest", "unittest", "nose", "hypothesis", "refinery"})
_EMPTIES = frozenset(
    {
        "drop_all",
        "drop_database",
        "drop_table",
        "drop_collection",
        "dropDatabase",
        "flushall",
        "flushdb",
        "delete_many",
        "delete_collection",
        "delete_bucket",
        "drop_index",
        "deleteMany",
        "reset_database",
        "terminate_instances",
        "delete_objects",
        "delete_table",
        "delete_stack",
        "reset_collection",
    }
)
_SQL = frozenset(
    {
        "execute",
        "executemany",
        "executescript",
        "exec_driver_sql",
        "raw",
        "read_sql",
        "read_sql_query",
        "text",
        "fetch",
        "fetchrow",
        "fetchval",
        "query",
        "mogrify",
    }
)
"""Methods that take a statement as text."""
_METHODS = (
    _EMPTIES
    | _SQL
    | {
        "drop",
        "delete",
        "delete_one",
        "deleteOne",
        "delete_object",
        "bulk_delete",
        "hdel",
        "delete_item",
        "unlink",
        "rmdir",
        "truncate",
        "write_text",
        "write_bytes",
        "extractall",
        "load_extension",
        "enable_load_extension",
        "kill",
        "terminate",
        "send_signal",
    }
)
_SECRET_NAME = re.compile(r"(?:^|_)(?:password|passwd|secret|api_?key|token|private_?key|credential|credentials)s?$", re.IGNORECASE)
_IDENTITY = re.compile(
    r"user|login|email|name|role|account|client|customer|token|key|pass|pw|code|header|agent|secret|ip|host|id$", re.IGNORECASE
)
_CHECKS = re.compile(
    r"^_?(?:is|has|can|may|check|verify|validate|auth|authenticate|authorize|authorise|allow|allowed|require|ensure|permit|needs|guard|confirm|login|ok|within|valid)(?:_|$)|_(?:allowed|valid|authorized|permitted|ok|safe|admin)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=128)
def python_dangers(text: str, depth: int = 0) -> list[Danger]:
    """What running, importing or calling this Python could do. (Not to be changed by the caller: it is kept for the next question.)"""
    return sorted(_Reader(text, depth).dangers(), key=lambda danger: danger.line)


class _Reader:
    """One file being read."""

    def __init__(self, text: str, depth: int) -> None:
        self.source, self.depth = text, depth
        self.nodes = nodes_of(text)
        self.known: dict[str, Constant | list[Constant]] = constants_of(text)
        self.names: dict[str, str] = {}
        self.parents: dict[ast.AST, ast.AST] = {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}
        self.temporary: set[str] = set()
        self.imported: set[str] = set()
        self._learn()

    def dangers(self) -> Iterator[Danger]:
        for call in self._all(ast.Call):
            yield from self._call(call)
            yield from self._insecure(call)
            yield from self._text(call)
        for reference in nodes_like(self.source, ast.Attribute, ast.Name):
            if isinstance(reference, (ast.Attribute, ast.Name)) and isinstance(reference.ctx, ast.Load):
                yield from self._reference(reference)
        for handler in self._all(ast.ExceptHandler):
            yield from self._swallows(handler)
        for imports in nodes_like(self.source, ast.Import, ast.ImportFrom):
            if isinstance(imports, (ast.Import, ast.ImportFrom)):
                yield from self._import(imports)
        for assignment in nodes_like(self.source, ast.Assign, ast.AugAssign, ast.AnnAssign):
            if isinstance(assignment, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
                yield from self._assign(assignment)
        for function in nodes_like(self.source, ast.FunctionDef, ast.AsyncFunctionDef):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from self._function(function)
        for branch in self._all(ast.If):
            yield from self._back_door(branch)
        for block in self._all(ast.With):
            yield from self._emptied(block)
        for text in nodes_like(self.source, ast.Constant, ast.JoinedStr, ast.BinOp):
            if isinstance(text, (ast.Constant, ast.JoinedStr, ast.BinOp)):
                yield from self._text(text)
        for comparison in self._all(ast.Compare):
            yield from self._detects_test(comparison)

    def _all(self, kind: type[Node]) -> list[Node]:
        return [node for node in nodes_like(self.source, kind) if isinstance(node, kind)]

    # what names stand for

    def _learn(self) -> None:
        for node in nodes_like(self.source, ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.names[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self.names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        self.imported = set(self.names)
        binders = nodes_like(self.source, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.withitem)
        for _ in range(2):
            for node in binders:
                targets: list[ast.expr] = []
                if isinstance(node, ast.Assign):
                    targets, value = node.targets, node.value
                elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
                    targets, value = [node.target], node.value
                elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                    targets, value = [node.optional_vars], node.context_expr
                else:
                    continue
                dotted = self.dotted(value) or ""
                for target in targets:
                    for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                        if not isinstance(one, ast.Name):
                            continue
                        if self._is_temporary(value):
                            self.temporary.add(one.id)
                        elif isinstance(value, ast.Call) and (self.dotted(value.func) or "").startswith("pathlib.Path"):
                            self.names.setdefault(one.id, "pathlib.Path")
                        elif (dotted and not isinstance(value, ast.Call) and one.id not in self.names and dotted != one.id) or (
                            isinstance(value, ast.Call) and dotted and self._module_of(value)
                        ):
                            self.names[one.id] = dotted

    def dotted(self, node: ast.expr, depth: int = 0) -> str | None:
        """The full name of what an expression refers to: `o.system` after `import os as o`, `getattr(os, "sys" + "tem")`."""
        if depth > 20:
            return None
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value, depth + 1)
            return f"{base}.{node.attr}" if base else None
        if isinstance(node, ast.Call):
            module = self._module_of(node)
            if module:
                return module
            name = self.dotted(node.func, depth + 1)
            if name in ("getattr", "builtins.getattr") and len(node.args) >= 2:
                base, attribute = self.dotted(node.args[0], depth + 1), text_of(node.args[1], self.known)
                return f"{base}.{attribute}" if base and attribute else None
            if name in ("operator.attrgetter", "operator.methodcaller") and node.args:
                return None
            if name and name.startswith("pathlib.Path"):
                return "pathlib.Path"
            if name in ("functools.partial", "partial") and node.args:
                return self.dotted(node.args[0], depth + 1)
            return None
        if isinstance(node, ast.Subscript):
            key = text_of(node.slice, self.known)
            base_node = node.value
            if key is None:
                return None
            if isinstance(base_node, ast.Attribute) and base_node.attr == "__dict__":
                base = self.dotted(base_node.value, depth + 1)
                return f"{base}.{key}" if base else None
            if isinstance(base_node, ast.Call):
                name = self.dotted(base_node.func, depth + 1)
                if name == "vars" and base_node.args:
                    base = self.dotted(base_node.args[0], depth + 1)
                    return f"{base}.{key}" if base else None
                if name in ("globals", "locals", "vars"):
                    return "builtins" if key == "__builtins__" else self.names.get(key, key)
            base = self.dotted(base_node, depth + 1)
            if base in ("sys.modules", "__builtins__", "builtins"):
                return key if base == "sys.modules" else f"builtins.{key}"
        return None

    def _module_of(self, node: ast.Call) -> str | None:
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = self.names.get(name, name)
        if name.rsplit(".", 1)[-1] in ("__import__", "import_module") and node.args:
            module = text_of(node.args[0], self.known)
            return module if module else None
        return None

    def _is_temporary(self, node: ast.expr) -> bool:
        """Whether an expression is a path that this very program made as a temporary one."""
        if isinstance(node, ast.Name):
            return node.id in self.temporary
        if isinstance(node, ast.Attribute):
            return self._is_temporary(node.value)
        if isinstance(node, ast.Call):
            name = self.dotted(node.func) or ""
            if name.startswith(("tempfile.mk", "tempfile.Temporary", "tempfile.NamedTemporary", "tempfile.Spooled", "tempfile.gettempdir")):
                return True
            return name.endswith(("path.join", "Path", "fspath", "str")) and bool(node.args) and self._is_temporary(node.args[0])
        if isinstance(node, ast.BinOp):
            return self._is_temporary(node.left)
        return (
            isinstance(node, ast.JoinedStr)
            and bool(node.values)
            and isinstance(node.values[0], ast.FormattedValue)
            and self._is_temporary(node.values[0].value)
        )

    # what is done

    def _found(self, node: ast.AST, effect: Effect, says: str, key: str = "", *, alone: bool = False) -> Danger:
        source = key if key else ast.unparse(node)
        return Danger(f"python {says}: {source[:300]}", getattr(node, "lineno", 1), says, effect, alone)

    def _call(self, node: ast.Call) -> Iterator[Danger]:
        name = self.dotted(node.func)
        if name is None:
            yield from self._unreadable(node)
            yield from self._method(node, node.func.attr if isinstance(node.func, ast.Attribute) else "")
            return
        last = name.rsplit(".", 1)[-1]
        if name in _RUNS_SHELL or name in _RUNS or name.startswith(_RUNS_PREFIX):
            yield from self._runs(node, name)
        elif name in _EXECUTES:
            yield from self._executes(node, name)
        elif name in _DELETES or last in ("rmtree", "remove_tree"):
            if not (node.args and self._is_temporary(node.args[0])) and not (
                isinstance(node.func, ast.Attribute) and self._is_temporary(node.func.value)
            ):
                yield self._found(node, BLOCK, f"deletes or empties files ({name})")
        elif name in _KILLS:
            yield self._found(node, BLOCK, f"ends other programs ({name})")
        elif (
            name in ("os.rename", "os.replace", "shutil.move")
            and len(node.args) > 1
            and (text_of(node.args[1], self.known) or "").startswith("/dev/")
        ):
            yield self._found(node, BLOCK, "makes a file disappear")
        elif name in ("open", "io.open", "builtins.open", "codecs.open", "pathlib.Path.open", "os.open"):
            yield from self._opens(node)
        elif name.startswith(_NATIVE):
            yield self._found(node, BLOCK, f"calls native code ({name}), past every check")
        elif name in _TOO_OPEN:
            yield self._found(node, BLOCK, f"loads or watches code in a way that cannot be reviewed ({name})")
        elif name in _TLS_OFF:
            yield self._found(node, BLOCK, f"turns off the check of who is at the other end ({name})")
        elif name in ("inspect.stack", "inspect.currentframe", "sys._getframe", "traceback.extract_stack"):
            at: ast.AST | None = node
            while at is not None and not isinstance(at, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
                at = self.parents.get(at)
            asks = any(isinstance(n, ast.Constant) and isinstance(n.value, str) and "test" in n.value.lower() for n in ast.walk(at or node))
            says = "behaves differently while it is being tested" if asks else f"looks at who called it ({name})"
            yield self._found(node, BLOCK if asks else ASK, says)
        elif name == "os.dup2":
            yield self._found(node, BLOCK, "redirects the program's own input or output, as a reverse shell does")
        elif any(name == p or (name.startswith(p + "s") and name[len(p) :] == "s") for p in _PICKLES):
            safe = any(k.arg in ("weights_only", "allow_pickle") for k in node.keywords) and "True" in [
                ast.unparse(k.value) for k in node.keywords if k.arg == "weights_only"
            ]
            if not safe and not (name == "numpy.load" and not any(k.arg == "allow_pickle" for k in node.keywords)):
                yield self._found(node, ASK, f"reads data in a way that can run code hidden in it ({name})")
        elif name in ("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "yaml.unsafe_load_all"):
            if "unsafe" in name or "Safe" not in ast.unparse(node):
                yield self._found(node, BLOCK, f"reads YAML in a way that can run code hidden in it ({name})")
        elif name.startswith("os.environ.") or name in ("os.putenv", "os.getenv", "os.unsetenv"):
            pass
        else:
            yield from self._network(node, name)
            yield from self._method(node, last)
        if name in ("os.chmod", "pathlib.Path.chmod") or last == "chmod":
            mode = [fold(a, self.known) for a in node.args]
            if any(isinstance(m, int) and (m & 0o002 or m & 0o6000) for m in mode):
                yield self._found(node, BLOCK, "lets everybody on the machine write a file")

    def _method(self, node: ast.Call, last: str) -> Iterator[Danger]:
        if last not in _METHODS:
            return
        base = node.func.value if isinstance(node.func, ast.Attribute) else None
        named = (self.dotted(base) or ast.unparse(base))[:60] if base is not None else ""
        if last in _EMPTIES:
            yield self._found(node, BLOCK, f"drops or empties a database or store ({last})")
        elif (
            last == "drop"
            and not node.args
            and not node.keywords
            and base is not None
            and re.search(r"collection|table|db|database", named, re.IGNORECASE)
        ):
            yield self._found(node, BLOCK, "drops a table or collection")
        elif (
            last in ("delete", "delete_one", "deleteOne", "delete_object", "bulk_delete", "hdel", "delete_item")
            and base is not None
            and re.search(
                r"objects|query|session|redis|bucket|client|collection|\bdb\b|table|cursor|s3|all\(\)",
                ast.unparse(base)[-80:],
                re.IGNORECASE,
            )
        ):
            whole = re.search(r"objects\.all\(\)$|\.query\(\w+\)$|query$", ast.unparse(base)[-80:]) is not None
            yield self._found(node, BLOCK if whole else ASK, f"deletes stored records ({last})")
        elif last in ("unlink", "rmdir") and base is not None and not self._is_temporary(base):
            yield self._found(node, BLOCK, f"deletes files ({last})")
        elif last == "truncate" and base is not None and not self._is_temporary(base):
            yield self._found(node, BLOCK, "cuts a file or table off (truncate)")
        elif (
            last in ("write_text", "write_bytes")
            and node.args
            and fold(node.args[0], self.known) in ("", b"")
            and base is not None
            and not self._is_temporary(base)
        ):
            yield self._found(node, BLOCK, "empties a file")
        elif last in _SQL and node.args:
            yield from self._sql(node, node.args[0])
        elif last == "extractall" and not any(k.arg == "filter" for k in node.keywords):
            yield self._found(node, ASK, "unpacks an archive wherever its entries point (extractall without filter)")
        elif last == "load_extension" or last == "enable_load_extension":
            yield self._found(node, BLOCK, "loads native code into the database")
        elif last in ("kill", "terminate", "send_signal") and re.search(r"proc|psutil", named, re.IGNORECASE):
            yield self._found(node, ASK, f"ends another program ({last})")

    def _runs(self, node: ast.Call, name: str) -> Iterator[Danger]:
        shell = name in _RUNS_SHELL or any(
            k.arg == "shell" and not (isinstance(k.value, ast.Constant) and k.value.value is False) for k in node.keywords
        )
        command = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg in ("args", "cmd", "command")), None)
        text, whole = self._command_text(command)
        if name.startswith(("os.exec", "os.spawn", "os.posix_spawn")):
            parts = [text_of(a, self.known) for a in node.args]
            text = " ".join(p for p in parts if p)
        for danger in (
            shell_dangers(text, python=lambda code: python_dangers(code, self.depth + 1) if self.depth < DEEPEST else []) if text else ()
        ):
            effect = BLOCK if danger.acts_alone else danger.effect
            if not (effect is ASK and danger.says.endswith("deletes files")):
                yield Danger(danger.key, node.lineno, f"the program runs a command: {danger.says}", effect)
            else:
                yield Danger(danger.key, node.lineno, f"the program runs a command: {danger.says}", BLOCK)
        if re.search(r"(?:^|[\s/'\"])(?:ba|z|k|da)?sh['\"\s]+-i\b|(?:^|/)(?:ba|z|da)?sh$", text.strip()):
            yield self._found(node, BLOCK, "opens an interactive shell")
        if shell and not whole:
            yield self._found(node, BLOCK, f"builds a shell command from values that may come from outside ({name})")
        else:
            yield self._found(node, ASK, f"runs another program ({name})")

    def _command_text(self, command: ast.expr | None) -> tuple[str, bool]:
        """A command as text, and whether all of it is known."""
        if command is None:
            return "", False
        if isinstance(command, ast.Call) and (self.dotted(command.func) or "") == "shlex.split" and command.args:
            command = command.args[0]
        if isinstance(command, (ast.List, ast.Tuple)):
            parts = [text_of(e, self.known) for e in command.elts]
            return " ".join("'" + p.replace("'", "'\\''") + "'" if p is not None else "$unknown" for p in parts), all(
                p is not None for p in parts
            )
        if isinstance(command, ast.Name):
            value = self.known.get(command.id)
            if isinstance(value, list):
                return " ".join("'" + str(p).replace("'", "'\\''") + "'" for p in value), True
        whole = text_of(command, self.known)
        if whole is not None:
            return whole, True
        return (sketch_of(command, self.known) or "").replace("?", "$unknown"), False

    def _executes(self, node: ast.Call, name: str) -> Iterator[Danger]:
        text = text_of(node.args[0], self.known) if node.args else None
        if name.endswith("compile") and not name.startswith("builtins") and len(node.args) < 2:
            return
        plain = isinstance(node.func, ast.Name) and node.func.id == name
        if text is None:
            yield self._found(node, BLOCK, f"runs text as code ({name}) that is only known at run time")
            return
        yield self._found(node, ASK if isinstance(node.args[0], ast.Constant) and plain else BLOCK, f"runs text as code ({name})")
        if self.depth < DEEPEST:
            yield from (danger.at(node.lineno) for danger in python_dangers(text, self.depth + 1))

    def _unreadable(self, node: ast.Call) -> Iterator[Danger]:
        func = node.func
        if isinstance(func, ast.Call) and (self.dotted(func.func) or "") in (
            "getattr",
            "builtins.getattr",
            "operator.attrgetter",
            "operator.methodcaller",
            "__import__",
            "importlib.import_module",
        ):
            base = self.dotted(func.args[0]) if func.args else None
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
                yield self._found(node, BLOCK, "calls something whose name is computed, so that nobody can read what it does")
        elif isinstance(func, ast.Subscript) and isinstance(func.value, (ast.Call, ast.Attribute)):
            base = ast.unparse(func.value)
            if re.search(r"globals\(\)|__builtins__|vars\(|__dict__|__subclasses__|sys\.modules", base):
                yield self._found(node, BLOCK, "calls something whose name is computed, so that nobody can read what it does")
        if "__subclasses__" in ast.unparse(func)[:300] or "__globals__" in ast.unparse(func)[:300]:
            yield self._found(node, BLOCK, "reaches into Python's inside to find a function by another way")

    def _reference(self, node: ast.Attribute | ast.Name) -> Iterator[Danger]:
        parent = self.parents.get(node)
        if isinstance(parent, (ast.Call, ast.keyword)) and getattr(parent, "func", None) is node:
            return
        if isinstance(parent, ast.Attribute):
            return
        if isinstance(node, ast.Name) and node.id not in self.names and node.id not in ("exec", "eval"):
            return
        name = self.dotted(node) or ""
        if name in _TLS_OFF:
            yield self._found(node, BLOCK, f"turns off the check of who is at the other end ({name})")
        elif name in _RUNS_SHELL | _DELETES | {"exec", "eval", "builtins.exec", "builtins.eval"} or name.startswith(("os.exec", "ctypes.")):
            yield self._found(node, BLOCK, f"hands {name} on, to be called where nobody sees it")

    def _opens(self, node: ast.Call) -> Iterator[Danger]:
        modes = [text_of(a, self.known) for a in node.args[1:2]] + [text_of(k.value, self.known) for k in node.keywords if k.arg == "mode"]
        if isinstance(node.func, ast.Attribute) and self.dotted(node.func) == "pathlib.Path.open":
            modes += [text_of(a, self.known) for a in node.args[:1]]
        mode = next((m for m in modes if m), "r")
        if not set(mode) & set("wax+"):
            return
        target = node.args[0] if node.args else None
        path = (text_of(target, self.known) or "") if target is not None else ""
        if (
            re.match(r"/(?!tmp/|dev/null|dev/std)|~|.*\.\.(?:/|$)|.*(?:^|/)\.(?:git|ssh|bashrc|profile|refinery)\b", path)
            and target is not None
            and not self._is_temporary(target)
        ):
            yield self._found(node, BLOCK, f"writes outside the program's own folder ({path[:60]})")
        parent = self.parents.get(node)
        if (
            mode.startswith("w")
            and isinstance(parent, ast.Attribute)
            and parent.attr == "close"
            and target is not None
            and not self._is_temporary(target)
        ) or (mode.startswith("w") and isinstance(parent, ast.Expr)):
            yield self._found(node, BLOCK, "empties a file by opening it for writing")

    def _emptied(self, node: ast.With) -> Iterator[Danger]:
        if all(isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)) for s in node.body):
            for item in node.items:
                call = item.context_expr
                if (
                    isinstance(call, ast.Call)
                    and (self.dotted(call.func) or "").endswith("open")
                    and re.search(r"['\"]w[bt+]*['\"]", ast.unparse(call))
                    and not (call.args and self._is_temporary(call.args[0]))
                ):
                    yield self._found(node, BLOCK, "empties a file by opening it for writing")

    def _network(self, node: ast.Call, name: str) -> Iterator[Danger]:
        if not _NETWORK.match(name) or not _NETWORK_CALL.search(name) or name in _HARMLESS_NETWORK:
            return
        source = ast.unparse(node)
        if re.search(r"\bos\.environ\b(?!\.get|\[)|\bdict\(os\.environ|/etc/passwd|\.ssh/|id_rsa|\.aws/", source):
            yield self._found(node, BLOCK, f"sends settings or keys of this machine over the network ({name})")
        address = text_of(node.args[0], self.known) if node.args else None
        host = re.sub(r"^(\w+://[^/?#]+).*", r"\1", address) if address else ""
        yield self._found(node, ASK, f"reaches into the network ({name}{' to ' + host[:60] if host else ''})", f"{name} {host}")

    def _sql(self, node: ast.Call, query: ast.expr) -> Iterator[Danger]:
        whole = text_of(query, self.known)
        sketch = sketch_of(query, self.known)
        if sketch is None and isinstance(query, ast.Name):
            sketch = self._bound_sketch(query.id)
        text = whole if whole is not None else sketch
        if text is None:
            return
        for danger in sql_dangers(text):
            yield danger.at(node.lineno)
        if whole is None and looks_like_sql(text) and "?" in text:
            yield self._found(
                node, BLOCK, "builds an SQL statement from values, so that a value can become a command; pass them as parameters"
            )

    def _bound_sketch(self, name: str) -> str | None:
        for node in self._all(ast.Assign):
            if any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                sketch = sketch_of(node.value, self.known)
                if sketch is not None and not isinstance(node.value, ast.Constant):
                    return sketch
        return None

    def _text(self, node: ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call) -> Iterator[Danger]:
        """SQL in a string that is not obviously handed to a database, and marks of a test run."""
        parent = self.parents.get(node)
        if isinstance(parent, (ast.BinOp, ast.JoinedStr, ast.FormattedValue)) or (
            isinstance(parent, ast.Expr) and isinstance(node, ast.Constant)
        ):
            return
        if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Add, ast.Mod)):
            return
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format", "decode", "replace")
        ):
            return
        if isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)):
            return
        text = sketch_of(node, self.known)
        if not text:
            return
        if len(text) > 9 and isinstance(node, (ast.Constant, ast.BinOp, ast.JoinedStr, ast.Call)) and looks_like_sql(text):
            in_database_call = (
                isinstance(parent, ast.Call)
                and isinstance(parent.func, ast.Attribute)
                and parent.func.attr.startswith(("execute", "exec_"))
            )
            if not in_database_call:
                yield from (danger.at(node.lineno) for danger in sql_dangers(text))
        if _BANNED_STRINGS.search(text):
            yield self._found(node, BLOCK, "behaves differently while it is being tested", text[:80])

    def _detects_test(self, node: ast.Compare) -> Iterator[Danger]:
        sides = [node.left, *node.comparators]
        if not any(
            isinstance(s, ast.Constant) and s.value in ("pytest", "_pytest", "unittest", "nose", "doctest", "hypothesis", "py.test")
            for s in sides
        ):
            return
        source = ast.unparse(node)
        if re.search(r"\bmodules\b|\bargv\b|__name__|stack|inspect|frame|executable|environ", source):
            yield self._found(node, BLOCK, "behaves differently while it is being tested")

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[Danger]:
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""] if not node.level else []
        for module in modules:
            top = module.split(".")[0]
            if top == "refinery":
                yield self._found(node, BLOCK, "reaches for the tool that checks it (refinery)")
            elif top in ("ctypes", "cffi", "_ctypes"):
                yield self._found(node, BLOCK, f"calls native code ({top}), past every check")
            elif top in ("pickle", "marshal", "dill", "shelve", "telnetlib", "ftplib", "pty"):
                yield self._found(node, ASK, f"brings in {top}, which can run or send what it should not", f"import {top}")
            elif top in ("_pytest", "pytest", "unittest") and self.depth == 0:
                continue

    def _assign(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[Danger]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            base = target.value if isinstance(target, (ast.Attribute, ast.Subscript)) else None
            if base is None:
                continue
            name = (self.dotted(target) if isinstance(target, ast.Attribute) else self.dotted(base)) or ""
            root = name.split(".")[0]
            source = ast.unparse(node)
            if (
                name in ("ssl._create_default_https_context",)
                or re.search(r"(?:check_hostname|\.verify|assert_hostname)\s*=\s*(?:False|None|0)$", source)
                or "CERT_NONE" in source
            ):
                yield self._found(node, BLOCK, "turns off the check of who is at the other end (TLS)")
            elif name in ("sys.modules", "builtins") or root in ("builtins", "__builtins__"):
                yield self._found(node, BLOCK, "replaces a module or a built-in function under the feet of all other code")
            elif root in _TEST_MODULES and root in self.names.values():
                yield self._found(node, BLOCK, f"changes the tool that checks it ({name})")
            elif (
                isinstance(target, ast.Attribute)
                and isinstance(base, (ast.Name, ast.Attribute))
                and self._imported(base)
                and "." in name
                and name[:1].islower()
                and not re.match(r"(?:os|sys|socket|locale|random|warnings|logging)\.", name)
            ):
                yield self._found(node, ASK, f"changes another module from outside ({name})")
            elif name == "os.environ" and re.search(
                r"PYTHONHTTPSVERIFY|CURL_CA_BUNDLE|SSL_VERIFY|TLS_REJECT|LD_PRELOAD|GIT_SSL_NO_VERIFY", source
            ):
                yield self._found(node, BLOCK, "turns off the check of who is at the other end (TLS)")

    def _imported(self, base: ast.expr) -> bool:
        while isinstance(base, ast.Attribute):
            base = base.value
        return isinstance(base, ast.Name) and base.id in self.imported

    def _swallows(self, node: ast.ExceptHandler) -> Iterator[Danger]:
        broad = node.type is None or re.search(r"\b(?:Base)?Exception\b", ast.unparse(node.type)) is not None
        if not broad:
            return
        speaks = any(isinstance(n, (ast.Raise, ast.Call)) for s in node.body for n in ast.walk(s))
        if not speaks:
            does = "; ".join(ast.unparse(s) for s in node.body)[:60]
            yield self._found(node, ASK, f"hides every error: whatever goes wrong, it goes on ({does})", does)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Danger]:
        body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        always = (
            len(body) == 1 and isinstance(body[0], ast.Return) and isinstance(body[0].value, ast.Constant) and body[0].value.value is True
        )
        if (
            always
            and node.name in ("__eq__", "__contains__", "__bool__", "__ge__", "__le__", "__instancecheck__", "__subclasscheck__")
            and node.name != "__bool__"
        ):
            yield self._found(
                node, BLOCK, f"compares as equal to anything ({node.name}), which makes every check pass", f"{node.name} always true"
            )
        elif always and _CHECKS.search(node.name):
            yield self._found(node, BLOCK, f"the check {node.name} lets everything pass", f"{node.name} always true")
        elif node.name in ("__reduce__", "__reduce_ex__"):
            yield self._found(node, ASK, "decides what is run when an object is read back", node.name)
        elif (
            body
            and isinstance(body[0], ast.Return)
            and len(body) > 1
            and isinstance(body[0].value, ast.Constant)
            and body[0].value.value is True
        ):
            yield self._found(node, BLOCK, f"{node.name} returns before it does anything", f"{node.name} returns at once")

    def _back_door(self, node: ast.If) -> Iterator[Danger]:
        returns = [s for s in node.body if isinstance(s, ast.Return) and isinstance(s.value, ast.Constant) and s.value.value is True]
        if returns:
            for compare in ast.walk(node.test):
                if isinstance(compare, ast.Compare) and isinstance(compare.ops[0], (ast.Eq, ast.In)):
                    sides = [compare.left, *compare.comparators]
                    fixed = any(text_of(s, self.known) for s in sides) or any(isinstance(s, (ast.Tuple, ast.List, ast.Set)) for s in sides)
                    who = any(
                        _IDENTITY.search(ast.unparse(s).replace("'", "").split(".")[-1][:40])
                        for s in sides
                        if not isinstance(s, ast.Constant)
                    )
                    if fixed and who:
                        yield self._found(node, BLOCK, "lets somebody in by a fixed name or value: a back door", ast.unparse(node.test))
                        break
        if (
            isinstance(node.test, ast.BoolOp)
            and isinstance(node.test.op, ast.Or)
            and any(isinstance(v, ast.Constant) and v.value for v in node.test.values)
        ):
            yield self._found(node, BLOCK, "the condition is always true", ast.unparse(node.test))

    def _insecure(self, node: ast.Call) -> Iterator[Danger]:
        name = self.dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
        last = name.rsplit(".", 1)[-1]
        for keyword in node.keywords:
            value = keyword.value
            constant = value.value if isinstance(value, ast.Constant) else fold(value, self.known)
            if (
                keyword.arg
                in (
                    "verify",
                    "verify_ssl",
                    "ssl_verify",
                    "check_hostname",
                    "verify_certs",
                    "validate_certs",
                    "use_ssl",
                    "ssl",
                    "tls",
                    "verify_signature",
                )
                and constant in (False, 0)
                and constant is not None
                and not (keyword.arg in ("ssl", "tls", "use_ssl") and "localhost" in ast.unparse(node))
            ):
                yield self._found(node, BLOCK, f"turns off a check ({keyword.arg}={constant}): whoever is at the other end is believed")
            elif keyword.arg and "dangerous" in keyword.arg and constant is True:
                yield self._found(node, ASK, f"allows something that its makers call dangerous ({keyword.arg})")
            elif (
                keyword.arg in ("trust_remote_code", "unsafe", "allow_unsafe", "shell_escape", "resolve_entities", "allow_pickle", "bypass")
                and constant is True
            ):
                yield self._found(node, ASK, f"allows something unsafe ({keyword.arg}=True)")
            elif keyword.arg == "debug" and constant is True and last in ("run", "Flask", "FastAPI", "create_app", "run_server", "launch"):
                yield self._found(node, ASK, "runs a server in debug mode, which lets visitors run code", f"{last} debug")
            elif keyword.arg in ("host", "server_name", "bind", "address") and constant in ("0.0.0.0", "::", ""):
                yield self._found(node, ASK, "opens a server to every machine in the network", f"{last} host {constant}")
            elif keyword.arg == "autoescape" and constant is False:
                yield self._found(node, ASK, "puts text into pages unescaped")
            elif keyword.arg in ("allow_origins", "origins", "allowed_hosts") and "*" in ast.unparse(value):
                yield self._found(node, ASK, "lets every web site talk to this service")
            elif keyword.arg == "share" and constant is True and last == "launch":
                yield self._found(node, ASK, "opens a public address to this machine")
        if (
            last == "decode"
            and "jwt" in name
            and re.search(r"verify_signature['\"]?\s*[:=]\s*False|verify\s*=\s*False|['\"]none['\"]", ast.unparse(node), re.IGNORECASE)
        ):
            yield self._found(node, BLOCK, "believes a token without checking its signature")
        elif name == "tempfile.mktemp":
            yield self._found(node, ASK, "makes up a temporary name that another program may take first (mktemp)")
        elif name in ("logging.disable",) or (
            last == "filterwarnings" and "ignore" in ast.unparse(node) and not node.args[1:] and not node.keywords
        ):
            yield self._found(node, ASK, f"silences warnings or logs ({last})")
        elif name in (
            "random.choice",
            "random.randint",
            "random.random",
            "random.choices",
            "random.getrandbits",
            "hashlib.md5",
            "hashlib.sha1",
        ) and self._for_secret(node):
            yield self._found(node, ASK, f"makes or keeps a secret in a way that can be guessed ({name})")
        elif last in ("print", "debug", "info", "warning", "error", "exception", "log", "critical", "write", "send", "emit"):
            shown = [a for a in [*node.args, *[k.value for k in node.keywords]] if self._is_private(a)]
            if shown:
                yield self._found(node, BLOCK, f"shows a secret ({ast.unparse(shown[0])[:40]}) where others can read it")

    def _is_private(self, node: ast.expr) -> bool:
        for inner in ast.walk(node):
            name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
            if (
                name
                and _SECRET_NAME.search(name)
                and not isinstance(self.parents.get(inner), ast.Attribute)
                and name.lower() not in ("token", "tokens")
            ):
                parent = self.parents.get(inner)
                if not (
                    isinstance(parent, ast.Call)
                    and ast.unparse(parent.func) in ("len", "bool", "mask", "redact", "type", "hash", "isinstance")
                ):
                    return True
            if (
                isinstance(inner, ast.Attribute)
                and self.dotted(inner) == "os.environ"
                and not isinstance(self.parents.get(inner), (ast.Subscript, ast.Attribute))
            ):
                return True
        return False

    def _for_secret(self, node: ast.Call) -> bool:
        at: ast.AST | None = node
        while at is not None and not isinstance(at, (ast.Assign, ast.Return, ast.FunctionDef, ast.Module)):
            at = self.parents.get(at)
        inside = " ".join(ast.unparse(a) for a in node.args)
        if isinstance(at, ast.Assign):
            inside += " " + " ".join(ast.unparse(t) for t in at.targets)
        while at is not None and not isinstance(at, (ast.FunctionDef, ast.Module)):
            at = self.parents.get(at)
        if isinstance(at, ast.FunctionDef):
            inside += " " + at.name
        return re.search(r"passw|secret|token|otp|session_?id|nonce|salt|api_?key|reset_code|pin\b", inside, re.IGNORECASE) is not None
