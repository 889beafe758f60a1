"""How often the labelled step is still visible in a compressed trace: `python -m benchmarks.compression FOLDER`.

Visible: at least 200 characters of the step's own words are shown, or all of them. Named: the step has a line. The comparison shows
the first and the last part of the plain text of the trace, as a budget without care would.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.diagnosis import share
from benchmarks.labelled import Case, cases
from refinery.agents.view import BYTES_A_TOKEN, tokens, view
from refinery.signals.diagnosis import diagnose

ENOUGH = 200


def main() -> None:
    every = list(cases(Path(sys.argv[1])))
    groups = {case.id.split("/")[0] for case in every}
    for name in sorted(groups):
        group = [case for case in every if case.id.startswith(f"{name}/")]
        lengths = sorted(tokens("".join(span.output for span in case.trace.spans)) for case in group)
        print(f"{name}: {len(group)} transcripts, {lengths[len(lengths) // 2]} tokens in the middle, {lengths[-1]} at most")
        for budget in (2_000, 8_000, 32_000):
            seen, named, plain, over, spent = [], [], [], 0, 0.0
            for case in group:
                found = diagnose(case.trace, failed=True)
                start = time.process_time()
                shown = view(case.trace, budget, found)
                spent += time.process_time() - start
                over += tokens(shown.text) > budget
                seen.append(shown.shown.get(case.step, 0) >= min(ENOUGH, len(case.trace.spans[case.step].output.strip())))
                named.append(f"[step {case.step}]" in shown.text)
                plain.append(_plainly(case, budget))
            took = f"{1000 * spent / len(group):.1f} ms of CPU time a trace"
            print(f"  {budget:6} tokens: visible {share(seen)}   named {share(named)}   cut without care {share(plain)}   {took}")
            if over:
                print(f"         {over} views exceed their budget")


def _plainly(case: Case, budget: int) -> bool:
    """Whether the step is within the first or the last half of a budget, when texts simply follow each other."""
    room = budget * BYTES_A_TOKEN // 2
    sizes = [len(span.output.encode("utf-8", "replace")) for span in case.trace.spans]
    before, after = sum(sizes[: case.step]), sum(sizes[case.step + 1 :])
    enough = min(ENOUGH, sizes[case.step])
    return before + enough <= room or after + enough <= room


if __name__ == "__main__":
    main()
