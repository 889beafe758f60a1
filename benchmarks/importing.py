"""Import speed: spans a second for parsing, and for parsing and storing. `python -m benchmarks.importing [FILE_OR_FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from adapters import files, notation
from adapters.source import Pulled
from adapters.trace import Json
from refinery.store.sqlite import open_store

TRACES = 1_000
SPANS = 20
TEXT = "The customer asks why the invoice of March shows another amount than the offer did. "


def main() -> None:
    """Import what is named, or 20,000 generated spans of about 2.2 KB, three times into a new store each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else generated(Path(folder) / "spans.otlp.jsonl")
        size = sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
        print(f"{path}: {size / 1e6:.1f} MB")
        for turn in range(3):
            print(measured(path, Path(folder) / f"store-{turn}.db"))


def measured(path: Path, store_path: Path) -> str:
    """One import, in words."""
    start = time.perf_counter()
    pulled = [files.read(file) for file in files.files_in(path)]
    parsed = time.perf_counter() - start
    with open_store(store_path) as store:
        start = time.perf_counter()
        for each in pulled:
            store.save(each)
        stored = time.perf_counter() - start
        start = time.perf_counter()
        for each in pulled:
            store.save(each)
        again = time.perf_counter() - start
        longest = max((trace for each in pulled for trace in each.traces), key=lambda trace: len(trace.spans))
        start = time.perf_counter()
        store.trace(longest.id)
        loaded = time.perf_counter() - start
    spans = counted(pulled)
    return (
        f"{spans} spans: parse {spans / parsed:,.0f}/s, parse and store {spans / (parsed + stored):,.0f}/s "
        f"(store alone {spans / stored:,.0f}/s, again {spans / again:,.0f}/s); "
        f"a trace of {len(longest.spans)} spans loads in {loaded * 1e3:.1f} ms"
    )


def counted(pulled: list[Pulled]) -> int:
    return sum(each.receipt.spans for each in pulled)


def generated(path: Path) -> Path:
    """OTLP JSON lines as a collector writes them, ten traces a line."""
    with path.open("wb") as file:
        for first in range(0, TRACES, 10):
            spans: list[Json] = [span(trace, step) for trace in range(first, first + 10) for step in range(SPANS)]
            resource: Json = {"attributes": [{"key": "service.name", "value": {"stringValue": "billing"}}]}
            scopes: Json = [{"scope": {"name": "openinference.instrumentation"}, "spans": spans}]
            file.write(notation.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}) + b"\n")
    return path


def span(trace: int, step: int) -> Json:
    """One span of about 2.2 KB: every fifth a model call, the others tools."""
    kind = "AGENT" if step == 0 else "LLM" if step % 5 == 1 else "TOOL"
    start = 1_750_000_000_000_000_000 + trace * 10_000_000_000 + step * 100_000_000
    texts = {
        "openinference.span.kind": kind,
        "input.value": f"question {trace} {step}: " + TEXT * 9,
        "output.value": f"answer {trace} {step}: " + TEXT * 9,
        "session.id": f"session-{trace}",
        "metadata": '{"tenant": "acme", "region": "eu"}',
    }
    if kind == "LLM":
        texts |= {
            "llm.model_name": "some-model",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": TEXT,
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": TEXT,
        }
    attributes: list[Json] = [{"key": key, "value": {"stringValue": value}} for key, value in texts.items()]
    attributes.append({"key": "llm.token_count.prompt", "value": {"intValue": str(100 + step)}})
    return {
        "traceId": f"{trace + 1:032x}",
        "spanId": f"{trace * SPANS + step + 1:016x}",
        "parentSpanId": "" if step == 0 else f"{trace * SPANS + 1:016x}",
        "name": f"step {step}",
        "kind": 1,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 90_000_000),
        "attributes": attributes,
        "status": {"code": 2, "message": "boom"} if step == 7 and trace % 20 == 0 else {},
    }


if __name__ == "__main__":
    main()
