"""How much of what platforms and recorders write down is understood, and how fast. `python -m benchmarks.adapters [DATA]`.

DATA is a folder with recordings (`langfuse_traces`, `langsmith_wire`, `otel_openinference`); without it only the pulls from servers on
loopback are timed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from adapters import files, notation
from adapters.langfuse import to_observed
from adapters.source import Opening, Query, Unreadable
from adapters.trace import Json, Kind, Message, Span
from refinery.flows.pulling import Pull, pull_matching
from refinery.store.sqlite import open_store
from tests.fakes.platforms import STAGES, Stage
from tests.fakes.runs import Step, desk

RUNS, TRACES = 10_000, 1_000
LARGE = 25_000
LONG = "The customer asks why the invoice of March shows another amount than the offer did. " * 120
WORDS = {"model": "assistant"}


def main() -> None:
    """Coverage of the recordings where there are any, then the pulls."""
    if sys.argv[1:2] == ["--pull"]:
        pulled_from(sys.argv[2], sys.argv[3])
        return
    if sys.argv[1:]:
        covered(Path(sys.argv[1]))
    for stage in STAGES:
        timed(stage, [step for trace in range(TRACES) for step in desk(trace, tools=RUNS // TRACES - 2)])
    print(f"one trace of {LARGE} runs of {len(LONG) // 1000} KB:")
    for stage in STAGES:
        timed(stage, [replace(step, answered=LONG) if step.kind == "tool" else step for step in desk(1, tools=LARGE - 2)])


# -- what is understood --------------------------------------------------------------------------------------------


def covered(data: Path) -> None:
    """Of each set of recordings, how many spans have each field, and how fast they are read."""
    print(f"{'recordings':<44} {'spans':>6} {'kind':>5} {'in':>5} {'out':>5} {'turns':>6} {'model':>6} {'tokens':>7} {'spans/s':>9}")
    for folder in sorted(each for name in ("langsmith_wire", "langfuse_traces", "otel_openinference") for each in (data / name).glob("*/")):
        spans, seconds = [], 0.0
        for path in files.files_in(folder):
            if path.suffix not in (".json", ".jsonl") or "expected" in path.name:
                continue
            start = time.perf_counter()
            try:
                spans += [span for trace in files.read(path).traces for span in trace.spans]
            except Unreadable:
                continue
            seconds += time.perf_counter() - start
        if spans:
            print(f"{folder.relative_to(data)!s:<44} {len(spans):>6} {shares(spans)} {len(spans) / seconds:>9,.0f}")
    against_oracle(data / "langfuse_traces" / "api")


def shares(spans: list[Span]) -> str:
    models = [span for span in spans if span.kind is Kind.LLM]
    return " ".join(
        (
            share(spans, lambda span: span.kind is not Kind.UNKNOWN, 5),
            share(spans, lambda span: bool(span.input or span.input_messages), 5),
            share(spans, lambda span: bool(span.output or span.output_messages or span.failure), 5),
            share(models, lambda span: bool(span.input_messages or span.output_messages), 6),
            share(models, lambda span: bool(span.model), 6),
            share(models, lambda span: span.usage.input_tokens is not None, 7),
        )
    )


def share(spans: list[Span], has: Callable[[Span], bool], width: int) -> str:
    return f"{sum(map(has, spans)) / len(spans):>{width}.0%}" if spans else f"{'-':>{width}}"


def against_oracle(folder: Path) -> None:
    """Langfuse's own normalised messages, and its own sums of tokens and money, for the same observations."""
    agreed = messages = summed = counted = 0
    for path in sorted(folder.glob("*.expected_chatml.json")):
        recorded = json.loads(path.with_name(path.name.replace(".expected_chatml", "")).read_text())
        spans = {each["id"]: (each, to_observed(each)) for each in recorded["observations"]}
        for raw, span in spans.values():
            if raw["usageDetails"]:
                counted += 1
                summed += usage_agrees(raw, span)
        for identity, sides in json.loads(path.read_text()).items():
            if identity in spans:
                for side, expected in sides.items():
                    ours = spans[identity][1].input_messages if side == "input" else spans[identity][1].output_messages
                    wanted = [turn for turn in expected.get("data") or () if "role" in turn]
                    if expected.get("success") and wanted:
                        messages += 1
                        agreed += [theirs(turn) for turn in wanted] == [told(turn) for turn in ours]
    print(f"Langfuse's own reading: messages {agreed} of {messages}, tokens and cost {summed} of {counted}")


def usage_agrees(raw: Mapping[str, Json], span: Span) -> bool:
    details, costs = notation.fields(raw["usageDetails"]), notation.fields(raw["costDetails"])
    tokens = (span.usage.input_tokens, span.usage.output_tokens) == (details.get("input"), details.get("output"))
    return tokens and span.usage.cost_usd == (costs.get("total") if costs else notation.number(raw["totalCost"]))


def theirs(turn: Mapping[str, Json]) -> tuple[str, str, tuple[str, ...]]:
    role, calls = str(turn["role"]), [notation.fields(each) for each in notation.items(turn.get("tool_calls"))]
    return WORDS.get(role, role), flat(turn.get("content")).strip(), tuple(str(call.get("name")) for call in calls)


def flat(content: Json) -> str:
    parts = [notation.fields(each) for each in notation.items(content)]
    if parts and all("type" in part for part in parts):
        return "\n".join(notation.word(part.get("text")) for part in parts if part.get("type") == "text")
    return notation.text(content)


def told(turn: Message) -> tuple[str, str, tuple[str, ...]]:
    return turn.role, turn.content.strip(), tuple(call.name for call in turn.tool_calls)


# -- how fast it is pulled -----------------------------------------------------------------------------------------


def timed(stage: Stage, steps: Sequence[Step]) -> None:
    """A pull of all of it into a new store, in a process of its own so that the server's memory is not counted; then once more."""
    with stage.serve(*steps) as server:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.adapters", "--pull", stage.name, server.url], capture_output=True, text=True, check=True
        )
        print(f"{stage.name}: {done.stdout.strip()}, {len(server.asked)} requests")


def pulled_from(name: str, url: str) -> None:
    stage = next(each for each in STAGES if each.name == name)
    source = stage.opened(Opening(stage.project, stage.variables(url), Path("/nowhere"), Path("/nowhere")))
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store.sqlite") as store:
        for told_as in ("pulled", "again"):
            start, cpu = time.perf_counter(), time.process_time()
            done = pull_matching(Query(limit=TRACES), Pull(source, store))
            assert not done.errors
            seconds, spent = time.perf_counter() - start, time.process_time() - cpu
            peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
            print(f"{told_as} {done.receipt.spans} runs in {seconds:.1f} s ({spent:.1f} s CPU, peak {peak:.0f} MB)", end="; ")
    source.close()


if __name__ == "__main__":
    main()
