"""What a recorded world costs: processor time of a replayed call, beside the same call to a function that does nothing.

python -m benchmarks.world
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from refinery.domain import AgentSpec, Expectation, HttpTools, Recording, Scenario, Tools, World
from refinery.suite.runner import Runner

AGENT = """
import json, os, sys, time, urllib.request

def price(plan: str, number: int = 0) -> dict:
    return {"amount": 45}

def asked(number):
    with urllib.request.urlopen(os.environ["SHOP_URL"] + "/price?number=%d" % number) as reply:
        return json.load(reply)

def answer(given):
    call = asked if given["http"] else lambda number: price("pro", number)
    began = time.process_time()
    for number in range(given["calls"]):
        call(number % 10)
    return (time.process_time() - began) / given["calls"] * 1e6

if __name__ == "__main__":
    print(answer(json.load(sys.stdin)))
"""
TOOLS = Tools(python={"price": "agent:price"}, http=(HttpTools("SHOP_URL", routes={"asked": "GET /price"}),))
RUNS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "agent.py").write_text(AGENT)
        print(f"{'microseconds of processor time a call (median of ' + str(RUNS) + ' runs)':<64}{'1000 calls':>12}{'4000':>10}")
        for name, command, http, world in (
            ("callable, no recording", False, False, False),
            ("callable", False, False, True),
            ("command", True, False, True),
            ("callable, HTTP tool (client and server in one process)", False, True, True),
        ):
            cells = [measured(Path(folder), command, http, world, calls) for calls in (1000, 4000)]
            print(f"{name:<64}{cells[0]:>12.1f}{cells[1]:>10.1f}")


def measured(tree: Path, command: bool, http: bool, world: bool, calls: int) -> float:
    """The median over runs."""
    recorded = [
        Recording("asked" if http else "price", {"number": n} if http else {"plan": "pro", "number": n}, result={"amount": 45})
        for n in range(10)
    ]
    scenario = Scenario(
        "a", {"calls": calls, "http": http}, (Expectation("no-error", True),), world=World(tuple(recorded)) if world else None
    )
    agent = AgentSpec(("python", "agent.py") if command else (), "" if command else "agent:answer", interpreter=sys.executable, tools=TOOLS)
    with Runner(agent, 1, environment={"PATH": os.environ["PATH"]}).open(tree) as bench:
        attempts = [bench.attempt(scenario, trial) for trial in range(RUNS)]
    assert all(each.passed for each in attempts), attempts[0].says
    return statistics.median(float(each.output) for each in attempts)


if __name__ == "__main__":
    main()
