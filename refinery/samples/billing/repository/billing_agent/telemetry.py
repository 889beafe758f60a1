"""Spans for the trace store. Without OpenTelemetry, or without an endpoint, everything here does nothing.

The attributes are OpenInference's, with the gen_ai names of OpenTelemetry beside them where there are any.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import json
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from billing_agent.retrieval import Document

ROOT = Path(__file__).resolve().parent.parent

try:
    from opentelemetry import trace
except ImportError:
    trace = None  # type: ignore[assignment]

exporting = None
if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
    with contextlib.suppress(ImportError):
        from billing_agent import exporting

P = ParamSpec("P")
R = TypeVar("R")


@functools.lru_cache(maxsize=None)
def configure() -> None:
    """Send spans to the collector that the environment names, if it names one."""
    if exporting is not None:
        exporting.start("billing-agent")


@contextlib.contextmanager
def continued() -> Iterator[None]:
    """Continue the trace that TRACEPARENT names."""
    parent = os.environ.get("TRACEPARENT")
    if trace is None or not parent:
        yield
        return
    from opentelemetry import context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    token = context.attach(TraceContextTextMapPropagator().extract({"traceparent": parent}))
    try:
        yield
    finally:
        context.detach(token)


class Step:
    """One span while its `with` block runs; an exception that leaves the block is recorded on it."""

    def __init__(self, name: str, kind: str, attributes: dict[str, Any]) -> None:
        self._name = name
        self._attributes = {"openinference.span.kind": kind, **attributes}
        self._span: Any = None
        self._current: Any = None

    def __enter__(self) -> Step:
        if trace is not None:
            self._span = trace.get_tracer("billing_agent").start_span(self._name, attributes=self._attributes)
            self._current = trace.use_span(self._span, record_exception=False, set_status_on_exception=False)
            self._current.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None) -> None:
        if self._span is None:
            return
        if error is not None:
            name = type(error).__qualname__
            lines = traceback.format_exception(kind, error, trail)
            self._span.add_event(
                "exception",
                {"exception.type": name, "exception.message": str(error), "exception.stacktrace": "".join(lines)},
            )
            self._span.set_status(trace.StatusCode.ERROR, f"{name}: {error}")
        else:
            self._span.set_status(trace.StatusCode.OK)
        self._current.__exit__(None, None, None)
        self._span.end()

    def output(self, value: object) -> None:
        """What the step came to."""
        self._set("output", value)

    def documents(self, found: Sequence[tuple[Document, float]]) -> None:
        """What a search returned, in its order."""
        if self._span is None:
            return
        for place, (document, score) in enumerate(found):
            at = f"retrieval.documents.{place}.document"
            about = {"title": document.title, "topic": document.topic, "effective": document.effective}
            self._span.set_attribute(f"{at}.id", document.id)
            self._span.set_attribute(f"{at}.score", score)
            self._span.set_attribute(f"{at}.content", document.text.strip())
            self._span.set_attribute(f"{at}.metadata", text_of(about))
        self.output([document.id for document, _ in found])

    def _set(self, side: str, value: object) -> None:
        if self._span is not None:
            self._span.set_attribute(f"{side}.value", text_of(value))
            self._span.set_attribute(f"{side}.mime_type", "text/plain" if isinstance(value, str) else "application/json")


def agent(name: str, given: object) -> Step:
    """The span around a whole run."""
    about = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}
    return Step(f"invoke_agent {name}", "AGENT", {**about, **given_as(given)})


def chain(name: str, given: object) -> Step:
    """The span around a step that is neither tool nor search."""
    return Step(name, "CHAIN", given_as(given))


def retriever(name: str, question: str) -> Step:
    """The span around a search."""
    return Step(name, "RETRIEVER", given_as(question))


def tool(function: Callable[P, R]) -> Callable[P, R]:
    """Makes every call of a function a tool span."""
    signature = inspect.signature(function)
    about = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": function.__name__,
        "tool.name": function.__name__,
        "tool.description": inspect.getdoc(function) or "",
        "code.function.name": f"{function.__module__}.{function.__qualname__}",
        "code.file.path": relative(function.__code__.co_filename),
        "code.line.number": function.__code__.co_firstlineno,
    }

    @functools.wraps(function)
    def traced(*args: P.args, **kwargs: P.kwargs) -> R:
        given = signature.bind(*args, **kwargs).arguments
        with Step(function.__name__, "TOOL", {**about, **given_as(dict(given))}) as span:
            result = function(*args, **kwargs)
            span.output(result)
            return result

    return traced


def given_as(value: object) -> dict[str, str]:
    """The input of a span."""
    kind = "text/plain" if isinstance(value, str) else "application/json"
    return {"input.value": text_of(value), "input.mime_type": kind}


def text_of(value: object) -> str:
    """Text as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=plain)


def plain(value: object) -> object:
    """The JSON form of what is not JSON by itself."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value) if isinstance(value, Decimal) else repr(value)


def relative(path: str) -> str:
    """A source file as the repository names it."""
    return str(Path(path).resolve().relative_to(ROOT)) if Path(path).is_absolute() else path
