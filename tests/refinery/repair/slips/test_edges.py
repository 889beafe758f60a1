"""Entries begin and end as the others do, and are written as they are."""

from __future__ import annotations

from refinery.repair.slips.edges import edges
from refinery.repair.slips.quoted import quoted
from tests.refinery.repair.slips.looking import READS, made


def test_an_entry_begins_and_ends_with_the_sign_of_the_others() -> None:
    good = 'boats = ["~sloop", "~ketch", "~yawl", "~brig"]\n'
    assert made(edges, {"b.toml": good.replace("~yawl", "yawl")}) == {good: 0.7}
    assert made(edges, {"b.toml": good}) == {}
    folders = '{"at": ["hull/", "mast/", "keel/"]}'
    assert made(edges, {"b.json": folders.replace("keel/", "keel")}) == {folders: 0.6}
    assert made(edges, {"b.json": '{"at": ["~sloop", "ketch", "yawl", "brig"]}'}) == {'{"at": ["sloop", "ketch", "yawl", "brig"]}': 0.5}
    assert made(edges, {"b.json": '{"at": ["Row well.", "Sail far on it.", "Do not sink now"]}'}) == {}


def test_one_of_two_entries_has_the_sign_that_code_knows() -> None:
    bad, good = "kinds: [.gpx, kml]\n", "kinds: [.gpx, .kml]\n"
    assert made(edges, {"b.yaml": bad})[good] == 0.3
    assert made(edges, {"b.yaml": bad}, READS + "\ndef kind(path):\n    return path.suffix\n")[good] == 0.5
    assert made(edges, {"b.yaml": good}) == {}


def test_a_pattern_has_the_anchor_of_the_others() -> None:
    good = '[[rule]]\nlike = "^SAIL /in"\n[[rule]]\nlike = "^SAIL /up"\n[[rule]]\nlike = "^SAIL /to"\n'
    assert good in made(edges, {"b.toml": good.replace("^SAIL /up", "SAIL /up")})
    assert made(edges, {"b.toml": good.replace("^SAIL /up", "/up")})[good] == 0.5
    ends = good.replace('in"', 'in$"').replace('up"', 'up$"').replace('to"', 'to$"')
    assert made(edges, {"b.toml": ends.replace("up$", "up")})[ends] == 0.6
    assert made(edges, {"b.toml": good}) == {}
    words = '{"a": ["\\\\bjib\\\\b", "\\\\bmast\\\\b", "\\\\bkeel\\\\b"]}'
    assert made(edges, {"b.json": words.replace("\\\\bmast\\\\b", "mast")})[words] == 0.6
    points = "Say one:\n- /tack: turn\n- /reef: less sail\n- /moor: stop\n"
    assert made(edges, {"prompts/a.md": points.replace("/reef", "reef")}) == {points: 0.6}
    keys = '[say]\n"/tack" = 1\n"/reef" = 2\n"/moor" = 3\n'
    assert made(edges, {"b.toml": keys.replace('"/reef"', "reef")}) == {keys: 0.6}
    days = 'days = ["2031-05-01", "2031-05-07", "2030-02-01"]\n'
    assert made(edges, {"b.toml": days}) == {}


def test_a_value_has_quotation_marks_where_its_kin_have() -> None:
    good = "launched:\n- 2031-05-01\n- 2031-06-09\n- 2031-07-02\n"
    assert made(quoted, {"b.yaml": good.replace("2031-06-09", '"2031-06-09"')}) == {good: 0.75}
    assert made(quoted, {"b.yaml": good}) == {}
    crew = "[[boat]]\ncrew = 3\n[[boat]]\ncrew = 12\n"
    assert made(quoted, {"b.toml": crew.replace("12", '"12"')}) == {crew: 0.5}
    texts = '{"sail": {"a": "7", "b": "9", "c": "11"}}'
    assert made(quoted, {"b.json": texts.replace('"9"', "9")}) == {texts: 0.75}
    assert made(quoted, {"b.yaml": 'name: "7"\ncrew: 3\nsail: jib\n'}) == {}
