"""What gives a text its parts is opened and closed, and alike."""

from __future__ import annotations

from refinery.repair.slips.markup import markup
from tests.refinery.repair.slips.looking import READS, of_prompt

PARTS = READS + '\n\ndef parts(name):\n    return text(name).split("\\n====\\n")\n'


def test_a_comment_is_closed() -> None:
    good = "Sing.\n<!-- loud -->\nDance.\n<!-- end -->\n"
    assert good in of_prompt(markup, good.replace("loud -->", "loud ->"))
    assert good in of_prompt(markup, good.replace("loud -->", "loud"))
    assert of_prompt(markup, good) == {}


def test_a_tag_is_closed_and_by_its_own_name() -> None:
    good = "<song>La la.</song>\n<steps>One two.</steps>\n"
    assert good in of_prompt(markup, good.replace("</steps>", "<steps>"))
    assert good in of_prompt(markup, good.replace("</steps>", "</step>"))
    assert good in of_prompt(markup, good.replace("</steps>", ""))
    assert good in of_prompt(markup, good.replace("<song>", "</song>"))
    assert of_prompt(markup, good) == {}
    named = "<input>La la.</input>\n<input>One two.</input>\n"
    assert named in of_prompt(markup, named.replace("two.</input>", "two.</inptu>"))
    assert of_prompt(markup, "<input name='a'>\n<b>La.</b>\n") == {}
    assert of_prompt(markup, "Put it as <title> or <author>.\n") == {}


def test_a_heading_is_of_the_level_of_the_others() -> None:
    good = "# Ball\n\n## Song\nLa.\n\n## Steps\nOne.\n\n## Dress\nBlue.\n"
    assert good in of_prompt(markup, good.replace("## Steps", "### Steps"))
    assert good in of_prompt(markup, good.replace("## Steps", "##Steps"))
    assert of_prompt(markup, good) == {}


def test_what_parts_a_text_is_as_long_as_code_looks_for() -> None:
    assert of_prompt(markup, "Sing.\n====\nDance.\n===\nBow.\n", PARTS) == {"Sing.\n====\nDance.\n====\nBow.\n": 0.85}
    assert of_prompt(markup, "Sing.\n====\nDance.\n===\nBow.\n") == {}


def test_front_matter_is_closed() -> None:
    good = "---\nvoice: high\npace: 3\n---\nSing.\n"
    assert good in of_prompt(markup, good.replace("---\nSing", "Sing"))
    assert good in of_prompt(markup, good.replace("---\nSing", "--\nSing"))
    assert good in of_prompt(markup, good.replace("---\nvoice", "voice"), READS + 'FENCE = "---"\n')
    assert of_prompt(markup, good) == {}


def test_a_row_that_lacks_a_cell_gets_one_of_its_column() -> None:
    good = "| song | key | pace |\n|---|---|---|\n| Ode | C | slow |\n| Air | D | fast |\n| Jig | D | fast |\n"
    bad = good.replace("| Jig | D |", "| Jig |")
    assert of_prompt(markup, bad, said="the jig in D")[good] > of_prompt(markup, bad)[good]
    assert of_prompt(markup, good) == {}
