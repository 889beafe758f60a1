"""One more entry in a table, and nothing else changed."""

from __future__ import annotations

import pytest

from refinery.edits.config import scalars
from refinery.edits.entries import renamed, with_entry, without_entry
from refinery.edits.scalar import NotFaithful


def added(text: str, path: str, behind: str, key: str, like: str) -> str:
    found = {scalar.name: scalar for scalar in scalars(text, path)}
    return with_entry(text, found[behind], key, found[like])


def test_an_entry_is_written_as_those_beside_it_are() -> None:
    for text, path, after in (
        ("a:\n  x: 1  # one\n  y: two\nb:\n  x: 3\n", "c.yaml", "a:\n  x: 1  # one\n  y: two\nb:\n  x: 3\n  y: two\n"),
        ("a: {x: 1, y: two}\nb: {x: 3}\n", "c.yaml", "a: {x: 1, y: two}\nb: {x: 3, y: two}\n"),
        ('[a]\nx = 1\ny = "two"\n\n[b]\nx = 3  # three\n', "c.toml", '[a]\nx = 1\ny = "two"\n\n[b]\nx = 3  # three\ny = "two"\n'),
        ('{"a": {"x": 1, "y": "two"}, "b": {"x": 3}}', "c.json", '{"a": {"x": 1, "y": "two"}, "b": {"x": 3, "y": "two"}}'),
        (
            '{\n  "a": {"x": 1, "y": "two"},\n  "b": {\n    "x": 3\n  }\n}\n',
            "c.json",
            '{\n  "a": {"x": 1, "y": "two"},\n  "b": {\n    "x": 3,\n    "y": "two"\n  }\n}\n',
        ),
    ):
        assert added(text, path, "b.x", "y", "a.y") == after


def test_a_record_of_a_list_gets_its_entry_too() -> None:
    text = "rows:\n- name: a\n  kind: k\n- name: b\nlast: 1\n"
    assert added(text, "c.yaml", "rows[1].name", "kind", "rows[0].kind") == "rows:\n- name: a\n  kind: k\n- name: b\n  kind: k\nlast: 1\n"


def test_what_is_there_is_not_added_again() -> None:
    with pytest.raises(NotFaithful):
        added("a:\n  x: 1\n  y: 2\n", "c.yaml", "a.x", "y", "a.y")


def test_an_entry_is_taken_out_with_its_line_or_its_share_of_one() -> None:
    for text, path, after in (
        ("a:\n  x: 1  # one\n  y: two\n", "c.yaml", "a:\n  x: 1  # one\n"),
        ('[a]\nx = 1\ny = "two"\n\n[b]\nz = 3\n', "c.toml", "[a]\nx = 1\n\n[b]\nz = 3\n"),
        ('{"a": {"y": "two", "x": 1}}', "c.json", '{"a": {"x": 1}}'),
        ('{"a": {"x": 1, "y": "two"}}', "c.json", '{"a": {"x": 1}}'),
        ('{\n  "a": {\n    "x": 1,\n    "y": "two"\n  }\n}\n', "c.json", '{\n  "a": {\n    "x": 1\n  }\n}\n'),
    ):
        found = {scalar.name: scalar for scalar in scalars(text, path)}
        assert without_entry(text, found["a.y"]) == after


def test_an_entry_or_a_table_is_given_another_name() -> None:
    text = "[b]\nx = 1\n\n[a]\nb = 2\nx = 3\n"
    found = {scalar.name: scalar for scalar in scalars(text, "c.toml")}
    assert renamed(text, found["a.x"], 1, "y") == "[b]\nx = 1\n\n[a]\nb = 2\ny = 3\n"
    assert renamed(text, found["b.x"], 0, "c") == "[c]\nx = 1\n\n[a]\nb = 2\nx = 3\n"
    with pytest.raises(NotFaithful):
        renamed(text, found["a.x"], 1, "b")
