"""Rules over how a run goes on and what it says: plans, ends, conditions, languages, references, counts."""

from __future__ import annotations

import json

import pytest

from adapters.trace import Document, Json, Trace
from refinery.signals.languages import language
from tests.refinery.signals.build import categories, chat, model, retrieval, root, seen, tool, trace

# -- plans --------------------------------------------------------------------------------------------------------

PLAN = (
    "Here is my plan:\n1. Download the quarterly revenue table\n2. Convert foreign currencies into dollars\n3. Rank subsidiaries by margin"
)


def test_a_step_of_the_plan_that_nobody_touched_is_told() -> None:
    run = chat(
        ("planner", PLAN),
        ("worker", "I downloaded the quarterly revenue table."),
        ("worker", "I ranked all subsidiaries by margin: Oslo leads."),
        task="Which one leads?",
    )
    found = seen(run, "plans")
    assert [(signal.step, signal.category) for signal in found] == [(2, "plan-not-followed")]
    assert "Convert foreign currencies" in found[0].says
    assert found[0].quotes[0].text.startswith("Convert foreign currencies")


def test_a_plan_that_was_followed_in_other_words_is_fine() -> None:
    run = chat(
        ("planner", PLAN),
        ("worker", "I downloaded the quarterly revenue table."),
        ("worker", "Converted: the currencies are all in dollars now."),
        ("worker", "I ranked all subsidiaries by margin: Oslo leads."),
    )
    assert seen(run, "plans") == ()


def test_an_answer_before_the_end_of_the_plan_is_told_and_a_plan_nobody_began_is_not() -> None:
    early = chat(("planner", PLAN), ("worker", "I downloaded the quarterly revenue table."), ("worker", "Oslo it is, I would say."))
    assert categories(seen(early, "plans")) == ["plan-not-followed"]
    assert seen(chat(("planner", PLAN), ("worker", "Let us do something else entirely.")), "plans") == ()


def test_the_agents_own_list_with_open_entries_is_told_and_a_finished_one_is_not() -> None:
    def run(state: str) -> Trace:
        todos: Json = {"todos": [{"content": "read the file", "status": "completed"}, {"content": "run the tests", "status": state}]}
        return trace(root("All is well."), tool("write_todos", todos, "ok"), model("All is well."))

    found = seen(run("pending"), "plans")
    assert categories(found) == ["plan-not-followed"]
    assert "run the tests" in found[0].says
    assert seen(run("completed"), "plans") == ()


# -- ends ---------------------------------------------------------------------------------------------------------


def test_work_that_goes_on_after_the_end_was_called_is_told() -> None:
    after = [("b", f"One more thing, number {number}.") for number in range(5)]
    found = seen(chat(("a", "It is 42. TERMINATE"), *after), "no_end")
    assert [(signal.step, signal.category) for signal in found] == [(1, "no-termination")]
    assert seen(chat(("a", "Say TERMINATE when you are done."), *after), "no_end") == ()
    assert seen(chat(*after, ("a", "It is 42. TERMINATE"), ("b", "TERMINATE")), "no_end") == ()


def test_courtesies_without_end_are_told() -> None:
    thanks = [("a" if number % 2 else "b", "Thank you so much, have a great day!") for number in range(8)]
    assert categories(seen(chat(("a", "It is 42."), *thanks), "no_end")) == ["no-termination"]
    assert seen(chat(("a", "It is 42."), *thanks[:3]), "no_end") == ()


# -- conditions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("List three cafés nearby.", "1. Luna\n2. Sol\n3. Mar\n4. Rio"),
        ("Give me at least five ideas", "- one\n- two\n- three"),
        ("Suggest up to 2 hotels", "- A\n- B\n- C\n- D"),
        ("Find a laptop under $800", "The best is the X1 at $1,199; the X2 is $950."),
        ("A present for at least 50 EUR, please", "A candle, 12 EUR."),
        ("Which treaties were signed before 1950?", "The one of 1961 and the one of 1972."),
        ("Films released between 1990 and 1999", "Solaris, from 2002."),
    ],
)
def test_an_answer_that_breaks_a_condition_of_the_question_is_told(task: str, answer: str) -> None:
    assert categories(seen(trace(root(answer, task)), "constraints")) == ["breaks-condition"]


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("List three cafés nearby.", "1. Luna\n2. Sol\n3. Mar"),
        ("List three cafés nearby.", "1. Luna\n- late\n2. Sol\n- early\n3. Mar\n- never"),
        ("Give me at least two ideas", "- one\n- two\n- three"),
        ("List 2 or more hotels", "- A\n- B\n- C"),
        ("Find a laptop under $800", "The X3 is $760, the X1 $1,199."),
        ("Find a laptop under $800", "There is none; the cheapest is $950."),
        ("Which treaties were signed before 1950?", "The one of 1925, which ended in 1972."),
        ("What is 12 * 3?", "1. multiply\n2. it is 36"),
        ("Is it open?", "Since 2019, yes."),
    ],
)
def test_an_answer_that_keeps_the_conditions_is_fine(task: str, answer: str) -> None:
    assert seen(trace(root(answer, task)), "constraints") == ()


