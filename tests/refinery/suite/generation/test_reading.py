from __future__ import annotations

import pytest

from refinery.domain import AgentSpec, Expectation, Scenario
from refinery.errors import ConfigError
from refinery.suite.generation.profile import Fact, Field, Known, Parameter, Profile, Setting, Tool, read_profile, write_profile
from refinery.suite.generation.reading import read_profile_of
from tests.refinery.suite.generation.grounds import AGENTS, sample

PYTHON = AgentSpec(python="desk.app:answer")


def read(agent: AgentSpec | None = PYTHON, scenarios: tuple[Scenario, ...] = (), /, **sources: str) -> Profile:
    named = {name.replace("__", "/").replace("_dot_", "."): text for name, text in sources.items()}
    return read_profile_of(named, agent, scenarios)


def tools(code: str) -> dict[str, Tool]:
    return {tool.name: tool for tool in read(desk__app_dot_py=code).tools}


DECORATED = '''
@server.tool(name="look_up")
def _look_up(plan: str, period: Literal["month", "year"] = "month") -> dict:
    """The price of a plan. Nothing else."""

@function_tool
def cancel_order(ctx: RunContext, number: int): ...

def not_one(): ...
'''
SCHEMA = """
TOOLS = [{"type": "function", "function": {"name": "book", "description": "Books it.",
          "parameters": {"type": "object", "properties": {"day": {"type": "string", "format": "date"}, "n": {"type": "integer"}},
                         "required": ["day"]}}}]
"""
LISTED = """
def price(plan: str): ...
def refund(invoice: str): ...
TOOLS = {"get_price": price}
agent = Agent(tools=[refund])
"""


def test_decorated_functions_are_tools_with_what_they_take() -> None:
    found = tools(DECORATED)
    assert found["look_up"] == Tool(
        "look_up",
        "The price of a plan.",
        (Parameter("plan", "text"), Parameter("period", "choice", False, ("month", "year"))),
        False,
        "desk/app.py:3",
    )
    assert found["cancel_order"].parameters == (Parameter("number", "number"),)
    assert found["cancel_order"].changes
    assert "not_one" not in found


def test_schemas_in_code_are_tools() -> None:
    (found,) = tools(SCHEMA).values()
    assert (found.name, found.says, found.changes) == ("book", "Books it.", True)
    assert found.parameters == (Parameter("day", "date"), Parameter("n", "number", False))


def test_functions_in_a_list_or_mapping_of_tools_are_tools() -> None:
    assert sorted(tools(LISTED)) == ["get_price", "refund"]


def test_a_module_called_tools_tells_where_nothing_else_does() -> None:
    module = "def price(plan: str): ...\ndef _inner(): ...\n"
    app = "from desk import tools\ndef answer(request): return tools.price(request['plan'])\n"
    assert [tool.name for tool in read(desk__app_dot_py=app, desk__tools_dot_py=module).tools] == ["price"]
    found = read(desk__app_dot_py=app + DECORATED, desk__tools_dot_py=module)
    assert "price" not in {tool.name for tool in found.tools}


def test_code_that_the_agent_does_not_reach_is_not_its_own() -> None:
    found = read(desk__app_dot_py="def answer(request): ...", other__thing_dot_py=DECORATED)
    assert found.tools == ()


def test_the_rules_of_prompts_are_read_with_their_places() -> None:
    text = "You are the desk of Northwind.\n\n- Never quote a price\n  without its currency.\n- Be nice.\n- Always say {name}.\n"
    found = read(prompts__system_dot_md=text, desk__app_dot_py='SYSTEM_PROMPT = "Do not book twice."\ndef answer(r): ...')
    assert found.rules == (
        Fact("Never quote a price without its currency.", "prompts/system.md:3"),
        Fact("Do not book twice.", "desk/app.py:1"),
    )
    assert found.job == Fact("You are the desk of Northwind.", "prompts/system.md:1")


def test_what_is_given_is_read_from_scenarios_and_from_the_code() -> None:
    code = "def answer(request):\n    return helper(request)\ndef helper(given):\n    return given['plan'], given.get('seats', 1)\n"
    scenario = Scenario("a", {"plan": "pro", "asked_on": "2026-01-02"}, (Expectation("contains", "x"),), path="s.yaml", line=1)
    found = read(PYTHON, (scenario,), desk__app_dot_py=code)
    assert found.inputs == (
        Field("plan", "choice", True, ("pro",), "desk/app.py:4"),
        Field("asked_on", "date", True, ("2026-01-02",), "s.yaml:1"),
        Field("seats", "number", False, (1,), "desk/app.py:4"),
    )
    assert Fact("seats is 1 when it is not given", "desk/app.py:4") in found.assumptions
    assert Fact("plan is always given", "desk/app.py:4") in found.assumptions


