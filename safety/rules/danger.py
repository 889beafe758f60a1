"""The rule `danger`: what a change newly enables the program, or whoever runs it, to destroy, open, run or publish."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.changes import FileChange
from safety.globs import matches_any
from safety.guard import Case
from safety.rules.added import new, removed
from safety.rules.configuration import leaves, line_of, read
from safety.rules.decisions import collapsed
from safety.rules.embedded import dangers_of
from safety.rules.kinds import Kind, kind_of
from safety.rules.loosening import holds, loosened, setting
from safety.rules.python_loopholes import ANSWERS_ITSELF
from safety.rules.python_source import nodes_like, python_of
from safety.rules.size import is_binary
from safety.verdict import Effect, Finding


def danger(case: Case) -> Iterator[Finding]:
    """Says which dangerous ability a change adds, and which safety it takes away. What was there before does not count."""
    changes = [c for c in case.readable() if c.after != c.before and not is_binary(c.after or "") and not is_binary(c.before or "")]
    moved = [found for c in changes if c.deleted for found in dangers_of(c.path, c.before)]  # a renamed file brings nothing new
    for change in changes:
        known = dangers_of(change.path, change.before) + moved
        for found in new(dangers_of(change.path, change.after), known):
            if ANSWERS_ITSELF in found.says and matches_any(change.path, case.policy.test_globs):
                continue  # a test answers in a person's place
            stubs = found.says.startswith("replaces a module") and matches_any(change.path, case.policy.test_globs)
            effect = Effect.NEEDS_APPROVAL if stubs else found.effect  # `tests` says when it is the code under test
            yield Finding("danger", change.path, found.line, found.says, effect)
        yield from _settings(case, change)
        yield from _guards_gone(change)
        old, now = python_of(change.path, change.before), python_of(change.path, change.after)
        if old is not None and now is not None and not matches_any(change.path, case.policy.test_globs):
            for line, says, effect in collapsed(old, now):
                yield Finding("danger", change.path, line, says, effect)


def _settings(case: Case, change: FileChange) -> Iterator[Finding]:
    """Limits and confirmations of the agent itself that the change loosens."""
    if change.after is None or matches_any(change.path, (*case.policy.test_globs, *case.policy.judge_globs)):
        return
    before, after = _values(change.path, change.before), _values(change.path, change.after)
    for place, (value, line) in after.items():
        was = before.get(place)
        says = loosened(place, was[0] if was else None, value, known=was is not None)
        if says and (was is None or was[0] != value):
            yield Finding("danger", change.path, line, says, Effect.NEEDS_APPROVAL)
    for place, (value, line) in before.items():
        if place not in after and not change.created and holds(place, value) and change.after.strip():
            yield Finding("danger", change.path, line, f"the safety setting {place} is taken away", Effect.NEEDS_APPROVAL)


def _values(path: str, text: str | None) -> dict[str, tuple[object, int | None]]:
    if text is None:
        return {}
    if kind_of(path, text) in (Kind.YAML, Kind.JSON, Kind.TOML, Kind.INI):
        found_there = leaves(read(path, text), by_name=True)  # a record that only moved is the same record
        return {leaf.place: (leaf.value, line_of(text, leaf)) for leaf in found_there if setting(leaf.place, leaf.value)}
    found: dict[str, tuple[object, int | None]] = {}
    for node in nodes_like(python_of(path, text) or "", ast.Assign, ast.keyword):
        if (
            isinstance(node, ast.Assign)
            and len(node.targets) == 1
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        ):
            name = node.targets[0].id
            if setting(name, node.value.value):
                found[name] = (node.value.value, node.lineno)
        elif (
            isinstance(node, ast.keyword)
            and node.arg
            and node.arg not in _ORDINARY
            and isinstance(node.value, ast.Constant)
            and setting(node.arg, node.value.value)
        ):
            found[f"{node.arg}="] = (node.value.value, node.value.lineno)
    if kind_of(path, text) in (Kind.SCRIPT, Kind.OTHER, Kind.TERRAFORM):
        for number, line in enumerate(text.splitlines(), 1):
            match = re.match(r"\s*(?:export\s+|const\s+|let\s+|var\s+)*[\"']?([\w.-]+)[\"']?\s*[:=]\s*[\"']?([\w.]+)[\"']?[;,]?\s*$", line)
            if match and setting(match.group(1), value := _scalar(match.group(2))):
                found[match.group(1)] = (value, number)
    return found


_ORDINARY = frozenset({"check", "required", "mode", "force", "block", "review", "validate", "strict", "confirm", "filter_type"})
"""Arguments of ordinary functions (`subprocess.run(check=True)`) that only sound like settings of an agent."""


def _scalar(text: str) -> object:
    if text.lower() in ("true", "yes", "on"):
        return True
    if text.lower() in ("false", "no", "off"):
        return False
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else text


_GUARD_LINE = re.compile(
    r"\braise\s+(?:\w*Permission\w*|\w*Forbidden\w*|\w*Unauthori[sz]ed\w*|\w*Auth\w*|\w*Denied\w*|\w*Security\w*|HTTPException)"
    r"|@(?:login_required|requires?_\w+|permission_required|authenticated|authorize\w*|csrf_protect|rate_?limit\w*|limiter\.\w+)"
    r"|\b(?:require|check|verify|assert|ensure|validate|enforce)_\w*(?:auth|permission|role|admin|owner|access|token|signature|login|limit|scope|consent|approval)\w*\s*\("
    r"|\b(?:confirm|ask_(?:human|user|person|approval)|request_approval|approve|human_review|get_consent)\w*\s*\("
    r"|\b(?:redact|sanitize|sanitise|mask_pii|moderate|html\.escape|bleach\.clean|shlex\.quote|markupsafe\.escape|escape_html)\w*\s*\("
)


def _guards_gone(change: FileChange) -> Iterator[Finding]:
    if change.after is None or kind_of(change.path, change.before) not in (Kind.PYTHON, Kind.SCRIPT, Kind.NOTEBOOK):
        return
    for line in removed(change):
        match = _GUARD_LINE.search(line.text)
        if match and not line.text.lstrip().startswith(("#", "//")) and match.group() not in _GUARD_LINE.findall(change.after):
            says = f"a protection is taken away: `{line.text.strip()[:70]}`"
            yield Finding("danger", change.path, line.number, says, Effect.NEEDS_APPROVAL)
