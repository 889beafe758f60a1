"""Settings are as documents say, and templates write what right answers have."""

from __future__ import annotations

import pytest

from refinery.repair.slips.documented import documented
from refinery.repair.slips.written import written
from tests.refinery.repair.slips.looking import made, of_prompt


@pytest.mark.parametrize(
    "sentence",
    [
        "Each guest may borrow at most three boats.",
        "A guest borrows up to 3 boats.",
        "# Boats\n\nA guest takes at most three.",
    ],
)
def test_a_bound_is_what_a_document_says(sentence: str) -> None:
    files = {"README.md": f"{sentence}\n", "rules.json": '{"max_boats": 4, "oars": 2}'}
    assert '{"max_boats": 3, "oars": 2}' in made(documented, files)
    assert made(documented, {**files, "rules.json": '{"max_boats": 3, "oars": 2}'}) == {}
    assert made(documented, {**files, "README.md": "Boats are red, three of them are blue.\n"}) == {}


TIERS = "## Tiers\n5 % from 1,000 kg, 8 % from 2,500 kg, 12 % from 6,000 kg.\n"


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ('{"tiers": [[1000, 0.05], [2000, 0.08], [6000, 0.12]]}', '{"tiers": [[1000, 0.05], [2500, 0.08], [6000, 0.12]]}'),
        ('{"tiers": [[1000, 0.05], [2500, 0.09], [6000, 0.12]]}', '{"tiers": [[1000, 0.05], [2500, 0.08], [6000, 0.12]]}'),
    ],
)
def test_the_one_number_of_a_list_that_a_paragraph_has_not_is_the_one_that_it_has(bad: str, good: str) -> None:
    assert made(documented, {"guide.md": TIERS, "t.json": bad}) == {good: 0.8}
    assert made(documented, {"guide.md": TIERS, "t.json": good}) == {}
    assert made(documented, {"guide.md": "In 1999 there were 7 of 1,000 kg.\n", "t.json": bad}) == {}


@pytest.mark.parametrize(
    ("bad", "good", "wanted", "got"),
    [
        ("{name}: {sum} crowns", "{name}: {sum:,} crowns", "Ann: 12,500 crowns", "Ann: 12500 crowns"),
        ("{name} has {sum} crowns", "{name} has {sum:.2f} crowns", "Ann has 12.50 crowns", "Ann has 12.5 crowns"),
        ("{name} has {sum:.2f} crowns", "{name} has {sum:,.2f} crowns", "Ann has 1,200.50 crowns", "Ann has 1200.50 crowns"),
        ("{name} has {sum:.2f} crowns", "{name} has {sum:.1f} crowns", "Ann has 12.5 crowns", "Ann has 12.50 crowns"),
        ("{name} came at {hour} sharp", "{name} came at {hour:02d} sharp", "Ann came at 07 sharp", "Ann came at 7 sharp"),
        ("{name} has {sum} in all", "{name} has €{sum} in all", "Ann has €5 in all", "Ann has 5 in all"),
        ("thank you, {name}", "Thank you, {name}.", "Thank you, Ann.", "thank you, Ann."),
        ("Thank you, {name}", "Thank you, {name}.", "Thank you, Ann.", "Thank you, Ann"),
        ("Thanks {name} and goodbye", "Thanks, {name} and goodbye", "Thanks, Ann and goodbye", "Thanks Ann and goodbye"),
        ("Dear {{ name }}, hello", "Dear {{ name | upper }}, hello", "Dear ANN, hello", "Dear Ann, hello"),
    ],
)
def test_a_template_writes_it_as_right_answers_have_it(bad: str, good: str, wanted: str, got: str) -> None:
    bad = bad if bad[0] != "t" else f"{bad}."
    assert good in of_prompt(written, bad, said=f"expected {wanted!r}, got {got!r}")
    assert of_prompt(written, bad, said=f"expected {got!r}, got {got!r}") == {}


def test_other_numbers_and_other_words_are_no_other_form() -> None:
    assert of_prompt(written, "{name} has {sum} crowns", said="expected 'Ann has 13 crowns', got 'Ann has 12 crowns'") == {}
    assert of_prompt(written, "{name} has {sum} crowns", said="expected 'Ann owes 12 crowns', got 'Ann has 12 crowns'") == {}