def test_what_comes_in_by_standard_input_is_followed() -> None:
    main = "def main():\n    given = json.load(sys.stdin)\n    print(reply(given))\n"
    code = f"import json, sys\ndef reply(r):\n    return r['question']\n{main}"
    found = read(AgentSpec(command=("python", "bot.py")), bot_dot_py=code)
    assert [field.name for field in found.inputs] == ["question"]


def test_settings_and_what_they_take_for_granted() -> None:
    found = read(config__agent_dot_yaml="currency: EUR\nlimits:\n  max_seats: 5\nmodel: gpt-4o\n", package_dot_json='{"timeout": 3}')
    assert Setting("limits.max_seats", 5, "config/agent.yaml") in found.settings
    assert [fact.says for fact in found.assumptions] == [
        "currency is EUR unless a request says otherwise",
        "limits.max_seats is 5; beyond it something else has to happen",
    ]
    assert Fact("the model gpt-4o", "config/agent.yaml") in found.dependencies
    assert not any(setting.where == "package.json" for setting in found.settings)


def test_what_it_leans_on_is_read_from_the_code() -> None:
    code = 'import os, httpx\nURL = "https://api.example.com/v1"\ndef answer(r): return os.environ["DESK_KEY"], os.getenv("MODE", "x")\n'
    says = [fact.says for fact in read(desk__app_dot_py=code).dependencies]
    assert sorted(says) == [
        "services over HTTP",
        "the environment variable DESK_KEY",
        "the environment variable MODE",
        "what answers at api.example.com",
    ]


def test_figures_of_documents_and_what_they_replaced() -> None:
    found = read(
        docs__limits_2024_dot_md="# Limits\n\nUp to 60 calls a minute are served.\n",
        docs__limits_2026_dot_md="# Limits\n\nUp to 120 calls a minute are served.\nBetween 3 and 4 of them wait.\n",
    )
    assert found.known == (Known("Limits", "Up to ... calls a minute are served.", "120", "60", "docs/limits_2026.md:3"),)
    assert "of the versions of docs/limits" in found.assumptions[0].says


def test_what_was_not_read_is_said() -> None:
    found = read_profile_of({"big.py": "x" * 300_000}, AgentSpec(http="http://127.0.0.1:1/x"), (), ["src/app.ts"])
    assert "not read, since only Python is: 1 files such as src/app.ts" in found.notes
    assert "not read for their size: big.py" in found.notes
    assert any("may be other code" in note for note in found.notes)
    assert "no tools were found" in found.notes


def test_a_file_that_does_not_parse_stops_nothing() -> None:
    found = read(desk__app_dot_py="def answer(:", config__x_dot_yaml="a: [", prompts__p_dot_md="You must never guess at it.")
    assert [rule.says for rule in found.rules] == ["You must never guess at it."]


@pytest.mark.parametrize("name", AGENTS)
def test_a_profile_can_be_written_corrected_and_read_again(name: str) -> None:
    profile, _ = sample(name)
    assert read_profile("p.yaml", write_profile(profile)) == profile


def test_people_may_write_a_fact_as_a_sentence() -> None:
    assert read_profile("p", "capabilities: [quotes prices]").capabilities == (Fact("quotes prices"),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tols: []", "has no `tols`"),
        ("tools: [{says: x}]", "lacks something"),
        ("tools: book", "is a list"),
        ("tools: [{name: book, changes: 3}]", "true or false"),
        ("[1]", "is a mapping"),
        ("a: [", "not YAML"),
    ],
)
def test_a_profile_that_is_none_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read_profile("p.yaml", text)


def test_a_file_called_prompts_holds_prompts_whatever_its_keys_are() -> None:
    rate = 'rate: "Never promise a price that no tool returned."\nother: "I do not know this parcel."\n'
    files = {"agent.py": "def answer(question):\n    return question\n"}
    without = read_profile_of(files, AgentSpec(python="agent:answer"), ())
    found = read_profile_of({**files, "prompts/answers.yaml": rate}, AgentSpec(python="agent:answer"), ())
    assert any("prompts" in note for note in without.notes)
    assert not any("prompts" in note for note in found.notes)
    assert [(rule.says, rule.where) for rule in found.rules] == [("Never promise a price that no tool returned.", "prompts/answers.yaml")]
