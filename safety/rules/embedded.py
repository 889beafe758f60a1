"""Commands and code that stand inside other files: recipes, image instructions, scripts of manifests, steps of pipelines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from safety.rules.configuration import Fault, Leaf, leaves, line_of, read_loosely
from safety.rules.danger_found import Danger
from safety.rules.kinds import Kind, kind_of
from safety.rules.powers import power
from safety.rules.python_capabilities import python_dangers
from safety.rules.python_source import python_of
from safety.rules.script import script_dangers
from safety.rules.shell import shell_dangers
from safety.rules.sql import looks_like_sql, sql_dangers
from safety.rules.windows import windows_dangers
from safety.verdict import Effect

_COMMAND_KEY = re.compile(
    r"^(?:run|script|scripts?|before_script|after_script|command|commands|cmd|args|entrypoint|exec|shell|bash|sh|install|prepare|hook|hooks|test|build|start|on_\w+|pre\w*|post\w*|task|tasks|steps?|healthcheck|raw|pwsh|powershell|bash_command|args_template|inline|user_data|script_\w+|update|lifecycle|execute|launch)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=128)
def dangers_of(path: str, text: str | None) -> list[Danger]:
    """What a file, of whatever kind, can do when it is run or obeyed. (Not to be changed by the caller: kept for the next question.)"""
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
        return list(script_dangers(text))
    if kind in (Kind.YAML, Kind.JSON, Kind.TOML, Kind.INI):
        return list(_configuration(path, text))
    if kind is Kind.TERRAFORM:
        return list(_terraform(text))
    if kind is Kind.OTHER and path.lower().endswith((".ps1", ".psm1", ".bat", ".cmd")):
        return windows_dangers(text)
    if kind is Kind.OTHER and re.search(
        r"(?:^|/)(?:Jenkinsfile|Procfile|Vagrantfile|Brewfile|crontab|.*\.(?:bat|cmd|ps1|groovy|service|timer|rb|pl|php|lua))[\w.]*$", path
    ):
        return list(_lines_of_commands(text))
    return list(_git_file(text)) if path.rsplit("/", 1)[-1] in (".gitmodules", ".gitconfig") else []


def _image(text: str) -> Iterator[Danger]:
    # a here-document of RUN is a script; its lines go on one line, so that they are read with the instruction
    text = re.sub(r"(?m)^([ \t]*RUN\b[^\n]*?)<<-?[\"']?(\w+)[\"']?[ \t]*\n(.*?)^\2[ \t]*$", _document, text, flags=re.DOTALL)
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


def _document(match: re.Match[str]) -> str:
    lines = [line for line in match.group(3).split("\n") if line.strip() and not line.lstrip().startswith("#")]
    return match.group(1) + "true; " + "; \\\n".join(lines) + "\n" * (match.group().count("\n") - max(len(lines) - 1, 0))


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
    given = {"RM": "rm -f"} | dict(re.findall(r"(?m)^[ \t]*(\w+)[ \t]*(?:::?=|\?=|=)[ \t]*([^\n#$]*?)[ \t]*$", text))
    while at < len(lines):
        start, recipe = at, lines[at]
        while recipe.endswith("\\") and at + 1 < len(lines):
            at += 1
            recipe = recipe[:-1] + " " + lines[at].strip()
        at += 1
        if recipe.startswith(("\t", "    ")):
            command = re.sub(r"^[@\-+]+", "", recipe.strip())
            # make's own $(NAME) is a variable here, and $$ is the shell's dollar
            command = re.sub(r"\$[({](\w+)[)}]", lambda m: given.get(m.group(1)) or "${" + m.group(1) + "}", command).replace("$$", "$")
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


def _configuration(path: str, text: str) -> Iterator[Danger]:
    value = read_loosely(path, text)
    if isinstance(value, Fault):
        if kind_of(path, text) is not Kind.YAML:
            return
        yield from _lines_of_commands(re.sub(r"(?m)^\s*(?:-\s+)?(?:[\"']?[\w.-]+[\"']?\s*[:=]\s+)?", "", text[:100_000]))
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
                    shell = str(by_parent.get(leaf.keys[:-1], {}).get("shell", Leaf((), "")).value).lower()
                    yield from (d.at(_line_in(text, leaf, d.line, line_of(text, leaf) or 1)) for d in _step(command, keys[-1], shell))
            listed = re.fullmatch(r"([A-Z][A-Z0-9_]*)=(.*)", leaf.value)
            if listed and "environment" in keys:
                given = Leaf((listed.group(1),), listed.group(2))
                yield from (d.at(line_of(text, leaf) or 1) for d in power(given, [listed.group(1).lower()], 1, {}))
            if looks_like_sql(leaf.value):
                yield from (d.at(line_of(text, leaf) or 1) for d in sql_dangers(leaf.value))
        yield from (d.at(line_of(text, leaf) or 1) for d in power(leaf, keys, 1, by_parent))


def _step(command: str, key: str, shell: str) -> list[Danger]:
    """What a step of a pipeline does, in the language that it is said to be in."""
    plain = re.sub(r"\$\{\{\s*([^}]*?)\s*\}\}", _expression, command)
    if shell.startswith("python"):
        return list(python_dangers(plain))
    if shell in ("pwsh", "powershell", "cmd") or key in ("pwsh", "powershell"):
        return windows_dangers(plain)
    return shell_dangers(plain, python=python_dangers)


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


def _terraform(text: str) -> Iterator[Danger]:
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r"\s*\"?([\w-]+)\"?\s*=\s*(.+?)\s*$", line)
        for name, value in re.findall(r"\"?([\w-]+)\"?\s*[=:]\s*(\"[^\"]*\"|\[[^\[\]{}=]*\]|[\w.]+)", line):
            for one in value.strip("[]").split(",") if value.startswith("[") else [value]:
                yield from power(Leaf((name,), one.strip().strip('"')), [name.lower()], number, {})
        if match:
            if match.group(1) in ("command", "inline", "user_data", "script"):
                yield from (d.at(number) for d in shell_dangers(match.group(2).strip('"[]'), python=python_dangers))
            if match.group(2) == '["0.0.0.0/0"]':
                yield Danger(f"terraform open {line.strip()}", number, "opens a door to the whole Internet", Effect.NEEDS_APPROVAL)
        if re.search(r"local-exec|remote-exec|\bdata\s+\"external\"", line):
            yield Danger(f"terraform exec {line.strip()}", number, "runs commands on the machine that applies it", Effect.NEEDS_APPROVAL)
