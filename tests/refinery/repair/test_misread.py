"""Texts that YAML takes for numbers and dates get quotation marks."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.misread import misread


def scored(text: str, path: str = "c.yaml") -> dict[str, float]:
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    return {change.after: score for score, change in misread(scalars(text, path), {path: text}, told, {})}


def made(text: str, path: str = "c.yaml") -> set[str]:
    return set(scored(text, path))


def test_times_are_quoted_all_of_them_and_those_of_one_table_alone() -> None:
    one, other = "shop:\n  opens: 10:30\n  shuts: 18:00\n", "bar:\n  opens: 16:00\n"
    quoted, also = one.replace("10:30", '"10:30"').replace("18:00", '"18:00"'), other.replace("16:00", '"16:00"')
    assert made(one + other) == {quoted + also, quoted + other, one + also}


def test_digits_with_a_nought_before_them_are_quoted_where_they_are_read_as_another_number() -> None:
    assert made("door: 0123\n") == {'door: "0123"\n'}
    assert made("door: 0189\n") == set()  # no number to the base of eight: a text as it stands


def test_days_and_versions_are_quoted() -> None:
    assert made("since: 2031-04-05\n") == {'since: "2031-04-05"\n'}
    assert made("release: 3.10\n") == {'release: "3.10"\n'}


def test_what_is_quoted_or_plain_or_no_yaml_stays() -> None:
    assert made('opens: "10:30"\nsize: 12\nrate: 0.25\n') == set()
    assert made("opens = 10:30:00\n", "c.toml") == set()


def test_a_number_is_quoted_above_all_where_its_name_says_that_it_counts_parts() -> None:
    price, version = scored("price: 2.50\n"), scored("version: 2.50\n")
    assert 0 < price['price: "2.50"\n'] < 0.5 < version['version: "2.50"\n']
    assert scored("version: 2.5\n") == {}


def test_it_is_surer_where_a_text_of_its_form_stands_beside_it() -> None:
    alone = max(scored("shop:\n  shuts: 18:00\n").values())
    beside = max(scored('shop:\n  opens: "10:30"\n  shuts: 18:00\n').values())
    assert beside > 0.9 > alone
    assert max(scored('shop:\n  shuts: 18:00\nbar:\n  note: "10:30"\n').values()) == alone
    assert max(scored('shop:\n  shuts: 18:00\nbar:\n  shuts: "10:30"\n').values()) == beside
