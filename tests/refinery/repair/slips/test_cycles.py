"""Days and months that stand together may all be one step off."""

from __future__ import annotations

from refinery.repair.slips.cycles import cycles
from tests.refinery.repair.slips.looking import made, of_prompt


def test_all_of_a_list_go_one_step_on_or_back() -> None:
    assert made(cycles, {"m.toml": 'market = ["tue", "wed"]\n'}) == {
        'market = ["mon", "tue"]\n': 0.3,
        'market = ["wed", "thu"]\n': 0.3,
    }
    assert "winter:\n- December\n- January\n- February\n" in made(cycles, {"m.yaml": "winter:\n- November\n- December\n- January\n"})
    assert made(cycles, {"m.toml": 'market = ["tue", "fri"]\n'}) == {}
    assert made(cycles, {"m.toml": 'market = ["tue"]\n'}) == {}


def test_so_do_those_in_one_text_and_what_is_spoken_of_is_likelier() -> None:
    found = made(cycles, {"m.toml": 'market = "Tue, Wed"\n'}, said="closed on thu")
    assert found['market = "Wed, Thu"\n'] > found['market = "Mon, Tue"\n']
    table = "| market | days |\n|---|---|\n| fish | tuesday and wednesday |\n"
    assert table.replace("tuesday and wednesday", "wednesday and thursday") in of_prompt(cycles, table)
    assert of_prompt(cycles, "We meet on tuesday, wednesday comes next.\n") == {}
