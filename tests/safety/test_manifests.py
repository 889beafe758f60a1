from __future__ import annotations

import pytest

from safety.manifests import Declared, declared, is_manifest

CASES = {
    "pyproject.toml": (
        '[project]\ndependencies = ["httpx>=0.27", "pydantic[email]~=2.0"]\n[dependency-groups]\ndev = ["pytest"]\n',
        Declared(("httpx", "pydantic"), ("pytest",)),
    ),
    "sub/requirements.txt": ("# pinned\n-r other.txt\nrequests==2.32  # http\n\nPyYAML\n", Declared(("requests", "PyYAML"))),
    "requirements-dev.txt": ("ruff\n", Declared((), ("ruff",))),
    "package.json": ('{"dependencies": {"@scope/a": "1"}, "devDependencies": {"vite": "8"}}', Declared(("@scope/a",), ("vite",))),
    "setup.cfg": ("[options]\ninstall_requires =\n    click\n    rich>=13\n[other]\nx = y\n", Declared(("click", "rich"))),
}


@pytest.mark.parametrize("path", CASES)
def test_what_a_manifest_declares(path: str) -> None:
    text, expected = CASES[path]
    assert is_manifest(path)
    assert declared({path: text}) == expected


def test_poetry_declares_too() -> None:
    text = '[tool.poetry.dependencies]\npython = "^3.11"\nlangchain = "*"\n[tool.poetry.group.dev.dependencies]\nmypy = "*"\n'
    assert declared({"pyproject.toml": text}) == Declared(("langchain",), ("mypy",))


@pytest.mark.parametrize("text", ["", "[", "{", "dependencies", '{"dependencies": 3}', "[project]\ndependencies = 3\n"])
def test_a_manifest_that_cannot_be_read_declares_nothing(text: str) -> None:
    assert declared({"pyproject.toml": text, "package.json": text}) == Declared()
