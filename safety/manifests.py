"""Which packages a repository declares, read from its manifests as far as they can be read."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

MANIFESTS = ("pyproject.toml", "setup.cfg", "package.json", "requirements*.txt", "Pipfile")
_NAME = re.compile(r"[A-Za-z0-9@][\w.\-/]*")


@dataclass(frozen=True, slots=True)
class Declared:
    """Names of packages, as written."""

    runtime: tuple[str, ...] = ()
    development: tuple[str, ...] = ()


def is_manifest(path: str) -> bool:
    """Whether a file declares packages in a form that is read here."""
    name = PurePosixPath(path)
    return any(name.match(pattern) for pattern in MANIFESTS)


def declared(files: Mapping[str, str]) -> Declared:
    """What these manifests, given by path, declare. One that does not parse declares nothing."""
    runtime: dict[str, None] = {}
    development: dict[str, None] = {}
    for path, text in files.items():
        for name, only_dev in _read(PurePosixPath(path).name, text):
            (development if only_dev else runtime)[name] = None
    return Declared(tuple(runtime), tuple(development))


def _read(name: str, text: str) -> Iterator[tuple[str, bool]]:
    try:
        if name == "pyproject.toml":
            yield from _pyproject(tomllib.loads(text))
        elif name == "Pipfile":
            tables = tomllib.loads(text)
            yield from ((package, False) for package in tables.get("packages", {}))
            yield from ((package, True) for package in tables.get("dev-packages", {}))
        elif name == "package.json":
            tables = json.loads(text)
            yield from ((package, False) for package in tables.get("dependencies", {}))
            yield from ((package, True) for package in tables.get("devDependencies", {}))
        else:
            dev = bool(re.search(r"dev|test|lint|doc", name))
            section = text.partition("install_requires")[2].partition("\n[")[0] if name == "setup.cfg" else text
            yield from ((package, dev) for package in _listed(section.splitlines()))
    except (ValueError, AttributeError, TypeError, RecursionError):
        return


def _pyproject(tables: dict[str, object]) -> Iterator[tuple[str, bool]]:
    project, poetry = _table(tables, "project"), _table(tables, "tool", "poetry")
    yield from ((package, False) for package in _listed(project.get("dependencies", [])))
    for extra in _table(project, "optional-dependencies").values():
        yield from ((package, False) for package in _listed(extra))
    for group in _table(tables, "dependency-groups").values():
        yield from ((package, True) for package in _listed(group))
    yield from ((package, False) for package in _table(poetry, "dependencies") if package != "python")
    for name in _table(poetry, "group"):
        yield from ((package, True) for package in _table(poetry, "group", name, "dependencies"))


def _table(tables: dict[str, object], *keys: str) -> dict[str, object]:
    found: object = tables
    for key in keys:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _listed(lines: object) -> Iterator[str]:
    """The names at the head of requirement lines."""
    for line in lines if isinstance(lines, list) else []:
        match = _NAME.match(line.strip(" =\t")) if isinstance(line, str) and not line.lstrip().startswith(("#", "-")) else None
        if match:
            yield match[0]
