"""The shadow repository: Refinery's own bare repository over the user's objects, where commits are built."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refinery.domain import Commit
from refinery.errors import RepositoryError
from refinery.repo.environment import Git, disk_failure, encode
from refinery.repo.identity import Identity, signed
from refinery.repo.objects import Header, TreeEntry, header, listing
from refinery.repo.paths import Paths
from refinery.repo.repository import Repository

_CONFIG = """\
[core]
\trepositoryformatversion = {version}
\tbare = true
\tfilemode = true
\tsymlinks = true
\tignorecase = false
\tprecomposeunicode = false
\tprotectHFS = true
\tprotectNTFS = true
\tautocrlf = false
\tlooseCompression = 1
[gc]
\tauto = 0
"""
_ATTRIBUTES = "* -text !eol !crlf !ident !filter !diff !merge !working-tree-encoding\n"
"""Nothing that the user's .gitattributes ask for happens to bytes on their way into a folder."""

_REMEMBERED = 16
"""Trees kept in memory; a search works on one or two bases."""


@dataclass(frozen=True, slots=True)
class Base:
    """What every commit on the same parent shares."""

    id: str
    header: Header
    entries: Mapping[str, TreeEntry]
    paths: Paths
    index: Path
    """An index of the base's tree; copied, never written."""


class Shadow:
    """Builds commits where no setting, hook or filter of the user's can reach."""

    def __init__(self, repository: Repository) -> None:
        self.folder = repository.state / "shadow"
        self.scratch = self.folder / "scratch"
        self._lock = threading.Lock()
        self._bases: OrderedDict[str, Base] = OrderedDict()
        self._deltas: dict[str, tuple[str, Mapping[str, TreeEntry | None]]] = {}
        try:
            _lay_out(repository, self.folder)
        except OSError as error:
            raise disk_failure(error, "making the shadow repository") from error
        self.git = Git(self.folder, {"GIT_DIR": str(self.folder)})

    def base(self, commit: str) -> Base:
        """A commit to build on."""
        with self._lock:
            known = self._bases.get(commit)
            if known is None:
                known = self._bases[commit] = self._load(commit)
                while len(self._bases) > _REMEMBERED:
                    self._bases.popitem(last=False)
            self._bases.move_to_end(commit)
        return known

    def entries(self, commit: str) -> Mapping[str, TreeEntry]:
        """The files of any commit; those built here are known without asking git."""
        with self._lock:
            delta = self._deltas.get(commit)
        if delta is None:
            with self._lock:
                known = self._bases.get(commit)
            return known.entries if known else listing(self.git, commit)
        found = dict(self.base(delta[0]).entries)
        for path, entry in delta[1].items():
            if entry is None:
                found.pop(path, None)
            else:
                found[path] = entry
        return found

    def write_blobs(self, contents: list[bytes]) -> list[str]:
        """Store contents as they are, and return their ids in order."""
        if not contents:
            return []
        with self.workspace() as folder:
            names = []
            for place, content in enumerate(contents):
                names.append(folder / str(place))
                names[-1].write_bytes(content)
            given = "".join(f"{name}\n" for name in names)
            if "\n" in str(folder):  # one by one, where the folder's own name would break the list
                return [self.git.line("hash-object", "-w", "--stdin", given=content) for content in contents]
            return self.git.line("hash-object", "-w", "--no-filters", "--stdin-paths", given=encode(given)).split("\n")

    def build(
        self, base: str, entries: Mapping[str, TreeEntry | None], message: str, author: Identity, committer: Identity | None = None
    ) -> Commit:
        """The commit that puts these entries (None deletes) on the base. The same arguments give the same id."""
        if "\0" in message or not message.strip():
            raise RepositoryError("a commit needs a message without NUL characters", hint="compose it with `message.compose`")
        on = self.base(base)
        with self.workspace() as folder:
            index = folder / "index"
            shutil.copyfile(on.index, index)
            git = self.git.at(GIT_INDEX_FILE=str(index))
            zero = "0" * len(base)
            removed = [b"0 %s\t%s\0" % (zero.encode(), encode(path)) for path, entry in entries.items() if entry is None]
            put = [f"{entry.mode} {entry.blob}\t".encode() + encode(path) + b"\0" for path, entry in entries.items() if entry is not None]
            git.run("update-index", "-z", "--index-info", given=b"".join((*removed, *put)))
            tree = git.line("write-tree", "--missing-ok")
        if tree == on.header.tree:
            raise RepositoryError("the change changes nothing", hint="propose an edit that differs from what is there")
        text = encode(message if message.endswith("\n") else message + "\n").decode("utf-8", "replace").encode()
        commit = self.git.at(**signed(author, on.header.date, committer)).line("commit-tree", tree, "-p", base, "-F", "-", given=text)
        with self._lock:
            self._deltas[commit] = base, dict(entries)
        written = text.decode()
        return Commit(commit, tree, base, written.split("\n", 1)[0], written)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder for temporary files, gone afterwards."""
        try:
            folder = Path(tempfile.mkdtemp(dir=self.scratch))
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            raise disk_failure(error, "writing a temporary file") from error

    def _load(self, commit: str) -> Base:
        index = self.folder / "bases" / commit
        if not index.exists():
            with self.workspace() as folder:
                self.git.at(GIT_INDEX_FILE=str(folder / "index")).run("read-tree", commit)
                os.replace(folder / "index", index)
        entries = listing(self.git, commit)
        return Base(commit, header(self.git, commit), entries, Paths(entries), index)


def leftovers(state: Path) -> Iterator[Path]:
    """Files that a killed run did not come to rename or remove, in the shadow and in the working folders. Only while nobody is at work."""
    for pattern in ("shadow/*.lock", "shadow/refs/**/*.lock", "folders/*/index.lock"):
        yield from state.glob(pattern)
    for folder in (*state.glob("shadow"), *state.glob("shadow/objects"), *state.glob("shadow/objects/*")):
        with os.scandir(folder) as found:  # thousands of objects, and a glob would make a Path of each
            yield from (folder / entry.name for entry in found if entry.name.startswith("tmp") and entry.is_file(follow_symlinks=False))


def _lay_out(repository: Repository, folder: Path) -> None:
    if not (folder / "HEAD").exists():
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix="shadow-"))
        for name in ("objects/info", "objects/pack", "refs/heads", "info", "bases", "scratch"):
            (fresh / name).mkdir(parents=True)
        sha1 = repository.format == "sha1"
        config = _CONFIG.format(version=0 if sha1 else 1) + ("" if sha1 else f"[extensions]\n\tobjectformat = {repository.format}\n")
        (fresh / "config").write_text(config, encoding="utf-8")
        (fresh / "info" / "attributes").write_text(_ATTRIBUTES, encoding="utf-8")
        (fresh / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
        try:
            fresh.rename(folder)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not (folder / "HEAD").exists():  # otherwise another process was faster
                raise
    objects = repository.common / "objects"
    inside = folder.is_relative_to(repository.common)  # then a relative path lives on when the repository is moved
    _keep_equal(
        folder / "objects" / "info" / "alternates", _quoted(os.path.relpath(objects, folder / "objects") if inside else str(objects))
    )
    shallow = repository.common / "shallow"
    if shallow.exists():
        _keep_equal(folder / "shallow", shallow.read_bytes())
    else:
        (folder / "shallow").unlink(missing_ok=True)


def _keep_equal(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(name, path)


def _quoted(path: str) -> bytes:
    raw = os.fsencode(path)
    if b"\n" in raw or raw.startswith((b'"', b"#")):
        raw = b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
    return raw + b"\n"
