"""Similar failures recall what was done about them, and what was undone warns."""

from __future__ import annotations

from knowledge.memory import Memory
from knowledge.passage import Fix
from tests.fakes.index import FixList

STALE = Fix("retrieval returned the outdated price list of 2023-01-05 for query 7f3a9c21d4", "rank by validity date", "a" * 40, "kept")
CURRENCY = Fix("answer quotes USD although the customer pays in EUR", "take the currency from the customer", "b" * 40, "undone")


def memory(*fixes: Fix) -> Memory:
    made = Memory(FixList())
    for fix in fixes:
        made.remember(fix)
    return made


def test_a_similar_failure_recalls_the_fix_and_another_does_not() -> None:
    recalled = memory(STALE, CURRENCY).recall("outdated price list was returned by retrieval, query 99aa12bc7e of 2026-07-01")
    assert [fix.commit for fix in recalled] == [STALE.commit]
    assert recalled[0].score > 0.5


def test_numbers_and_ids_do_not_make_failures_alike() -> None:
    assert memory(STALE).recall("timeout after 2023-01-05, id 7f3a9c21d4") == ()


def test_an_undone_fix_warns() -> None:
    (advice,) = memory(STALE, CURRENCY).advice("the customer pays in EUR but the answer quotes USD")
    assert "WARNING" in advice.text
    assert advice.id == f"fix-{'b' * 12}"
    (kept,) = memory(STALE).advice(STALE.symptom)
    assert "WARNING" not in kept.text


def test_remembering_a_commit_again_replaces_its_outcome() -> None:
    made = memory(STALE, Fix(STALE.symptom, STALE.cure, STALE.commit, "undone"))
    assert [fix.outcome for fix in made.recall(STALE.symptom)] == ["undone"]


def test_nothing_is_recalled_from_nothing() -> None:
    assert memory().recall("anything") == ()
    assert memory(STALE).recall("") == ()
