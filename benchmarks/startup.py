"""Start-up time as a ratio to the bare interpreter, and what a commit waits for: python -m benchmarks.startup

Ours and the bare interpreter are run in turn, so that a machine whose speed drifts cancels out. Aims: at most 10 x for `--version` and
`--help`, and the guard over ten staged files under 0.5 s.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 21
PROGRAM = str(Path(sys.executable).parent / "refinery")


def seconds(command: list[str], folder: Path | None = None) -> tuple[float, float]:
    """Wall time and processor time of one run."""
    start, before = time.perf_counter(), _processor()
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return time.perf_counter() - start, _processor() - before


def main() -> None:
    bare = [sys.executable, "-c", "pass"]
    for arguments in (["--version"], ["--help"]):
        seconds([PROGRAM, *arguments])
        pairs = [(seconds([PROGRAM, *arguments])[0], seconds(bare)[0]) for _ in range(RUNS)]
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        ours, theirs = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
        print(f"refinery {arguments[0]:<10} {ours:6.1f} ms   python -c pass {theirs:6.1f} ms   ratio {ratio:5.2f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _ten_staged(folder)
        for arguments in (["guard", "--staged"], ["hooks", "run", "pre-commit"]):
            seconds([PROGRAM, *arguments], folder)
            wall, used = (
                statistics.median(column) for column in zip(*(seconds([PROGRAM, *arguments], folder) for _ in range(RUNS)), strict=True)
            )
            print(f"refinery {' '.join(arguments):<20} ten staged files {wall:5.2f} s   of the processor {used:5.2f} s")


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _ten_staged(folder: Path) -> None:
    for number in range(10):
        (folder / f"tool_{number}.py").write_text(f"def price(plan):\n    return PRICES[plan] + {number}\n")
    git = ["git", "-c", "user.name=Bench", "-c", "user.email=bench@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "tools"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    for number in range(10):
        with (folder / f"tool_{number}.py").open("a") as file:
            file.write(f"\n\ndef tax(amount):\n    return round(amount * 0.{number + 1}, 2)\n")
    subprocess.run([*git, "add", "."], cwd=folder, check=True)


if __name__ == "__main__":
    main()
