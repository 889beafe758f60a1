"""Of rules the first that fits is taken: the narrower one stands before the wider one."""

from __future__ import annotations

import pytest

from refinery.repair.slips.firsts import firsts
from tests.refinery.repair.slips.looking import READS, made, of_prompt

LOOKS = '\n\ndef shelf(rules, title):\n    for rule in rules:\n        if rule["about"] in title:\n            return rule["shelf"]\n'
GOES = "\n\ndef shelf(rules, title):\n    for about, shelf in rules.items():\n        if about in title:\n            return shelf\n"
ANY = GOES.replace("if about in title", "if any(each in title for each in shelf)")
LOOKED_UP = '\n\ndef shelf(rules, title):\n    return rules["about"][title]\n'


def test_a_record_stands_before_the_one_that_hides_it() -> None:
    good = "- {about: sea birds, shelf: 2}\n- {about: birds, shelf: 1}\n- {about: ships, shelf: 3}\n"
    bad = "- {about: birds, shelf: 1}\n- {about: sea birds, shelf: 2}\n- {about: ships, shelf: 3}\n"
    assert made(firsts, {"s.yaml": bad}, READS + LOOKS) == {good: 0.75}
    assert made(firsts, {"s.yaml": good}, READS + LOOKS) == {}
    assert made(firsts, {"s.yaml": bad}, READS + LOOKED_UP) == {}
    named = made(firsts, {"s.yaml": bad.replace("about", "keyword")}, READS)
    assert named == {good.replace("about", "keyword"): 0.5}


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("s.toml", "[shelves]\n'sea birds' = 2\nbirds = 1\nships = 3\n", "[shelves]\nbirds = 1\n'sea birds' = 2\nships = 3\n"),
        ("s.yaml", "shelves:\n  sea birds: 2\n  birds: 1\n", "shelves:\n  birds: 1\n  sea birds: 2\n"),
        ("s.json", '{"shelves": {"sea birds": 2, "birds": 1}}', '{"shelves": {"birds": 1, "sea birds": 2}}'),
        ("s.json", '{\n  "sea birds": 2,\n  "birds": 1\n}\n', '{\n  "birds": 1,\n  "sea birds": 2\n}\n'),
    ],
)
def test_an_entry_of_a_table_does_too(path: str, good: str, bad: str) -> None:
    assert good in made(firsts, {path: bad}, READS + GOES)
    assert made(firsts, {path: good}, READS + GOES) == {}
    assert made(firsts, {path: bad}, READS + LOOKED_UP) == {}


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("s.toml", 'second = ["sea birds", "gulls"]\nfirst = ["birds"]\n', 'first = ["birds"]\nsecond = ["sea birds", "gulls"]\n'),
        ("s.yaml", "b:\n  - sea birds\n  - gulls\na:\n  - birds\n", "a:\n  - birds\nb:\n  - sea birds\n  - gulls\n"),
        ("s.json", '{"b": ["sea birds"], "a": ["birds", "hens"]}', '{"a": ["birds", "hens"], "b": ["sea birds"]}'),
    ],
)
def test_so_does_one_whose_cues_are_a_list(path: str, good: str, bad: str) -> None:
    assert good in made(firsts, {path: bad}, READS + ANY)
    assert made(firsts, {path: good}, READS + ANY) == {}


def test_tables_are_moved_with_their_heads() -> None:
    good = '[b]\nabout = "sea birds"\nshelf = 2\n\n[a]\nabout = "birds"\nshelf = 1\n'
    bad = '[a]\nabout = "birds"\nshelf = 1\n\n[b]\nabout = "sea birds"\nshelf = 2\n'
    found = made(firsts, {"s.toml": bad}, READS + LOOKS)
    assert [text.replace("\n\n", "\n") for text in found] == [good.replace("\n\n", "\n")]


def test_a_row_of_a_prompt_stands_before_the_one_that_hides_it() -> None:
    good = "The first row that fits counts.\n\n| title | shelf |\n|---|---|\n| sea birds, gulls | 2 |\n| birds | 1 |\n"
    bad = "The first row that fits counts.\n\n| title | shelf |\n|---|---|\n| birds | 1 |\n| sea birds, gulls | 2 |\n"
    assert good in of_prompt(firsts, bad)
    assert of_prompt(firsts, good) == {}
    assert of_prompt(firsts, bad.replace("The first row that fits counts.", "Shelves.")) == {}


@pytest.mark.parametrize("arrow", ["=>", "->", "→"])
def test_a_line_that_leads_somewhere_does_too(arrow: str) -> None:
    told = "Of these the first that is contained in the title of the book wins.\n\n"
    good = f"{told}- sea birds {arrow} 2\n- birds {arrow} 1\n- ships {arrow} 3\n"
    bad = good.replace(f"- sea birds {arrow} 2\n- birds {arrow} 1", f"- birds {arrow} 1\n- sea birds {arrow} 2")
    assert of_prompt(firsts, bad) == {good: 0.75}
    assert of_prompt(firsts, good) == {}
    assert of_prompt(firsts, bad.replace(f"{arrow} 2", f"{arrow} 1")) == {}, "both lead to the same"
    assert set(of_prompt(firsts, bad.partition("\n\n")[2]).values()) == {0.5}
