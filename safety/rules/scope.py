"""The rule `scope`: a change stays where the user allows it, and away from what steers people and machines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.changes import FileChange
from safety.globs import matches, matches_any
from safety.guard import Case
from safety.rules.added import added
from safety.rules.places import place_of
from safety.verdict import Effect, Finding

_PROGRAM_ATTRIBUTE = re.compile(r"\b(?:filter|diff|merge|export-subst|working-tree-encoding)\b")
_HANDS_OVER = re.compile(
    r"^\s*[\"']?(?:yarnPath|yarn-path|plugins|script-shell|shell|onload-script|node-options|init-module|git|python|proxy|https?-?proxy"
    r"|httpProxy|strict-ssl|strictSsl|enableStrictSsl|trusted-host|unsafe\S*|cafile|enableScripts|ignore-scripts)[\"']?\s*[:=]",
    re.IGNORECASE,
)
"""Settings of a package manager that name a program to run or a stranger to trust."""
_OWN = ("refinery.toml", ".refinery/**", ".git/**", ".git")


def scope(case: Case) -> Iterator[Finding]:
    """Says which path is outside what may be changed."""
    for change in case.changes:
        if change.before == change.after and change.mode_before == change.mode_after and change.before is not None:
            continue
        yield from _judge(case, change)


def _judge(case: Case, change: FileChange) -> Iterator[Finding]:
    path, policy = change.path, case.policy
    protected = next((p for p in (*policy.protected, *_OWN) if matches(path, p, exact=False)), None)
    place = place_of(path)
    if protected and not (place and place.effect is Effect.BLOCK):
        yield Finding("scope", path, None, f"the path is protected ({protected})", Effect.BLOCK)
    if place:
        fresh = [line.text for line in added(change)]
        hard = (place.pattern == ".gitattributes" and any(_PROGRAM_ATTRIBUTE.search(text) for text in fresh)) or (
            place.says.startswith("this decides where packages") and any(_HANDS_OVER.search(text) for text in fresh)
        )
        yield Finding("scope", path, None, place.says, Effect.BLOCK if hard else place.effect)
    welcome = change.created and matches_any(path, (*policy.test_globs, *policy.judge_globs))
    if not welcome and not matches_any(path, policy.editable):
        yield Finding("scope", path, None, "the path is not among those that may be edited (scope.editable)", Effect.BLOCK)
    core = next((p for p in (*policy.core_files, *case.around.core_files) if matches(path, p, exact=False)), None)
    if core:
        yield Finding("scope", path, None, f"this is a core file ({core}): a person must say yes", Effect.NEEDS_APPROVAL)
