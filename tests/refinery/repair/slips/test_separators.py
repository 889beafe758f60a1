"""Entries of a list in one text are parted as all the others are."""

from __future__ import annotations

from refinery.repair.slips.separators import separators
from tests.refinery.repair.slips.looking import READS, made, of_prompt

TABLE = "| tackle | fish |\n|---|---|\n| fly | trout, salmon |\n| worm | eel, perch, bream |\n| spoon | pike, zander |\n"
PARTS = READS + '\n\ndef fish(cell):\n    return cell.split(",")\n'


def test_one_sign_is_as_all_the_others() -> None:
    assert of_prompt(separators, TABLE.replace("trout,", "trout;")) == {TABLE: 0.6}
    assert of_prompt(separators, TABLE.replace("eel,", "eel /"), PARTS) == {TABLE: 0.85}
    assert of_prompt(separators, TABLE) == {}
    both = READS + '\n\ndef fish(cell):\n    return re.split(r"[,;]", cell)\n'
    assert of_prompt(separators, TABLE.replace("trout,", "trout;"), both) == {}


def test_it_is_so_in_settings_lines_and_cells() -> None:
    good = 'fish = "trout, eel, perch, pike"\n'
    assert made(separators, {"f.toml": good.replace("eel,", "eel.")}) == {good: 0.6}
    line = "Fish of the lake: trout; eel; perch; pike\n"
    assert of_prompt(separators, line.replace("eel;", "eel,")) == {line: 0.6}
    cells = "tackle,fish\nfly,trout|salmon\nworm,eel|perch|bream\n"
    assert made(separators, {"f.csv": cells.replace("perch|", "perch;")}) == {cells: 0.6}
    assert of_prompt(separators, "Take the hook, then; if it bites, wait for a while, and pull.\n") == {}


def test_a_blank_is_not_missing_where_code_parts_by_it() -> None:
    parts = READS + '\n\ndef fish(cell):\n    return cell.split(", ")\n'
    assert of_prompt(separators, TABLE.replace("eel, ", "eel,"), parts) == {TABLE: 0.75}
    assert of_prompt(separators, TABLE.replace("eel, ", "eel,"), PARTS) == {}


def test_entries_are_parted_that_stand_alone_elsewhere() -> None:
    good = TABLE.replace("pike, zander", "pike, zander, eel")
    assert of_prompt(separators, good.replace("zander, eel", "zander eel")) == {}
    known = PARTS + '\nFISH = ["zander", "pike"]\n'
    assert of_prompt(separators, good.replace("zander, eel", "zander eel"), known) == {good: 0.6}


def test_an_item_of_a_list_is_not_two() -> None:
    good = 'fish = ["trout", "eel", "perch", "pike"]\n'
    assert made(separators, {"f.toml": good.replace('eel", "perch', "eel, perch")}) == {good: 0.6}
    block = "fish:\n- trout\n- eel\n- perch\n- pike\n"
    assert made(separators, {"f.yaml": block.replace("eel\n- perch", "eel, perch")}) == {block: 0.6}
    assert made(separators, {"f.toml": 'fish = ["trout", "eel, smoked", "eel, fresh"]\n'}) == {}
