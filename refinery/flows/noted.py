"""The evidence of a fix as it is read back: a stranger's text until its hashes say otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from refinery.flows.claim import EVIDENCE, digest
from refinery.flows.version import Version
from refinery.repo.objects import blobs, listing
from refinery.repo.publish import NOTES
from refinery.repo.repository import Repository

MOST_TRIALS = 1000
"""As many as refinery.toml may ask for; a note does not make anybody run more."""


class Gate(BaseModel):
    """What the gate said."""

    decision: str
    effect: float | None
    interval: tuple[float, float] | None
    trials: int
    alpha: float


class Quoted(BaseModel):
    """Words of a trace."""

    span_id: str
    quote: str


class Diagnosed(BaseModel):
    """What the fix says went wrong."""

    trace: str
    says: str
    quotes: list[Quoted]


class Approved(BaseModel):
    """Who let a change through."""

    change: str
    said: str
    by: str
    at: str
    findings: list[str]


class Cost(BaseModel):
    """What the gate used."""

    runs: int
    tokens: int
    usd: float | None


class Thresholds(BaseModel):
    """What was asked for."""

    alpha: float
    trials: int = Field(ge=1, le=MOST_TRIALS)
    scenarios: list[str]
    judge: list[str]


class Stated(BaseModel):
    """A claim (see `claim.claim_of`)."""

    base: str
    tree: str
    change: str
    fix: str
    scenarios: list[str]
    gate: Gate
    diagnosis: Diagnosed | None
    origin: str
    model: str | None
    cost: Cost
    approval: Approved | None
    agent: dict[str, Any]
    thresholds: Thresholds
    sealed: list[dict[str, str]]
    refinery: str


class Seal(BaseModel):
    """Which commit the evidence is about, and hashes of it."""

    commit: str
    tree: str
    base: str
    claim: str
    note: str


class Told(BaseModel):
    """A step of the report."""

    commit: str | None
    gate: Gate | None


class Note(BaseModel):
    """All of it."""

    claim: Stated
    seal: Seal
    steps: list[Told]
    targets: list[str]
    raw: dict[str, Any]

    @property
    def whole(self) -> bool:
        """Whether every part of the note is as it was sealed."""
        seal = {key: value for key, value in self.raw["seal"].items() if key != "note"}
        return digest({**self.raw, "seal": seal}) == self.seal.note and digest(self.raw["claim"]) == self.seal.claim

    @property
    def at_one(self) -> bool:
        """Whether the report, the seal and the claim tell the same."""
        told = [step.gate for step in self.steps if step.commit == self.seal.commit]
        return told == [self.claim.gate] and (self.seal.base, self.seal.tree) == (self.claim.base, self.claim.tree)

    def made_with(self, version: Version) -> bool:
        """Whether the commit names this very claim."""
        return version.trailers.get(EVIDENCE) == (f"sha256:{digest(self.raw['claim'])}",)


class Unsealed(ValueError):
    """The note is of a version that did not seal its evidence."""


def read(text: str) -> Note:
    """A note understood. Raises ValueError when it is none of ours, and Unsealed when it is an old one."""
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("it is not an object")
    if "claim" not in raw and "seal" not in raw:
        raise Unsealed("it holds neither a claim nor a seal")
    try:
        return Note.model_validate({**raw, "raw": raw})
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].lower()}") from error


def found_elsewhere(version: Version, repository: Repository) -> str | None:
    """The evidence of a commit that was rewritten: the note that it names by its hash, else one about the same tree on the same base."""
    wanted = version.trailers.get(EVIDENCE, ())
    near: str | None = None
    for text in notes(repository):
        try:
            note = read(text)
        except ValueError:
            continue
        if f"sha256:{note.seal.claim}" in wanted:
            return text
        if (note.seal.tree, note.seal.base) == (version.tree, version.base):
            near = text
    return near


def notes(repository: Repository) -> Iterator[str]:
    """Every note, as text."""
    git = repository.git
    if git.ask("rev-parse", "--verify", "--quiet", NOTES).status:
        return
    texts: Mapping[str, bytes] = blobs(git, (entry.blob for entry in listing(git, NOTES).values()))
    for text in texts.values():
        yield text.decode("utf-8", "surrogateescape")
