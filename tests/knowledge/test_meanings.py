"""Words that people take for one another are known as such, and count for less than the words themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.embedding import hashed, learnt, likeness
from knowledge.keywords import Keywords
from knowledge.meanings import listed, meanings
from knowledge.passage import Passage
from knowledge.words import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hallucinated", "It made up a number"),
        ("the parcel was not delivered, refund me", "money back"),
        ("summarised", "summarizing"),
        ("timed out", "timeouts"),
        ("wiped", "deletes"),
    ],
)
def test_words_for_the_same_thing_share_a_meaning_in_whatever_form_they_stand(one: str, other: str) -> None:
    assert set(meanings(one)) & set(meanings(other))


def test_what_is_in_no_list_has_no_meaning() -> None:
    assert meanings("xylophone zeppelin") == meanings("") == meanings("\ud800") == []


def test_every_entry_of_the_list_is_one_telling_word_or_two() -> None:
    names = [name for line in listed().splitlines() if not line.startswith("#") for name in line.split()]
    assert len(names) > 500
    assert [name for name in names if (len(words(name)) != 1 if "_" not in name else name.count("_") != 1)] == []


def test_a_passage_is_found_by_another_word_for_what_it_says(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    index.upsert([Passage("erase", "", "Who may erase a record.", "own.md"), Passage("print", "", "Who may print a record.", "own.md")])
    assert [passage.id for passage in index.query("deleted", 2)] == ["erase"]


def test_the_word_itself_comes_before_another_for_the_same(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    index.upsert([Passage("1", "", "They erase nothing.", "own.md"), Passage("2", "", "They delete nothing.", "own.md")])
    index.upsert([Passage(str(number), "", f"Something about the weather {number}.", "own.md") for number in range(3, 9)])
    assert [passage.id for passage in index.query("delete", 2)] == ["2", "1"]


def test_the_embedding_knows_meanings_once_it_has_learnt_how_common_they_are() -> None:
    texts = ["erase the record", "print the record", "what the weather will be"]
    embed = learnt(texts)
    assert likeness(embed("deleted"), embed("erase")) > 0.05 > abs(likeness(embed("deleted"), embed("weather")))
    assert abs(likeness(hashed("deleted"), hashed("erase"))) < 0.05
