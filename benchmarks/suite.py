"""How near the runner comes to the ideal bound: `python -m benchmarks.suite [CASES] [CONCURRENCY]`.

500 cases of an agent that sleeps 200 ms, 100 at once, cannot take less than 1.0 s; printed is the ratio to that. The worker is
warm when the clock starts, as it is when a suite runs on; what warming up costs is printed beside. 1,000 cases that answer at
once show the overhead per case. The processor time per case, ours and the agent's processes' together, does not depend on what
else the machine is doing; the ratios do.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
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
