"""What of this machine an agent can see: the system, its interpreter and libraries, its programs. All else is not there."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
SETTINGS = (
    *("alternatives", "ca-certificates/extracted", "crypto-policies", "fonts", "group", "hosts", "java", "ld.so.cache", "localtime"),
    *(
        "mime.types",
        "nsswitch.conf",
        "os-release",
        "passwd",
        "pki",
        "protocols",
        "services",
        "ssl/certs",
        "ssl/cert.pem",
        "ssl/openssl.cnf",
    ),
    "timezone",
)
"""Of /etc: what programs need to run, none of what they are configured with."""
NETWORK = ("resolv.conf",)
"""The same, for those that may use the network."""
PARTS = ("pyvenv.cfg", "bin", "lib", "lib64", "libexec", "include", "share")
"""Of an installation that lies where private things lie too."""

Homes = tuple[Path, ...]

ASK = """
import json, sys
found = [sys.executable, sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, *sys.path]
for name, module in list(sys.modules.items()):
    if name.startswith("__editable__"):
        found += [path for path in getattr(module, "MAPPING", {}).values()]
        found += [path for paths in getattr(module, "NAMESPACES", {}).values() for path in paths]
print(json.dumps([str(path) for path in found]))
"""


def etc(network: bool) -> Iterator[Path]:
    """The files and folders of /etc that are shown."""
    for name in (*SETTINGS, *(NETWORK if network else ())):
        path = Path("/etc", name)
        if path.exists():
            yield path


def system() -> Iterator[Path]:
    for name in SYSTEM:
        if os.path.lexists(name):
            yield Path(name)


def homes() -> Homes:
    """The user's own folders: as the environment has it, and as the system does."""
    found = set()
    with suppress(RuntimeError):  # a user without a name and without HOME, as containers have them
        found.add(Path.home())
    with suppress(KeyError):
        found.add(Path(pwd.getpwuid(os.getuid()).pw_dir))
    return tuple(sorted(found - {Path("/"), Path("/nonexistent")}))


@lru_cache(maxsize=64)
def of_python(interpreter: str, homes: Homes) -> tuple[Path, ...]:
    """Where a Python and what it imports lie, by its own word; nothing when it cannot be started."""
    try:
        environment = {"PATH": os.defpath, "HOME": "/"}
        command = [interpreter, "-I", "-c", ASK]
        asked = subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, timeout=30, check=True)
        told: list[str] = json.loads(asked.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return ()
    executable, prefixes, imported = told[0], told[1:5], told[5:]
    found = [*_at(executable, homes), *_at(shutil.which(interpreter) or executable, homes)]
    for prefix in prefixes:
        found += _installation(Path(prefix), homes)
    for path in map(Path, imported):
        if path.is_absolute() and path.exists():
            found += [path] if not _private(path, homes) else _importable(path)
    return outermost(_both(found, homes))


def of_program(name: str, environment: Mapping[str, str], homes: Homes, seen: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Where a program lies, with the links that lead there, what it is installed with, and what runs it if it is a script."""
    place = shutil.which(name, path=environment.get("PATH") or os.defpath)
    if place is None or name in seen:
        return ()
    found = [*_at(place, homes)]
    for runs in (place, *interpreters(Path(place))):
        if os.path.basename(runs).startswith("python"):
            found += of_python(shutil.which(runs, path=environment.get("PATH") or os.defpath) or runs, homes)
        if runs != place:
            found += of_program(runs, environment, homes, (*seen, name))
    return outermost(_both(found, homes))


def interpreters(path: Path) -> tuple[str, ...]:
    """The programs that the first line of a script names."""
    try:
        with path.open("rb") as file:
            line = file.readline(256)
    except OSError:
        return ()
    words = line.decode("utf-8", "replace").removeprefix("#!").split() if line.startswith(b"#!") else []
    if words and os.path.basename(words[0]) == "env":
        return tuple(word for word in (words[0], *[word for word in words[1:] if not word.startswith("-") and "=" not in word][:1]))
    return tuple(words[:1])


def outermost(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Without what is part of the system, or lies in another of them."""
    kept: list[Path] = []
    for path in sorted(set(paths), key=lambda path: len(path.parts)):
        if not any(within(path, other) for other in (*map(Path, SYSTEM), *kept)):
            kept.append(path)
    return tuple(kept)


def within(path: Path, folder: Path) -> bool:
    """Whether a path is a folder, or lies below it."""
    return f"{path}/".startswith(f"{folder}/") or str(folder) == "/"


def _at(place: str, homes: Homes) -> Iterator[Path]:
    """A program, each link that leads to it, and what it is installed with."""
    path = Path(os.path.abspath(place))
    for _ in range(40):
        yield path
        yield from _around(path, homes)
        if not path.is_symlink():
            break
        path = Path(os.path.normpath(path.parent / path.readlink()))
    yield from _around(Path(os.path.realpath(place)), homes)


def _around(program: Path, homes: Homes) -> Iterator[Path]:
    """What a program is installed with: the folder above its `bin`, unless that is a place where people keep other things too."""
    if program.parent.name in ("bin", "sbin", "Scripts"):
        yield from _installation(program.parent.parent, homes)


def _installation(prefix: Path, homes: Homes) -> Iterator[Path]:
    """A folder that something was installed into; of one that holds private things too only the parts that are of it."""
    if not prefix.is_dir() or any(within(prefix, Path(other)) for other in SYSTEM):
        return
    if not _private(prefix, homes) and (prefix.parent not in homes or (prefix / "pyvenv.cfg").is_file()):
        yield prefix
        return
    inside = {*PARTS} - ({"share", "bin"} if not (prefix / "pyvenv.cfg").is_file() else set())
    yield from (prefix / name for name in sorted(inside) if (prefix / name).exists())


def _private(folder: Path, homes: Homes) -> bool:
    """Whether a folder holds the user's own things: it is their home, or above it, or a repository."""
    return any(within(home, folder) for home in homes) or folder == Path("/") or (folder / ".git").exists()


def _importable(folder: Path) -> Iterator[Path]:
    """Of a folder that holds private things too, the modules and packages."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if (entry.is_file() and entry.name.endswith((".py", ".so"))) or _is_package(entry):
                    yield Path(entry.path)
    except OSError:
        return


def _is_package(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir() and entry.name.isidentifier() and os.path.isfile(os.path.join(entry.path, "__init__.py"))


def _both(paths: Iterable[Path], homes: Homes) -> Iterator[Path]:
    """Each path as it is named and as it really is, for links inside must lead somewhere; none that leads to something private."""
    for path in paths:
        real = Path(os.path.realpath(path))
        if real.exists() and not (real.is_dir() and _private(real, homes)):
            yield path
            yield real
