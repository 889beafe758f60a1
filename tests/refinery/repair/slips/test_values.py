"""Values are read as they are written, and are of those that there are."""

from __future__ import annotations

from refinery.repair.slips.pointers import pointers
from refinery.repair.slips.quoting import quoting
from refinery.repair.slips.values import values
from tests.refinery.repair.slips.looking import READS, made


def test_what_is_no_comment_is_quoted() -> None:
    assert made(quoting, {"b.yaml": "ink: #ff8800\npen: 3\n"}) == {'ink: "#ff8800"\npen: 3\n': 0.9}
    assert made(quoting, {"b.yaml": "ink: # none yet\npen: 3\n"}) == {}


def test_an_item_with_a_colon_among_texts_is_quoted() -> None:
    bad = "notes:\n- Write neatly.\n- Ink: use the blue one.\n"
    assert made(quoting, {"b.yaml": bad}) == {'notes:\n- Write neatly.\n- "Ink: use the blue one."\n': 0.85}
    assert made(quoting, {"b.yaml": "notes:\n- pen: 1\n- ink: blue\n"}) == {}


def test_lines_stay_lines() -> None:
    bad, good = "notes: >\n  Write neatly.\n  Use ink.\n", "notes: |\n  Write neatly.\n  Use ink.\n"
    assert made(quoting, {"b.yaml": bad}) == {good: 0.5}
    assert made(quoting, {"b.yaml": bad}, READS + "\nLINES = text('b').splitlines()\n") == {good: 0.85}
    assert made(quoting, {"b.yaml": "notes: >\n  Write neatly and\n  use ink.\n"}) == {}
    plain = {"b.yaml": "strokes: >\n  draw one thin line\n  then two thick lines\n"}
    assert made(quoting, plain, READS + "\nLINES = text('b').splitlines()\n") == {}
    assert len(made(quoting, plain, READS + "\ndef f(pen):\n    return pen['strokes'].splitlines()\n")) == 1


def test_backslashes_of_patterns_and_paths_stay() -> None:
    assert made(quoting, {"b.toml": 'word = "\\bink\\b"\n'}) == {"word = '\\bink\\b'\n": 0.9}
    assert made(quoting, {"b.json": '{"word": "\\bink\\b"}\n'}) == {'{"word": "\\\\bink\\\\b"}\n': 0.9}
    assert made(quoting, {"b.yaml": 'at: "C:\\new\\ink"\n'}) == {}  # no file: YAML knows no \\i
    assert made(quoting, {"b.yaml": 'at: "C:\\new"\n'}) == {"at: 'C:\\new'\n": 0.6}
    assert made(quoting, {"b.toml": 'say = "Dear all,\\nthanks"\n'}) == {}


def test_the_minute_of_a_job_comes_before_its_hour() -> None:
    assert made(values, {"j.toml": 'at = "6 45 * * 1"\n'}) == {'at = "45 6 * * 1"\n': 0.9}
    assert made(values, {"j.toml": 'at = "6 4 * * 1"\n'}) == {'at = "4 6 * * 1"\n': 0.45}
    assert made(values, {"j.toml": 'at = "* 6 * * 1"\n'}) == {'at = "0 6 * * 1"\n': 0.6}
    assert made(values, {"j.toml": 'at = "45 6 * * 1"\n'}) == {}


def test_a_zone_has_a_summer() -> None:
    code = READS + "\nHERE = ZoneInfo(text('z'))\n"
    assert made(values, {"z.toml": 'zone = "JST"\n'}, code) == {'zone = "Asia/Tokyo"\n': 0.65}
    assert made(values, {"z.toml": '[madrid]\nzone = "+01:00"\n'}, code) == {'[madrid]\nzone = "Europe/Madrid"\n': 0.85}
    assert made(values, {"z.toml": 'zone = "JST"\n'}) == {}


def test_an_address_ends_as_code_joins_it() -> None:
    code = READS + "\nADDRESS = urljoin(text('a'), 'pens')\n"
    assert made(values, {"a.toml": 'at = "https://ink.test/shop"\n'}, code) == {'at = "https://ink.test/shop/"\n': 0.85}
    assert made(values, {"a.toml": 'at = "https://ink.test/shop"\n'}) == {}


def test_a_share_of_one_is_no_share_of_a_hundred() -> None:
    assert made(values, {"s.toml": "ratio = 40\n"}) == {"ratio = 0.4\n": 0.55}
    code = READS + '\n\ndef dry(wetness):\n    """Wetness is between 0 and 1."""\n'
    assert made(values, {"s.toml": "least_wetness = 40\n"}, code) == {"least_wetness = 0.4\n": 0.75}
    assert made(values, {"s.toml": "least_wetness = 40\n"}) == {}


def test_what_names_an_entry_that_is_not_there_names_one_that_is() -> None:
    text = "pen = {}\n\n[pens.goose]\nink = 'black-iron'\n\n[pens.reed]\nink = 'blue'\n"
    found = made(pointers, {"b.toml": text.format('"iron"')}, said="KeyError: 'iron'")
    assert found == {text.format('"goose"'): 0.8, text.format('"reed"'): 0.45}
    assert made(pointers, {"b.toml": text.format('"iron"')}) == {}
    assert made(pointers, {"b.toml": text.format('"reed"')}, said="KeyError: 'reed'") == {}


def test_what_is_of_a_smaller_unit_than_its_name_says_is_counted_in_that() -> None:
    text = "ink:\n  dry_seconds: 40\nglue:\n  dry_seconds: {}\n"
    assert made(values, {"b.yaml": text.format(9000)}) == {text.format(9): 0.75}
    assert made(values, {"b.yaml": text.format(90)}) == {}
    assert made(values, {"b.yaml": "ink:\n  dry_seconds: 9000\n"}) == {"ink:\n  dry_seconds: 9\n": 0.45}
    assert made(values, {"b.yaml": "ink:\n  drops: 9000\n"}) == {}
