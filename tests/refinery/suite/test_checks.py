from __future__ import annotations

import json

import pytest

from adapters.trace import Json, Kind, Message, Span, Status, ToolCall, Trace, Usage
from refinery.domain import CheckResult, Expectation, Scenario
from refinery.suite.checks import jsonpath, judge, kinds, problem
from refinery.suite.outcome import Outcome


def check(kind: str, value: Json, outcome: Outcome | str) -> CheckResult:
    assert problem(kind, value) == ""
    given = Outcome(outcome) if isinstance(outcome, str) else outcome
    (result,) = judge(Scenario("a", {"n": 1}, (Expectation(kind, value),)), given)
    return result


def traced(*spans: Span, latency: float = 0.0) -> Outcome:
    return Outcome("ok", trace=Trace("t", spans), latency_s=latency)


def tool(name: str, arguments: str = "{}", status: Status = Status.OK) -> Span:
    return Span(f"s-{name}", name, Kind.TOOL, tool=name, input=arguments, status=status)


BOOKED = '{"status": "booked", "items": [{"price": 19.9, "name": "caf\\u00e9"}, {"price": 5}], "note": "a \\"quoted\\" word"}'


@pytest.mark.parametrize(
    ("kind", "value", "passes", "fails"),
    [
        ("equals", "EUR", "EUR\n", "EUR 5"),
        ("equals", "EUR", '"EUR"', "eur"),
        ("equals", {"a": 1}, '{"a": 1.0}', '{"a": true}'),
        ("equals", 5, "5", "6"),
        ("contains", "EUR", "5 EUR", "5 eur"),
        ("contains", ["5", "EUR"], "5 EUR", "6 EUR"),
        ("contains", "café", BOOKED, "cafe"),
        ("contains", 'a "quoted" word', BOOKED, "a quoted word"),
        ("icontains", "eur", "5 EUR", "5 USD"),
        ("not-contains", "USD", "5 EUR", "5 USD"),
        ("regex", r"\d+ EUR", "cost: 15 EUR", "EUR"),
        ("starts-with", "Dear", "Dear you", "You, dear"),
        ("starts-with", "Dear", '{"text": "Dear you"}', '{"text": "You"}'),
        ("one-of", ["yes", "no"], "yes", "maybe"),
        ("similar", "the plan costs ten euro", "The plan costs ten Euro.", "I do not know"),
        ("similar", {"to": "ten euro", "at-least": 0.5}, "ten dollar", "nothing like it"),
        ("is-json", None, BOOKED, "{"),
        ("is-json", False, "text", "[]"),
        ("json-path", {"path": "$.status", "equals": "booked"}, BOOKED, '{"status": "open"}'),
        ("json-path", {"path": "$.items[*].price", "min": 19, "max": 20}, BOOKED, '{"items": [{"price": 3}]}'),
        ("json-path", {"path": "$.items", "length": 2}, BOOKED, '{"items": []}'),
        ("json-path", {"path": "$.items[-1].name", "exists": False}, BOOKED, '{"items": [{"name": 1}]}'),
        ("json-path", {"path": "$..price", "exists": True}, BOOKED, "{}"),
        ("json-path", {"path": "$.note", "regex": "^a "}, BOOKED, '{"note": "the"}'),
        ("json-path", {"path": "$['status']", "contains": "book"}, BOOKED, '{"status": []}'),
        ("json-schema", {"type": "object", "required": ["status"]}, BOOKED, "{}"),
        ("python", "out['status'] == 'booked' and input['n'] == 1", BOOKED, '{"status": 1}'),
        ("python", "len(output) > 3 and re.search('b', output)", "abcd", "acde"),
    ],
)
def test_each_kind_tells_right_from_wrong(kind: str, value: Json, passes: str, fails: str) -> None:
    assert check(kind, value, passes) == CheckResult(f"{kind}: {_brief(value)}", True)
    wrong = check(kind, value, fails)
    assert not wrong.passed
    assert wrong.measured
    assert wrong.says


