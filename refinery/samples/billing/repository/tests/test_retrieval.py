"""Search over the policy documents."""

from billing_agent.config import Retrieval
from billing_agent.retrieval import Document, library, ranked, scored, search, stem

SETTINGS = Retrieval(folder="knowledge", top_k=3, min_score=0.3, rank_by="relevance")


def document(name, text, effective="2025-01-01"):
    return Document(id=name, title=name, topic="", effective=effective, text=text)


def test_the_document_with_more_of_the_words_comes_first():
    documents = (document("one", "cards"), document("two", "cards and transfers"), document("three", "other things"))
    found = ranked(scored("cards or transfers?", documents), SETTINGS)
    assert [match.document.id for match in found] == ["two", "one"]


def test_no_match_is_an_empty_list():
    assert search("Do you sponsor hackathons?", SETTINGS) == []


def test_front_matter_is_read():
    vat = next(document for document in library("knowledge") if document.topic == "tax")
    assert vat.effective == "2024-03-01"
    assert vat.summary.startswith("Enter your VAT number")


def test_singular_and_plural_are_one_word():
    assert stem("refunds") == stem("refunded") == stem("refund")
