"""What all platforms promise alike, and how each of them fails; the servers are on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.source import Bound, Denied, NotFound, Query, Source, SourceError, Unable, Unreachable, Unreadable
from adapters.trace import Json, Kind, Status, Usage
from tests.fakes.loopback import Answer, said
from tests.fakes.platforms import STAGES, Stage, Waits
from tests.fakes.runs import BEGAN, Said, desk

each_platform = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
PASSING = {
    "too many requests": Answer(b"{}", 429, {"retry-after": "2"}),
    "too many requests without a word": Answer(b"{}", 429),
    "timeout": Answer(b"{}", 408),
    "conflict": Answer(b"{}", 409),
    "server error": Answer(b"oops", 500),
    "bad gateway": Answer(b"<html>", 502, kind="text/html"),
    "unavailable": Answer(b"", 503, {"retry-after": "1"}),
    "overloaded": Answer(b"{}", 529),
    "dropped": Answer(dropped=True),
    "cut in the middle": Answer(b'{"data": [', cut=True),
}


@pytest.fixture(autouse=True)
def _nothing_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the user's account nor their proxy."""
    for name in ("LANGSMITH_API_KEY", "LANGSMITH_ENDPOINT", "LANGSMITH_TENANT_ID", "LANGCHAIN_CUSTOM_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def failure(work: Callable[[], object], stage: Stage, kind: type[SourceError]) -> str:
    """What it fails with; nothing secret may stand in it."""
    with pytest.raises(SourceError) as caught:
        work()
    assert type(caught.value) is kind
    told = f"{caught.value} {caught.value.hint} {caught.value!r}"
    assert not any(secret in told for secret in stage.secrets)
    return str(caught.value)


def ids(source: Source, query: Query) -> list[str]:
    return [found.id for found in source.search(query)]


@each_platform
def test_traces_are_listed_newest_first_and_lazily(stage: Stage) -> None:
    steps = [step for trace in range(stage.page + 30) for step in desk(trace)]
    with stage.serve(*steps) as server:
        source = stage.source(server)
        found = source.search(Query(limit=1000))
        assert server.asked == []
        assert next(found).id == stage.id_of(stage.page + 29)
        pages = len([path for path in server.paths if path == stage.search])
        assert [each.id for each in found] == [stage.id_of(trace) for trace in range(stage.page + 28, -1, -1)]
        assert len([path for path in server.paths if path == stage.search]) == pages + 1
        source.close()


@each_platform
def test_a_limit_and_times_are_kept(stage: Stage) -> None:
    steps = [step for trace in range(20) for step in desk(trace)]
    with stage.serve(*steps) as server:
        source = stage.source(server)
        assert ids(source, Query(limit=3)) == [stage.id_of(19), stage.id_of(18), stage.id_of(17)]
        since, until = BEGAN + timedelta(seconds=5), BEGAN + timedelta(seconds=8)
        between = [stage.id_of(7), stage.id_of(6), stage.id_of(5)]
        found = ids(source, Query(since=since, until=until))
        assert found == between if stage.name != "langsmith" else set(between) <= set(found)
        source.close()


@each_platform
def test_a_failure_of_an_inner_step_and_bad_feedback_are_found(stage: Stage) -> None:
    with stage.serve(*desk(1), *desk(2, error="no such plan"), *desk(3), said=(Said(3, "correct", 0.0, "wrong price"),)) as server:
        source = stage.source(server)
        wanted = {stage.id_of(2)} if stage.name in ("mlflow", "datadog") else {stage.id_of(2), stage.id_of(3)}
        found = list(source.search(Query(failed=True)))
        assert {each.id for each in found} == wanted
        assert all(each.failed for each in found)
        (judged,) = source.fetch(stage.id_of(3)).traces
        assert [(each.name, each.value, each.comment, each.span_id) for each in judged.feedback] == [("correct", 0.0, "wrong price", "")]
        assert judged.failed
        source.close()


@each_platform
def test_a_whole_trace_is_the_same_from_everywhere(stage: Stage) -> None:
    with stage.serve(*desk(1), *desk(2, error="no such plan")) as server:
        source = stage.source(server)
        pulled = source.fetch(stage.id_of(2))
        (trace,) = pulled.traces
        agent, model, tool = trace.spans
        assert (trace.id, trace.source, pulled.receipt.spans) == (stage.id_of(2), stage.name, 3)
        assert (trace.task, model.parent_id, tool.parent_id) == ("What does plan 2 cost?", agent.id, agent.id)
        assert (model.kind, model.model, model.usage.input_tokens, model.usage.output_tokens) == (Kind.LLM, "m-1", 7, 3)
        assert (tool.kind, tool.tool, tool.status) == (Kind.TOOL, "look_up", Status.ERROR)
        assert tool.failure is not None
        assert "no such plan" in tool.failure.message
        assert (agent.start_ns, agent.seconds) == (int((BEGAN + timedelta(seconds=2)).timestamp()) * 10**9, 0.5)
        assert trace.failed
        assert not agent.failed
        assert trace.usage + Usage() == Usage(7, 3, 0.25 if stage.name == "langfuse" else None)
        assert [span.id for span in source.hierarchy(stage.id_of(2))[agent.id]] == [model.id, tool.id]
        source.close()


@each_platform
def test_a_trace_of_any_size_comes_in_pieces(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.platform.HEAVY", 1_000)
    with stage.serve(*desk(1, tools=350, error="the last one")) as server:
        source = stage.source(server)
        pieces = list(source.pieces(stage.id_of(1)))
        whole = source.fetch(stage.id_of(1))
        source.close()
    assert len(pieces) >= 3
    spans = [span for piece in pieces for trace in piece.traces for span in trace.spans]
    assert sorted(span.id for span in spans) == sorted(span.id for span in whole.traces[0].spans)
    assert len(spans) == pieces[-1].receipt.spans == whole.receipt.spans == 352
    assert pieces[-1].receipt.orphaned == ()
    assert len(pieces[-1].traces) == 1


@each_platform
@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_asked_again_and_nothing_is_lost(name: str, stage: Stage) -> None:
    waits = Waits()
    with stage.serve(*desk(1), *desk(2)) as server:
        source = stage.source(server, waits)
        server.faults.append((stage.search, PASSING[name]))
        assert ids(source, Query()) == [stage.id_of(2), stage.id_of(1)]
        server.faults.append((stage.fetch, PASSING[name]))
        assert source.fetch(stage.id_of(1)).receipt.spans == 3
        source.close()
    wish = PASSING[name].headers.get("retry-after")
    assert waits.waits[0] == (float(wish) if wish else 0.5)
    assert "asking again" in waits.told[0]
    assert not any(secret in line for line in waits.told for secret in stage.secrets)


@each_platform
@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (Answer(b"{}", 401), Denied, "refuses the credentials (HTTP 401)"),
        (Answer(b"{}", 403), Denied, "refuses the credentials (HTTP 403)"),
        (Answer(b'{"detail": "bad"}', 422), SourceError, "refuses to answer"),
        (Answer(b'{"detail": "bad"}', 400), SourceError, "refuses to answer"),
        (Answer(b"<!doctype html><title>Sign in</title>", kind="text/html"), Unreadable, "a web page instead of JSON"),
        (Answer(b"", 302, {"location": "http://127.0.0.1:1/"}), Unreachable, "points elsewhere"),
        (Answer(b'"odd"'), Unreadable, ""),
        (Answer(b'{"odd": 1}'), Unreadable, ""),
        (Answer(b"[" * 5000), Unreadable, ""),
        (Answer(b"{}", 429, {"retry-after": "3600"}), Unreachable, "it asks to wait 3600 s"),
    ],
)
def test_what_does_not_pass_is_a_clear_error(answer: Answer, kind: type[SourceError], says: str, stage: Stage) -> None:
    with stage.serve(*desk(1)) as server:
        source = stage.source(server)
        ids(source, Query())
        server.faults.append((stage.fetch, answer))
        assert says in failure(lambda: source.fetch(stage.id_of(1)), stage, kind)
        source.close()


