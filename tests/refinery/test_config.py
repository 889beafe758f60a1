from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from refinery.config import parse
from refinery.domain import AgentSpec, HttpTools, Outside, Tools
from refinery.errors import ConfigError

AGENT = '[agent]\npython = "agent:answer"\n'


def agent(more: str = "") -> AgentSpec:
    found = parse(AGENT + more).agent
    assert found
    return found


def test_what_is_not_opened_is_closed() -> None:
    assert (agent().network, agent().sandbox, agent().readable) == (False, "auto", ())


@pytest.mark.parametrize(
    "line", ["network = 1", 'network = "yes"', 'network = "true"', 'sandbox = ""', 'sandbox = "None"', "sandbox = false"]
)
def test_only_the_very_word_opens_anything(line: str) -> None:
    with pytest.raises(ConfigError, match=r"refinery.toml:3: `agent\.(network|sandbox)`"):
        agent(line)


@given(some.from_regex(r"[a-zA-Z ]{0,12}", fullmatch=True))
def test_of_all_words_one_lets_the_agent_run_without_walls(word: str) -> None:
    try:
        wanted = agent(f'sandbox = "{word}"').sandbox
    except ConfigError:
        return
    assert wanted == word
    assert word in ("auto", "strong", "none")


@pytest.mark.parametrize("path", ["/", "~", "~/", "~/..", "/usr/..", "models", "../models", ""])
def test_not_everything_can_be_made_readable(path: str) -> None:
    with pytest.raises(ConfigError, match=r"agent\.readable"):
        agent(f'readable = ["{path}"]')


def test_folders_that_are_named_can_be_read() -> None:
    assert agent('readable = ["~/models", "/data/"]').readable == (str(Path.home() / "models"), os.path.normpath("/data"))


def test_tests_run_as_the_agent_would_and_need_none() -> None:
    stated = parse('[agent]\ntimeout = "9s"\nenvironment = ["DB"]\nnetwork = true\n[suite]\ncommand = "pytest -k \'not slow\'"\n', {})
    assert stated.agent is None
    assert stated.tests is not None
    assert stated.tests.command == ("pytest", "-k", "not slow")
    assert (stated.tests.timeout_s, stated.tests.environment, stated.tests.network) == (9.0, ("DB",), True)


def test_tests_beside_an_agent_are_no_agent() -> None:
    stated = parse('[agent]\npython = "a:b"\n[suite]\ncommand = ".venv/bin/pytest"\n', {})
    assert stated.agent is not None
    assert stated.tests is not None
    assert (stated.agent.python, stated.tests.python, stated.tests.command) == ("a:b", "", (".venv/bin/pytest",))
    assert stated.tests.interpreter == ".venv/bin/python", "the one that this pytest belongs to"


def test_what_says_which_tests_there_are_is_a_judge_where_tests_judge() -> None:
    assert "pytest.ini" in parse('[suite]\ncommand = "pytest"\n', {}).policy.judge_globs
    assert "pytest.ini" not in parse("", {}).policy.judge_globs


def test_tables_of_cases_beside_scenarios_are_judges_too() -> None:
    assert "checks/**/*.csv" in parse('[suite]\nscenarios = ["checks/**/*.yaml"]\n', {}).policy.judge_globs


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[suite]\n[agent]\ntimeout = 3\n", r"refinery.toml:2: `agent`: name exactly one of command, python and http \(there is none\)"),
        ('[suite]\ncommand = "sh -c \'make test"\n', "refinery.toml:2: `suite.command`: .* cannot be split into words"),
    ],
)
def test_a_way_to_run_that_is_none_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse(text, {})


def test_each_task_may_have_a_model_of_its_own() -> None:
    stated = parse('[model]\nprovider = "anthropic"\nname = "one"\ncache = false\n[model.tasks]\nanalyst = "other"\n', {})
    assert (stated.model, dict(stated.models), stated.cache) == ("one", {"analyst": "other"}, False)


def test_model_calls_go_directly_unless_said_otherwise() -> None:
    assert parse(AGENT).relaying is None
    more = 'models = "record"\nrecordings = "kept"\nbudget_usd = 1\n[agent.upstream]\nopenai = "http://127.0.0.1:8000/v1"\n'
    more += '[agent.prices]\n"m-1" = [1, 2.5]\n'
    stated = parse(AGENT + more).relaying
    assert stated
    assert (stated.mode, stated.recordings, stated.budget_usd) == ("record", "kept", 1.0)
    assert (stated.upstream, stated.prices) == ({"openai": "http://127.0.0.1:8000/v1"}, {"m-1": (1.0, 2.5)})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('models = "cached"', "agent.models"),
        ('[agent.upstream]\nopenai = "localhost"', "begins with https"),
        ("[agent.prices]\nm = [1]", "agent.prices"),
        ("budget_usd = -1", "agent.budget_usd"),
    ],
)
def test_a_mistake_about_model_calls_is_named(more: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse(AGENT + more)


def test_an_agent_at_an_address_cannot_be_relayed() -> None:
    with pytest.raises(ConfigError, match="for an agent that Refinery starts"):
        parse('[agent]\nhttp = "http://127.0.0.1:1"\nmodels = "live"')


def test_what_a_recorded_world_answers_for() -> None:
    text = """[agent]
python = "shop.app:answer"
[world]
tools = ["shop.tools:price", "find = shop.tools:Register.find"]
outside = "simulate"
address = "localhost:8765"
[world.http.RATES_URL]
url = "https://rates.example.com"
routes = {convert = "GET /convert/{source}"}
"""
    stated = parse(text, {})
    assert stated.agent is not None
    assert stated.agent.tools == Tools(
        python={"price": "shop.tools:price", "find": "shop.tools:Register.find"},
        http=(HttpTools("RATES_URL", "https://rates.example.com", {"convert": "GET /convert/{source}"}),),
        address="localhost:8765",
        outside=Outside.SIMULATE,
    )
    assert "**/*.world.yaml" in stated.policy.judge_globs


UNFINDABLE = (
    'tools = ["price"]',
    'tools = ["shop:price()"]',
    'address = "0.0.0.0:80"',
    'outside = "pass"',
    'http."A B".url = ""',
    'http.URL.routes = {price = "/price"}',
)


@pytest.mark.parametrize("line", UNFINDABLE)
def test_a_tool_that_could_not_be_found_is_refused(line: str) -> None:
    with pytest.raises(ConfigError, match=r"refinery.toml:\d+: `world|refinery.toml: `world"):
        parse(f'[agent]\npython = "a:b"\n[world]\n{line}\n', {})
