"""How many everyday mistakes the search makes the right edit for, and at which place among its candidates, without trying any.

Run: python -m benchmarks.mistakes [FILE ...] [--only NAME] [--limit N] [--show N]     (default: all of benchmarks/mistakes)

The files hold a mistake each: small files, the right text and the wrong one, and a call that shows the difference. They were written by
people who did not know the search, and then worked on, so that they show what is lost, not how well it does on others. An edit that does
the same in other words than the right text is not counted.
"""

from __future__ import annotations

import argparse
import ast
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.repair import Worker
from benchmarks.repair import diagnose as told
from refinery.domain import Execution, Hypothesis
from refinery.edits.draft import draft
from refinery.repair.search import candidates

FOLDER = Path(__file__).parent / "mistakes"
WITHIN = (10, 30, 100)
BROUGHT = "from datetime import date, datetime, timedelta, timezone"
READERS: Mapping[str, Callable[[str], object]] = {
    ".yaml": yaml.safe_load,
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".py": lambda text: ast.dump(ast.parse(text)),
}


def main() -> None:
    """One line a mistake, and the totals of each file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int, default=1500)
    parser.add_argument("--show", type=int, default=0, help="so many of the first candidates are told")
    chosen = parser.parse_args()
    for path in chosen.files or sorted(FOLDER.glob("*.yaml")):
        entries = [entry for entry in yaml.safe_load(path.read_text(encoding="utf-8")) if chosen.only in entry["name"]]
        places = [place for entry in entries if (place := placed(entry, chosen.limit, chosen.show)) is not None]
        found = [place for place in places if place]
        within = ", ".join(f"within {most}: {sum(place <= most for place in found)}" for most in WITHIN)
        print(f"{path.name}: {len(places)} mistakes that show, {within}, at all: {len(found)}", flush=True)


def placed(entry: Mapping[str, Any], limit: int, show: int) -> int | None:
    """The place of the right edit; 0 where it is never made, None where the call does not show the mistake."""
    path, sound = entry["path"], dict(entry["files"])
    broken = {**sound, path: sound[path].replace(entry["good"], entry["bad"])}
    setup, test = called(entry)
    worker = Worker()
    try:
        before, after = (worker.run(files, setup, (test,), trace=True) for files in (sound, broken))
    except TypeError:  # what the mistake prints takes the place of the answer
        before, after = [], []
    finally:
        worker.close()
    if not before or not before[0].passed or after[0].passed:
        print(f"  n/a  {entry['name']}", flush=True)
        return None
    executions = tuple(Execution(test, each.passed, each.lines) for each in after)
    made = candidates(broken, told(after), executions, tuple(each.says for each in after), limit=limit)
    place = 0
    for number, hypothesis in enumerate(made, 1):
        if number <= show:
            print(f"       {number} {hypothesis.change} ({hypothesis.confidence:.2f})")
        if rights(hypothesis, broken, path, sound[path]):
            place = number
            break
    print(f"{place or 'never':>5}  {entry['name']}", flush=True)
    return place


def called(entry: Mapping[str, Any]) -> tuple[str, str]:
    """What brings in the call of an entry, as a function without arguments, and the test of it."""
    name = (entry.get("function") or "").split(".")[0]
    code = {path: text for path, text in entry["files"].items() if path.endswith(".py")}
    module = next((path for path, text in code.items() if name and (f"def {name}" in text or f"class {name}" in text)), next(iter(code)))
    lines = list(_lines(ast.parse(entry["input"].strip()).body))
    case = "\n".join(f"    {line}" for line in lines)
    return f"{BROUGHT}\nfrom {module[:-3].replace('/', '.')} import *\ndef _case():\n{case}", f"_case() == ({entry['wanted']})"


def _lines(body: Sequence[ast.stmt]) -> Iterator[str]:
    """The statements, of which the last gives its value."""
    for statement in body:
        last = statement is body[-1] and isinstance(statement, ast.Expr)
        yield from f"{'return ' * last}{ast.unparse(statement)}".splitlines()


def rights(hypothesis: Hypothesis, sources: Mapping[str, str], path: str, sound: str) -> bool:
    """Whether it makes of the broken file the sound one, and changes nothing else."""
    changed = {change.path: change.after or "" for change in draft(hypothesis.edits, sources.get).changes}
    return changed.keys() == {path} and read(path, changed[path]) == read(path, sound)


def read(path: str, text: str) -> object:
    """What a file says, whatever its layout."""
    try:
        return READERS.get(Path(path).suffix, str.strip)(text)
    except (SyntaxError, ValueError, yaml.YAMLError):
        return None


if __name__ == "__main__":
    main()
