"""How often a model's diagnosis is right: `python -m benchmarks.analysis FOLDER OUT [--every N] [--at K]`.

FOLDER is as for `benchmarks.diagnosis`; every N-th transcript of each group is taken, from the K-th on. OUT keeps each diagnosis as a
JSON file, so that a run can go on where it was stopped. The model is Anthropic's, by ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from benchmarks.diagnosis import report
from benchmarks.labelled import Case, cases
from refinery import contract
from refinery.agents.analyst import Brief, analyse
from refinery.domain import Diagnosis, Suspect
from refinery.errors import RefineryError
from refinery.events import silent
from refinery.llm.anthropic import Account, Anthropic
from refinery.llm.port import LLM
from refinery.llm.prices import load_prices
from refinery.signals.diagnosis import diagnose

PATIENCE_S = 3_000.0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--at", type=int, default=0)
    parser.add_argument("--side-by-side", type=int, default=4)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    groups: dict[str, list[Case]] = {}
    for case in cases(given.folder):
        groups.setdefault(case.id.split("/")[0], []).append(case)
    account = Account(os.environ.get("ANTHROPIC_API_KEY", ""), os.environ.get("ANTHROPIC_BASE_URL"), timeout_s=PATIENCE_S)
    model = Anthropic(account, "", load_prices())
    picked = {name: group[given.at :: given.every] for name, group in groups.items()}
    with ThreadPoolExecutor(given.side_by_side) as pool:
        list(pool.map(lambda case: _done(model, case, given.out), [case for group in picked.values() for case in group]))
    for name, group in picked.items():
        done = [(case, _kept(given.out, case)) for case in group if _file(given.out, case).exists()]
        if done:
            _report(name, [case for case, _ in done], [seen for _, seen in done])


def _report(name: str, group: Sequence[Case], told: Sequence[tuple[Diagnosis, int]]) -> None:
    print("with the model:", end=" ")
    report(name, group, [seen for seen, _ in told])
    used = [tokens for _, tokens in told]
    print(f"  {statistics.mean(used):.0f} tokens a trace on average, {max(used)} at most")
    print("the rules alone, on the same transcripts:", end=" ")
    report(name, group, [diagnose(case.trace, failed=True) for case in group])


def _done(model: LLM, case: Case, out: Path) -> None:
    file = _file(out, case)
    if file.exists():
        return
    rules = diagnose(case.trace, failed=True)
    try:
        found = analyse(model, case.trace, rules, Brief(must_have_failed=True), silent)
    except RefineryError as error:
        print(f"{case.id}: {error}", file=sys.stderr)
        return
    file.write_text(json.dumps({"case": case.id, **contract.diagnosis(found)}, indent=1))


def _file(out: Path, case: Case) -> Path:
    return out / f"{case.id.replace('/', '-')}.json"


def _kept(out: Path, case: Case) -> tuple[Diagnosis, int]:
    """What a report needs of a kept diagnosis, and the tokens it took."""
    kept = json.loads(_file(out, case).read_text())
    rules = diagnose(case.trace, failed=True)
    others = tuple(Suspect(one["agent"], one["step"], one["span_id"], one["says"]) for one in kept["alternatives"])
    seen = replace(rules, step=kept["step"], agent=kept["agent"], confidence=kept["confidence"], alternatives=others)
    return seen, kept["usage"]["input_tokens"] + kept["usage"]["output_tokens"]


if __name__ == "__main__":
    main()
