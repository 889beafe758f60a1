"""A few of the kills of `make torture`: a run that dies as it is about to change a file harms nothing and loses nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPOSSIBLE = "from tests.torture.killing import impossible; import sys; sys.stdout.write(impossible())"
TORN = """
import os, sys
from tests.torture import killing
def action():
    with open(sys.argv[1], "wb", buffering=0) as file:
        file.write(b"0123456789")
    os.rename(sys.argv[1], sys.argv[1] + ".done")
for at in range(1, 5):
    print(killing.run(action, at, torn=at == 2).killed, sorted(os.listdir(os.path.dirname(sys.argv[1]))))
"""


def python(*arguments: str) -> str:
    """In a process of its own: one that has threads, such as a worker of pytest's, must not fork."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module", autouse=True)
def possible() -> None:
    if why := python("-c", IMPOSSIBLE):
        pytest.skip(why)


def test_the_killer_strikes_before_a_change_or_in_the_middle_of_a_write(tmp_path: Path) -> None:
    said = python("-c", TORN, str(tmp_path / "file")).splitlines()
    assert said == ["True []", "True ['file']", "True ['file']", "False ['file.done']"]
    assert (tmp_path / "file.done").read_bytes() == b"0123456789"


@pytest.mark.parametrize(
    ("shape", "operation", "share"),
    [("untidy", "keep", 0.015), ("packed", "undo", 0.03), ("linked", "undo what is merged", 0.012), ("sha256", "redo", 0.02)],
)
def test_a_kill_harms_nothing_and_the_same_command_again_comes_to_the_same(shape: str, operation: str, share: float) -> None:
    done = json.loads(python("-m", "tests.torture.kills", shape, operation, str(share)))
    assert done["problems"] == []
    assert done["kills"] >= 2
