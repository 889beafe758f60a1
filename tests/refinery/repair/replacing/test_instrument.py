"""Calls written into code leave what it does as it is, and other values at a site are tried each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from refinery.repair.replacing import refinery_values
from refinery.repair.replacing.instrument import Site, instrument

HELPER = Path(refinery_values.__file__)
RUN = """
import json, sys
sys.path.insert(0, ".")
import refinery_values, code_under_test
def run():
    try:
        return json.dumps(code_under_test.answer(*json.loads(sys.argv[1])))
    except Exception as error:
        return refinery_values.RAISED + type(error).__name__
seconds, lanes, pairs = float(sys.argv[2]), int(sys.argv[3]), json.loads(sys.argv[4])
print(json.dumps([run(), refinery_values.explore(run, [], seconds, lanes, pairs) if seconds else {}]))
"""


def explored(
    tmp_path: Path, code: str, *given: object, seconds: float = 5.0, lanes: int = 1, pairs: Sequence[tuple[str, str]] = ()
) -> tuple[str, dict[str, Any], list[Site]]:
    """What the code answers with calls in it, what other values come to, and the sites."""
    made = instrument({"code_under_test.py": code})
    (tmp_path / "code_under_test.py").write_text(made.files["code_under_test.py"])
    (tmp_path / HELPER.name).write_text(HELPER.read_text())
    command = [sys.executable, "-c", RUN, json.dumps(given), str(seconds), str(lanes), json.dumps(pairs)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    answer, told = json.loads(done.stdout)
    return answer, told, made.sites


def led_to(told: dict[str, Any], sites: list[Site], answer: object) -> set[tuple[int, int, str]]:
    """The lines, times and values that led to an answer."""
    return {(sites[site].line, turn, name) for text, owed in told["answers"] if text == json.dumps(answer) for site, turn, name in owed}


COMPREHENDED = """
def answer(n):
    return [x * 2 if x % 2 else -x for x in range(n) if x != 3 and x]
"""
AWAITED = """
import asyncio
async def one(n):
    return n
async def many(n):
    for x in range(n):
        yield x
async def several(n):
    return [await one(x) async for x in many(n)]
def answer(n):
    return asyncio.run(several(n))
"""
MATCHED = """
def answer(n):
    match n:
        case int() if n > 2:
            return "big"
        case _:
            return "small"
"""
SORTED = """
def answer(n):
    names = sorted({"b": 1, "a": n}.items(), key=lambda each: (each[1], each[0]))
    return f"{names[0][0]!r:>4} {n:.1f} {'x' if n else 'y'}"
"""
DECORATED = """
from __future__ import annotations
import functools
@functools.lru_cache
def double(n: int) -> int:
    return n + n
class Desk:
    limit = 3
    def over(self, n):
        if (far := n - self.limit) > 0:
            return far
        raise ValueError
def answer(n):
    try:
        return Desk().over(n) + double(n)
    except ValueError:
        return "none"
    finally:
        pass
"""
YIELDED = """
def counted(n):
    while n:
        n -= 1
        if n == 2:
            continue
        got = yield n
def answer(n):
    def inner(k=n):
        return list(counted(k))[1:]
    with open("/dev/null") as file:
        return inner() or None
"""
GATHERED = """
def answer(n):
    total, found = 0, {}
    for place, each in enumerate("abc" * n):
        found.setdefault(each, []).append(place)
        total += place
    return {"total": total, **found}
