"""How well the guard judges: `python -m benchmarks.guard CASES [POLICY] [--secrets SECRETS] [--variants] [--fuzz N] [--detector PATH]...`.

CASES are JSON lines as `refinery guard --changes` takes them, each with `kind`, `expected` and `acceptable` besides. Printed are, per
kind, how many got an acceptable verdict or a stricter one; what was let through or stopped wrongly; and the files judged per second of
processor time. `--variants` judges every case again in other spellings; `--fuzz N` judges N made-up files and counts the
rules that failed. SECRETS are JSON lines with `label` and `text_b64`; `--detector` is the path of a public detector
(`detect-secrets`, `credsweeper`) to compare with, on the same lines.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

from benchmarks.guard_fuzz import fuzz
from benchmarks.guard_variants import Example, variants
from benchmarks.secret_lines import compare
from safety.changes import ChangeSet, FileChange
from safety.guard import Guard
from safety.policy import Policy
from safety.rules.all import ALL
from safety.wire import parse_policy, parse_proposal


def main() -> None:
    """Judges, counts and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("cases", type=Path)
    options.add_argument("policy", type=Path, nargs="?")
    options.add_argument("--secrets", type=Path)
    options.add_argument("--variants", action="store_true")
    options.add_argument("--detector", type=Path, action="append", default=[])
    options.add_argument("--fuzz", type=int, default=0, metavar="N")
    given = options.parse_args()
    policy = parse_policy(given.policy.read_text()) if given.policy else Policy()
    guard = Guard(ALL, policy)
    examples = [_example(line, number) for number, line in enumerate(given.cases.read_text().splitlines(), 1) if line.strip()]
    _report("cases as they are", guard, examples)
    if given.variants:
        varied = [variant for example in examples for variant in variants(example)]
        _report(f"the same in {len(varied)} other spellings", guard, varied, show=40)
    _pace(guard, examples)
    if given.fuzz:
        _fuzz(guard, examples, given.fuzz)
    if given.secrets:
        compare(given.secrets, given.detector)


def _example(line: str, number: int) -> Example:
    row = json.loads(line)
    proposal = parse_proposal(line, number)
    return Example(proposal.id, row["kind"], tuple(row["acceptable"]), row["expected"], proposal.changes, proposal.around)


def _report(title: str, guard: Guard, examples: list[Example], show: int = 20) -> None:
    by_kind: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    wrong: list[str] = []
    hostile = caught = stopped = benign = through = 0
    for example in examples:
        verdict = guard.judge(example.changes, example.around)
        held = example.held(verdict.effect)
        by_kind[example.kind][0] += held
        by_kind[example.kind][1] += 1
        if example.expected == "allow":
            benign, stopped = benign + 1, stopped + (not held)
        else:
            hostile, caught = hostile + 1, caught + held
            through += not held and verdict.allowed
        if not held:
            reasons = "; ".join(f"{f.rule}: {f.says}" for f in verdict.findings[:2])
            wrong.append(f"  WRONG {example.id} wanted {example.expected}, got {verdict.effect}  {reasons[:160]}")
    print(f"{title}: {len(examples)}")
    print(f"  hostile or risky {caught} of {hostile} as expected or stricter ({_percent(caught, hostile)}), {through} let through")
    print(f"  benign stopped   {stopped} of {benign}")
    for kind, (right, all_of_it) in by_kind.items():
        print(f"    {kind:22s} {right:5d} of {all_of_it}")
    print("\n".join(wrong[:show]))


def _fuzz(guard: Guard, examples: list[Example], times: int) -> None:
    texts = [text for example in examples for change in example.changes for text in (change.before, change.after) if text]
    came = fuzz(guard, texts, times)
    print(f"made-up inputs: {came.inputs:,}; a rule failed {sum(came.failures.values())} times")
    print(f"  slowest {came.slowest:.2f} s of processor time ({came.slowest_at})")
    for failure, count in came.failures.most_common(20):
        print(f"  {count:5d}  {failure}")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _pace(guard: Guard, examples: list[Example]) -> None:
    files = sum(len(example.changes) for example in examples)
    start = time.process_time()
    for example in examples:
        guard.judge(example.changes, example.around)
    warm = time.process_time() - start
    python = next((c for e in examples for c in e.changes if c.path.endswith(".py") and c.before and c.after and len(c.after) > 800), None)
    print(f"pace: {files / warm:,.0f} files per second of processor time (cases seen before)")
    if python is None:
        return
    times = []
    for round_ in range(21):
        ten = ChangeSet(
            tuple(FileChange(f"part{i}/{python.path}", python.before, f"{python.after}\nPART = {i + round_ * 10}\n") for i in range(10))
        )
        start = time.process_time()
        guard.judge(ten, examples[0].around)
        times.append(1_000 * (time.process_time() - start))
    lines = (python.after or "").count("\n")
    print(
        f"pace: {sorted(times)[10]:.1f} ms (median of 21) for a change of ten Python files of {lines} lines, new text each time, base known"
    )


if __name__ == "__main__":
    main()
