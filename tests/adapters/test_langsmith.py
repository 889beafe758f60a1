from __future__ import annotations

import json

from adapters import files
from adapters.source import Pulled
from adapters.trace import Json, Kind, Message, Status, ToolCall, Usage

ROOT, MODEL, TOOL = "019c5e97-dbf1-7013-ac8c-000000000001", "019c5e97-dbf1-7013-ac8c-000000000002", "019c5e97-dbf1-7013-ac8c-000000000003"
ORDER = f"20260214T235856497512Z{ROOT}"


def dotted(run: str, at: str) -> str:
    return f"{ORDER}.20260214T2358{at}Z{run}"


def langchain(kind: str, **kwargs: Json) -> Json:
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", kind], "kwargs": kwargs}


ANSWER = langchain(
    "AIMessage",
    content="",
    tool_calls=[{"name": "sql", "args": {"q": "SELECT 1"}, "id": "c1", "type": "tool_call"}],
    usage_metadata={"input_tokens": 399, "output_tokens": 76},
)
OPERATIONS: list[dict[str, Json]] = [
    {
        "operation": "post",
        "id": ROOT,
        "name": "Graph",
        "run_type": "chain",
        "trace_id": ROOT,
        "dotted_order": ORDER,
        "start_time": "2026-02-14T23:58:56.497512",
        "inputs": {"messages": [{"type": "human", "content": "Which genres?"}]},
        "parent_run_id": None,
    },
    {
        "operation": "post",
        "id": TOOL,
        "name": "sql",
        "run_type": "tool",
        "trace_id": ROOT,
        "dotted_order": dotted(TOOL, "58000000"),
        "start_time": "2026-02-14T23:58:58+00:00",
        "inputs": {"input": "{'q': 'SELECT 1'}"},
        "parent_run_id": ROOT,
    },
    {
        "operation": "post",
        "id": MODEL,
        "name": "ChatOpenAI",
        "run_type": "llm",
        "trace_id": ROOT,
        "dotted_order": dotted(MODEL, "57000000"),
        "inputs": {"messages": [[langchain("HumanMessage", content="Which genres?")]]},
        "extra": {"metadata": {"ls_model_name": "m"}},
        "parent_run_id": ROOT,
    },
    {"operation": "patch", "id": MODEL, "outputs": {"generations": [[{"text": "", "message": ANSWER}]]}, "extra": {"metadata": {"x": 1}}},
    {
        "operation": "patch",
        "id": TOOL,
        "error": None,
        "end_time": "2026-02-14T23:58:59+00:00",
        "outputs": {"output": {"type": "tool", "content": "SQL Error: no such table", "tool_call_id": "c1", "name": "sql"}},
    },
    {
        "operation": "patch",
        "id": ROOT,
        "end_time": "2026-02-14T23:59:02.177331",
        "outputs": {"messages": [{"type": "ai", "content": "Rock"}]},
    },
]


def read(*lines: Json) -> Pulled:
    return files.read_bytes(b"\n".join(json.dumps(line).encode() for line in lines), "runs.jsonl")


def test_operations_are_merged_into_runs_and_ordered_by_dotted_order() -> None:
    (trace,) = read(*OPERATIONS).traces
    assert (trace.id, trace.name, trace.task) == (ROOT, "Graph", "Which genres?")
    assert [(span.name, span.kind, span.parent_id) for span in trace.spans] == [
        ("Graph", Kind.CHAIN, None),
        ("ChatOpenAI", Kind.LLM, ROOT),
        ("sql", Kind.TOOL, ROOT),
    ]
    root, model, tool = trace.spans
    assert root.seconds == 5.679819
    assert root.output == "Rock"
    assert (model.model, model.usage, model.input_messages) == ("m", Usage(399, 76), (Message("user", "Which genres?"),))
    assert model.output_messages == (Message("assistant", "", tool_calls=(ToolCall("sql", '{"q":"SELECT 1"}', "c1"),)),)
    assert (tool.tool, tool.input, tool.output) == ("sql", "{'q': 'SELECT 1'}", "SQL Error: no such table")
    assert tool.status is Status.UNSET, "the recorder did not say that it failed"


def test_a_patch_that_comes_first_changes_nothing() -> None:
    late, usual = (
        {span.id: (span.output, span.input, span.end_ns, span.usage, span.model) for span in read(*lines).traces[0].spans}
        for lines in (reversed(OPERATIONS), OPERATIONS)
    )
    assert late == usual


def test_an_ingest_body_is_read_and_a_patch_may_name_its_run_by_dotted_order() -> None:
    start: dict[str, Json] = {"id": ROOT, "name": "Chat", "run_type": "llm", "start_time": 1728803135809, "inputs": {}}
    post: Json = {**start, "dotted_order": ORDER, "trace_id": ROOT}
    said: Json = {"choices": [{"message": {"role": "assistant", "content": "hi"}}]}
    patch: Json = {"dotted_order": ORDER, "end_time": 1728803136663, "outputs": said}
    (trace,) = read({"post": [post], "patch": [patch]}).traces
    (span,) = trace.spans
    assert (span.id, span.seconds, span.output) == (ROOT, 0.854, "hi")


def test_runs_as_list_runs_gives_them() -> None:
    runs: list[Json] = [
        {
            "id": TOOL,
            "trace_id": ROOT,
            "parent_run_id": ROOT,
            "name": "sql",
            "run_type": "tool",
            "start_time": "2026-01-01T00:00:01Z",
            "status": "error",
            "error": "KeyError('plan')Traceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'plan'",
            "inputs": {"input": "x"},
        },
        {
            "id": ROOT,
            "trace_id": ROOT,
            "name": "Agent",
            "run_type": "chain",
            "status": "success",
            "start_time": "2026-01-01T00:00:00Z",
            "inputs": {"question": "why?"},
            "outputs": {"answer": "so"},
            "prompt_tokens": 3,
            "total_cost": "0.25",
        },
    ]
    (trace,) = files.read_bytes(json.dumps(runs).encode(), "runs.json").traces
    root, tool = trace.spans
    assert (root.status, root.input, root.output, root.usage) == (Status.OK, "why?", "so", Usage(3, None, 0.25))
    assert tool.failure is not None
    assert (tool.status, tool.failure.type, tool.failure.message) == (Status.ERROR, "KeyError", "KeyError('plan')")
    assert tool.failure.stacktrace.startswith("Traceback (most recent call last):\n")


def test_runs_inside_runs_are_spans() -> None:
    inner: Json = {"id": "b", "run_type": "tool", "name": "in", "inputs": {}}
    run: Json = {"id": "a", "run_type": "chain", "name": "top", "inputs": {}, "child_runs": [inner]}
    (trace,) = read(run, {"nothing": 1}).traces
    assert [(span.id, span.parent_id) for span in trace.spans] == [("a", None), ("b", "a")]


def test_retrieved_documents() -> None:
    run: Json = {
        "id": "a",
        "run_type": "retriever",
        "name": "search",
        "inputs": {"query": "plans"},
        "outputs": {"documents": [{"page_content": "Pro costs 10", "metadata": {"year": 2019}, "type": "Document"}]},
    }
    (trace,) = read(run, {"nothing": 1}).traces
    assert (trace.spans[0].documents[0].content, trace.spans[0].documents[0].metadata) == ("Pro costs 10", {"year": 2019})


def test_the_same_run_twice_is_told() -> None:
    pulled = read(*OPERATIONS, OPERATIONS[0])
    assert pulled.receipt.spans == 3
    assert "again" in pulled.receipt.not_understood[0].says
