"""Prompts are changed by section, and nothing else in them changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refinery.edits.scalar import NotFaithful
from refinery.edits.sections import sections, with_body, with_section, without_section

PROMPT = """\
---
model: small
# no heading
---
You answer questions.

# Tone

Be kind.

## Examples

```
# not a heading
```

Rules
-----
{% if strict %}
Never guess.
{% endif %}

# Format
Answer {{ language }}.
"""


def test_headings_of_both_kinds_are_found_and_those_in_code_are_not() -> None:
    assert [(each.title, each.level) for each in sections(PROMPT)] == [("Tone", 1), ("Examples", 2), ("Rules", 2), ("Format", 1)]


def test_what_stands_under_a_heading_is_replaced() -> None:
    after = with_body(PROMPT, "tone", "Be brief.")
    assert after == PROMPT.replace("Be kind.", "Be brief.")


def test_a_section_is_put_behind_another_and_all_that_belongs_to_it() -> None:
    after = with_section(PROMPT, "Sources", "Cite them.", after="Tone")
    assert after == PROMPT.replace("# Format", "# Sources\n\nCite them.\n\n# Format")
    assert with_section(PROMPT, "Sources", "Cite them.").endswith("Answer {{ language }}.\n\n# Sources\n\nCite them.\n")
    assert with_section("Be kind.", "Sources", "Cite them.") == "Be kind.\n\n# Sources\n\nCite them.\n"


def test_a_section_goes_with_those_under_it() -> None:
    after = without_section(PROMPT, "Tone")
    assert [each.title for each in sections(after)] == ["Format"]
    assert after.startswith(PROMPT[: PROMPT.index("# Tone")])


@pytest.mark.parametrize("body", ["Fine.\n# Format\nMore.", "{% if x %}", "```\nopen"])
def test_a_text_that_would_change_another_section_or_the_template_is_refused(body: str) -> None:
    with pytest.raises(NotFaithful):
        with_body(PROMPT, "Tone", body)


def test_half_of_a_condition_is_not_taken_out() -> None:
    text = "# A\n{% if x %}\n# B\n{% endif %}\n# C\n"
    with pytest.raises(NotFaithful):
        without_section(text, "B")


@pytest.mark.parametrize("title", ["Nowhere", "Twice"])
def test_a_section_that_cannot_be_told_is_refused(title: str) -> None:
    with pytest.raises(NotFaithful):
        with_body("# Twice\na\n# Twice\nb\n", title, "c")


words = st.text(st.sampled_from("ab {}%#`-*\n=é"), max_size=30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["# ", "## ", "### "]), words), max_size=4), words, st.integers(0, 3))
def test_whatever_is_written_the_other_sections_stay_or_it_is_refused(parts: list[tuple[str, str]], new: str, place: int) -> None:
    text = "".join(f"{mark}Part {number}\n{body}\n" for number, (mark, body) in enumerate(parts))
    before = sections(text)
    if place >= len(before):
        return
    chosen = before[place]
    try:
        after = with_body(text, chosen.title, new)
    except NotFaithful:
        return
    assert after[: chosen.body] == text[: chosen.body]
    assert after.endswith(text[chosen.next :])
    assert [(each.title, each.level) for each in sections(after)] == [(each.title, each.level) for each in before]
