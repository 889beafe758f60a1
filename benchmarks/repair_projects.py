"""Repair of projects with a pytest suite through the command line: share fixed, share kept wrongly (by tests kept apart), seconds.

Run: python -m benchmarks.repair_projects FOLDER [--only NAME] [--seconds N]     (a folder a fault)
     python -m benchmarks.repair_projects --classics [--every N]     (bugs of one line in well-known algorithms, see `benchmarks.classics`)

A fault's folder holds `sound/`, the project with its tests; `fault.json` with `edits`, each a path, a good text that stands there once
and the bad one in its place; and `hidden/`, tests that the tool does not see and that judge what it keeps.
`python -m benchmarks.seeded --into FOLDER` writes such folders from packages of PyPI.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.classics import FILE, as_tests, classics
from benchmarks.repair_whole import Outcome, all_of, changed, difference, larger, repaired, tell, totals, write

QUIET = {"PYTHONDONTWRITEBYTECODE": "1"}
ENDLESS = 60
"""Seconds after which tests that judge are taken for failed."""


def main() -> None:
    """One line a fault, then the totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--classics", action="store_true")
    parser.add_argument("--every", type=int, default=1, help="only every so many of the faults")
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", default="60")
    parser.add_argument("--model", default="none", help="none, anthropic or openai; the environment says where it is")
    parser.add_argument("--reports", type=Path, help="a folder in which what `refinery fix` reported is kept")
    chosen = parser.parse_args()
    if chosen.classics == bool(chosen.folder):
        parser.error("name a folder, or ask for the classics")
    with tempfile.TemporaryDirectory() as made:
        folders = sorted(path.parent for path in (of_classics(Path(made)) if chosen.classics else chosen.folder).glob("*/fault.json"))
        outcomes = []
        for folder in folders[:: chosen.every]:
            if chosen.only in folder.name:
                outcomes.append(tried(folder, chosen))
                tell(outcomes[-1])
    totals(outcomes)


def of_classics(root: Path) -> Path:
    """The classics as folders."""
    for each in classics():
        write(
            root / each.name,
            {
                f"sound/{FILE}": each.sound,
                "sound/conftest.py": "",
                "sound/tests/test_algorithm.py": as_tests(each.visible),
                "hidden/test_hidden.py": as_tests(each.hidden),
                "fault.json": json.dumps({"edits": [[FILE, each.sound, each.broken]], "by": each.by}),
            },
        )
    return root


def tried(folder: Path, chosen: argparse.Namespace) -> Outcome:
    """One fault, from its repository to the verdict."""
    fault = json.loads((folder / "fault.json").read_text(encoding="utf-8"))
    kind = fault.get("by", "code")
    with cloned(folder / "sound") as (root, environment):
        if failing := failed(root, folder):
            raise SystemExit(f"{folder.name}: the sound project fails: {failing}")
        for path, good, bad in fault["edits"]:
            text = (root / path).read_text(encoding="utf-8")
            if text.count(good) != 1:
                raise SystemExit(f"{folder.name}: the text to break stands {text.count(good)} times in {path}")
            (root / path).write_text(text.replace(good, bad), encoding="utf-8")
        own = sorted({path.split("/")[0] for path, _, _ in fault["edits"]})
        editable = [f"{each}/**" if (root / each).is_dir() else "*.py" for each in own]
        write(
            root,
            {
                "refinery.toml": f'[agent]\ninterpreter = "{sys.executable}"\ntimeout = "10s"\n'
                f'[suite]\ncommand = "{fault.get("command", "pytest -q")}"\n[scope]\neditable = {json.dumps(editable)}\n'
            },
        )
        run = repaired(root, environment, chosen, folder.name)
        verdict, says, size = "open", run.says, 0.0
        author = larger([line for _, good, bad in fault["edits"] for line in difference(bad, good)])
        for commit in (*all_of(root, run.kept, environment), *(report["kept"]["commit"] for report in run.kept)):
            subprocess.run(["git", "checkout", "-q", "--detach", commit], cwd=root, env=environment, check=True)
            bad, hidden = failed(root), failed(root, folder)
            lines = changed(root, environment)
            verdict = "fixed" if not hidden else "WRONG" if hidden - bad else "part"
            says, size = (
                " | ".join(line.strip() for line in lines) + (f"   STILL {sorted(hidden)[:2]}" if hidden else ""),
                larger(lines) / author,
            )
            if verdict == "fixed":
                break
        return Outcome(folder.name, kind, verdict, says, run.seconds, run.processor, size)


@contextmanager
def cloned(sound: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A copy of a project, and the environment of somebody who has nothing else on the machine."""
    with tempfile.TemporaryDirectory() as folder:
        root, home = Path(folder, "project"), Path(folder, "home")
        shutil.copytree(sound, root, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
        write(home, {".gitconfig": "[user]\n\tname = B\n\temail = b@example.com\n[init]\n\tdefaultBranch = main\n"})
        vendor = {name: value for name, value in os.environ.items() if name.startswith(("ANTHROPIC_", "OPENAI_"))}
        yield root, {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **vendor}


def failed(root: Path, folder: Path | None = None) -> set[str]:
    """The tests that fail: the project's own and, where a fault's folder is given, the hidden ones."""
    beside = root / "refinery_judges"
    if folder:
        shutil.copytree(folder / "hidden", beside)
    command = [sys.executable, "-m", "pytest", "-q", "-x" if not folder else "-q", "-p", "no:cacheprovider", "-rfE", "--tb=no"]
    try:
        done = subprocess.run(command, cwd=root, env={**os.environ, **QUIET}, capture_output=True, text=True, timeout=ENDLESS)
    except subprocess.TimeoutExpired:
        return {"endless"}
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    found = {line.split(" ")[1].partition(" - ")[0] for line in lines}
    return found or (set() if done.returncode == 0 else {done.stdout[-200:]})


if __name__ == "__main__":
    main()
