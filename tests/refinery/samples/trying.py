"""Runs the sample agent over scenarios, all in one process beside ours, and reads the answers with the suite's own checks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from adapters.trace import Json
from refinery.domain import Scenario
from refinery.suite.checks import judge
from refinery.suite.outcome import Outcome

ASK = """
import json, sys
from billing_agent.app import answer
def tried(given):
    try:
        return {"reply": answer(given)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
print(json.dumps([tried(given) for given in json.load(sys.stdin)]))
"""


def red(tree: Path, scenarios: Iterable[Scenario]) -> dict[str, list[str]]:
    """Which scenarios fail against the agent in a folder, and why."""
    wanted = tuple(scenarios)
    verdicts = {each.id: _unmet(each, tried) for each, tried in zip(wanted, _tried(tree, wanted), strict=True)}
    return {name: unmet for name, unmet in verdicts.items() if unmet}


def _tried(tree: Path, scenarios: Iterable[Scenario]) -> list[dict[str, Json]]:
    done = subprocess.run(
        [sys.executable, "-B", "-c", ASK],
        input=json.dumps([each.input for each in scenarios]),
        capture_output=True,
        text=True,
        cwd=tree,
        env={"PATH": ""},
        check=True,
        timeout=60,
    )
    tried: list[dict[str, Json]] = json.loads(done.stdout)
    return tried


def _unmet(scenario: Scenario, tried: dict[str, Json]) -> list[str]:
    if "error" in tried:
        return [str(tried["error"])]
    return [f"{check.check}: {check.says}" for check in judge(scenario, Outcome(json.dumps(tried["reply"]))) if not check.passed]
