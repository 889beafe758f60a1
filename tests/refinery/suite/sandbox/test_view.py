from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refinery.suite.sandbox import view


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / "ada"
    folder.mkdir(parents=True)
    return folder


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def seen(name: str, home: Path, *folders: Path) -> set[str]:
    found = view.of_program(name, {"PATH": os.pathsep.join(map(str, folders))}, (home,))
    return {os.path.relpath(path, home) for path in found}


def test_an_environment_is_seen_with_the_python_it_was_made_from(home: Path) -> None:
    repository = home / "agent"
    (repository / ".git").mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(repository / ".venv")], check=True)
    found = view.of_python(str(repository / ".venv" / "bin" / "python"), (home,))
    assert repository / ".venv" in found
    assert repository not in found
    assert any(view.within(Path(sys.base_prefix), path) for path in (*found, *map(Path, view.SYSTEM)))


def test_a_package_that_is_worked_on_is_seen_and_nothing_else_of_its_repository(home: Path) -> None:
    library = home / "library"
    for name in (".git", "tools", "notes"):
        (library / name).mkdir(parents=True)
    (library / "tools" / "__init__.py").touch()
    (library / "one.py").touch()
    (library / ".env").write_text("KEY=secret")
    (library / "secrets.json").touch()
    environment = home / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "library.pth").write_text(f"{library}\n")
    found = {path for path in view.of_python(str(environment / "bin" / "python"), (home,)) if view.within(path, library)}
    assert found == {library / "tools", library / "one.py"}


def test_the_home_is_never_seen_whatever_leads_there(home: Path) -> None:
    environment = home / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (home / "way").symlink_to(home)
    (site / "odd.pth").write_text(f"{home}\n{home.parent}\n/\n{home / 'way'}\n")
    for path in view.of_python(str(environment / "bin" / "python"), (home,)):
        assert not view.within(home, Path(os.path.realpath(path))), path


def test_of_the_folder_for_ones_own_programs_only_the_program_is_seen(home: Path) -> None:
    program(home / ".local" / "bin" / "tool", "x")
    (home / ".local" / "share" / "keyrings").mkdir(parents=True)
    assert seen("tool", home, home / ".local" / "bin") == {".local/bin/tool"}


def test_a_program_is_seen_with_what_it_is_installed_with(home: Path) -> None:
    place = home / ".nvm" / "versions" / "node" / "v20"
    program(place / "bin" / "node", "x")
    (place / "lib").mkdir()
    (home / "bin").mkdir()
    (home / "bin" / "node").symlink_to(place / "bin" / "node")
    assert seen("node", home, home / "bin") == {"bin/node", ".nvm/versions/node/v20"}


def test_what_runs_a_script_is_seen_too(home: Path) -> None:
    program(home / "tools" / "v1" / "bin" / "runs", "x")
    script = program(home / "agent" / "run.sh", "#!/usr/bin/env -S runs --fast\n")
    assert seen(str(script), home, home / "tools" / "v1" / "bin") == {"agent/run.sh", "tools/v1"}


def test_a_script_for_the_python_of_an_environment_is_seen_with_all_of_that(home: Path) -> None:
    environment = home / "tools" / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (home / "linked").mkdir()
    (site / "linked.pth").write_text(f"{home / 'linked'}\n")
    script = program(environment / "bin" / "agent", f"#!{environment / 'bin' / 'python'}\n")
    assert {"tools/env", "linked"} <= seen(str(script), home)


def test_two_scripts_that_run_each_other_come_to_an_end(home: Path) -> None:
    program(home / "a" / "one", f"#!{home}/a/two\n")
    program(home / "a" / "two", f"#!{home}/a/one\n")
    assert seen(str(home / "a" / "one"), home) == {"a/one", "a/two"}


def test_of_the_systems_settings_none_that_hold_secrets_are_seen() -> None:
    names = {str(path) for path in view.etc(network=True)}
    assert not [name for name in names if name.startswith(("/etc/shadow", "/etc/ssl/private", "/etc/ssh", "/etc/sudoers"))]
    assert "/etc" not in names
    assert "/etc/ssl" not in names


def test_an_interpreter_that_cannot_be_started_shows_nothing(home: Path) -> None:
    assert view.of_python("/nowhere/python", (home,)) == ()
