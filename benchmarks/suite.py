"""How near the runner comes to the ideal bound: `python -m benchmarks.suite [CASES] [CONCURRENCY]`.

500 cases of an agent that sleeps 200 ms, 100 at once, cannot take less than 1.0 s; printed is the ratio to that. The worker is
warm when the clock starts, as it is when a suite runs on; what warming up costs is printed beside. 1,000 cases that answer at
once show the overhead per case. The processor time per case does not depend on what else the machine is doing; the ratios do, so they
are worth something on an idle machine only. Behind a sandbox the time of the agent's processes is not told to us, so a last line has none.

What public harnesses need is printed beside: measured once, with the same 500 cases against an HTTP endpoint that answers after 200 ms,
on an idle machine of two processors. They run the agent in their own process; here each attempt has one of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from refinery.domain import AgentSpec, Expectation, Scenario
from refinery.suite.runner import Runner

AGENT = """
import time


def sleepy(given):
    time.sleep(0.2)
    return {"answer": given["n"]}


def instant(given):
    return {"answer": given["n"]}
"""


PEERS = (
    ("deepeval 4.3.1, a custom asynchronous metric", 2.43, 3.4),
    ("promptfoo 0.121.20, -j 100", 4.34, 8.8),
    ("inspect-ai 0.3.285, display none, max-samples 100", 10.03, 20.0),
)
"""Seconds for 500 cases of 200 ms, 100 at once, and milliseconds of the processor a case (medians of five rounds)."""


def main() -> None:
    cases, concurrency = (int(word) for word in (sys.argv[1:] + ["500", "100"][len(sys.argv) - 1 :])[:2])
    ideal = 0.2 * -(-cases // concurrency)
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        (tree / "bench_agent.py").write_text(AGENT)
        print(f"{cases} cases x 200 ms, {concurrency} at once, ideal {ideal:.2f} s")
        for _ in range(3):
            _line("callable", _timed(_python("sleepy"), concurrency, tree, cases), ideal)
        command = AgentSpec(command=("sh", "-c", 'sleep 0.2; echo "{}"'))
        _line("command, one process an attempt (sh, sleep)", _timed(command, concurrency, tree, cases), ideal)
        for at_once in (2, 4, concurrency):
            warm, took = _timed(_python("instant"), at_once, tree, 1000)
            print(f"1,000 instant cases, {at_once:3} at once   {took:6.2f} s   {took:.2f} ms a case   (warm-up {warm:.2f} s)")
        bare = replace(_python("instant"), sandbox="none")
        warm, took = _timed(bare, 2, tree, 1000)
        print(f"1,000 instant cases, no sandbox      {took:6.2f} s   {took:.2f} ms a case   (all processor time)")
    print("500 cases x 200 ms, 100 at once, by public harnesses")
    for name, took, spent in PEERS:
        print(f"{spent:5.2f} ms processor time a case  {name:52} {took:6.2f} s   over the ideal by {took - 1:.2f} s")


def _python(name: str) -> AgentSpec:
    return AgentSpec(python=f"bench_agent:{name}", interpreter=sys.executable)


def _timed(agent: AgentSpec, concurrency: int, tree: Path, cases: int) -> tuple[float, float]:
    scenarios = [Scenario(f"case-{n}", {"n": n}, (Expectation("is-json", None),)) for n in range(cases)]
    began, used = time.perf_counter(), _processor()
    with Runner(agent, concurrency, environment=os.environ).open(tree) as bench:
        bench.attempt(scenarios[0], 0)
        warm = time.perf_counter()
        attempts = list(bench.attempts([(scenario, 0) for scenario in scenarios]))
        took = time.perf_counter() - warm
    print(f"{(_processor() - used) / (cases + 1) * 1000:5.2f} ms processor time a case  ", end="")
    bad = [attempt for attempt in attempts if not attempt.passed]
    assert len(attempts) == cases, "attempts are missing"
    assert not bad, bad[:1]
    return warm - began, took


def _processor() -> float:
    """Seconds of processor time of this process and of all that it has waited for."""
    return sum(os.times()[:4])


def _line(name: str, timed: tuple[float, float], ideal: float) -> None:
    warm, took = timed
    print(f"{name:45} {took:6.3f} s   ratio {took / ideal:.3f}   (warm-up {warm:.2f} s)")


if __name__ == "__main__":
    main()
