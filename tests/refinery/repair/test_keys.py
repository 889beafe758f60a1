"""Settings go under the name, and into the table, by which code reads them."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.keys import elsewhere
from refinery.repair.module import Module
from refinery.repair.world import survey

READS = 'def f(config):\n    retry = config["retry"]\n    return retry["times"], retry.get("wait"), config["cache"]["size"]\n'


def made(text: str, code: str = READS, path: str = "c.toml") -> set[str]:
    found, modules = scalars(text, path), [Module("m.py", code)]
    world = survey(modules, found)
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    return {change.after for _, change in elsewhere(found, {path: text}, modules, world, told, {})}


def test_a_setting_goes_into_the_table_from_which_code_reads_it() -> None:
    text = "[retry]\ntimes = 3\n\n[cache]\nwait = 5\nsize = 10\n"
    assert made(text) == {"[retry]\ntimes = 3\nwait = 5\n\n[cache]\nsize = 10\n"}


def test_in_json_and_yaml_likewise() -> None:
    text = '{"retry": {"times": 3}, "cache": {"wait": 5, "size": 10}}\n'
    assert made(text, path="c.json") == {'{"retry": {"times": 3, "wait": 5}, "cache": {"size": 10}}\n'}
    text = "retry:\n  times: 3\ncache:\n  size: 10\n  wait: 5\n"
    assert made(text, path="c.yaml") == {"retry:\n  times: 3\n  wait: 5\ncache:\n  size: 10\n"}


def test_a_setting_that_stands_where_it_is_read_stays() -> None:
    assert made("[retry]\ntimes = 3\nwait = 5\n\n[cache]\nsize = 10\n") == set()


def test_variables_of_the_same_name_in_two_functions_are_two() -> None:
    code = 'def f(rules):\n    return rules["wait"]\ndef g(rules):\n    return rules["times"]\n'
    assert made("[retry]\ntimes = 3\n\n[cache]\nwait = 5\nsize = 10\n", code) == set()


def test_a_key_that_nothing_reads_is_called_as_code_reads_one_spelt_alike() -> None:
    assert made("[retry]\ntime = 3\nwait = 5\n\n[cache]\nsize = 10\n") == {"[retry]\ntimes = 3\nwait = 5\n\n[cache]\nsize = 10\n"}
    assert made("retry:\n  times: 3\n  wait: 5\ncahce:\n  size: 10\n", path="c.yaml") == {
        "retry:\n  times: 3\n  wait: 5\ncache:\n  size: 10\n"
    }


def test_a_key_has_its_parts_in_the_order_of_those_beside_it() -> None:
    code = 'def f(fees, a, b):\n    return fees.get("-".join(sorted((a, b))), 0)\n'
    text = '"bar-foo" = 1\n"bar-zoo" = 2\n"zoo-foo" = 3\n'
    assert '"bar-foo" = 1\n"bar-zoo" = 2\n"foo-zoo" = 3\n' in made(text, code)
    assert made('max-size = 1\nmax-wait = 2\nmin-size = 3\n"top-k" = 4\n', code) == set()


def test_a_key_is_a_value_that_records_have_as_the_keys_beside_it_are() -> None:
    rates = "rates:\n  boxs: 2\n  bag: 1\n  roll: 4\n"
    parcels = "parcels:\n- {form: box}\n- {form: bag}\n- {form: roll}\n- {form: box}\n"
    code = 'def f(rates, parcel):\n    return rates.get(parcel["form"], 1)\n'
    assert made(rates + parcels, code, "c.yaml") == {rates.replace("boxs", "box") + parcels}
    assert made(rates.replace("boxs", "tube") + parcels, code, "c.yaml") == set()


def test_a_setting_goes_out_of_a_table_that_is_read_beside_it() -> None:
    code = 'def f(config):\n    return config["oven"]["heat"], config["name"], config.get("timer", 9)\n'
    good = 'name = "a"\ntimer = 5\n\n[oven]\nname = "b"\nheat = 3\n'
    assert good in made('name = "a"\n\n[oven]\nname = "b"\nheat = 3\ntimer = 5\n', code)
    assert made(good, code) == set()


def test_in_yaml_it_goes_behind_that_table_where_none_stands_alone() -> None:
    code = 'def f(config):\n    return config.get("timer", 9), [each for each in config["pans"]]\n'
    assert made("oven:\n  timer: 5\n  heat: 3\npans:\n- big\n", code, "c.yaml") == {"oven:\n  heat: 3\ntimer: 5\npans:\n- big\n"}


def test_a_key_is_called_as_what_stands_in_for_it_is() -> None:
    code = 'USUAL = {"heat": 1, "timer": 2, "fan_speed": 3}\ndef f(config):\n    return {k: config.get(k, USUAL[k]) for k in USUAL}\n'
    assert "heat = 3\ntimer = 5\nfan_speed = 6\n" in made("heat = 3\ntimer = 5\nfan_sped = 6\n", code)


def test_a_key_that_no_other_table_has_is_one_that_tables_like_its_own_have() -> None:
    text = "[plain]\nseats = 4\nmax_bags = 1\n\n[kinds.van]\nseats = 8\nbags = 6\n"
    code = 'def f(car, kind):\n    return car["bags"] <= {**kind}["max_bags"]\n'
    assert "[plain]\nseats = 4\nmax_bags = 1\n\n[kinds.van]\nseats = 8\nmax_bags = 6\n" in made(text, code)


def test_a_key_keeps_its_name_where_its_table_has_the_other_too_or_nothing_in_common_with_those_that_have() -> None:
    code = "def f(kind):\n    return kind\n"
    assert made("[plain]\nseats = 4\nmax_bags = 1\n\n[kinds.van]\nseats = 8\nbags = 6\nmax_bags = 2\n", code) == set()
    assert made("[plain]\nseats = 4\nmax_bags = 1\n\n[kinds.van]\nwheels = 8\nbags = 6\n", code) == set()


def test_a_key_that_nothing_reads_may_say_with_a_word_more_what_code_reads() -> None:
    assert made("[retry]\ntimes_each = 3\nwait = 5\n\n[cache]\nsize = 10\n") == {"[retry]\ntimes = 3\nwait = 5\n\n[cache]\nsize = 10\n"}


def test_what_is_read_from_a_loaded_file_in_two_functions_is_of_one_table() -> None:
    code = 'def f():\n    return load()["boats"]\ndef g():\n    return load().get("tide", 1)\n'
    bad = "boats:\n  gig:\n    oars: 4\n    flags: []\n    tide: 2\n"
    assert made(bad, code, "c.yaml") == {bad.replace("    tide: 2", "tide: 2")}
    assert made(bad.replace("    tide: 2", "tide: 2"), code, "c.yaml") == set()


def test_a_key_is_a_value_of_data_that_may_not_be_edited_and_others_are_asked_for_by_name() -> None:
    code = 'def f(limits, crate):\n    return limits.get(crate["form"], limits["usual"])\n'
    text, path = "[limits]\nusual = 3\nbarel = 5\ncask = 4\n", "c.toml"
    found, modules = scalars(text, path), [Module("m.py", code)]
    data = scalars('[{"form": "barrel"}, {"form": "cask"}, {"form": "crate"}]', "d.json")
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    made = elsewhere(found, {path: text}, modules, survey(modules, found), told, {}, beside=data)
    assert text.replace("barel", "barrel") in {change.after for _, change in made}
