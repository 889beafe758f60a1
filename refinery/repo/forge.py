"""The forge's own command line, `gh` or `glab`: found, and asked to open a request. Nothing is ever published from here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from refinery.errors import OutsideError, UsageError
from refinery.repo.environment import decode, encode
from refinery.repo.repository import Repository

SECONDS = 120
_SCP = re.compile(r"(?:[^@/]+@)?([^:/]+):(?!//)")


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a branch may have been published."""

    name: str
    host: str
    """Empty for a folder."""


@dataclass(frozen=True, slots=True)
class Forge:
    """A code host's command line."""

    name: str
    program: str
    """Its absolute path."""
    noun: str

    def create(self, branch: str, base: str, title: str) -> tuple[str, ...]:
        """The command that opens a request for a branch that is there already; the text comes on standard input or last."""
        if self.name == "gh":
            target = ("--base", base) if base else ()
            return (self.program, "pr", "create", "--head", branch, *target, "--title", title, "--body-file", "-")
        target = ("--target-branch", base) if base else ()
        return (self.program, "mr", "create", "--source-branch", branch, *target, "--title", title, "--yes", "--description")


def remote_of(repository: Repository, name: str = "") -> Remote:
    """The remote of this name, else `origin`, else the only one. UsageError when there is none, or no telling which."""
    found = {
        key.removeprefix("remote.").removesuffix(".url"): value
        for key, value in repository.git.configured().items()
        if key.startswith("remote.") and key.endswith(".url")
    }
    if not found:
        raise UsageError("this repository has no remote, so there is nowhere to open a request", hint="git remote add origin URL")
    wanted = name or ("origin" if "origin" in found else next(iter(found)) if len(found) == 1 else "")
    if wanted not in found:
        hint = f"name one of them: --remote {' or --remote '.join(sorted(found))}"
        raise UsageError(f"there is no remote {wanted!r}" if wanted else "there are several remotes", hint=hint)
    return Remote(wanted, _host(found[wanted]))


def published(repository: Repository, remote: Remote, branch: str) -> str:
    """The commit at which the remote's branch was last seen from here; empty when it was not."""
    return repository.git.ask("rev-parse", "--verify", "--quiet", f"refs/remotes/{remote.name}/{branch}").text


def forge_for(remote: Remote, root: Path) -> Forge:
    """The command line that goes with a remote, by its host's name, else the one that is there. OutsideError when there is none.

    A program that lies in the repository is not run: what is to be reviewed does not choose what runs.
    """
    forges = (("gh", "pull request", "github"), ("glab", "merge request", "gitlab"))
    there = {name: path for name, _, _ in forges if (path := _found(name, root))}
    fitting = [each for each in forges if each[2] in remote.host] or [each for each in forges if each[0] in there]
    if len(fitting) > 1:
        raise UsageError(
            f"{remote.host or remote.name} may be of either forge", hint="open the request yourself: refinery show FIX --markdown"
        )
    if not fitting or fitting[0][0] not in there:
        missing = fitting[0][0] if fitting else "gh (GitHub) or glab (GitLab)"
        raise OutsideError(f"{missing} is not installed", hint="install it, or paste the text yourself: refinery show FIX --markdown")
    name, noun, _ = fitting[0]
    return Forge(name, there[name], noun)


def opened(forge: Forge, command: Sequence[str], text: str, root: Path) -> str:
    """What the forge said when a request was opened, usually its address. OutsideError with its words when it did not."""
    given = [encode(text)] if forge.name == "glab" else []
    try:
        done = subprocess.run(
            [*command, *given],
            cwd=root,
            input=b"" if given else encode(text),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OutsideError(f"{forge.name} did not answer within {SECONDS} s", hint=f"try: {forge.name} auth status") from error
    except OSError as error:
        raise OutsideError(f"{forge.name} cannot be started: {error.strerror or error}") from error
    if done.returncode:
        says = " ".join(decode(done.stderr or done.stdout).split())[:500]
        raise OutsideError(f"{forge.name} did not open the {forge.noun}: {says}", hint=f"try: {forge.name} auth status")
    return decode(done.stdout).strip()


def _found(name: str, root: Path) -> str:
    path = shutil.which(name)
    if path is None or not Path(path).is_absolute() or Path(path).resolve().is_relative_to(root.resolve()):
        return ""
    return path


def _host(url: str) -> str:
    scp = _SCP.match(url)
    try:
        return (urlsplit(url).hostname or (scp[1] if scp else "")).lower()
    except ValueError:
        return ""
