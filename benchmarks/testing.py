"""What it costs to run tests one by one: trivial tests, each in a process of its own, beside one run of them all.

    python -m benchmarks.testing [TESTS] [--plugins]

Processor time is what counts: it hardly depends on what else the machine does. Plug-ins that are installed for this Python are not
loaded, since they would be measured instead (`--plugins` loads them). There is no sandbox: processor time behind its walls is not told
to us.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from refinery.domain import AgentSpec
from refinery.suite.runner import Runner

ALONE = {"PATH": os.environ.get("PATH", os.defpath)} | ({} if "--plugins" in sys.argv else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})


def main(tests: int) -> None:
    spec = AgentSpec(
        ("pytest", "-q"), timeout_s=60, sandbox="none", interpreter=sys.executable, environment=("PYTEST_DISABLE_PLUGIN_AUTOLOAD",)
    )
    runner = Runner(spec, concurrency=2, environment=ALONE, tests=spec)
    with TemporaryDirectory() as folder:
        tree = Path(folder)
        (tree / "test_many.py").write_text("".join(f"def test_{number}():\n    pass\n\n" for number in range(tests)))
        began = spent()
        found = runner.tests_in(tree).scenarios
        tell("finding them", began, 1)
        began = spent()
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=tree, env=ALONE, stdout=subprocess.DEVNULL, check=True
        )
        tell("all in one process of pytest", began, 1)
        began = spent()
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", found[0].test],
            cwd=tree,
            env=ALONE,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        tell("one in one process of pytest", began, 1)
        for coverage in (False, True):
            began = spent()
            with runner.open(tree, coverage) as bench:
                assert all(attempt.passed for attempt in bench.attempts([(each, 0) for each in found]))
            tell(f"one by one{', watching which lines run' * coverage}, each", began, tests)
        began = spent()
        with runner.warmed(tree, tests=True) as warm, warm.open(tree) as bench:
            assert bench.attempt(found[0], 0).passed
            print(f"{'loading pytest for looking at candidates':48} {(time.monotonic() - began[0]) * 1000:8.0f} ms")
            began = spent()
            assert all(attempt.passed for attempt in bench.attempts([(each, 0) for each in found]))
            wall = (time.monotonic() - began[0]) / tests
        print(f"{'one by one, as candidates are looked at, each':48} {wall * 1000:8.0f} ms   (theirs is not told to us)")


def spent() -> tuple[float, float]:
    """Seconds on the clock, and of the processor, our own and that of all that we started and is over."""
    own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic(), own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime


def tell(what: str, began: tuple[float, float], among: int) -> None:
    wall, cpu = ((now - then) / among for now, then in zip(spent(), began, strict=True))
    print(f"{what:48} {wall * 1000:8.0f} ms   {cpu * 1000:8.0f} ms of the processor")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].isdigit() else 50)
