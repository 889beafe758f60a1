"""Answers of a model kept in files, one per request, so that a conversation can be had again without the model, or without paying twice.

A file is named by the model and the content of the request and holds both sides as readable JSON. What a prompt contains,
the recording contains: it is to be handled like the traces and sources it was made from.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from refinery.domain import BillItem
from refinery.errors import OutsideError, RefineryError
from refinery.events import Event, Say, silent
from refinery.llm.port import LLM, Reply, Request, Stop, ToolUse


class NotRecorded(RefineryError):
    """There is no recording of this request."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Recorded:
    """Asks the model once per request and keeps the answer. A kept answer costs nothing, and is no independent trial."""

    llm: LLM
    folder: Path

    @property
    def model(self) -> str:
        return self.llm.model

    def complete(self, request: Request) -> Reply:
        """The kept answer, or a new one that is kept."""
        path = _path(self.folder, self.model, request)
        kept = _read(path)
        if kept is not None:
            return kept
        reply = self.llm.complete(request)
        _write(path, self.model, request, reply)
        return reply


@dataclass(frozen=True, slots=True)
class Remembered:
    """Asks the model once per request for as long as an answer stays fresh, so that a run that was ended is taken up without paying twice.

    Only whole answers are kept: one that was cut, or a refusal, is asked for again. Not for judges, whose verdicts have to be independent.
    It is a help and no more: what cannot be kept or read is said, and the run goes on with what the model answers.
    """

    llm: LLM
    folder: Path
    now: Callable[[], float] = time.time
    fresh_s: float = 7 * 24 * 3600.0
    say: Say = silent

    @property
    def model(self) -> str:
        return self.llm.model

    def complete(self, request: Request) -> Reply:
        """The kept answer while it is fresh, or a new one."""
        path = _path(self.folder, self.model, request)
        kept = self._kept(path)
        if kept is not None:
            self.say(Event(request.purpose or "model", "this was asked before: the answer is at hand, and costs nothing"))
            return kept
        reply = self.llm.complete(request)
        if reply.stop in (Stop.END, Stop.TOOLS):
            self._keep(path, request, reply)
        return reply

    def _kept(self, path: Path) -> Reply | None:
        try:
            return _read(path) if self._fresh(path) else None
        except OutsideError as error:
            self.say(Event("model", f"{error}; it is asked for again"))
            return None

    def _keep(self, path: Path, request: Request, reply: Reply) -> None:
        try:
            _write(path, self.model, request, reply)
            self._sweep()
        except OutsideError as error:  # the answer is paid for and here
            self.say(Event("model", f"{error}; the run goes on, but would have to ask again after a kill"))

    def _fresh(self, path: Path) -> bool:
        try:
            return self.now() - path.stat().st_mtime < self.fresh_s
        except OSError:
            return False

    def _sweep(self) -> None:
        for path in self.folder.glob("*"):  # also what a killed run had half written
            if not self._fresh(path):
                with contextlib.suppress(OSError):
                    path.unlink()


@dataclass(frozen=True, slots=True)
class Replayed:
    """Answers from recordings alone."""

    model: str
    folder: Path

    def complete(self, request: Request) -> Reply:
        """The kept answer; raises NotRecorded when this very request was never recorded."""
        path = _path(self.folder, self.model, request)
        kept = _read(path)
        if kept is None:
            raise NotRecorded(
                f"there is no recording of this request ({request.purpose or 'no purpose given'}): {path.name} is not in {self.folder}",
                hint="record it again: a recording holds only for the same model and, to the letter, the same prompt",
            )
        return kept


def _path(folder: Path, model: str, request: Request) -> Path:
    return folder / f"{hashlib.sha256(f'{model} {request.digest}'.encode()).hexdigest()[:32]}.json"


def _write(path: Path, model: str, request: Request, reply: Reply) -> None:
    text = json.dumps({"model": model, "request": asdict(request), "reply": asdict(reply)}, indent=1, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.part")
        part.write_text(text, "utf-8", "surrogatepass")
        part.replace(path)
    except OSError as error:
        raise OutsideError(
            f"the recording {path} cannot be written: {error.strerror}", hint="make room, or choose another folder"
        ) from error


def _read(path: Path) -> Reply | None:
    try:
        text = path.read_text("utf-8", "surrogatepass")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    try:
        data: dict[str, Any] = json.loads(text)["reply"]
        paid = BillItem(**data["usage"])
        usage = BillItem(paid.step, earlier_tokens=paid.input_tokens + paid.output_tokens, earlier_usd=paid.usd)
        calls = tuple(ToolUse(**call) for call in data["tool_calls"])
        return Reply(data["text"], calls, Stop(data["stop"]), usage, data["verbatim"])
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> OutsideError:
    return OutsideError(f"the recording {path} cannot be read: {error}", hint="delete the file; it is recorded again")
