"""Calls written into statements leave what they do as it is, and tell what could stand in each place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refinery.repair.replacing import refinery_values
from refinery.repair.synthesis import refinery_terms
from refinery.repair.synthesis.places import write
from refinery.repair.synthesis.refinery_terms import OWN, SIDES

RUN = """
import json, sys
sys.path.insert(0, ".")
import refinery_terms, shop
def run():
    try:
        return json.dumps(shop.answer(*json.loads(sys.argv[1])))
    except Exception as error:
        return type(error).__name__
print(json.dumps([run(), refinery_terms._found(run, 5.0, json.loads(sys.argv[2]))]))
"""
EVERYTHING = """\
from __future__ import annotations
import dataclasses

LIMIT = 7

@dataclasses.dataclass
class Shelf:
    room: int
    name: str = "low"

    def holds(self, number: int = 3) -> bool:
        total: int = number + 0
        return total <= self.room and self.name != ""

def plain(number):
    return number + 1

def kinds(number):
    match number:
        case 1:
            return "one"
        case n if n > 5:
            return f"{n} and {n + 1}"
    return "few"

def answer(number):
    shelf = Shelf(room=4)
    try:
        parts = [each * 2 for each in range(number) if each % 2]
        first, *rest = parts or [0]
        rest[0:1] = [first]
        if (half := number / 2) > LIMIT or not shelf.holds(number):
            raise ValueError(f"{half:.1f}")
    except (ValueError, TypeError) as error:
        return [kinds(number), str(error)]
    with open(__file__) as file:
        line = file.readline().strip()
    counts = {name: len(name) for name in ("a", "bb")}
    counts["a"] += plain(number)
    return [kinds(number), line, counts, (lambda one: one - 1)(number), sorted(parts, key=lambda each: -each), rest]
"""


def looked(
    tmp_path: Path, code: str, given: list[Any], wanted: dict[str, list[str]] | None = None
) -> tuple[Any, dict[str, Any], list[str]]:
    """The answer of the code with calls in all its statements, what was told, and the expressions by their numbers."""
    lines = [("shop.py", number) for number in range(1, code.count("\n") + 2)]
    made = write({"shop.py": code}, lines, 500)
    (tmp_path / "shop.py").write_text(made.files["shop.py"])
    for helper in (refinery_values, refinery_terms):
        (tmp_path / Path(str(helper.__file__)).name).write_text(Path(str(helper.__file__)).read_text())
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(given), json.dumps(wanted)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    answer, told = json.loads(done.stdout)
    rows = code.split("\n")
    texts = [rows[each.span[0] - 1][each.span[1] : each.span[3]] for each in made.places]
    return answer, told, texts


def other(told: dict[str, Any], texts: list[str], old: str) -> dict[str, bool]:
    """What could stand in the place of the expression, and whether it comes to something else."""
    return {text: differs for site, rows in told["rows"] if texts[site] == old for text, _, _, differs in rows}


@pytest.mark.parametrize("number", [0, 1, 3, 4, 6, 20])
def test_the_code_does_what_it_did(tmp_path: Path, number: int) -> None:
    (tmp_path / "as_it_is.py").write_text(EVERYTHING)
    ask = f"import json, as_it_is; print(json.dumps(as_it_is.answer({number})))"
    plain = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()
    answer, told, _ = looked(tmp_path, EVERYTHING, [number])
    assert json.loads(answer)[:1] == json.loads(plain)[:1]
    assert json.loads(answer)[2:] == json.loads(plain)[2:]
    assert told["rows"]


def test_names_fields_lengths_and_helpers_are_tried(tmp_path: Path) -> None:
    code = "def doubled(number):\n    return number * 2\n\ndef answer(record, many):\n    return record['price']\n"
    _, told, texts = looked(tmp_path, code, [{"price": 3, "most": 2, "text": "3"}, [1, 2, 3]])
    found = other(told, texts, "record['price']")
    assert found[f'min({OWN}, record["most"])'] is True
    assert found[f"{OWN} * len(many)"] is True
    assert found["len(many)"] is False, "the same number"
    assert found[f'{OWN} + int(record["text"])'] is True
    assert found[f"doubled({OWN})"] is True
    assert not any("float(" in text for text in found), "a whole number is not made a fraction"


def test_in_a_comprehension_the_names_around_it_are_known(tmp_path: Path) -> None:
    _, told, texts = looked(tmp_path, "def answer(numbers, top):\n    return [each + 1 for each in numbers]\n", [[1, 5], 3])
    assert other(told, texts, "each")[f"min({OWN}, top)"] is True


def test_what_cannot_be_worked_out_each_time_is_left_out(tmp_path: Path) -> None:
    _, told, texts = looked(tmp_path, "def answer(pairs):\n    return [one + 1 for one, two in pairs]\n", [[[1, 0], [2, 4]]])
    found = other(told, texts, "one")
    assert f"{OWN} / two" not in found
    assert f"{OWN} * two" in found


def test_a_comparison_is_tried_with_a_step_on_both_sides(tmp_path: Path) -> None:
    reader = "def minutes(text):\n    hours, rest = text.split(':')\n    return int(hours) * 60 + int(rest)\n"
    code = f"{reader}\ndef answer(one, two):\n    return one < two\n"
    _, told, texts = looked(tmp_path, code, ["9:30", "10:15"])
    assert other(told, texts, "one < two")[f"{SIDES}minutes({{}})"] is True


def test_a_helper_that_runs_already_is_not_called_again(tmp_path: Path) -> None:
    _, told, texts = looked(tmp_path, "def answer(number):\n    return number + 1 if number else answer(1)\n", [2])
    assert f"answer({OWN})" not in other(told, texts, "number")


def test_places_on_which_the_answer_does_not_hang_are_told(tmp_path: Path) -> None:
    code = "def answer(number):\n    spare = number + 2\n    return number\n"
    _, told, texts = looked(tmp_path, code, [3])
    wanted = {str(site): [f"max(0, {OWN})", f"{OWN} + number"] for site, _ in told["rows"]}
    _, told, texts = looked(tmp_path, code, [3], wanted)
    assert "number + 2" in [texts[site] for site in told["idle"]]
    assert len(told["idle"]) < len(told["reached"])


def test_lists_are_compared_whatever_their_order(tmp_path: Path) -> None:
    _, told, texts = looked(tmp_path, "def answer(pair, one, two):\n    return pair == [one, two]\n", [["a", "b"], "b", "a"])
    assert other(told, texts, "pair == [one, two]")[f"{SIDES}sorted({{}})"] is True
