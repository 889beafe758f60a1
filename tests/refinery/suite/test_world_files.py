"""Recorded worlds as they stand in files: read, written, and complained about by file and line."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from refinery.domain import Expectation, Outside, Profile, Recording, Scenario, World
from refinery.errors import ConfigError
from refinery.flows.claim import judging
from refinery.suite.scenarios import load
from refinery.suite.writing import write, write_world

SCENARIO = "- id: a\n  input: {plan: pro}\n  world: a.world.yaml\n  expect:\n    - contains: EUR\n"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
recordings = st.builds(
    lambda tool, arguments, anyhow, result, error, span: Recording(
        tool, None if anyhow else arguments, anyhow, None if error else result, error, span_id=span
    ),
    texts.filter(bool),
    values,
    st.booleans(),
    values,
    st.just("") | texts.map(lambda text: f"Error: {text}"),
    st.just("") | st.just("00a1"),
)


def loaded(files: dict[str, str], *paths: str) -> tuple[Scenario, ...]:
    return load(files.get, [*(paths or files)])


@given(st.lists(recordings, max_size=4))
def test_what_is_written_is_read_again(calls: list[Recording]) -> None:
    world = World(tuple(calls), trace="ab12")
    (inline,) = loaded({"s/a.yaml": write(Scenario("a", None, (Expectation("no-error", True),), world=world))})
    assert inline.world == world
    beside = {"s/a.yaml": SCENARIO, "s/a.world.yaml": write_world(world)}
    (found,) = loaded(beside)
    assert found.world == World(tuple(calls), trace="ab12", path="s/a.world.yaml")


def test_everything_that_a_world_may_say() -> None:
    profile = Profile(0.2, 0.1, "TimeoutError: late", 7, False, {"amount": 1}, has_result=True)
    calls = (Recording("price", {"plan": "pro"}, result=1, seconds=0.25),)
    world = World(calls, Outside.SIMULATE, False, True, True, {"price": ("id", "meta.at"), "*": ("now",)}, {"price": profile})
    (found,) = loaded({"a.yaml": SCENARIO, "a.world.yaml": write_world(world)}, "a.yaml")
    assert found.world == World(calls, Outside.SIMULATE, False, True, True, dict(world.ignore), {"price": profile}, path="a.world.yaml")
    text = "outside: simulate\nagain: outside\npace: recorded\nignore: [now]\nprofiles: {price: {latency: 200ms}}\ncalls: []\n"
    (terse,) = loaded({"a.yaml": SCENARIO, "a.world.yaml": text}, "a.yaml")
    assert terse.world == World((), Outside.SIMULATE, False, True, False, {"*": ("now",)}, {"price": Profile(0.2)}, path="a.world.yaml")


def test_calls_that_are_short_stand_on_a_line() -> None:
    short, long = Recording("price", {"plan": "pro"}, result=1), Recording("read", {"path": "x"}, result="word " * 100)
    text = write_world(World((short, long)))
    assert "  - {tool: price, arguments: {plan: pro}, result: 1}\n  - tool: read\n" in text
    assert text.startswith("# What the agent's tools answered")


def test_a_world_among_the_scenario_files_is_none_of_them() -> None:
    assert [each.id for each in loaded({"a.yaml": SCENARIO, "a.world.yaml": "calls: []\n"})] == ["a"]


def test_scenarios_share_a_world_by_defaults_and_a_path_is_relative_to_the_file_that_names_it() -> None:
    shared = "defaults: {world: worlds/one.yaml}\n"
    files = {
        "s/shared.yaml": shared,
        "s/x/a.yaml": "include: ../shared.yaml\nscenarios:\n" + SCENARIO.replace("  world: a.world.yaml\n", ""),
    }
    (found,) = loaded({**files, "s/worlds/one.yaml": "calls: []\n"}, "s/x/a.yaml")
    assert found.world == World((), path="s/worlds/one.yaml")


def test_braces_in_a_recording_are_no_placeholders() -> None:
    world = "{calls: [{tool: t, result: '{{name}}'}]}"
    text = f"variables: {{plan: pro}}\nscenarios:\n  - {{id: a, input: '{{{{plan}}}}', world: {world}, expect: [contains: x]}}\n"
    (found,) = loaded({"a.yaml": text})
    assert found.input == "pro"
    assert found.world == World((Recording("t", any_arguments=True, result="{{name}}"),))


WRONG = {
    "x: 1\ncalls: []": "a.world.yaml:1: a world has no key `x`",
    "outside: never\ncalls: []": "a.world.yaml:1: `outside` is one of fail, pass-through, simulate",
    "calls:\n  - {result: 1}": "a.world.yaml:2: the call has no `tool`",
    "calls:\n  - {tool: t}": "a.world.yaml:2: the call of t needs a `result` or an `error`",
    "calls:\n  - {tool: t, result: 1, error: x}": "needs a `result` or an `error`",
    "calls:\n  - {tool: t, resul: 1}": "a.world.yaml:2: a call has no key `resul`",
    "calls: {}": "a.world.yaml:1: `calls` is a list of calls",
    "calls: [7]": "a.world.yaml:1: a call is a mapping",
    "calls: []\nprofiles: {t: {error-rate: 2}}": "a.world.yaml:2: `error-rate` lies between 0 and 1",
    "calls: []\nprofiles: {t: {latency: soon}}": "'soon' is not a duration",
    "calls: []\nignore: {t: [1]}": "a.world.yaml:2: what is ignored of t is a list of arguments",
    "call: []": "a.world.yaml:1: this is no recorded world",
    "calls: [1": "a.world.yaml:2: this is not YAML",
}


@pytest.mark.parametrize(("text", "says"), WRONG.items())
def test_every_mistake_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded({"a.yaml": SCENARIO, "a.world.yaml": text}, "a.yaml")
    assert says in str(caught.value)


def test_a_world_that_is_not_there_is_missed_where_it_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^a.yaml:3: there is no file a.world.yaml with a recorded world"):
        loaded({"a.yaml": SCENARIO})


def test_the_world_is_among_what_is_sealed() -> None:
    (one,) = loaded({"a.yaml": SCENARIO, "a.world.yaml": "calls: [{tool: t, result: 1}]"}, "a.yaml")
    (other,) = loaded({"a.yaml": SCENARIO, "a.world.yaml": "calls: [{tool: t, result: 2}]"}, "a.yaml")
    (moved,) = loaded({"b.yaml": SCENARIO.replace("a.world", "b.world"), "b.world.yaml": "calls: [{tool: t, result: 1}]"}, "b.yaml")
    assert judging([one]) != judging([other])
    assert judging([one]) == judging([moved])
    assert yaml.safe_load(write(one, world="a.world.yaml"))[0]["world"] == "a.world.yaml"
