from __future__ import annotations

import json

from refinery.cli.views import apart


def answer(text: str) -> str:
    return json.dumps({"answer": text, "intent": "price"})


def test_of_two_objects_only_what_differs_is_shown() -> None:
    assert apart(answer("49 USD"), answer("45 EUR")) == ("49 USD", "45 EUR")


def test_a_long_beginning_that_both_share_is_left_out() -> None:
    same = "You are on the Team plan with 12 seats, billed every year. Next renewal: "
    assert apart(answer(same + "not on file."), answer(same + "15 January.")) == (
        "…every year. Next renewal: not on file.",
        "…every year. Next renewal: 15 January.",
    )


def test_answers_that_are_no_objects_are_shown_as_they_are() -> None:
    assert apart("the agent raised KeyError", answer("45 EUR")) == ("the agent raised KeyError", "45 EUR")
