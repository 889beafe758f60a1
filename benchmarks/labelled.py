"""Runs with what people say of them: Who&When, AgentRx and tau-bench as they stand in a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.files import read
from adapters.trace import Json, Trace
from refinery.signals.divergence import Wanted

CHANGES = frozenset(
    {"book_reservation", "cancel_reservation", "update_reservation_flights", "update_reservation_baggages"}
    | {"update_reservation_passengers", "send_certificate", "transfer_to_human_agents"}
)
"""The tools of tau-bench's airline that change something or end the service; all others look things up."""


KINDS = {
    "invention": ("invented", "made-up", "claimed-action", "hallucinat"),
    "misinterpretation": ("misread", "contradict", "ignored-result", "partial-result", "missed", "stale"),
    "intent": ("task-misread", "wrong-plan", "wrong-task", "wrong-search", "bad-search", "lost-in"),
    "adherence": ("wrong-argument", "unwanted-call", "missing-call", "wrong-format", "rule-ignored", "ignored-instruction", "gave-up"),
    "invalid": ("schema", "wrong-code", "wrong-tool", "invalid"),
    "underspecified": ("underspecified", "unclear-request"),
    "system": ("exception", "tool-error", "timeout", "rate-limit", "retries", "crash"),
    "guardrail": ("step-limit", "refus", "no-answer", "loop"),
}
"""A word of AgentRx's names of failures, and words of ours that mean the same."""


@dataclass(frozen=True, slots=True)
class Case:
    """One transcript with what people say of it."""

    id: str
    trace: Trace
    agent: str
    step: int
    also: frozenset[int] = frozenset()
    """All steps that are labelled as failures, where more than the first are."""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A failed run with the calls that were expected, and where it left them."""

    id: str
    trace: Trace
    wanted: tuple[Wanted, ...]
    first: int | None
    """The message with the first call that changes something and was not expected."""
    missing: tuple[str, ...]
    """Names of expected calls that were never made, when no call was wrong."""
    passing: tuple[Trace, ...]
    """Runs of the same task that passed."""


def cases(folder: Path) -> Iterator[Case]:
    """Every labelled transcript under the folder, in Who&When's form or AgentRx's."""
    for line in _lines(folder / "labels.jsonl"):
        name = str(line["id"])
        yield Case(name, _trace(folder / f"{name}.json"), str(line["mistake_agent"]), _int(line["mistake_step"]))
    for path in sorted(folder.glob("*_labels.jsonl")):
        group = path.stem.removesuffix("_labels")
        for line in _lines(path):
            file = _file(folder, str(line.get("trajectory_file", f"{group}/{line['trajectory_id']}.json")))
            failures, root = line["failures"], line["root_cause"]
            if file is None or not isinstance(failures, list) or not isinstance(root, dict):
                continue
            known = {str(one["failure_id"]): one for one in failures if isinstance(one, dict)}
            first = known.get(str(root["failure_id"]), next(iter(known.values())))
            also = frozenset(_int(one["step_number"]) - 1 for one in known.values())
            case = Case(f"{group}/{file.stem}", _trace(file), str(first["failed_agent"]), _int(first["step_number"]) - 1, also)
            yield replace(case, category=str(first["failure_category"]))


def courses(folder: Path) -> Iterator[Course]:
    """Every failed run of tau-bench under the folder. Where it diverged is counted here from the file, not from the trace."""
    for file in sorted(folder.glob("task_*.json")):
        records, traces = json.loads(file.read_text()), read(file).traces
        passing = tuple(trace for record, trace in zip(records, traces, strict=True) if record["reward"] == 1.0)
        for record, trace in zip(records, traces, strict=True):
            if record["reward"] != 1.0:
                expected = record["info"]["task"]["actions"]
                first, missing = _first(record["traj"], expected)
                wanted = tuple(Wanted(each["name"], each["kwargs"]) for each in expected)
                yield Course(f"{file.stem}/{record['trial']}", trace, wanted, first, missing, passing)


def same_kind(labelled: str, ours: str) -> bool:
    """Whether a category of ours is the kind of failure that a label names."""
    words = next((words for word, words in KINDS.items() if word in labelled.lower()), ())
    return any(word in ours for word in words)


def plain(agent: str) -> str:
    """An agent's name without case and without " (...)"."""
    return re.sub(r"\s*\(.*\)", "", agent).strip().lower()


def _first(chat: list[dict[str, Json]], expected: list[dict[str, Json]]) -> tuple[int | None, tuple[str, ...]]:
    left = [(each["name"], each["kwargs"]) for each in expected if each["name"] in CHANGES]
    for place, turn in enumerate(chat):
        broken = place + 1 < len(chat) and str(chat[place + 1]["content"]).startswith("Error")  # ids of calls are not unique there
        calls = turn.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            assert isinstance(call, dict)
            asked = call["function"]
            assert isinstance(asked, dict)
            if asked["name"] not in CHANGES or broken:
                continue
            made = (asked["name"], json.loads(str(asked["arguments"])))
            if made not in left:
                return place, ()
            left.remove(made)
    return None, tuple(str(name) for name, _ in left)


def _file(folder: Path, named: str) -> Path | None:
    """A transcript by the name its label gives; the label may name it from within a folder that is not there."""
    bare = named.replace("/dev/", "/")
    return next((path for path in (folder / bare, folder / bare.removeprefix("../")) if path.exists()), None)


def _trace(file: Path) -> Trace:
    return read(file).traces[0]


def _int(value: Json) -> int:
    return int(str(value))


def _lines(path: Path) -> list[dict[str, Json]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()] if path.exists() else []
