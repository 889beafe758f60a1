from __future__ import annotations

import pytest

from adapters.trace import Feedback, Span, Trace, in_order


def ids(spans: tuple[Span, ...]) -> str:
    return "".join(span.id for span in spans)


def test_spans_are_shown_under_their_parents() -> None:
    trace = Trace("t", (Span("a", "a"), Span("b", "b", parent_id="a"), Span("c", "c", parent_id="gone")))
    assert {parent: ids(spans) for parent, spans in trace.children().items()} == {None: "ac", "a": "b"}


def test_members_of_a_cycle_are_at_the_top_and_what_hangs_on_them_is_not() -> None:
    spans = (Span("a", "a", parent_id="b"), Span("b", "b", parent_id="a"), Span("c", "c", parent_id="a"), Span("d", "d", parent_id="d"))
    assert {parent: ids(found) for parent, found in Trace("t", spans).children().items()} == {None: "abd", "a": "c"}


def test_a_chain_of_twenty_thousand_spans_is_shown_at_once() -> None:
    chain = tuple(Span(str(n), "", parent_id=str(n - 1) if n else None) for n in range(20_000))
    assert len(Trace("t", chain).children()) == 20_000, "walking up from each span would take minutes"


def test_order_is_by_start_with_parents_first() -> None:
    spans = (Span("c", "", parent_id="b", start_ns=1), Span("b", "", parent_id="a", start_ns=3), Span("a", "", start_ns=2))
    assert ids(in_order(spans)) == "abc", "a clock that runs behind cannot put a child before its parent"
    assert ids(in_order((Span("b", "", start_ns=2), Span("x", ""), Span("a", "", start_ns=1)))) == "abx"


def test_dotted_order_decides_where_all_have_it() -> None:
    spans = [Span(name, "", start_ns=9, attributes={"dotted_order": order}) for name, order in (("b", "1.3"), ("c", "2"), ("a", "1"))]
    assert ids(in_order(spans)) == "abc"


def test_a_cycle_loses_no_span() -> None:
    spans = (Span("a", "", parent_id="b", start_ns=2), Span("b", "", parent_id="a", start_ns=1), Span("c", "", start_ns=5))
    assert sorted(ids(in_order(spans))) == ["a", "b", "c"]


def test_order_once_made_stays() -> None:
    spans = tuple(Span(str(n), "", parent_id=str(n // 2) if n % 3 else None, start_ns=(n * 7) % 11) for n in range(1, 40))
    assert in_order(in_order(spans)) == in_order(spans)


@pytest.mark.parametrize(
    ("feedback", "bad"),
    [
        (Feedback("correctness", 0.0), True),
        (Feedback("correctness", 0.4), False),
        (Feedback("thumbs", -1.0), True),
        (Feedback("toxicity", 0.0), False),
        (Feedback("toxicity", 1.0), True),
        (Feedback("correct", label="No"), True),
        (Feedback("correct", 1.0, "fail"), True),
        (Feedback("hallucination", label="yes"), True),
        (Feedback("hallucination", label="no"), False),
        (Feedback("note", comment="hm"), False),
    ],
)
def test_feedback_is_bad_by_its_label_or_its_score(feedback: Feedback, bad: bool) -> None:
    assert feedback.bad is bad
