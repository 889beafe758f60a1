"""Which recording answers a call, and how a function is made to ask for it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from refinery.suite.replay import refinery_answers, refinery_main, refinery_shapes, refinery_tools

BESIDE = {"refinery_answers": refinery_answers, "refinery_shapes": refinery_shapes, "refinery_main": refinery_main}
SHOP = """
import dataclasses, functools
from datetime import date
from decimal import Decimal
from typing import NamedTuple

class OutOfStock(Exception):
    def __init__(self, plan, left):
        super().__init__(plan)

class ToolError(Exception):
    pass

SEEN = []

def traced(function):
    @functools.wraps(function)
    def wrapped(*args, **kwargs):
        SEEN.append(function.__name__)
        return function(*args, **kwargs)
    return wrapped

@dataclasses.dataclass
class Price:
    amount: Decimal
    since: date

class Pair(NamedTuple):
    left: int
    right: int

@traced
def price(plan, currency="EUR", *, hint=None) -> Price:
    raise SystemError("the real one")

def text(plan) -> str:
    raise SystemError("the real one")

def pairs(plan) -> list[Pair]:
    raise SystemError("the real one")

def maybe(plan) -> "Price | None":
    raise SystemError("the real one")

async def later(plan):
    raise SystemError("the real one")

def each(plan):
    yield "the real one"

async def aeach(plan):
    yield "the real one"

def made():
    inside = 3
    def closed(plan):
        return inside
    return closed

closed = made()
copy = text

class Client:
    def get(self, plan):
        raise SystemError("the real one")
    @classmethod
    def of(cls, plan):
        raise SystemError("the real one")
    @staticmethod
    def bare(plan):
        raise SystemError("the real one")

class Tool:
    def __init__(self, func):
        self.func = func

def inner(plan):
    raise SystemError("the real one")

boxed = Tool(inner)
number = 7
"""
Shop = Callable[..., Any]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A module whose tools, all of them, answer from these calls."""
    journals: list[refinery_answers.Journal] = []

    def open_(*calls: dict[str, Any], names: tuple[str, ...] = ("price", "text"), **told: Any) -> Any:
        module = types.ModuleType("shop_of_tests")
        sys.modules["shop_of_tests"] = module
        exec(SHOP, module.__dict__)
        tools = {name.rpartition(".")[2]: f"shop_of_tests:{name}" for name in names}
        world = refinery_answers.World({"calls": [*calls], "journal": str(tmp_path / "journal"), "tools": tools, **told})
        refinery_tools.Tools(world, BESIDE.__getitem__).install()
        module.journal = world.journal  # type: ignore[attr-defined]
        journals.append(world.journal)
        return module

    yield open_
    for journal in journals:
        journal.close()
    sys.modules.pop("shop_of_tests", None)


def call(tool: str, result: Any = None, error: str = "", **arguments: Any) -> dict[str, Any]:
    return {"tool": tool, "arguments": arguments, **({"error": error} if error else {"result": result})}


def how(module: Any) -> list[str]:
    return [each["how"] for each in module.journal.entries() if "how" in each]


def test_a_call_is_answered_by_the_recording_with_its_arguments(shop: Shop) -> None:
    module = shop(call("text", "for pro", plan="pro"), call("text", "for team", plan="team"))
    assert [module.text("team"), module.text(plan="pro"), module.copy("team")] == ["for team", "for pro", "for team"]
    assert how(module) == ["recorded", "recorded", "again"]


def test_repeated_calls_are_answered_in_their_order_and_the_last_one_again(shop: Shop) -> None:
    module = shop(call("text", "first", plan="pro"), call("text", error="ToolError: gone", plan="pro"))
    assert module.text("pro") == "first"
    for _ in range(2):
        with pytest.raises(module.ToolError, match="gone"):
            module.text("pro")
    assert how(module) == ["recorded", "recorded", "again"]


def test_what_the_agent_does_to_a_result_is_not_done_to_the_recording(shop: Shop) -> None:
    module = shop(call("maybe", {"left": [1]}, plan="pro"), names=("maybe",))
    module.maybe("pro")["left"].append(2)
    assert module.maybe("pro") == {"left": [1]}


