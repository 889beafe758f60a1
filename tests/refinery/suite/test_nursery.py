from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from refinery.domain import AgentSpec, Cause
from refinery.suite import worker
from refinery.suite.runner import Runner
from tests.refinery.suite.conftest import PATH, asking


def tree(folder: Path, answer: str, extra: str = "") -> Path:
    folder.mkdir()
    (folder / "parts.py").write_text(f"ANSWER = {answer!r}\n{extra}")
    (folder / "agent.py").write_text(
        "import colorsys, os\nimport parts\n\ndef answer(given):\n    return [parts.ANSWER, os.getcwd(), parts.__file__]\n"
    )
    return folder


def runner() -> Runner:
    return Runner(AgentSpec(python="agent:answer", interpreter=sys.executable, timeout_s=10), 1, environment=PATH)


def test_every_tree_runs_its_own_code_in_its_own_folder(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "old")
    with runner().warmed(base) as warm:
        for name in ("one", "two"):
            candidate = tree(tmp_path / name, name)
            with warm.open(candidate) as bench:
                attempt = bench.attempt(asking(), 0)
            assert attempt.output == f'["{name}", "{candidate}", "{candidate}/parts.py"]'


def test_what_a_tree_changes_in_its_memory_is_not_seen_by_the_next(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "old")
    with runner().warmed(base) as warm:
        with warm.open(tree(tmp_path / "one", "x", "import colorsys\ncolorsys.MARK = 1\n")) as bench:
            assert bench.attempt(asking(), 0).passed
        with warm.open(tree(tmp_path / "two", "y", "import colorsys\nANSWER = hasattr(colorsys, 'MARK')\n")) as bench:
            assert bench.attempt(asking(), 0).output.startswith("[false")


def test_a_tree_that_cannot_be_imported_fails_as_the_agent(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "old")
    with runner().warmed(base) as warm, warm.open(tree(tmp_path / "bad", "x", "raise LookupError('no parts')")) as bench:
        attempt = bench.attempt(asking(), 0)
    assert attempt.cause is Cause.EXIT
    assert "no parts" in attempt.says


def test_a_base_that_cannot_be_imported_does_not_stop_the_candidates(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "x", "raise LookupError")
    with runner().warmed(base) as warm, warm.open(tree(tmp_path / "good", "fine")) as bench:
        assert bench.attempt(asking(), 0).passed


def test_no_process_and_no_folder_is_left(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "old")
    lingering = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', 'left-by-a-candidate'])\n"
    with runner().warmed(base) as warm, warm.open(tree(tmp_path / "one", "x", lingering)) as bench:
        bench.attempt(asking(), 0)
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "left-by-a-candidate" not in running
    assert str(base) not in running


def test_loading_may_take_longer_than_a_run(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "old")
    hurried = Runner(AgentSpec(python="agent:answer", interpreter=sys.executable, timeout_s=0.001), 1, environment=PATH)
    with hurried.warmed(base) as warm:
        assert warm.nursery


def test_a_nursery_that_was_killed_is_done_without(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "old")
    with runner().warmed(base) as warm:
        assert warm.nursery
        os.kill(warm.nursery._process.pid, 9)
        warm.nursery._process.wait()
        with warm.open(tree(tmp_path / "one", "one")) as bench:
            assert bench.attempt(asking(), 0).output.startswith('["one"')


def test_a_nursery_whose_asker_is_killed_in_the_middle_of_asking_ends(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "old")
    spec = {"python": "agent:answer", "tree": str(base), "home": str(tmp_path / "home"), "cover": False, "limits": {}}
    ours, its = socket.socketpair()
    with ours, its:
        words = [sys.executable, worker.__file__, "nursery", str(its.fileno()), json.dumps(spec)]
        nursery = subprocess.Popen(words, cwd=base, pass_fds=(its.fileno(),))
        its.close()
        assert ours.recv(3) == b"{}\n"
        ours.sendall(worker.RECORD.pack(worker.BEAR, 1000, 0) + b'{"tree": ')
    try:
        assert nursery.wait(timeout=30) == 0
    finally:
        nursery.kill()
        nursery.wait()
