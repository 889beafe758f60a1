"""JUnit XML, in the forms that test runners write it: what became of each test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

LARGEST = 64_000_000
"""Bytes of a report that are read."""
FAILED = ("failure", "error", "rerunFailure", "rerunError", "flakyFailure", "flakyError")
"""A test that only passed when it was run again has failed once in this run, and that counts."""
LONGEST = 60_000


class NotJUnit(ValueError):
    """This is no report; the message says why."""


@dataclass(frozen=True, slots=True)
class Case:
    """What became of one test."""

    name: str
    outcome: str
    """`passed`, `failed` or `skipped`."""
    says: str = ""
    """The failure, or the reason, in one line."""
    error: str = ""
    """All that is told of the failure."""
    assertion: bool = False
    """It ran, and what it asserts is not so."""
    seconds: float = 0.0
    path: str = ""
    line: int = 0


def read(data: bytes) -> Mapping[str, Case]:
    """The tests of a report by their names, in its order. One that is told of more than once has passed if it did each time.

    Raises NotJUnit.
    """
    if len(data) > LARGEST:
        raise NotJUnit(f"it is larger than {LARGEST // 1_000_000} MB")
    if not data.strip():
        raise NotJUnit("it is empty")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # nothing that writes reports needs them, and they can grow without end
        raise NotJUnit("it has a document type of its own")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise NotJUnit(f"it is not XML ({error})") from error
    if _tag(root) not in ("testsuites", "testsuite", "testcase"):
        raise NotJUnit(f"it begins with <{_tag(root)[:40]}>, not with <testsuites>")
    found: dict[str, Case] = {}
    for case in _cases(root):
        earlier = found.get(case.name)
        found[case.name] = (
            case if earlier is None else max(earlier, case, key=lambda each: ("passed", "skipped", "failed").index(each.outcome))
        )
    return found


def _cases(root: ElementTree.Element) -> Iterator[Case]:
    for element in root.iter():
        if _tag(element) != "testcase":
            continue
        told = next((each for each in element if _tag(each) in FAILED), None)
        skipped = next((each for each in element if _tag(each) == "skipped"), None)
        why = told if told is not None else skipped
        text = ("".join(why.itertext()) if why is not None else "").strip()
        message = (why.get("message", "") if why is not None else "").strip()
        yield Case(
            name=_name(element),
            outcome="failed" if told is not None else "skipped" if skipped is not None else "passed",
            says=message or text.partition("\n")[0],
            error=(text or message)[-LONGEST:] if told is not None else "",
            assertion=told is not None and _tag(told).endswith(("failure", "Failure")),
            seconds=_number(element.get("time")),
            path=element.get("file", ""),
            line=int(_number(element.get("line"))),
        )


def _name(element: ElementTree.Element) -> str:
    """Class and name, as most runners have both; on one line, since it is told in tables and messages."""
    parts = [element.get("classname", ""), element.get("name", "")]
    return " ".join("::".join(part for part in parts if part.strip()).split()) or "unnamed"


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _number(text: str | None) -> float:
    try:
        return max(0.0, float((text or "0").replace(",", "")))
    except ValueError:
        return 0.0
