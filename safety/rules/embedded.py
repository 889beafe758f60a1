"""Commands and code that stand inside other files: recipes, image instructions, scripts of manifests, steps of pipelines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from safety.rules.configuration import Fault, Leaf, leaves, line_of, read
from safety.rules.danger_found import Danger
from safety.rules.kinds import Kind, kind_of
from safety.rules.python_capabilities import python_dangers
from safety.rules.python_source import python_of
from safety.rules.shell import shell_dangers
from safety.rules.sql import looks_like_sql, sql_dangers
from safety.verdict import Effect

_COMMAND_KEY = re.compile(
    r"^(?:run|script|scripts?|before_script|after_script|command|commands|cmd|args|entrypoint|exec|shell|bash|sh|install|prepare|hook|hooks|test|build|start|on_\w+|pre\w*|post\w*|task|tasks|steps?|healthcheck|raw|script_\w+|update|lifecycle|execute|launch)$",
    re.IGNORECASE,
)


def dangers_of(path: str, text: str | None) -> list[Danger]:
    """What a file, of whatever kind, can do when it is run or obeyed."""
    if text is None:
        return []
    kind = kind_of(path, text)
    python = python_of(path, text)
    if python is not None:
        return list(python_dangers(python))
    if kind is Kind.SHELL:
        return shell_dangers(text, python=python_dangers)
    if kind is Kind.SQL:
        return sql_dangers(text)
    if kind is Kind.DOCKERFILE:
        return list(_image(text))
    if kind is Kind.MAKEFILE:
        return list(_recipes(text))
    if kind is Kind.SCRIPT:
        return list(_script(text))
    if kind in (Kind.YAML, Kind.JSON, Kind.TOML, Kind.INI):
        return list(_configuration(path, text))
    if kind is Kind.TERRAFORM:
        return list(_terraform(text))
    if kind is Kind.OTHER and re.search(
        r"(?:^|/)(?:Jenkinsfile|Procfile|Vagrantfile|Brewfile|crontab|.*\.(?:bat|cmd|ps1|groovy|service|timer|rb|pl|php|lua))[\w.]*$", path
    ):
        return list(_lines_of_commands(text))
    return list(_git_file(text)) if path.rsplit("/", 1)[-1] in (".gitmodules", ".gitconfig") else []


def _image(text: str) -> Iterator[Danger]:
    joined = re.sub(r"\\\n(?:\s*#.*\n)*", lambda m: " " + "\0" * m.group().count("\n"), text)
    line = 1
    user = ""
    for instruction in joined.split("\n"):
        match = re.match(r"\s*(?:ONBUILD\s+)?([A-Za-z]+)\s+(.*)", instruction.replace("\0", ""), re.DOTALL)
        here, line = line, line + 1 + instruction.count("\0")
        if not match:
            continue
        word, rest = match.group(1).upper(), match.group(2)
        if word in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "SHELL"):
            rest = re.sub(r"^(?:--\S+\s+)*(?:CMD\s+)?", "", rest)
            yield from (d.at(here) for d in shell_dangers(_exec_form(rest), python=python_dangers))
        elif word in ("ENV", "ARG"):
            pairs = rest if "=" in rest.split(" ")[0] else rest.replace(" ", "=", 1)
            yield from (d.at(here) for d in shell_dangers("export " + pairs))
        elif word == "USER":
            user = rest.strip()
        elif word == "ADD" and re.search(r"https?://|git@", rest):
            yield Danger(f"image add {rest}", here, f"the image takes in a file from the network: {rest[:60]}", Effect.NEEDS_APPROVAL)
        elif word == "FROM":
            yield Danger(f"image from {rest}", here, f"the image is built on {rest[:60]}", Effect.NEEDS_APPROVAL)
    if user.split(":")[0] in ("", "root", "0"):
        yield Danger("image root", line - 1, "the image runs as root (no USER, or root)", Effect.NEEDS_APPROVAL)


def _exec_form(text: str) -> str:
    if text.lstrip().startswith("["):
        try:
            words = json.loads(text)
        except ValueError:
            return text
        if isinstance(words, list):
            return " ".join("'" + str(w).replace("'", "'\\''") + "'" for w in words)
    return text


def _recipes(text: str) -> Iterator[Danger]:
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        start, recipe = at, lines[at]
        while recipe.endswith("\\") and at + 1 < len(lines):
            at += 1
            recipe = recipe[:-1] + " " + lines[at].strip()
        at += 1
        if recipe.startswith(("\t", "    ")):
            command = re.sub(r"^[@\-+]+", "", recipe.strip())
            # make's own $(NAME) is a variable here, and $$ is the shell's dollar
            command = re.sub(r"\$\((\w+)\)", r"${\1}", command).replace("$$", "$")
            yield from (d.at(start + 1) for d in shell_dangers(command, python=python_dangers))
        elif shell := re.search(r"(?:!=|:?:?=\s*\$\(shell\s+)(.*)", recipe):
            yield from (d.at(start + 1) for d in shell_dangers(shell.group(1).rstrip(")"), python=python_dangers))


def _lines_of_commands(text: str) -> Iterator[Danger]:
    for number, line in enumerate(text.split("\n"), 1):
        for quoted in re.findall(r"(?:sh|bat|powershell|exec|system|ExecStart\w*)\s*[(=]?\s*['\"]{1,3}?(.+?)['\"]*\)?\s*$", line) or [
            re.sub(r"^\s*(?:\w+:\s+|(?:[\d*/,-]+\s+){5})", "", line)
        ]:
            yield from (d.at(number) for d in shell_dangers(quoted, python=python_dangers))


def _git_file(text: str) -> Iterator[Danger]:
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(
            r"\s*(?:update|url|fsmonitor|hookspath|sshcommand|pager|editor|\w*command|textconv|clean|smudge|process)\s*=",
            line,
            re.IGNORECASE,
        ):
            yield Danger(f"git {line.strip()}", number, f"git is told where to fetch or what to run: {line.strip()[:60]}", Effect.BLOCK)


_SCRIPT_RULES = tuple(
    (re.compile(pattern), says, effect)
    for pattern, says, effect in (
        (r"\beval\s*\(|\bnew\s+Function\s*\(|\bsetTimeout\s*\(\s*['\"`]|vm\.run\w*\s*\(", "runs text as code", Effect.BLOCK),
        (
            r"\[\s*['\"]\w*['\"]\s*\+\s*['\"]\w*['\"]\s*\]\s*\(|globalThis\[|window\[['\"]?(?!data)|process\[",
            "calls something whose name is computed, so that nobody can read what it does",
            Effect.BLOCK,
        ),
        (
            r"\b(?:unlink|unlinkSync|rmSync|rmdir|rmdirSync|rimraf|truncate|truncateSync|emptyDir|emptyDirSync|removeSync|fs\.rm)\s*\(|Deno\.remove",
            "deletes or empties files",
            Effect.BLOCK,
        ),
        (
            r"rejectUnauthorized\s*:\s*(?:false|0|!1)|NODE_TLS_REJECT_UNAUTHORIZED|strictSSL\s*:\s*false",
            "turns off the check of who is at the other end (TLS)",
            Effect.BLOCK,
        ),
        (
            r"['\"]?child_process['\"]?|\bexecSync\s*\(|\bspawnSync\s*\(|\bexecFile\w*\s*\(|Deno\.run|Bun\.spawn",
            "runs another program",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"\bfetch\s*\(|\baxios\b[.(]|XMLHttpRequest|new\s+WebSocket|\bhttps?\.(?:get|request)\s*\(|navigator\.sendBeacon|net\.connect|\bgot\(",
            "reaches into the network",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"dangerouslySetInnerHTML|\.innerHTML\s*=|document\.write\s*\(|v-html=|bypassSecurityTrust",
            "puts text into the page unescaped",
            Effect.NEEDS_APPROVAL,
        ),
        (
            r"\b(?:dropDatabase|flushall|flushdb|deleteMany\s*\(\s*\{\s*\}|\.drop\s*\(\s*\)|truncateTable|dropTable)",
            "drops or empties a database",
            Effect.BLOCK,
        ),
        (
            r"process\.env\.(?:VITEST|JEST_WORKER_ID|NODE_ENV\s*===?\s*['\"]test['\"])|import\.meta\.vitest|REFINERY_[A-Z]+|PYTEST_CURRENT_TEST",
            "behaves differently while it is being tested",
            Effect.BLOCK,
        ),
        (
            r"JSON\.stringify\s*\(\s*process\.env\s*\)|localStorage\.getItem\(['\"](?:token|auth)|document\.cookie",
            "reads out settings or sessions as a whole",
            Effect.BLOCK,
        ),
        (r"catch\s*(?:\(\w*\))?\s*\{\s*\}", "hides every error", Effect.NEEDS_APPROVAL),
        (r"(?:require|import)\s*\(\s*(?!['\"`])", "loads a module that is only known at run time", Effect.NEEDS_APPROVAL),
    )
)


def _script(text: str) -> Iterator[Danger]:
    """JavaScript by patterns, after joined string pieces and comments are put in order: there is no parser of it here."""
    joined = re.sub(r"['\"]\s*\+\s*['\"]", "", text)
    offset = 0
    for number, line in enumerate(joined.split("\n"), 1):
        offset += len(line) + 1
        if re.match(r"\s*(?://|\*|/\*)", line):
            continue
        for pattern, says, effect in _SCRIPT_RULES:
            if pattern.search(line):
                yield Danger(f"script {says}: {line.strip()}", number, says, effect)
        for command in re.findall(r"(?:exec|execSync|spawn|spawnSync|system)\s*\(\s*[`'\"](.+?)[`'\"]", line):
            yield from (d.at(number) for d in shell_dangers(command, python=python_dangers))
        for quoted in re.findall(r"[`'\"]((?:[^`'\"\\]|\\.){9,})[`'\"]", line):
            if looks_like_sql(quoted):
                yield from (d.at(number) for d in sql_dangers(quoted))
                if "${" in quoted:
                    yield Danger(
                        f"script sql {quoted}",
                        number,
                        "builds an SQL statement from values, so that a value can become a command",
                        Effect.BLOCK,
                    )


def _configuration(path: str, text: str) -> Iterator[Danger]:
    value = read(path, text)
    if isinstance(value, Fault):
        return
    all_leaves = leaves(value)
    by_parent: dict[tuple[str, ...], dict[str, Leaf]] = {}
    for leaf in all_leaves:
        by_parent.setdefault(leaf.keys[:-1], {})[leaf.keys[-1] if leaf.keys else ""] = leaf
    for leaf in all_leaves:
        keys = [k.lower() for k in leaf.keys if not k.isdigit()]
        if isinstance(leaf.value, str) and leaf.value.strip():
            if any(_COMMAND_KEY.match(k) for k in keys[-3:]):
                command = _with_siblings(leaf, by_parent)
                if command is not None:
                    yield from (
                        d.at(_line_in(text, leaf, d.line, line_of(text, leaf) or 1))
                        for d in shell_dangers(re.sub(r"\$\{\{\s*([^}]*?)\s*\}\}", _expression, command), python=python_dangers)
                    )
            if looks_like_sql(leaf.value):
                yield from (d.at(line_of(text, leaf) or 1) for d in sql_dangers(leaf.value))
        yield from (d.at(line_of(text, leaf) or 1) for d in _power(leaf, keys, 1, by_parent))


def _with_siblings(leaf: Leaf, by_parent: dict[tuple[str, ...], dict[str, Leaf]]) -> str | None:
    """A command that stands as a list of words is one command; each later word is passed over."""
    if not (leaf.keys and leaf.keys[-1].isdigit()):
        return str(leaf.value)
    words = list(by_parent.get(leaf.keys[:-1], {}).values())
    whole_lines = (
        any(" " in str(w.value).strip() for w in words[:1])
        or len(words) == 1
        or leaf.keys[-2:-1] in (("script",), ("commands",), ("before_script",), ("after_script",), ("steps",))
    )
    if whole_lines:
        return str(leaf.value)
    return " ".join("'" + str(w.value).replace("'", "'\\''") + "'" for w in words) if leaf.keys[-1] == "0" else None


def _expression(match: re.Match[str]) -> str:
    """An expression of a pipeline, as the variable that it is; a secret stays recognisable as one."""
    return "${SECRET}" if "secrets" in match.group(1) else "${" + re.sub(r"\W+", "_", match.group(1)) + "}"


def _line_in(text: str, leaf: Leaf, inner: int, line: int) -> int:
    return line + inner - 1 if "\n" in str(leaf.value) and line + inner - 1 <= text.count("\n") + 1 else line


def _power(leaf: Leaf, keys: list[str], line: int, by_parent: dict[tuple[str, ...], dict[str, Leaf]]) -> Iterator[Danger]:
    """Settings that hand over the machine, delete or open things."""
    key, value = (keys[-1] if keys else ""), leaf.value
    text = str(value).strip().lower()

    def found(effect: Effect, says: str) -> Danger:
        return Danger(f"setting {leaf.place}={text}", line, f"{leaf.place}: {value} {says}", effect)

    if (key in ("privileged", "allowprivilegeescalation", "hostnetwork", "hostpid", "hostipc") and text == "true") or (
        key in ("pid", "ipc", "network_mode", "userns_mode") and text == "host"
    ):
        yield found(Effect.BLOCK, "gives a container power over the machine")
    elif ("volumes" in keys or key in ("hostpath", "path", "source")) and (
        re.match(r"(?:/|~|/etc|/root|/home|/var/run/docker\.sock):", text)
        or ("hostpath" in keys and text in ("/", "/etc", "/root", "/var/run/docker.sock"))
    ):
        yield found(Effect.BLOCK, "gives a container the files of the machine")
    elif (
        (key == "runasuser" and text == "0")
        or (key == "runasnonroot" and text == "false")
        or ("add" in keys and "capabilities" in keys)
        or "cap_add" in keys
    ):
        yield found(Effect.NEEDS_APPROVAL, "gives a container more rights")
    elif (
        key == "state"
        and text == "absent"
        and any(k in "".join(leaf.keys) for k in ("file", "path", "user", "service", "mount", "lvol", "db", "database", "package"))
    ):
        siblings = by_parent.get(leaf.keys[:-1], {})
        target = next((str(siblings[k].value) for k in ("path", "dest", "name") if k in siblings), "")
        yield found(Effect.BLOCK, f"deletes {target or 'what is named'} on other machines")
    elif (
        key
        in (
            "verify",
            "verify_ssl",
            "ssl_verify",
            "tls_verify",
            "strict_ssl",
            "strict-ssl",
            "validate_certs",
            "verify_certs",
            "sslverify",
            "rejectunauthorized",
            "check_hostname",
            "verify_tls",
        )
        and text in ("false", "0", "no", "off")
    ) or (
        key
        in (
            "insecure",
            "insecure_skip_verify",
            "insecureskipverify",
            "skip_tls_verify",
            "insecure-skip-tls-verify",
            "allow_insecure",
            "tlsallowinvalidcertificates",
        )
        and text in ("true", "1", "yes", "on")
    ):
        yield found(Effect.BLOCK, "turns off the check of who is at the other end (TLS)")
    elif (key in ("node_tls_reject_unauthorized", "pythonhttpsverify") and text == "0") or key in (
        "git_ssl_no_verify",
        "ld_preload",
        "bash_env",
        "pythonstartup",
    ):
        yield found(Effect.BLOCK, "turns off a protection of programs")
    elif key in ("debug", "flask_debug") and text in ("true", "1") and "log" not in leaf.place:
        yield found(Effect.NEEDS_APPROVAL, "runs in debug mode")
    elif key in ("allow_origins", "cors_origins", "allowed_hosts", "publicly_accessible", "public_access") and text in ("*", "true"):
        yield found(Effect.NEEDS_APPROVAL, "opens the service to everybody")
    elif (key in ("force_destroy", "skip_final_snapshot", "delete_on_termination") and text == "true") or (
        key in ("deletion_protection", "prevent_destroy", "enable_deletion_protection") and text == "false"
    ):
        yield found(Effect.BLOCK, "takes away the protection against deletion")


def _terraform(text: str) -> Iterator[Danger]:
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r"\s*\"?([\w-]+)\"?\s*=\s*(.+?)\s*$", line)
        if match:
            yield from _power(Leaf((match.group(1),), match.group(2).strip('"')), [match.group(1).lower()], number, {})
            if match.group(1) in ("command", "inline", "user_data", "script"):
                yield from (d.at(number) for d in shell_dangers(match.group(2).strip('"[]'), python=python_dangers))
            if match.group(2) == '["0.0.0.0/0"]':
                yield Danger(f"terraform open {line.strip()}", number, "opens a door to the whole Internet", Effect.NEEDS_APPROVAL)
        if re.search(r"local-exec|remote-exec|\bdata\s+\"external\"", line):
            yield Danger(f"terraform exec {line.strip()}", number, "runs commands on the machine that applies it", Effect.NEEDS_APPROVAL)
