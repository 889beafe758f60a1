"""The page on generation shows what the product really makes of three agents."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import refinery as package
from tests.journeys.conftest import Refinery, at_home, commit, git
from tests.refinery.suite.generation.grounds import AGENTS

PAGE = Path(package.__file__).parent / "docs" / "generating.md"
SHOWN = re.findall(r"^<!-- (\w+): ([^\n>]+) -->\n+```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_every_sample_is_shown() -> None:
    assert {name for name, _, _ in SHOWN} == set(AGENTS)


@pytest.mark.parametrize(("name", "words", "shown"), SHOWN, ids=[f"{name}: {words}" for name, words, _ in SHOWN])
def test_what_is_shown_is_what_comes_out(
    name: str, words: str, shown: str, tmp_path: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(tmp_path / "home", monkeypatch)
    root = tmp_path / name
    shutil.copytree(AGENTS[name][0], root, ignore=shutil.ignore_patterns("__pycache__"))
    git(root, "init", "-q")
    commit(root, "The agent")
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "110")
    done = refinery(*words.split())
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert "\n".join(lines).strip() == shown.strip(), "make the page anew: put this in its place"
