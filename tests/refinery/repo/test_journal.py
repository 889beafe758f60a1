"""The journal: every row holds, or it is said which does not."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from refinery.errors import OutsideError
from refinery.repo.journal import Journal
from refinery.repo.telling import told


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def journal(path: Path) -> Journal:
    return Journal(path, lambda: 12.3456)


def test_rows_are_read_as_they_were_written(path: Path) -> None:
    first = journal(path).write("keep", "intent", "c1", slug="caf\u00e9 \udcff\n")
    second = journal(path).write("keep", "done", "c1", branch="refinery/x")
    reading = journal(path).read()
    assert [(row.number, row.phase, dict(row.details)) for row in reading.rows] == [
        (0, "intent", {"slug": "caf\u00e9 \udcff\n"}),
        (1, "done", {"branch": "refinery/x"}),
    ]
    assert (first.number, second.number, first.at) == (0, 1, 12.346)
    assert reading.problems == ()


def test_a_line_torn_by_a_kill_is_told_until_the_next_is_written(path: Path) -> None:
    for number in range(3):
        journal(path).write("keep", "intent", f"c{number}")
    whole = path.read_bytes()
    cut = whole.rindex(b"\n", 0, -1) + 1
    for end in range(cut + 1, len(whole) - 1, 7):
        path.write_bytes(whole[:end])
        reading = journal(path).read()
        assert len(reading.rows) == 2
        assert "torn" in reading.problems[0]
        journal(path).write("undo", "intent", "c9")
        assert [row.subject for row in journal(path).read().rows] == ["c0", "c1", "c9"]
        assert journal(path).read().problems == ()


def test_any_byte_that_is_changed_is_noticed(path: Path) -> None:
    for number in range(3):
        journal(path).write("keep", "done", f"c{number}", branch="refinery/x")
    whole = path.read_bytes()
    for place in range(0, len(whole) - 1, 5):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert journal(path).read().problems, f"byte {place}"


def test_a_row_that_is_taken_out_is_noticed(path: Path) -> None:
    for number in range(3):
        journal(path).write("keep", "done", f"c{number}")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert journal(path).read().problems


def test_an_intent_is_open_until_it_is_done_or_given_up(path: Path) -> None:
    book = journal(path)
    for operation, phase, subject in [("keep", "intent", "a"), ("keep", "done", "a"), ("keep", "intent", "b"), ("undo", "intent", "a")]:
        book.write(operation, phase, subject)
    assert [(row.operation, row.subject) for row in book.read().open()] == [("keep", "b"), ("undo", "a")]
    book.write("keep", "abandoned", "b")
    assert [row.operation for row in book.read().open()] == ["undo"]


def test_writers_at_once_make_one_chain(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: journal(path).write("keep", "done", f"c{number}"), range(40)))
    reading = journal(path).read()
    assert (len(reading.rows), reading.problems) == (40, ())
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_a_journal_that_cannot_be_written_is_a_failure_outside(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(OutsideError, match="journal") as caught:
        journal(tmp_path / "folder.jsonl").write("keep", "intent", "c")
    assert caught.value.hint


def test_the_journal_is_told_one_sentence_for_each_operation(path: Path) -> None:
    written = journal(path)
    written.write("keep", "intent", "a" * 40, slug="eur")
    written.write("note", "intent", "a" * 40)
    written.write("keep", "packed", "a" * 40, pack="p")
    written.write("keep", "done", "a" * 40, branch="refinery/eur")
    written.write("note", "abandoned", "a" * 40)
    moved = {"from": "refs/heads/refinery/eur", "to": "refs/refinery/undone/eur"}
    written.write("undo", "intent", "a" * 40, **moved)
    written.write("undo", "done", "a" * 40, **moved)
    written.write("accept", "intent", "b" * 40, private="/p/.git", root="/p", branch="refs/heads/main", old="c" * 40, new="d" * 40)
    written.write("redo", "done", "e" * 40)
    rows = told(written.read().rows)
    assert [each.says for each in rows] == [
        "keeping fix aaaaaaaaaaaa on branch refinery/eur",
        "writing down the evidence of aaaaaaaaaaaa: given up: nothing came of it",
        "undoing fix aaaaaaaaaaaa, from refs/heads/refinery/eur to refs/refinery/undone/eur",
        "accepting fix bbbbbbbbbbbb on branch main in /p, from cccccccccccc to dddddddddddd: "
        "not ended: it is under way, or was killed and is cleared up by the next command",
        "bringing back fix eeeeeeeeeeee",
    ]
    assert [each.ended for each in rows] == ["done", "abandoned", "done", "intent", "done"]
