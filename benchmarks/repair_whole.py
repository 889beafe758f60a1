"""Repair of whole repositories through the command line: share fixed, share kept wrongly (by cases kept apart), seconds.

Run: python -m benchmarks.repair_whole [FOLDER] [--only NAME] [--seconds N] [--model NAME]

FOLDER holds YAML files of sound repositories (default: benchmarks/agents). Each names its callable, its files, visible and hidden cases as
`[id, input, answer]`, and faults: edits that break it, from a good text to a bad one. One repository is made for each fault, with
the visible cases as its scenarios, and `refinery fix --failing --yes` is run in it; what is kept is judged by all cases, several fixes
together. Folders that `closed` names nobody may change. The faults in benchmarks/reasoned have to be understood: they are for a model,
with --model.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "agents"
ENDLESS = 60
"""Seconds after which cases that judge are taken for failed."""
REFINERY = (sys.executable, "-c", "from refinery.cli.main import main; main()")
JUDGE = """
import importlib, json, sys
given = json.load(sys.stdin)
sys.path.insert(0, ".")
exec(given["setup"])
module, _, name = given["python"].partition(":")
answer = getattr(importlib.import_module(module), name)
bad = []
for case, asked, wanted in given["cases"]:
    try:
        got = json.loads(json.dumps(answer(asked)))
    except Exception as error:
        got = repr(error)
    if got != wanted:
        bad.append(f"{case}: {got}")
print(json.dumps(bad))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one fault."""

    name: str
    layer: str
    verdict: str
    """`fixed`, `part` (only some failures cured, none wrongly), `WRONG` or `open`."""
    says: str
    seconds: float
    processor: float
    size: float = 0.0
    """Changed lines of what was kept, as a multiple of the author's; 0 where nothing was."""


