"""The one door to git: every command runs without the user's hooks, filters, helpers, environment or network."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from refinery.errors import OutsideError, RefineryError, RepositoryError

NOWHERE = os.devnull

_SETTINGS = {
    "core.hooksPath": NOWHERE,
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": NOWHERE,
    "core.excludesFile": NOWHERE,
    "core.pager": "cat",
    "core.logAllRefUpdates": "false",
    "core.fsync": "objects,derived-metadata,reference",
    "core.packedRefsTimeout": "200",
    "core.alternateRefsCommand": "true",
    "commit.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",
    "credential.helper": "",
    "submodule.recurse": "false",
}
"""Settings of the command line outrank a repository's own, which may name programs to run."""


def _ruling(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings as git takes them from the environment, as if from the command line."""
    rows = {"GIT_CONFIG_COUNT": str(len(settings))}
    for place, (name, value) in enumerate(settings.items()):
        rows |= {f"GIT_CONFIG_KEY_{place}": name, f"GIT_CONFIG_VALUE_{place}": value}
    return rows


_HARDENED = {
    "GIT_CONFIG_GLOBAL": NOWHERE,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": NOWHERE,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # outranks protocol.<name>.allow; older gits know no GIT_NO_LAZY_FETCH
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "GIT_EDITOR": "false",
    "GIT_PAGER": "cat",
    **_ruling(_SETTINGS),
}

_OF_THE_USER = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_TERMINAL_PROMPT")

_OUTSIDE = {
    "No space left on device": "the disk is full; make room and run the same command again",
    "Out of diskspace": "the disk is full; make room and run the same command again",
    "Disk quota exceeded": "the disk quota is used up; make room and run the same command again",
    "Read-only file system": "the repository lies on a read-only file system; set REFINERY_HOME to a folder that can be written",
    "Permission denied": "the folder cannot be written by this user; mend its permissions or set REFINERY_HOME",
    "unable to create directory": "the repository cannot be written by this user; mend its permissions",
    "insufficient permission": "the repository cannot be written by this user; mend its permissions",
    "Input/output error": "the disk reports errors",
    "couldn't write": "the disk may be full; make room and run the same command again",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git command came to."""

    status: int
    out: bytes
    error: str

    @property
    def text(self) -> str:
        """The output as one text without its last newline."""
        return decode(self.out.removesuffix(b"\n"))


@dataclass(frozen=True, slots=True)
class Git:
    """Git in one folder, with what it must know set in its environment."""

    folder: Path
    settings: Mapping[str, str | None] = field(default_factory=dict)
    """None takes a name out of the environment."""

    def at(self, folder: Path | None = None, /, **settings: str | None) -> Git:
        """The same with more set; the keywords are names of environment variables."""
        return Git(folder or self.folder, {**self.settings, **settings})

    def ask(self, *arguments: str, given: bytes | None = None) -> Answer:
        """Run a command whose failure is an answer too."""
        return _execute(self.folder, arguments, {**_HARDENED, **self.settings}, given)

    def run(self, *arguments: str, given: bytes | None = None) -> bytes:
        """Run a command that has to succeed, and return what it printed."""
        answer = self.ask(*arguments, given=given)
        if answer.status:
            raise failure(arguments, answer)
        return answer.out

    def line(self, *arguments: str, given: bytes | None = None) -> str:
        """The same for a command that prints one line."""
        return decode(self.run(*arguments, given=given).removesuffix(b"\n"))

    def asking_the_user(self) -> Git:
        """The same with the user's own settings read. Only for commands that run nothing those settings name."""
        return self.at(**{name: os.environ.get(name) for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_ATTR_NOSYSTEM")})

    def ruled(self, without: Collection[str], more: Mapping[str, str] | None = None) -> Git:
        """The same with other settings ruling: ours less some, and more."""
        return self.at(**_ruling({**{name: value for name, value in _SETTINGS.items() if name not in without}, **(more or {})}))

    def configured(self) -> dict[str, str]:
        """Every setting of the user's as git would find it, the last word on each; names as git prints them. Nothing is run."""
        out = self.asking_the_user().ruled(_SETTINGS).run("config", "--null", "--list")
        rows = (decode(row).partition("\n") for row in out.split(b"\0") if row)
        return {name: value if given else "true" for name, given, value in rows}


def failure(arguments: tuple[str, ...], answer: Answer) -> RefineryError:
    """The error that tells what a failed command means to the user."""
    for mark, hint in _OUTSIDE.items():
        if mark in answer.error:
            return OutsideError(f"git {arguments[0]} failed: {_first(answer.error)}", hint=hint)
    return RepositoryError(
        f"git {arguments[0]} failed: {_first(answer.error) or f'status {answer.status}'}",
        hint="`git fsck` tells whether the repository is sound",
    )


def disk_failure(error: OSError, doing: str) -> OutsideError:
    """The same for a failed file operation of ours."""
    text = error.strerror or str(error)
    return OutsideError(f"{doing} failed: {text}", hint=_OUTSIDE.get(text, "look at the disk and the folder's permissions"))


def decode(text: bytes) -> str:
    """Bytes as text from which the same bytes can be made again."""
    return text.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes that `decode` made the text from."""
    return text.encode("utf-8", "surrogateescape")


def users_environment() -> dict[str, str]:
    """What the user's own programs are started with: everything but what git told the hook that we may be running in."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _OF_THE_USER}


def named_in_environment() -> dict[str, str]:
    """Whom the user's environment names as author and committer; git heeds it before any setting."""
    roles = [f"GIT_{role}_{part}" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")]
    return {name: os.environ[name] for name in (*roles, "EMAIL") if name in os.environ}


def user_state_folder() -> Path:
    """Where programs keep their state for this user (XDG)."""
    named = os.environ.get("XDG_STATE_HOME", "")
    return Path(named) / "refinery" if os.path.isabs(named) else Path.home() / ".local" / "state" / "refinery"


def _execute(folder: Path, arguments: tuple[str, ...], settings: Mapping[str, str | None], given: bytes | None) -> Answer:
    try:
        from git import Git as Runner  # late: it takes 0.1 s, and it looks for git as it is imported
        from git.exc import GitCommandNotFound
    except ImportError as error:
        raise OutsideError("git cannot be run", hint="install git, and see that it is on the PATH") from error
    program = ["git"]
    unset = [name for name in settings if settings[name] is None]
    passed = ("GIT_PYTHON_", *(("GIT_ALTERNATE_",) if "REFINERY_ACCEPTING" in os.environ else ()))  # in a hook that we started ourselves
    leaked = [name for name in os.environ if name.startswith("GIT_") and name not in settings and not name.startswith(passed)]
    if unset or leaked:  # the runner passes its parent's environment on; inside a hook that names another index and folder
        program = ["env", *(part for name in (*unset, *leaked) for part in ("-u", name)), "git"]
    with tempfile.TemporaryFile() as stdin:
        if given is not None:
            stdin.write(given)
            stdin.seek(0)
        try:
            status, out, error_text = Runner(folder).execute(
                [*program, *arguments],
                istream=stdin,
                env={name: value for name, value in settings.items() if value is not None},
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                shell=False,
            )
        except GitCommandNotFound as error:
            raise OutsideError("git cannot be run", hint="install git, and see that it is on the PATH") from error
        except OSError as error:
            raise disk_failure(error, "running git") from error
    return Answer(status, bytes(out), str(error_text))


def _first(error: str) -> str:
    lines = [line for line in error.splitlines() if line.strip() and not line.startswith(("hint:", "warning:"))]
    return lines[0].removeprefix("fatal: ").removeprefix("error: ") if lines else ""
