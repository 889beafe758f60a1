"""Whatever programs a repository names, no command of Refinery's runs one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.conftest import Refinery
from tests.torture.aftermath import differences, mine
from tests.torture.cage import CALLS, FIX, SLOW, commands, desk, fix_in, full
from tests.torture.vectors import VECTORS, sing

pytest_plugins = ("tests.journeys.conftest",)


@pytest.mark.parametrize("name", [name for name, vector in VECTORS.items() if vector.sings])
def test_the_canary_sings_when_the_users_git_is_run(tmp_path: Path, home: Path, name: str) -> None:
    cage = full(desk(tmp_path), tmp_path / "air", (name,))
    for each in cage.air.iterdir():
        each.unlink()
    sing(cage, name)
    assert cage.heard() == [name]


def test_every_command_is_tried_here() -> None:
    assert set(commands()) == set(CALLS)


def test_no_command_makes_a_canary_sing_or_changes_what_is_the_users(
    tmp_path: Path, home: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = desk(tmp_path)
    cage = full(root, tmp_path / "air")
    before = mine(root)
    monkeypatch.chdir(root)
    for name, calls in CALLS.items():
        for words, status in calls if name not in SLOW else ():
            said = [fix_in(root) if word == FIX else word for word in words]
            done = refinery(*name.split(), *said)
            assert done.status == status, f"{name} {words}: {done.err}{done.out}"
            assert cage.heard() == [], name
    assert differences(before, mine(root)) == []
