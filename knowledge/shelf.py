"""The shelf in a folder: one index of the library, put in at first use and again when it changes, and of the user's own guides."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from importlib import resources
from pathlib import Path

from knowledge.chroma import Chroma
from knowledge.embedding import Embedding, learnt
from knowledge.errors import KnowledgeError
from knowledge.guides import LIBRARY, Guides, shipped
from knowledge.index import Fused, Index
from knowledge.keywords import Keywords
from knowledge.markdown import parse
from knowledge.meanings import listed
from knowledge.passage import Passage
from knowledge.patterns import as_passage, load_patterns

FORMAT = "4"
"""Goes into the version of a built index; raise it when the embedding or the way of cutting changes."""
TRUST = 5.0
"""The keyword search knows titles and what people ask apart from the text, the embedding does not: its ranks weigh five times."""


def open_guides(folder: Path, embed: Embedding | None = None) -> Guides:
    """The guides that come with Refinery and the user's own, with their index in `folder`.

    Another embedding needs another folder: vectors of two kinds do not compare.
    """
    library = library_passages()
    embed = embed or learnt([f"{passage.title} {passage.searched}" for passage in library])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        index = Fused(Keywords(folder / "keywords.sqlite"), Chroma(folder / "chroma", f"guides-{FORMAT}", embed), TRUST)
        _bring_up_to_date(index, library, folder / "library.version")
    except OSError as error:
        raise KnowledgeError(
            f"the guides' index cannot be kept in {folder}: {error.strerror}", hint="make room, or name another folder by REFINERY_HOME"
        ) from error
    return Guides(index)


def library_passages() -> tuple[Passage, ...]:
    """Every passage that comes with Refinery: guides, and failure patterns."""
    folder = resources.files("knowledge").joinpath("library/guides")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".md")), key=lambda file: file.name)
    guides = [parse(file.read_text("utf-8"), f"{LIBRARY}{file.name}") for file in files]
    found = (*(passage for guide in guides for passage in guide.passages), *map(as_passage, load_patterns()))
    return tuple(_asked(found, resources.files("knowledge").joinpath("library/asked.txt").read_text("utf-8")))


def called(passage: Passage) -> str:
    """The end of a title, by which a passage of the library is known."""
    return passage.title.rpartition(" > ")[2].removeprefix("Failure pattern: ")


def _asked(passages: Iterable[Passage], text: str) -> Iterator[Passage]:
    """The passages with the words they are asked for by and, from the indented lines below those, the questions they answer."""
    asked: dict[str, str] = {}
    questions: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith(" "):
            questions.setdefault(name, []).append(line.strip())
        elif " = " in line and not line.startswith("#"):
            name, _, asked[name] = line.partition(" = ")
    for passage in passages:
        name = called(passage)
        yield replace(passage, asked=asked.get(name, ""), questions="\n".join(questions.get(name, ())))


def _bring_up_to_date(index: Index, library: tuple[Passage, ...], mark: Path) -> None:
    """Puts these very passages into the index. The mark is written last, so that what was cut off is done again."""
    version = sha256("\0".join((FORMAT, listed(), *(f"{p.id}\0{p.title}\0{p.searched}\0{p.origin}" for p in library))).encode()).hexdigest()
    if _text(mark) == version:
        return
    with _locked(mark.with_suffix(".lock")):
        if _text(mark) == version:  # another process was quicker
            return
        there = index.passages()
        index.delete([passage.id for passage in there if shipped(passage)])
        index.upsert([*library, *(passage for passage in there if not shipped(passage))])
        part = mark.with_suffix(".part")
        part.write_text(version, "utf-8")
        part.replace(mark)


def _text(mark: Path) -> str:
    try:
        return mark.read_text("utf-8")
    except FileNotFoundError:
        return ""


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among all processes; the lock goes with the process that holds it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
