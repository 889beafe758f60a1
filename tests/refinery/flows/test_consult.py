"""What a model is given to read beside the failure."""

from __future__ import annotations

import pytest

from refinery.flows.consult import unquoted


@pytest.mark.parametrize(
    ("about", "left"),
    [
        ("""expected "Rooms are booked online."; the answer is 'Rooms are booked.'""", "expected  ; the answer is  "),
        ("KeyError: 'price' in the agent's tool", "KeyError:   in the agent's tool"),
        ("loop-without-progress: `search` was called, “again”, and didn't stop", "loop-without-progress:   was called,  , and didn't stop"),
    ],
)
def test_advice_is_sought_by_the_failure_and_not_by_what_the_agent_speaks_of(about: str, left: str) -> None:
    assert unquoted(about) == left
