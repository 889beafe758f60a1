"""Guides on prompts and agents, found by question: the ones that come with Refinery, and the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.index import Index
from knowledge.markdown import parse, prefix
from knowledge.passage import Passage

LARGEST = 5_000_000
"""Bytes of a guide; more than that is no text for people."""
SUFFIXES = (".md", ".markdown", ".mdx")
TELLING = 9.0
"""A keyword score below which a passage is more likely noise. On the benchmark's questions nearly nine of ten passages that answer are
above it, and half of the others that a search brings along are below; `expected 42; the answer is 41` finds none."""
LIBRARY = "library/"
"""What the origins of everything that comes with Refinery begin with."""
PATTERNS = f"{LIBRARY}patterns"


@dataclass(frozen=True, slots=True)
class Listed:
    """A guide in a list."""

    title: str
    origin: str
    passages: int
    own: bool
    """Added by the user."""


@dataclass(frozen=True, slots=True)
class Guides:
    """A shelf of guides in one index, so that the user's and the library's passages are ranked by one measure."""

    index: Index

    def add(self, path: Path) -> int:
        """Put in a Markdown file, or every one in a folder; how many passages are new or changed (0 when nothing is).

        Adding again replaces: passages that are gone from a file are gone from the index.
        """
        files = list(_files(path))
        read = [(file, _read(file)) for file in files]
        known = {passage.id: passage for passage in self.index.passages()}
        fresh: list[Passage] = []
        gone: list[str] = []
        for file, text in read:
            origin = str(file.resolve())
            passages = parse(text, origin).passages
            fresh += [passage for passage in passages if known.get(passage.id) != passage]
            gone += known.keys() - {passage.id for passage in passages} & _of(origin, known)
        self.index.delete(gone)
        self.index.upsert(fresh)
        return len(fresh)

    def search(self, query: str, limit: int = 5) -> tuple[Passage, ...]:
        """The passages that answer the question best, best first."""
        if not query.strip() or limit < 1:
            return ()
        return self.index.query(query, limit)

    def advise(self, symptom: str, limit: int = 3) -> tuple[Passage, ...]:
        """What speaks of a symptom, for somebody who did not ask: nothing, where nothing shares more with it than common words."""
        return self.index.query(symptom, limit, TELLING) if symptom.strip() else ()

    def list(self) -> tuple[Listed, ...]:
        """Every guide with the number of its passages, the user's own last."""
        counts: dict[tuple[bool, str, str], int] = {}
        for passage in self.index.passages():
            origin, _, _ = passage.origin.partition(", ")
            guide = not shipped(passage), passage.title.partition(" > ")[0] if origin != PATTERNS else "Failure patterns", origin
            counts[guide] = counts.get(guide, 0) + 1
        return tuple(Listed(title, origin, passages, own) for (own, title, origin), passages in sorted(counts.items()))


def shipped(passage: Passage) -> bool:
    """Whether it came with Refinery; the user's own have absolute paths for origins."""
    return passage.origin.startswith(LIBRARY)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file() and not _hidden(file, path))
        if not found:
            raise KnowledgeError(f"there is no Markdown file in {path}", hint=f"guides are files ending in {', '.join(SUFFIXES)}")
        yield from found
    elif path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise KnowledgeError(f"{path} is not a Markdown file", hint=f"guides are files ending in {', '.join(SUFFIXES)}")
        yield path
    else:
        raise KnowledgeError(f"there is no file or folder {path}", hint="give the path of a Markdown file, or of a folder with some")


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise KnowledgeError(f"{file} is larger than {LARGEST // 1_000_000} MB", hint="cut it into guides that a person would read")
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"{file} is not UTF-8 text (byte {error.start})", hint="save it as UTF-8") from error
    except OSError as error:
        raise KnowledgeError(f"{file} cannot be read: {error.strerror}", hint="check the path and its permissions") from error


def _of(origin: str, known: dict[str, Passage]) -> set[str]:
    return {id for id in known if id.startswith(prefix(origin))}
