"""What a check says, in the forms that code hosts and CI servers read."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from refinery.cli.formats import junit, markdown, sarif
from refinery.domain import Attempt, Cause, Checked, Decision, Flip, GateVerdict
from safety.verdict import Effect, Finding, Verdict

FOUND = Verdict(
    (
        Finding("secrets", "src/a b.py", 3, "a key | of @somebody's <img>", Effect.BLOCK),
        Finding("size", "src/c.py", None, "many lines", Effect.NEEDS_APPROVAL),
    )
)


def gated(*worse: str) -> GateVerdict:
    failed = Attempt("b", 0, False, cause=Cause.CHECKS, says="contains: \x1b[31mno", error="Traceback\x00")
    attempts = {"base": (Attempt("a", 0, True), Attempt("b", 0, True)), "candidate": (Attempt("a", 0, True, latency_s=0.5), failed)}
    flips = tuple(Flip(name, "1/1", "0/1", "agent") for name in worse)
    return GateVerdict(Decision.REJECT, "b got worse.", -0.5, None, 2, None, (), worse, flips, 0.05, 0.0, True, attempts=attempts)


def made(gate: GateVerdict | None = None, verdict: Verdict = FOUND) -> Checked:
    return Checked(Decision.REJECT, "it says", verdict, gate, ("a", "b") if gate else (), ("c",))


def test_sarif_names_rule_level_and_place_of_each_finding() -> None:
    log = json.loads(json.dumps(sarif.checked(made(gated("b")))))
    run = log["runs"][0]
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == ["regression", "secrets", "size"]
    first, second, third = run["results"]
    assert (first["level"], second["level"], third["level"]) == ("error", "warning", "error")
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "src/a%20b.py"}, "region": {"startLine": 3}}
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert "scenario b got worse" in third["message"]["text"]


def test_junit_fails_what_got_worse_and_skips_what_was_left_out() -> None:
    root = ElementTree.fromstring(junit.checked(made(gated("b"), Verdict())))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert (root.get("tests"), root.get("failures")) == ("4", "1")
    failure = cases["b"].find("failure")
    assert failure is not None
    assert failure.get("message") == "got worse: passed 1 of 1 runs on the base; passed 0 of 1 runs on the candidate"
    assert "\x1b" not in str(failure.text)
    assert cases["c"].find("skipped") is not None
    assert (cases["a"].get("time"), cases["a"].find("failure"), cases["guard"].find("failure")) == ("0.500", None, None)


def test_junit_fails_the_guard_where_it_stopped_everything() -> None:
    root = ElementTree.fromstring(junit.checked(made()))
    failure = root.find("testsuite/testcase[@name='guard']/failure")
    assert failure is not None
    assert "secrets: src/a b.py:3" in str(failure.text)
    assert "many lines" not in str(failure.text)


def test_markdown_shows_what_others_wrote_as_text() -> None:
    text = markdown.checked(made(gated("b")))
    assert "| block (secrets) | `src/a b.py:3` | a key \\| of @\u200bsomebody's \\<img\\> |" in text
    assert text.index("| b | 1/1 | 0/1 |") < text.index("| a | 1/1 | 1/1 |")
    assert "1 scenarios were not run" in text
