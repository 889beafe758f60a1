"""Which form a file of test cases has, by its name and what is in it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import cast

from adapters.trace import Json
from refinery.errors import UsageError
from refinery.suite.imports import promptfoo, table
from refinery.suite.imports.imported import Imported
from refinery.suite.notation import Notation

FORMS = "a promptfoo configuration (YAML or JSON with `tests`), CSV, JSON lines, a JSON list, or a LangSmith dataset"


def read(path: Path, check: str = "contains", answer: str = "") -> Imported:
    """The test cases of a file as scenarios. Raises UsageError when it is none of the forms, ConfigError when it cannot be parsed."""
    into = Imported(path.stem)
    found = parsed(path, FORMS)
    if isinstance(found, dict):
        found = found if "tests" in found else found.get("examples", found)
    if isinstance(found, dict) and "tests" in found:
        promptfoo.cases(found, into)
    elif isinstance(found, list) and any(isinstance(each, dict) and ("vars" in each or "assert" in each) for each in found):
        promptfoo.cases({"tests": found}, into)
    elif isinstance(found, list) and found and all(isinstance(each, dict) for each in found):
        table.cases(cast(list[table.Row], found), into, check, answer)
    else:
        raise UsageError(f"{path} holds no test cases that are understood", hint=f"it should be {FORMS}")
    return into


def parsed(path: Path, forms: str) -> Json:
    """What a file of CSV, JSON lines, JSON or YAML holds. `forms` says in a complaint what it should be."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=f"name a file that is {forms}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8 (byte {error.start})", hint="save it as UTF-8") from error
    kind = path.suffix.lower()
    return _csv(path, text) if kind == ".csv" else _lines(path, text) if kind in (".jsonl", ".ndjson") else _value(path, text)


def _csv(path: Path, text: str) -> Json:
    try:
        rows = list(csv.DictReader(io.StringIO(text), strict=True, restkey=""))
    except csv.Error as error:
        raise UsageError(f"{path} is not CSV: {error}") from error
    for number, row in enumerate(rows, 2):
        if "" in row or None in row.values():
            raise UsageError(f"{path}: row {number} has more or fewer fields than the first line names", hint="quote values with commas")
    return [dict(row) for row in rows]


def _lines(path: Path, text: str) -> Json:
    found: list[Json] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise UsageError(f"{path}:{number}: this is not JSON: {error}") from error
    return found


def _value(path: Path, text: str) -> Json:
    notation = Notation(str(path), text)  # JSON is YAML too
    root = notation.root()
    return None if root is None else notation.json(root)
