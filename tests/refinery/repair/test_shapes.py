"""What the data looks like says which field of a record may be taken for which."""

from __future__ import annotations

from collections.abc import Mapping

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.module import Module
from refinery.repair.mutation import Site
from refinery.repair.mutations import names
from refinery.repair.shapes import describe
from refinery.repair.world import survey

DATA = "orders:\n  - {placed: 2024-05-01, arrived: 2024-05-03, weight: 20}\n"


def priors(code: str, files: Mapping[str, str]) -> dict[str, float]:
    """How likely each other reading of the last statement is thought."""
    module = Module("m.py", code)
    found = [each for path, text in files.items() for each in scalars(text, path)]
    world = survey([module], found, files)
    describe(world, found, files)
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [])
    site = Site(module, module.statements[-1], world, told)
    return {each.new: each.prior for each in names.propose(site)}


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
