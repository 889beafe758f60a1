"""JUnit's XML, which every CI server shows as a list of tests."""

from __future__ import annotations

import re
from xml.etree import ElementTree as xml

from refinery.domain import Attempt, Checked, GateVerdict
from refinery.suite.arms import BASE, CANDIDATE
from safety.verdict import Effect, Verdict

UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def guard(verdict: Verdict) -> str:
    """One test for each file that the guard has something to say of; it fails where the guard refuses or asks for a person."""
    root, suite = _suite("refinery guard")
    paths = dict.fromkeys(each.path for each in verdict.findings)
    for path in paths:
        found = [each for each in verdict.findings if each.path == path]
        case = xml.SubElement(suite, "testcase", classname="guard", name=_speakable(path))
        refused = [each for each in found if each.effect is not Effect.ALLOW]
        lines = "\n".join(f"{each.effect}: {each.rule}: {each.path}:{each.line or 1}: {each.says}" for each in found)
        if refused:
            _says(case, "failure", f"{refused[0].rule}: {refused[0].says}", lines)
        else:
            _says(case, "system-out", "", lines)
    if not paths:
        xml.SubElement(suite, "testcase", classname="guard", name="guard")
    return _written(root, suite, 0.0)


def checked(made: Checked) -> str:
    """One test for the guard, and one for each scenario: it fails when it got worse, and is skipped when it was left out."""
    root, suite = _suite("refinery check")
    case = xml.SubElement(suite, "testcase", classname="guard", name="guard")
    blocked = [each for each in made.guard.findings if each.effect is Effect.BLOCK]
    if blocked and made.gate is None:
        lines = [f"{each.rule}: {each.path}:{each.line or 1}: {each.says}" for each in blocked]
        _says(case, "failure", blocked[0].says, "\n".join(lines))
    for name in made.selected:
        _scenario(suite, name, made.gate)
    for name in made.left_out:
        case = xml.SubElement(suite, "testcase", classname="scenarios", name=_speakable(name))
        xml.SubElement(case, "skipped", message="no change touches it")
    return _written(root, suite, made.bill.seconds)


def _suite(name: str) -> tuple[xml.Element, xml.Element]:
    root = xml.Element("testsuites", name=name)
    return root, xml.SubElement(root, "testsuite", name=name)


def _written(root: xml.Element, suite: xml.Element, seconds: float) -> str:
    counts = {kind: len(suite.findall(f"testcase/{kind}")) for kind in ("failure", "skipped")}
    for element in (root, suite):
        element.set("tests", str(len(suite)))
        element.set("failures", str(counts["failure"]))
        element.set("errors", "0")
        element.set("time", f"{seconds:.3f}")
    suite.set("skipped", str(counts["skipped"]))
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _scenario(suite: xml.Element, name: str, gate: GateVerdict | None) -> None:
    attempts = {arm: [each for each in gate.attempts.get(arm, ()) if each.scenario == name] for arm in (BASE, CANDIDATE)} if gate else {}
    after = attempts.get(CANDIDATE, [])
    case = xml.SubElement(suite, "testcase", classname="scenarios", name=_speakable(name))
    case.set("time", f"{sum(each.latency_s for each in after):.3f}")
    rates = "; ".join(f"{_rate(tried)} on the {arm}" for arm, tried in attempts.items())
    if gate and name in gate.regressions:
        failed = next((each for each in after if not each.passed), None)
        _says(case, "failure", f"got worse: {rates}", f"{failed.says}\n{failed.error}" if failed else "")
    else:
        _says(case, "system-out", "", rates)


def _rate(attempts: list[Attempt]) -> str:
    return f"passed {sum(each.passed for each in attempts)} of {len(attempts)} runs"


def _says(case: xml.Element, kind: str, message: str, text: str) -> None:
    element = xml.SubElement(case, kind, {"message": _speakable(message)} if message else {})
    element.text = _speakable(text)


def _speakable(text: str) -> str:
    return UNSPEAKABLE.sub("\ufffd", text)