@each_platform
def test_patience_ends_and_the_last_failure_is_told(stage: Stage) -> None:
    waits = Waits()
    with stage.serve(*desk(1)) as server:
        source = stage.source(server, waits)
        server.faults += [("*", Answer(b"{}", 503))] * 6
        assert failure(lambda: ids(source, Query()), stage, Unreachable).endswith("asked 6 times")
        source.close()
    assert waits.waits == [0.5, 1.0, 2.0, 4.0, 8.0]


@each_platform
def test_an_answer_that_drips_for_ever_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with stage.serve(*desk(1)) as server:
        monkeypatch.setattr("adapters.refused.WHOLE_S", 0.05)
        source = stage.source(server)
        server.faults += [("*", Answer(b"{", dripping=True))] * 6
        assert "cannot be reached, or the connection broke" in failure(lambda: ids(source, Query()), stage, Unreachable)
        source.close()


@each_platform
def test_wrong_keys_and_unknown_projects_are_told_apart(stage: Stage) -> None:
    with stage.serve(*desk(1)) as server:
        wrong = {name: "wrong-key" for name in stage.variables("") if name.endswith(("KEY", "TOKEN"))}
        source = stage.source(server, given=wrong)
        failure(lambda: ids(source, Query()), stage, Denied)
        source.close()
        if stage.name != "datadog":  # an application that sent nothing is not known to be none
            source = stage.source(server, project="nobody")
            assert "nobody" in failure(lambda: ids(source, Query()), stage, NotFound)
            source.close()


