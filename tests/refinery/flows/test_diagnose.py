"""A diagnosis leans on what is around the trace, is kept so that asking again costs nothing, and asks what only the expert knows."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.source import Pulled, Receipt
from adapters.trace import Failure, Feedback, Json, Trace
from refinery.agents.loop import Limits
from refinery.domain import Diagnosis, Expectation, Question
from refinery.flows.diagnose import Asked, Study, diagnose, kept, wanted
from refinery.flows.interview import judged
from refinery.llm.port import Unavailable
from refinery.llm.scripted import Scripted
from refinery.repo.repository import Repository
from refinery.signals.divergence import Wanted
from refinery.signals.signature import signature
from refinery.store.sqlite import SqliteStore, open_store
from tests.refinery.agents.test_analyst import RUN, concluded
from tests.refinery.signals.build import MORNING, chat, model, root, tool, trace

BAD = replace(
    trace(root("It costs 49 USD."), tool("price", {}, {"amount": 49, "currency": "USD"}), model("It costs 49 USD.")), task="Price?"
)
FAILED = Asked(failed=True)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(tmp_path / "store.sqlite") as opened:
        yield opened


def study(store: SqliteStore, *, answers: dict[str, str] | None = None, **more: object) -> Study:
    def ask(question: Question) -> str:
        return next((said for words, said in (answers or {}).items() if words in question.asks), "")

    return Study(store, lambda: "2026-02-03T04:05:06+00:00", ask=ask, **more)  # type: ignore[arg-type]


def save(store: SqliteStore, *traces: Trace) -> None:
    store.save(Pulled(traces, Receipt(asked="test")))


def crash(name: str, key: str, start: int = MORNING) -> Trace:
    """A run that died of a missing key."""
    fault = Failure(
        "KeyError", f"'{key}'", f'Traceback:\n  File "/srv/app/{name}.py", line 3, in look\n    x["{key}"]\nKeyError: \'{key}\''
    )
    span = replace(root(failure=fault, asked=f'{{"plan": "{key}"}}'), start_ns=start)
    return Trace(f"{name}-{key}", (span, tool("price", {"plan": key}, "", failure=fault)), task=f"What does {key} cost?")


def test_a_run_that_did_not_fail_is_said_not_to_have_failed_and_nobody_is_asked(store: SqliteStore) -> None:
    found = diagnose(BAD, Asked(), study(store, answers={"": "everything"}))
    assert not found.found
    assert "Nothing in this run shows a failure" in found.summary or "does not look failed" in found.summary
    assert found.questions == ()


def test_an_empty_trace_ends_in_a_clear_statement_also_with_a_model(store: SqliteStore) -> None:
    asked = Scripted()
    found = diagnose(Trace("none", ()), FAILED, study(store, model=asked))
    assert "empty" in found.summary
    assert asked.requests == []


def test_runs_of_the_same_task_that_passed_show_where_this_one_parted(store: SqliteStore) -> None:
    good = passing("good")
    other = replace(good, id="other", task="Something else entirely?")
    save(store, good, other)
    found = diagnose(BAD, FAILED, study(store))
    assert "1 run of the same task passed: good" in found.surroundings
    assert [signal.span_id for signal in found.signals if signal.category == "parted"] == ["price"]


def passing(name: str, amount: int = 41, *, marked: bool = True) -> Trace:
    """A run of the same task with a right answer, of which somebody said so."""
    says = f"It costs {amount} EUR."
    spans = (root(says), tool("price", {}, {"amount": amount, "currency": "EUR"}), model(says))
    return replace(BAD, id=name, spans=spans, feedback=(Feedback("user", value=1.0),) if marked else ())


def test_an_unmarked_run_is_held_against_a_failure_only_where_it_meets_what_was_stated(store: SqliteStore) -> None:
    save(store, passing("wrong-too", 43, marked=False), passing("right", 41, marked=False))
    assert diagnose(BAD, FAILED, study(store)).surroundings == ()
    for asked in (Asked("It costs 41 EUR"), Asked(checks=(Expectation("contains", "41"),))):
        assert diagnose(BAD, asked, study(store)).surroundings == ("1 run of the same task passed: right",)


def test_what_somebody_marked_as_right_is_held_against_a_failure_unless_a_check_refutes_it(store: SqliteStore) -> None:
    save(store, passing("marked", 43))
    assert diagnose(BAD, Asked("in 2 kg parcels it is 41"), study(store)).surroundings == ("1 run of the same task passed: marked",)
    assert diagnose(BAD, Asked(checks=(Expectation("contains", "41"),)), study(store)).surroundings == ()


def test_a_run_with_the_same_wrong_answer_is_no_contrast_whoever_liked_it(store: SqliteStore) -> None:
    save(store, replace(BAD, id="liked", feedback=(Feedback("user", label="good"),)))
    assert diagnose(BAD, FAILED, study(store)).surroundings == ()


def test_a_good_run_is_not_called_failed_for_answering_otherwise_than_another_good_one(store: SqliteStore) -> None:
    other = replace(BAD, id="good", spans=(root("It is 49."), tool("price", {}, {"amount": 49.0, "currency": "USD"}), model("It is 49.")))
    other = replace(other, feedback=(Feedback("user", value=1.0),))
    save(store, other)
    assert not diagnose(BAD, Asked(), study(store)).found


def test_calls_that_an_expert_expects_are_held_against_the_run(store: SqliteStore) -> None:
    checks = (Expectation("tool-called", {"name": "refund", "args": {"to": "card"}}), Expectation("contains", "EUR"))
    assert wanted(checks) == (Wanted("refund", {"to": "card"}),)
    assert wanted((Expectation("no-tool", True),)) == ()
    assert wanted((Expectation("contains", "EUR"),)) is None
    assert diagnose(BAD, Asked(checks=checks), study(store)).category == "missing-call"


def test_failures_with_the_same_signature_are_counted_whatever_the_case(store: SqliteStore) -> None:
    save(store, crash("prices", "team", MORNING - 10**15), crash("prices", "solo"), crash("prices", "pro"))
    found = diagnose(crash("prices", "gold"), FAILED, study(store))
    assert any(says.startswith("3 of the 3 newest other failures look the same, the first on 2025-12-20") for says in found.surroundings)


def test_a_signature_leaves_out_the_case_and_keeps_the_cause() -> None:
    from refinery.signals.diagnosis import diagnose as by_rules

    one, two = crash("prices", "pro"), crash("prices", "a-team")
    assert signature(one, by_rules(one)) == signature(two, by_rules(two)) != ""
    assert signature(BAD, by_rules(BAD)) == ""


def test_commits_before_the_failure_began_are_told_and_later_ones_are_not(store: SqliteStore, tmp_path: Path) -> None:
    home = tmp_path / "agent"
    home.mkdir()

    def git(*arguments: str, date: str = "") -> None:
        who = {
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.test",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.test",
        }
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
        subprocess.run(["git", "-C", str(home), *arguments], check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", **who, **dates})

    git("init", "-q")
    for name, date in (("old", "2025-06-01T00:00:00Z"), ("prices", "2025-12-30T00:00:00Z"), ("later", "2026-01-20T00:00:00Z")):
        (home / f"{name}.py").write_text("x = 1\n")
        git("add", "-A")
        git("commit", "-q", "-m", f"Change {name}", date=date)
    repository = Repository.open(home, tmp_path / "state")
    try:
        found = diagnose(crash("prices", "gold"), FAILED, study(store, repository=repository))
    finally:
        repository.close()
    told = [says for says in found.surroundings if says.startswith("commit before")]
    assert len(told) == 1
    assert "Change prices (prices.py)" in told[0]


def test_what_the_expert_calls_right_is_cleared_and_what_they_call_wrong_is_blamed(store: SqliteStore) -> None:
    first = diagnose(RUN, FAILED, study(store))
    assert first.step == 1
    assert any("“199.99” first came up at step 1 (Seller)" in each.asks for each in first.questions)
    assert any("open" in note for note in first.notes)
    cleared = diagnose(RUN, FAILED, study(store, answers={"199.99": "Yes, that is so."}))
    assert cleared.step != 1
    blamed = diagnose(RUN, FAILED, study(store, answers={"199.99": "no"}))
    assert blamed.step == 1
    assert [each.answer for each in blamed.questions if each.step == 1] == ["no"]


def test_at_most_three_questions_are_asked_and_none_where_the_cause_is_known(store: SqliteStore) -> None:
    talk = chat(
        *((f"A{n}", f"Number {n} is {n}00.50 at Street{n}") for n in range(6)),
        *((f"B{n}", f"Yes, {n}00.50 at Street{n}") for n in range(6)),
    )
    assert len(diagnose(talk, FAILED, study(store)).questions) == 3
    assert diagnose(crash("prices", "gold"), FAILED, study(store)).questions == ()


def test_answers_may_be_given_beforehand_in_the_order_of_the_questions(store: SqliteStore) -> None:
    asks = [each.asks for each in diagnose(RUN, FAILED, study(store)).questions]
    given = tuple("12.50 in all" if "should it have been" in each else "no" for each in asks)
    found = diagnose(RUN, Asked(failed=True, answers=given), study(store))
    assert [each.answer for each in found.questions] == list(given)
    assert found.expected == "12.50 in all"


def test_only_a_clear_yes_or_no_judges_a_step() -> None:
    said = {"Yes!": {4: True}, "no, it is 12": {4: False}, "maybe": {}, "": {}, "nobody knows": {}}
    for answer, verdict in said.items():
        assert judged([Question("Is it right?", "", answer, step=4)]) == verdict
    assert judged([Question("What then?", "", "yes")]) == {}


def test_asking_again_costs_nothing_and_says_so(store: SqliteStore) -> None:
    asked = Scripted(concluded())
    first = diagnose(RUN, FAILED, study(store, model=asked))
    second = diagnose(RUN, FAILED, study(store, model=asked))
    assert len(asked.requests) == 1
    assert first.bill.tokens > 0
    assert second.bill.tokens == 0
    assert any("kept from 2026-02-03" in note for note in second.notes)
    kept = (
        "summary",
        "step",
        "span_id",
        "agent",
        "layer",
        "category",
        "evidence",
        "gaps",
        "observations",
        "alternatives",
        "author",
        "signals",
    )
    assert [getattr(second, name) for name in kept] == [getattr(first, name) for name in kept]


@pytest.mark.parametrize(
    ("run", "asked", "afresh"),
    [
        (RUN, Asked(failed=True, expected="12.50"), False),
        (replace(RUN, spans=(*RUN.spans[:2], replace(RUN.spans[2], output="Hm."))), FAILED, False),
        (RUN, FAILED, True),
    ],
)
def test_another_question_another_trace_or_a_wish_is_asked_anew(store: SqliteStore, run: Trace, asked: Asked, afresh: bool) -> None:
    diagnose(RUN, FAILED, study(store, model=Scripted(concluded())))
    again = Scripted(concluded())
    diagnose(run, asked, study(store, model=again, afresh=afresh))
    assert len(again.requests) == 1


def test_a_kept_diagnosis_that_no_longer_holds_is_not_believed(store: SqliteStore) -> None:
    diagnose(RUN, FAILED, study(store, model=Scripted(concluded())))
    filed = store.reports("diagnosis")[0]
    store.save_report(filed.key, filed.kind, {**filed.body, "evidence": [{"span_id": "m1", "quote": "never said"}]}, filed.created)
    again = Scripted(concluded())
    assert diagnose(RUN, FAILED, study(store, model=again)).evidence[0].text != "never said"
    assert len(again.requests) == 1


def test_a_model_that_cannot_be_had_leaves_the_rules_diagnosis(store: SqliteStore) -> None:
    found = diagnose(RUN, FAILED, study(store, model=Scripted(Unavailable("all lines are busy", hint="wait"))))
    assert (found.author, found.step) == ("rules", 1)
    assert any("all lines are busy (wait)" in note for note in found.notes)


def test_the_experts_answer_to_a_models_question_is_asked_with(store: SqliteStore) -> None:
    asks: Json = {"asks": "Is 199.99 the price of two?", "why": "then the Checker is to blame"}
    asked = Scripted(concluded(questions=[asks]), concluded(step=2, evidence=[{"step": 2, "quote": "199.99 it is"}]))
    found: Diagnosis = diagnose(RUN, FAILED, study(store, model=asked, answers={"price of two": "yes, it is"}))
    assert found.step == 2
    assert "yes, it is" in asked.requests[1].messages[0].text
    assert [(each.asks, each.answer) for each in found.questions] == [("Is 199.99 the price of two?", "yes, it is")]
    assert found.bill.tokens == 2 * 1_010


def test_a_fix_leans_on_what_a_model_said_of_the_trace_before(store: SqliteStore) -> None:
    by_rules = diagnose(RUN, FAILED, study(store))
    assert kept(RUN, by_rules, store) is by_rules
    diagnose(RUN, FAILED, study(store, model=Scripted(concluded(step=2, evidence=[{"step": 2, "quote": "199.99 it is"}]))))
    known = kept(RUN, by_rules, store)
    assert (known.step, known.author) == (2, "scripted")
    assert any("diagnosed by scripted on 2026-02-03" in note for note in known.notes)
    assert kept(replace(RUN, id="another"), by_rules, store) is by_rules


def test_limits_of_a_talk_are_sane() -> None:
    assert Limits().tokens <= 30_000
