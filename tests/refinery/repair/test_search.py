"""The search gives the likeliest small edits first, the same ones each time, and never a pointless one."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from refinery.domain import Diagnosis, Execution, Hypothesis, Layer, Place, Replaced
from refinery.edits.draft import draft
from refinery.repair.making import SURE, UNWITNESSED
from refinery.repair.pairs import FLOOR
from refinery.repair.search import candidates

TOOLS = '''\
ORDERS = {"A1": {"id": "A1", "status": "sent", "carrier": "DHL"}}


def find_order(order_id):
    """The order as the agent sees it."""
    row = ORDERS[order_id]
    return {"id": row["id"], "status": row["status"]}
'''
AGENT = """\
from tools import find_order


def answer(order_id, limits):
    order = find_order(order_id)
    if limits["max_age_days"] > 100:
        return "too old"
    return f"with {order['carrier']}"
"""
CONFIG = "# limits\nlimits:\n  max_age_days: 4000   # 90 is usual\n  greet: true\n"
SOURCES = {"tools.py": TOOLS, "agent.py": AGENT, "agent.yaml": CONFIG}


def diagnosis(summary: str, layer: Layer = Layer.CODE, *places: Place) -> Diagnosis:
    return Diagnosis("t", summary, "", layer, "wrong-answer", "", 0, "s", 0.5, places=places)


MISSING = diagnosis("KeyError: 'carrier'", Layer.CODE, Place("agent.py", 8))
RAN = [Execution("a", False, {"agent.py": frozenset({5, 6, 8}), "tools.py": frozenset({6, 7})})]
OLD = diagnosis("the answer is too old", Layer.CONFIG)
RAN_OLD = [Execution("a", False, {"agent.py": frozenset({5, 6, 7})})]


def search(case: Diagnosis, ran: list[Execution], sources: Mapping[str, str] = SOURCES, limit: int = 60, seed: int = 0) -> list[Hypothesis]:
    return list(candidates(sources, case, ran, [], seed=seed, limit=limit))


def test_the_missing_field_is_among_the_first_guesses_and_reads_like_a_commit() -> None:
    first = search(MISSING, RAN, limit=12)
    found = [hypothesis for hypothesis in first if hypothesis.change == "Return `carrier` in find_order"]
    assert found
    assert found[0].layer is Layer.CODE
    assert found[0].edits[0].new == '    return {"id": row["id"], "status": row["status"], "carrier": row["carrier"]}\n'
    assert "tools.py:7 runs in the failing scenario; " in found[0].rationale
    assert "suspected" in found[0].rationale
    assert FLOOR <= found[0].confidence <= 0.9


def test_a_setting_that_the_failing_path_reads_is_turned_and_the_comment_beside_it_is_heard() -> None:
    first = next(hypothesis for hypothesis in search(OLD, RAN_OLD) if hypothesis.layer is Layer.CONFIG)
    assert first.change == "Set limits.max_age_days to 90"
    assert "reads it at agent.py:6" in first.rationale
    assert first.edits[0].new == "  max_age_days: 90   # 90 is usual\n"


def test_every_edit_fits_and_every_python_result_compiles() -> None:
    for hypothesis in search(MISSING, RAN, limit=300):
        drafted = draft(hypothesis.edits, SOURCES.get)
        assert not drafted.misfits
        for change in drafted.changes:
            if change.path.endswith(".py"):
                ast.parse(change.after or "")


def test_no_candidate_comes_twice() -> None:
    made = [tuple((edit.path, edit.at, edit.new) for edit in hypothesis.edits) for hypothesis in search(MISSING, RAN, limit=300)]
    assert len(made) == len(set(made))


def test_the_same_seed_gives_the_same_order_and_no_seed_changes_what_is_best() -> None:
    assert search(MISSING, RAN, seed=3) == search(MISSING, RAN, seed=3)
    assert search(MISSING, RAN, seed=3)[0].confidence == search(MISSING, RAN, seed=0)[0].confidence


def test_the_likeliest_come_first_and_those_below_the_floor_are_the_last_single_edits() -> None:
    singles = [hypothesis for hypothesis in search(MISSING, RAN, limit=2000) if ";" not in hypothesis.change]
    below = [hypothesis.confidence < FLOOR for hypothesis in singles]
    assert not any(below[:40])
    removed = [hypothesis for hypothesis in singles if hypothesis.change.startswith("Remove")]
    assert removed
    assert all(hypothesis.confidence < FLOOR for hypothesis in removed)


def test_what_says_nothing_is_not_proposed() -> None:
    source = {"m.py": "def f(a, b):\n    mode = a\n    if a == b:\n        return a - b\n    return mode\n"}
    ran = [Execution("x", False, {"m.py": frozenset({2, 3, 4})})]
    for hypothesis in search(diagnosis("wrong"), ran, source, limit=500):
        (change,) = draft(hypothesis.edits, source.get).changes
        assert "a == a" not in (change.after or "")
        assert "a - a" not in (change.after or "")


def test_pairs_of_code_and_configuration_come_after_single_edits() -> None:
    source = {"m.py": "def f(c):\n    return c['size'] < 3\n", "c.yaml": "size: 5\n"}
    made = search(diagnosis("size"), [Execution("x", False, {"m.py": frozenset({2})})], source, limit=2000)
    pairs = [len({edit.path for edit in hypothesis.edits}) == 2 for hypothesis in made]
    assert any(pairs)
    assert pairs == sorted(pairs)


def test_the_limit_is_kept_and_broken_files_are_passed_over() -> None:
    broken = SOURCES | {"bad.py": "def (:\n", "bad.yaml": "a: [", "note.md": "no front matter"}
    assert len(search(MISSING, RAN, broken, limit=25)) == 25
    assert search(diagnosis("x"), [], {}) == []


def test_values_in_a_table_of_records_are_not_taken_for_settings() -> None:
    data = "\n".join(f"- {{name: n{number}, size: {number}}}" for number in range(5)) + "\n"
    source = {"m.py": "def f(c, row):\n    return c['limit'] < row['size']\n", "c.yaml": "limit: 5\n", "rows.yaml": data}
    made = search(diagnosis("size limit", Layer.CONFIG), [Execution("x", False, {"m.py": frozenset({2})})], source, limit=6)
    assert not [hypothesis for hypothesis in made if hypothesis.edits[0].path == "rows.yaml"]


def test_changing_a_record_of_the_data_is_below_the_floor_and_turning_a_setting_is_not() -> None:
    data = "\n".join(f"- {{name: n{number}, size: {number}}}" for number in range(3)) + "\n"
    source = {"c.yaml": "limit: 5\nwholly_unread: 7\n", "rows.yaml": data}
    made = search(diagnosis("x", Layer.CODE), [], source, limit=200)
    by_path = {hypothesis.edits[0].path: hypothesis.confidence < FLOOR for hypothesis in made if len(hypothesis.edits) == 1}
    assert by_path == {"c.yaml": False, "rows.yaml": True}


def test_only_what_is_asked_for_is_made() -> None:
    big = {"m.py": "\n".join(f"def f{n}(a, b):\n    return a < b + {n}\n" for n in range(300))}
    ran = [Execution("x", False, {"m.py": frozenset(range(1, 900))})]
    made = candidates(big, diagnosis("wrong"), ran, [])
    assert next(made).edits[0].path == "m.py"


def test_settings_have_their_turn_though_code_looks_worse() -> None:
    code = "def f(xs, n):\n    a = xs[n] + n\n    b = a - n * 2 if a > n else a + 1\n    return a < b and b > n\n"
    ran = [Execution("a", False, {"m.py": frozenset({1, 2, 3, 4})})]
    made = search(diagnosis("wrong"), ran, {"m.py": code, "c.json": '{"limit": 8, "size": 3, "share": 0.4}\n'}, limit=40)
    assert sum(each.layer is Layer.CONFIG for each in made) >= 9


def test_the_same_mistake_made_twice_is_mended_in_both_places() -> None:
    one = "def f(rows):\n    return [row for row in rows if row.age > 18]\n"
    other = "def g(rows):\n    kept = 0\n    return [row for row in rows if row.age > 18]\n"
    sources = {"a.py": one, "b.py": other}
    case = diagnosis("wrong")
    both = [each for each in candidates(sources, case, [], []) if {edit.path for edit in each.edits} == {"a.py", "b.py"}]
    assert any(all(">= 18" in edit.new or edit.new == ">=" for edit in each.edits) for each in both)


@pytest.mark.parametrize(
    ("top", "wanted"),
    [
        ("import re\nimport sys\n\n\n", "import re\nimport sys\nfrom copy import deepcopy\n\n\n"),
        ('"""Rows."""\n\n\n', '"""Rows."""\n\nfrom copy import deepcopy\n\n\n'),
        ("", "from copy import deepcopy\n\n\n"),
        ("from copy import deepcopy\n\n\n", "from copy import deepcopy\n\n\n"),
    ],
)
def test_an_import_that_is_needed_stands_with_the_others(top: str, wanted: str) -> None:
    source = f"{top}def f(rows):\n    kept = rows\n    return kept\n"
    ran = [Execution("a", False, {"m.py": frozenset(range(1, source.count("\n") + 1))})]
    made = search(diagnosis("wrong"), ran, {"m.py": source}, limit=400)
    texts = [draft(each.edits, {"m.py": source}.get).changes.changes[0].after for each in made]
    assert f"{wanted}def f(rows):\n    kept = deepcopy(rows)\n    return kept\n" in texts


def test_two_mistakes_of_one_kind_in_a_function_are_tried_last_and_those_of_two_functions_are_not() -> None:
    source = "def f(n):\n    a = n + 2\n    return a * n\n\n\ndef g(n):\n    return n * 3\n"
    ran = [Execution("a", False, {"m.py": frozenset({2, 3, 7})})]
    made = search(diagnosis("wrong"), ran, {"m.py": source}, limit=2000)
    texts = [draft(each.edits, {"m.py": source}.get).changes.changes[0].after for each in made]
    both = source.replace("n + 2", "n - 2").replace("a * n", "a / n")
    assert texts.index(both) > max(place for place, each in enumerate(made) if "same mistake" not in each.rationale)
    assert source.replace("n + 2", "n - 2").replace("n * 3", "n / 3") not in texts


def test_the_same_change_or_its_opposite_in_two_functions_is_tried_among_the_others() -> None:
    source = "def f(n, by):\n    return n + by * 60\n\n\ndef g(n, by):\n    return n - by * 60\n"
    ran = [Execution("a", False, {"m.py": frozenset({2, 6})})]
    made = search(diagnosis("wrong"), ran, {"m.py": source}, limit=2000)
    texts = [draft(each.edits, {"m.py": source}.get).changes.changes[0].after for each in made]
    place = texts.index("def f(n, by):\n    return n - by * 60\n\n\ndef g(n, by):\n    return n + by * 60\n")
    assert place < max(place for place, each in enumerate(made) if "same mistake" not in each.rationale)


def test_the_same_change_is_made_at_three_places_that_read_the_same() -> None:
    part = "    return [row for row in rows if row.age > 18]\n"
    source = f"def f(rows):\n{part}\n\ndef g(rows):\n{part}\n\ndef h(rows):\n{part}"
    made = candidates({"m.py": source}, diagnosis("wrong"), [], [])
    texts = [draft(each.edits, {"m.py": source}.get).changes.changes[0].after for each in made]
    assert source.replace("> 18", ">= 18") in texts


def test_of_a_count_the_nearest_values_come_first_and_nothing_at_all_late() -> None:
    sources = {
        "c.json": '{\n  "limit": 4\n}\n',
        "m.py": "import json\n\ndef f(rows):\n    return rows[:json.load(open('c.json'))['limit']]\n",
    }
    told = Diagnosis("t", "too few rows", "", Layer.CONFIG, "wrong-answer", "", 0, "s", 0.5)
    tried = [each.change for each in candidates(sources, told, [], ["limit"]) if each.change.startswith("Set limit")]
    assert tried.index("Set limit to 5") < tried.index("Set limit to 6") < tried.index("Set limit to 7") < tried.index("Set limit to 0")


def test_an_edit_that_fits_everywhere_needs_a_second_scenario_unless_it_is_likely() -> None:
    code = "def f(total, parts, spare):\n    if parts == 0:\n        return 0\n    return total / parts\n"
    told = Diagnosis("t", "wrong", "", Layer.CODE, "x", "", 0, "s", 0.5, places=(Place("m.py", 4),))
    made = {each.change: each for each in candidates({"m.py": code}, told, [], [])}
    name = next(each for change, each in made.items() if change.startswith("Use `total` instead of `parts`"))
    assert name.needs == 2
    operators = [each for each in made.values() if "Kind of edit: operator replacement" in each.rationale]
    assert {each.needs for each in operators if each.confidence < SURE} <= {2}
    assert {each.needs for each in operators if each.confidence >= SURE} <= {1}
    assert operators


def test_a_missing_copy_is_thought_of_early_though_another_value_cures_elsewhere() -> None:
    text = (
        "import copy\n\ndef f(stock, n):\n    shelf = copy.copy(stock)\n    shelf['a'][0] -= n\n    left = shelf['a'][0]\n    return left\n"
    )
    ran = [Execution("a", False, {"a.py": frozenset({4, 5, 6, 7})})]
    found = [Replaced("a.py", 7, frozenset({"a"}))]
    made = list(candidates({"a.py": text}, diagnosis("wrong"), ran, (), limit=300, found=found))
    copied = next(each for each in made if "deepcopy" in each.edits[0].new)
    other = next(each for each in made if each.edits[0].at and "a.py:6" in each.rationale)
    assert copied.confidence > 0.3 > other.confidence


def test_the_opposite_of_what_no_passing_scenario_comes_by_needs_more_than_one_failing_one() -> None:
    text = "def known(key, names):\n    return key in names\n"

    def needed(passing: set[int]) -> int:
        ran = [Execution("red", False, {"a.py": frozenset({2})}), Execution("green", True, {"a.py": frozenset(passing)})]
        found = candidates({"a.py": text}, diagnosis("wrong"), ran, (), limit=200)
        return next(each.needs for each in found if each.edits[0].new == "    return key not in names\n")

    assert needed({2}) == 1
    assert needed({1}) == UNWITNESSED
