"""A small crowd of Refinery processes beside a user at work; `make torture` has a large one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, sys
from pathlib import Path
from tests.torture.crowd import crowd
done = crowd(Path(sys.argv[1]), processes=3, each=2)
print(json.dumps([done.fixes, sorted(done.commands), done.problems]))
"""


def test_many_at_once_lose_and_double_nothing_and_let_the_user_work(tmp_path: Path) -> None:
    folder = os.path.realpath(tmp_path)
    done = subprocess.run([sys.executable, "-c", PROGRAM, folder], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    fixes, commands, problems = json.loads(done.stdout)
    assert problems == []
    assert fixes == 6
    assert {"commit", "stash", "gc", "prune", "repack"} <= set(commands)
