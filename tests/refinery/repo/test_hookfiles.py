"""Our block in the user's hooks: beside what is there, and gone without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.hookfiles import install, remove
from refinery.repo.repository import Repository
from tests.refinery.repo.grounds import git, make, write

ASKED = """#!/bin/sh
printf '%s ' "$@" >> "$REFINERY_ASKED"
[ "$3" = pre-push ] && cat >> "$REFINERY_ASKED"
exit ${REFINERY_ANSWER:-0}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make(tmp_path / "a repository")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stands where refinery would, and writes down what it was asked."""
    path = tmp_path / "it's a program"
    path.write_text(ASKED)
    path.chmod(0o755)
    monkeypatch.setenv("REFINERY_ASKED", str(tmp_path / "asked"))
    return str(path)


def asked(tmp_path: Path) -> str:
    path = tmp_path / "asked"
    return path.read_text() if path.exists() else ""


def hook(root: Path, kind: str, text: str, mode: int = 0o755) -> Path:
    path = root / ".git" / "hooks" / kind
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def commit(root: Path, name: str = "new.txt") -> bool:
    write(root, {name: b"x\n"})
    git(root, "add", name)
    head = git(root, "rev-parse", "HEAD")
    git(root, "commit", "-q", "-m", "more", ok=False)
    return git(root, "rev-parse", "HEAD") != head


def test_a_hook_asks_and_its_no_stops_the_commit(root: Path, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(Repository.open(root), program)
    assert commit(root)
    assert asked(tmp_path) == "hooks run pre-commit "
    monkeypatch.setenv("REFINERY_ANSWER", "1")
    assert not commit(root, "other.txt")


def test_what_was_there_goes_on_and_comes_back_to_the_byte(root: Path, program: str, tmp_path: Path) -> None:
    own = hook(root, "pre-commit", f"#!/usr/bin/env bash\nset -e\necho own >> '{tmp_path}/own'\n", 0o755)
    other = hook(
        root, "pre-push", f"#!/usr/bin/env python3\nopen(r'{tmp_path}/pushed', 'w').write(__import__('sys').stdin.read())\n", 0o700
    )
    before = {path: (path.read_bytes(), path.stat().st_mode) for path in (own, other)}
    repository = Repository.open(root)
    install(repository, program)
    assert commit(root)
    assert (tmp_path / "own").read_text() == "own\n"
    remove(repository)
    assert {path: (path.read_bytes(), path.stat().st_mode) for path in before} == before
    assert sorted(path.name for path in own.parent.iterdir() if not path.name.endswith(".sample")) == ["pre-commit", "pre-push"]


@pytest.mark.parametrize(
    "own",
    [
        "#!/bin/sh\ncat > '{folder}/pushed'\n",
        "#!/usr/bin/env python3\nopen('{folder}/pushed', 'w').write(__import__('sys').stdin.read())\n",
    ],
)
def test_both_hooks_are_given_what_is_pushed(root: Path, program: str, tmp_path: Path, own: str) -> None:
    hook(root, "pre-push", own.format(folder=tmp_path))
    install(Repository.open(root), program)
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(root, "push", "-q", str(tmp_path / "remote.git"), "main")
    line = f"refs/heads/main {git(root, 'rev-parse', 'main')} refs/heads/main {'0' * 40}\n"
    assert asked(tmp_path) == f"hooks run pre-push {line}"
    assert (tmp_path / "pushed").read_text() == line


def test_installing_again_changes_nothing_and_a_new_place_is_taken_over(root: Path, program: str) -> None:
    repository = Repository.open(root)
    first = install(repository, program)
    text = first[0].path.read_text()
    assert [each.says for each in install(repository, program)] == ["is there already"] * 3
    assert first[0].path.read_text() == text
    assert install(repository, "/elsewhere/refinery")[0].says == "is renewed"
    assert first[0].path.read_text().count("# >>> refinery >>>") == 1


def test_a_program_that_is_gone_stops_nobody_and_says_so(root: Path, tmp_path: Path) -> None:
    install(Repository.open(root), str(tmp_path / "gone"))
    write(root, {"new.txt": b"x\n"})
    git(root, "add", "new.txt")
    import subprocess

    done = subprocess.run(
        ["git", "commit", "-m", "x"],
        cwd=root,
        capture_output=True,
        text=True,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@b",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@b",
        },
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "refinery is not installed any more" in done.stderr


def test_hooks_that_another_tool_keeps_in_the_project_are_left_to_it(root: Path, program: str) -> None:
    write(root, {".husky/pre-commit": b"echo\n"})
    git(root, "config", "core.hooksPath", ".husky")
    with pytest.raises(RepositoryError, match=r"core\.hooksPath"):
        install(Repository.open(root), program)
    assert (root / ".husky" / "pre-commit").read_bytes() == b"echo\n"
    assert not (root / ".git" / "hooks" / "pre-commit").exists()


def test_a_hook_that_is_switched_off_is_not_switched_on(root: Path, program: str) -> None:
    off = hook(root, "pre-push", "#!/bin/sh\nexit 1\n", 0o644)
    with pytest.raises(RepositoryError, match="not executable"):
        install(Repository.open(root), program)
    assert off.read_text() == "#!/bin/sh\nexit 1\n"
    assert not (off.parent / "pre-commit").exists()


def test_a_linked_hook_is_not_written_through(root: Path, program: str, tmp_path: Path) -> None:
    script = tmp_path / "shared hook"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    path = root / ".git" / "hooks" / "pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(script)
    repository = Repository.open(root)
    install(repository, program)
    assert commit(root)
    assert script.read_text() == "#!/bin/sh\nexit 0\n"
    remove(repository)
    assert path.readlink() == script
