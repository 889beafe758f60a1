"""The JSON that commands answer in is what the schemas of the manual say: no key is missing, and none stands there undescribed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import click
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from adapters.source import Receipt, Summary
from adapters.trace import Feedback, Json, Span, Trace
from refinery import contract, domain
from refinery.cli.main import COMMANDS
from refinery.cli.main import refinery as group
from refinery.flows.audit import shape as audited
from refinery.suite.audit import Audit
from safety.verdict import Verdict
from tests.journeys.conftest import Refinery, add_scenario, commit
from tests.refinery.docs.schemas import COMMON, SCHEMAS, objections

SHAPES: dict[str, tuple[Callable[[Any], Json], Any]] = {
    "approval": (contract.approval, domain.Approval),
    "attempt": (contract.attempt, domain.Attempt),
    "checked": (contract.checked, domain.Checked),
    "diagnosis": (contract.diagnosis, domain.Diagnosis),
    "feedback": (contract.feedback, Feedback),
    "gate": (contract.gate, domain.GateVerdict),
    "held_back": (contract.held_back, domain.HeldBack),
    "hypothesis": (contract.hypothesis, domain.Hypothesis),
    "impact": (contract.impact, domain.Impact),
    "interval": (contract.interval, domain.Interval),
    "judging": (contract.judging, domain.Judging),
    "receipt": (contract.receipt, Receipt),
    "replay": (contract.replay, domain.Replay),
    "reliability": (contract.reliability, domain.Reliability),
    "report": (contract.report, domain.Report),
    "scenario_result": (contract.scenario_result, domain.ScenarioResult),
    "signal": (contract.signal, domain.Signal),
    "span": (contract.span, Span),
    "statement": (contract.statement, domain.Statement),
    "step": (contract.step, domain.Step),
    "suite": (contract.suite, domain.SuiteResult),
    "summary": (contract.summary, Summary),
    "trace": (contract.trace, Trace),
    "usage": (contract.usage, domain.Bill),
    "verdict": (contract.verdict, Verdict),
    "verification": (contract.verification, domain.Verification),
}
"""A noun of the contract: what makes its shape, of what."""


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("full", [True, False], ids=["everything known", "nothing known"])
def test_what_the_contract_emits_is_what_its_schema_describes(name: str, full: bool) -> None:
    shape, kind = SHAPES[name]
    assert objections(f"{COMMON}#/$defs/{name}", shape(made(kind, full))) == []


def test_groups_of_failures_are_what_their_schema_describes() -> None:
    group = made(domain.FailureGroup, True)
    assert objections("cluster.schema.json", contract.clusters([group], ["ab"], 3, 2, ["a note"])) == []


def test_an_audit_of_the_judge_is_what_its_schema_describes() -> None:
    assert objections("suite-audit-judge.schema.json", audited(made(Audit, True))) == []


def test_a_key_that_no_schema_describes_and_one_that_is_gone_are_found() -> None:
    shape = contract.report(made(domain.Report, True))
    usage = shape["usage"]
    assert isinstance(usage, dict)
    del usage["usd"]
    assert objections("fix.schema.json", {**shape, "more": 1}) == [
        "$: Additional properties are not allowed ('more' was unexpected)",
        "$.usage: 'usd' is a required property",
    ]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one_and_tells_what_each_field_means(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert [path for path, field in described(SCHEMAS[name]) if not field.get("description")] == []


def test_users_may_meet_keys_that_are_not_there_yet() -> None:
    assert [name for name, schema in SCHEMAS.items() if '"additionalProperties": false' in json.dumps(schema)] == []


def test_every_command_that_answers_in_json_has_a_schema_and_no_other() -> None:
    answering = {name for name, command in commands(group, ()) if any("--json" in each.opts for each in command.params)}
    assert {f"{name}.schema.json" for name in answering} == SCHEMAS.keys() - {COMMON}


def test_commands_answer_as_their_schemas_say(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "answer", "status": {"code": 2, "message": "KeyError: 'price'"}}
    trace = tmp_path / "trace.json"
    trace.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    (tmp_path / "cases.csv").write_text("input,expected\nhello,hello\n")
    (tmp_path / "changes.jsonl").write_text(json.dumps({"id": "1", "path": "notes.txt", "before": "two\n", "after": "2\n"}) + "\n")

    def holds(words: str, *more: str) -> None:
        done = refinery(*words.split(), *more, "--json")
        assert done.out, done.err
        name = "-".join(each for each in words.split()[: 2 if words.split()[0] in GROUPS else 1])
        for line in done.out.splitlines():
            assert objections(f"{name}.schema.json", json.loads(line)) == [], words

    holds("init --print")
    holds("doctor")
    holds("traces import", str(trace))
    for words in (
        "traces list",
        "traces show abab",
        "traces show abab --trajectory",
        "diagnose abab",
        "cluster",
        "history",
        "history --journal",
    ):
        holds(words)
    holds("suite import", str(tmp_path / "cases.csv"), "--into", str(tmp_path / "cases.yaml"))
    holds("guard --changes", str(tmp_path / "changes.jsonl"))
    holds("guides list")
    holds("suite list")
    holds("suite profile")
    holds("suite generate --count 3")
    holds("suite run --trials 1")
    holds("suite score --trials 1")
    (desk / "desk" / "limits.json").write_text('{\n  "seats": 6\n}\n')
    commit(desk, "One seat more")
    holds("guard HEAD~1..HEAD")
    holds("explain HEAD")
    holds("check HEAD~1..HEAD --trials 2")


def test_commands_on_a_fix_answer_as_their_schemas_say(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, "- id: team-in-pounds\n  input: {plan: team}\n  expect: [{equals: 90 GBP}]\n")
    kept = refinery("fix", "--failing", "--yes", "--json")
    assert objections("fix.schema.json", kept.json) == []
    name = kept.json["kept"]["branch"]  # type: ignore[call-overload,index]
    after = (f"accept {name}", "explain HEAD", "show HEAD", "history --journal", f"undo --here {name}", f"redo --here {name}")
    for words in (f"show {name}", f"explain {name}", f"verify {name}", "history", *after):
        done = refinery(*words.split(), "--json")
        assert objections(f"{words.split()[0]}.schema.json", done.json) == [], words


GROUPS = [name for name in COMMANDS if isinstance(group.get_command(click.Context(group), name), click.Group)]


def commands(command: click.Command, above: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command, by its words with hyphens between."""
    if not isinstance(command, click.Group):
        yield "-".join(above), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None:
            yield from commands(below, (*above, name))


