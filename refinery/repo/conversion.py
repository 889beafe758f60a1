"""The bytes a file has in the user's work tree, where only line ends differ; made by git, where no program of the user's can run."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from refinery.repo.environment import Git, decode, encode
from refinery.repo.repository import Repository
from refinery.repo.shadow import Shadow

_LINE_ENDS = ("text", "eol", "crlf")
_OTHERS = ("filter", "ident", "working-tree-encoding")
_UNSAID = "unspecified"
_OFF = (_UNSAID, "unset")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What happens to the line ends of one path between git and the work tree."""

    shadow: Shadow
    attributes: str
    """As in a .gitattributes file."""
    settings: Mapping[str, str]
    objection: str = ""
    """Why the bytes cannot be made here; empty when they can."""

    @property
    def plain(self) -> bool:
        """Whether the work tree has the bytes that git has."""
        return not self.attributes and self.settings.get("core.autocrlf", "false") in ("false", "no", "off", "0")

    def checked_out(self, blob: str) -> bytes:
        """What a checkout writes."""
        if self.plain:
            return self.shadow.git.run("cat-file", "blob", blob)
        with self._room() as git:
            return git.run("cat-file", "--filters", "--path=file", blob)

    def same(self, content: bytes, blob: str) -> bool:
        """Whether git would call a file with this content unchanged."""
        if content == self.checked_out(blob):
            return True
        with self._room() as git:
            return git.line("hash-object", "--stdin", "--path=file", given=content) == blob

    @contextmanager
    def _room(self) -> Iterator[Git]:
        """A bare repository with nothing in it but the line-end rules of this path."""
        with self.shadow.workspace() as folder:
            for name in ("objects", "refs", "info"):
                (folder / name).mkdir()
            (folder / "HEAD").write_text("ref: refs/heads/none\n", encoding="ascii")
            (folder / "info" / "attributes").write_text(f"* {self.attributes}\n", encoding="utf-8")
            shutil.copyfile(self.shadow.folder / "config", folder / "config")
            objects = str(self.shadow.folder / "objects")
            yield Git(folder, {"GIT_DIR": str(folder), "GIT_OBJECT_DIRECTORY": objects}).ruled((), self.settings)


def conversions(repository: Repository, shadow: Shadow, paths: Iterable[str]) -> dict[str, Conversion]:
    """What the user's attributes and settings say of each path. What would run a program, or change more than line ends, is objected to."""
    configured = repository.git.configured()
    settings: dict[str, str] = {name: configured[name] for name in ("core.autocrlf", "core.eol") if name in configured}
    git = repository.git.asking_the_user().ruled(("core.attributesFile",))
    given = b"".join(encode(path) + b"\0" for path in paths)
    out = [decode(each) for each in git.run("check-attr", "-z", "--stdin", *_LINE_ENDS, *_OTHERS, given=given).split(b"\0")[:-1]]
    said: dict[str, dict[str, str]] = {}
    for place in range(0, len(out), 3):
        said.setdefault(out[place], {})[out[place + 1]] = out[place + 2]
    return {
        path: Conversion(shadow, _written({name: of[name] for name in _LINE_ENDS}), settings, _objection(of, configured))
        for path, of in said.items()
    }


def _written(said: Mapping[str, str]) -> str:
    forms = {"set": "{0}", "unset": "-{0}"}
    return " ".join(forms.get(value, "{0}={1}").format(name, value) for name, value in said.items() if value != _UNSAID)


def _objection(said: Mapping[str, str], configured: Mapping[str, str]) -> str:
    if said["filter"] not in _OFF and any(name.startswith(f"filter.{said['filter']}.") for name in configured):
        return f"your checkout passes it through the filter “{said['filter']}”, which is a program of yours"
    if said["working-tree-encoding"] not in _OFF:
        return f"your checkout has it in another encoding ({said['working-tree-encoding']})"
    return "your checkout expands $Id$ in it" if said["ident"] not in _OFF else ""
