from __future__ import annotations

import sys
from pathlib import Path

import pytest

from refinery.errors import UsageError
from refinery.plugins import source_names, source_opener


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    """A package that declares a source, as pip would leave it."""
    info = folder / "refinery_honeycomb-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: refinery-honeycomb\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[refinery.sources]\nhoneycomb = {target}\n")
    (folder / "refinery_honeycomb.py").write_text("def opened(opening):\n    return ('a source for', opening)\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "refinery_honeycomb", raising=False)


def test_our_sources_are_declared_like_any_other() -> None:
    assert set(source_names()) >= {"langsmith", "phoenix", "langfuse", "mlflow", "datadog", "otlp", "files"}
    assert all(callable(source_opener(name)) for name in source_names())


def test_another_package_adds_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "refinery_honeycomb:opened")
    assert "honeycomb" in source_names()
    assert source_opener("honeycomb")("x") == ("a source for", "x")  # type: ignore[arg-type,comparison-overlap]


@pytest.mark.parametrize("target", ["refinery_honeycomb:nothing", "refinery_nowhere:opened"])
def test_a_source_that_cannot_be_loaded_names_its_package(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, target)
    with pytest.raises(UsageError, match='the source "honeycomb" cannot be loaded') as caught:
        source_opener("honeycomb")
    assert caught.value.hint == "install refinery-honeycomb again"
