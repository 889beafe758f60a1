"""Dossiers for the tests of what is written from them: one as usual, and one in which everything is hostile."""

from __future__ import annotations

from typing import Any

from refinery.flows.dossier import Dossier
from refinery.flows.story import story
from refinery.repo.history import Entry, State

NASTY = (
    "</pre></td></details><script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) ![i](https://evil.example/i.png) "
    "@octocat #12 ``` ~~~ \" ' | \u202egnp.exe \x1b[2J {{ 7*7 }} {% raw %} &#64;user \ud800"
)
PATCH = """diff --git a/config.yaml b/config.yaml
index 1..2 100644
--- a/config.yaml
+++ b/config.yaml
@@ -1,3 +1,3 @@
 a: 1
-days: 14  # refund window
+days: 30  # refund window
 b: 2
"""


def body(text: str = "It said 14 days.", many: int = 1) -> dict[str, Any]:
    """Evidence as it is kept."""
    step = {"step": 0, "span_id": "s0", "depth": 0, "kind": "agent", "name": text, "agent": text, "input": text, "output": text}
    bad = {**step, "step": 1, "span_id": "s1", "depth": 1, "failure": text, "broken": True, "also": [text], "began": 0.5, "seconds": 0.25}
    run = {"trace_id": text, "task": text, "steps": [step, 7, bad], "passed": False, "says": text, "output": text, "seconds": 1.5}
    arms = [{"scenario": f"{text} {number}", "target": number == 0, "base": "--?+", "candidate": "+++-"} for number in range(many)]
    gate = {"decision": "accept", "says": text, "effect": 0.5, "interval": [0.1, 0.9], "trials": 4, "smallest_effect": 0.5}
    gate |= {"unseen_drop": 0.2, "targets": [text], "regressions": [], "alpha": 0.04, "arms": arms, "arms_left_out": 0, "notes": [text]}
    idea = {"change": text, "rationale": text, "example": text, "risks": text, "layer": text, "origin": text, "cites": [text]}
    finding = {"rule": text, "path": text, "line": 3, "says": text, "effect": text}
    leave = {"said": text, "by": text, "at": text, "findings": [text]}
    tried = {"hypothesis": idea, "verdict": {"verdict": text, "findings": [finding]}, "says": text, "approval": leave}
    quotes = [{"span_id": "s1", "quote": text}] * min(many, 5)
    diagnosis = {"trace_id": text, "summary": text, "expected": text, "layer": text, "category": text, "agent": text, "step": 1}
    diagnosis |= {"span_id": "s1", "confidence": 0.8, "proof": text, "author": text, "evidence": quotes, "notes": [text]}
    diagnosis |= {"alternatives": [{"agent": text, "step": 0, "span_id": "s0", "says": text}]}
    return {
        "kept": {"commit": "c" * 40, "branch": "refinery/x", "fix": "f" * 16},
        "says": text,
        "diagnosis": diagnosis,
        "steps": [{**tried, "commit": None, "gate": None}] * many + [{**tried, "commit": "c" * 40, "gate": gate}],
        "before": [{"scenario": text, "passed": False, "says": text, "output": text}],
        "screened": 12,
        "notes": [text],
        "usage": {
            "seconds": 12.0,
            "runs": 30,
            "input_tokens": 5,
            "output_tokens": 7,
            "usd": 0.25,
            "steps": [{"step": text, "seconds": 1.0}],
        },
        "transcripts": {
            "failed": run,
            "pairs": [{"scenario": text, "before": run, "after": {**run, "passed": True}}] * min(many, 3),
            "pairs_left_out": 2,
            "shared": False,
        },
    }


def made(text: str = "It said 14 days.", many: int = 1, patch: str = PATCH, subject: str = "Refund within 30 days") -> Dossier:
    """A kept fix."""
    entry = Entry("c" * 40, subject, State.BRANCH, "refinery/x", "x", "b" * 40, f"{subject}\n\nWhat failed: {text}\n", {}, 0)
    return Dossier(subject, entry, None, patch, story(body(text, many)), body(text, many), "The evidence is as it was sealed.")
