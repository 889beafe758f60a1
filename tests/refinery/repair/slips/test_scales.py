"""Numbers are counted as those beside them are, and as their names and comments say."""

from __future__ import annotations

from refinery.repair.slips.scales import scales
from tests.refinery.repair.slips.looking import READS, made

BELLS = "[tower]\nswing_ms = 900\n\n[chapel]\nswing_ms = 1200\n\n[school]\nswing_ms = 700\n"


def test_a_number_is_of_the_size_of_those_beside_it() -> None:
    assert made(scales, {"b.toml": BELLS}) == {}
    assert made(scales, {"b.toml": BELLS.replace("1200", "1.2")})[BELLS] == 0.6
    rates = "# prices in pence\nbells:\n  tower: 450\n  chapel: 520\n  school: 390\n"
    assert made(scales, {"b.yaml": rates.replace("520", "5.2")})[rates] == 0.6
    assert made(scales, {"b.yaml": rates}) == {}
    dear = rates.replace("520", "1800")
    assert made(scales, {"b.yaml": dear.replace("1800", "18")})[dear] == 0.6


def test_without_a_word_for_a_unit_it_is_less_likely() -> None:
    bare = BELLS.replace("swing_ms", "swing")
    assert made(scales, {"b.toml": bare.replace("1200", "120000")})[bare] == 0.3
    steps = "ring = [30, 40, 60]\n"
    assert made(scales, {"b.toml": steps}) == {}


def test_a_unit_is_said_by_a_comment_or_a_neighbour_in_the_row() -> None:
    good = "rest = 40  # minutes\npause = 2\nring = 30  # minutes\n"
    assert good in made(scales, {"b.toml": good.replace("40", "2400")})
    row = '{"soft_minutes": 15, "hard_minutes": 30}'
    assert made(scales, {"b.json": row.replace("30", "1800")})[row] == 0.5
    assert made(scales, {"b.json": row}) == {}


def test_a_name_says_what_can_hardly_be() -> None:
    assert made(scales, {"b.toml": "loud_percent = 0.35\n"}) == {"loud_percent = 35\n": 0.55}
    assert made(scales, {"b.toml": "pause_ms = 5\n"}) == {"pause_ms = 5000\n": 0.4}
    assert made(scales, {"b.toml": "rest_minutes = 1800\n"}) == {"rest_minutes = 30\n": 0.4}
    assert made(scales, {"b.toml": "rest_minutes = 30\nloud_percent = 35\npause_ms = 500\n"}) == {}


def test_a_cell_is_of_the_size_of_its_column() -> None:
    good = "bell,rest_hours\ntower,2\nchapel,4\nschool,3\n"
    assert made(scales, {"b.csv": good.replace("4", "240")})[good] == 0.6
    assert made(scales, {"b.csv": good}) == {}
    assert made(scales, {"b.csv": good.replace("4", "9")}, READS) == {}
