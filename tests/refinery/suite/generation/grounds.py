"""Sample agents, read from their folders as a commit would hold them."""

from __future__ import annotations

from pathlib import Path

from refinery.domain import AgentSpec, Scenario
from refinery.samples import billing
from refinery.suite.generation.profile import Profile
from refinery.suite.generation.reading import read_profile_of, wanted
from refinery.suite.scenarios import load

SAMPLES = Path(__file__).parent / "samples"
BILLING = Path(billing.__file__).parent / "repository"
AGENTS = {
    "billing": (BILLING, AgentSpec(python="billing_agent.app:answer")),
    "travel": (SAMPLES / "travel", AgentSpec(http="http://127.0.0.1:8808/answer")),
    "docs": (SAMPLES / "docs", AgentSpec(command=("python", "-m", "docs_assistant"))),
}


def files(root: Path, *leave_out: str) -> dict[str, str]:
    """The texts below a folder, by path."""
    found = (path for path in sorted(root.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    paths = (path for path in found if not {*leave_out} & set(path.relative_to(root).parts))
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in paths if wanted(str(path))}


def sample(name: str) -> tuple[Profile, tuple[Scenario, ...]]:
    """The profile of a sample agent, and its scenarios."""
    root, agent = AGENTS[name]
    written = {path: text for path, text in files(root).items() if path.startswith("scenarios/")}
    suite = load(written.get, sorted(written))
    return read_profile_of(files(root, "tests", "scenarios"), agent, suite), suite
