"""The user's own hooks, run when a fix is accepted and never else: before the acceptance in a copy of what it would come to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refinery.errors import OutsideError, RepositoryError
from refinery.repo.environment import decode, users_environment
from refinery.repo.repository import Repository

GATES = ("pre-commit", "prepare-commit-msg", "commit-msg")
"""Those that may refuse a commit, in the order in which git runs them."""

_SHOWN = 4000
"""Bytes of a hook's output that are shown, the last ones."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a hook ended."""

    name: str
    status: int | None
    """None: it ran out of time, and was ended."""
    output: str

    @property
    def says(self) -> str:
        """That in words, with what it printed."""
        how = "did not end in time" if self.status is None else f"ended with status {self.status}"
        return f"your hook {self.name} {how}" + (f":\n{self.output}" if self.output else "")


@dataclass(frozen=True, slots=True)
class Hooks:
    """The hooks of one repository, where its settings say that they are."""

    repository: Repository
    seconds: float
    """How long each may take."""

    def present(self) -> bool:
        """Whether there is any that may refuse a commit."""
        return any(self._program(name) for name in GATES)

    def run(self, name: str, *arguments: str, at: Path, alone: bool = False, **variables: str) -> Ran | None:
        """Run one in a folder; None when the user has none of this name. `alone` ends what it leaves running, too."""
        program = self._program(name)
        if program is None:
            return None
        around = {**users_environment(), "GIT_EDITOR": ":", "GIT_PREFIX": "", **variables}
        with tempfile.TemporaryFile() as output:
            try:
                status = _ended([str(program), *arguments], at, around, output.fileno(), self.seconds, alone)
            except OSError as error:
                raise OutsideError(
                    f"your hook {name} cannot be started: {error.strerror or error}", hint=f"look at its first line: {program}"
                ) from error
            length = output.seek(0, os.SEEK_END)
            output.seek(max(0, length - _SHOWN))
            said = decode(output.read()).strip()
        return Ran(name, status, f"(the last {_SHOWN} bytes)\n{said}" if length > _SHOWN else said)

    def gate(self, name: str, *arguments: str, at: Path, **variables: str) -> None:
        """Run one that may refuse."""
        ran = self.run(name, *arguments, at=at, alone=True, **variables)
        if ran is None or ran.status == 0:
            return
        raise RepositoryError(
            f"{ran.says}\nnothing was changed",
            hint="mend what it complains of, or leave your hooks out of this: --no-verify"
            + (" (or give them longer: --hook-timeout)" if ran.status is None else ""),
        )

    def _program(self, name: str) -> Path | None:
        named = self.repository.git.configured().get("core.hookspath", "")
        folder = self.repository.root / Path(named).expanduser() if named else self.repository.common / "hooks"
        program = folder / name
        return program if program.is_file() and os.access(program, os.X_OK) else None


def _ended(command: list[str], folder: Path, around: Mapping[str, str], output: int, seconds: float, alone: bool) -> int | None:
    """The exit status; None when it had to be ended, with everything it started."""
    process = subprocess.Popen(
        command, cwd=folder, env=dict(around), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if alone or process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
