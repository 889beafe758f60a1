"""Marks of templates are written as what fills them takes them."""

from __future__ import annotations

from refinery.repair.slips.braces import braces
from refinery.repair.slips.formats import formats
from refinery.repair.slips.rounds import rounds
from tests.refinery.repair.slips.looking import READS, of_prompt

FORMATS = READS + "\n\ndef fill(name, **all):\n    return text(name).format(**all)\n"
SUBSTITUTES = READS + "\n\ndef fill(name, **all):\n    return Template(text(name)).substitute(all)\n"


def test_braces_that_are_no_marks_are_doubled_where_format_fills() -> None:
    bad, good = 'Say {"rooms": {"n": 1}} to {guest}.\n', 'Say {{"rooms": {{"n": 1}}}} to {guest}.\n'
    assert good in of_prompt(braces, bad, FORMATS)
    assert of_prompt(braces, bad) == {}
    assert of_prompt(braces, good, FORMATS) == {}


def test_marks_have_no_blanks_for_format() -> None:
    assert "Dear {guest}, room {n}.\n" in of_prompt(braces, "Dear { guest }, room {n}.\n", FORMATS)


def test_a_price_has_two_dollars_in_a_template() -> None:
    assert "Dear $guest, a $$3 fee.\n" in of_prompt(braces, "Dear $guest, a $3 fee.\n", SUBSTITUTES)
    assert of_prompt(braces, "Dear $guest, a $3 fee.\n") == {}


def test_a_bare_percent_sign_is_doubled_beside_named_marks() -> None:
    assert "%(n)d rooms, 5%% off.\n" in of_prompt(braces, "%(n)d rooms, 5% off.\n")
    assert of_prompt(braces, "5% off, all rooms.\n") == {}


def test_one_mark_unlike_the_others_is_written_as_they_are() -> None:
    bad = "Dear {{guest}}, room {n} is for {{nights}} nights.\n"
    assert "Dear {{guest}}, room {{n}} is for {{nights}} nights.\n" in of_prompt(braces, bad)
    assert of_prompt(braces, "Dear {{guest}}, room {{n}}.\n") == {}


def test_a_mark_with_a_brace_too_few_gets_it() -> None:
    assert "Dear {{guest}}, room {{n}}.\n" in of_prompt(braces, "Dear {{guest}}, room {{n}.\n")


def test_a_number_has_a_letter_behind_its_digits() -> None:
    assert of_prompt(formats, "Sum {sum:.1} of {all:.1f}\n") == {"Sum {sum:.1f} of {all:.1f}\n": 0.85}
    assert of_prompt(formats, "Sum {sum:.1f} of {all:.1f}\n") == {}


def test_a_number_before_a_percent_sign_is_a_share_as_the_others_are() -> None:
    good = "Full {full:.1%}, free {free:.1%}\n"
    assert of_prompt(formats, "Full {full:.1%}, free {free:.1f}%\n") == {good: 0.75}
    assert of_prompt(formats, "Full {full:.1%}%, free {free:.1%}\n") == {good: 0.85}


def test_a_mark_that_format_is_given_a_value_for_has_single_braces() -> None:
    code = READS + "\n\ndef fill(room):\n    return text('a').format(room=room, day='today')\n"
    assert of_prompt(braces, "Room {{room}} is free, {day}.\n", code) == {"Room {room} is free, {day}.\n": 0.8}
    assert of_prompt(braces, "Room {room} is free, {day}.\n", code) == {}


def test_a_loop_says_in_each_round_what_is_of_that_round() -> None:
    good = "{% for stay in stays %}\n- {{ stay.night }}\n{% endfor %}\n{{ stays.total }}\n"
    assert of_prompt(rounds, good.replace("stay.night", "stays.night")) == {good: 0.9}
    assert of_prompt(rounds, good) == {}
    bare = "{% for stay in stays %}\n- {{ stay }}\n{% endfor %}\n"
    assert of_prompt(rounds, bare.replace("{{ stay }}", "{{ stays }}")) == {bare: 0.5}
