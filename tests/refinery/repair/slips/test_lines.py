"""Lines of a dialogue, of examples and of lists begin and end as the others do; samples are what code reads."""

from __future__ import annotations

from refinery.repair.slips.labels import labels
from refinery.repair.slips.samples import samples
from tests.refinery.repair.slips.looking import READS, of_prompt


def test_a_label_is_written_as_the_others_are() -> None:
    good = "Guest: A room?\nClerk: Which one?\nGuest: The blue one.\nClerk: It is yours.\nGuest: Thanks.\n"
    assert good in of_prompt(labels, good.replace("Clerk: It", "clerk: It"))
    assert good in of_prompt(labels, good.replace("Guest: Thanks", "Guset: Thanks"))
    assert good in of_prompt(labels, good.replace("Guest: Thanks", "Guest:Thanks"))
    assert of_prompt(labels, good) == {}


def test_a_number_stands_behind_the_same_word_as_the_others() -> None:
    good = "Step 1: Knock.\nStep 2: Wait.\nStep 3: Enter.\n"
    assert good in of_prompt(labels, good.replace("Step 2:", "#2:"))
    assert of_prompt(labels, good) == {}


def test_the_label_of_an_example_is_of_the_list() -> None:
    good = "- single\n- double\n- suite\n\nfor two => double\njust me => single\n"
    assert good in of_prompt(labels, good.replace("=> double", "=> doubles"))
    assert of_prompt(labels, good) == {}
    told = "Answer with one of: single, double, suite\n\nfor two -> double\njust me -> single\n"
    assert told in of_prompt(labels, told.replace("-> double", "-> dubble"))


def test_a_sample_is_json_where_code_reads_json() -> None:
    good = 'Answer {"room": "blue", "paid": true}\n'
    reads = READS + "\n\ndef read(answer):\n    return json.loads(answer)\n"
    assert of_prompt(samples, "Answer {'room': 'blue', 'paid': True}\n", reads) == {good: 0.85}
    assert of_prompt(samples, good, reads) == {}


def test_a_day_is_written_as_code_reads_days() -> None:
    reads = READS + "\n\ndef read(answer):\n    return date.fromisoformat(answer)\n"
    assert "Day: 2031-04-07\n" in of_prompt(samples, "Day: 07.04.2031\n", reads)
    assert of_prompt(samples, "Day: 07.04.2031\n") == {}