@each_platform
def test_a_trace_that_is_not_there(stage: Stage) -> None:
    with stage.serve(*desk(1)) as server:
        source = stage.source(server)
        assert stage.id_of(77) in failure(lambda: source.fetch(stage.id_of(77)), stage, NotFound)
        source.close()


@each_platform
def test_an_empty_list_is_no_error(stage: Stage) -> None:
    with stage.serve() as server:
        source = stage.source(server)
        assert ids(source, Query()) == []
        source.close()


@each_platform
def test_odd_entries_cost_no_others(stage: Stage) -> None:
    with stage.serve(*desk(1)) as server:
        source = stage.source(server)
        ids(source, Query())
        good = server.answer(next(asked for asked in reversed(server.asked) if asked.path == stage.search))
        server.faults.append((stage.search, said(_with_odd_entries(good))))
        found = ids(source, Query())
        assert found == [stage.id_of(1)]
        assert source.noticed().not_understood
        assert source.noticed().not_understood == ()
        source.close()


def _with_odd_entries(answer: Answer) -> Json:
    value: dict[str, Json] = json.loads(answer.body)
    for held in value.values():
        if isinstance(held, list):
            held[:0] = [None, {}, {"odd": True}]
    return value


@each_platform
def test_projects_are_named(stage: Stage) -> None:
    with stage.serve(*desk(1)) as server:
        source = stage.source(server)
        assert stage.project in source.projects()
        source.close()


@each_platform
def test_conditions_are_passed_on_or_refused_and_never_dropped(stage: Stage) -> None:
    conditions = {
        "name": Query(name="desk"),
        "tag": Query(tags=("team=billing",)),
        "text": Query(text="refund"),
        "score": Query(scores=(Bound("correct", "<", 0.5),)),
    }
    refused = {"phoenix": {"tag"}, "datadog": {"score"}}
    for what, query in conditions.items():
        with stage.serve(*desk(1)) as server:
            source = stage.source(server)
            if what in refused.get(stage.name, ()):
                failure(lambda source=source, query=query: ids(source, query), stage, Unable)  # type: ignore[misc]
            else:
                ids(source, query)
                sent = str([asked.words for asked in server.asked])
                word = {"name": "desk", "tag": "billing", "text": "refund", "score": "correct"}[what]
                assert word in sent
            source.close()


