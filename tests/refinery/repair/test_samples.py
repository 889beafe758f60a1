"""A sample is a text that its pattern fits."""

from __future__ import annotations

import re

import pytest

from refinery.repair.samples import sample


@pytest.mark.parametrize("pattern", [r"\b\d{1,3}(?:\.\d{1,3}){3}", r"\b0x[0-9a-f]+\b", "(a|b)+c?", r"[^x]\w+@\S+", r"(\w)\1"])
def test_a_pattern_fits_its_sample(pattern: str) -> None:
    assert re.search(pattern, sample(pattern))


def test_what_is_no_pattern_has_no_sample() -> None:
    assert sample("(") == ""
