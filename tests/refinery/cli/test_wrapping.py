"""Running text fits the terminal in any script."""

from __future__ import annotations

import pytest

from refinery.cli.wrapping import cells, wrapped

TEXTS = (
    "Combien coûte l'offre « équipe » pour une société établie à Besançon, s'il vous plaît ? Anticonstitutionnellement.",
    "プロプランの価格を教えてください。できればユーロで、年間契約の「割引」も含めて知りたいです（ドイツ）。",
    "Der Preis beträgt 45 EUR, プロプラン inklusive, e\u0301te\u0301.",
    "x" * 150,
    "",
)


@pytest.mark.parametrize("width", [20, 60, 80])
@pytest.mark.parametrize("text", TEXTS)
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_and_wide_letters_need_no_spaces() -> None:
    assert wrapped("the price in pounds", 10) == ["the price", "in pounds"]
    assert wrapped("xx abc価", 6) == ["xx abc", "価"]
    assert wrapped("価格を教えてください", 8) == ["価格を教", "えてくだ", "さい"]


def test_a_line_does_not_begin_with_a_closing_mark_nor_end_with_an_opening_one() -> None:
    assert wrapped("価格です。次", 8) == ["価格で", "す。次"]
    assert wrapped("価格は「次」", 8) == ["価格は", "「次」"]


def test_a_mark_stays_with_its_letter() -> None:
    assert wrapped("ae\u0301ae\u0301", 2) == ["ae\u0301", "ae\u0301"]


def test_an_empty_text_is_one_empty_line() -> None:
    assert wrapped("", 20) == [""]
