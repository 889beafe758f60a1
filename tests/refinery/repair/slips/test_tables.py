"""Tables in lines, and those of settings, have the form of those beside them."""

from __future__ import annotations

from refinery.repair.slips.bounds import bounds
from refinery.repair.slips.broken import broken
from refinery.repair.slips.cells import cells
from refinery.repair.slips.order import order
from refinery.repair.slips.tables import tables
from tests.refinery.repair.slips.looking import READS, made

HENS = "name,breed,eggs\nAda,Leghorn,5\nBea,Sussex,4\n"


def test_a_text_with_a_comma_stands_in_quotation_marks() -> None:
    good = f'{HENS}"Cleo, the old",Sussex,1\n'
    assert good in made(cells, {"h.csv": good.replace('"', "")})
    assert made(cells, {"h.csv": good}) == {}


def test_the_head_has_no_blanks_and_no_mark_of_its_bytes() -> None:
    assert made(cells, {"h.csv": HENS.replace(",breed", ", breed")}) == {HENS: 0.9}
    assert made(cells, {"h.csv": "\ufeff" + HENS}) == {HENS: 0.8}
    assert made(cells, {"h.csv": HENS}) == {}


def test_a_line_is_parted_as_the_others_are_and_has_as_many_cells() -> None:
    assert f"{HENS}Dot,Sussex,3\n" in made(cells, {"h.csv": f"{HENS}Dot;Sussex;3\n"})
    assert f"{HENS}Dot,,3\n" in made(cells, {"h.csv": f"{HENS}Dot,3\n"})
    assert made(cells, {"h.csv": f"{HENS}Dot, Sussex,3\n"}) == {f"{HENS}Dot,Sussex,3\n": 0.75}


def test_records_follow_each_other_without_a_gap() -> None:
    good = "least,most,class\n0,4,small\n5,9,medium\n10,19,large\n20,40,giant\n"
    assert good in made(bounds, {"e.csv": good.replace("10,19", "11,19")})
    assert made(bounds, {"e.csv": good}) == {}


def test_what_catches_all_stands_last() -> None:
    good = 'pens:\n  - {hen: "B*", pen: 1}\n  - {hen: "*", pen: 2}\n'
    bad = 'pens:\n  - {hen: "*", pen: 2}\n  - {hen: "B*", pen: 1}\n'
    assert made(order, {"p.yaml": bad}) == {good: 0.85}
    assert made(order, {"p.yaml": good}) == {}
    assert made(order, {"p.json": '["hen-*", "hen-black-*", "duck"]'}) == {'["hen-black-*", "hen-*", "duck"]': 0.6}


def test_a_word_of_a_list_is_written_as_the_others_are() -> None:
    good = '{"breeds": ["sussex", "leghorn", "maran"]}'
    assert made(order, {"b.json": good.replace("maran", "Maran")}) == {good: 0.45}
    assert made(order, {"b.json": good.replace("maran", "Maran")}, READS + "\nBREED = text('b').lower()\n") == {good: 0.75}
    assert made(order, {"b.json": good.replace("leghorn", "Leghorn").replace("]", ', "Faverolles"]')}) == {}


def test_a_list_names_keys_of_the_table_beside_it() -> None:
    good = '{"fields": {"hen": 1, "eggs": 2, "laid": 3}, "needed": ["hen", "laid"]}'
    assert made(order, {"f.json": good.replace('"laid"]', '"laid_on"]')})[good] == 0.85
    assert made(order, {"f.json": good}) == {}


def test_one_value_is_a_list_where_those_beside_it_are() -> None:
    good = "hens:\n  ada:\n    eats: [corn, grass]\n  bea:\n    eats: [corn]\n"
    assert good in made(tables, {"h.yaml": good.replace("[corn]", "corn")})
    assert made(tables, {"h.yaml": good}) == {}
    code = READS + '\n\ndef feed(hen):\n    for each in hen["eats"]:\n        print(each)\n'
    assert 'eats = ["corn", "grass"]\n' in made(tables, {"h.toml": 'eats = "corn, grass"\n'}, code)


def test_one_table_is_several_where_code_goes_through_them() -> None:
    code = READS + '\n\ndef names(farm):\n    return [hen["name"] for hen in farm["hens"]]\n'
    assert made(tables, {"h.toml": '[hens]\nname = "Ada"\n'}, code) == {'[[hens]]\nname = "Ada"\n': 0.8}
    assert made(tables, {"h.yaml": "hens:\n  name: Ada\n  eggs: 5\n"}, code) == {"hens:\n  - name: Ada\n    eggs: 5\n": 0.8}
    assert made(tables, {"h.json": '{"hens": {"name": "Ada"}}'}, code) == {'{"hens": [{"name": "Ada"}]}': 0.8}
    assert made(tables, {"h.toml": '[hens]\nname = "Ada"\n'}) == {}


def test_a_table_takes_over_what_the_one_beside_it_does() -> None:
    good = "all: &all\n  corn: 1\nhens:\n  ada:\n    <<: *all\n    eggs: 5\n  bea:\n    <<: *all\n    eggs: 4\n"
    assert made(tables, {"h.yaml": good.replace("    <<: *all\n    eggs: 4", "    eggs: 4")}) == {good: 0.7}
    assert made(tables, {"h.yaml": good}) == {}


def test_a_key_that_stands_twice_is_taken_out_or_another() -> None:
    bad = "hens:\n  ada: 5\n  bea: 4\n  ada: 3\n"
    assert "hens:\n  ada: 5\n  bea: 4\n" in made(tables, {"h.yaml": bad})
    code = READS + '\n\ndef eggs(hens):\n    return hens["dot"]\n'
    assert "hens:\n  ada: 5\n  bea: 4\n  dot: 3\n" in made(tables, {"h.yaml": bad}, code, "KeyError: 'dot'")
    assert made(tables, {"h.yaml": "a:\n  ada: 5\nb:\n  ada: 3\n"}) == {}


def test_a_file_that_cannot_be_read_is_put_right_where_reading_stops() -> None:
    for path, bad, good in (
        ("h.yaml", "hen:\n  eggs: 5\n\tage: 2\n", "hen:\n  eggs: 5\n  age: 2\n"),
        ("h.yaml", "hen:\n  eggs:5\n  age: 2\n", "hen:\n  eggs: 5\n  age: 2\n"),
        ("h.yaml", "hen: Ada: old\nage: 2\n", 'hen: "Ada: old"\nage: 2\n'),
        ("h.yaml", "hen: {name} of us\n", 'hen: "{name} of us"\n'),
        ("h.json", '{\n  "eggs": 5\n  "age": 2\n}\n', '{\n  "eggs": 5,\n  "age": 2\n}\n'),
        ("h.json", '{\n  "eggs": 5,\n}\n', '{\n  "eggs": 5\n}\n'),
        ("h.json", "{'eggs': 5}\n", '{"eggs": 5}\n'),
        ("h.toml", "hen = Ada\r\nage = 2\r\n", 'hen = "Ada"\r\nage = 2\r\n'),
        ("h.toml", "[hen\nage = 2\n", "[hen]\nage = 2\n"),
    ):
        assert made(broken, {path: bad})[good] == 0.9
        assert made(broken, {path: good}) == {}


def test_a_schema_wants_a_property_that_it_has() -> None:
    schema = '{{"properties": {{"pier": {{"type": "string"}}}}, "{}": ["dock"]}}\n'
    assert made(order, {"b.json": schema.format("required")}) == {schema.format("required").replace("dock", "pier"): 0.6}
    assert made(order, {"b.json": schema.format("colours")}) == {}
