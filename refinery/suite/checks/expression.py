"""The check `python`: an expression of the scenario's author, evaluated in a process of its own, never in ours."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from adapters.trace import Json
from refinery.suite.checks.ruling import PASSED, Ruling, failed, unmeasured
from refinery.suite.outcome import Outcome, shortened

SECONDS = 10.0
"""How long all expressions of one attempt may take together."""
WORKER = Path(__file__).parent.parent / "worker.py"
Evaluate = Callable[[tuple[str, ...], Outcome, Json], tuple[Ruling, ...]]
"""Judges some expressions over one outcome and the scenario's input, in order."""


def problem(value: Json) -> str:
    """What is wrong with an expression; empty when nothing is."""
    if not isinstance(value, str):
        return "it takes an expression, as a text"
    try:
        ast.parse(value.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        return f"it is not a Python expression: {error}"
    return ""


def evaluate(expressions: tuple[str, ...], outcome: Outcome, given: Json) -> tuple[Ruling, ...]:
    """Each expression sees `out` (the answer, JSON decoded), `output` (its text), `input`, `calls`, `latency`, re, json and math."""
    calls: list[Json] = [{"name": call.name, "arguments": call.arguments, "failed": call.failed} for call in outcome.calls]
    names: dict[str, Json] = {
        "out": outcome.answer(),
        "output": outcome.output,
        "input": given,
        "calls": calls,
        "latency": outcome.latency_s,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(WORKER), "evaluate"],
            input=json.dumps({"expressions": list(expressions), "names": names}),
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
            check=True,
        )
        replies = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return tuple(failed(f"the expression did not end within {SECONDS:g} s") for _ in expressions)
    except (subprocess.CalledProcessError, ValueError):
        return tuple(failed("the expression ended the process that evaluates it") for _ in expressions)
    except OSError as error:
        return tuple(unmeasured(f"no process could be started: {error}") for _ in expressions)
    return tuple(_ruling(expression, reply) for expression, reply in zip(expressions, replies, strict=True))


def _ruling(expression: str, reply: dict[str, str]) -> Ruling:
    if "error" in reply:
        return failed(f"{expression} raised {shortened(reply['error'])}")
    return PASSED if reply.get("true") else failed(f"{expression} is {shortened(reply['value'])}")
