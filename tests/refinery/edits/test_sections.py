"""Prompts are changed by section, and nothing else in them changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refinery.edits.scalar import NotFaithful
from refinery.edits.sections import in_section, sections, with_section

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


def test_a_section_is_added_to_as_its_last_lines() -> None:
    assert with_section(PROMPT, "tone", "Be brief.") == PROMPT.replace("Be kind.\n", "Be kind.\nBe brief.\n")
    assert with_section("# A\n- one\n\n# B\n", "# A", "- two\n") == "# A\n- one\n- two\n\n# B\n"
    assert with_section("# A", "A", "one") == "# A\none\n"
    assert with_section("# A\n\n# B\n", "A", "one") == "# A\none\n\n# B\n"


def test_with_its_heading_a_section_is_written_anew_and_the_empty_lines_around_it_stay() -> None:
    assert with_section(PROMPT, "Tone", "# Tone\nBe brief.\n") == PROMPT.replace("Be kind.", "Be brief.")
    assert with_section("# A\none\n# B\ntwo\n", "A", "# A\n\nthree\n\n") == "# A\nthree\n# B\ntwo\n"


def test_a_section_that_is_not_there_is_put_at_the_end_if_it_brings_its_heading() -> None:
    assert with_section(PROMPT, "Sources", "## Sources\nCite them.").endswith("Answer {{ language }}.\n\n# Sources\n\nCite them.\n")
    assert with_section("Be kind.", "Sources", "# Sources\nCite them.") == "Be kind.\n\n# Sources\n\nCite them.\n"
    with pytest.raises(NotFaithful, match=r"no sections are called 'Sources'.*'Tone', 'Examples', 'Rules', 'Format'"):
        with_section(PROMPT, "Sources", "Cite them.")


def test_windows_line_ends_stay() -> None:
    assert with_section("# A\r\none\r\n", "A", "two") == "# A\r\none\r\ntwo\r\n"


def test_a_text_is_looked_for_in_its_section_alone() -> None:
    text = "# A\nBe kind.\n# B\nBe kind.\n"
    assert in_section(text, "B", "Be kind.") == text.rindex("Be kind.")
    with pytest.raises(NotFaithful, match="0 times"):
        in_section(text, "A", "Be brief.")


@pytest.mark.parametrize("new", ["Fine.\n# Format\nMore.", "{% if x %}", "```\nopen", "# Format\nMore."])
def test_a_text_that_would_change_another_section_or_the_template_is_refused(new: str) -> None:
    with pytest.raises(NotFaithful):
        with_section(PROMPT, "Tone", new)


@pytest.mark.parametrize("title", ["Nowhere", "Twice"])
def test_a_section_that_cannot_be_told_is_refused(title: str) -> None:
    with pytest.raises(NotFaithful):
        with_section("# Twice\na\n# Twice\nb\n", title, "c")


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
        after = with_section(text, chosen.title, new)
    except NotFaithful:
        return
    assert after[: chosen.body] == text[: chosen.body]
    assert after.endswith(text[chosen.next :])
    assert [(each.title, each.level) for each in sections(after)] == [(each.title, each.level) for each in before]
