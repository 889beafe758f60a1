"""The sample is what the demo needs it to be: green but for its complaints, each of which has its own small cure, but for one."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters.otlp import decode_json, decode_protobuf
from adapters.trace import Kind, Trace
from refinery.domain import Scenario
from refinery.samples.billing.complaints import REPOSITORY, TRACES, Case, complaints, lay_out
from refinery.suite.scenarios import load
from tests.refinery.samples.trying import red

FIXES = Path(__file__).parent / "fixes"
CURABLE = sorted(path.stem for path in FIXES.glob("*.patch"))
INCURABLE = "price-agreed-by-phone"
CASES = {case.id: case for case in complaints()}
HANDLERS, SETTINGS = "billing_agent/handlers.py", "config/agent.yaml"
TEMPTING = [
    ("old-refund-policy", "billing_agent/retrieval.py", "-match.score, match", "match.score, match"),
    ("renewal-not-on-file", HANDLERS, '"not on file"', '"15 January 2027"'),
    ("price-in-dollars", HANDLERS, 'currency="USD"', 'currency="EUR"'),
    ("refund-on-the-last-day", SETTINGS, "window_days: 30", "window_days: 31"),
    ("refund-on-the-last-day", "billing_agent/refunds.py", "0 <= age_days < window_days", "0 <= age_days"),
    ("draft-invoice-crashes", HANDLERS, 'due_on=spoken(found["due_on"])', 'due_on=""'),
]
"""Edits that turn a complaint green for the wrong reason."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    lay_out(tmp_path / "agent")
    return tmp_path / "agent"


def test_the_base_suite_is_green(tree: Path) -> None:
    assert red(tree, scenarios()) == {}


def test_there_are_enough_scenarios_to_notice_a_harmful_fix() -> None:
    assert len(scenarios()) >= 10


def test_every_complaint_and_neighbour_is_red_on_the_base(tree: Path) -> None:
    assert list(red(tree, asked(*CASES))) == [scenario.id for scenario in asked(*CASES)]


def test_every_complaint_but_one_has_a_cure() -> None:
    assert sorted([*CURABLE, INCURABLE]) == sorted(CASES)


@pytest.mark.parametrize("name", CURABLE)
def test_the_cure_makes_its_complaint_green_and_leaves_the_others_as_they_were(tree: Path, name: str) -> None:
    cure(tree, name)
    rest = asked(*(other for other in CASES if other != name))
    assert red(tree, (*asked(name), *scenarios())) == {}
    assert len(red(tree, rest)) == len(rest)


def test_all_cures_go_together(tree: Path) -> None:
    for name in CURABLE:
        cure(tree, name)
    assert list(red(tree, (*scenarios(), *asked(*CASES)))) == [scenario.id for scenario in asked(INCURABLE)]


def test_cures_are_small_and_stay_in_scope() -> None:
    for name in CURABLE:
        patch = (FIXES / f"{name}.patch").read_text()
        changed = re.findall(r"^[+-](?![+-]).*", patch, re.MULTILINE)
        assert len(changed) <= 4
        assert all(
            path.startswith(("billing_agent/", "config/", "prompts/")) for path in re.findall(r"^\+\+\+ b/(.+)$", patch, re.MULTILINE)
        )


def test_what_the_incurable_complaint_asks_for_stands_nowhere_in_the_repository(tree: Path) -> None:
    texts = [path.read_text() for path in tree.rglob("*") if path.is_file()]
    for scenario in asked(INCURABLE):
        amount = next(str(check.value).split()[0] for check in scenario.expect if check.kind == "contains")
        assert not any(amount in text for text in texts)


@pytest.mark.parametrize("cures", [(), tuple(CURABLE)], ids=["base", "cured"])
def test_the_agents_own_tests_pass(tree: Path, cures: tuple[str, ...]) -> None:
    for name in cures:
        cure(tree, name)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=tree, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout


def test_the_agent_needs_nothing_but_yaml() -> None:
    allowed = {*sys.stdlib_module_names, "billing_agent", "yaml", "opentelemetry"}
    for path in (REPOSITORY / "billing_agent").glob("*.py"):
        imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, (ast.Import, ast.ImportFrom))]
        names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in names} <= allowed


def test_traces_are_remade_to_the_byte(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.sdk")
    subprocess.run([sys.executable, "-m", "refinery.samples.billing.make_traces", str(tmp_path)], check=True, timeout=60)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {path.name: path.read_bytes() for path in TRACES.iterdir()}


def test_spans_reach_the_collector_that_the_environment_names() -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        subprocess.run(
            [sys.executable, "-B", "-m", "billing_agent"],
            input=json.dumps(asked("price-in-dollars")[0].input),
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            env={
                "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
                "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
                "TRACEPARENT": f"00-{'ab' * 16}-{'cd' * 8}-01",
            },
            check=True,
            timeout=60,
        )
        server.shutdown()
    (trace,) = decode_protobuf(b"".join(bodies)).traces
    assert trace.id == "ab" * 16
    assert [span.tool for span in trace.spans if span.kind is Kind.TOOL] == ["lookup_customer", "lookup_price"]


def test_traces_carry_their_id_and_no_place_on_this_machine() -> None:
    for case in CASES.values():
        assert trace_of(case).id == case.trace
        assert str(REPOSITORY) not in case.file.read_text()
        assert "site-packages" not in case.file.read_text()


def test_the_crash_has_its_stack_in_the_trace() -> None:
    failure = trace_of(CASES["draft-invoice-crashes"]).spans[0].failure
    assert failure is not None
    assert 'File "/srv/billing-agent/billing_agent/dates.py"' in failure.stacktrace


def test_the_old_policy_was_found_before_the_new_one() -> None:
    search = next(span for span in trace_of(CASES["old-refund-policy"]).spans if span.kind is Kind.RETRIEVER)
    assert [document.id for document in search.documents] == ["refunds-2023-05", "refunds-2025-09"]


@pytest.mark.parametrize(("name", "path", "old", "new"), TEMPTING)
def test_a_tempting_wrong_cure_is_caught(tree: Path, name: str, path: str, old: str, new: str) -> None:
    text = (tree / path).read_text()
    assert old in text
    (tree / path).write_text(text.replace(old, new))
    assert CASES[name].id not in red(tree, asked(name)), "it does not tempt: the complaint itself stays red"
    assert red(tree, (*asked(name), *scenarios()))


@cache
def scenarios() -> tuple[Scenario, ...]:
    """The suite as it is committed."""
    paths = sorted(str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / "scenarios").rglob("*.yaml"))
    return load(lambda path: (REPOSITORY / path).read_text(encoding="utf-8"), paths)


def asked(*names: str) -> tuple[Scenario, ...]:
    """Complaints as scenarios: first the input that the trace carries, then the neighbours."""
    found = []
    for case in (CASES[name] for name in names):
        found.append(Scenario(case.id, json.loads(trace_of(case).spans[0].input), case.expect))
        found += [Scenario(f"{case.id}-{place}", other.input, other.expect) for place, other in enumerate(case.also, 2)]
    return tuple(found)


def trace_of(case: Case) -> Trace:
    (trace,) = decode_json(case.file.read_bytes()).traces
    return trace


def cure(tree: Path, name: str) -> None:
    subprocess.run(["git", "apply", str(FIXES / f"{name}.patch")], cwd=tree, check=True, timeout=60)
