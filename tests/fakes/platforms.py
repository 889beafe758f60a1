"""Every platform with its fake server, how it is opened, and where its faults are put."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters import datadog, langfuse_source, langsmith_source, mlflow, phoenix
from adapters.patience import Patience
from adapters.source import Opening, Source
from adapters.trace import Json
from tests.fakes import datadog as fake_datadog
from tests.fakes import langfuse as fake_langfuse
from tests.fakes import langsmith as fake_langsmith
from tests.fakes import mlflow as fake_mlflow
from tests.fakes import phoenix as fake_phoenix
from tests.fakes.loopback import Loopback
from tests.fakes.runs import Said, Step, trace_id


@dataclass
class Waits:
    """A clock that sleeping moves on."""

    waits: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def patience(self) -> Patience:
        return Patience(sleep=self.waits.append, clock=lambda: sum(self.waits), wall=lambda: 1_000_000_000.0, chance=lambda: 1.0)


@dataclass(frozen=True)
class Stage:
    """One platform on loopback."""

    name: str
    serve: Callable[..., Loopback]
    """Takes steps, and `said`."""
    opened: Callable[..., Source]
    variables: Callable[[str], Mapping[str, str]]
    """The environment, by the server's address."""
    secrets: tuple[str, ...]
    project: str
    search: str
    """The address that lists traces."""
    fetch: str
    """The address that gives a trace's spans."""
    id_of: Callable[[int], str] = trace_id
    empty: Json = None
    """The answer that lists nothing."""
    page: int = 100
    """Traces in a page of the list."""

    def source(
        self, server: Loopback, waits: Waits | None = None, project: str | None = None, given: Mapping[str, str] | None = None
    ) -> Source:
        waits = waits or Waits()
        variables = {**self.variables(server.url), **(given or {})}
        opening = Opening(self.project if project is None else project, variables, Path("/nowhere"), Path("/nowhere"), waits.told.append)
        return self.opened(opening, waits.patience())


def _langsmith(*steps: Step, said: Iterable[Said] = ()) -> Loopback:
    runs: list[Json] = []
    bad = {each.trace: each for each in said}
    for step in steps:
        order = [f"{step.start:%Y%m%dT%H%M%S%f}Z{_uuid(step.trace, number)}" for number in dict.fromkeys((step.parent or 0, step.number))]
        run: dict[str, Json] = {
            "id": _uuid(step.trace, step.number),
            "trace_id": _uuid(step.trace, 0),
            "parent_run_ids": [] if step.parent is None else [_uuid(step.trace, step.parent)],
            "dotted_order": ".".join(order),
            "is_root": step.parent is None,
            "name": step.name,
            "run_type": {"agent": "CHAIN"}.get(step.kind, step.kind.upper()),
            "status": "ERROR" if step.error else "SUCCESS",
            "error": f"KeyError('{step.error}')" if step.error else None,
            "start_time": step.start.isoformat(),
            "end_time": step.end.isoformat(),
            "inputs": {"question": step.asked},
            "outputs": {"output": step.answered},
            "project_id": fake_langsmith.PROJECT_ID,
            "extra": {"metadata": {"ls_model_name": "m-1"}} if step.tokens else {},
        }
        if step.tokens:
            run |= {"prompt_tokens": step.tokens[0], "completion_tokens": step.tokens[1]}
        if step.parent is None and step.trace in bad:
            given = bad[step.trace]
            run["feedback_stats"] = {given.name: {"n": 1, "avg": given.value, "values": {}, "comments": [given.comment]}}
        runs.append(run)
    return fake_langsmith.FakeLangSmith(*runs)


def _uuid(trace: int, number: int) -> str:
    return fake_langsmith.identity(trace * 100_000 + number)


STAGES = (
    Stage(
        "langsmith",
        _langsmith,
        langsmith_source.opened,
        lambda url: {"LANGSMITH_ENDPOINT": url, "LANGSMITH_API_KEY": fake_langsmith.KEY},
        (fake_langsmith.KEY,),
        fake_langsmith.PROJECT,
        fake_langsmith.NEW,
        fake_langsmith.NEW,
        lambda trace: _uuid(trace, 0),
        {"items": [], "next_cursor": None},
    ),
    Stage(
        "phoenix",
        fake_phoenix.FakePhoenix,
        phoenix.opened,
        lambda url: {"PHOENIX_HOST": url, "PHOENIX_API_KEY": fake_phoenix.KEY},
        (fake_phoenix.KEY,),
        fake_phoenix.PROJECT,
        fake_phoenix.TRACES,
        fake_phoenix.SPANS,
        empty={"data": [], "next_cursor": None},
    ),
    Stage(
        "mlflow",
        fake_mlflow.FakeMLflow,
        mlflow.opened,
        lambda url: {"MLFLOW_TRACKING_URI": url, "MLFLOW_TRACKING_TOKEN": fake_mlflow.KEY},
        (fake_mlflow.KEY,),
        fake_mlflow.PROJECT,
        fake_mlflow.SEARCH,
        fake_mlflow.GET,
        lambda trace: f"tr-{trace_id(trace)}",
        {"traces": []},
        500,
    ),
    Stage(
        "langfuse",
        fake_langfuse.FakeLangfuse,
        langfuse_source.opened,
        lambda url: {
            "LANGFUSE_BASE_URL": url,
            "LANGFUSE_PUBLIC_KEY": fake_langfuse.PUBLIC,
            "LANGFUSE_SECRET_KEY": fake_langfuse.KEY,
        },
        (fake_langfuse.KEY,),
        fake_langfuse.PROJECT,
        fake_langfuse.NEW,
        fake_langfuse.NEW,
        empty={"data": [], "meta": {}},
    ),
    Stage(
        "datadog",
        fake_datadog.FakeDatadog,
        datadog.opened,
        lambda url: {"DD_SITE": url, "DD_API_KEY": fake_datadog.KEY, "DD_APP_KEY": fake_datadog.APPLICATION},
        (fake_datadog.KEY, fake_datadog.APPLICATION),
        fake_datadog.PROJECT,
        fake_datadog.SEARCH,
        fake_datadog.SEARCH,
        empty={"data": [], "meta": {"page": {}}},
    ),
)
