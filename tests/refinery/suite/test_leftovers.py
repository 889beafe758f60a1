from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from refinery.suite.pool import clear_abandoned, folder


def test_only_the_folders_of_processes_that_are_gone_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = subprocess.Popen([sys.executable, "-c", "pass"])
    done.wait()
    abandoned = tmp_path / f"refinery-run-{done.pid}-xyz"
    abandoned.mkdir()
    (abandoned / "file").write_text("left")
    mine, strange = folder(), tmp_path / "refinery-run-mine"
    strange.mkdir()
    assert clear_abandoned() == 1
    assert not abandoned.exists()
    assert mine.exists()
    assert strange.exists()
    assert str(os.getpid()) in mine.name
