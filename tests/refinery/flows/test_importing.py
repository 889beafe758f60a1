"""Many files into the store: what is good is kept, what is broken is told and stops nobody."""

from __future__ import annotations

from pathlib import Path

from refinery.flows.importing import Imported, import_files
from refinery.store.sqlite import open_store


def put(folder: Path, name: str, content: str) -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    return folder / name


def chat(words: str) -> str:
    return f'[{{"role": "user", "content": "{words}"}}]'


def imported(tmp_path: Path, *paths: Path) -> Imported:
    with open_store(tmp_path / "store.sqlite") as store:
        return import_files(paths, store)


def test_in_a_folder_a_broken_file_is_a_note(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    put(folder, "a.json", "{")
    put(folder, "b.json", chat("one"))
    put(folder, "deep/c.json", chat("two"))
    put(folder, ".hidden.json", chat("three"))
    done = imported(tmp_path, folder)
    assert (done.saved.new, done.receipt.spans, done.errors) == (2, 2, ())
    assert "a.json" in done.receipt.not_understood[0].says


def test_a_broken_file_that_was_named_is_an_error_and_stops_nobody(tmp_path: Path) -> None:
    good = put(tmp_path, "b.json", chat("one"))
    done = imported(tmp_path, put(tmp_path, "a.json", "{"), tmp_path / "missing.json", good)
    assert done.saved.new == 1
    assert [Path(error.says.split(":")[0]).name for error in done.errors[:1]] == ["a.json"]
    assert "missing.json" in done.errors[1].says
    assert all(error.hint for error in done.errors)


def test_a_file_named_itself_that_holds_no_trace_is_an_error_and_in_a_folder_it_is_a_note(tmp_path: Path) -> None:
    program = put(tmp_path / "runs", "make.py", "print(1)\n")
    (error,) = imported(tmp_path, program).errors
    assert error.says == f"{program} holds no trace"
    assert "OTLP" in error.hint
    assert imported(tmp_path, tmp_path / "runs").errors == ()


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    file = put(tmp_path, "a.json", chat("one"))
    first, again = imported(tmp_path, file), imported(tmp_path, file)
    assert (first.saved.new, again.saved.new, again.saved.known) == (1, 0, 1)
    assert first.traces == again.traces
