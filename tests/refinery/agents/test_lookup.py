"""What a model may look up is short, says where it stands, and never more than was asked."""

from __future__ import annotations

from adapters.trace import Json
from refinery.agents.lookup import HITS, LISTED, PAGE, Lookup
from refinery.llm.port import ToolResult, ToolUse
from refinery.signals.registry import read
from tests.refinery.signals.build import chat, root, tool, trace

LONG = trace(root("77.20 in all"), *(tool("look", {"n": n}, f"finding {n} costs {n}.50 " + "y" * 3_000, id=f"s{n}") for n in range(200)))


def look(name: str, **given: Json) -> ToolResult:
    return Lookup(LONG, read(LONG).found)(ToolUse("1", name, given))


def test_steps_are_named_a_page_at_a_time() -> None:
    text = look("steps", first=10, last=199).text
    assert "[step 10]" in text
    assert f"[step {10 + LISTED - 1}]" in text
    assert f"[step {10 + LISTED}]" not in text
    assert f"only {LISTED} steps at a time" in text


def test_a_step_is_read_piece_by_piece() -> None:
    run = chat(("A", "x" * PAGE + "the end"))
    known = Lookup(run, ())
    first = known(ToolUse("1", "read", {"step": 0, "start": 0})).text
    assert f"characters 0 to {PAGE} of {PAGE + 7}" in first
    assert "the end" in known(ToolUse("2", "read", {"step": 0, "start": PAGE})).text
    assert known(ToolUse("3", "read", {"step": 0, "start": 99_999})).failed


def test_a_search_tells_places_and_that_there_are_more() -> None:
    text = look("search", text="FINDING").text
    assert text.count("\nstep ") == HITS
    assert "there are more" in text
    assert "nowhere" in look("search", text="unicorn").text


def test_a_value_is_followed_to_the_step_that_brought_it_in() -> None:
    assert "Step 8 brought it into the run. Steps that hold it: 8." in look("follow", value="7.50").text
    assert "No step holds it" in look("follow", value="unicorn").text


def test_wrong_arguments_are_told() -> None:
    for name, given in (("read", {"step": "one"}), ("read", {"step": -1}), ("steps", {"first": 500, "last": 501}), ("follow", {})):
        assert look(name, **given).failed
