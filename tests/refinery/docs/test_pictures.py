"""The README's pictures are there, are drawn from what commands print, and hold nothing of the machine they were drawn on."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from refinery.cli import pictures

ROOT = Path(__file__).resolve().parents[3]
PICTURES = sorted(pictures.PICTURES.glob("*.svg"))
HEAVIEST = 60_000


def test_the_script_draws_what_is_there_and_what_pages_show() -> None:
    drawn = {f"{each.name}.svg" for each in pictures.PICTURES_OF}
    assert {path.name for path in PICTURES} == drawn
    shown = [ROOT / "README.md", *pictures.PICTURES.parent.glob("*.md")]
    assert {name for page in shown for name in re.findall(r"\]\([^)]*?pictures/([^)]+)\)", page.read_text(encoding="utf-8"))} == drawn


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_small_loads_nothing_and_names_no_place_of_a_machine(path: Path) -> None:
    assert path.stat().st_size < HEAVIEST
    ElementTree.parse(path)
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"url\((?!#)|href=|<script|<image", text) == []
    assert re.findall(r"/(?:home|root|tmp|work|Users)/", text) == []


def test_a_picture_shows_what_the_command_prints_today(tmp_path: Path) -> None:
    picture = pictures.PICTURES_OF[0]
    root = tmp_path / "repository"
    pictures.lay_out(root)
    text = (pictures.PICTURES / f"{picture.name}.svg").read_text(encoding="utf-8")
    assert pictures.svg(picture.typed, pictures.told(picture.words, root)) == text, "make pictures draws them anew"
    assert "5e467d" in unescape(text)