# -- languages ----------------------------------------------------------------------------------------------------

GERMAN = "Die Rechnung ist nicht bezahlt, und wir haben für den Auftrag noch keine Bestätigung von Ihnen."
ENGLISH = "The invoice is not paid yet, and we have no confirmation of the order from you at this time."


@pytest.mark.parametrize(
    ("asked", "told", "answer", "wrong"),
    [
        ("Warum ist die Rechnung noch offen, und was wird mit dem Auftrag?", "", ENGLISH, True),
        ("Why is the invoice open, and what will be done with the order?", "", GERMAN, True),
        ("Why is the invoice open, and what will be done with the order?", "", ENGLISH, False),
        ("Why is the invoice open? Please answer in German.", "", GERMAN, False),
        ("Why is the invoice open? Please answer in German.", "", ENGLISH, True),
        ("Why is the invoice open, and what will be done?", "Always respond to customers in German.", ENGLISH, True),
        ("Translate this for me, and be careful with the names in it.", "", GERMAN, False),
        ("Status?", "", GERMAN, False),
    ],
)
def test_an_answer_in_another_language_than_wanted_is_told(asked: str, told: str, answer: str, wrong: bool) -> None:
    found = seen(trace(root(answer, asked), model(answer, told=told)), "answer_form")
    assert categories(found) == (["wrong-language"] if wrong else [])


def test_a_text_in_no_known_language_is_in_none() -> None:
    assert language("Lorem ipsum dolor sit amet consectetur adipiscing elit sed the tempor incididunt ut labore") == ""


# -- references ---------------------------------------------------------------------------------------------------


def test_a_link_that_nothing_had_named_is_told_and_one_that_was_read_is_not() -> None:
    page = retrieval(Document("See https://example.org/prices for prices."))
    found = seen(trace(root("It is 5, see https://example.org/rates-2024."), page), "unsupported")
    assert categories(found) == ["unsupported-claim"]
    assert seen(trace(root("It is 5, see https://example.org/prices."), page), "unsupported") == ()
    assert seen(trace(root("See https://example.org/rates-2024.")), "unsupported") == ()  # nothing was looked up


def test_a_quotation_that_nobody_wrote_is_told() -> None:
    page = retrieval(Document("Returns are accepted within thirty days if the box is unopened."))
    made_up = "The policy says “returns are accepted within ninety days whatever happened”."
    assert categories(seen(trace(root(made_up), page), "unsupported")) == ["unsupported-claim"]
    real = "The policy says “Returns are accepted within thirty days, if the box is unopened”."
    assert seen(trace(root(real), page), "unsupported") == ()
    advice = "You may search for “how to send an unopened box back by post” there."
    assert seen(trace(root(advice), page), "unsupported") == ()


# -- counts -------------------------------------------------------------------------------------------------------

SHIRTS: Json = {"product": "shirt", "variants": {f"v{n}": {"size": "S" if n % 2 else "M", "available": n < 4} for n in range(6)}}


@pytest.mark.parametrize(("said", "wrong"), [("There are 5 variants.", True), ("There are 6 variants.", False)])
def test_a_count_that_the_result_does_not_bear_out_is_told(said: str, wrong: bool) -> None:
    run = trace(root(said), tool("get_product", {"id": "p"}, SHIRTS), model(said))
    assert categories(seen(run, "misread_counts")) == (["misread-result"] if wrong else [])


@pytest.mark.parametrize("said", ["We have 4 available options.", "It has 3 variants in S.", "There are 2 sizes.", "I found 9 reasons."])
def test_whatever_can_be_counted_in_the_result_is_fine(said: str) -> None:
    assert seen(trace(root(said), tool("get_product", {"id": "p"}, json.dumps(SHIRTS)), model(said)), "misread_counts") == ()


# -- retrieved contradictions -------------------------------------------------------------------------------------


def test_documents_that_say_the_same_with_other_figures_are_told() -> None:
    one = Document("Customers may return an unopened item within 30 days of purchase.", id="policy-a")
    other = Document("Customers may return an unopened item within 14 days of purchase.", id="policy-b")
    found = seen(trace(root("30 days."), retrieval(one, other)), "contradictory_retrieval")
    assert categories(found) == ["contradictory-retrieval"]
    assert len(found[0].quotes) == 2


def test_documents_on_different_things_do_not_contradict_each_other() -> None:
    berlin = Document("The flat in Berlin costs about 900 a month all in.", id="a")
    bonn = Document("The flat in Bonn costs about 700 a month all in.", id="b")
    assert seen(trace(root("900."), retrieval(berlin, bonn)), "contradictory_retrieval") == ()
    same = Document("The flat in Berlin costs about 900 a month all in.", id="c")
    assert seen(trace(root("900."), retrieval(berlin, same)), "contradictory_retrieval") == ()