def described(node: Json, path: str = "$") -> Iterator[tuple[str, dict[str, Json]]]:
    """Each field and each noun of a schema."""
    if isinstance(node, list):
        for each in node:
            yield from described(each, path)
    if not isinstance(node, dict):
        return
    for key, below in node.items():
        if key in ("properties", "$defs") and isinstance(below, dict):
            for name, field in below.items():
                assert isinstance(field, dict)
                yield f"{path}.{name}", field
                yield from described(field, f"{path}.{name}")
        else:
            yield from described(below, path)


def made(kind: Any, full: bool) -> Any:
    """A noun of this kind: with everything that it may hold, or with nothing but what it must."""
    if is_dataclass(kind):
        assert isinstance(kind, type)
        return kind(**{name: made(hint, full) for name, hint in _hints(kind).items()})
    if get_origin(kind) is tuple:
        return (made(get_args(kind)[0], full),) if full else ()
    if get_origin(kind) is not None and issubclass(get_origin(kind) or object, Mapping):
        keys = ("base", "candidate") if "Attempt" in str(kind) else ("key",)
        return {key: made(get_args(kind)[1], full) for key in keys} if full else {}
    if NoneType in get_args(kind) and not full:
        return None
    if get_args(kind):
        return made(next(each for each in get_args(kind) if each is not NoneType), full)
    if issubclass(kind, Enum):
        return next(iter(kind))
    return {str: "text" if full else "", bool: full, int: 1, float: 0.5}[kind]


def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind) if field.init}
