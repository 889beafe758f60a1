"""By which platform an agent is observed already, as far as its files tell: what its code imports, and what its sample settings name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MODULES = {
    "langsmith": ("langsmith",),
    "phoenix": ("phoenix", "openinference"),
    "langfuse": ("langfuse",),
    "mlflow": ("mlflow",),
    "datadog": ("ddtrace.llmobs",),
}
"""What a program imports that sends its traces to a source of ours."""
PACKAGES = {
    "arize-phoenix": "phoenix",
    "arize-phoenix-otel": "phoenix",
    "openinference-instrumentation": "phoenix",
    "mlflow-skinny": "mlflow",
}
"""Packages that are not called like the source; `ddtrace` alone tells nothing, it watches web servers as well."""
PROJECTS = {
    "langsmith": ("LANGSMITH_PROJECT", "LANGCHAIN_PROJECT"),
    "phoenix": ("PHOENIX_PROJECT_NAME", "PHOENIX_PROJECT"),
    "mlflow": ("MLFLOW_EXPERIMENT_NAME",),
    "datadog": ("DD_LLMOBS_ML_APP",),
}
"""Variables that name the project; the values of no other variable are looked at."""
PREFIXES = {
    "LANGSMITH_": "langsmith",
    "LANGCHAIN_TRACING": "langsmith",
    "PHOENIX_": "phoenix",
    "LANGFUSE_": "langfuse",
    "DD_LLMOBS_": "datadog",
}
SAMPLES = (".env.example", ".env.sample", ".env.template", "env.example", ".env")
MANIFESTS = ("pyproject.toml", "requirements.txt", "requirements/base.txt", "setup.cfg", "Pipfile", "environment.yml")
MOST = 1_000_000
"""Characters of one file that are read."""
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)
_VARIABLE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Observed:
    """A platform that seems to hold traces of this agent. Empty where none is seen."""

    source: str = ""
    project: str = ""
    seen: str = ""
    """Where that was read."""


def observed(root: Path, python: Iterable[Path]) -> Observed:
    """The platform that the code imports; else the one that a sample of the environment, or a list of dependencies, names."""
    variables = [(name, found) for name in SAMPLES for found in _VARIABLE.findall(_text(root / name))]
    for source, where in (*_imported(root, python), *_set(variables), *_listed(root)):
        named = (value.strip("'\"") for _, (name, value) in variables if name in PROJECTS.get(source, ()))
        return Observed(source, next(filter(None, named), ""), where)
    return Observed()


def _imported(root: Path, python: Iterable[Path]) -> Iterable[tuple[str, str]]:
    for path in python:
        for module in _IMPORT.findall(_text(path)):
            for source, heads in MODULES.items():
                if any(module == head or module.startswith(f"{head}.") for head in heads):
                    yield source, f"{' '.join(str(path.relative_to(root)).split())} imports {module}"


def _set(variables: Iterable[tuple[str, tuple[str, str]]]) -> Iterable[tuple[str, str]]:
    for file, (name, _) in variables:
        for prefix, source in PREFIXES.items():
            if name.startswith(prefix):
                yield source, f"{file} sets {name}"


def _listed(root: Path) -> Iterable[tuple[str, str]]:
    packages = {name: name for name in MODULES if name != "datadog"} | PACKAGES
    for manifest in MANIFESTS:
        text = _text(root / manifest)
        for package, source in packages.items():
            if re.search(rf"(?<![\w-]){package}(?![\w-])", text):
                yield source, f"{manifest} names {package}"


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST)
    except OSError:
        return ""
