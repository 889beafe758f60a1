"""A prompt has a budget: what tells is kept, what is cut is said, the end is not what is lost."""

from __future__ import annotations

from dataclasses import replace

from adapters.trace import Failure, Kind, Span, Status, Trace
from refinery.agents.excerpt import excerpt_failures, excerpt_files, excerpt_passing, excerpt_trace
from refinery.domain import Attempt, CheckResult, Diagnosis, Expectation, Layer, Place, Scenario


def diagnosis(span_id: str | None = None, *places: Place) -> Diagnosis:
    return Diagnosis("t", "s", "e", Layer.CODE, "c", "a", None, span_id, 0.5, places=places)


def trace(count: int) -> Trace:
    spans = [Span(f"s{n}", f"step {n}", Kind.TOOL, output=f"output {n} " + "x" * 400) for n in range(count)]
    return Trace("t", tuple(spans))


def test_a_small_trace_is_shown_whole() -> None:
    shown = excerpt_trace(trace(3), diagnosis("s1"))
    assert all(f"output {n}" in shown.text for n in range(3))
    assert shown.notes == ()


def test_the_blamed_span_is_in_full_and_the_rest_in_short() -> None:
    text = excerpt_trace(trace(3), diagnosis("s1")).text
    assert "x" * 400 in text.split("[step 1]")[1].split("[step 2]")[0]
    assert "characters cut" in text.split("[step 2]")[1]


def test_a_long_trace_keeps_its_beginning_and_the_blamed_end_and_says_what_is_missing() -> None:
    shown = excerpt_trace(trace(500), diagnosis("s490"), budget=5_000)
    assert len(shown.text) < 6_000
    assert "[step 0]" in shown.text
    assert "[step 490]" in shown.text
    assert "[step 200]" not in shown.text
    assert "of 500 spans" in shown.notes[0]
    steps = [int(part.split("]")[0]) for part in shown.text.split("[step ")[1:]]
    assert steps == sorted(steps)


def test_a_failure_shows_the_end_of_its_stack() -> None:
    failed = Span("s", "f", Kind.TOOL, status=Status.ERROR, failure=Failure("KeyError", "'price'", "frame\n" * 2000 + "the innermost line"))
    text = excerpt_trace(Trace("t", (failed,)), diagnosis("s")).text
    assert "KeyError: 'price'" in text
    assert "the innermost line" in text


def test_no_trace_is_said() -> None:
    assert "no trace" in excerpt_trace(None, diagnosis()).text


def test_files_that_the_diagnosis_names_come_first_and_long_ones_are_shown_around_the_place() -> None:
    long = "".join(f"line {number}\n" for number in range(1, 9001))
    sources = {"other.py": "small\n", "agent/app.py": long}
    shown = excerpt_files(sources, diagnosis(None, Place("/srv/x/agent/app.py", 5000)))
    assert shown.text.index("agent/app.py") < shown.text.index("other.py")
    assert "line 5000\n" in shown.text
    assert "line 4000\n" not in shown.text
    assert shown.notes == ("of agent/app.py only lines 4880 to 5120 of 9000 were shown to the model, for their length",)


def test_when_not_all_fit_those_that_speak_of_the_failure_are_shown_and_the_rest_is_named() -> None:
    sources = {f"part{n}.py": f"def helper{n}(): return {n}\n" * 20 for n in range(40)}
    sources["shop/currency.py"] = "def convert(amount, currency): ...\n" * 10
    blamed = replace(diagnosis(), summary="the answer is in the wrong currency")
    shown = excerpt_files(sources, blamed, budget=3_000)
    assert shown.text.startswith("<data ")
    assert "shop/currency.py, whole file" in shown.text.splitlines()[0]
    assert "part39.py" in shown.text
    assert len(shown.notes) == 1
    assert "of 41 files were not shown" in shown.notes[0]


def test_words_of_failing_checks_count_too() -> None:
    sources = {f"part{n}.py": "x = 1\n" * 100 for n in range(40)} | {"refunds.py": "window_days = 14\n" * 20}
    assert "refunds.py, whole file" in excerpt_files(sources, diagnosis(), "window_days is not 30", budget=1_000).text


def test_thousands_of_files_are_looked_through_in_no_time() -> None:
    sources = {f"pkg/mod{n}.py": f"def f{n}(value): return value + {n}\n" * 60 for n in range(3_000)}
    shown = excerpt_files(sources, diagnosis(), budget=2_000)
    assert len(shown.text) < 8_000


def test_no_files_is_said() -> None:
    assert "No file" in excerpt_files({}, diagnosis()).text


def test_many_failures_are_shown_as_far_as_they_fit_and_the_rest_is_named() -> None:
    suite = [Scenario(f"s{n}", {"asked": f"question {n}"}, (Expectation("contains", "EUR"),)) for n in range(9)]
    failed = [Attempt(each.id, 0, False, (CheckResult('contains: "EUR"', False, "no EUR"),), output="x" * 500) for each in suite]
    shown = excerpt_failures(failed, suite, budget=2_000)
    assert "question 0" in shown.text
    assert "question 8" not in shown.text
    assert "s8" in shown.text
    assert len(shown.text) < 2_600
    assert "failing scenarios were only named" in shown.notes[0]


def test_what_passes_is_a_line_each_and_the_rest_is_counted() -> None:
    suite = [Scenario(f"s{n}", {"asked": n}, (Expectation("contains", "EUR"),)) for n in range(50)]
    text = excerpt_passing(suite, budget=300).text
    assert 's0: {"asked": 0} -> contains: "EUR"' in text
    assert "more" in text.splitlines()[-2]


def test_a_run_of_one_step_that_the_scenario_tells_is_not_told_again() -> None:
    answered = Attempt("price", 0, False, output="49 USD")
    one = Trace("t", (Span("s", "run", input="What does Pro cost?", output="49 USD"),), task="What does Pro cost?")
    assert "49 USD" not in excerpt_trace(one, diagnosis(), [answered]).text
    assert "49 USD" in excerpt_trace(one, diagnosis(), [replace(answered, output="59 EUR")]).text


def test_what_was_left_out_of_a_run_is_told_with_the_way_to_it() -> None:
    assert excerpt_trace(Trace("t", (Span("a", "look", output="1"), Span("b", "say", output="2"))), diagnosis("a")).whole
    cut = excerpt_trace(trace(500), diagnosis("s490"), budget=5_000)
    assert not cut.whole
    assert "`steps` names them" in cut.text


def test_empty_files_are_only_named() -> None:
    assert 'empty files">\na/__init__.py\n' in excerpt_files({"a/__init__.py": "\n", "a/b.py": "x = 1\n"}, diagnosis()).text


def test_a_failed_equality_is_told_once_and_in_full() -> None:
    wanted = "a" * 300 + " the telling end"
    attempt = Attempt(
        "s", 0, False, checks=(CheckResult('equals: "aaa..."', False, "expected aaa...; the answer is bbb..."),), output="bbb"
    )
    text = excerpt_failures((attempt,), (Scenario("s", "?", (Expectation("equals", wanted),)),)).text
    assert "  FAILS equals\n" in text
    assert f'wanted: equals: "{wanted}"' in text
    assert "the answer is" not in text


def test_it_is_said_that_all_files_are_shown_where_they_are() -> None:
    assert "nothing more to look up" in excerpt_files({"a.py": "x = 1\n"}, diagnosis()).text
    assert "nothing more to look up" not in excerpt_files({"a.py": "x = 1\n" * 9000}, diagnosis(), budget=2000).text
