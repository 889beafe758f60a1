"""A small agent in a real repository, and the command line to go at it with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.trace import Json
from refinery.cli.main import run

AGENT = '''"""A price desk: what does a plan cost?"""

import json
import sys
from pathlib import Path

PLANS = {"pro": {"amount": 45, "currency": "EUR"}, "team": {"amount": 90, "currency": "GBP"}}
LIMITS = json.loads((Path(__file__).parent / "limits.json").read_text())


def look_up(plan):
    record = PLANS[plan]
    return {"amount": record["amount"]}


def answer(question):
    found = look_up(question["plan"])
    if question.get("seats", 1) > LIMITS["seats"]:
        return "Please call us."
    return f"{found['amount']} {found.get('currency', 'USD')}"


def main():
    print(json.dumps(answer(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
'''

SCENARIOS = """- id: pro-costs-45
  input: {plan: pro}
  expect:
    - contains: "45"
- id: team-costs-90
  input: {plan: team}
  expect:
    - contains: "90"
- id: many-seats-by-phone
  input: {plan: pro, seats: 9}
  expect:
    - equals: Please call us.
"""

SETTINGS = f"""[agent]
python = "desk.agent:answer"
interpreter = '{sys.executable}'
timeout = "20s"
[scope]
editable = ["desk/**"]
"""


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Json]:
        shape: dict[str, Json] = json.loads(self.out)
        return shape


Refinery = Callable[..., Answer]


@pytest.fixture
def refinery(capfd: pytest.CaptureFixture[str]) -> Refinery:
    """The command line, in this process."""

    def call(*arguments: str) -> Answer:
        capfd.readouterr()
        status = run(list(arguments))
        out, err = capfd.readouterr()
        return Answer(status, out, err)

    return call


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return at_home(tmp_path / "home", monkeypatch)


def at_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of nobody: no configuration, no keys, a git identity."""
    folder.mkdir()
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "OPENAI_", "CLAUDE_", "LANGSMITH_", "LANGCHAIN_", "GIT_", "XDG_", "REFINERY_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    (folder / ".gitconfig").write_text("[user]\n\tname = Ada Reviewer\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n")
    return folder


@pytest.fixture
def desk(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository of the price desk, which is also the current folder."""
    root = tmp_path / "desk repository"
    lay_out(root)
    monkeypatch.chdir(root)
    return root


def lay_out(root: Path) -> None:
    """The price desk, committed."""
    (root / "desk").mkdir(parents=True)
    (root / "scenarios").mkdir()
    (root / "desk" / "__init__.py").write_text("")
    (root / "desk" / "agent.py").write_text(AGENT)
    (root / "desk" / "limits.json").write_text('{\n  "seats": 5\n}\n')
    (root / "scenarios" / "prices.yaml").write_text(SCENARIOS)
    (root / "refinery.toml").write_text(SETTINGS)
    git(root, "init", "-q")
    commit(root, "The price desk")


def commit(root: Path, message: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


def add_scenario(root: Path, text: str, name: str = "more") -> None:
    (root / "scenarios" / f"{name}.yaml").write_text(text)
    commit(root, "What support heard")
