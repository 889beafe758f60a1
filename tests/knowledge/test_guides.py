"""The user's guides stand beside the library's, and adding them again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.guides import Guides
from knowledge.passage import Passage
from tests.fakes.index import ListIndex

SHIPPED = Passage("lib-0", "Tools > Names", "Name tools after actions.", "library/tools.md, Names")


def shelf() -> Guides:
    return Guides(ListIndex(SHIPPED))


def test_a_folder_is_added_with_all_its_guides(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("a.md", "deep/b.markdown", ".hidden/c.md", "d.txt"):
        (tmp_path / name).write_text(f"# {name}\ninvoices\n", "utf-8")
    guides = shelf()
    assert guides.add(tmp_path) == 2
    assert [(listed.title, listed.own) for listed in guides.list()] == [("Tools", False), ("a.md", True), ("deep/b.markdown", True)]


def test_adding_again_changes_nothing_and_a_changed_file_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# A\none\n## B\ntwo\n", "utf-8")
    guides = shelf()
    assert guides.add(file) == 2
    assert guides.add(file) == 0
    assert guides.index.count() == 3
    file.write_text("# A\nchanged\n", "utf-8")
    assert guides.add(file) == 1
    assert [listed.passages for listed in guides.list()] == [1, 1]
    assert guides.search("changed", 1)[0].text == "changed"


def test_search_looks_at_both_shelves_and_cites(tmp_path: Path) -> None:
    (tmp_path / "house.md").write_text("# House rules\nTools have German names.\n", "utf-8")
    guides = shelf()
    guides.add(tmp_path)
    found = guides.search("what names do tools have", 5)
    assert {passage.origin.rsplit("/", 1)[-1] for passage in found} == {"tools.md, Names", "house.md, House rules"}
    assert guides.search("", 5) == ()


def test_what_is_no_guide_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x", "utf-8")
    (tmp_path / "latin.md").write_bytes(b"# gr\xfc\xdfe")
    (tmp_path / "empty").mkdir()
    for path, says in (("x.txt", "not a Markdown"), ("latin.md", "UTF-8"), ("none.md", "no file"), ("empty", "no Markdown file")):
        with pytest.raises(KnowledgeError, match=says) as error:
            shelf().add(tmp_path / path)
        assert error.value.hint


def test_a_broken_file_in_a_folder_leaves_the_shelf_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\none\n", "utf-8")
    (tmp_path / "b.md").write_bytes(b"\xff")
    guides = shelf()
    with pytest.raises(KnowledgeError):
        guides.add(tmp_path)
    assert guides.index.count() == 1
