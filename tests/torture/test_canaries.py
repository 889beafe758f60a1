"""Whatever programs a repository names, no command of Refinery's runs one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.journeys.conftest import Refinery
from tests.torture.aftermath import differences
from tests.torture.cage import CALLS, FIX, LANDED, SLOW, TO_LAND, commands, desk, fix_in, full, overheard, theirs
from tests.torture.vectors import VECTORS, sing


@pytest.mark.parametrize("name", [name for name, vector in VECTORS.items() if vector.sings])
def test_the_canary_sings_when_the_users_git_is_run(tmp_path: Path, home: Path, name: str) -> None:
    cage = full(desk(tmp_path), tmp_path / "air", (name,))
    for each in cage.air.iterdir():
        each.unlink()
    sing(cage, name)
    assert cage.heard() == [name]


def test_every_command_is_tried_here() -> None:
    assert set(commands()) == {name for name, _ in CALLS}


@pytest.mark.parametrize(
    ("among", "tried"),
    [
        pytest.param(tuple(VECTORS), {name for name, _ in CALLS if name not in SLOW}, id="all of them"),
        pytest.param(LANDED, set(TO_LAND), id="those among which a fix is accepted"),
    ],
)
def test_no_command_makes_a_canary_sing_or_changes_what_is_the_users(
    tmp_path: Path, home: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch, among: tuple[str, ...], tried: set[str]
) -> None:
    root = desk(tmp_path)
    cage = full(root, tmp_path / "air", among)
    before = theirs(root)
    monkeypatch.chdir(root)
    for name, call in CALLS:
        if name not in tried:
            continue
        monkeypatch.setattr("sys.stdin", io.StringIO(call.given))
        said = [fix_in(root) if word == FIX else word for word in call.words]
        done = refinery(*name.split(), *said)
        assert done.status == call.ends(among), f"{name} {call.words}: {done.err}{done.out}"
        assert overheard(cage, call) == [], name
    assert differences(before, theirs(root)) == []
