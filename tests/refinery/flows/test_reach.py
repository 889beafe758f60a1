"""What a change reaches, as the commit and the report tell it."""

from __future__ import annotations

from dataclasses import replace

from refinery.domain import Execution
from refinery.flows.reach import MOST, impact_of, told
from safety.changes import FileChange

MONEY = "RATE = 2\n\n\ndef total(q):\n    return q * RATE\n\n\ndef label(q):\n    return f'{q} EUR'\n"
SOURCES = {
    "desk/app.py": "from desk import money\n\n\ndef answer(q):\n    return money.total(q)\n",
    "desk/other.py": "def total(q):\n    return q\n\n\nprint(total(1))\n",
    "desk/money.py": MONEY,
    "desk/texts.py": "def say():\n    return open('prompts/price.md').read()\n",
    "prompts/price.md": "It costs {total}.\n",
}
RUNS = [
    Execution("priced", False, {"desk/money.py": frozenset({1, 4, 5, 8})}),
    Execution("labelled", True, {"desk/money.py": frozenset({1, 4, 8, 9})}),
]
IN_TOTAL = FileChange("desk/money.py", MONEY, MONEY.replace("q * RATE", "q * RATE + 1"))


def test_a_changed_function_names_who_calls_it_and_which_scenarios_run_it() -> None:
    impact = impact_of([IN_TOTAL], SOURCES, RUNS)
    assert impact.touched == ("total in desk/money.py",)
    assert impact.users == ("answer in desk/app.py, line 5, uses total", "desk/app.py imports desk/money.py")
    assert (impact.scenarios, impact.of, impact.files) == (("priced",), 2, 1)
    assert "1 of 2 scenarios go through it: priced" in told(impact)


def test_what_lies_outside_of_functions_touches_the_file_and_every_run_of_it() -> None:
    impact = impact_of([FileChange("desk/money.py", MONEY, MONEY.replace("RATE = 2", "RATE = 3"))], SOURCES, RUNS)
    assert impact.touched == ("desk/money.py",)
    assert impact.scenarios == ("labelled", "priced")


def test_an_import_that_a_function_needs_does_not_hide_the_function() -> None:
    after = "import math\n" + MONEY.replace("q * RATE", "math.ceil(q * RATE)")
    assert impact_of([FileChange("desk/money.py", MONEY, after)], SOURCES, RUNS).touched == ("total in desk/money.py",)
    both = MONEY.replace("RATE = 2", "RATE = 3").replace("q * RATE", "q + RATE")
    assert impact_of([FileChange("desk/money.py", MONEY, both)], SOURCES, RUNS).touched == ("total in desk/money.py", "desk/money.py")


def test_a_prompt_names_the_code_that_reads_it_and_does_not_pretend_to_know_the_runs() -> None:
    impact = impact_of([FileChange("prompts/price.md", "It costs {total}.\n", "Price: {total}.\n")], SOURCES, RUNS)
    assert impact.users == ("desk/texts.py names prompts/price.md, or is named there",)
    assert impact.scenarios is None
    assert "cannot be told" in told(impact)


def test_many_users_are_counted() -> None:
    callers = "".join(f"def f{number}(q):\n    return money.total(q)\n\n\n" for number in range(MOST + 3))
    impact = impact_of([IN_TOTAL], {**SOURCES, "desk/app.py": f"from desk import money\n\n\n{callers}"}, ())
    assert "and 3 more" in impact.users
    assert impact.scenarios is None


def test_a_new_file_is_used_by_nobody() -> None:
    impact = impact_of([FileChange("desk/new.py", None, "X = 1\n")], SOURCES, RUNS)
    assert "nothing else" in told(replace(impact, users=()))
    assert impact.files == 0
