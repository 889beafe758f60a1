"""Each way to search finds what it is for, and both together find what either does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from knowledge.chroma import Chroma
from knowledge.embedding import DIMENSIONS, hashed, likeness
from knowledge.errors import KnowledgeError
from knowledge.index import Fused, Index, fuse
from knowledge.keywords import Keywords
from knowledge.passage import Passage
from knowledge.words import stem, words
from tests.fakes.index import ListIndex

RETRY = Passage("retry", "Retrying", "Retried requests wait longer each time.", "a.md, Retrying")
MONEY = Passage("money", "Money", "A currency travels with its amount; see convertCurrency.", "a.md, Money")
DATES = Passage("dates", "Dates", "Time zones: always aware.", "b.md, Dates")


@pytest.fixture(params=["keywords", "chroma", "fused"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    kinds: dict[str, Index] = {
        "keywords": Keywords(tmp_path / "k.sqlite"),
        "chroma": Chroma(tmp_path / "c", "test"),
        "fused": Fused(Keywords(tmp_path / "fk.sqlite"), ListIndex()),
    }
    made = kinds[request.param]
    made.upsert([RETRY, MONEY, DATES])
    return made


def test_the_passage_that_answers_comes_first(index: Index) -> None:
    assert index.query("how should a request be retried?", 2)[0].id == "retry"
    found = index.query("currency of an amount", 2)[0]
    assert (found.id, found.title, found.text, found.origin) == (MONEY.id, MONEY.title, MONEY.text, MONEY.origin)
    assert found.score > 0


def test_a_known_id_takes_the_others_place(index: Index) -> None:
    index.upsert([Passage("dates", "Dates", "Use calendars.", "b.md")])
    assert index.count() == 3
    assert index.query("calendars", 1)[0].text == "Use calendars."
    assert all("zones" not in passage.text for passage in index.query("zones", 3))


def test_keywords_forget_what_a_passage_said_before(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    index.upsert([DATES])
    index.upsert([Passage("dates", "Dates", "Use calendars.", "b.md")])
    assert index.query("zones", 3) == ()
    assert len(index.query("calendars", 3)) == 1


def test_what_is_taken_out_is_not_found_again(index: Index) -> None:
    index.delete(["money", "unknown"])
    assert [passage.id for passage in index.passages()] == ["dates", "retry"]
    assert all(passage.id != "money" for passage in index.query("currency amount", 3))


@pytest.mark.parametrize("text", ["", "  ", "\"' OR NEAR(", "the of and", "*", "\ud800"])
def test_odd_questions_find_nothing_or_something_but_never_fail(index: Index, text: str) -> None:
    assert len(index.query(text, 3)) <= 3


def test_an_index_is_there_again_after_it_was_closed(tmp_path: Path) -> None:
    for make in (lambda: Keywords(tmp_path / "k"), lambda: Chroma(tmp_path / "c", "again")):
        first: Index = make()
        first.upsert([RETRY])
        second: Index = make()
        assert second.passages() == (RETRY,)


def test_a_broken_index_says_how_to_get_rid_of_it(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("this is no database, " * 100, "utf-8")
    with pytest.raises(KnowledgeError) as error:
        Keywords(tmp_path / "k")
    assert "delete" in error.value.hint


def test_fusion_prefers_what_both_see() -> None:
    both, one, other = Passage("both", "", "", ""), Passage("one", "", "", ""), Passage("other", "", "", "")
    assert [passage.id for passage in fuse([(one, both), (other, both)], 2)] == ["both", "one"]


def test_a_ranking_that_is_trusted_more_has_the_last_word() -> None:
    one, other = Passage("one", "", "", ""), Passage("other", "", "", "")
    assert [passage.id for passage in fuse([(one, other), (other, one)], 2, (1.0, 2.0))] == ["other", "one"]
    assert [passage.id for passage in fuse([(one, other), (other, one)], 2, (2.0, 1.0))] == ["one", "other"]


def test_what_people_ask_weighs_more_than_the_words_of_the_text(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    said = Passage("said", "One", "The invoice went missing once.", "a.md")
    asked = Passage("asked", "Two", "A document was lost once.", "a.md", asked="where did the invoice go")
    index.upsert([said, asked])
    assert [passage.id for passage in index.query("invoice", 2)] == ["asked", "said"]


def test_that_it_is_called_so_weighs_more_than_a_question_that_holds_the_word(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    index.upsert(
        [Passage("1", "One", "Paper.", "a.md", questions="where is the ledger"), Passage("2", "Two", "Paper.", "a.md", asked="ledger")]
    )
    assert [passage.id for passage in index.query("ledger", 2)] == ["2", "1"]
    assert all(not passage.questions for passage in index.query("ledger", 2))


def test_words_that_stand_in_one_question_together_tell_more_than_the_same_words_in_several(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    others = [Passage(str(number), "Other", "Paper.", "a.md", questions=f"topic {number}\nmatter {number}") for number in range(10)]
    strewn = Passage("strewn", "One", "Paper.", "a.md", questions="a parcel is late\nan invoice is lost")
    together = Passage("together", "Two", "Paper.", "a.md", questions="an invoice is late\na parcel is lost")
    index.upsert([*others, strewn, together])
    assert [passage.id for passage in index.query("late invoice", 2)] == ["together", "strewn"]
    assert [passage.id for passage in index.query("lost invoice", 2)] == ["strewn", "together"]


def test_a_question_of_before_finds_nothing_any_more(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    index.upsert([Passage("1", "One", "Paper.", "a.md", questions="where is the ledger"), DATES])
    index.upsert([Passage("1", "One", "Paper.", "a.md", questions="where is the till")])
    assert index.query("ledger", 2) == ()
    assert [passage.id for passage in index.query("till", 2)] == ["1"]


def test_a_sentence_of_a_passage_nobody_wrote_questions_for_counts_like_a_question(tmp_path: Path) -> None:
    index = Keywords(tmp_path / "k")
    others = [Passage(str(number), "Other", "Paper.", "a.md", questions=f"topic {number}") for number in range(10)]
    strewn = Passage("strewn", "One", "The parcel is late. The invoice is lost.", "mine.md")
    together = Passage("together", "Two", "The invoice is late. The parcel is lost.", "mine.md")
    index.upsert([*others, strewn, together])
    assert [passage.id for passage in index.query("late invoice", 2)] == ["together", "strewn"]


def test_an_index_of_before_is_opened_and_filled_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "k")) as db:
        db.execute("CREATE TABLE passage (id TEXT PRIMARY KEY, title TEXT, text TEXT, origin TEXT) WITHOUT ROWID")
        db.execute("CREATE VIRTUAL TABLE word USING fts5(id UNINDEXED, title, text)")
        db.execute("INSERT INTO passage VALUES ('dates', 'Dates', 'Time zones', 'mine.md')")
        db.commit()
    index = Keywords(tmp_path / "k")
    index.upsert(index.passages())
    assert [passage.id for passage in index.query("zones", 1)] == ["dates"]


def test_the_first_of_all_rankings_has_score_one() -> None:
    assert fuse([(RETRY, MONEY), (RETRY,)], 1)[0].score == 1.0


def test_words_take_identifiers_apart() -> None:
    assert words("convertCurrency HTTPServer max_chunk_size 429") == [
        "convert",
        "currency",
        "http",
        "server",
        "max",
        "chunk",
        "size",
        "429",
    ]


def test_forms_of_a_word_have_one_stem() -> None:
    assert {stem(word) for word in ("retry", "retries", "retried")} == {"retry"}
    assert {stem(word) for word in ("rule", "rules", "ruled")} == {"rul"}
    assert {stem(word) for word in ("stop", "stops", "stopped", "stopping")} == {"stop"}


def test_british_and_american_spellings_are_one_word() -> None:
    for one, other in (("summarised", "summarized"), ("colours", "colors"), ("cancelled", "canceled"), ("organisation", "organization")):
        assert words(one) == words(other)
    assert words("hours hour raise four") == ["hours", "hour", "raise", "four"]


def test_the_embedding_is_one_long_and_tells_likeness() -> None:
    a, b, c = hashed("retry the request"), hashed("requests are retried"), hashed("colour of money")
    assert len(a) == DIMENSIONS
    assert likeness(a, a) == pytest.approx(1.0)
    assert likeness(a, b) > 0.5 > abs(likeness(a, c))
    assert not any(hashed("the of"))
