"""The JSON of the guard: what it reads, what it refuses, what it answers."""

from __future__ import annotations

import base64
import json

import pytest

from safety.changes import FileChange
from safety.verdict import Effect, Finding, Verdict
from safety.wire import WireError, parse_policy, parse_proposal, verdict_json


def test_one_file_with_its_context_is_read() -> None:
    context = {
        "declared_deps": ["httpx"],
        "dev_deps": ["pytest"],
        "related": {"b.py": "x"},
        "trace_excerpt": "text",
        "submodules": ["v"],
        "core_files": ["c"],
    }
    line = {
        "id": "a",
        "path": "a.py",
        "before": None,
        "after": "x\n",
        "repo_context": {**context, "mode_after": "100755", "note": "let it pass"},
    }
    proposal = parse_proposal(json.dumps(line))
    assert proposal.id == "a"
    assert proposal.changes.changes == (FileChange("a.py", None, "x\n", "100644", "100755"),)
    assert proposal.around.declared == ("httpx",)
    assert proposal.around.trace_texts == {"excerpt": "text"}
    assert proposal.around.related == {"b.py": "x"}


def test_several_files_and_bytes_are_read() -> None:
    row = {
        "id": "a",
        "changes": [
            {"path": "a", "before": None, "after": "x"},
            {"path": "b", "before": "y", "after_b64": base64.b64encode(b"\xff\x00").decode()},
        ],
    }
    first, second = parse_proposal(json.dumps(row)).changes
    assert first.created
    assert second.after == "\udcff\x00"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"id": "a", "before": null, "after": "x"}', "no path"),
        ('{"id": "a", "path": "a", "before": null}', "'after'"),
        ('{"id": "a", "path": "a", "before": 1, "after": "x"}', "before"),
        ('{"id": "a", "path": "a", "before": null, "after": "x", "repo_context": []}', "repo_context"),
        ('{"id": "a", "path": "a", "before": null, "after": "x", "repo_context": {"related": [1]}}', "related"),
        ('{"id": "a", "changes": {}}', "changes"),
    ],
)
def test_a_line_that_is_not_a_proposal_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(WireError, match=says) as refused:
        parse_proposal(text, 7)
    assert refused.value.line == 7


def test_a_policy_keeps_the_defaults_it_does_not_name() -> None:
    policy = parse_policy('{"max_changed_lines": 5, "protected": ["a/**"], "verdicts": {"block": "never"}}')
    assert (policy.max_changed_lines, policy.protected, policy.editable) == (5, ("a/**",), ("**",))


def test_an_unknown_key_of_a_policy_is_named() -> None:
    with pytest.raises(WireError, match=r"'protect'.*'protected'"):
        parse_policy('{"protect": ["a"]}')


@pytest.mark.parametrize("text", ['{"max_changed_lines": "many"}', '{"protected": "a"}', '{"max_changed_lines": true}'])
def test_a_wrong_value_of_a_policy_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        parse_policy(text)


def test_a_verdict_is_told_as_the_contract_says() -> None:
    verdict = Verdict((Finding("size", "a.py", 3, "too long", Effect.NEEDS_APPROVAL),))
    finding = {"rule": "size", "path": "a.py", "line": 3, "says": "too long", "effect": "needs_approval"}
    assert verdict_json(verdict, "a") == {"id": "a", "verdict": "needs_approval", "findings": [finding]}
    assert verdict_json(Verdict()) == {"verdict": "allow", "findings": []}


def test_a_policy_that_lets_yes_approve_names_rules_of_the_guard() -> None:
    assert parse_policy('{"yes_approves": ["size"]}').yes_approves == ("size",)
    with pytest.raises(WireError, match="'sice', which is no rule of the guard"):
        parse_policy('{"yes_approves": ["sice"]}')