def test_a_repetition_may_count_as_a_call_outside(shop: Shop) -> None:
    module = shop(call("text", "once", plan="pro"), again="outside")
    assert module.text("pro") == "once"
    with pytest.raises(LookupError, match="holds no call text"):
        module.text("pro")


FORMS_OF_ARGUMENTS = (
    {"plan": "pro"},
    {"plan": "pro", "currency": "EUR"},
    {"plan": "pro", "hint": None},
    {"args": ["pro"], "kwargs": {}},
    {"input": {"plan": "pro"}},
    ["pro"],
    "pro",
)


@pytest.mark.parametrize("recorded", FORMS_OF_ARGUMENTS)
def test_arguments_are_the_same_in_whatever_form_they_were_recorded(shop: Shop, recorded: Any) -> None:
    module = shop({"tool": "price", "arguments": recorded, "result": 1})
    assert module.price("pro") == module.price(plan="pro", currency="EUR") == 1
    assert how(module) == ["recorded", "again"]


def test_numbers_are_equal_as_numbers_and_objects_by_what_they_hold(shop: Shop) -> None:
    module = shop(call("text", 1, plan=2), call("text", 2, plan={"left": 1, "right": 2}), call("text", 3, plan=True))
    assert [module.text(2.0), module.text(module.Pair(1, 2)), module.text(True)] == ["1", "2", "3"]
    assert how(module) == ["recorded"] * 3


def test_what_is_to_be_ignored_does_not_matter(shop: Shop) -> None:
    ignore = {"text": ["plan.at"], "*": ["plan.ids.*.n"]}
    module = shop(call("text", "yes", plan={"name": "pro", "at": 1, "ids": [{"n": 4, "k": 1}]}), ignore=ignore)
    assert module.text({"name": "pro", "at": 99, "ids": [{"n": 5, "k": 1}]}) == "yes"
    with pytest.raises(LookupError):
        module.text({"name": "pro", "at": 1, "ids": [{"n": 4, "k": 2}]})


def test_a_mask_is_equal_to_anything_where_values_were_masked(shop: Shop) -> None:
    recorded = call("text", "yes", plan={"name": "pro", "key": "Bearer [secret-1]"})
    assert shop(recorded, masked=True).text({"name": "pro", "key": "Bearer abc"}) == "yes"
    with pytest.raises(LookupError):
        shop(recorded, masked=True).text({"name": "team", "key": "Bearer abc"})
    with pytest.raises(LookupError):
        shop(recorded).text({"name": "pro", "key": "Bearer abc"})


def test_a_recording_without_arguments_answers_any_call_after_those_that_fit(shop: Shop) -> None:
    module = shop({"tool": "text", "result": "any"}, call("text", "pro", plan="pro"))
    assert [module.text("pro"), module.text("team")] == ["pro", "any"]


def test_results_become_what_the_function_says_it_returns(shop: Shop) -> None:
    amount = {"amount": "49.00", "since": "2026-01-02"}
    calls = [call("price", amount, plan="pro"), call("pairs", [[1, 2]], plan="pro"), call("maybe", amount, plan="pro")]
    module = shop(*calls, call("maybe", None, plan="none"), call("text", {"a": "ä"}, plan="pro"), names=("price", "pairs", "maybe", "text"))
    assert module.price("pro") == module.Price(module.Decimal("49.00"), module.date(2026, 1, 2)) == module.maybe("pro")
    assert module.pairs("pro") == [module.Pair(1, 2)]
    assert (module.maybe("none"), module.text("pro")) == (None, '{"a": "ä"}')


def test_the_function_inside_of_its_decorators_is_replaced(shop: Shop) -> None:
    module = shop(call("price", 1, plan="pro"))
    module.price("pro")
    assert module.SEEN == ["price"]


def test_every_kind_of_callable_can_be_answered(shop: Shop) -> None:
    names = ("later", "each", "aeach", "closed", "Client.get", "Client.of", "Client.bare", "boxed")
    module = shop(*(call(name.rpartition(".")[2], [name], plan="pro") for name in names), names=names)

    async def gathered() -> list[Any]:
        return [each async for each in module.aeach("pro")]

    assert asyncio.run(module.later("pro")) == ["later"]
    assert [*module.each("pro"), *asyncio.run(gathered())] == ["each", "aeach"]
    assert module.closed("pro") == ["closed"]
    assert (module.Client().get("pro"), module.Client.of("pro"), module.Client.bare("pro")) == (
        ["Client.get"],
        ["Client.of"],
        ["Client.bare"],
    )
    assert module.boxed.func("pro") == ["boxed"]
    assert how(module) == ["recorded"] * 8


