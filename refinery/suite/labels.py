"""Answers that people have judged, read from a table: what was asked, what was answered, the rubric, and their verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.trace import Json
from refinery.domain import Scenario
from refinery.errors import UsageError
from refinery.suite.imports.files import parsed
from refinery.suite.notation import nearest
from refinery.suite.outcome import NotJson, compact, parse

FORMS = "CSV, JSON lines or a JSON list, with the columns `answer`, `rubric` and `verdict`, and `input` or `scenario`"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scenario": ("scenario", "scenario_id", "id"),
    "input": ("input", "question", "asked", "text", "prompt"),
    "answer": ("answer", "output", "response"),
    "rubric": ("rubric", "criterion", "criteria"),
    "verdict": ("verdict", "human", "human_verdict", "label", "passed"),
}
"""What a column may be called."""
PASS = ("pass", "passed", "true", "yes", "1", "good", "correct", "y")
FAIL = ("fail", "failed", "false", "no", "0", "bad", "incorrect", "wrong", "n")


@dataclass(frozen=True, slots=True)
class Label:
    """One answer and what a person says of it."""

    rubric: str
    asked: Json
    answer: str
    passed: bool
    row: int
    """In the file, from 1."""


def read_labels(path: Path, scenarios: Sequence[Scenario] = ()) -> tuple[Label, ...]:
    """The labels of a file. A row that names a scenario may leave its input and rubric to that. Raises UsageError, naming the row."""
    rows = parsed(path, FORMS)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{path} holds no labels", hint=f"it should be {FORMS}")
    known = {scenario.id: scenario for scenario in scenarios}
    return tuple(_label(f"{path}: row {number}", row, known, number) for number, row in enumerate(rows, 1) if isinstance(row, dict))


def _label(where: str, row: Mapping[str, Json], known: Mapping[str, Scenario], number: int) -> Label:
    given = {what: _column(row, names) for what, names in COLUMNS.items()}
    scenario = _scenario(where, given["scenario"], given["rubric"], known)
    answer = given["answer"]
    if answer is None:
        raise UsageError(f"{where} has no answer", hint=f"a label has a column {' or '.join(COLUMNS['answer'])}")
    return Label(
        rubric=_rubric(where, given["rubric"], scenario),
        asked=_asked(given["input"], scenario),
        answer=answer if isinstance(answer, str) else compact(answer),
        passed=_verdict(where, given["verdict"]),
        row=number,
    )


def _column(row: Mapping[str, Json], names: Sequence[str]) -> Json:
    by_name = {name.strip().lower(): value for name, value in row.items()}
    return next((by_name[name] for name in names if by_name.get(name) not in (None, "")), None)


def _scenario(where: str, name: Json, rubric: Json, known: Mapping[str, Scenario]) -> Scenario | None:
    """The scenario that a row names. Where the row says everything itself, any name will do."""
    if name is None or (rubric is not None and str(name) not in known):
        return None
    if str(name) not in known:
        hint = nearest(str(name), tuple(known)) if known else "the commit holds no scenarios; give every row a rubric of its own"
        raise UsageError(f"{where}: no scenario is called {name}", hint=hint)
    return known[str(name)]


def _rubric(where: str, rubric: Json, scenario: Scenario | None) -> str:
    if isinstance(rubric, str) and rubric.strip():
        return rubric
    own = [str(each.value) for each in scenario.expect if each.kind == "llm-rubric"] if scenario else []
    if len(own) == 1:
        return own[0]
    if own and scenario:
        raise UsageError(f"{where}: {scenario.id} has {len(own)} rubrics", hint="say in a column `rubric` which one was judged")
    raise UsageError(f"{where} has no rubric", hint="name it in a column `rubric`, or name a scenario that has one")


def _asked(given: Json, scenario: Scenario | None) -> Json:
    if given is None:
        return scenario.input if scenario else ""
    if isinstance(given, str):
        try:
            return parse(given)
        except NotJson:
            return given
    return given


def _verdict(where: str, value: Json) -> bool:
    word = str(value).strip().lower()
    if word in PASS or word in FAIL:
        return word in PASS
    says = "has no verdict" if value is None else f"has the verdict {value!r}, which is neither pass nor fail"
    raise UsageError(f"{where} {says}", hint="write `pass` or `fail`; also true and false, yes and no, 1 and 0")
