"""What the expert says about the failing traces, and where the sample's parts lie."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from adapters.trace import Json
from refinery.domain import Expectation

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE / "repository"
"""The agent, to be copied into a repository of its own."""
TRACES = HERE / "traces"

Raw: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another input that goes wrong for the same reason, as the expert sees it."""

    input: Json
    expect: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One failing trace, and what should have happened instead."""

    id: str
    trace: str
    """The trace's id."""
    file: Path
    says: str
    """In the expert's words."""
    expect: tuple[Expectation, ...]
    also: tuple[Neighbour, ...] = ()


def complaints() -> tuple[Case, ...]:
    """All complaints, in the order in which the demo takes them."""
    import yaml

    raw: Sequence[Raw] = yaml.safe_load((HERE / "complaints.yaml").read_text(encoding="utf-8"))
    return tuple(_case(each) for each in raw)


def lay_out(folder: Path) -> None:
    """Copy the agent's repository into a folder, which may exist; it is not yet a git repository."""
    shutil.copytree(REPOSITORY, folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), dirs_exist_ok=True)


def _case(raw: Raw) -> Case:
    return Case(
        id=str(raw["id"]),
        trace=str(raw["trace"]),
        file=HERE / str(raw["file"]),
        says=" ".join(str(raw["says"]).split()),
        expect=_expectations(raw["expect"]),
        also=tuple(
            Neighbour(other["input"], _expectations(other["expect"])) for other in _list(raw.get("also", [])) if isinstance(other, dict)
        ),
    )


def _expectations(raw: Json) -> tuple[Expectation, ...]:
    return tuple(Expectation(kind, value) for check in _list(raw) if isinstance(check, dict) for kind, value in check.items())


def _list(raw: Json) -> list[Json]:
    if not isinstance(raw, list):
        raise TypeError(f"complaints.yaml: a list is wanted, not {raw!r}")
    return raw
