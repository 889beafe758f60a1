"""Settings that name one of several files of a kind."""

from __future__ import annotations

from refinery.repair.slips.paths import paths
from tests.refinery.repair.slips.looking import made

BESIDE = {"tables/tides_2031.txt": "low 4.50\nhigh 9", "tables/tides_2032.txt": "low 4.75\nhigh 9", "tables/moons.txt": "4.75"}
OLD, NEW = 'tides = "tables/tides_2031.txt"\n', 'tides = "tables/tides_2032.txt"\n'


def test_the_file_that_has_what_right_answers_say_is_named() -> None:
    assert made(paths, {"c.toml": OLD}, said="expected 'Low at 4.75', got 'Low at 4.5'", beside=BESIDE) == {NEW: 0.85}
    assert made(paths, {"c.toml": NEW}, said="expected 'Low at 4.50', got 'Low at 4.75'", beside=BESIDE) == {OLD: 0.85}


def test_a_newer_file_is_likelier_where_answers_do_not_tell() -> None:
    assert made(paths, {"c.toml": OLD}, beside=BESIDE) == {NEW: 0.45}
    assert made(paths, {"c.toml": NEW}, beside=BESIDE) == {OLD: 0.25}


def test_a_file_that_has_what_right_answers_say_stays() -> None:
    assert made(paths, {"c.toml": OLD}, said="expected 'High at 9', got 'High at 8'", beside=BESIDE) == {}


def test_a_file_that_is_not_there_becomes_one_that_is_named_like_it() -> None:
    bad = OLD.replace("tides_2031", "tide_2031")
    error = "FileNotFoundError: No such file or directory: 'tables/tide_2031.txt'"
    found = made(paths, {"c.toml": bad}, said=error, beside=BESIDE)
    assert max(found, key=found.__getitem__) == OLD
    assert max(found.values()) > 0.8
    assert made(paths, {"c.toml": 'tides = "tables/rivers.csv"\n'}, said=error, beside=BESIDE) == {}
    folder = made(paths, {"c.toml": 'tides = "table/moons.txt"\n'}, said="FileNotFoundError: 'table/moons.txt'", beside=BESIDE)
    assert 'tides = "tables/moons.txt"\n' in folder


def test_records_that_each_name_a_file_keep_theirs() -> None:
    records = '[{"text": "tables/tides_2031.txt"}, {"text": "tables/moons.txt"}]\n'
    assert made(paths, {"c.json": records}, beside=BESIDE) == {}
    assert list(made(paths, {"c.json": records}, said="expected '4.75', got '4.5'", beside=BESIDE).values()) == [0.85]
