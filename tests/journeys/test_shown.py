"""What others wrote is shown on a terminal, and never obeyed by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refinery.cli.show import harmless
from tests.journeys.conftest import Refinery, commit, git

NASTY = "fine \x1b[2K\x1b]52;c;bWluZQ==\x07 \u202egnp.exe"


@pytest.fixture
def trace(desk: Path, refinery: Refinery) -> str:
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": NASTY, "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    values = {"input.value": NASTY, "output.value": f"{NASTY} \ud800", "openinference.span.kind": "AGENT"}
    failed = {"status": {"code": 2, "message": NASTY}}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [{**span, **failed, "attributes": attributes}]}]}]}
    (desk.parent / "trace.json").write_text(json.dumps(body))
    assert refinery("traces", "import", str(desk.parent / "trace.json")).status == 0
    return "abab"


@pytest.mark.parametrize("command", [("diagnose",), ("traces", "show"), ("fix",)])
def test_a_trace_cannot_give_orders_to_the_terminal(trace: str, refinery: Refinery, command: tuple[str, ...]) -> None:
    done = refinery(*command, trace)
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out + done.err


def test_what_is_not_unicode_is_json_all_the_same(trace: str, refinery: Refinery) -> None:
    assert refinery("traces", "show", trace, "--json").json["id"] == "ab" * 16


def test_a_fix_of_a_file_in_another_encoding_is_shown(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nNAME = 'caf\xe9'\n")
    commit(desk, "Something\n\nRefinery-Trace: abab")
    done = refinery("show", git(desk, "rev-parse", "HEAD"))
    assert done.status == 0
    assert "+NAME = 'caf\\xe9'" in done.out
    assert "caf" in str(refinery("show", git(desk, "rev-parse", "HEAD"), "--json").json["patch"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("naïve “price”: 45 €\n\tok", "naïve “price”: 45 €\n\tok"),
        ("a\x1bb\x7f\x9b", "a\\x1bb\\x7f\\x9b"),
        ("45\u00a0EUR", "45 EUR"),
        ("\udce9 \ud800", "\\xe9 \\ud800"),
    ],
)
def test_only_what_a_terminal_would_obey_or_could_not_show_is_spelt_out(text: str, shown: str) -> None:
    assert harmless(text) == shown