def _brief(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def test_tools_are_checked_by_name_arguments_count_and_order() -> None:
    outcome = traced(tool("lookup", '{"currency": "EUR", "deep": {"a": 1, "b": 2}}'), tool("pay"), tool("pay"))
    right: list[Json] = [
        "lookup",
        {"name": "lookup", "args": {"deep": {"a": 1}}},
        {"name": "pay", "count": 2},
        {"name": "lookup", "before": "pay"},
        {"name": "refund", "count": 0},
    ]
    for value in right:
        assert check("tool-called", value, outcome).passed, value
    wrong: list[Json] = [
        "refund",
        {"name": "lookup", "args": {"currency": "USD"}},
        {"name": "pay", "count": 1},
        {"name": "pay", "before": "lookup"},
    ]
    for value in wrong:
        assert not check("tool-called", value, outcome).passed, value
    assert not check("no-tool", ["pay"], outcome).passed
    assert not check("no-tool", True, outcome).passed
    assert check("no-tool", "refund", outcome).passed


def test_tool_calls_are_taken_from_messages_when_no_tool_was_traced() -> None:
    asked = Message("assistant", "", tool_calls=(ToolCall("lookup", "{}"),))
    assert check("tool-called", "lookup", traced(Span("1", "chat", Kind.LLM, output_messages=(asked,)))).passed


def test_limits_on_time_money_and_steps() -> None:
    model = Span("1", "chat", Kind.LLM, usage=Usage(10, 10, 0.02))
    assert check("max-latency", "500ms", traced(latency=0.4)).passed
    assert not check("max-latency", 0.3, traced(latency=0.4)).passed
    assert check("max-cost", "$0.02", traced(model)).passed
    assert not check("max-cost", 0.01, traced(model)).passed
    assert check("max-steps", 1, traced(model)).passed
    assert not check("max-steps", 1, traced(model, tool("pay"))).passed


def test_a_failed_step_is_an_error_even_if_the_agent_answered() -> None:
    assert check("no-error", True, traced(tool("pay"))).passed
    assert not check("no-error", True, traced(tool("pay", status=Status.ERROR))).passed


@pytest.mark.parametrize(
    ("kind", "value", "outcome"),
    [
        ("llm-rubric", "is polite", Outcome("ok")),
        ("tool-called", "pay", Outcome("ok")),
        ("no-tool", True, Outcome("ok")),
        ("max-cost", 1, Outcome("ok")),
        ("max-cost", 1, traced(Span("1", "chat", Kind.LLM))),
        ("max-steps", 3, Outcome("ok")),
        ("json-schema", {"type": "nonsense"}, Outcome("{}")),
        ("json-schema", {"$ref": "http://example.invalid/schema"}, Outcome("{}")),
    ],
)
def test_what_cannot_be_measured_has_neither_passed_nor_failed(kind: str, value: Json, outcome: Outcome) -> None:
    result = check(kind, value, outcome)
    assert not result.passed
    assert not result.measured
    assert result.says.startswith("not measured: ")


def test_an_expression_cannot_end_or_reach_our_process() -> None:
    assert not check("python", "__import__('os')._exit(0)", "x").passed
    assert not check("python", "1/0", "x").passed
    assert not check("python", "__import__('sys').modules.get('refinery')", "x").passed


def test_a_json_path_that_cannot_be_read_is_refused() -> None:
    assert jsonpath.problem("$.a[?(@.b)]")
    assert jsonpath.problem("a.b")


def test_an_answer_that_is_nested_beyond_reason_is_not_json() -> None:
    assert not check("is-json", None, "[" * 100_000).passed


def test_every_kind_of_the_manual_is_known() -> None:
    words = "equals contains icontains not-contains regex starts-with one-of similar is-json json-schema json-path tool-called no-tool"
    words += " max-latency max-cost max-steps no-error llm-rubric python"
    assert set(kinds()) == set(words.split())
