"""The JSON that `guard --changes` and `guard --policy` read, and the JSON that `guard` answers."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import fields
from difflib import get_close_matches
from typing import NamedTuple

from safety.changes import REGULAR, ChangeSet, FileChange, Surroundings
from safety.policy import RULES, Policy
from safety.verdict import Verdict

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class WireError(ValueError):
    """A line or a policy that is not what it should be, with its place."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line


class Proposal(NamedTuple):
    """One line of a file of changes."""

    id: str
    changes: ChangeSet
    around: Surroundings


def parse_proposal(text: str, line: int | None = None) -> Proposal:
    """One line: `{"id", "path", "before", "after", "repo_context"}`, or `{"id", "changes": [...], "repo_context"}` for several files."""
    row = _object(text, line)
    context = row.get("repo_context", {})
    if not isinstance(context, dict):
        raise WireError("repo_context is not an object", line)
    single = "changes" not in row
    listed = [row] if single else row["changes"]
    if not isinstance(listed, list):
        raise WireError("changes is not a list", line)
    changes = tuple(_change(one, context if single else {}, line) for one in listed)
    around = Surroundings(
        files=_texts(context, "files", line),
        declared=_texts(context, "declared_deps", line),
        dev_declared=_texts(context, "dev_deps", line),
        submodules=_texts(context, "submodules", line),
        core_files=_texts(context, "core_files", line),
        related=_mapping(context, "related", line),
        trace_texts=_traces(context, line),
    )
    return Proposal(str(row.get("id", "")), ChangeSet(changes), around)


def parse_policy(text: str) -> Policy:
    """A policy file: the fields of `Policy`, and `verdicts`, which only explains. An unknown key is an error: it would guard nothing."""
    row = _object(text, None)
    known = {field.name for field in fields(Policy)}
    values: dict[str, tuple[str, ...]] = {}
    limit = Policy().max_changed_lines
    for key, value in row.items():
        if key == "verdicts":
            continue
        if key not in known:
            near = get_close_matches(key, [*known, "verdicts"], 1)
            raise WireError(f"the policy has an unknown key, {key!r}" + (f"; is {near[0]!r} meant?" if near else ""))
        if key == "max_changed_lines":
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise WireError("max_changed_lines is not a number of lines")
            limit = value
        else:
            values[key] = _texts(row, key, None)
    if strange := [name for name in values.get("yes_approves", ()) if name not in RULES]:
        raise WireError(f"yes_approves names {strange[0]!r}, which is no rule of the guard: {', '.join(RULES)}")
    defaults = Policy()
    return Policy(
        editable=values.get("editable", defaults.editable),
        protected=values.get("protected", defaults.protected),
        core_files=values.get("core_files", defaults.core_files),
        max_changed_lines=limit,
        test_globs=values.get("test_globs", defaults.test_globs),
        judge_globs=values.get("judge_globs", defaults.judge_globs),
        dependency_files=values.get("dependency_files", defaults.dependency_files),
        yes_approves=values.get("yes_approves", defaults.yes_approves),
    )


def verdict_json(verdict: Verdict, id: str | None = None) -> dict[str, Json]:
    """A verdict as the contract states it; with the `id` of the proposal where there is one."""
    findings: list[Json] = [
        {"rule": f.rule, "path": f.path, "line": f.line, "says": f.says, "effect": f.effect.value} for f in verdict.findings
    ]
    answer: dict[str, Json] = {"verdict": verdict.effect.value, "findings": findings}
    return answer if id is None else {"id": id, **answer}


def _object(text: str, line: int | None) -> dict[str, Json]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WireError(f"this is not JSON: {error}", line) from error
    if not isinstance(row, dict):
        raise WireError("this is not a JSON object", line)
    return row


def _change(row: Json, context: dict[str, Json], line: int | None) -> FileChange:
    if not isinstance(row, dict):
        raise WireError("a change is not an object", line)
    path = row.get("path")
    if not isinstance(path, str):
        raise WireError("a change has no path", line)
    for key in ("before", "after"):
        if key not in row and f"{key}_b64" not in row and f"{key}_b64" not in context:
            raise WireError(f"the change of {path!r} has no {key!r} (null stands for no such file)", line)
    own = {**context, **row}
    before, after = _content(own, "before", row, line), _content(own, "after", row, line)
    return FileChange(path, before, after, _mode(own, "mode_before", line), _mode(own, "mode_after", line))


def _content(own: dict[str, Json], key: str, row: dict[str, Json], line: int | None) -> str | None:
    encoded = own.get(f"{key}_b64")
    if isinstance(encoded, str):
        try:
            return base64.b64decode(encoded, validate=True).decode("utf-8", "surrogateescape")
        except (ValueError, binascii.Error) as error:
            raise WireError(f"{key}_b64 is not base64: {error}", line) from error
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    raise WireError(f"{key} is neither a text nor null", line)


def _mode(own: dict[str, Json], key: str, line: int | None) -> str:
    value = own.get(key)
    if value is None:
        return REGULAR
    if not isinstance(value, str):
        raise WireError(f"{key} is not a file mode such as {REGULAR!r}", line)
    return value


def _texts(row: dict[str, Json], key: str, line: int | None) -> tuple[str, ...]:
    value = row.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise WireError(f"{key} is not a list of texts", line)
    return tuple(str(one) for one in value)


def _mapping(row: dict[str, Json], key: str, line: int | None) -> dict[str, str]:
    value = row.get(key) or {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise WireError(f"{key} is not an object of texts", line)
    return {name: str(one) for name, one in value.items()}


def _traces(context: dict[str, Json], line: int | None) -> dict[str, str]:
    """Text of the trace: one excerpt, or several by span."""
    excerpt = context.get("trace_excerpt")
    if excerpt is None:
        return {}
    if isinstance(excerpt, str):
        return {"excerpt": excerpt}
    return _mapping(context, "trace_excerpt", line)
