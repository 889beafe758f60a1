"""In which order hypotheses are looked at, wherever they come from."""

from __future__ import annotations

from dataclasses import replace

from refinery.domain import Diagnosis, Edit, Hypothesis, Layer
from refinery.flows.ranking import Ranking, worth

FOUND = Diagnosis("t", "It is wrong.", "It is right.", Layer.CODE, "wrong-value", "desk", 0, "s", 0.8)
UNSURE = replace(FOUND, confidence=0.2)
EDIT = Edit("desk/agent.py", "a = 1\n", "a = 2\n")


def guess(name: str, confidence: float) -> Hypothesis:
    return Hypothesis(name, "a guess", Layer.CODE, (EDIT,), confidence=confidence)


def thought(name: str, confidence: float, *edits: Edit, layer: Layer = Layer.CODE) -> Hypothesis:
    return Hypothesis(name, "a reason", layer, edits or (EDIT,), confidence=confidence, origin="model")


def test_guesses_of_the_search_and_hypotheses_of_a_model_stand_in_one_order() -> None:
    ranking = Ranking(iter([guess("likely guess", 0.9), guess("guess", 0.4), guess("wild guess", 0.1)]), FOUND)
    ranking.add([thought("doubt", 0.2), thought("belief", 0.8)])
    assert [each.change for each in ranking] == ["belief", "likely guess", "doubt", "guess", "wild guess"]


def test_what_a_model_adds_later_comes_before_guesses_that_are_worth_less() -> None:
    ranking = Ranking(iter([guess("first", 0.9), guess("second", 0.8)]), FOUND)
    first = next(ranking)
    ranking.add([thought("second thought", 0.6)])
    assert [first.change, *(each.change for each in ranking)] == ["first", "second thought", "second"]


def test_a_large_edit_and_one_of_many_files_are_worth_less() -> None:
    small = worth(thought("small", 0.5), FOUND)
    large = worth(thought("large", 0.5, Edit("desk/agent.py", "a = 1\n", "a = 2\n" * 80)), FOUND)
    many = worth(thought("many", 0.5, EDIT, replace(EDIT, path="desk/b.py"), replace(EDIT, path="desk/c.py")), FOUND)
    assert large < many < small


def test_a_prompt_rule_waits_where_another_layer_is_known_to_be_at_fault() -> None:
    rule, code = thought("tell it", 0.7, layer=Layer.PROMPT), thought("compute it", 0.5)
    assert worth(rule, FOUND) < worth(code, FOUND)
    assert worth(rule, UNSURE) > worth(code, UNSURE)


def test_only_what_is_worth_about_as_much_as_a_cure_is_waited_for() -> None:
    ranking = Ranking(iter(()), FOUND)
    ranking.add([thought("left", 0.3)])
    assert ranking.waits_for(worth(thought("cure", 0.5), FOUND))
    assert not ranking.waits_for(worth(thought("cure", 0.9), FOUND))
    assert next(ranking).change == "left"
    assert not ranking.waits_for(0.0)
