"""A name that no other place knows is one that a place has which knows all the others."""

from __future__ import annotations

from refinery.repair.slips.strangers import strangers
from tests.refinery.repair.slips.looking import READS, made

TABLE = "| coat | groom |\n|---|---|\n| bay | Ada |\n| roan | Bea |\n| dun | Cleo |\n| grey | Dot |\n"
FEED = "[oats]\nbay = 3\nroan = 4\ndun = 2\ngrey = 5\n"


def test_a_key_is_a_label_of_the_table_in_the_prompt() -> None:
    assert made(strangers, {"prompts/a.md": TABLE, "f.toml": FEED}) == {}
    wrong = made(strangers, {"prompts/a.md": TABLE, "f.toml": FEED.replace("dun", "tan")})
    assert wrong[FEED] == 0.7
    assert wrong[TABLE.replace("dun", "tan")] == 0.7
    said = READS + '\n\ndef tan(feed):\n    return feed["tan"]\n'
    assert made(strangers, {"prompts/a.md": TABLE, "f.toml": FEED.replace("dun", "tan")}, said).get(FEED) is None


def test_a_point_of_a_prompt_is_a_key_of_the_settings() -> None:
    good = "Coats:\n- bay: brown\n- roan: mixed\n- dun: sandy\n- grey: white\n"
    assert good in made(strangers, {"prompts/a.md": good.replace("roan", "rone"), "f.toml": FEED})
    assert made(strangers, {"prompts/a.md": good, "f.toml": FEED}) == {}


def test_a_key_is_one_that_another_table_of_the_file_has() -> None:
    good = f"{FEED}\n[box]\nbay = 1\nroan = 2\ndun = 3\ngrey = 4\n"
    assert good in made(strangers, {"f.toml": good.replace("grey = 4", "pinto = 4")})
    assert made(strangers, {"f.toml": good}) == {}


def test_a_cell_is_an_entry_of_data_that_may_not_be_edited() -> None:
    good = "horse,coat\nAda,bay\nBea,dun\nCleo,bay\nDot,roan\n"
    known = {"c.json": '[{"coat": "bay"}, {"coat": "roan"}, {"coat": "dun"}, {"coat": "grey"}]'}
    assert good in made(strangers, {"h.csv": good.replace("dun", "dune")}, beside=known)
    assert made(strangers, {"h.csv": good}, beside=known) == {}
    assert made(strangers, {"h.csv": good.replace("dun", "other")}, beside=known) == {}


def test_a_name_in_a_list_of_a_record_is_one_that_code_names() -> None:
    code = READS + '\nCOATS = {"bay": 1, "roan": 2, "dun": 3, "grey": 4}\n'
    good = '[{"coats": ["bay", "dun"]}, {"coats": ["roan", "bay"]}]'
    assert good in made(strangers, {"r.json": good.replace("roan", "brown")}, code)
    assert made(strangers, {"r.json": good}, code) == {}


HEADED = "# Stable\n\n## coats\n\nBrush.\n\n## hooves\n\nPick.\n\n## evening feed\n\nFill.\n"


def test_a_heading_is_a_name_for_which_code_has_a_function() -> None:
    parts = ("coats", "hooves", "feed")
    found = (
        READS + "\n\ndef go(part):\n    return globals()[f'tend_{part}']()\n" + "".join(f"\n\ndef tend_{n}():\n    pass\n" for n in parts)
    )
    compared = READS + "".join(f"\n\ndef {n}(part):\n    return part in ('{n}', '')\n" for n in parts)
    listed = READS + "".join(f"\n\ndef {n}():\n    pass\n" for n in parts)
    listed += "\n\ndef go(part):\n    return {'coats': coats, 'hooves': hooves, 'feed': feed}[part]()\n"
    good = HEADED.replace("evening feed", "feed")
    for code in (found, compared, listed):
        assert made(strangers, {"prompts/a.md": HEADED}, code).get(good, 0) > 0.5
        assert made(strangers, {"prompts/a.md": good}, code) == {}
    assert made(strangers, {"prompts/a.md": HEADED}) == {}


def test_headings_are_compared_as_code_writes_them_and_some_are_for_the_reader() -> None:
    code = READS + "\nTEND = {'coat_care': 1, 'hoof_care': 2, 'feed': 3}\n"
    bad = "**Coat care**\nBrush.\n**Manners**\nBe kind.\n**Hoof care**\nPick.\n**Evening feed**\nFill.\n"
    wrong = made(strangers, {"prompts/a.md": bad}, code)
    assert wrong[bad.replace("Evening feed", "Feed")] == 0.7
    assert wrong[bad.replace("Manners", "Feed")] == 0.3
    assert made(strangers, {"prompts/a.md": bad.replace("Evening feed", "Feed")}, code) == {}


def test_a_name_that_is_no_key_is_the_one_that_its_kin_have_most() -> None:
    good = '[stalls]\nnorth = 4\nsouth = 2\neast = 3\n[at]\nAda = "south"\nBea = "south"\nCleo = "south"\nDot = "north"\nEve = "south"\n'
    wrong = made(strangers, {"s.toml": good.replace('Eve = "south"', 'Eve = "attic"')})
    assert wrong[good] > wrong[good.replace('Eve = "south"', 'Eve = "north"')]
    assert made(strangers, {"s.toml": good}) == {}
    alone = good.replace('Dot = "north"', 'Dot = "south"')
    assert alone in made(strangers, {"s.toml": alone.replace('Eve = "south"', 'Eve = "attic"')})
