"""What YAML reads as something else is quoted, the surer the more its name says that it is a text."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.misread import misread


def made(text: str, path: str = "c.yaml") -> dict[str, float]:
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    return {change.after: score for score, change in misread(scalars(text, path), {path: text}, told, {})}


def test_a_number_with_a_nought_at_its_end_is_quoted_above_all_where_it_counts_parts() -> None:
    price, version = made("price: 2.50\n"), made("version: 2.50\n")
    assert 0 < price['price: "2.50"\n'] < 0.5 < version['version: "2.50"\n']
    assert made("version: 2.5\n") == {}
