from __future__ import annotations

import pytest

from adapters.trace import Json
from refinery.domain import Expectation, Scenario
from refinery.suite.generation.case import Base
from refinery.suite.generation.profile import Fact, Field, Profile, Tool
from refinery.suite.generation.quality import Quality, distinctness, executability, identity, likeness, relevance, shingles, teeth

PROFILE = Profile(
    job=Fact("quotes prices of plans"),
    capabilities=(Fact("quotes prices"),),
    tools=(Tool("book", changes=True),),
    inputs=(Field("question", "text"),),
)


def scenario(*expect: tuple[str, Json], given: Json = None, name: str = "a", capability: str = "") -> Scenario:
    asked: Json = {"question": "what is the price?"} if given is None else given
    return Scenario(name, asked, tuple(Expectation(kind, value) for kind, value in expect), capability)


def bite(*expect: tuple[str, Json]) -> float:
    made = scenario(*expect)
    return teeth(made, Base(made), (), PROFILE)


def test_a_check_that_no_wrong_answer_fails_has_no_teeth() -> None:
    assert bite(("not-contains", "xyzzy")) == 0
    assert bite(("regex", "")) == 0
    assert bite(("max-latency", "10s")) == 0


def test_the_more_wrong_answers_are_refused_the_sharper() -> None:
    weak, marker, sharp = bite(("no-error", True)), bite(("no-error", True), ("not-contains", "ZEBRALILAC")), bite(("contains", "45 EUR"))
    assert 0 < weak < marker < sharp == 1.0
    assert bite(("no-tool", "book")) > 0, "one of the wrong ways is to do what was not asked for"
    assert bite(("llm-rubric", "is polite")) == pytest.approx((0.5 * 8 + 1) / 9), "what only a judge can say is taken to refuse half"


def test_wrong_answers_have_the_form_that_right_ones_have() -> None:
    base = Base(scenario(("json-path", {"path": "$.status", "equals": "ok"})))
    formal = scenario(("json-path", {"path": "$.status", "exists": True}))
    assert teeth(formal, base, (), PROFILE) == 0, "the form alone tells no right answer from a wrong one of the same form"


def test_the_same_is_the_same_however_it_is_written() -> None:
    one = scenario(("contains", "é"), ("no-error", True), given={"q": "é", "n": 1}, name="one")
    other = scenario(("no-error", True), ("contains", "e\u0301"), given={"n": 1, "q": "e\u0301"}, name="other")
    assert identity(one) == identity(other)
    assert len(identity(one)) == 64
    assert identity(one) != identity(scenario(("contains", "é"), ("no-error", True), given={"q": "É", "n": 1}))


def test_likeness_is_the_share_of_runs_of_three_words() -> None:
    one, other = shingles("a b c d"), shingles("a b c e")
    assert likeness(one, other) == pytest.approx(1 / 3)
    assert (likeness(one, one), likeness(one, shingles("x y z"))) == (1.0, 0.0)


def test_being_like_something_that_is_after_something_else_counts_half() -> None:
    own = shingles("what is the price of pro")
    assert distinctness(own, "empty", []) == 6
    assert distinctness(own, "empty", [("empty", own)]) == 0
    assert distinctness(own, "empty", [("injection", own)]) == 3


def test_relevance_is_held_against_the_profile() -> None:
    own = scenario(("contains", "x"), capability="quotes prices")
    assert relevance("question", "wrong-tool", own, PROFILE, {"wrong-tool"}) == 6
    foreign = scenario(("contains", "x"), given={"z": "zzzz"}, capability="bakes bread")
    assert relevance("oven", "no-such-pattern", foreign, PROFILE, {"wrong-tool"}) == 0


def test_what_cannot_be_measured_here_can_hardly_be_run() -> None:
    rubric = scenario(("llm-rubric", "is polite"))
    assert executability(rubric, PROFILE, judged=True, traced=False) == 6
    assert executability(rubric, PROFILE, judged=False, traced=False) == 2
    spans = scenario(("tool-called", "book"), ("contains", "x"))
    assert executability(spans, PROFILE, judged=True, traced=False) == 4
    assert executability(scenario(("contains", "x"), given={"other": 1}), PROFILE, judged=True, traced=True) == 4


def test_the_score_is_the_mean_of_the_four() -> None:
    assert Quality(6, 3, 2, 1).score == 3.0