def test_a_server_of_old_is_asked_in_the_old_way() -> None:
    from tests.fakes.langfuse import NEW, OLD, FakeLangfuse

    stage = next(stage for stage in STAGES if stage.name == "langfuse")
    steps = [step for trace in range(120) for step in desk(trace, error="boom" if trace == 7 else "")]
    with FakeLangfuse(*steps, new=False, said=(Said(8, "correct", 0.0),)) as server:
        source = stage.source(server)
        assert len(ids(source, Query(limit=500))) == 120
        assert ids(source, Query(failed=True)) == [stage.id_of(7)]
        assert source.fetch(stage.id_of(7)).receipt.spans == 3
        assert source.fetch(stage.id_of(8)).traces[0].failed
        failure(lambda: ids(source, Query(text="x")), stage, Unable)
        source.close()
        assert server.paths.count(NEW) == 1
        assert OLD in server.paths


def test_deep_pages_are_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fakes.langfuse import OLD, FakeLangfuse

    monkeypatch.setattr("adapters.langfuse_old.DEEP", 2)
    stage = next(stage for stage in STAGES if stage.name == "langfuse")
    with FakeLangfuse(*[step for trace in range(450) for step in desk(trace)[:1]], new=False) as server:
        source = stage.source(server)
        assert ids(source, Query(limit=1000)) == [stage.id_of(trace) for trace in range(449, -1, -1)]
        source.close()
        assert {int(str(words["page"])) for words in server.words_to(OLD)} == {1, 2}


def test_metadata_that_langfuse_cuts_off_is_asked_for_in_full() -> None:
    from tests.fakes.langfuse import FakeLangfuse

    stage = next(stage for stage in STAGES if stage.name == "langfuse")
    with FakeLangfuse(*desk(1), metadata={"long": "x" * 900, "short": "y"}) as server:
        source = stage.source(server)
        (trace,) = source.fetch(stage.id_of(1)).traces
        source.close()
    assert trace.spans[0].attributes["metadata"] == {"long": "x" * 900, "short": "y"}


def test_a_phoenix_that_passes_over_filters_is_not_believed() -> None:
    from tests.fakes.phoenix import FakePhoenix

    stage = next(stage for stage in STAGES if stage.name == "phoenix")
    with FakePhoenix(*desk(1), *desk(2, error="boom"), filters=False) as server:
        source = stage.source(server)
        failure(lambda: ids(source, Query(failed=True)), stage, Unable)
        assert len(ids(source, Query())) == 2
        source.close()


def test_spans_that_mlflow_keeps_in_a_file() -> None:
    from tests.fakes.mlflow import FakeMLflow

    stage = next(stage for stage in STAGES if stage.name == "mlflow")
    with FakeMLflow(*desk(1), filed=True) as server:
        source = stage.source(server)
        (trace,) = source.fetch(stage.id_of(1)).traces
        source.close()
    assert (trace.spans[0].kind, trace.spans[0].input) == (Kind.AGENT, "What does plan 1 cost?")
    assert trace.usage == Usage(7, 3)


def test_scarce_requests_are_spread_over_the_time_that_is_left() -> None:
    waits = Waits()
    stage = next(stage for stage in STAGES if stage.name == "datadog")
    with stage.serve(*desk(1), *desk(2)) as server:
        source = stage.source(server, waits)
        server.faults.append(
            (stage.search, Answer(b'{"data": [], "meta": {}}', 200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9"}))
        )
        ids(source, Query())
        ids(source, Query())
        source.close()
    assert waits.waits == [9.0]