def main() -> None:
    """One line a fault, then the totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", default="60")
    parser.add_argument("--model", default="none", help="none, anthropic or openai; the environment says where it is")
    parser.add_argument("--reports", type=Path, help="a folder in which what `refinery fix` reported is kept")
    chosen = parser.parse_args()
    outcomes = []
    for path in sorted(chosen.folder.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            for fault in entry["faults"]:
                if chosen.only in f"{entry['repository']}/{fault['name']}":
                    outcomes.append(tried(entry, fault, chosen))
                    tell(outcomes[-1])
    totals(outcomes)


def tell(outcome: Outcome) -> None:
    """One line."""
    print(
        f"{outcome.verdict:6} {outcome.layer:7} {outcome.name:48} {outcome.seconds:6.1f} s "
        f"({outcome.processor:5.1f} s cpu)  {outcome.says}",
        flush=True,
    )


def totals(outcomes: Sequence[Outcome]) -> None:
    """Counts and medians, by layer and of all."""
    for layer in (*sorted({outcome.layer for outcome in outcomes}), ""):
        group = [outcome for outcome in outcomes if layer in ("", outcome.layer)]
        count = {word: sum(outcome.verdict == word for outcome in group) for word in ("fixed", "part", "WRONG", "open")}
        small = [outcome.size <= 2 for outcome in group if outcome.size]
        print(
            f"{layer or 'all'}: {len(group)} faults, "
            + ", ".join(f"{word} {number}" for word, number in count.items())
            + f"; median {statistics.median(outcome.seconds for outcome in group):.1f} s"
            f" ({statistics.median(outcome.processor for outcome in group):.1f} s of processor)"
            + (f"; kept patches of at most twice the author's size {sum(small)}/{len(small)}" if small else "")
        )


def tried(entry: dict[str, Any], fault: dict[str, Any], chosen: argparse.Namespace) -> Outcome:
    """One fault, from its repository to the verdict."""
    name, model = f"{entry['repository']}/{fault['name']}", chosen.model
    files = dict(entry["files"])
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder, "repository"), Path(folder, "home")
        home.mkdir()
        (home / ".gitconfig").write_text("[user]\n\tname = B\n\temail = b@example.com\n[init]\n\tdefaultBranch = main\n")
        vendor = (
            {name: value for name, value in os.environ.items() if name.startswith(("ANTHROPIC_", "OPENAI_"))} if model != "none" else {}
        )
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **vendor}
        write(root, files)
        if failing := judged(root, entry, entry["visible"] + entry["hidden"]):
            raise SystemExit(f"{name}: the sound repository fails: {failing}")
        for path, good, bad in fault["edits"]:
            if files[path].count(good) != 1:
                raise SystemExit(f"{name}: the text to break stands {files[path].count(good)} times in {path}")
            files[path] = files[path].replace(good, bad)
        write(root, files)
        failing = judged(root, entry, entry["visible"])
        if not failing or (len(failing) == len(entry["visible"]) and not fault.get("all")):
            raise SystemExit(f"{name}: {len(failing)} of {len(entry['visible'])} visible cases fail")
        cases = [{"id": case, "input": asked, "expect": [{"equals": wanted}]} for case, asked, wanted in entry["visible"]]
        top = sorted({path.split("/")[0] for path in files} - set(entry.get("closed", ())))
        editable = [f"{each}/**" if (root / each).is_dir() else each for each in top]
        write(
            root,
            {
                "scenarios/cases.yaml": yaml.safe_dump(cases, sort_keys=False),
                "refinery.toml": f'[agent]\npython = "{entry["python"]}"\ninterpreter = "{sys.executable}"\ntimeout = "10s"\n'
                f"[scope]\neditable = {json.dumps(editable)}\n",
            },
        )
        run = repaired(root, environment, chosen, fault["name"])
        kept, took, spent = run.kept, run.seconds, run.processor
        if not kept:
            return Outcome(name, fault["layer"], "open", run.says, took, spent)
        best = None
        author = larger([line for _, good, bad in fault["edits"] for line in difference(bad, good)])
        for commit in (*all_of(root, kept, environment), *(report["kept"]["commit"] for report in kept)):
            tree = Path(folder, "kept")
            subprocess.run(["git", "clone", "-q", str(root), str(tree)], env=environment, check=True)
            subprocess.run(["git", "fetch", "-q", str(root), commit], cwd=tree, env=environment, check=True)
            subprocess.run(["git", "checkout", "-q", commit], cwd=tree, env=environment, check=True)
            bad = judged(tree, entry, entry["visible"] + entry["hidden"])
            before = {line.split(":")[0] for line in judged(root, entry, entry["visible"] + entry["hidden"])}
            left = {line.split(":")[0] for line in bad}
            lines = changed(tree, environment)
            verdict = "fixed" if not bad else "WRONG" if left & {case for case, _, _ in entry["hidden"]} else "part"
            best = (verdict, " | ".join(line.strip() for line in lines) + (f"   STILL {bad[:2]} of {len(before)}" if bad else ""))
            size = larger(lines) / author
            subprocess.run(["rm", "-rf", str(tree)], check=True)
            if verdict == "fixed":
                break
        assert best is not None
        return Outcome(name, fault["layer"], best[0], best[1], took, spent, size)


@dataclass(frozen=True, slots=True)
class Run:
    """What `refinery fix --failing` came to in a repository."""

    kept: tuple[dict[str, Any], ...]
    """The reports of fixes that were kept."""
    says: str
    seconds: float
    processor: float


def repaired(root: Path, environment: Mapping[str, str], chosen: argparse.Namespace, name: str) -> Run:
    """Commit the folder as it is, and run `refinery fix` in it."""
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "As it is"]):
        subprocess.run(["git", *command], cwd=root, env=environment, check=True)
    began, used = time.perf_counter(), children()
    done = subprocess.run(
        [*REFINERY, "fix", "--failing", "--model", chosen.model, "--yes", "--json", "--seconds", chosen.seconds],
        cwd=root, env={**environment, "PYTHONPATH": str(Path(__file__).parents[1])}, capture_output=True, text=True,
        timeout=600 if chosen.model == "none" else 7200,
    )  # fmt: skip
    took, spent = time.perf_counter() - began, children() - used
    if chosen.reports:
        write(chosen.reports, {f"{name}.json": done.stdout, f"{name}.err": done.stderr})
    reports = read(done.stdout)
    says = "; ".join(report.get("says", "") for report in reports) or done.stderr[-300:]
    return Run(tuple(report for report in reports if report.get("kept")), says, took, spent)


def all_of(root: Path, kept: Sequence[dict[str, Any]], environment: Mapping[str, str]) -> list[str]:
    """The commit that has all fixes that were kept, squashed; none where there is one fix, or they cannot all be had."""
    if len(kept) < 2:
        return []
    tree = root.with_name("together")
    subprocess.run(["git", "clone", "-q", str(root), str(tree)], env=environment, check=True)
    base = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=tree, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    for report in kept:
        commit = report["kept"]["commit"]
        subprocess.run(["git", "fetch", "-q", str(root), commit], cwd=tree, env=environment, check=True)
        if subprocess.run(["git", "cherry-pick", commit], cwd=tree, env=environment, capture_output=True).returncode:
            return []
    for command in (
        ["reset", "-q", "--soft", base],
        ["commit", "-q", "-m", "All of them"],
        ["push", "-q", str(root), "HEAD:refs/heads/all-of-them"],
    ):
        subprocess.run(["git", *command], cwd=tree, env=environment, check=True)
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tree, env=environment, capture_output=True, text=True, check=True)
    return [done.stdout.strip()]


def changed(tree: Path, environment: Mapping[str, str]) -> list[str]:
    """The lines that the commit at HEAD adds and takes away, its scenarios left out."""
    diff = subprocess.run(
        ["git", "diff", "-U0", "HEAD~1", "--", ".", ":!scenarios"], cwd=tree, env=environment, capture_output=True, text=True
    )
    return [line for line in diff.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def difference(before: str, after: str) -> list[str]:
    """The lines that come and go between two texts."""
    shown = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def larger(lines: Sequence[str]) -> int:
    """Lines that come or go, the greater number of the two."""
    return max(1, sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines))


def judged(root: Path, entry: dict[str, Any], cases: list[Any]) -> list[str]:
    """The cases that fail, with what was said."""
    asked = {"python": entry["python"], "setup": entry.get("hidden_setup", ""), "cases": cases}
    command = [sys.executable, "-B", "-c", JUDGE]
    try:
        done = subprocess.run(command, cwd=root, input=json.dumps(asked), capture_output=True, text=True, timeout=ENDLESS)
    except subprocess.TimeoutExpired:
        return [f"{case}: endless" for case, _, _ in cases]
    return json.loads(done.stdout) if done.returncode == 0 else [f"{case}: broken: {done.stderr[-200:]}" for case, _, _ in cases]


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def read(text: str) -> list[dict[str, Any]]:
    """The JSON objects of an output, one a fix."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
