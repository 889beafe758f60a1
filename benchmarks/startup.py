"""Start-up time as a ratio to the bare interpreter: python -m benchmarks.startup

The two are run in turn, so that a machine whose speed drifts cancels out. Aim: at most 10 x.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 21


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    bare = [sys.executable, "-c", "pass"]
    program = str(Path(sys.executable).parent / "refinery")
    for arguments in (["--version"], ["--help"]):
        seconds([program, *arguments])
        pairs = [(seconds([program, *arguments]), seconds(bare)) for _ in range(RUNS)]
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        ours, theirs = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
        print(f"refinery {arguments[0]:<10} {ours:6.1f} ms   python -c pass {theirs:6.1f} ms   ratio {ratio:5.2f}")


if __name__ == "__main__":
    main()