def test_a_recorded_error_is_raised_as_it_was(shop: Shop) -> None:
    errors = {"a": "ValueError: bad", "b": "OutOfStock: pro", "c": "acme.errors.Teapot: 418", "d": "something"}
    module = shop(*(call("text", error=error, plan=plan) for plan, error in errors.items()))
    with pytest.raises(ValueError, match="bad"):
        module.text("a")
    with pytest.raises(module.OutOfStock):
        module.text("b")
    with pytest.raises(RuntimeError, match="418") as teapot:
        module.text("c")
    assert type(teapot.value).__name__ == "Teapot"
    with pytest.raises(RuntimeError, match="something"):
        module.text("d")


def test_a_call_that_the_function_would_not_take_is_not_taken(shop: Shop) -> None:
    with pytest.raises(TypeError, match="missing a required argument"):
        shop(call("price", 1, plan="pro")).price()


def test_a_call_passes_through_to_the_tool_itself(shop: Shop) -> None:
    module = shop(outside="pass-through", names=("closed", "later"))
    assert module.closed("pro") == 3
    with pytest.raises(SystemError, match="the real one"):
        asyncio.run(module.later("pro"))
    assert how(module) == ["passed", "passed"]


def test_a_profile_simulates_stale_data_errors_and_fixed_results(shop: Shop) -> None:
    profiles = {"text": {"error-rate": 0.0}, "price": {"error-rate": 1.0, "error": "ToolError: down"}, "later": {"result": None}}
    calls = [call("text", "old", plan="a"), call("text", "older", plan="b")]
    module = shop(*calls, outside="simulate", profiles=profiles, names=("text", "price", "later", "closed"))
    assert [module.text("new"), module.text("b"), module.text("new")] == ["old", "older", "older"]
    with pytest.raises(module.ToolError, match="down"):
        module.price("x")
    assert asyncio.run(module.later("x")) is None
    with pytest.raises(LookupError):
        module.closed("no profile")
    assert how(module) == ["simulated", "recorded", "simulated", "simulated", "simulated", "refused"]


def test_simulated_faults_are_the_same_for_the_same_seed(shop: Shop, tmp_path: Path) -> None:
    def outcomes(seed: str) -> list[str]:
        profiles = {"*": {"error-rate": 0.5, "result": "fine"}}
        module = shop(outside="simulate", profiles=profiles, seed=seed)
        found = []
        for plan in range(20):
            try:
                found.append(module.text(plan))
            except TimeoutError:
                found.append("late")
        os.unlink(tmp_path / "journal")
        return found

    one = outcomes("a:0")
    assert one == outcomes("a:0")
    assert one != outcomes("a:1")
    assert 4 <= one.count("late") <= 16


def test_what_cannot_be_answered_is_told(shop: Shop) -> None:
    module = shop(names=("number", "nowhere", "Client"))
    wrong = [each["wrong"] for each in module.journal.entries()]
    assert [each.partition(" cannot")[0] for each in wrong] == ["shop_of_tests:number", "shop_of_tests:nowhere", "shop_of_tests:Client"]
    assert "name the function" in wrong[0]


def test_processes_use_the_recordings_up_together(shop: Shop) -> None:
    each, both = 150, 300
    module = shop(*(call("text", str(number), plan="pro") for number in range(both + 1)))
    assert module.text("pro") == "0"
    told, tell = os.pipe()
    if os.fork() == 0:
        os.write(tell, json.dumps([module.text("pro") for _ in range(each)]).encode())
        os._exit(0)
    mine = [module.text("pro") for _ in range(each)]
    os.wait()
    theirs = json.loads(os.read(told, 1 << 16))
    assert sorted(map(int, mine + theirs)) == list(range(1, both + 1))
    os.close(told)
    os.close(tell)
