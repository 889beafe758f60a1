"""The claim of a fix: the same for the same fix, in one hash that says when any part of it was exchanged."""

from __future__ import annotations

import pytest

from adapters.trace import Json
from refinery.domain import Expectation, Scenario
from refinery.flows.claim import EVIDENCE, KEYS, digest, judging, sealed, trailers
from refinery.repo import message

CLAIM: dict[str, Json] = {
    "scenarios": ["one", "two"],
    "gate": {"decision": "accept", "effect": 0.5, "interval": [0.125, 0.75], "trials": 9, "alpha": 0.04},
    "diagnosis": {"trace": "t1", "says": "code/crash", "quotes": []},
    "fix": "0123456789abcdef",
    "origin": "model",
    "model": "some-model, 12 tokens, price unknown",
    "cost": {"runs": 18, "tokens": 0, "usd": None},
    "approval": {"said": "yes", "by": "Ada <ada@example.com>"},
    "refinery": "0.1.0",
}


def test_every_trailer_of_a_claim_is_known_as_one() -> None:
    made = trailers(CLAIM)
    assert tuple(key for key, _ in made) == KEYS
    assert dict(made)["Refinery-Gate"] == "accept; effect +0.50 [0.12, 0.75]; 9 runs an arm; alpha 0.04"
    assert dict(made)[EVIDENCE] == f"sha256:{digest(CLAIM)}"


def test_trailers_are_read_back_from_the_message_as_they_were_made() -> None:
    made = trailers(CLAIM)
    assert message.trailers(message.compose("Mend it", ["why"], made)) == {key: (value,) for key, value in made}


def test_the_hash_does_not_depend_on_the_order_of_keys_or_on_what_is_no_text() -> None:
    assert digest({"a": 1, "b": "\udcff"}) == digest({"b": "\udcff", "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_part_that_is_exchanged_changes_every_link_after_it(part: int) -> None:
    parts = [("scenarios", "a"), ("judge", "b"), ("thresholds", "c")]
    other = [(what, "x" if number == part else content) for number, (what, content) in enumerate(parts)]
    differ = [one != two for one, two in zip(sealed(*parts), sealed(*other), strict=True)]
    assert differ == [number >= part for number in range(3)]


def test_what_decides_of_a_scenario_is_sealed_and_its_place_is_not() -> None:
    one = Scenario("a", {"x": 1}, (Expectation("equals", "1", 3),), path="a.yaml", line=2)
    moved = Scenario("a", {"x": 1}, (Expectation("equals", "1", 30),), path="b.yaml", line=20)
    looser = Scenario("a", {"x": 1}, (Expectation("contains", "1", 3),), path="a.yaml", line=2)
    other = Scenario("b", None, ())
    assert judging([one, other]) == judging([other, moved])
    assert judging([one]) != judging([looser])
    assert judging([one]) != judging([Scenario("a", {"x": 1}, one.expect, trials=1)])
