"""SARIF 2.1.0, which code hosts show as annotations: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

from urllib.parse import quote

from adapters.trace import Json
from refinery.domain import Checked
from refinery.version import VERSION
from safety.verdict import Effect, Finding, Verdict

LEVELS = {Effect.BLOCK: "error", Effect.NEEDS_APPROVAL: "warning", Effect.ALLOW: "note"}
REGRESSION = "regression"


def guard(verdict: Verdict) -> dict[str, Json]:
    """The guard's findings, each at its line."""
    return _log([_finding(each) for each in verdict.findings])


def checked(made: Checked) -> dict[str, Json]:
    """The guard's findings, and each scenario that got worse; a regression has no line, so it stands at the scenario's name."""
    results = [_finding(each) for each in made.guard.findings]
    worse = made.gate.regressions if made.gate else ()
    results += [_result(REGRESSION, "error", f"scenario {name} got worse: {made.says}", None, None) for name in worse]
    return _log(results)


def _log(results: list[dict[str, Json]]) -> dict[str, Json]:
    rules: list[Json] = [{"id": rule} for rule in sorted({str(each["ruleId"]) for each in results})]
    driver: dict[str, Json] = {"name": "Refinery", "version": VERSION, "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [*results]}],
    }


def _finding(found: Finding) -> dict[str, Json]:
    return _result(found.rule, LEVELS[found.effect], found.says, found.path, found.line)


def _result(rule: str, level: str, says: str, path: str | None, line: int | None) -> dict[str, Json]:
    result: dict[str, Json] = {"ruleId": rule, "level": level, "message": {"text": says}}
    if path:
        place: dict[str, Json] = {"artifactLocation": {"uri": quote(path.encode("utf-8", "surrogateescape"))}}
        place |= {"region": {"startLine": line}} if line else {}
        result["locations"] = [{"physicalLocation": place}]
    return result
