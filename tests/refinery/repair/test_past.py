"""What the latest commits changed is taken back, where the failure has to do with it."""

from __future__ import annotations

from refinery.domain import Diagnosis, Execution, Layer
from refinery.repair.clues import clues
from refinery.repair.past import restored
from refinery.repair.search import candidates

NOW = {"prompts/a.txt": "Be kind.\nAnswer.\nEnd.\n", "m.py": "def f(x):\n    a = x\n    b = x + 1\n    return b\n"}
BEFORE = {
    "prompts/a.txt": ["Be kind.\nUse at most 2 passages.\nAnswer.\nFinish.\n"],
    "m.py": ["def f(x):\n    a = x * 2\n    b = x + 1\n    return b - 1\n"],
}


def taken_back(earlier: dict[str, list[str]], lines: dict[tuple[str, int], float]) -> dict[str, float]:
    told = clues(Diagnosis("t", "too many passages", "", Layer.PROMPT, "x", "", 0, "s", 0.5), [])
    return {change.after: score for score, change in restored(NOW, earlier, told, lines)}


def test_each_stretch_of_a_prompt_is_taken_back_by_itself_and_all_of_it_together() -> None:
    found = taken_back(BEFORE, {})
    lost = "Be kind.\nUse at most 2 passages.\nAnswer.\nEnd.\n"
    assert {lost, "Be kind.\nAnswer.\nFinish.\n", BEFORE["prompts/a.txt"][0]} <= set(found)
    assert found[lost] > found["Be kind.\nAnswer.\nFinish.\n"]  # the failure speaks of it


def test_code_is_taken_back_only_where_the_failure_runs_through_it() -> None:
    found = taken_back(BEFORE, {("m.py", 4): 1.0})
    assert "def f(x):\n    a = x\n    b = x + 1\n    return b - 1\n" in found
    assert "def f(x):\n    a = x * 2\n    b = x + 1\n    return b\n" not in found


def test_a_later_version_comes_before_an_earlier_one() -> None:
    found = taken_back({"prompts/a.txt": ["Be kind.\nAnswer A.\nEnd.\n", "Be kind.\nAnswer B.\nEnd.\n"]}, {})
    assert found["Be kind.\nAnswer A.\nEnd.\n"] > found["Be kind.\nAnswer B.\nEnd.\n"]


def test_the_search_tries_what_a_file_was_before() -> None:
    told = Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5)
    ran = [Execution("a", False, {"m.py": frozenset({1, 2, 3, 4})})]
    changes = [each.change for each in candidates(NOW, told, ran, [], limit=400, earlier=BEFORE)]
    assert "Take back what changed around line 4 of m.py" in changes
    assert "Take back what changed around line 2 of prompts/a.txt" in changes
