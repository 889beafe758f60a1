"""What is found by looking at a repository: where its traces are kept."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from refinery.flows.survey import settings_text, survey


def lay(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "source", "project"),
    [
        ({"app.py": "from langsmith import traceable\n", ".env.example": "LANGSMITH_PROJECT='desk'\n"}, "langsmith", "desk"),
        ({"app.py": "from openinference.instrumentation.openai import OpenAIInstrumentor\n"}, "phoenix", ""),
        ({"app.py": "import mlflow\n", ".env": "export MLFLOW_EXPERIMENT_NAME=triage\nMLFLOW_TOKEN=x\n"}, "mlflow", "triage"),
        ({"app.py": "def answer(q): ...\n", "requirements.txt": "langfuse>=4\n"}, "langfuse", ""),
        ({"app.py": "x = 1\n", ".env.example": "DD_LLMOBS_ENABLED=1\nDD_LLMOBS_ML_APP=bot\n"}, "datadog", "bot"),
    ],
)
def test_the_platform_that_observes_an_agent_is_seen(tmp_path: Path, files: dict[str, str], source: str, project: str) -> None:
    found = survey(lay(tmp_path, files))
    assert (found.observed.source, found.observed.project) == (source, project)
    assert any(source in guess for guess in found.guessed)
    written = tomllib.loads(settings_text(found))["traces"]
    assert written == {"source": source, "project": project} if project else written == {"source": source}


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "import ddtrace\n# import langsmith\nname = 'import mlflow'\n"},
        {"app.py": "import langsmithing\n", "requirements.txt": "mlflow-skinny-fork\nmy-langfuse\n"},
        {"tests/test_app.py": "import mlflow\n", "app.py": "x = 1\n"},
    ],
)
def test_what_only_looks_like_a_platform_is_not_taken_for_one(tmp_path: Path, files: dict[str, str]) -> None:
    found = survey(lay(tmp_path, files))
    assert found.observed.source == ""
    assert "traces" not in tomllib.loads(settings_text(found))


def test_no_value_of_a_secret_reaches_what_is_written(tmp_path: Path) -> None:
    found = survey(lay(tmp_path, {"app.py": "import langsmith\n", ".env": "LANGSMITH_API_KEY=lsv2_secret\nLANGSMITH_PROJECT=desk\n"}))
    assert "lsv2_secret" not in settings_text(found) + repr(found)