"""


@pytest.mark.parametrize("code", [COMPREHENDED, AWAITED, MATCHED, SORTED, DECORATED, YIELDED, GATHERED])
@pytest.mark.parametrize("given", [0, 4])
def test_code_does_the_same_with_calls_in_it(tmp_path: Path, code: str, given: int) -> None:
    space: dict[str, Any] = {}
    exec(code, space)
    answer, _, sites = explored(tmp_path, code, given, seconds=0.0)
    assert answer == json.dumps(space["answer"](given))
    assert sites


def test_a_condition_whose_opposite_gives_the_right_answer_is_told(tmp_path: Path) -> None:
    code = "def answer(n):\n    if n > 5:\n        return 'many'\n    return 'few'\n"
    answer, told, sites = explored(tmp_path, code, 5)
    assert answer == '"few"'
    assert led_to(told, sites, "many") == {(2, 0, "not")}


def test_of_several_times_the_one_that_matters_is_told(tmp_path: Path) -> None:
    code = (
        "def answer(*items):\n    kept = []\n    for item in items:\n        if item > 2:\n            kept.append(item)\n    return kept\n"
    )
    _, told, sites = explored(tmp_path, code, 1, 2, 3)
    assert (4, 1, "not") in led_to(told, sites, [2, 3])
    assert (5, 0, "not") in led_to(told, sites, []), "the statement that keeps it is left out"


def test_a_value_that_is_lost_every_round_is_kept_in_one(tmp_path: Path) -> None:
    code = "def answer(*rows):\n    seen = set()\n    for row in rows:\n        seen = set(row)\n    return sorted(seen)\n"
    _, told, sites = explored(tmp_path, code, ["a"], [])
    assert (4, 1, "before") in led_to(told, sites, ["a"])


def test_a_list_is_turned_round_and_a_number_is_one_more(tmp_path: Path) -> None:
    code = "def answer(items, n):\n    order = items\n    return order[:n]\n"
    _, told, sites = explored(tmp_path, code, [1, 2, 3], 1)
    assert (2, 0, "backwards") in led_to(told, sites, [3])
    assert (3, 0, "more") in led_to(told, sites, [1, 2])


def test_what_was_compared_is_told_with_the_sign(tmp_path: Path) -> None:
    code = "ALLOWED = ('read', 'list')\ndef answer(tool):\n    if tool not in ALLOWED:\n        return 'refused'\n    return 'done'\n"
    _, told, sites = explored(tmp_path, code, "write")
    ((site, turn, *what),) = told["operands"]
    assert (sites[site].line, turn, what) == (3, 0, ["not in", "write", ["read", "list"]])


def test_a_comparison_that_goes_wrong_with_the_same_things_goes_wrong_each_time(tmp_path: Path) -> None:
    code = "def answer(*ages):\n    count = 0\n    for age in ages:\n        if age > 17:\n            count += 1\n    return count\n"
    _, told, sites = explored(tmp_path, code, 17, 20, 17, 3, 3)
    assert led_to(told, sites, 3) == {(4, -1, "same"), (4, -1, "alike")}
    _, told, sites = explored(tmp_path, code, 16, 20, 16, 3, 3)
    assert led_to(told, sites, 3) == {(4, -1, "alike")}, "nothing is the same there"


def test_things_that_cannot_be_compared_or_written_are_left_in_peace(tmp_path: Path) -> None:
    code = (
        "class Odd:\n    def __eq__(self, other):\n        raise ValueError\n    def __lt__(self, other):\n        return False\n"
        "    def __repr__(self):\n        raise ValueError\n"
        "def answer(n):\n    return [Odd() < Odd() for _ in range(n)]\n"
    )
    answer, told, sites = explored(tmp_path, code, 3)
    assert answer == "[false, false, false]"
    assert (9, 1, "not") in led_to(told, sites, [False, True, False])


@pytest.mark.parametrize(
    ("code", "given", "pair", "wanted", "place"),
    [
        ("def answer(name):\n    return 'Dear ' + name.title()\n", "ann lee", ("Ann Lee", "Ann"), "Dear Ann", (2, -1, "wanted")),
        ("def answer(n):\n    total = n * 7\n    return f'{total} in all'\n", 6, ("42", "54"), "54 in all", (2, -1, "wanted")),
        ("def answer(n):\n    rate = n - 1\n    return f'{rate * 5} a day'\n", 3, ("10", "25"), "25 a day", (2, -1, "times")),
        ("def answer(n):\n    base = n - 1\n    return f'{base + 5} a day'\n", 3, ("7", "9"), "9 a day", (2, -1, "plus")),
    ],
)
def test_what_was_wanted_is_tried_in_the_place_of_what_was_said(
    tmp_path: Path, code: str, given: object, pair: tuple[str, str], wanted: str, place: tuple[int, int, str]
) -> None:
    _, told, sites = explored(tmp_path, code, given, pairs=[pair])
    assert place in led_to(told, sites, wanted)
    _, told, sites = explored(tmp_path, code, given)
    assert place not in led_to(told, sites, wanted)


def test_several_processes_tell_what_one_does(tmp_path: Path) -> None:
    code = "def answer(items):\n    found = sorted(items)\n    return [each for each in found if each > 1]\n"
    one, two = (explored(tmp_path, code, [3, 1, 2], lanes=lanes)[1] for lanes in (1, 2))
    assert len(one["answers"]) > 5
    assert two == one


def test_a_run_that_does_not_come_to_an_end_is_given_up(tmp_path: Path) -> None:
    code = "def answer(n):\n    while n > 0:\n        n -= 1\n    return [n]\n"
    _, told, sites = explored(tmp_path, code, 1, seconds=60.0)
    assert led_to(told, sites, []) == {(4, 0, "tail"), (4, 0, "empty")}, "what comes after it was tried"


def test_what_does_not_parse_is_left_out() -> None:
    assert instrument({"broken.py": "def f(:\n", "sound.py": "x = 1\n"}).files.keys() == {"sound.py"}


def test_a_file_in_a_folder_finds_the_helper_at_the_top_of_the_tree(tmp_path: Path) -> None:
    made = instrument({"pkg/deep/code.py": '"""Told."""\nfrom __future__ import annotations\ndef f(x):\n    return x\n'})
    path = tmp_path / "pkg/deep/code.py"
    path.parent.mkdir(parents=True)
    path.write_text(made.files["pkg/deep/code.py"])
    (tmp_path / HELPER.name).write_text(HELPER.read_text())
    done = subprocess.run(
        [sys.executable, "-c", "import code; print(code.f(3), code.__doc__)"], cwd=path.parent, capture_output=True, text=True
    )
    assert done.stdout.split() == ["3", "Told."], done.stderr
