"""Calls that switch a protection off, open a server, or show a secret."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import fold
from safety.rules.python_names import (
    SECRET_NAME,
)
from safety.rules.python_reading import ASK, BLOCK, Reading


def insecure(it: Reading, node: ast.Call) -> Iterator[Danger]:
    name = it.dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    last = name.rsplit(".", 1)[-1]
    for keyword in node.keywords:
        value = keyword.value
        constant = value.value if isinstance(value, ast.Constant) else fold(value, it.known)
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
            yield it.found(node, BLOCK, f"turns off a check ({keyword.arg}={constant}): whoever is at the other end is believed")
        elif keyword.arg and "dangerous" in keyword.arg and constant is True:
            yield it.found(node, ASK, f"allows something that its makers call dangerous ({keyword.arg})")
        elif (
            keyword.arg in ("trust_remote_code", "unsafe", "allow_unsafe", "shell_escape", "resolve_entities", "allow_pickle", "bypass")
            and constant is True
        ):
            yield it.found(node, ASK, f"allows something unsafe ({keyword.arg}=True)")
        elif keyword.arg == "debug" and constant is True and last in ("run", "Flask", "FastAPI", "create_app", "run_server", "launch"):
            yield it.found(node, ASK, "runs a server in debug mode, which lets visitors run code", f"{last} debug")
        elif keyword.arg in ("host", "server_name", "bind", "address") and constant in ("0.0.0.0", "::", ""):
            yield it.found(node, ASK, "opens a server to every machine in the network", f"{last} host {constant}")
        elif keyword.arg == "autoescape" and constant is False:
            yield it.found(node, ASK, "puts text into pages unescaped")
        elif keyword.arg in ("allow_origins", "origins", "allowed_hosts") and "*" in ast.unparse(value):
            yield it.found(node, ASK, "lets every web site talk to this service")
        elif keyword.arg == "share" and constant is True and last == "launch":
            yield it.found(node, ASK, "opens a public address to this machine")
    if (
        last == "decode"
        and "jwt" in name
        and re.search(r"verify_signature['\"]?\s*[:=]\s*False|verify\s*=\s*False|['\"]none['\"]", ast.unparse(node), re.IGNORECASE)
    ):
        yield it.found(node, BLOCK, "believes a token without checking its signature")
    elif name == "tempfile.mktemp":
        yield it.found(node, ASK, "makes up a temporary name that another program may take first (mktemp)")
    elif name in ("logging.disable",) or (
        last == "filterwarnings" and "ignore" in ast.unparse(node) and not node.args[1:] and not node.keywords
    ):
        yield it.found(node, ASK, f"silences warnings or logs ({last})")
    elif name in (
        "random.choice",
        "random.randint",
        "random.random",
        "random.choices",
        "random.getrandbits",
        "hashlib.md5",
        "hashlib.sha1",
    ) and _for_secret(it, node):
        yield it.found(node, ASK, f"makes or keeps a secret in a way that can be guessed ({name})")
    elif last in ("print", "debug", "info", "warning", "error", "exception", "log", "critical", "write", "send", "emit"):
        shown = [a for a in [*node.args, *[k.value for k in node.keywords]] if _is_private(it, a)]
        if shown:
            yield it.found(node, BLOCK, f"shows a secret ({ast.unparse(shown[0])[:40]}) where others can read it")


def _is_private(it: Reading, node: ast.expr) -> bool:
    for inner in ast.walk(node):
        name = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
        if (
            name
            and SECRET_NAME.search(name)
            and not isinstance(it.parents.get(inner), ast.Attribute)
            and name.lower() not in ("token", "tokens")
        ):
            parent = it.parents.get(inner)
            if not (
                isinstance(parent, ast.Call) and ast.unparse(parent.func) in ("len", "bool", "mask", "redact", "type", "hash", "isinstance")
            ):
                return True
        if (
            isinstance(inner, ast.Attribute)
            and it.dotted(inner) == "os.environ"
            and not isinstance(it.parents.get(inner), (ast.Subscript, ast.Attribute))
        ):
            return True
    return False


def _for_secret(it: Reading, node: ast.Call) -> bool:
    at: ast.AST | None = node
    while at is not None and not isinstance(at, (ast.Assign, ast.Return, ast.FunctionDef, ast.Module)):
        at = it.parents.get(at)
    inside = " ".join(ast.unparse(a) for a in node.args)
    if isinstance(at, ast.Assign):
        inside += " " + " ".join(ast.unparse(t) for t in at.targets)
    while at is not None and not isinstance(at, (ast.FunctionDef, ast.Module)):
        at = it.parents.get(at)
    if isinstance(at, ast.FunctionDef):
        inside += " " + at.name
    return re.search(r"passw|secret|token|otp|session_?id|nonce|salt|api_?key|reset_code|pin\b", inside, re.IGNORECASE) is not None
