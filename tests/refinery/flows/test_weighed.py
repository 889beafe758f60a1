"""How far cures are believed."""

from __future__ import annotations

import pytest

from refinery.flows.neighbours import Seen
from refinery.flows.weighed import BELIEVED, CHANCE, changed, telling, weighed


def seen(*said: object) -> list[Seen]:
    return [Seen((each,), False) for each in said]


def test_a_lone_cure_is_as_sure_as_its_edit_is_likely_beside_chance() -> None:
    made = weighed([0.3], [0.2], [seen(1)], red=1)
    assert made.order == (0,)
    assert made.sure == pytest.approx(0.3 / (0.3 + CHANCE[0]))
    assert made.rivals == ()


def test_the_more_scenarios_fail_the_less_is_chance() -> None:
    sure = [weighed([0.1], [0.0], [seen(1)], red).sure for red in (1, 2, 3, 9)]
    assert sure[0] < sure[1] < sure[2] == sure[3]
    assert sure[0] < BELIEVED < sure[1]


def test_cures_that_do_the_same_are_no_rivals() -> None:
    made = weighed([0.4, 0.35, 0.2], [0.0] * 3, [seen(1, 2), seen(1, 3), seen(1, 2)], red=1)
    assert (made.order[0], made.rivals) == (0, (1,))
    assert not weighed([0.4, 0.35], [0.0] * 2, [seen(1, 2), seen(1, 3)], red=1).believed


def test_of_cures_as_likely_the_one_that_changes_less_is_believed() -> None:
    made = weighed([0.3, 0.3], [0.3, 0.1], [seen(1), seen(2)], red=2)
    assert made.order == (1, 0)
    assert made.believed


def test_among_equals_the_likelier_cure_comes_first() -> None:
    assert weighed([0.4, 0.5], [0.0, 0.0], [seen(1), seen(1)], red=1).order == (1, 0)


def test_nothing_is_believed_where_there_is_nothing() -> None:
    assert not weighed([], [], [], red=1).believed


def test_of_cures_as_likely_the_one_with_which_another_agrees_is_believed() -> None:
    made = weighed([0.3, 0.3, 0.2], [0.0] * 3, [seen(1, 1), seen(2, 2), seen(2, 3)], red=1)
    assert made.order[0] == 1


def test_what_a_cure_changes_is_the_share_of_answers_that_are_others() -> None:
    assert changed(seen(1, 2, 0, 9), seen(1, 3, 0, 8)) == 0.5
    assert changed([], []) == 0.0


def test_the_telling_input_is_the_one_on_which_the_weights_part_most_evenly() -> None:
    did = [seen(1, 1, 1), seen(1, 2, 2), seen(1, 1, 2)]
    made = weighed([0.5, 0.3, 0.25], [0.0] * 3, did, red=1)
    assert telling(made, did) == 2
    assert telling(weighed([0.5], [0.0], did[:1], red=1), did[:1]) is None


def test_what_was_doubtful_is_believed_only_where_another_cure_does_the_same() -> None:
    alone = weighed([0.9, 0.05], [0.0, 0.0], [seen(1), seen(2)], red=3, doubtful=(0,))
    assert alone.order[0] == 0
    assert not alone.believed
    both = weighed([0.6, 0.1], [0.0, 0.0], [seen(1), seen(1)], red=3, doubtful=(0,))
    assert both.order == (1, 0)
    assert both.believed


def test_a_doubtful_cure_is_hardly_a_rival() -> None:
    rival, doubted = (weighed([0.5, 0.4], [0.0, 0.0], [seen(1), seen(2)], red=2, doubtful=kinds) for kinds in ((), (1,)))
    assert not rival.believed
    assert doubted.believed
