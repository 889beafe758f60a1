"""What the data looks like says which field of a record may be taken for which."""

from __future__ import annotations

from collections.abc import Mapping

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.everyday import unspent
from refinery.repair.families import Family
from refinery.repair.module import Module
from refinery.repair.mutation import Site
from refinery.repair.mutations import names
from refinery.repair.shapes import describe
from refinery.repair.world import survey

DATA = "orders:\n  - {placed: 2024-05-01, arrived: 2024-05-03, weight: 20}\n"


def priors(code: str, files: Mapping[str, str], family: Family = names.propose) -> dict[str, float]:
    """How likely each other reading of the last statement is thought."""
    module = Module("m.py", code)
    found = [each for path, text in files.items() for each in scalars(text, path)]
    world = survey([module], found, files)
    describe(world, found, files)
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [])
    site = Site(module, module.statements[-1], world, told)
    return {each.new: each.prior for each in family(site)}


def test_a_field_is_rather_taken_for_one_that_looks_alike() -> None:
    found = priors("def f(order):\n    return days(order['placed'])\n", {"o.yaml": DATA})
    assert found["order['arrived']"] > found["order['weight']"]


def test_a_field_that_nobody_reads_is_likelier_than_one_that_is_read() -> None:
    unread = priors("def f(order):\n    return days(order['placed'])\n", {"o.yaml": DATA})
    read = priors("def g(x):\n    return x['arrived']\ndef f(order):\n    return days(order['placed'])\n", {"o.yaml": DATA})
    assert unread["order['arrived']"] > read["order['arrived']"]


def test_columns_of_a_table_are_fields_of_one_record() -> None:
    found = priors("def f(row):\n    return row['opens']\n", {"t.csv": "opens,shuts\n08:00,17:30\n"})
    assert "row['shuts']" in found


def test_what_code_made_of_a_field_may_be_meant_where_things_are_ordered() -> None:
    made = "def g(slot):\n    slot['at'] = parse(slot['start'])\n    slot['left'] = 2\n"
    found = priors(made + "def f(slots):\n    return sorted(slots, key=lambda s: s['start'])\n", {})
    assert found["s['at']"] > found["s['left']"]


def test_the_other_side_is_nearer_than_any_other_field() -> None:
    code = "class Node:\n    left: int\n    right: int\n    size: int\ndef f(node):\n    return node.left\n"
    found = priors(code, {})
    assert found["node.right"] > found["node.size"]


def test_the_only_field_of_the_same_shape_that_nobody_reads_is_likely_meant() -> None:
    code = "def f(order):\n    return days(order['placed'])\n"
    assert priors(code, {"o.yaml": DATA})["order['arrived']"] >= 0.5
    assert priors(code, {"o.yaml": DATA.replace("weight: 20", "paid: 2024-05-04")})["order['arrived']"] < 0.5


JARS = {"jars.json": '{"jars": [{"filled": 40, "broken": 3, "shelf": 2}]}'}


def test_a_number_that_nobody_reads_and_that_speaks_of_less_is_taken_away() -> None:
    found = priors("def f(jars):\n    return sum(jar['filled'] * 2 for jar in jars)\n", JARS, unspent.propose)
    assert found == {"(jar['filled'] - jar.get(\"broken\", 0))": 0.5}
    assert priors("def f(jar):\n    return int(jar.get('filled'))\n", JARS, unspent.propose) == {
        "int(jar.get('filled')) - int(jar.get(\"broken\") or 0)": 0.5
    }


def test_a_number_that_is_read_or_says_nothing_of_less_or_more_is_left() -> None:
    read = "def g(x):\n    return x['broken']\ndef f(jar):\n    return jar['filled']\n"
    assert not priors(read, JARS, unspent.propose)
    assert not priors(
        "def f(jar):\n    return jar['filled']\n", {"jars.json": JARS["jars.json"].replace("broken", "lids")}, unspent.propose
    )


def test_what_is_more_is_added_and_of_several_none_is_as_likely() -> None:
    files = {"pay.csv": "name,hours,overtime,pause\nana,30,4,2\n"}
    found = priors("def f(row):\n    return float(row['hours'])\n", files, unspent.propose)
    assert found["float(row['hours']) + float(row.get(\"overtime\") or 0)"] == 0.3
