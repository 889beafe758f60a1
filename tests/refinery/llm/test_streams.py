from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters.trace import Json
from refinery.llm.streams import cut, data, together, written

DELTA: dict[str, Json] = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}


@given(some.lists(some.integers(1, 9)), some.sampled_from([b"\n\n", b"\r\n\r\n"]))
def test_events_are_whole_wherever_the_bytes_are_cut(sizes: list[int], border: bytes) -> None:
    whole = border.join([b"event: a\ndata: 1", b"data: [DONE]", b": comment", b""])
    parts, at = [], 0
    for size in sizes:
        parts.append(whole[at : at + size])
        at += size
    events = [event for came in cut([*parts, whole[at:]]) for event in came]
    assert b"".join(events) == whole
    assert [data(event) for event in events] == [1, "[DONE]", None]


def test_the_rest_of_a_broken_stream_is_kept_as_it_is() -> None:
    assert [*cut([b"data: 1\n\nda", b"ta: 2"])] == [[b"data: 1\n\n"], [b"data: 2"]]


def test_texts_that_go_on_become_one_event() -> None:
    chunk: dict[str, Json] = {"id": "x", "choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": None}]}
    part: dict[str, Json] = {"type": "response.output_text.delta", "item_id": "i", "delta": "a", "sequence_number": 1}
    assert together([DELTA, DELTA]) == [{**DELTA, "delta": {"type": "text_delta", "text": "aa"}}]
    assert together([chunk, chunk, chunk]) == [{**chunk, "choices": [{"index": 0, "delta": {"content": "aaa"}, "finish_reason": None}]}]
    assert together([part, {**part, "sequence_number": 2}]) == [{**part, "delta": "aa"}]


@pytest.mark.parametrize(
    "other",
    [
        {**DELTA, "index": 1},
        {**DELTA, "delta": {"type": "thinking_delta", "thinking": "a"}},
        {"type": "content_block_stop", "index": 0},
        {**DELTA, "delta": {"type": "signature_delta", "signature": "a"}},
        "[DONE]",
    ],
)
def test_what_says_something_else_stays_an_event_of_its_own(other: Json) -> None:
    assert together([DELTA, other]) == [DELTA, other]


def test_two_equal_events_without_a_text_stay_two() -> None:
    ping: Json = {"type": "ping"}
    assert together([ping, ping]) == [ping, ping]


def test_what_is_written_is_read_again() -> None:
    assert written(DELTA).startswith(b"event: content_block_delta\ndata: {")
    told: list[Json] = [DELTA, "[DONE]", {"choices": []}]
    assert [data(written(each)) for each in told] == told
