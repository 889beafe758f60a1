"""The user's git hooks, when they ask for ours in them: a managed block beside what is there, taken out again without a trace."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from refinery.errors import RepositoryError
from refinery.repo.environment import Git, disk_failure
from refinery.repo.repository import Repository

KINDS = ("pre-commit", "pre-push", "pre-merge-commit")
BEGIN, END = "# >>> refinery >>>", "# <<< refinery <<<"
BLOCK = re.compile(rf"^{re.escape(BEGIN)}\n.*?^{re.escape(END)}\n", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"#!\s*(/\S*/)?(env\s+(-S\s+)?)?(ba|da|k|z)?sh\b")
ASIDE = ".before-refinery"
"""What a hook that is no shell script is renamed to, so that ours can call it."""
FRESH = "#!/bin/sh\n"
AFTERWARDS = 'exec "$(dirname "$0")/{name}" "$@"\n'


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook and what was done to it."""

    kind: str
    path: Path
    says: str


def install(repository: Repository, program: str, kinds: tuple[str, ...] = KINDS) -> tuple[Hook, ...]:
    """Put our block first into these hooks, before whatever stands there. Doing it again changes nothing.

    Raises RepositoryError, with nothing written, where the folder of the hooks is part of the project or a hook is switched off.
    """
    folder = _folder(repository)
    for kind in kinds:
        _refuse(folder / kind)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_installed(folder / kind, program) for kind in kinds)
    except OSError as error:
        raise disk_failure(error, f"writing a hook in {folder}") from error


def remove(repository: Repository) -> tuple[Hook, ...]:
    """Take our block out of every hook; a hook that was made for it goes with it, and what was there before is as it was."""
    folder = _hooks(repository)
    try:
        return tuple(_removed(folder / kind) for kind in KINDS if _ours(folder / kind))
    except OSError as error:
        raise disk_failure(error, f"writing a hook in {folder}") from error


def _hooks(repository: Repository) -> Path:
    """Where git looks for hooks by the user's own settings, ours left out; `rev-parse` runs nothing that they name."""
    git = Git(repository.root).asking_the_user().at(GIT_CONFIG_COUNT="0")
    return Path(git.line("rev-parse", "--path-format=absolute", "--git-path", "hooks"))


def _folder(repository: Repository) -> Path:
    folder = _hooks(repository)
    if not folder.is_relative_to(repository.common):
        raise RepositoryError(
            f"the hooks of this repository are kept in {folder} (core.hooksPath), which is not git's own folder",
            hint="another tool manages them: let its pre-commit hook call `refinery hooks run pre-commit`, and its pre-push hook the like",
        )
    return folder


def _refuse(path: Path) -> None:
    if path.exists() and not os.access(path, os.X_OK):
        raise RepositoryError(
            f"{path} is there and not executable, so git leaves it out; with our block in it, it would run",
            hint=f"make it executable (chmod +x {path}), or remove it, and try again",
        )


def _ours(path: Path) -> bool:
    return path.is_file() and BLOCK.search(_read(path)) is not None


def _installed(path: Path, program: str) -> Hook:
    block = _block(path.name, program)
    if _ours(path):
        before = _read(path)
        after = BLOCK.sub(lambda _: block, before, count=1)
        if after != before:
            _write(path, after)
        return Hook(path.name, path, "is there already" if after == before else "is renewed")
    if not path.exists() and not path.is_symlink():
        _write(path, FRESH + block)
        return Hook(path.name, path, "is made")
    first, newline, rest = _read(path).partition("\n")
    if not path.is_symlink() and SHELL.match(first) and newline:
        _write(path, f"{first}\n{block}{rest}")
        return Hook(path.name, path, "has our block before what it did")
    aside = path.with_name(path.name + ASIDE)
    if aside.exists() or aside.is_symlink():
        raise RepositoryError(f"{aside} is in the way", hint="move it elsewhere and try again")
    path.rename(aside)
    _write(path, FRESH + block + AFTERWARDS.format(name=aside.name))
    return Hook(path.name, path, f"calls what it was before, now {aside.name}")


def _removed(path: Path) -> Hook:
    left = BLOCK.sub("", _read(path), count=1)
    aside = path.with_name(path.name + ASIDE)
    if left == FRESH + AFTERWARDS.format(name=aside.name) and (aside.exists() or aside.is_symlink()):
        aside.rename(path)
        return Hook(path.name, path, "is what it was before")
    if left == FRESH:
        path.unlink()
        return Hook(path.name, path, "is gone")
    _write(path, left)
    return Hook(path.name, path, "is what it was before")


def _block(kind: str, program: str) -> str:
    """Shell that every sh understands. A program that is gone stops nobody from working, and says so."""
    asked = f'"$refinery" hooks run {kind}'
    quoted = "'" + program.replace("'", "'\\''") + "'"
    find = f'refinery={quoted}\n[ -x "$refinery" ] || refinery=$(command -v refinery) || refinery=\n'
    gone = f'if [ -z "$refinery" ]; then\n    echo "refinery is not installed any more: {kind} is not checked" >&2\n'
    if kind != "pre-push":
        return f"{BEGIN}\n{find}{gone}else\n    {asked} || exit $?\nfi\n{END}\n"
    # git writes what is pushed to the hook's standard input, where the rest of the hook wants to read it too
    keep = "refinery_refs=$(cat)\n"
    ask = f"else\n    printf '%s\\n' \"$refinery_refs\" | {asked} || exit $?\nfi\n"
    give_back = 'if [ -n "$refinery_refs" ]; then\nexec <<REFINERY_REFS\n$refinery_refs\nREFINERY_REFS\nelse\n    exec </dev/null\nfi\n'
    return f"{BEGIN}\n{find}{keep}{gone}{ask}{give_back}{END}\n"


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _write(path: Path, text: str) -> None:
    """In one step, with the rights it has, or those of a program."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o755
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        os.chmod(name, mode)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
