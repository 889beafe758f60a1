from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from refinery.suite.sandbox.bubblewrap import Bubblewrap, find
from refinery.suite.sandbox.room import Room

ROOTS = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to root")


def program(folder: Path, name: str = "bwrap") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    return path


def test_the_sandbox_never_comes_out_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = program(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    assert find("bwrap") != mine
    assert str(find("bwrap") or "/usr").startswith(("/usr", "/bin", "/sbin"))


@ROOTS
def test_a_program_that_others_can_replace_is_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    program(folder)
    for writable in (folder, folder / "bwrap"):
        writable.chmod(0o777)
        assert find("bwrap", (str(folder),)) is None
        writable.chmod(0o755)
    os.chown(folder / "bwrap", 1234, 1234)
    assert find("bwrap", (str(folder),)) is None


@ROOTS
def test_a_link_to_such_a_program_is_not_taken_either(tmp_path: Path) -> None:
    real = program(tmp_path / "real")
    os.chown(real, 1234, 1234)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bwrap").symlink_to(real)
    assert find("bwrap", (str(tmp_path / "bin"),)) is None


paths = some.builds(lambda name: Path("/srv", name), some.from_regex(r"[a-z]{1,8}", fullmatch=True))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(network=some.booleans(), root=some.booleans(), visible=some.lists(paths, max_size=3), place=some.none() | paths)
def test_nothing_but_its_own_switch_opens_anything(network: bool, root: bool, visible: list[Path], place: Path | None) -> None:
    room = Room(Path("/srv/tree"), Path("/srv/home"), network, tuple(visible), place)
    words = list(Bubblewrap(Path("/usr/bin/bwrap"), b"x", Path("/usr/bin/setpriv") if root else None).entrance(room).before)
    assert ("--unshare-net" in words) != network
    assert ("--unshare-user" in words) != root, "root is turned into nobody by setpriv, all others by a namespace"
    assert ("setpriv" in " ".join(words)) == root
    for always in ("--unshare-pid", "--unshare-ipc", "--die-with-parent", "--cap-drop", "--seccomp"):
        assert always in words
    assert words[words.index("/proc/sys") - 1] == "--ro-bind"
    writable = {words[at + 1] for at, word in enumerate(words) if word == "--bind"}
    assert writable == {"/srv/home", "/srv/home/tmp", str(place or "/srv/tree")}
    assert not {"--dev-bind", "--bind-try", "--share-net", "--overlay"} & set(words)
    readable = {words[at + 1] for at, word in enumerate(words) if word == "--ro-bind"}
    assert all(path.startswith(("/usr", "/bin", "/sbin", "/lib", "/etc/", "/proc/sys", "/nix/", "/gnu/", "/srv/")) for path in readable)
