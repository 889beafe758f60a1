"""What comes with Refinery is whole, is indexed once, and answers."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from knowledge.chroma import Chroma
from knowledge.errors import KnowledgeError
from knowledge.guides import Guides
from knowledge.markdown import parse
from knowledge.passage import Passage
from knowledge.patterns import load_patterns
from knowledge.shelf import called, library_passages, open_guides


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guides")


@pytest.fixture(scope="module")
def guides(home: Path) -> Guides:
    return open_guides(home)


def test_there_are_enough_patterns_in_all_categories() -> None:
    patterns = load_patterns()
    assert len(patterns) >= 31
    assert len({pattern.category for pattern in patterns}) == 9
    assert len({pattern.name for pattern in patterns}) == len(patterns)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", pattern.name) for pattern in patterns)


def test_every_guide_names_its_source_date_and_models() -> None:
    for file in resources.files("knowledge").joinpath("library/guides").iterdir():
        about = parse(file.read_text("utf-8"), file.name).about
        assert about.keys() >= {"title", "source", "date", "models"}, file.name


def test_there_are_enough_passages_of_readable_length() -> None:
    passages = library_passages()
    assert len(passages) >= 60
    assert all(100 < len(passage.text) < 1600 for passage in passages)
    assert len({passage.id for passage in passages}) == len(passages)


def test_every_passage_has_words_in_which_people_ask_for_it_and_none_is_for_a_passage_that_is_not_there() -> None:
    text = resources.files("knowledge").joinpath("library/asked.txt").read_text("utf-8")
    named = [line.partition(" = ")[0] for line in text.splitlines() if not line.startswith(("#", " "))]
    assert sorted(named) == sorted(called(passage) for passage in library_passages())


def test_every_passage_has_a_handful_of_questions_and_none_stands_twice() -> None:
    asked = [passage.questions.splitlines() for passage in library_passages()]
    assert min(len(questions) for questions in asked) >= 6
    every = [question for questions in asked for question in questions]
    assert len(every) == len(set(every))


def test_a_complaint_in_plain_words_finds_its_passage_and_the_questions_are_not_shown(guides: Guides) -> None:
    found = guides.search("it wants my confirmation for every little thing", 5)
    assert "Calibrate eagerness" in [called(passage) for passage in found]
    assert all("little thing" not in passage.text and not passage.questions for passage in found)


def test_those_words_find_a_passage_and_are_not_shown(guides: Guides) -> None:
    found = guides.search("handover to a sub-agent", 5)
    assert "hand off loses context" in [called(passage) for passage in found]
    assert all("handover" not in passage.text for passage in found)


def test_nobody_is_given_advice_that_shares_only_common_words_with_a_symptom(guides: Guides) -> None:
    assert guides.advise("expected 42; the answer is 41") == ()
    assert "unparsable output" in [called(passage) for passage in guides.advise("JSONDecodeError: markdown fence around the reply")]
    assert guides.advise(" ") == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("the agent quotes an outdated price list although a newer one exists", "stale retrieval"),
        ("model wraps the JSON into a code fence and parsing fails", "Parse tolerantly, validate strictly"),
        ("which HTTP errors should be retried", "Retry what may pass, and only that"),
        ("the answer shows the wrong currency for the customer", "Numbers, dates and money"),
        ("two tools are confused with each other", "Say when to use a tool, and when not"),
        ("context gets lost when one agent hands over to another", "hand off loses context"),
    ],
)
def test_a_question_finds_its_passage(guides: Guides, question: str, expected: str) -> None:
    assert expected in [re.split(" > |: ", passage.title)[-1] for passage in guides.search(question, 5)]


def test_the_index_is_built_once(guides: Guides, home: Path) -> None:
    mark = home / "library.version"
    before = mark.stat().st_mtime_ns
    again = open_guides(home)
    assert again.search("retry", 1) == guides.search("retry", 1)
    assert mark.stat().st_mtime_ns == before


def test_a_changed_library_is_indexed_anew_and_the_users_guides_stay(tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text("# House\nInvoices are called bills.\n", "utf-8")
    guides = open_guides(tmp_path / "home")
    guides.add(tmp_path / "own.md")
    gone = Passage("gone-0", "Gone", "A passage of an older library about bills.", "library/gone.md, Gone")
    guides.index.upsert([gone])
    (tmp_path / "home" / "library.version").write_text("older", "utf-8")
    found = open_guides(tmp_path / "home").search("bills", 5)
    assert found[0].text == "Invoices are called bills."
    assert gone.id not in {passage.id for passage in found}


def test_an_index_in_the_form_of_before_is_filled_again_and_the_users_guides_stay(tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text("# House\nInvoices are called bills.\n", "utf-8")
    home = tmp_path / "home"
    open_guides(home).add(tmp_path / "own.md")
    Chroma(home / "chroma", "guides", lambda _: [1.0, 0.0]).upsert([Passage("1", "", "Vectors were shorter then.", "library/x.md")])
    with closing(sqlite3.connect(home / "keywords.sqlite")) as db:
        db.execute("DROP TABLE worded")
        db.execute("CREATE VIRTUAL TABLE searched USING fts5(id UNINDEXED, title, text, asked)")
        db.commit()
    (home / "library.version").write_text("older", "utf-8")
    guides = open_guides(home)
    assert guides.search("bills", 1)[0].text == "Invoices are called bills."
    assert guides.index.count() == len(library_passages()) + 1


def test_the_list_shows_every_guide_once(guides: Guides) -> None:
    listed = guides.list()
    assert len({guide.origin for guide in listed}) == len(listed) >= 9
    assert sum(guide.passages for guide in listed) == len(library_passages())
    assert ("Failure patterns", len(load_patterns())) in [(guide.title, guide.passages) for guide in listed]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    with pytest.raises(KnowledgeError, match="cannot be kept"):
        open_guides(blocked / "guides")


def test_a_pattern_file_that_lacks_something_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("category: c\npatterns:\n  - name: a\n    symptom: s\n", "utf-8")
    with pytest.raises(KnowledgeError, match=r"x\.yaml: pattern 1 has no text for mechanism, typical_fix, scenario"):
        load_patterns(tmp_path)
    (tmp_path / "x.yaml").write_text("category: [", "utf-8")
    with pytest.raises(KnowledgeError, match=r"x\.yaml is not YAML"):
        load_patterns(tmp_path)
