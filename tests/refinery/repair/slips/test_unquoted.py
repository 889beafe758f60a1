"""Names that YAML does not read as texts get quotation marks."""

from __future__ import annotations

import pytest

from refinery.repair.slips.unquoted import unquoted
from tests.refinery.repair.slips.looking import made


@pytest.mark.parametrize("name", ["NO", "on", "Off", "yes", "null", "true", "42", "3.10", "2031-04-05"])
def test_a_name_that_is_no_text_among_texts_is_quoted(name: str) -> None:
    text = f"tune: loud\nbells:\n  tower: 3\n  {name}: 4\n  chapel: 5\n"
    assert made(unquoted, {"b.yaml": text}) == {text.replace(f"  {name}:", f'  "{name}":'): 0.95}
    assert made(unquoted, {"b.yaml": text.replace(f"{name}:", f"'{name}':")}) == {}
    flow = f"bells: [{{tower: 3, {name}: 4, chapel: 5}}]\n"
    assert made(unquoted, {"b.yml": flow}) == {flow.replace(f"{name}:", f'"{name}":'): 0.95}


def test_without_texts_beside_it_the_form_of_a_name_tells() -> None:
    def prior(text: str) -> list[float]:
        return list(made(unquoted, {"b.yaml": text}).values())

    assert prior("on: ring\noff: rest\n") == [0.85]
    assert prior("007: tower\n012: chapel\n") == [0.85]
    assert prior("12:30: ring\n") == [0.85]
    assert prior("7: tower\n9: chapel\n") == [0.25]
    assert prior("true: ring\nfalse: rest\n") == []
    assert prior("7: tower\n9: chapel\nother: school\n") == [0.6]
    assert prior('7: tower\n8: gate\n"9": chapel\n') == [0.95]


def test_only_yaml_reads_so() -> None:
    assert made(unquoted, {"b.toml": "no = 1\nyes = 2\n"}) == {}
    assert made(unquoted, {"b.yaml": "base: &all\n  tower: 1\nown:\n  <<: *all\n  gate: 2\n"}) == {}
