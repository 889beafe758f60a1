"""Finds policy documents by the words of a question."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from billing_agent import telemetry
from billing_agent.config import Retrieval

ROOT = Path(__file__).resolve().parent.parent
WORD = re.compile(r"[a-z]{2,}")
STOP = frozenset(
    "an and any are as at be by can could do does for from get give happens has have how if in is it its may me much must my of on "
    "or our please tell that the their there they this to us was we what when where which who why will with would you your".split()
)


@dataclass(frozen=True)
class Document:
    """One version of one policy."""

    id: str
    title: str
    topic: str
    effective: str
    """The day it came into force; several versions of a policy may be on file."""
    text: str

    @property
    def summary(self) -> str:
        """Its first paragraph, which our writers keep self-contained."""
        return " ".join(self.text.strip().split("\n\n")[0].split())

    @property
    def words(self) -> frozenset[str]:
        return words(f"{self.title} {self.text}")


@dataclass(frozen=True)
class Match:
    """A document with the share of the question it covers."""

    document: Document
    score: float


def search(question: str, settings: Retrieval) -> list[Document]:
    """The documents that match well enough, the one to quote first at the head."""
    with telemetry.retriever("search_policies", question) as span:
        matches = ranked(scored(question, library(settings.folder)), settings)
        span.documents([(match.document, match.score) for match in matches])
        return [match.document for match in matches]


def ranked(matches: list[Match], settings: Retrieval) -> list[Match]:
    """The best `top_k` of the matches, in the order the settings ask for."""
    enough = [match for match in matches if match.score >= settings.min_score]
    best = sorted(enough, key=lambda match: (-match.score, match.document.id))[: settings.top_k]
    if settings.rank_by == "recency":
        best.sort(key=lambda match: match.document.effective, reverse=True)
    return best


def scored(question: str, documents: tuple[Document, ...]) -> list[Match]:
    """Every document with the share of the question's words it has, rare words counting more."""
    asked = words(question)
    weights = {word: rarity(word, documents) for word in asked}
    total = sum(weights.values()) or 1.0
    return [Match(document, round(sum(weights[word] for word in asked & document.words) / total, 3)) for document in documents]


def rarity(word: str, documents: tuple[Document, ...]) -> float:
    """How telling a word is: high when few documents have it."""
    having = sum(word in document.words for document in documents)
    return math.log((1 + len(documents)) / (1 + having)) + 0.1


def words(text: str) -> frozenset[str]:
    """The telling words of a text, singular and plural alike."""
    return frozenset(stem(word) for word in WORD.findall(text.lower()) if word not in STOP)


def stem(word: str) -> str:
    """A crude stem, good enough for a few dozen documents."""
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=None)
def library(folder: str) -> tuple[Document, ...]:
    """All documents of a folder, by name."""
    return tuple(read(path) for path in sorted((ROOT / folder).glob("*.md")))


def read(path: Path) -> Document:
    """A Markdown file with front matter of plain `key: value` lines."""
    _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    about = dict(line.split(": ", 1) for line in head.strip().splitlines())
    return Document(id=path.stem, title=about["title"], topic=about["topic"], effective=about["effective"], text=text)
