"""Any text is read to its end: random bytes, one sign without end, quotation in quotation, the marks of credentials again and again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.changes import ChangeSet, FileChange, Surroundings
from safety.guard import Case
from safety.policy import Policy
from safety.rules.secret_scan import scan
from safety.rules.secrets import secrets
from tests.safety.judged import judge

PIECES = (
    *(
        "password",
        "token",
        "key",
        "-----BEGIN ",
        "PRIVATE KEY-----",
        "://",
        "a:b@c",
        "sig=",
        "eyJ",
        ".eyJ",
        "xoxb-",
        "kind: Secret\ndata:\n",
    ),
    *(
        "curl -u ",
        "auth=(",
        "is ",
        "Bearer ",
        "_authToken",
        "\\u0041",
        "&#65;",
        "%41",
        "\x1b[0m",
        "\u200b",
        "\u0130",
        "é",
        "\udcff",
        "\x00",
    ),
    *(
        "=",
        ":",
        '"',
        "'",
        "`",
        "\\",
        "\\n",
        "\n",
        "\r\n",
        " ",
        "\t",
        "{",
        "}",
        "${",
        "{{",
        "<",
        ">",
        "(",
        ")",
        ",",
        ";",
        "|",
        "#",
        "a1B2",
        "-us1",
    ),
)
TEXTS = st.one_of(
    st.binary(max_size=400).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.lists(st.sampled_from(PIECES), max_size=80).map("".join),
)


@given(TEXTS)
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_every_text_is_read_and_nothing_is_found_that_is_not_there(text: str) -> None:
    lines = text.count("\n") + 1
    for secret in scan(text):
        assert 1 <= secret.line <= lines
        assert secret.value


@given(TEXTS, st.sampled_from(["a.py", "a.json", "a.yaml", "a.toml", "a.env", "a.ipynb", "tests/a.py", "a"]))
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_the_rule_reads_every_text_as_every_kind_of_file(text: str, path: str) -> None:
    case = Case(ChangeSet((FileChange(path, None, text),)), Policy(), Surroundings())
    assert all(finding.rule == "secrets" and finding.path == path for finding in secrets(case))


@pytest.mark.parametrize(
    "unit", ["a", " ", "-", "=", '"', "\\", "{", "key:", "password=", "user=a password=b ", "a://b:c@", "-----BEGIN ", "x:1:y:z:"]
)
def test_one_sign_without_end_is_read_to_its_end(unit: str) -> None:
    verdict = judge("a/notes.txt", None, unit * (40_000 // len(unit)))
    assert not [finding for finding in verdict.findings if "is not let through" in finding.says]
