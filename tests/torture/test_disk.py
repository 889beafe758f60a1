"""A disk that is full or read-only: a clear error, nothing broken, and the same again once there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from refinery.errors import OutsideError, RefineryError
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import fix, make
from tests.torture import aftermath
from tests.torture.disk import accepted, disk, filled, impossible, read_only


@pytest.fixture(autouse=True)
def possible(home: Path) -> None:
    if why := impossible():
        pytest.skip(why)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("free", [0, 16, 64, 140])
def test_a_full_disk_is_told_and_harms_nothing(tmp_path: Path, free: int, elsewhere: bool) -> None:
    with disk(tmp_path / "disk") as place:
        assert filled(place, free * 1024, tmp_path / "state" if elsewhere else None) == []


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("free", [0, 8, 16, 32])
def test_accepting_on_a_full_disk_is_all_or_nothing(tmp_path: Path, free: int, later: bool) -> None:
    with disk(tmp_path / "disk") as place:
        assert accepted(place, free * 1024, later) == []


def test_in_a_read_only_repository_a_fix_is_tried_and_its_keeping_refused(tmp_path: Path) -> None:
    with disk(tmp_path / "disk") as place:
        root = make(place / "project")
        before = aftermath.mine(root)
        read_only(place)
        workspace = Workspace(Repository.open(root, tmp_path / "state"))
        commit = fix(workspace)
        with workspace.lease(commit.id) as tree:
            assert "eur" in (tree / "agent" / "app.py").read_text()
        with pytest.raises(OutsideError) as caught:
            workspace.keep(commit, "eur")
        assert caught.value.hint
        read_only(place, False)
        assert workspace.keep(commit, "eur") == "refinery/eur"
        workspace.close()
        assert aftermath.differences(before, aftermath.mine(root)) + aftermath.broken(root) == []


def test_without_another_place_for_its_state_the_error_names_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with disk(tmp_path / "disk") as place:
        root = make(place / "project")
        read_only(place)
        monkeypatch.setenv("HOME", str(place / "home"))
        with pytest.raises(RefineryError) as caught:
            Workspace(Repository.open(root))
        assert "REFINERY_HOME" in caught.value.hint
