"""Calls that switch a protection off, open a server, or show a secret."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import fold, text_of
from safety.rules.python_private import shown
from safety.rules.python_reading import ASK, BLOCK, Reading

_ENDS_CHECKED = frozenset({"cert_reqs", "ssl_cert_reqs", "verify_mode", "tlsAllowInvalidCertificates"})


_TEMPLATES = re.compile(
    r"^(?:jinja2\.Template|flask\.render_template_string|markupsafe\.Markup|mako\.template\.Template|django\.utils\.safestring\.mark_safe)$|\.from_string$|^render_template_string$"
)


def insecure(it: Reading, node: ast.Call) -> Iterator[Danger]:
    name = it.dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    last = name.rsplit(".", 1)[-1]
    for key, value in it.keywords(node):
        constant = value.value if isinstance(value, ast.Constant) else fold(value, it.known)
        shown_value = ast.unparse(value)
        if (key in _ENDS_CHECKED and (constant == "CERT_NONE" or shown_value.endswith("CERT_NONE") or constant == 0)) or (
            key == "sslmode" and constant in ("disable", "allow")
        ):
            yield it.found(node, BLOCK, f"turns off a check ({key}={shown_value[:40]}): whoever is at the other end is believed")
        elif (
            key
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
                "ssl_verify_cert",
                "verify_tls",
            )
            and constant in (False, 0)
            and constant is not None
            and not (key in ("ssl", "tls", "use_ssl") and "localhost" in ast.unparse(node))
        ):
            yield it.found(node, BLOCK, f"turns off a check ({key}={constant}): whoever is at the other end is believed")
        elif "dangerous" in key and constant is True:
            yield it.found(node, ASK, f"allows something that its makers call dangerous ({key})")
        elif (
            key in ("trust_remote_code", "unsafe", "allow_unsafe", "shell_escape", "resolve_entities", "allow_pickle", "bypass")
            and constant is True
        ):
            yield it.found(node, ASK, f"allows something unsafe ({key}=True)")
        elif key == "debug" and constant is True and last in ("run", "Flask", "FastAPI", "create_app", "run_server", "launch"):
            yield it.found(node, ASK, "runs a server in debug mode, which lets visitors run code", f"{last} debug")
        elif key in ("host", "server_name", "bind", "address") and constant in ("0.0.0.0", "::", ""):
            yield it.found(node, ASK, "opens a server to every machine in the network", f"{last} host {constant}")
        elif key == "autoescape" and constant is False:
            yield it.found(node, ASK, "puts text into pages unescaped")
        elif key in ("allow_origins", "origins", "allowed_hosts") and "*" in ast.unparse(value):
            yield it.found(node, ASK, "lets every web site talk to this service")
        elif key == "share" and constant is True and last == "launch":
            yield it.found(node, ASK, "opens a public address to this machine")
    for table in (value for _, value in it.keywords(node) if isinstance(value, ast.Dict)):
        for option, given in zip(table.keys, table.values, strict=True):
            if (
                option is not None
                and text_of(option, it.known) in ("verify_signature", "verify", "verify_aud")
                and fold(given, it.known) in (False, 0)
            ):
                yield it.found(node, BLOCK, "believes a token without checking it", ast.unparse(table))
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
        "hashlib.new",
    ) and _for_secret(it, node):
        if name != "hashlib.new" or re.search(r"'(?:md5|sha1)'", ast.unparse(node)):
            yield it.found(node, ASK, f"makes or keeps a secret in a way that can be guessed ({name})")
    elif last == "suppress" and any(ast.unparse(a).rsplit(".", 1)[-1] in ("Exception", "BaseException") for a in node.args):
        yield it.found(node, ASK, "hides every error: whatever goes wrong, it goes on (suppress)")
    elif _TEMPLATES.search(name) and node.args and text_of(node.args[0], it.known) is None:
        yield it.found(node, ASK, f"makes a template or a page of a text that is only known at run time ({last})")
    elif (
        last in ("redirect", "RedirectResponse") and node.args and re.search(r"\brequest\b|\bargs\b|\bparams\b", ast.unparse(node.args[0]))
    ):
        yield it.found(node, ASK, "sends a visitor on to wherever the request says")
    yield from shown(it, node, last)


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
    return (
        re.search(r"passw|\bpw\b|\bpwd\b|secret|token|otp|session_?id|nonce|salt|api_?key|reset_code|pin\b", inside, re.IGNORECASE)
        is not None
    )
