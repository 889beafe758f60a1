from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from refinery.errors import ConfigError
from refinery.suite.sandbox import selftest
from refinery.suite.sandbox.bubblewrap import Bubblewrap
from refinery.suite.sandbox.ground import Level, Machine, Open, choose
from refinery.suite.sandbox.room import Room
from refinery.suite.sandbox.seatbelt import profile
from tests.refinery.suite.sandbox.conftest import landlocked, strong

HERE = Machine.here()
BARE = Machine("linux", False, None, None, 0, HERE.filter)
"""A machine with nothing to confine with."""
LETS_ALL_THROUGH = """#!/bin/sh
while [ "$1" != -- ]; do shift; done
shift
case "$1" in */setpriv) while [ "$1" != -- ]; do shift; done; shift;; esac
cd "${HOME%/home}/tree" 2>/dev/null
exec "$@"
"""


def fake(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "bwrap"
    path.write_text(text)
    path.chmod(0o755)
    return path


@strong
def test_the_strongest_is_taken_where_it_stands_up_to_its_test() -> None:
    ground = choose("auto", HERE)
    assert (ground.level, ground.lacks) == (Level.BUBBLEWRAP, "")


@pytest.mark.parametrize("wanted", ["auto", "strong"])
def test_with_nothing_to_confine_with_nothing_is_run(wanted: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        choose(wanted, BARE)
    assert "bubblewrap is not installed" in str(refusal.value)
    assert "apt install bubblewrap" in refusal.value.hint


def test_without_walls_it_is_run_only_when_the_settings_say_so() -> None:
    ground = choose("none", BARE)
    assert ground.level is Level.NONE
    assert "not sandboxed" in ground.says


@landlocked
def test_a_weaker_level_is_said_with_the_reason_and_the_remedy() -> None:
    ground = choose("auto", replace(HERE, bubblewrap=None))
    assert ground.level in (Level.APART, Level.LANDLOCK)
    for words in ("modes and times could be changed", "bubblewrap is not installed", "apt install bubblewrap"):
        assert words in ground.says


@landlocked
def test_a_weaker_level_is_not_taken_where_the_strong_one_is_wanted() -> None:
    with pytest.raises(ConfigError, match="strong"):
        choose("strong", replace(HERE, bubblewrap=None))


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 0\n", "#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n"])
def test_a_sandbox_that_does_not_work_is_noticed(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="bubblewrap failed its test"):
        choose("strong", replace(HERE, bubblewrap=fake(tmp_path, text)))


def test_a_sandbox_that_lets_everything_through_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        choose("strong", replace(HERE, root=False, bubblewrap=fake(tmp_path, LETS_ALL_THROUGH)))
    assert "bubblewrap failed its test" in str(refusal.value)


@given(some.text())
def test_no_other_word_in_the_settings_opens_the_walls(word: str) -> None:
    if word not in ("none",):
        with pytest.raises(ConfigError):
            choose(word, BARE)


def test_what_has_no_walls_fails_the_test_in_every_respect() -> None:
    failed = selftest.failures(Open(), None, ())
    for words in ("write outside", "read outside", "a hook was written", "a server of this machine was reached", "a datagram came out"):
        assert words in failed


@strong
def test_a_test_that_was_passed_is_remembered_until_something_changes(tmp_path: Path) -> None:
    assert HERE.bubblewrap
    assert HERE.filter
    walls = Bubblewrap(HERE.bubblewrap, HERE.filter, HERE.setpriv if HERE.root else None)
    note, other = tmp_path / "sandbox.json", tmp_path / "program"
    other.write_text("one")
    assert selftest.failures(walls, note, (other,)) == ""
    assert selftest.failures(Untouchable(walls.program, walls.filter), note, (other,)) != "", "another kind of walls is tested itself"
    was = note.read_text()
    other.write_text("two")
    assert selftest.failures(walls, note, (other,)) == ""
    assert note.read_text() != was


def test_a_test_that_failed_is_not_remembered(tmp_path: Path) -> None:
    note = tmp_path / "sandbox.json"
    assert selftest.failures(Open(), note, ()) != ""
    assert not note.exists()
    note.write_text("what is this")
    assert selftest.failures(Open(), note, ()) != ""


class Untouchable(Bubblewrap):
    """Walls that cannot be entered."""

    def entrance(self, room: Room):  # type: ignore[no-untyped-def]
        raise OSError("nobody gets in")


def test_on_a_mac_all_is_denied_but_what_is_named() -> None:
    lines = profile(Room(Path("/t/tree"), Path('/t/ho"me'), visible=(Path("/opt/python"),))).splitlines()
    assert lines[1] == "(deny default)"
    assert [line for line in lines if "network" in line] == []
    assert [line for line in lines if "file-write*" in line and "/dev/" not in line] == [
        '(allow file-write* (subpath "/t/ho\\"me"))',
        '(allow file-write* (subpath "/t/tree"))',
    ]
    assert "(allow network*)" in profile(Room(Path("/t/tree"), Path("/t/home"), network=True))
