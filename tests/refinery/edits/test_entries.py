"""One more entry in a table, and nothing else changed."""

from __future__ import annotations

import pytest

from refinery.edits.config import scalars
from refinery.edits.entries import with_entry
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
