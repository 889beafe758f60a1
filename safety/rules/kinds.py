"""What kind of text a file holds, by its name and, where the name says nothing, by its first line."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath


class Kind(StrEnum):
    """How a file is read."""

    PYTHON = "Python"
    NOTEBOOK = "notebook"
    SHELL = "shell script"
    SQL = "SQL"
    YAML = "YAML"
    TOML = "TOML"
    JSON = "JSON"
    INI = "INI"
    JINJA = "template"
    DOCKERFILE = "Dockerfile"
    MAKEFILE = "Makefile"
    SCRIPT = "JavaScript"
    TERRAFORM = "Terraform"
    PROSE = "text"
    OTHER = "file"


_SUFFIXES = {
    ".py": Kind.PYTHON,
    ".pyi": Kind.PYTHON,
    ".pyw": Kind.PYTHON,
    ".pth": Kind.PYTHON,
    ".ipynb": Kind.NOTEBOOK,
    ".sh": Kind.SHELL,
    ".bash": Kind.SHELL,
    ".zsh": Kind.SHELL,
    ".ksh": Kind.SHELL,
    ".envrc": Kind.SHELL,
    ".sql": Kind.SQL,
    ".ddl": Kind.SQL,
    ".yaml": Kind.YAML,
    ".yml": Kind.YAML,
    ".toml": Kind.TOML,
    ".json": Kind.JSON,
    ".jsonl": Kind.OTHER,
    ".json5": Kind.OTHER,
    ".ini": Kind.INI,
    ".cfg": Kind.INI,
    ".j2": Kind.JINJA,
    ".jinja": Kind.JINJA,
    ".jinja2": Kind.JINJA,
    ".mk": Kind.MAKEFILE,
    ".tf": Kind.TERRAFORM,
    ".hcl": Kind.TERRAFORM,
    ".md": Kind.PROSE,
    ".mdx": Kind.PROSE,
    ".rst": Kind.PROSE,
    ".txt": Kind.PROSE,
    ".prompt": Kind.PROSE,
    ".adoc": Kind.PROSE,
}
_SUFFIXES |= dict.fromkeys((".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte"), Kind.SCRIPT)
_NAMES = {
    "makefile": Kind.MAKEFILE,
    "gnumakefile": Kind.MAKEFILE,
    "justfile": Kind.MAKEFILE,
    "jenkinsfile": Kind.OTHER,
    "procfile": Kind.OTHER,
    ".bashrc": Kind.SHELL,
    ".zshrc": Kind.SHELL,
    ".profile": Kind.SHELL,
    ".bash_profile": Kind.SHELL,
    "pipfile": Kind.TOML,
    "poetry.lock": Kind.TOML,
    "uv.lock": Kind.TOML,
    "cargo.lock": Kind.TOML,
    "pdm.lock": Kind.TOML,
    "pipfile.lock": Kind.JSON,
}
_CONTAINER = re.compile(r"(?:^|\.)(?:dockerfile|containerfile)(?:\.|$)")
_HOOK = re.compile(r"(?:^|/)(?:\.husky|\.githooks|hooks)/[a-z-]+$")


def kind_of(path: str, text: str | None = None) -> Kind:
    """How to read a file."""
    return _kind_of(path, (text or "").split("\n", 1)[0][:200])


@lru_cache(maxsize=1_024)
def _kind_of(path: str, first: str) -> Kind:
    name = PurePosixPath(path).name.lower()
    if name in _NAMES:
        return _NAMES[name]
    if _CONTAINER.search(name):
        return Kind.DOCKERFILE
    suffix = "." + name.rsplit(".", 1)[-1] if "." in name else ""
    if suffix in _SUFFIXES:
        if suffix == ".txt" and name.startswith(("requirements", "constraints")):
            return Kind.OTHER
        return _SUFFIXES[suffix]
    if first.startswith("#!"):
        if "python" in first:
            return Kind.PYTHON
        if re.search(r"\b(?:ba|z|k|da|a)?sh\b", first):
            return Kind.SHELL
        if re.search(r"\b(?:node|deno|bun)\b", first):
            return Kind.SCRIPT
    if _HOOK.search(path.lower()):
        return Kind.SHELL
    return Kind.OTHER


CODE = frozenset({Kind.PYTHON, Kind.NOTEBOOK, Kind.SHELL, Kind.SQL, Kind.DOCKERFILE, Kind.MAKEFILE, Kind.SCRIPT, Kind.TERRAFORM})
"""Kinds that are run rather than read."""


def is_prompt(path: str) -> bool:
    """Whether a text file is read by a model: prose or a template that stands where prompts stand."""
    kind, plain = kind_of(path), path.lower()
    if kind not in (Kind.PROSE, Kind.JINJA, Kind.OTHER, Kind.YAML, Kind.JSON, Kind.TOML):
        return False
    return (
        plain.endswith((".prompt", ".j2", ".jinja", ".jinja2"))
        or re.search(r"prompt|instruct|system|persona|few.?shot|agents?/.*\.(?:md|txt)$", plain) is not None
    )
