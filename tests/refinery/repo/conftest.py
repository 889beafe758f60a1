"""A user with a home of their own, so that no test sees the machine's git settings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import ADA, git, make, open_workspace


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ada's home."""
    for name in os.environ:
        if name.startswith(("GIT_", "XDG_")) or name == "EMAIL":
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git(folder, "config", "--global", "user.name", ADA.name)
    git(folder, "config", "--global", "user.email", ADA.email)
    git(folder, "config", "--global", "gc.auto", "0")
    return folder


@pytest.fixture
def root(tmp_path: Path, home: Path) -> Path:
    """Ada's repository."""
    return make(tmp_path / "project")


@pytest.fixture
def workspace(root: Path) -> Iterator[Workspace]:
    """Refinery's rooms in it."""
    made = open_workspace(root)
    yield made
    made.close()
